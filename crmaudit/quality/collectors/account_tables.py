"""Where a CRM keeps its accounts, by its product map and by what people declared."""

from __future__ import annotations

from dataclasses import replace

from crmaudit.evidence import Catalog, EntityMap
from crmaudit.quality.effective import effective
from crmaudit.quality.products import Resolved, recognise, resolve
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.base import Source
from crmaudit.sources.task import Known


def account_tables(
    source: Source, catalog: Catalog, known: Known, measured: EntityMap | None
) -> AccountTables:
    """What is known of the accounts of an open source; `measured` is its entity map.

    A part that a map of the workspace has takes the place of the product map's.
    """
    recognised = recognise(catalog, source.query) if source.has_rows else recognise(catalog)
    found = _of_product(resolve(recognised, catalog)) if recognised else AccountTables()
    whole = effective(catalog.provenance.system, known.map, measured, known.entities)
    if whole is not None:
        found = replace(found, tables=whole.tables)
    said = known.map
    if said is None:
        return found
    if said.access is not None:
        found = replace(found, access=said.access, objects={**found.objects, **said.access.objects})
    return replace(
        found,
        called=said.product or found.called,
        users=said.users or found.users,
        sessions=said.sessions or found.sessions,
        history=said.history or found.history,
        trail=said.trail or found.trail,
        dashboards=said.dashboards or found.dashboards,
    )


def _of_product(known: Resolved) -> AccountTables:
    names = known.names
    objects: dict[str, str] = {}
    for types in known.type_names.values():
        for word, target in types.known.items():
            objects.setdefault(word, target.table)
    declared = names.product.access.objects if names else {}
    for word, written in declared.items():
        table = names.table(written) if names else None
        if table is not None:
            objects[word] = table.qualified
    return AccountTables(
        known.product,
        known.product.name,
        known.users,
        known.access,
        known.sessions,
        known.history,
        known.trail,
        known.dashboards,
        known.tables,
        objects,
        names,
        names.product.does_not_know if names else (),
    )
