"""Surveys whose file cannot be read: what is asked of them is not assessed."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import NotAssessed


def unread_surveys(facts: Facts) -> Iterator[NotAssessed]:
    """One gap for each survey of kpis.yaml whose answers cannot be read."""
    for subject in facts.governance.unread:
        if subject.startswith("survey:"):
            needs = msg("what `crmaudit validate` says of it")
            yield NotAssessed(msg("the file of its answers cannot be read"), needs, subject)
