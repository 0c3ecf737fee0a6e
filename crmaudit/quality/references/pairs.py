"""Pairs of a type and an id column: the type says to which table the id refers."""

from __future__ import annotations

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
    modell modele modelo modelname object objekt objet objeto entity entitat entite entidad
"""
_STRONG = frozenset(stem(w) for w in _STRONG_TEXT.split())
_WEAK = frozenset(stem(w) for w in ("type", "typ", "tipo", "kind", "art"))
_NAME = frozenset({"name", "nom", "nombr"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Columns of a table that may be such a pair, how likely by their names, and why.

    `alone`: the names are so plain that it is one even where no value tells.
    """

    table: Table
    type_column: str
    id_column: str
    prior: float
    alone: bool


def pairs(columns: Columns, names: TableNames) -> Iterator[Pair]:
    """The pairs of a catalog's tables by their names; the type has to be a text or a code."""
    for table in columns.tables:
        ids, types = [], []
        for known in columns.of(table):
            name = named(known.name)
            if name.mark >= 0.9 and name.words and known.can_hold_key:
                ids.append((known, name))
            elif _may_be_type(known, name):
                types.append(known)
        used: set[str] = set()
        # Columns of one stem find each other first; what is left has no other partner.
        for exact in (True, False):
            for known, name in ids:
                if known.name in used:
                    continue
                found = [
                    (p, t) for t in types if (p := _fit(name, t, exact)) and t.name not in used
                ]
                if not found or (not exact and len(found) > 1):
                    continue
                prior, type_ = max(found, key=lambda f: f[0])
                match = max((m.score for m in names.matches(name, table)), default=0.0)
                plain = match < 0.6 or name.stems[-1] in ANYTHING
                alone = prior >= 0.85 or (plain and prior >= 0.7)
                used |= {known.name, type_.name}
                yield Pair(table, type_.name, known.name, prior, alone)


def _may_be_type(known: Known, name: Named) -> bool:
    p = known.profile
    if p is not None and p.filled:
        if p.logical not in ("text", "integer") or (p.distinct or 0) > MOST_TYPES:
            return False
    elif known.is_number or not known.can_hold_key:
        return False
    return not name.mark or name.mark < 0.9


def _fit(name: Named, type_: Known, exact: bool) -> float:
    """How well a type column's name goes with that of an id column; 0: not at all."""
    ids, words = name.stems, stems(type_.name)
    if not words:
        return 0.0
    strong, weak = words[-1] in _STRONG, words[-1] in _WEAK
    # `object_name` names a table; `owner_name` beside `owner_id` only repeats a name.
    naming = (weak or words[-1] in _NAME) and len(words) > 1 and words[-2] in _STRONG
    if exact:
        if words[:-1] == ids and (strong or weak or naming):
            return 0.8 if weak and not naming else 0.9
        if words[:-2] == ids and naming:
            return 0.9
        if words == ids and (strong or ids[-1] in ANYTHING):
            return 0.8
        # `target_entity_type` with `target_entity_id`, `entity_table` with `entity_id`.
        return 0.75 if strong and words[:-1] and words[:-1] == ids[: len(words) - 1] else 0.0
    return 0.6 if (strong or naming) and ids[-1] in ANYTHING else 0.0
