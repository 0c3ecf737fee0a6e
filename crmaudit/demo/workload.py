"""Who works on the demo's databases: rights, and ninety days of statements, as CSV files.

The databases are copies without a server, so their owners were asked for what
an auditor asks for where no connection is to be had: a list of rights and a
log of statements. `WORK` is the truth of both: each kind of statement with the
letters that it has on each table.
"""

# ruff: noqa: E501 - a statement stands on one line, as in the log

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crmaudit.demo import clock
from crmaudit.demo.streams import Streams

WINDOW = 90
"""Days before the as-of date that the logs go back."""
DATABASES = {"crm": "beacon", "billing": "ledger"}
"""System → what its database is called in the log."""


@dataclass(frozen=True, slots=True)
class Work:
    """A statement that an account runs about `daily` times a working day.

    `{n}` stands for a number, `{day}` for a date, `{word}` and `{mail}` for
    what somebody typed. `does` are its letters by table, as the table of the
    statement; without any, nobody can tell what it does.
    """

    account: str
    daily: float
    sql: str
    does: Mapping[str, str] = field(default_factory=dict)
    at_night: bool = False


_SAVED = "modified_by = {n}, modified_at = '{day}'"
WORK: Mapping[str, tuple[Work, ...]] = {
    "crm": (
        Work("beacon_app", 22, "SELECT id, first_name, last_name, email FROM contacts WHERE last_name LIKE '{word}%' AND is_deleted = 0 ORDER BY last_name LIMIT 50", {"contacts": "R"}),
        Work("beacon_app", 14, "SELECT c.*, o.name, h.name FROM contacts c LEFT JOIN organisations o ON o.id = c.organisation_id LEFT JOIN households h ON h.id = c.household_id WHERE c.id = {n}", {"contacts": "R", "organisations": "R", "households": "R"}),
        Work("beacon_app", 5, "INSERT INTO contacts (contact_no, first_name, last_name, email, owner_id, created_by, created_at) VALUES ('C{n}', '{word}', '{word}', '{mail}', {n}, {n}, '{day}')", {"contacts": "C"}),
        Work("beacon_app", 7, f"UPDATE contacts SET phone = '{{n}}', {_SAVED} WHERE id = {{n}}", {"contacts": "RU"}),
        Work("beacon_app", 0.5, f"UPDATE contacts SET is_deleted = 1, {_SAVED} WHERE id IN ({{n}}, {{n}})", {"contacts": "RU"}),
        Work("beacon_app", 6, "SELECT id, email, is_primary FROM email_addresses WHERE parent_type = 'Contact' AND parent_id = {n} AND is_deleted = 0", {"email_addresses": "R"}),
        Work("beacon_app", 2, "INSERT INTO organisations (name, street, city, created_by, created_at) VALUES ('{word} Ltd', '{n} {word} Street', '{word}', {n}, '{day}')", {"organisations": "C"}),
        Work("beacon_app", 2, f"UPDATE organisations SET status = 'Active', {_SAVED} WHERE id = {{n}}", {"organisations": "RU"}),
        Work("beacon_app", 16, "SELECT a.id, a.subject, a.activity_at FROM activities a WHERE a.contact_id = {n} ORDER BY a.activity_at DESC", {"activities": "R"}),
        Work("beacon_app", 11, "INSERT INTO activities (activity_type, subject, body, contact_id, owner_id, created_by, created_at) VALUES ('Call', '{word}', '{word} {word}', {n}, {n}, {n}, '{day}')", {"activities": "C"}),
        Work("beacon_app", 3, f"UPDATE activities SET status = 'Done', {_SAVED} WHERE id = {{n}}", {"activities": "RU"}),
        Work("beacon_app", 4, "SELECT k.case_no, k.subject, u.user_name FROM cases k JOIN users u ON u.user_name = k.assigned_to WHERE k.status <> 'Closed' AND k.business_unit_id = {n}", {"cases": "R", "users": "R"}),
        Work("beacon_app", 2, "INSERT INTO cases (case_no, contact_id, subject, status, created_by, created_at) VALUES ('K{n}', {n}, '{word}', 'Open', {n}, '{day}')", {"cases": "C"}),
        Work("beacon_app", 3, f"UPDATE cases SET status = 'Closed', closed_on = '{{day}}', {_SAVED} WHERE id = {{n}}", {"cases": "RU"}),
        Work("beacon_app", 2, "INSERT INTO referrals (record_type, title, contact_id, stage, created_by, created_at) VALUES ('lead', '{word}', {n}, 'New', {n}, '{day}')", {"referrals": "C"}),
        Work("beacon_app", 2, f"UPDATE referrals SET record_type = 'opportunity', stage = 'Assessed', {_SAVED} WHERE id = {{n}} AND record_type = 'lead'", {"referrals": "RU"}),
        Work("beacon_app", 3, "SELECT id, title, stage FROM referrals WHERE assigned_user_id = {n} AND is_deleted = 0", {"referrals": "R"}),
        Work("beacon_app", 2, "SELECT m.end_date, t.name FROM memberships m JOIN membership_types t ON t.id = m.membership_type_id WHERE m.contact_id = {n}", {"memberships": "R", "membership_types": "R"}),
        Work("beacon_app", 1, "INSERT INTO memberships (contact_id, membership_type_id, status, fee, created_by, created_at) VALUES ({n}, {n}, 'Active', 24.5, {n}, '{day}')", {"memberships": "C"}),
        Work("beacon_app", 1, f"UPDATE memberships SET end_date = '{{day}}', {_SAVED} WHERE id = {{n}}", {"memberships": "RU"}),
        Work("beacon_app", 0.2, "DELETE FROM memberships WHERE id = {n} AND status = 'Draft'", {"memberships": "RD"}),
        Work("beacon_app", 2, "INSERT INTO donations (contact_id, campaign_id, amount, currency, donated_on, created_by, created_at) VALUES ({n}, {n}, {n}.50, 'GBP', '{day}', {n}, '{day}')", {"donations": "C"}),
        Work("beacon_app", 3, "SELECT SUM(amount) AS given, contact_id FROM donations WHERE donated_on >= '{day}' AND is_test = 0 GROUP BY contact_id HAVING SUM(amount) > {n}", {"donations": "R"}),
        Work("beacon_app", 0.4, f"UPDATE donations SET status = 'Receipted', {_SAVED} WHERE id = {{n}}", {"donations": "RU"}),
        Work("beacon_app", 0.3, "INSERT INTO campaigns (name, campaign_type, status, owner_id, created_by, created_at) VALUES ('{word} appeal', 'Appeal', 'Planned', {n}, {n}, '{day}')", {"campaigns": "C"}),
        Work("beacon_app", 2, "SELECT c.id, c.name, (SELECT COUNT(*) FROM campaign_responses r WHERE r.campaign_id = c.id) AS answers FROM campaigns c WHERE c.status = 'Running'", {"campaigns": "R", "campaign_responses": "R"}),
        Work("beacon_app", 0.3, "UPDATE campaigns SET status = 'Running', modified_at = '{day}' WHERE id = {n}", {"campaigns": "RU"}),
        Work("beacon_app", 1, "INSERT INTO campaign_responses (campaign_id, contact_id, channel, created_by, created_at) VALUES ({n}, {n}, 'Letter', {n}, '{day}')", {"campaign_responses": "C"}),
        Work("beacon_app", 0.3, "INSERT INTO events (title, event_type, starts_at, created_by, created_at) VALUES ('{word}', 'Course', '{day}', {n}, '{day}')", {"events": "C"}),
        Work("beacon_app", 2, "SELECT e.title, COUNT(g.id) FROM events e LEFT JOIN event_registrations g ON g.event_id = e.id WHERE e.starts_at > '{day}' GROUP BY e.id, e.title", {"events": "R", "event_registrations": "R"}),
        Work("beacon_app", 0.4, "UPDATE events SET venue = '{word} Hall', modified_at = '{day}' WHERE id = {n}", {"events": "RU"}),
        Work("beacon_app", 0.15, "DELETE FROM events WHERE id = {n} AND is_template = 1", {"events": "RD"}),
        Work("beacon_app", 1.5, "INSERT INTO event_registrations (event_id, contact_id, status, created_by, created_at) VALUES ({n}, {n}, 'Booked', {n}, '{day}')", {"event_registrations": "C"}),
        Work("beacon_app", 0.5, "UPDATE event_registrations SET status = 'Attended' WHERE id = {n}", {"event_registrations": "RU"}),
        Work("beacon_app", 0.3, "DELETE FROM event_registrations WHERE id = {n}", {"event_registrations": "RD"}),
        Work("beacon_app", 9, "UPDATE users SET last_login_at = '{day}' WHERE id = {n}", {"users": "RU"}),
        Work("beacon_app", 9, "INSERT INTO login_history (user_id, login_at, ip_address) VALUES ({n}, '{day}', '10.0.0.{n}')", {"login_history": "C"}),
        # A command of the vendor's own, which no grammar knows.
        Work("beacon_app", 1, "REBUILD CACHE app_cache LEVEL {n}"),
        Work("beacon_app", 1, "DELETE FROM app_cache WHERE expires_at < '{day}'", {"app_cache": "RD"}, at_night=True),
        # LedgerLine looks into the CRM by itself, and nobody declared that it does.
        Work("ledger_odbc", 6, "SELECT contact_no, first_name, last_name, street, city, postcode FROM contacts WHERE contact_no = 'C{n}'", {"contacts": "R"}),
        Work("ledger_odbc", 2, "SELECT m.contact_id, m.fee, t.name FROM memberships m, membership_types t WHERE t.id = m.membership_type_id AND m.start_date >= '{day}'", {"memberships": "R", "membership_types": "R"}),
        # The website writes straight into the CRM.
        Work("web_forms", 3, "INSERT INTO referrals (record_type, title, source, created_at) VALUES ('lead', '{word}', 'Website', '{day}')", {"referrals": "C"}),
        Work("web_forms", 2, "INSERT INTO event_registrations (event_id, status, registered_on) SELECT id, 'Booked', '{day}' FROM events WHERE title = '{word}'", {"event_registrations": "C", "events": "R"}),
        # An account that belongs to no system of the inventory.
        Work("bi_reader", 2, "WITH given AS (SELECT contact_id, SUM(amount) AS total FROM donations GROUP BY contact_id) SELECT v.contact_no, v.email, g.total FROM v_contact_overview v JOIN given g ON g.contact_id = v.id", {"donations": "R", "v_contact_overview": "R"}, at_night=True),
        Work("nightly_backup", 1, "SELECT * FROM contacts", {"contacts": "R"}, at_night=True),
        Work("nightly_backup", 1, "SELECT * FROM activities", {"activities": "R"}, at_night=True),
        # Somebody's own account, straight at the tables.
        Work("rbirch", 0.4, "UPDATE contacts SET owner_id = {n} WHERE postcode LIKE 'HB{n}%'", {"contacts": "RU"}),
        Work("rbirch", 0.2, "DELETE FROM activities WHERE is_automatic = 1 AND activity_at < '{day}'", {"activities": "RD"}),
        Work("rbirch", 0.1, "CREATE TEMPORARY TABLE doubles AS SELECT email, COUNT(*) AS n FROM contacts GROUP BY email HAVING COUNT(*) > 1", {"contacts": "R"}),
    ),
    "billing": (
        Work("ledgerline", 6, "SELECT customer_id, name1, name2, terms_days FROM customers WHERE account_no = 'A{n}'", {"customers": "R"}),
        Work("ledgerline", 1, "INSERT INTO customers (account_no, kind, name1, name2, entered_by, entered_on) VALUES ('A{n}', 'P', '{word}', '{word}', 'fo', '{day}')", {"customers": "C"}),
        Work("ledgerline", 1, "UPDATE customers SET addr_line = '{n} {word} Road', changed_on = '{day}' WHERE customer_id = {n}", {"customers": "RU"}),
        Work("ledgerline", 5, "INSERT INTO invoices (invoice_no, customer_id, issued_on, net, tax, gross, state, entered_by) VALUES ('I{n}', {n}, '{day}', {n}, 0, {n}, 'open', 'fo')", {"invoices": "C"}),
        Work("ledgerline", 7, "INSERT INTO invoice_lines (invoice_id, sku, quantity, unit_price, amount) VALUES ({n}, 'S{n}', 1, {n}, {n})", {"invoice_lines": "C"}),
        Work("ledgerline", 5, "SELECT i.invoice_no, i.gross, SUM(p.amount) FROM invoices i LEFT JOIN payments p ON p.invoice_no = i.invoice_no WHERE i.state = 'open' GROUP BY i.invoice_no, i.gross", {"invoices": "R", "payments": "R"}),
        Work("ledgerline", 3, "UPDATE invoices SET state = 'paid' WHERE invoice_no = 'I{n}'", {"invoices": "RU"}),
        Work("ledgerline", 4, "INSERT INTO payments (invoice_no, paid_on, amount, method, bank_ref) VALUES ('I{n}', '{day}', {n}, 'transfer', '{word}')", {"payments": "C"}),
        Work("ledgerline", 3, "SELECT p.sku, p.description, t.rate FROM products p LEFT JOIN tax_codes t ON t.code = p.tax_code", {"products": "R", "tax_codes": "R"}),
        Work("ledgerline", 0.2, "INSERT INTO products (sku, description, unit_price, tax_code) VALUES ('S{n}', '{word}', {n}, 'Z')", {"products": "C"}),
        Work("ledgerline", 0.2, "UPDATE products SET unit_price = {n} WHERE sku = 'S{n}'", {"products": "RU"}),
        Work("ledgerline", 0.1, "DELETE FROM products WHERE sku = 'S{n}' AND discontinued = 'Y'", {"products": "RD"}),
        # A spreadsheet that somebody in Finance made.
        Work("finance_sheet", 1, "SELECT c.name1, c.contact_email, SUM(i.gross) FROM customers c JOIN invoices i ON i.customer_id = c.customer_id WHERE i.state = 'open' GROUP BY c.name1, c.contact_email", {"customers": "R", "invoices": "R"}),
    ),
}  # fmt: skip

