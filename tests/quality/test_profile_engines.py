"""One test body over every dialect: the same table gives the same profile."""

from __future__ import annotations

from databases import Database

from crmaudit.evidence import from_json, to_json
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import open_source

TABLES = [
    "CREATE TABLE contact (id integer PRIMARY KEY, email varchar(80), status varchar(20), "
    "amount decimal(9,2), joined date, date_modified timestamp NULL, score double precision)",
    *(
        f"INSERT INTO contact VALUES ({i}, 'p{i}@example.org', '{'open' if i % 3 else 'closed'}', "
        f"{i}.50, '2026-01-{i:02d}', '2026-02-{i:02d} 12:00:00', {i}.25)"
        for i in range(1, 21)
    ),
    "INSERT INTO contact (id, email, status) VALUES (21, ' ', NULL)",
    "CREATE VIEW open_contact AS SELECT id, email FROM contact WHERE status = 'open'",
]


def test_the_same_in_every_dialect(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        tables = source.catalog("crm").tables
        found = {p.table.split(".")[-1]: p for p in profile(source, tables, Plan(system="crm"))}
    assert set(found) == {"contact", "open_contact"}
    contact = found["contact"]
    assert contact.provenance.status.state == "done", contact.provenance.status
    assert contact.rows == 21
    logical = [(c.name, c.logical, c.filled, c.unparsable) for c in contact.columns]
    assert logical == [
        ("id", "integer", 21, 0),
        ("email", "text", 20, 0),
        ("status", "text", 20, 0),
        ("amount", "number", 20, 0),
        ("joined", "date", 20, 0),
        ("date_modified", "datetime", 20, 0),
        ("score", "number", 20, 0),
    ]
    assert (contact.column("id").minimum, contact.column("id").maximum) == ("1", "21")
    assert contact.column("email").blanks == 1
    assert contact.column("email").checks["email syntax"] == (20, 20)
    assert [(t.value, t.count) for t in contact.column("status").top] == [
        ("open", 14),
        ("closed", 6),
    ]
    assert contact.column("amount").mean == 11.0
    assert contact.column("joined").minimum == "2026-01-01"
    assert dict(contact.column("date_modified").months) == {"2026-02": 20}
    assert contact.column("date_modified").maximum[:19] == "2026-02-20 12:00:00"
    assert found["open_contact"].rows == 14
    assert from_json(to_json(contact)) == contact
