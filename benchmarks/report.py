"""The report of a wide landscape in every format: time, memory and size, as whole processes.

The peer is `crmaudit check` over the same workspace, in the same rounds: it
loads, judges and prints, and makes no report.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, process, table
from benchmarks.workspace import generate
from crmaudit.report.formats import FORMATS

SYSTEMS = ENTITIES = 200


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, SYSTEMS, ENTITIES)
        program = [sys.executable, "-m", "crmaudit"]
        found: list[tuple[str, Figure]] = []
        peer = [*program, "check", "--fail-on", "never", "-w", name, "-o", f"{name}/check.json"]
        found.append(("crmaudit check (peer)", process([*peer, "--format", "json"], 1)))
        for kind in FORMATS:
            out = folder / "out" / kind
            command = [*program, "report", "-w", name, "--as", kind, "-o", str(out)]
            took = process(command, 1)
            size = sum(f.stat().st_size for f in out.iterdir() if "manifest" not in f.name)
            found.append((f"{kind}, {size / 1e6:,.1f} MB", took))
        table(f"The report of {SYSTEMS} systems and {ENTITIES} entities", found)
