"""Large share of persons without an e-mail address.

## Why
Who has no address cannot be invited, asked or told. From `share` of the persons on, mailings
reach a selection nobody chose; from `high` on, it weighs heavily.

## Fix
Ask at the next contact, make the field visible where people are served, and record a refusal as
one. Persons are the entities with `kind: person`.

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
from crmaudit.quality.checks import is_email_name, names_addresses_only
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    entity_label,
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
    kinds = {e.id for e in facts.workspace.entities if e.kind == "person"}
    persons = [
        h
        for h in facts.quality.holdings()
        if h.mapped.role == "primary" and h.profile.rows and h.mapped.entity in kinds
    ]
    if not persons:
        raise NotAssessed(
            "no profiled table is mapped to an entity of persons",
            needs="kind: person in entities.yaml, the table in maps/",
        )
    for holding in persons:
        profile = holding.profile
        label = entity_label(facts, holding.mapped.entity)
        named = [c for c in profile.columns if is_email_name(c.name) and c.logical == "text"]
        # A greeting or a consent has "mail" in its name too: what holds addresses was told
        # apart by content when it was profiled. An empty column has no content to tell by, only
        # a name that can mean nothing else.
        columns = [
            c
            for c in named
            if "email syntax" in c.checks or (not c.filled and names_addresses_only(c.name))
        ]
        if not columns:
            yield NotAssessed(
                f"{profile.table} has no column of e-mail addresses; they may lie beside it",
                "semantic types of the columns",
                table_subject(holding.system, profile.table),
            )
            continue
        best = max(columns, key=lambda c: c.filled)
        lacking = best.rows - best.filled
        if lacking / best.rows >= share:
            yield Hit(
                column_subject(holding.system, profile.table, best.name),
                f"{percent(lacking / best.rows)} of the {several(label)} in {profile.table} "
                f"have no e-mail address ({lacking:,} of {best.rows:,})",
                measurements=(
                    Measurement.share("without e-mail", lacking, best.rows, (profile.id,)),
                ),
                severity="high" if lacking / best.rows >= high else None,
                confidence=surety(profile, best) if holding.whole else "tentative",
                related=(f"entity:{holding.mapped.entity}",),
            )
