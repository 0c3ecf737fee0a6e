"""Records that stand for one thing, within a system and across systems, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Agreement, Between, Estimate, Matching, PairFound
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap
from crmaudit.report import specs as s
from crmaudit.report.numbers import locale, more, number, percent, tellable
from crmaudit.report.wording import counted, listed, names

SETS = 12
"""Combinations of systems that are drawn, the largest first."""
ATTRIBUTES = 12
DRAWN = 20
"""Entities in systems whose duplicates are drawn, those with most first."""
PAIRS = 6
"""Pairs of systems whose agreement is drawn, those with most contradictions first."""


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
class Sureness:
    """How sure a comparison is, in words; a text is empty where nothing can be said."""

    pairs: int
    """Pairs compared."""
    same: int
    """Of these, taken for the same."""
    waiting: int
    """Of these, only a person can decide."""
    precision: str
    """The share of the pairs taken that are the same: `98 % (92–100 %)`."""
    recall: str
    """The share of the same pairs that were taken."""
    reviewed: bool
    """Whether the precision rests on people's answers."""


@dataclass(frozen=True, slots=True)
class DuplicatesPart:
    """Records of one system that stand for the same thing."""

    compared: int
    """Entities in systems whose records were compared."""
    systems: int
    """Systems that these are in."""
    not_compared: tuple[str, ...]
    """Entities in systems of which that was tried and nothing can be said, by their names."""
    remarks: tuple[tuple[str, str], ...]
    """What has happened since that the numbers do not show: of what, and what."""
    records: int
    """Records compared."""
    surplus: int
    """Records that could go, as found: records less things."""
    worst: Doubled | None
    """Where most are: `.entity`, `.system`, `.surplus`, `.records`, `.low`, `.high`."""
    ranges: s.Ranges | None
    """Found and estimated, by entity and system; those with most, at most twenty."""
    not_drawn: int
    """Entities in systems that `ranges` has no room for."""
    sure: Sureness | None
    """How sure the pairs of `worst` are."""
    weights: s.Weights | None
    """How the pairs of `worst` spread over the weights."""
    waterfall: s.Waterfall | None
    """How the weight of one of its pairs comes about."""
    example: str
    """The probability of that pair, in words."""
    waiting: int
    """Pairs that only a person can decide."""
    answers: int
    """Answers of a review that the numbers rest on: those known when records were compared."""
    evidence: tuple[str, ...]
    """Ids of the evidence, a few of them."""


@dataclass(frozen=True, slots=True)
class SystemsAgree:
    """How two systems agree about the records that both have, by attribute."""

    systems: str
    """Their names: `LedgerLine and BeaconCRM`."""
    pairs: int
    """Pairs of records matched."""
    conflicts: int
    """Values in which they contradict each other."""
    compared: int
    """Values that both have."""
    bars: s.Stacked
    """By attribute, those with most contradictions first."""
    alone: tuple[tuple[str, tuple[str, ...]], ...]
    """Attributes that only one of them ever has, by its name: not drawn."""
    left_out: int
    """Further attributes that are not drawn."""


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
    by: str
    """What they were compared by: `records`, `identifier` or `hashes`."""
    sure: Sureness
    """How sure the pairs across systems are."""
    agreement: tuple[SystemsAgree, ...]
    """Pairs of systems, those with most contradictions first; six at most over all entities."""
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
    not_drawn: int
    """Pairs of systems whose agreement is not drawn."""
    not_compared: tuple[tuple[str, str], ...]
    """Names of entities that several systems hold and that cannot be compared, by the reason."""
    remarks: tuple[tuple[str, str], ...]
    """What has happened since that the numbers do not show: of what, and what."""


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
        systems=len({d.system for d in told}),
        not_compared=tuple(place(d.entity, d.system, known) for d in found if d.cannot),
        remarks=tuple((place(d.entity, d.system, known), r) for d in found for r in d.remarks),
        records=sum(d.records for d in told),
        surplus=sum(d.surplus for d in told),
        worst=_doubled(worst, known) if worst else None,
        ranges=_ranges(facts, told) if any(d.records for d in told) else None,
        not_drawn=max(0, len(told) - DRAWN),
        sure=_sure(worst, worst.document.matching) if worst else None,
        weights=weights(matching),
        waterfall=waterfall(pair, matching) if pair else None,
        example=_percent_of(pair.probability) if pair else "",
        waiting=sum(d.open_pairs for d in told),
        answers=sum(d.document.matching.answers for d in told),
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
    able = [(n, x) for n, o in enumerate(told) for x in o.between if _comparable(x)]
    able.sort(key=lambda f: (-sum(a.conflicting for a in f[1].agreement), -f[1].pairs))
    drawn = able[:PAIRS]
    reasons: dict[str, list[str]] = {}
    for o in found:
        if o.cannot:
            reasons.setdefault(o.cannot, []).append(known.get(o.entity, o.entity))
    return OverlapPart(
        entities=tuple(
            _shared(facts, o, [x for at, x in drawn if at == n]) for n, o in enumerate(told)
        ),
        conflicts=sum(a.conflicting for a in agreed),
        compared=sum(a.compared for a in agreed),
        unlinked=(sum(u.without for u in unlinked), sum(u.rows for u in unlinked)),
        not_drawn=len(able) - len(drawn),
        not_compared=tuple((listed(entities, 12), why) for why, entities in reasons.items()),
        remarks=tuple((known.get(o.entity, o.entity), r) for o in found for r in o.remarks),
    )


