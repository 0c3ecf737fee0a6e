"""Figures of an audit that history keeps, each under the name by which a KPI asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crmaudit.governance.rate import SMALLEST_GROUP

if TYPE_CHECKING:
    from crmaudit.facts import Facts

Points = tuple[tuple[date, float], ...]


def figures(facts: Facts) -> dict[str, float]:
    """The figures that can be told today, shares in per cent. What is not known is not there.

    `adoption`, `completeness of dossiers`, `dysfunctions`, `quality`;
    `quality of X` with a system's or entity's id, `completeness of X` with an
    entity's; `duplicates of X` with an entity's; `maturity of X` with a
    dimension.
    """
    w, g, q = facts.workspace, facts.governance, facts.quality
    found: dict[str, float | None] = {}
    seen, said = g.measured_adoption(facts.day), g.adoption
    use = seen or said
    # Fewer than five would be persons, in history too.
    if use is not None and not 0 < use.users < SMALLEST_GROUP and use.staff >= SMALLEST_GROUP:
        found["adoption"] = use.users / use.staff if seen or not (said and said.unknown) else None
    given, wanted = facts.inventory.completeness
    found["completeness of dossiers"] = given / wanted if wanted else None
    rate = g.dysfunction_rate
    found["dysfunctions"] = rate.share if rate else None
    whole = q.portfolio_score
    found["quality"] = whole.share if whole else None
    for system in w.in_scope:
        score = q.system_score(system.id)
        found[f"quality of {system.id}"] = score.share if score else None
    for entity in w.entity:
        card = q.entity_card(entity)
        if card is not None:
            found[f"quality of {entity}"] = card.mean()
            complete = card.scores.get("completeness")
            found[f"completeness of {entity}"] = complete.share if complete else None
    doubles: dict[str, list[float]] = {}
    for d in facts.duplicates:
        if not d.cannot and d.records:
            sums = doubles.setdefault(d.entity, [0.0, 0.0])
            sums[0] += d.likely.value
            sums[1] += d.records
    for entity, (surplus, records) in doubles.items():
        found[f"duplicates of {entity}"] = surplus / records
    shares = {name: round(100 * v, 4) for name, v in found.items() if v is not None}
    levels = {
        f"maturity of {x.dimension}": float(x.level) for x in facts.maturity if x.level is not None
    }
    return dict(sorted({**shares, **levels}.items()))


def of_history(runs: Iterable[tuple[datetime, Mapping[str, Any]]]) -> Mapping[str, Points]:
    """Name → its points over remembered audits, given as when each ended and what it kept.

    The day is the one that the audit spoke of. Of several audits of a day the
    last counts. Counts of findings come from what every audit keeps.
    """
    found: dict[str, dict[date, float]] = {}
    for finished, body in runs:
        day = _day(body.get("as_of")) or finished.date()
        kept = dict(body.get("figures") or {})
        counts = body.get("counts") or {}
        if isinstance(counts, Mapping):
            kept |= {f"findings of {severity}": n for severity, n in counts.items()}
            kept["findings"] = sum(n for n in counts.values() if isinstance(n, int))
        for name, value in kept.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found.setdefault(str(name), {})[day] = float(value)
    return {name: tuple(sorted(points.items())) for name, points in sorted(found.items())}


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
