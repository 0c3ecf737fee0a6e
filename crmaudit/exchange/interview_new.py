"""A new interview: its file in the workspace, the guide and the form, all three or none."""

from __future__ import annotations

import os
from collections.abc import Sequence

from crmaudit.errors import CrmauditError
from crmaudit.exchange.interview_form import document
from crmaudit.exchange.interview_guide import markdown, skeleton
from crmaudit.exchange.interview_plan import Plan, plan
from crmaudit.workspace import Workspace
from crmaudit.workspace.changes import Changes, FileChange
from crmaudit.workspace.journal import Write, commit


def prepare(
    workspace: Workspace, group: str, unit: str = "", processes: Sequence[str] = ()
) -> tuple[Plan, tuple[str, ...]]:
    """Write `interviews/GROUP` as .yaml, .md and .docx; answers the plan and the files' names.

    Raises CrmauditError where one of them is there, or a name is not known:
    nothing is written then.
    """
    planned = plan(workspace, group, unit, processes)
    stem = planned.file.removesuffix(".yaml")
    text = skeleton(planned)
    contents = {
        planned.file: text.encode(),
        f"{stem}.md": markdown(planned).encode(),
        f"{stem}.docx": document(planned),
    }
    for name in contents:
        if os.path.lexists(workspace.root / name):
            raise CrmauditError(
                f"{name} is there already; nothing was written",
                "choose another name for the group, or take the file away",
            )
    Changes(workspace.root, (FileChange(planned.file, None, text),)).check()
    commit(workspace.root, (Write(name, None, new) for name, new in contents.items()))
    return planned, tuple(contents)