_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Account → rights, by table; `*` stands for every table of the log.
_RIGHTS: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "crm": {
        "beacon_app": {"*": _ALL},
        "ledger_odbc": {
            "contacts": ("SELECT", "INSERT", "UPDATE"),
            "memberships": ("SELECT",),
            "membership_types": ("SELECT",),
        },
        "web_forms": {
            "referrals": ("INSERT",),
            "event_registrations": ("INSERT",),
            "contacts": ("INSERT",),
            "events": ("SELECT",),
        },
        "bi_reader": {"*": ("SELECT",)},
        "nightly_backup": {"*": ("SELECT",)},
        "rbirch": {"*": _ALL},
    },
    "billing": {"ledgerline": {"*": _ALL}, "finance_sheet": {"*": ("SELECT",)}},
}
_WORDS = [
    "amber",
    "birch",
    "cedar",
    "dune",
    "elder",
    "fern",
    "gorse",
    "heath",
    "iris",
    "juniper",
    "kelp",
    "larch",
    "maple",
]


def files(system: str) -> tuple[str, str]:
    """The names of a system's files: statements, rights."""
    return f"{system}-statements.csv", f"{system}-rights.csv"


def write_statements(system: str, streams: Streams, path: Path) -> None:
    """The log of a system's database, in the order of time."""
    rows = sorted(_ran(system, streams.table(f"statements:{system}")))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("start_time", "user_name", "database_name", "query_text"))
        out.writerows((at, account, DATABASES[system], sql) for at, account, sql in rows)


