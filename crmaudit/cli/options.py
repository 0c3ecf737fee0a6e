"""Options that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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


def group(name: str, about: str, bare: str) -> typer.Typer:
    """A group of views that share their options; without a command it shows `bare`.

    The options may stand before the command or after it.
    """
    app = typer.Typer(name=name, help=f"{about} Without a command: {bare}.")

    @app.callback(invoke_without_command=True)
    def _shared(
        context: typer.Context,
        workspace: Workspace = HERE,
        format_: Shape = Format.table,
        output: Output = None,
    ) -> None:
        given: dict[str, Any] = {"workspace": workspace, "format_": format_, "output": output}
        if context.invoked_subcommand is not None:
            context.default_map = {context.invoked_subcommand: given}
            return
        views: dict[str | None, Callable[..., Any] | None] = {
            c.name or (c.callback.__name__ if c.callback else None): c.callback
            for c in app.registered_commands
        }
        view = views[bare]
        assert view is not None
        view(**given)

    return app
