"""Rules that decide a pair whatever its weight: few, and each of one principle.

A rule reads degrees of agreement, no values. One that speaks against a match holds only where
the data bear it out. A number that differs in more than `OFTEN` of the pairs that are the same, by
all that was learnt, is kept too badly to decide anything. That two are of one family is only said
where families are seen: different people of one household are `FAMILIES` or more of the same pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crmaudit.quality.collectors.matching.estimating import Parameters, Vectors, name_alone
from crmaudit.quality.collectors.matching.levels import Spec

OFTEN = 0.01
FAMILIES = 0.02
YES, NO = 0.9999, 0.0001
"""What is said of a pair that a rule decided."""

SAME_NUMBER = "same official number, similar name"
OTHER_NUMBER = "different official numbers"
OTHER_PERSON = "other given name and other birth date"
OTHER_GENDER = "same home and family name, other given name and gender"
OTHER_GENERATION = "senior and junior"
SAID_SAME, SAID_DIFFERENT = "reviewed: same", "reviewed: different"
NAME_ALONE = "nothing but the name agrees"
"""Decides nothing: that must be left to people. How many namesakes there are cannot be learnt where
nothing else agrees, as two classes cannot be told by fewer than three independent signs (Lazarsfeld
and Henry 1968); names that go together, as those of one origin do, look like the same persons."""

RULES: tuple[str, ...] = (
    "",
    SAME_NUMBER,
    OTHER_NUMBER,
    OTHER_PERSON,
    OTHER_GENDER,
    OTHER_GENERATION,
    SAID_SAME,
    SAID_DIFFERENT,
    NAME_ALONE,
)
"""What decided, by its number; the first stands for the weight."""
_SAYS_SAME = (SAME_NUMBER, SAID_SAME)

Rules = npt.NDArray[np.int8]
_Marks = npt.NDArray[np.bool_]


def decided(vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> Rules:
    """By pair the number of the rule that decides it, 0 where none does."""
    view = _View(vectors, specs, p)
    made = np.zeros(len(vectors), np.int8)
    numbers = ("national_id", "tax_number")
    names = ("given", "family", "organisation")
    same = np.zeros(len(vectors), bool)
    other = np.zeros(len(vectors), bool)
    for number in numbers:
        same |= view.at(number, "same")
        other |= view.at(number, "different") & view.reliable(number)
    unlike = np.ones(len(vectors), bool)
    for name in names:
        unlike &= view.at(name, "different") | ~view.known(name)
    given, birth = view.at("given", "different"), view.at("birth", "different")
    if p.related.get("household", 0.0) < FAMILIES * p.same:
        given = np.zeros(len(vectors), bool)
    home = view.at("family", "same") & view.at("home", "same home", "same house, other unit")
    for rule, marks in (
        (OTHER_GENERATION, view.at("generation", "different") & ~view.at("birth", "same")),
        (OTHER_GENDER, home & given & view.at("gender", "different")),
        (OTHER_PERSON, given & birth),
        (OTHER_NUMBER, other & ~same),
        (SAME_NUMBER, same & ~unlike),
    ):
        made[marks] = RULES.index(rule)
    made[(made == 0) & name_alone(vectors, specs, p)] = RULES.index(NAME_ALONE)
    return made


def says(rules: Rules) -> tuple[_Marks, _Marks]:
    """Which pairs rules take for the same, and which for different."""
    same = np.isin(rules, [RULES.index(r) for r in _SAYS_SAME])
    return same, (rules > 0) & ~same & ~left_open(rules)


def left_open(rules: Rules) -> _Marks:
    """Which pairs a rule leaves to people, whatever their weight."""
    made: _Marks = rules == RULES.index(NAME_ALONE)
    return made


class _View:
    """Degrees of agreement by their labels."""

    def __init__(self, vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> None:
        self._vectors = vectors
        self._places = {s.name: k for k, s in enumerate(specs)}
        self._specs = specs
        self._p = p

    def at(self, name: str, *labels: str) -> _Marks:
        """Pairs with one of the degrees; none where the attribute is not compared."""
        k = self._places.get(name)
        if k is None:
            return np.zeros(len(self._vectors), bool)
        wanted = [j for j, g in enumerate(self._specs[k].grades) if g.label in labels]
        return np.isin(self._vectors.levels[:, k], wanted)

    def known(self, name: str) -> _Marks:
        k = self._places.get(name)
        if k is None:
            return np.zeros(len(self._vectors), bool)
        made: _Marks = self._vectors.levels[:, k] >= 0
        return made

    def reliable(self, name: str) -> bool:
        k = self._places.get(name)
        return k is not None and bool(self._p.m[k][-1] <= OFTEN)
