"""What columns mean: their names, types and a sample of their different values."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.evidence import Table
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine


def recognise(engine: Engine, columns: Sequence[Found], table: Table) -> None:
    """Set `semantic` of each column that is in the engine's table `counts`."""
