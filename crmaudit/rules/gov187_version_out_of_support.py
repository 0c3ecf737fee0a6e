"""Database server out of its maker's support, or soon.

## Why
A release that nobody mends any more keeps every hole that is found in it, and the CRM with it.
A change of release takes months to plan: an end within `soon_days` days is told as well.

## Fix
Plan the change to a release with years of support before it. Where the operating system's makers
mend the server longer, write that down in the dossier's `notes:` and answer the finding.

## Bad
```yaml evidence
- kind: health
  system: crm
  version: PostgreSQL 13.4
  release: "13"
  provenance: {engine: postgresql}
```

## Good
```yaml evidence
- kind: health
  system: crm
  version: PostgreSQL 17.2
  release: "17"
  provenance: {engine: postgresql}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.support_ends import support_end
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import served
from crmaudit.rules.words import span

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, soon_days: int = 365) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for found in served(facts, facts.governance.maintained):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        support = support_end(health)
        if support is None:
            continue
        name = f"{support.product} {support.release}"
        about = f"system:{system.id}"
        if support.end is None:
            yield NotAssessed(
                msg(
                    "until when {name} under {system} is supported is not known: {why}",
                    name=name,
                    system=system.name,
                    why=support.why,
                ),
                msg("the maker's own list"),
                about,
            )
            continue
        days = (support.end - day).days
        if days > soon_days:
            continue
        yield Hit(
            about,
            msg(
                "The maker's support of {name}, which {system} runs on, ended {span} ago, on {day}",
                name=name,
                system=system.name,
                span=span(-days),
                day=long_date(support.end),
            )
            if days < 0
            else msg(
                "The maker's support of {name}, which {system} runs on, ends on {day}",
                name=name,
                system=system.name,
                day=long_date(support.end),
            ),
            path=("database",) if system.database else (),
            measurements=(
                Measurement("days of support left", days, "days", evidence=(health.id,)),
            ),
            severity=None if days < 0 else "medium",
            # Debian and others mend what they ship for longer than its makers do.
            confidence="firm" if support.distributor else "certain",
            who=system.owners.it,
        )
