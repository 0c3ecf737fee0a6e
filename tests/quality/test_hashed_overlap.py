"""Two owners compare their records without showing them: from the command line to the evidence."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmaudit.audit import Audit
from crmaudit.evidence.match import Overlap
from crmaudit.quality.collectors.matching import hashed
from tests.collect.collecting import Done, crmaudit
from tests.databases import Database, dialects, sqlite_file
from tests.quality.matched_people import population

KEY = "the words that both owners agreed on"
COLUMNS = ("given_name", "family_name", "email", "phone", "street", "city", "postcode", "born")

MAP = """system: {system}
tables:
  - {{table: people, entity: {entity}, key: id}}
"""


@dataclass(frozen=True)
class Two:
    """Two systems with people in common; `common` counts those of the left that the right has."""

    folder: Path
    left: Database
    right: Database
    common: int
    people: int


def fill(db: Database, people: list[dict[str, Any]]) -> None:
    def cell(value: Any) -> str:
        return "NULL" if not value else "'" + str(value).replace("'", "''") + "'"

    columns = ", ".join(f"{c} VARCHAR(200)" for c in COLUMNS)
    rows = [
        (
            p["given"],
            p["family"],
            next(iter(p["emails"]), None),
            next(iter(p["phones"]), None),
            p["street"],
            p["city"],
            p["postcode"],
            p["birth_date"],
        )
        for p in people
    ]
    values = ", ".join(f"({1000 + i}, {', '.join(map(cell, row))})" for i, row in enumerate(rows))
    db.execute(
        [
            f"CREATE TABLE people (id INTEGER PRIMARY KEY, {columns})",
            f"INSERT INTO people VALUES {values}",
        ]
    )


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("owners")
    records, whom = population(350, twice=0.5, seed=11, families=False)
    crm, billing = sqlite_file(folder / "crm.sqlite"), sqlite_file(folder / "billing.sqlite")
    seen: set[int] = set()
    sides: tuple[list[Any], list[Any]] = ([], [])
    whose: tuple[list[int], list[int]] = ([], [])
    for record, who in zip(records, whom, strict=True):
        # The first record of everybody is the CRM's, but for those whom only billing knows.
        at = int(who in seen or who % 7 == 0)
        seen.add(who)
        sides[at].append(record)
        whose[at].append(who)
    fill(crm, sides[0])
    fill(billing, sides[1])
    (folder / "maps").mkdir()
    for system in ("crm", "billing"):
        text = MAP.format(system=system, entity="person")
        (folder / "maps" / f"{system}.yaml").write_text(text, encoding="utf-8")
    common = sum(w in set(whose[1]) for w in whose[0])
    return Two(folder, crm, billing, common, len(sides[0]))


def hash_it(two: Two, system: str, to: Path, key: str = KEY, *more: str) -> Done:
    db = {"crm": two.left, "billing": two.right}[system]
    maps = two.folder / "maps"
    env = {"CRMAUDIT_KEY": key} if key else {}
    command = ("collect", "--url", db.url, "--as", system, "--maps", maps, "--hashed")
    return crmaudit(*command, "-o", to, *more, **env)


@pytest.fixture(scope="module")
def bundles(two: Two) -> dict[str, Path]:
    made = {}
    for system in ("crm", "billing"):
        made[system] = two.folder / f"{system}-hashed.zip"
        done = hash_it(two, system, made[system])
        assert done.code == 0, done.text
    return made


def audit_of(folder: Path, **databases: str) -> Path:
    folder.mkdir()
    (folder / "systems").mkdir()
    (folder / "maps").mkdir()
    (folder / "audit.yaml").write_text("organisation: {name: Test}\n", encoding="utf-8")
    (folder / "entities.yaml").write_text(
        "entities:\n  - {id: customer, name: Customer, kind: person}\n", encoding="utf-8"
    )
    for system, database in databases.items():
        text = f"id: {system}\nname: {system.upper()}\ndatabase: {{{database}}}\n"
        (folder / "systems" / f"{system}.yaml").write_text(text, encoding="utf-8")
        text = MAP.format(system=system, entity="customer")
        (folder / "maps" / f"{system}.yaml").write_text(text, encoding="utf-8")
    return folder


def overlap_of(root: Path) -> Overlap:
    (found,) = (d for d in Audit(root).store.newest() if isinstance(d, Overlap))
    return found


def rows(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        raw = archive.read("records/00-person.parquet")
    found: list[dict[str, Any]] = pq.read_table(pa.BufferReader(raw)).to_pylist()
    return found


def test_bundles_alone_tell_what_both_hold(
    two: Two, bundles: dict[str, Path], tmp_path: Path
) -> None:
    root = audit_of(
        tmp_path / "audit",
        crm=f"hashed: '{bundles['crm']}'",
        billing=f"hashed: '{bundles['billing']}'",
    )
    # The one who compares needs no key of the owners.
    done = crmaudit("collect", "-w", root)
    assert done.code == 0, done.text
    found = overlap_of(root)
    assert (found.by, found.entity, found.entity_kind) == ("hashes", "customer", "person")
    # In whatever order the dossiers stand.
    assert {h.system for h in found.holders} == {"crm", "billing"}
    assert all(h.records and h.things and not h.cannot for h in found.holders)
    (between,) = found.between
    matched = between.left_matched if between.left == "crm" else between.right_matched
    estimated = between.left_estimated if between.left == "crm" else between.right_estimated
    assert abs(matched - two.common) <= 0.06 * two.common
    assert estimated is not None
    assert estimated.low <= two.common <= estimated.high
    agreed = {a.attribute: a for a in between.agreement}
    assert agreed["family name"].same > 10 * agreed["family name"].conflicting
    assert agreed["family name"].equivalent
    assert agreed["birth date"].left_only + agreed["birth date"].right_only > 0
    assert all(
        a.compared + a.left_only + a.right_only + a.neither == between.things
        for a in between.agreement
    )
    assert not found.matching.examples
    assert not found.matching.review
    assert not any(a.examples for a in between.agreement)


def test_hashes_that_take_too_much_memory_hide_no_comparison(
    bundles: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = audit_of(
        tmp_path / "audit", **{s: f"hashed: '{bundles[s]}'" for s in ("crm", "billing")}
    )
    assert crmaudit("collect", "-w", root).code == 0
    before = overlap_of(root)

    def broken(*args: Any, **more: Any) -> Any:
        raise duckdb.OutOfMemoryException("")

    monkeypatch.setattr(hashed, "weighed", broken)
    done = crmaudit("collect", "-w", root)
    assert done.code == 2
    assert "it takes more memory than allowed" in done.text
    (found,) = Audit(root).facts.overlap
    assert (found.document, found.cannot, len(found.remarks)) == (before, "", 1)


def test_a_system_that_is_read_is_hashed_on_the_way(
    two: Two, bundles: dict[str, Path], tmp_path: Path
) -> None:
    root = audit_of(
        tmp_path / "audit",
        crm=f"url: '{two.left.url}'",
        billing=f"hashed: '{bundles['billing']}'",
    )
    done = crmaudit("collect", "-w", root, CRMAUDIT_KEY=KEY)
    assert done.code == 0, done.text
    found = overlap_of(root)
    assert found.by == "hashes"
    (between,) = found.between
    matched = between.left_matched if between.left == "crm" else between.right_matched
    assert abs(matched - two.common) <= 0.06 * two.common


def test_with_a_key_of_its_own_the_workspace_compares_nothing(
    two: Two, bundles: dict[str, Path], tmp_path: Path
) -> None:
    root = audit_of(
        tmp_path / "audit",
        crm=f"url: '{two.left.url}'",
        billing=f"hashed: '{bundles['billing']}'",
    )
    crmaudit("collect", "-w", root)
    found = overlap_of(root)
    assert found.matching.cannot
    assert not found.between
    assert any("CRMAUDIT_KEY" in h.cannot for h in found.holders)


def test_bundles_of_two_keys_are_not_compared(
    two: Two, bundles: dict[str, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.zip"
    assert hash_it(two, "billing", other, "words that nobody agreed on").code == 0
    root = audit_of(
        tmp_path / "audit", crm=f"hashed: '{bundles['crm']}'", billing=f"hashed: '{other}'"
    )
    crmaudit("collect", "-w", root)
    assert any("key" in h.cannot for h in overlap_of(root).holders)


def test_files_that_were_mixed_up_are_told(bundles: dict[str, Path], tmp_path: Path) -> None:
    """One file for two systems is refused; one that says it is another system's is noted."""
    crm, billing = bundles["crm"], bundles["billing"]
    same = audit_of(tmp_path / "same", crm=f"hashed: '{crm}'", billing=f"hashed: '{crm}'")
    crmaudit("collect", "-w", same)
    assert any("own file" in h.cannot for h in overlap_of(same).holders)
    swapped = audit_of(tmp_path / "swapped", crm=f"hashed: '{billing}'", billing=f"hashed: '{crm}'")
    assert crmaudit("collect", "-w", swapped).code == 0
    notes = overlap_of(swapped).matching.notes
    assert len([n for n in notes if "the right file?" in n]) == 2


