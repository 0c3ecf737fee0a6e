"""Scorecards as pictures: things by dimension, and what is at hand of customers."""

from __future__ import annotations

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.scores import DIMENSIONS, Scorecard
from crmaudit.report import specs as s
from crmaudit.report.numbers import percent
from crmaudit.report.wording import listed

HEAT_ROWS = 30
"""More entities than this are in the table only."""

_ORDER = ("e-mail", "phone", "address", "contact point", "activity", "invoice", "open case")
"""What is at hand of a customer, what matters most first."""


def system_heat(facts: Facts) -> s.Heat | None:
    """Systems × dimensions."""
    cards = {x: facts.quality.system_card(x) for x in facts.evidence.profiles}
    names = facts.workspace.system
    return heat({names[x].name: card for x, card in cards.items() if card}, "System")


def entity_cards(facts: Facts) -> dict[str, Scorecard]:
    """Name of every entity that was measured → its scores, the worst first.

    What is filtered and was not measured apart says so, for its scores are of all rows.
    """
    known = facts.workspace.entity
    held = {h.mapped.entity: None for h in facts.quality.holdings() if h.mapped.entity}
    cards = {}
    for entity in dict.fromkeys((*known, *sorted(e for e in held if e and e not in known))):
        card = facts.quality.entity_card(entity)
        if card is not None and card.mean() is not None:
            shared = msg(" (table shared)") if facts.quality.shared(entity) else ""
            cards[(known[entity].label if entity in known else entity) + shared] = card
    return dict(sorted(cards.items(), key=lambda x: (x[1].mean() or 0, x[0])))


def entity_heat(facts: Facts) -> s.Heat | None:
    """Entities × dimensions, the worst first and no more than `HEAT_ROWS`."""
    cards = entity_cards(facts)
    shown = dict(list(cards.items())[:HEAT_ROWS])
    return heat(shown, "Entity")


def heat(cards: dict[str, Scorecard], row_name: str) -> s.Heat | None:
    """Things × dimensions, the worst of each outlined; then all in one, and records without fault.

    Dark is bad. Dimensions that were assessed of nothing are left out of the picture,
    as is what was not counted.
    """
    if not cards:
        return None
    used = [d for d in DIMENSIONS if any(c.scores[d].share is not None for c in cards.values())]
    clean = any(c.clean is not None for c in cards.values())
    heads = (*map(msg, used), msg("all of them"), *([msg("no faulty value")] if clean else []))
    rows = []
    for card in cards.values():
        worst = card.worst
        marked = worst.dimension if worst and worst.share is not None and worst.share < 1 else ""
        row = [_cell(card.scores[d].share, d == marked) for d in used]
        row.append(_cell(card.mean()))
        if clean:
            row.append(_cell(card.clean.share if card.clean else None))
        rows.append(tuple(row))
    return s.Heat(tuple(cards), heads, tuple(rows), row_name, dark="low")


def _cell(share: float | None, mark: bool = False) -> s.HeatCell:
    return s.HeatCell(share, percent(share) if share is not None else "", mark)


def seen_together(facts: Facts) -> tuple[str, int, int] | None:
    """Of the most customers that are counted in one system: who, how many, of how many."""
    found = [x for x in facts.one_place if x.records and x.together is not None and x.held]
    best = max(found, key=lambda x: (x.records, x.system, x.entity), default=None)
    if best is None or best.together is None:
        return None
    known, systems = facts.workspace.entity, facts.workspace.system
    entity = known[best.entity].label if best.entity in known else best.entity
    name = msg(
        "{entity} in {name} with {held}",
        entity=entity,
        name=systems[best.system].name,
        held=listed(map(msg, best.held)),
    )
    return name, best.together, best.records


def reach_heat(facts: Facts) -> s.Heat | None:
    """Customers by system and what whoever answers a call wants at hand: shares of the records.

    What else was counted, and why something was not, is in the table.
    """
    found = [x for x in facts.one_place if x.records]
    if not found:
        return None
    known, systems = facts.workspace.entity, facts.workspace.system
    labels, rows = [], []
    for x in found:
        entity = known[x.entity].label if x.entity in known else x.entity
        labels.append(msg("{entity} in {name}", entity=entity, name=systems[x.system].name))
        row = [_cell(x.having[t] / x.records if t in x.having else None) for t in _ORDER]
        rows.append((*row, _cell(x.share)))
    heads = (*map(msg, _ORDER), msg("seen together"))
    return s.Heat(tuple(labels), heads, tuple(rows), "Records", dark="low")
