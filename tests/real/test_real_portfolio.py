"""A real portfolio, its survey, a blank template and a public inventory, imported by guessed maps.

What came is held against the files as the standard library and pandas read
them: every cell of a column that the map takes is in the workspace, or was
told to be left out.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from crms import DATA

from crmaudit.exchange.code_gov import read as read_code_gov
from crmaudit.exchange.foreign_sheet import guess, load_map, map_text, reading
from crmaudit.exchange.founding import found
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import merge

PORTFOLIO = DATA / "portfolio"
AS_OF = date(2025, 11, 30)
pytestmark = pytest.mark.skipif(not PORTFOLIO.is_dir(), reason="the real data are not beside this")


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(PORTFOLIO / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace founded on the portfolio."""
    path = PORTFOLIO / "applications.csv"
    brought = reading(path, None, guess(path, None, as_of=AS_OF))
    root = tmp_path_factory.mktemp("portfolio") / "w"
    made = found(root, lambda _: brought.incoming, organisation="City of Example")
    assert made.counts == {"system": 211}
    assert made.left_out == ()
    return load(root)


def test_the_portfolio_s_columns_are_understood() -> None:
    column_map = guess(PORTFOLIO / "applications.csv", None, as_of=AS_OF)
    assert {c.column: c.to for c in column_map.columns} == {
        "Application Name": "name",
        "Owner": "owners.business",
        "Category": None,
        "Business Value": "fitness.value",
        "Tech Health": "fitness.technical",
        "Cost": "costs.amount",
        "Usage": "users",
        "Security": None,
        "Strategic Fit": "fitness.functional",
        "Redundancy": None,
        "Vendor": "vendor",
        "Last Updated": None,
        "Dependencies": "depends_on",
        "Composite Score": None,
        "Action Recommendation": None,
        "Comments": "notes",
    }
    owner = column_map.columns[1]
    assert (owner.names, owner.sure) == ("units", "doubtful")
    assert "departments" in owner.because


def test_every_cell_of_the_portfolio_is_in_the_workspace(applications: Workspace) -> None:
    rows = table("applications.csv")
    assert len(rows) == 211
    by_name = {s.name: s for s in applications.systems}
    id_of = {s.name: s.id for s in applications.systems}
    assert sorted(by_name) == sorted(rows["Application Name"])

    def judged(text: str) -> int:
        return math.floor(1 + (int(text) - 1) * 3 / 9 + 0.5)

    for _, row in rows.iterrows():
        system = by_name[row["Application Name"]]
        assert system.owners.business == row["Owner"]
        assert system.vendor == row["Vendor"]
        assert system.users == int(row["Usage"])
        assert system.fitness.value == judged(row["Business Value"])
        assert system.fitness.technical == judged(row["Tech Health"])
        assert system.fitness.functional == judged(row["Strategic Fit"])
        assert [(c.year, c.kind, c.amount) for c in system.costs or ()] == [
            (2025, "other", float(row["Cost"]))
        ]
        named = [n.strip() for n in row["Dependencies"].split(",") if n.strip()]
        assert list(system.depends_on) == [id_of[n] for n in named]
        assert system.notes == row["Comments"]


def test_departments_do_not_become_people(applications: Workspace) -> None:
    assert applications.people.people == ()
    assert len({s.owners.business for s in applications.systems}) == 15


def test_without_a_day_costs_wait_for_a_year() -> None:
    path = PORTFOLIO / "applications.csv"
    column_map = guess(path, None)
    cost = next(c for c in column_map.columns if c.column == "Cost")
    assert "without a year" in (cost.ignore or "")
    assert reading(path, None, column_map).tally.cells == 1954 - 211


