"""The audit of the demo from end to end (20,000 contacts, three databases)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, process, table

ROUNDS = 3


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        program = [sys.executable, "-m", "crmaudit"]
        whole = process([*program, "demo", str(folder)], rounds=1)
        where = ["-w", str(folder)]

        def fresh(*command: str) -> Figure:
            shutil.rmtree(folder / ".crmaudit", ignore_errors=True)
            return process([*program, *command, *where], rounds=1)

        rows = [
            ("crmaudit audit", fresh("audit")),
            ("crmaudit collect", fresh("collect")),
            ("crmaudit check", process([*program, "check", *where], rounds=ROUNDS)),
            (
                "crmaudit report (HTML and PDF)",
                process([*program, "report", *where], rounds=ROUNDS),
            ),
            ("crmaudit demo (generates, then audits)", whole),
        ]
        table("The demo: aims 30 s and 300 MB for the audit", rows, peer=Figure(30.0))
