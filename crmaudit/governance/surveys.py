"""Answers of a staff survey, sorted by the mapping that kpis.yaml declares.

Answers that the mapping does not have are counted and told by their cells,
never by their words: they may be somebody's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import TypeVar

from crmaudit.governance.adoption import wilson
from crmaudit.governance.attitudes import ATTITUDES, Attitudes
from crmaudit.governance.rate import too_few
from crmaudit.governance.suppression import suppressed
from crmaudit.governance.survey_cells import mark, plain, question, sorted_answers
from crmaudit.sheets import Sheet, days
from crmaudit.workspace.kpis import SortedBy, Survey
from crmaudit.workspace.registers import Attitude, Reason

V = TypeVar("V", bound=str)

Z = 1.959964
"""Of the normal distribution for an interval of 95 %."""

_NO_DAY = date(1980, 1, 1)
"""What LimeSurvey writes for the day where answers are anonymous."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One row: who of the groups, about which system, what it counts as."""

    unit: str = ""
    system: str = ""
    attitude: Attitude | None = None
    reasons: tuple[Reason, ...] = ()
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of 1 to 5 that a group gave a system.

    `low` and `high` are the ends of the mean's interval of 95 %: Wilson's of
    the mean as a share of the way from 1 to 5. Marks in between spread less
    than the all or nothing that it is made for, so it is rather too wide.
    """

    number: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DataMark:
    """How good the data of a system are by a survey, 0 to 100, with its interval of 95 %.

    Marks of 1 to 5 count as in the dossiers: 100 · (mark − 1) ÷ 4. `number`
    gave one, five at least.
    """

    system: str
    survey: str
    name: str
    held: date | None
    number: int
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class Surveyed:
    """A survey as read. `unsorted` are cells whose answer the mapping does not have, by what it
    maps; `unread_marks` cells of the mark's column that hold none from 1 to 5; `unknown_systems`
    rows about a system that no dossier is of.
    """

    survey: Survey
    answers: tuple[Answer, ...]
    held: date | None
    unsorted: Mapping[str, tuple[str, ...]]
    unread_marks: tuple[str, ...] = ()
    unknown_systems: int = 0

    @property
    def attitudes(self) -> Attitudes:
        """Answers by attitude, those that could not be sorted left out."""
        found = Counter(a.attitude for a in self.answers)
        worse, unused, praise = (found[a] for a in ATTITUDES)
        return Attitudes(worse, unused, praise)

    @property
    def negative(self) -> tuple[float, float, float] | None:
        """The share for whom it made things worse, and its interval of 95 % (Wilson 1927).

        None where fewer than five answers were sorted.
        """
        found = self.attitudes
        if too_few(found.total):
            return None
        return (found.worse / found.total, *wilson(found.worse, found.total, Z))

    def response(self, staff: int | None) -> float | None:
        """Answers by staff; None where the staff are not counted, or rows are no people.

        They are none where one may answer about several systems.
        """
        if not staff or self.survey.system_column or len(self.answers) > staff:
            return None
        return len(self.answers) / staff

    @property
    def reasons(self) -> tuple[tuple[Reason, int], ...]:
        """Reasons and how many gave each, the commonest first."""
        found = Counter(r for a in self.answers for r in a.reasons)
        return tuple(sorted(found.items(), key=lambda x: (-x[1], x[0])))

    def marks(self) -> Mapping[str, Marks]:
        """System → its marks, where at least five people gave one."""
        given: dict[str, list[int]] = {}
        for a in self.answers:
            if a.mark is not None and a.system:
                given.setdefault(a.system, []).append(a.mark)
        return {
            system: _marks(marks)
            for system, marks in sorted(given.items())
            if not too_few(len(marks))
        }

    def data_marks(self) -> tuple[DataMark, ...]:
        """Marks of the quality of data, by system; none where something else was marked."""
        if self.survey.score_of != "data quality":
            return ()
        return tuple(
            DataMark(
                system,
                self.survey.id,
                self.survey.name,
                self.held,
                m.number,
                *(100 * (x - 1) / 4 for x in (m.mean, m.low, m.high)),
            )
            for system, m in self.marks().items()
        )

    def breakdown(self, by_system: bool = False) -> tuple[Group, ...]:
        """Answers by unit, or by system, and attitude; what points at a few is None."""
        counts: dict[str, Counter[Attitude]] = {}
        for a in self.answers:
            if a.attitude is not None:
                counts.setdefault(a.system if by_system else a.unit, Counter())[a.attitude] += 1
        # Few have written the same: words of somebody's own stay unsaid.
        large = sorted((g for g, n in counts.items() if g and not too_few(n.total())))
        rest = sum((n for g, n in counts.items() if g not in large), Counter[Attitude]())
        rows = [(g, counts[g]) for g in large] + ([("", rest)] if rest else [])
        table = [[n[a] for a in ATTITUDES] for _, n in rows]
        hidden = suppressed(table, sums_told=True)
        return tuple(
            Group(
                name,
                *(
                    None if (r, c) in hidden else number
                    for c, number in enumerate((*table[r], sum(table[r])))
                ),
            )
            for r, (name, _) in enumerate(rows)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A line of a breakdown; `name` is empty for all others. None: too few to be told."""

    name: str
    worse: int | None
    not_using: int | None
    praise: int | None
    answers: int | None


