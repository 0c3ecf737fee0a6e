"""A found entity map written into the workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from entity_catalogs import BORN

from crmaudit.evidence import EntityMap, MappedTable
from crmaudit.quality.map_saving import save
from crmaudit.workspace import init, load

FOUND = EntityMap(
    BORN,
    tables=(
        MappedTable("contacts", "person", where="kind = 'P'", key=("id",), name=("a", "b"),
                    created_at="born", soft_delete="gone = 1", confidence=0.8, basis="inferred",
                    reasons=("its name means person",)),
        MappedTable("contacts", "organisation", where="kind = 'O'", basis="inferred"),
        MappedTable("attendance", "event registration", basis="inferred"),
        MappedTable("cache", "", "system", basis="inferred"),
        MappedTable("audit", "", "log", basis="inferred"),
        MappedTable("deals", "opportunity", created_at="base.made", join={"base.id": "id"},
                    basis="product map"),
    ),
)  # fmt: skip


def workspace(tmp_path: Path, entities: str = "", maps: str = "") -> Path:
    init(tmp_path)
    if entities:
        (tmp_path / "entities.yaml").write_text(entities)
    if maps:
        (tmp_path / "maps/crm.yaml").write_text(maps)
    return tmp_path


def test_entities_of_the_workspace_are_used_and_others_made(tmp_path: Path) -> None:
    root = workspace(tmp_path, "entities:\n  - {id: supporter, kind: person} # ours\n")
    saving = save(load(root), FOUND)
    assert saving.fresh == ("event-registration", "organisation")
    assert saving.left == 3
    saving.changes.check()
    saving.changes.write()
    found = load(root)
    rows = found.map_of["crm"].tables
    assert [(r.table, r.entity, r.where) for r in rows] == [
        ("contacts", "supporter", "kind = 'P'"),
        ("contacts", "organisation", "kind = 'O'"),
        ("attendance", "event-registration", ""),
    ]
    assert (rows[0].key, rows[0].name, rows[0].created_at) == (("id",), ("a", "b"), "born")
    assert rows[0].soft_delete == "gone = 1"
    assert found.entity["event-registration"].kind == "event registration"
    assert "# ours" in (root / "entities.yaml").read_text()
    text = (root / "maps/crm.yaml").read_text()
    assert "# inferred, 80% sure; its name means person" in text
    # Saved once, there is nothing left to save.
    assert save(found, FOUND).changes.files == ()


def test_declared_rows_stay_as_they_are(tmp_path: Path) -> None:
    own = (
        "system: crm # by hand\ntables:\n  - {table: contacts, entity: organisation}   # no doubt\n"
    )
    root = workspace(tmp_path, "entities:\n  - id: organisation\n", own)
    saving = save(load(root), FOUND)
    assert saving.declared == ("contacts",)
    assert {r.table for r in saving.rows} == {"attendance"}
    saving.changes.write()
    text = (root / "maps/crm.yaml").read_text()
    assert text.startswith(own)
    assert load(root).map_of["crm"].tables[0].entity == "organisation"


def test_an_id_that_means_something_else_is_not_taken(tmp_path: Path) -> None:
    root = workspace(tmp_path, "entities:\n  - {id: person, kind: user}\n")
    saving = save(load(root), replace(FOUND, tables=FOUND.tables[:1]))
    saving.changes.check()
    assert saving.fresh == ("person-2",)


def test_another_system_s_map_is_not_written_into(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    (root / "systems/billing.yaml").write_text("{id: billing, name: Billing}\n")
    (root / "maps/crm.yaml").write_text("system: billing\n")
    saving = save(load(root), FOUND)
    assert "maps/crm-2.yaml" in {c.name for c in saving.changes.files}
    saving.changes.check()


def test_what_nobody_confirmed_is_replaced_by_what_was_found(tmp_path: Path) -> None:
    guess = (
        "system: crm\nconfirmed: false    # look\ntables:\n"
        "  - {table: contacts, entity: customer}    # a guess\n"
        "  - {table: cache, entity: customer}\n"
        "  - {table: shifts, entity: customer}    # nothing was found of it\n"
        "  - {table: audit, role: log}    # the same was found\n"
    )
    root = workspace(tmp_path, "entities:\n  - id: customer\n", guess)
    (root / "maps/sure.yaml").write_text(
        "system: crm\ntables:\n  - {table: attendance, entity: customer}\n"
    )
    saving = save(load(root), FOUND)
    assert saving.replaced == ("cache", "contacts")
    assert saving.declared == ("attendance",)
    assert saving.unconfirmed == ("maps/crm.yaml",)
    saving.changes.check()
    saving.changes.write()
    text = (root / "maps/crm.yaml").read_text()
    assert "confirmed: false    # look" in text
    assert "a guess" not in text
    found = load(root)
    assert [(r.table, r.entity, r.confirmed) for r in found.map_of["crm"].tables] == [
        ("shifts", "customer", False),
        ("audit", None, False),
        ("contacts", "person", False),
        ("contacts", "organisation", False),
        ("attendance", "customer", True),
    ]
    again = save(found, FOUND)
    assert (again.changes.files, again.rows, again.replaced) == ((), (), ())


def test_a_map_of_guesses_alone_may_be_replaced_whole(tmp_path: Path) -> None:
    guess = "system: crm\nconfirmed: false\ntables: [{table: cache, entity: customer}]\n"
    root = workspace(tmp_path, "entities:\n  - id: customer\n", guess)
    saving = save(load(root), replace(FOUND, tables=FOUND.tables[3:4]))
    saving.changes.check()
    saving.changes.write()
    assert load(root).map_of["crm"].tables == ()
