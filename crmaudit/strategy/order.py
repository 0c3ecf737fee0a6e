"""In which order to extract: what answers most of the questions for the least effort comes first.

    value(question) = priority · frequency · openness
    next = the question with the most value that becomes answerable ÷ days that it adds

Questions share extractions: what one needs may be there already for another,
and adding one may answer several. Choosing them greedily by value for each
additional day is the known method for this kind of choice (the set-union
knapsack problem: Goldschmidt, Nehme and Yu 1994). The values are an own
proposal (docs/method.md, "Order of extraction").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crmaudit.facts import Facts
from crmaudit.inventory import ways_out
from crmaudit.messages import listed, msg
from crmaudit.strategy.effort import Effort, estimate, tables
from crmaudit.strategy.extraction import Extraction, cell_extractions
from crmaudit.strategy.once import once
from crmaudit.workspace.landscape import Need

Cell = tuple[str, str]
"""System and entity."""
PRIORITY: Mapping[str | None, float] = {"must": 4, "should": 2, "could": 1, None: 2}
"""Nobody said how urgent: taken as `should`."""
FREQUENCY: Mapping[str | None, float] = {
    **dict.fromkeys(("continuous", "hourly", "daily", "weekly"), 1.5),
    **dict.fromkeys(("monthly", "quarterly", "on demand", None), 1.0),
    "yearly": 0.75,
    "never": 0.25,
}
OPEN: Mapping[str | None, float] = {"no": 1.0, "partly": 0.5, None: 1.0}
"""Whether it can be answered today; one that can is not asked for again."""
_LEAST = 0.1
"""Days that something takes at least when value is set against them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the extractions that it needs, and why just these."""

    need: str
    value: float
    cells: tuple[Cell, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """A question that no extraction can answer, and why."""

    need: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One extraction in its turn.

    `effort` is what it adds, `total` what all up to it take (low, likely,
    high), both in working days. `answers` are the questions that can be answered once it is there,
    `serves` all that use it. `hindrance` says what has to be opened first.
    """

    number: int
    system: str
    entity: str
    score: float | None
    effort: Effort
    total: tuple[float, float, float]
    answers: tuple[str, ...]
    serves: tuple[str, ...]
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The sequence of extractions.

    `by` tells what it goes by: questions, or the score alone where nobody
    asks. `answered` are the questions that can be answered today, `rest` the
    cells that no open question needs.
    """

    by: Literal["questions", "score"]
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    answered: tuple[str, ...] = ()
    rest: tuple[Cell, ...] = ()

    @property
    def days(self) -> tuple[float, float, float]:
        """Working days of the whole sequence: low, likely, high."""
        return self.steps[-1].total if self.steps else (0.0, 0.0, 0.0)


@once
def order(facts: Facts) -> Order:
    """The order of the extractions that open questions need; by score where there is none."""
    found = _cells(facts)
    needs = [n for n in facts.workspace.needs if n.answered != "yes"]
    answered = tuple(n.id for n in facts.workspace.needs if n.answered == "yes")
    judged = [_asked(facts, need) for need in needs]
    asked = [a for a in judged if isinstance(a, Asked)]
    unserved = tuple(a for a in judged if isinstance(a, Unserved))
    if not facts.workspace.needs:
        easiest = sorted(found, key=lambda c: (found[c].score is None, found[c].score or 0, c))
        return Order("score", _steps(facts, found, easiest, ()))
    sequence = _greedy(facts, found, asked)
    rest = tuple(sorted(set(found) - set(sequence)))
    steps = _steps(facts, found, sequence, asked)
    return Order("questions", steps, tuple(asked), unserved, answered, rest)


@once
def _cells(facts: Facts) -> Mapping[Cell, Extraction]:
    return {(e.system, e.entity): e for e in cell_extractions(facts)}


@once
def _holders(facts: Facts) -> Mapping[str, tuple[str, ...]]:
    """Entity → systems that hold it, the hardest to extract from first."""
    holders: dict[str, list[str]] = {}
    for system, entity in _cells(facts):
        holders.setdefault(entity, []).append(system)
    return {entity: tuple(systems) for entity, systems in holders.items()}


def value(need: Need) -> float:
    """What it is worth to answer a question; 0 where it can be answered today."""
    return PRIORITY[need.priority] * FREQUENCY[need.frequency] * OPEN.get(need.answered, 0.0)


def _asked(facts: Facts, need: Need) -> Asked | Unserved:
    if not need.entities:
        return Unserved(need.id, msg("it names no entity"))
    cells: dict[Cell, None] = {}
    reasons: dict[str, None] = {}
    nowhere = []
    for entity in need.entities:
        systems, reason = _sources(facts, need, entity)
        if not systems:
            nowhere.append(facts.workspace.entity[entity].label)
        cells.update(dict.fromkeys((s, entity) for s in systems))
        if reason:
            reasons[reason] = None
    if nowhere:
        return Unserved(need.id, msg("no system in scope holds {entities}",
                                     entities=listed(nowhere)))  # fmt: skip
    return Asked(need.id, value(need), tuple(cells), tuple(reasons))


def _sources(facts: Facts, need: Need, entity: str) -> tuple[tuple[str, ...], str]:
    """From which systems to take an entity, and why where the question does not say."""
    crud, name = facts.crud, facts.workspace.system
    holders = _holders(facts).get(entity, ())
    named = tuple(s for s in need.sources if s in holders)
    if named:
        return named, ""
    label = facts.workspace.entity[entity].label
    record = crud.record(entity)
    records = tuple(s for s in (record.systems if record else ()) if s in holders)
    if len(records) == 1:
        text = "{entity} from {system}, its system of record"
        return records, msg(text, entity=label, system=name[records[0]].name)
    among = records or holders
    if not among:
        return (), ""
    easiest = min(among, key=lambda s: (_score(facts, s, entity), among.index(s)))
    text = "{entity} from {system}, the easiest of those that hold it"
    return (easiest,), msg(text, entity=label, system=name[easiest].name)


def _score(facts: Facts, system: str, entity: str) -> float:
    score = _cells(facts)[system, entity].score
    return 10.0 if score is None else score


def _greedy(facts: Facts, found: Mapping[Cell, Extraction], asked: Sequence[Asked]) -> list[Cell]:
    """Cells in turn: the bundle of the question with the most value for each day it adds."""
    left = {a.need: a for a in asked}
    sequence: list[Cell] = []
    there: set[Cell] = set()
    done: set[str] = set()

    def worth(a: Asked) -> tuple[float, float, str]:
        bundle = there | set(a.cells)
        gained = sum(other.value for other in left.values() if bundle.issuperset(other.cells))
        days = _added(facts, found, [c for c in a.cells if c not in there], done)
        return -gained / max(days, _LEAST), days, a.need

    while left:
        best = min(left.values(), key=worth)
        for cell in _turn(facts, found, best, left.values(), there, done):
            sequence.append(cell)
            there.add(cell)
            done.update(tables(facts, *cell))
        left = {n: a for n, a in left.items() if not there.issuperset(a.cells)}
    return sequence


def _added(
    facts: Facts, found: Mapping[Cell, Extraction], cells: Iterable[Cell], done: set[str]
) -> float:
    """Days that these cells add, each table once."""
    known, days = set(done), 0.0
    for cell in cells:
        days += estimate(facts, found[cell], known).likely
        known.update(tables(facts, *cell))
    return days


def _turn(
    facts: Facts,
    found: Mapping[Cell, Extraction],
    chosen: Asked,
    left: Iterable[Asked],
    there: set[Cell],
    done: set[str],
) -> list[Cell]:
    """The missing cells of a question: those that most others need first, then the cheapest."""
    uses = {c: sum(c in a.cells for a in left) for c in chosen.cells}
    missing = [c for c in chosen.cells if c not in there]
    return sorted(missing, key=lambda c: (-uses[c], estimate(facts, found[c], done).likely, c))


def _steps(
    facts: Facts,
    found: Mapping[Cell, Extraction],
    sequence: Iterable[Cell],
    asked: Sequence[Asked],
) -> tuple[Step, ...]:
    there: set[Cell] = set()
    done: set[str] = set()
    told: set[str] = set()
    low = likely = high = 0.0
    steps = []
    for number, cell in enumerate(sequence, 1):
        spent = estimate(facts, found[cell], done)
        low, likely, high = low + spent.low, likely + spent.likely, high + spent.high
        there.add(cell)
        done.update(tables(facts, *cell))
        now = tuple(a.need for a in asked if a.need not in told and there.issuperset(a.cells))
        told.update(now)
        serves = tuple(a.need for a in asked if cell in a.cells)
        steps.append(
            Step(
                number, *cell, found[cell].score, spent, (low, likely, high), now, serves,
                _hindrance(facts, cell[0]),
            )
        )  # fmt: skip
    return tuple(steps)


def _hindrance(facts: Facts, system: str) -> str:
    known = facts.workspace.system[system]
    if system in facts.evidence.catalogs:
        return ""
    ways = ways_out(known)
    if ways == ():
        return msg("no way out for whole tables is declared")
    return msg("whether there is a way out is not declared") if ways is None else ""
