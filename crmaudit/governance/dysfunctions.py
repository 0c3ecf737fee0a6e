"""What does not work: its rate over the process steps, and double work for want of a feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crmaudit.governance.rate import Rate
from crmaudit.workspace.dossier import Kind, System
from crmaudit.workspace.landscape import Process
from crmaudit.workspace.registers import Dysfunction, Reason

Place = tuple[str, str, str]

KINDS_OF: Mapping[str, tuple[Kind, ...]] = {
    "calendar": ("calendar",),
    "address book": ("address book", "email"),
    "newsletter": ("newsletter",),
    "e-mail": ("email",),
    "forms": ("forms",),
    "website": ("website", "shop"),
    "spreadsheet": ("spreadsheet",),
}
"""Kinds of system that hold what is recorded a second time."""


def places(processes: Iterable[Process]) -> frozenset[Place]:
    """Every process step × system: where a dysfunction can occur."""
    return frozenset(
        (p.id, step.id or step.name, system)
        for p in processes
        for step in p.steps
        for system in step.systems
    )


def where(dysfunction: Dysfunction, among: Iterable[Place]) -> frozenset[Place]:
    """The places that a dysfunction strikes; none where it names neither process nor system."""
    if dysfunction.process is None and not dysfunction.systems:
        return frozenset()
    return frozenset(
        (process, step, system)
        for process, step, system in among
        if dysfunction.process in (None, process)
        and dysfunction.step in (None, step)
        and (not dysfunction.systems or system in dysfunction.systems)
    )


def rate(dysfunctions: Iterable[Dysfunction], processes: Iterable[Process]) -> Rate | None:
    """Places struck over all places; None where no process step names a system.

    An accepted dysfunction still strikes, a solved one does not.
    """
    everywhere = places(processes)
    if not everywhere:
        return None
    struck: set[Place] = set()
    for dysfunction in dysfunctions:
        if dysfunction.status != "solved":
            struck |= where(dysfunction, everywhere)
    return Rate(len(struck), len(everywhere))


def placed(dysfunctions: Iterable[Dysfunction]) -> bool:
    """Whether every dysfunction that still strikes names its step: else the rate is at most so."""
    return all(d.step is not None for d in dysfunctions if d.status != "solved")


_KINDS_OF_REASON: Mapping[Reason, tuple[str, ...]] = {
    "double work": ("double work", "integration"),
    "takes too long": ("slow to record", "double work"),
    "hard to navigate": ("hard to navigate", "training"),
    "afraid": ("training", "not used"),
    "does not know it must": ("not used", "training"),
}


def answers(dysfunction: Dysfunction, reason: Reason) -> bool:
    """Whether a dysfunction on the register, solved ones left out, is of the kind of a reason.

    What sees only failures or is another reason is answered by any.
    """
    if dysfunction.status == "solved":
        return False
    kinds = _KINDS_OF_REASON.get(reason)
    doubled = reason == "double work" and bool(dysfunction.duplicates_with)
    return kinds is None or dysfunction.kind in kinds or doubled


@dataclass(frozen=True, slots=True)
class DoubleWork:
    """Work done twice because two systems are not joined.

    `others` are systems of the kind that no feed joins to `systems`; empty
    where none of that kind is in scope. `known` is False where no dossier
    concerned says anything about its feeds.
    """

    dysfunction: Dysfunction
    twin: str
    systems: tuple[str, ...]
    others: tuple[str, ...]
    joined: bool
    known: bool


def double_work(
    dysfunctions: Iterable[Dysfunction],
    systems: Iterable[System],
    crm: System | None,
    connected: Callable[[str, str], bool],
) -> tuple[DoubleWork, ...]:
    """Every pair of a dysfunction that still exists and a thing it duplicates with."""
    known = {s.id: s for s in systems}
    found = []
    for d in dysfunctions:
        if d.status == "solved":
            continue
        mine = d.systems or ((crm.id,) if crm else ())
        for twin in d.duplicates_with:
            kinds = KINDS_OF[twin]
            twins = [s.id for s in known.values() if s.kind in kinds]
            # A dysfunction may name both ends itself.
            near = [m for m in mine if m not in twins] or list(mine)
            apart = tuple(
                t
                for t in twins
                if t not in near and not any(connected(m, t) or connected(t, m) for m in near)
            )
            said = any(s in known and known[s].feeds is not None for s in (*near, *twins))
            found.append(DoubleWork(d, twin, tuple(near), apart, bool(twins) and not apart, said))
    return tuple(found)
