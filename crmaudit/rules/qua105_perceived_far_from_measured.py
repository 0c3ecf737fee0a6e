"""What people say of the data lies far from what was measured.

## Why
Perceived quality is somebody's opinion, measured quality a pass rate. Where they differ by
`points` or more of 100, people trust data that is bad, or avoid data that is good.

## Fix
Show the two numbers side by side to those who gave the opinion, with examples of faults.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, perceived_quality: [{who: Reception, score: 5}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, nulls: 90}, {name: phone, nulls: 90}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, perceived_quality: [{who: Reception, score: 5}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email}, {name: phone}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.inventory.perceived import perceived
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, listed, need_profiles
from crmaudit.workspace.dossier import System

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _judge(facts: Facts, system: System, entity: str, points: float) -> Hit | NotAssessed | None:
    opinion = perceived(system, entity)
    assert opinion is not None
    quality = facts.quality
    score = quality.entity_score(entity, system.id) if entity else quality.system_score(system.id)
    about = cell_subject(system.id, entity) if entity else f"system:{system.id}"
    if score is None or score.share is None:
        what = f"{entity_label(facts, entity)} in {system.name}" if entity else system.name
        return NotAssessed(f"the quality of {what} was not measured", "crmaudit collect", about)
    measured = 100 * score.share
    if abs(opinion.score - measured) < points:
        return None
    who = listed(dict.fromkeys(facts.workspace.person_name(v.who) or "" for v in opinion.voices), 2)
    what = f"{entity_label(facts, entity)} in {system.name}" if entity else system.name
    voices = len(opinion.voices)
    shared = quality.shared(entity, system.id) if entity else ()
    mixed = ", other rows of the table included" if shared else ""
    return Hit(
        about,
        f"{what}: perceived {opinion.score:.0f} of 100 by {who}, measured {measured:.0f} "
        f"({score.passed:,} of {score.applicable:,} checks{mixed})",
        file=facts.workspace.place_of(f"system:{system.id}").file,
        path=("perceived_quality",),
        measurements=(
            Measurement("perceived", opinion.score, "of 100", whole=voices),
            Measurement.share("measured", int(score.passed), int(score.applicable), score.evidence),
        ),
        confidence="firm" if voices > 1 and not shared else "tentative",
        who=system.owners.business,
        related=(f"system:{system.id}", f"entity:{entity}") if entity else (),
    )


def check(facts: Facts, points: float = 25.0) -> Iterator[Hit | NotAssessed]:
    need_profiles(facts)
    if not any(s.perceived_quality for s in facts.workspace.in_scope):
        raise NotAssessed("no opinion on the data was asked for", needs="perceived_quality:")
    for system in facts.workspace.in_scope:
        voiced = dict.fromkeys(v.entity or "" for v in system.perceived_quality or ())
        for entity in voiced:
            found = _judge(facts, system, entity, points)
            if found is not None:
                yield found
