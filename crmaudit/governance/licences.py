"""Licences that the organisation may give out."""

from __future__ import annotations

from crmaudit.workspace.dossier import System


def named(system: System) -> int | None:
    """Named licences that the organisation may give out; None where it is not declared."""
    counts = [x.entitled for x in system.licences or () if x.type == "named"]
    known = [c for c in counts if c is not None]
    if system.licences is None or len(known) < len(counts):
        return None
    return sum(known)
