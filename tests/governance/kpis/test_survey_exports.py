"""Surveys as form tools export them, each in its own shape: headings, several answers, codes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crmaudit.governance.survey_cells import question
from crmaudit.governance.surveys import Surveyed, ids, surveyed
from crmaudit.sheets import Sheet
from crmaudit.workspace.kpis import Survey

# Google Forms: a question as heading, several answers with commas between.
# Microsoft Forms: the same with semicolons, one at the end.
# LimeSurvey: code or question, each choice a column with Y or N; no days where it is anonymous.
# KoBoToolbox: groups before the question, codes with blanks between, and a column for each choice.
EXPORTS: dict[str, tuple[list[str], list[list[str]], dict[str, Any]]] = {
    "Google Forms": (
        ["Timestamp", "Which fits?", "Why?", "Rate the data"],
        [
            ["9/18/2026 10:22:13", "It slows me down", "I type it twice, It takes too long", "2"],
            ["9/19/2026 8:01:40", "Fine", "", "5"],
            ["9/19/2026 9:30:00", "I do not use it", "Something else", "3"],
        ],
        {"date_column": "Timestamp", "score_column": "Rate the data"},
    ),
    "Microsoft Forms": (
        ["ID", "Start time", "Completion time", "Email", "Name", "Which fits?", "Why?",
         "Rate the data"],
        [
            ["1", "9/18/26 10:20:01", "9/18/26 10:22:13", "anonymous", "", "It slows me down",
             "I type it twice;It takes too long;", "2"],
            ["2", "9/19/26 8:00:02", "9/19/26 8:01:40", "anonymous", "", "Fine", "", "5"],
            ["3", "9/19/26 9:29:00", "9/19/26 9:30:00", "anonymous", "", "I do not use it",
             "Something else;", "3"],
        ],
        {"date_column": "Completion time", "score_column": "Rate the data"},
    ),
    "LimeSurvey, questions and words": (
        ["Response ID", "Date submitted", "Last page", "Which fits?", "Why? [I type it twice]",
         "Why? [It takes too long]", "Why? [Other]", "Rate the data"],
        [
            ["1", "2026-09-18 10:22:13", "3", "It slows me down", "Yes", "Yes", "", "2"],
            ["2", "2026-09-19 08:01:40", "3", "Fine", "No", "No", "", "5"],
            ["3", "2026-09-19 09:30:00", "3", "I do not use it", "No", "No", "my own words", "3"],
        ],
        {"date_column": "Date submitted", "score_column": "Rate the data"},
    ),
    "LimeSurvey, codes": (
        ["id", "submitdate", "lastpage", "fits", "why[SQ001]", "why[SQ002]", "why[other]", "data"],
        [
            ["1", "2026-09-18 10:22:13", "3", "A1", "Y", "Y", "", "2"],
            ["2", "2026-09-19 08:01:40", "3", "A3", "N", "N", "", "5"],
            ["3", "2026-09-19 09:30:00", "3", "A2", "N", "N", "my own words", "3"],
        ],
        {
            "date_column": "submitdate", "score_column": "data",
            "attitude": {"column": "fits", "answers": {
                "A1": "made things worse", "A2": "does not use it", "A3": "only praise"}},
            "reason": {"column": "why", "answers": {
                "SQ001": "double work", "SQ002": "takes too long"}},
        },
    ),
    "KoBoToolbox": (
        ["start", "crm/fits", "crm/why", "crm/why/twice", "crm/why/long", "crm/why/other",
         "crm/data", "_submission_time"],
        [
            ["x", "slow", "twice long", "1", "1", "0", "2", "2026-09-18T10:22:13"],
            ["x", "fine", "", "0", "0", "0", "5", "2026-09-19T08:01:40"],
            ["x", "unused", "other", "0", "0", "1", "3", "2026-09-19T09:30:00"],
        ],
        {
            "date_column": "_submission_time", "score_column": "crm/data",
            "attitude": {"column": "crm/fits", "answers": {
                "slow": "made things worse", "unused": "does not use it", "fine": "only praise"}},
            "reason": {"column": "why", "answers": {
                "twice": "double work", "long": "takes too long"}},
        },
    ),
    "KoBoToolbox, one column": (
        ["fits", "why", "data", "_submission_time"],
        [
            ["slow", "twice long", "2", "2026-09-18T10:22:13"],
            ["fine", "", "5", "2026-09-19T08:01:40"],
            ["unused", "other", "3", "2026-09-19T09:30:00"],
        ],
        {
            "date_column": "_submission_time", "score_column": "data",
            "attitude": {"column": "fits", "answers": {
                "slow": "made things worse", "unused": "does not use it", "fine": "only praise"}},
            "reason": {"column": "why", "answers": {
                "twice": "double work", "long": "takes too long"}},
        },
    ),
}  # fmt: skip
WORDS = {
    "attitude": {
        "column": "Which fits?",
        "answers": {
            "It slows me down": "made things worse",
            "I do not use it": "does not use it",
            "Fine": "only praise",
        },
    },
    "reason": {
        "column": "Why?",
        "answers": {"I type it twice": "double work", "It takes too long": "takes too long"},
    },
}


def read(header: list[str], rows: list[list[str]], **more: Any) -> Surveyed:
    sheet = Sheet("s", tuple(header), tuple(map(tuple, rows)), tuple(range(2, len(rows) + 2)))
    survey = Survey.model_validate(
        {"id": "s", "name": "S", "file": "s.csv", "system": "crm", **more}
    )
    return surveyed(survey, sheet, {}, ids([("crm", "CRM")]))


@pytest.mark.parametrize("tool", EXPORTS)
def test_the_same_answers_from_every_tool(tool: str) -> None:
    header, rows, more = EXPORTS[tool]
    found = read(header, rows, **{**WORDS, **more})
    assert [a.attitude for a in found.answers] == [
        "made things worse", "only praise", "does not use it",
    ]  # fmt: skip
    assert [set(a.reasons) for a in found.answers] == [
        {"double work", "takes too long"}, set(), set(),
    ]  # fmt: skip
    assert [a.mark for a in found.answers] == [2, 5, 3]
    assert str(found.held) == "2026-09-19"
    # One answer nobody sorted, in one's own words or not in the mapping: told by its cell.
    assert set(found.unsorted) == {"reason"}
    assert len(found.unsorted["reason"]) == 1


def test_an_anonymous_survey_of_limesurvey_has_no_day() -> None:
    found = read(["submitdate", "q"], [["1980-01-01 00:00:00", "1"]], date_column="submitdate")
    assert found.held is None


def test_yes_and_no_are_answers_like_others() -> None:
    answers = {"Y": "only praise", "N": "made things worse"}
    found = read(["q"], [["Y"], ["N"], [""]], attitude={"column": "q", "answers": answers})
    assert [a.attitude for a in found.answers] == ["only praise", "made things worse", None]
    assert not found.unsorted


def test_a_bracket_in_a_question_makes_no_choices_of_it() -> None:
    header = ("Why? [please say]", "Which fits? [one answer]")
    sheet = Sheet("s", header, (("I type it twice", "Fine"),), (2,))
    asked = question(sheet, "Why? [please say]")
    assert asked.cell(sheet.rows[0]) == ("I type it twice", False)


def test_marks_in_words() -> None:
    found = read(["m"], [["Very good"], ["poor "], ["4 - good"], ["so so"]],
                 score_column="m", score_answers={"very good": 5, "Poor": 2})  # fmt: skip
    assert [a.mark for a in found.answers] == [5, 2, 4, None]
    assert found.unread_marks == ("s!A5",)


def test_marks_have_an_interval_that_holds_and_marks_of_data_stand_apart() -> None:
    rows = [["1"], ["2"], ["2"], ["3"], ["2"]]
    plain = read(["m"], rows, score_column="m")
    assert plain.data_marks() == ()
    (mark,) = read(["m"], rows, score_column="m", score_of="data quality").data_marks()
    assert (mark.system, mark.number, mark.score) == ("crm", 5, 25.0)
    assert 0 <= mark.low < 25 < mark.high <= 100
    assert read(["m"], rows[:4], score_column="m", score_of="data quality").data_marks() == ()
    # Of samples from a known house 95 % of the intervals hold its mean, at least.
    chance, held = random.Random(1927), 0
    for _ in range(400):
        drawn = [[str(chance.choice((1, 1, 5)))] for _ in range(12)]
        (mark,) = read(["m"], drawn, score_column="m", score_of="data quality").data_marks()
        held += mark.low <= 100 / 3 <= mark.high
    assert held / 400 > 0.92
