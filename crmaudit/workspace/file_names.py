"""Which ids may name files, and which files are the workspace's own.

A workspace is shared between machines. On Windows and macOS names of files
that differ only in case are one file; Windows keeps some names for devices
and drops a dot at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crmaudit.errors import CrmauditError
from crmaudit.workspace.base import PATTERNS, Id
from crmaudit.workspace.files import FOLDERS, MARKER

_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
_ENDINGS = (".yaml", ".yml")


def check_id(id_: str, kind: str) -> None:
    """Raises CrmauditError where a new thing of that kind cannot have the id."""
    try:
        TypeAdapter(Id).validate_python(id_)
    except ValidationError as error:
        if error.errors()[0]["type"] == "string_too_long":
            what = f"a text of {len(id_)} characters is no id of a {kind}: it is too long"
            raise CrmauditError(what, "at most 80 characters") from None
        raise CrmauditError(
            f"{id_!r} is no id of a {kind}", next(iter(PATTERNS.values()))
        ) from None
    if kind == "system" and (why := unfit(id_)):
        raise CrmauditError(f"{id_!r} cannot be the id of a system: {why}", "choose another id")


def unfit(id_: str) -> str:
    """Why no file can be called after the id on every machine; empty where one can."""
    if id_.endswith("."):
        return "it ends with a dot, which Windows drops"
    if _device(id_):
        return f"Windows keeps the name {_device(id_)!r} for a device"
    return ""


def fitting(id_: str, kind: str) -> str:
    """The id, changed as little as makes it fit for the name of a file."""
    if unfit(id_):
        id_ = id_.rstrip(".").replace(".", "-")
    return f"{id_}-{kind}" if _device(id_) else id_


def _device(name: str) -> str:
    head = name.split(".", 1)[0]
    return head if head.casefold() in _DEVICES else ""


def differing_in_case(name: str, known: Iterable[str]) -> str:
    """The known name that differs from this one only in case; empty where there is none."""
    return next((k for k in known if k != name and k.casefold() == name.casefold()), "")


def refuse_own(file: Path, *, maps: bool = False) -> None:
    """Raises CrmauditError where a file to be written is, or would be read as, a workspace's own.

    That is every YAML file at the top of a workspace and in its folders of
    dossiers, maps, interviews and column maps, and all below `.crmaudit`. With
    `maps` the file is a column map, which may stand among its like.
    """
    # A link in the workspace is its own as well as what a link leads to.
    for path in (file.parent.resolve() / file.name, file.resolve()):
        for root in path.parents:
            if (root / MARKER).is_file() and _is_own(path.relative_to(root), maps):
                raise CrmauditError(
                    f"{file} would be read as a file of the workspace {root.name}; "
                    "nothing was written",
                    f"write it elsewhere: {root / 'reports' / file.name}",
                )


def _is_own(path: Path, maps: bool) -> bool:
    parts = [part.casefold() for part in path.parts]
    if parts[0] == ".crmaudit":
        return True
    is_yaml = parts[-1].endswith(_ENDINGS)
    folders = FOLDERS if maps else (*FOLDERS, "imports")
    return is_yaml and (len(parts) == 1 or parts[0] in folders)
