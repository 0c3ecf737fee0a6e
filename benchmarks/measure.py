"""Timing of whole processes and of functions, medians of several rounds."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Figure:
    """Median wall seconds and highest resident memory in MB of the rounds."""

    seconds: float
    memory: float = 0.0


def versions() -> str:
    names = ("crmaudit", "duckdb", "pyarrow", "psycopg", "pymysql", "pydantic", "pyyaml", "typst")
    return ", ".join(f"{n} {version(n)}" for n in names)


# A small process of its own starts the command: a child's highest memory counts what its
# parent held at the start.
_LAUNCHER = """
import os, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - began, used.ru_maxrss / 1024, code)
"""


def process(command: Sequence[str], rounds: int = 3) -> Figure:
    """A whole process, start to end."""
    seconds, memory = [], []
    for _ in range(rounds):
        launched = [sys.executable, "-S", "-c", _LAUNCHER, *command]
        took, peak, code = subprocess.run(
            launched, stdout=subprocess.PIPE, check=True, text=True
        ).stdout.split()
        if code not in ("0", "1"):
            sys.exit(f"{' '.join(command)} failed with {code}")
        seconds.append(float(took))
        memory.append(float(peak))
    return Figure(statistics.median(seconds), max(memory))


def cpu(command: Sequence[str]) -> float:
    """CPU seconds of a whole process, which other work disturbs less."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def function(run: Callable[[], object], rounds: int = 5) -> Figure:
    """A function in this process; CPU seconds, which other work disturbs less."""
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        seconds.append(time.process_time() - began)
    return Figure(statistics.median(seconds))


def table(title: str, rows: Sequence[tuple[str, Figure]], peer: Figure | None = None) -> None:
    """A Markdown table; the ratio is to `peer`, else to the first row."""
    base = (peer or rows[0][1]).seconds
    print(f"### {title}\n\n| what | seconds | ratio | memory MB |\n|---|---:|---:|---:|")
    for name, figure in rows:
        memory = f"{figure.memory:.0f}" if figure.memory else "–"
        print(f"| {name} | {figure.seconds:.2f} | {figure.seconds / base:.2f} | {memory} |")
    print()
