"""Work is done twice because two systems are not joined.

## Why
With not being used, duplication is the most serious dysfunction: people record in the calendar
or newsletter tool and again in the CRM. The cause is a missing feed, not laziness.

## Fix
Build the feed between the two systems, or record in one of them only. Declare it under `feeds:`.
Where the records of both were compared, the things that both hold are told (QUA130 finds those
that nobody complained of).

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, feeds: []}
```
```yaml systems/cal.yaml
{id: cal, name: TeamCal, kind: calendar}
```
```yaml registers.yaml
dysfunctions: [{id: twice, what: Visits typed twice, systems: crm, duplicates_with: calendar}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm, feeds: [{from: cal}]}
```
```yaml systems/cal.yaml
{id: cal, name: TeamCal, kind: calendar}
```
```yaml registers.yaml
dysfunctions: [{id: twice, what: Visits typed twice, systems: crm, duplicates_with: calendar}]
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, several, systems

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "build-feeds"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("registers.yaml")
    found = [d for d in facts.governance.double_work if not d.joined]
    apart = {d.dysfunction.id: d for d in reversed(found) if d.systems and d.others and d.known}
    for double in apart.values():
        twice = tuple(_measured(facts, double.systems, double.others))
        things = max((m.value for m in twice), default=0)
        seen = (
            msg("; both hold the same {things:,.0f} {unit}", things=things, unit=twice[0].unit)
            if twice
            else ""
        )
        yield Hit(
            f"dysfunction:{double.dysfunction.id}",
            msg(
                "Double work with the {twin}: no feed joins {systems} and {systems2}{seen}",
                twin=msg(double.twin),
                systems=systems(facts, double.systems),
                systems2=systems(facts, double.others),
                seen=seen,
            ),
            measurements=twice,
            confidence="certain" if twice else "firm",
            who=double.dysfunction.owner,
            related=tuple(f"system:{s}" for s in (*double.systems, *double.others)),
        )
    for double in {d.dysfunction.id: d for d in reversed(found)}.values():
        about = f"dysfunction:{double.dysfunction.id}"
        if double.dysfunction.id in apart:
            continue
        if double.systems and double.others:
            yield NotAssessed(
                msg("which feeds join the systems is not declared"),
                msg("feeds: in their dossiers"),
                about,
            )
        else:
            yield NotAssessed(
                msg(
                    "nobody said which system in scope is the {twin}, or which one it doubles",
                    twin=msg(double.twin),
                ),
                msg("a dossier for it, and systems: of the dysfunction"),
                about,
            )


def _measured(facts: Facts, mine: Iterable[str], others: Iterable[str]) -> Iterator[Measurement]:
    """What the records say: things of an entity that both ends hold, the most first."""
    ends = {frozenset((m, o)) for m in mine for o in others}
    found = [
        Measurement(
            "things in both systems",
            between.things,
            several(entity_label(facts, overlap.entity)),
            evidence=(overlap.document.id,),
        )
        for overlap in facts.overlap
        if not overlap.cannot
        for between in overlap.between
        if frozenset((between.left, between.right)) in ends and between.things
    ]
    yield from sorted(found, key=lambda m: (-m.value, m.unit))
