"""`quality`: measured scores, and every measured thing down to its evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from crmaudit.cli import see_entities, see_keys, see_matches, see_suggest
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.view import Format, show

By = Annotated[str, typer.Option(help="entity, table or system", show_default="entity")]

app = group(
    "quality", "Measured data quality: scores with their counts.", bare="scores", options={"by": By}
)


@app.command()
def scores(
    by: By = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Scorecards by entity, table or system, the worst first."""
    from crmaudit.cli.quality_scores import scores_view

    show(scores_view(audit(workspace), by or "entity"), format_, output)


@app.command("show")
def show_thing(
    path: Annotated[
        str,
        typer.Argument(
            help="ENTITY, SYSTEM, SYSTEM.ENTITY, SYSTEM.ENTITY.ATTRIBUTE, SYSTEM.TABLE or "
            "SYSTEM.TABLE.COLUMN, in any spelling."
        ),
    ],
    reveal: Annotated[
        bool,
        typer.Option(
            "--reveal",
            help="Read a column of CRM accounts again and show who stands behind the "
            "pseudonyms; on a terminal only, and recorded.",
        ),
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """An entity, system, table or column: meaning, spread, faults, references, scores, evidence."""
    from crmaudit.cli.quality_find import find
    from crmaudit.cli.quality_show import view

    found = audit(workspace)
    thing = find(found, path)
    if reveal:
        from crmaudit.cli.quality_reveal import show_accounts

        show_accounts(found, thing, format_, output)
        return
    show(view(found, thing), format_, output)


see_entities.register(app)
see_keys.register(app)
see_matches.register(app)
see_suggest.register(app)
