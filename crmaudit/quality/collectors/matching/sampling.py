"""Compares a sample of very many records, and says what it tells of all of them.

A record is in the sample by the hash of its key. A thing with `i` records
leaves `j` of them in it, so that the number of things is not the sample's
divided by its share `p`. Goodman (1949), "On the estimation of the number of
classes in a population", gives the unbiased estimate

    things = Σ over the sample's things of 1 - (-(1 - p) / p)^j

and the surplus is records less things.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from crmaudit.evidence import Estimate, Method
from crmaudit.quality.collectors.engine import Engine

_PARTS = 1_000_000
_WIDE = 1.96
"""Standard errors on either side of an estimate that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The records that are compared: `n` of `total`."""

    n: int
    total: int

    @classmethod
    def of(cls, engine: Engine, most: int) -> Sample:
        """Leave about `most` of the staged records, if there are more."""

        def thin() -> tuple[int, int]:
            ((total,),) = engine.ask("SELECT count(*) FROM records")
            if total <= most:
                return total, total
            part = int(_PARTS * most / total)
            engine.ask(
                "DELETE FROM records WHERE "
                f"('0x' || left(md5(concat_ws(chr(31), tab, \"key\")), 12))::BIGINT % {_PARTS} "
                f">= {part}"
            )
            # Numbers without gaps, as elsewhere.
            engine.ask(
                "CREATE OR REPLACE TABLE records AS SELECT row_number() OVER (ORDER BY n) - 1 AS n,"
                " * EXCLUDE (n) FROM records"
            )
            ((n,),) = engine.ask("SELECT count(*) FROM records")
            return n, total

        return cls(*map(int, engine.run(thin)))

    @property
    def method(self) -> Method | None:
        """`sample n of total`; None where all records are compared."""
        return None if self.n == self.total else Method("sample", n=self.n, total=self.total)

    @property
    def note(self) -> str:
        if self.n == self.total:
            return ""
        return (
            f"{self.n:,} of {self.total:,} records were compared, taken by a hash of their keys; "
            "numbers of records are estimates for all, pairs and clusters those of the sample"
        )

    def scaled(
        self, sizes: Mapping[int, int], surplus: int, estimated: Estimate
    ) -> tuple[int, Estimate]:
        """The surplus of all records, and the estimate of the true one.

        The sample's own error is added to that of `estimated`, which is of the
        sample: relative errors are independent of each other.
        """
        if self.n == self.total or not surplus:
            return surplus, estimated
        p = self.n / self.total
        off = -(1 - p) / p
        # A thing with one record of the sample gives 1/p records and 1/p things.
        weights = {j: j / p - (1 - off**j) for j in sizes}
        value = sum(weights[j] * many for j, many in sizes.items())
        error = math.sqrt(sum(weights[j] ** 2 * many for j, many in sizes.items()))
        found = max(float(surplus), value)
        factor = found / surplus

        def wide(bound: float) -> float:
            own = (bound - estimated.value) * factor
            both = math.hypot(own, _WIDE * error * estimated.value / surplus)
            return math.copysign(both, own)

        middle = estimated.value * factor
        low = max(0.0, middle - abs(wide(estimated.low)))
        high = min(float(self.total - 1), middle + abs(wide(estimated.high)))
        return round(found), Estimate(middle, min(low, middle), max(high, middle))