def place(entity: str, system: str, known: Mapping[str, str]) -> str:
    """`Contact in BeaconCRM`."""
    return msg(
        "{known} in {known2}", known=known.get(entity, entity), known2=known.get(system, system)
    )


def _sure(judged: JudgedDuplicates | JudgedOverlap, matching: Matching) -> Sureness:
    return Sureness(
        matching.candidates,
        matching.same_pairs,
        judged.open_pairs,
        share_words(judged.precision),
        share_words(matching.recall),
        judged.review.precision is not None or matching.answers > 0,
    )


def share_words(estimate: Estimate | None) -> str:
    """`98 % (92–100 %)`; empty without one."""
    if estimate is None:
        return ""
    value = percent(estimate.value)
    ends = between(estimate)
    return value if value == ends else msg("{value} ({ends})", value=value, ends=ends)


@tellable
def between(estimate: Estimate, language: str = "en") -> str:
    """`92–100 %`; `< 1 %` and `> 99 %` where an end and its word say the whole."""
    low, high = (percent(x, language=language) for x in (estimate.low, estimate.high))
    if low == high or low.startswith(">"):
        return low
    if high.startswith("<"):
        return high
    return f"{low.removesuffix(locale(language).percent)}–{high}"


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
    known = names(facts.workspace)
    rows = []
    for d in told[:DRAWN]:
        share = msg(" ({part})", part=percent(d.surplus / d.records)) if d.records else ""
        rows.append(
            s.RangeRow(
                place(d.entity, d.system, known),
                d.surplus,
                d.likely.low,
                d.likely.high,
                msg("{surplus}{share}", surplus=number(d.surplus), share=share),
                range_words(d.likely),
                mark=d is told[0] and d.surplus > 0,
            )
        )
    return s.Ranges(
        tuple(rows),
        label_name="Records",
        found_name="surplus records found",
        range_name="estimated, 95 % confidence",
    )


def range_words(estimate: Estimate | None) -> str:
    """`1,480 to 1,690`; empty without one."""
    if estimate is None:
        return ""
    low, high = (number(round(x)) for x in (estimate.low, estimate.high))
    return low if low == high else msg("{low} to {high}", low=low, high=high)


def weights(matching: Matching) -> s.Weights | None:
    """The histogram of a comparison; None where nothing was weighed."""
    bins = tuple(
        s.WeightBin(
            b.low,
            b.high,
            b.pairs,
            b.expected,
            # Pairs that were not weighed to the end, for want of hope, lie in the first bar.
            msg(
                "{low} to {high}",
                low=number(b.low),
                high=number(b.high),
            )
            if n
            else msg("below {high}", high=number(b.high)),
            number(b.pairs),
            number(b.expected, 1),
        )
        for n, b in enumerate(matching.histogram)
    )
    if not any(b.pairs for b in bins):
        return None
    return s.Weights(bins, matching.threshold, matching.uncertain)


