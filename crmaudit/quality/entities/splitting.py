"""One table, several entities: the conditions that tell their rows apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.quality.entities.conditions import Dialect, occurs
from crmaudit.quality.entities.names import joined, raw_words, singular, words_of
from crmaudit.quality.entities.seen import SeenColumn, SeenTable
from crmaudit.quality.entities.signatures import scores
from crmaudit.quality.entities.vocabulary import ENTITY_WORDS, FAMILIES, PARTIES, VALUE_WORDS

MOST_KINDS = 20
"""More different values than this say nothing of the kind of a row."""

_KIND_TEXT = """
    type kind typ art tipo soort category kategorie class klasse genre nature natur rechtsform
    usage recordtype doctype
"""
_KIND = frozenset(_KIND_TEXT.split())
_PERSON = frozenset({"given name", "family name", "birth date", "gender", "salutation"})
_ORGANISATION = frozenset({"organisation name", "tax number", "website", "industry", "employees"})
# First letters of codes for the two kinds of party, where the column says that it holds a kind.
_LETTERS = {
    **dict.fromkeys(("p", "i", "n", "f", "np", "pf", "pp", "ph"), "person"),
    **dict.fromkeys(("o", "c", "b", "j", "u", "e", "g", "jp", "pj", "pm", "co"), "organisation"),
    **dict.fromkeys(("h", "hh"), "household"),
}
# What the law calls them, as the name of a column that is true or false.
_LEGAL_PERSONS = {
    **dict.fromkeys(
        ("personafisica", "personnephysique", "naturalperson", "natuerlicheperson", "pessoafisica",
         "natuurlijkpersoon", "privatperson", "individual", "particulier", "particular"),
        "person",
    ),
    **dict.fromkeys(
        ("personajuridica", "personagiuridica", "personnemorale", "legalperson", "legalentity",
         "juristischeperson", "pessoajuridica", "rechtspersoon", "company",
         "organisation", "organization", "firma", "empresa", "entreprise", "azienda"),
        "organisation",
    ),
}  # fmt: skip
_BOOLEAN = ("bool", "tinyint(1)", "bit")

_CODE = 20
_SOME = 5
"""Rows from which what they fill tells of what kind they are."""

Filled = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of a table with one value: how many, and in how many each column is filled."""

    rows: int
    filled: Filled


@dataclass(frozen=True, slots=True)
class Question:
    """Rows by value of `column`, and in how many of them each of `filled` holds something."""

    table: Table
    column: SeenColumn
    filled: tuple[SeenColumn, ...]


Kinds = Mapping[tuple[str, str], Mapping[str, Kind]]
"""Table and column → value → its rows: what was asked of `kind_columns`."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that are one entity. `rows` is None where it is not known."""

    entity: str
    where: str
    confidence: float
    reason: str
    rows: int | None = None


def shown(column: SeenColumn) -> bool:
    """Whether all of its values can be seen in the profile."""
    profile = column.profile
    return profile is not None and sum(v.count for v in profile.top if not v.masked) >= 0.98 * max(
        profile.filled, 1
    )


def names_kinds(column: SeenColumn) -> bool:
    """Whether the values that the profile shows are words for different entities."""
    values = [v.value for v in column.profile.top if not v.masked] if column.profile else []
    return any(len({e for v in values if (e := entity_of(v, f))}) > 1 for f in FAMILIES)


def told_by(table: SeenTable) -> Iterator[SeenColumn]:
    """Columns that only persons, or only organisations, have something in."""
    for column in table.columns:
        if column.marks & (_PERSON | _ORGANISATION) and not column.empty:
            yield column


def kind_columns(table: SeenTable, entity: str) -> tuple[SeenColumn, ...]:
    """Columns that may tell the entities of a table apart, likely ones first."""
    types = {pair[0] for pair in table.pairs}
    own = set(table.words)
    found: list[tuple[bool, int, SeenColumn]] = []
    for column in table.columns:
        words = [singular(w) for w in raw_words(column.name)]
        named = bool(_KIND.intersection(words)) or any(w.endswith("type") for w in words)
        flagged = party_flag(column) in PARTIES and entity in PARTIES
        if column.name in types or column.name in table.key or column.empty:
            continue
        profile = column.profile
        if profile is not None and profile.distinct is not None and profile.distinct > MOST_KINDS:
            continue
        meant = column.means("discriminator")
        if named or meant or flagged:
            rest = [w for w in words if w not in _KIND]
            # `contact_type` in contacts, `type` anywhere: the kind of the row itself.
            near = not rest or bool(own.intersection(rest)) or "record" in rest or flagged
            found.append((not (near or meant), len(found), column))
    return tuple(column for _, _, column in sorted(found, key=lambda f: f[:2]))


def split(
    table: SeenTable, entity: str, sure: float, kinds: Kinds, dialect: Dialect
) -> tuple[Part, ...]:
    """The table's parts, the largest first; empty where all rows are of one kind."""
    for column in kind_columns(table, entity):
        for parts in (
            _by_flag(column, entity, dialect),
            _by_words(table, column, entity, sure, kinds, dialect),
            _by_content(table, column, entity, kinds, dialect),
        ):
            if len({p.entity for p in parts}) > 1:
                return tuple(sorted(parts, key=lambda p: (-(p.rows or 0), p.entity)))
    return ()


