"""Nobody touched the entity's records for a long time.

## Why
Data that nobody changes grows wrong by itself: people move, leave, die. Where the newest stamp is
older than `days` days, the entity is no longer kept, or it is kept elsewhere.

## Fix
Find out where it is kept now. If nowhere, agree who keeps it, or archive it.

## Bad
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact, modified_at: changed}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: changed, logical: datetime, masking: none, maximum: "2024-05-01 10:00:00"}]
```

## Good
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact, modified_at: changed}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: changed, logical: datetime, masking: none, maximum: "2026-06-01 10:00:00"}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.quality import Holding
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import (
    doubted,
    entity_label,
    entity_subject,
    listed,
    need_profiles,
    span,
    surety,
    verb,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def _unreadable(held: list[Holding], label: str, about: str) -> NotAssessed:
    named = [
        stamp if "." in stamp else f"{h.profile.table}.{stamp}" for h in held for stamp in h.stamps
    ]
    if named:
        return NotAssessed(
            msg(
                "{named} {verb} no dates of the database's own type",
                named=listed(named),
                verb=verb(len(named), "holds", "hold"),
            ),
            msg("a stamp stored as a date"),
            about,
        )
    return NotAssessed(
        msg("no table of {label} has a stamp", label=label),
        msg("modified_at: or created_at: in maps/"),
        about,
    )


def check(facts: Facts, days: int = 365) -> Iterator[Hit | NotAssessed]:
    need_profiles(facts)
    primary = [h for h in facts.quality.holdings() if h.mapped.role == "primary" and h.profile.rows]
    if not primary:
        raise NotAssessed(msg("no profiled table is mapped to an entity"), needs="maps/")
    for entity in dict.fromkeys(h.mapped.entity for h in primary):
        held = [h for h in primary if h.mapped.entity == entity]
        known = [(d, h) for h in held if (d := facts.quality.newest_stamp(h)) is not None]
        label = entity_label(facts, entity)
        about = entity_subject(entity)
        if not known:
            yield _unreadable(held, label, about)
            continue
        newest, holding = max(known, key=lambda k: k[0])
        age = (facts.as_of - newest).days
        if age > days:
            profile = holding.profile
            # The newest stamp of a shared table may be of a row of another kind.
            # A stamp that stands in another table stands there for all kinds of records.
            apart = holding.whole and not any("." in stamp for stamp in holding.stamps)
            sure = apart and len(known) == len(held) and all(h.whole for h in held)
            among = "" if apart else msg(", rows of other kinds among them")
            yield Hit(
                about,
                msg(
                    "The newest stamp of {label} is {span} old, in {table} ({rows:,} rows{among})",
                    label=label,
                    span=span(age),
                    table=profile.table,
                    rows=profile.rows,
                    among=among,
                ),
                measurements=(Measurement("days since", age, "days", evidence=(profile.id,)),),
                confidence=doubted(surety(profile), holding.doubtful) if sure else "tentative",
            )