def surveyed(
    survey: Survey,
    sheet: Sheet,
    units: Mapping[str, str],
    systems: Mapping[str, str],
) -> Surveyed:
    """The answers of a sheet; `units` and `systems` give ids for what they are called.

    Raises CrmauditError where a declared column is not there.
    """
    at = {
        key: question(sheet, wanted)
        for key, wanted in (
            ("attitude", survey.attitude and survey.attitude.column),
            ("reason", survey.reason and survey.reason.column),
            ("mark", survey.score_column),
            ("unit", survey.unit_column),
            ("system", survey.system_column),
            ("date", survey.date_column),
        )
        if wanted
    }
    attitude_of = _known(survey.attitude, survey.attitude.answers if survey.attitude else {})
    reason_of = _known(survey.reason, survey.reason.answers if survey.reason else {})
    marks_of = {plain(text): value for text, value in survey.score_answers.items()}
    unsorted: dict[str, list[str]] = {"attitude": [], "reason": []}
    answers, unread, strangers = [], [], 0
    for i, row in enumerate(sheet.rows):
        told = {key: asked.cell(row) for key, asked in at.items()}
        cell = {key: text for key, (text, _) in told.items()}
        strange = {key for key, (_, unclear) in told.items() if unclear}
        attitudes, odd = sorted_answers(cell.get("attitude", ""), attitude_of)
        # Who takes both sides belongs to no group.
        if odd or "attitude" in strange or len(attitudes) > 1:
            unsorted["attitude"].append(sheet.address(i, at["attitude"].first))
        reasons, odd = sorted_answers(cell.get("reason", ""), reason_of)
        if odd or "reason" in strange:
            unsorted["reason"].append(sheet.address(i, at["reason"].first))
        given = mark(cell.get("mark", ""), marks_of)
        if cell.get("mark") and given is None:
            unread.append(sheet.address(i, at["mark"].first))
        system = survey.system or ""
        if "system" in cell:
            system = systems.get(cell["system"].casefold(), "")
            strangers += bool(cell["system"]) and not system
        unit = cell.get("unit", "")
        answers.append(
            Answer(
                units.get(unit.casefold(), unit),
                system,
                attitudes[0] if len(attitudes) == 1 else None,
                reasons,
                given,
            )
        )
    held = survey.date
    if held is None and "date" in at:
        written = days.days([row[at["date"].first] for row in sheet.rows])
        held = max((d for d in written if d and d != _NO_DAY), default=None)
    return Surveyed(
        survey,
        tuple(answers),
        held,
        {k: tuple(v) for k, v in unsorted.items() if v},
        tuple(unread),
        strangers,
    )


def _known(by: SortedBy | None, answers: Mapping[str, V]) -> Mapping[str, V]:
    return {plain(text): value for text, value in answers.items()} if by else {}


def _marks(given: Sequence[int]) -> Marks:
    mean = fmean(given)
    low, high = wilson((mean - 1) / 4 * len(given), len(given), Z)
    return Marks(len(given), mean, 1 + 4 * low, 1 + 4 * high)


def ids(named: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Id for each id and name, whatever its case."""
    found: dict[str, str] = {}
    for id_, name in named:
        found.setdefault(name.casefold(), id_)
        found[id_.casefold()] = id_
    return found
