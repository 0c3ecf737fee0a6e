"""The audit folder: what people declare, read with file:line errors."""

from crmaudit.workspace.workspace import FOLDERS, SINGLE, Workspace, find_root, load

__all__ = ["FOLDERS", "SINGLE", "Workspace", "find_root", "load"]
