"""How likely an initiative is to take longer, cost more or miss its end, and why.

Each reason that facts give counts one point, a weighty one two: none or one
is low, two or three medium, more high. Own proposal (docs/method.md, "Risk").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Literal

from crmaudit.facts import Facts
from crmaudit.messages import counted, listed, long_date, msg
from crmaudit.strategy.pieces import Piece
from crmaudit.strategy.staffing import Holders
from crmaudit.strategy.target import target

Level = Literal["low", "medium", "high"]
SPREAD = 3.5
"""High ÷ low effort from which on the estimate itself is a risk."""


@dataclass(frozen=True, slots=True)
class Risk:
    """`decided`: plan.yaml set the level; the reasons are still told."""

    level: Level
    reasons: tuple[str, ...] = ()
    decided: bool = False


def risk(
    facts: Facts,
    piece: Piece,
    effort: tuple[float, float],
    skills: Sequence[str],
    waits: int,
    owner: str | None,
    holders: Holders,
    decided: Level | None,
) -> Risk:
    """The level and its reasons, the weightiest first. `waits` counts what it waits for."""
    found: list[tuple[int, str]] = []
    unheld = [s for s in skills if not holders.of(s)]
    single = [s for s in skills if len(holders.of(s)) == 1]
    if unheld and facts.workspace.people.people:
        found.append((2, msg("nobody is known to hold {skills}", skills=listed(unheld))))
    people = facts.workspace.person
    last = {s: p.leaves for s in single if (p := people.get(holders.of(s)[0])) and p.leaves}
    stays = [s for s in single if s not in last]
    if stays:
        found.append((1, msg("{skills} rests on one person", skills=listed(stays))))
    for day in sorted({*last.values()}):
        mine = listed(s for s in last if last[s] == day)
        text = "{skills} rests on one person, who leaves on {day}"
        found.append((2, msg(text, skills=mine, day=long_date(day))))
    ended = [
        facts.workspace.system[s].name
        for s in piece.systems
        if s in facts.workspace.system and facts.inventory.row(s).out_of_support
    ]
    if ended and len(piece.systems) <= 2:
        found.append((2, msg("{systems} has no vendor's support", systems=listed(ended))))
    if piece.slug in ("build-feeds", "mend-feeds") and piece.id != piece.slug:
        picture = [target(facts).system(s) for s in piece.systems]
        going = [
            facts.workspace.system[s.system].name for s in picture if s and s.action == "replace"
        ]
        if going:
            found.append((1, msg("{systems} is to be replaced", systems=listed(going))))
    unsure = sum(f.confidence == "tentative" for f in piece.findings)
    if unsure and 2 * unsure >= len(piece.findings):
        text = "{unsure} of {n} rest on guesses"
        if len(piece.findings) == 1:
            text = "its one finding rests on guesses"
        n = counted(len(piece.findings), "finding")
        found.append((1, msg(text, unsure=unsure, n=n)))
    if effort[0] and effort[1] / effort[0] >= SPREAD:
        low, high = (floor(days + 0.5) for days in effort)  # as the report rounds them
        found.append(
            (1, msg("the effort spreads from {low:,} to {high:,} days", low=low, high=high))
        )
    if waits >= 3:
        found.append((1, msg("it waits for {n}", n=counted(waits, "other initiative"))))
    if owner is None:
        found.append((1, msg("nobody is named to lead it")))
    if len(piece.systems) > 3:
        found.append((1, msg("it touches {n}", n=counted(len(piece.systems), "system"))))
    found.sort(key=lambda x: -x[0])
    points = sum(n for n, _ in found)
    level: Level = "low" if points < 2 else "medium" if points < 4 else "high"
    return Risk(decided or level, tuple(words for _, words in found), decided is not None)
