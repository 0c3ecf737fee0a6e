"""`init` and what it proposes from a catalog."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, ForeignKey, Index, MappedTable, Provenance, Table
from crmaudit.workspace import init, load, propose, without_secret
from crmaudit.workspace import scaffold as scaffold_module
from crmaudit.workspace.naming import Words, canonical, shared_prefix, sign_of
from crmaudit.workspace.proposal import Proposal, ProposedEntity, ProposedSystem, ProposedTable

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def table(name: str, columns: str, rows: int | None = 10, **keys: str) -> Table:
    """`columns` like `id name* boss_id`: a star marks what may not be null; `boss_id="person"`."""
    names = [c.rstrip("*") for c in columns.split()]
    return Table(
        name,
        columns=tuple(
            Column(c.rstrip("*"), "bool" if c == "is_deleted" else "text", not c.endswith("*"))
            for c in columns.split()
        ),
        primary_key=("id",) if "id" in names else (),
        foreign_keys=tuple(ForeignKey((c,), t) for c, t in keys.items()),
        rows=rows,
    )


def catalog(*tables: Table) -> Catalog:
    provenance = Provenance("crm", "x", "sqlite", "s", WHEN, "test")
    return Catalog(provenance, tables=tables)


CRM = catalog(
    table("app_contacts",
          "id name email account_id* created_at updated_at is_deleted owner_id", 120,
          account_id="app_accounts", owner_id="app_users"),
    table("app_accounts", "id name industry parent_id deleted_at", 40, parent_id="app_accounts"),
    table("app_users", "id login last_login", 8),
    table("app_tasks", "id subject due contact_id", 300, contact_id="app_contacts"),
    table("app_calls", "id subject minutes", 50),
    table("app_contact_campaigns", "id contact_id campaign_id created_at", 70,
          contact_id="app_contacts", campaign_id="app_campaigns"),
    table("app_campaigns", "id name budget", 5),
    table("app_contact_types", "id label", 4),
    table("app_schema_migrations", "version", 90),
    table("app_audit_log", "id what", 9000),
    table("app_invoices", "id number contact_id", None, contact_id="app_contacts"),
    table("app_invoice_lines", "id invoice_id amount", 900, invoice_id="app_invoices"),
    table("app_emails", "id address contact_id", 130, contact_id="app_contacts"),
    table("app_machines", "id serial", 17, ),
    table("app_gadgets", "id a b c d e f", 0),
)  # fmt: skip


def test_a_proposal_from_names_and_keys() -> None:
    proposal = propose(CRM, "crm", "sqlite:///crm.db")
    assert {t.table.removeprefix("app_"): (t.role, t.entity) for t in proposal.tables} == {
        "contacts": ("primary", "person"),
        "accounts": ("primary", "organisation"),
        "users": ("primary", "user"),
        "tasks": ("primary", "activity"),
        "calls": ("primary", "activity"),
        "contact_campaigns": ("link", ""),
        "campaigns": ("primary", "campaign"),
        "contact_types": ("lookup", ""),
        "schema_migrations": ("system", ""),
        "audit_log": ("log", ""),
        "invoices": ("primary", "invoice"),
        "invoice_lines": ("line", "invoice"),
        "emails": ("secondary", "person"),
        "machines": ("lookup", ""),
        "gadgets": ("primary", ""),
    }
    entities = {e.id: e for e in proposal.entities}
    assert set(entities) == {"person", "organisation", "user", "activity", "campaign", "invoice"}
    person = entities["person"]
    assert (person.name, person.kind) == ("Person", "person")
    assert person.attributes == ("name", "email")
    assert person.relationships == (
        ("organisation", "n:1"),
        ("user", "n:0..1"),
        ("campaign", "n:m"),
    )
    assert (person.volume, person.as_of) == (120, date(2026, 3, 1))
    assert entities["activity"].volume == 350
    assert entities["invoice"].volume is None


def test_stamps_are_found_by_name() -> None:
    contacts, accounts = propose(CRM, "crm", "").tables[:2]
    assert (contacts.created_at, contacts.modified_at) == ("created_at", "updated_at")
    assert (contacts.owner, contacts.soft_delete) == ("owner_id", "is_deleted = true")
    assert accounts.soft_delete == "deleted_at IS NOT NULL"


def test_a_shared_key_is_an_extension_and_a_unique_reference_is_one_to_one() -> None:
    extra = Table(
        "extras",
        columns=(Column("id", "int"), Column("hobby", "text")),
        primary_key=("id",),
        foreign_keys=(ForeignKey(("id",), "contacts"),),
        rows=900,
    )
    passport = Table(
        "passport",
        columns=(Column("id", "int"), Column("contact", "int", nullable=False)),
        primary_key=("id",),
        foreign_keys=(ForeignKey(("contact",), "contacts"),),
        indexes=(Index("u", ("contact",), unique=True),),
        rows=900,
    )
    proposal = propose(catalog(table("contacts", "id name"), extra, passport), "crm", "")
    roles = {t.table: (t.role, t.entity) for t in proposal.tables}
    assert roles["extras"] == ("extension", "person")
    assert {e.id: e.relationships for e in proposal.entities}["passport"] == (("person", "1:1"),)


FOUND = (
    MappedTable(
        "app_contacts", "person", where="contact_type = 'Individual'", key=("id",),
        name=("first", "last"), test_rows="is_test = 1", confidence=0.9, basis="inferred",
        reasons=("contact_type names kinds; 10 rows are of other kinds", "more"),
    ),
    MappedTable("app_contacts", "organisation", where="contact_type = 'Organization'"),
    MappedTable("app_attendance", "event registration", created_at="log.at", join={"log.id": "id"}),
)  # fmt: skip


def test_what_was_found_outweighs_the_names(tmp_path: Path) -> None:
    tables = [
        table("app_contacts", "id contact_type first last", 90),
        table("app_attendance", "id contact_id", 9),
        table("app_machines", "id serial contact_id a b c", 17),
    ]
    rows = {("app_contacts", "contact_type = 'Individual'"): 60}
    proposal = propose(catalog(*tables), "crm", "", FOUND, rows)
    person, organisation, attendance, machines = proposal.tables
    assert (person.entity, person.where) == ("person", "contact_type = 'Individual'")
    assert person.reason.startswith("contact_type names kinds; 10 rows")
    assert organisation.entity == "organisation"
    assert (attendance.entity, attendance.created_at) == ("event-registration", "")
    assert (machines.entity, machines.role) == ("machine", "primary")
    entities = {e.id: (e.name, e.kind, e.volume) for e in proposal.entities}
    assert entities["person"] == ("Person", "person", 60)
    assert entities["organisation"] == ("Organisation", "organisation", None)
    assert entities["event-registration"][:2] == ("Event registration", "event registration")
    init(tmp_path / "w", proposal=proposal)
    (written,) = load(tmp_path / "w").maps
    assert [t.entity for t in written.tables] == [t.entity for t in proposal.tables]
    assert written.tables[0].name == ("first", "last")
    assert written.tables[0].test_rows == "is_test = 1"


def test_a_doubtful_customer_stays_a_customer() -> None:
    doubtful = MappedTable("customers", "organisation", confidence=0.68)
    found = catalog(table("customers", "id name"))
    assert [t.entity for t in propose(found, "crm", "", [doubtful]).tables] == ["customer"]
    sure = replace(doubtful, confidence=0.9)
    assert [t.entity for t in propose(found, "crm", "", [sure]).tables] == ["organisation"]


def test_what_a_table_holds_outweighs_what_it_is_called() -> None:
    custom = Table(
        "value_food_preference",
        columns=(Column("id", "int"), Column("contact", "int", nullable=False)),
        primary_key=("id",),
        foreign_keys=(ForeignKey(("contact",), "contacts"),),
        indexes=(Index("u", ("contact",), unique=True),),
        rows=9,
    )
    mails = table("emails", "id subject body sent_at", 30)
    users = table("users", "id login encrypted_password password_salt current_sign_in_at", 3)
    keys = {"contact_id": "contacts", "region_id": "regions"}
    address = table("addresses", "id street city zip contact_id region_id", 80, **keys)
    regions = table("regions", "id code name area people", 400)
    rest = (table("versions", "id", 9), regions, address)
    found = catalog(table("contacts", "id name"), custom, mails, users, *rest)
    proposal = propose(found, "crm", "")
    roles = {t.table: (t.role, t.entity) for t in proposal.tables}
    assert roles["value_food_preference"] == ("extension", "person")
    assert roles["emails"] == ("primary", "activity")
    assert roles["versions"] == ("log", "")
    assert roles["addresses"] == ("secondary", "person")
    (user,) = (t for t in proposal.tables if t.table == "users")
    assert user.last_login == "current_sign_in_at"
    (known,) = (e for e in proposal.entities if e.id == "user")
    assert known.attributes == ("login",)


@pytest.mark.parametrize(
    ("name", "entity"),
    {
        "contacts": "person",
        "Ansprechpartner": "person",
        "Kontakte": "person",
        "personnes": "person",
        "empresas": "organisation",
        "companies": "organisation",
        "Sociétés": "organisation",
        "Kunden": "customer",
        "opportunities": "opportunity",
        "Veranstaltungen": "event",
        "Rechnungen": "invoice",
        "factures": "invoice",
        "campañas": "campaign",
        "Spenden": "contribution",
        "tblDonations": "contribution",
        "crm_leads": "lead",
        "usuarios": "user",
        "Mitgliedschaften": "membership",
        "memberships": "membership",
        "cases": "case",
        "addresses": None,
        "bill_code": None,
        "wobble": None,
    }.items(),
)
def test_well_known_words(name: str, entity: str | None) -> None:
    assert canonical(Words.of(name)) == entity


def test_signs_and_prefixes() -> None:
    names = ["civicrm_contact", "civicrm_case", "civicrm_note", "civicrm_tag", "other"]
    assert shared_prefix(names) == "civicrm_"
    assert shared_prefix(["a_b", "c_d", "e"]) == ""
    assert shared_prefix([]) == ""
    for name, role in {
        "acl_cache": "system", "job_log": "system", "change_log": "log", "case_type": "lookup",
        "typewriter": None, "type_of_thing": None, "order_items": "line", "SessionData": "system",
    }.items():  # fmt: skip
        sign = sign_of(Words.of(name))
        assert (sign[0] if sign else None) == role, name


def test_a_bare_scaffold_loads_and_says_what_to_ask(tmp_path: Path) -> None:
    root = tmp_path / "new/audit"
    files = init(root, organisation="Fjord: Söhne #1")
    workspace = load(root)
    assert workspace.organisation.name == "Fjord: Söhne #1"
    assert workspace.warnings == ()
    assert {f.relative_to(root).as_posix() for f in files} >= set(workspace.files)
    assert [p.purpose for p in workspace.processes] == [
        "lead tracking", "activity tracking", "campaign tracking",
    ]  # fmt: skip
    assert (root / ".gitignore").read_text() == ".crmaudit/\nreports/\n"
    assert "# to be asked" in (root / "systems/crm.yaml").read_text()
    assert not list(tmp_path.rglob(".crmaudit-init-*"))


def test_a_scaffold_with_a_proposal(tmp_path: Path) -> None:
    proposal = propose(CRM, "crm", "postgresql://reader:s3cret@db.example.org/crm")
    files = init(tmp_path, organisation="Fjord", proposal=proposal)
    workspace = load(tmp_path)
    assert [e.id for e in workspace.entities] == [e.id for e in proposal.entities]
    assert len(workspace.maps[0].tables) == len(CRM.tables)
    system = workspace.systems[0]
    assert system.database is not None
    assert system.database.url == "postgresql://reader:${CRM_PASSWORD}@db.example.org/crm"
    assert system.kind is None
    for file in files:
        assert "s3cret" not in file.read_text(encoding="utf-8")
    assert "to be confirmed" in (tmp_path / "entities.yaml").read_text()
    assert "CRM_PASSWORD" in (tmp_path / "systems/crm.yaml").read_text()


HOSTILE = ["", "a: b", "no", "1e3", "- x", "#", "'", '"', "\n", "a\nb: c", "\t", "\x00", "\ud800",
           "\u2028", "\ufeff", "{", "[", "*a", "&a", "!a", "%", "@", "`", "|", ">", "~", "ä", " x ",
           "顧客", "<<", "=cmd|", "${X}", "%{id}", "x" * 5000]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_written_safely(name: str, tmp_path: Path) -> None:
    tables = catalog(table(name, "id"), Table("t", columns=(Column(name, "text"),), rows=1000))
    proposal = propose(tables, "crm", f"exports/{name}")
    init(tmp_path, organisation=name, proposal=proposal)
    workspace = load(tmp_path)
    # NUL and halves of pairs cannot be written in YAML.
    written = name.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert [t.table for t in workspace.maps[0].tables] == [written, "t"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("mine")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("mine")
    with pytest.raises(CrmauditError, match=r"already has people\.yaml, systems/crm\.yaml"):
        init(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["people.yaml", "systems"]


def test_what_is_there_otherwise_stays(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.tmp\nreports/")
    (tmp_path / "README").write_text("mine")
    init(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.tmp\nreports/\n.crmaudit/\n"
    assert (tmp_path / "README").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("")
    with pytest.raises(CrmauditError, match="is no folder"):
        init(tmp_path / "audit")


@pytest.mark.parametrize("moves", [0, 1, 5, 20])
def test_a_failed_init_leaves_nothing(
    moves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = os.rename, []

    def failing(old: Path, new: Path) -> None:
        if len(done) == moves:
            raise OSError(28, "No space left on device")
        done.append(new)
        real(old, new)

    monkeypatch.setattr(scaffold_module.os, "rename", failing)
    with pytest.raises(CrmauditError, match="cannot be written: No space left"):
        init(tmp_path / "new/audit")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert not (tmp_path / "new/audit").exists()


def test_examples_in_the_instructions_load(tmp_path: Path) -> None:
    init(tmp_path)
    for name in ("maps", "interviews"):
        text = (tmp_path / name / "README.md").read_text()
        (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        (tmp_path / name / "crm.yaml").write_text(block)
    workspace = load(tmp_path)
    assert len(workspace.interviews[0].pains) == 1
    assert len(workspace.maps[0].references) == 1


def test_commented_examples_in_the_starter_load(tmp_path: Path) -> None:
    """Every commented list item, taken out of its comment, is accepted."""
    init(tmp_path)
    for file in tmp_path.glob("*.yaml"):
        text = file.read_text()
        text = re.sub(r"^(\w+): \[\]( .*)?\n(?=#  - )", r"\1:\n", text, flags=re.MULTILINE)
        text = re.sub(r"^#(  +(?:- )?[\w]+:.*)$", r"\1", text, flags=re.MULTILINE)
        text = re.sub(r"^# (access_policy|rules):", r"\1:", text, flags=re.MULTILINE)
        file.write_text(re.sub(r"^#(   +- \{.*)$", r"\1", text, flags=re.MULTILINE))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/visits.csv").write_text("month,visits\n")
    entities = (tmp_path / "entities.yaml").read_text()
    (tmp_path / "entities.yaml").write_text(entities + "  - {id: invoice}\n")
    workspace = load(tmp_path)
    assert workspace.people.people[0].id == "anna"
    assert workspace.registers.dysfunctions[0].id == "double-typing"
    assert workspace.entities[0].attributes[1].name == "e-mail"


@pytest.mark.parametrize(
    ("url", "expected"),
    {
        "postgresql://u:p@h/db": "postgresql://u:${CRM_PASSWORD}@h/db",
        "mysql+pymysql://u:p:q@h": "mysql+pymysql://u:${CRM_PASSWORD}@h",
        "postgresql://u:p@ss/w?rd@h/db": "postgresql://u:${CRM_PASSWORD}@h/db",
        "postgresql://u:a\nb@h": "postgresql://u:${CRM_PASSWORD}@h",
        "postgresql://u:${X}@h/db": "postgresql://u:${X}@h/db",
        "postgresql://u@h/db?password=p&a=b": "postgresql://u@h/db?password=${CRM_PASSWORD}&a=b",
        "postgresql://h/db?a=b@c": "postgresql://h/db?a=b@c",
        "sqlite:///C:/a@b/c.db": "sqlite:///C:/a@b/c.db",
        "exports/crm": "exports/crm",
        "": "",
    }.items(),
)
def test_no_password_is_written(url: str, expected: str) -> None:
    assert without_secret(url, "crm") == expected


def test_the_variable_is_named_after_the_system() -> None:
    assert without_secret("pg://u:p@h", "my-crm.2") == "pg://u:${MY_CRM_2_PASSWORD}@h"
    assert without_secret("pg://u:p@h", "3cx") == "pg://u:${_3CX_PASSWORD}@h"


def test_a_proposal_is_plain_values() -> None:
    proposal = Proposal(
        ProposedSystem("a", "A"), (ProposedEntity("b", "B"),), (ProposedTable("c"),)
    )
    assert hash(proposal)
