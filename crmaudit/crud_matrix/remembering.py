"""Answers about a matrix that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from crmaudit.crud_matrix.matrix import CrudMatrix

P = ParamSpec("P")
T = TypeVar("T")


def remembered(
    work: Callable[Concatenate[CrudMatrix, P], T],
) -> Callable[Concatenate[CrudMatrix, P], T]:
    """Let a function of a matrix, which never changes, work once for the same arguments.

    The answers go with the matrix.
    """
    kept: WeakKeyDictionary[CrudMatrix, dict[object, T]] = WeakKeyDictionary()

    @wraps(work)
    def once(matrix: CrudMatrix, /, *args: P.args, **kwargs: P.kwargs) -> T:
        answers = kept.setdefault(matrix, {})
        asked = (args, tuple(sorted(kwargs.items())))
        if asked not in answers:
            answers[asked] = work(matrix, *args, **kwargs)
        return answers[asked]

    return once
