"""The views: `inventory`, `crud`, `quality`, `governance`. They read evidence, never a database."""

from __future__ import annotations

import typer

from crmaudit.cli import keep_inventory, see_crud, see_governance, see_quality


def register(app: typer.Typer) -> None:
    for module in (keep_inventory, see_crud, see_quality, see_governance):
        app.add_typer(module.app)
