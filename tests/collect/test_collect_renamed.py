"""A system that got another id: its evidence and the answers about its records still count."""

from __future__ import annotations

import random
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from collecting import workspace

from crmaudit.audit import Audit
from crmaudit.collect.review import by_system, reveal_records
from crmaudit.evidence import Duplicates
from crmaudit.key import Key, audit_key
from crmaudit.quality.matching.answers import pair
from crmaudit.workspace.answering import Answered, answering
from crmaudit.workspace.renaming import rename

FIRST = ("Ada", "Berta", "Carla", "Dora", "Emil", "Frida", "Gustav", "Heidi", "Igor", "Jana")
LAST = ("Sample", "Example", "Muster", "Tester", "Probe", "Exempel", "Mostra", "Voorbeeld")


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """One system with people of whom some stand in it twice."""
    rng = random.Random(3)
    people = [(rng.choice(FIRST), rng.choice(LAST), f"p{i}@mail.example") for i in range(150)]
    people += [(f, last, "other-" + mail) for f, last, mail in people[:25]]
    with sqlite3.connect(tmp_path / "crm.sqlite") as connection:
        connection.execute(
            "CREATE TABLE contacts (id integer PRIMARY KEY, first_name text, last_name text, "
            "email text)"
        )
        connection.executemany(
            "INSERT INTO contacts VALUES (?, ?, ?, ?)", [(i, *p) for i, p in enumerate(people)]
        )
    connection.close()
    root = workspace(tmp_path / "audit", {"crm": f"sqlite:///{tmp_path / 'crm.sqlite'}"})
    (root / "entities.yaml").write_text("entities:\n- {id: customer, kind: person}\n")
    (root / "maps").mkdir()
    (root / "maps" / "crm.yaml").write_text(
        "system: crm\ntables:\n- {table: contacts, entity: customer, key: id}\n"
    )
    found = Audit(root)
    found.collect(only=("profile", "keys", "entities", "duplicates"))
    return found


def duplicates(audit: Audit) -> Duplicates:
    (found,) = audit.facts.duplicates
    return found.document


def renamed(audit: Audit) -> Audit:
    rename(audit.workspace, "system", "crm", "clients").changes.write()
    return Audit(audit.root)


def named(document: Duplicates) -> set[str]:
    m = document.matching
    pairs = {s for p in (*m.review, *m.examples) for s in (p.left_system, p.right_system)}
    return pairs | {m.system for c in document.clusters for m in c.members}


def test_evidence_speaks_of_the_system_as_it_is_called_now(audit: Audit) -> None:
    before = duplicates(audit)
    assert before.clusters or before.matching.review or before.matching.examples
    found = duplicates(renamed(audit))
    assert named(before) == {"crm"}
    assert named(found) == {"clients"}
    assert found.matching.histogram == before.matching.histogram


def test_its_records_are_read_again_by_the_ids_they_had(audit: Audit) -> None:
    later = renamed(audit)
    (p, *_) = duplicates(later).matching.examples
    wanted = by_system([(p.left_system, p.left), (p.right_system, p.right)])
    found = reveal_records(later.facts, "customer", wanted, audit_key(later.root).id, "a test")
    assert found.keys() == {p.left, p.right}


def test_answers_given_before_count_when_it_is_compared_again(audit: Audit) -> None:
    (p, *_) = duplicates(audit).matching.examples
    said = Answered(p.left, p.right, "different", "customer", date(2026, 6, 1))
    answering(audit.workspace, audit_key(audit.root).id, [said]).write()
    later = renamed(Audit(audit.root))
    # Only this: what tables hold and what was in them is known from before.
    later.collect(only=("duplicates",))
    found = duplicates(later)
    assert found.provenance.system == "clients"
    assert found.matching.answers == 1
    told = (*found.matching.review, *found.matching.examples)
    again = [q for q in told if pair(q.left, q.right) == pair(p.left, p.right)]
    assert all(q.reviewed == "different" for q in again)
    together = [{m.id for m in c.members} for c in found.clusters]
    assert not [ids for ids in together if {p.left, p.right} <= ids]


def test_a_record_keeps_the_id_it_is_known_by() -> None:
    key = Key(b"k" * 32)
    old = key.record("crm", "contacts", "1")
    naming = key.naming({"crm": "clients", "shop": "sales"}, {old})
    assert naming.id == key.id
    assert naming.record("clients", "contacts", "1") == old
    assert naming.record("clients", "contacts", "2") == key.record("clients", "contacts", "2")
    assert naming.record("sales", "contacts", "1") == key.record("sales", "contacts", "1")
    # Answers about it under the id of today come first.
    both = key.naming({"crm": "clients"}, {old, key.record("clients", "contacts", "1")})
    assert both.record("clients", "contacts", "1") == key.record("clients", "contacts", "1")
