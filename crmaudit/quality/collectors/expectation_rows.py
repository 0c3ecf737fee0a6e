"""Checks counted in rows: the columns they need, on this machine, as values of their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Column
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.measure import BLANK
from crmaudit.quality.collectors.staging import shortened
from crmaudit.quality.logical_types import READ, candidates
from crmaudit.quality.plan import Plan
from crmaudit.workspace import comparison

LATEST = 60
"""Different days kept of a column whose age is asked: more than will lie in the future."""

_DAYS = ("date", "datetime")
_NOUNS = {"integer": "number", "number": "number", "date": "date", "datetime": "date",
          "boolean": "yes or no"}  # fmt: skip


class CannotTellError(Exception):
    """What was asked has no answer here, and why."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`passed` of `applicable` rows; `worst` is the most frequent value that fails, `times` often.

    `filled` and `distinct` are of the column, `worst` is not masked.
    """

    applicable: int
    passed: int | None = None
    worst: str | None = None
    times: int = 0
    filled: int = 0
    distinct: int = 0
    logical: Logical = "text"
    latest: tuple[str, ...] = ()


class RowTests:
    """An engine that holds some columns of one table after another. A context manager.

    What is empty or only white space is NULL in it. A value of more than 4 KiB
    is held as its head, length and hash, unless the whole of it is asked for.
    """

    def __init__(self, plan: Plan, engine: str) -> None:
        self._source = engine
        try:
            self._engine = Engine(plan, threads=2, file="expected.duckdb")
        except (OSError, duckdb.Error):
            raise CrmauditError(
                "the temporary file for counting could not be written",
                "see that the disk of the temporary folder has room, then collect again",
            ) from None
        self.rows = 0
        self._columns: list[Column] = []
        self._known: dict[int, Logical] = {}
        try:
            self._ask(f"CREATE MACRO is_blank(v) AS ({BLANK})")
            for logical, read in READ.items():
                self._ask(f"CREATE MACRO as_{logical}(v) AS ({read})")
        except BaseException:
            self._engine.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.close()

    def load(
        self,
        columns: Sequence[Column],
        batches: Iterable[Any],
        whole: bool = False,
        told: Callable[[int], None] = lambda rows: None,
    ) -> None:
        """Hold these columns of all rows, in place of what was held. Raises what the batches do."""
        self._columns, self._known, self.rows = list(columns), {}, 0
        self.rows = self._fill("held", len(columns), batches, whole, told)

    def load_parents(self, batches: Iterable[Any]) -> None:
        """Hold the values that a reference may have."""
        self._fill("parents", 1, batches, False, lambda rows: None)

    def _fill(
        self,
        name: str,
        width: int,
        batches: Iterable[Any],
        whole: bool,
        told: Callable[[int], None],
    ) -> int:
        names = [f"c{i}" for i in range(width)]
        self._ask(f"DROP TABLE IF EXISTS {name}")
        self._ask(f"CREATE TABLE {name} ({', '.join(f'{n} VARCHAR' for n in names)})")
        values = ", ".join(f"CASE WHEN NOT is_blank({n}) THEN {n} END" for n in names)
        sql = f"INSERT INTO {name} SELECT {values} FROM feed"
        rows = 0
        for batch in batches:
            arrays = batch.columns if whole else shortened(batch)
            feed = pa.table(dict(zip(names, arrays, strict=True)))
            self._engine.run(partial(self._engine.show, "feed", feed, sql))
            rows += batch.num_rows
            told(rows)
        return rows

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self._engine.run(lambda: self._engine.ask(sql))

    def logical(self, column: Column) -> Logical:
        """The column's type: as declared, else the one that all its values have."""
        index = self._columns.index(column)
        if index not in self._known:
            *open_, (last, _) = candidates(column.type, self._source)
            found: Logical = last
            if open_:
                tests = ", ".join(f"bool_and({test})" for _, test in open_)
                (answers,) = self._ask(f"SELECT {tests} FROM (SELECT c{index} AS v FROM held)")
                found = next(
                    (kind for (kind, _), all_ in zip(open_, answers, strict=True) if all_), last
                )
            self._known[index] = found
        return self._known[index]

    # The checks ---------------------------------------------------------------------------

    def required(self, column: Column) -> Counted:
        (found,) = self._ask(f"SELECT count({self._of(column)}) FROM held")
        return Counted(self.rows, found[0])

    def unique(self, column: Column) -> Counted:
        c = self._values(column)
        ((total, once, distinct),) = self._ask(
            "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (n = 1), 0), count(*) FROM "
            f"(SELECT count(*) AS n FROM held WHERE {c} IS NOT NULL GROUP BY {c})"
        )
        return Counted(int(total), int(once), filled=int(total), distinct=distinct)

    def pattern(self, column: Column, pattern: str) -> Counted:
        return self._each(column, f"regexp_matches({self._values(column)}, {quoted(pattern)})")

    def domain(self, column: Column, values: Sequence[str]) -> Counted:
        c, kind = self._values(column), self.logical(column)
        if not values:
            return self._each(column, "false")
        inside = f"{c} IN ({', '.join(map(quoted, values))})"
        if kind in ("integer", "number", "boolean"):
            # `1.00` is 1, and `true` is what another engine writes as 1.
            typed = ", ".join(f"as_{kind}({quoted(v)})" for v in values)
            inside = f"({inside} OR coalesce(as_{kind}({c}) IN ({typed}), false))"
        return self._each(column, inside)

    def bound(self, column: Column, sign: str, limit: float) -> Counted:
        """Values that are no numbers do not keep to a bound."""
        c = self._values(column)
        ((readable, filled),) = self._ask(f"SELECT count(as_number({c})), count({c}) FROM held")
        if filled and not readable:
            raise CannotTellError(f"{column.name} holds no number that can be read")
        return self._each(column, f"coalesce(as_number({c}) {sign} {limit!r}, false)")

    def latest(self, column: Column) -> Counted:
        c = self._values(column)
        days = self._ask(
            f"SELECT DISTINCT CAST(as_datetime({c}) AS DATE) AS d FROM held "
            f"WHERE as_datetime({c}) IS NOT NULL ORDER BY d DESC LIMIT {LATEST}"
        )
        ((filled,),) = self._ask(f"SELECT count({c}) FROM held")
        if filled and not days:
            raise CannotTellError(f"{column.name} holds no date that can be read")
        return Counted(filled, latest=tuple(str(d) for (d,) in days))

    def reference(self, column: Column, to: Column) -> Counted:
        """Against the values of `load_parents`; numbers are compared as such."""
        c, parent = self._values(column), "c0"
        whole = {k for t in (column, to) for k, _ in candidates(t.type, self._source)[-1:]}
        if whole == {"integer"}:
            c, parent = f"coalesce(as_integer({c})::VARCHAR, {c})", "as_integer(c0)::VARCHAR"
        there = f"{c} IN (SELECT {parent} FROM parents WHERE {parent} IS NOT NULL)"
        return self._each(column, there)

    def compare(self, condition: comparison.Condition, names: dict[str, Column]) -> Counted:
        """Rows for which the condition can be said, and those for which it holds."""
        sql = self._sql(condition, names)
        ((said, held),) = self._ask(
            f"SELECT count(x), count(*) FILTER (x) FROM (SELECT {sql} AS x FROM held)"
        )
        return Counted(said, held)

    def _each(self, column: Column, passes: str) -> Counted:
        """A check on every value by itself."""
        c = self._of(column)
        ((filled, passed, distinct),) = self._ask(
            f"SELECT count({c}), count(*) FILTER ({c} IS NOT NULL AND {passes}), "
            f"count(DISTINCT {c}) FROM held"
        )
        worst: list[tuple[Any, ...]] = []
        if passed < filled:
            worst = self._ask(
                f"SELECT {c}, count(*) FROM held WHERE {c} IS NOT NULL AND NOT ({passes}) "
                "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
            )
        value, times = worst[0] if worst else (None, 0)
        kind = self.logical(column)
        return Counted(filled, passed, value, times, filled, distinct, kind)

    def _of(self, column: Column) -> str:
        return f"c{self._columns.index(column)}"

    def _values(self, column: Column) -> str:
        """The column, whose values must have been read."""
        if self.logical(column) == "binary":
            raise CannotTellError(f"{column.name} is binary, and its content is not read")
        return self._of(column)

    # Comparisons --------------------------------------------------------------------------

    def _sql(self, condition: comparison.Condition, names: dict[str, Column]) -> str:
        match condition:
            case comparison.Several(word, parts):
                joined = f" {word.upper()} ".join(self._sql(p, names) for p in parts)
                return f"({joined})"
            case comparison.Empty(comparison.Name(name), negated):
                return f"({self._of(names[name])} IS {'NOT ' if negated else ''}NULL)"
            case comparison.Empty(_, negated):
                return "true" if negated else "false"
            case comparison.Test(left, sign, right):
                return self._test(left, sign, right, names)

    def _test(
        self,
        left: comparison.Operand,
        sign: str,
        right: comparison.Operand,
        names: dict[str, Column],
    ) -> str:
        """Both sides read as what both can be; days where one of them has no time."""
        columns = [names[o.name] for o in (left, right) if isinstance(o, comparison.Name)]
        kinds = [self.logical(c) for c in columns]
        literals = [o for o in (left, right) if isinstance(o, comparison.Value)]
        kind = _common(kinds, literals)
        by_day = kind == "datetime" and "date" in kinds
        sides = []
        for operand in (left, right):
            if isinstance(operand, comparison.Name):
                text = self._values(names[operand.name])
            else:
                text = quoted(operand.text)
                ((readable,),) = self._ask(f"SELECT as_{kind}({text}) IS NOT NULL")
                if not readable:
                    raise CannotTellError(f"{operand.text!r} is no {_NOUNS.get(kind, kind)}")
            read = f"as_{kind}({text})"
            sides.append(f"CAST({read} AS DATE)" if by_day else read)
        return f"({sides[0]} {sign} {sides[1]})"


def _common(kinds: Sequence[Logical], literals: Sequence[comparison.Value]) -> Logical:
    """The type as which two operands are compared."""
    if any(k in _DAYS for k in kinds):
        return "datetime"
    numbers = [v.text for v in literals if v.kind == "number"]
    if numbers or any(k in ("integer", "number") for k in kinds):
        whole = all(k == "integer" for k in kinds) and not any("." in n for n in numbers)
        if whole and all(v.kind == "number" for v in literals):
            return "integer"
        return "number"
    if "boolean" in kinds or any(v.kind == "boolean" for v in literals):
        return "boolean"
    return "text"


def quoted(text: str) -> str:
    """A text as the engine's literal."""
    return "'" + text.replace("'", "''").replace("\0", "\ufffd") + "'"
