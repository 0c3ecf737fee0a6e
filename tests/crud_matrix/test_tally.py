"""Statements counted: who did what to which table, what is unknown, what lies elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.collectors.tally import Tally
from crmaudit.crud_matrix.principals import Naming
from crmaudit.evidence import (
    Catalog,
    Column,
    Provenance,
    Statements,
    Table,
    Unread,
    from_json,
    to_json,
)
from crmaudit.key import Key

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = Provenance("crm", "log", "postgresql", "s", NOON, "crmaudit")
CATALOG = Catalog(
    ORIGIN,
    tables=tuple(
        Table(name, schema, columns=(Column("id", "integer"), Column("name", "text")))
        for name, schema in (
            ("contact", ""),
            ("invoice", ""),
            ("order line", ""),
            ("salary", "private"),
        )
    ),
)


def tally(dialect: str = "postgresql", *, most: int = 1000, key: Key | None = None) -> Tally:
    schema, database = ("crm", "crm") if dialect == "mariadb" else ("public", "crm")
    return Tally(CATALOG, dialect, Naming(key=key), schema=schema, database=database, most=most)


def told(document: Statements) -> dict[tuple[str, str], str]:
    assert from_json(to_json(document)) == document
    found: dict[tuple[str, str], str] = {}
    for use in document.uses:
        key = (use.principal, use.table)
        found[key] = found.get(key, "") + use.letter
    return found


def test_uses_are_summed() -> None:
    taken = tally()
    for i in range(5):
        taken.take(
            f"SELECT name FROM contact WHERE id = {i}", "crm_app", first=NOON + timedelta(hours=i)
        )
    taken.take("select * from public.contact", "crm_app", calls=10)
    taken.take("UPDATE contact SET name = 'Anna' WHERE id = 3", "crm_app")
    taken.take('INSERT INTO "order line" VALUES (1)', "billing_app")
    taken.take("DELETE FROM private.salary", "billing_app")
    taken.take("COMMIT", "crm_app")
    document = taken.document(ORIGIN, "log")
    assert told(document) == {
        ("billing_app", "order line"): "C",
        ("billing_app", "private.salary"): "D",
        ("crm_app", "contact"): "RU",
    }
    read = next(u for u in document.uses if (u.table, u.letter) == ("contact", "R"))
    assert (read.calls, read.statements) == (16, 3)
    assert (read.first, read.last) == (NOON, NOON + timedelta(hours=4))
    assert document.texts[read.examples[0]] == "select * from public.contact"
    assert (document.calls, document.distinct, document.understood) == (19, 6, 6)
    assert document.understood_calls == 19
    assert (document.since, document.until) == (NOON, NOON + timedelta(hours=4))
    assert "Anna" not in to_json(document)


def test_what_nobody_understands_is_unknown_with_the_tables_it_may_touch() -> None:
    taken = tally()
    taken.take("FROBNICATE contact, \"order line\" WITH 'secret-word'", "crm_app", calls=4)
    taken.take("SELECT * FROM contact", "crm_app")
    document = taken.document(ORIGIN, "log", unread=[Unread("", "hidden", 3, "x")])
    unread = next(u for u in document.unread if u.text)
    assert unread.tables == ("contact", "order line")
    assert (unread.times, unread.principal) == (4, "crm_app")
    assert "secret-word" not in to_json(document)
    assert (document.calls, document.understood_calls) == (8, 1)
    assert (document.distinct, document.understood) == (3, 1)


def test_temporary_tables_are_left_out_session_by_session() -> None:
    taken = tally()
    taken.take("CREATE TEMP TABLE invoice AS SELECT id FROM contact", "crm_app", session="1")
    taken.take("INSERT INTO invoice SELECT id FROM private.salary", "crm_app", session="1")
    taken.take("DELETE FROM public.invoice", "crm_app", session="1")
    taken.take("UPDATE invoice SET id = 0", "crm_app", session="2")
    taken.ended("1")
    taken.take("INSERT INTO invoice VALUES (1)", "crm_app", session="1")
    document = taken.document(ORIGIN, "log")
    assert told(document) == {
        ("crm_app", "contact"): "R",
        ("crm_app", "private.salary"): "R",
        ("crm_app", "invoice"): "CUD",
    }
    assert document.temporary == 1


def test_a_temporary_table_that_was_dropped_is_gone() -> None:
    taken = tally("mariadb")
    taken.take("CREATE TEMPORARY TABLE passing (id int)", "crm_app", session="1")
    taken.take("INSERT INTO crm.passing VALUES (1)", "crm_app", session="1")
    taken.take("DROP TABLE passing", "crm_app", session="1")
    taken.take("INSERT INTO passing VALUES (1)", "crm_app", session="1")
    assert told(taken.document(ORIGIN, "log")) == {("crm_app", "passing"): "C"}


def test_without_sessions_a_hidden_table_is_unknown() -> None:
    taken = tally()
    taken.take("CREATE TEMP TABLE invoice AS SELECT id FROM contact", "crm_app")
    taken.take("INSERT INTO invoice VALUES (1)", "crm_app")
    taken.take("INSERT INTO invoice VALUES (1)", "billing_app")
    taken.take("CREATE TEMP TABLE passing AS SELECT 1", "crm_app")
    taken.take("SELECT * FROM passing", "crm_app")
    document = taken.document(ORIGIN, "pg_stat_statements")
    assert told(document) == {("crm_app", "contact"): "R", ("billing_app", "invoice"): "C"}
    assert [u.principal for u in document.unread] == ["crm_app"]
    assert document.unread[0].tables == ("invoice",)


def test_other_databases_are_elsewhere() -> None:
    taken = tally("mariadb")
    taken.take("DELETE FROM contact", "crm_app", database="other", calls=2)
    taken.take("SELECT * FROM crm.contact", "crm_app", database="other")
    taken.take("SELECT * FROM other.contact", "crm_app", database="crm")
    taken.take("UPDATE contact SET id = 1", "crm_app", database="CRM")
    taken.pass_over(7)
    document = taken.document(ORIGIN, "log")
    assert told(document) == {("crm_app", "contact"): "RU", ("crm_app", "other.contact"): "R"}
    assert document.elsewhere == 9
    assert document.calls == 3


def test_what_is_cut_counts_as_far_as_its_head_decides() -> None:
    taken = tally("mariadb")
    taken.take("INSERT INTO `contact` ( `id` , `name` ) VALUES ( ...", "a_app", cut=True)
    taken.take("UPDATE `invoice` SET `name` = ? WHERE ...", "b_app", cut=True)
    taken.take("DELETE FROM `invoice` WHERE ...", "c_app", cut=True)
    taken.take("SELECT `id` FROM `contact` WHERE ...", "d_app", cut=True)
    taken.take("INSERT INTO `nowhere` ( `id` ) SELECT ...", "e_app", cut=True)
    document = taken.document(ORIGIN, "digests")
    assert told(document) == {
        ("a_app", "contact"): "C",
        ("b_app", "invoice"): "U",
        ("c_app", "invoice"): "D",
    }
    assert len(document.unread) == 5
    assert document.understood == 0


def test_a_name_of_several_schemas_is_unknown_where_the_search_path_varies() -> None:
    both = Catalog(ORIGIN, tables=(Table("contact"), Table("contact", "tenant"), Table("invoice")))

    def taken(*texts: str) -> Statements:
        counted = Tally(both, "postgresql", Naming(), schema="public", database="crm")
        for text in texts:
            counted.take(text, "crm_app")
        return counted.document(ORIGIN, "log")

    read, other = "SELECT * FROM contact", "UPDATE tenant.contact SET id = 1"
    assert told(taken(read, other)) == {
        ("crm_app", "contact"): "R",
        ("crm_app", "tenant.contact"): "U",
    }
    document = taken(read, other, "DELETE FROM invoice", "SET search_path TO tenant")
    assert told(document) == {("crm_app", "tenant.contact"): "U", ("crm_app", "invoice"): "D"}
    assert [u.tables for u in document.unread] == [("contact", "tenant.contact")]
    assert document.understood == 3


def test_memory_is_bounded_and_what_was_lost_is_said() -> None:
    taken = tally(most=10)
    for i in range(50):
        taken.take(f"SELECT * FROM contact AS c{i}", "crm_app", calls=2)
    document = taken.document(ORIGIN, "log", dropped=5)
    assert document.distinct == 10
    assert document.dropped == 5 + 80
    assert any("80" in note for note in document.notes)


def test_the_list_of_unknowns_is_bounded_and_keeps_every_table() -> None:
    taken = tally(most=5000)
    for i in range(1200):
        taken.take(f"FROBNICATE a{i} {'contact' if i == 1100 else ''}", "crm_app", calls=2000 - i)
    document = taken.document(ORIGIN, "log")
    assert len(document.unread) < 1010
    assert sum(u.times for u in document.unread) == document.calls
    assert any("contact" in u.tables for u in document.unread)


def test_people_carry_a_pseudonym() -> None:
    key = Key(b"k" * 32)
    taken = tally(key=key)
    taken.take("SELECT * FROM contact", "jane.doe")
    document = taken.document(ORIGIN, "log", reader="jane.doe")
    assert told(document) == {(key.pseudonym("acct", "jane.doe"), "contact"): "R"}
    assert "jane" not in to_json(document)


def test_several_statements_in_one_go() -> None:
    taken = tally()
    taken.take("BEGIN; UPDATE contact SET id = 1; DELETE FROM invoice; COMMIT;", "crm_app")
    document = taken.document(ORIGIN, "log")
    assert told(document) == {("crm_app", "contact"): "U", ("crm_app", "invoice"): "D"}


_TEXTS = st.sampled_from(
    [
        "SELECT * FROM contact",
        "INSERT INTO invoice VALUES (1)",
        "UPDATE contact SET id = 2 WHERE id = 3",
        "CREATE TEMP TABLE invoice AS SELECT id FROM contact",
        "DROP TABLE invoice",
        "FROBNICATE",
        "",
        ";",
        "\x00",
    ]
)


@given(
    st.lists(
        st.tuples(_TEXTS | st.text(max_size=40), st.sampled_from(["a_app", "b_app", ""]),
                  st.sampled_from(["", "1", "2"])),
        max_size=25,
    )
)  # fmt: skip
def test_no_call_is_lost(taken: list[tuple[str, str, str]]) -> None:
    counted = tally()
    for text, principal, session in taken:
        counted.take(text, principal, session=session)
    document = counted.document(ORIGIN, "log")
    assert document.calls == len(taken)
    assert document.understood_calls + sum(u.times for u in document.unread) == len(taken)
    assert document.understood <= document.distinct
    shuffled = tally()
    for text, principal, session in taken:
        shuffled.take(text, principal, session=session)
    assert shuffled.document(ORIGIN, "log") == document
    assert Counter(u.principal for u in document.uses).keys() <= {"a_app", "b_app", ""}
