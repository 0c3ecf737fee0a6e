"""`crud target`: systems of record, systems and feeds as they are to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, dash, number, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.strategy import RecordTarget, Target


class Part(StrEnum):
    feeds = "feeds"
    systems = "systems"
    records = "records"


_STYLES = {
    "build": "accent",
    "mend": "medium",
    "retire": "alarm",
    "replace": "medium",
    "decide": "high",
    "keep": "quiet",
    "retain": "quiet",
}
_MOST = 100
_ORDER = {"decide": 0, "retire": 1, "replace": 2, "retain": 3}


def target(
    part: Annotated[
        Part, typer.Argument(help="What to list; JSON has all three.", show_default="feeds")
    ] = Part.feeds,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The target picture: feeds to build, mend and retire; which systems stay; whose record."""
    found = audit(workspace)
    from crmaudit.strategy import target as picture

    aim = picture(found.facts)
    rows = {
        Part.feeds: _feeds(found, aim),
        Part.systems: _systems(aim),
        Part.records: _records(aim),
    }
    columns = {Part.feeds: _feed_columns, Part.systems: _system_columns,
               Part.records: _record_columns}  # fmt: skip
    shown = rows[part]
    notes = _notes(found, aim, part)
    if len(shown) > _MOST:
        notes.append(f"and {len(shown) - _MOST:,} more: --format csv")
    others = [p.value for p in Part if p is not part]
    view = View(
        kind="target",
        headline=_headline(aim, part),
        columns=columns[part](_named(found)),
        rows=shown,
        drawn=shown[:_MOST],
        notes=notes,
        extra={"part": part.value, **{p.value: rows[p] for p in Part if p is not part}},
        hint=f"crmaudit crud target {others[0]}",
    )
    show(view, format_, output)


def _headline(aim: Target, part: Part) -> str:
    if part is Part.systems:
        each: Counter[str] = Counter(s.action for s in aim.systems)
        told = ", ".join(f"{each[a]} to {a}" for a in _ORDER if each[a])
        return f"{count(len(aim.systems), 'system')}: {told}"
    if part is Part.records:
        left = sum(r.future is None for r in aim.records)
        settled = sum(r.basis in ("target declared", "declared") for r in aim.records)
        told = f"{settled} decided, {len(aim.records) - left - settled} proposed, {left} open"
        return f"System of record of {count(len(aim.records), 'entity', 'entities')}: {told}"
    feeds = ", ".join(
        f"{n} to {a}" for a in ("build", "mend", "retire", "keep") if (n := len(aim.to(a)))
    )
    return (
        f"{count(len(aim.feeds), 'feed')} of the target: {feeds}" if feeds else "No feed is known"
    )


def _notes(found: Audit, aim: Target, part: Part) -> list[str]:
    name = _named(found)
    told = []
    for action in ("decide", "retire", "replace"):
        which = [name(s.system) for s in aim.systems if s.action == action]
        if which and part is not Part.systems:
            more = f" and {len(which) - 8} more" if len(which) > 8 else ""
            told.append(f"systems to {action}: {', '.join(which[:8])}{more}")
    undecided = [name(r.entity) for r in aim.records if r.future is None]
    moving = [name(r.entity) for r in aim.records if r.moves]
    if part is not Part.records:
        if moving:
            told.append(f"system of record moves: {', '.join(moving)}")
        if undecided:
            told.append(f"system of record open: {', '.join(undecided)}")
    return told


def _feeds(found: Audit, aim: Target) -> list[dict[str, Any]]:
    from crmaudit.strategy import feed_effort

    rows = []
    for f in aim.feeds:
        spent = feed_effort(found.facts, f) if f.action == "build" else None
        rows.append(
            {
                "action": f.action,
                "from": f.source,
                "to": f.target,
                "entities": list(f.entities),
                "reason": str(f.reason),
                "now": list(f.now),
                "rows": f.rows,
                "days": [round(x, 1) for x in spent] if spent else None,
                "evidence": list(f.evidence),
            }
        )
    return rows


def _systems(aim: Target) -> list[dict[str, Any]]:
    return [
        {
            "system": s.system,
            "action": s.action,
            "decided": s.decided,
            "reason": str(s.reason),
            "successor": s.successor,
            "quadrant": s.quadrant,
            "needs": list(s.needs),
            "conflict": str(s.conflict),
        }
        for s in sorted(aim.systems, key=lambda s: _ORDER[s.action])
    ]


def _records(aim: Target) -> list[dict[str, Any]]:
    return [
        {
            "entity": r.entity,
            "now": list(r.now),
            "declared": r.declared,
            "future": r.future,
            "basis": r.basis,
            "confidence": r.confidence,
            "reason": str(r.reason),
            "conflict": str(r.conflict),
            "others": list(r.others),
        }
        for r in sorted(aim.records, key=_settled)
    ]


def _settled(r: RecordTarget) -> int:
    """Open, contested and moving records before the others."""
    if r.future is None:
        return 0
    return 1 if r.conflict else 2 if r.moves else 3


def _feed_columns(name: Any) -> Sequence[Column]:
    return [
        Column("action", "", _marked),
        Column("from", "From", name, flex=True, least=12),
        Column("to", "To", name, flex=True, least=12),
        Column("entities", "Entities", lambda v: ", ".join(map(name, v)) or "not said",
               flex=True, least=16),
        Column("reason", "Why", flex=True, least=26),
        Column("rows", "Rows", number, right=True, rank=3),
        Column("days", "Days", lambda v: "–" if v is None else f"{v[0]:.0f}–{v[1]:.0f}",
               right=True, rank=2),
        Column("now", "Today", lambda v: dash(", ".join(v)), rank=4),
    ]  # fmt: skip


def _system_columns(name: Any) -> Sequence[Column]:
    return [
        Column("system", "System", name, flex=True, least=14),
        Column("action", "Target", _marked),
        Column("decided", "Decided", lambda v: "yes" if v else "no", rank=2),
        Column("reason", "Why", flex=True, least=26),
        Column("successor", "Successor", lambda v: name(v) if v else "–", rank=1),
        Column("conflict", "Against it", dash, flex=True, least=20),
    ]


def _record_columns(name: Any) -> Sequence[Column]:
    return [
        Column("entity", "Entity", name, flex=True, least=14),
        Column("now", "Today", lambda v: ", ".join(map(name, v)) or "╱", flex=True, least=12),
        Column("future", "In future", lambda v: name(v) if v else "open", flex=True, least=12),
        Column("basis", "Basis", rank=1),
        Column("confidence", "Sure", rank=2),
        Column("reason", "Why", flex=True, least=24),
        Column("conflict", "Against it", dash, flex=True, least=18, rank=3),
    ]


def _marked(action: str) -> Text:
    return Text(action, style=_STYLES[action])


def _named(found: Audit) -> Any:
    labels: Mapping[str, str] = {
        **{s.id: s.name for s in found.workspace.systems},
        **{e.id: e.label for e in found.workspace.entity.values()},
    }
    return lambda id_: labels.get(id_, id_)