def party_flag(column: SeenColumn) -> str:
    """The kind of party that a flag tells of: `is_company` → organisation; empty for others."""
    if column.column.type.lower().startswith(_BOOLEAN):
        found = _LEGAL_PERSONS.get(joined(raw_words(column.name)))
        if found:
            return found
    words = words_of(column.name)
    if len(words) != 2 or words[0] not in ("is", "ist", "est", "es", "e"):
        return ""
    kinds = {e for w in words[1:] for e in ENTITY_WORDS.get(w, {}) if e in PARTIES}
    kinds |= {v for w in words[1:] if (v := VALUE_WORDS.get(w, "")) in PARTIES}
    return kinds.pop() if len(kinds) == 1 else ""


def _by_flag(column: SeenColumn, entity: str, dialect: Dialect) -> tuple[Part, ...]:
    flag = party_flag(column)
    if flag not in ("person", "organisation"):
        return ()
    other = "organisation" if flag == "person" else "person"
    if occurs(column, True) is False or occurs(column, False) is False:
        return ()
    true, false = dialect.true(column), dialect.false(column)
    if not true or not false:
        return ()
    reason = f"{column.name} tells it from {{}}"
    return (
        Part(flag, true, 0.85, reason.format(other)),
        Part(other, false, 0.75, reason.format(flag)),
    )


def _values(table: SeenTable, column: SeenColumn, kinds: Kinds) -> dict[str, int]:
    asked = kinds.get((table.name, column.name))
    if asked:
        return {value: kind.rows for value, kind in asked.items()}
    profile = column.profile
    return {v.value: v.count for v in profile.top if not v.masked} if profile else {}


def entity_of(value: str, allowed: frozenset[str]) -> str:
    """The entity that a value names, of those allowed; empty where there is none or several."""
    found: set[str] = set()
    for word in (*words_of(value), *raw_words(value)):
        if VALUE_WORDS.get(word, "") in allowed:
            found.add(VALUE_WORDS[word])
        found |= {e for e in ENTITY_WORDS.get(word, {}) if e in allowed}
    return found.pop() if len(found) == 1 else ""


def _by_words(
    table: SeenTable,
    column: SeenColumn,
    entity: str,
    sure: float,
    kinds: Kinds,
    dialect: Dialect,
) -> tuple[Part, ...]:
    values = _values(table, column, kinds)
    best: tuple[int, dict[str, list[str]]] = (0, {})
    for family in FAMILIES:
        if sure >= 0.5 and entity not in family:
            continue
        groups: dict[str, list[str]] = {}
        for value in values:
            named = entity_of(value, family)
            if named:
                groups.setdefault(named, []).append(value)
        rows = sum(values[v] for named in groups.values() for v in named)
        if len(groups) > 1 and rows > best[0]:
            best = rows, groups
    rows, groups = best
    held = table.rows or sum(values.values())
    if not groups or (entity == "" and rows * 2 < held):
        return ()
    left = held - rows
    more = f"; {left:,} rows are of other kinds" if left > 0 else ""
    return tuple(
        Part(
            named,
            condition,
            0.9,
            f"{column.name} names kinds{more}",
            sum(values[v] for v in written),
        )
        for named, written in sorted(groups.items())
        if (condition := dialect.one_of(column, tuple(sorted(written))))
    )


def _by_content(
    table: SeenTable, column: SeenColumn, entity: str, kinds: Kinds, dialect: Dialect
) -> tuple[Part, ...]:
    """Codes such as P and O: by the columns that only one of them fills, else by the letter."""
    if entity not in PARTIES:
        return ()
    values = _values(table, column, kinds)
    if not 2 <= len(values) <= 4 or any(len(v) > _CODE for v in values):
        return ()
    asked = kinds.get((table.name, column.name), {})
    told = {value: _told(table, kind) for value, kind in asked.items() if kind.rows >= _SOME}
    lettered = {v: _LETTERS.get(v.strip().lower(), "") for v in values}
    found: dict[str, tuple[str, float, str]] = {}
    for value in values:
        by_columns = told.get(value, "")
        if by_columns:
            sure = 0.85 if lettered[value] == by_columns else 0.75
            found[value] = by_columns, sure, "by the columns that its rows fill"
        elif lettered[value] and all(lettered.values()):
            found[value] = lettered[value], 0.6, "by its letter"
    groups: dict[str, list[str]] = {}
    for value, (kind, _, _) in found.items():
        groups.setdefault(kind, []).append(value)
    if len(groups) < 2:
        return ()
    return tuple(
        Part(
            kind,
            condition,
            min(found[v][1] for v in written),
            f"{column.name} tells kinds apart, {found[written[0]][2]}",
            sum(values[v] for v in written),
        )
        for kind, written in sorted(groups.items())
        if (condition := dialect.one_of(column, tuple(sorted(written))))
    )


def _told(table: SeenTable, kind: Kind) -> str:
    """Whether rows fill what persons have, or what organisations have; empty where neither."""

    def share(marks: frozenset[str]) -> float:
        counts = [kind.filled.get(c.name, 0) for c in table.columns if c.marks & marks]
        return max(counts, default=0) / kind.rows if kind.rows else 0.0

    person, organisation = share(_PERSON), share(_ORGANISATION)
    if person >= 0.5 and organisation < 0.5 * person:
        return "person"
    if organisation >= 0.5 and person < 0.5 * organisation:
        return "organisation"
    # Only one kind has columns of its own: the rows that leave them empty are the other.
    return "organisation" if person < 0.02 and _has(table, _PERSON) and not organisation else ""


def _has(table: SeenTable, marks: frozenset[str]) -> bool:
    return any(c.marks & marks for c in table.columns)


def second_entities(table: SeenTable, entity: str) -> Iterator[str]:
    """What each row is besides: who is listed with names as a member is a person too."""
    names = scores(table.marks).get("person", (0.0, ()))[0]
    if entity == "membership" and names >= 0.5:
        yield "person"
