"""Information was changed or lost by accident.

## Why
A loss that happened shows what rights and habits only suggest. One that was not wholly restored
is still open, and one without a known cause will come again.

## Fix
Restore what can be restored, find the cause, and record both in registers.yaml.

## Bad
```yaml registers.yaml
incidents: [{id: wipe, what: Import wrote over phones, kind: overwritten, records: 900}]
```

## Good
```yaml registers.yaml
incidents:
  - {id: wipe, what: Import wrote over phones, restored: "yes", cause: Wrong column order}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import quoted

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("registers.yaml")
    for incident in facts.workspace.registers.incidents:
        open_ends = []
        if incident.restored != "yes":
            restored = {"partly": msg("partly restored"), "no": msg("not restored")}
            open_ends.append(
                restored.get(incident.restored or "", msg("restored or not is unknown"))
            )
        if not incident.cause.strip():
            open_ends.append(msg("cause not found"))
        if open_ends:
            count = counted(incident.records, "record") if incident.records else msg("records")
            known = incident.kind in ("disclosed", "deleted", "overwritten")
            kind = msg(incident.kind if known and incident.kind else "changed or lost")
            yield Hit(
                f"incident:{incident.id}",
                msg(
                    "Incident {what}: {count} {kind}; {open_ends}",
                    what=quoted(incident.what),
                    count=count,
                    kind=kind,
                    open_ends=joined(", ", open_ends),
                ),
                severity=None if incident.restored != "yes" else "low",
                related=tuple(f"system:{s}" for s in incident.systems),
            )
