"""How hard it will be to get data out: of each system, and of each entity in a system.

    X = Σ w·d ÷ Σ w over the criteria that are known, d from 1 (easy) to 10 (hard)

No published weights were found; the defaults are a proposal that audit.yaml
overrides under `weights: extraction:`. The share of weight that is known is
always stated, and the range that X can take with the unknown criteria at 1
and at 10. What is not known of an entity is not taken from its system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from crmaudit.facts import Facts
from crmaudit.strategy.extraction_criteria import CRITERIA
from crmaudit.strategy.extraction_part import Part
from crmaudit.strategy.once import once
from crmaudit.workspace.dossier import System
from crmaudit.workspace.weights import DEFAULTS, weights

WEIGHTS = DEFAULTS["extraction"]
Band = Literal["easy", "moderate", "hard", "very hard"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion's difficulty, 1 to 10, and the fact behind it; None = not known, and why.

    `evidence` are ids of the documents that the fact comes from; empty where
    it is declared.
    """

    name: str
    weight: float
    difficulty: float | None
    basis: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The extraction complexity of one system, or of one entity in it."""

    system: str
    criteria: tuple[Criterion, ...]
    entity: str = ""
    """Empty: of the system as a whole."""

    @property
    def score(self) -> float | None:
        """1 (easy) to 10 (hard) over the known criteria; None where none is known."""
        return self.weighted(c.weight for c in self.criteria)

    def weighted(self, weights: Iterable[float]) -> float | None:
        """The score with other weights, in the order of the criteria."""
        known = [
            (w, c.difficulty)
            for w, c in zip(weights, self.criteria, strict=True)
            if c.difficulty is not None
        ]
        weight = sum(w for w, _ in known)
        return sum(w * d for w, d in known) / weight if weight else None

    @property
    def coverage(self) -> float:
        """Share of the weight that is known."""
        total = sum(c.weight for c in self.criteria)
        known = sum(c.weight for c in self.criteria if c.difficulty is not None)
        return known / total if total else 0.0

    @property
    def contributions(self) -> Mapping[str, float]:
        """Criterion → w·d ÷ Σ w, those that are known: together they are the score."""
        known = [(c, c.difficulty) for c in self.criteria if c.difficulty is not None]
        weight = sum(c.weight for c, _ in known)
        return {c.name: c.weight * d / weight for c, d in known} if weight else {}

    @property
    def hardest(self) -> tuple[Criterion, ...]:
        """The known criteria that lift the score above 1, those that lift it most first."""
        lifts = [(c.weight * (c.difficulty - 1), c) for c in self.criteria if c.difficulty]
        return tuple(c for lift, c in sorted(lifts, key=lambda x: -x[0]) if lift > 0)

    @property
    def range(self) -> tuple[float, float]:
        """The score with every unknown criterion at 1 and at 10."""
        total = sum(c.weight for c in self.criteria)
        if not total:
            return 1.0, 10.0
        ends = [
            sum(c.weight * (end if c.difficulty is None else c.difficulty) for c in self.criteria)
            / total
            for end in (1.0, 10.0)
        ]
        return ends[0], ends[1]

    @property
    def band(self) -> Band | None:
        """Easy below 3, moderate below 5, hard below 7.5, else very hard; as far as known."""
        return None if self.score is None else _band(self.score)

    @property
    def best(self) -> Band:
        """The band with all unknown criteria at their best."""
        return _band(self.range[0])

    @property
    def worst(self) -> Band:
        """The band with all unknown criteria at their worst."""
        return _band(self.range[1])

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of all evidence behind it, each once."""
        return tuple(dict.fromkeys(i for c in self.criteria for i in c.evidence))


def _band(score: float) -> Band:
    if score < 3:
        return "easy"
    if score < 5:
        return "moderate"
    return "hard" if score < 7.5 else "very hard"


@once
def extractions(facts: Facts) -> tuple[Extraction, ...]:
    """Every system in scope that holds an entity or has a database, the hardest first."""
    wanted = [
        s for s in facts.workspace.in_scope if s.database is not None or facts.crud.held_by(s.id)
    ]
    return _hardest_first(extraction(facts, s) for s in wanted)


@once
def cell_extractions(facts: Facts) -> tuple[Extraction, ...]:
    """Every entity in every system in scope that holds it, the hardest first.

    An entity is held by the letters of the matrix, or by tables mapped to it.
    """
    return _hardest_first(
        extraction(facts, s, entity) for s in facts.workspace.in_scope for entity in held(facts, s)
    )


def held(facts: Facts, system: System) -> tuple[str, ...]:
    """The entities that a system holds, in the order of the matrix."""
    cover = facts.covers.get(system.id)
    mapped = cover.holding if cover else {}
    letters = facts.crud.held_by(system.id)
    return tuple(e for e in facts.crud.entities if e in letters or e in mapped)


def extraction(facts: Facts, system: System, entity: str = "") -> Extraction:
    """The complexity of one system, or of one entity in it."""
    own = weights("extraction", facts.workspace.audit.weights)
    part = Part(facts, system, entity)
    return Extraction(
        system.id,
        tuple(Criterion(name, own[name], *judge(part)) for name, judge in CRITERIA.items()),
        entity,
    )


def _hardest_first(found: Iterable[Extraction]) -> tuple[Extraction, ...]:
    return tuple(sorted(found, key=lambda e: (-(e.score or 0), e.system, e.entity)))
