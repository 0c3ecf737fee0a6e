"""One column on a screen: what it means, how its values spread, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.panels import Block
from crmaudit.cli.terminal import bar, rate

if TYPE_CHECKING:
    from crmaudit.evidence import ColumnProfile, Fault, Keys, Reference

_BLOCKS = " ▁▂▃▄▅▆▇█"
SPARK = 36
"""At most so many signs of a sparkline."""
LIKELY = 0.7
"""A meaning or fault of less confidence is told with a question mark."""


def blocks(
    column: ColumnProfile, faults: Sequence[Fault], keys: Keys | None, table: str
) -> Iterator[Block]:
    """What is known of a column, but for its scores."""
    yield _meaning(column)
    yield _content(column)
    yield _spread(column)
    yield _counted(
        "Most frequent",
        ((v.value, v.count) for v in column.top if _shown(v.masked, column)),
        column,
    )
    yield _counted("Shapes", ((s.shape, s.count) for s in column.shapes), column)
    yield _checks(column)
    yield fault_block(faults, column.name)
    if keys is not None:
        yield _references(column.name, keys, table)


def _shown(masked: bool, column: ColumnProfile) -> bool:
    """What is masked by its shape stands among the shapes; a pseudonym tells something."""
    return not masked or column.masking == "pseudonym"


def _meaning(column: ColumnProfile) -> Block:
    block, found = Block("Meaning"), column.semantic
    if found is None:
        block.say("meaning", "not assessed: this evidence holds no meanings")
        return block
    block.say("meaning", found.type, f"confidence {percent(found.confidence)}")
    for n, reason in enumerate(found.reasons):
        block.say("" if n else "because", reason)
    if found.tested:
        tested = f"{found.tested:,} different values, {found.tested_rows:,} rows"
        passed = "" if found.passed_rows is None else f"{found.passed_rows:,} of these rows pass"
        block.say("tested", tested, passed)
    block.say("or else", ", ".join(f"{t} ({percent(c)})" for t, c in found.others[:3]))
    return block


def _content(c: ColumnProfile) -> Block:
    block = Block("Content")
    shown = {
        "none": "range in clear",
        "shape": "values by shape only",
        "pseudonym": "accounts by pseudonym",
        "nothing": "nothing of it is shown",
    }[c.masking]
    block.say("type", c.type or "none declared", f"read as {c.logical}", shown)
    share = c.filled / c.rows if c.rows else None
    told = f"{c.filled:,} of {c.rows:,}" if c.rows else "the table has no rows"
    block.add("filled", Text(f"{bar(share)} {percent(share, 1)} ({told})"))
    block.say("empty", f"{c.nulls:,} null", f"{c.blanks:,} blank")
    if c.distinct is not None:
        once = f"{c.uniques:,} of them once" if c.uniques is not None else ""
        block.say("different", f"{c.distinct:,}", once)
    if c.masking == "none" and c.minimum is not None:
        block.say("range", f"{c.minimum} to {c.maximum}")
    if c.mean is not None:
        block.say("mean", f"{c.mean:,.4g}", f"deviation {c.deviation or 0:,.4g}")
    if c.masking == "none":
        quantiles = dict.fromkeys(f"{q.value} ({percent(q.p)})" for q in c.quantiles)
        block.say("quantiles", ", ".join(quantiles))
    if c.length_max is not None and c.logical in ("text", "binary"):
        mean = f"mean {c.length_mean:,.1f}" if c.length_mean is not None else ""
        block.say("length", f"{c.length_min:,} to {c.length_max:,}", mean)
    for method in sorted({str(m) for m in c.methods.values()}):
        block.say("method", method)
    if c.status.state != "done":
        block.say("status", f"{c.status.state}: {c.status.reason}")
    return block


def _spread(c: ColumnProfile) -> Block:
    """The histogram, and the months as a line of blocks with its ends."""
    block = Block("Spread")
    if c.histogram:
        line = sparkline([b.count for b in c.histogram])
        most = max(c.histogram, key=lambda b: b.count)
        block.add("histogram", Text(line))
        block.say("", f"{c.histogram[0].low} to {c.histogram[-1].high}", _bins(len(c.histogram)))
        block.say("fullest bin", f"{most.low} to {most.high}", f"{most.count:,} rows")
    if c.months:
        counts, unit = by_time(c.months)
        block.add(f"by {unit}", Text(sparkline(list(counts.values()))))
        first, last = next(iter(counts)), list(counts)[-1]
        block.say("", f"{first} to {last}" if first != last else first)
        fullest = max(counts, key=lambda k: counts[k])
        block.say("fullest", fullest, f"{counts[fullest]:,} rows")
    return block


def _bins(n: int) -> str:
    return "1 bin" if n == 1 else f"{n} bins"


def by_time(months: Mapping[str, int]) -> tuple[dict[str, int], str]:
    """Rows by month, the empty ones too; by year or by several where months are too many."""
    years = [int(m[:4]) for m in months]
    first, last = min(months), max(months)
    span = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7]) + 1
    if span <= SPARK:
        start = int(first[:4]) * 12 + int(first[5:7]) - 1
        names = [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, start + span)]
        return {name: months.get(name, 0) for name in names}, "month"
    step = -(-(max(years) - min(years) + 1) // SPARK)
    counts: dict[str, int] = {}
    for year in range(min(years), max(years) + 1, step):
        name = f"{year:04}" if step == 1 else f"{year:04}–{min(year + step - 1, max(years)):04}"
        inside = range(year, year + step)
        counts[name] = sum(n for m, n in months.items() if int(m[:4]) in inside)
    return counts, "year" if step == 1 else f"{step} years"


def sparkline(counts: Sequence[int]) -> str:
    """Counts as blocks of eight heights; what is there never looks like nothing."""
    most = max(counts, default=0) or 1
    return "".join(_BLOCKS[max(1, round(8 * n / most))] if n else "·" for n in counts)


def _counted(title: str, found: Iterable[tuple[str, int]], column: ColumnProfile) -> Block:
    block, filled = Block(title), column.filled or 1
    for value, count in found:
        share = min(count / filled, 1.0)
        block.add(
            visible(value) or "(empty)", Text(f"{bar(share, 8)} {percent(share, 1)} ({count:,})")
        )
    return block


def _checks(c: ColumnProfile) -> Block:
    block = Block("Checks")
    for name, (passed, applicable) in c.checks.items():
        share = passed / applicable if applicable else None
        told = f"{passed:,} of {applicable:,} pass" if applicable else "applies to no value"
        block.add(name, Text(f"{bar(share, 8)} {percent(share, 1)} ({told})"))
    return block


def fault_block(faults: Sequence[Fault], column: str = "", most: int | None = None) -> Block:
    """Faults, those with most rows first; outside of a column's own view each names its columns."""
    block = Block("Faults that no rule asked for")
    for f in sorted(faults, key=lambda f: (-f.rows, f.kind))[:most]:
        where = f"in {', '.join(f.columns)}" if f.columns not in ((), (column,)) else ""
        sampled = f" of {f.sampled:,} looked at" if f.sampled is not None else ""
        block.say(
            f.kind,
            f"{f.rows:,} of {f.of:,} rows ({percent(f.rows / f.of if f.of else None, 1)}){sampled}",
            where,
            visible(f.example),
            f"confidence {percent(f.confidence)}",
            f.detail,
            style="medium" if f.confidence >= LIKELY else "quiet",
        )
    if most is not None and len(faults) > most:
        block.say("more", f"{len(faults) - most} kinds of faults, in --format json")
    return block


