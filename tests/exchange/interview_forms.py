"""Forms of interviews, filled in as people do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.table import Table

ABOUT = {"Date": "19 May 2026", "Interviewer": "Isolde Example", "How many took part": "7 people"}


def table(page: Document, head: str, nth: int = 0) -> Table:
    """The table whose first cell says that."""
    found = [t for t in page.tables if t.rows[0].cells[0].text.strip() == head]
    return found[nth]


def filled(
    form: Path,
    to: Path,
    *,
    about: Mapping[str, str] = ABOUT,
    answers: Mapping[str, str] | None = None,
    walks: Mapping[int, Mapping[int, str]] | None = None,
    **lists: Sequence[Sequence[str]],
) -> Path:
    """The form with lines in its tables: `pains=[[text, systems, …]]`, by their columns."""
    page = docx.Document(str(form))
    for row in table(page, "About this interview").rows:
        if row.cells[0].text in about:
            row.cells[1].text = about[row.cells[0].text]
    for nth in (0, 1):
        for row in table(page, "Question", nth).rows[1:]:
            for question, answer in (answers or {}).items():
                if question in row.cells[0].text:
                    row.cells[1].text = answer
    for nth, steps in (walks or {}).items():
        for step, text in steps.items():
            table(page, "Process", nth).rows[step + 1].cells[2].text = text
    heads = {
        "pains": "What costs us time",
        "statements": "What we say of our data and systems",
        "wishes": "What we wish for",
        "risks": "What could go wrong",
        "measures": "What will tell whether it helps",
    }
    for key, lines in lists.items():
        for r, line in enumerate(lines, 1):
            found = table(page, heads[key])
            row = found.rows[r] if r < len(found.rows) else found.add_row()
            for c, text in enumerate(line):
                row.cells[c].text = text
    page.save(str(to))
    return to


def package(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def text_part(body: str, before: str = "") -> bytes:
    """A main document whose body is this XML; `before` stands ahead of its root."""
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return (
        f'{before}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'.encode()
    )
