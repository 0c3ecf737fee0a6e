"""What people say of the data lies far from what was measured.

## Why
Perceived quality is somebody's opinion, measured quality the mean of the dimensions assessed.
Where they differ by `points` or more of 100, people trust data that is bad, or avoid good data.

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
from crmaudit.inventory import OpinionGap
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import doubted, entity_label, guessed, listed, need_profiles

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _hit(facts: Facts, gap: OpinionGap, about: str, what: str, apart: float) -> Hit:
    said, score = gap.perceived, gap.measured
    system, voices = facts.workspace.system[gap.system], len(said.voices)
    who = listed(dict.fromkeys(facts.speaker(v.who) for v in said.voices), 2)
    mixed = msg(", other rows of the table included") if score.mixed else ""
    return Hit(
        about,
        msg(
            "{what}: perceived {score:.0f} of 100 by {who}, measured "
            "{measured_score:.0f} ({applicable:,} checks{mixed})",
            what=what,
            score=said.score,
            who=who,
            measured_score=gap.measured_score,
            applicable=score.applicable,
            mixed=mixed,
        ),
        file=facts.workspace.file_of(f"system:{system.id}"),
        path=("perceived_quality",),
        measurements=(
            Measurement("perceived", said.score, "of 100", whole=voices),
            Measurement("measured", gap.measured_score or 0.0, "of 100", evidence=score.evidence),
            Measurement("perceived less measured", apart, "points"),
        ),
        # Where voices differ so much that they enclose what was measured, some of them are right.
        confidence="tentative"
        if voices < 2 or score.mixed or gap.within_voices
        else doubted("firm", guessed(facts, gap.system, gap.entity)),
        who=system.owners.business,
        related=(f"system:{system.id}", f"entity:{gap.entity}") if gap.entity else (),
    )


def check(facts: Facts, points: float = 25.0) -> Iterator[Hit | NotAssessed]:
    need_profiles(facts)
    if not facts.opinions:
        raise NotAssessed(msg("no opinion on the data was asked for"), needs="perceived_quality:")
    for gap in facts.opinions:
        name, entity = facts.workspace.system[gap.system].name, gap.entity
        about = cell_subject(gap.system, entity) if entity else f"system:{gap.system}"
        what = (
            msg("{entity_label} in {name}", entity_label=entity_label(facts, entity), name=name)
            if entity
            else name
        )
        apart = gap.difference
        if apart is None:
            reason = msg("the quality of {what} was not measured", what=what)
            yield NotAssessed(reason, msg("crmaudit collect"), about)
        elif abs(apart) >= points:
            yield _hit(facts, gap, about, what, apart)
