"""Shapes of many values at once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from crmaudit.evidence.privacy import SHAPE_LENGTH, shape_classes

Bytes = npt.NDArray[np.uint8]


def shapes(values: Any) -> Any:
    """`crmaudit.evidence.privacy.shape` of every value of an Arrow array without nulls.

    One table look-up over the characters of all values: about ten times
    faster than SQL functions, fifty times faster than value by value.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not len(values):
        return pa.array([], pa.string())
    head = pc.utf8_slice_codeunits(values, 0, SHAPE_LENGTH)
    starts, classes = _classes(head)
    # A sign is dropped if it repeats the one before it in the same value.
    kept = np.ones(len(classes), dtype=bool)
    kept[1:] = (classes[1:] != classes[:-1]) | ~_repeatable()[classes[1:]]
    kept[starts[starts < len(classes)]] = True
    ends = np.concatenate(([0], np.cumsum(kept)))[starts].astype(np.int32)
    result = pa.StringArray.from_buffers(
        len(values), pa.py_buffer(ends), pa.py_buffer(classes[kept])
    )
    longer = pc.greater(pc.utf8_length(values), SHAPE_LENGTH)
    if not pc.any(longer).as_py():
        return result
    return pc.binary_join_element_wise(result, pc.if_else(longer, "…", ""), "")


def _classes(values: Any) -> tuple[npt.NDArray[np.int64], Bytes]:
    """Where each value starts, and the class of every character."""
    _, offset_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[
        values.offset : values.offset + len(values) + 1
    ]
    data = b"" if data_buffer is None else data_buffer.to_pybytes()[offsets[0] : offsets[-1]]
    starts = (offsets - offsets[0]).astype(np.int64)
    raw = np.frombuffer(data, np.uint8)
    table = np.frombuffer(shape_classes(), np.uint8)
    if data.isascii():
        return starts, table[raw]
    points = np.frombuffer(data.decode("utf-8").encode("utf-32-le"), np.uint32)
    # Offsets count bytes; a character begins at each byte that continues none.
    begins = np.concatenate(([0], np.cumsum((raw & 0xC0) != 0x80)))
    return begins[starts].astype(np.int64), table[np.minimum(points, 0x10000)]


@cache
def _repeatable() -> npt.NDArray[np.bool_]:
    found = np.zeros(256, dtype=bool)
    found[[ord(c) for c in "Aa *"]] = True
    return found
