"""Three systems of which two have nothing in common, and one that holds nothing."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from overlapping_systems import compared, read

from crmaudit.evidence import Overlap
from crmaudit.sources.task import Part

GIVEN = "Anna Bruno Clara David Erika Felix Greta Hugo Ida Jonas Karla Lukas Maria Nora Oskar Paula"
FAMILY = [
    a + b
    for a in ("Ber", "Kohl", "Lind", "Mohr", "Nest", "Oster", "Pfeif")
    for b in ("mann", "bach")
]
MADE = {
    "crm": "contacts (id integer PRIMARY KEY, first_name text, last_name text, email text, "
    "phone text)",
    "billing": "customers (no text PRIMARY KEY, name text, phone text, crm_no text)",
    "news": "subscribers (id integer PRIMARY KEY, email text)",
    "empty": "contacts (id integer PRIMARY KEY, first_name text, last_name text, email text)",
}
KEY = {"crm": "id", "billing": "no", "news": "id", "empty": "id"}
NEIGHBOURS = "billing and news have nothing in common"


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Of 180 people 120 are in the CRM, 90 in billing (60 of both), 90 in the newsletter.

    The CRM has what both others know a person by; every second customer whom
    it knows has its number, as text with zeros before it.
    """
    rng = random.Random(7)
    people = [
        (g, f, f"{g}.{f}{i}@mail.example".lower(), f"+49 30 {rng.randrange(10**6, 10**7)}")
        for i, (g, f) in enumerate(rng.sample(list(product(GIVEN.split(), FAMILY)), 180))
    ]
    return {
        "crm": [(i, *person) for i, person in enumerate(people[:120], 1)],
        "billing": [
            (f"B{i}", f"{g} {f}", phone, f"{i:06d}" if i % 2 and i <= 120 else None)
            for i, (g, f, _, phone) in enumerate(people[60:150], 61)
        ],
        "news": [(i, mail) for i, (*_, mail, _) in enumerate(people[30:90] + people[140:170], 1)],
        "empty": [],
    }


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Part]:
    folder: Path = tmp_path_factory.mktemp("three")
    found = {}
    for system, given in rows().items():
        table = MADE[system].partition(" ")[0]
        connection = sqlite3.connect(folder / f"{system}.sqlite")
        connection.execute(f"CREATE TABLE {MADE[system]}")
        for row in given:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()
        connection.close()
        said = {"tables": [{"table": table, "entity": "person", "key": KEY[system]}]}
        found[system] = read(system, f"sqlite:///{folder / system}.sqlite", said)
    return found


def beside(parts: dict[str, Part], systems: Sequence[str]) -> Overlap:
    (found,) = compared(
        [parts[s] for s in systems],
        [{"id": "person", "kind": "person"}],
        holders={"person": (*systems, "paper")},
    ).values()
    return found


def test_every_number_is_that_of_what_was_made(parts: dict[str, Part]) -> None:
    found = beside(parts, ("crm", "billing", "news"))
    assert found.provenance.status.state == "done"
    assert {s.systems: s.things for s in found.sets} == {
        ("crm", "billing", "news"): 30,
        ("crm", "billing"): 30,
        ("crm", "news"): 30,
        ("crm",): 30,
        # Ten of each are one person, whom nothing shows to be one.
        ("billing",): 30,
        ("news",): 30,
    }
    assert {(b.left, b.right): b.things for b in found.between} == {
        ("crm", "billing"): 60,
        ("crm", "news"): 60,
    }
    for b in found.between:
        assert (b.pairs, b.left_matched, b.right_matched) == (60, 60, 60)
        assert b.left_estimated is not None
        assert b.left_estimated.low <= 60 <= b.left_estimated.high
    (key,) = found.between[0].keys
    assert (key.column, key.to_column) == ("customers.crm_no", "contacts.id")
    assert (key.filled, key.found, key.carried, key.elsewhere, key.missing) == (30, 30, 30, 0, 30)
    # No stamp anywhere: who is newer is never said.
    assert all(a.left_newer == a.right_newer == 0 for b in found.between for a in b.agreement)
    assert [n for n in found.matching.notes if n.startswith(NEIGHBOURS)]


def test_who_holds_nothing_takes_no_part(parts: dict[str, Part]) -> None:
    found = beside(parts, ("crm", "billing", "empty"))
    assert found.systems == ("crm", "billing")
    assert {h.system: h.cannot for h in found.holders if h.cannot} == {
        "empty": "it has no record with anything to compare by",
        "paper": "no database of it was read",
    }
    assert not [n for n in found.matching.notes if "nothing in common" in n]


@pytest.mark.parametrize("systems", [("crm", "empty"), ("billing", "news")])
def test_two_of_which_nothing_can_be_said(parts: dict[str, Part], systems: Sequence[str]) -> None:
    found = beside(parts, systems)
    assert found.matching.cannot
    # Nothing went wrong: it is how they are.
    assert (found.provenance.status.state, found.sets, found.between) == ("done", (), ())
