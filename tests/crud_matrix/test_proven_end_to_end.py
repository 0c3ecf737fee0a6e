"""From accounts at work to the cells of the matrix: it says what ran, letter by letter.

By what the server counts, by its log beside the open database, and by files
alone, without any connection.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import databases
import pytest
from databases import Database, dialects
from servers import PASSWORD, NoServerError, Server, start_postgres
from sqlalchemy.engine import make_url
from test_statements_servers import SECRET, prepare, run
from workload import STEPS, Step, letters

from crmaudit.audit import Audit
from crmaudit.cli import main

SYSTEMS = {"crm_app": "crm", "billing_app": "billing", "report_ro": "reports"}
TABLES = (
    "organisation", "contact", "activity", "tag", "invoice", "invoice_line", "payment", "journal",
)  # fmt: skip
BY_HAND = (
    "SELECT name FROM contact WHERE email = 'zylphia@example.org'",
    "UPDATE organisation SET city = 'zylphia-town' WHERE name = 'zylphia'",
)
Matrix = dict[tuple[str, str], str]


def crmaudit(*args: str | Path) -> str:
    """All that the command prints; it has to end well."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = main([str(a) for a in args])
    assert code == 0, out.getvalue()
    return out.getvalue()


def script(dialect: str) -> Matrix:
    """What ran, by account and table; a view is no table of an entity."""
    return {at: told for at, told in letters(STEPS[dialect]).items() if at[1] in TABLES}


@dataclass(frozen=True)
class Landscape:
    """A database with the workload behind it, and the audit of the systems that work on it."""

    db: Database
    names: dict[str, str]
    root: Path

    def collect(self, dossier: str) -> Audit:
        """A workspace with that dossier of the CRM, its evidence collected; no value is in it."""
        for folder in ("systems", "maps"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        entities = {t: t.replace("_", "-") for t in TABLES}
        listed = "".join(f"  - {{id: {e}}}\n" for e in entities.values())
        files = {
            "audit.yaml": "organisation: {name: Test}\n",
            "entities.yaml": f"entities:\n{listed}",
            "systems/crm.yaml": f"id: crm\nname: CRM\n{dossier}",
            "systems/billing.yaml": "id: billing\nname: Billing\n",
            "systems/reports.yaml": "id: reports\nname: Reports\n",
            "maps/crm.yaml": "system: crm\ntables:\n"
            + "".join(f"  - {{table: {t}, entity: {e}}}\n" for t, e in entities.items())
            + "principals:\n"
            + "".join(
                f"  - {{principal: {self.names[a]}, system: {s}}}\n" for a, s in SYSTEMS.items()
            ),
        }
        for name, text in files.items():
            (self.root / name).write_text(text, encoding="utf-8")
        kinds = "grants,code,statements,written"
        told = crmaudit("collect", "-w", self.root, "--only", kinds)
        for kept in (told.encode(), (self.root / ".crmaudit" / "store.sqlite").read_bytes()):
            for value in (
                b"zylphia",
                b"lovelace",
                b"secret-",
                b"s3cret",
                b"*73bba",
                SECRET.encode(),
            ):
                assert value not in kept.lower()
        return Audit(self.root)

    def check(self, audit: Audit) -> None:
        """The matrix is that of the script; the person stands beside it, under a pseudonym."""
        account = {system: name for name, system in SYSTEMS.items()}
        found = {
            (account[c.system], c.entity.replace("-", "_")): c.proven
            for c in audit.facts.crud.cells()
            if c.proven
        }
        assert found == script(self.db.dialect)
        told = crmaudit("crud", "matrix", "--format", "json", "-w", self.root)
        printed = {
            (account[system], row["entity"].replace("-", "_")): text.replace("+", "")
            for row in json.loads(told)["rows"]
            for system, text in row["proof"].items()
            if "+" in text
        }
        assert printed == found
        used = {s.name: s.used for s in audit.facts.crud.testimony.strangers if s.used}
        # Files alone do not tell that this one may do everything.
        used.pop("admin", None)
        ((name, entities),) = used.items()
        assert name.startswith("acct-")
        assert entities == {"contact": "R", "organisation": "RU"}


@contextmanager
def worked_on(db: Database, root: Path) -> Iterator[Landscape]:
    """The workload has run there, and somebody worked by hand; the accounts go afterwards."""
    names = prepare(db)
    # Nothing in the name is technical, so that it may be a person's own.
    person = f"ada.lovelace{db.url.rpartition('/crm')[2]}"
    if db.dialect == "postgresql":
        who = f'"{person}"'
        make = f"CREATE ROLE {who} LOGIN PASSWORD '{SECRET}'"
        quoted = [who, *names.values()]
        away = [s for n in quoted for s in (f"DROP OWNED BY {n} CASCADE", f"DROP ROLE {n}")]
    else:
        who = f"`{person}`@'127.0.0.1'"
        make = f"CREATE USER {who} IDENTIFIED BY '{SECRET}'"
        away = [f"DROP USER {n}" for n in (who, *(f"{n}@'127.0.0.1'" for n in names.values()))]
    db.execute([make])
    steps = (*STEPS[db.dialect], *(Step("person", sql) for sql in BY_HAND))
    try:
        db.execute([f"GRANT SELECT ON contact TO {who}"])
        db.execute([f"GRANT SELECT, UPDATE ON organisation TO {who}"])
        run(db, {**names, "person": person}, steps)
        yield Landscape(db, names, root)
    finally:
        db.execute(away)


@pytest.mark.server
def test_what_postgresql_counts_is_the_matrix_of_the_script(
    make_db: Callable[[str], Database], tmp_path: Path
) -> None:
    db = make_db("postgresql")
    # In a schema of its own, and named so that it has to be quoted.
    db.execute(['CREATE SCHEMA "Counts"', 'CREATE EXTENSION pg_stat_statements SCHEMA "Counts"'])
    with worked_on(db, tmp_path / "audit") as landscape:
        landscape.check(landscape.collect(f"database: {{url: '{db.url}'}}\n"))


@pytest.fixture(scope="module")
def logging_server() -> Iterator[Server]:
    """PostgreSQL that writes its log in all its three forms."""
    try:
        server = start_postgres(
            logging_collector="on",
            log_destination="stderr,csvlog,jsonlog",
            log_directory="log",
            log_filename="server.log",
            log_file_mode="0644",
            log_line_prefix="%m [%p] %q%u@%d ",
            log_connections="on",
            log_disconnections="on",
        )
    except NoServerError as error:
        pytest.skip(str(error))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def logged(
    logging_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Landscape, Path]]:
    """The workload on that server, and a dump of the structure made by the server's own program."""
    name = "crm4711"
    url = f"{logging_server.url}/{name}"
    databases.postgres(f"{logging_server.url}/postgres", [f"CREATE DATABASE {name}"])
    db = Database("postgresql", url, lambda statements: databases.postgres(url, statements))
    folder = tmp_path_factory.mktemp("logged")
    with worked_on(db, folder / "audit") as landscape:
        command = Path(str(_program("pg_dump")))
        _save([str(command), "--schema-only", url], folder / "crm.sql")
        yield landscape, folder / "crm.sql"


