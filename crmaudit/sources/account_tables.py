"""Where a CRM keeps its accounts, rights, sessions and history: what `governance` reads by.

Product maps and `maps/` say it; `quality` finds it on the catalog, and
`collect` hands it to the collectors of people's half of the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from crmaudit.evidence import Column, MappedTable, Product, Table
from crmaudit.workspace.accounts import (
    Access,
    Dashboards,
    History,
    Session,
    TrailSetting,
    Users,
)


class Named(Protocol):
    """What a product's own tables and columns are called in this database."""

    def table(self, written: str) -> Table | None:
        """None where the database has no such table."""

    def column(self, table: Table, written: str) -> Column | None:
        """None where the table has no such column."""


@dataclass(frozen=True, slots=True)
class AccountTables:
    """Everything in the names of the database at hand; nothing in it names what is not there.

    `product` is the CRM recognised, None for an unknown one; `called` what the
    map's author calls it, where nothing was recognised. `tables` is the
    effective entity map: what each table holds, who made its rows and when.
    `objects` says which table a kind of record is kept in, by the product's
    word for it (`Contacts`, `crm.lead`); a word that is a table's own name
    need not occur. `names` resolves the product's own names. `does_not_know`
    says in sentences what the product map cannot tell.
    """

    product: Product | None = None
    called: str = ""
    users: Users | None = None
    access: Access | None = None
    sessions: tuple[Session, ...] = ()
    history: tuple[History, ...] = ()
    trail: tuple[TrailSetting, ...] = ()
    dashboards: tuple[Dashboards, ...] = ()
    tables: tuple[MappedTable, ...] = ()
    objects: Mapping[str, str] = field(default_factory=dict)
    names: Named | None = field(default=None, repr=False)
    does_not_know: tuple[str, ...] = ()

    def table_of(self, word: str) -> str:
        """The table that a product's word for a kind of record means; empty where unknown."""
        if word in self.objects:
            return self.objects[word]
        same = (t.table for t in self.tables if word in (t.table, t.table.rpartition(".")[2]))
        return next(same, "")
