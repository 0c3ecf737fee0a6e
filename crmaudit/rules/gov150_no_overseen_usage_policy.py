"""No usage policy that somebody oversees.

## Why
What must stand in the CRM is a policy: the champion sets it and super users see that it is kept.
A policy that nobody oversees is soon one that nobody knows.

## Fix
List the policy under `policies:` in audit.yaml with `about: use`, and name the super users under
`overseen_by:`.

## Bad
```yaml audit.yaml
organisation: Sample
policies: [{id: first, name: Nothing is done unless it is in the CRM, about: use}]
```

## Good
```yaml audit.yaml
organisation: Sample
policies:
  - {id: first, name: Nothing is done unless it is in the CRM, about: use, overseen_by: Ana Diaz}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_name, crm_subject, quoted

severity: Severity = "medium"
topic: Topic = "users"
initiative = "keep-policies"


def check(facts: Facts) -> Iterator[Hit]:
    policies = facts.workspace.audit.policies
    if not policies:
        raise NotAssessed(msg("no policy is listed"), needs=msg("policies: in audit.yaml"))
    usage = [p for p in policies if p.about == "use"]
    if not usage:
        if any(p.about is None for p in policies):
            raise NotAssessed(
                msg("what the policies are about is not said"), needs=msg("about: use there")
            )
        yield Hit(
            crm_subject(facts),
            msg("No policy says what must stand in {crm_name}", crm_name=crm_name(facts)),
            file="audit.yaml",
            path=("policies",),
        )
    for policy in usage:
        if not policy.overseen_by:
            yield Hit(
                f"policy:{policy.id}",
                msg("No super user oversees the usage policy {policy}", policy=quoted(policy.name)),
                who=policy.owner,
            )
