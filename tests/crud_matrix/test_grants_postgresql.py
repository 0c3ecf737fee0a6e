"""Rights read from PostgreSQL are those that the server itself grants."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from databases import Database

from crmaudit.crud_matrix.collectors.grants import collector
from crmaudit.crud_matrix.rights import Rights
from crmaudit.evidence import Grants, from_json, to_json
from crmaudit.key import Key
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, Principal

pytestmark = pytest.mark.server

TABLES = [
    "CREATE TABLE contact (id integer PRIMARY KEY, name text, notes text)",
    "CREATE TABLE invoice (id integer PRIMARY KEY, total numeric)",
    'CREATE TABLE "odd; -- Name" (id integer)',
    "CREATE TABLE visit (id integer, day date) PARTITION BY RANGE (day)",
    "CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE VIEW names AS SELECT id, name FROM contact",
    "CREATE VIEW totals AS SELECT sum(total) AS total FROM invoice",
    "CREATE MATERIALIZED VIEW stock AS SELECT count(*) AS n FROM contact",
    "CREATE SCHEMA private",
    "CREATE TABLE private.salary (id integer, amount numeric)",
    "CREATE TABLE private.bonus (id integer)",
]


def read(url: str, *principals: str, key: Key | None = None) -> Grants:
    declared = Map(system="crm", principals=tuple(Principal(principal=p) for p in principals))
    with open_source(url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables, Known(declared), (), key)
        announced = [s.sql for s in collector.statements(task)]
        before = len(source.sent)
        (found,) = collector.collect(task)
        assert [s.sql for s in source.sent[before:]] == announced
    assert isinstance(found, Grants)
    assert from_json(to_json(found)) == found
    return found


@pytest.fixture
def roles(make_db: Callable[[str], Database]) -> Iterator[tuple[Database, dict[str, str]]]:
    """A database with roles of all kinds: short name → its name on the server."""
    db = make_db("postgresql")
    tail = db.url.rsplit("/", 1)[1]
    kinds = {
        "owner": "LOGIN",
        "app": "LOGIN",
        "clerk": "LOGIN NOINHERIT",
        "reports": "LOGIN",
        "nobody": "LOGIN",
        "boss": "LOGIN SUPERUSER",
        "under": "LOGIN",
        "reader": "LOGIN BYPASSRLS",
        "writer": "LOGIN VALID UNTIL '2025-06-30'",
        "sales": "NOLOGIN",
        "team": "NOLOGIN",
        "payroll": "NOLOGIN",
    }
    names = {short: f"{short}_{tail}" for short in kinds}
    db.execute([f"CREATE ROLE {names[short]} {how}" for short, how in kinds.items()])
    db.execute(TABLES)
    yield db, names
    db.execute(
        [
            f"REASSIGN OWNED BY {', '.join(names.values())} TO admin",
            *(f"DROP OWNED BY {name}" for name in names.values()),
            *(f"DROP ROLE {name}" for name in names.values()),
        ]
    )


def give(db: Database, names: dict[str, str], *statements: str) -> None:
    db.execute([s.format(**names) for s in statements])


GRANTS = (
    "ALTER TABLE contact OWNER TO {owner}",
    "ALTER TABLE invoice OWNER TO {boss}",
    "REVOKE DELETE, TRUNCATE ON contact FROM {owner}",
    "GRANT SELECT, INSERT ON contact TO {app}",
    "GRANT UPDATE (name) ON contact TO {app}",
    "GRANT SELECT (id) ON contact TO {reports}",
    "GRANT SELECT ON invoice TO PUBLIC",
    "GRANT SELECT, UPDATE, TRUNCATE ON invoice TO {sales}",
    'GRANT SELECT ON "odd; -- Name" TO {team}',
    "GRANT ALL ON names, totals, stock TO {team}",
    "GRANT {sales} TO {team}",
    "GRANT {team} TO {app}, {clerk}",
    "GRANT {boss} TO {under}",
    "GRANT DELETE ON visit_2025 TO {app}",
    "GRANT SELECT ON visit TO {reports}",
    # The schema comes to payroll, the right on one table to team: only who has both may.
    "GRANT USAGE ON SCHEMA private TO {payroll}",
    "GRANT SELECT ON private.salary TO {team}, PUBLIC",
    "GRANT INSERT ON private.bonus TO {team}",
    "GRANT DELETE ON private.bonus TO {nobody}",
    "GRANT {payroll} TO {app}, {reports}",
    "GRANT pg_read_all_data TO {reader}",
    "GRANT pg_write_all_data TO {writer}",
)
_TRUTH = """
SELECT has_schema_privilege($r$ROLE$r$, n.oid, 'USAGE'),
  has_any_column_privilege($r$ROLE$r$, c.oid, 'SELECT'),
  has_any_column_privilege($r$ROLE$r$, c.oid, 'INSERT'),
  has_any_column_privilege($r$ROLE$r$, c.oid, 'UPDATE'),
  has_table_privilege($r$ROLE$r$, c.oid, 'DELETE'),
  has_table_privilege($r$ROLE$r$, c.oid, 'TRUNCATE'),
  CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
  c.relkind::text, pg_relation_is_updatable(c.oid, true)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
  AND n.nspname IN ('public', 'private')"""


def of_server(db: Database, role: str) -> dict[str, str]:
    """Table → letters, as the server's own functions say it."""
    found = {}
    for usage, r, c, u, d, t, table, kind, updatable in db.execute([_TRUTH.replace("ROLE", role)]):
        letters = ""
        if usage:
            letters = "C" * c + "R" * r + "U" * u + "D" * (d or t)
        if kind == "m":
            letters = letters and "R" * ("R" in letters)
        elif kind == "v":
            can = {"R", *(x for x, bit in (("C", 8), ("U", 4), ("D", 16)) if updatable & bit)}
            letters = "".join(x for x in letters if x in can)
        found[table] = letters
    return found


