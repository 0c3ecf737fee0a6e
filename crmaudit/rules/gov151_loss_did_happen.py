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
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import counted, quoted

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("registers.yaml")
    for incident in facts.workspace.registers.incidents:
        open_ends = []
        if incident.restored != "yes":
            restored = {"partly": "partly restored", "no": "not restored"}
            open_ends.append(restored.get(incident.restored or "", "restored or not is unknown"))
        if not incident.cause.strip():
            open_ends.append("cause not found")
        if open_ends:
            count = counted(incident.records, "record") if incident.records else "records"
            what = {"disclosed": "disclosed", "deleted": "deleted", "overwritten": "overwritten"}
            kind = what.get(incident.kind or "", "changed or lost")
            yield Hit(
                f"incident:{incident.id}",
                f"Incident {quoted(incident.what)}: {count} {kind}; {', '.join(open_ends)}",
                severity=None if incident.restored != "yes" else "low",
                related=tuple(f"system:{s}" for s in incident.systems),
            )