def write_rights(system: str, path: Path) -> None:
    """Who may do what, as the server's own view of its rights lists it."""
    known = sorted({t for work in WORK[system] for t in work.does})
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("grantee", "table_schema", "table_name", "privilege_type"))
        for account, tables in _RIGHTS[system].items():
            for table in known if "*" in tables else sorted(tables):
                for right in tables.get(table) or tables["*"]:
                    out.writerow((account, DATABASES[system], table, right))


def _ran(system: str, rng: Random) -> Iterator[tuple[str, str, str]]:
    first = clock.LAST - WINDOW + 1
    for day in range(first, clock.LAST + 1):
        weekend = day % 7 > 4
        for work in WORK[system]:
            if weekend and not work.at_night:
                continue
            times = int(work.daily) + (rng.random() < work.daily % 1)
            for _ in range(times):
                yield _moment(rng, day, work.at_night), work.account, _filled(work.sql, rng)


def _moment(rng: Random, day: int, at_night: bool) -> str:
    start, length = (3_600, 7_200) if at_night else (30_600, 28_800)
    hours, rest = divmod(start + int(rng.random() * length), 3600)
    return f"{clock.DAYS[day]} {hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def _filled(sql: str, rng: Random) -> str:
    while (start := sql.find("{")) >= 0:
        end = sql.index("}", start) + 1
        sql = sql[:start] + _typed(sql[start:end], rng) + sql[end:]
    return sql


def _typed(mark: str, rng: Random) -> str:
    """What stands for a mark in one statement that ran."""
    if mark == "{mail}":
        return f"{rng.choice(_WORDS)}.{rng.choice(_WORDS)}@example.org"
    if mark == "{word}":
        return rng.choice(_WORDS).capitalize()
    if mark == "{day}":
        return clock.DAYS[clock.LAST - rng.randrange(400)]
    return str(rng.randrange(1, 9_000))
