"""What was measured, as plain facts to lay beside what groups say in interviews.

Facts are taken where statements need them: of a kind of record in a system, of
a system as a whole. Each has its share, its counts and its evidence; what was
not measured, or cannot be told apart, gives no fact.

    aspect           bad where                                            line
    contact points   persons without an e-mail address ÷ persons        ≥ 0.20
    completeness     empty fields ÷ fields that people fill             > 0.30
    duplicates       records too many ÷ records, its lower end          ≥ 0.02
    freshness        records not changed for a year ÷ records           > 0.50
    correctness      values that break their syntax or domain ÷ values  ≥ 0.02
    use              staff who did not work in the CRM ÷ staff          ≥ 0.20
    access           administrators ÷ accounts that can be used   > 0.02, and > 3

The first three and the last two are the lines of QUA113, QUA101, QUA121,
GOV112 and GOV110.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crmaudit.facts import Facts
from crmaudit.governance.contradictions import (
    Beside,
    Disagreement,
    Measured,
    Topic,
    beside,
    disagreements,
    said,
)
from crmaudit.governance.rate import SMALLEST_GROUP, too_few
from crmaudit.messages import msg
from crmaudit.quality.quality import address_column
from crmaudit.quality.scores import Score
from crmaudit.workspace.interviews import Aspect

NO_EMAIL = 0.20
EMPTY = 0.30
TOO_MANY = 0.02
STALE = 0.50
INVALID = 0.02
NOT_USING = 0.20
ADMINISTRATORS = 0.02
FEW_ADMINISTRATORS = 3

_DIMENSIONS: Mapping[str, tuple[Aspect, str, float, bool]] = {
    "completeness": ("completeness", msg("of the fields are empty"), EMPTY, False),
    "timeliness": ("freshness", msg("of the records were not changed for a year"), STALE, False),
    "validity": ("correctness", msg("of the values are invalid"), INVALID, True),
}
"""Dimension → aspect, words, line, and whether the line itself is bad."""


def against_measured(facts: Facts) -> Beside:
    """Every statement that may be counted, beside what was measured of the same thing."""
    interviews = facts.workspace.interviews
    return beside(interviews, measured(facts, (s.topic for s in said(interviews))))


def between_groups(facts: Facts) -> tuple[Disagreement, ...]:
    """What one group calls good and another bad."""
    return disagreements(facts.workspace.interviews)


def measured(facts: Facts, topics: Iterable[Topic]) -> tuple[Measured, ...]:
    """What is known of these topics, without what belongs to no system in scope."""
    wanted = dict.fromkeys(topics)
    cells: dict[Topic, None] = {}
    for topic in wanted:
        if topic.entity:
            holders = [s.id for s in facts.workspace.in_scope if topic.system in ("", s.id)]
            cells |= dict.fromkeys(Topic(s, topic.entity) for s in holders)
        else:
            cells[topic] = None
    return tuple(fact for topic in cells for fact in _of(facts, topic))


def _of(facts: Facts, topic: Topic) -> Iterator[Measured]:
    if not topic.entity:
        yield from _of_system(facts, topic)
        return
    yield from _contact_points(facts, topic)
    card = facts.quality.entity_card(topic.entity, topic.system)
    sure = not _guessed(facts, topic) and not facts.quality.shared(topic.entity, topic.system)
    for dimension in _DIMENSIONS:
        yield from _scored(topic, dimension, card.scores[dimension] if card else None, sure)
    yield from _duplicates(facts, topic)


def _of_system(facts: Facts, topic: Topic) -> Iterator[Measured]:
    card = facts.quality.system_card(topic.system)
    for dimension in _DIMENSIONS:
        yield from _scored(topic, dimension, card.scores[dimension] if card else None, True)
    crm = facts.workspace.crm
    if crm is not None and crm.id == topic.system:
        yield from _use(facts, topic)
    accounts = facts.governance.accounts(facts.day).get(topic.system)
    if accounts is not None and not accounts.cannot and accounts.usable:
        part, whole = len(accounts.administrators), len(accounts.usable)
        yield Measured(
            topic,
            "access",
            msg("of the accounts that can be used are administrators"),
            part / whole,
            part,
            whole,
            part <= max(FEW_ADMINISTRATORS, int(ADMINISTRATORS * whole)),
            tuple(accounts.evidence),
        )


def _scored(topic: Topic, dimension: str, score: Score | None, sure: bool) -> Iterator[Measured]:
    aspect, what, line, itself = _DIMENSIONS[dimension]
    if score is None or not score.checks[1]:
        return
    passed, whole = score.checks
    share = (whole - passed) / whole
    good = share < line if itself else share <= line
    exact = score.method.kind == "exact"
    yield Measured(
        topic, aspect, what, share, whole - passed, whole, good, score.evidence, sure and exact
    )


def _contact_points(facts: Facts, topic: Topic) -> Iterator[Measured]:
    what, sure = msg("have no e-mail address"), not _guessed(facts, topic)
    for place in facts.one_place:
        here = (place.system, place.entity) == (topic.system, topic.entity)
        if here and place.kind == "person" and place.records and "e-mail" in place.having:
            lacking = place.records - place.having["e-mail"]
            yield _lacking(topic, what, lacking, place.records, place.evidence, sure)
            return
    kinds = facts.maps[topic.system].kinds if topic.system in facts.maps else {}
    if kinds.get(topic.entity) != "person":
        return
    for held in facts.quality.holdings(topic.entity):
        if held.system == topic.system and held.mapped.role == "primary" and held.whole:
            column = address_column(held.profile)
            if column is not None and column.rows:
                lacking = column.rows - column.filled
                yield _lacking(topic, what, lacking, column.rows, held.profile.id, sure)
                return


def _lacking(
    topic: Topic, what: str, lacking: int, whole: int, evidence: str, sure: bool
) -> Measured:
    share = lacking / whole
    good = share < NO_EMAIL
    return Measured(topic, "contact points", what, share, lacking, whole, good, (evidence,), sure)


def _duplicates(facts: Facts, topic: Topic) -> Iterator[Measured]:
    for found in facts.duplicates:
        rate = found.rate
        if (found.system, found.entity) != (topic.system, topic.entity):
            continue
        # Between the ends of the interval nobody can tell.
        if found.cannot or rate is None or rate.low < TOO_MANY <= rate.high:
            continue
        likely = round(found.likely.value)
        yield Measured(
            topic,
            "duplicates",
            msg("of the records are one too many, as estimated"),
            likely / found.records,
            likely,
            found.records,
            rate.low < TOO_MANY,
            (found.document.id,),
            not _guessed(facts, topic),
        )


def _use(facts: Facts, topic: Topic) -> Iterator[Measured]:
    seen = facts.governance.measured_adoption(facts.day)
    if seen is None or too_few(seen.staff) or too_few(seen.users):
        return
    above = seen.above(1 - NOT_USING)
    part = seen.staff - seen.users
    if above is not None and not 0 < part < SMALLEST_GROUP:
        yield Measured(
            topic,
            "use",
            msg("of the staff did not work in it lately"),
            part / seen.staff,
            part,
            seen.staff,
            above,
            tuple(seen.evidence),
            not seen.shared,
        )


def _guessed(facts: Facts, topic: Topic) -> bool:
    known = facts.maps.get(topic.system)
    return known is not None and known.doubtful(topic.entity, "")
