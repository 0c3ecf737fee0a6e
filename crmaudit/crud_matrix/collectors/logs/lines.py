"""The lines of a log file: packed or not, of any encoding, of any length, one after the other."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from crmaudit.errors import CrmauditError

_CHUNK = 2**20
_SAMPLE = 2**18
_MARKS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Lines:
    """A file's lines as UTF-8 bytes without their ends; memory does not grow with the file.

    Of a line longer than `longest` bytes the beginning is kept, and `cut`
    counts it. `open_ended`: the file does not end with a line's end, so that
    its last line may not be whole; known when it is read to its end. What is
    no UTF-8 stays as it is, unless the beginning shows that the whole file
    is of another encoding.

    Raises CrmauditError where the file cannot be read or unpacked.
    """

    def __init__(self, path: Path, longest: int = 2**20) -> None:
        self.path = path
        self.cut = 0
        self.open_ended = False
        self.bytes = 0
        self._longest = longest
        self._encoding = ""
        self.head = self._sample()

    def __iter__(self) -> Iterator[bytes]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[bytes]]:
        """The lines, some thousands at a time."""
        carry: list[bytes] = []
        held = 0
        ended = True
        for chunk in self._chunks():
            ended = chunk.endswith(b"\n")
            lines = chunk.split(b"\n")
            if len(lines) == 1:
                held = self._carried(carry, held, lines[0])
                continue
            self._carried(carry, held, lines[0])
            lines[0] = self._joined(carry)
            last = lines.pop()
            carry = []
            held = self._carried(carry, 0, last)
            if b"\r" in chunk:
                lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
            yield lines
        if carry and not ended:
            self.open_ended = True
            yield [self._joined(carry).removesuffix(b"\r")]

    def _carried(self, carry: list[bytes], held: int, piece: bytes) -> int:
        """Keep a piece of an unfinished line, no more than allowed; what is held by then."""
        room = self._longest - held
        if room > 0 and piece:
            carry.append(piece[:room])
        return held + len(piece)

    def _joined(self, carry: list[bytes]) -> bytes:
        line = b"".join(carry)
        if len(line) >= self._longest:
            self.cut += 1
        return line

    def _sample(self) -> list[bytes]:
        try:
            with self._opened() as file:
                raw = _filled(file, _SAMPLE)
        except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
            raise self._unreadable(error) from None
        self._encoding = _encoding(raw)
        if self._encoding:
            raw = codecs.getincrementaldecoder(self._encoding)("replace").decode(raw).encode()
        lines = [
            line.removesuffix(b"\r") for line in raw.removeprefix(codecs.BOM_UTF8).split(b"\n")
        ]
        # The last line of a sample is cut somewhere, unless the sample is the file.
        return lines if len(raw) < _SAMPLE // 2 or len(lines) == 1 else lines[:-1]

    def _chunks(self) -> Iterator[bytes]:
        decode = codecs.getincrementaldecoder(self._encoding)("replace") if self._encoding else None
        first = True
        try:
            with self._opened() as file:
                while raw := file.read(_CHUNK):
                    self.bytes += len(raw)
                    chunk = decode.decode(raw).encode() if decode else raw
                    if first:
                        chunk, first = chunk.removeprefix(codecs.BOM_UTF8), False
                    if chunk:
                        yield chunk
        except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
            raise self._unreadable(error) from None

    def _opened(self) -> IO[bytes]:
        with self.path.open("rb") as file:
            head = file.read(8)
        packed = next((kind for mark, kind in _MARKS if head.startswith(mark)), "")
        if packed == "gzip":
            return cast(IO[bytes], gzip.open(self.path))
        if packed == "bz2":
            return cast(IO[bytes], bz2.open(self.path))
        if packed == "xz":
            return cast(IO[bytes], lzma.open(self.path))
        if packed:
            import pyarrow as pa

            return cast(IO[bytes], pa.input_stream(str(self.path), compression=packed))
        return self.path.open("rb")

    def _unreadable(self, error: Exception) -> CrmauditError:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "damaged"
        return CrmauditError(
            f"{self.path} cannot be read: {why}",
            "check its permissions, or copy it again",
            str(self.path),
        )


def _filled(file: IO[bytes], size: int) -> bytes:
    """As many bytes as wanted, or all there are: a stream may give fewer at a time."""
    parts: list[bytes] = []
    have = 0
    while have < size and (part := file.read(size - have)):
        parts.append(part)
        have += len(part)
    return b"".join(parts)


def _encoding(raw: bytes) -> str:
    """The encoding to translate from; empty for UTF-8, broken or not."""
    for mark, name in _WIDE:
        if raw.startswith(mark):
            return name
    if raw.isascii():
        return ""
    told = raw.decode("utf-8", "replace")
    broken = told.count("\N{REPLACEMENT CHARACTER}")
    whole = sum(c > "\x7f" for c in told) - broken
    return "cp1252" if broken > 4 * whole + 1 else ""
