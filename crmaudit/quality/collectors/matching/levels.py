"""Degrees of agreement of each attribute, as SQL over a pair's columns of the table `standard`.

A column of the left record ends in `_l`, of the right one in `_r`, as Splink has it. The
highest degree stands first; a pair has the first that holds. Shares among same (`m`) and
different pairs (`u`) are what is assumed before anything is learnt, and all there is where
nothing can be learnt. They are round numbers of our own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

HOUSEHOLD, COLLEAGUES = "household", "colleagues"

_SIMILAR = "jaro_winkler_similarity"
_EDITS = "damerau_levenshtein"


@dataclass(frozen=True, slots=True)
class Grade:
    """A degree of agreement; `when` is empty for the lowest, which is what is left.

    `terms` names the column whose frequency of values says what an agreement is worth.
    """

    label: str
    when: str
    m: float
    u: float
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """How an attribute is compared: where `null` holds, it says nothing.

    `needs` are columns of `standard` that must be filled, `any_of` where one
    of several will do. `shared` are the relations in which different people
    have it in common. `shows` are columns of `records` to take an example from.
    """

    name: str
    attribute: str
    needs: tuple[str, ...]
    null: str
    grades: tuple[Grade, ...]
    shared: frozenset[str] = frozenset()
    shows: tuple[str, ...] = ()
