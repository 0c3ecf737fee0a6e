"""How hard it will be to get each system's data out.

X = Σ w·d ÷ Σ w over the criteria that are known, d from 1 (easy) to 10 (hard).
No published weights were found; the defaults are a proposal that audit.yaml
overrides under `weights: extraction:`. The share of weight that is known is
always stated, and the range that X can take with the unknown criteria at 1
and at 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from crmaudit.evidence import Catalog
from crmaudit.facts import Facts
from crmaudit.inventory import ways_out
from crmaudit.quality.one_place import carried_share
from crmaudit.workspace.dossier import Document, System
from crmaudit.workspace.weights import DEFAULTS, weights

WEIGHTS = DEFAULTS["extraction"]
MANY = 0.2
"""The share of surplus records from which duplicates are as hard as can be."""
Band = Literal["easy", "moderate", "hard", "very hard"]
_PATHS = {
    "sql": 1.0,
    "api": 2.0,
    "message": 3.0,
    "file export": 4.0,
    "report": 7.0,
    "other": 7.0,
    "screen": 10.0,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion's difficulty, 1 to 10, and the fact behind it; None = not known, and why."""

    name: str
    weight: float
    difficulty: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """The extraction complexity of one system."""

    system: str
    criteria: tuple[Criterion, ...]

    @property
    def score(self) -> float | None:
        """1 (easy) to 10 (hard) over the known criteria; None where none is known."""
        known = [c for c in self.criteria if c.difficulty is not None]
        weight = sum(c.weight for c in known)
        if not weight:
            return None
        return sum(c.weight * (c.difficulty or 0) for c in known) / weight

    @property
    def coverage(self) -> float:
        """Share of the weight that is known."""
        total = sum(c.weight for c in self.criteria)
        known = sum(c.weight for c in self.criteria if c.difficulty is not None)
        return known / total if total else 0.0

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
        if self.score is None:
            return None
        if self.score < 3:
            return "easy"
        if self.score < 5:
            return "moderate"
        return "hard" if self.score < 7.5 else "very hard"


def extractions(facts: Facts) -> tuple[Extraction, ...]:
    """Every system in scope that holds an entity or has a database, the hardest first."""
    wanted = [
        s for s in facts.workspace.in_scope if s.database is not None or facts.crud.held_by(s.id)
    ]
    found = [extraction(facts, s) for s in wanted]
    return tuple(sorted(found, key=lambda e: (-(e.score or 0), e.system)))


def extraction(facts: Facts, system: System) -> Extraction:
    """The complexity of one system."""
    own = weights("extraction", facts.workspace.audit.weights)
    return Extraction(
        system.id,
        tuple(
            Criterion(name, own[name], *judge(facts, system)) for name, judge in _CRITERIA.items()
        ),
    )


_Judged = tuple[float | None, str]


def _access_path(facts: Facts, system: System) -> _Judged:
    kinds = {i.kind for i in system.interfaces or () if i.direction != "in"}
    paths = [(_PATHS[kind], kind) for kind in {*kinds, *(ways_out(system) or ())}]
    if not paths:
        if system.interfaces is not None:
            return 10.0, "no interface leads out"
        return None, "interfaces not declared"
    best = min(paths)
    return best[0], f"best way out: {best[1]}"


def _measured_quality(facts: Facts, system: System) -> _Judged:
    score = facts.quality.system_score(system.id)
    if score is None or score.share is None:
        return None, "quality not measured"
    return 10 - 9 * score.share, f"measured quality {100 * score.share:.0f} of 100"


def _documentation(facts: Facts, system: System) -> _Judged:
    parts = {
        "system": system.documentation.system,
        "database": system.documentation.database,
    }
    known = {name: d for name, d in parts.items() if d is not None and d.exists is not None}
    if not known:
        return None, "documentation not declared"
    mean = sum(_document(d) for d in known.values()) / len(known)
    told = ", ".join(f"{name}: {d.status or 'exists'}" for name, d in known.items())
    return mean, told


def _document(document: Document) -> float:
    return {"complete": 1.0, "partly": 5.0, "outdated": 7.0, "none": 10.0}.get(
        document.status or "", 4.0
    )


def _skills(facts: Facts, system: System) -> _Judged:
    risk = facts.inventory.row(system.id).skill_risk
    difficulty = {"covered": 1.0, "single": 5.0, "gap": 9.0}.get(risk)
    words = {
        "covered": "several people have every skill",
        "single": "a skill rests on one person",
        "gap": "nobody has a needed skill",
        "unknown": "skills not declared",
    }
    return difficulty, words[risk]


