"""Uncertain pairs of records that wait for somebody's answer.

## Why
No rule can tell whether two Anna Bergs at one address are one. Each uncertain pair that a person
answers makes the number of duplicates surer, and the answers measure how often the program is
right.

## Fix
Answer some: `crmaudit quality duplicates SYSTEM.ENTITY --review --reveal`, or `quality overlap
ENTITY` with the same. Fifty answers say much. A finding needs `least` open pairs that are `share`
of the pairs taken for the same.

## Bad
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, same_pairs: 1000, uncertain_pairs: 300}
```

## Good
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, same_pairs: 1000, uncertain_pairs: 12}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.evidence import Matching
from crmaudit.facts import Facts
from crmaudit.quality.matching.answers import Measured
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import entity_label, entity_subject, systems

severity: Severity = "low"
topic: Topic = "quality"
initiative = "deduplicate"


def check(facts: Facts, least: int = 50, share: float = 0.05) -> Iterator[Hit]:
    if not facts.overlap:
        facts.need_duplicates()

    def many(open_pairs: int, matching: Matching) -> bool:
        return 0 < open_pairs >= max(least, share * matching.same_pairs)

    for d in facts.duplicates:
        if many(d.open_pairs, d.document.matching):
            where = f"{entity_label(facts, d.entity)} in {systems(facts, [d.system])}"
            subject, related = cell_subject(d.system, d.entity), (f"system:{d.system}",)
            m = d.document.matching
            yield _hit(subject, where, d.open_pairs, m, d.review, d.document.id, related)
    for o in facts.overlap:
        if many(o.open_pairs, o.document.matching):
            where = f"{entity_label(facts, o.entity)} across {systems(facts, o.systems)}"
            subject, beside = entity_subject(o.entity), tuple(f"system:{s}" for s in o.systems)
            m = o.document.matching
            yield _hit(subject, where, o.open_pairs, m, o.review, o.document.id, beside)


def _hit(
    subject: str,
    where: str,
    waiting: int,
    matching: Matching,
    review: Measured,
    evidence: str,
    related: tuple[str, ...],
) -> Hit:
    same = matching.same_pairs
    answers = max(review.answers, matching.answers)
    return Hit(
        subject,
        f"{waiting:,} pairs of {where} are uncertain, beside {same:,} taken for the same",
        measurements=(
            Measurement("uncertain pairs", waiting, "pairs", evidence=(evidence,)),
            Measurement("pairs taken for the same", same, "pairs", evidence=(evidence,)),
            Measurement("answers so far", answers, "answers"),
        ),
        related=related,
    )
