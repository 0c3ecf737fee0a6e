"""Files that travel with the program: templates and examples.

In a checkout they stand at its top, in a wheel inside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def templates_root() -> Path:
    """The folder of section texts, page frames and static files."""
    return _find("templates")


def examples_root() -> Path:
    """The folder of example workspaces."""
    return _find("examples")


def _find(name: str) -> Path:
    packaged = _PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
