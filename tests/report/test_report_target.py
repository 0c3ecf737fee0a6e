"""Extraction and target picture in the report: what is drawn, said and counted."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from many_systems import generate
from strategy.workspaces import judged

from crmaudit.audit import Audit
from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import figures
from crmaudit.report.compose import compose, document
from crmaudit.report.context import ReportContext
from crmaudit.report.specs import Web
from crmaudit.report.tables.given import Given
from crmaudit.report.tables.targets import target_feeds, target_systems
from crmaudit.report.target_parts import drawings
from crmaudit.strategy import order, plan, target
from crmaudit.workspace import load

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module", params=["harbourlight", "northwharf"])
def facts(request: pytest.FixtureRequest) -> Facts:
    return Facts.of(load(EXAMPLES / request.param))


@pytest.fixture(scope="module")
def context(facts: Facts) -> ReportContext:
    judgement = judge(facts)
    return compose(facts, judgement, plan(facts, judgement))


@pytest.fixture(scope="module")
def sections(facts: Facts) -> dict[str, b.Section]:
    judgement = judge(facts)
    made = document(facts, judgement, plan(facts, judgement))
    return {s.id: s for s in made.sections}


def drawn(web: Web) -> ET.Element:
    return ET.fromstring(figures.draw(b.Figure("x", "X", web, "alt")))


def test_both_drawings_have_each_system_in_one_place(facts: Facts) -> None:
    today, future, left = drawings(facts)
    assert today is not None
    assert future is not None
    assert left == 0
    places = [{n.id: (n.x, n.y) for n in web.nodes} for web in (today, future)]
    assert places[0] == places[1]
    assert {s.system for s in target(facts).systems} <= set(places[0])
    assert (today.width, today.height) == (future.width, future.height)
    assert max(x.x + x.width / 2 for x in future.nodes) <= future.width + 1


def test_boxes_do_not_overlap(facts: Facts) -> None:
    _, web, _ = drawings(facts)
    assert web is not None
    for i, one in enumerate(web.nodes):
        for other in web.nodes[i + 1 :]:
            apart = (
                abs(one.x - other.x) >= (one.width + other.width) / 2 - 0.5
                or abs(one.y - other.y) >= (one.height + other.height) / 2 - 0.5
            )
            assert apart, (one.label, other.label)


def test_what_is_new_and_what_goes_differs_by_form(facts: Facts) -> None:
    """Grey print has to tell them apart: new lines are thick, struck out ones carry a cross."""
    today, future, _ = drawings(facts)
    assert today is not None
    assert future is not None
    aim = target(facts)
    looks = {"build": "new", "mend": "told", "keep": "firm", "retire": "gone"}
    kinds = {a: sum(e.kind == k for e in future.edges) for a, k in looks.items()}
    assert kinds == {a: len(aim.to(a)) for a in ("build", "mend", "keep", "retire")}
    assert not {e.kind for e in today.edges} & {"new", "gone", "alarm"}
    assert len(today.edges) == len({(f.source, f.target) for f in aim.feeds if f.now})
    for group in drawn(future).iter("{http://www.w3.org/2000/svg}g"):
        names = (group.get("class") or "").split()
        if names[:1] != ["edge"]:
            continue
        paths = list(group.iter("{http://www.w3.org/2000/svg}path"))
        assert len(paths) == (3 if names[1] == "gone" else 2)
        assert (paths[0].get("stroke-width") == "3") == (names[1] == "new")
    gone = {n.label for n in future.nodes if n.gone}
    assert gone == {facts.workspace.system[s.system].name for s in aim.systems if not s.stays}


def test_the_table_of_a_drawing_tells_all_of_it(facts: Facts) -> None:
    _, future, _ = drawings(facts)
    assert future is not None
    head, rows = future.table()
    assert head == ("From", "To", "What", "What becomes of it")
    told = {row[3] for row in rows}
    assert "to be built" in told
    kept = any(f.action == "keep" for f in target(facts).feeds)
    assert ("stays as it is" in told) == kept
    marks = sum(n.mark for n in future.nodes) + sum(n.gone for n in future.nodes)
    assert len(rows) == len(future.edges) + marks


def test_counts_agree_with_the_picture(facts: Facts, context: ReportContext) -> None:
    part, aim = context.target, target(facts)
    assert part.settled + part.proposed + len(part.open) == part.entities == len(aim.records)
    assert sum(map(len, part.systems.values())) == len(facts.workspace.in_scope)
    assert sum(part.feeds.values()) == len(aim.feeds)
    x, sequence = context.extraction, order(facts)
    assert x.days == sequence.days
    assert x.asked + x.unserved + x.answered == len(facts.workspace.needs)
    assert x.answerable is not None
    assert len(x.answerable.items) == x.asked


def test_the_sections_are_there(sections: dict[str, b.Section]) -> None:
    for name in ("extraction", "target", "extraction-detail"):
        made = sections[name]
        assert any(isinstance(x, b.Table) for x in made.blocks), name
    tables = [x.id for x in sections["target"].blocks if isinstance(x, b.Table)]
    assert tables == ["target-records", "target-systems", "target-feeds"]
    figures_ = [x.id for x in sections["target"].blocks if isinstance(x, b.Figure)]
    assert figures_ == ["landscape-today", "landscape-target"]


def test_every_criterion_adds_up(facts: Facts, context: ReportContext) -> None:
    table = context.tables.extraction_criteria
    assert table is not None
    names = [c.name for c in table.columns]
    system, adds = names.index("System"), names.index("Adds")
    sums: dict[str, float] = {}
    for row in table.rows:
        value = row[adds].value
        sums[row[system].text] = sums.get(row[system].text, 0.0) + float(value or 0)  # type: ignore[arg-type]
    for e in context.extraction.systems:
        assert sums[facts.workspace.system[e.system].name] == pytest.approx(e.score or 0)


@pytest.mark.parametrize("count", [1, 60])
def test_it_holds_for_few_and_for_many(tmp_path: Path, count: int) -> None:
    facts = Facts.of(load(generate(tmp_path / "w", count)))
    judgement = judge(facts)
    made = compose(facts, judgement, plan(facts, judgement))
    assert sum(map(len, made.target.systems.values())) == count
    assert not made.extraction.by_questions
    for web in (made.target.today, made.target.future):
        if web is not None:
            assert len(web.nodes) <= 90
            drawn(web)


def test_today_counts_what_is_drawn_and_says_what_a_connection_is(
    facts: Facts, context: ReportContext
) -> None:
    today = context.target.today
    assert today is not None
    pairs = {(e.source, e.target) for e in today.edges}
    assert len(today.edges) == len(pairs) == context.target.connections
    assert context.target.declared_feeds == context.crud.feeds
    inside = {s.id for s in facts.workspace.in_scope}
    assert len({n.id for n in today.nodes} - inside) == len(context.target.outside)


def test_an_answer_and_a_solved_dysfunction_stand_beside_the_target(tmp_path: Path) -> None:
    files = {
        "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRU}\n"
        "feeds: [{to: erp, entities: customer, by: file, problems: Typed again}]\n",
        "systems/erp.yaml": "id: erp\nname: Ledger\ncrud: {customer: R}\n",
        "entities.yaml": "entities: [{id: customer, name: Customer}]\n",
        "registers.yaml": "dysfunctions: [{id: again, what: Names typed twice, status: solved, "
        "systems: [crm, erp]}, {id: other, what: Elsewhere, status: solved, systems: crm}]\n",
        "responses.yaml": "responses: [{code: INV101, subject: 'system:erp', state: waived, "
        "reason: It stays as it is, approver: Board}]\n",
    }
    known, judgement = judged(tmp_path, files)
    (feed,) = target(known).feeds
    assert feed.action == "mend"
    assert "the register calls solved: Names typed twice" in feed.reason
    assert "Elsewhere" not in feed.reason
    given = Given(known, judgement, plan(known, judgement))
    table = target_systems(given)
    assert table is not None
    told = {row[0].text: row[-1].text for row in table.rows}
    assert told["Ledger"] == "It stays as it is (INV101, waived)"
    assert told["BeaconCRM"] == "–"


def test_each_feed_of_the_target_names_the_work_that_does_it() -> None:
    audit = Audit(EXAMPLES / "harbourlight")
    table = target_feeds(Given(audit.facts, audit.findings, audit.plan))
    assert table is not None
    heads = [c.name for c in table.columns]
    titles = {str(i.title) for i in audit.plan.initiatives}
    does = [r[heads.index("Initiative")] for r in table.rows]
    assert {c.text for c in does} - {"none: no finding asks for it"} <= titles
    built = [f for f in target(audit.facts).feeds if f.action == "build"]
    for feed, cell in zip(built, does, strict=False):
        (own,) = [
            i for i in audit.plan.initiatives if i.id == f"build-feeds.{feed.source}.{feed.target}"
        ]
        assert cell.text == own.title
    joining = [
        i
        for i in audit.plan.initiatives
        if i.template == "build-feeds"
        and i.id.partition(".")[2] not in {f"{f.source}.{f.target}" for f in built}
    ]
    assert joining
    assert all(str(i.title) in table.note for i in joining)
