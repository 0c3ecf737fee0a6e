"""`governance`: user types, access, dysfunctions, interviews, maintenance, KPIs."""

from __future__ import annotations

from crmaudit.cli import (
    see_access,
    see_adoption,
    see_attitudes,
    see_dysfunctions,
    see_interviews,
    see_kpis,
    see_loss,
    see_maintenance,
    see_maturity,
    see_users,
)
from crmaudit.cli.options import group

app = group("governance", "People: who uses it, who may what, what they say.", bare="users")

see_users.register(app)
see_access.register(app)
see_loss.register(app)
see_adoption.register(app)
see_dysfunctions.register(app)
see_attitudes.register(app)
see_interviews.register(app)
see_maintenance.register(app)
see_kpis.register(app)
see_maturity.register(app)
