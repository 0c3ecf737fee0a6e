"""Users mark the data otherwise than the dossier says.

## Why
What a dossier says of the quality of a system's data is the word of one or two people. Where a
survey asked many and they mark it clearly otherwise, plans rest on the wrong picture. Hit where
the dossier's score lies `points` points or more outside the interval of the survey's mean.

## Fix
Ask those who answered what they stumble over, by unit. Put their voice into `perceived_quality:`
too, with who said it and when.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, perceived_quality: [{who: Vendor, score: 5}]}
```
```yaml kpis.yaml
surveys:
  - id: staff
    name: How good are the data?
    file: data/staff.csv
    system: crm
    score_column: mark
    score_of: data quality
```
```csv data/staff.csv
unit,mark
Desk,1
Desk,2
Desk,1
Desk,2
Desk,1
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, perceived_quality: [{who: Vendor, score: 2}]}
```
```yaml kpis.yaml
surveys:
  - id: staff
    name: How good are the data?
    file: data/staff.csv
    system: crm
    score_column: mark
    score_of: data quality
```
```csv data/staff.csv
unit,mark
Desk,1
Desk,2
Desk,1
Desk,2
Desk,1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.unread import unread_surveys
from crmaudit.rules.words import listed

severity: Severity = "low"
topic: Topic = "quality"
initiative = "listen-to-users"


def check(facts: Facts, points: float = 10.0) -> Iterator[Hit | NotAssessed]:
    yield from unread_surveys(facts)
    found = facts.governance.data_marks
    if not found:
        raise NotAssessed(
            msg("no survey in which five people or more marked the quality of data"),
            needs=msg("score_of: data quality, of a survey in kpis.yaml"),
        )
    said = {x.system: x.perceived for x in facts.opinions if not x.entity}
    scope = {s.id for s in facts.workspace.in_scope}
    for mark in found:
        about, name = f"system:{mark.system}", facts.workspace.system[mark.system].name
        opinion = said.get(mark.system)
        if mark.system not in scope:
            continue
        if opinion is None:
            yield NotAssessed(
                msg("the dossier of {name} does not say how good its data are", name=name),
                "perceived_quality:",
                about,
            )
        elif not mark.low - points < opinion.score < mark.high + points:
            who = listed(dict.fromkeys(facts.speaker(v.who) for v in opinion.voices), 2)
            yield Hit(
                about,
                msg(
                    "{name}: its data are marked {score:.0f} of 100 by {who}, and "
                    "{score2:.0f} ({low:.0f} to {high:.0f}) by {number:,} answers to a survey",
                    name=name,
                    score=opinion.score,
                    who=who,
                    score2=mark.score,
                    low=mark.low,
                    high=mark.high,
                    number=mark.number,
                ),
                path=("perceived_quality",),
                measurements=(
                    Measurement("perceived", opinion.score, "of 100", whole=len(opinion.voices)),
                    Measurement("marked in a survey", mark.score, "of 100", whole=mark.number),
                ),
                confidence="firm",
                related=(f"survey:{mark.survey}",),
            )
