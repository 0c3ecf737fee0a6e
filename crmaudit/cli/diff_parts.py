"""What `diff` tells below the findings: figures, landscape, promises, plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from crmaudit.cli.terminal import count, put_note

if TYPE_CHECKING:
    from crmaudit.remembered import Since
    from crmaudit.remembered.course import FigureChange
    from crmaudit.remembered.landscape import Landscape
    from crmaudit.standing.figures import Figure

_MOST = 12
"""Lines of one kind that are shown without --all."""
_VERDICTS = ("better", "worse", "changed", "not comparable")


def rest(since: Since) -> dict[str, Any]:
    """The same as plain values, for JSON."""
    land = since.landscape
    return {
        "figures": [
            {
                "figure": f.name,
                "before": _plain(f.before),
                "after": _plain(f.after),
                "delta": f.delta,
                "verdict": f.verdict,
                "why": f.why,
            }
            for f in since.figures
        ],
        "landscape": {
            "systems_added": dict(land.systems_added),
            "systems_removed": dict(land.systems_removed),
            "entities_added": dict(land.entities_added),
            "entities_removed": dict(land.entities_removed),
            "feeds_added": [list(f) for f in land.feeds_added],
            "feeds_removed": [list(f) for f in land.feeds_removed],
            "cells": [asdict(c) for c in land.cells],
            "records": [list(r) for r in land.records],
            "not_known": list(land.unknown),
        },
        "promises": [asdict(a) for a in since.answered],
        "plan": {"known": since.plan.known, "steps": [asdict(s) for s in since.plan.steps]},
    }


def _plain(figure: Figure | None) -> dict[str, Any] | None:
    return asdict(figure) if figure else None


def put_rest(
    console: Console,
    since: Since,
    name: Callable[[str], str],
    people: Mapping[str, str],
    all_: bool = False,
) -> None:
    """The parts below the findings, each only where something is to be told."""
    most = 10**9 if all_ else _MOST
    from crmaudit.remembered.course import ranked

    figures = ranked(since.figures)
    changed = [f for v in _VERDICTS for f in figures if f.verdict == v]
    _part(console, "Figures", (_figure(f, name) for f in changed), most)
    for verdict, words in (("first", "not known before"), ("gone", "not known any more")):
        names = [name(f.name) for f in since.figures if f.verdict == verdict]
        more = f" and {len(names) - most} more" if len(names) > most else ""
        if names:
            put_note(console, f"  {words}: {', '.join(names[:most])}{more}", "none")
    still = sum(f.verdict in ("same", "within error") for f in since.figures)
    if still:
        put_note(console, f"  {count(still, 'figure')} as before, or within what samples can tell")
    _part(console, "Landscape", _landscape(since.landscape), most)
    _part(console, "Promised", _promised(since, people), most)
    _part(console, "Plan", _plan(since, people), most)


def _part(console: Console, title: str, lines: Iterable[str], most: int) -> None:
    found = list(lines)
    if not found:
        return
    console.print(Text(title, style="accent"))
    for line in found[:most]:
        put_note(console, f"  {line}", "none")
    if len(found) > most:
        put_note(console, f"  and {len(found) - most} more (--all)")


def _figure(f: FigureChange, name: Callable[[str], str]) -> str:
    from crmaudit.standing.figures import kind_of

    kind = kind_of(f.name)
    unit = kind[0].unit if kind else ""
    ends = " → ".join(_value(x, unit) for x in (f.before, f.after))
    why = f": {f.why}" if f.why else ""
    return f"{f.verdict}: {name(f.name)} {ends}{why}"


def _value(figure: Figure | None, unit: str) -> str:
    if figure is None:
        return "not known"
    value = figure.value
    text = {"percent": f"{value:.1f} %", "score": f"{value:.1f}"}.get(unit, f"{value:,.0f}")
    if unit == "percent" and figure.part is not None and figure.of:
        exact = abs(100 * figure.part / figure.of - value) < 0.05
        counts = f"{figure.part:,.0f} of {figure.of:,.0f}"
        text += f" ({counts})" if exact else f" over {figure.of:,.0f} checks"
    return text


def _landscape(land: Landscape) -> Iterable[str]:
    names = land.names
    for word, found in (
        ("new system", land.systems_added),
        ("system gone", land.systems_removed),
        ("new entity", land.entities_added),
        ("entity gone", land.entities_removed),
    ):
        yield from (f"{word}: {title}" for title in found.values())
    for word, feeds in (("new feed", land.feeds_added), ("feed gone", land.feeds_removed)):
        yield from (f"{word}: {names.get(a, a)} → {names.get(b, b)}" for a, b in feeds)
    for entity, old, new in land.records:
        ends = [names.get(x, x) or "undecided" for x in (old, new)]
        yield f"system of record of {names.get(entity, entity)}: {ends[0]} → {ends[1]}"
    from crmaudit.remembered.landscape import letters

    for c in land.cells:
        ends = [letters(x) for x in (c.before, c.after)]
        yield f"{names[c.system]} × {names[c.entity]}: {ends[0]} → {ends[1]}"
    if land.unknown:
        yield f"not known then: {', '.join(land.unknown)}"


def _promised(since: Since, people: Mapping[str, str]) -> Iterable[str]:
    for a in since.answered:
        moved = f", now {a.due}" if a.fate == "put off" else ""
        who = people.get(a.owner, a.owner) or "nobody named"
        yield f"{a.fate}: {a.code} by {a.promised}{moved} ({who}): {a.message}"


def _plan(since: Since, people: Mapping[str, str]) -> Iterable[str]:
    if not since.plan.known:
        yield "not known then"
    for s in since.plan.steps:
        days = f" by {count(abs(s.days), 'day')}" if s.days else ""
        grown = f" from {s.effort[0]:,.0f} to {s.effort[1]:,.0f} days" if s.effort else ""
        who = f" ({people.get(s.owner, s.owner)})" if s.owner else ""
        yield f"{s.course}{days}{grown}: {s.title}{who}"
