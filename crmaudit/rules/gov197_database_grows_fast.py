"""Database that grows fast.

## Why
A database that gets `times` times as large within a year at the pace seen outgrows disk, backup
window and memory before anybody plans for it. Two readings have to lie `least_days` days apart, as
a shorter time says little, and it has to be of `least_mib` MiB at least. How much room is left no
database tells.

## Fix
See which tables grow (`governance maintenance --system`), whether logs or attachments are kept for
ever, and what the disk and the contract's limits allow.

## Bad
```yaml evidence
- kind: health
  system: crm
  bytes: 900000000
  earlier: [{taken_at: 2026-03-01T00:00:00Z, bytes: 500000000}]
```

## Good
```yaml evidence
- kind: health
  system: crm
  bytes: 510000000
  earlier: [{taken_at: 2026-03-01T00:00:00Z, bytes: 500000000}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import growth
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import MIB, served, size
from crmaudit.rules.words import span

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(
    facts: Facts, times: float = 2.0, least_days: int = 60, least_mib: float = 100
) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.maintained):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        about = f"system:{system.id}"
        grown = growth(health, least_days)
        if grown is None:
            yield NotAssessed(
                msg(
                    "how fast {system} grows is not known: no reading of it is {least_days} "
                    "days older than the newest",
                    system=system.name,
                    least_days=least_days,
                ),
                msg("a second crmaudit collect, {least_days} days later", least_days=least_days),
                about,
            )
        elif grown.a_year >= times and grown.last >= least_mib * MIB:
            yield Hit(
                about,
                msg(
                    "{system} grew from {size} to {size2} in {span}: {a_year:.1f} times as "
                    "large in a year at that pace",
                    system=system.name,
                    size=size(grown.first),
                    size2=size(grown.last),
                    span=span(grown.days),
                    a_year=grown.a_year,
                ),
                measurements=(
                    Measurement(
                        "growth a year", round(grown.a_year, 2), "times", evidence=(health.id,)
                    ),
                ),
                confidence="tentative",
                who=system.owners.it,
            )
