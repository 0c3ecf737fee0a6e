"""`inventory retire`: what would happen without a system. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.findings import finding_row, put_findings
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.panels import Block, put_blocks
from crmaudit.cli.terminal import MARKS, count, out, put_note
from crmaudit.cli.view import Format, View, show

if TYPE_CHECKING:
    from rich.console import Console

    from crmaudit.audit import Audit
    from crmaudit.engine import Finding
    from crmaudit.strategy.retirement import EntityLoss, Retirement

Systems = Annotated[
    list[str], typer.Argument(help="The systems' ids, earlier ids or names.", metavar="system…")
]
_LOSSES = {
    "only holder": ("critical", "nobody else holds it"),
    "creator": ("high", "nobody else creates it"),
    "system of record": ("medium", "loses its system of record"),
    "only reader": ("low", "nobody else reads it"),
}
_MOST = 12


def retire_systems(
    systems: Systems,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What would break and what would be freed without systems; nothing is written."""
    found = audit(workspace)
    what_if = found.retire(*systems)
    if format_ is Format.table and output is None:
        _put(out(), found, what_if)
        return
    view = View(
        kind="retirement",
        headline=_headline(found, what_if),
        columns=[],
        rows=list(_consequences(found, what_if)),
        extra=_extra(what_if),
    )
    show(view, Format.json if format_ is Format.table else format_, output)


def _headline(found: Audit, what_if: Retirement) -> str:
    names = [found.workspace.system[s].name for s in what_if.systems]
    return f"If {' and '.join(names)} were retired"


def _summary(found: Audit, what_if: Retirement) -> Iterator[str]:
    """The consequences in numbers, the worst first."""
    for loss, words in (
        ("only holder", "would be held by nobody"),
        ("creator", "would be created by nobody"),
        ("system of record", "without a system of record"),
    ):
        if n := len(what_if.losing(loss)):  # type: ignore[arg-type]
            yield f"{count(n, 'entity', 'entities')} {words}"
    if what_if.feeds:
        yield f"{count(len(what_if.feeds), 'feed')} would break"
    if what_if.starved:
        yield f"{count(len(what_if.starved), 'reader')} without supply"
    if what_if.dependents:
        yield f"{count(len(what_if.dependents), 'system')} would not run"
    if hands := sum(not s.left for s in what_if.steps):
        yield f"{count(hands, 'step')} left to hands"
    if needs := sum(not n.left for n in what_if.needs):
        yield f"{count(needs, 'question or report', 'questions or reports')} without a source"
    total, known = what_if.cost
    if known:
        least = any(f.at_least for f in what_if.freed)
        money = f"{total:,.0f} {what_if.currency}"
        yield f"{'at least ' if least else ''}{money} a year freed"
    yield f"findings: {len(what_if.appear)} appear, {len(what_if.vanish)} vanish"


def _put(console: Console, found: Audit, what_if: Retirement) -> None:
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    put_note(console, f"{_headline(found, what_if)} · nothing is written{day}", "head")
    put_note(console, " · ".join(_summary(found, what_if)), "none")
    put_blocks(
        console,
        [
            _entities(found, what_if),
            _feeds(what_if),
            _systems(found, what_if),
            _work(found, what_if),
            _freed(found, what_if),
            _people(found, what_if),
        ],
    )
    for findings, one, many in (
        (what_if.appear, "finding appears", "findings appear"),
        (what_if.vanish, "finding vanishes", "findings vanish"),
        (
            what_if.unjudged,
            "finding vanishes only because it can no longer be judged",
            "findings vanish only because they can no longer be judged",
        ),
    ):
        if findings:
            console.print(Text(f"\n{count(len(findings), one, many)}", style="head"))
            put_findings(console, _worst_of_kinds(findings), findings)
    shifts = [
        f"{n} of them {word}"
        for n, word in ((what_if.worse, "worse"), (what_if.milder, "milder"))
        if n
    ]
    told = ", ".join([f"{count(what_if.remaining, 'finding')} would stay", *shifts])
    put_note(console, told)
    hint = f"crmaudit inventory show {what_if.systems[0]}"
    console.print(Text(hint, style="accent"), soft_wrap=True)


def _worst_of_kinds(findings: Iterable[Finding]) -> list[Finding]:
    kinds: dict[str, Finding] = {}
    for finding in findings:
        kinds.setdefault(finding.code, finding)
    return list(kinds.values())


def _entities(found: Audit, what_if: Retirement) -> Block:
    block = Block("Entities that lose something")
    for loss in what_if.entities:
        style, words = _told(loss)
        text = Text(f"{MARKS[style]} {words}", style=style)
        text.append(f"  left: {_held(found, loss)}" if loss.left else "", style="quiet")
        block.add(found.workspace.entity[loss.entity].label, text)
    if any(e.unsaid for e in what_if.entities):
        most = max(e.unsaid for e in what_if.entities)
        told = f"up to {count(most, 'system does', 'systems do')} not say what they do with them"
        block.add("", Text(f"╱ {told}", style="unknown"))
    labels = [found.workspace.entity[e].label for e in what_if.unharmed]
    block.say("lose nothing", _some(labels))
    return block


def _told(loss: EntityLoss) -> tuple[str, str]:
    """The worst loss as a style, and all of them in words."""
    if "only holder" in loss.losses:
        return _LOSSES["only holder"]
    words = ", ".join(_LOSSES[x][1] for x in loss.losses)
    if loss.records:
        words += f" (by the letters {', '.join(loss.records)} would follow)"
    return _LOSSES[loss.losses[0]][0], words


def _held(found: Audit, loss: EntityLoss) -> str:
    crud = found.facts.whole_crud
    return _some([f"{s} {crud.cell(s, loss.entity).text}" for s in loss.left], 4)


