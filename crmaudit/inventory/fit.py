"""TIME: whether to tolerate, invest, migrate or eliminate a system.

    n = (x − worst) ÷ (best − worst) · 9 + 1, kept within 1 and 10
    axis = Σ weight · n ÷ Σ weight, over the criteria that are known

The quadrants and their threshold, between 2 and 3 of four, are SAP LeanIX's;
the scaling to 1–10 is ServiceNow's application indicator score with fixed
targets, so that no system's score changes because another one is added. On
1–10 that threshold is 5.5. Criteria, targets and weights are an own proposal
(docs/method.md, "Fit").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crmaudit.inventory.access_path import bulk_interfaces, ways_out
from crmaudit.inventory.inventory import InventoryRow
from crmaudit.inventory.lifecycle import Phase
from crmaudit.messages import chained, counted, joined, long_date, msg
from crmaudit.workspace.dossier import Fitness, System
from crmaudit.workspace.weights import DEFAULTS

Quadrant = Literal["tolerate", "invest", "migrate", "eliminate"]
Future = Literal["retain", "replace", "retire"]
BOUNDARY = 5.5
"""From here on an axis is high: between 2 and 3 on a scale of four."""
COVERAGE = 0.5
"""Share of the weight that has to be known of both axes."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One criterion of an axis: its score 1–10 (None: not known), weight, where it comes from."""

    name: str
    score: float | None
    weight: float
    because: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Functional or technical fit on 1–10; `low` and `high` with unknowns at worst and best."""

    score: float | None
    low: float
    high: float
    coverage: float
    """Weight of the criteria known ÷ weight of all, 0 to 1."""
    contributions: tuple[Contribution, ...]

    @property
    def certain(self) -> bool:
        """Whether all unknowns together could not move it over the boundary."""
        return self.low >= BOUNDARY or self.high < BOUNDARY


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a system stands; `quadrant` is None where facts lack, `reason` says why.

    `withheld` says why a system is not called "eliminate" although its axes
    would have it so. `future` is what was decided.
    """

    system: str
    functional: Axis
    technical: Axis
    quadrant: Quadrant | None
    reason: str
    certain: bool
    """Whether no unknown fact could move it to another quadrant."""
    withheld: str = ""
    future: Future | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether the decision goes with the quadrant; None where one of them is not there.

        Retaining what should go contradicts, and so does ending what is worth
        investing in. What is tolerated may be kept or ended.
        """
        if self.quadrant is None or self.future is None:
            return None
        if self.future == "retain":
            return self.quadrant in ("invest", "tolerate")
        return self.quadrant != "invest"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What other rooms know of a system, in plain values.

    `measured` is the pass rate of its data, 0 to 1; `record_of` how many
    entities it is the declared system of record of, None where nobody decided
    any; `staff` the people who should use a CRM; `judge` the name of who judged
    its fitness. `keeps` says why it must not be called "eliminate", empty
    where nothing speaks against it.
    """

    judge: str = ""
    measured: float | None = None
    record_of: int | None = None
    staff: int | None = None
    keeps: str = ""


_Judged = tuple[float | None, str]
"""A score 1–10 and the fact behind it; None and what is not known."""


def fit(
    row: InventoryRow,
    around: Surroundings,
    functional: Mapping[str, float] = DEFAULTS["functional fit"],
    technical: Mapping[str, float] = DEFAULTS["technical fit"],
) -> Fit:
    """The quadrant of one system, with the weights of both axes."""
    axes = (
        _axis(_functional(row, around), functional),
        _axis(_technical(row, around), technical),
    )
    quadrant, reason = _quadrant(row.life.declared or row.life.by_dates, *axes)
    withheld = around.keeps if quadrant == "eliminate" else ""
    if withheld:
        quadrant, reason = None, msg("eliminate is withheld: {withheld}", withheld=withheld)
    return Fit(
        row.system.id,
        *axes,
        quadrant,
        reason,
        quadrant is not None and all(a.certain for a in axes),
        withheld,
        row.system.future,
    )


def scaled(x: float, worst: float, best: float) -> float:
    """`x` on 1 to 10, whichever of the two fixed targets is the greater; beyond them 1 or 10."""
    share = (x - worst) / (best - worst)
    return 9 * min(1.0, max(0.0, share)) + 1


def _axis(judged: Mapping[str, _Judged], weights: Mapping[str, float]) -> Axis:
    found = tuple(Contribution(n, s, weights[n], why) for n, (s, why) in judged.items())
    total = sum(c.weight for c in found)
    known = [(c.score, c.weight) for c in found if c.score is not None]
    weight = sum(w for _, w in known)
    points = sum(s * w for s, w in known)
    if not total:
        return Axis(None, 1.0, 10.0, 0.0, found)
    return Axis(
        points / weight if weight else None,
        (points + total - weight) / total,
        (points + 10 * (total - weight)) / total,
        weight / total,
        found,
    )


def _quadrant(
    phase: Phase | None, functional: Axis, technical: Axis
) -> tuple[Quadrant | None, str]:
    if phase == "plan":
        return None, msg("it is only planned")
    if phase == "retired":
        return None, msg("it is retired already")
    thin = [
        msg("{coverage:.0f} % of the {name} fit", coverage=100 * axis.coverage, name=msg(name))
        for name, axis in (("functional", functional), ("technical", technical))
        if axis.score is None or axis.coverage < COVERAGE
    ]
    if thin or functional.score is None or technical.score is None:
        return None, msg("only {thin} is known", thin=chained("{a} and {b}", thin))
    high = functional.score >= BOUNDARY, technical.score >= BOUNDARY
    quadrant = _QUADRANTS[high]
    if high[0] is high[1]:
        return quadrant, msg("{word} functional and technical fit", word=_word(high[0]))
    return quadrant, msg(
        "{word} functional, {word2} technical fit", word=_word(high[0]), word2=_word(high[1])
    )


