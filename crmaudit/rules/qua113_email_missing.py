"""Large share of persons without an e-mail address.

## Why
Who has no address cannot be invited, asked or told. From `share` of the persons on, mailings
reach a selection nobody chose; from `high` on, it weighs heavily.

## Fix
Ask at the next contact, make the field visible where people are served, and record a refusal as
one. Persons are the entities with `kind: person`. Where it was counted, addresses beside the
table of persons count too, and deleted records do not.

## Bad
```yaml entities.yaml
entities: [{id: contact, name: contacts, kind: person}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 20045
  columns: [{name: email, nulls: 6000, blanks: 214, checks: {email syntax: [13800, 13831]}}]
```

## Good
```yaml entities.yaml
entities: [{id: contact, name: contacts, kind: person}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 20045
  columns: [{name: email, nulls: 6, checks: {email syntax: [20000, 20039]}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.quality import address_column
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    doubted,
    entity_label,
    entity_subject,
    need_profiles,
    percent,
    several,
    surety,
    table_subject,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, share: float = 0.2, high: float = 0.3) -> Iterator[Hit | NotAssessed]:
    need_profiles(facts)
    persons = [
        h
        for h in facts.quality.holdings()
        if h.mapped.role == "primary"
        and h.profile.rows
        and facts.maps[h.system].kinds.get(h.mapped.entity) == "person"
    ]
    if not persons:
        raise NotAssessed(
            msg("no profiled table is mapped to an entity of persons"),
            needs=msg("kind: person in entities.yaml, the table in maps/"),
        )
    reached = {(p.system, p.table, p.where): p for p in facts.one_place}
    for holding in persons:
        profile, mapped = holding.profile, holding.mapped
        best = address_column(profile)
        place = reached.get((holding.system, profile.table, mapped.where))
        about = table_subject(holding.system, profile.table)
        if best is not None:
            about = column_subject(holding.system, profile.table, best.name)
        if place is not None and "e-mail" in place.having and place.records:
            whole, evidence = place.records, place.evidence
            lacking = whole - place.having["e-mail"]
            sure = surety(profile)
        elif best is not None:
            whole, lacking, evidence = best.rows, best.rows - best.filled, profile.id
            sure = surety(profile, best) if holding.whole else "tentative"
        else:
            reason = msg(
                "{table} has no column of e-mail addresses; they may lie beside it",
                table=profile.table,
            )
            yield NotAssessed(reason, msg("semantic types of the columns"), about)
            continue
        if lacking / whole >= share:
            label = several(entity_label(facts, mapped.entity))
            yield Hit(
                about,
                msg(
                    "{percent} of the {label} in {table} have no e-mail address ({lacking:,} "
                    "of {whole:,})",
                    percent=percent(lacking / whole),
                    label=label,
                    table=profile.table,
                    lacking=lacking,
                    whole=whole,
                ),
                measurements=(Measurement.share("without e-mail", lacking, whole, (evidence,)),),
                severity="high" if lacking / whole >= high else None,
                confidence=doubted(sure, holding.doubtful),
                related=(entity_subject(mapped.entity),),
            )
