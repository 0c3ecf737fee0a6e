"""Discovery interviews: which questions were answered, and what was made of the answers."""

from __future__ import annotations

from collections.abc import Mapping

from crmaudit.workspace.interviews import Interview, Measure

OPENING: Mapping[str, str] = {
    "key_users": "who the key users will be",
    "key_users_role": "their role in the strategy",
}
QUESTIONS: Mapping[str, str] = {
    "wrong": "what is wrong now",
    "change": "how CRM should change the work",
    "consequences": "unintended consequences",
    "measures": "what will tell whether it helps",
}


def unanswered(interview: Interview) -> tuple[str, ...]:
    """The questions left open, the four before the two opening ones, by their short names."""
    answers = interview.answers.model_dump()
    return tuple(
        words for name, words in {**QUESTIONS, **OPENING}.items() if not answers[name].strip()
    )


def untracked(interview: Interview) -> tuple[Measure, ...]:
    """Measures that no KPI follows."""
    return tuple(m for m in interview.measures if m.kpi is None)
