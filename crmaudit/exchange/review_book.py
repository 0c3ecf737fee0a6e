"""The duplicate review as a workbook: pairs with their values out, answers by record id in.

It holds personal data and says so on every sheet and in its properties. What
comes back is read by its hidden column only: ids and answers, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.evidence import PairFound
from crmaudit.quality.matching.recipe import ATTRIBUTES
from crmaudit.sheets import Column, Grid, Page, Table, Value, read_book, workbook
from crmaudit.sheets.guarding import SUFFIXES, holds_text
from crmaudit.sheets.writing import HEADING
from crmaudit.workspace.answering import Answered
from crmaudit.workspace.answers import Answer

MARK = "crmaudit-review"
ANSWERS: tuple[Answer, ...] = get_args(Answer)
PERSONAL = "PERSONAL DATA: not to be passed on; delete this file when the work is done"
_LOOKED_AT = 4
_MARK = re.compile(rf"{MARK}:([0-9a-f]{{1,64}})")
_PAIR = re.compile(r"(rec-[0-9a-f]{1,64}) (rec-[0-9a-f]{1,64})(?: ([\w.-]{1,64}))?")


@dataclass(frozen=True, slots=True)
class Side:
    """A record as it is shown to the reviewer; `values` are by attribute."""

    system: str
    key: str
    values: Mapping[str, str]


def shown_attributes(sides: Iterable[Side]) -> list[str]:
    """What these records have, in the fixed order of attributes; marks last."""
    held = {a for side in sides for a in side.values}
    order: dict[str, int] = {a: i for i, a in enumerate(ATTRIBUTES)}
    return sorted(held, key=lambda a: (order.get(a, len(order)), a))


def against(attribute: str, one: str, other: str) -> bool:
    """Whether that speaks against the pair: both say something, and not the same.

    When and whence a record came tells nothing of whom it is about.
    """
    return bool(one and other) and one != other and attribute in ATTRIBUTES


def review_book(
    path: str,
    entity: str,
    key_id: str,
    pairs: Sequence[tuple[PairFound, Side, Side]],
) -> bytes:
    """The workbook of these pairs: two lines a pair, one below the other, and a cell to answer.

    `path` names what is reviewed, `entity` is written into the answers. What
    the model says of them is left out: an answer is to be the reviewer's own.
    """
    attributes = shown_attributes(side for _, *sides in pairs for side in sides)
    columns = [
        Column("", f"{MARK}:{key_id}", PERSONAL, hidden=True, locked=True),
        Column("Pair", "", PERSONAL, "whole", locked=True),
        Column("Answer", "answer", PERSONAL, choices=ANSWERS, width=12,
               help="Do both lines stand for the same thing? same, different, or unsure."),
        Column("System", "", PERSONAL, locked=True),
        Column("Key", "", PERSONAL, locked=True),
        *(Column(a, "", PERSONAL, locked=True) for a in attributes),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    differ: set[tuple[int, int]] = set()
    for number, (p, left, right) in enumerate(pairs, 1):
        ids = f"{p.left} {p.right} {entity}".strip()
        for at, a in enumerate(attributes, 5):
            if against(a, left.values.get(a, ""), right.values.get(a, "")):
                differ |= {(len(rows), at), (len(rows) + 1, at)}
        for side in (left, right):
            values = [side.values.get(a) for a in attributes]
            rows.append([ids, number, None, side.system, side.key, *values])
    name = "Pairs (personal data)"
    table = Table(name, columns, rows, frozen=3, set_out=frozenset(differ))
    return workbook([_readme(path, len(pairs)), table], f"PERSONAL DATA: review of {path}")


def clusters_book(path: str, rows: Sequence[Mapping[str, Value]], clusters: int) -> bytes:
    """The workbook of records that stand for one thing, with the sources' own keys."""
    titles = {
        "cluster": ("Thing", "whole"),
        "keep": ("Suggestion", "text"),
        "system": ("System", "text"),
        "table": ("Table", "text"),
        "key": ("Key in the source", "text"),
        "filled": ("Attributes filled", "whole"),
        "modified": ("Last changed", "text"),
        "why": ("Because", "text"),
        "record": ("Keyed id", "text"),
    }
    columns = [Column(t, "", PERSONAL, kind) for t, kind in titles.values()]  # type: ignore[arg-type]
    table = Table(
        "Records (personal data)", columns, [[row[key] for key in titles] for row in rows], frozen=2
    )
    readme = Page(
        "Read me (personal data)",
        [
            f"Records of {path} that stand for one thing",
            f"{PERSONAL}.",
            "",
            f"{clusters:,} things with {len(rows):,} records. The record to keep is a suggestion: "
            "the most trusted system, then the most complete, then the one changed last.",
            "Nothing was merged anywhere. Put together in the source what is the same, and check "
            "each case before.",
        ],
    )
    return workbook([readme, table], f"PERSONAL DATA: duplicates of {path}")


