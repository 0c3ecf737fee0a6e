"""Everything that databases throw at an audit, through collect, check and report.

One clear line or a finding, never a traceback, and the other tables are there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from collecting import Done, crmaudit, profiles, workspace
from databases import Database, dialects

Make = Callable[[str], Database]

NAMES = [
    'a"b', "semi;colon", "two words", "select", "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
    "ünï-çødé", "it's", "back`tick", "per%cent", "new\nline", "tab\there", "\u202eright-to-left",
    "[b]markup[/b]", "{{ jinja }}", "../../etc", "x" * 60, "UPPER", "a.b.c", "#typst *bold* $x$",
]  # fmt: skip
VALUES = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{ 7*7 }}", "{% raw %}", "[red]x[/red]",
    "\u202e", "\x1b[31mred", "'; DROP TABLE x; --", "ß" * 200, "NaN", "", " ", "-0", "1e999",
]  # fmt: skip
TERMINAL = ("\x1b", "\u202e", "\t", "\r")
"""Signs that move the cursor or turn the line around."""


def audited(root: Path, *, code: int = 0) -> list[Done]:
    """Collect, check, report: each ends in its own good way."""
    done = [
        crmaudit("collect", "-w", root),
        crmaudit("check", "-w", root, "--fail-on", "never"),
        crmaudit("report", "-w", root, "--as", "html,pdf,md,json"),
    ]
    assert [d.code for d in done] == [code, 0, 0], [d.text for d in done]
    html = next((root / "reports").glob("*.html")).read_text(encoding="utf-8")
    assert "<script>alert(1)" not in html
    for d in done:
        assert not [sign for sign in TERMINAL if sign in d.text]
    return done


@pytest.mark.slow
def test_sqlite(make_db: Make, tmp_path: Path) -> None:
    db = make_db("sqlite")
    quoted = ['"' + n.replace('"', '""') + '"' for n in NAMES]
    connection = sqlite3.connect(db.path)
    connection.execute(f"CREATE TABLE {quoted[0]} ({', '.join(quoted)})")
    for name in quoted[1:]:
        connection.execute(f"CREATE TABLE {name} ({name})")
    # SQLite takes even these.
    connection.execute('CREATE TABLE "" ("" TEXT, a TEXT)')
    connection.execute("INSERT INTO \"\" VALUES ('x', 'y')")
    marks = ", ".join("?" * len(NAMES))
    for value in VALUES * 6:
        connection.execute(f"INSERT INTO {quoted[0]} VALUES ({marks})", [value] * len(NAMES))
    wide = ", ".join(f"c{i} TEXT" for i in range(900))
    connection.execute(f"CREATE TABLE wide ({wide})")
    connection.execute(f"INSERT INTO wide VALUES ({', '.join(['1'] * 900)})")
    connection.execute("CREATE TABLE cells (big TEXT, raw BLOB, n REAL, broken TEXT)")
    connection.execute(
        "INSERT INTO cells VALUES (?, ?, 9e999, CAST(x'ff00fe41' AS TEXT))",
        ["x" * 5_000_000, b"\0" * 1000],
    )
    connection.execute("INSERT INTO cells VALUES (CAST(x'610062' AS TEXT), NULL, -9e999, NULL)")
    connection.execute("CREATE TABLE no_rows (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE gone (a)")
    connection.execute("CREATE VIEW fails AS SELECT a FROM gone")
    connection.execute("DROP TABLE gone")
    connection.commit()
    connection.close()
    root = workspace(tmp_path / "audit", {"crm": db.url})
    collected, *_ = audited(root, code=2)
    (line,) = collected.err.strip().splitlines()
    assert "fails: " in line
    assert "no such table: main.gone" in line
    found = profiles(root)
    assert set(found) == {*NAMES, "", "wide", "cells", "no_rows", "fails"}
    failed = [n for n, p in found.items() if p.provenance.status.state == "failed"]
    assert failed == ["fails"]
    assert len(found["wide"].columns) == 900
    cells = {c.name: c for c in found["cells"].columns}
    assert cells["big"].length_max == 5_000_000
    assert (cells["broken"].broken, cells["big"].broken) == (1, 1)
    checked = json.loads(
        crmaudit("check", "-w", root, "--format", "json", "--fail-on", "never").out
    )
    assert "QUA109" in json.dumps(checked)


def test_an_empty_database(make_db: Make, tmp_path: Path) -> None:
    root = workspace(tmp_path / "audit", {"crm": make_db("sqlite").url})
    done = audited(root)
    assert "0 tables" in done[0].out
    assert crmaudit("collect", "--url", make_db("sqlite").url, "--dry-run").code == 0


def test_files_that_are_no_databases(tmp_path: Path) -> None:
    for name, content in (("empty.sqlite", b""), ("text.sqlite", b"hello " * 500)):
        (tmp_path / name).write_bytes(content)
        root = workspace(tmp_path / f"audit-{name}", {"crm": f"sqlite:///{tmp_path / name}"})
        done = crmaudit("collect", "-w", root)
        assert done.code == 2 or "0 tables" in done.out
        assert crmaudit("check", "-w", root, "--fail-on", "never").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("dialect", dialects("postgresql", "mariadb"))
def test_servers(make_db: Make, tmp_path: Path, dialect: str) -> None:
    db = make_db(dialect)
    q = '"' if dialect == "postgresql" else "`"

    def quoted(name: str) -> str:
        return q + name.replace(q, q * 2) + q

    name = db.url.rsplit("/", 1)[1]
    wide = ", ".join(f"c{i} integer" for i in range(900))
    big = "repeat('x', 5000000)"
    text = "text" if dialect == "postgresql" else "longtext"
    db.execute(
        [
            *(f"CREATE TABLE {quoted(n)} ({quoted(n)} {text})" for n in NAMES),
            f"CREATE TABLE wide ({wide})",
            "INSERT INTO wide (c0) VALUES ('1')",
            f"CREATE TABLE cells (big {text}, n {'float8' if q == chr(34) else 'double'})",
            f"INSERT INTO cells VALUES ({big}, 1.5), ('=cmd|', NULL)",
            "CREATE TABLE closed (a integer)",
            "CREATE VIEW fails AS SELECT 1 / (a - 1) AS n FROM (SELECT 1 AS a) AS one"
            if dialect == "postgresql"
            else "CREATE VIEW fails AS SELECT n FROM cells WHERE n = (SELECT n FROM cells)",
        ]
    )
    for value in (v for v in VALUES if "'" not in v):
        db.execute([f"INSERT INTO {quoted(NAMES[0])} VALUES ('{value.replace(chr(39), '')}')"])
    role = f"h_{name}"
    if dialect == "postgresql":
        db.execute(
            [
                "INSERT INTO cells VALUES ('nan', 'NaN'), ('inf', '-Infinity')",
                "CREATE TABLE hidden (tenant text)",
                "INSERT INTO hidden VALUES ('a')",
                "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY own ON hidden USING (tenant = current_setting('app.t', true))",
                f"CREATE ROLE {role} LOGIN PASSWORD 'own-secret'",
                f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
                f"REVOKE SELECT ON closed FROM {role}",
            ]
        )
    else:
        who = f"{role}@'127.0.0.1'"
        open_ = [quoted(n) for n in (*NAMES, "wide", "cells", "fails")]
        db.execute(
            [
                f"CREATE USER {who} IDENTIFIED BY 'own-secret'",
                *(f"GRANT SELECT ON {n} TO {who}" for n in open_),
                f"GRANT INSERT ON closed TO {who}",
            ]
        )
    root = workspace(tmp_path / "audit", {"crm": db.url_of(role, "own-secret")})
    collected, *_ = audited(root, code=2)
    assert "own-secret" not in collected.text
    found = profiles(root)
    hidden = {"hidden"} if dialect == "postgresql" else set()
    assert set(found) == {*NAMES, "wide", "cells", "fails", "closed"} | hidden
    failed = {n for n, p in found.items() if p.provenance.status.state == "failed"}
    assert failed == {"fails", "closed"}
    told = collected.err.strip().splitlines()
    # What of rights and statements could not be read is told as well.
    tables = [
        line
        for line in told
        if not line.strip().startswith(("grants:", "statements:", "code:", "written:"))
    ]
    assert len(tables) == 2
    checked = crmaudit("check", "-w", root, "--format", "json", "--fail-on", "never").out
    for table in failed:
        assert f"{table} could not be read" in checked
