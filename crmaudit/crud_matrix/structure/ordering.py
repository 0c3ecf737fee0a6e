"""The orders in which a matrix may be drawn, by name."""

from __future__ import annotations

from typing import Literal, get_args

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.diagonal import diagonal
from crmaudit.crud_matrix.structure.grid import grid
from crmaudit.crud_matrix.structure.order import Order, by_energy, order_of

How = Literal["declared", "name", "bea", "bsp"]
HOWS: tuple[How, ...] = get_args(How)


@remembered
def ordered(matrix: CrudMatrix, how: How) -> Order:
    """The order to draw the matrix in.

    `declared` as the files have it, `name` by what things are called, `bea`
    by bond energy (rows and columns that share most side by side), `bsp`
    along the diagonal in boxes (see `diagonal`).
    """
    if how == "bea":
        return by_energy(matrix)
    if how == "bsp":
        return diagonal(matrix).order
    g = grid(matrix)
    if how == "name":
        return order_of(matrix, g.entities, g.systems, "name")
    return order_of(matrix, matrix.entities, matrix.systems, "declared")
