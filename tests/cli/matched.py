"""A workspace of two small systems, and evidence of duplicates and overlap as it is kept of it.

The evidence is made here, so that views can be tried on all that it may hold;
its record ids are those of the rows in the databases.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from golden_files import KEY

from crmaudit.audit import Audit
from crmaudit.evidence import Duplicates, Overlap
from crmaudit.evidence.match import (
    Agreement,
    Between,
    Bin,
    Block,
    Cause,
    Cluster,
    Compared,
    Comparison,
    Estimate,
    Holder,
    Level,
    Matching,
    Member,
    PairFound,
    SharedKey,
    Step,
    SystemSet,
    Unlinked,
)
from crmaudit.evidence.provenance import Method, Provenance
from crmaudit.key import Key

SECRET = Key(bytes.fromhex(KEY))
PEOPLE = (
    (1, "Mila", "Sample", "mila@sample.example", "+44 20 7946 0001", "Eastwood", "2024-01-05"),
    (2, "Milla", "Sample", "mila@sample.example", "+44 20 7946 0001", "Eastwood", "2025-02-06"),
    (3, "Otto", "Example", "otto@sample.example", "", "Westham", "2024-03-07"),
    (4, "Otto", "Exampel", "", "+44 20 7946 0003", "=Westham", "2024-03-08"),
    (5, "Ida", "Muster", "ida@sample.example", "+44 20 7946 0005", "Norton", "2024-05-09"),
    (6, "Ida", "Mustermann", "ida.m@sample.example", "", "Norton", ""),
)
VALUES = ("Mila", "Milla", "Exampel", "mila@sample.example", "7946", "Westham", "Mustermann")
"""What no evidence, log, error or file may hold."""


def workspace(root: Path) -> Path:
    """Two systems with their databases, collected but for what is compared."""
    (root / "systems").mkdir(parents=True)
    (root / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (root / "entities.yaml").write_text(
        "entities:\n- {id: customer, name: Customer, kind: person}\n"
        "- {id: invoice, name: Invoice, kind: invoice}\n"
    )
    (root / "maps").mkdir()
    for system, name in (("crm", "SampleCRM"), ("billing", "SampleBill")):
        (root / "systems" / f"{system}.yaml").write_text(
            f"id: {system}\nname: {name}\ndatabase: {{url: 'sqlite:///{system}.db'}}\n"
        )
        (root / "maps" / f"{system}.yaml").write_text(
            f"system: {system}\ntables:\n- {{table: contacts, entity: customer}}\n"
        )
        with sqlite3.connect(root / f"{system}.db") as connection:
            connection.execute(
                "CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, "
                "email TEXT, phone TEXT, city TEXT, modified_at TEXT)"
            )
            connection.executemany("INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)", PEOPLE)
        connection.close()
    return root


def collected(root: Path, *documents: Duplicates | Overlap) -> Path:
    """The workspace with its catalogs, profiles and maps, and these documents."""
    audit = Audit(workspace(root))
    audit.collect(only=("profile", "keys", "entities"))
    catalogs = audit.facts.evidence.catalogs
    address = {system: c.provenance.source for system, c in catalogs.items()}
    for d in documents or (duplicates(), overlap()):
        read = replace(d, provenance=replace(d.provenance, source=address[d.provenance.system]))
        if isinstance(read, Overlap):
            holders = (replace(h, source=address.get(h.system, "")) for h in read.holders)
            read = replace(read, holders=tuple(holders))
        audit.store.put(read)
    return root


def record(system: str, key: int | str) -> str:
    return SECRET.record(system, "contacts", str(key))


def found(
    left: int, right: int, probability: float, weight: float, systems: tuple[str, str]
) -> PairFound:
    state = "same" if weight >= 2 else "uncertain"
    steps = (
        Step("given name", "nearly the same", 2.4, "Aa", "Aa"),
        Step("family name", "same", 9.1, "Aa", "Aa"),
        Step("e-mail", "different", -3.3, "m…@…example", "o…@…example"),
        Step("city", "one has none", 0.0, "Aa", ""),
    )
    a, b = record(systems[0], left), record(systems[1], right)
    prior = weight - sum(s.weight for s in steps)
    return PairFound(a, b, *systems, probability, weight, state, prior, steps)


def matching(systems: tuple[str, str] = ("crm", "crm")) -> Matching:
    return Matching(
        attributes=(
            Compared("given name", ("contacts.first_name",), 6),
            Compared("e-mail", ("contacts.email", "contacts.email2", "contacts.email3"), 5),
            Compared("birth date", unused="no column holds it"),
        ),
        records=6,
        left_out={"deleted": 3, "made for a test": 1},
        blocks=(
            Block("e-mail", 40, 40),
            Block("name and city", 30, 12, 2, 2_000),
        ),
        candidates=52,
        comparisons=(
            Comparison("e-mail", (Level("same", 0.9, 0.001, 9.8), Level("else", 0.1, 1, -3.3))),
        ),
        prior=0.001,
        threshold=2.0,
        uncertain=-2.0,
        threshold_by="where an error in either direction is as likely",
        histogram=tuple(
            Bin(w, w + 1.0, max(0, 400 - 20 * abs(w - -6)), max(0, 400 - 20 * abs(w - -6)) * p)
            for w, p in (
                (-8, 0.0), (-6, 0.01), (-2, 0.3), (-1, 0.4), (0, 0.5), (2, 0.9), (5, 1), (9, 1)
            )
        ),
        same_pairs=2,
        uncertain_pairs=3,
        precision=Estimate(0.97, 0.94, 0.99),
        recall=Estimate(0.9, 0.8, 0.95),
        examples=(found(1, 2, 0.98, 5.6, systems),),
        review=(found(3, 4, 0.55, 0.3, systems), found(5, 6, 0.3, -1.2, systems)),
        method=Method("model"),
        seconds=1.5,
        notes=("2 groups were too large",),
    )  # fmt: skip


def provenance(system: str) -> Provenance:
    taken = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
    return Provenance(
        system, f"sqlite:///{system}.db", "SQLite", f"{system}-1", taken, "crmaudit 1", SECRET.id
    )


def duplicates(system: str = "crm") -> Duplicates:
    members = (
        Member(record(system, 1), system, "contacts", 5, "2024-01-05"),
        Member(record(system, 2), system, "contacts", 5, "2025-02-06"),
    )
    return Duplicates(
        provenance(system),
        entity="customer",
        entity_kind="person",
        tables=("contacts",),
        matching=matching((system, system)),
        surplus=1,
        estimated=Estimate(1.6, 1, 3),
        sizes={2: 1},
        clusters=(Cluster(members, 1, "changed last, on 2025-02-06", 0.98),),
        causes=(
            Cause("author", "acct-12345678", 1, 3),
            Cause("month", "2025-02", 1, 1),
            Cause("month", "2024-01", 0, 1),
        ),
    )


def overlap() -> Overlap:
    return Overlap(
        provenance("crm"),
        entity="customer",
        entity_kind="person",
        holders=(
            Holder("crm", ("contacts",), "sqlite:///crm.db", "crm-1", None, 6, 5, {"deleted": 3}),
            Holder("billing", ("contacts",), "sqlite:///billing.db", "billing-1", None, 6, 6),
            Holder("newsletter", cannot="its database was not read"),
        ),
        matching=replace(matching(("crm", "billing")), records=12),
        sets=(
            SystemSet(("crm", "billing"), 4),
            SystemSet(("crm",), 1),
            SystemSet(("billing",), 2),
        ),
        between=(
            Between(
                "crm",
                "billing",
                4,
                4,
                4,
                4,
                Estimate(4.2, 4, 5),
                Estimate(4, 3, 5),
                (SharedKey("billing", "contacts.crm_id", "crm", "contacts.id", 6, 4, 3, 3, 0, 1),),
                (
                    Agreement("e-mail", 2, 1, 1, 1, 1, 0, 1, 0, 0, (("m…@…org", "m…@…com"),)),
                    Agreement("city", 3, 0, 0, 1, 0, 2),
                ),
            ),
        ),
        unlinked=(Unlinked("billing", "invoice", "invoice", "invoices", "crm", 120, 12, 3),),
    )
