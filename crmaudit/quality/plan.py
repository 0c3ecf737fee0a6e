"""How far a profile goes and what it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmaudit.key import Key


@dataclass(frozen=True, slots=True)
class Plan:
    """Limits of a profile.

    `system` names the audited system in the evidence. `memory` is the limit
    of the counting engine in MiB; the process as a whole takes about 150 MiB
    more. `folder` is where the temporary file (about a third of the table's
    size as text) is put, None for the system's own place. `threads` None: one
    for each processor, four at the most.

    `top_values` and `top_shapes` are how many are kept of a column.
    `row_limit` stops reading a table after so many rows: the first ones, no
    random ones. `sample` reads all rows and counts a uniform random sample of
    so many; it spares time and disk here, not the reading. Either makes every
    statistic a `sample n of N`. `key` is the audit's key, for the pseudonyms
    of CRM accounts; without one they are shown by their shape. `where` is a condition
    in the source's SQL: only rows with it are profiled.
    """

    system: str = ""
    memory: int = 128
    folder: str | None = None
    threads: int | None = None
    top_values: int = 10
    top_shapes: int = 10
    row_limit: int | None = None
    sample: int | None = None
    key: Key | None = None
    where: str = ""

    def __post_init__(self) -> None:
        for name in ("memory", "threads", "row_limit", "sample"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, not {value}")
