"""A cheaper mix of licences would do.

## Why
Named licences are needed by super users, data custodians, and whoever is in the system on `days`
days a month or more. All others can share: as many as were in at one time, and a reserve of
`reserve`. Hit where that saves at least `least` of a year's cost.

## Fix
Check the numbers with the units, then change the mix at the next renewal. The formula stands in
docs/method.md.

## Bad
```yaml systems/crm.yaml
id: crm
name: CRM
kind: crm
licences:
  - {type: named, entitled: 20, unit_cost: 400}
  - {type: concurrent, entitled: 2, unit_cost: 300}
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: [acct-a, acct-b, acct-c], licence: named}, {name: acct-d, licence: concurrent}]
- kind: recording
  system: crm
  logged_in: [{account: [acct-a, acct-d], month: [2026-03, 2026-04, 2026-05, 2026-06], days: 6}]
  at_once: [{month: 2026-05-01, licence: concurrent, accounts: 1, sessions: 9, closed: 9}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: CRM
kind: crm
licences:
  - {type: named, entitled: 1, unit_cost: 400}
  - {type: concurrent, entitled: 2, unit_cost: 300}
```
```yaml evidence
- kind: access
  system: crm
  accounts: [{name: acct-a, licence: named}, {name: acct-d, licence: concurrent}]
- kind: recording
  system: crm
  logged_in: [{account: [acct-a, acct-d], month: [2026-03, 2026-04, 2026-05, 2026-06], days: 18}]
  at_once: [{month: 2026-05-01, licence: concurrent, accounts: 1, sessions: 9, closed: 9}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.licences import NAMED_DAYS, RESERVE, better_mix
from crmaudit.messages import Money, msg
from crmaudit.rules.accounts import accounts_of
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "users"
initiative = "right-licences"


def check(
    facts: Facts, days: int = NAMED_DAYS, reserve: float = RESERVE, least: float = 0.1
) -> Iterator[Hit | NotAssessed]:
    uses = facts.governance.licence_uses(facts.day)
    for told in accounts_of(facts):
        if isinstance(told, NotAssessed):
            yield told
            continue
        system, accounts = told
        if system.id not in uses:
            continue
        mix = better_mix(accounts, uses[system.id], days, reserve)
        if mix is None:
            yield NotAssessed(
                msg(
                    "numbers, prices or the measured use of {system}'s named and concurrent "
                    "licences are not known",
                    system=system.name,
                ),
                msg("licences: in the dossier, and logins with their ends"),
                f"system:{system.id}",
            )
        elif mix.cost_now and mix.saving >= least * mix.cost_now:
            money = facts.workspace.audit.currency
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {named:,} named and {concurrent:,} concurrent licences would "
                    "do, saving about {saving:,.0f} {money} a year",
                    system=system.name,
                    named=mix.named,
                    concurrent=mix.concurrent,
                    saving=Money(mix.saving),
                    money=money,
                ),
                path=("licences",),
                measurements=(
                    Measurement("saving a year", mix.saving, money, evidence=accounts.evidence),
                    Measurement("most accounts at one time", mix.peak, evidence=accounts.evidence),
                    Measurement("judged by days alone", mix.unknown, evidence=accounts.evidence),
                ),
                confidence="tentative",
                who=system.owners.it,
            )
