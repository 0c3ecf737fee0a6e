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
from crmaudit.sheets import Column, Grid, Page, Table, Value, read_book, workbook
from crmaudit.sheets.guarding import SUFFIXES, holds_text
from crmaudit.workspace.answers import Answer
from crmaudit.workspace.answering import Answered

MARK = "crmaudit-review"
ANSWERS: tuple[Answer, ...] = get_args(Answer)
PERSONAL = "PERSONAL DATA: not to be passed on; delete this file when the work is done"
_LOOKED_AT = 4
_MARK = re.compile(rf"{MARK}:([0-9a-f]{{1,64}})")
_PAIR = re.compile(r"(rec-[0-9a-f]{1,64}) (rec-[0-9a-f]{1,64})(?: (.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Side:
    """A record as it is shown to the reviewer; `values` are by attribute."""

    system: str
    key: str
    values: Mapping[str, str]


def review_book(
    path: str,
    entity: str,
    key_id: str,
    pairs: Sequence[tuple[PairFound, Side, Side]],
) -> bytes:
    """The workbook of these pairs: two lines a pair, one below the other, and a cell to answer.

    `path` names what is reviewed, `entity` is written into the answers.
    """
    attributes = list(dict.fromkeys(a for _, *sides in pairs for s in sides for a in s.values))
    columns = [
        Column("", f"{MARK}:{key_id}", PERSONAL, hidden=True, locked=True),
        Column("Pair", "", PERSONAL, "whole", locked=True),
        Column("Answer", "answer", PERSONAL, choices=ANSWERS, width=12,
               help="Do both lines stand for the same thing? same, different, or unsure."),
        Column("Model says", "", PERSONAL, locked=True, width=11),
        Column("System", "", PERSONAL, locked=True),
        Column("Key", "", PERSONAL, locked=True),
        *(Column(a, "", PERSONAL, locked=True) for a in attributes),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    asks: dict[tuple[int, int], Column] = {}
    differ: set[tuple[int, int]] = set()
    blank = Column("Answer", "answer", locked=True)
    for number, (p, left, right) in enumerate(pairs, 1):
        first = len(rows)
        asks[first + 1, 2] = blank
        for side in (left, right):
            mark = f"{p.left} {p.right} {entity}".strip() if side is left else None
            told = f"{100 * p.probability:.0f} % same" if side is left else None
            values = [side.values.get(a) for a in attributes]
            rows.append([mark, number, None, told, side.system, side.key, *values])
        for i, a in enumerate(attributes):
            if left.values.get(a) and right.values.get(a) and left.values[a] != right.values[a]:
                differ |= {(first, 6 + i), (first + 1, 6 + i)}
    table = Table("Pairs (personal data)", columns, rows, frozen=3, asks=asks,
                  set_out=frozenset(differ))  # fmt: skip
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
            "Write same, different or unsure into the first line's cell of the column Answer. What "
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
    """Whether the file is a workbook of the review."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        return holds_text(path, re.compile(_MARK.pattern.encode()))
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
            "bring the workbook as `--review --reveal -o` wrote it",
        )
    problems: list[Problem] = []
    answers: dict[frozenset[str], tuple[Answered, Place]] = {}
    empty = 0
    for grid, _, top, mark, column in found:
        for place, ids, value in _rows(grid, top, mark, column):
            match = _PAIR.fullmatch(ids)
            said = str(value or "").strip().casefold()
            if match is None:
                problems.append(Problem("the hidden cell names no pair of records", place,
                                        "take the row from the workbook as it was written"))  # fmt: skip
            elif not said:
                empty += 1
            elif said not in ANSWERS:
                hint = "write same, different or unsure, or leave the cell empty"
                problems.append(Problem("the answer is none of the three", place, hint))
            else:
                left, right, entity = match.groups()
                pair = frozenset((left, right))
                answer = next(a for a in ANSWERS if a == said)
                before = answers.get(pair)
                if before and before[0].answer != answer:
                    problems.append(Problem("this pair is answered twice, and differently", place,
                                            f"first in {before[1]}"))  # fmt: skip
                answers[pair] = Answered(left, right, answer, entity or ""), place
    if problems:
        raise InvalidInput(problems)
    return BroughtBack(keys.pop(), tuple(answers.values()), empty)


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
    for r, row in _filled(grid.rows, top):
        ids = row[mark]
        if isinstance(ids, str) and ids.startswith("rec-"):
            fault = grid.faults.get((r, column))
            yield grid.place(r, column), ids.strip(), "?" if fault else row[column]
        elif row[column] not in (None, "", "Answer"):
            yield grid.place(r, column), "", row[column]


def _filled(rows: Sequence[Sequence[Value]], top: int) -> Iterable[tuple[int, Sequence[Value]]]:
    return ((r, rows[r]) for r in range(top, len(rows)) if any(v is not None for v in rows[r]))
