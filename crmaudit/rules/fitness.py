"""What the rules on TIME share: its axes as measurements, and systems that it cannot place."""

from __future__ import annotations

from crmaudit.inventory.fit import Fit
from crmaudit.messages import msg
from crmaudit.rules.base import Measurement, NotAssessed
from crmaudit.workspace.dossier import System


def unclassified(system: System, fit: Fit) -> NotAssessed | None:
    """Why the system has no place on TIME; None where it has one, or one that is withheld."""
    if fit.quadrant is not None or fit.withheld:
        return None
    reason = msg("{system} is not classified: {reason}", system=system.name, reason=fit.reason)
    return NotAssessed(reason, msg("fitness: in its dossier"), f"system:{system.id}")


def axes(fit: Fit) -> tuple[Measurement, ...]:
    """The scores of both axes, 1 to 10, as far as they are known."""
    both = ((msg("functional fit"), fit.functional), (msg("technical fit"), fit.technical))
    return tuple(
        Measurement(name, round(axis.score, 1), "of 10")
        for name, axis in both
        if axis.score is not None
    )
