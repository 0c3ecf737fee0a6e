"""The plan document of both examples and of the smallest workspaces, in every format."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from crmaudit.audit import Audit
from crmaudit.engine import Judgement, judge
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document as Measured
from crmaudit.facts import Facts
from crmaudit.remembered import summary
from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.compose import compose, document
from crmaudit.report.formats import writer
from crmaudit.report.html import control
from crmaudit.report.outline import Outline
from crmaudit.report.sections import find_sections
from crmaudit.report.tables import TABLES, Tables
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme
from crmaudit.standing.past import Past
from crmaudit.strategy import Plan, plan
from crmaudit.workspace import load
from crmaudit.workspace.scaffold import init

EXAMPLES = Path(__file__).parents[2] / "examples"
PAIR = "harbourlight", "northwharf"


@dataclass(frozen=True)
class Case:
    facts: Facts
    judgement: Judgement
    plan: Plan
    made: dict[tuple[bool, str], b.Document] = field(default_factory=dict)

    def document(self, final: bool = False, audience: str = "") -> b.Document:
        """Made once for each edition: nobody can change it."""
        if (final, audience) not in self.made:
            self.made[final, audience] = self.fresh(final, audience)
        return self.made[final, audience]

    def fresh(self, final: bool = False, audience: str = "") -> b.Document:
        return document(self.facts, self.judgement, self.plan, final=final, audience=audience)

    @cached_property
    def tables(self) -> Tables:
        return compose(self.facts, self.judgement, self.plan).tables

    def markdown(self, final: bool = False) -> str:
        return writer("md")(self.document(final), Theme(), Templates()).decode()


def case(root: Path, evidence: tuple[Measured, ...] = ()) -> Case:
    facts = Facts.of(load(root), evidence)
    judgement = judge(facts)
    return Case(facts, judgement, plan(facts, judgement))


@pytest.fixture(scope="module")
def measured(charity: Path) -> Case:
    """The charity with small databases of its own, two of three collected."""
    return case(charity, Audit(charity).facts.evidence.documents)


@pytest.fixture(scope="module")
def declared() -> Case:
    """The distributor: thirty systems, no database."""
    return case(EXAMPLES / "northwharf")


@pytest.fixture(scope="module")
def unread() -> Case:
    """The charity as it is declared."""
    return case(EXAMPLES / "harbourlight")


@pytest.fixture(params=["measured", "declared"])
def either(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


def minimal(root: Path) -> Path:
    (root / "systems").mkdir(parents=True)
    (root / "audit.yaml").write_text("organisation: Acme\n")
    (root / "systems" / "crm.yaml").write_text("{id: crm, name: Customer list}\n")
    return root


def walk(blocks: tuple[b.Block, ...]) -> Iterator[b.Block]:
    for block in blocks:
        yield block
        match block:
            case b.Callout() | b.Quote():
                yield from walk(block.blocks)
            case b.BulletList() | b.OrderedList():
                for item in block.items:
                    yield from walk(item)
            case b.DefinitionList():
                for definition in block.items:
                    yield from walk(definition.blocks)


def titles(made: b.Document) -> list[str]:
    return [s.id for s in made.sections]


def test_every_table_is_made_of_both_examples(measured: Case, declared: Case) -> None:
    for made in (measured, declared):
        for name in TABLES:
            table = getattr(made.tables, name)
            if table is not None:
                assert table.rows, name
                assert {len(r) for r in table.rows} == {len(table.columns)}, name


def test_a_row_of_the_limitations_holds_one_question(either: Case) -> None:
    table = either.tables.not_assessed
    assert table is not None
    asked = [re.findall(r"\([A-Z]{3}\d{3}\)", row[0].text) for row in table.rows]
    assert {len(codes) for codes in asked} == {1}
    assert {code for (code,) in asked} == {f"({g.code})" for g in either.judgement.not_assessed}


def test_a_threat_that_a_broken_rule_speaks_of_has_begun(measured: Case) -> None:
    risks = measured.tables.risk_register
    assert risks is not None
    mail = next(row for row in risks.rows if "withdrawal of consent" in row[0].text)
    broken = [f for f in measured.judgement.findings if f.subject == "expectation:never-after-no"]
    assert [f"has begun: {f.message}" for f in broken] == [mail[2].text]
    assert "Clean Newsletter subscription at its source" in mail[4].text


def test_every_table_says_what_it_shows() -> None:
    assert all(t.__doc__ for t in TABLES.values())


def test_a_table_that_does_not_exist_is_named(declared: Case) -> None:
    with pytest.raises(AttributeError, match="no table 'sytems'"):
        declared.tables.sytems  # noqa: B018


def test_every_shipped_section_is_there(measured: Case) -> None:
    made = titles(measured.document())
    assert {s.id for s in find_sections()} <= set(made)


@pytest.mark.parametrize("final", [False, True])
def test_the_smallest_workspace_reads(tmp_path: Path, final: bool) -> None:
    small = case(minimal(tmp_path / "w"))
    made = small.document(final=final)
    drafts = [
        x
        for s in made.sections
        for x in walk(s.blocks)
        if isinstance(x, b.Callout) and x.kind == "draft"
    ]
    assert bool(drafts) is not final
    text = small.markdown(final=final)
    assert "None" not in text
    if final:
        assert "quality" not in titles(made)
        assert "assessment" not in titles(made)  # none of its parts has anything to say
        assert "Sections left out" in text
    for name in ("html", "pdf"):
        assert writer(name)(made, Theme(), Templates())


@pytest.mark.parametrize("final", [False, True])
def test_a_fresh_workspace_reads(tmp_path: Path, final: bool) -> None:
    init(tmp_path / "w")
    fresh = case(tmp_path / "w")
    made = fresh.document(final=final)
    assert writer("html")(made, Theme(), Templates())
    assert writer("pdf")(made, Theme(), Templates())


@pytest.mark.parametrize("final", [False, True])
def test_no_value_of_the_program_shows(either: Case, final: bool) -> None:
    text = either.markdown(final=final)
    words = re.sub(r"`[^`]*`", "", text)
    assert not re.search(r"\bNone\b(?! of| is| that)", words), _near(words)
    assert not re.search(r"\bnan\b|\binf\b", words)
    assert "()" not in words
    assert not re.search(r"[({]'|datetime|<crmaudit|Decimal\(", words)


def _near(text: str) -> list[str]:
    return [text[max(m.start() - 60, 0) : m.end() + 60] for m in re.finditer("None", text)]


def test_things_are_named_and_not_told_by_id(either: Case) -> None:
    """Ids of systems, entities, people and units; findings' messages are the rules' own."""
    workspace = either.facts.workspace
    messages = {f.message for f in either.judgement.findings}
    ids = {
        x.id
        for kind in (workspace.systems, workspace.people.people, workspace.audit.units)
        for x in kind
        if re.search(r"[-0-9]", x.id)
    }
    free = {"front-desk", "front-office"}  # words of the language, too
    for section in either.document().sections:
        if section.id in ("findings-register", "limitations", "rules"):
            continue
        for text in _texts(walk(section.blocks)):
            if any(m in text for m in messages):
                continue
            assert not ids & set(re.split(r"[,;:]? | → ", text)) - free, (section.id, text)


def _texts(blocks: Iterator[b.Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case b.Paragraph():
                yield "".join(i.text for i in block.inlines if isinstance(i, b.Text))
            case b.Table():
                yield block.caption
                yield from (c.text for row in block.rows for c in row)
            case b.Figure():
                yield block.title
                yield from (c for row in block.spec.table()[1] for c in row)
            case b.KeyFigures():
                yield from (f"{f.label} {f.value} {f.detail}" for f in block.figures)


def test_one_and_many(either: Case) -> None:
    """No `1 systems`, outside of findings' messages."""
    wrong = re.compile(
        r"(?<![\d,.–-])1 (systems|entities|feeds|tables|findings|initiatives|phases|questions"
        r"|opinions|needs|persons|deadlines|groups|cases|licences)\b"
    )
    messages = {f.message for f in either.judgement.findings}
    for section in either.document().sections:
        for text in _texts(walk(section.blocks)):
            if not any(m in text for m in messages) and "1 of 1" not in text:
                assert not wrong.search(text), (section.id, text)


