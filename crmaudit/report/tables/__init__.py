"""The tables that sections print: `{{ block(tables.systems) }}`.

Each is a public function of a module of this package: its name is the
table's, its docstring says what it shows. A table is typed, so that every
format can sort, align and export it, and made when it is first asked for. One
without rows is None: a template asks `{% if tables.systems %}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.remembered import Since
from crmaudit.report import blocks as b
from crmaudit.report.tables import (
    access,
    business,
    extracting,
    governance,
    inaction,
    indicators,
    information,
    loss,
    matching,
    maturity,
    portfolio,
    proof,
    quality,
    registers,
    risks,
    scenarios,
    since,
    structure,
    systems,
    targets,
    upkeep,
    use,
    voices,
    work,
)
from crmaudit.report.tables.given import Given
from crmaudit.strategy import Plan

Maker = Callable[[Given], b.Table | None]

_ROOMS = (
    business,
    systems,
    portfolio,
    information,
    proof,
    structure,
    quality,
    matching,
    access,
    loss,
    governance,
    use,
    voices,
    upkeep,
    indicators,
    maturity,
    extracting,
    targets,
    work,
    scenarios,
    risks,
    inaction,
    since,
    registers,
)
TABLES: Mapping[str, Maker] = {
    name: thing
    for room in _ROOMS
    for name, thing in vars(room).items()
    if not name.startswith("_") and getattr(thing, "__module__", "") == room.__name__
}
"""Every table by name, in the order of the report."""


class Tables:
    """Every table of `TABLES` as an attribute; None where it would be empty."""

    def __init__(
        self, facts: Facts, judgement: Judgement, plan: Plan, since: Since | None = None
    ) -> None:
        self._given = Given(facts, judgement, plan, since)
        self._made: dict[str, b.Table | None] = {}

    def __getattr__(self, name: str) -> b.Table | None:
        if name not in TABLES:
            raise AttributeError(f"there is no table {name!r}; there are {', '.join(TABLES)}")
        if name not in self._made:
            made = TABLES[name](self._given)
            self._made[name] = made and replace(made, id=name.replace("_", "-"))
        return self._made[name]
