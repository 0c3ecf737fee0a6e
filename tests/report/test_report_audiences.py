"""Editions: what is withheld is in no format, neither shown nor embedded."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.engine import Finding
from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.evidence import Catalog, Column, Provenance, Table
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.audiences import EDITIONS, Reader, edition
from crmaudit.report.formats import FORMATS
from crmaudit.report.inside import Inside
from crmaudit.report.published import published
from crmaudit.report.redaction import redact
from crmaudit.report.sections import SectionFile
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.due import Due
from crmaudit.strategy.overrides import Closed
from crmaudit.strategy.risk import Risk
from crmaudit.strategy.scenarios import evaluate, means
from crmaudit.strategy.staffing import Holders
from crmaudit.workspace.audit_file import Edition

WORDS = {"a_person": "a person", "withheld": "withheld in this edition"}


@pytest.fixture
def audit(tmp_path: Path) -> crmaudit.Audit:
    shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "hl")
    return crmaudit.Audit(tmp_path / "hl")


def words_of(path: Path) -> str:
    """All that a file holds: its parts unpacked, its compressed text too."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        import pikepdf

        with pikepdf.open(path) as pdf:
            found = [bytes(o.read_bytes()) for o in pdf.objects if isinstance(o, pikepdf.Stream)]
        data = b"\n".join([data, *found])
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"\n".join(packed.read(n) for n in packed.namelist())
    return data.decode("utf-8", "replace")


def test_the_public_edition_names_nobody_and_no_price(
    audit: crmaudit.Audit, tmp_path: Path
) -> None:
    files = audit.report(list(FORMATS), folder=tmp_path / "out", audience="public")
    people = audit.workspace.people.people
    assert len(people) > 20
    surnames = {p.name.split()[-1] for p in people}
    whole = {p.name for p in people}
    for file in files:
        text = words_of(file)
        assert not [n for n in whole if n in text], file.name
        assert not [n for n in surnames if re.search(rf"\b{n}\b", text)], file.name
        assert "GBP" not in text, file.name
    told = next(f for f in files if f.suffix == ".md").read_text("utf-8")
    assert "Chief Executive" in told
    assert "This is the edition for" in told


def test_everybody_inside_reads_names_and_prices(audit: crmaudit.Audit, tmp_path: Path) -> None:
    """The same search finds them where nothing is withheld: it does not pass for want of any."""
    (file,) = audit.report(["md"], folder=tmp_path / "out")
    text = words_of(file)
    assert sum(p.name in text for p in audit.workspace.people.people) > 10
    assert "GBP" in text


@pytest.mark.parametrize(("audience", "final"), [("board", False), ("public", False), ("", True)])
def test_who_decides_reads_of_no_file_and_no_command(
    audit: crmaudit.Audit, tmp_path: Path, audience: str, final: bool
) -> None:
    """They stand where it is told what an answer lacks, how it was found, and how rules read."""
    (file,) = audit.report(["md"], folder=tmp_path / "out", audience=audience, final=final)
    chapters = re.split(r"(?m)^## ", file.read_text("utf-8"))[1:]
    plain = [c for c in chapters if not re.match(r"[A-Z] (Limitations|Method|Rule reference)", c)]
    told = [
        line for c in plain for line in c.splitlines() if re.search(r"\.yaml|crmaudit [a-z]", line)
    ]
    assert len(plain) > 5
    assert told == []


def test_findings_on_rights_are_not_in_the_public_edition(
    audit: crmaudit.Audit, tmp_path: Path
) -> None:
    weak = [f for f in audit.findings.findings if f.topic in ("access", "maintenance")]
    assert weak
    (inside,) = audit.report(["json"], folder=tmp_path / "a", audience="it")
    (public,) = audit.report(["json"], folder=tmp_path / "b", audience="public")
    assert any(f.message in inside.read_text("utf-8") for f in weak)
    assert not [f.message for f in weak if f.message in public.read_text("utf-8")]


