"""Measured quality as the report shows it."""

from __future__ import annotations

from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.report import blocks as b
from crmaudit.report.context import QualityPart
from crmaudit.report.matched import duplicates_part, overlap_part
from crmaudit.report.measured_columns import distributions, missing
from crmaudit.report.measured_keys import key_diagrams
from crmaudit.report.measured_model import found_model
from crmaudit.report.measured_scores import (
    entity_cards,
    entity_heat,
    reach_heat,
    seen_together,
    system_heat,
)
from crmaudit.report.numbers import percent

SHOWN = 6
"""At most so many evidence marks stand after one number."""


def headline(facts: Facts) -> b.KeyFigure:
    """The portfolio's score: the mean of its dimensions, with the worst of them.

    Checks are told beside it, for their share is another number: dimensions of
    many checks weigh no more than others.
    """
    card, score = facts.quality.portfolio_card, facts.quality.portfolio_score
    if card is None or score is None or score.share is None:
        return b.KeyFigure(
            "Measured data quality",
            "not assessed",
            state="not_assessed",
            reason="no database was read",
        )
    detail = msg(
        "mean of {dimensions}; of all {applicable:,} checks {share} passed ({passed:,})",
        dimensions=counted(sum(s.share is not None for s in card.scores.values()), "dimension"),
        share=percent(score.checks[0] / score.checks[1]) if score.checks[1] else "–",
        passed=score.checks[0],
        applicable=score.checks[1],
    )
    if card.worst is not None:
        detail += msg(
            "; worst: {dimension}, {percent}",
            dimension=msg(card.worst.dimension),
            percent=percent(card.worst.share),
        )
    return b.KeyFigure(
        "Measured data quality", percent(score.share), detail, evidence=score.evidence[:SHOWN]
    )


def quality_part(facts: Facts) -> QualityPart | None:
    """Everything measured; None where no database was read.

    Records can have been compared without: by keyed hashes that others sent.
    """
    profiles = [p for tables in facts.evidence.profiles.values() for p in tables.values()]
    if not profiles and not facts.duplicates and not facts.overlap:
        return None
    failed = [p for p in profiles if p.provenance.status.state == "failed"]
    scope = {s.id for s in facts.workspace.in_scope}
    read = {p.provenance.system for p in profiles if p not in failed} & scope
    return QualityPart(
        rows_read=sum(p.rows for p in profiles if p not in failed),
        tables_read=len(profiles) - len(failed),
        tables_failed=len(failed),
        systems_read=tuple(
            facts.workspace.system[x].name for x in facts.evidence.profiles if x in read
        ),
        score=facts.quality.portfolio_score,
        worst=card.worst if (card := facts.quality.portfolio_card) else None,
        heat=system_heat(facts),
        entities=entity_heat(facts),
        entities_measured=len(entity_cards(facts)),
        clean=card.clean if card else None,
        distributions=distributions(facts),
        missing=missing(facts),
        keys=key_diagrams(facts),
        model=found_model(facts),
        products=tuple(
            (facts.workspace.system[x].name, m.product)
            for x, m in facts.evidence.entity_maps.items()
            if m.product is not None
        ),
        reach=reach_heat(facts),
        together=seen_together(facts),
        duplicates=duplicates_part(facts),
        overlap=overlap_part(facts),
    )