@pytest.mark.server
@pytest.mark.parametrize("form", ["log", "csv", "json"])
@pytest.mark.parametrize("connected", [True, False], ids=["beside the database", "files alone"])
def test_the_log_of_postgresql_is_the_matrix_of_the_script(
    form: str,
    connected: bool,
    logged: tuple[Landscape, Path],
    logging_server: Server,
    tmp_path: Path,
) -> None:
    done, dump = logged
    landscape = Landscape(done.db, done.names, tmp_path / "audit")
    log = tmp_path / "saved"
    shutil.copy(Path(logging_server.folder, "data", "log", f"server.{form}"), log)
    url = landscape.db.url if connected else dump
    audit = landscape.collect(f"database: {{url: '{url}'}}\ntraces: {{statements: ['{log}']}}\n")
    landscape.check(audit)
    assert {d.origin for d in audit.facts.evidence.statements["crm"].values()} >= {"saved"}
    assert audit.facts.evidence.grants["crm"]


@pytest.mark.parametrize("dialect", dialects("mariadb"))
@pytest.mark.parametrize("connected", [True, False], ids=["beside the database", "files alone"])
def test_the_log_of_mariadb_is_the_matrix_of_the_script(
    dialect: str,
    connected: bool,
    make_db: Callable[[str], Database],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    server: Server = request.getfixturevalue("mariadb_server")
    db = make_db(dialect)
    with worked_on(db, tmp_path / "audit") as landscape:
        log, dump, rights = (tmp_path / name for name in ("general.log", "crm.sql", "rights.sql"))
        # Only what others do in this database comes from the log; it is shared by all tests.
        shutil.copy(server.log, log)
        url, grants = db.url, ""
        if not connected:
            where = make_url(db.url)
            command = [str(_program("mariadb-dump")), f"--user={where.username}"]
            command += [f"--password={PASSWORD}", f"--host={where.host}", f"--port={where.port}"]
            command += ["--no-data", "--routines", "--skip-ssl", str(where.database)]
            _save(command, dump)
            told = [
                row[0]
                for name in landscape.names.values()
                for row in db.execute([f"SHOW GRANTS FOR {name}@'127.0.0.1'"])
            ]
            rights.write_text(";\n".join(told) + ";\n", encoding="utf-8")
            url, grants = str(dump), f", grants: ['{rights}']"
        dossier = f"database: {{url: '{url}'}}\ntraces: {{statements: ['{log}']{grants}}}\n"
        audit = landscape.collect(dossier)
        landscape.check(audit)
        assert audit.facts.evidence.grants["crm"]


def _program(name: str) -> Path:
    """One of a server's own programs, or the test is skipped."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = places[-1] if places else shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return Path(found)


def _save(command: list[str], path: Path) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    path.write_bytes(done.stdout)
