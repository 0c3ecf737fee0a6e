"""A plan as plain values to be remembered, and two of them compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmaudit.strategy.initiatives import CLOSED
from crmaudit.strategy.overrides import Closed
from crmaudit.strategy.plan import Plan


@dataclass(frozen=True, slots=True)
class Slip:
    """An initiative whose end moved; `days` is negative where it is done earlier."""

    id: str
    title: str
    before: date
    after: date

    @property
    def days(self) -> int:
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Grown:
    """An initiative whose effort changed, in days at the middle of its range."""

    id: str
    title: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a plan: titles by id, in the order of the plan that has them.

    `done`: said to be done since. `gone`: not done, and nothing asks for it
    any more. `slipped` have an end in both, at least a week apart; `grown`
    have an effort at least a tenth larger, or smaller. What was done or dropped and asked for by
    nothing before the earlier plan was kept is in none of them.
    """

    new: Mapping[str, str]
    done: Mapping[str, str]
    gone: Mapping[str, str]
    started: Mapping[str, str]
    slipped: tuple[Slip, ...]
    grown: tuple[Grown, ...]
    same: int


def plan_summary(plan: Plan) -> dict[str, Any]:
    """What a later audit compares: bounded, plain values, no person but the officer who leads."""
    return {
        "initiatives": [
            {
                "id": i.id,
                "title": str(i.title),
                "status": i.status,
                "phase": i.phase,
                "effort": [round(i.effort[0], 2), round(i.effort[1], 2)],
                "start": i.start.isoformat() if i.start else None,
                "end": i.end.isoformat() if i.end else None,
                "owner": i.owner,
            }
            for i in (*plan.initiatives, *plan.dropped)
        ]
        + [_ended(c) for c in plan.closed]
    }


def _ended(c: Closed) -> dict[str, Any]:
    """Done or dropped, and asked for by nothing any more: as it was, but for its status."""
    blank = {"phase": 1, "effort": [0, 0], "start": None, "end": None, "owner": None}
    return {**blank, **c.was, "id": c.id, "title": str(c.title), "status": c.status, "asked": False}


def compare_plans(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Progress | None:
    """What became of the earlier plan; None where one of the two was not remembered."""
    if not before or not after:
        return None
    old = {i["id"]: i for i in before.get("initiatives", ())}
    new = {i["id"]: i for i in after.get("initiatives", ())}
    both = [(old[i], new[i]) for i in new if i in old]
    slips, grown = [], []
    for a, b in both:
        if a.get("end") and b.get("end") and b["status"] not in CLOSED:
            slip = Slip(
                b["id"], b["title"], date.fromisoformat(a["end"]), date.fromisoformat(b["end"])
            )
            if abs(slip.days) >= 7:
                slips.append(slip)
        was, now = (sum(x["effort"]) / 2 for x in (a, b))
        if was and abs(now - was) >= 0.1 * was:
            grown.append(Grown(b["id"], b["title"], was, now))
    done = {b["id"]: b["title"] for a, b in both if b["status"] == "done" != a["status"]}
    begun = {b["id"]: b["title"] for a, b in both if b["status"] == "running" != a["status"]}
    moved = {*done, *begun, *(s.id for s in slips), *(g.id for g in grown)}
    return Progress(
        new={i: x["title"] for i, x in new.items() if i not in old and x.get("asked", True)},
        done=done,
        gone={i: x["title"] for i, x in old.items() if i not in new and x["status"] not in CLOSED},
        started=begun,
        slipped=tuple(slips),
        grown=tuple(grown),
        same=len(both) - len(moved),
    )
