"""Named random streams: what keeps one part of the demo from moving another.

Every table and every planted defect draws from a stream of its own, seeded by
its name.  A part that is added later therefore takes no number away from the
parts that were there before it.

Two kinds are needed.  A `random.Random` is read from row to row while a table
is written.  A `Draw` belongs to one numbered thing (a person, an
organisation) and can be made again at any time, so that three databases can
speak of the same person without anybody keeping a million people in memory.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Some forty small choices for one numbered thing, the same every time."""

    __slots__ = ("_rest",)

    def __init__(self, prefix: bytes, number: int) -> None:
        digest = hashlib.blake2b(prefix + number.to_bytes(8, "big"), digest_size=64).digest()
        self._rest = int.from_bytes(digest, "big")

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._rest, value = divmod(self._rest, limit)
        return value

    def pick(self, values: Sequence[T]) -> T:
        """One of `values`, each as likely as the others."""
        self._rest, index = divmod(self._rest, len(values))
        return values[index]

    def chance(self, permille: int) -> bool:
        """True in `permille` of a thousand cases."""
        return self.below(1000) < permille


class Streams:
    """Hands out the streams of one seed, by name."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def table(self, name: str) -> random.Random:
        """The stream of one table (or of one named part of it)."""
        return self._random(f"table:{name}")

    def plant(self, name: str) -> random.Random:
        """The stream of one planted defect."""
        return self._random(f"plant:{name}")

    def prefix(self, name: str) -> bytes:
        """The start of the `Draw`s called `name`, to be kept by whoever makes many."""
        return hashlib.sha256(f"{self.seed}:draw:{name}".encode()).digest()

    def _random(self, name: str) -> random.Random:
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return random.Random(int.from_bytes(digest, "big"))


def weighted(*weights: tuple[T, int]) -> tuple[T, ...]:
    """A tuple in which each value stands as often as its weight says: cheap to pick from."""
    return tuple(value for value, weight in weights for _ in range(weight))
