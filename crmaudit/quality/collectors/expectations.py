"""Expectations tested on the rows.

The columns that all expectations about the same rows need are read in one
stream and counted here, by one body for every engine; only a statement under
`sql:` is answered by the source itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    Column,
    Document,
    ExpectationTests,
    Status,
    TableProfile,
    Tested,
)
from crmaudit.evidence.privacy import example, may_show, personal_name, whose
from crmaudit.evidence.semantic import Audience
from crmaudit.quality.collectors.expectation_rows import CannotTellError, Counted, RowTests
from crmaudit.quality.collectors.expectation_targets import Rows, Targets
from crmaudit.quality.expected import asked, fingerprint
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task
from crmaudit.workspace import comparison
from crmaudit.workspace.answers import CHECKS, Expectation

_ONLY_ROWS = ("rows_at_least", "rows_at_most", "sql")
"""Checks that need no column's values."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One check of one expectation on some rows, with the columns that it needs by name."""

    expectation: Expectation
    check: str
    rows: Rows
    columns: dict[str, Column]

    def tested(self, **found: object) -> Tested:
        first = self.expectation.column or ""
        column = self.columns[first].name if first in self.columns else ""
        whole = Tested(
            self.expectation.id,
            fingerprint(self.expectation),
            self.check,
            self.rows.table.qualified,
            "" if self.check in _ONLY_ROWS or self.check == "compare" else column,
            self.rows.where,
            entity=self.rows.entity,
            left_out=self.rows.left_out,
        )
        return replace(whole, **found)  # type: ignore[arg-type]


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        work = _Work(task)
        yield from work.statements()
        for e in task.known.expectations:
            # Which tables hold it is found out by collectors before this one.
            if e.entity and not e.table and not work.targets.holds(e.entity):
                sql = f"SELECT <columns> FROM <tables of {e.entity}>"
                yield Statement(sql, _purpose(e), template=True)

    def collect(self, task: Task) -> Iterator[Document]:
        if task.known.expectations:
            tests = tuple(_Work(task).tested())
            yield ExpectationTests(task.provenance(), tests)


