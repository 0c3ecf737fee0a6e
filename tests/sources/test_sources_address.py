"""Addresses: what is recognised, what is refused, and that secrets stay in."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.sources import open_source, redact
from crmaudit.sources.address import Address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:hush@h:5/db", "postgresql://u@h:5/db"),
        ("postgresql+psycopg://u:${PW}@h/db", "postgresql://u@h/db"),
        ("postgres://u:hush@h/db?password=hush&sslmode=require", "postgresql://u@h/db?sslmode=require"),
        ("mysql+pymysql://u:hu%40sh@h/db", "mysql://u@h/db"),
        ("mariadb://u:hush@h/db?ssl_key=k.pem&ssl_key_password=hush", "mariadb://u@h/db?ssl_key=k.pem"),
        ("mysql://u:hush@rest@h/db", "mysql://…"),
        ("mysql://u:hush/rest@h/db", "mysql://u@h/db"),
        ("oracle://u:hush@h/db", "oracle://…"),
        ("sqlite:////data/crm.db", "sqlite:////data/crm.db"),
        ("exports/", "exports/"),
    ],
)  # fmt: skip
def test_redact(url: str, shown: str) -> None:
    assert redact(url) == shown
    assert "hush" not in redact(url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hush@rest@h/db",
        "mysql://u:hush/rest@h/db",
        "oracle://u:hush@h/db",
        "postgresql://u:hush@h:port/db",
        "postgresql://u:hush@127.0.0.1:1/db",
        "postgresql://u:hush@no-such-host.invalid/db",
        "mysql://u:hush@127.0.0.1:1/db",
        "mysql://u:hush@no-such-host.invalid/db",
        "mysql://u:hush@127.0.0.1/db?nonsense=1",
        "mysql://u:hush@127.0.0.1",
        "postgresql://u:hush@127.0.0.1/db?nonsense=1",
        "sqlite:///no/such/file.db",
        "duckdb:///no/such/file.duckdb",
        "folder:///no/such/folder",
        "no/such/path",
        "sqlite://",
        "sqlite:///:memory:",
        "",
    ],
)
def test_what_cannot_be_opened_gets_one_clear_line(url: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        open_source(url)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert "hush" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "p@ss/word:%20#?")
    for url in ("postgresql://audit:${CRM_PASSWORD}@h/db", "mysql://audit:$CRM_PASSWORD@h/db"):
        address = Address.parse(url)
        assert address.password == "p@ss/word:%20#?"
        assert "p@ss" not in address.shown
        assert "p@ss" not in repr(address)
        assert address.scrub("x p@ss/word:%20#? y p%40ss%2Fword%3A%2520%23%3F") == "x *** y ***"


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    with pytest.raises(CrmauditError, match="NOT_THERE is not set"):
        open_source("postgresql://audit:${NOT_THERE}@h/db")


def test_a_path_is_recognised_by_its_content(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "a").mkdir()
    sqlite3.connect(tmp_path / "b.backup").execute("CREATE TABLE t (a)").connection.commit()
    duckdb.connect(str(tmp_path / "c.backup")).close()
    (tmp_path / "d.csv").write_text("a,b\n1,2\n")
    (tmp_path / "e.doc").write_text("Dear Sir")
    engines = [
        Address.parse(str(tmp_path / n)).engine for n in ("a", "b.backup", "c.backup", "d.csv")
    ]
    assert engines == ["folder", "sqlite", "duckdb", "folder"]
    with pytest.raises(CrmauditError, match="of no kind"):
        Address.parse(str(tmp_path / "e.doc"))


def test_importing_the_room_imports_no_driver() -> None:
    code = (
        "import sys, crmaudit.sources; "
        "print([m for m in ('sqlalchemy', 'duckdb', 'pyarrow', 'psycopg', 'pymysql', 'pydantic', "
        "'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