def test_every_evidence_mark_leads_to_the_register(measured: Case) -> None:
    made = measured.document()
    known = {e.id for e in made.evidence}
    assert known
    assert {e.source for e in made.evidence} == {
        f"sqlite:///data/{x}.sqlite (sqlite)" for x in ("billing", "newsletter")
    }
    found = set(
        re.findall(r'"ids": \["([^"]+)"', writer("json")(made, Theme(), Templates()).decode())
    )
    cells = {
        i
        for s in made.sections
        for x in walk(s.blocks)
        if isinstance(x, b.Table)
        for row in x.rows
        for c in row
        for i in c.evidence
    }
    figures = {
        i
        for s in made.sections
        for x in walk(s.blocks)
        if isinstance(x, b.Figure)
        for i in x.evidence
    }
    keys = {
        i
        for s in made.sections
        for x in walk(s.blocks)
        if isinstance(x, b.KeyFigures)
        for f in x.figures
        for i in f.evidence
    }
    assert cells
    assert figures
    assert keys
    assert found | cells | figures | keys <= known


def _summary(made: b.Document) -> b.Document:
    return b.Document(made.title, made.meta, made.sections[:1], made.subtitle)


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_summary_stands_on_one_page(either: Case, code: str) -> None:
    # After the cover and document control with the contents.
    told = _in(either, code)
    assert _pages(_summary(document(told, either.judgement, either.plan))) == 3


