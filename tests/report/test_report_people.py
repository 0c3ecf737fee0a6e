"""People's half in the report: what is drawn and said, of how many, what is kept back, what not."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn_from
from hypothesis import strategies as st
from rules.harness import Example

from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.governance.adoption import GroupUse, Share
from crmaudit.governance.adoption_told import told
from crmaudit.governance.lines import DRAWN_BY, Lines, lines_of
from crmaudit.governance.rate import too_few
from crmaudit.report import blocks as b
from crmaudit.report import figures
from crmaudit.report.compose import compose, document
from crmaudit.report.context import ReportContext
from crmaudit.report.people_access import COLUMNS, ROWS, accounts_parts
from crmaudit.report.people_kpis import kpi_parts, trend_words
from crmaudit.report.people_use import above
from crmaudit.report.text import plain
from crmaudit.rules.discovery import rule
from crmaudit.strategy import plan
from crmaudit.workspace.audit_file import RuleSettings

Make = Callable[..., Facts]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def facts(*evidence: dict[str, Any], **files: Any) -> Facts:
        names = {n.replace("__", "/") + ".yaml": c for n, c in files.items()}
        return Example(names, evidence).facts(tmp_path)

    return facts


def composed(facts: Facts) -> ReportContext:
    judgement = judge(facts)
    return compose(facts, judgement, plan(facts, judgement))


def section(facts: Facts, name: str, *, final: bool = False) -> b.Section | None:
    judgement = judge(facts)
    made = document(facts, judgement, plan(facts, judgement), final=final)
    return next((s for s in made.sections if s.id == name), None)


def words(made: b.Section | None) -> str:
    """All that can be read in a section, its tables and figures too."""
    assert made is not None
    return " ".join(_words(made.blocks))


def _words(blocks: tuple[b.Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case b.Paragraph() | b.Heading():
                yield plain(block.inlines)
            case b.BulletList() | b.OrderedList():
                for item in block.items:
                    yield from _words(item)
            case b.Callout() | b.Quote():
                yield getattr(block, "title", "")
                yield from _words(block.blocks)
            case b.Table():
                yield block.caption
                yield block.note
                for row in block.rows:
                    yield from (f"{c.text} {c.reason}" for c in row)
            case b.Figure():
                yield f"{block.title} {block.note}"
                heads, rows = block.spec.table()
                yield from heads
                for line in rows:
                    yield from line


def rows(table: b.Table | None) -> list[tuple[str, ...]]:
    assert table is not None
    return [tuple(c.reason or c.text for c in row) for row in table.rows]


# Rights

PEOPLE = {
    "people": [
        {"id": "ana", "name": "Ana Fictional", "rank": "employee", "accounts": {"crm": "ana"}},
        {"id": "ben", "name": "Ben Invented", "rank": "employee", "accounts": {"crm": "ben"}},
        {"id": "cleo", "name": "Cleo Madeup", "administers": True, "accounts": {"crm": "cleo"}},
    ]
}
ACCESS = {
    "kind": "access",
    "system": "crm",
    "rule": "Of several roles the widest level counts.",
    "accounts": [
        {"name": "acct-ana", "levels": {"contacts": "UUUN"}, "roles": ["desk"]},
        {"name": "acct-ben", "levels": {"contacts": "OOOO"}, "roles": ["lead"]},
        {"name": "acct-cleo", "levels": {"contacts": "OOOO"}, "administrator": True},
        {"name": "acct-bot", "levels": {"contacts": "OOOO"}, "person": False},
        {"name": "acct-desk", "levels": {"contacts": "UUUN"}, "signs": ["a word for a post"]},
    ],
    "roles": [
        {"id": "desk", "levels": {"contacts": "UUUN"}},
        {"id": "lead", "levels": {"contacts": "OOOO"}},
        {"id": "old", "levels": {"contacts": "OOOO"}},
    ],
}
CRM = {"id": "crm", "name": "Kite", "kind": "crm"}


def test_rights_are_told_beside_jobs_with_their_denominators(make: Make) -> None:
    found = make(ACCESS, people=PEOPLE, systems__crm=CRM)
    (part,) = composed(found).people.accounts
    assert (part.usable, part.programs, part.compared) == (4, 1, 3)
    assert (part.over, part.short, part.administrators, part.widest) == (1, 0, 1, 2)
    told = words(section(found, "security"))
    assert "75\u00a0% (3 of 4) could be laid beside the job of their holder: 1 may change" in told
    assert "1 more belongs to programs" in told
    assert "nobody holds it" in told
    assert "old" in told


def test_accounts_go_by_pseudonym_and_no_person_is_named(make: Make) -> None:
    found = make(ACCESS, people=PEOPLE, systems__crm=CRM)
    judgement = judge(found)
    made = document(found, judgement, plan(found, judgement))
    told = " ".join(words(s) for s in made.sections if s.id in ("security", "accounts", "adoption"))
    assert "acct-ben" in told
    for name in ("Fictional", "Invented", "Madeup"):
        assert name not in told


def test_the_matrix_shows_levels_by_letter_and_the_widest_first(make: Make) -> None:
    (part,) = composed(make(ACCESS, people=PEOPLE, systems__crm=CRM)).people.accounts
    assert part.matrix is not None
    # The administrator and the lead have the same rights: one group of two.
    assert part.matrix.rows == ("lead: 2 accounts", "desk: 2 accounts")
    assert [c[0].text for c in part.matrix.cells] == ["OOOO", "UUU–"]
    assert [c[0].value for c in part.matrix.cells] == [1.0, 0.25]
    assert [c[0].mark for c in part.matrix.cells] == [True, False]


def test_groups_of_one_are_told_among_others_where_single_accounts_are_withheld(
    make: Make,
) -> None:
    alone = [
        {"name": "acct-dora", "levels": {"contacts": "UNNN"}, "roles": ["desk"]},
        {"name": "acct-emil", "levels": {"contacts": "NBNN"}, "roles": ["old"]},
    ]
    access = {**ACCESS, "accounts": [*ACCESS["accounts"], *alone]}  # type: ignore[misc]
    facts = make(access, people=PEOPLE, systems__crm=CRM)
    (inside,), (board,) = accounts_parts(facts), accounts_parts(facts, alone=False)
    assert inside.matrix is not None
    assert board.matrix is not None
    assert {"desk: acct-dora", "old: acct-emil"} <= set(inside.matrix.rows)
    assert board.matrix.rows == ("lead: 2 accounts", "desk: 2 accounts", "others: 2 accounts")
    assert board.matrix.cells[-1][0].text == "UB––"


def test_what_is_not_known_of_rights_is_hatched_and_never_none(make: Make) -> None:
    access = {
        "kind": "access",
        "system": "crm",
        "accounts": [
            {"name": "acct-a", "levels": {"contacts": "????", "cases": "U??N"}},
            {"name": "acct-b", "levels": {"contacts": "NNNN", "cases": "NNNN"}},
        ],
    }
    (part,) = composed(make(access, systems__crm=CRM)).people.accounts
    assert part.matrix is not None
    cells = {
        (who.split(": ")[1], what): cell
        for who, line in zip(part.matrix.rows, part.matrix.cells, strict=True)
        for what, cell in zip(part.matrix.columns, line, strict=True)
    }
    assert cells["acct-a", "contacts"].value is None
    assert cells["acct-a", "cases"].text == "U??–"
    assert cells["acct-b", "contacts"].value == 0.0


def test_ten_thousand_accounts_and_sixty_kinds_stay_a_page(make: Make) -> None:
    kinds = [f"table_{k}" for k in range(60)]
    access = {
        "kind": "access",
        "system": "crm",
        "accounts": [
            {
                "name": [f"acct-{g}-{n}" for n in range(100)],
                "levels": {k: "UBPO"[(g + i) % 4] + "UUN" for i, k in enumerate(kinds) if i <= g},
            }
            for g in range(100)
        ],
    }
    found = make(access, systems__crm=CRM)
    (part,) = composed(found).people.accounts
    assert part.matrix is not None
    assert (len(part.matrix.rows), len(part.matrix.columns)) == (ROWS, COLUMNS)
    assert part.groups - part.groups_left == ROWS
    assert part.kinds_left == 60 - COLUMNS
    assert part.usable == 10_000
    told = words(section(found, "security"))
    assert f"Not drawn: {part.groups_left} more sets of narrower rights, of {part.groups}" in told
    assert f"And {60 - COLUMNS} more kinds of record" in told


def test_accounts_kept_elsewhere_are_not_assessed_for_that_reason(make: Make) -> None:
    access = {
        "kind": "access",
        "system": "crm",
        "accounts_read": False,
        "cannot": "accounts are kept in the content management system",
    }
    made = section(make(access, systems__crm=CRM), "security")
    assert made is not None
    calls = [x for x in made.blocks if isinstance(x, b.Callout) and x.kind == "not_assessed"]
    assert [x.title for x in calls] == ["Accounts of Kite"]
    told = words(made)
    assert "accounts are kept in the content management system" in told
    assert "0 of 0" not in told
    assert "0\u00a0%" not in told


def test_names_of_roles_are_shown_as_they_are_and_break_nothing(make: Make) -> None:
    nasty = "<b>*Chief*</b> | {{ 7 * 7 }} =HYPERLINK()"
    access = {
        "kind": "access",
        "system": "crm",
        "accounts": [{"name": "acct-a", "levels": {"contacts": "UUUU"}, "roles": ["r"]}],
        "roles": [{"id": "r", "name": nasty, "levels": {"contacts": "UUUU"}}],
    }
    assert nasty in words(section(make(access, systems__crm=CRM), "security"))


def test_what_of_a_history_is_not_known_is_never_no(make: Make) -> None:
    tables = [{"table": "people", "entity": "person", "role": "primary"}]
    changes = {
        "kind": "changes",
        "system": "crm",
        "removed": [{"table": "people", "rows": 10}],
        "trails": [{"table": "log", "rows": 0}],
    }
    found = make(changes, systems__crm=CRM, maps__crm={"system": "crm", "tables": tables})
    part = composed(found).people.loss
    assert part is not None
    assert (part.masters, part.kept, part.unknown) == (1, 0, 1)
    told = words(section(found, "loss"))
    assert "cannot be told of any of 1 kind" in told
    assert "0 of 1" not in told
    kept = {**changes, "kept_on": {"people": True}}
    told = words(section(make(kept, systems__crm=CRM), "loss"))
    assert "100\u00a0% (1 of 1) of the kinds of master record" in told


# Use


@drawn_from(st.integers(0, 60), st.integers(0, 60), st.floats(0.05, 0.95))
def test_the_line_is_told_of_a_unit_only_by_what_is_told_of_it(n: int, m: int, line: float) -> None:
    group = GroupUse("north", Share(n, n + m), Share(n, n + m), 0)
    (seen,) = told((group,))
    side = above(seen, line)
    if side is not None:
        assert side == (n / (n + m) > line)
    if too_few(n + m):
        assert side is None


def recording(people: Mapping[str, int], month: str = "2026-06") -> dict[str, Any]:
    return {
        "kind": "recording",
        "system": "crm",
        "recorded": [
            {"account": f"acct-{unit}{n}", "table": "contacts", "month": month, "created": 4}
            for unit, many in people.items()
            for n in range(many)
        ],
        "logins_since": "2024-01-01",
        "logged_in": [
            {"account": f"acct-{unit}{n}", "month": month}
            for unit, many in people.items()
            for n in range(many)
        ],
    }


def units(whole: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": "access",
        "system": "crm",
        "units": list(whole),
        "accounts": [
            {"name": f"acct-{unit}{n}", "unit": unit, "levels": {"contacts": "UUUU"}}
            for unit, many in whole.items()
            for n in range(many)
        ],
    }


def test_adoption_is_measured_by_unit_against_the_line(make: Make) -> None:
    found = make(
        units({"north": 20, "east": 11, "south": 10}),
        recording({"north": 20, "east": 11, "south": 5}),
        audit={"organisation": "Sample", "as_of": "2026-06-30", "staff": 42},
        systems__crm=CRM,
    )
    use = composed(found).people.use
    assert use is not None
    assert use.units is not None
    assert (use.users, use.share) == ("36 of 42", 36 / 42)
    bars = {x.label: (x.value, x.text, x.mark) for x in use.units.items}
    assert bars["south"] == (50.0, "50\u00a0% (5 of 10)", True)
    assert bars["east"] == (100.0, "100\u00a0% (11 of 11)", False)
    assert (use.units_above, use.units_below, use.units_open) == (2, 1, 0)
    told = words(section(found, "adoption"))
    assert "36 of 42 staff (86\u00a0%) worked in Kite" in told
    assert "more than 80\u00a0%; 36 of 42 recorded something by hand" in told
    assert "not more than" not in told


def test_units_below_the_line_are_counted_although_their_number_is_kept_back(make: Make) -> None:
    found = make(
        units({"north": 9, "east": 8, "south": 9, "west": 9}),
        recording({"north": 9, "east": 2, "south": 3, "west": 7}),
        audit={"organisation": "Sample", "as_of": "2026-06-30", "staff": 42},
        systems__crm=CRM,
    )
    use = composed(found).people.use
    assert use is not None
    assert (use.units_above, use.units_below, use.units_open) == (1, 2, 1)
    assert "In 1 unit more than 80\u00a0% use it, in 2 not more; of 1 it is" in words(
        section(found, "adoption")
    )


def test_the_lines_are_those_of_the_rules_and_of_the_workspace() -> None:
    for name, (code, parameter) in DRAWN_BY.items():
        assert getattr(Lines(), name) == rule(code).parameters[parameter], name
    own = RuleSettings(parameters={"GOV112": {"share": 0.6, "days": 30}, "GOV117": {"share": "x"}})
    assert lines_of(own) == Lines(adoption=0.6, adoption_days=30)


def test_the_report_draws_the_workspace_s_own_line(make: Make) -> None:
    found = make(
        units({"north": 20, "south": 20}),
        recording({"north": 14, "south": 10}),
        audit={
            "organisation": "Sample",
            "as_of": "2026-06-30",
            "staff": 40,
            "rules": {"parameters": {"GOV112": {"share": 0.55}}},
        },
        systems__crm=CRM,
    )
    made = composed(found)
    assert made.people.use is not None
    assert made.people.use.units is not None
    assert made.people.use.units.target == pytest.approx(55)
    assert made.people.use.units_above == 1
    told = words(section(found, "adoption"))
    assert "here the line is drawn at 55\u00a0%" in told
    assert "more than 55\u00a0%; 24 of 40 recorded" in told
    assert "over 55\u00a0%" in next(h.detail for h in made.headlines if "CRM" in h.label)


def test_without_staff_the_share_is_not_assessed_and_never_nought(make: Make) -> None:
    found = make(units({"north": 9}), recording({"north": 9}), systems__crm=CRM)
    use = composed(found).people.use
    assert use is not None
    assert (use.cannot, use.share, use.users) == ("the staff are not counted", None, "")
    told = words(section(found, "adoption"))
    assert "cannot be told: the staff are not counted" in told


def test_old_evidence_says_why_nothing_can_be_told(make: Make) -> None:
    found = make(units({"north": 9}), recording({"north": 9}, "2024-02"), systems__crm=CRM)
    use = composed(found).people.use
    assert use is not None
    assert "February 2024" in use.cannot
    assert (use.units, use.months, use.concentration) == (None, None, None)


def test_the_curve_rises_from_the_busiest_and_the_few_lie_on_it(make: Make) -> None:
    people = {"north": 12}
    body = recording(people)
    body["recorded"][0]["created"] = 400
    use = composed(make(units(people), body, systems__crm=CRM)).people.use
    assert use is not None
    assert use.concentration is not None
    assert use.busiest is not None
    points = [(0.0, 0.0), *use.concentration.points]
    for (x, y), (further, higher) in pairwise(points):
        assert further >= x
        assert higher >= y - 1e-9
        assert higher >= further - 1e-9
    few, accounts, made, part = use.busiest
    assert (few, accounts, made) == (5, 12, 400 + 11 * 4)
    assert part == (400 + 4 * 4) / made


# What people say


def test_small_groups_speak_without_their_name(make: Make) -> None:
    def interview(name: str, people: int) -> dict[str, Any]:
        return {
            "id": name,
            "group": f"The {name}",
            "date": "2026-05-01",
            "participants": people,
            "answers": {"wrong": f"what {name} say"},
            "wishes": [f"wish of {name}"],
            "pains": [{"text": f"pain of {name}", "themes": [f"theme of {name}"]}],
        }

    found = make(
        systems__crm=CRM,
        interviews__many=interview("many", 8),
        interviews__pair=interview("pair", 2),
    )
    made = composed(found)
    assert made.people.speakers == {"many": "The many", "pair": "a group of fewer than five"}
    told = rows(made.tables.wishes)
    assert {(r[0], r[1]) for r in told} == {
        ("wish of many", "The many"),
        ("wish of pair", "a group of fewer than five"),
    }
    assert [r[0] for r in rows(made.tables.said_themes)] == ["theme of many"]
    # Day and unit would give the small group away.
    assert made.tables.interviews is not None
    heads = [c.name for c in made.tables.interviews.columns]
    told = dict(zip(heads, rows(made.tables.interviews)[1], strict=True))
    assert (told["Group"], told["Date"]) == ("a group of fewer than five", "–")
    part = section(found, "interviews")
    assert part is not None
    quotes = [x for x in part.blocks if isinstance(x, b.Quote)]
    assert [(q.who, bool(q.when)) for q in quotes] == [
        ("The many", True),
        ("a group of fewer than five", False),
    ]


def test_processes_walked_through_are_told_with_those_nobody_walked(make: Make) -> None:
    walk = {"process": "sell", "note": "the price is asked for twice"}
    interview = {"id": "desk", "group": "Desk", "participants": 6, "walks": [walk]}
    found = make(
        systems__crm=CRM,
        interviews__desk=interview,
        processes={
            "processes": [
                {"id": "sell", "name": "Selling", "purpose": "lead tracking"},
                {"id": "ask", "name": "Asking", "purpose": "campaign tracking"},
            ]
        },
    )
    table = composed(found).tables.walks
    assert rows(table) == [("Selling", "Desk", "0", "the price is asked for twice")]
    assert "Nobody walked through Asking" in table.note


def test_an_interview_that_was_only_prepared_did_not_answer(make: Make) -> None:
    found = make(systems__crm=CRM, interviews__next={"id": "next", "group": "Next"})
    assert composed(found).people.interviews == ()


def test_a_survey_is_drawn_only_where_no_answer_points_at_a_few(make: Make, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    lines = ["unit,view", *["north,worse"] * 9, *["north,fine"] * 8, *["south,worse"] * 2]
    lines += ["south,fine"] * 6
    (tmp_path / "data" / "s.csv").write_text("\n".join(lines), encoding="utf-8")
    survey = {
        "id": "s",
        "name": "Asked",
        "file": "data/s.csv",
        "unit_column": "unit",
        "attitude": {
            "column": "view",
            "answers": {"worse": "made things worse", "fine": "only praise"},
        },
    }
    found = make(systems__crm=CRM, kpis={"surveys": [survey]})
    (part,) = composed(found).people.surveys
    assert (part.answers, part.sorted) == (25, 25)
    assert part.negative is not None
    assert part.negative[0] == 11 / 25
    assert part.bars is not None
    assert "south" not in {x.label for x in part.bars.items}
    told = rows(composed(found).tables.survey_groups)
    south = next(r for r in told if r[1] == "south")
    assert "2" not in south
    assert "not told" in south


# Upkeep, indicators, maturity


def test_duties_of_maintenance_that_nobody_showed_are_hatched(make: Make) -> None:
    care = {
        "backup": {"frequency": "daily", "last": "2026-06-29"},
        "updates": {"frequency": "never"},
    }
    found = make(systems__crm={**CRM, "maintenance": care})
    part = composed(found).people.upkeep
    assert part.states == {"contradicted": 0, "late": 1, "kept": 0, "not assessed": 3}
    assert part.heat is not None
    assert [c.value is None for c in part.heat.cells[0]] == [True, True, True, False]
    told = words(section(found, "maintenance"))
    assert "no backup folder was looked into" in told


def kpi(values: list[float], **more: Any) -> dict[str, Any]:
    series = [{"date": f"2026-{n + 1:02}-28", "value": v} for n, v in enumerate(values)]
    return {"kpis": [{"id": "k", "name": "Calls", "direction": "up", "series": series, **more}]}


def test_an_indicator_says_its_trend_its_interval_and_which_way_is_better(make: Make) -> None:
    found = make(kpis=kpi([9, 8, 7.5, 7, 6, 5, 4.2, 4, 3, 2]), systems__crm=CRM)
    (part,) = kpi_parts(found)
    assert part.notable
    assert part.better is False
    assert re.fullmatch(
        r"falling by [\d.]+ a month \([\d.]+ to [\d.]+; p < 0\.001\), worse", part.trend
    )


def test_the_summary_counts_all_findings_of_a_rule_whatever_their_severity(make: Make) -> None:
    entity = {"id": "case", "name": "Case", "class": "transaction", "personal_data": "special"}
    found = make(
        systems__crm={**CRM, "crud": {"case": "CRUD", "order": "CRUD"}},
        entities={
            "entities": [
                entity,
                {**entity, "id": "order", "name": "Order", "personal_data": "personal"},
            ]
        },
    )
    judgement = judge(found)
    kinds = Counter(f.code for f in judgement.findings)
    told = words(section(found, "executive-summary"))
    several = [f.code for f in judgement.worst(3) if kinds[f.code] > 1]
    for code in several:
        assert re.search(rf"\({code}\)[^(]*, and {kinds[code] - 1} more of this rule", told), code
    mixed = {code: {f.severity for f in judgement.findings if f.code == code} for code in several}
    assert any(len(severities) > 1 for severities in mixed.values())


def test_days_of_a_line_are_written_as_everywhere_in_the_report(make: Make) -> None:
    found = make(kpis=kpi([3, 4, 5_000]), systems__crm=CRM)
    drawn = composed(found).kpi_lines
    assert drawn is not None
    figure = b.Figure("kpi", "Calls", drawn, "Calls by month.")
    told = figures.draw(figure, 700).replace("\xa0", " ")
    assert "28 Jan 2026" in told
    assert "5,000" in told
    assert "2026-01-28" not in told
    assert drawn.table()[1][0][0].replace("\xa0", " ") == "28 Jan 2026"
    month = replace(drawn, step="month", language="de")
    assert month.table()[1][0][0].replace("\xa0", " ") == "Jan. 2026"


def test_few_values_are_too_short_to_say(make: Make) -> None:
    found = make(kpis=kpi([1, 2, 3]), systems__crm=CRM)
    course = found.governance.course(found.workspace.kpis.kpis[0], found.day)
    assert trend_words(course) == "too short to say: 3 values, 8 are needed"
    (row,) = rows(composed(found).tables.indicators)
    assert row[-1] == "too short to say: 3 values, 8 are needed"


def test_the_message_to_the_employees_stands_in_an_appendix(make: Make) -> None:
    assert section(make(systems__crm=CRM), "message", final=True) is None
    found = make(kpis=kpi([9, 8, 7, 7, 6, 5, 4, 4, 3, 2]), systems__crm=CRM)
    made = section(found, "message")
    assert made is not None
    assert made.appendix
    told = words(made)
    assert "It fell from about" in told
    assert "How sure:" in told


def test_maturity_is_told_of_every_dimension_and_never_by_nought(make: Make) -> None:
    found = make(brief={"maturity_targets": {"access": 4}}, systems__crm=CRM)
    part = composed(found).maturity
    assert len(part.radar.spokes) == 8
    assert part.aimed == 1
    table = rows(composed(found).tables.maturity_levels)
    levels = {r[0]: r[1] for r in table}
    assert levels["Access"].startswith("not even the first level") or "of 5" in levels["Access"]
    told = words(section(found, "maturity"))
    assert "never by self-declaration" in told


# All of it


@pytest.mark.parametrize("final", [True, False])
def test_without_people_or_evidence_every_section_says_what_would_fill_it(
    make: Make, final: bool
) -> None:
    found = make(systems__crm={"id": "crm", "name": "Kite"})
    for name in ("security", "loss", "governance", "adoption", "interviews", "kpis", "accounts"):
        made = section(found, name, final=final)
        if final:
            assert made is None
        else:
            (callout,) = made.blocks if made else ()
            assert isinstance(callout, b.Callout)
            assert callout.kind == "draft"


def test_every_drawing_of_people_is_sound_at_both_widths(make: Make) -> None:
    found = make(
        ACCESS,
        recording({"ana": 1}),
        people=PEOPLE,
        systems__crm=CRM,
        brief={"maturity_targets": {"access": 4}},
        kpis=kpi([9, 8, 7, 7, 6, 5, 4, 4, 3, 2]),
    )
    judgement = judge(found)
    made = document(found, judgement, plan(found, judgement))
    drawings = [x for s in made.sections for x in s.blocks if isinstance(x, b.Figure)]
    assert {"rights-1", "maturity-radar"} <= {x.id for x in drawings}
    for drawing in drawings:
        for width in (figures.WIDE, figures.NARROW):
            ET.fromstring(figures.draw(drawing, width))


def test_a_survey_that_cannot_be_read_is_not_called_missing(make: Make, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "s.csv").write_bytes(b"\x00\x01\x02")
    survey = {
        "id": "s",
        "name": "Asked in May",
        "file": "data/s.csv",
        "attitude": {"column": "view", "answers": {"worse": "made things worse"}},
    }
    found = make(systems__crm=CRM, kpis={"surveys": [survey]})
    assert composed(found).people.surveys_unread == ("Asked in May",)
    told = words(section(found, "dysfunctions"))
    assert "crmaudit validate" in told
    assert "no survey is at hand" not in told
