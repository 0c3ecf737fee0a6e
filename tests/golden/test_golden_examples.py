"""What the examples' audits say, whole: each change of a rule shows here what it does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from golden_files import EXAMPLES, Golden, lasting, one_a_line

from crmaudit.cli import main

AUDITS = ("harbourlight", "harbourlight-measured", "northwharf")
VIEWS = {
    "check": ("check", "--fail-on", "never"),
    "plan": ("plan",),
    "crud": ("crud",),
    "inventory": ("inventory",),
    "access": ("governance", "access"),
    "adoption": ("governance", "adoption"),
    "maintenance": ("governance", "maintenance"),
    "maturity": ("governance", "maturity"),
}


@pytest.fixture(params=AUDITS)
def audited(request: pytest.FixtureRequest, opened_once: None) -> tuple[str, Path]:
    if request.param == "harbourlight-measured":
        return request.param, request.getfixturevalue("demo")
    return request.param, EXAMPLES / request.param


def _short(row: Any) -> Any:
    """A row without what follows from the rest of it."""
    if not isinstance(row, dict):
        return row
    row = {k: v for k, v in row.items() if k not in ("fingerprint", "title", "goal", "overridden")}
    if "measurements" in row:
        row["measurements"] = [
            " ".join(
                str(v)
                for v in (
                    m["label"],
                    m["value"] if m["whole"] is None else f"{m['part']}/{m['whole']}",
                    m["unit"],
                )
                if v != ""
            )
            for m in row["measurements"]
        ]
    return row


@pytest.mark.parametrize("view", VIEWS)
def test_views(
    capsys: pytest.CaptureFixture[str], golden: Golden, audited: tuple[str, Path], view: str
) -> None:
    name, root = audited
    assert main([*VIEWS[view], "--format", "json", "-w", str(root)]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {k: [_short(x) for x in v] if isinstance(v, list) else v for k, v in document.items()}
    golden(f"{name}-{view}.jsonl.txt", one_a_line(rows))


def test_the_report(golden: Golden, audited: tuple[str, Path], tmp_path: Path) -> None:
    name, root = audited
    assert main(["report", "--as", "md", "-o", str(tmp_path), "-w", str(root)]) == 0
    (file,) = tmp_path.glob("*.md")
    text = lasting(file.read_text(encoding="utf-8"))
    body, mark, appendices = text.partition("\n## A ")
    assert mark, "no appendix A"
    golden(f"{name}-report.md", f"{body}\n")
    golden(f"{name}-appendices.md", f"## A {appendices}")


def test_goldens_stay_readable() -> None:
    files = [p for p in Path(__file__).parent.iterdir() if p.suffix in (".txt", ".md")]
    assert files
    for file in files:
        assert file.stat().st_size < 350_000, file.name
        text = file.read_text(encoding="utf-8")
        assert str(EXAMPLES) not in text
        assert "/tmp/" not in text


def test_an_audit_says_the_same_twice(demo: Path, tmp_path: Path) -> None:
    texts = []
    for number in (1, 2):
        copy = shutil.copytree(demo, tmp_path / str(number))
        assert main(["report", "--as", "md,json", "-w", str(copy)]) == 0
        texts.append([p.read_bytes() for p in sorted((copy / "reports").iterdir())])
    assert texts[0] == texts[1]