def _feeds(what_if: Retirement) -> Block:
    block = Block("Feeds that break")
    for link in what_if.feeds:
        out = link.source in what_if.systems
        head = f"→ {link.target}" if out else f"← {link.source}"
        block.say(head, ", ".join(link.entities) or "entities not said", link.by)
    for reader in what_if.starved:
        told = f"no longer gets {_some(reader.entities, 5)}"
        block.add(reader.system, Text(f"▲ {told}", style="high"))
    return block


def _systems(found: Audit, what_if: Retirement) -> Block:
    block = Block("Other systems")

    def named(systems: Iterable[str]) -> str:
        return _some([found.workspace.system[s].name for s in systems])

    block.say("do not run without it", named(what_if.dependents), style="high")
    block.say("nor do", named(what_if.indirect), style="high")
    block.say("planned successor of", named(what_if.followers), style="medium")
    block.say("successor", named(what_if.successors))
    return block


def _work(found: Audit, what_if: Retirement) -> Block:
    block, needs = Block("Work"), {n.id: n for n in found.workspace.needs}
    for step in what_if.steps:
        left = f"left: {', '.join(step.left)}" if step.left else "▲ left to hands"
        block.say("step", f"{step.step} ({step.process})", left, style="" if step.left else "high")
    for need in what_if.needs:
        known = needs[need.need]
        left = f"left: {', '.join(need.left)}" if need.left else "▲ no source left"
        block.say(known.kind, known.text, left, style="" if need.left else "high")
    block.say("indicators", ", ".join(what_if.kpis), "measured there")
    if not what_if.kpis and block.lines and block.lines[-1][0] == "indicators":
        block.lines.pop()
    return block


def _freed(found: Audit, what_if: Retirement) -> Block:
    block = Block("Freed")
    several = len(what_if.freed) > 1
    for one in what_if.freed:
        name = found.workspace.system[one.system].name
        if several:
            block.add("", Text(name, style="head"))
        cost = None
        if one.cost is not None:
            money = f"{one.cost:,.0f} {what_if.currency}"
            cost = f"{'at least ' if one.at_least else ''}{money} a year (as of {one.year})"
        block.say("cost", cost or "╱ not known")
        block.say("internal work", f"{one.hours:,.0f} hours a year" if one.hours else None)
        if one.bound_until is not None:
            renews = "renews itself otherwise" if one.renews else None
            block.say(
                "contract", f"runs until {one.bound_until}", f"notice by {one.notice_by}", renews
            )
        licences = [f"{'' if n is None else f'{n:,} '}{kind}" for kind, n in one.licences.items()]
        block.say("licences", ", ".join(licences))
        block.say("users affected", f"{one.users:,}" if one.users is not None else "╱ not known")
    return block


def _people(found: Audit, what_if: Retirement) -> Block:
    block, name = Block("People"), found.workspace.person_name
    for person in what_if.people:
        rest = "has no duty in another system" if person.wholly else None
        block.say(name(person.person) or "", ", ".join(person.duties), rest)
    block.say("no longer needed", ", ".join(what_if.skills))
    return block


def _consequences(found: Audit, what_if: Retirement) -> Iterator[dict[str, Any]]:
    """One row a consequence: what is hit, how, and what is left to it."""

    def row(what: str, subject: str, consequence: str, left: Iterable[str] = ()) -> dict[str, Any]:
        return {"what": what, "subject": subject, "consequence": consequence, "left": list(left)}

    for entity in what_if.entities:
        for loss in entity.losses:
            yield row("entity", entity.entity, f"loses its {loss}", entity.left)
    for link in what_if.feeds:
        yield row("feed", f"{link.source} → {link.target}", "breaks", link.entities)
    for reader in what_if.starved:
        yield row("reader", reader.system, f"no longer gets {', '.join(reader.entities)}")
    for system in what_if.dependents:
        yield row("system", system, "does not run")
    for system in what_if.indirect:
        yield row("system", system, "does not run, for want of one that does not")
    for system in what_if.followers:
        yield row("system", system, "loses its successor")
    for step in what_if.steps:
        yield row("step", f"{step.process}: {step.step}", "loses a system", step.left)
    for need in what_if.needs:
        yield row("need", need.need, "loses a source", need.left)
    for kpi in what_if.kpis:
        yield row("kpi", kpi, "is measured no more")
    for skill in what_if.skills:
        yield row("skill", skill, "is needed no more")
    for finding in what_if.appear:
        yield row("finding", f"{finding.code} {finding.subject}", "appears")
    for finding in what_if.vanish:
        yield row("finding", f"{finding.code} {finding.subject}", "vanishes")
    for finding in what_if.unjudged:
        yield row("finding", f"{finding.code} {finding.subject}", "is judged no more")


def _extra(what_if: Retirement) -> dict[str, Any]:
    total, known = what_if.cost
    return {
        "systems": list(what_if.systems),
        "entities": [asdict(e) for e in what_if.entities],
        "entities_unharmed": list(what_if.unharmed),
        "freed": [asdict(f) for f in what_if.freed],
        "cost": {"total": total, "known": known, "currency": what_if.currency},
        "users": what_if.users,
        "people": [asdict(p) for p in what_if.people],
        "successors": list(what_if.successors),
        "appear": [finding_row(f) for f in what_if.appear],
        "vanish": [finding_row(f) for f in what_if.vanish],
        "judged_no_more": [finding_row(f) for f in what_if.unjudged],
        "remaining": what_if.remaining,
        "worse": what_if.worse,
        "milder": what_if.milder,
    }


def _some(names: Iterable[str], most: int = _MOST) -> str:
    told = list(names)
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return ", ".join(told[:most]) + more
