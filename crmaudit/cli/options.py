"""Options that mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmaudit.cli.view import Format

if TYPE_CHECKING:
    from crmaudit.audit import Audit

Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        help="The audit folder, or one inside it.",
        show_default="the nearest audit.yaml upwards",
        file_okay=False,
    ),
]
Shape = Annotated[Format, typer.Option("--format", help="How to show it.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file instead of the terminal.")
]
HERE = Path()


def audit(workspace: Path) -> Audit:
    """The audit of a workspace, its warnings shown once."""
    from crmaudit.audit import Audit
    from crmaudit.cli.terminal import print_warnings

    found = Audit(workspace)
    print_warnings(found.workspace.warnings)
    return found
