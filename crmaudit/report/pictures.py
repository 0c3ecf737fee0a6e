"""Charts of the report, made from facts."""

from __future__ import annotations

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.governance.dysfunctions import places, where
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import percent, share
from crmaudit.rules.base import ROOMS, SEVERITIES


def rooms(judgement: Judgement) -> s.Stacked | None:
    """Findings by room and severity."""
    names = tuple(ROOMS.values())
    items = []
    for name in names:
        mine = [f for f in judgement.findings if f.room == name]
        counts = [sum(f.severity == x for f in mine) for x in SEVERITIES]
        if mine:
            items.append(
                s.Stack(msg(name), tuple(float(c) for c in counts), tuple(str(c) for c in counts))
            )
    return (
        s.Stacked(tuple(map(msg, SEVERITIES)), tuple(items), label_name="Area") if items else None
    )


def dysfunctions(facts: Facts) -> s.Bars | None:
    """Places that do not work by process, the worst first."""
    registers, processes = facts.workspace.registers, facts.workspace.processes
    line = facts.governance.lines.dysfunctions
    everywhere = places(processes)
    struck = {
        place
        for d in registers.dysfunctions
        if d.status != "solved"
        for place in where(d, everywhere)
    }
    bars = []
    for process in processes:
        whole = sum(p[0] == process.id for p in everywhere)
        part = sum(p[0] == process.id for p in struck)
        if whole:
            rate = part / whole
            bars.append(s.Bar(process.name, 100 * rate, share(part, whole), rate > line))
    if not struck:
        return None
    bars.sort(key=lambda x: -(x.value or 0))
    return s.Bars(
        tuple(bars),
        top=100,
        label_name="Process",
        value_name="Places that do not work",
        target=100 * line,
        target_text=msg("at most {share}", share=percent(line)),
    )
