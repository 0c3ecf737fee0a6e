"""What lies around a system, as blocks: its data, feeds, use, quality and fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from crmaudit.cli.panels import Block
from crmaudit.cli.terminal import bar, count, printable

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.inventory import Axis, InventoryRow, OpinionGap

_MOST = 4
_ENTITIES = 40


def blocks(found: Audit, row: InventoryRow) -> list[Block]:
    """What is known of the system elsewhere, in reading order."""
    return [
        _data(found, row),
        _feeds(found, row),
        _use(found, row),
        _quality(found, row),
        _fit(found, row),
    ]


def _data(found: Audit, row: InventoryRow) -> Block:
    """Its entities, those it writes most of first, and who else holds them."""
    workspace, crud, system = found.workspace, found.facts.whole_crud, row.system
    held = [e for e, letters in system.crud.items() if letters]
    complete = "all listed" if system.crud_complete else "others may be missing"
    block = Block(f"Data: {count(len(held), 'entity', 'entities')}, {complete}")
    held.sort(key=lambda e: -sum(x in (system.crud[e] or "") for x in "CUD"))
    for name in held[:_ENTITIES]:
        entity = workspace.entity[name]
        others = {s: crud.cell(s, name).text for s in crud.holders(name) if s != system.id}
        record = entity.system_of_record
        mark = " ◎ system of record" if record == system.id else ""
        text = Text(f"{system.crud[name]:<4}{mark}")
        if others:
            text.append(f"  also {_others(others)}", style="quiet")
        else:
            text.append("  nobody else", style="quiet")
        block.add(entity.label, text)
    if len(held) > _ENTITIES:
        block.add("", Text(f"and {len(held) - _ENTITIES} more"))
    none = [e for e, letters in system.crud.items() if letters == ""]
    block.say("nothing with", ", ".join(none))
    block.say("not known", ", ".join(e for e, x in system.crud.items() if x is None))
    shares = (f"{e} {100 * share:.0f} %" for e, share in system.entity_share.items())
    block.say("holds of all", ", ".join(shares))
    return block


def _others(others: Mapping[str, str]) -> str:
    told = [f"{s} {letters}" for s, letters in others.items()]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more


def _feeds(found: Audit, row: InventoryRow) -> Block:
    """Its feeds, those that only the other end declares included."""
    block, me, workspace = Block("Feeds"), row.system.id, found.workspace
    for link in found.facts.whole_crud.feeds:
        if me not in (link.source, link.target):
            continue
        out = link.source == me
        other = link.target if out else link.source
        told = workspace.system[link.declared_in]
        feed = (told.feeds or ())[link.index]
        block.say(
            f"{'→' if out else '←'} {other}",
            ", ".join(link.entities) or "entities not said",
            link.by,
            feed.frequency,
            f"last {feed.last_run}" if feed.last_run else None,
            workspace.person_name(link.owner),
            link.problems,
            f"told by {told.name} only" if _told_elsewhere(row, link.declared_in, other) else None,
            style="medium" if link.problems else "",
        )
    block.say("needs to run", ", ".join(row.system.depends_on))
    needing = [s.id for s in workspace.systems if me in s.depends_on]
    block.say("needed by", ", ".join(needing))
    return block


def _told_elsewhere(row: InventoryRow, teller: str, other: str) -> bool:
    """Whether the feed is declared at the other end and not here."""
    here = any(other in (f.to, f.from_) for f in row.system.feeds or ())
    return teller != row.system.id and not here


def _use(found: Audit, row: InventoryRow) -> Block:
    block, me, workspace = Block("Used for"), row.system.id, found.workspace
    processes = [
        f"{process.name} ({steps} of {count(len(process.steps), 'step')})"
        for process in workspace.processes
        if (steps := sum(me in s.systems for s in process.steps))
    ]
    block.say("processes", _listed(processes, _MOST))
    for kind in ("question", "report", "dashboard"):
        drawn = [n.text for n in workspace.needs if n.kind == kind and me in n.sources]
        block.say(f"{kind}s", _listed(drawn))
    block.say("indicators", _listed([k.name for k in workspace.kpis.kpis if k.system == me]))
    return block


def _listed(texts: list[str], most: int = 4) -> str:
    more = f"; and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more


def _quality(found: Audit, row: InventoryRow) -> Block:
    """Opinion and measurement side by side, on the whole and for each entity."""
    block = Block("Quality of data: perceived | measured")
    facts, me = found.facts, row.system.id
    for gap in (g for g in facts.opinions if g.system == me):
        label = found.workspace.entity[gap.entity].label if gap.entity else "the whole"
        block.add(label, Text.assemble(*_gap(found, gap)))
    score = found.quality.system_score(me)
    if score is not None and score.share is not None and row.perceived is None:
        block.say("the whole", f"╱ | ● {100 * score.share:.0f}")
    for mark in (m for m in found.governance.data_marks if m.system == me):
        held = f" {mark.held}" if mark.held else ""
        told = f"○ {mark.score:.0f} ({mark.low:.0f}–{mark.high:.0f}), {mark.number:,} answers{held}"
        block.say(f"by {printable(mark.survey)}", told)
    return block


def _gap(found: Audit, gap: OpinionGap) -> Iterator[tuple[str, str]]:
    said = gap.perceived
    spread = f" ({said.low:.0f}–{said.high:.0f})" if said.spread else ""
    yield f"○ {said.score:.0f}{spread} | ", ""
    if gap.measured_score is None:
        yield "╱ not measured", "unknown"
    else:
        yield f"● {gap.measured_score:.0f}", ""
        if gap.difference is not None and gap.direction != "alike":
            yield f", {gap.direction} by {abs(gap.difference):.0f}", "medium"
    voices = [
        printable(found.facts.speaker(v.who)) + (f" {v.when}" if v.when else "")
        for v in said.voices
    ]
    yield f" · {', '.join(voices[:_MOST])}", "quiet"


def _fit(found: Audit, row: InventoryRow) -> Block:
    fit = found.facts.fits.get(row.system.id)
    block = Block("Fit (TIME)")
    if fit is None:
        return block
    sure = "certain" if fit.certain else "not certain"
    block.say("quadrant", fit.quadrant or "not classified", fit.reason, fit.quadrant and sure)
    block.say("withheld", fit.withheld)
    if fit.functional.score is None and fit.technical.score is None:
        return block
    for label, axis in (("functional", fit.functional), ("technical", fit.technical)):
        block.say(label, _axis(axis))
        block.say(
            "",
            "; ".join(
                f"{c.name} {c.score:.1f} × {c.weight:g} ({c.because})"
                for c in axis.contributions
                if c.score is not None
            ),
            style="quiet",
        )
        unknown = [c.name for c in axis.contributions if c.score is None]
        block.say("", unknown and f"not known: {', '.join(unknown)}", style="unknown")
    if fit.agrees is False:
        block.say("decision", f"{fit.future}, which contradicts the quadrant", style="medium")
    return block


def _axis(axis: Axis) -> str:
    if axis.score is None:
        return "╱ not known"
    drawn = f"{bar((axis.score - 1) / 9, 9)} {axis.score:.1f}"
    between = f" ({axis.low:.1f}–{axis.high:.1f})" if axis.low < axis.high else ""
    return f"{drawn}{between}, {100 * axis.coverage:.0f} % known"


def missing(row: InventoryRow) -> Iterable[tuple[str, str]]:
    """Whom to ask, and for what."""
    asked: dict[str, list[str]] = {}
    for lack in row.completeness.lacks:
        contact = lack.contact
        who = contact.name if contact.person is None else f"{contact.name}, {contact.role}"
        asked.setdefault(who, []).append(lack.what)
    return [(who, "; ".join(what)) for who, what in asked.items()]
