"""References that lead nowhere.

## Why
A reference without its record is information that can no longer be found: notes of nobody,
invoices without a customer. Counts by customer leave such rows out, and an extraction breaks on
them.

## Fix
Find out how they arose: deletion by hand, an import, a merge. Mend or archive the rows, then
declare the reference where the product allows it. Values that mean "none" are not counted.
References found by inference count from a confidence of `confidence` on; `share` is the least
share of the filled rows.

## Bad
```yaml evidence
- kind: keys
  system: crm
  references:
    - {table: notes, columns: [contact_id], to: contacts, to_columns: [id], basis: inferred,
       confidence: 0.95, cases: 100, filled: 90, orphans: 12, distinct: 60, parents: 80}
```

## Good
```yaml evidence
- kind: keys
  system: crm
  references:
    - {table: notes, columns: [contact_id], to: contacts, to_columns: [id], basis: inferred,
       confidence: 0.95, cases: 100, filled: 90, orphans: 0, distinct: 60, parents: 80,
       sentinels: {"0": 10}}
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from crmaudit.evidence import Keys, Reference
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.quality.references.found import reference_words
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import column_subject, held_in, percent, table_subject

severity: Severity = "high"
topic: Topic = "quality"
initiative = "clean-data"


def check(facts: Facts, share: float = 0.0, confidence: float = 0.7) -> Iterator[Hit | NotAssessed]:
    facts.need_evidence()
    if not facts.evidence.keys:
        raise NotAssessed(
            msg("the references were not tested"), msg("crmaudit collect --only keys")
        )
    for system, keys in facts.evidence.keys.items():
        by_column: dict[tuple[str, str], list[Reference]] = defaultdict(list)
        for reference in keys.references:
            if reference.confidence >= confidence and reference.filled:
                by_column[reference.table, reference.columns[0]].append(reference)
        for (table, column), found in by_column.items():
            orphans = sum(r.orphans or 0 for r in found)
            filled = sum(r.filled or 0 for r in found if r.orphans is not None)
            if orphans and orphans > share * filled:
                yield _hit(facts, system, column_subject(system, table, column), found, keys)


def _hit(facts: Facts, system: str, about: str, found: list[Reference], keys: Keys) -> Hit:
    """Told in words of what refers to what; the columns stand in subject and measurements.

    Of a column whose rows refer to several tables, only those that refer to the broken ones count.
    """
    worst = max(found, key=lambda r: (r.orphans or 0, r.to))
    broken = [r for r in found if r.orphans]
    orphans = sum(r.orphans or 0 for r in broken)
    filled = sum(r.filled or 0 for r in broken)
    more = (
        msg(" and {tables}", tables=counted(len(broken) - 1, "other table"))
        if len(broken) > 1
        else ""
    )
    sure: Confidence = "certain" if worst.basis in ("declared", "map") else "firm"
    if worst.confidence < 0.85 and worst.basis == "inferred":
        sure = "tentative"
    # One reference in a thousand is an accident; every tenth is how the system is used.
    extent: Severity = "high" if orphans >= 0.01 * filled else "medium"
    return Hit(
        about,
        msg(
            "{percent} of the references from {child} to {parent}{more} in {system} lead nowhere "
            "({orphans:,} of {filled:,})",
            percent=percent(orphans / filled),
            child=held_in(facts, system, worst.table),
            parent=held_in(facts, system, worst.to),
            more=more,
            system=facts.workspace.system[system].name,
            orphans=orphans,
            filled=filled,
        ),
        measurements=(
            Measurement.share("orphans", orphans, filled, (keys.id,)),
            *(
                Measurement.share(reference_words(r), r.orphans or 0, r.filled or 0, (keys.id,))
                for r in sorted(broken, key=lambda r: (-(r.orphans or 0), r.to))[:10]
            ),
        ),
        severity=extent,
        confidence=sure,
        related=tuple(dict.fromkeys(table_subject(system, r.to) for r in broken))[:20],
    )
