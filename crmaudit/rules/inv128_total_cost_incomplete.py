"""Total cost of ownership is a lower bound.

## Why
Systems are compared by what they cost. Where one declares its licence and another its licence,
hosting and everybody's hours, the first only looks cheaper. Own hours are forgotten most often,
and are mostly the largest part.

## Fix
Ask for the kinds that are missing: an amount, `hours:` for internal time, 0 where there is none,
or `covers:` where one invoice pays for several. More than `share` of the systems is a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs: [{year: 2026, kind: licence, amount: 9000}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
costs:
  - {year: 2026, kind: licence, amount: 9000, covers: [hosting, maintenance, support]}
  - {year: 2026, kind: internal time, amount: 4000}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import RUNNING
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "complete-dossiers"


def check(facts: Facts, share: float = 0.2) -> Iterator[Hit]:
    known = [r for r in facts.inventory.in_scope if r.cost is not None]
    if not known:
        raise NotAssessed(msg("no system's cost is declared"), needs=msg("costs: in the dossiers"))
    partly = {r.system.id: r.cost.missing for r in known if r.cost and r.cost.missing}
    if len(partly) <= share * len(known):
        return
    kinds = Counter(kind for missing in partly.values() for kind in missing)
    most = sorted(kinds, key=lambda k: (-kinds[k], RUNNING.index(k)))
    yield Hit(
        "organisation:costs",
        msg(
            "The total cost is a lower bound for {systems}: {k}",
            systems=part_of(len(partly), len(known), "system"),
            k=listed((msg("{k} is missing {kinds} ×", k=msg(k), kinds=kinds[k]) for k in most), 2),
        ),
        measurements=(
            Measurement.share("totals with kinds missing", len(partly), len(known)),
            *(
                Measurement(msg("{kind} missing", kind=msg(kind)), kinds[kind], "systems")
                for kind in most
            ),
        ),
        related=tuple(f"system:{s}" for s in partly),
    )
