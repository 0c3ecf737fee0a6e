"""No administrator, and may delete every record of a kind.

## Why
Information is lost by accident where somebody may delete what is not theirs. Organizational
access is for the overall administrators; to delete with it is the widest right there is.

## Fix
Narrow the role's right to delete to own records, or take it away: mark records as inactive instead.

## Bad
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-desk, levels: {contacts: OOOO}}]
```

## Good
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-desk, levels: {contacts: OOOU}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.accounts import Accounts, Kind
from crmaudit.messages import msg
from crmaudit.rules.accounts import accounts_of, each
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, listed
from crmaudit.workspace.dossier import System

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for told in accounts_of(facts, rights=True):
        if isinstance(told, NotAssessed):
            yield told
        else:
            yield from _of(facts, *told)


def _of(facts: Facts, system: System, accounts: Accounts) -> Iterator[Hit]:
    wide = accounts.delete_everything
    yield from each(
        facts,
        system,
        accounts,
        [accounts.by_name[name] for name in wide],
        lambda j: msg(
            "{j}, no administrator, may delete every {facts} of the organisation",
            j=j.name,
            facts=listed(_names(facts, wide[j.name])),
        ),
        msg("that are no administrators may delete all records of a kind"),
    )


def _names(facts: Facts, kinds: tuple[Kind, ...]) -> list[str]:
    return list(dict.fromkeys(entity_label(facts, k.entity) or k.object for k in kinds))
