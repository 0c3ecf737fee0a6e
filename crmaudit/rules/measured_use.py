"""What rules about the measured use of the CRM and about losses share."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts, NotAssessed
from crmaudit.governance.loss import Losses
from crmaudit.governance.usage import WINDOW_DAYS, Usage
from crmaudit.messages import msg
from crmaudit.workspace.dossier import System

_COLLECT = "crmaudit collect --only access,recording"


def need_usage(facts: Facts, days: int = WINDOW_DAYS) -> Usage:
    """What the CRM's accounts did. Raises NotAssessed where its evidence cannot tell.

    `days` is how far back the newest trace of work may lie, 0: however far.
    """
    use = facts.governance.crm_usage(facts.day)
    if use is None or use.recording is None:
        raise NotAssessed(msg("nobody read who records in the CRM, and when"), needs=_COLLECT)
    why = use.cannot(days) if days or use.newest is None else ""
    if why:
        raise NotAssessed(why, needs=_COLLECT)
    return use


def losses(facts: Facts) -> Iterator[tuple[System, Losses]]:
    """Systems in use whose traces of changes were read.

    Raises NotAssessed where there is none.
    """
    room = facts.governance
    found = [(s, room.changes[s.id]) for s in room.maintained if s.id in room.changes]
    if not found:
        raise NotAssessed(
            msg("no system's history of changes was read"),
            needs=msg("crmaudit collect --only changes"),
        )
    yield from found
