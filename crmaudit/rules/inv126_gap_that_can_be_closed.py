"""Somebody at hand could close a gap in support.

## Why
Where nobody, or one person alone, has a skill, the cheapest remedy is often in the house: somebody
who has it and is not named, or somebody who lacks one level. Without a course that stays so.

## Fix
Name who could step in under `support: skills: held:`. For a learner, put the course and its date
under `training_needed:` in people.yaml. A course without a date, or whose date has passed, counts
as open.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, needed: 3, held: [{person: Tom Iversen, level: 2}]}]}
```

## Good
```yaml people.yaml
people:
  - {id: tom, name: Tom Iversen, training_needed: [{course: SQL for reports, date: 2026-10-05}]}
```
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
support: {skills: [{skill: SQL, needed: 3, held: [{person: tom, level: 2}]}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import SkillState, StandIn
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import listed, verb

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "secure-skills"


def check(facts: Facts) -> Iterator[Hit]:
    for row in facts.inventory.in_scope:
        system = row.system
        found = []
        for state in row.skills:
            told = _told(facts, state) if state.state in ("gap", "single") else ""
            if told:
                found.append(told)
        if found:
            rest = len(found) - 1
            more = msg(" (and {skills})", skills=counted(rest, "other skill")) if rest else ""
            yield Hit(
                f"system:{system.id}",
                joined(": ", (system.name, found[0])) + more,
                path=("support", "skills"),
                who=system.owners.it,
            )


def _told(facts: Facts, state: SkillState) -> str:
    """Who could close the gap in one skill; empty where nobody could, or a course is planned."""
    able = [s.person for s in state.stand_ins if s.how == "could step in"]
    if able:
        return msg(
            "{facts} could step in for {skill} and {is_} not named",
            facts=_names(facts, able),
            skill=state.skill,
            is_=verb(len(able), "is", "are"),
        )
    learners = [s for s in state.stand_ins if s.how == "one level short"]
    if not learners or any(_planned(facts, s) for s in learners):
        return ""
    people = [s.person for s in learners]
    lack = verb(len(people), "lacks", "lack")
    course = (
        msg("the course is open")
        if any(s.training for s in learners)
        else msg("no course is planned")
    )
    return msg(
        "{facts} {lack} one level in {skill}, and {course}",
        facts=_names(facts, people),
        lack=lack,
        skill=state.skill,
        course=course,
    )


def _planned(facts: Facts, learner: StandIn) -> bool:
    day = facts.day
    return any(t.date is not None and (day is None or t.date >= day) for t in learner.training)


def _names(facts: Facts, people: list[str]) -> str:
    return listed(facts.workspace.person_name(p) or p for p in people)
