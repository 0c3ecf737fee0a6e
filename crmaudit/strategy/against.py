"""What people set in plan.yaml beside what came of it: what was not kept, what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from crmaudit.messages import long_date, msg
from crmaudit.workspace.answers import InitiativeOverride

if TYPE_CHECKING:
    from crmaudit.strategy.plan import Initiative


def against(
    initiatives: Sequence[Initiative],
    given: Mapping[str, InitiativeOverride],
    day: date | None,
) -> Mapping[str, tuple[str, ...]]:
    """Initiative → what speaks against its days and its phase; empty where nothing does.

    `given` is what plan.yaml says of each, `day` that of the audit.
    """
    known = {i.id: i for i in initiatives}
    found = {}
    for i in initiatives:
        told = [*_told(i, known)] if i.open else []
        found[i.id] = (*told, *(_of_day(i, given[i.id], day) if day else ()))
    return found


def _of_day(i: Initiative, set_: InitiativeOverride, day: date) -> Iterator[str]:
    """What was set and cannot be, as the audit's day has it."""
    start, end = set_.start, set_.end
    if i.status == "done" and end is not None and end > day:
        yield msg("it is done, and is to end on {day}", day=long_date(end))
    if i.status == "running" and start is not None and start > day:
        yield msg("it is running, and is to begin on {day}", day=long_date(start))
    if i.status in ("proposed", "approved") and start is not None and start < day:
        yield msg("it was to begin on {day} and has not", day=long_date(start))
    if i.status == "running" and end is None and i.end is not None and (i.end - day).days <= 2:
        yield msg("by its days it should be done; what is left of it is not known")


def _told(i: Initiative, known: Mapping[str, Initiative]) -> Iterator[str]:
    for name in i.after:
        before = known[name]
        if i.start and before.end and i.start <= before.end:
            day = long_date(before.end)
            yield msg("it begins before “{title}” ends ({day})", title=before.title, day=day)
    if i.not_before is not None and i.not_before != i.phase:
        text = "phase {wanted} was set for it, it begins in phase {phase}"
        yield msg(text, wanted=i.not_before, phase=i.phase)
    if i.overdue is not None:
        text = "its day is over: {day}, {why}"
        yield msg(text, day=long_date(i.overdue.day), why=i.overdue.why)
