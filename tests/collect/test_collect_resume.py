"""Stopped, changed and partial collections: what is kept, and what the next run does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from collecting import crmaudit, profiles, snapshots, workspace
from databases import Database

from crmaudit.audit import Audit
from crmaudit.collect import Outcome
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors import keys, tables
from crmaudit.sources import ConnectionLostError
from crmaudit.sources.session import Session
from crmaudit.store import open_store

Make = Callable[[str], Database]


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> dict[str, BaseException]:
    """Table → what its stream raises."""
    real = Session.stream
    faults: dict[str, BaseException] = {}

    def stream(self: Session, table: Table, columns: object, where: str = "") -> object:
        if table.name in faults:
            raise faults[table.name]
        return real(self, table, columns, where)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "stream", stream)
    return faults


@pytest.fixture
def crm(make_db: Make, tmp_path: Path) -> tuple[Database, Path]:
    db = make_db("sqlite")
    db.execute([f"CREATE TABLE {t} (id INTEGER PRIMARY KEY)" for t in "abc"])
    db.execute([f"INSERT INTO {t} VALUES (1), (2)" for t in "abc"])
    return db, workspace(tmp_path / "audit", {"crm": db.url})


def run(root: Path, **options: object) -> Outcome:
    (outcome,) = Audit(root).collect(["crm"], **options)  # type: ignore[arg-type]
    return outcome


ABOUT_ALL = 5
"""Documents on a system as a whole, besides its catalog.

