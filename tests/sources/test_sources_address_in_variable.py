"""A whole address in a variable is an address, and its password is nowhere to be seen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.sources import open_source
from crmaudit.sources.address import Address


@pytest.mark.parametrize("text", ["${WHOLE}", "$WHOLE"])
def test_a_whole_address_in_a_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("WHOLE", "postgresql://u:hush@h:5/db?sslmode=require")
    address = Address.parse(text)
    assert (address.engine, address.host, address.password) == ("postgresql", "h", "hush")
    assert address.path is None
    assert address.shown == "postgresql://u@h:5/db?sslmode=require"
    assert "hush" not in repr(address)
    assert address.scrub("no way in with hush") == "no way in with ***"


@pytest.mark.parametrize(
    "whole",
    [
        "postgresql://u:hush@127.0.0.1:1/db",
        "mysql://u:hush@rest@h/db",
        "oracle://u:hush@h/db",
        "postgresql://u:hush@h:port/db",
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(
    monkeypatch: pytest.MonkeyPatch, whole: str
) -> None:
    monkeypatch.setenv("WHOLE", whole)
    with pytest.raises(CrmauditError) as caught, open_source("${WHOLE}"):
        pass
    assert "hush" not in f"{caught.value} {caught.value!r}"


def test_the_folder_of_a_file_in_a_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sqlite3.connect(tmp_path / "x.db").close()
    monkeypatch.setenv("ABS", str(tmp_path))
    assert Address.parse("sqlite:///${ABS}/x.db").path == tmp_path / "x.db"