def _readme(path: str, pairs: int) -> Page:
    return Page(
        "Read me (personal data)",
        [
            f"Review of {path}",
            f"{PERSONAL}.",
            "",
            "Answering:",
            f"{pairs:,} pairs of records stand in two lines each, one below the other. Values that "
            "differ stand out.",
            "Write same, different or unsure into one of the two cells of the column Answer. What "
            "stays empty is not answered.",
            "",
            "Giving it back:",
            "`crmaudit import FILE` reads the answers and the keyed ids of the records, nothing "
            "else, and shows them before anything is written. Then delete this file.",
        ],
    )


# Coming back -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What came back: under which key, the answers with their cells, and pairs left open."""

    key_id: str
    answers: tuple[tuple[Answered, Place], ...]
    empty: int


def is_review(path: Path) -> bool:
    """Whether the file is a workbook of the review, or one whose marks say that it is personal.

    What is left of a workbook that was changed is no list of anything else.
    """
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        return holds_text(path, re.compile(rf"{_MARK.pattern}|{PERSONAL}\.?".encode()))
    except (CrmauditError, OSError):
        return False  # whoever reads spreadsheets says what is wrong with it


def read_review(path: Path) -> BroughtBack:
    """The answers of a filled workbook.

    Raises InvalidInput with every mistake at its cell; no value of a record is told.
    """
    found = [sheet for grid in read_book(path) if (sheet := _ours(grid))]
    keys = {key for _, key, *_ in found}
    if len(keys) != 1:
        raise CrmauditError(
            f"{path.name} holds no sheet of a review, or those of several audits",
            "bring the workbook as `--review --reveal -o` wrote it, its first lines and its hidden "
            "column with it",
        )
    problems: list[Problem] = []
    answers: dict[frozenset[str], tuple[Answered, Place]] = {}
    pairs: set[frozenset[str]] = set()
    for grid, _, top, mark, column in found:
        for place, ids, value in _rows(grid, top, mark, column):
            match = _PAIR.fullmatch(ids)
            said = str(value or "").strip().casefold()
            if match is None or match[1] == match[2]:
                hint = "take the row from the workbook as it was written"
                problems.append(Problem("the hidden cell names no pair of records", place, hint))
                continue
            left, right, entity = match.groups()
            pair = frozenset((left, right))
            pairs.add(pair)
            answer = next((a for a in ANSWERS if a == said), None)
            before = answers.get(pair)
            if said and answer is None:
                hint = "write same, different or unsure, or leave the cell empty"
                problems.append(Problem("the answer is none of the three", place, hint))
            elif answer and before and before[0].answer != answer:
                what = "this pair is answered twice, and differently"
                problems.append(Problem(what, place, f"first in {before[1]}"))
            elif answer:
                answers[pair] = Answered(left, right, answer, entity or ""), place
    if problems:
        raise InvalidInput(problems)
    return BroughtBack(keys.pop(), tuple(answers.values()), len(pairs) - len(answers))


def _ours(grid: Grid) -> tuple[Grid, str, int, int, int] | None:
    """The sheet with its key's id, its first row and the columns of ids and answers."""
    for r, row in enumerate(grid.rows[:_LOOKED_AT]):
        for c, value in enumerate(row):
            if isinstance(value, str) and (mark := _MARK.fullmatch(value)):
                answer = next((i for i, v in enumerate(row) if v == "answer"), None)
                if answer is None:
                    return None
                return grid, mark[1], r + 1, c, answer
    return None


def _rows(grid: Grid, top: int, mark: int, column: int) -> Iterator[tuple[Place, str, Value]]:
    """Place of the answer, ids and answer of each row that has either; headings left out."""
    for r in range(top, len(grid.rows)):
        ids, value = grid.rows[r][mark], grid.rows[r][column]
        if ids == HEADING or (ids is None and value is None):
            continue
        fault = "?" if (r, column) in grid.faults else value
        yield grid.place(r, column), str(ids or "").strip(), fault