def _word(high: bool) -> str:
    return msg("high") if high else msg("low")


_QUADRANTS: Mapping[tuple[bool, bool], Quadrant] = {
    (True, True): "invest",
    (False, True): "tolerate",
    (True, False): "migrate",
    (False, False): "eliminate",
}
_CRITICALITY = ("low", "medium", "high", "critical")


def _functional(row: InventoryRow, around: Surroundings) -> dict[str, _Judged]:
    system, own = row.system, row.system.fitness
    return {
        "functional fitness": _declared(own, own.functional, around.judge),
        "value": _declared(own, own.value, around.judge),
        "perceived quality": (None, msg("nobody was asked"))
        if row.perceived is None
        else (
            scaled(row.perceived.score, 0, 100),
            msg("{score:.0f} of 100", score=row.perceived.score),
        ),
        "measured quality": (None, msg("not measured"))
        if around.measured is None
        else (
            scaled(around.measured, 0.5, 1),
            msg("{measured:.0f} of 100", measured=100 * around.measured),
        ),
        "criticality": (None, msg("not declared"))
        if system.criticality is None
        else (scaled(_CRITICALITY.index(system.criticality), 0, 3), msg(system.criticality)),
        "users": (None, msg("users or staff not declared"))
        if system.users is None or not around.staff
        else (
            scaled(system.users / around.staff, 0, 0.5),
            msg(
                "{users} users, beside {staff} expected in the CRM",
                users=system.users,
                staff=around.staff,
            ),
        ),
        "system of record": (None, msg("no system of record is decided"))
        if around.record_of is None
        else (
            scaled(around.record_of, 0, 5),
            msg("of {entities}", entities=counted(around.record_of, "entity", "entities")),
        ),
    }


def _declared(fitness: Fitness, judgement: int | None, judge: str) -> _Judged:
    if judgement is None:
        return None, msg("nobody judged")
    when = long_date(fitness.when) if fitness.when else ""
    told = (msg("{judgement} of 4", judgement=judgement), judge, when)
    return scaled(judgement, 1, 4), joined(", ", (t for t in told if t))


def _technical(row: InventoryRow, around: Surroundings) -> dict[str, _Judged]:
    own = row.system.fitness
    months, ends = row.life.support_months, row.life.support_ends
    over = row.out_of_support or (months is not None and months < 0)
    told = (
        msg("ended {day}" if over else "until {day}", day=long_date(ends))
        if ends
        else msg("end of support not known")
    )
    risk = row.skill_risk
    return {
        "technical fitness": _declared(own, own.technical, around.judge),
        "vendor support": (None if months is None else scaled(months, 0, 36), told),
        "documentation": _documentation(row.system),
        "skills": (_SKILLS.get(risk), _SKILL_WORDS[risk]),
        "maintenance": _maintenance(row.system),
        "way out": _way_out(row.system),
        "interfaces": _interfaces(row.system),
    }


_SKILLS = {"covered": 10.0, "single": 5.5, "gap": 1.0}
_SKILL_WORDS = {
    "covered": msg("two people or more hold every skill"),
    "single": msg("a skill hangs on one person"),
    "gap": msg("nobody holds a skill that is needed"),
    "unknown": msg("nobody said who holds the skills"),
}
_DOCUMENT = {"complete": 10.0, "partly": 5.5, "outdated": 4.0, "none": 1.0}
_EXISTS = 7.0
_WAYS = {"sql": 10.0, "api": 10.0, "message": 8.0, "file export": 6.0}


def _documentation(system: System) -> _Judged:
    parts = {"system": system.documentation.system, "database": system.documentation.database}
    known = {n: d for n, d in parts.items() if d is not None and d.exists is not None}
    if not known:
        return None, msg("nobody said")
    scores = [_DOCUMENT.get(d.status or "", _EXISTS) for d in known.values()]
    words = joined(
        ", ", (joined(": ", (msg(n), msg(d.status or "exists"))) for n, d in known.items())
    )
    return sum(scores) / len(scores), words


def _maintenance(system: System) -> _Judged:
    care = system.maintenance
    if care is None:
        return None, msg("nobody said")
    if care.provider == "none":
        return 1.0, msg("nobody maintains it")
    duties = {
        "backup": care.backup,
        "restore test": care.restore_test,
        "software updates": care.updates,
    }
    known = {n: d for n, d in duties.items() if d is not None and (d.frequency or d.last)}
    if not known:
        return None, msg("duties not declared")
    done = [msg(n) for n, d in known.items() if d.frequency != "never"]
    told = (*done, *(msg("never {n}", n=msg(n)) for n in known if n not in done))
    return scaled(len(done) / len(known), 0, 1), joined(", ", told)


def _way_out(system: System) -> _Judged:
    ways = ways_out(system)
    if ways is None:
        return None, msg("interfaces not declared")
    if not ways:
        return 1.0, msg("none but the screen")
    return max(_WAYS[w] for w in ways), joined(", ", map(msg, ways))


def _interfaces(system: System) -> _Judged:
    known = [i for i in bulk_interfaces(system) if i.documented is not None]
    if not known:
        return None, msg("nobody said whether they are documented")
    described = sum(bool(i.documented) for i in known)
    return scaled(described / len(known), 0, 1), msg(
        "{described} of {known} documented", described=described, known=len(known)
    )