def _tables(facts: Facts, system: System) -> _Judged:
    catalog = facts.evidence.catalogs.get(system.id)
    if catalog is None:
        return None, "database not read"
    mapped = facts.maps.get(system.id)
    in_scope = {t.table for t in mapped.tables if t.role != "system"} if mapped else None
    n = len(in_scope) if in_scope else len(catalog.tables)
    return _log(n, 3.0), f"{n} tables"


def _keys(facts: Facts, system: System) -> _Judged:
    catalog = facts.evidence.catalogs.get(system.id)
    if catalog is None or not catalog.tables:
        return None, "database not read" if catalog is None else "no tables"
    tables = [t for t in catalog.tables if t.kind != "view"]
    if not tables:
        return None, "only views"
    keyed = sum(bool(t.primary_key) for t in tables)
    told = sum(bool(t.comment) or any(c.comment for c in t.columns) for t in tables)
    joined = sum(len(t.foreign_keys) for t in tables)
    share = (keyed / len(tables) + told / len(tables) + min(1.0, joined / len(tables))) / 3
    return 10 - 9 * share, (
        f"{keyed} of {len(tables)} tables have a key, {told} a comment; {joined} foreign keys"
    )


def _change_capture(facts: Facts, system: System) -> _Judged:
    mapped = facts.maps.get(system.id)
    primary = [t for t in mapped.tables if t.role == "primary"] if mapped else []
    if not primary:
        return None, "no entity map"
    stamped = sum(bool(t.modified_at) for t in primary)
    return 10 - 9 * stamped / len(primary), (
        f"{stamped} of {len(primary)} entity tables carry a change stamp"
    )


def _volume(facts: Facts, system: System) -> _Judged:
    catalog: Catalog | None = facts.evidence.catalogs.get(system.id)
    known = [t.rows for t in catalog.tables if t.rows is not None] if catalog else []
    if not known:
        return None, "rows not counted"
    rows = sum(known)
    return min(10.0, max(1.0, 1.5 * math.log10(max(rows, 1)) - 3)), f"{rows:,} rows"


def _shared_identifiers(facts: Facts, system: System) -> _Judged:
    """Whether what is extracted can be put beside the same things of other systems by a number."""
    pairs = carried = 0.0
    for o in (o for o in facts.overlap if o.document.by != "hashes"):
        for b in o.between:
            if system.id in (b.left, b.right) and b.pairs:
                share = 1.0 if o.document.by == "identifier" else carried_share(b)
                pairs, carried = pairs + b.pairs, carried + share * b.pairs
    if not pairs:
        return None, "not compared with another system"
    return 10 - 9 * carried / pairs, (
        f"{carried:,.0f} of {pairs:,.0f} records matched elsewhere carry a number in common"
    )


def _duplicates(facts: Facts, system: System) -> _Judged:
    """How many records have to be merged on the way out; at `MANY` it is as hard as can be."""
    compared = [d for d in facts.duplicates if d.system == system.id and d.rate is not None]
    compared = [d for d in compared if not d.cannot]
    if not compared:
        return None, "records not compared for duplicates"
    records = sum(d.records for d in compared)
    surplus = sum(d.likely.value for d in compared)
    told = f"about {surplus:,.0f} of {records:,} records are one too many"
    return 1 + 9 * min(1.0, surplus / records / MANY), told


def _lifecycle(facts: Facts, system: System) -> _Judged:
    row = facts.inventory.row(system.id)
    phase = system.lifecycle.phase
    ends = system.lifecycle.vendor_support_ends
    if row.out_of_support:
        return 9.0, f"vendor support ended {ends}"
    if phase == "phase-out":
        return 7.0, "being phased out"
    if ends is not None and facts.day is not None and ends < facts.day + timedelta(days=365):
        return 5.0, f"vendor support ends {ends}"
    if phase is None and ends is None:
        return None, "lifecycle not declared"
    return 1.0, f"{phase or 'in use'}, supported"


def _log(n: int, slope: float) -> float:
    return min(10.0, 1 + slope * math.log10(max(n, 1)))


_CRITERIA: Mapping[str, Callable[[Facts, System], _Judged]] = {
    "access path": _access_path,
    "measured quality": _measured_quality,
    "documentation": _documentation,
    "skills": _skills,
    "tables in scope": _tables,
    "keys and comments": _keys,
    "change capture": _change_capture,
    "volume": _volume,
    "vendor and lifecycle": _lifecycle,
    "shared identifiers": _shared_identifiers,
    "duplicates": _duplicates,
}