def _in(case: Case, code: str) -> Facts:
    workspace = case.facts.workspace
    audit = workspace.audit.model_copy(update={"language": code})
    return replace(case.facts, workspace=replace(workspace, audit=audit))


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_summary_stands_on_one_page_with_trends(either: Case, code: str) -> None:
    """Another audit adds a line to each figure, German about a seventh of the letters."""
    told = _in(either, code)
    body = summary(told, either.judgement, either.plan)
    body |= {"as_of": "2025-10-31", "findings": body["findings"][9:]}
    again = replace(told, past=(Past(1, date(2025, 11, 2), body),))
    made = _summary(document(again, either.judgement, either.plan))
    figures = [f for x in made.sections[0].blocks if isinstance(x, b.KeyFigures) for f in x.figures]
    assert sum(f.trend is not None for f in figures) >= 3
    assert _pages(made) == 3


@pytest.mark.parametrize(("longer", "pages"), [(10, 3), (100, 4)])
def test_a_longer_summary_is_set_smaller_and_at_last_goes_on(
    declared: Case, longer: int, pages: int
) -> None:
    made = declared.document()
    (section, *_) = made.sections
    assert _pages(_summary(replace(made, sections=(_longer(section, longer),)))) == pages


def _longer(thing: Any, percent: int) -> Any:
    """The same with more words in each text, as another language may have."""
    if isinstance(thing, tuple):
        return tuple(_longer(x, percent) for x in thing)
    if isinstance(thing, b.Text):
        words = thing.text.split(" ")
        return b.Text(" ".join(words + (words * 2)[: round(len(words) * percent / 100)]))
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return replace(
            thing, **{f.name: _longer(getattr(thing, f.name), percent) for f in fields(thing)}
        )
    return thing


def _pages(made: b.Document) -> int:
    from io import BytesIO

    import pikepdf

    with pikepdf.open(BytesIO(writer("pdf")(made, Theme(), Templates()))) as pdf:
        return len(pdf.pages)


def test_the_page_names_nobody_else(either: Case) -> None:
    """One file: no address that a browser would fetch."""
    page = writer("html")(either.document(), Theme(), Templates()).decode()
    assert not re.findall(r'(?:src|href|srcset|action)="(?!#|data:)[^"]*"', page)
    assert not re.findall(r"url\((?!['\"]?(?:data:|#))[^)]*\)", page)
    assert "@import" not in page


@pytest.fixture(scope="module")
def twice(declared: Case) -> tuple[b.Document, b.Document]:
    return declared.fresh(), declared.fresh()


