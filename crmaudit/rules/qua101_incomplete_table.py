"""Table whose fields are often left empty.

## Why
A record without its values is a name for a thing nobody knows. Completeness counts the fields
that people fill; keys, stamps and columns never filled are left out. Below `share` it is a
finding; where a map exists, of the tables mapped to an entity.

## Fix
Ask which of the worst columns are needed. Make those required at the source and have the others
taken off the form.

## Bad
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, nulls: 80}, {name: city, nulls: 30}]
```

## Good
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, nulls: 8}, {name: city, nulls: 3}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import TableProfile
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.quality import Holding
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    doubted,
    entity_label,
    entity_subject,
    need_profiles,
    percent,
    surety,
    table_subject,
    worst,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _empties(facts: Facts, system: str, profile: TableProfile) -> list[tuple[str, int]]:
    """Columns that people fill, with the rows in which they did not."""
    found = []
    for column in profile.columns:
        card = facts.quality.column_card(system, profile.table, column.name, profile.where)
        if card.scores["completeness"].share is not None and column.filled < column.rows:
            found.append((column.name, column.rows - column.filled))
    return sorted(found, key=lambda f: -f[1])


def check(facts: Facts, share: float = 0.7) -> Iterator[Hit]:
    need_profiles(facts)
    held: dict[tuple[str, str], list[Holding]] = {}
    for holding in facts.quality.holdings():
        held.setdefault((holding.system, holding.profile.table), []).append(holding)
    for system, table in facts.quality.entity_tables():
        holdings = held.get((system, table.table), [])
        profile = facts.quality.worst_part(table, holdings, "completeness")
        # Fields that one kind of row needs are rightly empty in another.
        mixed = bool(holdings) and not profile.where and not any(h.whole for h in holdings)
        score = facts.quality.card(profile).scores["completeness"]
        passed, applicable = score.checks
        if not applicable or passed / applicable >= share:
            continue
        empty = _empties(facts, system, profile)
        mine = [h for h in holdings if not profile.where or h.profile is profile]
        among = msg(", rows of several kinds taken together") if mixed else ""
        part = (
            msg("{entity_label} in ", entity_label=entity_label(facts, mine[0].mapped.entity))
            if profile.where
            else ""
        )
        yield Hit(
            table_subject(system, profile.table),
            msg(
                "{percent} of the fields of {part}{table} are filled ({passed:,} of "
                "{applicable:,}{among}); most often empty: {worst}",
                percent=percent(passed / applicable),
                part=part,
                table=profile.table,
                passed=passed,
                applicable=applicable,
                among=among,
                worst=worst(empty),
            ),
            measurements=(
                Measurement.share("completeness", passed, applicable, score.evidence),
                *(
                    Measurement.share(
                        msg("empty, {name}", name=name), n, profile.column(name).rows, (profile.id,)
                    )
                    for name, n in empty[:5]
                ),
            ),
            severity=None if holdings and not mixed else "low",
            confidence="tentative"
            if mixed
            else doubted(surety(profile), bool(mine) and all(h.doubtful for h in mine)),
            related=(
                *dict.fromkeys(entity_subject(h.mapped.entity) for h in mine),
                *(column_subject(system, profile.table, name) for name, _ in empty[:5]),
            ),
        )
