"""Values as text in Arrow arrays: bounded batches, repaired encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

# One array a column, all of one length.
Piece: TypeAlias = "list[pa.Array]"

BATCH_ROWS = 32_768
BATCH_BYTES = 16 * 2**20
_FETCH_ROWS = 256
_FETCH_BYTES = 4 * 2**20
_SLICE = 2**20
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def fetched(fetch: Callable[[int], Sequence[Sequence[bytes | None]]]) -> Iterator[Piece]:
    """Pieces out of a cursor's rows of bytes.

    `fetch(n)` answers at most n rows. How many are asked for follows the size
    of the last ones, so that rows of huge cells do not add up in memory.
    """
    take = 2
    while rows := fetch(take):
        piece = [pa.array(column, pa.binary()) for column in zip(*rows, strict=True)]
        yield piece
        bytes_a_row = max(1, _size(piece) // len(rows))
        take = max(1, min(take * 4, _FETCH_ROWS, _FETCH_BYTES // bytes_a_row))


def gathered(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same rows in fewer pieces: whole batches, bounded in rows and in bytes."""
    held: list[Piece] = []
    rows = size = 0
    for piece in pieces:
        held.append(piece)
        rows += len(piece[0])
        size += _size(piece)
        if rows >= BATCH_ROWS or size >= BATCH_BYTES:
            yield _joined(held)
            held, rows, size = [], 0, 0
    if held:
        yield _joined(held)


def as_text(values: pa.Array) -> tuple[pa.Array, int]:
    """The values as `pa.string()`, and how many had to be repaired.

    Bytes that are not UTF-8 and NUL become U+FFFD.
    """
    repaired = 0
    try:
        text = values.cast(pa.string())
    except pa.ArrowInvalid:
        good = [None if v is None else v.decode("utf-8", "replace") for v in values.to_pylist()]
        text = pa.array(good, pa.string())
        raw = values.cast(pa.binary())
        repaired = pc.sum(pc.not_equal(text.cast(pa.binary()), raw)).as_py() or 0
    if _holds(text, 0):
        repaired += pc.sum(pc.match_substring(text, "\0")).as_py() or 0
        text = pc.replace_substring(text, "\0", _REPLACEMENT)
    return text, repaired


def unescaped(values: pa.Array) -> pa.Array:
    r"""Values of PostgreSQL's COPY text format with its backslash escapes undone.

    NUL cannot occur in that format, so it can stand in for `\\` while the
    other escapes are looked at.
    """
    if not _holds(values, ord("\\")):
        return values
    escapes = [(rb"\\", b"\0"), (rb"\n", b"\n"), (rb"\t", b"\t"), (rb"\r", b"\r")]
    escapes += [(rb"\b", b"\b"), (rb"\f", b"\f"), (rb"\v", b"\v"), (b"\0", b"\\")]
    for escape, meaning in escapes:
        values = pc.replace_substring(values, escape, meaning)
    return values


def _size(piece: Piece) -> int:
    return sum(int(array.nbytes) for array in piece)


def _joined(pieces: list[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    return [pa.concat_arrays(arrays) for arrays in zip(*pieces, strict=True)]


def _holds(values: Any, byte: int) -> bool:
    """Whether the byte occurs in the values' data (or perhaps just beside it)."""
    data = values.buffers()[2]
    if data is None:
        return False
    view = memoryview(data)
    # A copy of a slice at a time: searching bytes is fast, searching a view is not.
    return any(byte in bytes(view[start : start + _SLICE]) for start in range(0, len(view), _SLICE))
