"""Which planted defect owns which cell, and how it is put there.

A cell (table, row, column) belongs to the first plant that claims it; a later
plant that draws a taken cell draws again.  So a plant that is added last
(see `faults_later`) changes the cells it wins and no other, and every defect in
the truth is really in the data: nothing has been planted over it.

Claims are kept as one byte a cell, and only for columns that are ever
claimed: a million contacts cost some twenty megabytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crmaudit.demo.streams import Streams

Row = list[Any]
Values = dict[str, Any]
Mutation = Callable[[Values, random.Random], Values]


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth on one planted defect.

    `keys` are the values of `key` in the damaged rows; `where`, if it is not
    empty, is an SQL condition that finds exactly these rows.
    """

    name: str
    system: str
    table: str
    columns: tuple[str, ...]
    key: str
    count: int
    about: str
    where: str
    keys: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class CellPlant:
    """A defect in single cells of one table: where, how often, and what it does.

    `share` is the part of the table's rows; `mutate` gets the row's values by
    column and the plant's own stream, and returns the columns it changes.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    share: float
    mutate: Mutation
    about: str
    where: str = ""


class ClaimBook:
    """Gives cells to plants and writes the defects into rows on their way to the database."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._sizes: dict[str, int] = {}
        self._keys: dict[str, str] = {}
        self._gone: dict[str, bytearray] = {}
        self._cells: dict[tuple[str, str], bytearray] = {}
        self._touched: dict[str, bytearray] = {}
        self._names: dict[str, list[str]] = {}
        self._plants: dict[str, list[CellPlant]] = {}
        self.planted: list[Planted] = []

    def size(self, table: str, highest: int, key: str = "id") -> None:
        """Tell that the values of `table`'s key column run from 1 to `highest`."""
        self._sizes[table] = highest
        self._keys[table] = key
        self._gone[table] = bytearray(highest + 1)
        self._touched[table] = bytearray(highest + 1)

    def remove(self, table: str, keys: Iterable[int]) -> None:
        """Tell that the rows `keys` will not be written."""
        gone = self._gone[table]
        for key in keys:
            gone[key] = 1

    def is_gone(self, table: str, key: int) -> bool:
        return bool(self._gone[table][key])

    def live(self, table: str, key: int) -> int:
        """`key`, or the next key whose row exists."""
        gone = self._gone[table]
        while gone[key]:
            key = key % self._sizes[table] + 1
        return key

    def is_free(self, table: str, key: int, *columns: str) -> bool:
        """Whether no plant owns any of these cells."""
        cells = self._cells
        return not any(grid[key] for c in columns if (grid := cells.get((table, c))) is not None)

    def owner(self, table: str, column: str, key: int) -> str:
        """The plant that owns this cell, or nothing."""
        grid = self._cells.get((table, column))
        return self._names[table][grid[key]] if grid is not None else ""

    def claim(
        self,
        plant: str,
        table: str,
        columns: Sequence[str],
        count: int,
        *,
        pool: Sequence[int] | None = None,
        fits: Callable[[int], bool] | None = None,
    ) -> list[int]:
        """Give `plant` the cells of `count` rows drawn by its own stream; their keys, ascending.

        `pool` limits the rows to draw from, `fits` refuses rows.  Where the
        pool runs dry the plant gets fewer.
        """
        keys = pool if pool is not None else range(1, self._sizes[table] + 1)
        rng = self._streams.plant(f"{plant}@{table}")
        taken: list[int] = []
        gone = self._gone[table]
        size = len(keys)
        for _ in range(40 * count + 400 if size else 0):
            if len(taken) == count:
                break
            key = keys[int(rng.random() * size)]
            if gone[key] or not self.is_free(table, key, *columns) or (fits and not fits(key)):
                continue
            self.take(plant, table, columns, key)
            taken.append(key)
        taken.sort()
        return taken

    def take(self, plant: str, table: str, columns: Sequence[str], key: int) -> None:
        """Give `plant` the cells of one row."""
        names = self._names.setdefault(table, [""])
        if plant not in names:
            names.append(plant)
        code = names.index(plant)
        for column in columns:
            self._grid(table, column)[key] = code

    def plant(self, plants: Iterable[CellPlant], fits: dict[str, Callable[[int], bool]]) -> None:
        """Claim the cells of `plants`, in their order; `fits` refuses rows by plant name."""
        for plant in plants:
            count = max(1, round(plant.share * self._rows(plant.table)))
            keys = self.claim(
                plant.name, plant.table, plant.columns, count, fits=fits.get(plant.name)
            )
            touched = self._touched[plant.table]
            for key in keys:
                touched[key] = 1
            self._plants.setdefault(plant.table, []).append(plant)
            self.record(plant.name, plant.table, plant.columns, keys, plant.about, plant.where)

    def record(
        self,
        name: str,
        table: str,
        columns: Sequence[str],
        keys: Sequence[int | str],
        about: str,
        where: str = "",
        key: str = "",
    ) -> None:
        """Write a defect down as truth; `key` is the column that `keys` are values of."""
        system, _, bare = table.partition(".")
        key = key or self._keys.get(table, "id")
        self.planted.append(
            Planted(name, system, bare, tuple(columns), key, len(keys), about, where, tuple(keys))
        )

    def apply(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
        """Pass `rows` on (first value: the integer key) with the cell plants put in."""
        touched = self._touched.get(table)
        names = self._names.get(table, [])
        plants = [
            (p, names.index(p.name), self._grid(table, p.columns[0]), self._streams.plant(p.name))
            for p in self._plants.get(table, ())
            if p.name in names
        ]
        if touched is None or not plants:
            yield from rows
            return
        place = {column: number for number, column in enumerate(columns)}
        for row in rows:
            key = row[0]
            if key < len(touched) and touched[key]:
                for plant, code, grid, rng in plants:
                    if grid[key] == code:
                        values = dict(zip(columns, row, strict=True))
                        for column, value in plant.mutate(values, rng).items():
                            row[place[column]] = value
            yield row

    def _rows(self, table: str) -> int:
        return self._sizes[table] - sum(self._gone[table])

    def _grid(self, table: str, column: str) -> bytearray:
        grid = self._cells.get((table, column))
        if grid is None:
            grid = self._cells[table, column] = bytearray(self._sizes[table] + 1)
        return grid
