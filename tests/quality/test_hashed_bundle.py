"""Keyed hashes of records, and the file that carries them."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.key import Key
from crmaudit.quality.collectors.matching.hashed_bundle import (
    HashedEntity,
    Origin,
    read_hashed_bundle,
    write_hashed_bundle,
)
from crmaudit.quality.collectors.matching.hashed_levels import KIN, SLIP
from crmaudit.quality.collectors.matching.hashing import SCHEMA, bloom, hash_records, likeness
from crmaudit.quality.collectors.matching.standard import standardise
from tests.quality.matched_people import Record, engine, put

KEY = Key(b"a key of the tests, no secret")
OTHER = Key(b"another key of the tests")

PEOPLE: tuple[dict[str, Any], ...] = (
    {
        "key": "K-4711",
        "given": "Wilhelmina",
        "family": "Quistorp",
        "emails": ["mina.quistorp@mail.example"],
        "phones": ["+44 20 7946 0123"],
        "street": "Zeppelinallee 17",
        "city": "Xanten",
        "postcode": "46509",
        "birth_date": "1961-05-23",
        "national_id": "QQ123456C",
        "bank_account": "DE02120300000000202051",
        "gender": "f",
    },
    {
        "key": "K-4712",
        "given": "Wílhelmina",
        "family": "QUISTORP",
        "phones": ["020 7946 0123"],
        "birth_date": "23.05.1961",
    },
    {"key": "K-4713", "given": "Bill", "family": "Okonjo", "emails": ["bill@web.example"]},
)


def hashed(records: tuple[Record, ...] = PEOPLE, key: Key = KEY) -> pa.Table:
    with engine() as into:
        put(into, records)

        def work() -> pa.Table:
            standardise(into, "person")
            return pa.Table.from_batches(hash_records(into, key)[1], SCHEMA)

        return into.run(work)


def by_key(rows: pa.Table, key: Key = KEY) -> dict[str, dict[str, Any]]:
    ids = {key.record("crm", "people", str(r["key"])): str(r["key"]) for r in PEOPLE}
    return {ids[row["id"]]: row for row in rows.to_pylist()}


def bundle(path: Path, rows: pa.Table | None = None, **other: Any) -> Path:
    rows = hashed() if rows is None else rows
    number = rows.num_rows
    entity = HashedEntity("person", "person", ("people",), number, {"given name": number})
    taken = datetime(2026, 11, 20, 9, tzinfo=UTC)
    origin = Origin("crm", "sqlite:///crm.sqlite", "20261120T090000-abcdef", taken, KEY.id)
    write_hashed_bundle(path, origin, [(entity, rows.to_batches())])
    return path


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    rows = hashed()
    found = read_hashed_bundle(bundle(tmp_path / "crm.zip", rows))
    assert found.origin.system == "crm"
    assert found.origin.key_id == KEY.id
    (entity,) = found.entities
    assert (entity.kind, entity.records, entity.tables) == ("person", 3, ("people",))
    assert pa.Table.from_batches(found.batches("person")).to_pylist() == rows.to_pylist()
    assert [p.name for p in tmp_path.iterdir()] == ["crm.zip"]


def test_no_value_is_in_the_file(tmp_path: Path) -> None:
    path = bundle(tmp_path / "crm.zip")
    with zipfile.ZipFile(path) as archive:
        raw = b"".join(archive.read(name) for name in archive.namelist())
    rows = pq.read_table(pa.BufferReader(_records(path)))
    told = (raw + repr(rows.to_pylist()).encode()).lower()
    for person in PEOPLE:
        for value in person.values():
            for text in value if isinstance(value, list) else [value]:
                if len(text) > 1:
                    assert text.lower().encode() not in told
    for part in (b"quistorp", b"wilhelmina", b"mail.example", b"79460123", b"1961", b"xanten"):
        assert part not in told


def test_equal_values_have_equal_hashes_however_they_are_written() -> None:
    rows = by_key(hashed())
    one, two, third = rows["K-4711"], rows["K-4712"], rows["K-4713"]
    for name in ("given", "family", "phones", "birth", "given_sound", "birth_parts"):
        assert one[name] is not None
        assert one[name] == two[name] != third[name], name
    assert two["emails"] is None
    assert len(third["roots"]) > 1


def test_another_key_gives_other_hashes_and_other_ids() -> None:
    mine, theirs = hashed(), hashed(key=OTHER)
    for name in SCHEMA.names:
        known = {repr(v) for v in mine[name].to_pylist() if v is not None}
        assert known.isdisjoint(repr(v) for v in theirs[name].to_pylist() if v is not None), name


def test_fields_of_one_value_have_hashes_of_their_own() -> None:
    (row,) = hashed(
        ({"key": "1", "given": "Berlin", "family": "Anker", "city": "Berlin"},)
    ).to_pylist()
    assert row["given"] != row["city"]


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    there = bundle(tmp_path / "a.zip").read_bytes()
    back = bundle(tmp_path / "b.zip", hashed(PEOPLE[::-1])).read_bytes()
    assert there == back


def test_a_slip_is_like_and_another_name_is_not() -> None:
    of = bloom(KEY, "name")
    slips = ("quistorp quistrop", "bergmann bergman", "wilhelmina wilhelmine", "sampson simpson")
    alike = [likeness(*map(of, pair.split())) for pair in slips]
    assert min(alike) >= KIN
    assert sum(alike) / len(alike) >= SLIP - 0.1
    names = ["quistorp", "bergmann", "okonjo", "sampson", "ortega", "lindqvist", "petrov", "haddad"]
    apart = [likeness(of(a), of(b)) for a in names for b in names if a < b]
    assert max(apart) < KIN
    assert sum(apart) / len(apart) < 0.4


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_the_same_both_ways(left: str, right: str) -> None:
    of = bloom(KEY, "name")
    a, b = of(left), of(right)
    assert 0 <= likeness(a, b) == likeness(b, a) <= 1
    assert len(a) == 32
    assert likeness(a, a) == 1


def test_without_a_record_there_is_a_file_that_says_so(tmp_path: Path) -> None:
    path = bundle(tmp_path / "none.zip", SCHEMA.empty_table())
    found = read_hashed_bundle(path)
    assert found.entities[0].records == 0
    assert list(found.batches("person")) == [] or not sum(
        b.num_rows for b in found.batches("person")
    )


def _records(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("records/00-person.parquet")


def _again(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n != "manifest.json"}
        manifest = json.loads(archive.read("manifest.json"))
    change(manifest, files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
        archive.writestr("manifest.json", json.dumps(manifest))


def _renamed(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    import hashlib

    rows = pq.read_table(pa.BufferReader(files["records/00-person.parquet"]))
    sink = pa.BufferOutputStream()
    pq.write_table(rows.rename_columns(["who", *rows.column_names[1:]]), sink)
    raw = sink.getvalue().to_pybytes()
    files["records/00-person.parquet"] = raw
    manifest["entities"][0]["sha256"] = hashlib.sha256(raw).hexdigest()


DAMAGE: dict[str, tuple[str, Callable[[dict[str, Any], dict[str, bytes]], None]]] = {
    "other format": ("no bundle of keyed hashes", lambda m, f: m.update(format="a zip")),
    "other version": ("of version 9", lambda m, f: m.update(version=9)),
    "no key": ("damaged manifest", lambda m, f: m.pop("key_id")),
    "number for a name": ("damaged manifest", lambda m, f: m.update(system=7)),
    "no entities": ("exactly what its manifest lists", lambda m, f: m.update(entities=[])),
    "unknown kind": ("damaged manifest", lambda m, f: m["entities"][0].update(kind="dog")),
    "negative": ("damaged manifest", lambda m, f: m["entities"][0].update(records=-1)),
    "a value for an attribute": (
        "damaged manifest",
        lambda m, f: m["entities"][0].update(attributes={"Erika Mustermann": 1}),
    ),
    "more than all": (
        "damaged manifest",
        lambda m, f: m["entities"][0].update(attributes={"given name": 9}),
    ),
    "fewer": ("as many records", lambda m, f: m["entities"][0].update(records=4)),
    "file more": ("exactly what its manifest lists", lambda m, f: f.update(more=b"x")),
    "changed": ("was changed", lambda m, f: f.update({"records/00-person.parquet": b"PAR1PAR1"})),
    "other columns": ("other columns", _renamed),
    "future": ("of the future", lambda m, f: m.update(taken_at="2999-01-01T00:00:00+00:00")),
    "no zone": ("of the future", lambda m, f: m.update(taken_at="2026-01-01T00:00:00")),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, what: str) -> None:
    path = bundle(tmp_path / "crm.zip")
    told, change = DAMAGE[what]
    _again(path, change)
    with pytest.raises(CrmauditError, match=told) as caught:
        read_hashed_bundle(path)
    assert caught.value.hint


def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path) -> None:
    whole = bundle(tmp_path / "crm.zip").read_bytes()
    part, text = tmp_path / "part.zip", tmp_path / "text.zip"
    part.write_bytes(whole[: len(whole) // 2])
    text.write_text("id,name\n", encoding="utf-8")
    for path, told in (
        (part, "no zip file"),
        (text, "no zip file"),
        (tmp_path / "none.zip", "there is no file"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(CrmauditError, match=told):
            read_hashed_bundle(path)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "crm.zip"
    path.write_bytes(b"an older one")
    path.chmod(0o644)
    assert stat.S_IMODE(bundle(path).stat().st_mode) == 0o600


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "crm.zip").mkdir()
    with pytest.raises(CrmauditError, match="cannot be written"):
        bundle(tmp_path / "crm.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["crm.zip"]
