"""Tables of counts of people in which no cell points at a few of them.

A count of one to four is hidden, and so is what it could be worked out from:
of every row and column with its sum either nothing is hidden or at least two
numbers are (complementary suppression; see Willenborg and de Waal 2001). Where
the sum is told, the hidden ones stand for at least five people together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmaudit.governance.rate import SMALLEST_GROUP

Cell = tuple[int, int]


def suppressed(counts: Sequence[Sequence[int]], *, sums_told: bool = False) -> frozenset[Cell]:
    """The cells to hide, rows and columns from 0.

    The table is given without sums. A cell beyond the last column is the sum
    of its row, one beyond the last row that of its column: hidden ones are
    among the answer, as the sums are meant to be shown too. `sums_told`: those
    of columns are told elsewhere whatever this table hides, and no sum protects a count.
    """
    if not counts or not counts[0]:
        return frozenset()
    whole = [[*row, sum(row)] for row in counts]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    rows, columns = len(whole), len(whole[0])
    hidden = {
        (r, c)
        for r in range(rows)
        for c in range(columns)
        if 0 < whole[r][c] < SMALLEST_GROUP
        # Of a small group not even a nought is told.
        or whole[r][-1] < SMALLEST_GROUP
        or (whole[-1][c] and whole[-1][c] < SMALLEST_GROUP)
    }
    lines = list(_lines(rows, columns, told=sums_told))

    def exposed(line: list[Cell]) -> bool:
        kept = hidden.intersection(line)
        if not kept or len(kept) == len(line):
            return False
        if len(kept) == 1:
            return True
        total = line[-1] if _is_sum(line[-1], rows, columns) else None
        if total in kept or (total is None and not sums_told):
            return False
        return sum(whole[r][c] for r, c in kept) < SMALLEST_GROUP

    while True:
        alone = next((line for line in lines if exposed(line)), None)
        if alone is None:
            return frozenset(hidden)
        shown = [cell for cell in alone if cell not in hidden]
        # Rather a count than a sum, and the smallest that is one.
        hidden.add(
            min(
                shown,
                key=lambda x: (
                    _is_sum(x, rows, columns),
                    whole[x[0]][x[1]] == 0,
                    whole[x[0]][x[1]],
                    x,
                ),
            )
        )


def _is_sum(cell: Cell, rows: int, columns: int) -> bool:
    return cell[0] == rows - 1 or cell[1] == columns - 1


def _lines(rows: int, columns: int, *, told: bool) -> Iterator[list[Cell]]:
    """Rows and columns, each with its sum; without, where the sums are told."""
    for r in range(rows - told):
        yield [(r, c) for c in range(columns - told)]
    for c in range(columns):
        yield [(r, c) for r in range(rows - told)]
