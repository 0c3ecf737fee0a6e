"""Duplicates and overlap as rules and views are told of them.

Evidence is put beside what people have said since: what entities are called
now, which systems are in scope, and the answers of the duplicate review. A
rate is surplus records ÷ records compared. What was not counted but estimated
carries the interval of the estimate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crmaudit.evidence import (
    Agreement,
    Between,
    Document,
    Duplicates,
    Estimate,
    Holder,
    Matching,
    Overlap,
    Unlinked,
)
from crmaudit.evidence.match import Origin, SystemSet
from crmaudit.messages import counted, msg
from crmaudit.quality.matching.answers import Measured, measured, pair, wilson
from crmaudit.workspace.answers import Match

SURE_PRECISION = 0.9
"""A finding that rests on matched pairs is firm where at least this share of them is true."""


@dataclass(frozen=True, slots=True)
class JudgedDuplicates:
    """Duplicates of one entity in one system; `review` is what people's answers show of them."""

    document: Duplicates
    system: str
    entity: str
    review: Measured
    open_pairs: int = 0
    """Uncertain pairs that nobody has answered about."""
    remarks: tuple[str, ...] = ()
    """What has happened since that these numbers do not show."""

    @property
    def cannot(self) -> str:
        """Why nothing can be said; empty where something can."""
        return _cannot(self.document)

    @property
    def records(self) -> int:
        """Records that were compared."""
        return self.document.matching.records

    @property
    def surplus(self) -> int:
        """Records that could go, by the pairs found: records less things."""
        return self.document.surplus

    @property
    def likely(self) -> Estimate:
        """Records that could go: the true number as estimated, else those found."""
        found = self.document.estimated or _exactly(self.surplus)
        # No estimate may say that not one record is left, or fewer than none is too many.
        return _within(found, 0.0, max(0.0, self.records - 1.0))

    @property
    def rate(self) -> Estimate | None:
        """`likely` ÷ records compared, with its interval; None where none was compared."""
        return _scaled(self.likely, 1 / self.records) if self.records else None

    @property
    def precision(self) -> Estimate | None:
        """The share of the pairs taken for the same that are: as answered, else by the model."""
        return self.review.precision or self.document.matching.precision

    @property
    def reviewed(self) -> bool:
        """Whether people's answers stand behind the precision."""
        return self.review.precision is not None or self.document.matching.answers > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the records of one system another one knows; the true number is `likely`."""

    system: str
    within: str
    records: int
    matched: int
    likely: Estimate

    @property
    def unknown(self) -> Estimate:
        """Records that the other system does not know."""
        rest = self.records - self.likely.value
        return Estimate(rest, self.records - self.likely.high, self.records - self.likely.low)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the data say for one system's version of an entity: each (part, whole).

    `covers`: things that it holds ÷ all things. `complete`: values that it has
    ÷ values that it or its partner has. `newer`: conflicts in which its record
    was changed last ÷ conflicts whose younger side is known. `agrees`: values
    that the others confirm ÷ values compared.
    """

    covers: tuple[int, int] = (0, 0)
    complete: tuple[int, int] = (0, 0)
    newer: tuple[int, int] = (0, 0)
    agrees: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class JudgedOverlap:
    """One entity across the systems in scope that hold it."""

    document: Overlap
    """The evidence, brought down to the systems in scope."""
    entity: str
    review: Measured
    open_pairs: int = 0
    remarks: tuple[str, ...] = ()
    """What has happened since that these numbers do not show."""

    @property
    def cannot(self) -> str:
        """Why nothing can be said; empty where something can."""
        return _cannot(self.document)

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that were compared."""
        return self.document.systems

    @property
    def between(self) -> tuple[Between, ...]:
        return self.document.between

    @property
    def things(self) -> int:
        """What all their records stand for."""
        return sum(s.things for s in self.document.sets)

    @property
    def shared(self) -> int:
        """Things that more than one system knows."""
        return sum(s.things for s in self.document.sets if len(s.systems) > 1)

    @property
    def precision(self) -> Estimate | None:
        """The share of the pairs matched that are true; None where an identifier matched them."""
        return self.review.precision or self.document.matching.precision

    def holder(self, system: str) -> Holder:
        """KeyError where the system is not among those that hold it."""
        for found in self.document.holders:
            if found.system == system:
                return found
        raise KeyError(system)

    def coverage(self) -> Iterator[Coverage]:
        """Both ways between every two systems."""
        for b in self.between:
            yield self._covered(b.left, b.right, b.left_matched, b.left_estimated)
            yield self._covered(b.right, b.left, b.right_matched, b.right_estimated)

    def _covered(self, system: str, within: str, matched: int, true: Estimate | None) -> Coverage:
        records = self.holder(system).records
        likely = _within(true or _exactly(matched), 0.0, float(records))
        return Coverage(system, within, records, matched, likely)

    def without(self, unlinked: Unlinked) -> Estimate:
        """Rows whose customer the other system does not know; the low end is of the true number.

        A customer that was not matched may be known all the same. Of the rows
        as many are spared as of the records without a partner may have one.
        """
        counted = float(unlinked.without)
        for c in self.coverage():
            if (c.system, c.within) == (unlinked.system, unlinked.in_system):
                lacking, rest = c.records - c.matched, c.unknown
                shares = (rest.low / lacking, rest.high / lacking) if lacking > 0 else (1.0, 1.0)
                low, high = min(1.0, shares[0]) * counted, max(1.0, shares[1]) * counted
                return Estimate(counted, low, max(counted, min(high, float(unlinked.rows))))
        return _exactly(counted)

    def agreed(self, agreement: Agreement) -> Estimate:
        """The share of true pairs that agree in an attribute (`contaminated`)."""
        agreeing = agreement.same + agreement.equivalent
        return contaminated(agreeing, agreement.compared, self.precision)

    def contradicted(self, agreement: Agreement) -> Estimate:
        """The share of true pairs that contradict each other in an attribute."""
        return contaminated(agreement.conflicting, agreement.compared, self.precision)

    def reference_of(self, system: str, trusted: Sequence[str]) -> str:
        """The system by which another one's values are judged: the most trusted of those compared.

        Empty where the system itself is the most trusted, or none is.
        """
        joined = {s for b in self.between for s in (b.left, b.right) if system in (b.left, b.right)}
        order = list(dict.fromkeys(trusted))
        before = order[: order.index(system)] if system in order else order
        return next((s for s in before if s in joined and s != system), "")

    def weighed(self) -> Mapping[str, Weighed]:
        """What the data say for each system that was compared."""
        counts: dict[str, dict[str, list[int]]] = {
            s: defaultdict(lambda: [0, 0]) for s in self.systems
        }
        for found in self.document.sets:
            for s in counts:
                _count(counts[s]["covers"], found.things if s in found.systems else 0, found.things)
        for b in self.between:
            for side, own, other in ((b.left, 0, 1), (b.right, 1, 0)):
                mine = counts[side]
                for a in b.agreement:
                    alone, newer = (a.left_only, a.right_only), (a.left_newer, a.right_newer)
                    either = a.compared + sum(alone)
                    _count(mine["complete"], a.compared + alone[own], either)
                    _count(mine["newer"], newer[own], newer[own] + newer[other])
                    _count(mine["agrees"], a.same + a.equivalent, a.compared)
        names = ("covers", "complete", "newer", "agrees")
        return {s: Weighed(*((m[n][0], m[n][1]) for n in names)) for s, m in counts.items()}


@dataclass(frozen=True, slots=True)
class Source:
    """An origin of records (`Cause`), beside all other origins of its kind.

    `elsewhere` is the share of duplicates among the records of the others.
    """

    by: Origin
    value: str
    duplicates: int
    records: int
    elsewhere: float

    @property
    def share(self) -> float:
        """Duplicates ÷ records of this origin."""
        return self.duplicates / self.records if self.records else 0.0

    @property
    def excess(self) -> float:
        """Duplicates beyond those that the share of the others would give."""
        return self.duplicates - self.elsewhere * self.records

    def exceeds(self, factor: float) -> bool:
        """Whether even the low end of its share is `factor` times that of the others or more."""
        return bool(self.records) and wilson(self.duplicates, self.records).low >= (
            factor * self.elsewhere
        )


def sources(found: JudgedDuplicates) -> tuple[Source, ...]:
    """The origins of duplicates, those with the most above the rest first.

    What is known of all records of a kind stands in a cause without a value;
    else the duplicates found and the records compared are all.
    """
    whole = {c.by: (c.duplicates, c.records) for c in found.document.causes if not c.value}
    told = []
    for c in found.document.causes:
        if c.value:
            duplicates, records = whole.get(c.by, (found.surplus, found.records))
            others = max(0, records - c.records)
            elsewhere = max(0, duplicates - c.duplicates) / others if others else 0.0
            told.append(Source(c.by, c.value, c.duplicates, c.records, elsewhere))
    return tuple(sorted(told, key=lambda s: (-s.excess, s.by, s.value)))


def judged_duplicates(
    document: Duplicates, entity: str, answers: Iterable[Match], later: Document | None = None
) -> JudgedDuplicates:
    """The evidence under today's name of the entity, beside the answers given since.

    `later` is a newer try that failed, where there was one.
    """
    said = tuple(answers)
    return JudgedDuplicates(
        document,
        document.provenance.system,
        entity,
        measured(document.matching, said),
        _open(document.matching, said),
        tuple(_remarks(document, said, later)),
    )


def judged_overlap(
    document: Overlap,
    entity: str,
    scope: Collection[str],
    answers: Iterable[Match],
    later: Document | None = None,
) -> JudgedOverlap | None:
    """As `judged_duplicates`; None where fewer than two of the systems are in scope."""
    said, found = tuple(answers), restricted(document, scope)
    if len(found.holders) < 2:
        return None
    return JudgedOverlap(
        found,
        entity,
        measured(found.matching, said),
        _open(found.matching, said),
        tuple(_remarks(found, said, later)),
    )


def restricted(overlap: Overlap, scope: Collection[str]) -> Overlap:
    """The same without systems out of scope: what only these hold is no thing of the others."""
    if all(h.system in scope for h in overlap.holders):
        return overlap
    sets: dict[tuple[str, ...], int] = defaultdict(int)
    for found in overlap.sets:
        kept = tuple(s for s in found.systems if s in scope)
        if kept:
            sets[kept] += found.things
    return replace(
        overlap,
        holders=tuple(h for h in overlap.holders if h.system in scope),
        sets=tuple(SystemSet(systems, things) for systems, things in sets.items()),
        between=tuple(b for b in overlap.between if {b.left, b.right} <= set(scope)),
        unlinked=tuple(u for u in overlap.unlinked if {u.system, u.in_system} <= set(scope)),
    )


def contaminated(part: int, whole: int, precision: Estimate | None) -> Estimate:
    """A share among true pairs, where some of the pairs counted are false.

    With at most e = 1 - precision of false ones, whatever these are like,

        (share - e) ÷ (1 - e)  ≤  true share  ≤  share ÷ (1 - e)

    Source: Horowitz and Manski, Identification and Robustness with
    Contaminated and Corrupted Data, Econometrica 63 (1995). The interval has
    e by the precision's low end; the value is the share as counted.
    """
    if not whole:
        return Estimate(0.0, 0.0, 1.0)
    share = part / whole
    if precision is None:
        return _exactly(share)
    if precision.low <= 0:
        return Estimate(share, 0.0, 1.0)
    wrong = min(1.0, 1.0 - precision.low)
    low = max(0.0, (share - wrong) / (1 - wrong))
    return Estimate(share, min(share, low), max(share, min(1.0, share / (1 - wrong))))


def _cannot(document: Duplicates | Overlap) -> str:
    status = document.provenance.status
    return document.matching.cannot or (status.reason if status.state == "failed" else "")


def _open(matching: Matching, answers: Sequence[Match]) -> int:
    """Uncertain pairs less those about which somebody gave a firm answer since."""
    firm = {pair(a.left, a.right) for a in answers if a.answer != "unsure"}
    waiting = (p for p in matching.review if p.state == "uncertain" and not p.reviewed)
    return max(0, matching.uncertain_pairs - sum(pair(p.left, p.right) in firm for p in waiting))


def _remarks(
    document: Duplicates | Overlap, answers: Sequence[Match], later: Document | None
) -> Iterator[str]:
    day = document.provenance.taken_at.date()
    if later is not None:
        failed = later.provenance
        yield (
            msg(
                "these numbers are of {day}: a newer try on {newer} failed, {reason}",
                day=day,
                newer=failed.taken_at.date(),
                reason=failed.status.reason,
            )
        )
    if (since := _since(document.matching, answers)) and not _cannot(document):
        one = since == 1
        yield (
            msg(
                "{answers} {have} changed since the records were compared: "
                "precision and open pairs count {them}, all else with the next collection",
                answers=counted(since, "answer"),
                have=msg("has") if one else msg("have"),
                them=msg("it") if one else msg("them"),
            )
        )


def _since(matching: Matching, answers: Iterable[Match]) -> int:
    """Pairs of the evidence about which people say something else now than it was made with."""
    firm = {"same": "same", "different": "different"}
    said = {pair(a.left, a.right): firm.get(a.answer, "") for a in answers}
    known = {pair(p.left, p.right): p for p in (*matching.review, *matching.examples) if p.left}
    return sum(said.get(ids, "") != firm.get(p.reviewed, "") for ids, p in known.items())


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


def _scaled(found: Estimate, factor: float) -> Estimate:
    return Estimate(found.value * factor, found.low * factor, found.high * factor)


def _within(found: Estimate, least: float, most: float) -> Estimate:
    low, value, high = (min(most, max(least, x)) for x in (found.low, found.value, found.high))
    return Estimate(value, low, high)


def _count(sums: list[int], part: int, whole: int) -> None:
    sums[0] += part
    sums[1] += whole
