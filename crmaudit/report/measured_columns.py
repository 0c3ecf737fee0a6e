"""How the values of the columns that matter spread, and which columns are empty together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp
from crmaudit.quality.one_place import CUSTOMERS
from crmaudit.quality.quality import Holding
from crmaudit.report import specs as s
from crmaudit.report.numbers import number, percent

PANELS = 12
PER_ENTITY = 3
PER_MEANING = 4
MONTHS = 60
"""So many months stand for themselves; more are put together by years."""
VALUES = 6
COLUMNS = 22
PATTERNS = 8

_MATTER = (
    "created at",
    "money",
    "status",
    "category",
    "date",
    "birth date",
    "percentage",
    "country",
    "modified at",
    "consent",
    "gender",
    "language",
    "industry",
    "number",
    "flag",
)
"""What is worth a picture, the most telling first."""

_CODES = {"status", "category", "country", "consent", "gender", "language", "industry", "flag"}
"""What is drawn value by value, even where the codes are numbers."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    entity: str
    system: str
    profile: TableProfile
    column: ColumnProfile
    panel: s.Panel
    faults: int
    rank: int


def distributions(facts: Facts) -> s.Panels | None:
    """The columns that tell most of each entity: faulty ones, then by what they mean."""
    found = sorted(
        _candidates(facts),
        key=lambda c: (c.faults == 0, c.rank, -c.profile.rows, c.system, c.profile.table),
    )
    taken: Counter[str | int] = Counter()
    kinds: set[tuple[str, int]] = set()
    chosen = []
    for candidate in found:
        same = (candidate.entity, candidate.rank)
        room = taken[candidate.entity] < PER_ENTITY and taken[candidate.rank] < PER_MEANING
        if room and same not in kinds:
            taken.update((candidate.entity, candidate.rank))
            kinds.add(same)
            chosen.append(candidate)
    chosen = chosen[:PANELS]
    chosen.sort(key=lambda c: (-c.profile.rows, c.entity, c.rank))
    return s.Panels(tuple(c.panel for c in chosen)) if chosen else None


def _candidates(facts: Facts) -> Iterator[_Candidate]:
    several = len(facts.quality.profiles) > 1
    seen: set[tuple[str, str, str]] = set()
    for holding in facts.quality.holdings():
        if holding.mapped.role != "primary" or not holding.profile.rows:
            continue
        entity = holding.mapped.entity or ""
        for column in holding.profile.columns:
            place = (holding.system, holding.profile.subject, column.name)
            rank = _rank(column)
            if rank is None or place in seen:
                continue
            seen.add(place)
            label = f"{holding.profile.table}.{column.name}"
            name = facts.workspace.system[holding.system].name
            panel = _panel(column, f"{name}: {label}" if several else label, facts)
            if panel is not None:
                rows = sum(f.rows for f in column.faults)
                yield _Candidate(entity, holding.system, holding.profile, column, panel, rows, rank)


def _rank(column: ColumnProfile) -> int | None:
    """The place of what it means among what matters; None for what is not worth a picture."""
    if column.semantic is not None and column.semantic.type in _MATTER:
        return _MATTER.index(column.semantic.type)
    if column.semantic is not None:
        return None
    if is_created_stamp(column.name):
        return 0
    return _MATTER.index("modified at") if is_modified_stamp(column.name) else None


def _panel(column: ColumnProfile, label: str, facts: Facts) -> s.Panel | None:
    """None where there is nothing to see: no spread, or one value only."""
    note = msg("{filled} of ", filled=number(column.filled))
    note += msg("{rows} filled", rows=number(column.rows))
    shown = [v for v in column.top if not v.masked]
    codes = column.semantic is not None and column.semantic.type in _CODES
    if codes and len(shown) > 1:
        values = tuple(s.Bar(visible(v.value), v.count, number(v.count)) for v in shown[:VALUES])
        if column.distinct is not None and column.distinct > len(values):
            note += msg("; {distinct} values", distinct=number(column.distinct))
        return s.Panel(label, "values", values, note=note)
    if column.months:
        present = f"{facts.day:%Y-%m}" if facts.day else ""
        parts = tuple(
            s.Bar(name, n, number(n), bool(present and first > present))
            for name, first, n in months(column.months)
        )
        if len(parts) < 2:
            return None
        low, high = parts[0].label, parts[-1].label
        ahead = sum(int(p.value or 0) for p in parts if p.mark)
        if ahead:
            note += msg("; {ahead} in the future", ahead=number(ahead))
        return s.Panel(label, "months", parts, low, high, note)
    if column.histogram and len(column.histogram) > 1:
        bins = tuple(
            s.Bar(
                msg("{low} to {high}", low=b.low, high=b.high),
                b.count,
                number(b.count),
            )
            for b in column.histogram
        )
        return s.Panel(
            label, "range", bins, column.histogram[0].low, column.histogram[-1].high, note
        )
    return None


