"""Rights that are never used.

## Why
A right that no work needs serves only mistakes and attackers. Accounts collect rights when
something has to run quickly, and nobody takes them back.

## Fix
Take away what was not used, first the right to change personal data. Mind what runs once a year:
the window has at least 30 days and may miss it. Below `letters` unused rights nothing is said.

## Bad
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: report_ro, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: grants, system: crm, rights: [{principal: report_ro, table: contacts, letters: RUD}]}
- {kind: statements, system: crm, uses: [{principal: report_ro, table: contacts, letters: R}]}
```

## Good
```yaml maps/crm.yaml
system: crm
tables: [{table: contacts, entity: customer}]
principals: [{principal: report_ro, system: crm}]
```
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: contacts}]}
- {kind: code, system: crm, origin: ""}
- {kind: grants, system: crm, rights: [{principal: report_ro, table: contacts, letters: R}]}
- {kind: statements, system: crm, uses: [{principal: report_ro, table: contacts, letters: R}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import Excess
from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.use import account_subject, kind_of_data, labels, map_file, to_do
from crmaudit.rules.words import part_of

severity: Severity = "low"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts, letters: int = 1) -> Iterator[Hit | NotAssessed]:
    facts.need_use()
    scope = {s.id for s in facts.workspace.in_scope}
    for excess in facts.testimony.excess:
        count = sum(map(len, excess.unused.values()))
        if excess.database not in scope or count < letters:
            continue
        host = facts.workspace.system[excess.database]
        most = joined(
            "", (x for x in "CUDR" if any(x in found for found in excess.unused.values()))
        )
        writing = [e for e, found in excess.unused.items() if set(found) & {"C", "U", "D"}]
        whose = "" if excess.system else msg(", an account of no system,")
        yield Hit(
            account_subject(excess.database, excess.account),
            msg(
                "{account}{whose} may {to_do} in {host} and did not use {rights} in "
                "{days}: {labels}",
                account=excess.account,
                whose=whose,
                to_do=to_do(most),
                host=host.name,
                rights=part_of(count, excess.judged, "right"),
                days=counted(excess.days, "day"),
                labels=labels(facts, writing or excess.unused, 2),
            ),
            file=map_file(facts, excess.database),
            measurements=(
                Measurement.share("rights not used", count, excess.judged, excess.evidence),
            ),
            severity=_severity(facts, excess, writing),
            confidence="firm",
            who=host.owners.it,
            related=(f"system:{excess.database}",),
        )
    for database, reason in facts.testimony.windowless.items():
        if database in scope:
            yield NotAssessed(
                msg(
                    "which rights in {name} are used: {reason}",
                    name=facts.workspace.system[database].name,
                    reason=reason,
                ),
                msg("crmaudit collect {database} --only statements", database=database),
                f"system:{database}",
            )


def _severity(facts: Facts, excess: Excess, writing: list[str]) -> Severity | None:
    """The system's own program owns its tables as a rule; that is no finding of weight."""
    if excess.system == excess.database or not writing:
        return None
    return "high" if any(kind_of_data(facts, e) for e in writing) else "medium"
