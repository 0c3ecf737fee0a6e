"""Duplicates that come from one import, author, source or time.

## Why
Copies that are merged come back as long as their cause is there: an import that does not look for
what exists, a form that cannot search. Where one origin makes far more of them than the others,
the cause is known, and mending it costs less than merging.

## Fix
Ask what happened there: match before an import, train whoever enters, join the source by a feed.
An origin counts with at least `least` duplicates, where the low end of its share of duplicates is
`factor` times the share of all others.

## Bad
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, precision: {value: 0.98, low: 0.95, high: 0.99}}
  causes: [{by: import batch, value: "17", duplicates: 400, records: 1000}]
```

## Good
```yaml evidence
- kind: duplicates
  system: crm
  entity: person
  tables: [contacts]
  surplus: 900
  matching: {records: 20000, precision: {value: 0.98, low: 0.95, high: 0.99}}
  causes: [{by: import batch, value: "17", duplicates: 50, records: 1000}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix import cell_subject
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.quality.matching.judged import JudgedDuplicates, Source, sources
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.matched import sure_of_duplicates
from crmaudit.rules.words import entity_label, entity_subject, percent

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "deduplicate"

_FROM = {
    "import batch": "came with import batch",
    "source": "came by the source",
    "author": "were entered by",
    "unit": "were entered in the unit",
    "feed": "were",
    "month": "were made in",
}
"""What is said of an origin; those before others tell better what is to be mended."""


def check(facts: Facts, least: int = 30, factor: float = 1.5) -> Iterator[Hit | NotAssessed]:
    facts.need_duplicates()
    told = [d for d in facts.duplicates if d.document.causes]
    if not told:
        raise NotAssessed(
            msg("where duplicates come from is not known"),
            msg("a column of the author, the date of creation or the import, in maps/"),
        )
    for found in told:
        origins = [s for s in sources(found) if s.duplicates >= least and s.exceeds(factor)]
        if origins:
            # The same records have a month, an author and a batch: the last says best what to mend.
            near = [s for s in origins if s.excess >= 0.9 * origins[0].excess]
            first = min(near, key=lambda s: list(_FROM).index(s.by))
            yield _hit(facts, found, first, origins)


def _hit(facts: Facts, found: JudgedDuplicates, first: Source, origins: list[Source]) -> Hit:
    evidence = (found.document.id,)
    name = facts.workspace.system[found.system].name
    more = (
        msg("; {origins} like it", origins=counted(len(origins) - 1, "other origin"))
        if len(origins) > 1
        else ""
    )
    return Hit(
        cell_subject(found.system, found.entity),
        msg(
            "{duplicates:,} duplicates of {entity_label} in {name} {came} {first}: "
            "{percent} of its records, elsewhere {percent2}{more}",
            duplicates=first.duplicates,
            entity_label=entity_label(facts, found.entity),
            name=name,
            came=msg(_FROM[first.by]),
            first=first.value,
            percent=percent(first.share),
            percent2=percent(first.elsewhere),
            more=more,
        ),
        file=facts.workspace.file_of(f"system:{found.system}"),
        measurements=tuple(
            Measurement.share(
                msg("duplicates, {by} {s}", by=msg(s.by), s=s.value),
                s.duplicates,
                s.records,
                evidence,
            )
            for s in origins[:5]
        ),
        confidence=sure_of_duplicates(facts, found),
        related=(f"system:{found.system}", entity_subject(found.entity)),
    )
