"""Example workspaces, which travel with the program.

In a checkout they stand at its top, in a wheel inside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def examples_root() -> Path:
    """The folder of example workspaces."""
    packaged = _PACKAGE / "_examples"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "examples"