def visible(value: str) -> str:
    """The value with blanks at its ends to be seen."""
    inner = value.strip()
    before = len(value) - len(value.lstrip())
    return "␣" * before + inner + "␣" * (len(value) - before - len(inner))


def months(counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Name, first month and rows of each step from the first month to the last.

    The steps are months, or years where these would be too many, or several years.
    """
    first, last = min(counts), max(counts)
    start, end = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (first, last))
    if end - start < MONTHS:
        for n in range(start, end + 1):
            name = f"{n // 12:04}-{n % 12 + 1:02}"
            yield name, name, counts.get(name, 0)
        return
    step = -(-(end // 12 - start // 12 + 1) // MONTHS)
    by_year: dict[int, int] = {}
    for month, n in counts.items():
        at = (int(month[:4]) - start // 12) // step
        by_year[at] = by_year.get(at, 0) + n
    for at in range((end // 12 - start // 12) // step + 1):
        year = start // 12 + at * step
        name = f"{year:04}" if step == 1 else f"{year:04}–{year + step - 1:04}"
        yield name, f"{year:04}-01", by_year.get(at, 0)


def missing(facts: Facts) -> tuple[tuple[str, s.Missingness], ...]:
    """For each entity with such patterns: its name and which columns are empty together.

    Customers first, then those with the most empty values, four at most; of the
    largest table that holds the entity.
    """
    best: dict[str, Holding] = {}
    for holding in facts.quality.holdings():
        entity = holding.mapped.entity or ""
        if holding.mapped.role == "primary" and _partly(holding.profile):
            held = best.get(entity)
            if held is None or holding.profile.rows > held.profile.rows:
                best[entity] = holding
    found, drawn = [], set()
    for entity, holding in sorted(best.items(), key=lambda x: _urgency(facts, *x)):
        place = (holding.system, holding.profile.subject)
        if place not in drawn:
            drawn.add(place)
            known = facts.workspace.entity.get(entity)
            system = facts.workspace.system[holding.system].name
            name = f"{known.label if known else entity} ({system}: {holding.profile.table})"
            found.append((name, _map(holding.profile)))
    return tuple(found[:4])


def _urgency(facts: Facts, entity: str, holding: Holding) -> tuple[bool, int, str]:
    """Customers first, then by how much is empty."""
    kinds = facts.maps[holding.system].kinds if holding.system in facts.maps else {}
    return kinds.get(entity, entity) not in CUSTOMERS, -_empty(holding.profile), entity


def _partly(profile: TableProfile) -> bool:
    return len({name for p in profile.missing for name in p.columns}) > 1


def _empty(profile: TableProfile) -> int:
    return sum(p.rows * len(p.columns) for p in profile.missing)


def _map(profile: TableProfile) -> s.Missingness:
    patterns = sorted(profile.missing, key=lambda p: (-p.rows, p.columns))[:PATTERNS]
    weight: dict[str, int] = {}
    for pattern in patterns:
        for name in pattern.columns:
            weight[name] = weight.get(name, 0) + pattern.rows
    kept = set(sorted(weight, key=lambda n: (-weight[n], n))[:COLUMNS])
    columns = [c for c in profile.columns if c.name in kept]
    at = {c.name: n for n, c in enumerate(columns)}
    bars = []
    for c in columns:
        share = c.filled / c.rows if c.rows else None
        told = percent(share) if share is not None else ""
        bars.append(s.Bar(c.name, share, told))
    rows = profile.rows or 1
    return s.Missingness(
        tuple(bars),
        tuple(
            s.EmptyPattern(
                tuple(sorted(at[n] for n in p.columns if n in at)),
                p.rows / rows,
                number(p.rows),
            )
            for p in patterns
        ),
    )
