"""Pairs of a type and an id column: the type says to which table the id refers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.quality.references.columns import Columns, Known
from crmaudit.quality.references.tables import TableNames
from crmaudit.quality.references.words import ANYTHING, Named, named, stem, stems

MOST_TYPES = 200
"""A column with more different values says no types."""

_STRONG_TEXT = """
    table tabelle tabla tablename module modul modulo modulename class klasse clase classname model
    modell modele modelo modelname doctype object objekt objet objeto entity entitat entite entidad
"""
_STRONG = frozenset(stem(w) for w in _STRONG_TEXT.split())
_WEAK = frozenset(stem(w) for w in ("type", "typ", "tipo", "kind", "art"))
_NAME = frozenset({"name", "nom", "nombr"})
_NAMES = _NAME | {stem(w) for w in ("name", "docname", "doc")}
"""The last word of a column that holds the name of a record, where names are keys."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Columns of a table that may be such a pair, how likely by their names, and why.

    `alone`: the names are so plain that it is one even where no value tells.
    `to_prove`: they say so little that the ids have to be found in the tables that
    the types name.
    """

    table: Table
    type_column: str
    id_column: str
    prior: float
    alone: bool
    to_prove: bool = False


def pairs(columns: Columns, names: TableNames) -> Iterator[Pair]:
    """The pairs of a catalog's tables by their names; the type has to be a text or a code."""
    for table in columns.tables:
        ids, types = [], []
        for known in columns.of(table):
            name = named(known.name)
            if name.mark >= 0.9 and name.words and known.can_hold_key:
                ids.append((known, name.stems, False))
                continue
            if (called := _by_name(known, name)) is not None:
                ids.append((known, called, True))
            if _may_be_type(known, name):
                types.append(known)
        used: set[str] = set()
        # Columns of one stem find each other first; what is left has no other partner.
        for how in _WAYS:
            for known, called, to_prove in ids:
                if known.name in used:
                    continue
                free = [t for t in types if t.name not in used | {known.name}]
                found = [(p, t) for t in free if (p := how(called, t))]
                if not found or (how is not _exact and len(found) > 1):
                    continue
                prior, type_ = max(found, key=lambda f: f[0])
                match = max((m.score for m in names.matches(named(known.name), table)), default=0.0)
                plain = match < 0.6 or called[-1:] == () or called[-1] in ANYTHING
                alone = prior >= 0.85 or (plain and prior >= 0.7 and not to_prove)
                used |= {known.name, type_.name}
                yield Pair(table, type_.name, known.name, prior, alone, to_prove or how is _alone)


def _may_be_type(known: Known, name: Named) -> bool:
    p = known.profile
    if p is not None and p.filled:
        if p.logical not in ("text", "integer") or (p.distinct or 0) > MOST_TYPES:
            return False
    elif known.is_number or not known.can_hold_key:
        return False
    return not name.mark or name.mark < 0.9


def _by_name(known: Known, name: Named) -> tuple[str, ...] | None:
    """What a column refers to that may hold names of records: `reference_name`, `parent`."""
    called = stems(known.name)
    if not known.is_text or not known.can_hold_key or name.mark or name.person or not called:
        return None
    if known.means_something_else and known.means != "text":
        return None
    if called[-1] in _NAMES:
        # A bare `name` is the record's own.
        return called[:-1] if called[:-1] or called[-1] not in _NAME else None
    return called if len(called) == 1 and called[0] in ANYTHING else None


@dataclass(frozen=True, slots=True)
class _Type:
    """The words of a type column, and how plainly they say that it names tables."""

    words: tuple[str, ...]
    strong: bool
    weak: bool
    naming: bool


def _typed(type_: Known) -> _Type:
    words = stems(type_.name)
    # `parenttype` is written in one word.
    if words and words[-1] not in _STRONG and (m := re.fullmatch(r"(.{4,})(typ)", words[-1])):
        words = (*words[:-1], *stems(m[1]), m[2])
    strong, weak = (bool(words) and words[-1] in some for some in (_STRONG, _WEAK))
    # `object_name` names a table; `owner_name` beside `owner_id` only repeats a name.
    naming = len(words) > 1 and words[-2] in _STRONG and (weak or words[-1] in _NAME)
    return _Type(words, strong, weak, naming)


def _exact(ids: tuple[str, ...], type_: Known) -> float:
    """How well a type column's name goes with that of an id column; 0: not at all."""
    told = _typed(type_)
    words, strong, weak, naming = told.words, told.strong, told.weak, told.naming
    if not words or not ids:
        return 0.0
    if words[:-1] == ids and (strong or weak or naming):
        return 0.8 if weak and not naming else 0.9
    if words[:-2] == ids and naming:
        return 0.9
    if words == ids and (strong or ids[-1] in ANYTHING):
        return 0.8
    # `target_entity_type` with `target_entity_id`, `entity_table` with `entity_id`.
    return 0.75 if strong and words[:-1] and words[:-1] == ids[: len(words) - 1] else 0.0


def _loose(ids: tuple[str, ...], type_: Known) -> float:
    """`ref_doctype` with `docname`, `object_class` with `record_id`."""
    told = _typed(type_)
    return 0.6 if (told.strong or told.naming) and (not ids or ids[-1] in ANYTHING) else 0.0


def _alone(ids: tuple[str, ...], type_: Known) -> float:
    """`type` with `item_id`: only the values can tell."""
    bare = stems(type_.name)
    return 0.5 if len(bare) == 1 and bare[0] in _WEAK and ids and ids[-1] in ANYTHING else 0.0


_WAYS = (_exact, _loose, _alone)
