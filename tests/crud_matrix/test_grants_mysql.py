"""Rights read from MariaDB are those with which the server lets statements through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pymysql
import pytest
from databases import Database
from pymysql.cursors import Cursor
from sqlalchemy.engine import make_url

from crmaudit.crud_matrix.collectors.grants import collector
from crmaudit.crud_matrix.collectors.grants_mysql import most_exact, restrictions
from crmaudit.crud_matrix.rights import Rights
from crmaudit.evidence import Grants, from_json, to_json
from crmaudit.key import Key
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, Principal

SECRET = "own-secret"
TABLES = {
    "contact": ("id", "name"),
    "invoice": ("id", "total"),
    "notice": ("id",),
    "odd; -- Name": ("id",),
    "names": ("id", "name"),
}
ACCOUNTS = (
    "everything",
    "schema",
    "wild",
    "tables",
    "member",
    "asks",
    "none",
    "locked",
    "admin",
    "global_and_table",
)


def read(url: str, *principals: str, key: Key | None = None) -> Grants:
    declared = Map(system="crm", principals=tuple(Principal(principal=p) for p in principals))
    with open_source(url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables, Known(declared), (), key)
        announced = {s.sql for s in collector.statements(task)}
        before = len(source.sent)
        (found,) = collector.collect(task)
        assert {s.sql for s in source.sent[before:]} <= announced
    assert isinstance(found, Grants)
    assert from_json(to_json(found)) == found
    return found


@pytest.fixture
def accounts(make_db: Callable[[str], Database]) -> Iterator[tuple[Database, dict[str, str]]]:
    """A database with accounts of all kinds: short name → its name, without a host."""
    db = make_db("mariadb")
    base = db.url.rsplit("/", 1)[1]
    names = {short: f"{short}_{base}" for short in ACCOUNTS}
    team, inner = f"team_{base}", f"inner_{base}"
    at = {short: f"`{name}`@`127.0.0.1`" for short, name in names.items()}
    exact = base.replace("_", "\\_")
    db.execute(
        [
            "CREATE TABLE contact (id int PRIMARY KEY, name varchar(40))",
            "CREATE TABLE invoice (id int PRIMARY KEY, total decimal(9,2))",
            "CREATE TABLE notice (id int)",
            "CREATE TABLE `odd; -- Name` (id int)",
            "CREATE VIEW names AS SELECT id, name FROM contact",
            *(f"CREATE USER {a} IDENTIFIED BY '{SECRET}'" for a in at.values()),
            f"ALTER USER {at['locked']} ACCOUNT LOCK",
            f"CREATE ROLE `{team}`",
            f"CREATE ROLE `{inner}`",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO {at['everything']}",
            f"GRANT ALL ON *.* TO {at['admin']} WITH GRANT OPTION",
            f"GRANT SELECT, INSERT, DROP ON `{base}`.* TO {at['schema']}",
            f"GRANT SELECT ON `crm%`.* TO {at['wild']}",
            f"GRANT INSERT ON `{exact}`.* TO {at['wild']}",
            f"GRANT SELECT ON `other%`.* TO {at['none']}",
            f"GRANT SELECT, DELETE ON contact TO {at['tables']}",
            f"GRANT UPDATE (name), INSERT (id) ON contact TO {at['tables']}",
            f"GRANT SELECT (id) ON invoice TO {at['tables']}",
            f"GRANT INSERT ON `odd; -- Name` TO {at['tables']}",
            f"GRANT DROP ON invoice TO {at['tables']}",
            f"GRANT SELECT, UPDATE ON names TO {at['tables']}",
            f"GRANT SELECT ON *.* TO {at['global_and_table']}",
            f"GRANT DELETE ON contact TO {at['global_and_table']}",
            f"GRANT UPDATE ON invoice TO `{team}`",
            f"GRANT DELETE ON notice TO `{inner}`",
            f"GRANT `{inner}` TO `{team}`",
            f"GRANT `{team}` TO {at['member']}, {at['asks']}",
            f"SET DEFAULT ROLE `{team}` FOR {at['member']}",
            f"GRANT SELECT ON notice TO {at['member']}",
            # Only root may give it by GRANT; without a FLUSH it is only written down.
            "INSERT INTO mysql.proxies_priv (Host, User, Proxied_host, Proxied_user) "
            f"VALUES ('127.0.0.1', '{names['none']}', '127.0.0.1', '{names['schema']}')",
        ]
    )
    yield db, names
    db.execute([f"DELETE FROM mysql.proxies_priv WHERE User = '{names['none']}'"])
    db.execute([f"DROP USER {', '.join(at.values())}", f"DROP ROLE `{team}`, `{inner}`"])


def of_server(db: Database, account: str) -> dict[str, str]:
    """Table → letters, as statements that change nothing are let through or refused."""
    where = make_url(db.url)
    found = {}
    connection = pymysql.connect(
        host=where.host, port=where.port or 0, user=account, password=SECRET, autocommit=True
    )
    with connection, connection.cursor() as cursor:

        def may(*statements: str) -> bool:
            return any(_runs(cursor, s) for s in statements)

        for name, columns in TABLES.items():
            table = f"`{where.database}`.`{name}`"
            letters = {
                "C": may(*(f"INSERT INTO {table} ({c}) SELECT NULL WHERE FALSE" for c in columns)),
                "R": may(*(f"SELECT {c} FROM {table} LIMIT 0" for c in columns)),
                "U": may(*(f"UPDATE {table} SET {c} = NULL WHERE FALSE" for c in columns)),
                "D": may(f"DELETE FROM {table} WHERE FALSE", f"TRUNCATE {table}"),
            }
            found[name] = "".join(x for x, yes in letters.items() if yes)
    return found


def _runs(cursor: Cursor, statement: str) -> bool:
    try:
        cursor.execute(statement)
    except pymysql.err.Error as error:
        # No right on the whole database, the table, a column; and a view cannot be truncated.
        if error.args[0] not in (1044, 1142, 1143, 1146, 1347):
            raise
        return False
    return True


@pytest.mark.server
def test_the_letters_are_the_servers(accounts: tuple[Database, dict[str, str]]) -> None:
    db, names = accounts
    rights = Rights(read(db.url, *names.values()))
    tested = [short for short in ACCOUNTS if short not in ("locked", "admin")]
    truth = {short: of_server(db, names[short]) for short in tested}
    told = {
        short: {t: rights.letters(f"{names[short]}@127.0.0.1", t) for t in TABLES}
        for short in tested
    }
    assert truth["wild"]["contact"] == "C"
    assert truth["member"]["notice"] == "RD"
    assert truth["asks"]["invoice"] == ""
    assert truth["tables"]["contact"] == "CRUD"
    # DROP lets an account empty a table; a view it can only throw away.
    assert truth["schema"]["names"] == "CR"
    truth["schema"]["names"] += "D"
    assert told == truth


@pytest.mark.server
def test_each_right_says_why(accounts: tuple[Database, dict[str, str]]) -> None:
    db, names = accounts
    base = db.url.rsplit("/", 1)[1]
    grants = read(db.url, *names.values())
    rights = Rights(grants)
    at = {short: f"{name}@127.0.0.1" for short, name in names.items()}

    def why(short: str) -> set[tuple[str, str, str, tuple[str, ...]]]:
        return {(r.table, r.by, r.letters, r.columns) for r in rights.of(at[short])}

    assert why("schema") == {("*", "schema", "CRD", ())}
    assert why("everything") == {("*", "global", "CRUD", ())}
    assert ("contact", "grant", "U", ("name",)) in why("tables")
    assert ("contact", "grant", "RD", ()) in why("tables")
    assert ("invoice", f"role team_{base}", "U", ()) in why("member")
    assert ("notice", f"role inner_{base}", "D", ()) in why("member")
    assert why("asks") == set()
    assert rights.letters(at["asks"], "invoice", asking=True) == "U"
    told = {a.name: a for a in grants.accounts}
    assert told[at["admin"]].everything
    assert not told[at["everything"]].everything
    assert told[at["locked"]].note == "locked"
    assert f"may stand for {at['schema']}" in told[at["none"]].note
    assert told[f"team_{base}"].kind == "role"
    assert told[at["member"]].member_of == (f"inner_{base}", f"team_{base}")
    assert told[at["asks"]].may_become == (f"inner_{base}", f"team_{base}")
    assert grants.provenance.status.state == "done"


@pytest.mark.server
def test_an_account_without_rights_sees_its_own_only(
    accounts: tuple[Database, dict[str, str]],
) -> None:
    db, names = accounts
    for short in ("tables", "wild", "schema"):
        name = f"{names[short]}@127.0.0.1"
        grants = read(db.url_of(names[short], SECRET), name)
        assert grants.provenance.status.state == "partly"
        assert "mysql.*" in grants.provenance.status.reason
        assert [a.name for a in grants.accounts] == [name]
        whole = Rights(read(db.url, *names.values()))
        there = {t for t in TABLES if whole.letters(name, t)}
        for table in there:
            assert Rights(grants).letters(name, table) == whole.letters(name, table), table
        assert grants.reader == name
    member = read(db.url_of(names["member"], SECRET), names["member"])
    assert any("what its roles may do" in n for n in member.notes)


@pytest.mark.server
def test_people_are_hidden_and_no_password_is_kept(make_db: Callable[[str], Database]) -> None:
    db = make_db("mariadb")
    jane = f"jane_doe_{db.url.rsplit('/crm', 1)[1]}"
    key = Key(b"k" * 32)
    db.execute([f"CREATE USER {jane}@'%' IDENTIFIED BY '{SECRET}'", "CREATE TABLE t (id int)"])
    db.execute([f"GRANT SELECT ON t TO {jane}@'%'"])
    try:
        grants = read(db.url, key=key)
        text = to_json(grants)
        assert "jane" not in text
        assert "*" + "A" not in text
        assert Rights(grants).letters(f"{key.pseudonym('acct', jane)}@%", "t") == "R"
    finally:
        db.execute([f"DROP USER {jane}@'%'"])


def test_of_patterns_the_most_exact_counts() -> None:
    assert most_exact(["%", "crm%", "crm\\_prod"], "crm_prod") == "crm\\_prod"
    assert most_exact(["%", "crm%", "crm\\_prod"], "crm_test") == "crm%"
    assert most_exact(["crm_prod", "crm\\_prod"], "crmxprod") == "crm_prod"
    assert most_exact(["other"], "crm") is None
    assert most_exact(["CRM"], "crm") == "CRM"


def test_partial_revokes_of_mysql_8() -> None:
    attributes = '{"Restrictions": [{"Database": "crm", "Privileges": ["SELECT", "DELETE"]}]}'
    assert restrictions(attributes, "crm") == {"R", "D"}
    assert restrictions(attributes, "billing") == set()
    for broken in ("", "{", "[]", '{"Restrictions": [3]}', "null"):
        assert restrictions(broken, "crm") == set()