def waterfall(pair: PairFound, matching: Matching) -> s.Waterfall:
    """How a pair's weight comes about; values by their shape only."""
    steps = tuple(
        s.Push(x.attribute, x.weight, more(x.weight, 1), _seen(x.level, x.left, x.right))
        for x in pair.steps
    )
    said = (
        msg("a definite rule: {rule}", rule=pair.rule)
        if pair.rule
        else _percent_of(pair.probability)
    )
    return s.Waterfall(
        s.Push(
            msg("before comparing"),
            pair.prior,
            more(pair.prior, 1),
            msg("two records taken at random"),
        ),
        steps,
        s.Push(msg("together"), pair.weight, more(pair.weight, 1), said),
        matching.threshold,
        msg("taken for the same from here") if matching.threshold is not None else "",
    )


def _seen(level: str, left: str, right: str) -> str:
    return (
        msg("{level}: {left} · {right}", level=level, left=left, right=right)
        if left and right
        else level
    )


def _percent_of(probability: float) -> str:
    """More digits where they matter: `99.97 %`, never `100 %` for what is not certain."""
    share = 100 * probability
    if share >= 99.995:
        return msg("more than 99.99 %")
    return msg("{share:.2f} %" if share > 99 else "{share:.0f} %", share=share)


def _telling(matching: Matching) -> PairFound | None:
    """A pair that shows most: taken for the same although something speaks against it."""
    same = [p for p in matching.examples if p.state == "same" and p.steps and not p.rule]

    def rank(pair: PairFound) -> tuple[bool, int, float]:
        against = any(x.weight < -0.5 for x in pair.steps)
        return (not against, -len(pair.steps), pair.weight)

    return min(same, key=rank, default=None)


def _shared(facts: Facts, judged: JudgedOverlap, drawing: Sequence[Between]) -> SharedEntity:
    known = names(facts.workspace)
    found = judged.document
    holders = [h for h in found.holders if not h.cannot]
    position = {h.system: n for n, h in enumerate(holders)}
    sets = sorted(found.sets, key=lambda x: (-x.things, len(x.systems), x.systems))
    drawn = sets[:SETS]
    return SharedEntity(
        known.get(judged.entity, judged.entity),
        tuple(known.get(h.system, h.system) for h in holders),
        judged.things,
        judged.shared,
        s.UpSet(
            tuple(known.get(h.system, h.system) for h in holders),
            tuple(counted(h.records, "record") for h in holders),
            tuple(
                s.Combination(
                    tuple(sorted(position[y] for y in x.systems if y in position)),
                    x.things,
                    number(x.things),
                )
                for x in drawn
            ),
        ),
        len(sets) - len(drawn),
        found.by,
        _sure(judged, found.matching),
        tuple(_agreement(x, known) for x in drawing),
        found.id,
    )


def _comparable(between: Between) -> bool:
    """Whether there is an attribute that both systems have."""
    return bool(between.pairs) and any(_both(a) for a in between.agreement)


def _both(a: Agreement) -> bool:
    return bool(a.compared or (a.left_only and a.right_only))


def _agreement(between: Between, known: Mapping[str, str]) -> SystemsAgree:
    left = known.get(between.left, between.left)
    right = known.get(between.right, between.right)
    both = sorted(
        (a for a in between.agreement if _both(a)), key=lambda a: (-a.conflicting, a.attribute)
    )
    items = tuple(
        s.Stack(
            a.attribute,
            values := (a.same, a.equivalent, a.conflicting, a.left_only, a.right_only),
            tuple(number(v) for v in values),
        )
        for a in both[:ATTRIBUTES]
    )
    parts = (
        msg("same"),
        msg("equivalent"),
        msg("conflicting"),
        msg("only in {left}", left=left),
        msg("only in {right}", right=right),
    )
    rest = [a for a in between.agreement if not _both(a)]
    alone = (
        (left, tuple(sorted(a.attribute for a in rest if a.left_only))),
        (right, tuple(sorted(a.attribute for a in rest if a.right_only))),
    )
    return SystemsAgree(
        msg("{left} and {right}", left=left, right=right),
        between.pairs,
        sum(a.conflicting for a in between.agreement),
        sum(a.compared for a in between.agreement),
        s.Stacked(parts, items, "Attribute", share=True, alarm=2),
        tuple((name, attributes) for name, attributes in alone if attributes),
        len(both) - len(items),
    )
