"""The values of a column where they are few."""

from __future__ import annotations

from databases import Database

from crmaudit.evidence import Column, Table
from crmaudit.sources import open_source
from crmaudit.sources.values import value_counts


def test_few_values_are_counted_and_many_are_not(db: Database) -> None:
    db.execute(["CREATE TABLE t (kind varchar(9), name varchar(9))"])
    db.execute([f"INSERT INTO t VALUES ('{'AB'[n % 2]}', 'n{n}'), (NULL, '')" for n in range(5)])
    with open_source(db.url) as source:
        (table,) = source.catalog("crm").tables
        assert value_counts(source, table, table.column("kind"), 2) == {"A": 3, "B": 2}
        assert value_counts(source, table, table.column("kind"), 1) == {}
        assert value_counts(source, table, table.column("name"), 4) == {}
        lost = Table("lost", columns=(Column("kind", "text"),))
        assert value_counts(source, lost, lost.columns[0], 4) == {}
        assert value_counts(source, table, table.column("name"), 5)["n4"] == 1
