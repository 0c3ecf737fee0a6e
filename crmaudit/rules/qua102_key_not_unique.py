"""Declared key or unique identifier that repeats.

## Why
A customer number, a key, an identifier across systems holds each value once, or it identifies
nothing: joins multiply rows and updates reach the wrong record.

## Fix
Merge the records that share a value, then let the database enforce it with a unique index.
Keys are those of the database and of `maps/`; identifiers the unique attributes of entities.yaml.

## Bad
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact, key: number}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: number, distinct: 98, uniques: 96}]
```

## Good
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact, key: number}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: number, distinct: 100, uniques: 100}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.quality.keys import KeyClaim, claims
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import column_subject, listed, need_profiles, percent, surety

severity: Severity = "high"
topic: Topic = "quality"
initiative = "clean-data"


def _about(claim: KeyClaim) -> str:
    if claim.column is not None:
        return column_subject(claim.system, claim.profile.table, claim.column.name)
    return column_subject(claim.system, claim.profile.table, "+".join(claim.columns))


def _hit(claim: KeyClaim, repeated: int) -> Hit:
    table, filled = claim.profile.table, claim.filled
    name = (
        f"{table}.{claim.columns[0]}"
        if claim.column
        else joined("", (table, " (", listed(claim.columns), ")"))
    )
    return Hit(
        _about(claim),
        msg(
            "{percent} of the values of {name} are not unique ({repeated:,} of "
            "{filled:,}), though {says}",
            percent=percent(repeated / filled),
            name=name,
            repeated=repeated,
            filled=filled,
            says=claim.says,
        ),
        measurements=(Measurement.share("not unique", repeated, filled, (claim.evidence,)),),
        severity=None if claim.technical else "medium",
        confidence=surety(claim.profile, *([claim.column] if claim.column else [])),
    )


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    need_profiles(facts)
    seen: set[str] = set()
    for claim in claims(facts.quality, facts.workspace.entity):
        about = _about(claim)
        if about in seen:
            continue
        seen.add(about)
        if claim.repeated is None:
            yield NotAssessed(
                msg("its different values were not counted"), msg("crmaudit collect"), about
            )
        elif claim.repeated:
            yield _hit(claim, claim.repeated)
