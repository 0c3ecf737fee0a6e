"""Which columns tell a table's rows apart, where the database does not say."""

from __future__ import annotations

from collections import Counter

from crmaudit.evidence import Table
from crmaudit.quality.references.columns import Columns, Known
from crmaudit.quality.references.tables import TableNames
from crmaudit.quality.references.words import named, stems

_ENOUGH = 0.55
_USUAL = 5
"""So many tables have to have the same column as their key before others are believed to."""


def own_key(table: Table, columns: Columns, names: TableNames) -> str | None:
    """The one column that identifies a row: the declared key, else the likeliest; None if none."""
    if len(table.primary_key) == 1:
        return table.primary_key[0]
    if table.primary_key:
        return None
    ranked = key_columns(table, columns, names)
    return ranked[0][0] if ranked and ranked[0][1] >= _ENOUGH else None


def own_keys(columns: Columns, names: TableNames) -> dict[str, str | None]:
    """`own_key` of all tables; where it is open, the column that is most others' key."""
    keys = {t.qualified: own_key(t, columns, names) for t in columns.tables}
    usual = _usual(columns, keys)
    for table in columns.tables:
        known = columns.get(table.qualified, usual) if usual else None
        if known is None or keys[table.qualified] or table.primary_key or not known.can_hold_key:
            continue
        if known.is_empty or known.is_unique:
            keys[table.qualified] = usual
    return keys


def _usual(columns: Columns, keys: dict[str, str | None]) -> str:
    """The column by which most tables are told apart, and that never holds a value twice."""
    counted = Counter(key for key in keys.values() if key)
    if not counted:
        return ""
    name, count = min(counted.items(), key=lambda c: (-c[1], c[0]))
    having = [k for t in columns.tables if (k := columns.get(t.qualified, name)) and k.filled]
    alone = all(k.is_unique for k in having)
    return name if count >= _USUAL and 2 * count > sum(counted.values()) and alone else ""


def key_columns(
    table: Table, columns: Columns, names: TableNames
) -> list[tuple[str, float, tuple[str, ...]]]:
    """Columns that may be the table's undeclared key: name, confidence, reasons; best first."""
    found = []
    for position, known in enumerate(columns.of(table)):
        if not known.can_hold_key or (known.rows and known.is_empty):
            continue
        score, why = _by_name(known, names)
        measured = known.filled is not None and bool(known.rows)
        if measured:
            whole = known.filled == known.rows
            if whole and known.is_unique:
                score += 0.4 if score else 0.3
                why = (*why, "each row has a value of its own")
            elif known.nearly_unique and score >= 0.5:
                score -= 0.15
                why = (*why, "nearly each row has a value of its own")
            else:
                continue
        if known.means_something_else or known.means == "e-mail":
            score -= 0.4
        if score > 0.3:
            found.append((known.name, min(1.0, round(score, 2)), why, position))
    found.sort(key=lambda f: (-f[1], f[3]))
    return [(name, score, why) for name, score, why, _ in found]


def _by_name(known: Known, names: TableNames) -> tuple[float, tuple[str, ...]]:
    name = named(known.name)
    if not name.words and name.mark >= 0.9:
        return 0.6, ("its name is that of a key",)
    if name.mark and names.is_named(known.table, name.stems):
        return 0.55 if name.mark >= 0.9 else 0.45, ("it is named after its table",)
    if name.mark >= 0.9:
        # What names no other table may name this one by a word of its own, as `contactid` does
        # in `vtiger_contactdetails`; a key stands first.
        first = known.table.columns[0].name == known.name
        own = first and name.words and not names.named(" ".join(name.words))
        return (0.15, ("it stands first and is named as a key",)) if own else (0.0, ())
    if known.means in ("identifier", "uuid") or (not name.mark and _is_code(known.name)):
        return 0.25, ("its name is that of a number or code",)
    return 0.0, ()


def _is_code(column: str) -> bool:
    return bool(set(stems(column)) & {"cod", "number", "nummer", "numer", "numero", "sku", "kod"})