def test_hashes_need_a_key_that_was_agreed_on(two: Two, tmp_path: Path) -> None:
    to = tmp_path / "crm.zip"
    done = hash_it(two, "crm", to, "")
    assert done.code == 2
    assert "CRMAUDIT_KEY" in done.err
    assert list(tmp_path.iterdir()) == []


def test_the_dry_run_needs_none_and_writes_nothing(two: Two, tmp_path: Path) -> None:
    done = hash_it(two, "crm", tmp_path / "crm.zip", "", "--dry-run")
    assert done.code == 0, done.err
    assert '"people"' in done.out
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_unsaid_is_said(two: Two, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.mkdir()
    text = MAP.format(system="crm", entity="customer")
    (maps / "crm.yaml").write_text(text, encoding="utf-8")
    command = ("collect", "--url", two.left.url, "--as", "crm", "--maps", maps, "--hashed", "-o")
    none = crmaudit(*command, tmp_path / "a.zip", CRMAUDIT_KEY=KEY)
    assert none.code == 2
    assert "known to hold" in none.err
    assert not (tmp_path / "a.zip").exists()
    (tmp_path / "entities.yaml").write_text(
        "entities:\n  - {id: customer, kind: person}\n", encoding="utf-8"
    )
    done = crmaudit(*command, tmp_path / "a.zip", CRMAUDIT_KEY=KEY)
    assert done.code == 0, done.text
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert [e["entity"] for e in manifest["entities"]] == ["customer"]


def test_only_goes_with_a_url_and_without_only(two: Two, tmp_path: Path) -> None:
    assert crmaudit("collect", "--hashed", CRMAUDIT_KEY=KEY).code == 2
    done = hash_it(two, "crm", tmp_path / "a.zip", KEY, "--only", "keys")
    assert done.code == 2
    assert "--only" in done.err


@pytest.fixture
def tables(make_db: Callable[[str], Database]) -> Callable[[str], Database]:
    def make(dialect: str) -> Database:
        db = make_db(dialect)
        people, _ = population(12, seed=3)
        fill(db, people)
        return db

    return make


@pytest.mark.parametrize("dialect", dialects("duckdb", "postgresql", "mariadb"))
def test_every_dialect_gives_the_same_hashes(
    tables: Callable[[str], Database], dialect: str, two: Two, tmp_path: Path
) -> None:
    found = []
    for number, db in enumerate((tables("sqlite"), tables(dialect))):
        to = tmp_path / f"{number}.zip"
        maps = two.folder / "maps"
        command = ("collect", "--url", db.url, "--as", "crm", "--maps", maps, "--hashed", "-o")
        done = crmaudit(*command, to, CRMAUDIT_KEY=KEY)
        assert done.code == 0, done.text
        found.append(rows(to))
    one, other = found
    assert len(one) > 10
    # DuckDB's tables carry their schema, which the ids are made of.
    strip = [[{k: v for k, v in row.items() if k != "id"} for row in side] for side in found]
    assert sorted(map(repr, strip[0])) == sorted(map(repr, strip[1]))
    assert len({row["id"] for row in one}) == len(one) == len({row["id"] for row in other})
