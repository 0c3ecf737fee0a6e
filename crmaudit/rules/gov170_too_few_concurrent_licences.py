"""Concurrent licences run out at peak time.

## Why
Where as many people are in at one time as there are shared licences, the next one is turned away
and writes on paper. Measured is the most accounts in at one time, over the last six months.

## Fix
Buy more shared licences, give all-day users named ones, or end sessions that stand idle.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: concurrent, entitled: 5}]}
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-a, licence: concurrent}]}
- kind: recording
  system: crm
  logged_in: [{account: acct-a, month: [2026-05, 2026-06]}]
  at_once: [{month: 2026-05-01, licence: concurrent, accounts: 5, sessions: 90, closed: 90}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, licences: [{type: concurrent, entitled: 9}]}
```
```yaml evidence
- {kind: access, system: crm, accounts: [{name: acct-a, licence: concurrent}]}
- kind: recording
  system: crm
  logged_in: [{account: acct-a, month: [2026-05, 2026-06]}]
  at_once: [{month: 2026-05-01, licence: concurrent, accounts: 5, sessions: 90, closed: 90}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "medium"
topic: Topic = "users"
initiative = "right-licences"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system_id, uses in facts.governance.licence_uses(facts.day).items():
        system = facts.workspace.system[system_id]
        for use in uses:
            if use.licence.type != "concurrent" or use.licence.entitled is None:
                continue
            if use.peak is None:
                yield NotAssessed(
                    msg("how many are in {system} at one time is not measured", system=system.name),
                    msg("crmaudit collect --only access,recording, where sessions are kept"),
                    f"system:{system.id}",
                )
            elif use.peak >= use.licence.entitled:
                yield Hit(
                    f"system:{system.id}",
                    msg(
                        "{system}: up to {peak:,} accounts shared {entitled:,} concurrent "
                        "licences at one time",
                        system=system.name,
                        peak=use.peak,
                        entitled=use.licence.entitled,
                    ),
                    path=("licences", use.index),
                    measurements=(
                        Measurement("most accounts at one time", use.peak, evidence=use.evidence),
                    ),
                    who=system.owners.it,
                )
            break
