"""The log of a real server, read while its database is open: names, accounts, other databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import Database, dialects
from servers import PASSWORD, Server

from crmaudit.crud_matrix.collectors.logs import documents
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Statements
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces

WORK = [
    "SELECT * FROM Contact WHERE mail = 'a@b.org'",
    "UPDATE Contact\nSET mail = 'it''s' WHERE id = 3",
    "CREATE TEMPORARY TABLE work1 AS SELECT id FROM Contact",
    "DELETE FROM work1",
    "INSERT INTO Contact (id, mail) SELECT id, 'x' FROM work1",
]


@pytest.mark.parametrize("dialect", dialects("postgresql", "mariadb"))
def test_what_ran_is_read_from_the_log(
    dialect: str, make_db: Callable[[str], Database], request: pytest.FixtureRequest
) -> None:
    fixture = {"postgresql": "postgres_server", "mariadb": "mariadb_server"}[dialect]
    server: Server = request.getfixturevalue(fixture)
    db, other = make_db(dialect), make_db(dialect)
    user = f"app_{db.url.rpartition('/')[2]}"
    table = "CREATE TABLE Contact (id INT, mail VARCHAR(40))"
    for one in (db, other):
        one.execute([table])
    name = db.url.rpartition("/")[2]
    if dialect == "postgresql":
        db.execute(
            [
                f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'",
                f"GRANT ALL ON contact TO {user}",
                f"GRANT TEMPORARY ON DATABASE {name} TO {user}",
            ]
        )
    else:
        db.execute(
            [
                f"CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'",
                f"GRANT ALL ON {name}.* TO {user}@'%'",
            ]
        )
    mine = Database(dialect, db.url_of(user, PASSWORD), _runner(dialect, db.url_of(user, PASSWORD)))
    try:
        mine.execute(WORK)
        other.execute(["DELETE FROM Contact"])
        with open_source(db.url) as source:
            known = Known(traces=Traces(statements=(server.log,)), words=("app",))
            task = Task(source, "crm", source.catalog("crm"), (), known)
            (found,) = documents(task)
    finally:
        if dialect == "postgresql":
            db.execute([f"DROP OWNED BY {user}", f"DROP ROLE {user}"])
        else:
            db.execute([f"DROP USER {user}@'%'"])
    assert isinstance(found, Statements)
    contact = "contact" if dialect == "postgresql" else "Contact"
    # This server's prefix of PostgreSQL has no account.
    who = "" if dialect == "postgresql" else user
    uses = {(u.table, u.letter): u.calls for u in found.uses if u.principal == who}
    assert uses == {(contact, "C"): 1, (contact, "R"): 3, (contact, "U"): 1}
    assert found.temporary == 2
    assert found.elsewhere >= 1
    assert found.reader == "admin"


def test_a_server_that_is_gone_is_no_files_fault(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE contact (id INT)"])
    with open_source(db.url) as source:
        known = Known(traces=Traces(statements=("/nowhere/x.log",)))
        task = Task(source, "crm", source.catalog("crm"), (), known)
        with pytest.raises(CrmauditError, match="does not exist"):
            list(documents(task))


def _runner(dialect: str, url: str) -> Callable[[list[str]], list[tuple[object, ...]]]:
    import databases

    run = databases.postgres if dialect == "postgresql" else databases.mariadb
    return lambda statements: run(url, statements)
