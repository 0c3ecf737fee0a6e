"""The command line: the only room that prints, reads flags and exits."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; answers the exit code.

    Whoever interrupts while the program is still being loaded is heard, too.
    """
    # What a command reads lives until its end: looking for garbage among it, again and again,
    # costs a third of the time that a large workspace takes.
    gc.set_threshold(100_000, 20, 20)
    try:
        from crmaudit.cli.app import run

        return run(argv)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


__all__ = ["main"]
