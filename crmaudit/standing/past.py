"""A remembered audit, read so that what it did not keep is None and never nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from crmaudit.standing.figures import Figure, day_of, kept_figures

Key = tuple[str, str]
"""Code and subject of a finding."""


@dataclass(frozen=True)
class Past:
    """One remembered audit. `number` is the run's, 0 of the audit as it stands now."""

    number: int
    finished: date
    body: Mapping[str, Any]

    @cached_property
    def day(self) -> date:
        """The day that it speaks of; where it had none, the day on which it ended."""
        return day_of(self.body) or self.finished

    @property
    def order(self) -> tuple[date, float]:
        """Audits in the order of their days; of one day the later run, and last the one at hand."""
        return self.day, self.number or math.inf

    @cached_property
    def tool(self) -> str:
        """The version that made it; empty where it did not keep it."""
        return str(self.body.get("tool") or "")

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Its figures, each with what it rests on as far as that was kept."""
        bases = self.part("measures") or {}
        found = {}
        for name, value in kept_figures(self.body).items():
            kept = dict(bases.get(name) or {})
            found[name] = Figure(value, **{**kept, "over": tuple(kept.get("over", ()))})
        return found

    def part(self, name: str) -> Any:
        """A part of the body; None where this audit did not keep it."""
        return self.body.get(name)

    @cached_property
    def systems(self) -> Mapping[str, Mapping[str, Any]] | None:
        """Systems in scope by id; None where they were not kept."""
        kept: Mapping[str, Mapping[str, Any]] | None = self.part("systems")
        return kept


def last_before(past: Iterable[Past], day: date | None) -> Past | None:
    """The last audit before a day: the newest one that speaks of an earlier day.

    Runs of the same day are the same audit repeated. Of several runs of that
    earlier day the last counts. None where there is none, or no day is known.
    """
    if day is None:
        return None
    earlier = [p for p in past if p.day < day]
    return max(earlier, key=lambda p: p.order, default=None)


def one_a_day(past: Iterable[Past]) -> tuple[Past, ...]:
    """Of each day the last run, the oldest day first."""
    return tuple({p.day: p for p in sorted(past, key=lambda p: p.order)}.values())


def before(
    figures: Mapping[str, tuple[tuple[date, float], ...]], day: date | None
) -> Mapping[str, tuple[tuple[date, float], ...]]:
    """The figures with only their points of earlier days; all of them where no day is known."""
    kept = {
        name: tuple(p for p in points if day is None or p[0] < day)
        for name, points in figures.items()
    }
    return {name: points for name, points in kept.items() if points}