def test_an_unknown_edition_is_named_before_anything_is_written(
    audit: crmaudit.Audit, tmp_path: Path
) -> None:
    with pytest.raises(CrmauditError, match="no edition for 'pubic'"):
        audit.report(["md"], folder=tmp_path / "out", audience="pubic")
    assert not (tmp_path / "out").exists()


def test_an_edition_of_ones_own(audit: crmaudit.Audit, tmp_path: Path) -> None:
    own = audit.root / "audit.yaml"
    more = "audiences:\n  partners: {withhold: [costs], sections: [executive-summary, resources]}\n"
    own.write_text(own.read_text("utf-8") + more, "utf-8")
    (file,) = crmaudit.Audit(audit.root).report(["md"], folder=tmp_path / "o", audience="partners")
    text = file.read_text("utf-8")
    assert re.findall(r"^## (\d+) (.*)$", text, re.M) == [
        ("1", "Executive summary"),
        ("2", "Resources, skills and cost"),
    ]
    assert "GBP" not in text


@pytest.mark.parametrize(
    ("name", "audiences", "reads"),
    [
        ("", ("it",), True),
        ("it", ("it",), True),
        ("board", ("it",), False),
        ("board", (), True),
        ("public", (), False),
        ("public", ("all",), True),
        ("public", ("public",), True),
        ("public", ("board",), False),
    ],
)
def test_which_sections_an_edition_has(name: str, audiences: tuple[str, ...], reads: bool) -> None:
    section = SectionFile(Path("x.md"), "x", "X", audiences=audiences)
    to = Reader(name, EDITIONS.get(name, EDITIONS["it"]), name == "public")
    assert to.reads(section) is reads


def test_what_is_withheld_leaves_no_trace_in_a_block(audit: crmaudit.Audit) -> None:
    to = edition(audit.workspace, "public", ())
    name = audit.workspace.people.people[0].name
    table = b.Table(
        "t",
        f"Costs of {name}",
        (b.Column("What"), b.Column("GBP a year"), b.Column("Sum", "money")),
        ((b.Cell(f"{name} pays GBP 1,200", f"{name} pays"), b.Cell("7", 7), b.Cell("9", 9)),),
    )
    section = b.Section(
        "s",
        "S",
        (
            table,
            b.Quote((b.Paragraph((b.Text("said"),)),), name),
            b.Paragraph((b.Text("acct-0123456789 did it"), b.EvidenceRef(("profile:x",)))),
            b.KeyFigures((b.KeyFigure("Cost", "GBP\u00a01,200"),)),
        ),
    )
    document = b.Document("T", b.Meta("O", None), (section,), evidence=(b.Evidence("e", "x"),))
    told = redact(document, audit.facts, to, WORDS)
    left, paragraph, figures = told.sections[0].blocks
    assert isinstance(left, b.Table)
    assert [c.name for c in left.columns] == ["What"]
    assert left.rows[0][0].value == left.rows[0][0].text
    assert "1,200" not in left.rows[0][0].text
    assert name not in repr(told)
    assert "acct-" not in repr(paragraph)
    assert "profile" not in repr(paragraph)
    assert told.evidence == ()
    assert isinstance(figures, b.KeyFigures)
    assert figures.figures[0].state == "not_assessed"


def test_no_edition_takes_the_place_of_another(audit: crmaudit.Audit) -> None:
    inside = audit.report(["md", "json"])
    before = {p: p.read_bytes() for p in inside}
    public = audit.report(["md", "json"], audience="public")
    assert {p.name for p in public} == {
        "information-management-plan-public.md",
        "information-management-plan-public.json",
    }
    assert {p: p.read_bytes() for p in inside} == before
    assert [c.state for c in audit.verify()] == ["same"] * 4


def test_a_slip_in_a_section_s_audience_is_told(audit: crmaudit.Audit, tmp_path: Path) -> None:
    own = audit.root / "sections" / "15-own.md"
    own.write_text("---\nid: own\ntitle: Own\naudiences: [bord]\n---\nText\n", "utf-8")
    with pytest.raises(CrmauditError, match="no edition for 'bord'"):
        audit.report(["md"], folder=tmp_path / "out")