class _Work:
    """The expectations about one system, as questions on rows."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.targets = Targets(task)
        self._profiles = {p.table: p for p in task.found(TableProfile) if not p.where}
        self._open: list[Tested] = []
        self.loose: list[Expectation] = []
        """Those with a statement that is about no table that is known."""

    def tested(self) -> Iterator[Tested]:
        """All answers, in the order of the expectations."""
        groups = self.groups()
        found = [*self._open]
        found += [self._statement(e, _unplaced(e), None) for e in self.loose]
        if groups:
            with RowTests(Plan(system=self.task.system), self.task.source.engine) as rows:
                for group in groups:
                    found += self._answers(group, rows)
        order = {e.id: i for i, e in enumerate(self.task.known.expectations)}
        yield from sorted(
            found, key=lambda t: (order[t.expectation], CHECKS.index(t.check), t.table, t.where)
        )

    def groups(self) -> list[list[_Question]]:
        """The questions, those about the same rows together."""
        self._open.clear()
        self.loose.clear()
        groups: dict[tuple[str, str], list[_Question]] = {}
        for expectation in self.task.known.expectations:
            for question in self._questions(expectation):
                rows = question.rows
                groups.setdefault((rows.table.qualified, rows.where), []).append(question)
        return list(groups.values())

    def _questions(self, e: Expectation) -> Iterator[_Question]:
        names = [e.column] if e.column else []
        compared = comparison.columns(comparison.parse(e.compare)) if e.compare else ()
        checks = asked(e)
        try:
            found = list(self.targets.of(e, [*names, *compared]))
        except CrmauditError as error:
            self._cannot(e, checks, error.problems[0].message)
            return
        if not found:
            self._nowhere(e, checks)
            return
        for rows in found:
            for check in checks:
                if check == "sql":
                    continue
                needed = list(compared) if check == "compare" else names
                columns = {n: c for n in needed if (c := rows.column(n)) is not None}
                lacking = next((n for n in needed if n not in columns), None)
                question = _Question(e, check, rows, columns)
                if lacking is not None:
                    reason = f"there is no column {lacking!r} in {rows.table.qualified}"
                    self._open.append(question.tested(status=Status("failed", reason)))
                elif not needed and check not in _ONLY_ROWS:
                    reason = f"{check} needs a column"
                    self._open.append(question.tested(status=Status("failed", reason)))
                else:
                    yield question
        if "sql" in checks:
            yield _Question(e, "sql", found[0], {})

    def _nowhere(self, e: Expectation, checks: tuple[str, ...]) -> None:
        """An expectation with no rows here. Without a system it may have some elsewhere."""
        if "sql" in checks:
            # The statement names its tables itself.
            self.loose.append(e)
        if e.system is None:
            return
        reason = "it names neither a table nor an entity"
        if e.table is not None:
            reason = f"there is no table {e.table!r} in {e.system}"
        elif e.entity is not None:
            reason = f"no table of {e.system} is known to hold {e.entity}"
        self._cannot(e, tuple(c for c in checks if c != "sql"), reason)

    def _cannot(self, e: Expectation, checks: tuple[str, ...], reason: str) -> None:
        status = Status("failed", reason)
        self._open += [Tested(e.id, fingerprint(e), c, status=status) for c in checks]

    def statements(self) -> Iterator[Statement]:
        """All that `tested` would send."""
        for group in self.groups():
            rows = group[0].rows
            if columns := _columns(group):
                yield self.task.source.statement(rows.table, columns, rows.where)
            else:
                yield self.targets.count(rows)
            for question in group:
                yield from self._further(question)
        for e in self.loose:
            if e.system is not None:
                yield Statement(e.sql or "", _purpose(e))

    def _further(self, question: _Question) -> Iterator[Statement]:
        """What a question asks besides the stream of its rows."""
        e = question.expectation
        if question.check == "sql" and e.system is not None:
            yield Statement(e.sql or "", _purpose(e))
        if question.check == "reference" and (to := self.targets.referred(e.reference or "")):
            yield self.task.source.statement(to[0], [to[1]])

    # Answers ------------------------------------------------------------------------------

    def _answers(self, group: list[_Question], engine: RowTests) -> Iterator[Tested]:
        """A group whose rows cannot be read fails with one reason; the source stays usable."""
        table, where = group[0].rows.table, group[0].rows.where
        columns = _columns(group)
        try:
            if not table.readable:
                raise CrmauditError(table.note or "this account may not read it")
            if columns:
                batches = self.task.source.stream(table, columns, where)
                engine.load(
                    columns,
                    batches,
                    any(q.check == "pattern" for q in group),
                    lambda rows: self.task.on_rows(table.qualified, rows),
                )
            counted = engine.rows if columns else self._count(group)
        except ConnectionLostError:
            raise
        except _FAILURES as error:
            status = Status("failed", _reason(error))
            yield from (q.tested(status=status) for q in group)
            return
        for question in group:
            if question.check == "sql":
                yield self._statement(question.expectation, question.tested(), counted)
                continue
            try:
                yield self._answer(question, engine, counted)
            except ConnectionLostError:
                raise
            except (CannotTellError, *_FAILURES) as error:
                yield question.tested(status=Status("failed", _reason(error)))

    def _count(self, group: list[_Question]) -> int | None:
        """The rows, which a statement may do without."""
        try:
            answer = self.task.source.query(*_sent(self.targets.count(group[0].rows)))
            return _one_number(answer)
        except ConnectionLostError:
            raise
        except CrmauditError:
            if all(q.check == "sql" for q in group):
                return None
            raise

    def _answer(self, question: _Question, engine: RowTests, rows: int | None) -> Tested:
        e, check = question.expectation, question.check
        if check in ("rows_at_least", "rows_at_most"):
            return question.tested(applicable=rows)
        if check == "compare":
            found = engine.compare(comparison.parse(e.compare or ""), question.columns)
            return question.tested(passed=found.passed, applicable=found.applicable)
        (column,) = question.columns.values()
        if check == "max_age_days":
            if personal_name(column.name) or self._whose(question.rows, column) == "customer":
                raise CannotTellError(f"the days in {column.name} may be personal and are not kept")
            found = engine.latest(column)
            return question.tested(applicable=found.applicable, latest=found.latest)
        if check == "reference":
            to = self.targets.referred(e.reference or "")
            if to is None:
                raise CannotTellError(f"there is no column {e.reference!r} to refer to")
            # The rows are held already: the source may read another table now.
            engine.load_parents(self.task.source.stream(to[0], [to[1]]))
            found = engine.reference(column, to[1])
        else:
            found = _on_values(e, check, column, engine)
        return question.tested(
            passed=found.passed,
            applicable=found.applicable,
            example=self._example(question.rows, column, found),
        )

    def _statement(self, e: Expectation, blank: Tested, rows: int | None) -> Tested:
        """A statement's answer, which must be one number."""
        if e.system is None or e.sql is None:
            reason = "a statement needs `system:`, as each database has its own tables"
            return replace(blank, status=Status("failed", reason))
        try:
            answer = self.task.source.query(e.sql, _purpose(e))
            return replace(blank, faults=_one_number(answer), applicable=rows)
        except ConnectionLostError:
            raise
        except (CannotTellError, CrmauditError) as error:
            return replace(blank, status=Status("failed", _reason(error)))

    def _example(self, rows: Rows, column: Column, found: Counted) -> str:
        """A value that fails, as it may be shown; nothing where it is not known what it means."""
        held, value = self._whose(rows, column), found.worst
        if value is None or held in (None, "secret"):
            return ""
        kind, distinct, filled = found.logical, found.distinct, found.filled
        shown = may_show(column.name, kind, distinct, filled, value, found.times)
        return value if held == "none" and shown else example(value)

    def _whose(self, rows: Rows, column: Column) -> Audience | None:
        """Whose data the column holds; None where its meaning was not asked."""
        profile = self._profiles.get(rows.table.qualified)
        known = [c for c in profile.columns if c.name == column.name] if profile else []
        semantic = known[0].semantic if known else None
        return whose(semantic) if semantic else None


