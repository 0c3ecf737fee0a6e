"""What was promised and is overdue: answers past their due day, waivers that ran out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.engine import Finding, Judgement
from crmaudit.rules.base import SEVERITIES

NOBODY = ""
"""The owner of an answer that names none."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A finding that somebody agreed to mend by a day that is over; `days` since then."""

    finding: Finding
    owner: str
    due: date
    days: int


def promises(judgement: Judgement) -> tuple[Promise, ...]:
    """Overdue answers, the longest overdue first; none where the audit's day is not known.

    Overdue is a due day before the day that the audit speaks of, with the
    finding still there. Findings that are disputed are in dispute, not late.
    """
    day = judgement.as_of
    if day is None:
        return ()
    found = [
        Promise(f, f.response.owner or NOBODY, f.response.due, (day - f.response.due).days)
        for f in judgement.findings
        if f.state == "agreed" and f.response and f.response.due and f.response.due < day
    ]
    return tuple(sorted(found, key=lambda p: (-p.days, _rank(p.finding), p.finding.fingerprint)))


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def lapsed(judgement: Judgement) -> tuple[Finding, ...]:
    """Findings whose waiver ran out: they count again."""
    return tuple(f for f in judgement.findings if f.lapsed)


def by_owner(found: Iterable[Promise]) -> Mapping[str, tuple[Promise, ...]]:
    """Owner → what is overdue; those with the most first, answers without an owner last."""
    owners: dict[str, list[Promise]] = {}
    for promise in found:
        owners.setdefault(promise.owner, []).append(promise)
    order = sorted(owners, key=lambda o: (o == NOBODY, -len(owners[o]), o))
    return {owner: tuple(owners[owner]) for owner in order}
