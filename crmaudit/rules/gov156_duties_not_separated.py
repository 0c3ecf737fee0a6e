"""Duties that must not lie in one hand do.

## Why
Who records a gift and reconciles it can take it unseen, and nobody is protected from suspicion.
The rights that conflict stand under `access_policy: conflicts:` in audit.yaml; without them the
usual ones about money count. Administrators, who may do everything, are left out.

## Fix
Take one of the rights from the account, or let somebody else check what it does, and say so as a
response to this finding.

## Bad
```yaml audit.yaml
organisation: Sample
access_policy:
  conflicts: [{duties: [{role: Fundraiser}, {role: Finance}], reason: Gift policy}]
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, roles: [Fundraiser, Finance], levels: {gifts: UUUN}}]
  roles: [{id: Fundraiser}, {id: Finance}]
```

## Good
```yaml audit.yaml
organisation: Sample
access_policy:
  conflicts: [{duties: [{role: Fundraiser}, {role: Finance}], reason: Gift policy}]
```
```yaml evidence
- kind: access
  system: crm
  accounts:
    - {name: acct-ana, roles: [Fundraiser], levels: {gifts: UUUN}}
    - {name: acct-ben, roles: [Finance], levels: {gifts: NUUN}}
  roles: [{id: Fundraiser}, {id: Finance}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.accounts_conflicts import ConflictFound, words
from crmaudit.messages import joined, msg
from crmaudit.rules.accounts import COLLECT, MOST, account_subject, accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, subject

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    found = facts.governance.conflicts(facts.day)
    if not any(True for _ in accounts_of(facts)):
        return
    if not found:
        raise NotAssessed(
            msg("no duties are named that must not lie in one hand"),
            needs=msg("access_policy: conflicts: in audit.yaml"),
        )
    told: set[str] = set()
    for i, conflict in enumerate(found):
        if conflict.cannot:
            yield NotAssessed(conflict.cannot, COLLECT, subject("conflict", str(i + 1)))
            continue
        yield from _each(facts, i, conflict, told)


def _each(facts: Facts, number: int, found: ConflictFound, told: set[str]) -> Iterator[Hit]:
    labels = {e.id: e.label for e in facts.workspace.entities}
    what = words(found.conflict, labels)
    given = msg(found.conflict.reason) if found.usual else found.conflict.reason
    reason = joined("", (" (", quoted(given, 40), ")")) if given else ""
    # One finding an account: further conflicts of the same one show once the first is solved.
    left = [h for h in found.hands if _about(facts, h.accounts[0]) not in told]
    for hand in left[:MOST]:
        about = _about(facts, hand.accounts[0])
        told.add(about)
        others = [f"{s}.{j.name}" for s, j in hand.accounts[1:]]
        also = msg(" with {others}", others=others[0]) if others else ""
        yield Hit(
            about,
            msg("{hand}{also} {what}{reason}", hand=hand.name, also=also, what=what, reason=reason),
            file="audit.yaml",
            confidence="firm" if found.usual else "certain",
        )
    if len(left) > MOST:
        yield Hit(
            subject("conflict", str(number + 1)),
            msg(
                "{left:,} more accounts, of which each {what}{reason}",
                left=len(left) - MOST,
                what=what,
                reason=reason,
            ),
            file="audit.yaml",
            measurements=(Measurement("accounts that may both", len(left)),),
            confidence="firm",
        )


def _about(facts: Facts, place: tuple[str, object]) -> str:
    system, judged = place
    return account_subject(facts.workspace.system[system], judged)  # type: ignore[arg-type]
