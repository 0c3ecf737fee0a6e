"""Support hangs on one person.

## Why
Where exactly one person can do what a system needs, support ends with the first illness or
notice. This is a fault of the arrangement and none of the person, who seldom chose it.

## Fix
Have a second person learn beside the first, or contract a stand-in. Systems of high
criticality come first.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support:
  skills: [{skill: SQL, held: [{person: tom, level: 4}, {person: eva, level: 2}]}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support:
  skills: [{skill: SQL, held: [{person: tom, level: 4}, {person: eva, level: 3}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of

severity: Severity = "medium"
topic: Topic = "dossier"
initiative = "secure-skills"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system, skills = row.system, row.skills
        subject = f"system:{system.id}"
        single = [s.skill for s in skills if s.state == "single"]
        if single:
            held = msg("is held") if len(single) == 1 else msg("are each held")
            yield Hit(
                subject,
                msg(
                    "{system}: {skills} that it needs {held} by one person alone: {single}",
                    system=system.name,
                    skills=part_of(len(single), len(skills), "skill"),
                    held=held,
                    single=listed(single),
                ),
                path=("support", "skills"),
                measurements=(Measurement.share("skills of one", len(single), len(skills)),),
                severity="high" if system.criticality in ("high", "critical") else None,
                who=system.owners.it,
            )
        elif not any(s.held for s in skills) and not left_blank(system, "support.skills"):
            reason = msg("nobody said who holds the skills that {system} needs", system=system.name)
            yield NotAssessed(reason, msg("support: skills: held:"), subject)
