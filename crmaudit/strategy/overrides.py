"""What plan.yaml says, laid beside the pieces of work.

What stands under a template's id holds for all its pieces: amounts (days,
cost, benefit) are shared out by the template's own effort, all else holds for
each. What stands under a piece's id wins. An id that a template could make and
that nothing asks for any more is told, and is no mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmaudit.errors import InvalidInput, Problem
from crmaudit.facts import Facts
from crmaudit.rules import all_rules
from crmaudit.strategy.initiatives import TEMPLATES
from crmaudit.strategy.pieces import Piece
from crmaudit.workspace.answers import InitiativeOverride

SHARED = ("effort_days", "cost", "external_cost", "benefit_hours", "benefit_amount")
"""Amounts that are shared out where they are given for several pieces."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Piece → what people decided, and what names no piece any more."""

    by_piece: Mapping[str, InitiativeOverride]
    orphans: tuple[Problem, ...]


def check(facts: Facts) -> None:
    """Raises InvalidInput for names that no template, initiative, rule or deadline has."""
    file = facts.workspace.plan
    own = {o.id for o in file.own}
    codes = {r.code for r in all_rules()}
    days = {d.id for d in facts.workspace.brief.deadlines if d.id}
    problems: list[Problem] = []

    def name(text: str, *path: str | int) -> None:
        if text not in own and text.split(".", 1)[0] not in {*TEMPLATES, "other"}:
            place = facts.workspace.place("plan.yaml", *path)
            known = ", ".join(sorted({*TEMPLATES, "other", *own}))
            problems.append(Problem(f"there is no initiative {text!r}", place, f"known: {known}"))

    def deadline(text: str, *path: str | int) -> None:
        if text not in days:
            place = facts.workspace.place("plan.yaml", *path)
            hint = f"ids in brief.yaml: {', '.join(sorted(days)) or 'none'}"
            problems.append(Problem(f"there is no deadline {text!r}", place, hint))

    for key, override in file.initiatives.items():
        name(key, "initiatives", key)
        for i, before in enumerate(override.after):
            name(before, "initiatives", key, "after", i)
        for i, one in enumerate(override.deadlines):
            deadline(one, "initiatives", key, "deadlines", i)
    for k, initiative in enumerate(file.own):
        for i, before in enumerate(initiative.after):
            name(before, "own", k, "after", i)
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
    facts: Facts, pieces: Sequence[Piece], efforts: Mapping[str, tuple[float, float]]
) -> Overrides:
    """What holds for each piece; `efforts` are the templates' own days by piece."""
    given = facts.workspace.plan.initiatives
    whole: dict[str, float] = {}
    for piece in pieces:
        whole[piece.slug] = whole.get(piece.slug, 0.0) + sum(efforts[piece.id])
    made = {}
    for piece in pieces:
        general = given.get(piece.slug)
        special = given.get(piece.id) if piece.id != piece.slug else None
        values: dict[str, Any] = {}
        if general is not None:
            values = _values(general)
            alone = whole[piece.slug] == sum(efforts[piece.id])
            share = sum(efforts[piece.id]) / whole[piece.slug] if whole[piece.slug] else 1.0
            for amount in SHARED:
                if values.get(amount) is not None and not alone:
                    values[amount] *= share
            if not alone and piece.id != piece.slug:
                values.pop("title", None)
        if special is not None:
            values |= _values(special)
        made[piece.id] = InitiativeOverride.model_construct(
            _fields_set={*values}, **_complete(values)
        )
    there = {p.id for p in pieces} | {p.slug for p in pieces}
    orphans = tuple(
        Problem(
            f"nothing asks for the initiative {key!r} any more",
            facts.workspace.place("plan.yaml", "initiatives", key),
            "its findings are mended, waived or named otherwise: take it out, or keep it as a note",
        )
        for key, override in given.items()
        if key not in there and override.status not in ("done", "dropped")
    )
    return Overrides(made, orphans)


def _values(override: InitiativeOverride) -> dict[str, Any]:
    return {name: getattr(override, name) for name in override.model_fields_set}


def _complete(values: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {n: f.get_default() for n, f in InitiativeOverride.model_fields.items()}
    return {**defaults, **values}
