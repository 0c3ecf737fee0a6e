"""Dossier lacks facts.

## Why
Nine facts make a dossier: name, vendor, IT owner, business owner, description,
documentation, perceived quality, cost and support skills. What is missing here cannot be
judged anywhere else in the audit, and the extraction effort can only be guessed.

## Fix
Ask the person named with the finding. A fact that cannot be had is listed under `blank:`
with the reason. From `many` missing facts on, the finding is high.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
vendor: Beacon Ltd
owners: {business: ana, it: tom}
description: Contacts and activities of the service centre
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
vendor: Beacon Ltd
owners: {business: ana, it: tom}
description: Contacts and activities of the service centre
documentation: {system: https://wiki.example/crm, database: {status: none}}
perceived_quality: [{who: ana, score: 3}]
costs: [{year: 2026, kind: licence, amount: 12000}]
blank: {support.skills: the vendor keeps its staffing to itself}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "complete-dossiers"


def check(facts: Facts, many: int = 4) -> Iterator[Hit]:
    for row in facts.inventory.in_scope:
        system, judged = row.system, row.completeness
        missing = judged.missing
        if not missing:
            continue
        asked = Counter(f.contact.person for f in missing if f.contact)
        yield Hit(
            f"system:{system.id}",
            msg(
                "{system} lacks {missing} of {wanted} facts: {short}",
                system=system.name,
                missing=len(missing),
                wanted=judged.wanted,
                short=listed((msg(f.short) for f in missing), 8),
            ),
            measurements=(Measurement.share("facts given", judged.given, judged.wanted),),
            severity="high" if len(missing) >= many else "medium" if len(missing) > 1 else "low",
            who=next((who for who, _ in asked.most_common(1)), None),
        )
