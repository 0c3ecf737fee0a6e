"""The audit folder: what people declare, read with file:line errors.

`load` reads a workspace, `init` scaffolds one, `propose` drafts its content
from a database's catalog, `schemas` describes its files to editors. What
changes a workspace goes by a `changes.Draft`: `renaming`, `adding`, `merging`.
"""

from crmaudit.workspace.files import FOLDERS, MARKER, SINGLE
from crmaudit.workspace.loading import load, load_entities, load_maps
from crmaudit.workspace.proposal import Proposal, propose
from crmaudit.workspace.scaffold import init, without_secret
from crmaudit.workspace.schema import schemas, write_schemas
from crmaudit.workspace.workspace import Workspace, find_root

__all__ = [
    "FOLDERS",
    "MARKER",
    "SINGLE",
    "Proposal",
    "Workspace",
    "find_root",
    "init",
    "load",
    "load_entities",
    "load_maps",
    "propose",
    "schemas",
    "without_secret",
    "write_schemas",
]
