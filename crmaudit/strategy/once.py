"""Answers about the facts that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from crmaudit.facts import Facts

T = TypeVar("T")


def once(work: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """Let a function of the facts, which never change, work once.

    The answer is kept with the facts, as `cached_property` keeps theirs.
    """
    name = f"{work.__module__}.{work.__qualname__}"

    @wraps(work)
    def remembered(facts: Facts, /) -> T:
        kept = facts.__dict__
        if name not in kept:
            kept[name] = work(facts)
        answer: T = kept[name]
        return answer

    return remembered
