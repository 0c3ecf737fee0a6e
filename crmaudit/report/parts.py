"""The parts of the report's context, each from the facts of one room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmaudit.engine import Finding, Gap, Judgement
from crmaudit.facts import Facts
from crmaudit.governance.purposes import Break
from crmaudit.report import context as c
from crmaudit.report import pictures
from crmaudit.report.summary import decisions
from crmaudit.report.tables.given import Given
from crmaudit.report.tables.phases import phase_table
from crmaudit.report.wording import listed, names
from crmaudit.strategy import Initiative, Plan


def breaks_in_words(facts: Facts, process: str, found: Iterable[Break]) -> tuple[str, ...]:
    """Where the chain of a process breaks, with the names of steps and systems."""
    steps = next(p for p in facts.workspace.processes if p.id == process).steps
    known, lines = names(facts.workspace), []
    for x in found:
        reason = x.reason
        here, before = steps[x.step].systems, steps[x.step - 1].systems if x.step else ()
        if reason.startswith("no feed") and here and before:
            source, target = (listed(known[s] for s in ids) for ids in (before, here))
            reason = f"no feed carries the data from {source} to {target}"
        lines.append(f"{steps[x.step].name}: {reason}")
    return tuple(lines)


def findings_part(judgement: Judgement) -> c.FindingsPart:
    """The findings that count, and what could not be judged."""
    topics: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        topics.setdefault(finding.topic, []).append(finding)
    return c.FindingsPart(
        all=judgement.findings,
        top=judgement.worst(5),
        counts=judgement.counts,
        topics={t: tuple(f) for t, f in topics.items()},
        waived=judgement.waived,
        not_assessed=judgement.not_assessed,
        reasons=_reasons(judgement.not_assessed),
        rooms=pictures.rooms(judgement),
    )


def _reasons(gaps: Iterable[Gap]) -> tuple[c.Reason, ...]:
    """Grouped by what would supply the answer, told by the reason that is met most often."""
    groups: dict[str, Counter[str]] = {}
    for gap in gaps:
        groups.setdefault(gap.needs or gap.reason, Counter())[gap.reason] += 1
    found = [
        c.Reason(reasons.most_common(1)[0][0], needs, reasons.total())
        for needs, reasons in groups.items()
    ]
    return tuple(sorted(found, key=lambda r: -r.questions))


def plan_part(facts: Facts, judgement: Judgement, plan: Plan) -> c.PlanPart:
    """What is recommended."""
    given = Given(facts, judgement, plan)
    left = [i for i in plan.initiatives if i.status != "done"]
    starts = [i.start for i in plan.initiatives if i.start]
    ends = [i.end for i in plan.initiatives if i.end]
    return c.PlanPart(
        initiatives=plan.initiatives,
        phases=tuple(_phase(given, n, found) for n, found in plan.phases.items()),
        effort=plan.effort,
        cost=_cost(left),
        starts=min(starts, default=None),
        ends=max(ends, default=None),
        gantt=pictures.gantt(plan, facts.day),
        value_map=pictures.value_map(plan),
        decisions=decisions(facts, judgement, plan),
        extractions=plan.extractions,
        extraction_bars=pictures.extraction_bars(facts, plan),
        extraction_heat=pictures.extraction_heat(facts, plan),
    )


def _phase(given: Given, n: int, found: tuple[Initiative, ...]) -> c.PhasePart:
    left = [i for i in found if i.status != "done"]
    return c.PhasePart(
        number=n,
        initiatives=found,
        findings=sum(len(i.findings) for i in found),
        effort=(sum(i.effort[0] for i in left), sum(i.effort[1] for i in left)),
        cost=_cost(left),
        table=phase_table(given, n),
        starts=min((i.start for i in found if i.start), default=None),
        ends=max((i.end for i in found if i.end), default=None),
    )


def _cost(initiatives: Iterable[Initiative]) -> float | None:
    costs = [i.cost for i in initiatives]
    known = [x for x in costs if x is not None]
    return sum(known) if costs and len(known) == len(costs) else None
