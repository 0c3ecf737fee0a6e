"""The values of KPIs and the answers of surveys, from wherever kpis.yaml says they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from crmaudit.errors import CrmauditError, Problem
from crmaudit.evidence import Document, Series
from crmaudit.messages import msg
from crmaudit.sheets import Sheet, read_series, read_sheet
from crmaudit.workspace import Workspace
from crmaudit.workspace.kpis import Kpi

Points = tuple[tuple[date, float], ...]


def answered(documents: Iterable[Document]) -> Mapping[str, Series]:
    """KPI → what a database answered: the newest that is whole, else the newest try."""
    found: dict[str, Series] = {}
    for d in sorted(
        (d for d in documents if isinstance(d, Series)),
        key=lambda d: (d.provenance.status.state == "done", d.provenance.taken_at, d.id),
    ):
        found[d.kpi] = d
    return found


def kpi_series(
    workspace: Workspace, asked: Mapping[str, Series], figures: Mapping[str, Points]
) -> tuple[Mapping[str, Points], Mapping[str, str], Mapping[str, Problem]]:
    """The points of KPIs without own ones; of those that have none anywhere, why.

    The third says, by subject, what is wrong with files that cannot be read:
    one of them hides no other KPI.
    """
    series: dict[str, Points] = {}
    silent: dict[str, str] = {}
    unread: dict[str, Problem] = {}
    for kpi in workspace.kpis.kpis:
        if kpi.series:
            continue
        why = ""
        if kpi.file:
            try:
                series[kpi.id] = _of_file(workspace, kpi)
                why = msg("{file} has no value", file=kpi.file)
            except CrmauditError as error:
                problem = unread[f"kpi:{kpi.id}"] = error.problems[0]
                why = _told(problem, kpi.file)
        elif kpi.sql:
            found = asked.get(kpi.id)
            why = _unasked(kpi, found)
            if found is not None and not why:
                series[kpi.id] = found.points
                why = msg("the database answered no row")
        elif kpi.figure:
            series[kpi.id] = figures.get(kpi.figure, ())
            why = msg("no audit of an earlier day has the figure {figure!r}", figure=kpi.figure)
        if not series.get(kpi.id):
            silent[kpi.id] = why or msg("no series, file, sql or figure is declared")
    return series, silent, unread


def _told(problem: Problem, file: str) -> str:
    """Why a file gives nothing, with its cell; the place in kpis.yaml is told elsewhere."""
    where = problem.where
    own = where is not None and where.file.startswith(file)
    return f"{where}: {problem.message}" if own else problem.message


def _unasked(kpi: Kpi, found: Series | None) -> str:
    """Why there is no answer to the KPI's statement as it is now; empty where there is one."""
    if kpi.system is None:
        return msg("no system: is declared to ask its statement of")
    if found is None:
        return msg("its statement was not asked yet")
    if found.statement != kpi.sql:
        return msg("its statement was changed since it was asked")
    status = found.provenance.status
    return status.reason if status.state == "failed" else ""


def _of_file(workspace: Workspace, kpi: Kpi) -> Points:
    assert kpi.file
    path = workspace.root / kpi.file
    try:
        return read_series(path, kpi.date_column, kpi.value_column, kpi.file, kpi.sheet or "")
    except CrmauditError as error:
        raise _placed(error, workspace, f"kpi:{kpi.id}") from None


def survey_sheets(workspace: Workspace) -> tuple[Mapping[str, Sheet], Mapping[str, Problem]]:
    """Survey → its file's rows; and, by subject, what is wrong with files that cannot be read."""
    found: dict[str, Sheet] = {}
    unread: dict[str, Problem] = {}
    for survey in workspace.kpis.surveys:
        try:
            found[survey.id] = read_sheet(
                workspace.root / survey.file, survey.file, survey.sheet or ""
            )
        except CrmauditError as error:
            subject = f"survey:{survey.id}"
            unread[subject] = _placed(error, workspace, subject).problems[0]
    return found, unread


def _placed(error: CrmauditError, workspace: Workspace, subject: str) -> CrmauditError:
    """With the place of the declaration, where the error has none of its own."""
    problem = error.problems[0]
    if problem.where is not None:
        return error
    return CrmauditError(problem.message, problem.hint, workspace.place_of(subject))
