"""Words and places that rules on duplicates and overlap share."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.evidence import Estimate
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import SURE_PRECISION, JudgedDuplicates, JudgedOverlap
from crmaudit.rules.base import Confidence, Hit
from crmaudit.rules.words import doubted, guessed


def about(estimate: Estimate) -> str:
    """`1,300`, `about 1,440 (1,200 to 1,700)`: an estimate with what it may be."""
    if estimate.low == estimate.high:
        return msg("{n:,.0f}", n=estimate.value)
    return msg(
        "about {estimate:,.0f} ({low:,.0f} to {high:,.0f})",
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
    )


def sure_of_duplicates(facts: Facts, found: JudgedDuplicates) -> Confidence:
    """As sure as the pairs are that were taken for the same; less where the table is guessed."""
    sure = _sure(found.precision)
    return doubted(sure, guessed(facts, found.system, found.entity))


def sure_of_overlap(facts: Facts, found: JudgedOverlap) -> Confidence:
    """As `sure_of_duplicates`; certain where an identifier told the partners."""
    by_identifier = found.document.by == "identifier"
    sure: Confidence = "certain" if by_identifier else _sure(found.precision)
    return doubted(sure, any(guessed(facts, s, found.entity) for s in found.systems))


def _sure(precision: Estimate | None) -> Confidence:
    return "firm" if precision is not None and precision.low >= SURE_PRECISION else "tentative"


def first_of_each(hits: Iterable[tuple[float, Hit]]) -> list[Hit]:
    """One hit a subject, the weightiest, in the order in which the subjects came."""
    best: dict[str, tuple[float, Hit]] = {}
    for weight, hit in hits:
        if hit.subject not in best or best[hit.subject][0] < weight:
            best[hit.subject] = weight, hit
    return [hit for _, hit in best.values()]
