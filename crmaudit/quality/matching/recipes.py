"""Works out by what the records of each entity can be compared, from evidence alone."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.evidence import Catalog, Keys, TableProfile
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.workspace.landscape import Map


def recipes(
    system: str,
    effective: EffectiveMap,
    catalog: Catalog,
    keys: Keys | None,
    declared: Map | None,
    profiles: Iterable[TableProfile],
) -> tuple[Recipe, ...]:
    return ()
