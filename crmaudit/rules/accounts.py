"""What rules about the accounts of CRMs and their rights share.

Findings show an account by its pseudonym. What its holder's job is stands in
none of them: of a job that one person has, it would be that person's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from crmaudit.facts import Facts
from crmaudit.governance.accounts import Accounts, Judged
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity
from crmaudit.rules.words import listed, subject
from crmaudit.workspace.dossier import System

COLLECT = "crmaudit collect --only access"
MOST = 50
"""Accounts of one system that one rule names each by itself; the others are counted."""

Told = NotAssessed | tuple[System, Accounts]


def accounts_of(facts: Facts, *, rights: bool = False) -> Iterator[Told]:
    """Each system whose accounts were read; where nothing can be said of one, why not.

    `rights`: what accounts may do has to be known. Raises NotAssessed where no
    system was asked.
    """
    read = facts.governance.accounts(facts.day)
    if not read:
        raise NotAssessed(msg("nobody read the accounts of a system"), needs=COLLECT)
    for system in facts.workspace.in_scope:
        if system.id in read:
            accounts = read[system.id]
            why = accounts.no_rights if rights else accounts.cannot
            if why:
                yield NotAssessed(joined(": ", (system.name, why)), COLLECT, f"system:{system.id}")
            else:
                yield system, accounts


def compared(facts: Facts) -> Iterator[Told]:
    """Systems with accounts whose rights and whose holders' jobs are known, so far as linked.

    Nothing where no system was asked, or where people.yaml names no account in it.
    """
    if not facts.governance.accounts(facts.day):
        return
    for told in accounts_of(facts, rights=True):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if accounts.compared:
            yield told
        elif any(system.id in p.accounts for p in facts.workspace.people.people):
            linked = system.id in facts.governance.testified.linked
            reason = (
                msg(
                    "of no account of {system} that people.yaml names, rank and rights are known",
                    system=system.name,
                )
                if linked
                else msg(
                    "whose the accounts of {system} are can only be said with the key",
                    system=system.name,
                )
            )
            yield NotAssessed(
                reason, msg("rank: and accounts: in people.yaml"), f"system:{system.id}"
            )


def account_subject(system: System, judged: Judged) -> str:
    """`account:crm.acct-7f3a9c21`."""
    return subject("account", system.id, judged.name)


def surety(judged: Judged) -> Confidence:
    """Certain where the CRM says that the account can be used."""
    return "certain" if judged.account.active else "firm"


def each(
    facts: Facts,
    system: System,
    accounts: Accounts,
    found: Sequence[Judged],
    words: Callable[[Judged], str],
    rest: str,
    *,
    severity: Callable[[Judged], Severity | None] = lambda judged: None,
    confidence: Callable[[Judged], Confidence] = surety,
    measurements: Callable[[Judged], Iterable[Measurement]] = lambda judged: (),
) -> Iterator[Hit]:
    """A hit for each account, the first `MOST`; the others in one hit about the system.

    `rest` says of those what they do: `... more accounts <rest>`.
    """
    ordered = sorted(found, key=lambda j: (_order(severity(j)), j.name))
    for j in ordered[:MOST]:
        yield Hit(
            account_subject(system, j),
            words(j),
            file=facts.workspace.file_of(f"system:{system.id}"),
            measurements=tuple(measurements(j)),
            severity=severity(j),
            confidence=confidence(j),
            related=(f"system:{system.id}",),
        )
    more = ordered[MOST:]
    if more:
        yield Hit(
            f"system:{system.id}",
            msg(
                "{system}: {accounts} {rest}",
                system=system.name,
                accounts=counted(len(more), "more account"),
                rest=rest,
            ),
            measurements=(
                Measurement.share(rest, len(ordered), len(accounts.usable), accounts.evidence),
            ),
            severity=severity(more[0]),
            confidence="firm",
        )


def _order(severity: Severity | None) -> int:
    return {"critical": 0, "high": 1, "medium": 3, "low": 4}.get(severity or "", 2)


def shown(found: Iterable[Judged], limit: int = 3) -> str:
    """`acct-1, acct-2 and 4 more`, in the order of their pseudonyms."""
    return listed(sorted(j.name for j in found), limit)
