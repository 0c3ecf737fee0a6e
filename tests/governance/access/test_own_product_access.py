"""The access model of a product of one's own is one file: that of the documentation works."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from databases import sqlite_file

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Product
from crmaudit.governance.collectors import access
from crmaudit.key import Key
from crmaudit.sources import open_source
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.task import Task
from crmaudit.workspace.accounts import Users

from .vendor_tables import KEY, cells

PAGE = Path(__file__).parents[3] / "docs" / "products.md"
USERS = Users(table="fc_login", key="id", login="login", active="locked = 0")
PARTS = AccountTables(Product("ferret", "FerretCRM"), "FerretCRM", USERS)


def documented() -> ModuleType:
    text = PAGE.read_text(encoding="utf-8")
    (code,) = [b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "FerretReader" in b]
    module = ModuleType("ferret_access")
    exec(code, module.__dict__)
    return module


def named(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """As if an installed package named the module under the product's id."""

    class Given(EntryPoint):
        def load(self) -> Any:
            if isinstance(module, Exception):
                raise module
            return module

    one = Given("ferret", "ferret_package.access", access.ENTRY_POINTS)
    monkeypatch.setattr(access, "entry_points", lambda **by: EntryPoints([one]).select(**by))


def collected(path: Path, key: Key | None = KEY) -> Any:
    db = sqlite_file(path / "ferret.sqlite")
    db.execute(
        [
            "CREATE TABLE fc_login (id int, login text, locked int)",
            "INSERT INTO fc_login VALUES (1, 'amara', 0), (2, 'desk', 1)",
            "CREATE TABLE fc_wardens (login_id int)",
            "INSERT INTO fc_wardens VALUES (2)",
            "CREATE TABLE fc_burrows (id int)",
        ]
    )
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables, key=key, accounts=lambda: PARTS)
        (found,) = access.collector.collect(task)
    return found


def test_the_documented_reader_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named(monkeypatch, documented())
    found = collected(tmp_path)
    assert (found.model, found.product) == ("ferret", "FerretCRM")
    assert cells(found, 1) == {"burrow": "UUUU"}
    assert cells(found, 2) == {"burrow": "OOOO"}
    assert {h.table for one in found.holdings for h in one.held} == {"fc_burrows"}
    assert sorted(a.active for a in found.accounts) == [False, True]


@pytest.mark.parametrize("broken", [ImportError("no module"), ModuleType("without_reader")])
def test_a_broken_package_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: Any
) -> None:
    named(monkeypatch, broken)
    with pytest.raises(CrmauditError, match=r"ferret_package\.access") as raised:
        collected(tmp_path)
    assert raised.value.hint


def test_without_a_reader_the_parts_of_the_map_count(tmp_path: Path) -> None:
    found = collected(tmp_path)
    assert found.model == "declared"
    assert len(found.accounts) == 2
    assert found.cannot == "the map names no table of rights"
