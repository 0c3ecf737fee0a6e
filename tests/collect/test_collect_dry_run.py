"""The list that a security officer signs is what the server gets to see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from announced import normal, unannounced
from collecting import crmaudit, workspace
from databases import Database, dialects
from servers import mariadb_statements, postgres_statements

from crmaudit.audit import Audit
from crmaudit.collect import Target, collect, dry_run
from crmaudit.collect.collect import Silent
from crmaudit.store import open_store

Make = Callable[[str], Database]


@pytest.fixture
def url(db: Database) -> str:
    """A database with what may go wrong in it; the address of an account that may read a part."""
    q = "`" if db.dialect == "mariadb" else '"'
    db.execute(
        [
            "CREATE TABLE account (id integer, name varchar(40))",
            "INSERT INTO account VALUES (1, 'Anna'), (2, 'Béla')",
            f"CREATE TABLE {q}odd; -- name{q} ({q}a b{q} integer, {q}select{q} varchar(9))",
            "CREATE TABLE closed (id integer)",
            "CREATE VIEW names AS SELECT name FROM account",
        ]
    )
    if db.dialect == "postgresql":
        db.execute(["CREATE VIEW fails AS SELECT 1 / (id - 1) AS n FROM account"])
    elif db.dialect == "mariadb":
        several = "(SELECT id FROM account)"
        db.execute([f"CREATE VIEW fails AS SELECT id FROM account WHERE id = {several}"])
    else:
        db.execute(["CREATE TABLE gone (a integer)", "CREATE VIEW fails AS SELECT a FROM gone"])
        db.execute(["DROP TABLE gone"])
        return db.url
    name = f"r_{db.url.rsplit('/', 1)[1]}"
    who = name if db.dialect == "postgresql" else f"{name}@'127.0.0.1'"
    how = (
        "LOGIN PASSWORD 'own-secret'"
        if db.dialect == "postgresql"
        else "IDENTIFIED BY 'own-secret'"
    )
    db.execute(
        [
            f"CREATE {'ROLE' if db.dialect == 'postgresql' else 'USER'} {who} {how}",
            *(
                f"GRANT SELECT ON {t} TO {who}"
                for t in ("account", f"{q}odd; -- name{q}", "names", "fails")
            ),
        ]
    )
    return db.url_of(name, "own-secret")


def listed(text: str) -> list[str]:
    """The statements in what was printed."""
    found = re.findall(
        r"^  -- [^\n]*\n  (.*?);$(?=\n  -- |\n  [\d,]+ statements? |\n?\Z)",
        text,
        re.DOTALL | re.MULTILINE,
    )
    told = [int(n) for n in re.findall(r"^  (\d+) statements? ", text, re.MULTILINE)]
    assert len(found) == sum(told) > 0
    return found


def test_the_list_is_what_is_sent(
    db: Database, url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = db.url.rsplit("/", 1)[1]

    def logged() -> list[str]:
        if db.dialect == "postgresql":
            return postgres_statements(request.getfixturevalue("postgres_server"), name)
        return mariadb_statements(request.getfixturevalue("mariadb_server"), f"r_{name}")

    before = 0 if db.dialect in ("sqlite", "duckdb") else len(logged())
    dry = crmaudit("collect", "--url", url, "--dry-run")
    assert dry.code == 0
    assert "own-secret" not in dry.text
    assert not (tmp_path / ".crmaudit").exists()
    printed = normal(listed(dry.out))

    if db.dialect in ("sqlite", "duckdb"):
        target = Target("system", url)
        (told,) = dry_run([target])
        sent: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            from crmaudit.sources.session import Session

            real = Session.close

            def close(self: Session) -> None:
                sent[:] = [s.sql for s in self.sent]
                real(self)

            patch.setattr(Session, "close", close)
            collect([target], open_store(tmp_path), Silent())
        assert unannounced(normal(sent), printed) == set()
        templates = {s.sql for s in told.would_send if s.template}
        allowed = normal([*templates, *(s.sql for s in told.on_failure)])
        assert printed - normal(sent) <= allowed
        return

    of_dry_run = normal(logged()[before:])
    assert of_dry_run <= printed
    assert not any("COPY" in s or "FROM `account`" in s for s in of_dry_run)
    before = len(logged())
    real_run = crmaudit("collect", "--url", url, "--as", "system", "-o", tmp_path / "e.zip")
    assert real_run.code == 2  # a view fails
    assert "fails" in real_run.err
    really = normal(logged()[before:])
    assert unannounced(really, printed) == set()
    assert really >= of_dry_run


def test_reachability_rights_and_size(db: Database, url: str) -> None:
    dry = crmaudit("collect", "--url", url, "--dry-run")
    readable = {"postgresql": 4, "mariadb": 4, "sqlite": 4, "duckdb": 4}[db.dialect]
    assert f"rights: {readable} of " in dry.out
    assert "reached: " in dry.out
    assert "rows in" in dry.out
    if db.dialect in ("sqlite", "duckdb"):
        assert "cannot be read: fails" in dry.out


def test_a_workspaces_dry_run_keeps_nothing(make_db: Make, tmp_path: Path) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE a (x)"])
    root = workspace(tmp_path / "audit", {"crm": db.url, "gone": "sqlite:///no.sqlite"})
    done = crmaudit("collect", "--dry-run", "-w", root)
    assert done.code == 2
    assert 'FROM "a"' in done.out
    assert "no.sqlite" in done.err
    assert not (root / ".crmaudit").exists()
    assert Audit(root).facts.evidence.documents == ()


@pytest.mark.parametrize("dialect", dialects("postgresql", "mariadb"))
def test_a_server_out_of_reach(make_db: Make, dialect: str) -> None:
    url = make_db(dialect).url
    for wrong in (re.sub(r":(\d+)/", ":1/", url), url + "_gone"):
        done = crmaudit("collect", "--url", wrong, "--dry-run")
        assert done.code == 2
        assert "cannot connect" in done.err
        assert "s3cret" not in done.text
