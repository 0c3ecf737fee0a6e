"""`crmaudit inventory` over 1,000 systems and 500 entities, as whole processes.

The peer is what plain yaml.CSafeLoader takes for the same files, once in a
process of its own and once without the start of Python.
"""

from __future__ import annotations

import gc
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks.measure import Figure, cpu, table
from benchmarks.workspace import ENTITIES, SYSTEMS, generate, read_plainly
from crmaudit.audit import Audit
from crmaudit.cli.inventory_columns import standard
from crmaudit.cli.inventory_rows import Rows
from crmaudit.cli.view import View, draw_view

ROUNDS = 5
_PLAIN = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = generate(folder)
        program = [sys.executable, "-m", "crmaudit"]
        commands = {
            "yaml.CSafeLoader, a process": [sys.executable, "-c", _PLAIN, str(folder)],
            "crmaudit inventory --format json": [*program, "inventory", "--format", "json"],
            "crmaudit inventory": [*program, "inventory"],
            "crmaudit inventory show system-1": [*program, "inventory", "show", "system-1"],
            "crmaudit inventory retire system-1": [*program, "inventory", "retire", "system-1"],
        }
        found: dict[str, list[float]] = {}
        peer = "yaml.CSafeLoader, without Python's start"
        # One after the other in each round, so that a busy moment hits all of them.
        for _ in range(ROUNDS):
            found.setdefault(peer, []).append(_seconds(lambda: read_plainly(files)))
            for what, command in commands.items():
                where = [] if "-c" in command else ["-w", str(folder)]
                found.setdefault(what, []).append(cpu([*command, *where]))
        table(
            f"Inventory of {SYSTEMS:,} systems and {ENTITIES} entities, CPU seconds",
            [(what, Figure(statistics.median(taken))) for what, taken in found.items()],
        )
        table("Drawing its table, CPU seconds", _drawing(folder))


def _drawing(folder: Path) -> list[tuple[str, Figure]]:
    """The table apart from all that goes before it."""
    audit = Audit(folder)
    rows = Rows(audit).all()
    view = View("inventory", "", standard("EUR"), rows)
    gc.collect()
    gc.freeze()  # As in the program, the rows are not searched for garbage while it draws.
    figures = []
    for width in (80, 140):
        taken = [_seconds(lambda w=width: _draw(view, w)) for _ in range(ROUNDS)]  # type: ignore[misc]
        figures.append(
            (f"{len(rows):,} rows, {width} columns wide", Figure(statistics.median(taken)))
        )
    return figures


def _draw(view: View, width: int) -> None:
    draw_view(view, Console(file=io.StringIO(), width=width, force_terminal=True))


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