def test_names_that_only_a_database_has_are_struck_out(audit: crmaudit.Audit) -> None:
    table = Table(
        "event_registrations", columns=(Column("paid_on", "date"), Column("name", "text"))
    )
    taken = Provenance("crm", "x", "sqlite", "s1", datetime(2026, 6, 1, tzinfo=UTC), "t")
    plain = Table("contacts", columns=(Column("name", "text"),))
    catalog = Catalog(provenance=taken, tables=(table, plain))
    inside = Inside(Facts.of(audit.workspace, [catalog]))
    for text, told in (
        ("by event_registrations, and so on", "by …, and so on"),
        ("payments.paid_on holds no dates", "… holds no dates"),
        ("1 statement on crm:contacts at booking.php:29", "1 statement on … at …"),
        ("contacts by name, at 10:30, n:m", "contacts by name, at 10:30, n:m"),
    ):
        assert inside.strike(text, "…") == told


# Names of editions


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("press", "Press"), "the editions 'Press' and 'press', in audit.yaml:"),
        (("x.y", "x-y"), "the editions 'x-y' and 'x.y', in audit.yaml:"),
        (("Board",), "the editions 'Board' and 'board', which is always there"),
    ],
)
def test_editions_whose_files_would_be_one_are_refused(
    audit: crmaudit.Audit, names: tuple[str, ...], told: str
) -> None:
    own = audit.root / "audit.yaml"
    before = own.read_text("utf-8")
    lines = "".join(f"  {n}: {{withhold: []}}\n" for n in names)
    own.write_text(f"{before}audiences:\n{lines}", "utf-8")
    with pytest.raises(InvalidInput) as found:
        crmaudit.Audit(audit.root).report(["md"])
    (problem,) = found.value.problems
    assert told in problem.message
    assert problem.where is not None
    assert problem.where.file == "audit.yaml"
    assert problem.where.line == len(before.splitlines()) + 1 + len(names)
    assert problem.hint


def test_an_edition_and_the_readers_of_a_section_are_told_apart(audit: crmaudit.Audit) -> None:
    own = audit.root / "audit.yaml"
    own.write_text(own.read_text("utf-8") + "audiences:\n  x-y: {withhold: [names]}\n", "utf-8")
    file = audit.root / "sections" / "15-own.md"
    file.write_text("---\nid: own\ntitle: Own\naudiences: [x.y]\n---\nText\n", "utf-8")
    with pytest.raises(InvalidInput, match=r"'x\.y' and 'x-y'") as found:
        crmaudit.Audit(audit.root).report(["md"])
    assert str(found.value.where).startswith(str(file))


# Work


def with_work(audit: crmaudit.Audit, *more: Initiative, **changed: object) -> Plan:
    plan = audit.plan
    return replace(plan, initiatives=(*plan.initiatives, *more), **changed)  # type: ignore[arg-type]


def a_finding(audit: crmaudit.Audit, *topics: str) -> Finding:
    found = audit.findings.findings
    return next(
        replace(f, state="open")
        for f in found
        if f.topic in topics and f.subject.startswith("system:")
    )


@pytest.fixture
def mixed(audit: crmaudit.Audit) -> Initiative:
    """Work that a critical weakness makes urgent, and that something harmless asks for, too."""
    weak = replace(a_finding(audit, "maintenance"), severity="critical", fingerprint="weak")
    harmless = replace(a_finding(audit, "dossier", "mapping"), severity="low", fingerprint="other")
    why = msg("what it answers is critical")
    return replace(
        audit.plan.initiatives[0],
        id="mixed",
        title="Both",
        template="document-systems",
        findings=(weak, harmless),
        due=Due(date(2027, 1, 1), why, ("weak",)),
        end=date(2027, 6, 1),
        risk=Risk("medium", (msg("{unsure} of {n} rest on guesses", unsure=1, n=2),)),
        against=(),
        after=(),
    )


