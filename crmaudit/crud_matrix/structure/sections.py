"""A matrix too wide to draw whole, cut into blocks that belong together, and the rest as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.crud_matrix.cell import Cell
from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.diagonal import Diagonal, Subsystem, diagonal
from crmaudit.messages import msg


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the matrix to draw by itself: at most so many entities and systems.

    `title` names its subsystems. Every system and entity is in at most one.
    """

    title: str
    entities: tuple[str, ...]
    systems: tuple[str, ...]


@remembered
def sections(matrix: CrudMatrix, most: int = 60) -> tuple[Section, ...]:
    """The matrix in blocks of at most `most` systems and `most` entities.

    One block where it fits whole, in the diagonal's order. Else subsystems
    that follow each other are drawn together as long as they fit; one that is
    larger is cut. What lies outside the blocks is in `unsectioned`.
    """
    found = diagonal(matrix)
    if len(matrix.systems) <= most and len(matrix.entities) <= most:
        return (Section("", found.order.entities, found.order.systems),)
    return tuple(_packed(found, most))


def _packed(found: Diagonal, most: int) -> Iterator[Section]:
    waiting: list[Subsystem] = []
    for subsystem in found.subsystems:
        for piece in _cut(subsystem, most):
            systems = sum(len(x.systems) for x in (*waiting, piece))
            entities = sum(len(x.entities) for x in (*waiting, piece))
            if waiting and (systems > most or entities > most):
                yield _section(waiting)
                waiting = []
            waiting.append(piece)
    if waiting:
        yield _section(waiting)


def _cut(subsystem: Subsystem, most: int) -> Iterator[Subsystem]:
    """The subsystem, or pieces of equal size along its diagonal where it is too large."""
    longest = max(len(subsystem.systems), len(subsystem.entities))
    pieces = -(-longest // most)
    if pieces == 1:
        yield subsystem
        return
    for i in range(pieces):
        yield Subsystem(
            msg("{subsystem}, part {i}", subsystem=subsystem.name, i=i + 1),
            _piece(subsystem.systems, i, pieces),
            _piece(subsystem.entities, i, pieces),
            0,
        )


def _piece(items: Sequence[str], at: int, pieces: int) -> tuple[str, ...]:
    return tuple(items[at * len(items) // pieces : (at + 1) * len(items) // pieces])


def _section(parts: Sequence[Subsystem]) -> Section:
    title = (
        parts[0].name
        if len(parts) == 1
        else msg("{name} to {name2}", name=parts[0].name, name2=parts[-1].name)
    )
    return Section(
        title,
        tuple(e for x in parts for e in x.entities),
        tuple(s for x in parts for s in x.systems),
    )


def unsectioned(matrix: CrudMatrix, most: int = 60) -> tuple[Cell, ...]:
    """Cells with letters that no section shows, by entity: the list beside the blocks."""
    cut = sections(matrix, most)
    at_system = {s: i for i, x in enumerate(cut) for s in x.systems}
    at_entity = {e: i for i, x in enumerate(cut) for e in x.entities}
    return tuple(
        matrix.cell(s, e)
        for e in matrix.entities
        for s in matrix.holders(e)
        if e not in at_entity or at_system.get(s) != at_entity[e]
    )
