"""Table that could not be read, or only in part.

## Why
What was not read was not judged: scores and findings speak of the rest only. Rights that an
auditor lacks, views that fail and rows hidden by policies are findings of their own. So are the
lines of an export that have too many or too few cells: they are padded or cut, and their values
may stand in the wrong columns; where they could not even be kept, rows are missing.

## Fix
Grant the audit account read rights, mend the view, or say why the table is to stay unread. Export
a file with malformed lines again, with its texts quoted. Read a table with row-level security by
an account that sees all its rows.

## Bad
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: notes, readable: false, note: permission denied}]}
```

## Good
```yaml evidence
- {kind: catalog, system: crm, tables: [{name: notes, primary_key: [id]}]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.evidence import Table, TableProfile
from crmaudit.facts import Facts
from crmaudit.messages import capital, joined, long_date, msg
from crmaudit.rules.base import Hit, Severity, Topic
from crmaudit.rules.words import part_of, table_subject

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"

# What sources write into a catalog's notes, one part each; other parts are no matter of reading.
_MALFORMED = re.compile(r"[\d,]+ (malformed )?lines? ")
_LEFT_OUT = "left out"
_HIDDEN = "row-level security is on: "


def check(facts: Facts) -> Iterator[Hit]:
    facts.need_evidence()
    told: set[str] = set()
    whole: dict[str, TableProfile] = {}
    for system, tables in facts.evidence.unread.items():
        for name, profile in tables.items():
            told.add(about := table_subject(system, name))
            was_read = facts.evidence.profiles[system][name].provenance.taken_at
            yield Hit(
                about,
                msg(
                    "{name} could not be read this time: {first_words}; what is said of it "
                    "was read on {long_date}",
                    name=name,
                    first_words=_first_words(profile.provenance.status.reason),
                    long_date=long_date(was_read.date()),
                ),
            )
    for system, tables in facts.evidence.profiles.items():
        for name, profile in tables.items():
            status = profile.provenance.status
            parts = [c for c in profile.columns if c.status.state != "done"]
            about = table_subject(system, name)
            if about in told:
                continue
            told.add(about)
            if status.state != "done":
                why = _first_words(status.reason)
                yield Hit(
                    about,
                    msg("{name} could not be read: {why}", name=name, why=why)
                    if status.state == "failed"
                    else msg("{name} was read in part only: {why}", name=name, why=why),
                )
            elif parts:
                yield Hit(
                    about,
                    msg(
                        "{columns} of {name} could not be counted: {first_words}",
                        columns=capital(part_of(len(parts), len(profile.columns), "column")),
                        name=name,
                        first_words=_first_words(parts[0].status.reason),
                    ),
                    severity="low",
                )
            else:
                whole[about] = profile
    for system, catalog in facts.evidence.catalogs.items():
        for table in catalog.tables:
            about = table_subject(system, table.qualified)
            if not table.readable and about not in told:
                reason = _first_words(table.note or msg("no reason was given"))
                yield Hit(
                    about,
                    msg(
                        "{qualified} could not be read: {reason}",
                        qualified=table.qualified,
                        reason=reason,
                    ),
                )
            elif table.readable and (about in whole or about not in told):
                yield from _noted(about, table, whole.get(about))


def _noted(about: str, table: Table, profile: TableProfile | None) -> Iterator[Hit]:
    """What the note of a table that was read says of rows that are damaged or missing."""
    parts = table.note.split("; ")
    lines = [p for p in parts if table.kind == "file" and _MALFORMED.match(p)]
    if lines:
        left_out = any(p.endswith(_LEFT_OUT) for p in lines)
        yield Hit(
            about,
            msg(
                "{qualified} was read with faults: {lines}",
                qualified=table.qualified,
                lines=joined("; ", lines),
            ),
            severity="medium" if left_out else "low",
        )
    elif profile is not None and not profile.rows:
        for part in parts:
            if part.startswith(_HIDDEN):
                yield Hit(
                    about,
                    msg(
                        "{qualified} has no rows to read: {part}",
                        qualified=table.qualified,
                        part=part,
                    ),
                )


def _first_words(text: str, most: int = 12) -> str:
    words = text.strip().rstrip(".").split()
    return joined(" ", words[:most]) + ("…" if len(words) > most else "")
