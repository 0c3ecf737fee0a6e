"""Reading one CSV or TSV export, whatever its encoding, dialect and state."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv

from crmaudit.errors import CrmauditError
from crmaudit.sources.text import as_text

_SAMPLE = 256 * 1024
_CHUNK = 4 * 2**20
# A row must fit in a block: the larger sizes are for files with enormous cells.
BLOCKS = (4 * 2**20, 64 * 2**20, 512 * 2**20)
_KEPT_MALFORMED = 100_000
_LOOKS_LIKE_DATA = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\S+@\S+")


class RowTooLargeError(Exception):
    """A row does not fit in the block."""


@dataclass(slots=True)
class CsvFile:
    """A file's dialect; after `batches` has been read, also what was wrong in it.

    `columns` are the header's names, made unique. `malformed` lines had too
    many or too few cells: they are padded or cut. `lost` lines could not be
    kept at all. `broken` counts repaired values by column.
    """

    path: Path
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    has_header: bool = True
    renamed: bool = False
    skip: int = 0
    malformed: int = 0
    lost: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    _header_only: bool = False

    @classmethod
    def sniff(cls, path: Path) -> CsvFile:
        """Find out encoding, delimiter and header; no columns where the file is empty.

        Raises OSError where it cannot be read.
        """
        self = cls(path, _encoding(path))
        with _opened(path) as file:
            raw = file.read(_SAMPLE)
        sample = codecs.getincrementaldecoder(self.encoding)("replace").decode(raw)
        sample = sample.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
        declared = re.match(r'"?sep=(.)"?\r?\n', sample)
        if declared:
            self.delimiter, self.skip = declared.group(1), 1
            sample = sample[declared.end() :]
        else:
            self.delimiter = _delimiter(sample, "\t" if ".tsv" in path.name.lower() else ",")
        whole = len(raw) < _SAMPLE
        records = _records(sample, self.delimiter, 200, whole)
        if not records:
            return self
        # A sample that holds a whole file tells whether anything follows the header.
        self._header_only = whole and len(records) == 1
        first = records[0]
        self.has_header = not any(_LOOKS_LIKE_DATA.fullmatch(cell.strip()) for cell in first)
        names = first if self.has_header else [f"column{i + 1}" for i in range(len(first))]
        self.columns = _unique(names)
        self.renamed = self.has_header and self.columns != tuple(names)
        return self

    @property
    def note(self) -> str:
        """What an auditor should know of the file."""
        if not self.columns:
            return "the file is empty"
        parts = []
        if self.encoding not in ("utf-8", "utf-8-sig"):
            parts.append(f"encoding {self.encoding}")
        if not self.has_header:
            parts.append("no header line")
        if self.renamed:
            parts.append("empty or repeated column names were numbered")
        if self.malformed:
            parts.append(f"{self.malformed:,} lines with too many or too few cells, padded or cut")
        if self.lost:
            parts.append(f"{self.lost:,} malformed lines left out")
        return "; ".join(parts)

    def batches(self, block: int = BLOCKS[0]) -> Iterator[pa.RecordBatch]:
        """All rows, every column as text; an unquoted empty cell is null, a quoted one blank.

        Raises RowTooLargeError where a row does not fit in `block` bytes: then
        read again with a larger one; CrmauditError where the file cannot be parsed.
        """
        schema = pa.schema([(name, pa.string()) for name in self.columns])
        self.malformed = self.lost = 0
        self.broken = {}
        if not self.columns or (self._header_only and self.has_header):
            return
        try:
            for batch in self._parsed(block):
                yield self._repaired(batch.columns, schema)
        except (pa.ArrowInvalid, UnicodeError) as error:
            if "straddling" in str(error) and block < BLOCKS[-1]:
                raise RowTooLargeError from None
            reason = str(error).splitlines()[0] if error.args else "malformed"
            raise CrmauditError(f"cannot be parsed: {_without_data(reason)}") from None

    def _parsed(self, block: int) -> Iterator[pa.RecordBatch]:
        names = [str(i) for i in range(len(self.columns))]
        kept: list[str] = []

        def malformed(row: Any) -> str:
            self.malformed += 1
            if row.text is None or len(kept) >= _KEPT_MALFORMED:
                self.lost += 1
            else:
                kept.append(row.text)
            return "skip"

        with pa.input_stream(str(self.path), compression="detect") as stream:
            if self.encoding not in ("utf-8", "utf-8-sig"):
                stream = pa.transcoding_input_stream(stream, self.encoding, "utf-8")
            reader = pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names,
                    block_size=block,
                    skip_rows=self.skip,
                    skip_rows_after_names=int(self.has_header),
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=len(names) > 1,
                    invalid_row_handler=malformed,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.binary()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    check_utf8=False,
                ),
            )
            yield from reader
        if kept:
            width = len(names)
            rows = [next(csv.reader([text], delimiter=self.delimiter), []) for text in kept]
            cells = [(row + [""] * width)[:width] for row in rows]
            values = [[cell.encode() or None for cell in row] for row in cells]
            columns = [pa.array(column, pa.binary()) for column in zip(*values, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, names=names)

    def _repaired(self, columns: list[pa.Array], schema: pa.Schema) -> pa.RecordBatch:
        texts = []
        for name, values in zip(self.columns, columns, strict=True):
            text, repaired = as_text(values)
            texts.append(text)
            if repaired:
                self.broken[name] = self.broken.get(name, 0) + repaired
        return pa.RecordBatch.from_arrays(texts, schema=schema)


def _opened(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def _encoding(path: Path) -> str:
    """The encoding, judged by the whole file: an accent may come in its last line."""
    with _opened(path) as file:
        head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
            return "utf-16-le"
        if len(head) > 3 and head[::2].count(0) > len(head) // 4:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        good = bad = 0
        western = "cp1252"
        chunk = head
        while chunk:
            if not chunk.isascii():
                text = decoder.decode(chunk)
                wrong = text.count("\N{REPLACEMENT CHARACTER}")
                bad += wrong
                good += len(text) - len(text.encode("ascii", "ignore")) - wrong
                if any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d"):
                    western = "latin-1"
            chunk = file.read(_CHUNK)
    # Damaged UTF-8 still has more whole characters than broken ones.
    return "utf-8" if not bad or good > bad else western


def _records(sample: str, delimiter: str, most: int, whole: bool) -> list[list[str]]:
    # The reader's own limit would stop at a cell of 128 KiB.
    csv.field_size_limit(max(csv.field_size_limit(), 2**30))
    lines = io.StringIO(sample.replace("\0", "\N{REPLACEMENT CHARACTER}"), newline="")
    found: list[list[str]] = []
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            if record:
                found.append(record)
            if len(found) >= most:
                return found
    except csv.Error:
        return found
    # The sample's last record may have been cut.
    return found if whole or len(found) < 2 else found[:-1]


def _delimiter(sample: str, likely: str) -> str:
    """The delimiter that makes the most columns of which rows agree."""
    best, best_score = likely, 0.0
    for delimiter in dict.fromkeys((likely, ",", ";", "\t", "|")):
        widths = [len(r) for r in _records(sample, delimiter, 200, False)]
        if not widths or widths[0] < 2:
            continue
        agreeing = widths.count(widths[0]) / len(widths)
        score = agreeing * agreeing * min(widths[0], 50)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _unique(names: list[str]) -> tuple[str, ...]:
    """The names, numbered where they are empty or differ at most in case."""
    seen: set[str] = set()
    unique = []
    for number, raw in enumerate(names, 1):
        name = candidate = raw.strip() or f"column{number}"
        again = 2
        while candidate.lower() in seen:
            candidate = f"{name}_{again}"
            again += 1
        seen.add(candidate.lower())
        unique.append(candidate)
    return tuple(unique)


def _without_data(reason: str) -> str:
    # Parsers quote the row they stumble over, which is somebody's data.
    return reason.split(": ")[0] if ":" in reason else reason
