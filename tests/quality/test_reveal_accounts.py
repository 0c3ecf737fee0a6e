"""Accounts are revealed under the pseudonyms that the profiles gave them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crmaudit.key import Key
from crmaudit.quality.collectors.reveal import accounts
from crmaudit.sources import open_source


def test_a_number_that_went_through_a_floating_column_is_the_same_account(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("CREATE TABLE cases (owner_id TEXT)")
        values = [("7.0",), ("7",), (" 7 ",), ("12",), ("",), (None,)]
        connection.executemany("INSERT INTO cases VALUES (?)", values)
    connection.close()
    key = Key(b"k" * 32)
    with open_source(f"sqlite:///{tmp_path / 'crm.db'}") as source:
        found = accounts(source, "crm", "cases", "owner_id", key)
    assert [(a.value, a.rows, a.pseudonym) for a in found] == [
        ("7", 3, key.pseudonym("acct", "7")),
        ("12", 1, key.pseudonym("acct", "12")),
    ]
