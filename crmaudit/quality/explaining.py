"""A score taken apart: down to the counts, faults and evidence that it is made of."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from crmaudit.errors import CrmauditError
from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.quality.counts import Count, column_counts, table_counts
from crmaudit.quality.scores import Score, Scorecard, card_of, combine, overall

if TYPE_CHECKING:
    from crmaudit.quality.quality import Quality

_PLAIN = re.compile(r"[^a-z0-9]+")
_ALSO = {
    "lastname": "familyname",
    "surname": "familyname",
    "firstname": "givenname",
    "mail": "email",
    "telephone": "phone",
    "dateofbirth": "birthdate",
    "birthday": "birthdate",
    "zip": "postcode",
    "zipcode": "postcode",
    "town": "city",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """Something with scores, what these were counted from, and its parts, the worst first.

    `path` names it as people do: `crm`, `crm.contact`, `crm.contact.email`.
    `counts` are its own, those of its parts left out; each has its numerator,
    denominator, reasons and evidence. `column` and `table` are its profile,
    where it has one; `where` the condition of a part of a table.
    """

    path: str
    kind: Literal["system", "entity", "attribute", "table", "column"]
    card: Scorecard
    counts: tuple[Count, ...] = ()
    parts: tuple[Explained, ...] = ()
    table: TableProfile | None = None
    column: ColumnProfile | None = None

    @property
    def where(self) -> str:
        return self.table.where if self.table else ""

    @property
    def overall(self) -> Score:
        """The mean of the dimensions that were assessed."""
        return overall(self.card)


def explained(quality: Quality, path: str) -> Explained:
    """What a path names; CrmauditError where that is nothing that was read.

    `SYSTEM`, `ENTITY`, `SYSTEM.TABLE`, `SYSTEM.ENTITY`, and a column or an
    attribute behind each of the last two. Names may contain dots. A table
    goes before an entity of its name.
    """
    for found in _named(quality, path):
        return found
    known = [f"{s}.{t}" for s, tables in quality.profiles.items() for t in tables]
    known += [f"{s}.{e}" for s, m in quality.maps.items() for e in m.entities()]
    close = difflib.get_close_matches(path, [*known, *quality.profiles], n=3, cutoff=0.4)
    raise CrmauditError(
        f"nothing that was read is called {path!r}",
        f"did you mean {', '.join(close)}?"
        if close
        else "`crmaudit quality scores --by table` lists all",
    )


def _named(quality: Quality, path: str) -> Iterator[Explained]:
    for system, tables in quality.profiles.items():
        if path == system:
            card = quality.system_card(system)
            held = quality.scored_tables(system)
            if card is not None:
                yield Explained(
                    path, "system", card, parts=_worst(_table(quality, p) for p in held)
                )
        if not path.startswith(f"{system}."):
            continue
        rest = path[len(system) + 1 :]
        if rest in tables:
            yield _table(quality, tables[rest])
        for name, profile in tables.items():
            if rest.startswith(f"{name}."):
                column = _column_of(profile, rest[len(name) + 1 :])
                if column is not None:
                    yield _column(quality, profile, column)
        yield from _entity(quality, path, rest, system)
    yield from _entity(quality, path, path, None)


def _entity(quality: Quality, path: str, rest: str, system: str | None) -> Iterator[Explained]:
    entities = {h.mapped.entity: None for h in quality.holdings() if system in (None, h.system)}
    for entity in entities:
        profiles = quality.entity_profiles(entity, system)
        if rest == entity:
            card = quality.entity_card(entity, system)
            if card is not None:
                parts = _worst(_table(quality, p) for p in profiles)
                yield Explained(path, "entity", card, parts=parts)
        elif rest.startswith(f"{entity}."):
            attribute = rest[len(entity) + 1 :]
            columns = [_column(quality, p, c) for p in profiles for c in _columns_of(p, attribute)]
            if columns:
                card = combine(((c.card, 1.0) for c in columns), quality.dimensions)
                yield Explained(path, "attribute", card, parts=_worst(columns))


def _table(quality: Quality, profile: TableProfile) -> Explained:
    path = f"{profile.provenance.system}.{profile.table}"
    failed = profile.provenance.status.state == "failed"
    about = quality.about(profile)
    own = () if failed else tuple(c for c in table_counts(profile, about) if not c.column)
    columns = () if failed else (_column(quality, profile, c) for c in profile.columns)
    return Explained(path, "table", quality.card(profile), own, _worst(columns), profile)


def _column(quality: Quality, profile: TableProfile, column: ColumnProfile) -> Explained:
    about = quality.about(profile)
    counts = [
        *column_counts(profile, column, about)[0],
        *(c for c in table_counts(profile, about) if c.column == column.name),
    ]
    path = f"{profile.provenance.system}.{profile.table}.{column.name}"
    card = card_of(profile, about, column)
    ordered = sorted(counts, key=lambda c: c.passed / c.applicable if c.applicable else 1.0)
    return Explained(
        path,
        "column",
        replace(card, weights=quality.dimensions),
        tuple(ordered),
        (),
        profile,
        column,
    )


def _worst(parts: Iterable[Explained]) -> tuple[Explained, ...]:
    """The worst first; what was not assessed last."""

    def place(part: Explained) -> tuple[bool, float, str]:
        mean = part.card.mean()
        return mean is None, mean or 0.0, part.path

    return tuple(sorted(parts, key=place))


def _column_of(profile: TableProfile, name: str) -> ColumnProfile | None:
    return next((c for c in profile.columns if c.name == name), None)


def _columns_of(profile: TableProfile, attribute: str) -> Iterator[ColumnProfile]:
    """The columns that hold an attribute: by its name, else by what they were recognised as."""
    word = _PLAIN.sub("", attribute.lower())
    by_name = [c for c in profile.columns if _PLAIN.sub("", c.name.lower()) == word]
    if by_name:
        yield from by_name
        return
    word = _ALSO.get(word, word)
    for column in profile.columns:
        if column.semantic is not None and _PLAIN.sub("", column.semantic.type) == word:
            yield column
