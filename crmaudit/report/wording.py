"""Names, counted nouns, lists and ranges as the report puts them into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from crmaudit import messages
from crmaudit.engine import Finding
from crmaudit.messages import joined, listed, msg
from crmaudit.report.numbers import number, tellable
from crmaudit.rules.base import SEVERITIES
from crmaudit.workspace import Workspace

__all__ = ["by_severity", "counted", "listed", "names", "span", "subject"]


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
    if language == "en":
        return messages.counted(n, noun, plural)
    return f"{number(n, language=language)} {noun if n == 1 else plural or noun + 's'}"


@tellable
def span(ends: tuple[float, float], digits: int = 0, language: str = "en") -> str:
    """`3–12`, `7` where both ends read alike."""
    low, high = (number(x, digits, language) for x in ends)
    return low if low == high else f"{low}–{high}"


def subject(subject: str, known: Mapping[str, str]) -> str:
    """`system:billing` → `LedgerLine`, `feed:a.b` → `A → B`, `user-type:none` → `none`."""
    kind, _, rest = subject.partition(":")
    parts = [unquote(x) for x in rest.split(".")]
    fixed = kind in ("maturity", "user-type", "duty")
    named = [known.get(x) or (msg(x) if fixed else x) for x in parts]
    if kind == "feed" and len(named) == 2:
        return joined(" → ", named)
    if kind == "column" and len(named) > 1:
        return msg("{of}: {what}", of=named[0], what=".".join(named[1:]))
    return joined(": ", named)


def by_severity(findings: Sequence[Finding]) -> str:
    """`2 critical, 7 high and 1 low`; `none`."""
    counts = [(sum(f.severity == s for f in findings), s) for s in SEVERITIES]
    told = (msg("{n} {severity}", n=n, severity=msg(s)) for n, s in counts if n)
    return listed(told, 4) or msg("none")
