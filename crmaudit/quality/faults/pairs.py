"""Which columns of a table stand in an order of time, and which are filled in in each other's
place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.evidence.privacy import name_words
from crmaudit.evidence.semantic import SemanticType
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp

# Words for a beginning and for its end, in English, German, French and Spanish. A pair of
# columns has the same other words: `valid_from` and `valid_to`, `opened_on` and `closed_on`.
_ENDS = """
    start end | begin end | started ended | starts ends | beginning end | start finish
    start stop | from to | from until | from thru | open close | opened closed | opening closing
    join leave | joined left | hired left | entry exit | arrival departure | checkin checkout
    effective expiry | effective expiration | issued expires | issue expiry | start expiry
    issued due | issue due | invoiced due | ordered due
    start expiration | sent received | sent opened | ordered delivered | invoiced paid
    beginn ende | anfang ende | von bis | ab bis | eintritt austritt | gueltigab gueltigbis
    debut fin | du au | de a | ouverture fermeture | entree sortie | inicio fin | desde hasta
    alta baja | apertura cierre
"""
_PAIRS = [tuple(p.split()) for line in _ENDS.strip().split("\n") for p in line.split(" | ")]
_DEATH = {"deceased", "death", "died", "gestorben", "todestag", "deces", "fallecimiento", "dod"}
# Days that lie ahead in earnest.
_AHEAD = """
    due end ends ending expiry expires expiration expire until valid next planned plan scheduled
    schedule deadline renew renewal target expected forecast follow followup reminder remind review
    close closing to event start starts begin release appointment meeting finish departure arrival
    frist faellig ablauf bis ende naechste geplant termin wiedervorlage gueltig kuendigung
    echeance fin expire prochain prochaine prevu prevue rappel jusqu
    vencimiento hasta fin proximo proxima previsto prevista recordatorio caducidad
"""
_LIES_AHEAD = frozenset(_AHEAD.split())


@dataclass(frozen=True, slots=True)
class Role:
    """A column as far as pairs are concerned: its number, name, meaning and logical type."""

    index: int
    name: str
    semantic: SemanticType | None
    logical: Logical


@dataclass(frozen=True, slots=True)
class Order:
    """What is in `first` happened before or when `second` did."""

    first: int
    second: int
    detail: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Swap:
    """Values of two columns that stand in each other's place.

    `left` and `right` are conditions over a value `v` that show it is the other
    column's; empty where only the columns' own values can tell.
    """

    one: int
    other: int
    detail: str
    left: str = ""
    right: str = ""


def is_created(role: Role) -> bool:
    return role.semantic == "created at" or (role.semantic is None and is_created_stamp(role.name))


def is_modified(role: Role) -> bool:
    return role.semantic == "modified at" or (
        role.semantic is None and is_modified_stamp(role.name)
    )


def may_lie_ahead(role: Role) -> bool:
    """Whether a day of the column may lie after the day on which it was written."""
    return role.semantic != "birth date" and any(w in _LIES_AHEAD for w in name_words(role.name))


def orders(roles: Sequence[Role]) -> Iterator[Order]:
    """Pairs of date columns of which one comes first, by meaning and by name."""
    moments = [r for r in roles if r.logical in ("date", "datetime")]
    created = [r for r in moments if is_created(r)]
    modified = [r for r in moments if is_modified(r)]
    for first in created[:1]:
        for second in modified[:1]:
            yield Order(first.index, second.index, "changed before it was made", 0.85)
    for born in (r for r in moments if r.semantic == "birth date"):
        for second in created[:1]:
            yield Order(born.index, second.index, "born after the record was made", 0.95)
        for second in moments:
            if _DEATH.intersection(name_words(second.name)):
                yield Order(born.index, second.index, "died before birth", 0.98)
    by_name = {tuple(name_words(r.name)): r for r in moments}
    for words, first in by_name.items():
        for begin, end in _PAIRS:
            if begin not in words or first in created:
                continue
            pair = by_name.get(tuple(end if w == begin else w for w in words))
            if pair is not None and pair.index != first.index:
                yield Order(first.index, pair.index, "ended before it began", 0.9)
                break


def swaps(roles: Sequence[Role]) -> Iterator[Swap]:
    """Pairs of columns whose values people write in each other's place."""
    for one, other in (("given name", "family name"), ("city", "country"), ("city", "region")):
        pair = _only(roles, one), _only(roles, other)
        if pair[0] and pair[1]:
            detail = f"{one} and {other} in each other's column"
            yield Swap(pair[0].index, pair[1].index, detail)
    digits = "regexp_matches(v, '[0-9]')"
    mail = "contains(v, '@')"
    phone = "length(regexp_replace(v, '[^0-9]', '', 'g')) >= 6"
    patterns = (
        ("city", "postcode", digits, f"NOT {digits}"),
        ("e-mail", "phone", f"NOT {mail} AND {phone}", mail),
    )
    for one_type, other_type, left, right in patterns:
        found = _only(roles, one_type), _only(roles, other_type)
        if found[0] and found[1]:
            detail = f"{one_type} and {other_type} in each other's column"
            yield Swap(found[0].index, found[1].index, detail, left, right)


def _only(roles: Sequence[Role], semantic: str) -> Role | None:
    """The column of that meaning, where there is one only: else pairs are a guess."""
    found = [r for r in roles if r.semantic == semantic and r.logical == "text"]
    return found[0] if len(found) == 1 else None
