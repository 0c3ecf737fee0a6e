"""The command line in this process: what it prints, says and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from golden_files import EXAMPLES

from crmaudit.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command printed, what it said on stderr, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line at a width of the terminal."""

    def run(*arguments: str | Path, width: int = 80) -> Ran:
        monkeypatch.setenv("COLUMNS", str(width))
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture(params=["demo", "northwharf"])
def example(request: pytest.FixtureRequest, opened_once: None) -> Path:
    """Both examples: one with evidence, one without a database."""
    if request.param == "demo":
        found: Path = request.getfixturevalue("demo")
        return found
    return EXAMPLES / "northwharf"
