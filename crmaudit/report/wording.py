"""Names, counted nouns, lists and ranges as the report puts them into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from crmaudit.engine import Finding
from crmaudit.report.numbers import number
from crmaudit.rules.base import SEVERITIES
from crmaudit.workspace import Workspace


def names(workspace: Workspace) -> Mapping[str, str]:
    """Name of every system, entity, person, unit, process and KPI by id.

    An id that names two things gives the first of that order.
    """
    return {
        **{k.id: k.name for k in workspace.kpis.kpis},
        **{p.id: p.name for p in workspace.processes},
        **{u.id: u.name for u in workspace.audit.units},
        **{p.id: p.name for p in workspace.people.people},
        **{e.id: e.label for e in workspace.entity.values()},
        **{s.id: s.name for s in workspace.systems},
    }


def counted(n: float, noun: str, plural: str = "", language: str = "en") -> str:
    """`1 table`, `2,000 tables`."""
    return f"{number(n, language=language)} {noun if n == 1 else plural or noun + 's'}"


def listed(items: Iterable[str], most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c, d and 7 more`."""
    found = list(items)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def span(ends: tuple[float, float], digits: int = 0, language: str = "en") -> str:
    """`3–12`, `7` where both ends read alike."""
    low, high = (number(x, digits, language) for x in ends)
    return low if low == high else f"{low}–{high}"


def subject(subject: str, known: Mapping[str, str]) -> str:
    """`system:billing` → `LedgerLine`, `feed:a.b` → `A → B`, `user-type:none` → `none`."""
    kind, _, rest = subject.partition(":")
    parts = [unquote(x) for x in rest.split(".")]
    named = [known.get(x, x) for x in parts]
    if kind == "feed" and len(named) == 2:
        return " → ".join(named)
    if kind == "column" and len(named) > 1:
        return f"{named[0]}: {'.'.join(named[1:])}"
    return ": ".join(named)


def by_severity(findings: Sequence[Finding]) -> str:
    """`2 critical, 7 high and 1 low`; `none`."""
    counts = [(sum(f.severity == s for f in findings), s) for s in SEVERITIES]
    return listed((f"{n} {s}" for n, s in counts if n), 4) or "none"
