"""What was decided for a system contradicts how fit it is.

## Why
A system that is kept although people call it unfit goes on costing; one that is replaced although
it serves well costs a project without need. Either the judgement or the decision is out of date.

## Fix
Lay both before the owners. Then correct `future:` or `fitness:`, and note the reason. Retaining
contradicts migrate and eliminate; replacing or retiring contradicts invest.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
fitness: {functional: 2, technical: 1}
future: retain
crud_complete: true
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
fitness: {functional: 4, technical: 3}
future: retain
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.fitness import axes, unclassified

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "renew-or-replace"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        fit = facts.fits[system.id]
        if system.future is None or not in_use(system):
            continue
        if lacking := unclassified(system, fit):
            yield lacking
        elif fit.agrees is False:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: decided is {future}, TIME puts it under {quadrant} ({reason})",
                    system=system.name,
                    future=msg(system.future),
                    quadrant=msg(fit.quadrant or ""),
                    reason=fit.reason,
                ),
                path=("future",),
                measurements=axes(fit),
                confidence="firm" if fit.certain else "tentative",
                who=system.owners.business,
            )
