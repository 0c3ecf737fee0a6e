"""Where templates are found: the user's folders first, then the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crmaudit.errors import CrmauditError

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
        """The first file of that name, e.g. `html/report.css`."""
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                return path
        return None

    def read(self, name: str) -> str:
        path = self.find(name)
        if path is None:
            raise FileNotFoundError(f"template {name} is not installed")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CrmauditError(f"it cannot be read: {error}", where=str(path)) from error
