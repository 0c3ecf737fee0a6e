"""How the range of a column is divided: a dozen bins of one width, with round ends where it can."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from crmaudit.evidence import Bin
from crmaudit.evidence.table_profile import Logical

MOST = 12
_DAY = 86_400
_ZERO = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """`count` bins of `width` from `low` on, the last one ending at `high`.

    Numbers are themselves, dates seconds since 1970.
    """

    logical: Logical
    low: float
    high: float
    width: float
    count: int

    def sql(self, place: str) -> str:
        """SQL for the number of the bin in which the value `place` lies, from 0."""
        return (
            f"least({self.count - 1}, greatest(0, floor(({place} - ({self.low!r})) "
            f"/ ({self.width!r}))))::INTEGER"
        )

    def bins(self, rows: Mapping[int, int]) -> tuple[Bin, ...]:
        """The bins with the rows of each by its number, empty ones too."""
        ends = [self.low + i * self.width for i in range(self.count)] + [self.high]
        texts = [self._text(end) for end in ends]
        return tuple(
            Bin(low, high, rows.get(i, 0)) for i, (low, high) in enumerate(pairwise(texts))
        )

    def _text(self, place: float) -> str:
        if self.logical == "integer":
            return str(int(place))
        if self.logical == "number":
            return f"{place:.6g}"
        moment = _ZERO + timedelta(seconds=place)
        return moment.isoformat(" ", "seconds") if self.width % _DAY else str(moment.date())


def scale(logical: Logical, low: float, high: float) -> Scale:
    """The bins for values from `low` to `high`, at most `MOST`: one a whole number or day at least.

    Widths are whole numbers for integers and whole days for dates, seconds
    where all lie within a few days.
    """
    low, high = (int(low), int(high)) if logical == "integer" else (float(low), float(high))
    if logical == "number":
        width = (high - low) / MOST
        # Beyond what doubles tell apart there is one bin.
        if width <= 0 or low + width == low:
            return Scale(logical, low, high, 1.0, 1)
        return Scale(logical, low, high, width, MOST)
    unit = 1
    if logical in ("date", "datetime"):
        unit = _DAY if logical == "date" or high - low >= MOST * _DAY else 1
        low, high = float(low // unit * unit), float(high // unit * unit)
    steps = int(high - low) // unit + 1
    width = math.ceil(steps / MOST) * unit
    return Scale(logical, low, high, width, math.ceil(steps * unit / width))
