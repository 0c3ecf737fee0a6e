"""Measured quality as the report shows it."""

from __future__ import annotations

from crmaudit.facts import Facts
from crmaudit.quality.scores import DIMENSIONS, Scorecard
from crmaudit.report import blocks as b
from crmaudit.report import specs as s
from crmaudit.report.context import QualityPart
from crmaudit.report.numbers import percent

SHOWN = 6
"""At most so many evidence marks stand after one number."""


def headline(facts: Facts) -> b.KeyFigure:
    """The portfolio's score with its worst dimension."""
    card, score = facts.quality.portfolio_card, facts.quality.portfolio_score
    if card is None or score is None or score.share is None:
        return b.KeyFigure(
            "Measured data quality",
            "not assessed",
            state="not_assessed",
            reason="no database was read",
        )
    detail = f"{round(score.passed):,} of {round(score.applicable):,} checks"
    if card.worst is not None:
        detail += f"; worst: {card.worst.dimension}, {percent(card.worst.share)}"
    return b.KeyFigure(
        "Measured data quality", percent(score.share), detail, evidence=score.evidence[:SHOWN]
    )


def quality_part(facts: Facts) -> QualityPart | None:
    """Everything measured; None where no database was read."""
    profiles = [p for tables in facts.evidence.profiles.values() for p in tables.values()]
    if not profiles:
        return None
    failed = [p for p in profiles if p.provenance.status.state == "failed"]
    return QualityPart(
        rows_read=sum(p.rows for p in profiles if p not in failed),
        tables_read=len(profiles) - len(failed),
        tables_failed=len(failed),
        systems_read=tuple(facts.workspace.system[x].name for x in facts.evidence.profiles),
        score=facts.quality.portfolio_score,
        worst=card.worst if (card := facts.quality.portfolio_card) else None,
        heat=_heat(facts),
        entities=_entity_heat(facts),
    )


def _heat(facts: Facts) -> s.Heat | None:
    cards = {x: facts.quality.system_card(x) for x in facts.evidence.profiles}
    names = facts.workspace.system
    return heat({names[x].name: card for x, card in cards.items() if card}, "System")


def _entity_heat(facts: Facts) -> s.Heat | None:
    cards = {}
    for entity in facts.workspace.entity.values():
        card = facts.quality.entity_card(entity.id)
        if card is not None and card.mean() is not None:
            # What is filtered is not measured apart, which must not look as if it were.
            shared = " (table shared)" if facts.quality.shared(entity.id) else ""
            cards[entity.label + shared] = card
    ordered = dict(sorted(cards.items(), key=lambda x: x[1].mean() or 0))
    return heat(ordered, "Entity")


def heat(cards: dict[str, Scorecard], row_name: str) -> s.Heat | None:
    """Things × dimensions; dark is bad."""
    if not cards:
        return None
    return s.Heat(
        tuple(cards),
        DIMENSIONS,
        tuple(
            tuple(
                s.HeatCell(x.share, percent(x.share) if x.share is not None else "")
                for x in (card.scores[d] for d in DIMENSIONS)
            )
            for card in cards.values()
        ),
        row_name,
        dark="low",
    )
