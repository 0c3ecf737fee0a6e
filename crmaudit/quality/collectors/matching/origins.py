"""Counts duplicates by what tells where their records come from, in the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import ColumnProfile
from crmaudit.evidence.match import Origin
from crmaudit.evidence.privacy import ACCOUNT, account_name, may_show, shape, whose
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.matching.causes import LATER_BY_HAND, LATER_BY_IMPORT, Counted

MOMENTS = r"""
CREATE OR REPLACE TEMP MACRO moment(v) AS CASE
    WHEN regexp_full_match(v, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?') AND left(v, 4) > '0001'
        THEN try_cast(replace(left(v, 19), 'T', ' ') AS TIMESTAMP)
    WHEN regexp_full_match(v, '[0-9]{9,10}(\.[0-9]+)?')
        THEN make_timestamp(try_cast(split_part(v, '.', 1) AS BIGINT) * 1000000)
    WHEN regexp_full_match(v, '[0-9]{13}') THEN make_timestamp(try_cast(v AS BIGINT) * 1000)
    WHEN regexp_full_match(v, '[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}')
        THEN try_strptime(v, '%d.%m.%Y')
    WHEN regexp_full_match(v, '[0-9]{8}') THEN try_strptime(v, '%Y%m%d') END
"""
"""When something happened, of a text in ISO 8601, seconds or thousandths since 1970, or as people
write it where that can be read in one way only; null where it cannot be read."""

_MARKS: tuple[tuple[Origin, str], ...] = (
    ("import batch", "import_batch"),
    ("source", "source"),
    ("unit", "unit"),
)


@dataclass(frozen=True, slots=True)
class Later:
    """How it is known which records came later: of `things` with several records, by when they
    were made (`dated`), by their keys (`numbered`), or not at all."""

    things: int
    dated: int
    numbered: int

    @property
    def unknown(self) -> int:
        return self.things - self.dated - self.numbered


def later(engine: Engine) -> Later:
    """Make the table `came`: for each record `n` of a thing with several, its `share`.

    The share is 1 of a record that came later than another one of its thing,
    0 of the first, and (k - 1) / k of each of k where nobody knows.
    """

    def make() -> tuple[int, int, int]:
        engine.ask(MOMENTS)
        engine.ask(
            """
            CREATE OR REPLACE TEMP TABLE came AS
            WITH several AS (SELECT thing FROM members GROUP BY thing HAVING count(*) > 1),
            orders AS (
                SELECT count(DISTINCT tab) = 1
                    AND bool_and(try_cast("key" AS HUGEINT) IS NOT NULL) AS numeric FROM records),
            told AS (
                SELECT m.thing, r.n, moment(r.created_at) AS made,
                    count(*) OVER (PARTITION BY m.thing) AS size,
                    bool_and(moment(r.created_at) IS NOT NULL) OVER (PARTITION BY m.thing) AS dated
                FROM members m JOIN several USING (thing) JOIN records r ON r.n = m.n)
            SELECT thing, n, size, dated, numeric,
                CASE WHEN NOT dated AND NOT numeric THEN (size - 1) / size
                     WHEN row_number() OVER (PARTITION BY thing ORDER BY
                         CASE WHEN dated THEN made END, n) = 1 THEN 0 ELSE 1 END::DOUBLE AS share
            FROM told CROSS JOIN orders
            """
        )
        (found,) = engine.ask(
            "SELECT count(DISTINCT thing), count(DISTINCT CASE WHEN dated THEN thing END), "
            "count(DISTINCT CASE WHEN NOT dated AND numeric THEN thing END) FROM came"
        )
        return found

    return Later(*engine.run(make))


def counted(
    engine: Engine, key: Key | None, columns: Mapping[str, Sequence[ColumnProfile]]
) -> Iterator[Counted]:
    """Duplicates by each origin that is known; `came` has to be there.

    `columns` are the profiles of the columns that a mark was read from: a
    value is shown only where the rules allow it for all of them. Authors need
    a key, as accounts are shown by their pseudonym.
    """
    if key is not None:
        found = _by(engine, "r.created_by")
        together: dict[str, tuple[float, int]] = {}
        for value, duplicates, records in found:
            name = key.pseudonym(ACCOUNT, account_name(value))
            before = together.get(name, (0.0, 0))
            together[name] = (before[0] + duplicates, before[1] + records)
        for name, (duplicates, records) in sorted(together.items()):
            yield Counted("author", name, duplicates, records)
    for value, duplicates, records in _by(engine, "strftime(moment(r.created_at), '%Y-%m')"):
        yield Counted("month", value, duplicates, records)
    for origin, column in _MARKS:
        values = _by(engine, f"r.{column}")
        yield from _shown(origin, values, columns.get(column, ()))
    yield from _without_feed(engine)


def _by(engine: Engine, value: str) -> list[tuple[str, float, int]]:
    """Value, duplicates, records; in the order of the values."""
    sql = (
        f"SELECT v, sum(share), count(*) FROM (SELECT {value} AS v, coalesce(c.share, 0) AS share "
        "FROM records r LEFT JOIN came c ON c.n = r.n) WHERE v IS NOT NULL GROUP BY v ORDER BY v"
    )
    return [(str(v), float(d), int(n)) for v, d, n in engine.run(lambda: engine.ask(sql))]


def _shown(
    origin: Origin, values: Sequence[tuple[str, float, int]], columns: Sequence[ColumnProfile]
) -> Iterator[Counted]:
    names: dict[str, int] = {}
    for value, duplicates, records in values:
        may = bool(columns) and all(_may_show(c, len(values), value, records) for c in columns)
        name = value if may else shape(value)
        names[name] = names.get(name, 0) + 1
        # Two values of one shape are two: they are told apart by a number.
        again = f" ({names[name]})" if names[name] > 1 else ""
        yield Counted(origin, name + again, duplicates, records)


def _may_show(column: ColumnProfile, found: int, value: str, records: int) -> bool:
    """As its profile shows values: what is masked there is masked here."""
    distinct = column.distinct or found
    return whose(column.semantic) == "none" and may_show(
        column.name, column.logical, distinct, column.filled, value, records
    )


def _without_feed(engine: Engine) -> Iterator[Counted]:
    """What was typed in although an import had brought it, and the other way round."""
    sql = """
        WITH r AS (
            SELECT r.n, r.import_batch IS NOT NULL AS imported, coalesce(c.share, 0) AS share,
                bool_or(r.import_batch IS NOT NULL AND c.share < 1) OVER t AS any_imported,
                bool_or(r.import_batch IS NULL AND c.share < 1) OVER t AS any_typed
            FROM records r LEFT JOIN came c ON c.n = r.n
            WINDOW t AS (PARTITION BY coalesce(c.thing, -1 - r.n)))
        SELECT imported, count(*),
            sum(CASE WHEN CASE WHEN imported THEN any_typed ELSE any_imported END
                THEN share ELSE 0 END)
        FROM r GROUP BY imported ORDER BY imported
    """
    found = {bool(i): (int(n), float(d)) for i, n, d in engine.run(lambda: engine.ask(sql))}
    if len(found) < 2:
        return
    for imported, name in ((False, LATER_BY_HAND), (True, LATER_BY_IMPORT)):
        records, duplicates = found[imported]
        yield Counted("feed", name, duplicates, records)
