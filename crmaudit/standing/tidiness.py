"""What super users are to mend in a CRM: custom fields unused, categories overlapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crmaudit.evidence import TableProfile
from crmaudit.governance.testified import Untidy
from crmaudit.quality.faults.suspicions import is_custom

UNUSED = "unused custom field"
OVERLAPPING = "overlapping categories"


def untidy(tables: Iterable[tuple[str, TableProfile]]) -> Mapping[str, Untidy]:
    """By system, from every table that was profiled; fields and columns are counted, not rows."""
    custom: dict[str, int] = defaultdict(int)
    unused: dict[str, int] = defaultdict(int)
    categories: dict[str, int] = defaultdict(int)
    evidence: dict[str, list[str]] = defaultdict(list)
    for system, profile in tables:
        evidence[system].append(profile.id)
        custom[system] += sum(is_custom(c.name, profile.table) for c in profile.columns)
        unused[system] += len({f.columns for f in profile.faults if f.kind == UNUSED})
        categories[system] += sum(
            any(f.kind == OVERLAPPING for f in c.faults) for c in profile.columns
        )
    return {
        s: Untidy(custom[s], unused[s], categories[s], tuple(sorted(ids)))
        for s, ids in evidence.items()
    }
