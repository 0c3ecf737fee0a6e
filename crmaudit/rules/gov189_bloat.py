"""Files full of empty space.

## Why
Where changed rows are not swept away, tables grow though nothing is added: backups, restores and
every reading of the whole table take longer. Told of are tables of which a rewrite would save at
least `share` and `least_mib` MiB, and files of which that much is free. What the server's own
statistics say is an estimate, hence the wide margin. Where no such file is found, tables are told
of in which rows that are gone wait to be swept: `least_dead` and more, and over `dead` of all.

## Fix
See why sweeping (VACUUM, OPTIMIZE TABLE) does not keep up, then rewrite the tables named once.

## Bad
```yaml evidence
- kind: health
  system: crm
  tables: [{table: activities, rows: 90000, bytes: 900000000, free: 500000000, bloat: 0.55}]
```

## Good
```yaml evidence
- kind: health
  system: crm
  tables: [{table: activities, rows: 90000, bytes: 900000000, free: 90000000, bloat: 0.1}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import bloated, dead_rows, free_share
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import MIB, served, size
from crmaudit.rules.words import listed, percent

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(
    facts: Facts,
    share: float = 0.4,
    least_mib: float = 50,
    dead: float = 0.4,
    least_dead: int = 10_000,
) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.with_indexes):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        about, proof = f"system:{system.id}", (health.id,)
        tables = bloated(health, share, int(least_mib * MIB))
        free = free_share(health)
        if tables:
            saved = sum(t.free or 0 for t in tables)
            named = listed(
                (
                    msg("{table} ({share})", table=t.table, share=percent(round(t.bloat or 0, 2)))
                    for t in tables
                ),
                3,
            )
            yield Hit(
                about,
                msg(
                    "A rewrite of tables of {system} would save about {size}: {named}",
                    system=system.name,
                    size=size(saved),
                    named=named,
                ),
                measurements=(Measurement("bytes to be saved", saved, "bytes", evidence=proof),),
                confidence="firm",
                who=system.owners.it,
            )
        elif free is not None and free >= share and (health.free or 0) >= least_mib * MIB:
            yield Hit(
                about,
                msg(
                    "{percent} of the database file of {system} is empty, {size}",
                    percent=percent(round(free, 2)),
                    system=system.name,
                    size=size(health.free or 0),
                ),
                measurements=(
                    Measurement.share("free bytes", health.free or 0, health.bytes or 0, proof),
                ),
                who=system.owners.it,
            )
        elif waiting := dead_rows(health, dead, least_dead):
            gone = sum(t.dead or 0 for t in waiting)
            there = gone + sum(t.rows or 0 for t in waiting)
            yield Hit(
                about,
                msg(
                    "Rows that are gone wait to be swept from {tables} of {system}: {table}",
                    tables=counted(len(waiting), "table"),
                    system=system.name,
                    table=listed(
                        (msg("{table} ({n:,})", table=t.table, n=t.dead or 0) for t in waiting), 3
                    ),
                ),
                measurements=(Measurement.share("dead rows", gone, there, proof),),
                confidence="firm",
                who=system.owners.it,
            )
        elif "bloat" in health.cannot and not any(t.bloat is not None for t in health.tables):
            yield NotAssessed(
                msg(
                    "how much of {system} is empty space is not known: {cannot}",
                    system=system.name,
                    cannot=health.cannot["bloat"],
                ),
                msg("the right that is named"),
                about,
            )
