"""Editions: what is withheld is in no format, neither shown nor embedded."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Provenance, Table
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.audiences import EDITIONS, Reader, edition
from crmaudit.report.formats import FORMATS
from crmaudit.report.inside import Inside
from crmaudit.report.redaction import redact
from crmaudit.report.sections import SectionFile

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
