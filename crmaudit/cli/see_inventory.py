"""`inventory`: the systems, the whole dossier of one, and what if one were retired."""

from __future__ import annotations

from crmaudit.cli.inventory_list import OPTIONS, list_
from crmaudit.cli.inventory_retire import retire_systems
from crmaudit.cli.inventory_show import show_system
from crmaudit.cli.options import group
from crmaudit.cli.see_extraction import extraction

app = group(
    "inventory",
    "Systems: dossiers, owners, cost, lifecycle, skills.",
    bare="list",
    options=OPTIONS,
)
app.command("list")(list_)
app.command("show")(show_system)
app.command("extraction")(extraction)
app.command("retire")(retire_systems)
