"""The truth is true: everything it says is found again in the databases, by other means."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmaudit.demo import SYSTEMS, Truth
from crmaudit.demo.names import NICKNAMES
from crmaudit.errors import CrmauditError

PHONE = re.compile(
    r"0?(113|114|116|117|118|121|131|141|151|161)4960\d{3}|0?1914980\d{3}|0?2920180\d{3}"
    r"|0?2896496\d{3}|0?2079460\d{3}|0?7700900\d{3}|0?1632\d{6}"
)


@pytest.fixture
def db(demo_folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    for system in SYSTEMS:
        connection.execute(f"ATTACH ? AS {system}", (str(demo_folder / f"{system}.sqlite"),))
    yield connection
    connection.close()


@pytest.fixture
def contacts(db: sqlite3.Connection) -> dict[int, sqlite3.Row]:
    return {row["id"]: row for row in db.execute("SELECT * FROM crm.contacts")}


def column(db: sqlite3.Connection, name: str, system: str) -> list[object]:
    table, _, field = name.partition(".")
    return [value for (value,) in db.execute(f'SELECT "{field}" FROM {system}."{table}"')]


def test_round_trip(demo_folder: Path, demo_truth: Truth) -> None:
    text = (demo_folder / "truth.json").read_text("utf-8")
    assert demo_truth.to_json() == text
    assert json.loads(text)["organisation"] == "Harbourlight Community Services"


def test_foreign_or_missing_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match="no truth file"):
        Truth.read(tmp_path)
    with pytest.raises(CrmauditError, match="another version"):
        Truth.from_json('{"format": 99}')


def test_plants_are_found_by_their_condition(demo_folder: Path, demo_truth: Truth) -> None:
    for plant in demo_truth.plants:
        assert plant.count == len(plant.keys) == len(set(plant.keys))
        if not plant.where:
            continue
        with sqlite3.connect(demo_folder / f"{plant.system}.sqlite") as connection:
            sql = f"SELECT {plant.key} FROM {plant.table} WHERE {plant.where}"
            assert {key for (key,) in connection.execute(sql)} == set(plant.keys), plant.name


def test_plants_name_real_columns(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for plant in demo_truth.plants:
        names = column_names(db, plant.system, plant.table)
        assert plant.key in names, plant.name
        if plant.key != "field_name":
            assert set(plant.columns) <= names, plant.name


def column_names(db: sqlite3.Connection, system: str, table: str) -> set[str]:
    return {row["name"] for row in db.execute(f"PRAGMA {system}.table_info('{table}')")}


def test_plants_without_condition(
    demo_truth: Truth, contacts: dict[int, sqlite3.Row], db: sqlite3.Connection
) -> None:
    """What no condition can find is looked at value by value."""
    towns: dict[str, Counter[str]] = {}
    for row in contacts.values():
        outward = str(row["postcode"]).strip().upper().partition(" ")[0]
        towns.setdefault(outward, Counter())[row["city"]] += 1
    for key in demo_truth.plant("contact_city_conflicts_postcode").keys:
        row = contacts[int(key)]
        outward = str(row["postcode"]).partition(" ")[0]
        if sum(towns.get(outward, Counter()).values()) > 5:
            assert row["city"] != towns[outward].most_common(1)[0][0]
    for key in demo_truth.plant("contact_postcode_format").keys:
        code = str(contacts[int(key)]["postcode"])
        assert not re.fullmatch(r"[A-Z]{2}\d{1,2} \d[A-Z]{2}", code)
        assert re.fullmatch(r"[A-Z]{2}\d{1,3}[A-Z]{2}", re.sub(r"[ -]", "", code).upper())
    for key in demo_truth.plant("contact_names_swapped").keys:
        assert contacts[int(key)]["last_name"] in NICKNAMES
    for key in demo_truth.plant("custom_field_unused").keys:
        assert set(column(db, f"contacts_cstm.{key}", "crm")) == {None}
    unknown = demo_truth.plant("customer_reference_dangling").keys
    numbers = {row["contact_no"] for row in contacts.values()}
    rows = db.execute("SELECT customer_id, crm_contact_no FROM billing.customers")
    gone = {a for a, b in rows if b is not None and b not in numbers}
    assert gone == set(unknown)


def test_good_postcodes_are_good(demo_truth: Truth, contacts: dict[int, sqlite3.Row]) -> None:
    odd = {
        key
        for plant in demo_truth.plants
        if plant.table == "contacts" and "postcode" in plant.columns
        if "duplicate" not in plant.name
        for key in plant.keys
    }
    for key, row in contacts.items():
        good = re.fullmatch(r"[A-Z]{2}\d{1,2} \d[A-Z]{2}", str(row["postcode"]))
        assert bool(good) == (key not in odd), (key, row["postcode"])


def test_headline(demo_truth: Truth, contacts: dict[int, sqlite3.Row]) -> None:
    without = [row for row in contacts.values() if not (row["email"] or "").strip()]
    assert len(without) == demo_truth.fact("contacts_without_email")
    assert demo_truth.fact("contacts_without_email_share") == pytest.approx(0.31)
    count = demo_truth.plant("contact_email_missing").count
    assert len(without) == count + demo_truth.plant("contact_email_blank").count


def test_facts_are_what_their_queries_say(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for fact in demo_truth.facts:
        assert db.execute(fact.sql).fetchone()[0] == fact.value, fact.name


def test_adoption(demo_truth: Truth, db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT created_by, is_automatic FROM crm.activities").fetchall()
    human = Counter(author for author, automatic in rows if not automatic)
    top = sum(count for _, count in human.most_common(6)) / sum(human.values())
    assert top == pytest.approx(demo_truth.fact("recorded_by_six_accounts_share"))
    assert 0.65 < top < 0.75
    assert demo_truth.fact("automatic_activities") == len(rows) - sum(human.values())
    assert demo_truth.fact("silent_unit_activities") == 0
    assert demo_truth.fact("silent_unit_accounts") > 4
    active = demo_truth.fact("personal_accounts")
    assert demo_truth.fact("personal_accounts_recording") / active < 0.5


def test_references(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for system in demo_truth.systems:
        for key in system.foreign_keys:
            known = set(column(db, key.target, system.name))
            values = [v for v in column(db, key.source, system.name) if v is not None]
            none = [v for v in values if str(v) in key.sentinels]
            lost = [v for v in values if v not in known and str(v) not in key.sentinels]
            counts = (len(values), len(none), len(lost))
            assert counts == (key.non_null, key.sentinel_rows, key.orphan_rows), key


def test_orphans_are_planted_and_none_else(demo_truth: Truth) -> None:
    planted = {
        "crm.activities.contact_id": "activity_contact_orphan",
        "crm.campaign_responses.contact_id": "response_contact_orphan",
        "crm.event_registrations.contact_id": "registration_contact_orphan",
        "crm.contacts.organisation_id": "contact_organisation_orphan",
        "crm.contacts.owner_id": "contact_owner_gone",
        "crm.cases.assigned_to": "case_assigned_to_gone",
        "billing.invoices.customer_id": "invoice_customer_orphan",
        "billing.invoice_lines.sku": "line_product_unknown",
        "billing.payments.invoice_no": "payment_invoice_unknown",
    }
    found = {
        f"{system.name}.{key.source}": key.orphan_rows
        for system in demo_truth.systems
        for key in system.foreign_keys
        if key.orphan_rows
    }
    assert found == {name: demo_truth.plant(plant).count for name, plant in planted.items()}


def test_polymorphic(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for pair in demo_truth.system("crm").polymorphic:
        known = {kind: set(column(db, name, "crm")) for kind, name in pair.targets.items()}
        rows: Counter[str] = Counter()
        lost: Counter[str] = Counter()
        sql = f"SELECT {pair.type_column}, {pair.id_column} FROM crm.{pair.table}"
        for kind, key in db.execute(sql):
            rows[kind] += 1
            lost[kind] += key not in known.get(kind, ())
        assert dict(rows) == pair.rows
        assert dict(lost) == pair.orphan_rows
    activities = next(p for p in demo_truth.system("crm").polymorphic if p.table == "activities")
    assert activities.orphan_rows["Lead"] == activities.rows["Lead"] > 0


def test_entities_and_columns_exist(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for system in demo_truth.systems:
        for part in system.entities:
            where = part.row_filter or "1"
            sql = f"SELECT count(*) FROM {system.name}.{part.table} WHERE {where}"
            assert db.execute(sql).fetchone()[0] == part.rows
            named = {*part.key, *part.name, part.created_at, part.created_by, part.modified_at}
            named |= {part.modified_by, part.owner, part.soft_delete}
            assert named - {""} <= column_names(db, system.name, part.table), part
        explained = {part.table for part in system.entities} | set(system.system_tables)
        assert explained == set(system.tables)
        for names in system.semantic_columns.values():
            for name in names:
                assert len(column(db, name, system.name)) == system.tables[name.split(".")[0]]


def test_pairs(demo_truth: Truth, contacts: dict[int, sqlite3.Row]) -> None:
    kinds = {group.kind: group for group in demo_truth.pairs}
    assert {"exact", "typo", "nickname", "moved", "format"} <= kinds.keys()
    for group in demo_truth.pairs:
        assert all(a < b for a, b in group.pairs)
    same = {p for g in demo_truth.pairs if g.same and g.left == "crm.contacts" for p in g.pairs}
    for group in demo_truth.pairs:
        if not group.same:
            assert group.pairs
            assert not same & set(group.pairs)
    whole = ("first_name", "last_name", "date_of_birth", "street", "postcode", "email", "phone")
    for a, b in kinds["exact"].pairs:
        assert [contacts[a][c] for c in whole] == [contacts[b][c] for c in whole]
    for a, b in kinds["typo"].pairs:
        assert contacts[a]["street"] == contacts[b]["street"]
    for a, b in kinds["namesake"].pairs:
        assert contacts[a]["last_name"] == contacts[b]["last_name"]
        assert contacts[a]["street"] != contacts[b]["street"]
    for a, b in kinds["family"].pairs:
        assert contacts[a]["household_id"] == contacts[b]["household_id"] is not None
    for a, b in kinds["colleague"].pairs:
        assert contacts[a]["organisation_id"] == contacts[b]["organisation_id"] is not None


def test_one_address_is_one_person(demo_truth: Truth, contacts: dict[int, sqlite3.Row]) -> None:
    """Nobody shares an e-mail address by accident of the generator."""
    same = {p for g in demo_truth.pairs if g.same and g.left == "crm.contacts" for p in g.pairs}
    bad = {
        *demo_truth.plant("contact_email_placeholder").keys,
        *demo_truth.plant("contact_email_blank").keys,
    }
    seen: dict[str, int] = {}
    for key, row in contacts.items():
        if row["email"] and key not in bad:
            other = seen.setdefault(row["email"].lower(), key)
            assert other == key or (other, key) in same


def test_overlap(
    demo_truth: Truth, contacts: dict[int, sqlite3.Row], db: sqlite3.Connection
) -> None:
    people, firms, readers = demo_truth.overlaps
    rows = {row["customer_id"]: row for row in db.execute("SELECT * FROM billing.customers")}
    keys = [n for part in (people, firms) for n in (*(b for _, b in part.pairs), *part.right_only)]
    assert sorted(keys) == sorted(rows)
    bad = {
        *demo_truth.plant("contact_email_placeholder").keys,
        *demo_truth.plant("contact_email_invalid").keys,
    }
    found: Counter[str] = Counter()
    for contact, customer in people.pairs:
        here, there = rows[customer]["contact_email"], (contacts[contact]["email"] or "").strip()
        if not here:
            found["only in the CRM" if there else "neither"] += 1
        elif not there:
            found["only in billing"] += 1
        elif contact in bad:
            found["unusable in the CRM"] += 1
        elif here == there:
            found["same"] += 1
        else:
            found["equivalent" if here.lower() == there.lower() else "conflicting"] += 1
    assert dict(found) == people.agreement["email"]
    wrong = set(demo_truth.plant("customer_reference_wrong").keys)
    referenced = set(people.referenced)
    for contact, customer in people.pairs:
        number = rows[customer]["crm_contact_no"]
        if customer not in wrong:
            assert (number == f"HC-{contact:06d}") == (customer in referenced)
    mails = {r["subscriber_id"]: r["email"] for r in db.execute(
        "SELECT subscriber_id, email FROM newsletter.subscribers")}  # fmt: skip
    assert sorted([*(b for _, b in readers.pairs), *readers.right_only]) == sorted(mails)
    equal = sum(mails[b] == contacts[a]["email"] for a, b in readers.pairs)
    assert equal == readers.agreement["email"]["same"]
    unknown = demo_truth.fact("subscribers_without_crm_email")
    assert unknown == len(mails) - equal


def test_nobody_real(demo_truth: Truth, db: sqlite3.Connection) -> None:
    """Addresses end in reserved domains; telephone numbers are kept free for fiction."""
    for system in demo_truth.systems:
        for name in system.semantic_columns["email"]:
            for value in column(db, name, system.name):
                domain = str(value or "").strip().lower().partition("@")[2]
                if "." in domain and "@" not in domain:
                    assert domain.endswith((".example", "example.org")), value
        for name in system.semantic_columns.get("phone", ()):
            for value in column(db, name, system.name):
                digits = re.sub(r"\D", "", str(value or "").replace("+44", ""))
                if len(digits) > 9 and set(digits) != {"0"}:
                    assert PHONE.fullmatch(digits), value


def test_nothing_recorded_after_the_audit(demo_truth: Truth, db: sqlite3.Connection) -> None:
    for table in demo_truth.system("crm").tables:
        for name in ("created_at", "modified_at", "login_at", "logged_at"):
            if name in column_names(db, "crm", table):
                latest = max(
                    (str(v) for v in column(db, f"{table}.{name}", "crm") if v), default=""
                )
                assert latest[:10] <= demo_truth.as_of, (table, name)
