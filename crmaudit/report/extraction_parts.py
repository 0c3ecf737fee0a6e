"""The part of the report's context that tells how hard extraction will be, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import number, percent
from crmaudit.report.wording import span
from crmaudit.strategy import Extraction, cell_extractions, extractions, order
from crmaudit.strategy.calibration import calibration
from crmaudit.strategy.sensitivity import system_standings

MOST = 20
"""Bars that a figure shows at most."""
_HARD = ("hard", "very hard")


@dataclass(frozen=True, slots=True)
class ExtractionPart:
    """How hard it will be to get data out, what that takes, and in what order to do it."""

    systems: tuple[Extraction, ...]
    """Systems by how hard their data are to extract, the hardest first."""
    cells: tuple[Extraction, ...]
    """Entities in systems that hold them, the hardest first."""
    hard: int
    """Systems that are hard or very hard to extract from."""
    scored: int
    """Systems with a score: at least one criterion is known."""
    coverage: float
    """Share of the weight that could be judged, over all systems, 0 to 1."""
    robust: int
    """Of the systems with a score, those whose rank holds whichever weight changes by 25 %."""
    sure: int
    """Those whose rank holds whatever the unknown criteria are."""
    ranges: s.Ranges | None
    """Scores with their ranges, the hardest twenty first."""
    heat: s.Heat | None
    """The difficulty of each system by criterion: what makes up the score."""
    days: tuple[float, float, float]
    """Working days of the order of extraction: low, likely, high."""
    steps: int
    """Extractions in that order."""
    assumed: int
    """Tables in it that are not known but taken as usual."""
    tables: int
    """All tables in it."""
    by_questions: bool
    """Whether the order goes by questions; else nobody asks any, and it goes by score."""
    asked: int
    """Open questions that it serves."""
    unserved: int
    """Questions that no extraction can answer."""
    answered: int
    """Questions that can be answered today."""
    answerable: s.Ranges | None
    """After how many days each question becomes answerable."""
    first: tuple[str, int, float] | None
    """The first open question that becomes answerable: its text, extractions, likely days."""
    calibration: str
    """What past projects make of the published anchors, in words."""


def extraction_part(facts: Facts) -> ExtractionPart:
    """From the facts alone."""
    systems, sequence = extractions(facts), order(facts)
    ranks = system_standings(facts)
    scored = [e for e in systems if e.score is not None]
    answers = [(step, need) for step in sequence.steps for need in step.answers]
    text = {n.id: n.text for n in facts.workspace.needs}
    return ExtractionPart(
        systems=systems,
        cells=cell_extractions(facts),
        hard=sum(e.band in _HARD for e in systems),
        scored=len(scored),
        coverage=sum(e.coverage for e in systems) / len(systems) if systems else 0.0,
        robust=sum(r.robust for r in ranks),
        sure=sum(r.unknown == (r.rank, r.rank) for r in ranks),
        ranges=_ranges(facts, scored),
        heat=_heat(facts, scored),
        days=sequence.days,
        steps=len(sequence.steps),
        assumed=sum(x.effort.assumed for x in sequence.steps),
        tables=sum(x.effort.tables for x in sequence.steps),
        by_questions=sequence.by == "questions",
        asked=len(sequence.asked),
        unserved=len(sequence.unserved),
        answered=len(sequence.answered),
        answerable=_answerable(facts),
        first=(text[answers[0][1]], answers[0][0].number, answers[0][0].total[1])
        if answers
        else None,
        calibration=calibration(facts, "extraction").words,
    )


def _ranges(facts: Facts, scored: Sequence[Extraction]) -> s.Ranges | None:
    rows = tuple(
        s.RangeRow(
            facts.workspace.system[e.system].name,
            e.score,
            *e.range,
            msg(
                "{score}, {known} known",
                score=number(e.score, 1),
                known=percent(e.coverage),
            ),
            span(e.range, 1),
            e.band in _HARD,
        )
        for e in scored[:MOST]
    )
    if not rows:
        return None
    return s.Ranges(rows, 10.0, "System", "score, as far as known", "unknown at best and worst")


def _heat(facts: Facts, scored: Sequence[Extraction]) -> s.Heat | None:
    """Dark is hard."""
    if not scored:
        return None
    return s.Heat(
        tuple(
            msg(
                "{name} {score}",
                name=facts.workspace.system[e.system].name,
                score=number(e.score, 1),
            )
            for e in scored
        ),
        tuple(msg(x.name) for x in scored[0].criteria),
        tuple(
            tuple(
                s.HeatCell(None)
                if x.difficulty is None
                else s.HeatCell((x.difficulty - 1) / 9, number(x.difficulty, 0))
                for x in e.criteria
            )
            for e in scored
        ),
        "System",
    )


def _answerable(facts: Facts) -> s.Ranges | None:
    """Questions by the days after which they can be answered, the first twenty."""
    text = {n.id: n.text for n in facts.workspace.needs}
    rows = []
    for step in order(facts).steps:
        low, likely, high = step.total
        for need in step.answers:
            days = counted(round(likely), "day")
            found = msg("{days}, {steps}", days=days, steps=counted(step.number, "extraction"))
            rows.append(s.RangeRow(text[need], likely, low, high, found, span((low, high))))
    if not rows:
        return None
    return s.Ranges(tuple(rows[:MOST]), None, "Question", "likely days", "low to high")
