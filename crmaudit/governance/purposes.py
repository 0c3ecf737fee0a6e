"""What a CRM is for, and where each chain of steps breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from crmaudit.messages import joined, msg
from crmaudit.workspace.landscape import Process, Step

PURPOSES: tuple[Literal["lead tracking", "activity tracking", "campaign tracking"], ...] = (
    "lead tracking",
    "activity tracking",
    "campaign tracking",
)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a process's chain breaks: `step` is the step's number from 0."""

    process: str
    step: int
    reason: str


def breaks(
    process: Process, connected: Callable[[str, str], bool], names: Mapping[str, str]
) -> tuple[Break, ...]:
    """Steps that no system supports or records, and hand-overs that no feed carries.

    `connected(a, b)` says whether data declared to flow from system a reach b;
    `names` has the systems' names by id.
    """
    found: list[Break] = []
    before: Step | None = None
    for i, step in enumerate(process.steps):
        if not step.systems:
            found.append(Break(process.id, i, msg("no system supports this step")))
        elif step.recorded is False:
            found.append(Break(process.id, i, msg("the outcome is not recorded")))
        elif before is not None and before.systems:
            shared = set(step.systems) & set(before.systems)
            linked = shared or any(connected(a, b) for a in before.systems for b in step.systems)
            if not linked:
                source, target = (
                    joined(", ", (names.get(s, s) for s in x.systems)) for x in (before, step)
                )
                found.append(
                    Break(
                        process.id,
                        i,
                        msg(
                            "no feed leads from {source} to {target}", source=source, target=target
                        ),
                    )
                )
        before = step
    return tuple(found)
