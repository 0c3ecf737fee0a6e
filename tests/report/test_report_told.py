"""Every word of the report can be told in another language, but for names, values and code."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from golden_files import EXAMPLES
from wide import Names, report, said

from crmaudit import Audit
from crmaudit.report.writing import write_reports

VENDORS = re.compile(r"\b(Parent: Child( Business Units)?|Business Unit|Organizational|User)\b")
"""Names that a vendor gave to the levels of access in its own product."""
STATEMENTS = "Table[not-understood]"
"""Its rows are excerpts of statements: code."""


def _untold(root: Path, place: Path, patch: pytest.MonkeyPatch) -> dict[str, str]:
    audit, document = report(root, place, patch)
    names = Names(audit, root)
    found: dict[str, str] = {}
    for path, text in (*said(document.sections), *said(document.evidence), ("", document.title)):
        text = VENDORS.sub(" ", text)
        if STATEMENTS not in path and names.plain(text, path.endswith("/svg")):
            found.setdefault(text, path)
    return found


@pytest.mark.parametrize("name", ["harbourlight", "northwharf"])
def test_every_word_can_be_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns(".crmaudit", "reports"))
    assert not _untold(root, tmp_path / "templates", monkeypatch)


def test_every_word_on_what_was_measured_can_be_told(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not _untold(demo, tmp_path, monkeypatch)


def test_every_word_on_a_workspace_that_says_nothing_can_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "bare"
    (root / "systems").mkdir(parents=True)
    (root / "audit.yaml").write_text("organisation:\n  name: Quay\n", "utf-8")
    (root / "systems" / "crm.yaml").write_text("id: crm\nname: Quaybook\n", "utf-8")
    assert not _untold(root, tmp_path / "templates", monkeypatch)


def test_a_language_from_right_to_left_is_a_folder_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("language: ar\norganisation:\n  name: Quay\n", "utf-8")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: Quaybook\n", "utf-8")
    place = tmp_path / "templates" / "sections" / "ar"
    (place / "messages").mkdir(parents=True)
    (place / "locale.yaml").write_text('of: "{part} من {whole}"\n', "utf-8")
    (place / "labels.yaml").write_text("contents: المحتويات\n", "utf-8")
    (place / "messages" / "words.yaml").write_text(
        "System: النظام\nInformation-management strategic plan: الخطة الاستراتيجية\n", "utf-8"
    )
    (place / "10-executive-summary.md").write_text(
        '---\nid: executive-summary\ntitle: ملخص\n---\n{{ 3 | share(4) }} {{ "x" ~ 1 }}\n', "utf-8"
    )
    audit = Audit(tmp_path)
    made = {
        file.suffix: file
        for file in write_reports(
            audit.facts, audit.findings, audit.plan, ("html", "pdf", "docx"), tmp_path / "out"
        )
    }
    page = made[".html"].read_text("utf-8")
    assert '<html lang="ar" dir="rtl">' in page
    assert "الخطة الاستراتيجية" in page
    assert "ملخص" in page
    assert "(3 من 4) x1" in page
    assert "المحتويات" in page
    assert "النظام" in page
    with zipfile.ZipFile(made[".docx"]) as file:
        document = file.read("word/document.xml").decode()
    assert "<w:bidi/>" in document
    assert "ملخص" in document
    assert made[".pdf"].read_bytes().startswith(b"%PDF")
