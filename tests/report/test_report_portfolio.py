"""The pictures and tables of the portfolio: what they show, of how many, and how it reads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from many_systems import LONG, generate

from crmaudit.audit import Audit
from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import figures, portfolio, portfolio_cost, portfolio_life, portfolio_parts
from crmaudit.report import specs as s
from crmaudit.report.compose import compose, document
from crmaudit.report.context import ReportContext
from crmaudit.report.figures.svg import measure
from crmaudit.report.tables import Tables
from crmaudit.strategy import plan
from crmaudit.workspace import load

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTS = (1, 3, 30, 220)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=COUNTS)
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    root = tmp_path_factory.mktemp("many") / "w"
    return Facts.of(load(generate(root, request.param)))


@pytest.fixture(scope="module")
def northwharf() -> Facts:
    return Facts.of(load(EXAMPLES / "northwharf"))


@pytest.fixture(scope="module")
def measured(charity: Path) -> Facts:
    """The charity, its billing and newsletter read."""
    return Audit(charity).facts


_MADE: dict[int, tuple[Facts, ReportContext, b.Document]] = {}
"""With the facts themselves, so that no others come to have their identity."""


def made(facts: Facts) -> tuple[ReportContext, b.Document]:
    if id(facts) not in _MADE:
        judgement = judge(facts)
        proposed = plan(facts, judgement)
        context = compose(facts, judgement, proposed)
        _MADE[id(facts)] = facts, context, document(facts, judgement, proposed)
    return _MADE[id(facts)][1:]


def tables(facts: Facts) -> Tables:
    return made(facts)[0].tables


def one(root: Path, *dossiers: dict[str, object], **files: object) -> Facts:
    """Facts of a workspace of these dossiers, in euro, as of the last of October 2026."""
    (root / "systems").mkdir(parents=True)
    audit = {"organisation": "Acme", "as_of": date(2026, 10, 31), "currency": "EUR"}
    for name, data in {"audit": audit, **files}.items():
        (root / f"{name}.yaml").write_text(yaml.safe_dump(data))
    for dossier in dossiers:
        (root / "systems" / f"{dossier['id']}.yaml").write_text(yaml.safe_dump(dossier))
    return Facts.of(load(root))


# What can be read


Box = tuple[float, float, float, float, str]


def texts(svg: str) -> Iterator[Box]:
    """The boxes of all upright texts, as wide as the shipped face sets them."""
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        if text.get("transform") or not text.text:
            continue
        size = float(text.get("font-size") or 12)
        width = measure(text.text, size, bool(text.get("font-weight"))) / 1.1
        x, y = float(text.get("x") or 0), float(text.get("y") or 0)
        x -= {"end": width, "middle": width / 2}.get(text.get("text-anchor") or "", 0)
        yield x, y - 0.7 * size, x + width, y, text.text


def portfolio_figures(facts: Facts) -> list[b.Figure]:
    _, report = made(facts)
    return [
        block
        for section in report.sections
        if section.id in ("storage", "perceived", "fit")
        for block in section.blocks
        if isinstance(block, b.Figure)
    ]


@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
def test_texts_neither_overlap_nor_leave_the_drawing(many: Facts, width: int) -> None:
    drawn = portfolio_figures(many)
    assert len(drawn) >= 5
    for figure in drawn:
        svg = figures.draw(figure, width)
        right, bottom = (float(x) for x in svg.split('viewBox="0 0 ')[1].split('"')[0].split())
        boxes = list(texts(svg))
        assert boxes, figure.id
        for x1, y1, x2, y2, words in boxes:
            assert x1 >= -0.5, (figure.id, words)
            assert y1 >= -0.5, (figure.id, words)
            assert x2 <= right + 0.5, (figure.id, words)
            assert y2 <= bottom + 0.5, (figure.id, words)
        for one_, two in combinations(boxes, 2):
            apart = (
                one_[2] <= two[0] + 0.5
                or two[2] <= one_[0] + 0.5
                or one_[3] <= two[1] + 0.5
                or two[3] <= one_[1] + 0.5
            )
            assert apart, (figure.id, one_[4], two[4])


def test_every_picture_says_of_how_many(many: Facts) -> None:
    context, _ = made(many)
    count = len(many.inventory.in_scope)
    for figure in portfolio_figures(many):
        assert figure.alt, figure.id
        told = " ".join(re.findall(r"\d+", f"{figure.title} {figure.note}".replace(",", "")))
        assert told, figure.id
    cost = context.inventory.cost_bars
    assert cost is not None
    found = {f.id: f for f in portfolio_figures(many)}
    if count == 220:
        assert len(cost.items) == portfolio_cost.ROWS
        more = context.inventory.cost_known - len(cost.items)
        rest = context.inventory.cost_total - sum(i.value for i in cost.items)
        assert f"the other {more} come to EUR\u00a0{rest:,.0f}" in found["cost-bars"].note
        placed = context.fit.placed
        assert f"The {portfolio.BUBBLES} dearest of {placed} " in found["fit-map"].note
        assert f"{context.inventory.dated - portfolio_life.ROWS} more" in found["lifecycle"].note
        needs = len(context.inventory.skill_needs)
        assert f"{needs - portfolio.SKILLS} more" in found["skill-map"].note
    if count == 3:
        assert all("more" not in f.note for f in found.values())


def test_a_long_name_is_cut_or_wrapped(many: Facts) -> None:
    if len(many.inventory.in_scope) < 4:
        pytest.skip("the long name belongs to the fourth system")
    name = many.workspace.system["s3"].name
    assert name == LONG
    spec = s.Bubbles((s.Bubble(name, 0.5, 0.6),), "x", "y")
    svg = figures.draw(b.Figure("f", "t", spec, "a"), figures.NARROW)
    assert any(words.endswith("…") for *_, words in texts(svg))


def test_a_workspace_that_says_nothing_says_so(tmp_path: Path) -> None:
    facts = one(tmp_path / "w", {"id": "crm", "name": "Customer list"})
    context, report = made(facts)
    inventory = context.inventory
    assert (inventory.cost_bars, inventory.lifecycle, inventory.skill_map) == (None, None, None)
    assert inventory.cost_trend is None
    assert context.fit.map is None
    assert context.fit.unclassified[0][0] == "Customer list"
    assert context.dumbbell is None
    storage = next(x for x in report.sections if x.id == "storage")
    missing = [x.title for x in storage.blocks if isinstance(x, b.Callout)]
    assert missing == ["Yearly cost", "Lifecycle and contracts", "Skills"]
    fit = next(x for x in report.sections if x.id == "fit")
    assert isinstance(fit.blocks[0], b.Callout)
    assert fit.blocks[0].kind == "draft"


# Fit


def test_bubbles_stand_where_the_scores_say(northwharf: Facts) -> None:
    spec = portfolio.fit_map(northwharf)
    assert spec is not None
    names = {x.name: x.id for x in northwharf.workspace.systems}
    for bubble in spec.items:
        fit = northwharf.fits[names[bubble.label]]
        assert bubble.y == pytest.approx(((fit.functional.score or 0) - 1) / 9)
        assert bubble.x == pytest.approx(((fit.technical.score or 0) - 1) / 9)
        assert bubble.mark is bool(fit.withheld)
        high = (bubble.y >= 0.5, bubble.x >= 0.5)
        quadrant = {(True, True): "invest", (False, True): "tolerate", (True, False): "migrate"}
        assert (fit.quadrant or "eliminate") == quadrant.get(high, "eliminate")


def test_quadrants_unclassified_and_withheld_are_all_systems(many: Facts) -> None:
    part = made(many)[0].fit
    placed = sum(len(names) for names in part.quadrants.values())
    assert placed == part.classified
    assert placed + len(part.withheld) + len(part.unclassified) == part.of
    assert part.of == len(many.inventory.in_scope)
    assert part.placed == part.classified + len(part.withheld)


def test_an_unknown_cost_is_hollow_and_small(tmp_path: Path) -> None:
    fitness = {"functional": 4, "technical": 4}
    facts = one(
        tmp_path / "w",
        {"id": "a", "name": "A", "fitness": fitness},
        {
            "id": "c",
            "name": "C",
            "fitness": fitness,
            "costs": [{"year": 2026, "kind": "licence", "amount": 5}],
        },
    )
    spec = portfolio.fit_map(facts)
    assert spec is not None
    assert [(x.label, x.hollow) for x in spec.items] == [("C", False), ("A", True)]
    assert "cost not known" in spec.items[1].detail
    svg = figures.draw(b.Figure("f", "t", spec, "a"))
    assert spec.hollow_text in svg
    # Both stand at the same point, and neither covers the other.
    circles = [
        (float(c.get("cx") or 0), float(c.get("cy") or 0), float(c.get("r") or 0))
        for c in list(ET.fromstring(svg).iter(f"{SVG}circle"))[-2:]
    ]
    (x1, y1, r1), (x2, y2, r2) = circles
    assert (x1 - x2) ** 2 + (y1 - y2) ** 2 >= (r1 + r2) ** 2


def test_contributions_stand_in_the_appendix(northwharf: Facts) -> None:
    table = tables(northwharf).fit_technical
    assert table is not None
    heads = [c.name for c in table.columns]
    assert heads[:3] == ["System", "Together", "Technical fitness"]
    assert table.columns[2].unit == "weight 50"
    row = next(r for r in table.rows if r[0].text == "OrderForge 4")
    fit = northwharf.fits["orderforge"]
    assert row[1].value == fit.technical.score
    for cell, part in zip(row[2:], fit.technical.contributions, strict=True):
        assert part.because in (cell.reason if part.score is None else cell.text)


# Cost


def test_cost_bars_add_up(northwharf: Facts) -> None:
    spec = portfolio_cost.cost_bars(northwharf)
    assert spec is not None
    names = {x.name: x.id for x in northwharf.workspace.systems}
    for item in spec.items:
        cost = northwharf.inventory.row(names[item.label]).cost
        assert cost is not None
        assert item.value == pytest.approx(cost.total)
        assert item.open is cost.at_least
        assert item.text.startswith("at least") is cost.at_least
    values = [i.value for i in spec.items]
    assert values == sorted(values, reverse=True)


def cost(year: int, kind: str, amount: float, **more: object) -> dict[str, object]:
    return {"year": year, "kind": kind, "amount": amount, **more}


def test_the_trend_compares_like_with_like(tmp_path: Path) -> None:
    facts = one(
        tmp_path / "w",
        {
            "id": "a",
            "name": "A",
            "costs": [
                cost(2025, "licence", 100),
                cost(2026, "licence", 110),
                cost(2026, "hosting", 900),  # of one year only
            ],
        },
        {"id": "c", "name": "C", "costs": [cost(2026, "licence", 5000)]},
        {
            "id": "d",
            "name": "D",
            "costs": [cost(2025, "support", 40), cost(2026, "support", 40, currency="XYZ")],
        },
    )
    assert portfolio_cost.same_costs(facts) == {"a": {2025: 100.0, 2026: 110.0}}
    inventory = made(facts)[0].inventory
    assert inventory.cost_change == (2025, 100.0, 110.0)
    assert inventory.cost_same == (1, 2)
    trend = inventory.cost_trend
    assert trend is not None
    assert [x.last_text for x in trend.series] == ["+10\u00a0%"]
    assert trend.table() == (
        ("Year", "The one system compared: EUR\u00a0110"),
        (("2025", "100"), ("2026", "110")),
    )


@given(
    st.lists(
        st.dictionaries(
            st.integers(2021, 2026),
            st.dictionaries(
                st.sampled_from(["licence", "hosting"]), st.integers(0, 9999), min_size=1
            ),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_year_of_a_trend_holds_the_same_things(
    tmp_path_factory: pytest.TempPathFactory, systems: list[dict[int, dict[str, int]]]
) -> None:
    dossiers: list[dict[str, object]] = [
        {
            "id": f"s{n}",
            "name": f"S{n}",
            "costs": [cost(y, k, a) for y, kinds in years.items() for k, a in kinds.items()],
        }
        for n, years in enumerate(systems)
    ]
    facts = one(tmp_path_factory.mktemp("costs") / "w", *dossiers)
    same = portfolio_cost.same_costs(facts)
    windows = {tuple(sorted(by_year)) for by_year in same.values()}
    assert len(windows) <= 1
    for name, by_year in same.items():
        years = systems[int(name[1:])]
        kinds = set.intersection(*(set(years[y]) for y in by_year))
        assert kinds
        assert len(by_year) >= 2
        for year, amount in by_year.items():
            assert amount == sum(years[year][kind] for kind in kinds)


# Life


def test_what_is_late_stands_first_and_in_alarm(northwharf: Facts) -> None:
    spec = portfolio_life.lifelines(northwharf)
    assert spec is not None
    late = [any(m.late for m in item.marks) for item in spec.items]
    assert late == sorted(late, reverse=True)
    assert spec.items[0].label == "OrderForge 4"
    assert spec.items[0].text == "no support since 30\u00a0Jun\u00a02014"
    keel = next(i for i in spec.items if i.label == "ContactKeel")
    days = {m.kind: m.day for m in keel.marks}
    assert days["notice"] == date(2026, 12, 2)
    assert days["contract"] == date(2027, 3, 2)
    assert [x.phase for x in keel.stretches] == ["active", "phase-out"]


def test_a_phase_without_a_day_runs_to_the_edges(tmp_path: Path) -> None:
    facts = one(
        tmp_path / "w",
        {"id": "a", "name": "A", "lifecycle": {"phase": "active"}},
        {"id": "c", "name": "C", "lifecycle": {"phase": "active", "phase_out": "2027-05-01"}},
        {"id": "d", "name": "D", "contract": {"end": "2027-01-31"}},
        {"id": "e", "name": "E", "lifecycle": {"phase": "retired", "retired": "2020-01-01"}},
    )
    spec = portfolio_life.lifelines(facts)
    assert spec is not None
    found = {i.label: i for i in spec.items}
    assert set(found) == {"A", "C", "D"}
    assert found["A"].stretches == (s.Stretch("active", None, None),)
    assert found["C"].stretches == (
        s.Stretch("active", None, date(2027, 5, 1)),
        s.Stretch("phase-out", date(2027, 5, 1), None),
    )
    assert found["D"].stretches == ()
    assert "phase not declared" in figures.draw(b.Figure("f", "t", spec, "a"))


def test_days_beyond_the_window_are_told_with_their_year() -> None:
    spec = s.Lifelines(
        (
            s.Life(
                "A",
                (s.Stretch("active", date(1998, 1, 1), None),),
                (
                    s.DayMark("support", date(2014, 6, 30), True),
                    s.DayMark("contract", date(2040, 1, 1)),
                ),
            ),
        ),
        date(2024, 1, 1),
        date(2031, 12, 31),
        date(2026, 10, 31),
    )
    for width in (figures.WIDE, figures.NARROW):
        words = [t for *_, t in texts(figures.draw(b.Figure("f", "t", spec, "a"), width))]
        assert "‹ 2014" in words
        assert "2040 ›" in words


def test_contracts_to_decide_on(northwharf: Facts) -> None:
    table = tables(northwharf).contracts_due
    assert table is not None
    states = [r[5].text for r in table.rows]
    assert states[:3] == ["notice missed", "notice missed", "notice due"]
    everything = tables(northwharf).contracts
    assert everything is not None
    assert len(everything.rows) == sum(
        x.contract is not None for x in northwharf.workspace.in_scope
    )


# Skills


def test_the_skill_map_names_declared_holders_only(many: Facts) -> None:
    spec = portfolio.skill_map(many)
    assert spec is not None
    held = {
        many.workspace.person[h.person].name
        for x in many.workspace.systems
        for skill in x.support.skills or ()
        for h in skill.held
    }
    assert {p.name for p in spec.people} <= held
    assert len(spec.people) <= portfolio.PEOPLE
    for row in spec.rows:
        holders = {p for p, skill in many.inventory.staffing.levels if skill == row.label}
        assert sum(level is not None for level in row.levels) + row.others == len(holders)


def test_leavers_are_marked(northwharf: Facts) -> None:
    spec = portfolio.skill_map(northwharf)
    assert spec is not None
    notes = {p.name: p.note for p in spec.people}
    assert notes["Wilfred Harker"] == "leaves 31\u00a0Dec\u00a02026"
    assert notes["Anton Petrov"] == ""
    forge = next(r for r in spec.rows if r.label == "OrderForge")
    assert (forge.state, forge.text) == ("single", "one person, leaves 31\u00a0Dec\u00a02026")
    order = [r.state for r in spec.rows]
    assert order == sorted(order, key=["gap", "single", "unknown", "covered"].index)


def test_people_on_whom_a_skill_hangs(northwharf: Facts) -> None:
    table = tables(northwharf).alone
    assert table is not None
    found = {r[0].text: r[1].text for r in table.rows}
    assert found["Wilfred Harker"] == "OrderForge 4: OrderForge; OrderForge 4: RPG programming"


# Opinion


def test_opinions_with_both_sides_come_by_disagreement(measured: Facts) -> None:
    spec = portfolio.dumbbell(measured)
    assert spec is not None
    gaps = [abs(i.said - i.measured) for i in spec.items if i.said is not None and i.measured]
    assert len(gaps) == len(spec.items) > 1
    assert gaps == sorted(gaps, reverse=True)
    assert any(" in " in i.label for i in spec.items), "opinions on entities"
    part = made(measured)[0].opinions
    assert part.both == len(portfolio.both_sides(measured))
    assert part.evidence
    assert "BeaconCRM" in part.only_said, "it was not read"
    table = tables(measured).perceived
    assert table is not None
    assert len(table.rows) == len(measured.opinions)


def test_nothing_measured_is_said_once(northwharf: Facts) -> None:
    spec = portfolio.dumbbell(northwharf)
    assert spec is not None
    said = [i.said for i in spec.items if i.said is not None]
    assert said == sorted(said)
    svg = figures.draw(b.Figure("f", "t", spec, "a"))
    assert svg.count(">measured: not assessed<") == 1


# Facts


def test_missing_facts_are_counted_once(northwharf: Facts) -> None:
    spec = portfolio.facts_bars(northwharf)
    assert spec is not None
    lacking, wanted = northwharf.inventory.completeness[0], northwharf.inventory.completeness[1]
    assert sum(i.value or 0 for i in spec.items) == wanted - lacking
    cost = next(i for i in spec.items if i.label == "cost of maintenance")
    assert cost.text == "0 of 27 (2 blank on purpose)"
    asked = tables(northwharf).to_ask
    assert asked is not None
    assert sum(int(r[3].text) for r in asked.rows) == wanted - lacking


def test_nine_facts_tell_whom_to_ask_and_why_one_is_blank(northwharf: Facts) -> None:
    table = tables(northwharf).nine_facts
    assert table is not None
    rows = {r[0].text: r for r in table.rows}
    leads = rows["Trade-fair lead sheets"]
    assert leads[1].text == "left blank: Made by the marketing department"
    assert (leads[4].text, leads[4].state) == ("missing", "not_assessed")
    assert leads[4].reason == "ask Tamsin Veld"
    assert rows["Billwright"][6].text == "on single entities only"


def test_the_text_on_skills_counts_what_its_picture_counts(northwharf: Facts) -> None:
    part = portfolio_parts.inventory_part(northwharf)
    assert part.skills[1] == len(part.skill_needs)
    assert part.skills[0] == sum(n.state == "covered" for n in part.skill_needs)
    # Some are needed by several systems, and are one skill all the same.
    assert part.skills[1] < sum(len(r.skills) for r in northwharf.inventory.in_scope)
