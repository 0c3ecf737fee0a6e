"""Dashboard that is consulted by word, and not by the CRM's records.

## Why
Who says that a dashboard is looked at, and who looks, are not always the same. Decisions seem to
rest on it, and its upkeep seems worth the work. Hit where the day in `needs.yaml` is more than
`days` days after the last look that the CRM recorded.

## Fix
Ask its audience what they look at instead. Correct `last_consulted:`, or name the system that it
is really drawn from under `sources:`.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml needs.yaml
needs: [{id: board, kind: dashboard, text: Sign-ups, last_consulted: 2026-06-15}]
```
```yaml evidence
- kind: recording
  system: crm
  boards: [{table: dashboards, name: Sign-ups, viewed: 2025-01-15}]
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
```
```yaml needs.yaml
needs: [{id: board, kind: dashboard, text: Sign-ups, last_consulted: 2026-06-15}]
```
```yaml evidence
- kind: recording
  system: crm
  boards: [{table: dashboards, name: Sign-ups, viewed: 2026-06-14}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import quoted

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 31) -> Iterator[Hit]:
    facts.need("needs.yaml")
    met = [x for x in facts.governance.looks if x.need is not None]
    if not met:
        raise NotAssessed(
            msg("no system records when a dashboard of needs.yaml was opened"),
            needs=msg("dashboards: in maps/, and called: in needs.yaml"),
        )
    for look in met:
        need = look.need
        said = need.last_consulted if need else None
        # What was looked at after the reading, the CRM could not yet record.
        if need is None or said is None or said > look.read:
            continue
        last = look.viewed
        if last is None and look.since is not None and said < look.since:
            continue
        if last is None or (said - last).days > days:
            name = facts.workspace.system[look.system].name
            seen = (
                msg(
                    "{name} recorded the last look on {long_date}",
                    name=name,
                    long_date=long_date(last),
                )
                if last
                else ""
            )
            none = msg("{name} recorded no look", name=name) + (
                msg(" since {since}", since=look.since) if look.since else ""
            )
            yield Hit(
                f"need:{need.id}",
                msg(
                    "The {kind} {need} is said to have been consulted on {long_date}; {seen}",
                    kind=msg(need.kind),
                    need=quoted(need.text),
                    long_date=long_date(said),
                    seen=seen or none,
                ),
                path=("last_consulted",),
                measurements=(
                    Measurement(
                        "days between", (said - last).days, "days", evidence=(look.evidence,)
                    ),
                )
                if last
                else (),
                who=need.owner,
                related=(f"system:{look.system}",),
            )
