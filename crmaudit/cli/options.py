"""Options that mean the same everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli import garbage
from crmaudit.cli.view import Format
from crmaudit.errors import CrmauditError

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
    garbage.read()
    return found


def group(
    name: str, about: str, bare: str, options: Mapping[str, Any] | None = None
) -> typer.Typer:
    """A group of views that share their options; without a command it shows `bare`.

    The options may stand before the command or after it. `options` are further
    ones of the view `bare`, name → annotation; without a value they are "".
    """
    app = typer.Typer(name=name, help=f"{about} Without a command: {bare}.")
    own = dict(options or {})

    def shared(context: typer.Context, **given: Any) -> None:
        inner = context.invoked_subcommand
        if inner is None:
            views = {
                c.name or c.callback.__name__: c.callback
                for c in app.registered_commands
                if c.callback
            }
            views[bare](**given)
            return
        group: Any = context.command
        known = {p.name for p in group.get_command(context, inner).params}
        for option in own:
            if given[option] and option not in known:
                raise CrmauditError(f"`{name} {inner}` has no option --{option}")
        context.default_map = {inner: given}

    parameters = {
        "context": (typer.Context, inspect.Parameter.empty),
        **{option: (annotation, "") for option, annotation in own.items()},
        "workspace": (Workspace, HERE),
        "format_": (Shape, Format.table),
        "output": (Output, None),
    }
    # Typer reads a function's parameters off its signature.
    shared.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=a, default=d)
            for n, (a, d) in parameters.items()
        ]
    )
    shared.__annotations__ = {n: a for n, (a, _) in parameters.items()}
    app.callback(invoke_without_command=True)(shared)
    return app
