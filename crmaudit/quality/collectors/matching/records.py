"""Records as their recipes name them, read into one table of an engine.

The columns of `records` are those of `crmaudit.quality.collectors.matching`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence import Compared
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS
from crmaudit.quality.matching.recipe import SEVERAL, Recipe
from crmaudit.sources.base import Source

LISTS = frozenset(ATTRIBUTE_COLUMNS[a] for a in SEVERAL)
"""The columns of `records` that hold several values."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read of one system: `records` of them, numbered from `first` on.

    `attributes` say by which columns; `left_out` rows were not read, by
    reason. `failures` are tables that could not be read at all, with the
    reason.
    """

    engine: Engine
    system: str = ""
    first: int = 0
    records: int = 0
    attributes: tuple[Compared, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def make(engine: Engine) -> None:
    """Make the table `records`, empty, where there is none."""
    values = [*ATTRIBUTE_COLUMNS.values(), *MARK_COLUMNS.values()]
    typed = [f"{name} {'VARCHAR[]' if name in LISTS else 'VARCHAR'}" for name in values]
    columns = ["n BIGINT", "system VARCHAR", "tab VARCHAR", '"key" VARCHAR', *typed]
    ddl = f"CREATE TABLE IF NOT EXISTS records ({', '.join(columns)}, filled INTEGER)"
    engine.run(lambda: engine.ask(ddl))


def stage(
    engine: Engine,
    source: Source,
    recipes: Sequence[Recipe],
    on_rows: Callable[[str, int], None] = lambda table, rows: None,
) -> Staged:
    """Append the records of these recipes, all of one system, to `records`."""
    make(engine)
    return Staged(engine)
