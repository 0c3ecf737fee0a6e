"""What became of the plan between two audits, as steps of initiatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crmaudit.strategy.progress import compare_plans

_AGREED = ("approved", "running")

Course = Literal["new", "done", "started", "dropped", "put off", "brought forward", "grown", "gone"]


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one initiative; `days` by which its end moved, `effort` before and after."""

    course: Course
    id: str
    title: str
    owner: str = ""
    days: int = 0
    effort: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PlanChange:
    """Steps of the plan; `known` is False where one of the two audits kept no plan."""

    steps: tuple[Step, ...] = ()
    known: bool = True

    def of(self, *courses: Course) -> tuple[Step, ...]:
        return tuple(s for s in self.steps if s.course in courses)


def plan_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> PlanChange:
    """Initiatives that came, ended, moved or grew, by id, as `plan_summary` kept them.

    An end counts as moved only where the work was agreed to: the days of a
    mere proposal are no promise.
    """
    if not all(plan and "initiatives" in plan for plan in (before, after)):
        return PlanChange(known=False)
    found = compare_plans(before, after)
    if found is None or before is None or after is None:
        return PlanChange(known=False)
    old, new = ({i["id"]: i for i in plan.get("initiatives", ())} for plan in (before, after))
    return PlanChange(tuple(_steps(found, old, new)))


def _steps(found: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Step]:
    def step(course: Course, id_: str, title: str, **more: Any) -> Step:
        return Step(course, id_, title, str((new.get(id_) or old[id_]).get("owner") or ""), **more)

    given_up = [i for i, x in new.items() if x["status"] == "dropped"]
    yield from (step("done", *pair) for pair in found.done.items())
    yield from (step("started", *pair) for pair in found.started.items())
    for id_ in given_up:
        if id_ in old and old[id_]["status"] != "dropped":
            yield step("dropped", id_, new[id_]["title"])
    yield from (step("new", i, t) for i, t in found.new.items() if i not in given_up)
    for slip in found.slipped:
        if old[slip.id]["status"] in _AGREED:
            course: Course = "put off" if slip.days > 0 else "brought forward"
            yield step(course, slip.id, slip.title, days=slip.days)
    for grown in found.grown:
        if grown.after > grown.before and grown.id not in found.done:
            yield step("grown", grown.id, grown.title, effort=(grown.before, grown.after))
    yield from (step("gone", *pair) for pair in found.gone.items())
