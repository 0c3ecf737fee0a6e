"""The demo's overlap, recovered: of a seed that nobody has looked at while tuning."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from overlapping_systems import KEY

from crmaudit.demo import SYSTEMS, Truth, generate
from crmaudit.evidence import Between, Document, Estimate, Overlap
from crmaudit.quality.collectors.overlap import overlap
from crmaudit.quality.collectors.tables import collector as tables
from crmaudit.resources import examples_root
from crmaudit.sources import open_source
from crmaudit.sources.task import Joint, Known, Part, Task
from crmaudit.workspace import load

pytestmark = pytest.mark.slow

SEED = 90_417

READ = {
    "crm": ("contacts", "contacts_cstm", "email_addresses", "organisations", "households"),
    "billing": ("customers", "invoices"),
    "newsletter": ("subscribers",),
}
"""The tables whose columns have to be understood."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, generate(folder, contacts=2_000, seed=SEED)


@pytest.fixture(scope="module")
def found(made: tuple[Path, Truth]) -> Mapping[str, Overlap]:
    workspace = load(examples_root() / "harbourlight")
    parts = []
    for system in SYSTEMS:
        opening = partial(open_source, f"sqlite:///{made[0] / system}.sqlite")
        known = Known(map=workspace.map_of[system], entities=workspace.entity)
        with opening() as source:
            catalog = source.catalog(system)
            chosen = tuple(catalog.table(t) for t in READ[system])
            task = Task(source, system, catalog, chosen, known, (), KEY)
            evidence: tuple[Document, ...] = (catalog, *tables.collect(task))
        parts.append(Part(system, known, opening, catalog, evidence))
    return {o.entity: o for o in overlap(Joint(tuple(parts), workspace.entity, key=KEY))}


def matched(made: tuple[Path, Truth]) -> Iterator[tuple[str, str, set[int], set[int]]]:
    """Entity, other system, the CRM's records that it knows, its own that the CRM knows.

    A duplicate of a known record is known as well; deleted records are not compared.
    """
    folder, truth = made
    for one in truth.overlaps:
        table = one.left.partition(".")[2]
        connection = sqlite3.connect(folder / "crm.sqlite")
        kept = {i for (i,) in connection.execute(f"SELECT id FROM {table} WHERE is_deleted = 0")}
        connection.close()
        same: dict[int, set[int]] = {}
        for group in truth.pairs:
            if group.same and group.left == one.left:
                for a, b in group.pairs:
                    together = same.get(a, {a}) | same.get(b, {b})
                    same.update(dict.fromkeys(together, together))
        left: set[int] = set()
        right: set[int] = set()
        for ours, theirs in one.pairs:
            alive = same.get(ours, {ours}) & kept
            left |= alive
            right |= {theirs} if alive else set()
        entity = "contact" if table == "contacts" else "organisation"
        yield entity, one.right.partition(".")[0], left, right


def between(found: Overlap, other: str) -> Between:
    (one,) = [b for b in found.between if (b.left, b.right) == ("crm", other)]
    return one


def holds(estimate: Estimate | None, true: int) -> bool:
    assert estimate is not None
    return estimate.low <= true <= estimate.high


def test_who_is_known_elsewhere_lies_within_the_interval(
    made: tuple[Path, Truth], found: Mapping[str, Overlap]
) -> None:
    told = list(matched(made))
    assert [(entity, other) for entity, other, _, _ in told] == [
        ("contact", "billing"),
        ("organisation", "billing"),
        ("contact", "newsletter"),
    ]
    for entity, other, left, right in told:
        b = between(found[entity], other)
        assert holds(b.left_estimated, len(left)), (entity, other, b.left_estimated, len(left))
        assert holds(b.right_estimated, len(right)), (entity, other, b.right_estimated, len(right))
        # And what was matched is near it. Of one in eight subscribers the CRM has no address: the
        # name is all that both have, and a name alone makes no pair.
        far = 0.12 if other == "newsletter" else 0.05
        assert b.left_matched == pytest.approx(len(left), rel=far)
        assert b.right_matched == pytest.approx(len(right), rel=far)


def test_the_reference_of_the_accounts_is_found(
    made: tuple[Path, Truth], found: Mapping[str, Overlap]
) -> None:
    for entity, column, to in (
        ("contact", "customers.crm_contact_no", "contacts.contact_no"),
        ("organisation", "customers.crm_organisation_id", "organisations.id"),
    ):
        (truth,) = [
            o for o in made[1].overlaps if o.left == f"crm.{entity}s" and "billing" in o.right
        ]
        (key,) = between(found[entity], "billing").keys
        assert (key.holder, key.column, key.to, key.to_column) == ("billing", column, "crm", to)
        assert key.carried == pytest.approx(len(truth.referenced), rel=0.05)
        assert key.filled >= key.found >= key.carried
    # Nobody else keeps a number of another system.
    for b in found["contact"].between:
        assert {b.left, b.right} == {"crm", "billing"} or b.keys == ()


def test_what_the_accounts_say_otherwise(
    made: tuple[Path, Truth], found: Mapping[str, Overlap]
) -> None:
    """The truth counts customers and the CRM's own columns; an e-mail may stand beside them."""
    truth = next(o.agreement for o in made[1].overlaps if o.agreement and "billing" in o.right)
    said = {a.attribute: a for a in between(found["contact"], "billing").agreement}
    mail, pairs = said["e-mail"], between(found["contact"], "billing").things
    assert pairs == mail.compared + mail.left_only + mail.right_only + mail.neither
    for outcome, count in (
        ("same", mail.same),
        ("equivalent", mail.equivalent),
        ("conflicting", mail.conflicting),
    ):
        assert count == pytest.approx(truth["email"][outcome], abs=0.06 * pairs), outcome
    moved = truth["address"]["conflicting"]
    for attribute in ("street", "postcode"):
        assert said[attribute].conflicting == pytest.approx(moved, abs=0.03 * pairs), attribute


def test_invoices_whose_customer_the_crm_does_not_know(
    made: tuple[Path, Truth], found: Mapping[str, Overlap]
) -> None:
    folder, truth = made
    connection = sqlite3.connect(folder / "billing.sqlite")
    connection.execute("CREATE TEMP TABLE known (id integer)")
    for one in truth.overlaps:
        if one.right == "billing.customers":
            connection.executemany("INSERT INTO known VALUES (?)", [(r,) for _, r in one.pairs])
    ((rows, without, nobody),) = connection.execute(
        "SELECT count(*), sum(c.customer_id IS NOT NULL AND c.customer_id NOT IN known), "
        "sum(c.customer_id IS NULL) FROM invoices LEFT JOIN customers c USING (customer_id)"
    )
    connection.close()
    told = [
        u
        for entity in ("contact", "organisation")
        for u in found[entity].unlinked
        if (u.system, u.entity, u.in_system) == ("billing", "invoice", "crm")
    ]
    assert {(u.rows, u.nobody) for u in told} == {(rows, nobody)}
    assert sum(u.without for u in told) == pytest.approx(without, rel=0.1)