Keys, entities, reach, machinery, health."""

LOST = ConnectionLostError("the connection was lost", "run again: finished tables are kept")


def test_a_lost_connection_keeps_what_is_done(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    db, root = crm
    breaking["b"] = LOST
    outcome = run(root)
    assert outcome.error is LOST
    assert not outcome.whole
    assert (outcome.kept, outcome.tables, outcome.rows) == (2, 3, 2)
    assert list(profiles(root)) == ["a"]

    # The database changes, and the next run reads the missing tables only.
    breaking.clear()
    db.execute(["INSERT INTO a VALUES (3)", "INSERT INTO c VALUES (3)"])
    outcome = run(root)
    assert outcome.whole
    # The catalog, the two tables, and documents on what the tables have told.
    assert (outcome.resumed, outcome.kept) == (1, 1 + 2 + ABOUT_ALL)
    assert {n: p.rows for n, p in profiles(root).items()} == {"a": 2, "b": 2, "c": 3}
    of = snapshots(root)
    assert of["a"] != of["b"] == of["c"]
    # … which a rule tells.
    hits = [f for f in Audit(root).findings.findings if f.code == "QUA111"]
    assert [h.subject for h in hits] == ["system:crm"]
    assert "1 of 3 tables was read in another snapshot" in hits[0].message

    # What is finished is read anew.
    assert run(root).resumed == 0
    assert len(set(snapshots(root).values())) == 1
    assert not [f for f in Audit(root).findings.findings if f.code == "QUA111"]


def test_other_systems_are_read_though_one_is_lost(
    crm: tuple[Database, Path], breaking: dict[str, BaseException], make_db: Make
) -> None:
    _, root = crm
    other = make_db("sqlite")
    other.execute(["CREATE TABLE x (a)"])
    workspace(root, {"other": other.url, "gone": "sqlite:///nowhere.sqlite"})
    breaking["a"] = LOST
    by_system = {o.target.system: o for o in Audit(root).collect()}
    assert [s for s, o in by_system.items() if o.whole] == ["other"]
    assert "nowhere" in str(by_system["gone"].error)
    assert list(profiles(root, "other")) == ["x"]


def test_a_table_that_fails_by_itself_holds_nothing_open(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    _, root = crm
    breaking["b"] = CrmauditError("cannot read table 'b': permission denied", "ask for SELECT")
    outcome = run(root)
    assert outcome.error is None
    assert not outcome.whole
    assert [p.message for p in outcome.failures] == [
        "b: cannot read table 'b': permission denied (ask for SELECT)"
    ]
    assert run(root).resumed == 0


def test_a_failed_try_does_not_hide_older_evidence(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    db, root = crm
    run(root)
    before = profiles(root)["b"]
    db.execute(["INSERT INTO a VALUES (3)"])
    breaking["b"] = CrmauditError("cannot read table 'b': permission denied")
    run(root)
    evidence = Audit(root).facts.evidence
    assert evidence.profiles["crm"]["b"] == before
    assert evidence.profiles["crm"]["a"].rows == 3
    assert list(evidence.unread["crm"]) == ["b"]
    (hit,) = [f for f in Audit(root).findings.findings if f.code == "QUA109"]
    taken = before.provenance.taken_at
    assert "permission denied" in hit.message
    assert f"was read on {taken.day} {taken:%B %Y}" in hit.message
    # Read again, the old failure is forgotten.
    breaking.clear()
    db.execute(["INSERT INTO b VALUES (3)"])
    run(root)
    evidence = Audit(root).facts.evidence
    assert evidence.profiles["crm"]["b"].rows == 3
    assert evidence.unread == {}


def test_what_always_failed_is_shown_as_failed(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    db, root = crm
    breaking["b"] = CrmauditError("no")
    run(root)
    db.execute(["INSERT INTO a VALUES (3)"])
    run(root)
    evidence = Audit(root).facts.evidence
    assert evidence.profiles["crm"]["b"].provenance.status.state == "failed"
    assert evidence.unread == {}


def test_a_dropped_table_is_gone_from_the_facts(crm: tuple[Database, Path]) -> None:
    db, root = crm
    run(root)
    db.execute(["DROP TABLE b", "CREATE TABLE d (a)"])
    run(root)
    assert sorted(profiles(root)) == ["a", "c", "d"]
    # History keeps it.
    subjects = {d.subject for d in Audit(root).store.newest()}
    assert "b" in subjects


def test_a_table_dropped_before_the_resumed_run(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    db, root = crm
    breaking["b"] = LOST
    run(root)
    breaking.clear()
    db.execute(["DROP TABLE a", "CREATE TABLE aa (x)"])
    outcome = run(root)
    assert outcome.whole
    assert sorted(profiles(root)) == ["aa", "b", "c"]
    assert outcome.resumed == 0


def test_another_address_is_another_source(
    crm: tuple[Database, Path], breaking: dict[str, BaseException], make_db: Make
) -> None:
    _, root = crm
    breaking["b"] = LOST
    run(root)
    breaking.clear()
    other = make_db("sqlite")
    other.execute(["CREATE TABLE a (x)", "CREATE TABLE z (x)"])
    workspace(root, {"crm": other.url})
    assert profiles(root)["a"].rows == 2
    breaking["z"] = LOST
    assert run(root).resumed == 0
    # Nothing of the old database is left in the facts, even half-way.
    assert {n: p.rows for n, p in profiles(root).items()} == {"a": 0}
    breaking.clear()
    assert run(root).resumed == 1
    # Back again, the old collection is not gone on with.
    workspace(root, {"crm": crm[0].url})
    assert run(root).resumed == 0
    assert sorted(profiles(root)) == ["a", "b", "c"]


def test_another_schema_is_another_collection(
    make_db: Make, tmp_path: Path, breaking: dict[str, BaseException]
) -> None:
    db = make_db("duckdb")
    db.execute(["CREATE SCHEMA s", "CREATE TABLE s.a AS SELECT 1 AS x, 2 AS y"])
    db.execute(["CREATE TABLE a AS SELECT 1 AS x", "CREATE TABLE b AS SELECT 1 AS x"])
    root = workspace(tmp_path / "audit", {"crm": db.url}, schema="main")
    breaking["b"] = LOST
    assert run(root).kept == 2
    breaking.clear()
    workspace(root, {"crm": db.url}, schema="s")
    assert run(root).resumed == 0
    assert [len(p.columns) for p in profiles(root).values()] == [2]


def test_the_kinds_asked_for_make_the_collection(
    crm: tuple[Database, Path], breaking: dict[str, BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another kind of evidence, collected alone, neither ends nor continues the whole."""
    collecting = sys.modules["crmaudit.collect.collect"]  # the function has the module's name
    monkeypatch.setattr(tables, "again", tables.collector, raising=False)
    monkeypatch.setitem(collecting.COLLECTORS, "again", "crmaudit.quality.collectors.tables:again")
    _, root = crm
    breaking["c"] = LOST
    assert run(root).kept == 3
    breaking.clear()
    assert run(root, only=["again"]).resumed == 0
    assert run(root, only=["again"]).resumed == 0
    # Goes on: all profiles are there by now, none of the kind `again`.
    assert run(root).kept == 1 + 0 + 3 + ABOUT_ALL
    assert run(root).kept == 1 + 3 + 3 + ABOUT_ALL


