"""What `check --overdue` shows: what was promised and is late, by owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from crmaudit.cli.terminal import count, mark
from crmaudit.cli.view import Column, View, dash, said_once

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.engine import Finding, Judgement


def overdue_view(found: Audit, judgement: Judgement) -> tuple[View, Iterable[Finding]]:
    """What was promised and is late by owner, and waivers that ran out; and their findings."""
    from crmaudit.remembered import lapsed, promises
    from crmaudit.remembered.promises import by_owner

    late, ended = promises(judgement), lapsed(judgement)
    rows: list[dict[str, Any]] = []
    for owner, mine in by_owner(late).items():
        rows += [_late_row(found, p.finding, owner, p.due, p.days, "overdue") for p in mine]
    day = judgement.as_of
    for f in ended:
        assert f.response is not None
        expired = f.response.expires
        days = (day - expired).days if day and expired else None
        rows.append(_late_row(found, f, f.response.owner or "", expired, days, "waiver ran out"))
    owners = len(by_owner(late))
    told = count(len(late), "answer") + " overdue"
    if late:
        told += f" by {count(owners, 'owner')}"
    if ended:
        told += f"; {count(len(ended), 'waiver')} ran out"
    view = View(
        kind="overdue",
        headline=f"{found.workspace.organisation.name}: {told}"
        + (f" · as of {day}" if day else ""),
        columns=[
            Column("name", "Who", dash, flex=True, least=16),
            Column("due", "Due", dash),
            Column("days", "Days", dash, right=True),
            Column("severity", "", mark, rank=1),
            Column("code", "Code"),
            Column("message", "Finding", flex=True),
        ],
        rows=rows,
        drawn=said_once(rows, "name"),
        notes=[]
        if day
        else ["The day the audit speaks of is not known: as_of: in audit.yaml says it."],
        hint="answer in responses.yaml: a new due day with its reason, or mend it"
        if rows
        else "crmaudit check",
    )
    return view, {id(f): f for f in (*(p.finding for p in late), *ended)}.values()


def _late_row(
    found: Audit, f: Finding, owner: str, due: date | None, days: int | None, state: str
) -> dict[str, Any]:
    return {
        "owner": owner or None,
        "name": found.workspace.person_name(owner) if owner else "nobody named",
        "state": state,
        "due": due,
        "days": days,
        "severity": f.severity,
        "code": f.code,
        "subject": f.subject,
        "message": f.message,
    }
