"""What a collection would do, for the security officer who has to sign it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.collect.collect import COLLECTORS, Target, collector
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog
from crmaudit.sources import Statement, open_source


@dataclass(frozen=True, slots=True)
class DryRun:
    """Reachability, rights, size and every statement of one system's collection.

    `sent` reached the server already (opening and catalog); `would_send` would
    follow. Together they are all that a collection sends.
    """

    target: Target
    source: str = ""
    engine: str = ""
    catalog: Catalog | None = None
    sent: tuple[Statement, ...] = ()
    would_send: tuple[Statement, ...] = ()
    error: CrmauditError | None = None


def dry_run(targets: Iterable[Target], only: Iterable[str] = ()) -> tuple[DryRun, ...]:
    """Read the catalogs only."""
    names = tuple(only) or tuple(COLLECTORS)
    return tuple(_one(t, names) for t in targets)


def _one(target: Target, names: tuple[str, ...]) -> DryRun:
    try:
        with open_source(target.url, schema=target.schema) as source:
            catalog = source.catalog(target.system)
            would = [
                s for name in names for s in collector(name).statements(source, catalog.tables)
            ]
            sent = tuple(source.sent)
            return DryRun(target, source.address, source.engine, catalog, sent, tuple(would))
    except CrmauditError as error:
        return DryRun(target, error=error)
