"""Records that stand for one thing, within a system and across systems, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Between, Estimate, Matching, PairFound
from crmaudit.facts import Facts
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap
from crmaudit.report import specs as s
from crmaudit.report.numbers import MINUS, number, percent
from crmaudit.report.wording import counted, names

SETS = 12
"""Combinations of systems that are drawn, the largest first."""
ATTRIBUTES = 12


@dataclass(frozen=True, slots=True)
class Doubled:
    """Duplicates of one entity in one system, in numbers."""

    entity: str
    system: str
    records: int
    surplus: int
    low: float | None
    high: float | None
    evidence: str


@dataclass(frozen=True, slots=True)
class DuplicatesPart:
    """Records of one system that stand for the same thing."""

    compared: int
    """Entities in systems whose records were compared."""
    not_compared: int
    """Of which that was tried and nothing can be said."""
    records: int
    """Records compared."""
    surplus: int
    """Records that could go, as found: records less things."""
    worst: Doubled | None
    """Where most are: `.entity`, `.system`, `.surplus`, `.records`, `.low`, `.high`."""
    ranges: s.Ranges | None
    """Found and estimated, by entity and system; those with most, at most twenty."""
    weights: s.Weights | None
    """How the pairs of `worst` spread over the weights."""
    waterfall: s.Waterfall | None
    """How the weight of one of its pairs comes about."""
    example: str
    """The probability of that pair, in words."""
    waiting: int
    """Pairs that only a person can decide."""
    answers: int
    """Answers of a review that the numbers rest on."""
    evidence: tuple[str, ...]
    """Ids of the evidence, a few of them."""


@dataclass(frozen=True, slots=True)
class SharedEntity:
    """One entity across systems."""

    entity: str
    """Its name."""
    systems: tuple[str, ...]
    """Names of the systems compared."""
    things: int
    """Different things over all of them."""
    shared: int
    """Of these, in more than one system."""
    sets: s.UpSet
    """How they lie in the systems."""
    left_out: int
    """Combinations that are not drawn."""
    agreement: tuple[tuple[str, int, s.Stacked], ...]
    """Of each two systems: their names, pairs of records, and how they agree by attribute."""
    evidence: str
    """Id of the evidence."""


@dataclass(frozen=True, slots=True)
class OverlapPart:
    """What several systems hold of the same customers."""

    entities: tuple[SharedEntity, ...]
    """Entities compared, those with most things first."""
    conflicts: int
    """Values in which two systems contradict each other."""
    compared: int
    """Values that both sides have."""
    unlinked: tuple[int, int]
    """Rows of transactions whose customer another system does not know, of how many."""
    not_compared: tuple[tuple[str, str], ...]
    """Entities that several systems hold and that cannot be compared, with the reason."""


def duplicates_part(facts: Facts) -> DuplicatesPart | None:
    """None where no record was compared with another."""
    found = facts.duplicates
    if not found:
        return None
    known = names(facts.workspace)
    told = [d for d in found if not d.cannot]
    told.sort(key=lambda d: (-d.surplus, d.system, d.entity))
    worst = told[0] if told and told[0].surplus else None
    matching = worst.document.matching if worst else Matching()
    pair = _telling(matching)
    return DuplicatesPart(
        compared=len(told),
        not_compared=len(found) - len(told),
        records=sum(d.records for d in told),
        surplus=sum(d.surplus for d in told),
        worst=_doubled(worst, known) if worst else None,
        ranges=_ranges(facts, told) if any(d.records for d in told) else None,
        weights=weights(matching),
        waterfall=waterfall(pair, matching) if pair else None,
        example=_percent_of(pair.probability) if pair else "",
        waiting=sum(d.open_pairs for d in told),
        answers=len(facts.workspace.matches.matches),
        evidence=tuple(d.document.id for d in told)[:6],
    )


def overlap_part(facts: Facts) -> OverlapPart | None:
    """None where no entity was compared across systems."""
    found = facts.overlap
    if not found:
        return None
    known = names(facts.workspace)
    told = sorted((o for o in found if not o.cannot), key=lambda o: (-o.things, o.entity))
    agreed = [a for o in told for b in o.between for a in b.agreement]
    unlinked = [u for o in told for u in o.document.unlinked]
    return OverlapPart(
        entities=tuple(_shared(facts, o) for o in told),
        conflicts=sum(a.conflicting for a in agreed),
        compared=sum(a.compared for a in agreed),
        unlinked=(sum(u.without for u in unlinked), sum(u.rows for u in unlinked)),
        not_compared=tuple((known.get(o.entity, o.entity), o.cannot) for o in found if o.cannot),
    )


def _doubled(found: JudgedDuplicates, known: Mapping[str, str]) -> Doubled:
    return Doubled(
        known.get(found.entity, found.entity),
        known.get(found.system, found.system),
        found.records,
        found.surplus,
        round(found.likely.low),
        round(found.likely.high),
        found.document.id,
    )


def _ranges(facts: Facts, told: Sequence[JudgedDuplicates]) -> s.Ranges:
    known, language = names(facts.workspace), facts.workspace.audit.language
    rows = []
    for d in told[:20]:
        share = f" ({percent(d.surplus / d.records)})" if d.records else ""
        rows.append(
            s.RangeRow(
                f"{known.get(d.entity, d.entity)} in {known.get(d.system, d.system)}",
                d.surplus,
                d.likely.low,
                d.likely.high,
                f"{number(d.surplus, language=language)}{share}",
                range_words(d.likely, language),
                mark=d is told[0],
            )
        )
    return s.Ranges(tuple(rows), label_name="Records", found_name="surplus records found")


def range_words(estimate: Estimate | None, language: str = "en") -> str:
    """`1,480 to 1,690`; empty without one."""
    if estimate is None:
        return ""
    low, high = (number(round(x), language=language) for x in (estimate.low, estimate.high))
    return low if low == high else f"{low} to {high}"


def weights(matching: Matching) -> s.Weights | None:
    """The histogram of a comparison; None where nothing was weighed."""
    bins = tuple(s.WeightBin(b.low, b.high, b.pairs, b.expected) for b in matching.histogram)
    if not any(b.pairs for b in bins):
        return None
    return s.Weights(bins, matching.threshold, matching.uncertain)


def waterfall(pair: PairFound, matching: Matching) -> s.Waterfall:
    """How a pair's weight comes about; values by their shape only."""
    steps = tuple(
        s.Push(x.attribute, x.weight, signed(x.weight), _seen(x.level, x.left, x.right))
        for x in pair.steps
    )
    said = "a definite rule: " + pair.rule if pair.rule else _percent_of(pair.probability)
    return s.Waterfall(
        s.Push("before comparing", pair.prior, signed(pair.prior), "two records taken at random"),
        steps,
        s.Push("together", pair.weight, signed(pair.weight), said),
        matching.threshold,
        "taken for the same from here" if matching.threshold is not None else "",
    )


