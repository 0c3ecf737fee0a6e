"""Entity whose structure nobody described.

## Why
Attributes and relationships are what an extraction copies and a data warehouse models. An entity
known by its name alone is a metadata gap: each project finds out again what belongs to it.

## Fix
List the attributes that matter under `attributes:`, the identifier first, and how many of one
entity belong to another under `relationships:`.

## Bad
```yaml entities.yaml
entities: [{id: customer, name: Customer, relationships: [{to: invoice}]}, {id: invoice}]
```

## Good
```yaml entities.yaml
entities:
  - id: customer
    attributes: [{name: number, identifier: true}, surname]
    relationships: [{to: invoice, cardinality: "1:n"}]
  - {id: invoice, attributes: [number, amount]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, chained, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import part_of, verb

severity: Severity = "low"
topic: Topic = "mapping"
initiative = "agree-definitions"


def check(facts: Facts) -> Iterator[Hit]:
    facts.need("entities.yaml")
    for entity in facts.workspace.entities:
        links = entity.relationships
        vague = sum(link.cardinality is None for link in links)
        lacking = []
        if not entity.attributes:
            lacking.append(msg("no attributes of {entity} are described", entity=entity.label))
        if vague:
            of = "" if lacking else msg(" of {entity}", entity=entity.label)
            some = part_of(vague, len(links), "relationship")
            lacking.append(
                msg(
                    "{some}{of} {verb} no cardinality",
                    some=some,
                    of=of,
                    verb=verb(vague, "has", "have"),
                )
            )
        if lacking:
            yield Hit(
                f"entity:{entity.id}",
                capital(chained("{a}, and {b}", lacking)),
                severity="medium" if entity.class_ == "master" and not entity.attributes else None,
                who=entity.steward,
            )
