"""The orders in which a matrix may be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.bond_energy import BEST_UP_TO, energy, insertion
from crmaudit.crud_matrix.structure.grid import grid
from crmaudit.messages import chained, msg


@dataclass(frozen=True, slots=True)
class Order:
    """Ids of entities and systems in the order to draw them.

    `energy` is the number of neighbouring pairs of filled cells in it, `was`
    that in the declared order (the bond energy, see `bond_energy`). `method`
    says in a word how it was found: `declared`, `name`, `diagonal`, `best
    insertion`, `best insertion, of systems by name`.
    """

    entities: tuple[str, ...]
    systems: tuple[str, ...]
    energy: int
    was: int
    method: str


def order_of(
    matrix: CrudMatrix, entities: Sequence[str], systems: Sequence[str], method: str
) -> Order:
    """This order with its bond energy and that of the declared one."""
    now = _energy(matrix, entities, systems)
    return Order(tuple(entities), tuple(systems), now, _declared(matrix), method)


@remembered
def _declared(matrix: CrudMatrix) -> int:
    return _energy(matrix, matrix.entities, matrix.systems)


def by_energy(matrix: CrudMatrix) -> Order:
    """By bond energy, rows and columns each; never below the declared order's."""
    g = grid(matrix)
    entities = _inserted(g.entities, g.columns, len(g.systems), matrix.entities)
    systems = _inserted(g.systems, g.rows, len(g.entities), matrix.systems)
    large = [x for x, n in (("entities", entities), ("systems", systems)) if len(n) > BEST_UP_TO]
    method = msg("best insertion") + (
        msg(", of {large} by name", large=chained("{a} and {b}", large)) if large else ""
    )
    return order_of(matrix, entities, systems, method)


def _inserted(
    ids: Sequence[str], lines: Sequence[Mapping[int, str]], width: int, declared: Sequence[str]
) -> list[str]:
    """The order found, or the declared one where that happens to be better."""
    number = {x: i for i, x in enumerate(ids)}
    found, was = insertion(lines, width), [number[x] for x in declared]
    best = found if energy(lines, found) >= energy(lines, was) else was
    return [ids[i] for i in best]


def _energy(matrix: CrudMatrix, entities: Sequence[str], systems: Sequence[str]) -> int:
    g = grid(matrix)
    by_entity = {x: i for i, x in enumerate(g.entities)}
    by_system = {x: i for i, x in enumerate(g.systems)}
    return energy(g.columns, (by_entity[x] for x in entities)) + energy(
        g.rows, (by_system[x] for x in systems)
    )