def told_of(audit: crmaudit.Audit, plan: Plan, *withhold: str) -> Plan:
    to = Reader("press", Edition.model_validate({"withhold": withhold}), hourly_rate=30.0)
    found = (f for i in plan.initiatives for f in i.findings)
    judgement = replace(audit.findings, findings=tuple(found))
    return published(judgement, plan, to, audit.facts.day)[1]


def test_no_day_and_no_risk_of_work_rests_on_what_is_withheld(
    audit: crmaudit.Audit, mixed: Initiative
) -> None:
    (told,) = (
        i for i in told_of(audit, with_work(audit, mixed), "weaknesses").initiatives
        if i.id == "mixed"
    )  # fmt: skip
    assert [f.topic for f in told.findings] == [mixed.findings[1].topic]
    assert told.due is None
    assert not told.late
    assert told.risk == Risk("low")
    both = replace(mixed, findings=tuple(replace(f, severity="critical") for f in mixed.findings))
    both = replace(both, due=Due(date(2027, 1, 1), "critical", ("weak", "other")))
    (told,) = (
        i for i in told_of(audit, with_work(audit, both), "weaknesses").initiatives
        if i.id == "mixed"
    )  # fmt: skip
    assert told.due == Due(date(2027, 1, 1), "critical", ("other",))


def test_the_next_day_binds_where_the_first_is_withheld(
    audit: crmaudit.Audit, mixed: Initiative
) -> None:
    public = Due(date(2027, 7, 1), "Brand")
    work = replace(mixed, due=Due(date(2026, 12, 20), "agreed", ("weak",), public))
    (told,) = (
        i for i in told_of(audit, with_work(audit, work), "weaknesses").initiatives
        if i.id == "mixed"
    )  # fmt: skip
    assert told.due == public


def test_a_day_that_was_promised_for_a_weakness_is_not_told(
    audit: crmaudit.Audit, mixed: Initiative
) -> None:
    why = msg("an owner agreed to mend {code} by then", code="GOV195")
    promised = Due(date(2026, 3, 1), why, ("weak",))
    late = msg("its day is over: {day}, {why}", day="1 March 2026", why=promised.why)
    work = replace(mixed, due=promised, overdue=promised, against=(late, "it was set otherwise"))
    (told,) = (
        i for i in told_of(audit, with_work(audit, work), "weaknesses").initiatives
        if i.id == "mixed"
    )  # fmt: skip
    assert (told.due, told.overdue, told.against) == (None, None, ("it was set otherwise",))


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("answer-critical", "Contain what is critical in BeaconCRM"),
        ("close-accounts", "Close the accounts of those who left in BeaconCRM"),
        ("maintain-systems", "Put the maintenance of BeaconCRM in order"),
    ],
)
def test_work_on_weaknesses_is_told_nowhere(
    audit: crmaudit.Audit, mixed: Initiative, template: str, title: str
) -> None:
    weak, harmless = mixed.findings
    found = (weak,) if template == "answer-critical" else (weak, harmless)
    hidden = replace(mixed, id=f"{template}.x", template=template, title=title, findings=found)
    waits = replace(mixed, after=(hidden.id,), against=(f"it begins before “{title}” ends",))
    closed = (
        Closed(f"{template}.y", title, "done", {}),
        Closed("clean-data.x", "Mail", "done", {}),
    )
    plan = told_of(audit, with_work(audit, hidden, waits, closed=closed), "weaknesses")
    assert title not in repr(plan)
    assert hidden.id not in repr(plan)
    assert [c.title for c in plan.closed] == ["Mail"]
    column = replace(harmless, subject="column:crm.contacts.mail", fingerprint="column")
    pressing = replace(
        mixed, id="answer-critical.x", template="answer-critical", findings=(column,)
    )
    told = told_of(audit, with_work(audit, pressing), "internals")
    assert "answer-critical.x" not in {i.id for i in told.initiatives}


