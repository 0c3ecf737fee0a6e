"""The formats a report can have: one writer each, imported on first use."""

from __future__ import annotations

import glob
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Protocol

from crmaudit.errors import CrmauditError
from crmaudit.report.blocks import Document
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

# Format (and file ending) → the function that gives the file's bytes.
FORMATS: dict[str, str] = {
    "html": "crmaudit.report.html:render",
    "pdf": "crmaudit.report.pdf:render",
    "md": "crmaudit.report.markdown_out:render",
    "json": "crmaudit.report.json_out:render",
}

_ABANDONED = 3600.0
"""Seconds after which a half-written file belongs to nobody."""


class Writer(Protocol):
    """A format: the same document, theme and templates always give the same bytes."""

    def __call__(self, document: Document, theme: Theme, templates: Templates) -> bytes: ...


def writer(name: str) -> Writer:
    """The writer of a format by its name."""
    if name not in FORMATS:
        raise CrmauditError(
            f"there is no report format {name!r}", f"The formats are {', '.join(FORMATS)}"
        )
    module, _, function = FORMATS[name].partition(":")
    found: Writer = getattr(import_module(module), function)
    return found


def write(
    document: Document,
    path: Path,
    theme: Theme | None = None,
    templates: Templates | None = None,
    name: str = "",
) -> Path:
    """Write the document; the format is `name`, or the file's ending."""
    render = writer(name or path.suffix.lstrip("."))
    replace(path, render(document, theme or Theme(), templates or Templates()))
    return path


def write_all(
    document: Document,
    folder: Path,
    names: Iterable[str],
    stem: str = "report",
    theme: Theme | None = None,
    templates: Templates | None = None,
) -> list[Path]:
    """The document in several formats, side by side in one folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CrmauditError(
            f"{folder} cannot be made: {error.strerror}", "name another folder"
        ) from None
    return [write(document, folder / f"{stem}.{name}", theme, templates, name) for name in names]


def replace(path: Path, content: bytes) -> None:
    """Put the content in the file's place at once: a stop leaves the old file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sweep(path: Path) -> None:
    """Remove what a killed run left beside the file; one that is being written is younger."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
