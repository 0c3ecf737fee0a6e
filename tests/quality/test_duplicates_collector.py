"""Duplicates of one system, from rows to the document of evidence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, Duplicates, from_json, to_json
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.key import Key
from crmaudit.quality.collectors import duplicates as module
from crmaudit.quality.collectors.duplicates import collector, duplicates
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.answers import Matches
from crmaudit.workspace.landscape import Map

KEY = Key(b"1" * 32)
GIVEN = ["Anna", "Berta", "Carla", "Doris", "Emma", "Frida", "Greta", "Hanna", "Irma", "Jana"]
FAMILY = [
    "Ahorn",
    "Birke",
    "Chicoree",
    "Distel",
    "Erle",
    "Fichte",
    "Ginster",
    "Hasel",
    "Ingwer",
    "Jasmin",
]
MAP: dict[str, Any] = {
    "system": "crm",
    "tables": [
        {"table": "people", "entity": "contact", "created_at": "made", "created_by": "by_user",
         "soft_delete": "gone = 1"},
    ],
}  # fmt: skip


def person(n: int, **changed: Any) -> tuple[Any, ...]:
    """One of a hundred people who share nothing but parts of their names."""
    given, family = GIVEN[n % 10], FAMILY[n // 10 % 10]
    row = {
        "id": n + 1,
        "first_name": given,
        "last_name": family,
        "email": f"{given}.{family}{n}@home.example".lower(),
        "phone": f"0161 49{n:05d}",
        "street": f"{n * 7 + 1} {FAMILY[n * 3 % 10]} Road",
        "postcode": f"AY{n % 17} {n % 9}BB",
        "made": f"2024-{n % 12 + 1:02d}-01",
        "by_user": n % 4,
        "batch": None,
        "gone": 0,
    }
    return tuple({**row, **changed}.values())


def again(n: int, at: int) -> tuple[Any, ...]:
    """The same person once more, by an import, with a change in how it is written."""
    ways: list[dict[str, Any]] = [
        {"email": None}, {"phone": None}, {"first_name": GIVEN[n % 10][:1]},
    ]  # fmt: skip
    changed = ways[n // 3 % 3]
    return person(
        n, id=at, made="2025-02-03", by_user=9, batch="spring", street=f"{n * 7 + 1} "
        f"{FAMILY[n * 3 % 10]} Rd", **changed,
    )  # fmt: skip


def crm(path: Path, rows: Iterable[tuple[Any, ...]], key: str = " PRIMARY KEY") -> str:
    with sqlite3.connect(path) as connection:
        connection.execute(
            f"CREATE TABLE people (id integer{key}, first_name text, last_name text, email text, "
            "phone text, street text, postcode text, made text, by_user integer, batch text, "
            "gone integer)"
        )
        marks = ", ".join("?" * 11)
        connection.executemany(f"INSERT INTO people VALUES ({marks})", list(rows))
    return str(path)


def task(source: Source, map_: dict[str, Any] | None = None, **more: Any) -> Task:
    catalog = source.catalog("crm")
    evidence: tuple[Document, ...] = tuple(
        profile(source, [t for t in catalog.tables if t.readable], Plan(system="crm"))
    )
    known = Known(
        map=Map.model_validate(map_ or MAP),
        entities={"contact": _entity("contact", "person")},
        answers=more.pop("answers", Matches()),
    )
    more = {"key": KEY, **more}
    return Task(source, "crm", catalog, catalog.tables, known, evidence, **more)


def _entity(name: str, kind: str) -> Any:
    from crmaudit.workspace.landscape import Entity

    return Entity.model_validate({"id": name, "kind": kind})


def measured(url: str, **more: Any) -> Duplicates:
    with open_source(url) as source:
        (found,) = duplicates(task(source, **more))
    assert from_json(to_json(found)) == found
    return found


def undated(found: Duplicates) -> str:
    """What of it has to be the same again."""
    born = replace(found.provenance, taken_at=datetime(2026, 1, 1, tzinfo=UTC))
    return to_json(replace(found, provenance=born, matching=replace(found.matching, seconds=0.0)))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = [person(n) for n in range(100)]
    rows += [again(n, 200 + n) for n in range(0, 36, 3)]
    rows += [person(50, id=300, gone=1)]
    return crm(tmp_path_factory.mktemp("crm") / "crm.sqlite", rows)


@pytest.fixture(scope="module")
def found(url: str) -> Duplicates:
    return measured(url)


def test_the_planted_ones_are_found(found: Duplicates) -> None:
    assert found.provenance.status.state == "done"
    assert (found.subject, found.entity_kind, found.tables) == ("contact", "person", ("people",))
    assert found.matching.records == 112
    assert found.matching.left_out == {"deleted": 1}
    assert 10 <= found.surplus <= 12
    assert found.estimated is not None
    assert found.estimated.low <= 12 <= found.estimated.high
    assert found.sizes == {2: found.surplus}
    assert len(found.clusters) == found.surplus
    assert found.matching.method.kind == "model"
    assert found.matching.candidates == 0 or found.matching.blocks


def test_attributes_have_columns_and_what_is_left_out_its_reason(found: Duplicates) -> None:
    by = {a.attribute: a for a in found.matching.attributes}
    assert by["e-mail"].columns == ("people.email",)
    assert by["e-mail"].filled == 100 + 12 - 4
    assert by["birth date"].unused == "no column of it was found"
    assert not by["given name"].unused


def test_records_are_named_by_keyed_ids_and_no_value_is_kept(found: Duplicates, url: str) -> None:
    text = to_json(found)
    for value in (*GIVEN, *FAMILY, "home.example", "0161", "Road", "AY1"):
        assert value not in text
    known = {KEY.record("crm", "people", str(n)): n for n in range(400)}
    for cluster in found.clusters:
        ids = [known[m.id] for m in cluster.members]
        assert ids == sorted(ids)
        assert 0 <= cluster.survivor < len(ids)
        assert 0 < cluster.least <= 1
    pairs = [*found.matching.examples, *found.matching.review]
    assert pairs
    assert all({p.left, p.right} <= known.keys() for p in pairs)


def test_where_they_come_from(found: Duplicates) -> None:
    by = {(c.by, c.value): c for c in found.causes}
    importer = by["author", KEY.pseudonym(ACCOUNT, "9")]
    assert (importer.duplicates, importer.records) == (found.surplus, 12)
    assert by["month", "2025-02"].duplicates == found.surplus
    assert by["feed", "imported after it had been typed in"].records == 12
    (batch,) = (c for c in found.causes if c.by == "import batch")
    # What people call a batch is masked, as in the profile of its column.
    assert (batch.value, batch.records) == ("a", 12)


def test_the_same_input_gives_the_same_bytes(found: Duplicates, url: str) -> None:
    assert undated(measured(url)) == undated(found)


def test_answers_of_the_review_are_heard(found: Duplicates, url: str) -> None:
    one = next(c for c in found.clusters if c.least < 1)
    left, right = (m.id for m in one.members)
    said = {"left": left, "right": right, "answer": "different", "entity": "contact"}
    about = Matches.model_validate({"key_id": KEY.id, "matches": [said]})
    after = measured(url, answers=about)
    assert not any({left, right} <= {m.id for m in c.members} for c in after.clusters)
    other = about.model_copy(update={"key_id": "00000000"})
    alone = measured(url, answers=other)
    assert any("another key" in n for n in alone.matching.notes)
    assert alone.surplus == found.surplus


def test_without_a_key_counts_stand_and_nobody_is_named(found: Duplicates, url: str) -> None:
    bare = measured(url, key=None)
    assert (bare.surplus, bare.sizes) == (found.surplus, found.sizes)
    assert bare.matching.review == ()
    assert {m.id for c in bare.clusters for m in c.members} == {""}
    assert not any(c.by == "author" for c in bare.causes)


def test_very_many_records_are_compared_in_a_sample(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 80)
    some = measured(url)
    assert some.matching.method.kind == "sample"
    assert some.matching.method.total == some.matching.records == 112
    assert (some.matching.method.n or 0) < 112
    assert some.estimated is not None
    assert some.estimated.low <= some.surplus <= some.estimated.high
    assert any("records were compared" in n for n in some.matching.notes)


# What is hard


@pytest.mark.parametrize(
    ("rows", "least", "most"),
    [
        ([person(n) for n in range(10)], 0, 1),
        ([person(3, id=n) for n in range(12)], 0, 11),
        ([person(n, email="info@firm.example") for n in range(40)], 0, 2),
        ([person(n, first_name=None, last_name=None, email=None, phone=None, street=None,
                 postcode=None) for n in range(5)], 0, 0),
        ([person(1)], 0, 0),
        ([], 0, 0),
    ],
    ids=["ten rows", "everything the same", "one address for all", "all null", "one", "none"],
)  # fmt: skip
def test_a_sound_answer_or_an_honest_reason(
    tmp_path: Path, rows: list[tuple[Any, ...]], least: int, most: int
) -> None:
    found = measured(crm(tmp_path / "crm.sqlite", rows))
    assert found.provenance.status.state == "done"
    if found.matching.cannot:
        assert (found.surplus, found.estimated, found.clusters) == (0, None, ())
    else:
        assert least <= found.surplus <= most


def test_the_same_again_and_again_is_one_thing(tmp_path: Path) -> None:
    rows = [person(3, id=n) for n in range(12)] + [person(n, id=100 + n) for n in range(20, 60)]
    found = measured(crm(tmp_path / "crm.sqlite", rows))
    assert found.sizes.get(12) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"where": "nothing = 1"}, "nothing"),
        ({"where": "1 = 1; DROP TABLE people"}, "not a single condition"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(url: str, change: dict[str, str], why: str) -> None:
    found = measured(url, map_={**MAP, "tables": [{**MAP["tables"][0], **change}]})
    # What was counted before stands, and `collect` tells of the failure.
    assert found.provenance.status.state == "failed"
    assert why in found.matching.cannot
    assert found.matching.records == 0


def test_rows_without_a_key_are_not_told_apart(tmp_path: Path) -> None:
    found = measured(crm(tmp_path / "crm.sqlite", [person(n) for n in range(5)], key=""))
    assert found.matching.cannot == "no key tells the rows of people apart"
    assert found.provenance.status.state == "done"


def test_a_lost_connection_passes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_source(url) as source:
        work = task(source)

        def lost(*_: object) -> None:
            raise ConnectionLostError("gone")

        monkeypatch.setattr(type(source), "stream", lost)
        with pytest.raises(ConnectionLostError):
            list(duplicates(work))

        def fails(*_: object) -> None:
            raise CrmauditError("denied")

        monkeypatch.setattr(type(source), "stream", fails)
        (found,) = duplicates(work)
    assert found.matching.cannot == "denied"
    assert found.provenance.status.reason == "people: denied"


def test_an_interrupt_passes_and_leaves_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open_source(url) as source:
        work = task(source)

        def stopped(table: str, rows: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(duplicates(replace(work, on_rows=stopped), Plan(folder=str(tmp_path))))
    assert list(tmp_path.iterdir()) == []


def test_without_a_map_there_is_nothing_to_say(url: str) -> None:
    with open_source(url) as source:
        catalog = source.catalog("crm")
        assert list(collector.collect(Task(source, "crm", catalog, catalog.tables))) == []


def test_the_dry_run_has_a_template(url: str) -> None:
    with open_source(url) as source:
        catalog = source.catalog("crm")
        told = list(collector.statements(Task(source, "crm", catalog, catalog.tables)))
        assert len(source.sent) == len(set(source.sent))
    assert [t.template for t in told] == [True]


def test_progress_is_told_table_by_table(url: str) -> None:
    seen: dict[str, int] = {}
    with open_source(url) as source:
        list(duplicates(task(source, on_rows=seen.__setitem__)))
    assert seen["people"] >= 1
