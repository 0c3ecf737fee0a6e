"""Statistics of tables out of date.

## Why
From its statistics a server guesses the quickest way to an answer. Where more than `share` of the
rows changed since (servers renew them at a tenth), it guesses wrong, and the CRM grows slow.
Tables of fewer than `least_rows` rows are passed over: there every way is quick. So are those of
which statistics were gathered within the time declared and `grace_days` days before the reading.

## Fix
Switch automatic upkeep on, run ANALYZE once, and look why it did not run.

## Bad
```yaml evidence
- kind: health
  system: crm
  tables: [{table: contacts, rows: 20000, changed: 15000}]
```

## Good
```yaml evidence
- kind: health
  system: crm
  tables: [{table: contacts, rows: 20000, changed: 200}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep import Allowance, declared_words, old_statistics
from crmaudit.governance.upkeep_server import Stale, statistics_told, switched_off
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import served
from crmaudit.rules.words import listed, part_of, percent

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(
    facts: Facts, share: float = 0.2, least_rows: int = 1000, grace_days: int = 2
) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for found in served(facts, facts.governance.with_indexes):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        about = f"system:{system.id}"
        judged = statistics_told(health, least_rows)
        off = switched_off(health)
        care = system.maintenance.index_care if system.maintenance else None
        allow = Allowance(changed=share, least_rows=least_rows, grace_days=grace_days)
        old = old_statistics(care, health, day, allow)
        if not judged and not off:
            if any((t.rows or 0) >= least_rows for t in health.tables):
                why = health.cannot.get("changes") or health.cannot.get("statistics")
                yield NotAssessed(
                    msg(
                        "how old the statistics of {system} are is not told: {why}",
                        system=system.name,
                        why=why or msg("the server does not say"),
                    ),
                    msg("more rights for the account that collects"),
                    about,
                )
            continue
        if not old and not off:
            continue
        due = care is not None and care.frequency not in (None, "never", "on demand")
        promised = declared_words(care) if due else ""
        told = (
            msg(
                "Statistics of {tables} of {system} are old{promised}: {map}",
                tables=part_of(len(old), len(judged), "larger table"),
                system=system.name,
                promised=msg(", though index care is declared {promised}", promised=promised)
                if promised
                else "",
                map=listed(map(_words, old), 1),
            )
            if old
            else msg(
                "The server of {system} no longer renews its statistics: {off} is switched off",
                system=system.name,
                off=listed(off),
            )
        )
        yield Hit(
            about,
            told,
            measurements=(
                Measurement.share(
                    "tables with old statistics", len(old), len(judged), (health.id,)
                ),
            ),
            severity="medium" if old and off else None,
            who=system.owners.it,
        )


def _words(found: Stale) -> str:
    how = (
        msg("never gathered")
        if found.share is None
        else msg("{percent} changed", percent=percent(found.share))
    )
    return msg("{table} ({how})", table=found.table.table, how=how)
