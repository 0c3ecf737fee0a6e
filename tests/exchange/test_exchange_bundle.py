"""Bundles of evidence: there and back, and everything that may be wrong with one."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, ColumnProfile, Document, Provenance, TableProfile
from crmaudit.exchange import bundle as module
from crmaudit.exchange import read_bundle, write_bundle

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
P = Provenance("crm", "sqlite:///x", "sqlite", "s1", AT, "crmaudit test", key_id="0123abcd")
DOCUMENTS: tuple[Document, ...] = (
    Catalog(P),
    TableProfile(P, table='../"a/\0b', rows=3, columns=(ColumnProfile("ü", "text", "text", 3, 0),)),
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    assert write_bundle(DOCUMENTS, path) == 2
    return path


def rewritten(
    path: Path,
    manifest: Callable[[dict[str, Any]], object] = lambda m: None,
    document: Callable[[dict[str, Any]], object] | None = None,
    more: dict[str, str] | None = None,
) -> Path:
    """The bundle with its manifest, its last document or its files changed, hashes set right."""
    import hashlib

    with zipfile.ZipFile(path) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    told = json.loads(files["manifest.json"])
    if document is not None:
        entry = told["documents"][-1]
        body = json.loads(files[entry["file"]])
        document(body)
        files[entry["file"]] = json.dumps(body).encode()
        entry["sha256"] = hashlib.sha256(files[entry["file"]]).hexdigest()
    manifest(told)
    files["manifest.json"] = json.dumps(told).encode()
    files |= {n: t.encode() for n, t in (more or {}).items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return path


def refused(path: Path) -> str:
    with pytest.raises(CrmauditError) as caught:
        read_bundle(path)
    text = str(caught.value)
    assert caught.value.hint
    assert "\n" not in text
    return text


def test_there_and_back(good: Path) -> None:
    found = read_bundle(good)
    assert found.documents == DOCUMENTS
    assert found.key_id == "0123abcd"
    assert found.systems == ("crm",)


def test_the_same_evidence_gives_the_same_bytes(good: Path, tmp_path: Path) -> None:
    again = tmp_path / "deep" / "down" / "again.zip"
    write_bundle(DOCUMENTS, again)
    assert again.read_bytes() == good.read_bytes()
    assert [p.name for p in again.parent.iterdir()] == ["again.zip"]


def test_names_inside_are_harmless_and_readable(good: Path) -> None:
    with zipfile.ZipFile(good) as archive:
        names = archive.namelist()
        assert names == [
            "evidence/00000-catalog-.json",
            "evidence/00001-profile-..__a__b.json",
            "manifest.json",
        ]
        assert archive.read(names[1]).decode().count("\n") > 20


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "below.zip", tmp_path):
        with pytest.raises(CrmauditError, match="cannot be written"):
            write_bundle(DOCUMENTS, path)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_evidence_of_two_keys_makes_no_bundle(tmp_path: Path) -> None:
    other = Catalog(replace(P, key_id="ffffffff"))
    none = TableProfile(replace(P, key_id=""), table="x")
    with pytest.raises(CrmauditError, match="different keys"):
        write_bundle([*DOCUMENTS, other], tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []
    write_bundle([*DOCUMENTS, none], tmp_path / "a.zip")
    assert read_bundle(tmp_path / "a.zip").key_id == "0123abcd"


def test_keys_must_agree(good: Path, tmp_path: Path) -> None:
    found = read_bundle(good)
    found.check_key("0123abcd")
    for own in ("", "ffffffff"):
        with pytest.raises(CrmauditError, match="key 0123abcd") as caught:
            found.check_key(own)
        assert "CRMAUDIT_KEY" in caught.value.hint
    write_bundle([Catalog(replace(P, key_id=""))], tmp_path / "none.zip")
    read_bundle(tmp_path / "none.zip").check_key("ffffffff")


def test_what_is_no_bundle(tmp_path: Path, good: Path) -> None:
    assert "there is no file" in refused(tmp_path / "missing.zip")
    assert "is a folder" in refused(tmp_path)
    path = tmp_path / "x.zip"
    for content in (b"", b"hello", good.read_bytes()[:-300], good.read_bytes()[200:]):
        path.write_bytes(content)
        assert "x.zip is" in refused(path) or "x.zip cannot" in refused(path)
    for files in ({}, {"a.txt": "x"}, {"manifest.json": "{"}, {"manifest.json": "[]"},
                  {"manifest.json": '{"format": "other"}'}, {"manifest.json": "[" * 100_000},
                  {"manifest.json": '{"format": "crmaudit evidence", "version": 1}'},
                  {"manifest.json": '{"format": "crmaudit evidence", "version": 1, '
                                    '"documents": [{"file": {}}]}'}):  # fmt: skip
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        refused(path)


def test_every_damaged_byte_is_noticed_or_harmless(good: Path, tmp_path: Path) -> None:
    raw = good.read_bytes()
    path = tmp_path / "x.zip"
    for at in range(0, len(raw), 7):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :])
        with contextlib.suppress(CrmauditError):
            assert read_bundle(path).documents == DOCUMENTS


def test_an_empty_bundle(tmp_path: Path) -> None:
    write_bundle([], tmp_path / "x.zip")
    assert "holds no evidence" in refused(tmp_path / "x.zip")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1 << 20)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * (2 << 20))
    assert path.stat().st_size < 10_000
    assert "more than 1 MiB" in refused(path)


def test_one_entry_named_a_thousand_times(good: Path) -> None:
    path = rewritten(good, lambda m: m["documents"].extend(m["documents"] * 1000))
    assert "exactly what its manifest lists" in refused(path)


def test_smuggled_files_and_paths(good: Path) -> None:
    path = rewritten(good, more={"../../etc/passwd": "x"})
    assert "exactly what its manifest lists" in refused(path)


def test_a_path_that_leads_outside_is_only_a_name(good: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(good) as archive:
        told = json.loads(archive.read("manifest.json"))
        raw = archive.read(told["documents"][0]["file"])
    told["documents"] = [{**told["documents"][0], "file": "../../outside.json"}]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../outside.json", raw)
        archive.writestr("manifest.json", json.dumps(told))
    before = sorted(tmp_path.rglob("*"))
    assert read_bundle(tmp_path / "x.zip").documents == DOCUMENTS[:1]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_changed_document(good: Path) -> None:
    with zipfile.ZipFile(good) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(good, "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw.replace(b'"rows": 3', b'"rows": 9'))
    assert "was changed: evidence/00001" in refused(good)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(kind="spell"), "unknown kind of evidence 'spell'"),
        (lambda d: d.update(kind=["list"]), "damaged"),
        (lambda d: d.update(schema=9), "schema 9"),
        (lambda d: d.pop("body"), "lacks"),
        (lambda d: d["body"].update(surprise=1), "surprise"),
        (lambda d: d["body"].update(rows="many"), "rows"),
        (lambda d: d["body"].update(table="\ud800"), "damaged"),
        (lambda d: d["body"]["provenance"].update(key_id="ffffffff"), "another key"),
        (lambda d: d["body"]["provenance"].update(taken_at="2025-06-01T12:00:00"), "clock"),
        (
            lambda d: d["body"]["provenance"].update(
                taken_at=(datetime.now(UTC) + timedelta(days=9)).isoformat()
            ),
            "future",
        ),
    ],
)
def test_documents_that_are_refused(
    good: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    assert says in refused(rewritten(good, document=change))


def test_a_bundle_of_a_newer_version(good: Path) -> None:
    text = refused(rewritten(good, lambda m: m.update(version=2)))
    assert "version 2" in text
    assert "newer" in text
