"""The picture of systems in time: phases, the vendor's support, the contract."""

from __future__ import annotations

from datetime import date

from crmaudit.facts import Facts
from crmaudit.inventory import InventoryRow, LifecycleState, in_use
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import day as told

ROWS = 24


def lives(facts: Facts) -> tuple[InventoryRow, ...]:
    """Systems in scope and not retired of which a phase or a day is declared.

    What is late or comes soonest stands first.
    """
    rows = [
        r
        for r in facts.inventory.in_scope
        if r.system.lifecycle.phase != "retired" and (_stretches(r.life) or _marks(r, facts.day))
    ]
    return tuple(sorted(rows, key=lambda r: _urgency(r, facts.day)))


def lifelines(facts: Facts) -> s.Lifelines | None:
    """Phases, the vendor's support, the own end of use, and the contract in time."""
    rows = lives(facts)[:ROWS]
    if not rows:
        return None
    today = facts.day
    items = tuple(
        s.Life(r.system.name, _stretches(r.life), _marks(r, today), _next(r, today)) for r in rows
    )
    days = [m.day for i in items for m in i.marks]
    days += [d for i in items for x in i.stretches for d in (x.start, x.end) if d]
    middle = today or max(days, default=date(2000, 1, 1))
    last = min(max([middle.year + 2, *(d.year for d in days)]), middle.year + 6)
    return s.Lifelines(
        items,
        date(middle.year - 2, 1, 1),
        date(last, 12, 31),
        today,
        msg("as of {told}", told=told(today)) if today else "",
    )


def _stretches(life: LifecycleState) -> tuple[s.Stretch, ...]:
    """The phases with a day, before them the one that is declared without."""
    found = [s.Stretch(x.phase, x.start, x.end) for x in life.spans if x.phase != "retired"]
    declared = life.declared
    if declared is None or declared == "retired" or declared in {x.phase for x in found}:
        return tuple(found)
    first = life.spans[0] if life.spans else None
    if first is None:
        return (s.Stretch(declared, None, None),)
    order = (*s.LIFE_PHASES, "retired")
    if order.index(declared) < order.index(first.phase):
        found.insert(0, s.Stretch(declared, None, first.start))
    return tuple(found)


def _marks(row: InventoryRow, today: date | None) -> tuple[s.DayMark, ...]:
    life, contract = row.life, row.system.contract
    found = []
    if life.support_ends:
        found.append(s.DayMark("support", life.support_ends, bool(life.out_of_support)))
    if life.own_end:
        late = today is not None and life.own_end < today and in_use(row.system)
        found.append(s.DayMark("own end", life.own_end, late))
    if contract and contract.end:
        over = today is not None and contract.end < today
        missed = bool(today and row.notice_by and row.notice_by < today and contract.renews)
        if contract.notice_days and row.notice_by:
            found.append(s.DayMark("notice", row.notice_by, missed))
        found.append(s.DayMark("contract", contract.end, over))
    return tuple(found)


_AHEAD = {
    "support": msg("support ends {day}"),
    "own end": msg("own use ends {day}"),
    "notice": msg("notice by {day}"),
    "contract": msg("contract ends {day}"),
}
_OVER = {
    "support": msg("no support since {day}"),
    "own end": msg("was to end {day}"),
    "notice": msg("notice was due {day}"),
    "contract": msg("contract ended {day}"),
}


def _ahead(row: InventoryRow, today: date | None) -> s.DayMark | None:
    """The next day that matters."""
    marks = [m for m in _marks(row, today) if today is None or m.day >= today]
    return min(marks, key=lambda m: m.day, default=None)


def _next(row: InventoryRow, today: date | None) -> str:
    late = [m for m in _marks(row, today) if m.late]
    if late:
        return msg(_OVER[late[0].kind], day=told(late[0].day))
    ahead = _ahead(row, today)
    return msg(_AHEAD[ahead.kind], day=told(ahead.day)) if ahead else ""


def _urgency(row: InventoryRow, today: date | None) -> tuple[int, date, str]:
    late = min((m.day for m in _marks(row, today) if m.late), default=None)
    ahead = _ahead(row, today)
    if late:
        return 0, late, row.system.name
    return 1, ahead.day if ahead else date.max, row.system.name
