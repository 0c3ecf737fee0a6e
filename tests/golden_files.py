"""Golden files, and the examples they are made of.

`golden(name, text)` compares a text with `tests/golden/NAME`;
`pytest --update-golden` writes it instead, for a reviewer to read the change.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_once import made_once

ROOT = Path(__file__).parent
EXAMPLES = ROOT.parent / "examples"
KEY = "0123456789abcdef" * 4
"""Makes the pseudonyms of the demo the same in every run."""
Golden = Callable[[str, str], None]
_MADE = shutil.ignore_patterns(".crmaudit", "reports", "*.sqlite", "truth.json")

# What differs from machine to machine, from run to run and from release to release.
_CHANGING = (
    (re.compile(r"@\d{8}T\d{6}-[0-9a-f]{6}"), "@…"),
    (re.compile(r"crmaudit \d+\.\d+\.\d+\w*"), "crmaudit …"),
    (re.compile(r"\b(SQLite|DuckDB) v?\d+(\.\d+)+"), r"\1 …"),
    (re.compile(r"\b[0-9a-f]{10,64}\b"), "…"),
    (re.compile(r"(sqlite:///)/\S*/harbourlight/"), r"\1"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?( UTC|\+00:00|Z)?"), "…"),
    # The day on which the example was measured, beside its own.
    (re.compile(r"\d+ \w{3} \d{4}, \d[\d,]* days after the day of"), "… after the day of"),
    (re.compile(r"\d+ \w{3} \d{4}, after the day of"), "…, after the day of"),
    (re.compile(r"(Databases and files were read (from|on) ).*? after"), r"\1… after"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the golden files anew.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a golden file, or writes it with --update-golden."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.exists(), f"{name} is missing: pytest --update-golden"
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            lines = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), name, "now", lineterm="", n=1
            )
            pytest.fail(
                "\n".join([*list(lines)[:60], "pytest --update-golden writes it"]), pytrace=False
            )

    return compare


def lasting(text: str) -> str:
    """The text without what changes from run to run."""
    for pattern, stand_in in _CHANGING:
        text = pattern.sub(stand_in, text)
    return text


def one_a_line(document: dict[str, Any]) -> str:
    """A JSON document with one item of its lists a line, which a reviewer can read."""
    lines = []
    for key, value in document.items():
        if not isinstance(value, list):
            lines.append(f"{key}: {_compact(value)}")
            continue
        lines.append(f"{key}: {len(value)}")
        lines += [f"  {_compact(item)}" for item in value]
    return lasting("\n".join(lines) + "\n")


def _compact(value: Any) -> str:
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if v not in (None, "", [], {})}
    return json.dumps(value, ensure_ascii=False, default=str)


def small_demo(folder: Path) -> Path:
    """The demo's workspace over small databases, collected."""
    from crmaudit import Audit
    from crmaudit.demo import generate

    shutil.copytree(EXAMPLES / "harbourlight", folder, ignore=_MADE)
    generate(folder / "data", contacts=500, seed=1)
    # In a file of its own, so that those who judge later have it too.
    (folder / ".crmaudit").mkdir()
    (folder / ".crmaudit" / "key").write_text(f"{KEY}\n", encoding="ascii")
    outcomes = Audit(folder).collect()
    assert all(outcome.whole for outcome in outcomes), outcomes
    return folder


def small_charity(folder: Path) -> Path:
    """The demo's workspace over very small databases, two of three collected."""
    from crmaudit import Audit
    from crmaudit.demo import generate

    shutil.copytree(EXAMPLES / "harbourlight", folder, ignore=_MADE)
    generate(folder / "data", contacts=100)
    Audit(folder).collect(["billing", "newsletter"])
    return folder


@pytest.fixture(scope="session")
def charity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with 100 contacts, its CRM not read; nobody writes into it."""
    return made_once(tmp_path_factory, "shared-charity", small_charity, "harbourlight")


_opened: dict[Path, Any] = {}


@pytest.fixture
def opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands on a workspace that nobody writes into find it read and judged by those before."""
    from crmaudit import audit

    known = audit.Audit
    monkeypatch.setattr(audit, "Audit", lambda root: _opened.setdefault(root, known(root)))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with 500 contacts and its evidence, one for all workers; nobody writes into it."""
    return made_once(tmp_path_factory, "shared-demo", small_demo, "harbourlight")