def test_the_letters_are_the_servers(roles: tuple[Database, dict[str, str]]) -> None:
    db, names = roles
    give(db, names, *GRANTS)
    rights = Rights(read(db.url, *names.values()))
    told = {
        short: {table: rights.letters(name, table) for table in of_server(db, name)}
        for short, name in names.items()
        if short != "boss"
    }
    truth = {short: of_server(db, names[short]) for short in told}
    # What came by a partition counts for the table; the server's functions ask the table only.
    for short in ("app",):
        assert truth[short]["visit"] == ""
        truth[short]["visit"] = "D"
    # Of a role like the superuser's own the member has what it owns, not that it may do all.
    assert truth["under"]["invoice"] == "CRUD"
    assert truth["app"]["private.bonus"] == "C"
    assert truth["reports"]["private.salary"] == "R"
    assert truth["nobody"]["private.bonus"] == ""
    assert truth["clerk"]["odd; -- Name"] == ""
    assert truth["reader"]["private.bonus"] == "R"
    assert truth["writer"]["contact"] == "CUD"
    assert truth["owner"]["contact"] == "CRU"
    assert told == truth
    assert rights.letters(names["boss"], "private.bonus") == "CRUD"


def test_each_right_says_why(roles: tuple[Database, dict[str, str]]) -> None:
    db, names = roles
    give(db, names, *GRANTS)
    grants = read(db.url, *names.values())
    rights = Rights(grants)
    why = {(r.table, r.by, r.letters, r.columns) for r in rights.of(names["app"])}
    assert ("contact", "grant", "CR", ()) in why
    assert ("contact", "grant", "U", ("name",)) in why
    assert ("invoice", f"role {names['sales']}", "RUD", ()) in why
    assert ("invoice", "PUBLIC", "R", ()) in why
    assert ("private.bonus", f"role {names['team']}", "C", ()) in why
    assert ("contact", "owner", "CRU", ()) in {
        (r.table, r.by, r.letters, r.columns) for r in rights.of(names["owner"])
    }
    asked = {r.by for r in rights.of(names["clerk"], asking=True)}
    assert asked == {f"role {names[r]}" for r in ("team", "sales")} | {"PUBLIC"}
    assert {r.by for r in rights.of(names["clerk"])} == {"PUBLIC"}
    accounts = {a.name: a for a in grants.accounts}
    assert accounts[names["app"]].kind == "account"
    assert accounts[names["team"]].kind == "role"
    assert accounts["pg_read_all_data"].kind == "built-in"
    assert "pg_monitor" not in accounts
    assert accounts[names["boss"]].everything
    assert not accounts[names["under"]].everything
    assert accounts[names["under"]].may_become == (names["boss"],)
    assert rights.letters(names["under"], "contact", asking=True) == "CRUD"
    assert accounts[names["app"]].member_of == tuple(
        sorted(names[r] for r in ("payroll", "sales", "team"))
    )
    assert accounts[names["writer"]].note == "its password is valid until 2025-06-30"
    assert grants.reader == "admin"
    assert any("single partitions" in n and "visit" in n for n in grants.notes)


