"""A KPI asked of a database: one body over every dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from databases import Database, dialects

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Provenance, Series
from crmaudit.governance.collectors.series import MOST_POINTS, collector
from crmaudit.sources import open_source
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.kpis import Kpi

TABLES = [
    "CREATE TABLE visits (id integer PRIMARY KEY, day date, month varchar(7), seconds bigint, "
    "paid decimal(9,2), remark varchar(40))",
    "INSERT INTO visits VALUES (1, '2026-01-31', '2026-01', 1769817600, 12.50, 'Ana Diaz'), "
    "(2, '2026-02-28', '2026-02', 1772236800, 3, 'Ben Oyelaran'), "
    "(3, '2026-03-31', '2026-03', 1774915200, NULL, 'x')",
]


def asked(db: Database, *statements: str) -> list[Series]:
    kpis = tuple(Kpi(id=f"k{i}", name="K", system="crm", sql=s) for i, s in enumerate(statements))
    with open_source(db.url) as source:
        task = Task(source, "crm", source.catalog("crm"), (), Known(kpis=kpis))
        told = [s.sql for s in collector.statements(task)]
        found = [d for d in collector.collect(task) if isinstance(d, Series)]
        # An engine refuses what does not read before it is sent.
        sent = [s.sql for s in source.sent if "AS series" in s.sql]
        assert sent == [s for s in told if s in sent]
        assert set(told) - set(sent) <= {s for s in told if "DELETE" in s}
    return found


@pytest.mark.parametrize("column", ["day", "month", "seconds"])
def test_dates_of_any_form(db: Database, column: str) -> None:
    db.execute(TABLES)
    (found,) = asked(db, f"SELECT {column}, paid FROM visits ORDER BY id DESC;")
    assert found.points == ((date(2026, 1, 31), 12.5), (date(2026, 2, 28), 3.0))
    assert found.provenance.status.state == "done"
    assert found.kpi == "k0"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT remark, paid FROM visits", "row 1: its first column holds no date"),
        ("SELECT day, remark FROM visits", "row 1: its second column holds no number"),
        ("SELECT day, paid, remark FROM visits", "3 columns were answered, not two"),
        ("SELECT day FROM visits", "one column was answered"),
        ("SELECT day, nothing FROM visits", "nothing"),
        ("DELETE FROM visits", ""),
    ],
)
def test_what_is_no_series_says_why_and_shows_no_value(
    db: Database, statement: str, why: str
) -> None:
    db.execute(TABLES)
    bad, good = asked(db, statement, "SELECT day, paid FROM visits")
    status = bad.provenance.status
    assert (status.state, bad.points) == ("failed", ())
    assert "kpis.yaml" in status.reason
    assert "Diaz" not in status.reason
    if why != "nothing":
        assert why in status.reason
    assert len(good.points) == 2, "one bad statement does not take the others along"
    assert db.execute(["SELECT count(*) FROM visits"])[0][0] == 3


@pytest.mark.parametrize("dialect", dialects("sqlite", "duckdb"))
def test_an_empty_answer_is_an_empty_series(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    db.execute(TABLES)
    (found,) = asked(db, "SELECT day, paid FROM visits WHERE id > 9")
    assert (found.points, found.provenance.status.state) == ((), "done")


def test_whole_tables_are_refused(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    db.execute(["CREATE TABLE one (n integer)", "INSERT INTO one VALUES (1)"])
    forever = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
        "SELECT '2026-01-01', n FROM t"
    )
    (found,) = asked(db, forever)
    assert f"more than {MOST_POINTS:,} rows" in found.provenance.status.reason


def test_a_lost_connection_passes() -> None:
    taken = datetime(2026, 1, 1, tzinfo=UTC)

    class Gone:
        engine, address, snapshot = "sqlite", "x", "s"
        sent: list[Statement] = []

        def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
            raise ConnectionLostError("gone")

    about = Provenance("crm", "x", "sqlite", "s", taken, "t")
    kpi = Kpi(id="k", name="K", system="crm", sql="SELECT 1, 2")
    task = Task(Gone(), "crm", Catalog(about), (), Known(kpis=(kpi,)))  # type: ignore[arg-type]

    def run() -> Iterator[object]:
        yield from collector.collect(task)

    with pytest.raises(ConnectionLostError):
        list(run())
    assert issubclass(ConnectionLostError, CrmauditError)


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "END"])
def test_a_statement_cannot_step_out_of_its_place(db: Database, end: str) -> None:
    """Closing the parenthesis and the transaction would let the next statement write."""
    db.execute(TABLES)
    (found,) = asked(
        db,
        f"SELECT day, paid FROM visits) AS x; {end}; DELETE FROM visits; "
        "SELECT * FROM (SELECT day, paid FROM visits",
    )
    assert found.provenance.status.state == "failed"
    assert db.execute(["SELECT count(*) FROM visits"])[0][0] == 3


@pytest.mark.parametrize(
    "call",
    ["pg_read_file('/etc/passwd')", "LOAD_FILE ('/etc/passwd')", "lo_create(0)", "get_lock('a', 1)",
     '"pg_terminate_backend"(1)', "read_text('/etc/passwd')"],
)  # fmt: skip
def test_what_does_more_than_read_is_not_sent(db: Database, call: str) -> None:
    """A read-only transaction lets these through where the account may call them."""
    db.execute(TABLES)
    bad, good = asked(db, f"SELECT day, {call} FROM visits", "SELECT day, paid FROM visits")
    assert "was not sent" in bad.provenance.status.reason
    assert good.points


def test_one_number_is_that_of_the_day_of_reading(db: Database) -> None:
    db.execute(TABLES)
    count, words = asked(db, "SELECT count(*) FROM visits", "SELECT min(remark) FROM visits")
    assert count.points == ((count.provenance.taken_at.date(), 3.0),)
    assert words.provenance.status.reason.startswith("what was answered is no number")
