"""Which formats go out and come in. One module each, imported on first use.

To add one: write its module and add its line here. An exporter has
`render(export) -> Rendered`; an importer has `recognises(path, head) -> bool`
and `read(path, workspace) -> Incoming`. Neither writes a file, asks anything
or opens a connection: the command line does the first two, nobody the third.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.engine import Judgement
    from crmaudit.facts import Facts
    from crmaudit.workspace import Workspace
    from crmaudit.workspace.incoming import Incoming


class Export:
    """What an exporter may use. `owner` is a person's id or name, for workbooks made for one;
    `system` the id of the one system that a data contract is about.

    Findings are judged when they are first asked for: not every format needs them.
    """

    def __init__(
        self,
        facts: Facts,
        findings: Judgement | Callable[[], Judgement],
        owner: str = "",
        system: str = "",
    ) -> None:
        self.facts, self.owner, self.system = facts, owner, system
        self._findings = findings

    @cached_property
    def findings(self) -> Judgement:
        return self._findings() if callable(self._findings) else self._findings

    def to(self, owner: str) -> Export:
        """The same for somebody."""
        return Export(self.facts, lambda: self.findings, owner, self.system)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's bytes, how much of what is in it, and what the format could not carry."""

    content: bytes
    holds: str
    """Like `12 systems, 30 entities, 41 accesses`."""
    losses: tuple[str, ...] = ()
    """Each a sentence with a number: `the dates of 3 lifecycles: …`."""


class Exporter(Protocol):
    def render(self, export: Export) -> Rendered: ...


class Importer(Protocol):
    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether the file seems to be of this format, by its name and first 64 KiB."""
        ...

    def read(self, path: Path, workspace: Workspace) -> Incoming:
        """Raises CrmauditError, with file and line, for a file that cannot be read."""
        ...


# Name → (module, patterns of file names that mean it, what it is).
EXPORTERS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "inventory": (
        "crmaudit.exchange.inventory_book",
        ("*inventory*.xlsx", "*.xlsx"),
        "workbook of all dossiers, to fill in and import again",
    ),
    "inventory-csv": (
        "crmaudit.exchange.inventory_csv",
        ("*.csv",),
        "the dossiers' single facts as CSV, to fill in and import again",
    ),
    "requests": (
        "crmaudit.exchange.requests_book",
        ("*requests*.xlsx",),
        "workbook with what one person is asked",
    ),
    "leanix": (
        "crmaudit.exchange.leanix",
        ("*leanix*.xlsx",),
        "workbook for import into SAP LeanIX",
    ),
    "archimate": (
        "crmaudit.exchange.archimate_out",
        ("*.xml",),
        "ArchiMate Open Exchange File",
    ),
    "backstage": (
        "crmaudit.exchange.backstage_out",
        ("*catalog-info.yaml", "*.yaml", "*.yml"),
        "Backstage catalog",
    ),
    "odcs": (
        "crmaudit.exchange.odcs_out",
        ("*.odcs.yaml", "*.odcs.yml", "*contract*.yaml", "*contract*.yml"),
        "data contract of one system (Open Data Contract Standard)",
    ),
    "matrix": (
        "crmaudit.exchange.matrix_book",
        ("*matrix*.xlsx", "*crud*.xlsx"),
        "workbook of the CRUD matrix: grid, relations, configuration, to change and import again",
    ),
    "matrix-csv": (
        "crmaudit.exchange.matrix_csv",
        ("*matrix*.csv", "*crud*.csv"),
        "the matrix's relations as CSV, to change and import again",
    ),
    "matrix-dot": (
        "crmaudit.exchange.matrix_dot",
        ("*matrix*.dot", "*matrix*.gv", "*crud*.dot", "*crud*.gv"),
        "Graphviz drawing of systems and entities",
    ),
    "matrix-mermaid": (
        "crmaudit.exchange.matrix_mermaid",
        ("*matrix*.mmd", "*matrix*.mermaid", "*crud*.mmd", "*crud*.mermaid"),
        "Mermaid drawing of systems and entities",
    ),
    "node-link": (
        "crmaudit.exchange.node_link",
        ("*.json",),
        "node-link JSON of the landscape, for networkx and D3",
    ),
    "mermaid": ("crmaudit.exchange.mermaid", ("*.mmd", "*.mermaid"), "Mermaid diagrams"),
    "mermaid-entities": (
        "crmaudit.exchange.mermaid_entities",
        ("*entities*.mmd", "*entities*.mermaid"),
        "Mermaid entity-relationship diagram",
    ),
    "dot": ("crmaudit.exchange.dot", ("*.dot", "*.gv"), "Graphviz drawing"),
    "graphml": ("crmaudit.exchange.graphml", ("*.graphml",), "GraphML graph"),
}

# Name → module; asked in this order.
IMPORTERS: dict[str, str] = {
    "interview": "crmaudit.exchange.interview_form_in",
    "matrix": "crmaudit.exchange.matrix_book_in",
    "workbook": "crmaudit.exchange.own_book",
    "archimate": "crmaudit.exchange.archimate_in",
    "odcs": "crmaudit.exchange.odcs_in",
    "backstage": "crmaudit.exchange.backstage_in",
    "code.gov": "crmaudit.exchange.code_gov",
    "spreadsheet": "crmaudit.exchange.foreign_sheet",
}
# Those that also take a folder of their files; its head is empty.
FOLDERS = ("backstage",)


def exporter(path: Path, what: str = "") -> tuple[str, Exporter]:
    """The exporter of that name, or the one that the file's name means.

    Raises CrmauditError where there is none; the longest pattern wins.
    """
    if what:
        if what not in EXPORTERS:
            raise CrmauditError(f"there is no export {what!r}", f"choose one of {_names()}")
        return what, cast("Exporter", import_module(EXPORTERS[what][0]))
    fitting = [
        (len(pattern), name)
        for name, (_, patterns, _) in EXPORTERS.items()
        for pattern in patterns
        if fnmatch.fnmatch(path.name.lower(), pattern)
    ]
    if not fitting:
        raise CrmauditError(
            f"{path.name} names no format that can be written", f"say --what: {_names()}"
        )
    name = max(fitting)[1]
    return name, cast("Exporter", import_module(EXPORTERS[name][0]))


def is_known_folder(path: Path) -> bool:
    """Whether a folder's files are of a format that takes folders."""
    modules = (cast("Importer", import_module(IMPORTERS[name])) for name in FOLDERS)
    return path.is_dir() and any(module.recognises(path, b"") for module in modules)


def importer(path: Path) -> tuple[str, Importer]:
    """The importer that recognises the file. Raises CrmauditError where none does."""
    is_folder, head = path.is_dir(), b""
    try:
        if not is_folder:
            with path.open("rb") as file:
                head = file.read(65536)
    except OSError as error:
        raise CrmauditError(
            f"{path} cannot be read: {error.strerror}", "check the file's name"
        ) from None
    for name, module in IMPORTERS.items():
        if is_folder and name not in FOLDERS:
            continue
        found = cast("Importer", import_module(module))
        if found.recognises(path, head):
            return name, found
    raise CrmauditError(
        f"{path.name} is of no format that can be read",
        "bring an evidence bundle (.zip), a spreadsheet (.xlsx, .ods, .csv), an interview's form "
        "(.docx), an ArchiMate Open Exchange File (.xml), Backstage or data contract YAML, or "
        "code.gov JSON",
    )


def _names() -> str:
    return ", ".join(("evidence", *EXPORTERS))
