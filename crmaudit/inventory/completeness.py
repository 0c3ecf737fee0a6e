"""Which of the nine facts of a dossier are there, and whom to ask for the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crmaudit.workspace.dossier import System

State = Literal["given", "missing", "blank"]
Asked = Literal["business owner", "IT owner", "architect"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the nine facts.

    `short` names it in a list, `key` is its place in the dossier, `ask` says who should know.
    """

    name: str
    short: str
    key: str
    ask: Asked
    state: State
    reason: str = ""
    """Why it was left blank on purpose."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The nine facts of one system.

    The share counts given facts over facts that are wanted: one left blank
    on purpose, with a reason, is not wanted, yet stays in `facts`.
    """

    system: str
    facts: tuple[Fact, ...]

    @property
    def given(self) -> int:
        return sum(f.state == "given" for f in self.facts)

    @property
    def wanted(self) -> int:
        return sum(f.state != "blank" for f in self.facts)

    @property
    def share(self) -> float:
        """0 to 1; 1 where nothing is wanted."""
        return self.given / self.wanted if self.wanted else 1.0

    @property
    def missing(self) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if f.state == "missing")


def left_blank(system: System, key: str) -> bool:
    """Whether a fact, or what it is a part of, was left blank on purpose."""
    return bool(_reason(system, key))


def _reason(system: System, key: str) -> str:
    parts = key.split(".")
    wider = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((system.blank[k] for k in wider if k in system.blank), "")


def _documented(system: System) -> bool:
    parts = (system.documentation.system, system.documentation.database)
    # "none" is a fact too: somebody looked and there is no documentation.
    return all(p is not None and p.exists is not None for p in parts)


def _skilled(system: System) -> bool:
    skills = system.support.skills
    return bool(skills) and all(s.held for s in skills or ())


# Fact, in short, key in the dossier, whom to ask, how to tell that it is there.
_NINE: tuple[tuple[str, str, str, Asked, Callable[[System], bool]], ...] = (
    ("software name", "name", "name", "architect", lambda s: bool(s.name)),
    ("vendor", "vendor", "vendor", "IT owner", lambda s: bool(s.vendor)),
    ("IT owner", "IT owner", "owners.it", "architect", lambda s: bool(s.owners.it)),
    (
        "business owner",
        "business owner",
        "owners.business",
        "architect",
        lambda s: bool(s.owners.business),
    ),
    ("description", "description", "description", "business owner", lambda s: bool(s.description)),
    (
        "system and database documentation",
        "documentation",
        "documentation",
        "IT owner",
        _documented,
    ),
    (
        "perceived data quality",
        "perceived quality",
        "perceived_quality",
        "business owner",
        lambda s: bool(s.perceived_quality),
    ),
    ("cost of maintenance", "cost", "costs", "IT owner", lambda s: bool(s.costs)),
    (
        "skill levels of production support",
        "support skills",
        "support.skills",
        "IT owner",
        _skilled,
    ),
)
NINE = tuple(name for name, *_ in _NINE)


def completeness(system: System) -> Completeness:
    """The nine facts of a dossier, in the order in which they are gathered."""
    facts = []
    for name, short, key, ask, given in _NINE:
        reason = _reason(system, key)
        state: State = "given" if given(system) else "blank" if reason else "missing"
        facts.append(Fact(name, short, key, ask, state, reason))
    return Completeness(system.id, tuple(facts))
