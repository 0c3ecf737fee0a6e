"""A cell's value as the workspace's file would hold it, or what is wrong with it.

The habits of those who fill spreadsheets are understood here. Which habit a
column has is said in its `Conversion`, never guessed from the single cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from pydantic import ValidationError

from crmaudit.exchange.cell_days import day
from crmaudit.exchange.cell_numbers import number
from crmaudit.exchange.cell_text import (
    Alike,
    Unfit,
    key,
    letters_of_crud,
    says_nothing,
    shortened,
    spoken,
    without_contacts,
    yes_or_no,
)
from crmaudit.exchange.person_names import looks_like_unit
from crmaudit.exchange.targets import Target
from crmaudit.sheets import Value
from crmaudit.workspace.complaints import mistake
from crmaudit.workspace.spelling import suggestion


@dataclass(frozen=True)
class Conversion:
    """How a column's cells are written. `values` are texts and what they mean."""

    values: Mapping[str, Any] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    """What the worst and the best are there; mapped linearly to the field's own range."""
    times: float | None = None
    """A factor: 1000 where amounts stand in thousands."""
    decimal: str = "point"
    dates: str = ""
    """Like `%d.%m.%Y`, with %d, %m, %b (a month's name), %Y, %y, %q (a quarter); or `ago`."""
    split: str = ""
    units: bool = False
    """Whether texts that should name persons name departments."""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """`value` is None where the cell says nothing; `faults` are messages with hints."""

    value: Any = None
    faults: tuple[tuple[str, str], ...] = ()


Convert = Callable[[Value], Converted]


def converter(target: Target, how: Conversion) -> Convert:
    """What makes values for the target out of a column's cells. Pure, and remembers texts."""
    single = _single(target, how)
    meanings = Alike(how.values.items())

    def one(value: Value) -> Converted:
        if isinstance(value, str) and (known := meanings.get(value)) is not None:
            return Converted(known)
        if says_nothing(value) and value not in target.field.choices:
            return Converted()
        try:
            return single(value)
        except Unfit as unfit:
            return Converted(None, ((str(unfit), unfit.hint),))

    def several(value: Value) -> Converted:
        if says_nothing(value):
            return Converted()
        parts = re.split(re.escape(how.split), str(value)) if how.split else [value]
        found = [one(part.strip() if isinstance(part, str) else part) for part in parts]
        values = list(dict.fromkeys(f.value for f in found if f.value is not None))
        return Converted(values or None, tuple(fault for f in found for fault in f.faults))

    chosen = several if target.field.several else one
    remembered = cache(chosen)
    return lambda value: remembered(value) if isinstance(value, str) else chosen(value)


def _single(target: Target, how: Conversion) -> Callable[[Value], Converted]:
    match target.kind:
        case "number" | "whole":
            return lambda value: Converted(_scaled(number(value, how.decimal), target, how))
        case "date":
            return lambda value: Converted(day(value, how.dates, how.as_of, target.path))
        case "yes or no":
            return lambda value: Converted(yes_or_no(value))
        case "choice":
            choices = {key(c): c for c in target.field.choices}
            return lambda value: Converted(_choice(value, choices))
        case "crud":
            return lambda value: Converted(letters_of_crud(value))
    return _text(target, how.units)


def _scaled(found: float, target: Target, how: Conversion) -> float:
    low, high = target.field.low, target.field.high
    if how.scale is not None and low is not None and high is not None:
        worst, best = how.scale
        if not min(worst, best) <= found <= max(worst, best):
            raise Unfit(f"{found:g} is not on the scale of {worst:g} to {best:g}")
        found = low + (found - worst) * (high - low) / (best - worst)
        found = math.floor(found + 0.5) if target.kind == "whole" else round(found, 2)
    elif how.times is not None:
        found = round(found * how.times, 10)
    whole = float(found).is_integer()
    if target.kind == "whole" and not whole:
        raise Unfit(f"{found:g} is not a whole number")
    if low is not None and found < low:
        raise Unfit(f"{found:g} is less than {low:g}")
    if high is not None and found > high:
        raise Unfit(f"{found:g} is more than {high:g}")
    return int(found) if whole else found


def _choice(value: Value, choices: Mapping[str, str]) -> str:
    text = spoken(value)
    if key(text) in choices:
        return choices[key(text)]
    raise Unfit(f"{shortened(value)} is none of the choices", suggestion(text, choices.values()))


def _text(target: Target, units: bool) -> Callable[[Value], Converted]:
    named = bool(target.refers) or target.path in ("name", "id", "vendor")

    def text(value: Value) -> Converted:
        found = "".join(c if c.isprintable() or c in "\n\t" else " " for c in spoken(value))
        if named or target.field.several:
            found = " ".join(found.split())
        if target.refers == "person" and not units:
            return Converted(*_person(found))
        found, faults = without_contacts(found.strip())
        if found and not target.refers:
            _check(target, found)
        return Converted(found or None, faults)

    return text


def _check(target: Target, text: str) -> None:
    """Whether the model takes the text: a currency has three letters, an id no blanks."""
    try:
        target.field.adapter.validate_python((text,) if target.field.several else text)
    except ValidationError as error:
        message, hint = mistake(error.errors(include_url=False)[0])
        raise Unfit(message, hint) from None


def _person(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A person's name without the contacts that stand beside it."""
    bare, faults = without_contacts(text)
    name = re.sub(r"\[(e-mail address|telephone number)\]", "", bare).strip(" ,;:-<>()|/")
    if not name:
        raise Unfit("an e-mail address or telephone number alone names nobody", "write a name")
    if looks_like_unit(name):
        raise Unfit(f"{shortened(name)} is a department, not a person", "ask who answers for it")
    if re.search(r"[;\n|]|\s/\s", name):
        raise Unfit(f"{shortened(name)} are several; one is asked for", "choose who answers for it")
    return name, faults
