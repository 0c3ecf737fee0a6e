"""Where a system stands between its introduction and its end, and its contract with it."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

from crmaudit.workspace.dossier import Contract, System

ContractState = Literal["unknown", "running", "notice due", "notice missed", "ended"]
_ENDING = ("replace", "retire")


def in_use(system: System) -> bool:
    """Whether it is used: neither still planned nor retired. Without a phase, it is."""
    return system.lifecycle.phase not in ("plan", "retired")


def leaving(system: System) -> bool:
    """Whether its end is decided: phased out, retired, with a date for it, or to be replaced."""
    life = system.lifecycle
    dated = bool(life.phase_out or life.retired)
    return dated or life.phase in ("phase-out", "retired") or system.future in _ENDING


def notice_by(contract: Contract | None) -> date | None:
    """The last day to give notice; the end itself where no period was declared."""
    if contract is None or contract.end is None:
        return None
    return contract.end - timedelta(days=contract.notice_days or 0)


def contract_state(contract: Contract, as_of: date, days: int) -> ContractState:
    """`notice due`: the last day to give notice is at most `days` ahead.

    `notice missed`: that day is over and the contract renews itself at its
    end. One that does not renew itself runs out, notice or not: it is due
    until it has ended.
    """
    last = notice_by(contract)
    if last is None or contract.end is None:
        return "unknown"
    if contract.end < as_of:
        return "ended"
    if last < as_of:
        return "notice missed" if contract.renews else "notice due"
    return "notice due" if (last - as_of).days <= days else "running"


def months_later(day: date, months: float) -> date:
    """The same day of the month so many whole months on, or that month's last day.

    Thresholds are set by users: what leads past the calendar's end stops there.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + round(months), 12)
    month += 1
    if not date.min.year <= year <= date.max.year:
        return date.max if year > 0 else date.min
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