@pytest.mark.parametrize("name", ["html", "pdf", "md", "json"])
def test_the_same_report_twice_is_the_same_bytes(
    twice: tuple[b.Document, b.Document], name: str
) -> None:
    first, second = (writer(name)(made, Theme(), Templates()) for made in twice)
    assert first == second


def test_own_sections_stand_where_their_name_says(tmp_path: Path) -> None:
    root = tmp_path / "w"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    (root / "sections" / "86-risks.md").write_text(
        "---\nid: risks\ntitle: Our risks\n---\nOnly {{ organisation }} knows.\n"
    )
    (root / "sections" / "99-thanks.md").write_text("---\ntitle: Thanks\n---\nTo all.\n")
    made = case(root).document()
    order = titles(made)
    assert order.index("executive-summary") < order.index("letter") < order.index("introduction")
    assert order.index("thanks") < order.index("findings-register")
    risks = next(s for s in made.sections if s.id == "risks")
    assert risks.title == "Our risks"
    assert len(risks.blocks) == 1


def test_audiences_read_what_is_theirs(unread: Case) -> None:
    assert "letter" in titles(unread.document(audience="board"))
    assert "letter" not in titles(unread.document(audience="it"))
    assert "letter" in titles(unread.document())


def test_a_fault_in_an_own_section_is_told_with_its_line(tmp_path: Path) -> None:
    root = minimal(tmp_path / "w")
    (root / "sections").mkdir()
    (root / "sections" / "12-own.md").write_text(
        "---\ntitle: Own\n---\nFirst line.\n\n{{ inventory.rowz }}\n"
    )
    with pytest.raises(CrmauditError) as caught:
        case(root).document()
    assert "rowz" in str(caught.value)
    assert str(caught.value.problems[0].where).endswith("12-own.md:6")


def test_control_names_changes_and_approvals(unread: Case) -> None:
    text = unread.markdown()
    assert "First measurement of the databases" in text
    assert "not yet signed" in text


def test_groups_of_fewer_than_five_are_not_told_in_numbers(unread: Case) -> None:
    pains = unread.tables.pains
    assert pains is not None
    hidden = [row for row in pains.rows if row[2].reason == "fewer than five people"]
    assert hidden
    assert all(row[3].state == "none" for row in hidden)


def test_evidence_register_and_numbers_agree(measured: Case) -> None:
    made = measured.document()
    assert list(Outline(made).evidence.values()) == list(range(1, len(made.evidence) + 1))


def test_evidence_younger_than_the_report_is_said(tmp_path: Path) -> None:
    day = date(2026, 10, 31)
    signed = (b.Approval("Ada Okoro", date="30 Oct 2026"),)
    late = b.Meta("O", day, measured=(date(2026, 11, 22), date(2026, 11, 23)), signed_before=signed)
    in_time = replace(late, measured=(date(2026, 10, 1), day))
    assert (late.days_late, in_time.days_late, b.Meta("O", day).days_late) == (23, 0, 0)
    words = labels.load(Templates(), "en")

    def told(meta: b.Meta) -> str:
        rows = dict(control(b.Document("T", meta, ()), words))
        return rows["Databases and files read"].replace("\N{NO-BREAK SPACE}", " ")

    assert told(late) == "22 Nov 2026 to 23 Nov 2026, after the day of this report"
    assert told(in_time) == "1 Oct 2026 to 31 Oct 2026"
    assert told(replace(late, measured=(day, day))) == "31 Oct 2026"


def test_who_signed_before_the_databases_were_read_is_named(measured: Case) -> None:
    def at(day: date) -> Case:
        then = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        documents = (
            replace(d, provenance=replace(d.provenance, taken_at=then))
            for d in measured.facts.evidence.documents
        )
        return case(measured.facts.workspace.root, tuple(documents))

    late = at(date(2026, 11, 23)).markdown()
    assert "on 23 Nov 2026, 23 days after the day of this report" in late
    assert "Thomas Powell had signed by then (30 Oct 2026)" in late
    in_time = at(date(2026, 10, 20)).markdown()
    assert "after the day of this report" not in in_time
    assert "had signed by then" not in in_time
