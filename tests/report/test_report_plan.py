"""The plan in the report: decisions, drawings, tables, each initiative's own page."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shutil
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from strategy.workspaces import judged

from crmaudit.audit import Audit
from crmaudit.report import blocks as b
from crmaudit.report import specs as s
from crmaudit.report.compose import compose, document
from crmaudit.report.context import ReportContext
from crmaudit.report.figures import draw
from crmaudit.report.figures.gantt import _numbers
from crmaudit.report.numbers import day as words
from crmaudit.strategy import plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def audit() -> Audit:
    return Audit(ROOT / "examples" / "harbourlight")


@pytest.fixture(scope="module")
def context(audit: Audit) -> ReportContext:
    return compose(audit.facts, audit.findings, audit.plan)


def test_a_decision_names_who_what_and_by_when(context: ReportContext) -> None:
    first = context.plan.decisions[0]
    assert first.who == "Stephen Hughes"
    assert first.by is not None
    assert first.text.startswith(f"By {words(first.by)}, release ")
    assert "GBP" in first.text
    assert sum(d.by is not None for d in context.plan.decisions) >= 4


def test_work_is_released_before_it_begins(audit: Audit, context: ReportContext) -> None:
    release = context.plan.decisions[0]
    starts = [
        i.start
        for i in audit.plan.phases[1]
        if i.status in ("proposed", "approved") and i.start is not None
    ]
    assert audit.facts.day is not None
    assert release.by is not None
    assert audit.facts.day < release.by <= min(starts)


def test_a_day_that_the_plan_misses_is_a_decision() -> None:
    audit = Audit(ROOT / "examples" / "northwharf")
    context = compose(audit.facts, audit.findings, audit.plan)
    late = [i for i in audit.plan.initiatives if i.open and i.late and i.due]
    assert late
    (asked,) = [d for d in context.plan.decisions if "that the plan misses" in d.text]
    for i in late:
        assert i.due
        assert i.end
        assert f"{i.title} ({words(i.due.day)}, planned end {words(i.end)})" in asked.text


def test_what_was_decided_is_not_asked_for_again(context: ReportContext) -> None:
    """Two systems do equally much with organisations, and entities.yaml says which is to count."""
    assert context.target.picture.records
    (tied,) = [r for r in context.target.picture.records if len(r.now) > 1]
    assert tied.basis == "target declared"
    (asked,) = [d for d in context.plan.decisions if "system's version counts" in d.text]
    assert "Organisation" not in asked.text
    undecided = [r for r in context.target.picture.records if r.future is None]
    assert f"counts for {len(undecided)} entities" in asked.text


def test_no_decision_is_asked_for_on_a_day_that_is_over(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    shutil.copytree(ROOT / "examples" / "harbourlight", folder)
    file = folder / "audit.yaml"
    told = file.read_text(encoding="utf-8").replace("as_of: 2026-10-31", "as_of: 2027-02-28")
    file.write_text(told, encoding="utf-8")
    later = Audit(folder)
    asked = compose(later.facts, later.findings, later.plan).plan.decisions
    assert any("budget" in d.text for d in asked)
    assert min(d.by for d in asked if d.by) > date(2027, 2, 28)


def test_the_gantt_has_every_dated_initiative_and_the_critical_path(
    audit: Audit, context: ReportContext
) -> None:
    gantt = context.plan.gantt
    assert gantt is not None
    assert len(gantt.works) == sum(i.start is not None for i in audit.plan.initiatives)
    path = [w for w in gantt.works if w.critical]
    for work in path[1:]:
        assert {w.id for w in path} & set(work.after)
    drawn = draw(b.Figure("gantt", "Plan", gantt, "Plan"))
    assert all(w.label[:12].replace("&", "&amp;") in drawn for w in gantt.works)
    # Days of the table are read as months.
    assert "2027-" not in " ".join(" ".join(row) for row in gantt.table()[1])


def test_the_curve_ends_at_all_cost_and_never_falls(context: ReportContext) -> None:
    curve, plan = context.plan.curve, context.plan
    assert curve is not None
    assert plan.cost_range is not None
    assert curve.cost[-1] == pytest.approx(plan.cost_range)
    for line in (curve.cost, curve.benefit):
        for (low, high), (next_low, next_high) in itertools.pairwise(line):
            assert low <= high
            assert next_low >= low - 1e-6
            assert next_high >= high - 1e-6
    if curve.even is not None:
        n = curve.months.index(curve.even)
        assert sum(curve.benefit[n]) >= sum(curve.cost[n])


def test_days_by_leader_are_all_days_of_the_plan(audit: Audit, context: ReportContext) -> None:
    whole = sum(i.days for i in audit.plan.initiatives if i.open)
    for loads in (context.plan.leaders, context.plan.skills):
        assert loads is not None
        assert sum(sum(row) for row in loads.days) == pytest.approx(whole)
        assert len(loads.parts) <= 5
        assert len(loads.days) == len(loads.periods) == len(loads.capacity)


@pytest.mark.parametrize("width", [340, 720])
def test_drawings_stay_within_their_width(context: ReportContext, width: int) -> None:
    for spec in (context.plan.curve, context.plan.leaders):
        assert spec is not None
        drawn = draw(b.Figure("x", "X", spec, "X"), width)
        xs = [float(x) for x in re.findall(r'\bx[12]?="(-?[0-9.]+)"', drawn)]
        assert max(xs) <= width
        assert min(xs) >= 0


def test_each_initiative_has_a_page_of_its_own(audit: Audit, context: ReportContext) -> None:
    details = context.plan.details
    assert [d.id for d in details] == [i.id for i in audit.plan.initiatives]
    for detail, i in zip(details, audit.plan.initiatives, strict=True):
        assert len(detail.worst) + detail.more == len(i.findings)
        terms = dict(detail.facts)
        assert {"Takes", "Risk", "Led by"} <= set(terms)
        assert ("When" in terms) == (i.start is not None)


def test_scenarios_say_what_they_leave_out_by_name(audit: Audit, context: ReportContext) -> None:
    table = context.tables.scenario_left
    assert table is not None
    told = next(row[-1].text for row in table.rows if row[0].text == "As in the brief")
    titles = {i.id: i.title for i in audit.plan.initiatives}
    assert told == "; ".join(titles[i] for i in audit.plan.scenarios[0].left)
    assert told


def test_of_much_that_is_left_out_the_rest_is_told_by_number(tmp_path: Path) -> None:
    own = "".join(
        f"- {{id: o{n}, title: Own {n}, cost: 10, benefit_hours: {100 * (n % 7)}}}\n"
        for n in range(12)
    )
    files = {"plan.yaml": f"own:\n{own}", "brief.yaml": "resources: {budget: 0}\n"}
    facts, judgement = judged(tmp_path, files)
    made = plan(facts, dataclasses.replace(judgement, findings=()))
    table = compose(facts, judgement, made).tables.scenario_left
    assert table is not None
    named, _, numbered = table.rows[0][-1].text.partition("; and those numbered ")
    first = [made.initiatives[n - 1].title for n in range(1, 13)]
    assert len(named.split("; ")) == 5
    spans = [s.split("–") for s in numbered.split(", ")]
    numbers = {n for s in spans for n in range(int(s[0]), int(s[-1]) + 1)}
    assert {first[n - 1] for n in range(1, 13) if n not in numbers} == {*named.split("; ")}
    least = min(i.worth for i in made.initiatives if i.title in named.split("; "))
    assert all(made.initiatives[n - 1].worth <= least for n in numbers)


def test_a_plan_without_dates_says_so_and_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Bare\n", encoding="utf-8")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: BeaconCRM\n", encoding="utf-8")
    bare = Audit(tmp_path)
    plan = compose(bare.facts, bare.findings, bare.plan).plan
    assert plan.gantt is None
    assert plan.curve is None
    assert plan.leaders is None
    assert plan.scenarios == ()
    assert plan.decisions
    assert plan.phases[0].name == "Phase 1"
    made = document(bare.facts, bare.findings, bare.plan)
    schedule = next(x for x in made.sections if x.id == "schedule")
    callouts = [x for x in schedule.blocks if isinstance(x, b.Callout)]
    assert [c.kind for c in callouts] == ["not_assessed"]


def test_a_hostile_plan_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text(
        "organisation: X\nas_of: 2026-10-31\nhourly_rate: 0\n", encoding="utf-8"
    )
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: '<b>&'\n", encoding="utf-8")
    (tmp_path / "brief.yaml").write_text(
        dedent("""
            resources: {start: 2027-01-02, days_per_month: 0.5, budget: 0}
            deadlines: [{text: "<script>", date: 2027-01-03}]
            scenarios: [{id: none, name: "=1+1", days_per_month: 0.001, start: 2027-01-01}]
        """),
        encoding="utf-8",
    )
    (tmp_path / "plan.yaml").write_text(
        "own: [{id: a, title: '<i>A', start: 1990-01-01, end: 2090-01-01, effort_days: 0}]\n",
        encoding="utf-8",
    )
    hostile = Audit(tmp_path)
    plan = compose(hostile.facts, hostile.findings, hostile.plan).plan
    for spec in (plan.gantt, plan.value_map, plan.curve, plan.leaders, plan.skills):
        if spec is not None:
            drawn = draw(b.Figure("x", "X", spec, "X"))
            assert "<script>" not in drawn
            assert "<i>" not in drawn
            assert '"nan' not in drawn
    assert isinstance(plan.gantt, s.Gantt)
    none = plan.scenarios[1]
    assert none.why_undated == "the work would take more than forty years"


def test_a_phase_is_released_with_the_name_of_what_is_not_asked_for(context: ReportContext) -> None:
    first = context.plan.phases[0].initiatives
    running = [i for i in first if i.status == "running"]
    asked = context.plan.decisions[0].text
    assert len(running) == 1
    assert f"{len(first) - 1} of {len(first)} initiatives" in asked
    assert asked.endswith(f"Not asked for: {running[0].title} (running).")


def test_all_contracts_of_the_year_are_to_be_decided(tmp_path: Path) -> None:
    """Nearest day first, that of the audit too; not those later than a year."""
    days = ("2026-10-31", "2026-12-01", "2027-10-31", "2027-11-01", "2027-03-01")
    files = {
        f"systems/s{n}.yaml": f"id: s{n}\nname: S{n}\ncontract: {{end: {day}, notice_days: 0}}\n"
        for n, day in enumerate(days)
    }
    facts, judgement = judged(tmp_path, files)
    asked = compose(facts, judgement, plan(facts, judgement)).plan.decisions
    (notice,) = [d for d in asked if "notice" in d.text]
    assert notice.by == date(2026, 10, 31)
    assert re.findall(r"S\d", notice.text) == ["S0", "S1", "S4", "S2"]


def test_a_plan_of_many_is_drawn_by_phase_and_then_whole(tmp_path: Path) -> None:
    """Nothing is dropped: every initiative stands in one of the parts, and its phase in front."""
    own = "".join(f"  - {{id: own-{n}, title: 'Own {n}', effort_days: 2}}\n" for n in range(130))
    files = {"plan.yaml": f"start: 2027-01-04\ncapacity_days_per_month: 20\nown:\n{own}"}
    facts, judgement = judged(tmp_path, files)
    made = compose(facts, judgement, plan(facts, judgement)).plan
    assert made.gantt is not None
    whole = [w for w in made.gantt.works if w.stands_for]
    assert sum(w.stands_for for w in whole) == len(made.initiatives)
    assert len(whole) == len(made.phases)
    assert len(made.gantt.works) < 60
    parts = [w.id for g in made.gantt_parts for w in g.works]
    assert sorted(parts) == sorted(i.id for i in made.initiatives)
    assert max(len(g.works) for g in made.gantt_parts) <= 45
    drawn = draw(b.Figure("gantt", "Plan", made.gantt, "Plan"))
    assert "all of a phase" in drawn
    assert made.value_map is not None
    assert len(made.value_map.items) == 80
    sections = document(facts, judgement, plan(facts, judgement)).sections
    titles = [x.title for part in sections for x in part.blocks if isinstance(x, b.Figure)]
    whole_plan = f"{len(made.initiatives)} initiatives"
    assert f"Value against effort of the 80 of most value, of {whole_plan}" in titles
    assert sum(t.startswith("Initiatives in time, part ") for t in titles) == len(made.gantt_parts)
    assert any(t.startswith(whole_plan) and t.endswith(", by phase") for t in titles)


def test_numbers_of_deadlines_that_would_cover_each_other_stand_in_one() -> None:
    assert list(_numbers([100, 200])) == [(100, "1"), (200, "2")]
    assert list(_numbers([100, 108, 200])) == [(104, "1,2"), (200, "3")]
    assert [told for _, told in _numbers([100, 104, 108, 112, 300])] == ["1–4", "5"]
    assert [told for _, told in _numbers([100, 300, 108])] == ["1,3", "2"]
