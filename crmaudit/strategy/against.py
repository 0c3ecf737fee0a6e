"""What people set in plan.yaml beside what came of it: what was not kept, what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from crmaudit.messages import long_date, msg

if TYPE_CHECKING:
    from crmaudit.strategy.plan import Initiative


def against(initiatives: Sequence[Initiative]) -> Mapping[str, tuple[str, ...]]:
    """Initiative → what speaks against its days and its phase; empty where nothing does."""
    known = {i.id: i for i in initiatives}
    return {i.id: tuple(_told(i, known)) if i.open else () for i in initiatives}


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
