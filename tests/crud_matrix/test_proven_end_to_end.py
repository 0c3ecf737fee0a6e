"""From accounts at work to the cells of the matrix: what ran is what the matrix says, letter by letter.

Once with everything that the server tells, once with its log in place of what
it counts, once with files alone and no connection at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from collecting import crmaudit
from databases import Database, dialects
from servers import Server, postgres_statements
from test_statements_servers import SECRET, prepare, run
from workload import STEPS, Step, letters

from crmaudit.audit import Audit

SYSTEMS = {"crm_app": "crm", "billing_app": "billing", "report_ro": "reports"}
TABLES = (
    "organisation", "contact", "activity", "tag", "invoice", "invoice_line", "payment", "journal",
)  # fmt: skip
PERSON = "ada.lovelace"
BY_HAND = (
    "SELECT name FROM contact WHERE email = 'zylphia@example.org'",
    "UPDATE organisation SET city = 'zylphia-town' WHERE name = 'zylphia'",
)


@dataclass(frozen=True)
class Landscape:
    """A database with the workload behind it, and the audit of the systems that work on it."""

    db: Database
    server: Server
    names: dict[str, str]
    root: Path

    def write(self, database: str, traces: str = "") -> None:
        """The workspace; `database` and `traces` as the dossier of the CRM has them."""
        for folder in ("systems", "maps"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        files = {
            "audit.yaml": "organisation: {name: Test}\n",
            "entities.yaml": "".join(f"- {{id: {e.replace('_', '-')}}}\n" for e in TABLES),
            "systems/crm.yaml": f"id: crm\nname: CRM\n{database}{traces}",
            "systems/billing.yaml": "id: billing\nname: Billing\n",
            "systems/reports.yaml": "id: reports\nname: Reports\n",
            "maps/crm.yaml": "system: crm\ntables:\n"
            + "".join(f"  - {{table: {t}, entity: {t.replace('_', '-')}}}\n" for t in TABLES)
            + "principals:\n"
            + "".join(
                f"  - {{principal: {self.names[a]}, system: {s}}}\n" for a, s in SYSTEMS.items()
            ),
        }
        for name, text in files.items():
            (self.root / name).write_text(text, encoding="utf-8")

    def collect(self) -> Audit:
        kinds = "entities,grants,code,statements,written"
        done = crmaudit("collect", "-w", self.root, "--only", kinds)
        assert done.code == 0, done.text
        for kept in (done.text, *(p.read_bytes() for p in self.root.rglob("*.sqlite*"))):
            low = kept.lower() if isinstance(kept, bytes) else kept.lower().encode()
            for value in (b"zylphia", b"lovelace", b"secret-", SECRET.encode()):
                assert value not in low
        return Audit(self.root)

    def matrix(self, audit: Audit) -> dict[tuple[str, str], str]:
        """(account, table) → letters, as the matrix proves them."""
        account = {system: name for name, system in SYSTEMS.items()}
        return {
            (account[c.system], c.entity.replace("-", "_")): c.proven
            for c in audit.facts.crud.cells()
            if c.proven
        }

    def printed(self) -> dict[tuple[str, str], str]:
        """The same out of what the command prints."""
        done = crmaudit("crud", "--format", "json", "-w", self.root)
        assert done.code == 0, done.text
        account = {system: name for name, system in SYSTEMS.items()}
        return {
            (account[system], row["entity"].replace("-", "_")): text.replace("+", "")
            for row in json.loads(done.out)["rows"]
            for system, text in row["proof"].items()
            if "+" in text
        }


@pytest.fixture
def landscape(
    request: pytest.FixtureRequest, make_db: Callable[[str], Database], tmp_path: Path
) -> Iterator[Landscape]:
    """The workload has run on a database of that dialect, and somebody worked by hand."""
    dialect = request.param
    db = make_db(dialect)
    fixture = {"postgresql": "postgres_server", "mariadb": "mariadb_server"}[dialect]
    server: Server = request.getfixturevalue(fixture)
    names = prepare(db)
    if dialect == "postgresql":
        who = f'"{PERSON}.{db.url.rpartition("/")[2]}"'
        make = [
            "CREATE EXTENSION pg_stat_statements",
            f"CREATE ROLE {who} LOGIN PASSWORD '{SECRET}'",
        ]
        away = [f"DROP OWNED BY {who} CASCADE", f"DROP ROLE {who}"]
        away += [
            s for n in names.values() for s in (f"DROP OWNED BY {n} CASCADE", f"DROP ROLE {n}")
        ]
    else:
        who = f"`{PERSON}.{db.url.rpartition('/')[2]}`@'127.0.0.1'"
        make = [f"CREATE USER {who} IDENTIFIED BY '{SECRET}'"]
        away = [f"DROP USER {who}", *(f"DROP USER {n}@'127.0.0.1'" for n in names.values())]
    db.execute(
        [*make, f"GRANT SELECT ON contact TO {who}", f"GRANT SELECT, UPDATE ON organisation TO {who}"]
    )
    person = f"{PERSON}.{db.url.rpartition('/')[2]}"
    try:
        run(db, {**names, "person": person}, (
            *STEPS[dialect], *(Step("person", sql) for sql in BY_HAND)
        ))  # fmt: skip
        yield Landscape(db, server, names, tmp_path / "audit")
    finally:
        db.execute(away)


@pytest.mark.parametrize("landscape", dialects("postgresql"), indirect=True)
def test_what_the_server_counts_gives_the_matrix_of_the_script(landscape: Landscape) -> None:
    landscape.write(f"database: {{url: '{landscape.db.url}'}}\n")
    audit = landscape.collect()
    script = letters(STEPS["postgresql"])
    assert landscape.matrix(audit) == script
    assert landscape.printed() == script
    (stranger,) = audit.facts.crud.testimony.strangers
    assert stranger.name.startswith("acct-")
    assert stranger.used == {"contact": "R", "organisation": "RU"}
