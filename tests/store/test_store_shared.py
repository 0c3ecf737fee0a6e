"""A history that several audits and several people share: a store at an address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from databases import Database, dialects
from servers import PASSWORD

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Provenance, TableProfile
from crmaudit.store import Store, open_store

Make = Callable[[str], Database]
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
ENGINES = dialects("sqlite", "postgresql", "mariadb")
SERVERS = dialects("postgresql", "mariadb")


def table(name: str, rows: int = 0, key_id: str = "") -> TableProfile:
    p = Provenance("crm", "sqlite:///x", "sqlite", "s1", NOON, "crmaudit test", key_id=key_id)
    return TableProfile(p, table=name, rows=rows)


@contextmanager
def open_for(url: str, audit: str = "") -> Iterator[Store]:
    store = open_store(url, audit)
    yield store
    store.close()


@pytest.mark.parametrize("dialect", ENGINES)
def test_audits_in_one_database_do_not_see_each_other(make_db: Make, dialect: str) -> None:
    url = make_db(dialect).url
    ours, theirs = (open_store(url, name) for name in ("harbour", "wharf"))
    for store, rows in ((ours, 1), (theirs, 2)):
        store.put(table("contact", rows))
        store.begin_collection("crm", "here", ("profile",), "s1")
        store.remember({"rows": rows})
    for store, rows in ((ours, 1), (theirs, 2)):
        assert [d.rows for d in store.newest() if isinstance(d, TableProfile)] == [rows]
        assert [r.body for r in store.runs()] == [{"rows": rows}]
        # The other's new collection did not end ours.
        begun = store.open_collection("crm", "here", ("profile",))
        assert begun is not None
        store.end_collection(begun)
    assert list(open_store(url, "third").newest()) == []
    for store in (ours, theirs):
        store.close()


@pytest.mark.parametrize("dialect", ENGINES)
def test_keys_of_what_is_kept(make_db: Make, dialect: str) -> None:
    store = open_store(make_db(dialect).url, "harbour")
    assert store.key_ids() == ()
    store.put(table("a"), table("b", key_id="k2"), table("c", key_id="k1"), table("d", key_id="k2"))
    assert store.key_ids() == ("k1", "k2")
    assert store.shared
    store.close()


@pytest.mark.parametrize("dialect", ENGINES)
def test_a_store_of_the_first_version_is_brought_along(make_db: Make, dialect: str) -> None:
    made = make_db(dialect)
    store = open_store(made.url)
    store.put(table("a", 7))
    store.remember({"n": 1})
    store.close()
    made.execute(
        [
            *(
                f"ALTER TABLE {name} DROP COLUMN {column}"
                for name, column in (
                    ("evidence", "audit"), ("evidence", "key_id"), ("runs", "audit"),
                    ("checkpoints", "audit"),
                )
            ),
            "DELETE FROM store_version",
            "INSERT INTO store_version VALUES (1)",
        ]
    )  # fmt: skip
    again = open_store(made.url)
    assert [d.rows for d in again.newest() if isinstance(d, TableProfile)] == [7]
    assert [r.body for r in again.runs()] == [{"n": 1}]
    again.remember({"n": 2})
    assert len(again.runs()) == 2
    again.close()


@pytest.mark.parametrize("dialect", ENGINES)
def test_tables_of_something_else_are_left_alone(make_db: Make, dialect: str) -> None:
    made = make_db(dialect)
    made.execute(["CREATE TABLE runs (id integer PRIMARY KEY, horse varchar(20))"])
    with pytest.raises(CrmauditError, match="a table runs that is not of crmaudit") as caught:
        open_store(made.url)
    assert "of its own" in caught.value.hint
    assert made.execute(["SELECT count(*) FROM runs"])[0][0] == 0


@pytest.mark.parametrize("dialect", SERVERS)
def test_secrets_come_from_the_environment(
    make_db: Make, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_db(dialect).url
    address = url.replace(PASSWORD, "${HISTORY_PASSWORD}")
    with pytest.raises(CrmauditError, match="HISTORY_PASSWORD is not set"):
        open_store(address)
    monkeypatch.setenv("HISTORY_PASSWORD", PASSWORD)
    open_store(address).close()
    monkeypatch.setenv("HISTORY", url)
    open_store("$HISTORY").close()


@pytest.mark.server
def test_an_account_that_may_only_read(make_db: Make) -> None:
    made = make_db("postgresql")
    with open_for(made.url) as store:
        store.put(table("a", 7))
        store.remember({"n": 1})
    name = f"reader_{os.getpid()}"
    made.execute(
        [
            f"CREATE ROLE {name} LOGIN PASSWORD 'looks-0nly'",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
        ]
    )
    try:
        with open_for(made.url_of(name, "looks-0nly")) as store:
            assert [d.rows for d in store.newest() if isinstance(d, TableProfile)] == [7]
            for change in (lambda: store.put(table("b")), lambda: store.remember({"n": 2})):
                with pytest.raises(CrmauditError, match="permission denied") as caught:
                    change()
                assert "SELECT, INSERT" in caught.value.hint
                assert "looks-0nly" not in str(caught.value)
    finally:
        made.execute([f"DROP OWNED BY {name}", f"DROP ROLE {name}"])
    with open_for(made.url) as store:
        assert len(store.runs()) == 1


@pytest.mark.server
def test_a_server_that_takes_no_changes(make_db: Make) -> None:
    made = make_db("postgresql")
    open_store(made.url).close()
    database = made.url.rsplit("/", 1)[1]
    made.execute([f"ALTER DATABASE {database} SET default_transaction_read_only = on"])
    with open_for(made.url) as store:
        assert store.runs() == ()
        with pytest.raises(CrmauditError, match="read-only transaction") as caught:
            store.remember({})
    assert "takes no changes" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://u:s3cret-pw@127.0.0.1:1/db", "whether the server is up"),
        ("mysql://u:s3cret-pw@127.0.0.1:1/db", "whether the server is up"),
        ("postgresql://u:s3cret-pw@no-such-host.invalid/db", "whether the server is up"),
    ],
)
def test_a_server_that_is_not_there(url: str, hint: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        open_store(url)
    assert hint in caught.value.hint
    assert "s3cret-pw" not in str(caught.value)


@pytest.mark.parametrize("dialect", ENGINES)
def test_audits_end_at_once_and_none_is_lost(make_db: Make, dialect: str) -> None:
    url = make_db(dialect).url
    code = (
        "import sys; from crmaudit.store import open_store\n"
        "store = open_store(sys.argv[1], sys.argv[2])\n"
        "for n in range(10): store.remember({'n': n})\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, url, name], stderr=subprocess.PIPE, text=True)
        for name in ("one", "two", "one")
    ]
    told = [process.communicate(timeout=90)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], told
    for name, runs in (("one", 20), ("two", 10)):
        with open_for(url, name) as store:
            numbers = [r.id for r in store.runs()]
            assert len(numbers) == runs
            assert numbers == sorted(set(numbers))
