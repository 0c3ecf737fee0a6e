"""Statements that nobody understood or that were lost.

## Why
What a statement does that could not be read is unknown, and so is everything that it may touch.
The more there are, the less the matrix can say no; what a server drops from its list is missed
without a trace.

## Fix
Look at them with `crmaudit crud gaps --failures`. Read routines and views with the database, name
the account that runs them. Raise the server's limit where it loses statements. More than `share`
of the different statements not understood is a finding.

## Bad
```yaml evidence
- {kind: statements, system: crm, distinct: 40, understood: 30, calls: 90, understood_calls: 60}
```

## Good
```yaml evidence
- {kind: statements, system: crm, distinct: 40, understood: 40, calls: 90, understood_calls: 90}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed, part_of, verb

severity: Severity = "medium"
topic: Topic = "mapping"
initiative = "close-information-gaps"


def check(facts: Facts, share: float = 0.05) -> Iterator[Hit | NotAssessed]:
    facts.need_use()
    testimony = facts.testimony
    if not testimony.rates and not testimony.failed:
        raise NotAssessed(
            msg("no statements and no code were read"),
            needs=msg("crmaudit collect --only statements,code"),
        )
    for system in facts.workspace.in_scope:
        rates = [r for r in testimony.rates if r.system == system.id]
        ids = tuple(r.evidence for r in rates)
        distinct, understood = sum(r.distinct for r in rates), sum(r.understood for r in rates)
        calls, told = sum(r.calls for r in rates), sum(r.understood_calls for r in rates)
        lost = sum(r.dropped or 0 for r in rates)
        unknown = distinct - understood
        faults = []
        if unknown > share * distinct:
            statements = part_of(unknown, distinct, "statement")
            faults.append(
                msg(
                    "{statements} {verb} not understood",
                    statements=statements,
                    verb=verb(unknown, "was", "were"),
                )
            )
        if lost:
            faults.append(
                msg("the source lost {statements}", statements=counted(lost, "statement"))
            )
        if faults:
            yield Hit(
                f"system:{system.id}",
                joined(": ", (system.name, listed(faults))),
                measurements=(
                    Measurement.share("statements not understood", unknown, distinct, ids),
                    Measurement.share("calls not understood", calls - told, calls, ids),
                    Measurement("statements lost", lost, "statements", evidence=ids),
                ),
                severity=None if unknown > share * distinct else "low",
                who=system.owners.it,
            )
        broken = [(kind, why) for s, kind, _, why in testimony.failed if s == system.id]
        if broken:
            why = joined("; ", (joined(": ", (kind, why)) for kind, why in broken))
            reason = msg("not all of {system} could be read: {why}", system=system.name, why=why)
            yield NotAssessed(
                reason, msg("crmaudit collect {system}", system=system.id), f"system:{system.id}"
            )
