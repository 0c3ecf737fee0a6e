"""The form of an interview: made, filled in, read back; hostile documents refused."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import docx
import pytest
from exchange.interview_forms import filled, package, table, text_part
from exchange.libreoffice import LibreOffice
from golden_files import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange import interview_form_in
from crmaudit.exchange.cell_text import Unfit
from crmaudit.exchange.interview_cells import day, names, period, span
from crmaudit.exchange.interview_docx import read_page
from crmaudit.exchange.interview_form import document
from crmaudit.exchange.interview_guide import markdown
from crmaudit.exchange.interview_new import prepare
from crmaudit.exchange.interview_plan import plan
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.matching import Names
from crmaudit.workspace.merging import Merge, merge

AUDIT = """organisation: Sample
units: [{id: desk, name: Front desk, key: true}, {id: sales, name: Sales}]
"""
PROCESSES = """processes:
  - id: renewal
    name: Renewal of a membership
    unit: desk
    steps:
      - {name: The list is printed, systems: crm, entities: contact}
      - {name: A letter is sent}
  - {id: lead, name: From lead to order, purpose: lead tracking, steps: [Somebody asks]}
"""
PAIN = ["Typing the list", "CRM; Billing", "Contact person", "Renewal of a membership",
        "5-10", "3", "per day", "6 to 8", "double work; speed"]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text(AUDIT)
    (folder / "processes.yaml").write_text(PROCESSES)
    (folder / "entities.yaml").write_text("entities: [{id: contact, name: Contact person}]\n")
    (folder / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm}\n")
    (folder / "systems/billing.yaml").write_text("{id: billing, name: Billing}\n")
    return folder


def form_of(root: Path, group: str = "Front desk", **options: Any) -> Path:
    _, files = prepare(load(root), group, **options)
    return root / files[-1]


def read(root: Path, path: Path) -> Merge:
    workspace = load(root)
    return merge(workspace, interview_form_in.read(path, workspace))


def taken(root: Path, path: Path) -> Interview:
    """The interview after the form was taken over."""
    read(root, path).changes.write()
    (interview,) = load(root).interviews
    return interview


def problems(root: Path, path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(root, path)
    return [str(p) for p in caught.value.problems]


# Prepared -------------------------------------------------------------------------------------


def test_all_three_files_are_made_and_the_workspace_is_sound(root: Path) -> None:
    planned, files = prepare(load(root), "Front desk")
    assert files == tuple(f"interviews/front-desk.{x}" for x in ("yaml", "md", "docx"))
    assert (planned.unit, [w.name for w in planned.walks]) == ("desk", ["Renewal of a membership"])
    (interview,) = load(root).interviews
    assert (interview.group, interview.unit, interview.date) == ("Front desk", "desk", None)
    guide = (root / files[1]).read_text("utf-8")
    asked = ("key users will be?", "the way you work now?", "should CRM change", "consequences")
    for text in (*asked, "measurable things", "1. The list is printed (CRM)", "fewer than five"):
        assert text in guide


def test_nothing_is_overwritten(root: Path) -> None:
    form_of(root)
    before = {p: p.read_bytes() for p in (root / "interviews").iterdir()}
    with pytest.raises(CrmauditError, match="interviewed already"):
        form_of(root, "FRONT DESK")
    (root / "interviews/night.docx").write_bytes(b"mine")
    with pytest.raises(CrmauditError, match=r"night\.docx is there already; nothing"):
        form_of(root, "Night")
    assert not (root / "interviews/night.yaml").exists()
    assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize(
    ("group", "options", "message"),
    [
        ("!!!", {}, "is no name of a group"),
        ("x" * 300, {}, ""),
        ("con", {}, "Windows keeps the name"),
        ("Night", {"unit": "dsek"}, "there is no unit 'dsek'. did you mean 'desk'?"),
        ("Night", {"processes": ["Renewl"]}, "there is no process 'Renewl'"),
    ],
)
def test_what_cannot_be_prepared(
    root: Path, group: str, options: dict[str, Any], message: str
) -> None:
    if not message:
        assert len(plan(load(root), group, **options).id) <= 80
        return
    with pytest.raises(CrmauditError) as caught:
        form_of(root, group, **options)
    assert message in str(caught.value)
    assert not (root / "interviews").exists()


def test_presets_stand_in_where_no_process_is_declared(root: Path) -> None:
    (root / "processes.yaml").unlink()
    planned, _ = prepare(load(root), "Night")
    assert [w.name for w in planned.walks] == [
        "Volunteer sign-up",
        "Membership renewal",
        "Major donors",
    ]
    assert all(w.preset and len(w.steps) > 4 for w in planned.walks)
    one = plan(load(root), "Day", processes=["major donors"])
    assert [w.name for w in one.walks] == ["Major donors"]


def test_the_same_plan_gives_the_same_bytes(root: Path) -> None:
    planned = plan(load(root), "Front desk")
    assert document(planned) == document(planned)
    assert b"2000-01-01T00:00:00Z" in zipfile.ZipFile(form_of(root)).read("docProps/core.xml")


def test_odd_names_reach_guide_and_form(root: Path) -> None:
    (root / "audit.yaml").write_text(AUDIT.replace("Sample", '"A|B *and* <C>\\u0007"'))
    (root / "systems/odd.yaml").write_text('{id: odd, name: "Odd | `name` <b>"}\n')
    planned = plan(load(root), 'Desk "night" =1+1')
    assert "Odd \\| \\`name\\` \\<b\\>" in markdown(planned)
    (root / "form.docx").write_bytes(document(planned))
    assert docx.Document(str(root / "form.docx")).tables


# Read back ------------------------------------------------------------------------------------


def test_an_empty_form_changes_nothing(root: Path) -> None:
    found = read(root, form_of(root))
    assert (found.differences, found.changes.files) == ((), ())


def test_a_filled_form_is_the_interview(root: Path, tmp_path: Path) -> None:
    interview = taken(root, everything(root, tmp_path))
    assert (str(interview.date), interview.participants) == ("2026-05-19", 7)
    assert interview.answers.wrong == "We type it twice.\nNobody knows why."
    assert interview.answers.key_users == ""
    (walk,) = interview.walks
    assert walk.process == "renewal"
    assert walk.note == "The list is printed: On Friday"
    first, second = interview.pains
    assert (first.systems, first.entities, first.process) == (
        ("crm", "billing"),
        ("contact",),
        "renewal",
    )
    assert (first.minutes and first.minutes.low, first.minutes and first.minutes.high) == (5, 10)
    assert (first.per, first.people and first.people.high) == ("day", 8)
    assert first.themes == ("double work", "speed")
    assert (second.per, second.minutes) == (None, None)
    (statement,) = interview.statements
    assert (statement.verdict, statement.about) == ("bad", "duplicates")
    assert (interview.wishes[0].processes, interview.risks[0].text) == (("lead",), "It gets slower")
    assert interview.measures[0].text == "Letters that come back"


def everything(root: Path, folder: Path) -> Path:
    return filled(
        form_of(root),
        folder / "filled.docx",
        answers={"the way you work now?": "We type it twice.\nNobody knows why."},
        walks={0: {1: "On Friday"}},
        pains=[PAIN, ["Looking for things", "crm"]],
        statements=[["Everybody is in there twice", "BAD", "Duplicates", "crm", "contact"]],
        wishes=[["One list", "crm", "", "lead"]],
        risks=[["It gets slower"]],
        measures=[["Letters that come back"]],
    )


def test_the_same_form_again_changes_nothing(root: Path, tmp_path: Path) -> None:
    form = everything(root, tmp_path)
    taken(root, form)
    assert read(root, form).changes.files == ()


def test_a_corrected_form_corrects(root: Path, tmp_path: Path) -> None:
    form = everything(root, tmp_path)
    taken(root, form)
    page = docx.Document(str(form))
    pains = table(page, "What costs us time")
    pains.rows[1].cells[4].text, pains.rows[1].cells[1].text = "20", ""
    page.save(str(form))
    found = read(root, form)
    assert [(d.path, d.what) for d in found.differences] == [(("pains", 0, "minutes"), "changed")]
    first, _ = taken(root, form).pains
    assert first.minutes is not None
    assert (first.minutes.low, first.minutes.high) == (20, 20)
    assert first.systems == ("crm", "billing")  # an empty cell clears nothing


def test_a_short_form_in_the_file_is_no_hindrance(root: Path, tmp_path: Path) -> None:
    form = everything(root, tmp_path)
    (root / "interviews/front-desk.yaml").write_text(
        "id: front-desk\ngroup: Front desk\nunit: desk\n"
        "pains: [{id: list, text: Typing the list, minutes: 4, per: day}]\n"
    )
    interview = taken(root, form)
    first = interview.pains[0]
    assert (first.id, first.minutes and first.minutes.high) == ("list", 10)
    assert len(interview.pains) == 2


def test_a_form_without_its_file_makes_one(root: Path, tmp_path: Path) -> None:
    form = everything(root, tmp_path)
    (root / "interviews/front-desk.yaml").unlink()
    interview = taken(root, form)
    assert (interview.id, interview.group, interview.unit) == ("front-desk", "Front desk", "desk")
    assert (root / "interviews/front-desk.yaml").is_file()


def test_a_preset_walk_keeps_its_name(root: Path, tmp_path: Path) -> None:
    (root / "processes.yaml").unlink()
    form = filled(form_of(root), tmp_path / "f.docx", walks={1: {2: "By hand", 3: "Twice"}})
    (walk,) = taken(root, form).walks
    assert (walk.process, walk.name) == (None, "Membership renewal")
    assert len(walk.note.splitlines()) == 2


def test_mistakes_are_told_with_table_and_row(root: Path, tmp_path: Path) -> None:
    form = filled(
        form_of(root),
        tmp_path / "f.docx",
        about={"Date": "05/06/2026", "How many took part": "some"},
        pains=[
            ["Typing", "CRN", "", "", "ten", "", "fortnight", "8-6"],
            ["", "crm"],
        ],
        statements=[["Fine", ""], ["Fine too", "very good"]],
        measures=[["Visits", "no-such-kpi"]],
    )
    said = problems(root, form)
    for part in (
        "f.docx!About this interview!row 5: '05/06/2026' is no date that can be told",
        "f.docx!About this interview!row 7: 'some' is no whole number",
        "f.docx!What costs us time!row 2: Minutes each time: 'ten' is no number and no range",
        "f.docx!What costs us time!row 2: In a day, week, month or year: 'fortnight' is no period",
        "f.docx!What costs us time!row 2: People: '8-6' ends below its beginning",
        "f.docx!What costs us time!row 3: the column 'What costs us time' is empty",
        "row 2: it is not said whether that is good, mixed or bad",
        "row 3: Good, mixed or bad: 'very good' is not among the words asked for",
        "there is no kpi 'no-such-kpi'",
    ):
        assert any(part in one for one in said), part
    assert all("!" in one for one in said)


def test_an_unknown_system_is_a_mistake_at_its_row(root: Path, tmp_path: Path) -> None:
    (said,) = problems(root, filled(form_of(root), tmp_path / "f.docx", pains=[["Typing", "CRN"]]))
    assert said.startswith("f.docx!What costs us time!row 2: there is no system 'CRN'")
    assert "did you mean 'CRM'?" in said or "did you mean 'crm'?" in said


def test_what_stands_beside_the_tables_is_told(root: Path, tmp_path: Path) -> None:
    page = docx.Document(str(form_of(root)))
    page.add_paragraph("By the way, the list is kept twice.")
    page.add_table(rows=1, cols=1).rows[0].cells[0].text = "My own table"
    about = table(page, "About this interview").add_row()
    about.cells[0].text, about.cells[1].text = "Weather", "Rain"
    page.save(str(tmp_path / "f.docx"))
    left = [str(p) for p in read(root, tmp_path / "f.docx").left_out]
    assert any("1 paragraph stands between the tables" in x for x in left)
    assert any("My own table: this table is none of the form's" in x for x in left)
    assert any("'Weather' is none of the form's lines" in x for x in left)
    assert not any("Rain" in x for x in left)


def test_a_table_twice_or_a_changed_question_is_a_mistake(root: Path, tmp_path: Path) -> None:
    form = form_of(root)
    page = docx.Document(str(form))
    pains = table(page, "What costs us time")
    pains._tbl.addnext(docx.Document(str(form)).tables[-5]._tbl)
    table(page, "Question").rows[1].cells[0].text = "What is your favourite colour?"
    page.save(str(tmp_path / "f.docx"))
    said = problems(root, tmp_path / "f.docx")
    assert any("this table stands here twice" in x for x in said)
    assert any("favourite colour?' is none of the form's" in x for x in said)


def test_tracked_changes_and_content_controls(root: Path, tmp_path: Path) -> None:
    cell = "<w:tc>{}</w:tc>".format
    plain = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>".format
    tracked = (
        "<w:p><w:del><w:r><w:delText>5</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>7</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>9</w:t></w:r></w:moveFrom></w:p>"
    )
    control = "<w:p><w:sdt><w:sdtContent><w:r><w:t>Night</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    rows = (
        ("About this interview", plain("")),
        ("Interview", plain("night")),
        ("Group", control),
        ("How many took part", tracked),
    )
    xml = "".join(f"<w:tr>{cell(plain(a))}{cell(b)}</w:tr>" for a, b in rows)
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{cell(plain('Unit'))}{cell(plain('gone'))}</w:tr>"
    body = f"<w:sdt><w:sdtContent><w:tbl>{xml}{gone}</w:tbl></w:sdtContent></w:sdt>"
    path = tmp_path / "f.docx"
    path.write_bytes(package({"word/document.xml": text_part(body)}))
    interview = taken(root, path)
    assert (interview.group, interview.participants, interview.unit) == ("Night", 7, None)


# Hostile documents ----------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no document that can be read"),
        (b"no archive", "is no document that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "locked by a password or in Word's old"),
        (package({"a.txt": b"x"}), "it holds no word/document.xml"),
        (package({"word/document.xml": b"<a"}), "its text is no XML"),
        (package({"word/document.xml": b"\xff\xfe\x00"}), "its text is no XML"),
        (package({"word/document.xml": b"<a/>"}), "it has no text"),
        (package({"word/document.xml": text_part("", ENTITIES)}), "has a document type"),
        (
            package(
                {
                    "word/document.xml": (
                        '<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES + "<x>&b;</x>"
                    ).encode("utf-16")
                }
            ),
            "has a document type",
        ),
        (
            package({"word/document.xml": text_part(""), "word/vbaProject.bin": b"x"}),
            "holds macros",
        ),
        (
            package({"word/document.xml": text_part("<w:p/>" + " " * (17 << 20))}),
            "is larger than a form can be",
        ),
        (package({"word/document.xml": text_part("<w:p/>")}), "is no form of an interview"),
        (package({str(i): b"" for i in range(5001)}), "is larger than a form can be"),
    ],
)
def test_documents_that_are_refused(
    root: Path, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "f.docx"
    path.write_bytes(content)
    with pytest.raises(CrmauditError) as caught:
        interview_form_in.read(path, load(root))
    assert message in str(caught.value)
    assert caught.value.hint


def test_an_archive_that_lies_about_its_size(root: Path, tmp_path: Path) -> None:
    raw = bytearray(package({"word/document.xml": text_part("<w:p/>" + " " * (20 << 20))}))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path = tmp_path / "f.docx"
    path.write_bytes(bytes(raw))
    with pytest.raises(CrmauditError):
        interview_form_in.read(path, load(root))


def test_a_missing_file_and_a_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "d.docx").mkdir()
    for name in ("none.docx", "d.docx"):
        with pytest.raises(CrmauditError, match="cannot be read"):
            read_page(tmp_path / name)


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_a_damaged_form_is_read_or_refused(damage: bytes, at: int) -> None:
    whole = FORM.read_bytes() if FORM.exists() else b""
    broken = FORM.with_name("broken.docx")
    broken.write_bytes(whole[:at] + damage + whole[at + len(damage) :])
    with suppress(CrmauditError):  # any other exception is a fault of ours
        interview_form_in.read(broken, NORTHWHARF)


NORTHWHARF: Workspace = load(EXAMPLES / "northwharf")
FORM = Path()


@pytest.fixture(autouse=True, scope="module")
def _form(tmp_path_factory: pytest.TempPathFactory) -> None:
    global FORM
    FORM = tmp_path_factory.mktemp("forms") / "form.docx"
    FORM.write_bytes(document(plan(NORTHWHARF, "Logistics")))


# Cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5", 5, 5),
        ("5-10", 5, 10),
        ("5 – 10 minutes", 5, 10),
        ("1,5", 1.5, 1.5),
        ("about 3", 3, 3),
        ("2 to 4 people", 2, 4),
        ("10 bis 15", 10, 15),
        ("0.5x", 0.5, 0.5),
    ],
)
def test_spans(text: str, low: float, high: float) -> None:
    assert span(text) == (low, high)


@pytest.mark.parametrize("text", ["1,000", "5-", "-5", "many", "5-10-15", "1e5", "９x9", "=1+1"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(Unfit):
        span(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("approx. 3-4 h / week", "in minutes that is 180-240"),
        ("1,5 hours", "in minutes that is 90"),
        ("half the morning", "write 5, or 5-10"),
    ],
)
def test_hours_are_brought_to_minutes_in_the_remedy(text: str, hint: str) -> None:
    with pytest.raises(Unfit) as caught:
        span(text)
    assert hint in caught.value.hint


@given(st.floats(0, 999), st.floats(0, 999))
def test_any_span_comes_back(a: float, b: float) -> None:
    low, high = sorted((round(a, 2), round(b, 2)))
    assert span(f"{low}-{high}") == (low, high)


@pytest.mark.parametrize(
    ("text", "word"),
    [("Per day", "day"), ("weekly", "week"), ("a month", "month"), ("YEAR.", "year")],
)
def test_periods(text: str, word: str) -> None:
    assert period(text) == word


@pytest.mark.parametrize("text", ["2026-05-19", "19.5.2026", "19 May 2026", "May 19, 2026"])
def test_days(text: str) -> None:
    assert day(text) == "2026-05-19"


def test_a_comma_in_a_known_name_divides_nothing(root: Path) -> None:
    (root / "systems/odd.yaml").write_text('{id: odd, name: "Lists, paper"}\n')
    known = Names(load(root))
    assert names("Lists, paper; CRM", known, "system") == ["Lists, paper", "CRM"]
    assert names("CRM, Billing\nCRM", known, "system") == ["CRM", "Billing"]


# LibreOffice ----------------------------------------------------------------------------------


def test_libreoffice_saves_it_without_loss(root: Path, tmp_path: Path) -> None:
    form = everything(root, tmp_path)
    resaved = LibreOffice(tmp_path).convert(form, "docx:MS Word 2007 XML")
    workspace = load(root)
    here, there = (interview_form_in.read(p, workspace) for p in (form, resaved))
    assert here.records == there.records
    assert (there.mistakes, there.left_out) == ((), ())
