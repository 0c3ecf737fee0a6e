"""Opinions on the data disagree widely.

## Why
Perceived quality is opinion. Where one group finds the data excellent and another useless,
they use different parts, or one has never looked; either way their mean says nothing, and the
difference is the thing to learn from.

## Fix
Bring the groups together over examples, and measure what they disagree about. Opinions are
laid out from 0 to 100; a distance of `points` or more between two of them is a finding.

## Bad
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
perceived_quality: [{who: reception, score: 1}, {who: management, score: 5}]
```

## Good
```yaml systems/crm.yaml
id: crm
name: BeaconCRM
perceived_quality: [{who: reception, score: 3}, {who: management, score: 4}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import all_perceived, left_blank
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, listed

severity: Severity = "low"
topic: Topic = "dossier"
initiative = "close-information-gaps"


def check(facts: Facts, points: float = 50.0) -> Iterator[Hit | NotAssessed]:
    for system in facts.workspace.in_scope:
        opinions = [p for p in all_perceived(system) if len(p.voices) > 1]
        apart = [p for p in opinions if p.high - p.low >= points]
        if apart:
            about = listed(_about(facts, p.entity) for p in apart)
            widest = max(apart, key=lambda p: p.high - p.low)
            yield Hit(
                f"system:{system.id}",
                msg(
                    "{system}: {voices} opinions on its data lie {high:.0f} points of 100 "
                    "apart ({about})",
                    system=system.name,
                    voices=len(widest.voices),
                    high=widest.high - widest.low,
                    about=about,
                ),
                path=("perceived_quality",),
                measurements=tuple(
                    Measurement(
                        msg("distance, {about}", about=_about(facts, p.entity)),
                        p.high - p.low,
                        "points",
                    )
                    for p in apart
                ),
                who=system.owners.business,
            )
        elif not opinions and not left_blank(system, "perceived_quality"):
            reason = msg(
                "no two opinions on the same data of {system} are recorded", system=system.name
            )
            yield NotAssessed(reason, "perceived_quality:", f"system:{system.id}")


def _about(facts: Facts, entity: str | None) -> str:
    return entity_label(facts, entity) or msg("the whole system")
