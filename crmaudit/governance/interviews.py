"""Discovery interviews: which were held and counted, and what was made of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from crmaudit.governance.rate import FEWER, too_few
from crmaudit.messages import msg
from crmaudit.workspace.interviews import Interview, Measure, Pain, Saying

SayingKind = Literal["pain", "statement", "wish", "risk"]
SAYING_KINDS: tuple[SayingKind, ...] = ("pain", "statement", "wish", "risk")

OPENING: Mapping[str, str] = {
    "key_users": msg("who the key users will be"),
    "key_users_role": msg("their role in the strategy"),
}
QUESTIONS: Mapping[str, str] = {
    "wrong": msg("what is wrong now"),
    "change": msg("how CRM should change the work"),
    "consequences": msg("unintended consequences"),
    "measures": msg("what will tell whether it helps"),
}


def held(interviews: Iterable[Interview]) -> tuple[Interview, ...]:
    """Interviews that took place: one that was only prepared has no date and says nothing."""
    return tuple(i for i in interviews if i.date is not None or _said(i))


def _said(interview: Interview) -> bool:
    lists = (
        interview.walks,
        interview.pains,
        interview.wishes,
        interview.statements,
        interview.risks,
        interview.measures,
    )
    answers = interview.answers.model_dump().values()
    return any(lists) or any(answer.strip() for answer in answers)


def counted(interviews: Iterable[Interview]) -> tuple[Interview, ...]:
    """Interviews that may be counted and compared: with five people or more.

    What a smaller group says, or one of unknown size, would point at persons.
    """
    return tuple(i for i in held(interviews) if not too_few(i.participants))


def group_name(interview: Interview) -> str:
    """The group as it may be named beside an attitude: a small one stays without a name."""
    return (
        msg("a group of {FEWER}", FEWER=FEWER)
        if too_few(interview.participants)
        else interview.group
    )


def sayings(interview: Interview) -> tuple[tuple[SayingKind, Pain | Saying], ...]:
    """Everything that can carry themes, with what it is."""
    return (
        *(("pain", x) for x in interview.pains),
        *(("statement", x) for x in interview.statements),
        *(("wish", x) for x in interview.wishes),
        *(("risk", x) for x in interview.risks),
    )


def unanswered(interview: Interview) -> tuple[str, ...]:
    """The questions left open, the four before the two opening ones, by their short names."""
    answers = interview.answers.model_dump()
    return tuple(
        words for name, words in {**QUESTIONS, **OPENING}.items() if not answers[name].strip()
    )


def untracked(interview: Interview) -> tuple[Measure, ...]:
    """Measures that no KPI follows."""
    return tuple(m for m in interview.measures if m.kpi is None)
