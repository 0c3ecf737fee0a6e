"""How an answer compares with a label, and the figures of many.

An answer is table → letters, or None for *unknown*. An unknown answer is never
wrong; where the text alone cannot tell, it is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from benchmarks.crud_truth.cases import HOME, Case, catalog

Answer = Mapping[str, str] | None
Verdict = Literal["right", "unknown", "wrong"]

_SYSTEM = ("pg_catalog", "information_schema", "mysql", "performance_schema", "sys")


@dataclass
class Score:
    """Counts of verdicts, and of (table, letter) pairs: told and true, told, true."""

    right: int = 0
    unknown: int = 0
    wrong: int = 0
    hits: int = 0
    told: int = 0
    true: int = 0

    @property
    def n(self) -> int:
        return self.right + self.unknown + self.wrong

    @property
    def precision(self) -> float:
        return self.hits / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else 1.0

    def count(self, verdict: Verdict, answer: Answer, truth: Mapping[str, str]) -> None:
        setattr(self, verdict, getattr(self, verdict) + 1)
        told, true = pairs(answer or {}), pairs(truth)
        self.hits += len(told & true)
        self.told += len(told)
        self.true += len(true)


def pairs(effects: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(table, letter) for table, letters in effects.items() for letter in letters}


def verdict(case: Case, answer: Answer) -> Verdict:
    """Whether the letters of every table are those of the label."""
    if answer is None:
        return "right" if case.opaque else "unknown"
    return "right" if pairs(answer) == pairs(case.does) else "wrong"


def flow(effects: Mapping[str, str]) -> dict[str, str]:
    """Letters folded to what tools of lineage tell: `W` written, else `R` read."""
    return {t: "W" if set(letters) & set("CUD") else "R" for t, letters in effects.items()}


class Places:
    """Names as written to names of the catalog, for tools that know no catalog."""

    def __init__(self, dialect: str) -> None:
        self._home = HOME.get(dialect, "")
        self._known = {t.qualified for t in catalog(dialect).tables}
        self._loose = {name.casefold(): name for name in self._known}
        self._folds = dialect == "postgresql"

    def named(self, parts: Iterable[tuple[str, bool]]) -> str | None:
        """The name of (part, quoted) pairs; None for the engine's own tables."""
        told = [part.lower() if self._folds and not quoted else part for part, quoted in parts]
        if {part.lower() for part in told[:-1]} & set(_SYSTEM):
            return None
        if len(told) == 1 and told[0].lower().startswith(("pg_", "sqlite_", "dual")):
            return None
        place = ".".join(told[-1:] if told[-2:-1] == [self._home] else told[-2:])
        return place if place in self._known else self._loose.get(place.casefold(), place)