def test_what_else_bears_on_rights(roles: tuple[Database, dict[str, str]]) -> None:
    db, names = roles
    give(
        db,
        names,
        "ALTER TABLE contact ENABLE ROW LEVEL SECURITY",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA private GRANT SELECT ON TABLES "
        "TO {reports}",
        "CREATE FUNCTION bump() RETURNS void LANGUAGE sql SECURITY DEFINER AS "
        "'UPDATE invoice SET total = 7'",
        f"REVOKE CONNECT ON DATABASE {db.url.rsplit('/', 1)[1]} FROM PUBLIC",
    )
    grants = read(db.url, *names.values())
    assert grants.row_security == ("contact",)
    notes = "\n".join(grants.notes)
    assert "row-level security hides rows of contact, except from" in notes
    assert names["reader"] in notes
    assert f"that {names['owner']} makes in private give R to {names['reports']}" in notes
    assert "1 routine runs with the rights of the owner" in notes
    assert "public.bump" in notes
    accounts = {a.name: a for a in grants.accounts}
    assert "may not connect to this database" in accounts[names["app"]].note
    assert "sees all rows" in accounts[names["reader"]].note


def test_people_are_hidden(roles: tuple[Database, dict[str, str]]) -> None:
    db, _ = roles
    jane = f"jane_doe_{db.url.rsplit('/crm', 1)[1]}"
    db.execute([f"CREATE ROLE {jane} LOGIN", f"GRANT SELECT ON contact TO {jane}"])
    try:
        grants = read(db.url, key=Key(b"k" * 32))
        text = to_json(grants)
        assert "jane" not in text
        shown = Key(b"k" * 32).pseudonym("acct", jane)
        assert Rights(grants).letters(shown, "contact") == "R"
        assert "acct-hidden" in to_json(read(db.url))
    finally:
        db.execute([f"DROP OWNED BY {jane}", f"DROP ROLE {jane}"])


def test_one_account_reads_the_same_as_an_administrator(
    roles: tuple[Database, dict[str, str]],
) -> None:
    db, names = roles
    give(db, names, *GRANTS, "ALTER ROLE {nobody} PASSWORD 'own-secret'")
    mine = read(db.url_of(names["nobody"], "own-secret"), *names.values())
    others = read(db.url, *names.values())
    assert mine.rights == others.rights
    assert mine.accounts == others.accounts
    assert mine.reader == names["nobody"]


def test_many_roles_and_tables_stay_small(make_db: Callable[[str], Database]) -> None:
    db = make_db("postgresql")
    tail = db.url.rsplit("/", 1)[1]
    db.execute([f"CREATE TABLE t{i} (id integer)" for i in range(200)])
    db.execute([f"CREATE ROLE team_{tail}", f"GRANT SELECT ON t0, t1 TO team_{tail}"])
    db.execute([f"CREATE ROLE app{i}_{tail} IN ROLE team_{tail}" for i in range(100)])
    db.execute([f"GRANT ALL ON ALL TABLES IN SCHEMA public TO app0_{tail}"])
    try:
        grants = read(db.url)
        assert len(grants.rights) < 10
        assert len(to_json(grants)) < 40_000
        rights = Rights(grants)
        assert rights.letters(f"app0_{tail}", "t77") == "CRUD"
        assert rights.letters(f"app7_{tail}", "t77") == ""
        assert rights.letters(f"app7_{tail}", "t1") == "R"
    finally:
        names = ", ".join([f"team_{tail}", *(f"app{i}_{tail}" for i in range(100))])
        db.execute([f"DROP OWNED BY {names}", f"DROP ROLE {names}"])