def _seen(level: str, left: str, right: str) -> str:
    return f"{level}: {left} · {right}" if left and right else level


def signed(bits: float) -> str:
    """`+9.1`, `−2.2`."""
    return f"{'+' if bits >= 0 else MINUS}{abs(bits):.1f}"


def _percent_of(probability: float) -> str:
    """More digits where they matter: `99.97 %`, never `100 %` for what is not certain."""
    share = 100 * probability
    if share >= 99.995:
        return "more than 99.99 %"
    return f"{share:.2f} %" if share > 99 else f"{share:.0f} %"


def _telling(matching: Matching) -> PairFound | None:
    """A pair that shows most: taken for the same although something speaks against it."""
    same = [p for p in matching.examples if p.state == "same" and p.steps and not p.rule]

    def rank(pair: PairFound) -> tuple[bool, int, float]:
        against = any(x.weight < -0.5 for x in pair.steps)
        return (not against, -len(pair.steps), pair.weight)

    return min(same, key=rank, default=None)


def _shared(facts: Facts, judged: JudgedOverlap) -> SharedEntity:
    known, language = names(facts.workspace), facts.workspace.audit.language
    found = judged.document
    holders = [h for h in found.holders if not h.cannot]
    place = {h.system: n for n, h in enumerate(holders)}
    sets = sorted(found.sets, key=lambda x: (-x.things, len(x.systems), x.systems))
    drawn = sets[:SETS]
    return SharedEntity(
        known.get(judged.entity, judged.entity),
        tuple(known.get(h.system, h.system) for h in holders),
        judged.things,
        judged.shared,
        s.UpSet(
            tuple(known.get(h.system, h.system) for h in holders),
            tuple(counted(h.records, "record", language=language) for h in holders),
            tuple(
                s.Combination(
                    tuple(sorted(place[y] for y in x.systems if y in place)),
                    x.things,
                    number(x.things, language=language),
                )
                for x in drawn
            ),
        ),
        len(sets) - len(drawn),
        tuple(_agreement(b, known, language) for b in found.between if b.pairs and b.agreement),
        found.id,
    )


def _agreement(
    between: Between, known: Mapping[str, str], language: str
) -> tuple[str, int, s.Stacked]:
    left = known.get(between.left, between.left)
    right = known.get(between.right, between.right)
    shown = [a for a in between.agreement if a.compared + a.left_only + a.right_only]
    shown.sort(key=lambda a: (-a.conflicting, a.attribute))
    items = tuple(
        s.Stack(
            a.attribute,
            values := (a.same, a.equivalent, a.conflicting, a.left_only, a.right_only),
            tuple(number(v, language=language) if v else "" for v in values),
        )
        for a in shown[:ATTRIBUTES]
    )
    parts = ("same", "equivalent", "conflicting", f"only in {left}", f"only in {right}")
    return f"{left} and {right}", between.pairs, s.Stacked(parts, items, "Attribute", share=True)
