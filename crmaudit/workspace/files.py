"""Which files a workspace has, and which model reads each."""

from __future__ import annotations

from pydantic import BaseModel

from crmaudit.workspace.answers import Expectations, Matches, PlanFile, Responses, ThemeFile
from crmaudit.workspace.audit_file import AuditFile, Brief
from crmaudit.workspace.dossier import System
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.kpis import Kpis
from crmaudit.workspace.landscape import Entities, Map, Needs, Processes
from crmaudit.workspace.people import People
from crmaudit.workspace.registers import Registers

MARKER = "audit.yaml"
"""The file that makes a folder a workspace."""

SINGLE: dict[str, type[BaseModel]] = {
    "audit.yaml": AuditFile,
    "brief.yaml": Brief,
    "entities.yaml": Entities,
    "processes.yaml": Processes,
    "people.yaml": People,
    "needs.yaml": Needs,
    "expectations.yaml": Expectations,
    "matches.yaml": Matches,
    "registers.yaml": Registers,
    "kpis.yaml": Kpis,
    "responses.yaml": Responses,
    "plan.yaml": PlanFile,
    "theme.yaml": ThemeFile,
}
"""One file each, at the top of the workspace."""

FOLDERS: dict[str, type[BaseModel]] = {"systems": System, "maps": Map, "interviews": Interview}
"""One file an item, in a folder."""

OTHER_FOLDERS = ("data", "sections", "reports", "imports")
"""Folders of a workspace that hold no YAML of these models."""


def model_of(name: str) -> type[BaseModel]:
    """The model of a file, named relative to the workspace."""
    return SINGLE.get(name) or FOLDERS[name.split("/", 1)[0]]
