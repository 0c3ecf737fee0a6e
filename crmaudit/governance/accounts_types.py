"""User types that measured use suggests, beside those declared: a hint about groups.

It says nothing of a person. Who is in the system all day and records by hand
works like a data custodian; who brings in rows in bulk, like a super user; who
comes less often, like an everyday user; who never comes, like nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crmaudit.governance.accounts import Accounts, Judged
from crmaudit.governance.licences import NAMED_DAYS, days_a_month
from crmaudit.governance.rate import too_few
from crmaudit.governance.usage import WINDOW_DAYS, YEAR_DAYS, Usage
from crmaudit.workspace.people import UserType


@dataclass(frozen=True, slots=True)
class TypeHint:
    """How many accounts of people of a declared type (None: not declared) look like which one.

    `accounts` is None where that, or what is left of the declared type beside
    it, is a group too small to be counted.
    """

    declared: UserType | None
    suggested: UserType
    accounts: int | None


def type_hints(accounts: Accounts) -> tuple[TypeHint, ...]:
    """By declared and suggested type; nothing where use cannot be told."""
    use = accounts.usage
    if use is None or use.cannot() or not use.logins_known:
        return ()
    counts: Counter[tuple[UserType | None, UserType]] = Counter()
    for j in accounts.own:
        suggested = _suggested(accounts, use, j)
        if suggested is not None:
            counts[j.person.user_type if j.person else None, suggested] += 1
    # How many people there are of a type is known: what is left out could be subtracted.
    hidden = {declared for (declared, _), number in counts.items() if too_few(number)}
    found = [
        TypeHint(declared, suggested, None if declared in hidden else number)
        for (declared, suggested), number in counts.items()
    ]
    return tuple(sorted(found, key=lambda h: (h.declared or "~", h.suggested)))


def _suggested(accounts: Accounts, use: Usage, judged: Judged) -> UserType | None:
    done = judged.use
    if done is None or not done.used(use.since(WINDOW_DAYS), use.until):
        return "none"
    if done.in_bulk(use.since(YEAR_DAYS), use.until):
        return "super user"
    days = days_a_month(accounts, judged)
    if days is None:
        return None
    return "data custodian" if days >= NAMED_DAYS else "everyday user"
