"""Indexes that nobody uses.

## Why
Each index has to be kept up with every row that is recorded; one that is never read costs time
and space for nothing. The server must have counted for at least `least_days` days, so that work
which comes once a month was seen. Indexes below `least_mib` MiB are passed over, and those on
which a key or a rule rests.

## Fix
Ask when and for what each was made (a report once a year?), as no server tells when. Drop what
nobody can name a use for.

## Bad
```yaml evidence
- kind: health
  system: crm
  counted_since: 2026-01-01T00:00:00Z
  indexes: [{table: notes, name: by_colour, columns: [colour], bytes: 9000000, uses: 0}]
```

## Good
```yaml evidence
- kind: health
  system: crm
  counted_since: 2026-01-01T00:00:00Z
  indexes: [{table: notes, name: by_colour, columns: [colour], bytes: 9000000, uses: 7}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import SERVERS, counted_days, unused
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import MIB, served, size
from crmaudit.rules.words import listed, part_of, span, verb

severity: Severity = "low"
topic: Topic = "maintenance"
initiative = "maintain-systems"


def check(facts: Facts, least_days: int = 31, least_mib: float = 1) -> Iterator[Hit | NotAssessed]:
    for found in served(facts, facts.governance.with_indexes):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, health = found
        about, days = f"system:{system.id}", counted_days(health)
        counted = [i for i in health.indexes if i.uses is not None]
        if not health.indexes:
            continue
        if not counted or days is None or days < least_days:
            why = health.cannot.get("uses", msg("the server does not count it"))
            if counted and days is not None:
                why = msg(
                    "the server counts for {span} only, of {least_days}",
                    span=span(days),
                    least_days=least_days,
                )
            yield NotAssessed(
                msg(
                    "which indexes of {system} are unused is not known: {why}",
                    system=system.name,
                    why=why,
                ),
                msg("a server that has counted for a month, and the right to read its counters")
                if health.provenance.engine in SERVERS
                else msg("somebody who knows what each was made for"),
                about,
            )
            continue
        idle = [i for i in unused(health) if i.bytes is None or i.bytes >= least_mib * MIB]
        if idle:
            saved = sum(i.bytes or 0 for i in idle)
            room = joined("", (", ", size(saved))) if saved else ""
            yield Hit(
                about,
                msg(
                    "{indexs} of {system} {verb} not used for {span}{room}: {table}",
                    indexs=part_of(len(idle), len(counted), "index", "indexes"),
                    system=system.name,
                    verb=verb(len(idle), "was", "were"),
                    span=span(days),
                    room=room,
                    table=listed(f"{i.table}.{i.name}" for i in idle),
                ),
                measurements=(
                    Measurement.share("unused indexes", len(idle), len(counted), (health.id,)),
                ),
                # What a standby server reads, this one does not see.
                confidence="firm" if health.settings.get("standbys", "0") == "0" else "tentative",
                who=system.owners.it,
            )
