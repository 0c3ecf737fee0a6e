"""What the workers of one run of the tests share: the first makes it, the others wait for it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_PATIENCE = 300
"""Seconds that one worker waits for what another is making."""


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of the tests, the same one for all workers."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object], inside: str = "made"
) -> Path:
    """The folder `inside` one of that name, made by the first who asks; nobody writes into it."""
    home = run_folder(factory) / name
    with locked(home.with_suffix(".lock")):
        if not (home / "whole").exists():
            home.mkdir()
            make(home / inside)
            (home / "whole").touch()
    return home / inside


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Held by one process at a time; a file that only one can create."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} is held by another process") from None
            time.sleep(0.1)
    try:
        yield
    finally:
        path.unlink()
