"""Values that are not valid.

## Why
A number that is no number, a default date, an e-mail address that cannot receive mail: each looks
like data and fails when it is used. From `share` of a column's values on, it is a finding.

## Fix
Correct the values at their source, and let the form refuse them: type, syntax, plausible range.

## Bad
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, checks: {email syntax: [80, 100], valid: [80, 100]}}]
```

## Good
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, checks: {email syntax: [100, 100], valid: [100, 100]}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, Severity, Topic
from crmaudit.rules.words import (
    column_subject,
    need_profiles,
    percent,
    surety,
    table_subject,
    worst,
)

severity: Severity = "medium"
topic: Topic = "quality"
initiative = "clean-data"


CHECKS = ("type", "email syntax", "date plausible")


def check(facts: Facts, share: float = 0.01) -> Iterator[Hit]:
    need_profiles(facts)
    for system, profile in facts.quality.tables():
        faults: dict[str, tuple[int, int]] = {}
        for column in profile.columns:
            counts = [column.checks[c] for c in CHECKS if c in column.checks]
            failed = max((applies - passed for passed, applies in counts), default=0)
            whole = max((applies for _, applies in counts), default=0)
            if failed and failed / whole >= share:
                faults[column.name] = (failed, whole)
        if faults:
            name, (failed, whole) = max(faults.items(), key=lambda f: f[1][0])
            others = {n: f for n, (f, _) in faults.items() if n != name}
            also = msg("; also {worst}", worst=worst(others.items())) if others else ""
            yield Hit(
                table_subject(system, profile.table),
                msg(
                    "{percent} of the values of {table}.{name} are invalid ({failed:,} of "
                    "{whole:,}){also}",
                    percent=percent(failed / whole),
                    table=profile.table,
                    name=name,
                    failed=failed,
                    whole=whole,
                    also=also,
                ),
                measurements=tuple(
                    Measurement.share(msg("invalid, {n}", n=n), f, w, (profile.id,))
                    for n, (f, w) in faults.items()
                ),
                severity="high" if failed / whole > 0.1 else None,
                confidence=surety(profile),
                related=tuple(column_subject(system, profile.table, n) for n in faults),
            )
