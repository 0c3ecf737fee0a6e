"""Figures of two audits beside each other, and over all audits.

Only like is compared with like: figures over other systems, or of another
basis, are told and not called better or worse. A difference within the error
of samples and estimates is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from crmaudit.messages import msg
from crmaudit.standing.figures import KINDS, Figure, kind_of
from crmaudit.standing.past import Past, one_a_day

Verdict = Literal[
    "better", "worse", "changed", "same", "within error", "not comparable", "first", "gone"
]
_DIGITS: Mapping[str, int] = {"percent": 1, "score": 1}
"""Figures are told with so many digits, else without: what is told alike is alike."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure before and after. `why` says what stands in the way of comparing, if anything.

    `first` and `gone`: only one of the audits has it. `changed`: neither way
    is better.
    """

    name: str
    before: Figure | None
    after: Figure | None
    verdict: Verdict
    why: str = ""

    @property
    def delta(self) -> float | None:
        """After less before, both as they are told; None unless both are known and comparable."""
        if self.before is None or self.after is None or self.verdict == "not comparable":
            return None
        return _delta(self.name, self.before, self.after)


def figure_changes(
    before: Past, after: Past, now: Callable[[str], str] = str
) -> tuple[FigureChange, ...]:
    """Every figure that either audit has, by name; of those compared, renamed systems are same."""
    one = {_name(n, now): _today(f, now) for n, f in before.figures.items()}
    two = dict(after.figures)
    return tuple(_change(n, one.get(n), two.get(n)) for n in sorted({*one, *two}))


def _name(name: str, now: Callable[[str], str]) -> str:
    """The figure's name with its system as it is called today."""
    kind = kind_of(name)
    if kind is None or not kind[1]:
        return name
    return name[: len(name) - len(kind[1])] + now(f"system:{kind[1]}").partition(":")[2]


def _today(figure: Figure, now: Callable[[str], str]) -> Figure:
    return replace(figure, over=tuple(sorted(map(now, figure.over))))


def _change(name: str, one: Figure | None, two: Figure | None) -> FigureChange:
    if one is None or two is None:
        return FigureChange(name, one, two, "first" if one is None else "gone")
    if one.basis and two.basis and one.basis != two.basis:
        why = msg("then {before}, now {after}", before=one.basis, after=two.basis)
        return FigureChange(name, one, two, "not comparable", why)
    if one.over and two.over and one.over != two.over:
        why = msg(
            "of {before} then and {after} now, {both} of them the same",
            before=len(one.over),
            after=len(two.over),
            both=len({*one.over} & {*two.over}),
        )
        return FigureChange(name, one, two, "not comparable", why)
    kind = kind_of(name)
    delta = _delta(name, one, two)
    if not delta:
        return FigureChange(name, one, two, "same")
    if _overlap(one, two):
        return FigureChange(name, one, two, "within error")
    if kind is None or kind[0].better is None:
        return FigureChange(name, one, two, "changed")
    good = (delta > 0) == (kind[0].better == "up")
    return FigureChange(name, one, two, "better" if good else "worse")


def _delta(name: str, one: Figure, two: Figure) -> float:
    """The difference of the numbers as a reader sees them, so that it adds up."""
    kind = kind_of(name)
    digits = _DIGITS.get(kind[0].unit, 0) if kind else 6
    return round(round(two.value, digits) - round(one.value, digits), digits)


def _overlap(one: Figure, two: Figure) -> bool:
    """Whether the intervals meet; never where both were counted in full."""
    if one.low is None and two.low is None:
        return False
    ends = [
        (f.value if f.low is None else f.low, f.value if f.high is None else f.high)
        for f in (one, two)
    ]
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def ranked(changes: Iterable[FigureChange]) -> list[FigureChange]:
    """Figures over all first, in the order of the report, then those that moved most."""
    order = {name: n for n, name in enumerate(KINDS)}
    return sorted(
        changes,
        key=lambda c: (order.get(c.name, len(order)), -abs(c.delta or 0), c.name),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A figure on a day, in the run of that number (0: as it stands now)."""

    day: date
    figure: Figure
    number: int


def courses(
    past: Iterable[Past], now: Callable[[str], str] = str
) -> Mapping[str, tuple[Point, ...]]:
    """Figure → its points over all audits, one a day, the oldest first."""
    found: dict[str, list[Point]] = {}
    for p in one_a_day(past):
        for name, figure in p.figures.items():
            point = Point(p.day, _today(figure, now), p.number)
            found.setdefault(_name(name, now), []).append(point)
    return {name: tuple(points) for name, points in sorted(found.items())}
