"""People and firms of several systems beside each other: one body over pairs of databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from databases import Database, duckdb_file, sqlite_file
from overlapping_systems import KEY, compared, read

from crmaudit.evidence import Agreement, Between, Estimate, Overlap, from_json, to_json
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.records import make
from crmaudit.quality.collectors.overlapping.holding import NOTHING
from crmaudit.quality.collectors.overlapping.pairs import answered
from crmaudit.quality.plan import Plan
from crmaudit.sources.task import Part
from crmaudit.workspace.answers import Match, Matches

Make = Callable[[str], Database]

PEOPLE, KNOWN, ONLY_BILLED = 300, 200, 60
"""People of the CRM, those of them who are customers as well, and customers nobody else knows."""


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN = _words("""
    Adriana Bertrand Cecily Dorotea Emeric Fenella Gaspard Honora Ignatius Jolanda Kasimir Leocadia
    Maximin Nerissa Osbert Philippa Quentin Rosalind Severin Tabitha Ulrika Valerian Wilhelmina
""")
_FAMILY_1 = _words("Ash Birch Cinder Drift Elder Frost Glen Hollow Iron Juniper Kestrel Lark")
_FAMILY_2 = _words("bourne croft dale ford garth holt leigh mere stead thorpe wick worth")
_STREETS = _words("Mill Abbey Castle Orchard Station Chapel Garden Bridge Quarry Forge")
_TOWNS = _words("Eastmarsh Wexcombe Northolme Sandrigg Talgarth")


def text(value: str) -> str:
    return f"'{value}'" if value else "NULL"


def person(i: int) -> dict[str, Any]:
    """The same for the same number, everywhere; each one different."""
    rng = random.Random(i)
    given, family = rng.choice(_GIVEN), rng.choice(_FAMILY_1) + rng.choice(_FAMILY_2)
    return {
        "given": given,
        "family": family,
        "email": f"{given}.{family}{i}@example.org".lower(),
        "phone": f"01632 {960000 + i}",
        "street": f"{1 + rng.randrange(90)} {rng.choice(_STREETS)} Road",
        "town": rng.choice(_TOWNS),
        "postcode": f"E{1 + rng.randrange(19)} {rng.randrange(10)}QX",
    }


CRM: dict[str, Any] = {
    "tables": [
        {"table": "contacts", "entity": "person", "key": "id", "soft_delete": "gone = 1",
         "modified_at": "changed"},
        {"table": "matters", "entity": "case", "key": "id"},
    ],
    "references": [{"table": "matters", "columns": "contact", "to": "contacts"}],
}  # fmt: skip
BILLING: dict[str, Any] = {
    "tables": [
        {"table": "customers", "entity": "person", "where": "kind = 'P'", "key": "id",
         "modified_at": "changed"},
        {"table": "customers", "entity": "organisation", "where": "kind = 'O'", "key": "id"},
        {"table": "invoices", "entity": "invoice", "key": "id"},
        {"table": "payments", "entity": "payment", "key": "id"},
    ],
    "references": [
        {"table": "invoices", "columns": "customer", "to": "customers"},
        {"table": "payments", "columns": "invoice", "to": "invoices"},
    ],
}  # fmt: skip


def crm(db: Database) -> Part:
    """Contact i has the number `K-00i`; contact 300 is deleted."""
    rows = []
    for i in range(1, PEOPLE + 1):
        p = person(i)
        rows.append(
            f"({i}, 'K-{i:04d}', '{p['given']}', '{p['family']}', '{p['email']}', '{p['phone']}', "
            f"'{p['street']}', '{p['town']}', '{p['postcode']}', '2026-03-01 08:00:00', "
            f"{1 if i == PEOPLE else 0})"
        )
    cases = ", ".join(f"({i}, {i})" for i in range(1, PEOPLE))
    db.execute(
        [
            "CREATE TABLE contacts (id integer PRIMARY KEY, contact_no varchar(20), "
            "first_name varchar(40), last_name varchar(40), email varchar(80), phone varchar(30), "
            "street varchar(60), city varchar(40), postcode varchar(12), changed timestamp, "
            "gone integer)",
            f"INSERT INTO contacts VALUES {', '.join(rows)}",
            "CREATE TABLE matters (id integer PRIMARY KEY, contact integer)",
            f"INSERT INTO matters VALUES {cases}",
        ]
    )
    return read("crm", db.url, CRM)


def customer(j: int) -> int:
    """The key of customer j: not that of contact j, which would be an identifier of its own."""
    return 2000 - 3 * j


def billing(db: Database) -> Part:
    """Customer j is contact j for the first 200, then a stranger, then firms.

    Every second known one has the contact's number, one a wrong number, one a
    number of nobody. Every fifth has no e-mail, every tenth known one another,
    every fourth writes it in capitals.
    """
    rows = []
    for j in range(1, KNOWN + ONLY_BILLED + 1):
        p = person(j if j <= KNOWN else 10_000 + j)
        email = p["email"]
        if j % 5 == 0:
            email = f"{p['given']}@other{j}.example".lower() if j % 10 == 0 else ""
        elif j % 4 == 0:
            email = email.upper()
        number = f"k{j}" if j <= KNOWN and j % 2 else ""
        number = {1: "K-0002", 3: "K-9999"}.get(j, number)
        town, street = p["town"].upper(), p["street"].replace("Road", "Rd")
        rows.append(
            f"({customer(j)}, 'P', '{p['given']} {p['family']}', {text(email)}, "
            f"'+44 {p['phone'][1:]}', '{street}', '{town}', "
            f"'{p['postcode']}', {text(number)}, "
            f"'2026-0{4 if j % 3 else 2}-01 08:00:00')"
        )
    rows += [
        f"({j}, 'O', 'Harbour Works {j} Ltd', NULL, NULL, '{j} Dock Road', 'Eastmarsh', "
        f"'E1 {j % 10}AA', NULL, NULL)"
        for j in range(4001, 4021)
    ]
    # Two for each customer and firm, one to nobody, one without a customer.
    owners = [*map(customer, range(1, KNOWN + ONLY_BILLED + 1)), *range(4001, 4021)]
    invoices = [f"({i}, {c})" for i, c in enumerate([c for c in owners for _ in range(2)], 1)]
    invoices += ["(9001, 77777)", "(9002, NULL)"]
    payments = ", ".join(f"({i}, {i})" for i in range(1, 101)) + ", (9001, 123456)"
    db.execute(
        [
            "CREATE TABLE customers (id integer PRIMARY KEY, kind varchar(2), name varchar(80), "
            "email varchar(80), telephone varchar(30), street varchar(60), town varchar(40), "
            "postcode varchar(12), crm_contact_no varchar(20), changed timestamp NULL)",
            f"INSERT INTO customers VALUES {', '.join(rows)}",
            "CREATE TABLE invoices (id integer PRIMARY KEY, customer integer)",
            f"INSERT INTO invoices VALUES {', '.join(invoices)}",
            "CREATE TABLE payments (id integer PRIMARY KEY, invoice integer)",
            f"INSERT INTO payments VALUES {payments}",
        ]
    )
    return read("billing", db.url, BILLING)


Two = tuple[Part, Part]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("two")
    return crm(sqlite_file(folder / "crm.sqlite")), billing(duckdb_file(folder / "b.duckdb"))


@pytest.fixture(scope="module")
def found(two: Two) -> Overlap:
    return compared(two)["person"]


def by_attribute(between: Between) -> dict[str, Agreement]:
    return {a.attribute: a for a in between.agreement}


def counts(a: Agreement) -> tuple[int, ...]:
    return a.same, a.equivalent, a.conflicting, a.left_only, a.right_only, a.neither


def is_right(found: Overlap) -> None:
    """Against what was made, to the last record."""
    assert not found.matching.cannot, found.matching
    assert (found.entity, found.entity_kind, found.by) == ("person", "person", "records")
    left, right = found.holders
    assert (left.records, left.things, left.left_out) == (PEOPLE - 1, PEOPLE - 1, {"deleted": 1})
    assert (right.records, right.things) == (KNOWN + ONLY_BILLED, KNOWN + ONLY_BILLED)
    assert {s.systems: s.things for s in found.sets} == {
        ("crm", "billing"): KNOWN,
        ("crm",): PEOPLE - 1 - KNOWN,
        ("billing",): ONLY_BILLED,
    }
    (between,) = found.between
    assert (between.things, between.pairs) == (KNOWN, KNOWN)
    assert (between.left_matched, between.right_matched) == (KNOWN, KNOWN)
    for estimate in (between.left_estimated, between.right_estimated):
        assert isinstance(estimate, Estimate)
        assert estimate.low <= KNOWN <= estimate.high

    # One wrong number and one of nobody; half of the customers have none.
    (key,) = between.keys
    assert (key.holder, key.to) == ("billing", "crm")
    assert key.column.endswith("customers.crm_contact_no")
    assert key.to_column.endswith("contacts.contact_no")
    assert (key.records, key.filled, key.found) == (KNOWN + ONLY_BILLED, 100, 99)
    assert (key.carried, key.elsewhere, key.missing) == (98, 1, 101)

    said = by_attribute(between)
    assert counts(said["e-mail"]) == (120, 40, 20, 20, 0, 0)
    assert counts(said["given name"]) == (KNOWN, 0, 0, 0, 0, 0)
    assert counts(said["family name"]) == (KNOWN, 0, 0, 0, 0, 0)
    assert counts(said["phone"]) == (0, KNOWN, 0, 0, 0, 0)
    assert counts(said["street"]) == (0, KNOWN, 0, 0, 0, 0)
    assert counts(said["city"]) == (0, KNOWN, 0, 0, 0, 0)
    assert counts(said["postcode"]) == (KNOWN, 0, 0, 0, 0, 0)
    mail = said["e-mail"]
    assert (mail.left_newer, mail.right_newer, mail.newer_unknown) == (6, 14, 0)

    # Invoices of firms belong to somebody, and to nobody whom this entity speaks of.
    unlinked = {(u.system, u.entity): (u.rows, u.without, u.nobody) for u in found.unlinked}
    assert unlinked == {
        ("crm", "case"): (PEOPLE - 1, PEOPLE - 1 - KNOWN, 0),
        ("billing", "invoice"): (2 * (KNOWN + ONLY_BILLED + 20) + 2, 2 * ONLY_BILLED, 2),
        ("billing", "payment"): (101, 0, 1),
    }
    assert {u.in_system for u in found.unlinked} == {"crm", "billing"}
    assert from_json(to_json(found)) == found


def test_two_files(found: Overlap) -> None:
    is_right(found)
    columns = {a.attribute: a.columns for a in found.matching.attributes}
    assert columns["e-mail"] == ("crm:contacts.email", "billing:customers.email")


@pytest.mark.server
def test_postgresql_beside_mariadb(make_db: Make) -> None:
    is_right(compared([crm(make_db("postgresql")), billing(make_db("mariadb"))])["person"])


def test_nothing_of_a_record_is_in_it(found: Overlap) -> None:
    text = to_json(found).lower()
    for i in (2, 10, 20, 205, 260):
        p = person(i if i <= KNOWN else 10_000 + i)
        for value in (p["family"], p["email"], p["phone"], p["street"], p["postcode"], p["given"]):
            assert value.lower() not in text
    assert "k-0002" not in text
    assert all(e.left.startswith("rec-") for e in found.matching.examples)
    assert {e.left_system for e in found.matching.examples} == {"crm"}
    assert {e.right_system for e in found.matching.examples} == {"billing"}


def test_the_steps_of_a_pair_add_up(found: Overlap) -> None:
    assert found.matching.examples
    for pair in (*found.matching.examples, *found.matching.review):
        if pair.steps and not pair.rule:
            total = pair.prior + sum(s.weight for s in pair.steps)
            assert total == pytest.approx(pair.weight, abs=0.01)


def test_the_same_records_give_the_same_document(two: Two, found: Overlap) -> None:
    other = compared(two)["person"]
    assert other.id == found.id

    def plain(o: Overlap) -> str:
        same = replace(o.provenance, taken_at=found.provenance.taken_at)
        holders = tuple(replace(h, taken_at=None) for h in o.holders)
        matching = replace(o.matching, seconds=0)
        return to_json(replace(o, provenance=same, holders=holders, matching=matching))

    assert plain(other) == plain(found)


def answers(key_id: str = KEY.id) -> Matches:
    """Somebody has looked: that customer is another person than contact 5."""
    left, right = (
        KEY.record("crm", "contacts", "5"),
        KEY.record("billing", "customers", str(customer(5))),
    )
    return Matches(key_id=key_id, matches=(Match(left=right, right=left, answer="different"),))


def test_an_answer_parts_two_records(two: Two) -> None:
    told = compared(two, answers=answers())["person"]
    assert told.matching.answers == 1
    assert {s.systems: s.things for s in told.sets}["crm", "billing"] == KNOWN - 1


def test_answers_of_another_key_are_left_alone() -> None:
    with Engine(Plan(), 1) as engine:
        make(engine)
        told, note = answered(engine, KEY, answers("0badc0de"), "person")
        assert told == {}
        assert "another key" in note
        assert answered(engine, None, answers(), "person") == ({}, "")
        assert answered(engine, KEY, answers(), "person") == ({}, "")


def test_a_list_of_names_and_addresses_only(two: Two, make_db: Make) -> None:
    db = make_db("sqlite")
    readers = ", ".join(
        f"({i}, '{person(i)['email']}', '{person(i)['given']} {person(i)['family']}')"
        for i in range(101, 251)
    )
    db.execute(
        [
            "CREATE TABLE readers (id integer PRIMARY KEY, email varchar(80), "
            "display_name varchar(80))",
            f"INSERT INTO readers VALUES {readers}",
        ]
    )
    newsletter = read("newsletter", db.url, {"tables": [{"table": "readers", "entity": "person"}]})
    told = compared([*two, newsletter])["person"]
    sets = {s.systems: s.things for s in told.sets}
    # Contacts 101 to 250 read it, of whom 101 to 200 are customers. Some have a namesake.
    assert sets["crm", "billing", "newsletter"] == pytest.approx(100, abs=2)
    assert sets["crm", "newsletter"] == pytest.approx(50, abs=2)
    assert sum(sets.values()) == pytest.approx(PEOPLE - 1 + ONLY_BILLED, abs=6)
    pairs = {(b.left, b.right): b for b in told.between}
    reads = by_attribute(pairs["crm", "newsletter"])
    assert reads["e-mail"].same == pytest.approx(150, abs=2)
    assert reads["street"].left_only == pairs["crm", "newsletter"].things
    assert reads["street"].compared == 0


def people(db: Database, columns: str, rows: list[str]) -> dict[str, Any]:
    """A table of people, and the map that says so."""
    db.execute([f"CREATE TABLE p (id integer PRIMARY KEY, {columns})"])
    if rows:
        db.execute([f"INSERT INTO p VALUES {', '.join(rows)}"])
    return {"tables": [{"table": "p", "entity": "person"}]}


def test_who_has_nothing_in_common_is_left_out(two: Two, found: Overlap, make_db: Make) -> None:
    # A number that nobody else keeps, and sites that people have.
    rows = [f"({i}, 'https://site{i}.example/me')" for i in range(1, 90)]
    db = make_db("sqlite")
    links = read("links", db.url, people(db, "homepage text", rows))
    told = compared([*two, links], key=None)["person"]
    assert [bool(h.cannot) for h in told.holders] == [False, False, True]
    assert told.sets == found.sets
    assert len(told.between) == 1
    # Without a key there is nobody to ask about.
    assert told.matching.review == ()
    assert {(e.left, e.right) for e in told.matching.examples} == {("", "")}


def test_two_with_nothing_in_common(make_db: Make) -> None:
    named, mailed = make_db("sqlite"), make_db("sqlite")
    names = [f"({i}, '{person(i)['given']}', '{person(i)['family']}')" for i in range(1, 60)]
    mails = [f"({i}, '{person(i)['email']}')" for i in range(1, 60)]
    told = compared(
        [
            read("a", named.url, people(named, "first_name text, last_name text", names)),
            read("b", mailed.url, people(mailed, "email text", mails)),
        ]
    )["person"]
    assert [h.cannot for h in told.holders] == [NOTHING, NOTHING]
    assert told.matching.cannot
    assert (told.sets, told.between) == ((), ())


NAMED = "first_name text, last_name text, email text"


def test_everything_the_same_is_no_crash(make_db: Make) -> None:
    parts = []
    for system in ("a", "b"):
        db = make_db("sqlite")
        rows = [f"({i}, 'Ada', 'Lund', 'ada@example.org')" for i in range(1, 401)]
        parts.append(read(system, db.url, people(db, NAMED, rows)))
    told = compared(parts)["person"]
    assert [h.records for h in told.holders] == [400, 400] or told.matching.cannot
    assert sum(s.things for s in told.sets) <= 800
    for b in told.between:
        assert b.left_matched <= 400
        assert b.keys == (), "counters of the same numbers are no shared identifier"


def test_hostile_names_and_values(make_db: Make) -> None:
    parts = []
    for system, table, column in (
        ("a", 'it\'s; "all" --', 're\'f "x"'),
        ("b", "select", "ref_no"),
    ):
        db = make_db("sqlite")
        quoted, numbers = table.replace('"', '""'), column.replace('"', '""')
        db.execute(
            [
                f'CREATE TABLE "{quoted}" (id integer PRIMARY KEY, "{numbers}" text, '
                "first_name text, last_name text, email blob)",
                *(
                    f"INSERT INTO \"{quoted}\" VALUES ({i}, '=cmd|{i * 7919}', '{p['given']}', "
                    f"'{p['family']}''; DROP', {mail})"
                    for i, p in ((i, person(i)) for i in range(1, 41))
                    for mail in (f"'{p['email']}'" if i > 5 else f"x'ff00{i:02d}40'",)
                ),
            ]
        )
        said = {"tables": [{"table": table, "entity": "person", "key": "id"}]}
        parts.append(read(system, db.url, said))
    told = compared(parts)["person"]
    assert not told.matching.cannot
    (between,) = told.between
    assert between.things >= 35
    assert {(k.column, k.to_column, k.carried == between.things) for k in between.keys} == {
        ('it\'s; "all" --.re\'f "x"', "select.ref_no", True),
        ('it\'s; "all" --.id', "select.id", True),
    }
    assert "cmd" not in to_json(told)


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_few_records(rows: int, make_db: Make) -> None:
    parts = []
    for system, number in (("a", 0), ("b", 5)):
        db = make_db("sqlite")
        # The numbers of b are a's, five further on: half of them lead to somebody, all wrong.
        made = [
            f"({i + number}, '{p['given']}', '{p['family']}', '{p['email']}')"
            for i, p in ((i, person(i)) for i in range(1, rows + 1))
        ]
        parts.append(read(system, db.url, people(db, NAMED, made)))
    told = compared(parts)["person"]
    if told.matching.cannot:
        assert told.sets == ()
        return
    (between,) = told.between
    assert between.things <= rows
    assert between.keys == ()
