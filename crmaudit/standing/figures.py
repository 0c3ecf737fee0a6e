"""Figures of an audit that history keeps, each under the name by which a KPI asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.governance.adoption import Share
from crmaudit.messages import msg

if TYPE_CHECKING:
    from crmaudit.facts import Facts
    from crmaudit.quality.scores import Score

Points = tuple[tuple[date, float], ...]
Unit = Literal["percent", "level", "score", "money", "count"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it rests on.

    Shares are in per cent. `part` of `of` are the counts behind it, `low` to
    `high` where it lies with 95 % confidence if it was sampled or estimated.
    `over` are subjects (`system:crm`) that it sums up, where that matters: two
    numbers are compared only over the same. `basis` says how it came about:
    figures of different bases are not compared either.
    """

    value: float
    part: float | None = None
    of: float | None = None
    low: float | None = None
    high: float | None = None
    over: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What figures of a name are: their topic in the report, their unit, which way is better."""

    topic: str
    unit: Unit
    better: Literal["up", "down"] | None
    name: Callable[[str], str]
    """What it is called in words, given the name of what it is about."""


def _plain(text: str) -> Callable[[str], str]:
    return lambda _: text


KINDS: Mapping[str, Kind] = {
    "quality": Kind("quality", "percent", "up", _plain("Measured data quality")),
    "quality of": Kind("quality", "percent", "up", lambda x: msg("Quality of {what}", what=x)),
    "completeness of dossiers": Kind(
        "inventory", "percent", "up", _plain("Facts known of the systems")
    ),
    "completeness of": Kind(
        "quality", "percent", "up", lambda x: msg("Completeness of {what}", what=x)
    ),
    "duplicates of": Kind(
        "duplicates", "percent", "down", lambda x: msg("Surplus records of {what}", what=x)
    ),
    "adoption": Kind("adoption", "percent", "up", _plain("Staff who use the CRM")),
    "dysfunctions": Kind("dysfunctions", "percent", "down", _plain("Places that do not work")),
    "maturity of": Kind("maturity", "level", "up", lambda x: msg("Maturity: {what}", what=x)),
    "mapping known": Kind("mapping", "percent", "up", _plain("Mapping declared")),
    "cost a year": Kind("cost", "money", None, _plain("Cost a year")),
    "extraction of": Kind(
        "extraction", "score", "down", lambda x: msg("Extraction complexity of {what}", what=x)
    ),
    # Neither way is better by itself: who looks at more finds more, and plans more.
    "plan done": Kind("plan", "percent", None, _plain("Initiatives done")),
    "findings": Kind("findings", "count", None, _plain("Findings")),
    "findings of": Kind("findings", "count", None, lambda x: msg("Findings: {what}", what=x)),
}
"""Every figure by its name, or by what its name begins with (`quality of`)."""


def kind_of(name: str) -> tuple[Kind, str] | None:
    """The kind of a figure, and the id that its name ends with; None for a name unknown here."""
    if name in KINDS:
        return KINDS[name], ""
    head, found, rest = name.partition(" of ")
    kind = KINDS.get(f"{head} of") if found else None
    return (kind, rest) if kind else None


def figures(facts: Facts) -> dict[str, float]:
    """The figures that can be told today, shares in per cent. What is not known is not there.

    `adoption`, `completeness of dossiers`, `dysfunctions`, `quality`, `mapping
    known`, `cost a year`; `quality of X` with a system's or entity's id,
    `completeness of X` with an entity's; `duplicates of X` with an entity's;
    `maturity of X` with a dimension.
    """
    return {name: figure.value for name, figure in told(facts).items()}


def told(facts: Facts) -> dict[str, Figure]:
    """As `figures`, each with what it rests on."""
    makers = (_adoption, _declared, _quality, _duplicates, _maturity)
    return dict(sorted(pair for make in makers for pair in make(facts)))


_Named = Iterator[tuple[str, Figure]]


def _share(
    part: float, of: float, over: Iterable[str] = (), basis: str = "", share: float | None = None
) -> Figure:
    value = part / of if share is None else share
    return Figure(round(100 * value, 4), part, of, over=tuple(sorted(over)), basis=basis)


def _adoption(facts: Facts) -> _Named:
    g = facts.governance
    seen, said = g.measured_adoption(facts.day), g.adoption
    # Fewer than five would be persons, in history too.
    if seen is not None:
        if seen.staff and not Share(seen.users, seen.staff).hidden:
            over = (f"system:{seen.system}",)
            basis = "measured" if seen.logins_known else "measured without logins"
            yield "adoption", _share(seen.users, seen.staff, over, basis)
        return
    if said is None or said.unknown or not said.staff or Share(said.users, said.staff).hidden:
        return
    yield "adoption", _share(said.users, said.staff, basis="declared")


def _declared(facts: Facts) -> _Named:
    given, wanted = facts.inventory.completeness
    if wanted:
        yield "completeness of dossiers", _share(given, wanted)
    rate = facts.governance.dysfunction_rate
    if rate and rate.whole:
        yield "dysfunctions", _share(rate.part, rate.whole)
    known, cells = facts.crud.known_share
    if cells:
        yield "mapping known", _share(known, cells)
    cost = facts.inventory.cost
    if cost.known:
        rows = (r for r in facts.inventory.in_scope if r.cost and r.cost.total is not None)
        over = tuple(sorted(f"system:{r.system.id}" for r in rows))
        yield "cost a year", Figure(round(cost.total, 2), over=over, basis=cost.currency)


def _quality(facts: Facts) -> _Named:
    w, q = facts.workspace, facts.quality
    systems = {s.id: q.system_score(s.id) for s in w.in_scope}
    read = tuple(f"system:{s}" for s, score in systems.items() if score and score.share is not None)
    yield from _scored("quality", q.portfolio_score, read)
    for system, score in systems.items():
        yield from _scored(f"quality of {system}", score)
    for entity in w.entity:
        card = q.entity_card(entity)
        if card is None:
            continue
        held = {h.system for h in q.holdings(entity)}
        over = tuple(f"system:{s}" for s in sorted(held))
        mean = card.mean()
        if mean is not None:
            yield f"quality of {entity}", Figure(round(100 * mean, 4), over=over)
        yield from _scored(f"completeness of {entity}", card.scores.get("completeness"), over)


def _scored(name: str, score: Score | None, over: Sequence[str] = ()) -> _Named:
    if score is None or score.share is None:
        return
    low, high = score.interval or (None, None)
    yield (
        name,
        Figure(
            round(100 * score.share, 4),
            *score.checks,
            None if low is None else round(100 * low, 4),
            None if high is None else round(100 * high, 4),
            tuple(sorted(over)),
        ),
    )


def _duplicates(facts: Facts) -> _Named:
    found: dict[str, list[Any]] = {}
    for d in facts.duplicates:
        if not d.cannot and d.records:
            found.setdefault(d.entity, []).append(d)
    for entity, judged in found.items():
        records = sum(d.records for d in judged)
        value, low, high = (
            round(100 * sum(getattr(d.likely, end) for d in judged) / records, 4)
            for end in ("value", "low", "high")
        )
        surplus = round(sum(d.likely.value for d in judged), 1)
        over = tuple(sorted(f"system:{d.system}" for d in judged))
        # The ends are added as if all systems were off to the same side: none may be too small.
        yield f"duplicates of {entity}", Figure(value, surplus, records, low, high, over)


def _maturity(facts: Facts) -> _Named:
    for level in facts.maturity:
        if level.level is not None:
            yield f"maturity of {level.dimension}", Figure(float(level.level), of=5)


def of_history(runs: Iterable[tuple[datetime, Mapping[str, Any]]]) -> Mapping[str, Points]:
    """Name → its points over remembered audits, given as when each ended and what it kept.

    The day is the one that the audit spoke of. Of several audits of a day the
    last counts. Counts of findings come from what every audit keeps.
    """
    found: dict[str, dict[date, float]] = {}
    for finished, body in runs:
        day = day_of(body) or finished.date()
        for name, value in kept_figures(body).items():
            found.setdefault(name, {})[day] = value
    return {name: tuple(sorted(points.items())) for name, points in sorted(found.items())}


def kept_figures(body: Mapping[str, Any]) -> dict[str, float]:
    """All figures that an audit kept, with its counts of findings."""
    kept = dict(body.get("figures") or {})
    counts = body.get("counts") or {}
    if isinstance(counts, Mapping) and counts:
        kept |= {f"findings of {severity}": n for severity, n in counts.items()}
        kept["findings"] = sum(n for n in counts.values() if isinstance(n, int))
    return {
        str(name): float(value)
        for name, value in sorted(kept.items())
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def day_of(body: Mapping[str, Any]) -> date | None:
    """The day that an audit spoke of, as it kept it; None where it had none."""
    try:
        return date.fromisoformat(str(body.get("as_of")))
    except ValueError:
        return None
