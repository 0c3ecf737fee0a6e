"""One test body over every dialect: the same tables give the same keys and references."""

from __future__ import annotations

from databases import Database

from crmaudit.evidence import Keys, Reference, from_json, to_json
from crmaudit.quality.collectors.keys import collector, find_keys
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, TableReference

LOW = "11111111-aaaa-4bbb-8ccc-0000000000"
QUOTED = f"'{LOW}01'"
TABLES = [
    "CREATE TABLE users (id integer, user_name varchar(20), password varchar(20))",
    *(f"INSERT INTO users VALUES ({i}, 'clerk{i}', 'x')" for i in range(1, 7)),
    "CREATE TABLE accounts (id varchar(36), name varchar(40), owner_id varchar(10), parent_id "
    "varchar(36))",
    # Keys in capitals, references in small letters and with blanks around; two owners who left.
    *(
        f"INSERT INTO accounts VALUES ('{(LOW + f'{i:02d}').upper()}', 'Firm {i}', "
        f"'{i % 8 + 1}', {QUOTED if i > 5 else 'NULL'})"
        for i in range(1, 21)
    ),
    "CREATE TABLE contacts (id integer, account_id varchar(36), assigned_to varchar(20), "
    "campaign_id integer, status integer)",
    *(
        f"INSERT INTO contacts VALUES ({i}, '{f'{LOW}{i:02d}' if i <= 18 else 'gone' + str(i)}', "
        f"'{'Anyone' if i == 1 else f'clerk{i % 6 + 1}'}', {0 if i > 12 else i}, {i % 3})"
        for i in range(1, 31)
    ),
    "CREATE TABLE campaigns (id integer PRIMARY KEY, name varchar(20))",
    *(f"INSERT INTO campaigns VALUES ({i}, 'Spring {i}')" for i in range(1, 14)),
    "CREATE TABLE tasks (id integer, item_type varchar(20), item_id varchar(40), "
    "created_by integer)",
    *(
        f"INSERT INTO tasks VALUES ({i}, '{['Contact', 'Account', 'Lead'][i % 3]}', "
        f"'{[i, f'{LOW}{i % 20 + 1:02d}', i][i % 3]}', {i % 6 + 1})"
        for i in range(1, 37)
    ),
    "CREATE TABLE campaign_contacts (campaign_id integer, contact_id integer)",
    *(f"INSERT INTO campaign_contacts VALUES ({i % 13 + 1}, {i})" for i in range(1, 27)),
    "CREATE TABLE invoices (id integer, contact_id integer)",
    "CREATE VIEW open_contacts AS SELECT id, account_id FROM contacts",
]


def keys_of(db: Database, known: Known | None = None) -> Keys:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        profiles = tuple(profile(source, catalog.tables, Plan(system="crm")))
        task = Task(source, "crm", catalog, catalog.tables, known or Known(), (catalog, *profiles))
        (found,) = collector.collect(task)
    assert isinstance(found, Keys)
    return found


def by_place(keys: Keys) -> dict[str, Reference]:
    return {
        f"{_bare(r.table)}.{'+'.join(r.columns)}" + (f":{r.when[1]}" if r.when else ""): r
        for r in keys.references
    }


def _bare(table: str) -> str:
    """Engines differ in whether the default schema is named."""
    return table.split(".")[-1]


def test_the_same_in_every_dialect(db: Database) -> None:
    keys = keys_of(db)
    assert keys.provenance.status.state == "done", keys.provenance.status
    found = by_place(keys)
    told = {
        place: (f"{_bare(r.to)}.{r.to_columns[0]}", r.filled, r.orphans, dict(r.sentinels), r.most)
        for place, r in found.items()
    }
    assert told == {
        "accounts.owner_id": ("users.id", 20, 4, {}, 3),
        "accounts.parent_id": ("accounts.id", 15, 0, {}, 15),
        "contacts.account_id": ("accounts.id", 30, 12, {}, 1),
        "contacts.assigned_to": ("users.user_name", 29, 0, {_written(db, "Anyone"): 1}, 5),
        "contacts.campaign_id": ("campaigns.id", 12, 0, {"0": 18}, 1),
        "tasks.created_by": ("users.id", 36, 0, {}, 6),
        "tasks.item_id:Contact": ("contacts.id", 12, 2, {}, 1),
        "tasks.item_id:Account": ("accounts.id", 12, 0, {}, 1),
        "campaign_contacts.campaign_id": ("campaigns.id", 26, 0, {}, 2),
        "campaign_contacts.contact_id": ("contacts.id", 26, 0, {}, 1),
        "invoices.contact_id": ("contacts.id", 0, 0, {}, None),
    }
    assert found["tasks.item_id:Contact"].cases == 12
    assert found["contacts.campaign_id"].cases == 30
    assert found["accounts.owner_id"].parents == 6
    assert found["accounts.owner_id"].referred == 6
    assert found["invoices.contact_id"].verdict == "cannot tell"
    assert found["contacts.account_id"].cardinality == "1:0..1"
    assert all(0.5 <= r.confidence <= 1 and r.reasons for r in found.values())
    (pair,) = keys.polymorphic
    assert (pair.type_column, pair.id_column, dict(pair.unknown)) == (
        "item_type", "item_id", {"Lead": 12},
    )  # fmt: skip
    assert from_json(to_json(keys)) == keys


def _written(db: Database, word: str) -> str:
    """MariaDB compares texts without case, and so do we there."""
    return word.lower() if db.dialect == "mariadb" else word


def test_keys_that_nobody_declared(db: Database) -> None:
    found = {_bare(k.table): k for k in keys_of(db).keys}
    assert found["campaigns"].basis == "declared"
    for table in ("users", "accounts", "contacts", "tasks"):
        key = found[table]
        assert (key.columns, key.basis, key.nulls, key.repeated) == (("id",), "inferred", 0, 0)
        assert key.confidence > 0.7
    link = found["campaign_contacts"]
    assert (link.columns, link.rows, link.nulls, link.repeated) == (
        ("campaign_id", "contact_id"), 26, 0, 0,
    )  # fmt: skip


def test_the_map_of_the_workspace_is_believed_and_tested(db: Database) -> None:
    row = TableReference(
        table="contacts", columns=("status",), to="campaigns", where="status IN (1, 2)"
    )
    keys = keys_of(db, Known(Map(system="crm", references=(row,))))
    found = by_place(keys)["contacts.status"]
    assert (found.basis, found.confidence) == ("map", 1.0)
    assert (found.cases, found.filled, found.orphans, found.most) == (20, 20, 0, 10)
    assert found.reasons == ("the map says so", "where status IN (1, 2)")


def test_only_what_is_needed_is_read_and_nothing_of_empty_tables(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        profiles = tuple(profile(source, catalog.tables, Plan(system="crm")))
        task = Task(source, "crm", catalog, catalog.tables, evidence=profiles)
        announced = {s.sql for s in collector.statements(task)}
        before = len(source.sent)
        find_keys(task)
        sent = [s.sql for s in source.sent[before:]]
    assert len(announced) == 7
    streams = [s for s in sent if "FROM" in s]
    assert streams
    assert not any("invoices" in s or "open_contacts" in s for s in streams)
    # Free words and passwords are no keys.
    assert not any("password" in s or "Firm" in s for s in streams)
    touched = [s for s in streams if "tasks" in s]
    assert len(touched) == 1, "a table is streamed once"