def test_ages_can_be_taken_where_the_map_says_what_they_are(tmp_path: Path) -> None:
    path = PORTFOLIO / "applications.csv"
    text = map_text(guess(path, None, as_of=AS_OF))
    corrected = re.sub(
        r"(column: Last Updated\n)    ignore: .*\n",
        r"\1    to: lifecycle.since\n    dates: ago\n",
        text,
    )
    (tmp_path / "map.yaml").write_text(corrected)
    brought = reading(path, None, load_map(tmp_path / "map.yaml")).incoming
    first = brought.records[0]
    assert first.name == "Email Archive Platform"
    assert first.values["lifecycle", "since"].value == date(2010, 11, 30)
    assert brought.left_out == ()
    ages = table("applications.csv")["Last Updated"]
    for record, told in zip(brought.records, ages, strict=True):
        years, months = (int((re.search(rf"(\d+){u}", told) or [0, 0])[1]) for u in "ym")
        back = AS_OF.year * 12 + AS_OF.month - 1 - 12 * years - months
        since = record.values["lifecycle", "since"].value
        assert (since.year, since.month) == (back // 12, back % 12 + 1)


def test_the_survey_becomes_voices(applications: Workspace) -> None:
    path = PORTFOLIO / "stakeholder-survey.csv"
    column_map = guess(path, applications)
    assert column_map.rows == "opinions"
    assert [c.to for c in column_map.columns] == ["system", "who", "score", "note", "when", None]
    brought = reading(path, applications, column_map)
    assert (brought.tally.rows, brought.tally.rows_left_out) == (1397, 0)
    assert brought.incoming.left_out == ()
    after = merge(applications, brought.incoming).changes.check()
    voices = sorted(
        (s.name, v.who, v.score, str(v.when), v.note)
        for s in after.systems
        for v in s.perceived_quality or ()
    )
    rows = table("stakeholder-survey.csv")
    assert voices == sorted(
        (r["Application Name"], r["Respondent Role"], float(r["Rating"]), r["Date"], r["Comment"])
        for _, r in rows.iterrows()
    )


def test_names_that_the_portfolio_does_not_have_are_told_once(
    applications: Workspace, tmp_path: Path
) -> None:
    rows = table("stakeholder-survey.csv")
    rows.loc[rows["Application Name"] == "VPN", "Application Name"] = "VPM"
    expected = int((rows["Application Name"] == "VPM").sum())
    rows.to_csv(tmp_path / "survey.csv", index=False)
    path = tmp_path / "survey.csv"
    brought = reading(path, applications, guess(path, applications))
    assert brought.tally.rows_left_out == expected > 1
    (problem,) = brought.incoming.left_out
    assert problem.message == f"there is no system 'VPM': {expected} rows left out"
    assert problem.hint == "did you mean 'VPN'?"


def test_the_template_s_examples_come_and_its_empty_form_does_not() -> None:
    path = PORTFOLIO / "applications-template.xlsx"
    column_map = guess(path, None, as_of=AS_OF)
    assert (column_map.sheet, column_map.header, column_map.first, column_map.last) == (
        "Application Data",
        1,
        3,
        7,
    )
    brought = reading(path, None, column_map)
    rows = pd.read_excel(path, sheet_name="Application Data", engine="openpyxl").iloc[1:6]
    assert [r.name for r in brought.incoming.records] == rows["Application Name"].tolist()
    for record, (_, row) in zip(brought.incoming.records, rows.iterrows(), strict=True):
        assert record.values["users",].value == row["Usage"]
        (cost,) = record.lists["costs",].items
        assert cost.values["amount",].value == row["Cost"]
    assert [str(p) for p in brought.incoming.left_out] == [
        "applications-template.xlsx!Application Data!B7: Owner: 'IT Team' is a department, "
        "not a person. ask who answers for it"
    ]


def test_the_public_inventory_becomes_systems(tmp_path: Path) -> None:
    path = PORTFOLIO / "cdc-code.json"
    releases = json.loads(path.read_text())["releases"]
    assert len(releases) == 323
    made = found(tmp_path / "w", lambda w: read_code_gov(path, w))
    assert made.counts == {"system": 323}
    there = {s.name: s for s in load(tmp_path / "w").systems}
    assert sorted(there) == sorted(r["name"] for r in releases)
    described = 0
    for release in releases:
        system = there[release["name"]]
        assert system.vendor == release["organization"]
        assert system.lifecycle.phase == "phase-in"  # all are in development
        document = system.documentation.system
        assert document is not None
        assert document.location == release["homepageURL"]
        assert set(release["languages"]) <= set(system.tags)
        named = {x["name"] for x in release["permissions"]["licenses"] or ()} - {"NOASSERTION"}
        assert {x.note for x in system.licences or ()} == named
        if system.description:
            described += 1
            assert system.description == " ".join(release["description"].split())
    assert described == 323 - 43 - 73 - 22
    told = [p.message for p in made.left_out]
    assert "contacts: names, e-mail addresses, telephone numbers (323 of 323 releases)" in told
    assert "'meshrdf' and 'mesh-rdf' may be the same; both are taken" in told
    assert sum("43 of 323" in t for t in told) == 1
    texts = "".join(p.read_text() for p in (tmp_path / "w/systems").glob("*.yaml"))
    assert "@" not in texts


def test_the_survey_as_a_survey_of_staff(applications: Workspace) -> None:
    """Answers to several systems at once: sorted by a declared mapping, marks by system."""
    from collections import Counter

    from crmaudit.governance.surveys import ids, surveyed
    from crmaudit.sheets import read_sheet
    from crmaudit.workspace.kpis import Survey

    survey = Survey.model_validate(
        {
            "id": "stakeholders",
            "name": "Stakeholders",
            "file": "survey.csv",
            "unit_column": "Respondent Role",
            "system_column": "Application Name",
            "score_column": "Rating",
            "date_column": "Date",
            "comment_column": "Comment",
            "attitude": {
                "column": "Sentiment",
                "answers": {"Negative": "made things worse", "Positive": "only praise"},
            },
        }
    )
    rows = table("stakeholder-survey.csv")
    systems = ids((s.id, s.name) for s in applications.systems)
    found = surveyed(survey, read_sheet(PORTFOLIO / "stakeholder-survey.csv"), {}, systems)
    said = Counter(rows["Sentiment"])
    assert len(found.answers) == len(rows)
    assert (found.attitudes.worse, found.attitudes.praise) == (said["Negative"], said["Positive"])
    # "Neutral" is in no group: told, not guessed.
    assert len(found.unsorted["attitude"]) == said["Neutral"]
    assert str(found.held) == max(rows["Date"])
    assert found.response(5000) is None
    expected = rows.groupby("Application Name")["Rating"].agg(lambda r: r.astype(int).mean())
    large = rows["Application Name"].value_counts()
    names = {s.id: s.name for s in applications.systems}
    marks = found.marks()
    assert {names[s] for s in marks} == {
        n for n in large.index[large >= 5] if n.casefold() in systems
    }
    for system, mark in marks.items():
        assert mark.mean == pytest.approx(expected[names[system]])
    comments = {c for c in rows["Comment"] if len(c) > 10}
    told = repr((found.breakdown(), found.marks(), found.reasons, found.unsorted))
    assert not any(c in told for c in comments)
    for group in found.breakdown():
        for count in (group.worse, group.not_using, group.praise, group.answers):
            assert count is None or count == 0 or count >= 5