def _references(name: str, keys: Keys, table: str) -> Block:
    block = Block("References")
    for r in keys.references:
        if r.table == table and name in r.columns:
            block.say(f"to {r.to}", *reference(r))
        elif r.to == table and name in r.to_columns:
            block.say(f"from {r.table}", ".".join(r.columns), *reference(r))
    for p in keys.polymorphic:
        if p.table == table and name in (p.type_column, p.id_column):
            unknown = sum(p.unknown.values())
            told = f"{unknown:,} rows of types that no table was found for" if unknown else ""
            block.say("pair", f"{p.type_column} says to which table {p.id_column} refers", told)
    return block


def reference(r: Reference) -> list[str]:
    """What is known of a reference, in words."""
    sure = r.basis != "inferred"
    told = [r.basis if sure else f"{r.basis}, confidence {percent(r.confidence)}"]
    if r.when:
        told.append(f"where {r.when[0]} is {r.when[1]}")
    if r.verdict == "cannot tell":
        told.append("cannot tell: no value to test")
    elif r.orphans:
        told.append(f"{r.orphans:,} of {r.filled or 0:,} values lead nowhere")
    else:
        told.append(f"all {r.filled or 0:,} values are found")
    if r.sentinels:
        told.append(f"{sum(r.sentinels.values()):,} rows hold {', '.join(sorted(r.sentinels))}")
    return told


def visible(value: str) -> str:
    """The value with blanks at its ends to be seen."""
    inner = value.strip()
    before = len(value) - len(value.lstrip())
    return "␣" * before + inner + "␣" * (len(value) - before - len(inner))


def percent(share: float | None, digits: int = 0) -> str:
    """The share in words; `not assessed` without one."""
    return "not assessed" if share is None else rate(share, digits)


def plain(
    column: ColumnProfile, faults: Sequence[Fault], keys: Keys | None, table: str
) -> dict[str, Any]:
    """All that is known of a column, as plain values."""
    known = keys.references if keys else ()
    return {
        "statistics": asdict(column),
        "faults": [asdict(f) for f in faults],
        "references": [
            {**asdict(r), "verdict": r.verdict}
            for r in known
            if (r.table == table and column.name in r.columns)
            or (r.to == table and column.name in r.to_columns)
        ],
    }
