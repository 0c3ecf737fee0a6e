"""Contracts with vendors: when they end, and until when something can be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from crmaudit.workspace.dossier import Contract, System

ContractState = Literal["unknown", "running", "notice due", "notice missed", "ended"]
DAYS_AHEAD = 120
"""So many days before the last day to give notice a contract needs a decision."""


@dataclass(frozen=True, slots=True)
class ContractAhead:
    """The contract of one system and the next day that matters.

    `act_by` is the last day to give notice while that is ahead, else the end;
    None where no end is declared. `days` counts to it, negative after it.
    """

    system: str
    partner: str
    end: date | None
    notice_by: date | None
    renews: bool | None
    state: ContractState
    act_by: date | None
    days: int | None


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


def contracts_ahead(
    systems: Iterable[System], as_of: date | None, days: int = DAYS_AHEAD
) -> tuple[ContractAhead, ...]:
    """All declared contracts, the one that has to be acted upon first at the top.

    One of which nothing is filled in, as `init` writes it, is not declared.
    """
    found = [
        _ahead(s, s.contract, as_of, days)
        for s in systems
        if s.contract is not None and s.contract != Contract()
    ]
    return tuple(sorted(found, key=lambda c: (c.act_by or date.max, c.system)))


def _ahead(system: System, contract: Contract, as_of: date | None, days: int) -> ContractAhead:
    last, end = notice_by(contract), contract.end
    act_by = end if last is None or (as_of is not None and last < as_of) else last
    return ContractAhead(
        system.id,
        contract.partner,
        end,
        last,
        contract.renews,
        "unknown" if as_of is None else contract_state(contract, as_of, days),
        act_by,
        None if act_by is None or as_of is None else (act_by - as_of).days,
    )
