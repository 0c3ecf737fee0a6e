"""Testimony: who is proven to do what, who is proven not to, and of what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix import Database, Testimony, UsedTable, testify
from crmaudit.crud_matrix.cell import Proof
from crmaudit.evidence import (
    LETTERS,
    Account,
    Call,
    Catalog,
    Code,
    Effect,
    Grants,
    Machinery,
    MappedTable,
    Provenance,
    Right,
    RowTraces,
    Sighting,
    Statements,
    Status,
    Table,
    Unread,
    Use,
    Written,
)
from crmaudit.evidence.use import Called
from crmaudit.workspace.landscape import Principal

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=60)


def origin(system: str = "crm", **changes: Any) -> Provenance:
    values: dict[str, Any] = {
        "system": system,
        "source": f"postgresql://{system}",
        "engine": "postgresql",
        "snapshot": "s1",
        "taken_at": NOON,
        "tool": "crmaudit 0",
    }
    return Provenance(**{**values, **changes})


def use(who: str, table: str, letters: str, calls: int = 1) -> list[Use]:
    return [Use(who, table, x, calls, 1, LONG_AGO, NOON) for x in LETTERS if x in letters]


def ran(*uses: list[Use], **changes: Any) -> Statements:
    """Statements of 60 days, nothing lost."""
    values: dict[str, Any] = {
        "origin": "pg_stat_statements",
        "uses": tuple(u for some in uses for u in some),
        "dropped": 0,
        "since": LONG_AGO,
        "until": NOON,
    }
    values |= changes
    return Statements(values.pop("provenance", origin()), **values)


def rights(*told: tuple[str, str, str], accounts: Iterable[Account] = (), **more: Any) -> Grants:
    named = {a.name for a in accounts}
    loose = dict.fromkeys(who for who, _, _ in told if who not in named and who != "PUBLIC")
    return Grants(
        more.pop("provenance", origin()),
        accounts=(*accounts, *(Account(name) for name in loose)),
        rights=tuple(Right(who, table, letters, "grant") for who, table, letters in told),
        **more,
    )


def machinery(*parts: Machinery) -> Code:
    return Code(origin(), machinery=parts)


def source(system: str, *sightings: Sighting, **more: Any) -> Code:
    values = {"origin": "app", "sightings": sightings, "statements": 9, "understood": 9}
    return Code(origin(system), **{**values, **more})


def database(**changes: Any) -> Database:
    """Customers and invoices of the system crm, whose account is crm_app."""
    values: dict[str, Any] = {
        "mapped": (MappedTable("customers", "customer"), MappedTable("invoices", "invoice")),
        "catalog": Catalog(origin(), tables=(Table("customers"), Table("invoices"), Table("jobs"))),
        "principals": (
            Principal(principal="crm_app", system="crm"),
            Principal(principal="bill_app", system="billing"),
        ),
        "code": (machinery(),),
    }
    return Database("crm", **{**values, **changes})


def hear(crm: Database, *codes: Code, **more: Any) -> Testimony:
    return testify({"crm": crm}, codes, **more)


def told(found: Testimony, system: str, entity: str, source: str) -> dict[str, str]:
    """Letter → answer of one source."""
    return {p.letter: p.answer for p in found.proofs(system, entity) if p.origin == source}


def proof(found: Testimony, system: str, entity: str, letter: str, source: str) -> Proof:
    (one,) = (p for p in found.proofs(system, entity) if (p.letter, p.origin) == (letter, source))
    return one


class TestStatements:
    def test_what_an_account_did_proves_it_for_its_system(self) -> None:
        found = hear(database(statements=(ran(use("crm_app", "customers", "CRU", 7)),)))
        assert told(found, "crm", "customer", "observed") == {
            "C": "yes", "R": "yes", "U": "yes", "D": "no",
        }  # fmt: skip
        assert found.letters("crm", "customer") == ("CRU", "D", "")
        seen = proof(found, "crm", "customer", "C", "observed")
        assert (seen.tables, seen.principals, seen.calls) == (("customers",), ("crm_app",), 7)
        assert (seen.first, seen.last) == (LONG_AGO, NOON)
        assert found.window == (LONG_AGO, NOON)
        assert found.spoke("crm") == {"observed"}

    def test_work_in_anothers_database_is_proven_there_and_denies_nothing(self) -> None:
        found = hear(database(statements=(ran(use("bill_app", "customers", "R")),)))
        assert found.letters("billing", "customer") == ("R", "", "")
        assert proof(found, "billing", "customer", "R", "observed").tables == ("crm:customers",)
        assert "another system" in proof(found, "billing", "customer", "C", "observed").reason
        assert found.shared == {"customer": {("billing", "crm"): "R"}}
        assert found.proofs("billing", "invoice") == ()

    def test_who_works_on_anothers_database_as_its_own_is_denied_there(self) -> None:
        crm = database(statements=(ran(use("bill_app", "customers", "R")),))
        found = hear(crm, homes={"billing": "crm"})
        assert found.letters("billing", "customer") == ("R", "CUD", "")

    def test_a_stranger_proves_nothing_and_makes_no_impossible(self) -> None:
        found = hear(
            database(
                statements=(
                    ran(use("sync", "customers", "RD", 5), use("crm_app", "customers", "R")),
                )
            )
        )
        assert found.letters("crm", "customer") == ("R", "CU", "")
        assert "sync" in proof(found, "crm", "customer", "D", "observed").reason
        (stranger,) = found.strangers
        assert (stranger.name, stranger.database, stranger.calls) == ("sync", "crm", 5)
        assert (stranger.tables, stranger.used) == (("customers",), {"customer": "RD"})

    def test_a_stranger_elsewhere_makes_no_impossible_too(self) -> None:
        shop = Database(
            "shop", (MappedTable("people", "customer"),),
            Catalog(origin("shop"), tables=(Table("people"),)),
            statements=(ran(use("sync", "people", "D"), provenance=origin("shop")),),
        )  # fmt: skip
        crm = database(statements=(ran(use("crm_app", "customers", "R")),))
        found = testify({"crm": crm, "shop": shop})
        assert found.letters("crm", "customer") == ("R", "CU", "")

    def test_administration_and_the_audits_own_account_are_left_out_and_said(self) -> None:
        document = ran(
            use("postgres", "customers", "CRUD"), use("reader", "customers", "R"),
            use("crm_app", "customers", "R"), reader="reader",
        )  # fmt: skip
        found = hear(database(statements=(document,)))
        assert found.letters("crm", "customer") == ("R", "CUD", "")
        assert not found.strangers
        assert [(a.name, a.letters) for a in found.asides] == [
            ("postgres", "CRUD"),
            ("reader", "R"),
        ]

    def test_reading_by_an_account_that_the_audit_shares_proves_nothing(self) -> None:
        document = ran(use("crm_app", "customers", "RU"), reader="crm_app")
        found = hear(database(statements=(document,)))
        assert found.letters("crm", "customer") == ("U", "CD", "")
        assert "audit" in proof(found, "crm", "customer", "R", "observed").reason

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"since": NOON - timedelta(days=29)}, "29 days, less than 30"),
            ({"since": None}, "since when"),
            ({"dropped": 3}, "lost 3 statements"),
            ({"dropped": None}, "whether it lost"),
            ({"tells_principals": False}, "does not say who"),
            ({"provenance": origin(status=Status("partly", "the file was cut"))}, "cut"),
            ({"unread": (Unread("CALL x", "why so", principal="crm_app"),)}, "why so"),
            ({"unread": (Unread("CALL x", "?", principal="crm_app", tables=("customers",)),)}, "?"),
            ({"unread": (Unread("CALL x", "?", principal="sync"),)}, "not understood"),
            ({"unread": (Unread("CALL x", "?"),)}, "not understood"),
        ],
    )  # fmt: skip
    def test_no_needs_a_source_that_would_have_seen_it(
        self, changes: dict[str, Any], reason: str
    ) -> None:
        found = hear(database(statements=(ran(use("crm_app", "customers", "R"), **changes),)))
        assert found.letters("crm", "customer") == ("R", "", "")
        assert reason in proof(found, "crm", "customer", "D", "observed").reason

    @pytest.mark.parametrize(
        "unread",
        [
            Unread("CALL x", "?", principal="crm_app", tables=("invoices",)),
            Unread("CALL x", "?", principal="bill_app"),
            Unread("VACUUM", "?", principal="postgres"),
        ],
    )
    def test_what_cannot_have_touched_the_entity_does_not_matter(self, unread: Unread) -> None:
        document = ran(use("crm_app", "customers", "R"), unread=(unread,))
        found = hear(database(statements=(document,)))
        assert found.letters("crm", "customer") == ("R", "CUD", "")

    def test_no_needs_the_databases_machinery(self) -> None:
        crm = database(
            statements=(ran(use("crm_app", "customers", "R")),),
            grants=(rights(("crm_app", "customers", "R")),),
            code=(),
        )
        found = hear(crm, source("crm", Sighting("customers", "R", "sql")))
        assert found.letters("crm", "customer") == ("R", "", "R")
        for origin_ in ("granted", "observed", "coded"):
            assert "views" in proof(found, "crm", "customer", "C", origin_).reason

    def test_no_needs_an_account_of_the_system(self) -> None:
        crm = database(statements=(ran(use("bill_app", "customers", "R")),))
        crm = replace(crm, principals=crm.principals[1:])
        found = hear(crm)
        assert found.letters("crm", "customer") == ("", "", "")
        assert "no account" in proof(found, "crm", "customer", "C", "observed").reason

    def test_without_a_name_only_who_alone_may_is_proven(self) -> None:
        document = ran(use("", "customers", "CR"), origin="digests", tells_principals=False)
        may = rights(("crm_app", "customers", "CRU"))
        found = hear(database(statements=(document,), grants=(may,)))
        assert told(found, "crm", "customer", "observed")["C"] == "yes"
        assert told(found, "crm", "customer", "observed")["R"] == "unknown"
        assert "digests does not say who" in proof(found, "crm", "customer", "R", "observed").reason
        assert found.letters("crm", "customer") == ("C", "D", "CRU")

    def test_two_sources_of_the_same_statements_do_not_count_twice(self) -> None:
        first, second = (ran(use("crm_app", "customers", "R", 5), origin=x) for x in ("a", "b"))
        found = hear(database(statements=(first, second)))
        assert proof(found, "crm", "customer", "R", "observed").calls == 5


class TestTables:
    def test_a_table_of_several_entities_proves_none_of_them(self) -> None:
        mapped = (
            MappedTable("contacts", "person", where="kind = 'P'"),
            MappedTable("contacts", "organisation", where="kind = 'O'"),
        )
        catalog = Catalog(origin(), tables=(Table("contacts"),))
        crm = database(
            mapped=mapped, catalog=catalog, statements=(ran(use("crm_app", "contacts", "CR")),)
        )
        found = hear(crm)
        assert found.letters("crm", "person") == ("", "UD", "")
        assert "contacts holds 2 entities" in proof(found, "crm", "person", "C", "observed").reason

    def test_every_row_of_a_table_without_conditions_is_of_all_its_entities(self) -> None:
        mapped = (MappedTable("customers", "person"), MappedTable("customers", "customer"))
        crm = database(mapped=mapped, statements=(ran(use("crm_app", "customers", "C")),))
        assert hear(crm).letters("crm", "person")[0] == "C"

    def test_a_condition_of_the_only_entity_does_not_matter(self) -> None:
        mapped = (MappedTable("customers", "customer", where="deleted = 0"),)
        crm = database(mapped=mapped, statements=(ran(use("crm_app", "customers", "C")),))
        assert hear(crm).letters("crm", "customer")[0] == "C"

    def test_a_row_of_a_part_made_or_removed_changes_the_record(self) -> None:
        mapped = (
            MappedTable("customers", "customer"),
            MappedTable("jobs", "customer", role="line"),
        )
        crm = database(mapped=mapped, statements=(ran(use("crm_app", "jobs", "CD")),))
        assert hear(crm).letters("crm", "customer") == ("U", "CRD", "")

    @pytest.mark.parametrize("role", ["link", "lookup", "log", "system"])
    def test_some_tables_prove_nothing_of_an_entity(self, role: Any) -> None:
        mapped = (
            MappedTable("customers", "customer"),
            MappedTable("jobs", "customer", role=role),
        )
        crm = database(mapped=mapped, statements=(ran(use("crm_app", "jobs", "CRUD")),))
        found = hear(crm)
        assert found.letters("crm", "customer") == ("", "CRUD", "")
        assert not found.unmapped

    def test_rows_that_are_marked_may_be_removed_by_any_change(self) -> None:
        mapped = (MappedTable("customers", "customer", soft_delete="deleted = 1"),)
        crm = database(
            mapped=mapped,
            statements=(ran(use("crm_app", "customers", "U")),),
            grants=(rights(("crm_app", "customers", "CRU")),),
        )
        found = hear(crm)
        assert found.letters("crm", "customer") == ("U", "CR", "CRU")
        assert "marking" in proof(found, "crm", "customer", "D", "granted").reason

    def test_tables_of_no_entity_and_names_of_no_table_are_told(self) -> None:
        document = ran(use("crm_app", "jobs", "R", 4), use("sync", "old.stuff", "U", 9))
        found = hear(database(statements=(document,)))
        (table,) = found.unmapped
        assert (table.table, table.letters, table.who, table.calls) == ("jobs", "R", ("crm",), 4)
        (name,) = found.missing
        assert (name.table, name.letters, name.who) == ("old.stuff", "U", ("sync",))

    @pytest.mark.parametrize("name", ["CUSTOMERS", "public.customers", "customers"])
    def test_names_as_written_are_found_in_the_catalog(self, name: str) -> None:
        found = hear(database(), source("crm", Sighting(name, "C", "sql")))
        assert found.letters("crm", "customer")[0] == "C"
        assert not found.missing

    def test_without_a_catalog_names_are_found_in_the_map(self) -> None:
        document = ran(use("crm_app", "public.Customers", "C"))
        found = hear(database(catalog=None, statements=(document,), code=()))
        assert found.letters("crm", "customer")[0] == "C"
        assert not found.missing


class TestRights:
    def test_a_right_allows_and_its_want_denies(self) -> None:
        may = rights(("crm_app", "customers", "CRU"), ("bill_app", "customers", "R"))
        found = hear(database(grants=(may,)))
        assert found.letters("crm", "customer") == ("", "D", "CRU")
        assert proof(found, "crm", "customer", "C", "granted").reason == "grant"
        assert found.letters("billing", "customer") == ("", "", "R")

    def test_rights_come_by_roles_by_everybody_and_by_everything(self) -> None:
        accounts = (
            Account("crm_app", member_of=("writer",)),
            Account("writer", "role"),
            Account("bill_app", everything=True),
        )
        may = rights(("writer", "customers", "U"), ("PUBLIC", "customers", "R"), accounts=accounts)
        found = hear(database(grants=(may,)))
        assert found.letters("crm", "customer") == ("", "CD", "RU")
        assert found.letters("billing", "customer") == ("", "", "CRUD")
        reasons = {p.letter: p.reason for p in found.proofs("crm", "customer")}
        assert (reasons["U"], reasons["R"]) == ("role writer", "PUBLIC")

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"provenance": origin(status=Status("partly", "roles are hidden"))}, "hidden"),
            ({"origin": "grants.csv"}, "listing"),
            ({"accounts": (Account("sync", everything=True),)}, "sync"),
        ],
    )
    def test_no_needs_all_rights_and_no_stranger(self, more: dict[str, Any], reason: str) -> None:
        found = hear(database(grants=(rights(("crm_app", "customers", "R"), **more),)))
        assert found.letters("crm", "customer") == ("", "", "R")
        assert reason in proof(found, "crm", "customer", "D", "granted").reason

    def test_no_needs_an_account_on_the_server(self) -> None:
        root = (Account("admin", everything=True), Account("bill_app"))
        found = hear(database(grants=(rights(accounts=root),)))
        assert found.letters("crm", "customer") == ("", "", "")
        assert "no account" in proof(found, "crm", "customer", "C", "granted").reason

    def test_an_entity_of_parts_alone_may_be_made_elsewhere(self) -> None:
        mapped = (MappedTable("customers", "customer", role="extension"),)
        crm = database(mapped=mapped, grants=(rights(("crm_app", "customers", "R")),))
        assert hear(crm).letters("crm", "customer") == ("", "U", "R")

    def test_a_right_that_is_not_there_outweighs_a_window_that_is_too_short(self) -> None:
        short = ran(use("crm_app", "customers", "R"), since=NOON)
        may = rights(("crm_app", "customers", "R"))
        found = hear(database(statements=(short,), grants=(may,)))
        assert found.letters("crm", "customer") == ("R", "CUD", "R")

    def test_a_stranger_with_rights_alone_is_told(self) -> None:
        found = hear(database(grants=(rights(("dana", "invoices", "RU")),)))
        (stranger,) = found.strangers
        assert (stranger.name, stranger.letters, stranger.may) == ("dana", "", {"invoice": "RU"})


class TestHosts:
    """A right is given to `app@%`, a log tells `app@10.0.0.4`: they are one."""

    def test_a_stranger_is_told_once(self) -> None:
        crm = database(
            statements=(ran(use("sync@10.0.0.4", "customers", "R")),),
            grants=(rights(("sync@%", "customers", "RU")),),
        )
        (stranger,) = hear(crm).strangers
        assert (stranger.name, stranger.used) == ("sync", {"customer": "R"})
        assert stranger.may == {"customer": "RU"}

    def test_what_was_used_is_no_excess(self) -> None:
        crm = database(
            statements=(ran(use("crm_app@10.0.0.4", "customers", "RU")),),
            grants=(rights(("crm_app@%", "customers", "RUD")),),
        )
        found = hear(crm)
        (excess,) = found.excess
        assert (excess.unused, excess.rights, excess.judged) == ({"customer": "D"}, 3, 3)
        assert found.letters("crm", "customer") == ("RU", "CD", "RUD")

    def test_the_audits_own_account_is_known_on_every_host(self) -> None:
        document = ran(use("reader@10.0.0.4", "customers", "R"), reader="reader@%")
        found = hear(database(statements=(document,)))
        assert not found.strangers
        assert [a.why for a in found.asides] == ["the audit reads with it"]


class TestCode:
    def test_code_proves_for_its_system_on_the_database_it_speaks_of(self) -> None:
        sighting = Sighting("customers", "U", "sql", 2, ("a.php:3", "b.php:9"))
        found = hear(database(), source("billing", sighting, database="crm"))
        seen = proof(found, "billing", "customer", "U", "coded")
        assert (seen.answer, seen.statements, seen.tables) == ("yes", 2, ("crm:customers",))
        assert seen.places == ("a.php:3", "b.php:9")
        assert found.letters("crm", "customer") == ("", "", "")

    def test_code_that_was_read_whole_says_no_and_alone_denies_nothing(self) -> None:
        found = hear(database(), source("crm", Sighting("customers", "R", "sql")))
        assert told(found, "crm", "customer", "coded") == {"R": "yes", **dict.fromkeys("CUD", "no")}
        # Nobody vouches that it is all the code that the system runs.
        assert found.letters("crm", "customer") == ("R", "", "")
        # Nothing in it names the invoices: a library may.
        assert found.letters("crm", "invoice") == ("", "", "")

    @pytest.mark.parametrize(
        "more",
        [
            {"built": 1},
            {"unread": (Unread("EXECUTE ?", "put together"),)},
            {"unread": (Unread("UPDATE customers", "broken", tables=("customers",)),)},
        ],
    )
    def test_no_needs_code_that_was_understood(self, more: dict[str, Any]) -> None:
        found = hear(database(), source("crm", Sighting("customers", "R", "sql"), **more))
        assert found.letters("crm", "customer") == ("R", "", "")

    def test_what_migrations_did_once_is_neither_yes_nor_no(self) -> None:
        read, made = Sighting("customers", "R", "sql"), Sighting("customers", "C", "setup")
        found = hear(database(), source("crm", read, made))
        told_of = {"C": "unknown", "R": "yes", "U": "no", "D": "no"}
        assert told(found, "crm", "customer", "coded") == told_of
        assert "migrations" in proof(found, "crm", "customer", "C", "coded").reason
        # It names the table once: that is no sign that the rest of the code would.
        found = hear(database(), source("crm", made))
        assert set(told(found, "crm", "customer", "coded").values()) == {"unknown"}
        both = hear(database(), source("crm", made, Sighting("customers", "C", "sql")))
        assert told(both, "crm", "customer", "coded")["C"] == "yes"

    def test_machinery_alone_proves_nothing(self) -> None:
        view = Machinery("v", "view", (Effect("customers", "R"),))
        found = hear(database(code=(machinery(view),)))
        assert found.letters("crm", "customer") == ("", "", "")

    def test_machinery_that_nobody_knows_denies_nothing(self) -> None:
        trigger = Machinery("log_it", "trigger", on="customers", event="U", unread="no source")
        crm = database(
            statements=(ran(use("crm_app", "customers", "RU")),), code=(machinery(trigger),)
        )
        found = hear(crm)
        assert found.letters("crm", "invoice") == ("", "", "")
        assert "log_it" in proof(found, "crm", "invoice", "C", "observed").reason

    @pytest.mark.parametrize(
        "part",
        [
            Machinery("triggers", "trigger", unread="hidden"),
            Machinery("t", "trigger", on="customers", event="U", calls=("purge",)),
            Machinery("v", "view", (Effect("customers", "R"),), calls=("purge",)),
            Machinery("v", "view", unread="hidden"),
        ],
    )
    def test_what_may_be_set_off_and_cannot_be_read_denies_nothing(self, part: Machinery) -> None:
        purge = Machinery("purge", "routine", unread="written in c")
        document = ran(use("crm_app", "customers", "U"), use("crm_app", "v", "R"))
        crm = database(
            statements=(document,),
            code=(machinery(part, purge),),
            grants=(rights(("crm_app", "customers", "RU")),),
        )
        assert hear(crm).letters("crm", "invoice") == ("", "", "")

    def test_what_a_routine_does_may_need_no_right(self) -> None:
        purge = Machinery("purge", "routine", (Effect("customers", "D"),))
        crm = database(code=(machinery(purge),), grants=(rights(("crm_app", "customers", "RU")),))
        assert hear(crm).letters("crm", "customer") == ("", "C", "RU")

    def test_a_routine_that_is_not_listed_is_the_engines_own(self) -> None:
        document = ran(use("crm_app", "customers", "R"), called=(Call("crm_app", "crypt", 1, 1),))
        assert hear(database(statements=(document,))).letters("crm", "customer")[1] == "CUD"

    def test_views_triggers_and_routines_extend_what_is_proven(self) -> None:
        parts = (
            Machinery("v", "view", (Effect("customers", "R"),)),
            Machinery("t", "trigger", (Effect("invoices", "C"),), on="customers", event="U"),
            Machinery("outer", "routine", calls=("inner",)),
            Machinery("inner", "routine", (Effect("invoices", "D"),)),
        )
        document = ran(
            use("crm_app", "v", "R"), use("crm_app", "customers", "U"),
            called=(Call("bill_app", "outer", 3, 1),),
        )  # fmt: skip
        found = hear(database(statements=(document,), code=(machinery(*parts),)))
        assert found.letters("crm", "customer")[0] == "RU"
        assert found.letters("crm", "invoice")[0] == "C"
        assert found.letters("billing", "invoice")[0] == "D"
        assert "v" in proof(found, "crm", "customer", "R", "observed").reason


class TestWritten:
    def one(self, row: RowTraces, engine: str = "sqlite", **more: Any) -> Testimony:
        catalog = Catalog(origin(engine=engine), tables=(Table("customers"), Table("invoices")))
        document = Written(origin(engine=engine), (row,), more.pop("since", LONG_AGO))
        return hear(database(catalog=catalog, written=document, **more))

    def test_counters_prove_for_who_alone_may(self) -> None:
        row = RowTraces("customers", inserted=4, updated=0, deleted=0)
        found = self.one(row, principals=())
        assert found.letters("crm", "customer") == ("C", "UD", "")
        assert "4 rows made" in proof(found, "crm", "customer", "C", "written").reason

    def test_on_a_server_somebody_writes_until_rights_are_read(self) -> None:
        row = RowTraces("customers", inserted=4)
        found = self.one(row, "postgresql")
        assert found.letters("crm", "customer") == ("", "", "")
        assert "somebody does it" in proof(found, "crm", "customer", "C", "written").reason
        may = rights(("crm_app", "customers", "C"))
        assert self.one(row, "postgresql", grants=(may,)).letters("crm", "customer")[0] == "C"
        both = rights(("crm_app", "customers", "C"), ("bill_app", "customers", "C"))
        assert self.one(row, "postgresql", grants=(both,)).letters("crm", "customer")[0] == ""

    def test_stamps_prove_if_they_are_recent(self) -> None:
        fresh = RowTraces(
            "customers", rows=9, created=9, modified=2, made="2026-05-01", changed="2026-06-01"
        )
        assert self.one(fresh, principals=()).letters("crm", "customer") == ("CU", "", "")
        stale = replace(fresh, made="2024-01-31", changed="2024-01-31")
        # That nothing was changed no stamp can tell: a change may leave it out.
        assert self.one(stale, principals=()).letters("crm", "customer") == ("", "C", "")

    def test_a_stamp_of_one_kind_proves_nothing_of_the_other(self) -> None:
        row = RowTraces("customers", rows=9, created=9, modified=2, last="2026-06-01")
        kept = replace(row, made="2020-05-01", changed="2026-06-01")
        assert self.one(kept, principals=()).letters("crm", "customer")[0] == "U"
        grown = replace(row, made="2026-06-01", changed="2020-05-01")
        assert self.one(grown, principals=()).letters("crm", "customer")[0] == "C"
        # As older evidence has it: the latest of either kind.
        assert self.one(row, principals=()).letters("crm", "customer") == ("", "", "")

    def test_a_young_counter_denies_nothing(self) -> None:
        row = RowTraces("customers", inserted=0, updated=0, deleted=0)
        found = self.one(row, since=NOON - timedelta(days=3))
        assert found.letters("crm", "customer") == ("", "", "")


class TestEverything:
    def test_no_evidence_says_nothing(self) -> None:
        assert not hear(database())
        assert not testify({})

    def test_what_failed_is_told_and_counts_as_not_there(self) -> None:
        broken = ran(provenance=origin(status=Status("failed", "the extension is not loaded")))
        found = hear(database(statements=(broken,)))
        assert found.spoke("crm") == frozenset()
        assert found.failed == (
            ("crm", "statements", "pg_stat_statements", "the extension is not loaded"),
        )
        assert found

    def test_a_database_that_was_not_read_denies_nothing(self) -> None:
        crm = database(statements=(ran(use("bill_app", "customers", "R")),))
        found = testify({"crm": crm, "billing": Database("billing")}, homes={"billing": "crm"})
        assert found.letters("billing", "customer") == ("R", "", "")

    _table = st.sampled_from(("customers", "invoices", "jobs", "nowhere"))
    _who = st.sampled_from(("crm_app", "bill_app", "sync", "postgres", ""))
    _letters = st.sets(st.sampled_from(LETTERS), min_size=1).map("".join)
    _uses = st.lists(st.builds(use, _who, _table, _letters, st.integers(1, 9)), max_size=6)
    _rights = st.lists(
        st.tuples(st.sampled_from(("crm_app", "bill_app", "sync", "PUBLIC")), _table, _letters),
        max_size=6,
    )

    @given(_uses, _rights, st.booleans(), st.booleans())
    def test_proven_and_denied_are_never_both(
        self, uses: list[list[Use]], given: list[tuple[str, str, str]], named: bool, whole: bool
    ) -> None:
        document = ran(*uses, tells_principals=named, dropped=0 if whole else 5)
        crm = database(statements=(document,), grants=(rights(*given),))
        found = hear(crm)
        for system in found.found:
            for entity in found.entities(system):
                proven, denied, _ = found.letters(system, entity)
                assert not set(proven) & set(denied)
                keys = [(LETTERS.index(p.letter), p.origin) for p in found.proofs(system, entity)]
                assert len(keys) == len(set(keys))
                for p in found.proofs(system, entity):
                    assert p.answer != "unknown" or p.reason
                    assert p.evidence
        for table, entity in (("customers", "customer"), ("invoices", "invoice")):
            for letter in LETTERS:
                if told(found, "crm", entity, "observed").get(letter) == "no":
                    by_others = {
                        u.principal for some in uses for u in some
                        if (u.table, u.letter) == (table, letter)
                    }  # fmt: skip
                    # What nobody's name stands at is told of who alone may write it.
                    assert by_others <= {"bill_app", "postgres", *([""] if letter != "R" else [])}

    @given(_uses, st.randoms(use_true_random=False))
    def test_the_order_of_evidence_does_not_matter(self, uses: list[list[Use]], mix: Any) -> None:
        mixed = list(uses)
        mix.shuffle(mixed)
        assert hear(database(statements=(ran(*uses),))) == hear(database(statements=(ran(*mixed),)))


@pytest.mark.parametrize(
    ("routine", "text", "known"),
    [
        ("close_month", "CALL close_month(?)", False),
        ("dbo.close_month", "EXEC dbo.close_month ?", False),
        ("Close Month", 'call "Close Month"()', False),
        ("PKG.CLOSE_MONTH", "BEGIN pkg.close_month; END;", False),
        ("CLOSE_MONTH", "begin x := 1; close_month(?); end;", False),
        ("DBMS_OUTPUT.PUT_LINE", "BEGIN dbms_output.put_line(?); END;", True),
        ("close_month", "SELECT close_month(?)", True),
        ("crypt", "CALL crypt(?)", True),
    ],
)
def test_a_call_of_a_routine_that_nobody_knows_is_not_understood(
    routine: str, text: str, known: bool
) -> None:
    own = machinery(Machinery("public.crypt", "routine", (Effect("jobs", "R"),)))
    document = ran(
        use("crm_app", "customers", "R"),
        called=(Call("crm_app", routine, 7, 1, examples=("a",)),),
        texts={"a": text},
        distinct=2,
        understood=2,
        calls=8,
        understood_calls=8,
    )
    found = hear(database(statements=(document,), code=(own,)))
    (rate,) = (r for r in found.rates if r.kind == "statements")
    assert told(found, "crm", "customer", "observed")["D"] == ("no" if known else "unknown")
    assert (rate.understood, rate.understood_calls) == ((2, 8) if known else (1, 1))
    assert [u.text for _, _, u in found.unread] == ([] if known else [text])


def test_the_same_statement_of_two_accounts_is_not_understood_once() -> None:
    calls = tuple(Call(who, "close_month", 2, 1, examples=("a",)) for who in ("crm_app", "x_app"))
    document = ran(
        called=calls,
        texts={"a": "CALL close_month()"},
        distinct=1,
        understood=1,
        calls=4,
        understood_calls=4,
    )
    found = hear(database(statements=(document,)))
    (rate,) = (r for r in found.rates if r.kind == "statements")
    assert (rate.understood, rate.understood_calls) == (0, 0)


def test_code_that_calls_a_routine_that_nobody_knows() -> None:
    code = source("crm", Sighting("customers", "R", "sql"), called=(Called("close_month", 2),))
    found = hear(database(), code)
    assert told(found, "crm", "customer", "coded")["D"] == "unknown"
    assert [(r.distinct, r.understood) for r in found.rates if r.kind == "code"] == [(9, 7)]
    assert [u.times for _, _, u in found.unread] == [2]


def test_code_that_does_not_show_what_ran_denies_nothing() -> None:
    code = source("crm", Sighting("customers", "R", "sql"), Sighting("invoices", "R", "sql"))
    document = ran(use("crm_app", "customers", "RC"), use("x_app", "invoices", "D"))
    found = hear(database(statements=(document,)), code)
    assert told(found, "crm", "customer", "coded") == {
        **dict.fromkeys("CUD", "unknown"),
        "R": "yes",
    }
    assert told(found, "crm", "invoice", "coded")["U"] == "no", "of that, nothing else ran"


def test_a_testimony_told_by_hand_in_one_part_only_is_one() -> None:
    assert not Testimony()
    assert Testimony(shared={"customer": {("billing", "crm"): "R"}})
    assert Testimony(unmapped=(UsedTable("crm", "jobs", "R"),))
