"""A column map guessed: which sheet, what its rows are, where each column goes, and why.

Headers are compared with the words of four languages, cells with what a fact
can hold. Each kind of rows is tried; the one that explains most columns best
is taken. Every decision says how sure it is and on what it rests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from crmaudit.errors import CrmauditError
from crmaudit.exchange.cell_text import Unfit, key, letters_of_crud, spoken
from crmaudit.exchange.column_map import ColumnMap
from crmaudit.exchange.column_words import header_phrases, header_words, is_known, passed_over
from crmaudit.exchange.fitting import (
    Fit,
    Known,
    fit,
    habits,
    share_of,
)
from crmaudit.exchange.layout import Column, Table, table_of
from crmaudit.exchange.likeness import PARTLY, likeness_of
from crmaudit.exchange.map_writing import CERTAIN, DOUBTFUL, LIKELY, MapWriting, Placed, Plan
from crmaudit.exchange.person_names import looks_like_person
from crmaudit.exchange.scales import highest
from crmaudit.exchange.targets import SHAPES, Rows, called_itself, targets
from crmaudit.sheets import Grid

_AMOUNTS = ("costs.amount", "costs.hours", "crud")
"""Facts to which several columns may go."""


def guess_map(
    grids: Sequence[Grid],
    names: Mapping[str, Iterable[str]],
    as_of: date | None = None,
    sheet: str = "",
) -> ColumnMap:
    """The map that a file's headers and cells suggest.

    `names` are ids and names of the workspace's systems, people, entities and
    units. `as_of` is the day the file speaks of: it dates ages and costs
    without a year. Raises CrmauditError where no sheet has a table that says
    anything on systems, people, entities or units.
    """
    plans: list[Plan] = []
    for grid in _candidates(grids, sheet):
        table = table_of(grid)
        if table is not None:
            plans += _plans(table, names, as_of)
    best = max(plans, key=lambda plan: plan.points, default=None)
    if best is None or best.points <= 0:
        raise CrmauditError(
            f"{grids[0].file if grids else 'the file'} holds no table that says what its rows are",
            "it needs a row of headers with one for the names, like Application or System",
        )
    return MapWriting(best, [g for g in grids if not g.hidden], names, as_of).map()


def _candidates(grids: Sequence[Grid], sheet: str) -> list[Grid]:
    if sheet:
        named = [g for g in grids if g.name == sheet]
        if not named:
            known = ", ".join(repr(g.name) for g in grids)
            raise CrmauditError(f"there is no sheet {sheet!r}", f"the sheets are: {known}")
        return named
    return [g for g in grids if not g.hidden] or list(grids)


def _plans(table: Table, names: Mapping[str, Iterable[str]], as_of: date | None) -> Iterator[Plan]:
    seen = habits(table.columns)
    for rows in SHAPES:
        known = Known(
            names={kind: frozenset(key(n) for n in told) for kind, told in names.items()},
            habits=seen,
            as_of=as_of,
            highest_score=_highest_score(table, rows),
        )
        known = _with_own_names(table, rows, known)
        options = list(_options(table, rows, known))
        placed = _assigned(options)
        if rows == "crud":
            placed = _with_matrix(table, placed)
        points = _points(table, rows, placed, known)
        possible = frozenset((o.column.index, o.target.path) for o in options)
        yield Plan(table, rows, placed, points, possible)


# Columns ------------------------------------------------------------------------------------


def _options(table: Table, rows: Rows, known: Known) -> Iterator[Placed]:
    """Every fact that a column may go to, by its header and its cells."""
    for column in table.columns:
        own = called_itself(column.header, rows)
        header = re.sub(r"\b(19|20)\d\d\b", " ", column.header)
        plainly = replace(column, header=header) if header.strip() else column
        avoided = max(likeness_of(plainly, passed_over()).values(), default=0.0) * (not own)
        phrases = likeness_of(plainly, header_phrases(rows)) if not own else {own: 1.0}
        for path, like in phrases.items():
            # What has a name of its own is not taken for part of another's.
            partly = like < PARTLY and is_known(header_words(plainly.header))
            if like < avoided or partly or not column.values:
                continue
            target = targets(rows)[path]
            found = fit(column, target, known, exactly=bool(own))
            if found is None:
                continue
            sure = like * (0.55 + 0.45 * found.share)
            if found.doubtful:
                sure = min(sure, LIKELY - 0.01)
            if path in ("name", "system"):
                sure *= _of_names(column, rows)
            yield Placed(column, target, sure, found)


def _of_names(column: Column, rows: Rows) -> float:
    """How well a column can name what the rows are: people have names of people."""
    if rows != "people":
        return 1.0
    persons = sum(n for v, n in column.values.items() if looks_like_person(spoken(v)))
    return 0.4 + 0.6 * persons / column.filled


def _assigned(options: list[Placed]) -> dict[int, Placed]:
    """Each column to its best fact, each fact to its best column; the surest first."""
    placed: dict[int, Placed] = {}
    gone: set[str] = set()
    for option in sorted(options, key=lambda o: (-o.sure, o.column.index, o.target.path)):
        path = option.target.path
        if option.sure < DOUBTFUL or option.column.index in placed or path in gone:
            continue
        placed[option.column.index] = option
        if path not in _AMOUNTS:
            gone.add(path)
    return placed


def _highest_score(table: Table, rows: Rows) -> float:
    """The largest number among columns that score systems: they share their scale."""
    phrases = header_phrases(rows)
    top = 0.0
    for column in table.columns:
        if any(fact.startswith("fitness.") for fact in likeness_of(column, phrases)):
            told = ((spoken(v), n) for v, n in column.values.items())
            scores = [(float(text), n) for text, n in told if re.fullmatch(r"\d{1,3}", text)]
            top = max(top, highest(scores))
    return top


def _with_own_names(table: Table, rows: Rows, known: Known) -> Known:
    """The sheet's own systems count as known where others refer to them."""
    phrases = {"name": header_phrases("systems")["name"], "id": header_phrases("systems")["id"]}
    if rows != "systems":
        return known
    own = {
        key(spoken(value))
        for column in table.columns
        if max(likeness_of(column, phrases).values(), default=0) >= LIKELY
        for value in column.values
    }
    names = {**known.names, "system": known.names.get("system", frozenset()) | own}
    return replace(known, names=names)


