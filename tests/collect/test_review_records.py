"""Records read again by their keyed ids: the same over every dialect, recorded, never kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from collecting import workspace
from databases import Database

from crmaudit.audit import Audit
from crmaudit.collect.reveal import RECORD
from crmaudit.collect.review import by_system, reveal_records
from crmaudit.errors import CrmauditError
from crmaudit.key import Key, audit_key

SECRET = "Mila-Sample"
ROWS = [
    (1, "Mila", SECRET, "mila@sample.example", "2024-01-05"),
    (2, "O'Tto", 'Exa"mple', "", None),
    (3, "Ida", "=Muster", "ida@sample.example", "2025-03-04"),
]


def filled(db: Database, folder: Path) -> Audit:
    """A workspace that has read these contacts."""
    values = ", ".join(
        "({}, {}, {}, {}, {})".format(
            row[0], *("NULL" if v is None else "'" + v.replace("'", "''") + "'" for v in row[1:])
        )
        for row in ROWS
    )
    db.execute(
        [
            "CREATE TABLE contacts (id integer PRIMARY KEY, first_name varchar(40), "
            "last_name varchar(40), email varchar(80), modified_at date)",
            f"INSERT INTO contacts VALUES {values}",
        ]
    )
    root = workspace(folder / "audit", {"crm": db.url})
    (root / "entities.yaml").write_text("entities:\n- {id: customer, kind: person}\n")
    audit = Audit(root)
    audit.collect(only=("profile", "keys", "entities"))
    return audit


def ids(audit: Audit, *keys: int, system: str = "crm") -> dict[str, int]:
    key = audit_key(audit.root)
    (table,) = audit.facts.evidence.catalogs["crm"].tables
    return {key.record(system, table.qualified, str(k)): k for k in keys}


def test_records_are_found_with_their_values(db: Database, tmp_path: Path) -> None:
    audit = filled(db, tmp_path)
    wanted = ids(audit, 1, 2, 9)
    key_id = audit_key(audit.root).id
    found = reveal_records(audit.facts, "customer", {"crm": set(wanted)}, key_id, "a test")
    assert {wanted[i]: r.key for i, r in found.items()} == {1: "1", 2: "2"}
    shown = {wanted[i]: r.values for i, r in found.items()}
    assert shown[1]["family name"] == (SECRET,)
    assert shown[1]["e-mail"] == ("mila@sample.example",)
    assert shown[1]["modified at"][0].startswith("2024-01-05")
    assert shown[2]["given name"] == ("O'Tto",)
    assert shown[2]["family name"] == ('Exa"mple',)
    assert "e-mail" not in shown[2]
    assert not [r for r in found.values() if SECRET in repr(r)]


def test_seconds_are_shown_as_the_day_that_they_mean(
    make_db: Callable[[str], Database], tmp_path: Path
) -> None:
    db = make_db("sqlite")
    audit = filled(db, tmp_path)
    db.execute(["UPDATE contacts SET modified_at = 1704412800 WHERE id = 1"])
    wanted = ids(audit, 1, 3)
    key_id = audit_key(audit.root).id
    found = reveal_records(audit.facts, "customer", {"crm": set(wanted)}, key_id, "a test")
    shown = {wanted[i]: r.values["modified at"] for i, r in found.items()}
    assert shown == {1: ("2024-01-05 00:00:00",), 3: ("2025-03-04",)}


@pytest.fixture
def sample(make_db: Callable[[str], Database], tmp_path: Path) -> tuple[Audit, Database]:
    db = make_db("sqlite")
    return filled(db, tmp_path), db


def test_the_request_is_recorded_without_any_value(
    sample: tuple[Audit, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, db = sample
    wanted = ids(audit, 1, 3)
    # Other tests work in the common folder at the same time.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = {p for p in tmp_path.iterdir() if "scratch" in p.name}
    reveal_records(
        audit.facts, "customer", {"crm": set(wanted)}, audit_key(audit.root).id, "two pairs"
    )
    record = audit.root / ".crmaudit" / RECORD
    (line,) = (json.loads(x) for x in record.read_text("utf-8").splitlines())
    assert line["what"] == "two pairs"
    assert line["records"] == 2
    assert line["who"]
    after = {p for p in tmp_path.iterdir() if "scratch" in p.name}
    assert after <= before, "nothing of the records is left behind"
    assert not [p for p in audit.root.rglob("*") if p.is_file() and SECRET in _text(p)
                and p.name != db.path.name]  # fmt: skip


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def test_nothing_is_revealed_where_the_record_cannot_be_written(
    sample: tuple[Audit, Database],
) -> None:
    audit, _db = sample
    (audit.root / ".crmaudit" / RECORD).mkdir()
    key_id = audit_key(audit.root).id
    with pytest.raises(CrmauditError, match="unrecorded"):
        reveal_records(audit.facts, "customer", {"crm": set(ids(audit, 1))}, key_id, "x")


@pytest.mark.parametrize(("key_id", "reason"), [("0000", "another key"), ("", "without a key")])
def test_another_key_finds_nothing(
    sample: tuple[Audit, Database], key_id: str, reason: str
) -> None:
    audit, _db = sample
    with pytest.raises(CrmauditError, match=reason):
        reveal_records(audit.facts, "customer", {"crm": set(ids(audit, 1))}, key_id, "x")
    assert not (audit.root / ".crmaudit" / RECORD).exists()


def test_ids_of_an_earlier_name_of_the_system_are_found(sample: tuple[Audit, Database]) -> None:
    audit, _db = sample
    dossier = audit.root / "systems" / "crm.yaml"
    dossier.write_text(dossier.read_text() + "formerly: [old-crm]\n")
    audit.forget()
    wanted = ids(audit, 3, system="old-crm")
    found = reveal_records(
        audit.facts, "customer", {"crm": set(wanted)}, audit_key(audit.root).id, "x"
    )
    assert [r.key for r in found.values()] == ["3"]


def test_a_source_that_is_gone_is_told_without_values(sample: tuple[Audit, Database]) -> None:
    audit, db = sample
    key_id = audit_key(audit.root).id
    wanted = ids(audit, 1)
    facts = audit.facts
    assert facts.maps
    db.path.unlink()
    with pytest.raises(CrmauditError) as caught:
        reveal_records(facts, "customer", {"crm": set(wanted)}, key_id, "x")
    assert SECRET not in str(caught.value)


def test_a_table_that_is_gone_is_told(sample: tuple[Audit, Database]) -> None:
    audit, db = sample
    key_id = audit_key(audit.root).id
    facts = audit.facts
    assert facts.maps
    db.execute(["ALTER TABLE contacts RENAME TO people"])
    with pytest.raises(CrmauditError):
        reveal_records(facts, "customer", {"crm": set(ids(audit, 1))}, key_id, "x")


def test_records_without_an_id_are_not_asked_for() -> None:
    assert by_system([("crm", ""), ("crm", "rec-1"), ("billing", "rec-2")]) == {
        "crm": {"rec-1"},
        "billing": {"rec-2"},
    }


def test_ids_differ_by_system_table_and_key() -> None:
    key = Key(b"k" * 32)
    made = {key.record(*place) for place in (("a", "b", "c"), ("a", "bc", ""), ("ab", "", "c"))}
    assert len(made) == 3
