"""Names from outside break no table, move no cursor and run no formula."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len

NAMES = {
    "markup": "[red]CRM[/red] [/] [bold",
    "html": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "wide": "顧客関係管理システムの本番環境データベース",
    "rtl": "مערכת הלקוחות نظام العملاء",
    "override": "abc\u202ecba",
    "joined": "👩‍👩‍👧 team e\u0301\u0301\u0301",
    "escape": "red \x1b[31malert\x07 \x9b2J",
    "newline": "two\nlines\r\nthree",
    "tab": "a\tb\u200bc\ufeffd",
    "long": "W" * 200,
    "spaced": "many   words " * 20,
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")

    def write(name: str, content: object) -> None:
        file = root / name
        file.parent.mkdir(exist_ok=True)
        # JSON is YAML; what YAML wants escaped is escaped.
        text = json.dumps(content, ensure_ascii=False)
        odd = {ord(c): f"\\u{ord(c):04x}" for c in text if not c.isprintable()}
        file.write_text(text.translate(odd), encoding="utf-8")

    units = [
        {"id": f"u-{key}", "name": name, "staff": 9, "key": True} for key, name in NAMES.items()
    ]
    write("audit.yaml", {"id": "odd", "organisation": {"name": NAMES["override"]}, "units": units})
    entities = [{"id": f"e-{key}", "name": name, "definition": name} for key, name in NAMES.items()]
    write("entities.yaml", {"entities": entities})
    for key, name in NAMES.items():
        crud = {f"e-{other}": "CRUD" for other in NAMES}
        write(
            f"systems/{key}.yaml",
            {"id": key, "name": name, "description": name, "vendor": name,
             "owners": {"business": name, "it": name}, "crud": crud, "crud_complete": True},
        )  # fmt: skip
    dysfunctions = [
        {"id": f"d-{key}", "what": name, "owner": name, "systems": [key]}
        for key, name in NAMES.items()
    ]
    write("registers.yaml", {"dysfunctions": dysfunctions})
    assert yaml.safe_load((root / "audit.yaml").read_text())
    return root


VIEWS = [
    ("inventory",), ("inventory", "show", "escape"), ("inventory", "show", "long"),
    ("crud",), ("crud", "show", "e-wide"), ("crud", "gaps", "--all"), ("check", "--all"),
    ("check",), ("plan",), ("governance", "users"), ("governance", "dysfunctions"), ("validate",),
]  # fmt: skip


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_tables_hold(run, hostile: Path, view: tuple[str, ...], width: int) -> None:
    ran = run(*view, "-w", hostile, width=width)
    assert ran.code in (0, 1), ran.err
    for character in {c for c in ran.out + ran.err if c != "\n"}:
        kind = unicodedata.category(character)
        assert kind not in ("Cc", "Cs"), repr(character)
        assert kind != "Cf" or character == "\u200d", repr(character)
    for line in ran.lines[:-1]:
        assert cell_len(line) <= width, line


def test_brackets_are_no_markup(run, hostile: Path) -> None:
    assert "[red]CRM[/red]" in run("inventory", "show", "markup", "-w", hostile).out


@pytest.mark.parametrize("view", [v for v in VIEWS if v[0] != "validate"], ids=" ".join)
def test_spreadsheets_run_nothing(run, hostile: Path, view: tuple[str, ...]) -> None:
    ran = run(*view, "-w", hostile, "--format", "csv")
    for row in csv.reader(io.StringIO(ran.out)):
        for cell in row:
            assert cell[:1] not in ("=", "+", "@", "\t", "\r", "\n")
            assert not cell.startswith("-") or cell[1:2].isdigit()


def test_json_keeps_what_was_written(run, hostile: Path) -> None:
    rows = json.loads(run("inventory", "-w", hostile, "--format", "json").out)["rows"]
    assert {row["name"] for row in rows} == {n.strip() for n in NAMES.values()}
