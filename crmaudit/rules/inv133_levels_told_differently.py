"""Skill level of a person is told differently.

## Why
If people.yaml says that somebody can do it alone and the dossier that they need help, one of them
is wrong, and nobody knows whether the system is covered.

## Fix
Ask the person, then correct `skills:` in people.yaml or `held:` in the dossier. A difference of
`levels` levels or more is a finding.

## Bad
```yaml people.yaml
people: [{id: tom, name: Tom Iversen, skills: [{skill: SQL, level: 1}]}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, held: [{person: tom, level: 4}]}]}
```

## Good
```yaml people.yaml
people: [{id: tom, name: Tom Iversen, skills: [{skill: SQL, level: 4}]}]
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, held: [{person: tom, level: 4}]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import LevelConflict
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import listed, subject

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "complete-dossiers"


def check(facts: Facts, levels: int = 1) -> Iterator[Hit]:
    names = {s.id: s.name for s in facts.workspace.systems}
    by_person: dict[str, list[LevelConflict]] = {}
    for conflict in facts.inventory.staffing.conflicts:
        if conflict.apart >= levels:
            by_person.setdefault(conflict.person, []).append(conflict)
    for person, conflicts in by_person.items():
        widest = max(conflicts, key=lambda c: c.apart)
        said = listed(
            msg(
                "{level} by {names}",
                level=level,
                names=names.get(where) or msg("the list of people"),
            )
            for where, level in widest.told
        )
        rest = len(conflicts) - 1
        more = msg(" (and {skills})", skills=counted(rest, "other skill")) if rest else ""
        where = dict.fromkeys(w for c in conflicts for w, _ in c.told if w in names)
        yield Hit(
            subject("person", person),
            msg(
                "{person_name}: level in {skill} is {said}{more}",
                person_name=facts.workspace.person_name(person),
                skill=widest.skill,
                said=said,
                more=more,
            ),
            measurements=tuple(
                Measurement(msg("difference in {skill}", skill=c.skill), c.apart, "levels")
                for c in conflicts
            ),
            who=person,
            related=tuple(f"system:{w}" for w in where),
        )