def test_fresh_does_not_go_on(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    _, root = crm
    breaking["b"] = LOST
    run(root)
    breaking.clear()
    assert run(root, fresh=True).resumed == 0


def test_a_resumed_run_trusts_its_own_reading_only(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    """The file did not change, so its snapshot is that of an older, whole collection."""
    _, root = crm
    run(root)
    breaking["b"] = LOST
    run(root)
    breaking.clear()
    assert run(root).resumed == 1


def test_ctrl_c_keeps_what_is_done(
    crm: tuple[Database, Path], breaking: dict[str, BaseException]
) -> None:
    _, root = crm
    breaking["c"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(root)
    breaking.clear()
    assert sorted(profiles(root)) == ["a", "b"]
    assert run(root).resumed == 2


def test_two_at_once_in_one_workspace(crm: tuple[Database, Path]) -> None:
    _, root = crm
    store = open_store(root)
    with store.collecting():
        done = crmaudit("collect", "-w", root)
        assert done.code == 2
        assert "another collection is under way" in done.err
        # Judging works meanwhile.
        assert crmaudit("check", "-w", root, "--fail-on", "never").code == 0
    assert crmaudit("collect", "-w", root).code == 0


def test_evidence_carries_the_id_of_the_key(crm: tuple[Database, Path]) -> None:
    _, root = crm
    run(root)
    ids = {d.provenance.key_id for d in Audit(root).store.newest()}
    (key_id,) = ids
    assert len(key_id) == 8
    secret = (root / ".crmaudit" / "key").read_text().strip()
    assert secret.encode() not in (root / ".crmaudit" / "store.sqlite").read_bytes()


def test_a_collector_that_fails_stops_no_other(
    crm: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, root = crm

    def fails(task: object) -> object:
        raise CrmauditError("the keys cannot be read", "ask for SELECT")

    with monkeypatch.context() as patch:
        patch.setattr(keys.collector, "collect", fails, raising=False)
        outcome = run(root)
    assert (outcome.error, outcome.whole) == (None, False)
    assert [f"{f.message}. {f.hint}" for f in outcome.failures] == [
        "keys: the keys cannot be read. ask for SELECT"
    ]
    evidence = Audit(root).facts.evidence
    assert sorted(evidence.profiles["crm"]) == ["a", "b", "c"]
    assert "crm" not in evidence.keys
    # What ran after it has been kept, and the next run tries all of it again.
    assert "crm" in evidence.entity_maps
    assert run(root).whole
    assert "crm" in Audit(root).facts.evidence.keys


def test_one_collector_works_on_what_others_left(crm: tuple[Database, Path]) -> None:
    _, root = crm
    run(root, only=["profile"])
    assert Audit(root).facts.evidence.keys == {}
    outcome = run(root, only=["keys", "entities"])
    assert (outcome.resumed, outcome.whole) == (0, True)
    evidence = Audit(root).facts.evidence
    assert ("crm" in evidence.keys, "crm" in evidence.entity_maps) == (True, True)
    assert "crm" not in evidence.reach
    with pytest.raises(CrmauditError, match="no collector 'key'"):
        run(root, only=["key"])
