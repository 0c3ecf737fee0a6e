"""Run the benchmarks named on the command line, or all.

`truth [PART…]` compares what is found with what is true, and `crud-truth` what statements do with
labels that engines gave; `duplicates` and `overlap` compare records put
together with what is true, `people` what is said of accounts. None of these is among all.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys

from benchmarks import truth
from benchmarks.measure import versions

NAMES = (
    *("workspace", "inventory", "profile", "understanding", "audit", "columns", "sheets"),
    "statement-log",
    "crud-scale",
    "report",
)


def main() -> None:
    if sys.argv[1:2] == ["truth"]:
        truth.run(sys.argv[2:])
        return
    if sys.argv[1:2] == ["crud-truth"]:
        importlib.import_module("benchmarks.crud_truth").run(sys.argv[2:])
        return
    if sys.argv[1:2] in (["duplicates"], ["overlap"], ["hashed"], ["spark"], ["people"]):
        module = {"overlap": "overlap_truth"}.get(sys.argv[1], sys.argv[1])
        importlib.import_module(f"benchmarks.{module}").run(sys.argv[2:])
        return
    wanted = sys.argv[1:] or list(NAMES)
    unknown = [n for n in wanted if n not in NAMES]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load {load:.1f}; {versions()}\n"
    )
    for name in wanted:
        importlib.import_module(f"benchmarks.{name.replace('-', '_')}").run()


if __name__ == "__main__":
    main()
