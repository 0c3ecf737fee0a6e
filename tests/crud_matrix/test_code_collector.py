"""The collector `code`: machinery of a database, folders of source beside it or without one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmaudit.crud_matrix.collectors.code import collector
from crmaudit.evidence import Catalog, Code
from crmaudit.evidence.codec import from_json, to_json
from crmaudit.sources import open_source
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "crm.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE orders (id integer primary key, total int);
            CREATE TABLE history (id int, total int);
            CREATE VIEW big AS SELECT id FROM orders WHERE total > 4711;
            CREATE TRIGGER kept AFTER DELETE ON orders
              BEGIN INSERT INTO history VALUES (old.id, old.total); END;
            """
        )
    connection.close()
    return f"sqlite:///{path}"


def folder(root: Path, name: str, text: str) -> str:
    path = root / name / "a.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path.parent)


def collected(task: Task) -> dict[str, Code]:
    found = {}
    for document in collector.collect(task):
        assert isinstance(document, Code)
        assert from_json(to_json(document)) == document
        found[document.subject] = document
    return found


def test_machinery_and_source_of_a_database(tmp_path: Path, database: str) -> None:
    code = folder(tmp_path, "shop", 'q("SELECT id FROM BIG WHERE id = 1")\nq("DELETE FROM orders")')
    with open_source(database) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables, Known(traces=Traces(code=(code,))))
        announced = [s.sql for s in collector.statements(task)]
        before = len(source.sent)
        found = collected(task)
        sent = [s.sql for s in source.sent[before:]]
    assert sent == announced
    assert {(m.name, m.kind) for m in found[""].machinery} == {("big", "view"), ("kept", "trigger")}
    assert "4711" not in repr(found[""].machinery)
    shop = found["shop"]
    assert [(s.table, s.letter, s.places) for s in shop.sightings] == [
        ("big", "R", ("a.py:1",)),
        ("orders", "D", ("a.py:2",)),
    ]
    assert (shop.database, shop.files, shop.lines) == ("crm", 1, 2)
    assert (shop.statements, shop.understood, shop.built) == (2, 2, 0)
    assert dict(shop.languages) == {"Python": 1}


def test_source_alone_and_source_about_another_systems_database(tmp_path: Path) -> None:
    code = folder(tmp_path, "sync", 'q("INSERT INTO public.orders (id) VALUES (1)")')
    source = AbsentSource([code])
    known = Known(traces=Traces(code=(code,), database="crm"), about="crm")
    task = Task(source, "sync", source.catalog("sync"), (), known)
    assert collector.offline
    assert list(collector.statements(task)) == []
    found = collected(task)
    assert list(found) == ["sync"]
    assert found["sync"].database == "crm"
    assert [(s.table, s.letter) for s in found["sync"].sightings] == [("public.orders", "C")]


def test_another_systems_names_are_not_looked_up_in_ones_own_catalog(
    tmp_path: Path, database: str
) -> None:
    code = folder(tmp_path, "sync", 'q("SELECT id FROM ORDERS WHERE id = 1")')
    with open_source(database) as source:
        catalog = source.catalog("sync")
        known = Known(traces=Traces(code=(code,), database="crm"), about="crm")
        found = collected(Task(source, "sync", catalog, catalog.tables, known))
    assert [s.table for s in found["sync"].sightings] == ["ORDERS"]


def test_folders_of_one_name_are_told_apart_and_a_missing_one_fails_alone(tmp_path: Path) -> None:
    entries = (
        folder(tmp_path, "web/src", "q('DELETE FROM a')"),
        folder(tmp_path, "job/src", "q('DELETE FROM b')"),
        str(tmp_path / "gone"),
        str(tmp_path / "web" / "src" / "*.py"),
    )
    source = AbsentSource(entries)
    catalog = Catalog(source.catalog("crm").provenance)
    found = collected(Task(source, "crm", catalog, (), Known(traces=Traces(code=entries))))
    assert list(found) == ["web/src", "job/src", "gone", "src/*.py"]
    gone = found["gone"].provenance.status
    assert gone.state == "failed"
    assert str(tmp_path) not in gone.reason
    assert [s.table for s in found["job/src"].sightings] == ["b"]


def test_files_that_cannot_be_parsed_make_it_partly(tmp_path: Path) -> None:
    code = folder(tmp_path, "app", "def f(:\n")
    source = AbsentSource([code])
    known = Known(traces=Traces(code=(code,)))
    found = collected(Task(source, "crm", source.catalog("crm"), (), known))
    status = found["app"].provenance.status
    assert (status.state, "a.py" in status.reason) == ("partly", True)
