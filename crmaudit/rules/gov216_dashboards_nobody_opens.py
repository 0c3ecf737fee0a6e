"""Dashboards of the CRM that nobody opens.

## Why
A dashboard that nobody opened for `days` days answers nobody, and hides the ones that do among
many. Judged are those that the CRM has and no need is declared for; GOV128 judges the others.

## Fix
Ask whom it was made for. Retire it, or declare in `needs.yaml` which question it answers.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, kind: crm}
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
```yaml evidence
- kind: recording
  system: crm
  boards: [{table: dashboards, name: Sign-ups, viewed: 2026-06-14}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, quoted, verb

severity: Severity = "low"
topic: Topic = "kpis"
initiative = "use-dashboards"


def check(facts: Facts, days: int = 365) -> Iterator[Hit | NotAssessed]:
    looks = facts.governance.looks
    if not looks:
        raise NotAssessed(
            msg("no system records when its dashboards were opened"),
            needs=msg("dashboards: in maps/"),
        )
    for system in sorted({x.system for x in looks}):
        own = [x for x in looks if x.system == system and x.need is None]
        known = [(x, n) for x in own if (n := x.days(facts.as_of)) is not None]
        idle = sorted((x for x, n in known if n > days), key=lambda x: x.board.name)
        if len(known) < len(own):
            lacking = counted(len(own) - len(known), "dashboard")
            yield NotAssessed(
                msg("of {lacking} it is not known since when nobody looked", lacking=lacking),
                msg("created: or viewed: of dashboards: in maps/"),
                f"system:{system}",
            )
        if idle:
            named = [quoted(x.board.name, 30) for x in idle if x.board.name][:3]
            never = sum(x.never for x in idle)
            yield Hit(
                f"system:{system}",
                msg(
                    "{idle} of {dashboards} of {name} beyond those declared {verb} not "
                    "opened in {days}",
                    idle=len(idle),
                    dashboards=counted(len(own), "dashboard"),
                    name=facts.workspace.system[system].name,
                    verb=verb(len(idle), "was", "were"),
                    days=counted(days, "day"),
                )
                + (msg(", {never} of them never", never=never) if never else "")
                + (joined("", (": ", listed(named))) if named else ""),
                measurements=(
                    Measurement.share(
                        "dashboards not opened", len(idle), len(own), (idle[0].evidence,)
                    ),
                ),
            )
