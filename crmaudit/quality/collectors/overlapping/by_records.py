"""An entity of people or organisations across systems, compared by all that its records say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from crmaudit.evidence import Between, Compared, Estimate, Holder, Matching, Overlap, Provenance
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.overlapping.agreement import agreements
from crmaudit.quality.collectors.overlapping.holding import Held, Side, hold
from crmaudit.quality.collectors.overlapping.keys import shared_keys
from crmaudit.quality.collectors.overlapping.pairs import across, answered, shown
from crmaudit.quality.collectors.overlapping.things import Things
from crmaudit.sources.task import Joint

ALONE = "fewer than two systems have records that could be read and compared"


def compare(
    engine: Engine, entity: str, kind: str, sides: Sequence[Side], joint: Joint, by: Provenance
) -> tuple[Overlap, tuple[str, ...]]:
    """The overlap, with `by` for a provenance yet to be made whole, and what failed."""
    held = hold(engine, entity, sides, joint)
    found = Overlap(by, entity, kind, "records", tuple(held.holders))
    if len(held.systems) < 2:
        return replace(found, matching=Matching(cannot=ALONE)), held.failed
    from crmaudit.quality.collectors.matching.matching import match

    answers, note = answered(engine, joint.key, joint.answers, entity)
    firm = {pair: a.answer for pair, a in answers.items() if a.answer != "unsure"}
    matched = engine.run(partial(match, engine, kind, answers=firm))
    notes = tuple(n for n in (*matched.matching.notes, note, *held.belonging.notes) if n)
    matching = replace(
        matched.matching, attributes=_attributes(held, matched.matching), notes=notes
    )
    if matching.cannot:
        return replace(found, matching=matching), held.failed
    things = Things(engine, held.systems)
    places = held.columns.places()
    between = []
    for number, (left, right) in enumerate(things.pairs):
        if not held.comparable(left, right):
            # What "only one of them holds" may be in the other all the same.
            notes += (
                f"{left} and {right} have nothing in common by which a record could be known "
                "again: what both hold is known by way of another system only",
            )
            continue
        together, pairs, ls, rs = things.shared(left, right)
        of_left, of_right = engine.run(partial(matched.between, left, right))
        between.append(
            Between(
                left,
                right,
                together,
                pairs,
                ls,
                rs,
                _with(of_left, ls),
                _with(of_right, rs),
                shared_keys(engine, places, left, right),
                tuple(agreements(engine, number)),
            )
        )
    examples, review = shown(engine, matched, joint.key, answers)
    done = replace(
        found,
        holders=tuple(_counted(h, things) for h in held.holders),
        matching=replace(
            matching,
            notes=notes,
            # Pairs within a system are the business of its duplicates.
            same_pairs=across(engine, "same"),
            uncertain_pairs=across(engine, "uncertain"),
            examples=examples,
            review=review,
        ),
        sets=things.sets(),
        between=tuple(between),
        unlinked=held.belonging.unlinked(held.systems),
    )
    return done, held.failed


def _with(estimate: Estimate, matched: int) -> Estimate:
    """An interval that holds the number matched as well: two ways to count, one thing counted.

    The model takes each record by itself; matching lets a record of one
    system be the partner of one thing only.
    """
    return Estimate(estimate.value, min(estimate.low, matched), max(estimate.high, matched))


def _attributes(held: Held, matching: Matching) -> tuple[Compared, ...]:
    """With the columns of every system, and why one of them was no help."""
    no_help = {a.attribute: a.unused for a in matching.attributes if a.unused}
    return tuple(
        replace(a, unused=a.unused or no_help.get(a.attribute, "")) for a in held.attributes
    )


def _counted(holder: Holder, things: Things) -> Holder:
    return holder if holder.cannot else replace(holder, things=things.count(holder.system))