def _with_matrix(table: Table, placed: dict[int, Placed]) -> dict[int, Placed]:
    """Columns that hold nothing but letters of CRUD, under the name of a system or entity."""
    ways = {p.target.path for p in placed.values()}
    if {"crud", "create", "read"} & ways or not {"system", "entity"} & ways:
        return placed
    wide = dict(placed)
    for column in table.columns:
        if column.index in placed or not column.header or not column.values:
            continue
        good = sum(n for v, n in column.values.items() if _is_letters(spoken(v)))
        if good == column.filled:
            seen = Fit(1.0, "letters of CRUD under a name")
            target = targets("crud")["crud"]
            wide[column.index] = Placed(column, target, CERTAIN, seen)
    return wide


def _is_letters(text: str) -> bool:
    try:
        return bool(letters_of_crud(text))
    except Unfit:
        return False


# What a row is ------------------------------------------------------------------------------


def _points(table: Table, rows: Rows, placed: Mapping[int, Placed], known: Known) -> float:
    """How well this kind of rows explains the table; 0 where it lacks what it needs."""
    by_fact = {p.target.path: p for p in placed.values()}
    shape = SHAPES[rows]
    said = set(by_fact)
    if rows == "crud" and sum(p.target.path == "crud" for p in placed.values()):
        said |= {"system", "entity"} if {"system", "entity"} & said else set()
    if not said.issuperset(shape.needs) or (shape.either and said.isdisjoint(shape.either)):
        return 0.0
    points = sum(p.sure for p in placed.values())
    if rows == "crud":
        return points
    if len(placed) == 1 and points < CERTAIN:
        return 0.0  # a lone column called `name` may name anything
    named = by_fact.get("system" if shape.items else "name")
    if named is None:
        return points * 0.5
    unique = named.column.different / max(1, named.column.filled)
    if not shape.items:
        # One row a thing: names that come again and again are those of something else.
        return points * (1.0 if unique > 0.9 else 0.25 + 0.5 * unique)
    return (
        points
        + (1.0 if unique < 0.8 else -0.25)
        + 0.5 * share_of(named.column, known.names.get("system", frozenset()))
    )
