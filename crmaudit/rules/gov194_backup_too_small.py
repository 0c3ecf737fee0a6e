"""Backup implausibly small, or shrunk.

## Why
A backup that lacks most of the data looks like any other until it is restored. The newest is laid
beside the middle size of those before it, where there are `least_before`: less than `shrunk` of
that is told of. It is laid beside the rows of a database of at least `least_mib` MiB, too: less
than `plain` of their size, or `packed` where it is compressed, cannot hold them all.

## Fix
Restore it into an empty database and compare row counts. Look whether the job stopped half-way, or
leaves tables out.

## Bad
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: daily, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files:
    - {name: a, written: 2026-06-29T02:00:00Z, bytes: 1000, series: s, database: true}
    - {name: b, written: 2026-06-28T02:00:00Z, bytes: 900000, series: s, database: true}
    - {name: c, written: 2026-06-27T02:00:00Z, bytes: 890000, series: s, database: true}
    - {name: d, written: 2026-06-26T02:00:00Z, bytes: 880000, series: s, database: true}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: CRM, maintenance: {backup: daily, backup_folder: backups}}
```
```yaml evidence
- kind: backups
  system: crm
  files: [{name: a, written: 2026-06-29T02:00:00Z, bytes: 910000, series: s, database: true}]
- {kind: catalog, system: crm, bytes: 4000000}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.upkeep_backups import implausible, newest, shrunk
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.upkeep import MIB, backed_up, size
from crmaudit.rules.words import percent

severity: Severity = "high"
topic: Topic = "maintenance"
initiative = "maintain-systems"
_shrunk, _implausible = shrunk, implausible


def check(
    facts: Facts,
    shrunk: float = 0.5,
    least_before: int = 3,
    plain: float = 0.05,
    packed: float = 0.005,
    least_mib: float = 10,
) -> Iterator[Hit | NotAssessed]:
    day = facts.as_of
    for found in backed_up(facts, facts.governance.restorable):
        if isinstance(found, NotAssessed):
            yield found
            continue
        system, backups = found
        kept = newest(backups, day)
        if kept is None:
            continue
        rows = _size_of_rows(facts, system.id)
        database = rows if rows is not None and rows >= least_mib * MIB else None
        small = _shrunk(kept, shrunk, least_before) or _implausible(kept, database, plain, packed)
        if small is not None:
            yield Hit(
                f"system:{system.id}",
                msg(
                    "The newest backup of {system} has {size}, {percent} of {what} ({size2})",
                    system=system.name,
                    size=size(small.file.bytes),
                    percent=percent(small.share),
                    what=small.what,
                    size2=size(small.beside),
                ),
                path=("maintenance",),
                measurements=(
                    Measurement.share(
                        "size of the newest backup", small.file.bytes, small.beside, (backups.id,)
                    ),
                ),
                confidence="firm",
                who=system.owners.it,
            )


def _size_of_rows(facts: Facts, system: str) -> int | None:
    """Bytes of the tables, which a dump holds; without the indexes, where the server tells."""
    health = facts.governance.testified.health.get(system)
    catalog = facts.evidence.catalogs.get(system)
    sizes = [t.bytes for t in (health.tables if health else ()) if t.bytes is not None]
    if sizes:
        return sum(sizes)
    sizes = [t.bytes for t in (catalog.tables if catalog else ()) if t.bytes is not None]
    whole = catalog.bytes if catalog else None
    return sum(sizes) if sizes else (health.bytes if health else None) or whole
