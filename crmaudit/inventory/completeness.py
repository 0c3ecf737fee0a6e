"""Which of the nine facts of a dossier are there, how much of them, and whom to ask for the rest.

    score = Σ weight · credit ÷ Σ weight, over the facts that are wanted

The nine facts are field practice; weights and partial credit are an own
proposal (docs/method.md, "Facts of a system"). No fact is so mandatory that
its absence sets the score to 0, as in some tools: every dossier without an
owner would then look alike, and no progress would show before the last answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.inventory.asking import Asked, Contact, Directory
from crmaudit.inventory.cost import RUNNING, newest_year, undeclared
from crmaudit.messages import joined, msg
from crmaudit.workspace.dossier import System
from crmaudit.workspace.weights import DEFAULTS

State = Literal["given", "missing", "blank"]


@dataclass(frozen=True, slots=True)
class Lack:
    """Exactly what is missing, in words; `key` is its place, `contact` whom to ask."""

    fact: str
    what: str
    key: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the nine facts.

    `short` names it in a list and among the weights, `key` is its place in the
    dossier, `ask` says who should know and `contact` who that is. `credit` is
    the share of its parts that are known, 0 to 1; a fact may count as given
    and still lack parts. One left blank on purpose has a `reason` and no credit.
    """

    name: str
    short: str
    key: str
    ask: Asked
    state: State
    reason: str = ""
    """Why it was left blank on purpose."""
    weight: float = 1.0
    credit: float = 0.0
    lacks: tuple[Lack, ...] = ()
    contact: Contact | None = None


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
        """Facts given ÷ facts wanted, 0 to 1; 1 where nothing is wanted."""
        return self.given / self.wanted if self.wanted else 1.0

    @property
    def score(self) -> float:
        """Weighted, with partial credit, 0 to 1; 1 where nothing is wanted."""
        return pooled_score([self])

    @property
    def missing(self) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if f.state == "missing")

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """All that is missing, parts of given facts included."""
        return tuple(lack for f in self.facts for lack in f.lacks)


def pooled_score(dossiers: Iterable[Completeness]) -> float:
    """The score over several dossiers, each weighing what is wanted of it; 1 for nothing."""
    wanted = [f for d in dossiers for f in d.facts if f.state != "blank"]
    weight = sum(f.weight for f in wanted)
    return sum(f.weight * f.credit for f in wanted) / weight if weight else 1.0


def left_blank(system: System, key: str) -> bool:
    """Whether a fact, or what it is a part of, was left blank on purpose."""
    return bool(_reason(system, key))


def _reason(system: System, key: str) -> str:
    if not system.blank:
        return ""
    parts = key.split(".")
    wider = (joined(".", parts[:n]) for n in range(len(parts), 0, -1))
    return next((system.blank[k] for k in wider if k in system.blank), "")


# Fact, in short, key in the dossier, whom to ask.
_NINE: tuple[tuple[str, str, str, Asked], ...] = (
    ("software name", "name", "name", "architect"),
    ("vendor", "vendor", "vendor", "IT owner"),
    ("IT owner", "IT owner", "owners.it", "architect"),
    ("business owner", "business owner", "owners.business", "architect"),
    ("description", "description", "description", "business owner"),
    ("system and database documentation", "documentation", "documentation", "IT owner"),
    ("perceived data quality", "perceived quality", "perceived_quality", "business owner"),
    ("cost of maintenance", "cost", "costs", "IT owner"),
    ("skill levels of production support", "support skills", "support.skills", "IT owner"),
)
NINE = tuple(name for name, *_ in _NINE)


def completeness(
    system: System,
    day: date | None = None,
    weights: Mapping[str, float] = DEFAULTS["completeness"],
    directory: Directory | None = None,
) -> Completeness:
    """The nine facts of a dossier, in the order in which they are gathered.

    `day` decides which year's cost is the newest, `weights` are by a fact's
    short name, `directory` knows whom to ask.
    """
    book = directory or Directory()
    facts = []
    for name, short, key, ask in _NINE:
        parts = _parts(system, key, short, day)
        contact, reason = book.contact(system, ask), _reason(system, key)
        state: State = "missing"
        lacking = tuple(Lack(name, p.what, p.key, contact) for p in parts if not p.known)
        if _given(system, key, parts):
            state = "given"
        elif reason or not parts:
            state, lacking = "blank", ()
        credit = sum(p.known for p in parts) / len(parts) if parts and state != "blank" else 0.0
        blank = reason if parts else _reason(system, f"{key}.system")
        facts.append(
            Fact(name, short, key, ask, state, blank, weights[short], credit, lacking, contact)
        )
    return Completeness(system.id, tuple(facts))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a fact: what is said where it is missing, and where it would stand."""

    known: bool
    what: str
    key: str


def _parts(system: System, key: str, short: str, day: date | None) -> tuple[_Part, ...]:
    """The parts of a fact that are wanted; a plain fact is its own only part."""
    if key == "documentation":
        return tuple(_documentation(system))
    if key == "costs":
        return tuple(_costs(system, day))
    if key == "support.skills":
        return tuple(_skills(system, key))
    value: object = system
    for step in key.split("."):
        value = getattr(value, step)
    return (_Part(bool(value), msg("{short}: nothing said", short=msg(short)), key),)


def _given(system: System, key: str, parts: tuple[_Part, ...]) -> bool:
    """Whether the fact counts among the nine as there."""
    if key == "costs":
        return bool(system.costs)
    if key == "support.skills":
        skills = system.support.skills
        return bool(skills) and all(s.held for s in skills or ())
    return bool(parts) and all(p.known for p in parts)


def _documentation(system: System) -> Iterator[_Part]:
    for part in ("system", "database"):
        if not left_blank(system, f"documentation.{part}"):
            document = getattr(system.documentation, part)
            # "none" is a fact too: somebody looked and there is no documentation.
            known = document is not None and document.exists is not None
            yield _Part(
                known, msg("{part} documentation: nothing said", part=part), f"documentation.{part}"
            )


def _costs(system: System, day: date | None) -> Iterator[_Part]:
    year = newest_year(system, day)
    if year is None:
        yield _Part(False, msg("cost: of no year"), "costs")
        return
    lacking = undeclared(system, year)
    for kind in RUNNING:
        yield _Part(
            kind not in lacking,
            msg("{kind} cost of {year}: nothing said", kind=kind, year=year),
            "costs",
        )


def _skills(system: System, key: str) -> Iterator[_Part]:
    if not system.support.skills:
        yield _Part(False, msg("support skills: none listed"), key)
    for skill in system.support.skills or ():
        yield _Part(bool(skill.held), msg("skill {skill}: nobody named", skill=skill.skill), key)
        yield _Part(
            skill.needed is not None,
            msg("skill {skill}: level needed not said", skill=skill.skill),
            key,
        )
