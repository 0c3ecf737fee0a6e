"""What a dossier says of its database through a variable, on the way to the source."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from collecting import crmaudit, workspace

from crmaudit.collect.collect import targets
from crmaudit.sources.address import Address
from crmaudit.workspace import load


def _url(folder: Path, url: str) -> str:
    (target,) = targets(load(workspace(folder, {"crm": url})))
    return target.url


@pytest.mark.parametrize("url", ["${DB}", "$DB"])
def test_a_whole_address_is_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DB", "postgresql://u:hush@h/db")
    assert _url(tmp_path, url) == url, "filled in only when it is opened"


@pytest.mark.parametrize("url", ["sqlite:///${ABS}/x.db", "${ABS}/x.db"])
def test_an_absolute_folder_in_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    sqlite3.connect(data / "x.db").close()
    monkeypatch.setenv("ABS", str(data))
    assert Address.parse(_url(tmp_path / "w", url)).path == data / "x.db"


def test_a_relative_path_counts_from_the_workspace(tmp_path: Path) -> None:
    assert _url(tmp_path, "sqlite:///x.db") == f"sqlite:///{tmp_path.resolve() / 'x.db'}"


def test_collect_never_prints_the_password(tmp_path: Path) -> None:
    place = workspace(tmp_path, {"crm": "${DB}"})
    done = crmaudit("collect", "-w", place, DB="postgresql://u:hush@127.0.0.1:1/db")
    assert done.code != 0
    assert "127.0.0.1" in done.text
    assert "hush" not in done.text
