"""CRM manager missing, or not fitting the CRM's focus.

## Why
Whoever manages the CRM should lead the work it serves: the service manager where it is for
customer service, the sales manager where it is for sales. Without a focus, the heads share it.

## Fix
Name `crm_managers:` in people.yaml, and declare `crm_focus:` and the units' `function:` and
`head:` in audit.yaml, by which the fit is judged.

## Bad
```yaml audit.yaml
organisation: Sample
crm_focus: sales
units: [{id: sales, name: Sales, function: sales, head: ana}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz}, {id: ben, name: Ben Osei, job: Web editor}]
crm_managers: ben
```

## Good
```yaml audit.yaml
organisation: Sample
crm_focus: sales
units: [{id: sales, name: Sales, function: sales, head: ana}]
```
```yaml people.yaml
people: [{id: ana, name: Ana Diaz}]
crm_managers: ana
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "medium"
topic: Topic = "users"
initiative = "name-key-users"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("people.yaml")
    managers = facts.workspace.people.crm_managers
    about = crm_subject(facts)
    if not managers:
        yield Hit(
            about,
            msg("Nobody manages {crm_name}", crm_name=crm_name(facts)),
            file="people.yaml",
            severity="high",
        )
        return
    fit = facts.governance.manager_fit
    if fit is None:
        raise NotAssessed(
            msg("the CRM's focus is not declared"), needs=msg("crm_focus: in audit.yaml")
        )
    if fit.fits is None:
        raise NotAssessed(
            fit.reason, needs=msg("job: in people.yaml, head: of units in audit.yaml")
        )
    if not fit.fits:
        focus = facts.workspace.audit.crm_focus
        aim = (
            msg("without a focus")
            if focus == "none"
            else msg("with a focus on {focus}", focus=msg(focus or ""))
        )
        yield Hit(
            about,
            msg(
                "A CRM {aim} is best managed by {advised}; here: {reason}",
                aim=aim,
                advised=fit.advised,
                reason=fit.reason,
            ),
            file="people.yaml",
            path=("crm_managers",),
            confidence="certain" if fit.certain else "tentative",
            who=managers[0],
        )
