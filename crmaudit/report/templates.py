"""Where templates are found: the user's folders first, then the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crmaudit.errors import CrmauditError, InvalidInput, Place
from crmaudit.workspace.yaml_reader import parse

PACKAGE = Path(__file__).resolve().parent.parent


def template_root() -> Path:
    """The shipped templates: inside the wheel, or at the top of a checkout."""
    for folder in (PACKAGE / "_templates", PACKAGE.parent / "templates"):
        if (folder / "static").is_dir():
            return folder
    raise FileNotFoundError("the templates that belong to crmaudit are not installed")


@dataclass(frozen=True, slots=True)
class Templates:
    """Looks a template up by its name under `templates/`, overrides first.

    A workspace's own text stands in its `sections/` (handed to
    `sections.find_sections`), its own frames and labels in `templates/`, which
    is one of `overrides`.
    """

    overrides: tuple[Path, ...] = ()

    @property
    def folders(self) -> tuple[Path, ...]:
        return (*self.overrides, template_root())

    def find(self, name: str) -> Path | None:
        """The first file of that name, e.g. `html/report.css`.

        Raises CrmauditError for one of the user's own that would set an empty document.
        """
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                if path.suffix == ".typ" and not path.read_bytes().strip():
                    raise empty(path)
                return path
        return None

    def read(self, name: str) -> str:
        """The text of the first file of that name. Raises CrmauditError where it is no text."""
        path = self.find(name)
        if path is None:
            raise FileNotFoundError(f"template {name} is not installed")
        return text_of(path)


def empty(path: Path) -> CrmauditError:
    """What is said of a template that makes nothing."""
    return CrmauditError(
        "the template makes an empty document",
        "write it, or remove your own copy of the file to use the shipped one",
        str(path),
    )


def text_of(path: Path) -> str:
    """The text of a file. Raises CrmauditError where it cannot be read, or is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        good = error.object[: error.start]
        raise CrmauditError(
            f"byte 0x{error.object[error.start]:02X} is not UTF-8",
            "save the file as UTF-8",
            Place(str(path), good.count(b"\n") + 1),
        ) from error
    except OSError as error:
        raise CrmauditError(
            f"it cannot be read: {error.strerror or error}", "check its rights", str(path)
        ) from error


def yaml_of(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, all its values as text.

    Raises CrmauditError at the line where it is none.
    """
    text = text_of(path)
    problems = parse(text, str(path)).problems  # said as of the workspace's files
    try:
        # Of a key that stands twice the last counts, as shipped languages have some.
        found = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        raise InvalidInput(problems) from error
    if not isinstance(found, dict):
        raise CrmauditError("expected texts by name", "write `name: text`", Place(str(path), 1))
    return found


def line_of(path: Path, key: str) -> Place:
    """Where a key stands in a YAML file."""
    return parse(text_of(path), str(path)).place((key,), key=True)
