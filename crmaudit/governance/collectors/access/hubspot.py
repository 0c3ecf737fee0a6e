"""HubSpot: an export names accounts, roles and teams; what they may do stands in the settings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.model import Group, Read, Role, Told
from crmaudit.governance.collectors.access.tables import Tables


class _HubSpot:
    product = "hubspot"
    rule = (
        "Rights of an account stand in HubSpot's settings: own records, those of the team, or all."
    )
    reads: tuple[Read, ...] = (
        ("users", ("id", "role_id", "primary_team_id")),
        ("role", ("id", "name")),
        ("team", ("id", "name")),
        ("team_user", ("team_id", "user_id")),
    )

    def read(self, db: Tables) -> Told:
        roles: dict[str, str] = {}
        teams: dict[str, set[str]] = defaultdict(set)
        for user, role, team in db.rows("users", "id", "role_id", "primary_team_id"):
            if user and role:
                roles[user] = role
            if user and team:
                teams[user].add(team)
        for team, user in db.rows("team_user", "team_id", "user_id"):
            if user and team:
                teams[user].add(team)
        return Told(
            accounts=[
                replace(
                    a,
                    roles=(roles[a.key],) if a.key in roles else (),
                    teams=tuple(sorted(teams.get(a.key, ()))),
                )
                for a in accounts(db)
            ],
            roles=[Role(r, n or "", own=None) for r, n in db.rows("role", "id", "name") if r],
            teams=[Group(t, n or "") for t, n in db.rows("team", "id", "name") if t],
            accounts_read=db.parts.users is not None,
            cannot=(
                "HubSpot's exports have no rights: they stand in its settings"
                if db.parts.users is not None
                else "HubSpot's accounts are not among these files: the list of users is an export "
                "of its own, and rights stand in the settings"
            ),
        )


reader = _HubSpot()
