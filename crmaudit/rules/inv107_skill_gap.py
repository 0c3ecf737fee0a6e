"""Nobody holds a skill that support needs.

## Why
A system whose support lacks a skill runs until the day that skill is wanted. For the audit it
means too that nobody at hand can say what the data mean or get them out.

## Fix
Train somebody, hire, or contract the skill, and note who holds it under `support: skills:`.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support:
  skills: [{skill: SQL, needed: 3, held: [{person: tom, level: 1}]}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support:
  skills: [{skill: SQL, needed: 3, held: [{person: tom, level: 3}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of

severity: Severity = "high"
topic: Topic = "dossier"
initiative = "secure-skills"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for row in facts.inventory.in_scope:
        system, skills = row.system, row.skills
        subject = f"system:{system.id}"
        gaps = [s for s in skills if s.state == "gap"]
        unknown = [s.skill for s in skills if s.state == "unknown"]
        if gaps:
            wanted = listed(
                msg("{skill} (level {needed})", skill=s.skill, needed=s.needed) for s in gaps
            )
            yield Hit(
                subject,
                msg(
                    "{system}: nobody holds {skills} that it needs: {wanted}",
                    system=system.name,
                    skills=part_of(len(gaps), len(skills), "skill"),
                    wanted=wanted,
                ),
                path=("support", "skills"),
                measurements=(Measurement.share("skills held by nobody", len(gaps), len(skills)),),
                who=system.owners.it,
            )
        elif not skills and not left_blank(system, "support.skills"):
            reason = msg(
                "nobody said which skills the support of {system} needs", system=system.name
            )
            yield NotAssessed(reason, msg("support: skills:"), subject)
        elif unknown:
            reason = msg(
                "{system}: nobody said who holds {unknown}",
                system=system.name,
                unknown=listed(unknown),
            )
            yield NotAssessed(reason, msg("support: skills: held:"), subject)