_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


def _columns(group: list[_Question]) -> list[Column]:
    """The columns that the questions need, each once."""
    return list(dict.fromkeys(c for q in group for c in q.columns.values()))


def _on_values(e: Expectation, check: str, column: Column, engine: RowTests) -> Counted:
    match check:
        case "required":
            return engine.required(column)
        case "unique":
            return engine.unique(column)
        case "pattern":
            return engine.pattern(column, e.pattern or "")
        case "domain":
            return engine.domain(column, e.domain or ())
        case "minimum":
            return engine.bound(column, ">=", e.minimum or 0.0)
        case _:
            return engine.bound(column, "<=", e.maximum or 0.0)


def _unplaced(e: Expectation) -> Tested:
    return Tested(e.id, fingerprint(e), "sql", e.table or "", entity=e.entity or "")


def _purpose(e: Expectation) -> str:
    return f"test the expectation {e.id}"


def _sent(statement: Statement) -> tuple[str, str]:
    return statement.sql, statement.purpose


def _one_number(answer: list[tuple[object, ...]]) -> int:
    if len(answer) != 1 or len(answer[0]) != 1:
        width = len(answer[0]) if answer else 0
        raise CannotTellError(
            f"the statement answered {len(answer):,} rows of {width} columns: "
            "it must answer one number, the count of faults"
        )
    try:
        number = float(str(answer[0][0]))
    except ValueError:
        number = -1.0
    if isinstance(answer[0][0], bool) or number < 0 or not number.is_integer():
        raise CannotTellError("the statement must answer a count of faults, a whole number")
    return int(number)


def _reason(error: BaseException) -> str:
    """One line with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        problem = error.problems[0]
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    if isinstance(error, CannotTellError):
        return str(error)
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "counting it takes more memory than allowed"
    if isinstance(error, OSError | duckdb.IOException):
        return "the temporary file could not be written"
    if "regexp" in str(error) or "repetition" in str(error):
        return "the pattern is none that RE2 understands"
    return f"it could not be counted: {type(error).__name__}"


collector = _Collector()
