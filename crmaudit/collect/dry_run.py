"""What a collection would do, for the security officer who has to sign it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.collect.collect import Target, collectors, opened
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog
from crmaudit.sources import Statement
from crmaudit.sources.task import Collector, Task


@dataclass(frozen=True, slots=True)
class DryRun:
    """Reachability, rights, size and every statement of one system's collection.

    `sent` reached the server already (opening and catalog); `would_send` would
    follow, and `on_failure` after each statement that fails. Together they are
    all that a collection sends; a run that goes on with an interrupted one
    sends less.
    """

    target: Target
    source: str = ""
    engine: str = ""
    catalog: Catalog | None = None
    sent: tuple[Statement, ...] = ()
    would_send: tuple[Statement, ...] = ()
    on_failure: tuple[Statement, ...] = ()
    error: CrmauditError | None = None


def dry_run(targets: Iterable[Target], only: Iterable[str] = ()) -> tuple[DryRun, ...]:
    """Read the catalogs only."""
    wanted = collectors(only).values()
    return tuple(_one(t, wanted) for t in targets)


def _one(target: Target, wanted: Iterable[Collector]) -> DryRun:
    try:
        with opened(target) as source:
            catalog = source.catalog(target.system)
            task = Task(source, target.system, catalog, catalog.tables, target.known)
            return DryRun(
                target,
                source.address,
                source.engine,
                catalog,
                tuple(source.sent),
                tuple(
                    s
                    for one in wanted
                    if one.offline or source.has_rows
                    for s in one.statements(task)
                ),
                source.on_failure,
            )
    except CrmauditError as error:
        return DryRun(target, error=error)
