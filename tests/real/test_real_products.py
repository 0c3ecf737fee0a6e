"""The two product maps that are called verified, on live data of their products."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from audited_crms import READER_PASSWORD, _drop, _load_mariadb, _load_postgres
from crms import DATA, truth
from servers import PASSWORD

from crmaudit.evidence import Catalog
from crmaudit.quality.products import (
    Resolved,
    dictionary_queries,
    recognise,
    references_from_dictionary,
    resolve,
)
from crmaudit.sources import Source, open_source
from crmaudit.sources.conditions import selected

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there"),
]


@contextmanager
def loaded(name: str, server: Any) -> Iterator[Source]:
    """The CRM in a database of its own, opened as an account that may only read."""
    maria = name == "civicrm"
    database, reader = f"product_{name}_{os.getpid()}", f"product_reader_{os.getpid()}"
    (_load_mariadb if maria else _load_postgres)(server, database, reader)
    url = server.url.replace(f"admin:{PASSWORD}", f"{reader}:{READER_PASSWORD}") + f"/{database}"
    try:
        with open_source(url) as source:
            yield source
    finally:
        _drop(server, database, reader, maria)


class Known:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.catalog: Catalog = source.catalog("crm")
        found = recognise(self.catalog, source.query)
        assert found is not None
        self.resolved: Resolved = resolve(found, self.catalog)

    def count(self, table: str, where: str = "", *joined: str) -> int:
        place = self.source.quote(table)
        sql = f"SELECT count(*) FROM {place}{' '.join(['', *joined])}{selected(where)}"
        ((found,),) = self.source.query(sql, "a test")
        return int(str(found))


@pytest.fixture(scope="module")
def civicrm(mariadb_server: Any) -> Iterator[Known]:
    with loaded("civicrm", mariadb_server) as source:
        yield Known(source)


@pytest.fixture(scope="module")
def fat_free_crm(postgres_server: Any) -> Iterator[Known]:
    with loaded("fat_free_crm", postgres_server) as source:
        yield Known(source)


@pytest.fixture(params=["civicrm", "fat_free_crm"])
def crm(request: pytest.FixtureRequest) -> Known:
    known: Known = request.getfixturevalue(request.param)
    return known


def test_every_condition_is_answered(crm: Known) -> None:
    asked = 0
    for row in crm.resolved.tables:
        rows = crm.count(row.table)
        for what in ("where", "soft_delete", "archived", "test_rows", "automatic"):
            condition = getattr(row, what)
            if condition:
                asked += 1
                assert 0 <= crm.count(row.table, condition) <= rows
    for point in crm.resolved.contact_points:
        for condition in (point.where, point.primary, point.invalid, point.opt_out):
            crm.count(point.table, condition)
    for part in (crm.resolved.users, *crm.resolved.sessions, *crm.resolved.history):
        if part is not None:
            crm.count(part.table, part.where)
    assert asked or crm.resolved.product.id == "fat_free_crm"


def test_every_reference_and_pair_can_be_followed(crm: Known) -> None:
    source = crm.source
    for reference in crm.resolved.references:
        (column,), (to,) = reference.columns, reference.to_columns
        # Compared as text, as every collector does: keys are kept in columns of other types.
        kind = "CHAR" if source.engine == "mariadb" else "text"
        join = (
            f"a JOIN {source.quote(reference.to)} b ON CAST(a.{source.quote(column)} AS {kind}) "
            f"= CAST(b.{source.quote(to)} AS {kind})"
        )
        assert crm.count(reference.table, "", join) >= 0


def test_types_of_pairs_mean_what_the_map_says(crm: Known) -> None:
    unknown: dict[str, set[str]] = {}
    for pair in crm.resolved.polymorphic:
        type_, table = crm.source.quote(pair.type_column), crm.source.quote(pair.table)
        sql = f"SELECT DISTINCT {type_} FROM {table} WHERE {type_} IS NOT NULL"
        for (value,) in crm.source.query(sql, "a test"):
            if crm.resolved.reference_of(pair, str(value)) is None:
                unknown.setdefault(f"{pair.table}.{pair.type_column}", set()).add(str(value))
    # Most rules of access name a permission there, which is no table.
    unknown.pop("civicrm_acl.object_table", None)
    assert not unknown


def test_entities_have_the_rows_that_are_true(civicrm: Known, fat_free_crm: Known) -> None:
    def rows(crm: Known, entity: str) -> int:
        return sum(
            crm.count(t.table, t.where)
            for t in crm.resolved.tables
            if t.entity == entity and t.role == "primary"
        )

    assert {e: rows(civicrm, e) for e in ("person", "organisation", "household")} == {
        "person": 160, "organisation": 21, "household": 20,
    }  # fmt: skip
    told = truth("fat_free_crm")["entities"]
    for name, entity in (("Contact", "person"), ("Account", "organisation"), ("Lead", "lead")):
        assert rows(fat_free_crm, entity) == told[name][0]["rows"]


def test_versions_are_read(civicrm: Known, fat_free_crm: Known) -> None:
    assert civicrm.resolved.product.version == truth("civicrm")["version"]
    assert fat_free_crm.resolved.product.version == "20250806025815"
    assert civicrm.resolved.product.verified
    assert fat_free_crm.resolved.product.verified


def test_orphans_of_pairs_are_those_of_the_truth(fat_free_crm: Known) -> None:
    told = json.loads((DATA / "fat_free_crm" / "truth.json").read_text())["expected_orphans"]
    found = {}
    for reference in fat_free_crm.resolved.references:
        if reference.when is None:
            continue
        type_, value = reference.when
        (column,), (to,) = reference.columns, reference.to_columns
        missing = (
            f'"{type_}" = \'{value}\' AND "{column}" <> 0 AND NOT EXISTS '
            f'(SELECT 1 FROM "{reference.to}" b WHERE b."{to}" = "{reference.table}"."{column}")'
        )
        count = fat_free_crm.count(reference.table, missing)
        if count:
            found[f"{reference.table}.{column} -> {reference.to}.{to}", value] = count
    assert found == {(o["fk"], *o["when"].values()): o["rows"] for o in told}


def test_custom_fields_are_told(civicrm: Known) -> None:
    own = civicrm.resolved.custom_columns
    assert own["civicrm_value_food_preference_2"] == ("soup_selection_4",)
    (query,) = dictionary_queries(civicrm.resolved)
    rows = civicrm.source.query(query.sql, query.purpose)
    to = {r.table: r.to for r in references_from_dictionary(query, rows)}
    assert to == {
        "civicrm_value_constituent_information_1": "civicrm_contact",
        "civicrm_value_donor_information_3": "civicrm_contribution",
        "civicrm_value_food_preference_2": "civicrm_participant",
    }
