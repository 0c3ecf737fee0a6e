"""Relationship of entities.yaml that the data contradict.

## Why
Programs, migrations and reports are built on how many of one thing go with another. A second
organisation for a contact who "has one" is lost the moment the record is moved.

## Fix
Decide which is right. Correct `cardinality:` in entities.yaml, or mend the rows. References found
by inference count from a confidence of `confidence` on. Tables of which only a part is the entity
are left out.

## Bad
```yaml entities.yaml
entities: [{id: customer, relationships: [{to: card, cardinality: "1:1"}]}, {id: card}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: customers, entity: customer}, {table: cards, entity: card}]}
```
```yaml evidence
- kind: keys
  system: crm
  references: [{table: cards, columns: [customer_id], to: customers, to_columns: [id], cases: 90,
                filled: 90, orphans: 0, distinct: 70, parents: 200, referred: 70, most: 4}]
```

## Good
```yaml entities.yaml
entities: [{id: customer, relationships: [{to: card, cardinality: "1:n"}]}, {id: card}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: customers, entity: customer}, {table: cards, entity: card}]}
```
```yaml evidence
- kind: keys
  system: crm
  references: [{table: cards, columns: [customer_id], to: customers, to_columns: [id], cases: 90,
                filled: 90, orphans: 0, distinct: 70, parents: 200, referred: 70, most: 4}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.references.cardinality import Contradiction, contradictions, multiplicity
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import doubted
from crmaudit.workspace.landscape import Entity

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "close-information-gaps"


def check(facts: Facts, confidence: float = 0.7) -> Iterator[Hit | NotAssessed]:
    facts.need("entities.yaml")
    facts.need_evidence()
    if not facts.evidence.keys:
        raise NotAssessed(
            msg("the references were not tested"), msg("crmaudit collect --only keys")
        )
    for entity in facts.workspace.entities:
        doubtful, compared, found = False, 0, list[tuple[int, int, str, Measurement]]()
        for index, relation in enumerate(entity.relationships):
            for system, keys in facts.evidence.keys.items():
                known = facts.maps.get(system)
                if known is None or relation.cardinality is None or relation.to == entity.id:
                    continue
                ends = known.of(entity.id), known.of(relation.to)
                links = [t for t in known.tables if t.role == "link"]
                if (counted := multiplicity(keys, *ends, links, confidence)) is None:
                    continue
                compared += 1
                labels = {"here": entity.label, "there": facts.workspace.entity[relation.to].label}
                for wrong in contradictions(relation.cardinality, counted):
                    doubtful |= known.doubtful(entity.id) or known.doubtful(relation.to)
                    says, measured = _words(wrong, labels, (keys.id,))
                    found.append((wrong.rank, index, says, measured))
        if found:
            yield _hit(entity, sorted(found, key=lambda f: f[:3]), doubtful)
        elif not compared and any(r.cardinality for r in entity.relationships):
            why = msg("no tested reference joins the tables of the entities that it relates to")
            yield NotAssessed(why, msg("maps/, crmaudit collect"), f"entity:{entity.id}")


def _words(
    wrong: Contradiction, labels: dict[str, str], evidence: tuple[str, ...]
) -> tuple[str, Measurement]:
    one, other = labels[wrong.one], labels[wrong.other]
    if wrong.kind == "none":
        measured = Measurement.share(
            msg("{one} without {other}", one=one, other=other), wrong.without, wrong.of, evidence
        )
        return msg(
            "{without:,} of {of:,} of {one} have no {other}",
            without=wrong.without,
            of=wrong.of,
            one=one,
            other=other,
        ), measured
    measured = Measurement(
        msg("most {other} with one {one}", other=other, one=one),
        wrong.most,
        "rows",
        evidence=evidence,
    )
    if wrong.kind == "more":
        return msg(
            "one {one} has up to {most:,} of {other}", one=one, most=wrong.most, other=other
        ), measured
    return msg(
        "the tables have room for one {other} with each {one}", other=other, one=one
    ), measured


def _hit(entity: Entity, found: list[tuple[int, int, str, Measurement]], doubtful: bool) -> Hit:
    (rank, index, says, _), to = found[0], entity.relationships[found[0][1]]
    more = msg("; {found} more", found=len(found) - 1) if len(found) > 1 else ""
    return Hit(
        f"entity:{entity.id}",
        msg(
            "{entity} to {to} is declared {cardinality}, but {says}{more}",
            entity=entity.label,
            to=to.to,
            cardinality=to.cardinality,
            says=says,
            more=more,
        ),
        path=("relationships", index),
        measurements=tuple(m for *_, m in found),
        severity="medium" if rank < 2 else "low",
        confidence=doubted("firm" if rank == 0 else "tentative", doubtful),
        who=entity.steward,
        related=tuple(dict.fromkeys(f"entity:{entity.relationships[f[1]].to}" for f in found)),
    )
