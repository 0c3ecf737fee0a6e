"""TIME: whether to tolerate, invest, migrate or eliminate (contract; formulas follow)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Quadrant = Literal["tolerate", "invest", "migrate", "eliminate"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One criterion of an axis: its score 1–10 (None: not known), weight, where it comes from."""

    name: str
    score: float | None
    weight: float
    because: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Functional or technical fit on 1–10; `low` and `high` with unknowns at worst and best."""

    score: float | None
    low: float
    high: float
    coverage: float
    """Weight of the criteria known ÷ weight of all, 0 to 1."""
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a system stands; `quadrant` is None where facts lack, `reason` says why.

    `withheld` says why a system is not called "eliminate" although its axes
    would have it so.
    """

    system: str
    functional: Axis
    technical: Axis
    quadrant: Quadrant | None
    reason: str
    certain: bool
    """Whether no unknown fact could move it to another quadrant."""
    withheld: str = ""
