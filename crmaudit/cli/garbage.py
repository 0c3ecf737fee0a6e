"""When Python looks for garbage: rarely, and not among what was read.

What a command reads lives until its end. Looking for garbage among it, again
and again and once more at the end, costs a third of the time that a large
workspace takes. In somebody else's process nothing of this is touched.
"""

from __future__ import annotations

import gc

_ours = False


def whole_process() -> None:
    """Say that the process is this command's alone."""
    global _ours
    _ours = True
    gc.set_threshold(100_000, 20, 20)


def read() -> None:
    """Say that the workspace is read: it is not garbage before the process ends."""
    if _ours:
        gc.freeze()
