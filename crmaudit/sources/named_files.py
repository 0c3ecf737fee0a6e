"""Files that a dossier names under `traces:`: a file, a folder or a pattern, and what it means."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path

from crmaudit.errors import CrmauditError, Place

_NUMBERS = re.compile(r"(\d+)")
_ROTATED = re.compile(r"(.*?)\.(\d+)((?:\.(?:gz|zst|bz2|xz|lz4))?)")
_PACKED = re.compile(r"\.(?:gz|zst|bz2|xz|lz4)$")


def expanded(entry: str) -> tuple[Path, ...]:
    """The files that an entry means, in the order of time as far as names tell it.

    Of a folder all files in it, hidden ones left out. `app.log.2` is older
    than `app.log.1` and that older than `app.log`; else numbers count as
    numbers. Empty where there is none.
    """
    path = Path(entry)
    if path.is_dir():
        found = [p for p in path.iterdir() if not p.name.startswith(".")]
    elif path.exists() or not glob.has_magic(entry):
        found = [path]
    else:
        found = [Path(name) for name in glob.glob(entry, recursive=True)]
    return tuple(sorted((p for p in found if p.is_file()), key=_age))


def every(entry: str) -> tuple[Path, ...]:
    """All files that an entry means, those in folders of its folder included, by name."""
    path = Path(entry)
    if not path.is_dir():
        return expanded(entry)
    return tuple(sorted(Path(at) / name for at, _, names in os.walk(path) for name in names))


def found(entry: str, where: Place | None = None) -> tuple[Path, ...]:
    """The same; CrmauditError, with the entry's place in the dossier, where there is none."""
    files = expanded(entry)
    if files:
        return files
    if Path(entry).is_dir():
        message = f"{entry} has no files"
    elif glob.has_magic(entry):
        message = f"no file is called like {entry}"
    else:
        message = f"{entry} does not exist"
    raise CrmauditError(
        message, "correct the path under `traces:`; it counts from the workspace", where
    )


def origins(entries: Sequence[str]) -> tuple[str, ...]:
    """A short name for each entry: as much of the end of its path as tells it from the others."""
    parts = [Path(e).parts for e in entries]
    told = []
    for i, own in enumerate(parts):
        others = [p for j, p in enumerate(parts) if j != i and p != own]
        length = 1
        while length < len(own) and any(p[-length:] == own[-length:] for p in others):
            length += 1
        told.append("/".join(own[-length:]))
    return tuple(told)


def _age(path: Path) -> tuple[str, int, tuple[tuple[int, str], ...]]:
    rotated = _ROTATED.fullmatch(str(path))
    if rotated and len(rotated[2]) < 5:  # longer ones are dates, which grow with time
        return rotated[1], -int(rotated[2]), ()
    base = _PACKED.sub("", str(path))
    pieces = _NUMBERS.split(base)
    # The one without a number is the newest of its set.
    told = tuple((int(p) if i % 2 else -1, p) for i, p in enumerate(pieces))
    return base, 0, told
