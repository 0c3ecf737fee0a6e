"""Every form of log tells the same of the same workload."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import statement_logs as logs
from statement_logs import Event

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Statements, to_json

PREFIXES: dict[str, Callable[[Event, int], str]] = {
    "%m [%p] %q%u@%d ": lambda e, n: f"{e.stamp}.123 UTC [{e.session}] {e.user}@{e.database} ",
    "%t:%r:%u@%d:[%p]:": lambda e, n: (
        f"{e.stamp} CET:10.0.0.7({5000 + n}):{e.user}@{e.database}:[{e.session}]:"
    ),
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ": lambda e, n: (
        f"{e.stamp} UTC [{e.session}]: [{n}-1] user={e.user},db={e.database},"
        f"app={'My Report Tool' if n % 2 else ''},client=10.0.0.7 "
    ),
    "%c %l %s %v %x %u %d ": lambda e, n: (
        f"6b02ca11.{e.session:x} {n} {e.stamp} UTC 3/{n} 0 {e.user} {e.database} "
    ),
    "%n|%u|%d|%a|%p|": lambda e, n: (
        f"17937000{e.second:02}.001|{e.user}|{e.database}|[unknown]|{e.session}|"
    ),
    "%t user=%u database=%d host=%r pid=%p: ": lambda e, n: (
        f"{e.stamp} +01 user={e.user} database={e.database} host=[local] pid={e.session}: "
    ),
    "<%m %u %d %p>": lambda e, n: f"<{e.stamp}.001 UTC {e.user} {e.database} {e.session}>",
    "%m [%p] %e %u@%d/%a ": lambda e, n: (
        f"{e.stamp}.001 UTC [{e.session}] 00000 {e.user}@{e.database}/psql "
    ),
}
OTHERS: dict[str, Callable[[], str]] = {
    "csvlog": logs.csvlog,
    "jsonlog": logs.jsonlog,
    "syslog": logs.syslog,
    "slow": logs.slow,
    "server_audit": logs.server_audit,
    "percona": logs.percona_json,
    "enterprise": logs.enterprise_json,
    "csv": lambda: logs.table(
        "query_text user_name database_name start_time session_id aborted", mark="\ufeff"
    ),
    "semicolons": lambda: logs.table("SQL;login;DB;Timestamp;Connection ID;Failed".replace(";", " ")
        .replace("Connection ID", "connection_id"), ";"),
    "tabs": lambda: logs.table("sql_text USER_NAME db_name first_seen SESSION_ID failed", "\t"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["statement: ", "execute <unnamed>: ", "execute S_1: "])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_postgresql_whatever_its_prefix(tmp_path: Path, prefix: str, form: str) -> None:
    found = logs.read(_file(tmp_path, logs.postgresql(PREFIXES[prefix], form)))
    assert logs.uses(found) == logs.USES
    assert (found.calls, found.elsewhere, found.temporary) == (8, 1, 1)
    assert found.tells_principals
    _says_no_value(found)


def test_postgresql_with_durations_counts_what_is_executed(tmp_path: Path) -> None:
    prefix = PREFIXES["%m [%p] %q%u@%d "]
    lines = []
    for n, e in enumerate(logs.EVENTS):
        if e.failed:
            continue
        sql = e.sql.replace("\n", "\n\t")
        lines += [
            f"{prefix(e, n)}LOG:  duration: {n + 2}.250 ms  {step} <unnamed>: {sql}"
            for step in ("parse", "bind", "execute")
        ]
    found = logs.read(_file(tmp_path, "\n".join(lines) + "\n"))
    assert logs.uses(found) == logs.USES
    assert any("fastest of 2 ms" in note for note in found.notes)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_plan_beside_its_statement_counts_once(tmp_path: Path, as_json: bool) -> None:
    prefix = PREFIXES["%m [%p] %q%u@%d "]
    lines = []
    for n, e in enumerate(logs.EVENTS):
        if e.failed:
            continue
        sql = e.sql.replace("\n", "\n\t")
        if not e.sql.startswith("SELECT"):  # log_statement = mod
            lines.append(f"{prefix(e, n)}LOG:  statement: {sql}")
        plan = f"Query Text: {sql}\n\tSeq Scan on contact  (cost=0.00..1.00 rows=1 width=4)"
        if as_json:
            text = e.sql.replace("\n", "\\n").replace("\t", "\\t")
            plan = '{\n\t  "Query Text": "' + text + '",\n\t  "Plan": {}\n\t}'
        lines.append(f"{prefix(e, n)}LOG:  duration: 0.015 ms  plan:\n\t{plan}")
    found = logs.read(_file(tmp_path, "\n".join(lines) + "\n"))
    assert logs.uses(found) == logs.USES
    assert any("by their plan only" in note for note in found.notes)


@pytest.mark.parametrize(
    ("log", "statement", "duration"),
    [
        ("German", "Anweisung: ", "Dauer: 1.0 ms  Anweisung: "),
        ("French", "instruction : ", "durée : 1.0 ms, instruction : "),
        ("Spanish", "sentencia: ", "duración: 1.0 ms  sentencia: "),
    ],
)
def test_servers_that_speak_other_languages(
    tmp_path: Path, log: str, statement: str, duration: str
) -> None:
    prefix = PREFIXES["%m [%p] %q%u@%d "]
    text = logs.postgresql(prefix, statement)
    for own, german in (("ERROR:", "FEHLER:"), ("STATEMENT:", "ANWEISUNG:")):
        text = text.replace(own, german) if log == "German" else text
    assert logs.uses(logs.read(_file(tmp_path, text))) == logs.USES
    timed = "\n".join(
        f"{prefix(e, n)}LOG:  {duration}{e.sql}".replace("\n", "\n\t")
        for n, e in enumerate(logs.EVENTS)
        if not e.failed
    )
    assert logs.uses(logs.read(_file(tmp_path, timed + "\n"))) == logs.USES


def test_a_prefix_that_tells_nothing_leaves_the_account_open(tmp_path: Path) -> None:
    text = logs.postgresql(lambda e, n: f"{e.stamp}.001 UTC [{e.session}] ")
    text = "".join(line for line in text.splitlines(True) if "DELETE" not in line)
    found = logs.read(_file(tmp_path, text))
    assert logs.uses(found) == logs.UNKNOWING
    assert not found.tells_principals
    assert any("do not tell the user" in note for note in found.notes)


@pytest.mark.parametrize("name", OTHERS)
def test_other_forms(tmp_path: Path, name: str) -> None:
    found = logs.read(_file(tmp_path, OTHERS[name]()))
    assert logs.uses(found) == logs.USES
    assert (found.calls, found.elsewhere, found.temporary) == (8, 1, 1)
    if name != "syslog":  # whose stamps have no year
        assert found.since is not None
        assert found.since.month == 11
    _says_no_value(found)


@pytest.mark.parametrize("iso", [True, False])
def test_the_general_log(tmp_path: Path, iso: bool) -> None:
    found = logs.read(_file(tmp_path, logs.general(iso)))
    # It does not tell that a statement failed.
    assert logs.uses(found) == logs.USES | {
        ("report_ro", "contact", "R", 1),
        ("report_ro", "contact", "D", 1),
    }
    assert (found.calls, found.elsewhere, found.temporary) == (9, 1, 1)
    assert found.since == datetime(2026, 11, 3, 10, 0, 1, 1 if iso else 0, UTC)
    _says_no_value(found)


def test_a_connection_from_before_the_log_has_no_account(tmp_path: Path) -> None:
    log = "261103 10:00:01\t   9 Query\tSELECT * FROM contact\n"
    found = logs.read(_file(tmp_path, log))
    assert logs.uses(found) == {("", "contact", "R", 1)}
    assert any("open before the log began" in note for note in found.notes)


@pytest.mark.parametrize(
    ("declared", "shown"), [("crm_app@10.0.%", "crm_app@10.0.%"), ("crm_app", "crm_app")]
)
def test_hosts_go_but_where_the_map_names_them(tmp_path: Path, declared: str, shown: str) -> None:
    found = logs.read(_file(tmp_path, logs.general(True)), declared=(declared,))
    assert {u.principal for u in found.uses} == {shown, "report_ro"}


def test_sums_of_a_servers_view(tmp_path: Path) -> None:
    rows = 'query,calls,rolname,datname\n"SELECT * FROM contact WHERE id = $1",120,crm_app,crm\n'
    rows += '"UPDATE contact SET a = $1",3,crm_app,crm\nBEGIN,900,crm_app,crm\n'
    found = logs.read(_file(tmp_path, rows))
    assert logs.uses(found) == {("crm_app", "contact", "R", 120), ("crm_app", "contact", "U", 3)}
    assert found.calls == 1023


def test_first_and_last_of_sums(tmp_path: Path) -> None:
    header = "DIGEST_TEXT,SCHEMA_NAME,COUNT_STAR,FIRST_SEEN,LAST_SEEN\n"
    row = "SELECT * FROM `contact`,crm,7,2026-10-01 08:00:00,2026-11-02 09:30:00\n"
    (use,) = logs.read(_file(tmp_path, header + row)).uses
    assert (use.calls, use.first, use.last) == (
        7,
        datetime(2026, 10, 1, 8, tzinfo=UTC),
        datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, None])
def test_packed_files(tmp_path: Path, pack: Callable[[bytes], bytes] | None) -> None:
    raw = logs.general(True).encode()
    path = tmp_path / "log"
    if pack is None:
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(raw)
    else:
        path.write_bytes(pack(raw))
    assert logs.read(path).calls == 9


def test_a_damaged_packed_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(logs.general(True).encode() * 400)[:-2000])
    with pytest.raises(CrmauditError, match="cannot be read"):
        logs.read(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = logs.table("query_text user_name database_name start_time session_id aborted")
    text = text.replace("orders", "auftr\u00e4ge")
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode(encoding))
    assert ("crm_app", "auftr\u00e4ge", "C", 1) in logs.uses(logs.read(path))


def _file(folder: Path, text: str) -> Path:
    path = folder / "some.file"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _says_no_value(found: Statements) -> None:
    assert logs.SECRET.lower() not in to_json(found).lower()
