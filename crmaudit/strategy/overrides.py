"""What plan.yaml says, laid beside the pieces of work.

What stands under a template's id holds for all its pieces: amounts (days,
cost, benefit) are shared out by the template's own effort among those that are
open and have none of their own, all else holds for each. What stands under a
piece's id wins. An id that a template could make and that nothing asks for any
more is told, and is no mistake; where it is done or dropped, it stays so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmaudit.errors import InvalidInput, Problem
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules import all_rules
from crmaudit.strategy.initiatives import CLOSED, OTHER, TEMPLATES
from crmaudit.strategy.pieces import Piece, answering, asked_by, makes, remembered
from crmaudit.workspace.answers import InitiativeOverride
from crmaudit.workspace.spelling import suggestion

SHARED = ("effort_days", "cost", "external_cost", "benefit_hours", "benefit_amount")
"""Amounts that are shared out where they are given for several pieces."""
COSTS = ("cost", "external_cost")
"""Of these a piece has its own or a share, never one of each: one would hide the other."""
_SLUGS = frozenset({*TEMPLATES, "other"})


@dataclass(frozen=True, slots=True)
class Closed:
    """Work that plan.yaml calls done or dropped, and that no finding asks for any more."""

    id: str
    title: str
    status: str
    was: Mapping[str, Any]
    """As the last audit kept it; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Piece → what people decided, and what names no piece any more."""

    by_piece: Mapping[str, InitiativeOverride]
    orphans: tuple[Problem, ...]
    closed: tuple[Closed, ...]


def check(facts: Facts) -> None:
    """Raises InvalidInput for names that no template, system, entity, rule or deadline has."""
    file = facts.workspace.plan
    own = {o.id for o in file.own}
    codes = {r.code for r in all_rules()}
    days = {d.id for d in facts.workspace.brief.deadlines if d.id}
    problems: list[Problem] = []

    def name(text: str, *path: str | int) -> None:
        if text in own or makes(facts, text) or text in remembered(facts):
            return
        slug, _, rest = text.partition(".")
        hint = f"known: {', '.join(sorted(_SLUGS | own))}"
        if slug in _SLUGS:
            split = TEMPLATES.get(slug, OTHER).split
            of = {"entity": facts.workspace.entity, "need": [n.id for n in facts.workspace.needs]}
            ids = of.get(split, facts.workspace.system)
            hint = suggestion(rest, ids) if split else f"{slug!r} is one initiative: write that"
        place = facts.workspace.place("plan.yaml", *path)
        problems.append(Problem(f"there is no initiative {text!r}", place, hint))

    def itself(key: str, before: str, *path: str | int) -> None:
        if before == key:
            place = facts.workspace.place("plan.yaml", *path)
            problems.append(Problem(f"{key!r} waits for itself", place, "take it out"))

    def deadline(text: str, *path: str | int) -> None:
        if text not in days:
            place = facts.workspace.place("plan.yaml", *path)
            hint = f"ids in brief.yaml: {', '.join(sorted(days)) or 'none'}"
            problems.append(Problem(f"there is no deadline {text!r}", place, hint))

    wanted = file.recommended.scenario if file.recommended else None
    known = sorted(s.id for s in facts.workspace.brief.scenarios)
    if wanted is not None and wanted not in known:
        place = facts.workspace.place("plan.yaml", "recommended", "scenario")
        hint = f"ids in brief.yaml: {', '.join(known) or 'none'}"
        problems.append(Problem(f"there is no scenario {wanted!r}", place, hint))
    for key, override in file.initiatives.items():
        if override.status not in CLOSED or key.split(".", 1)[0] not in _SLUGS:
            name(key, "initiatives", key)
        for i, before in enumerate(override.after):
            name(before, "initiatives", key, "after", i)
            itself(key, before, "initiatives", key, "after", i)
        for i, one in enumerate(override.deadlines):
            deadline(one, "initiatives", key, "deadlines", i)
    for k, initiative in enumerate(file.own):
        if initiative.id.split(".", 1)[0] in _SLUGS:
            place = facts.workspace.place("plan.yaml", "own", k, "id")
            text = f"{initiative.id!r} is an id of proposed work, not of your own"
            problems.append(Problem(text, place, "name it otherwise, or use `initiatives:`"))
        for i, before in enumerate(initiative.after):
            name(before, "own", k, "after", i)
            itself(initiative.id, before, "own", k, "after", i)
        for i, one in enumerate(initiative.deadlines):
            deadline(one, "own", k, "deadlines", i)
        for i, text in enumerate(initiative.findings):
            if text.split(" ", 1)[0] not in codes:
                place = facts.workspace.place("plan.yaml", "own", k, "findings", i)
                hint = "write a code, or a code and a subject: `INV101 system:crm`"
                problems.append(Problem(f"{text!r} names no rule", place, hint))
    if problems:
        raise InvalidInput(problems)


def overrides(
    facts: Facts,
    pieces: Sequence[Piece],
    efforts: Mapping[str, tuple[float, float]],
    own: Sequence[Piece] = (),
) -> Overrides:
    """What holds for each piece; `efforts` are the templates' own days by piece.

    `own` are the pieces that people added: they may answer what a template would.
    """
    given = facts.workspace.plan.initiatives
    special = {p.id: given[p.id] for p in pieces if p.id in given and p.id != p.slug}
    by_slug: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_slug.setdefault(piece.slug, []).append(piece)
    made = {}
    for slug, mine in by_slug.items():
        general = given.get(slug)
        for piece in mine:
            values: dict[str, Any] = {}
            if general is not None:
                values = _values(general)
                for amount in SHARED:
                    if values.get(amount) is not None:
                        share = _share(piece, amount, mine, special, efforts)
                        values[amount] = None if share is None else values[amount] * share
                if len(mine) > 1 and piece.id != slug:
                    values.pop("title", None)
            if piece.id in special:
                values |= _values(special[piece.id])
            values = {k: v for k, v in values.items() if v is not None}
            made[piece.id] = InitiativeOverride.model_construct(
                _fields_set={*values}, **_complete(values)
            )
    everything = (*pieces, *own)
    return Overrides(made, tuple(_orphans(facts, everything)), tuple(_closed(facts, pieces)))


def _share(
    piece: Piece,
    amount: str,
    pieces: Sequence[Piece],
    special: Mapping[str, InitiativeOverride],
    efforts: Mapping[str, tuple[float, float]],
) -> float | None:
    """The piece's part of a template's amount; None where it has none of it."""

    alike = COSTS if amount in COSTS else (amount,)

    def shares(p: Piece) -> bool:
        own = special.get(p.id)
        if own is None:
            return True
        return own.status not in CLOSED and all(getattr(own, a) is None for a in alike)

    among = [p for p in pieces if shares(p)]
    if piece not in among:
        return None
    whole = sum(sum(efforts[p.id]) for p in among)
    return sum(efforts[piece.id]) / whole if whole else 1 / len(among)


def _orphans(facts: Facts, pieces: Sequence[Piece]) -> Iterator[Problem]:
    """What plan.yaml names and nobody has: told with its place."""
    file, place = facts.workspace.plan, facts.workspace.place
    there = {p.id for p in pieces} | {p.slug for p in pieces}
    parts = answering(pieces)
    answers = {**{asked_by(facts, f): p.id for p in pieces for f in p.findings}, **parts}
    for key, override in file.initiatives.items():
        where = place("plan.yaml", "initiatives", key)
        if key in {o.id for o in file.own}:
            text = f"{key!r} is an initiative of your own"
            yield Problem(text, where, "write what holds for it under `own:`")
        elif override.status in CLOSED and not (makes(facts, key) or key in remembered(facts)):
            text = f"{key!r} names no system, entity or feed that is known"
            yield Problem(text, where, "where it is gone for good, this is only a note")
        elif key not in there and (override.status not in CLOSED or key in parts):
            yield _orphan(f"the initiative {key!r}", answers.get(key), where)
    over: list[tuple[tuple[str | int, ...], InitiativeOverride]] = [
        (("initiatives", key), o) for key, o in file.initiatives.items()
    ]
    over += [(("own", k), o) for k, o in enumerate(file.own)]
    for path, override in over:
        for i, before in enumerate(override.after):
            closed = before in file.initiatives and file.initiatives[before].status in CLOSED
            if before not in there and before not in parts and "." in before and not closed:
                where = place("plan.yaml", *path, "after", i)
                yield _orphan(f"{before!r}, which is waited for,", answers.get(before), where)
    found = {p.id: {f"{f.code} {f.subject}" for f in p.findings} for p in pieces}
    for k, one in enumerate(file.own):
        for i, text in enumerate(one.findings):
            if " " in text and one.status not in CLOSED and text not in found[one.id]:
                yield Problem(
                    f"there is no finding {text!r}",
                    place("plan.yaml", "own", k, "findings", i),
                    "it is mended, waived, answered elsewhere or named otherwise",
                )


def _orphan(what: str, answered: str | None, where: Any) -> Problem:
    if answered:
        hint = f"write `{answered}`, or take it out"
        return Problem(f"{what} is part of {answered!r} now", where, hint)
    hint = "its findings are mended, waived or named otherwise: take it out, or keep it as a note"
    return Problem(f"nothing asks for {what} any more", where, hint)


def _closed(facts: Facts, pieces: Sequence[Piece]) -> Iterator[Closed]:
    """What is done or dropped and left no finding, by the ids that it had in the last audit."""
    there, before = {p.id for p in pieces} | {*answering(pieces)}, remembered(facts)
    given = facts.workspace.plan.initiatives
    for key, override in given.items():
        if override.status not in CLOSED:
            continue
        parts = [i for i in before if i.startswith(f"{key}.") and i not in given]
        alone = not parts and not any(p.slug == key for p in pieces)
        for id_ in dict.fromkeys([*([key] if key in before or alone else []), *parts]):
            if id_ not in there:
                was = before.get(id_, {})
                slug, _, rest = id_.partition(".")
                title = override.title if id_ == key else None
                proposed = msg(TEMPLATES.get(slug, OTHER).title)
                made = msg("{title}: {part}", title=proposed, part=rest) if rest else proposed
                yield Closed(id_, title or was.get("title") or made, override.status, was)


def _values(override: InitiativeOverride) -> dict[str, Any]:
    return {name: getattr(override, name) for name in override.model_fields_set}


def _complete(values: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {n: f.get_default() for n, f in InitiativeOverride.model_fields.items()}
    return {**defaults, **values}
