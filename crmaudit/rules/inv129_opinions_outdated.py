"""Opinions on the data are old.

## Why
What people thought of the data three years ago speaks of other data and mostly of other people.
It is still quoted, and stands in the report beside measurements of last night.

## Fix
Ask again: five minutes with each group will do. Note `who`, `score` and `when` under
`perceived_quality:`. A system whose newest opinion is older than `years` is a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
perceived_quality: [{who: reception, score: 2, when: 2022-03-01}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
perceived_quality:
  - {who: reception, score: 2, when: 2022-03-01}
  - {who: reception, score: 3, when: 2026-05-12}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "listen-to-users"
DAYS_A_YEAR = 365.25


def check(facts: Facts, years: float = 2.0) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for system in facts.workspace.in_scope:
        voices = system.perceived_quality or ()
        newest = max((v.when for v in voices if v.when), default=None)
        if voices and newest is None:
            reason = msg("the opinions on the data of {system} bear no date", system=system.name)
            yield NotAssessed(reason, msg("perceived_quality: when:"), f"system:{system.id}")
        elif newest is not None and (day - newest).days > years * DAYS_A_YEAR:
            number = (
                msg("The one opinion")
                if len(voices) == 1
                else msg("The newest of {voices}", voices=len(voices))
            )
            opinions = "" if len(voices) == 1 else msg(" opinions")
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{number}{opinions} on the data of {system} is of {long_date}",
                    number=number,
                    opinions=opinions,
                    system=system.name,
                    long_date=long_date(newest),
                ),
                path=("perceived_quality",),
                measurements=(
                    Measurement(
                        "age of the newest opinion",
                        round((day - newest).days / DAYS_A_YEAR, 1),
                        "years",
                    ),
                ),
                who=system.owners.business,
            )
