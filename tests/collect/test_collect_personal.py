"""What is personal in a database leaves it in no form."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from collecting import crmaudit, workspace
from databases import Database, dialects

Make = Callable[[str], Database]

# Each is planted alone in its row, and often, and as the smallest and greatest of its column.
TOKENS = {
    "full_name": ["Zyxanna Quillfeather", "Aabrahám Ózzenfjord"],
    "email": ["zq.quill@zzmail.example", "aa.private@aamail.example"],
    "phone": ["+44 7700 900987", "0041 79 555 01 02"],
    "notes": ["Zznote: called on account of divorce", "Aanote told us about her illness"],
    "street": ["99 Zzyzx Road", "1 Aardvark Mews"],
    "birth_date": ["1911-12-13", "2011-10-09"],
    "iban": ["GB33BUKB20201555555555", "CH5604835012345678009"],
    "login": ["zquill77", "aapriv88"],
    "token": ["s3cr3t-t0ken-zz", "a-bearer-aa"],
}
CLEAR = ["open", "closed", "waiting"]


def plant(db: Database, rows: int = 60) -> None:
    columns = ", ".join(f"{c} varchar(90)" for c in TOKENS)
    db.execute([f"CREATE TABLE contact (id integer PRIMARY KEY, status varchar(9), {columns})"])
    lines = []
    for i in range(rows):
        values = ", ".join(f"'{t[i % 2]}'" if i % 3 else f"'{t[0]} {i}'" for t in TOKENS.values())
        lines.append(f"({i}, '{CLEAR[i % 3]}', {values})")
    db.execute([f"INSERT INTO contact VALUES {', '.join(lines)}"])
    # A view that fails on a value, which a server would like to quote.
    if db.dialect == "postgresql":
        db.execute(["CREATE VIEW quoting AS SELECT (full_name || '')::integer AS n FROM contact"])


@pytest.mark.parametrize("dialect", dialects("sqlite", "postgresql"))
def test_no_token_anywhere(make_db: Make, tmp_path: Path, dialect: str) -> None:
    db = make_db(dialect)
    plant(db)
    root = workspace(tmp_path / "audit", {"crm": db.url})
    said = ""
    for args in (
        ("collect", "--dry-run"),
        ("collect",),
        ("check", "--fail-on", "never"),
        ("check", "--fail-on", "never", "--format", "json"),
        ("quality",),
        ("report", "--as", "html,pdf,md,json"),
        ("export", tmp_path / "evidence.zip"),
        ("audit", "--as", "md"),
    ):
        said += crmaudit(*args, "-w", root).text
    said += crmaudit("profile", db.url).text
    said += crmaudit("profile", db.url, "--format", "json").text
    bundle = tmp_path / "bundle.zip"
    said += crmaudit("collect", "--url", db.url, "--as", "crm", "-o", bundle).text

    seen = {"said": said}
    for archive in (bundle, tmp_path / "evidence.zip"):
        with zipfile.ZipFile(archive) as opened:
            seen[archive.name] = "".join(opened.read(n).decode() for n in opened.namelist())
    for path in [p for p in root.rglob("*") if p.is_file() and p.suffix != ".pdf"]:
        seen[path.name] = path.read_bytes().decode("utf-8", "replace")
    if shutil.which("pdftotext"):
        (pdf,) = (root / "reports").glob("*.pdf")
        text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout
        seen["pdf"] = text.decode()
    assert {"store.sqlite", "information-management-plan.html"} <= set(seen)
    leaks = [
        (where, token)
        for where, text in seen.items()
        for tokens in TOKENS.values()
        for token in tokens
        for form in (token, token.encode("unicode_escape").decode())
        if form.lower() in text.lower()
    ]
    assert leaks == []
    # The test sees what is shown: codes are in clear.
    assert all(code in seen["store.sqlite"] for code in CLEAR)
