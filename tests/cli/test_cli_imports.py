"""Asking for help loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "duckdb",
    "jinja2",
    "markdown_it",
    "networkx",
    "numpy",
    "openpyxl",
    "pandas",
    "psycopg",
    "pyarrow",
    "pydantic",
    "pymysql",
    "sqlalchemy",
    "typst",
    "yaml",
)
PROGRAM = """
import sys
from crmaudit.cli import main
code = main(sys.argv[1:])
loaded = {m for m in sys.modules if "." not in m or m.startswith("crmaudit.")}
print(",".join(loaded), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "line",
    ["--help", "--version", "validate --help", "inventory show --help", "collect --help",
     "report --help", "demo --help", "check --nonsense", "nonsense"],
)  # fmt: skip
def test_help_is_light(line: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *line.split()], capture_output=True, text=True, check=False
    )
    assert ran.returncode == (2 if "nonsense" in line else 0), ran.stderr
    loaded = set(ran.stderr.splitlines()[-1].split(","))
    # Typer itself converts the defaults of a command with pydantic.
    own = {"pydantic"} if line.split()[0] not in ("--help", "--version") else set()
    assert not loaded & (set(HEAVY) - own)
    assert "crmaudit.workspace" not in ran.stderr


def test_importing_crmaudit_loads_nothing_of_it() -> None:
    program = "import sys, crmaudit; print([m for m in sys.modules if m.startswith('crmaudit')])"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "['crmaudit']"


def test_validating_needs_no_database_libraries() -> None:
    from golden_files import EXAMPLES

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "validate", "-w", str(EXAMPLES / "northwharf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stderr.splitlines()[-1].split(","))
    # The plan and the section files are tried too, which takes networkx and Jinja2.
    assert not loaded & {"duckdb", "pandas", "pyarrow", "sqlalchemy", "typst"}
