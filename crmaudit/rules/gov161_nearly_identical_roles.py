"""Two roles that give nearly the same rights.

## Why
Copies of a role drift apart unseen: somebody mends one and forgets the other, and nobody knows
which of them a new colleague should get. Compared are kinds of record, letters and levels; hit
from `least` of them in common on, in roles of at least `fewest`.

## Fix
Decide what the role is to give, move everybody to one of them, and delete the other.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, roles: [desk]}]
  roles:
    - {id: desk, levels: {contacts: UUUN, cases: UUUN}}
    - {id: desk 2019, levels: {contacts: UUUN, cases: UUUN}}
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-ana, roles: [desk]}]
  roles:
    - {id: desk, levels: {contacts: UUUN, cases: UUUN}}
    - {id: head, levels: {contacts: BBBU, cases: BBBU}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.accounts_roles import ALIKE, FEWEST, Alike, alike
from crmaudit.messages import msg
from crmaudit.rules.accounts import MOST, accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted, subject

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, least: float = ALIKE, fewest: int = FEWEST) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        for pair in alike(accounts.access.roles, least, fewest)[:MOST]:
            yield Hit(
                subject("role", system.id, pair.one.id, pair.other.id),
                msg(
                    "The roles {one} and {other} {words}",
                    one=quoted(pair.one.name or pair.one.id, 30),
                    other=quoted(pair.other.name or pair.other.id, 30),
                    words=_words(pair),
                ),
                file=facts.workspace.file_of(f"system:{system.id}"),
                measurements=(
                    Measurement.share("rights in common", pair.same, pair.all, accounts.evidence),
                ),
                related=(f"system:{system.id}",),
            )


def _words(pair: Alike) -> str:
    number = len(pair.differ)
    if not number:
        return msg("give the same {all:,} rights", all=pair.all)
    first = pair.differ[0]
    verbs = {"C": "create", "R": "read", "U": "update", "D": "delete"}
    where = (
        msg("to {verbs} {object}", verbs=msg(verbs[first.letter]), object=first.object)
        if first.object
        else first.letter
    )
    more = msg(" and {number} more", number=number - 1) if number > 1 else ""
    return msg(
        "share {same:,} of {all:,} rights and differ in the right {where}{more}",
        same=pair.same,
        all=pair.all,
        where=where,
        more=more,
    )