def test_what_resources_can_do_is_added_up_of_the_work_that_is_told(audit: crmaudit.Audit) -> None:
    whole = audit.plan
    told = told_of(audit, whole, "weaknesses")
    known = {i.id: i for i in told.initiatives}
    assert len(known) < len(whole.initiatives)
    assert len(told.scenarios) > 1
    open_ = sum(i.open for i in told.initiatives)
    for was, x in zip(whole.scenarios, told.scenarios, strict=True):
        taken = [known[i] for i in x.taken]
        assert len(taken) < len(was.taken)
        assert x.effort == (sum(i.effort[0] for i in taken), sum(i.effort[1] for i in taken))
        costs = [i.cost_range for i in taken if i.cost_range]
        assert x.cost == (sum(c[0] for c in costs), sum(c[1] for c in costs))
        hours = [i.hours for i in taken if i.hours]
        assert x.hours == (sum(h[0] for h in hours), sum(h[1] for h in hours))
        assert all(k.of == open_ for k in x.deadlines)
        assert {*x.late} <= {i.id for i in told.initiatives if i.due}


def test_when_told_work_is_done_is_told_as_it_is_planned_beside_all_other(
    audit: crmaudit.Audit,
) -> None:
    whole, facts = audit.plan, audit.facts
    told = told_of(audit, whole, "weaknesses")
    for was, x in zip(whole.scenarios, told.scenarios, strict=True):
        assert x.ends is not None
        assert was.ends is not None
        assert x.ends <= was.ends
        assert len(x.deadlines) == len(was.deadlines)
        most = {k.day: k.done for k in was.deadlines}
        assert all(most[k.day] - len(was.taken) + len(x.taken) <= k.done for k in x.deadlines)
        assert all(k.done <= most[k.day] for k in x.deadlines)
        assert all(k.of == sum(i.open for i in told.initiatives) for k in x.deadlines)
    # Nothing is left out: the days are those of the plan.
    free = evaluate(
        facts, whole.initiatives, (base := replace(means(facts)[0], budget=None)), base,
        Holders(facts),
    )  # fmt: skip
    with_all = replace(whole, scenarios=(free,))
    (x,) = told_of(audit, with_all, "weaknesses").scenarios
    assert x.ends == max(i.end for i in told.initiatives if i.end and i.open)


# Costs


def test_sections_of_ones_own_get_no_amounts(audit: crmaudit.Audit, tmp_path: Path) -> None:
    own = audit.root / "audit.yaml"
    own.write_text(own.read_text("utf-8") + "audiences:\n  p: {withhold: [costs]}\n", "utf-8")
    asked = (
        *("inventory.cost_total", "inventory.cost_one_off", "inventory.cost_change"),
        *("brief.resources.budget", "brief.scenarios | map(attribute='budget') | list"),
        *("audit.hourly_rate", "people.cost_lost", "inventory.rows | map(attribute='cost') | list"),
        "inventory.cost_bars['items'] | map(attribute='value') | list",
        "inventory.cost_trend.series | map(attribute='points') | list",
        "plan.initiatives | map(attribute='cost_least') | list",
        "plan.scenarios | map(attribute='exceeded') | list",
    )
    lines = [f"{{{{ {x} }}}}" for x in asked]
    for things, amount in (("costs", "amount"), ("licences", "unit_cost")):
        each = f"{{% for x in r.system.{things} or () %}}{{{{ x.{amount} }}}} {{% endfor %}}"
        lines.append(f"{{% for r in inventory.rows %}}{each}{{% endfor %}}")
    told = "\n\n".join(f"Asked: {x}" for x in lines)
    section = f"---\nid: own\ntitle: Own\naudiences: all\n---\n{told}\n"
    (audit.root / "sections" / "15-own.md").write_text(section, "utf-8")
    more = crmaudit.Audit(audit.root)

    def amounts(audience: str) -> list[str]:
        (file,) = more.report(["md"], folder=tmp_path / audience, audience=audience)
        found = re.findall(r"(?m)^Asked:.*$", file.read_text("utf-8"))
        assert len(found) > len(lines) - 2
        numbers = ((x, map(float, re.findall(r"\d+(?:\.\d+)?", x))) for x in found)
        return [x for x, all_ in numbers if any(n and not 1990 < n < 2100 for n in all_)]

    assert len(amounts("it")) > 6
    assert amounts("p") == []
