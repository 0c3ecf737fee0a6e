"""Faults within a column, as its different values show them."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine


def value_faults(engine: Engine, columns: Sequence[Found]) -> None:
    """Set the statistic `faults` of each column that is in the engine's table `counts`.

    Faulty values are kept in the engine's table `faulty` (column `c`, value `v`),
    for `crmaudit.quality.collectors.row_faults`.
    """
