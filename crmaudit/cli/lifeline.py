"""A system's life as lines of characters: its phases, the vendor's support, the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmaudit.inventory import LifecycleState
    from crmaudit.inventory.lifecycle import Phase
    from crmaudit.workspace.dossier import Contract

_SIGNS: Mapping[Phase, str] = {
    "plan": "·",
    "phase-in": "░",
    "active": "█",
    "phase-out": "▒",
    "retired": " ",
}
_YEAR = timedelta(days=365)


def lifeline(
    life: LifecycleState, contract: Contract | None, day: date | None, width: int
) -> list[tuple[str, str]]:
    """Labelled lines of that width; none where fewer than two days are known."""
    start, end = (contract.start, contract.end) if contract else (None, None)
    ends = [s.end for s in life.spans] + [life.support_ends, end, start, day]
    days = [s.start for s in life.spans] + [d for d in ends if d is not None]
    if len(set(days)) < 2:
        return []
    first = min(days)
    last = max(days)
    if any(s.end is None and s.phase != "retired" for s in life.spans) and last.year < 9990:
        last += _YEAR
    scale = _Scale(first, last, width)
    lines = [("", scale.years())]
    if life.spans:
        lines.append(("phases", scale.phases(life)))
    if life.support_ends:
        lines.append(("vendor's support", scale.until(None, life.support_ends)))
    if end:
        lines.append(("contract", scale.until(start, end)))
    if day is not None:
        lines.append(("", scale.mark(day)))
    return lines


class _Scale:
    def __init__(self, first: date, last: date, width: int) -> None:
        self.first, self.width = first, width
        self.days = max(1, (last - first).days)
        self.last = last

    def at(self, day: date) -> int:
        share = (day - self.first).days / self.days
        return max(0, min(self.width - 1, round(share * (self.width - 1))))

    def years(self) -> str:
        """The years at both ends, and between them as many as find room."""
        line = [" "] * (self.width + 4)
        years = range(self.first.year, self.last.year + 1)
        free = 0
        for year in years:
            at = self.at(max(self.first, date(year, 1, 1)))
            if at >= free and at + 4 <= self.width:
                line[at : at + 4] = f"{year:04}"
                free = at + 7
        return "".join(line).rstrip()

    def phases(self, life: LifecycleState) -> str:
        line = [" "] * self.width
        for span in life.spans:
            start = self.at(span.start)
            end = self.width if span.end is None else max(start + 1, self.at(span.end))
            line[start:end] = _SIGNS[span.phase] * (end - start)
        return "".join(line).rstrip()

    def until(self, start: date | None, end: date) -> str:
        begin, stop = self.at(start) if start else 0, self.at(end)
        return " " * begin + "━" * max(0, stop - begin) + "┥"

    def mark(self, day: date) -> str:
        at = self.at(day)
        told = f"▲ {day}"
        return " " * at + told if at + len(told) <= self.width + 12 else f"{day} ▲".rjust(at + 1)
