"""System should be migrated or eliminated, and nothing is decided.

## Why
Where people judge a system unfit, and the facts agree, every month without a decision costs
licences, care and trust in its data. Undecided systems are also those that get lost when an
extraction is planned.

## Fix
Decide with the owners and note it: `future:` with retain, replace or retire, or a successor under
`lifecycle:`. The method's page tells how the quadrant is made; `fitness:` holds your own judgement.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
fitness: {functional: 3, technical: 1}
lifecycle: {phase: active}
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
fitness: {functional: 3, technical: 1}
lifecycle: {phase: active}
future: replace
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, leaving
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.fitness import axes, unclassified

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        fit = facts.fits[system.id]
        if system.future or system.lifecycle.successor or leaving(system) or not in_use(system):
            continue
        if lacking := unclassified(system, fit):
            yield lacking
        elif fit.withheld or fit.quadrant in ("migrate", "eliminate"):
            found = msg(
                "TIME puts {system} under {quadrant}: {reason}",
                system=system.name,
                quadrant=msg(fit.quadrant or ""),
                reason=fit.reason,
            )
            if fit.withheld:
                found = msg(
                    "{system} has low fit on both axes, yet {withheld}",
                    system=system.name,
                    withheld=fit.withheld,
                )
            yield Hit(
                f"system:{system.id}",
                msg("{found}; nothing is decided", found=found),
                path=("fitness",) if "fitness" in system.model_fields_set else (),
                measurements=axes(fit),
                confidence="firm" if fit.certain else "tentative",
                who=system.owners.business,
            )
