"""The formats a report can have: one writer each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol

from crmaudit.errors import CrmauditError
from crmaudit.report.blocks import Document
from crmaudit.report.placing import put
from crmaudit.report.templates import Templates
from crmaudit.report.text import slug
from crmaudit.report.theme import Theme

# Format → the function that gives the file's bytes.
FORMATS: dict[str, str] = {
    "html": "crmaudit.report.html:render",
    "pdf": "crmaudit.report.pdf:render",
    "dashboard": "crmaudit.report.dashboard:render",
    "md": "crmaudit.report.markdown_out:render",
    "json": "crmaudit.report.json_out:render",
    "xlsx": "crmaudit.report.xlsx:render",
    "docx": "crmaudit.report.docx:render",
    "pptx": "crmaudit.report.pptx:render",
}

STEM = "information-management-plan"
"""What the files of a report are called; their ending is the format."""
_DASHBOARD = "management-dashboard"
"""What the dashboard is called, which is HTML like the report it links to."""

_MANIFEST = ".manifest.json"


class Writer(Protocol):
    """A format: the same document, theme and templates always give the same bytes."""

    def __call__(self, document: Document, theme: Theme, templates: Templates) -> bytes: ...


def file_name(name: str, audience: str = "") -> str:
    """The file of that format, in the folder of the report.

    Each audience has files of its own, so that no edition takes another's place
    and nobody sends the wrong one.
    """
    stem, ending = (_DASHBOARD, "html") if name == "dashboard" else (STEM, name)
    return f"{stem}{_mark(audience)}.{ending}"


def manifest_name(audience: str = "") -> str:
    """The manifest of that edition, beside its files."""
    return f"{STEM}{_mark(audience)}{_MANIFEST}"


def format_of(file: str) -> str:
    """The format of a file by its name, else by its ending; empty for no format's file."""
    ending = file.rpartition(".")[2]
    if file.startswith(_DASHBOARD) and ending == "html":
        return "dashboard"
    known = ending in FORMATS and ending != "dashboard" and not file.endswith(_MANIFEST)
    return ending if known else ""


def reports_in(folder: Path) -> list[str]:
    """Names of the files there that are called like reports, of all editions."""
    names = (p.name for p in folder.iterdir() if p.is_file())
    return sorted(n for n in names if n.startswith((STEM, _DASHBOARD)) and format_of(n))


def manifests_in(folder: Path) -> list[Path]:
    """The manifests there, of all editions."""
    return sorted(p for p in folder.glob(f"{STEM}*{_MANIFEST}") if p.is_file())


def _mark(audience: str) -> str:
    return f"-{slug(audience)}" if audience else ""


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
    """Write the document; the format is `name`, or that of a file so called."""
    render = writer(name or format_of(path.name) or path.suffix.lstrip("."))
    put(path.parent, {path.name: render(document, theme or Theme(), templates or Templates())})
    return path
