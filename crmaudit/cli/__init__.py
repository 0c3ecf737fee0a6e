"""The command line: the only room that prints, reads flags and exits."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from crmaudit.cli.garbage import whole_process


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; answers the exit code.

    Whoever interrupts while the program is still being loaded is heard, too.
    """
    if argv is None:
        whole_process()
    try:
        from crmaudit.cli.app import run

        return run(argv)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


__all__ = ["main"]
