"""The parts of the report's context, each from the facts of one room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmaudit.engine import Finding, Gap, Judgement
from crmaudit.facts import Facts
from crmaudit.governance.purposes import Break
from crmaudit.messages import msg
from crmaudit.report import context as c
from crmaudit.report import pictures
from crmaudit.report.wording import listed, names


def breaks_in_words(facts: Facts, process: str, found: Iterable[Break]) -> tuple[str, ...]:
    """Where the chain of a process breaks, with the names of steps and systems."""
    steps = next(p for p in facts.workspace.processes if p.id == process).steps
    known, lines = names(facts.workspace), []
    for x in found:
        reason = x.reason
        here, before = steps[x.step].systems, steps[x.step - 1].systems if x.step else ()
        if reason.startswith("no feed") and here and before:
            source, target = (listed(known[s] for s in ids) for ids in (before, here))
            reason = msg(
                "no feed carries the data from {source} to {target}", source=source, target=target
            )
        lines.append(msg("{name}: {reason}", name=steps[x.step].name, reason=reason))
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
