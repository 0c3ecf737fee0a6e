"""What a declared type means, and how a text is read as a value of it.

The expressions are DuckDB's SQL over a column `v` that holds filled texts.
"""

from __future__ import annotations

import re

from crmaudit.evidence.table_profile import Logical

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
_ZONE = " ?(Z|[+-][0-9]{2}(:?[0-9]{2}){0,2})?"
_BINARY = "regexp_full_match(v, '<binary [0-9]+ bytes>')"
_MOMENT = (
    f"CASE WHEN regexp_full_match(v, '{_DATE}([ T]{_CLOCK}{_ZONE})?') AND left(v, 4) <> '0000' "
    "THEN try_cast(left(v, 26) AS TIMESTAMP) END"
)

READ: dict[Logical, str] = {
    "text": f"CASE WHEN NOT {_BINARY} THEN v END",
    "integer": "CASE WHEN regexp_full_match(v, '[+-]?[0-9]{1,38}') THEN try_cast(v AS HUGEINT) END",
    "number": (
        r"CASE WHEN regexp_full_match(v, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?') "
        "THEN nullif(nullif(try_cast(v AS DOUBLE), 'inf'), '-inf') END"
    ),
    "boolean": (
        "CASE WHEN lower(v) IN ('true', 't', 'yes', 'y', '1') THEN 'true' "
        "WHEN lower(v) IN ('false', 'f', 'no', 'n', '0') THEN 'false' END"
    ),
    "date": _MOMENT,
    "datetime": _MOMENT,
    "time": f"CASE WHEN regexp_full_match(v, '-?[0-9]{{1,3}}:[0-9:.]+{_ZONE}') THEN v END",
    "binary": f"CASE WHEN {_BINARY} THEN v END",
}
"""The value of a text, in the order of its type; NULL where it is none.

Dates lie in the years 1 to 9999; the offset of a time zone is not applied,
as an engine writes all times of a column in one zone.
"""

NOT_FINITE = "regexp_full_match(lower(v), '[+-]?(nan|inf|infinity)')"
"""NaN or an infinity, of numbers and of dates."""

# Stricter than reading: 007, +5 and 12e4 are codes, not numbers.
_INFER: dict[Logical, str] = {
    "binary": _BINARY,
    "integer": "regexp_full_match(v, '0|-?[1-9][0-9]{0,17}')",
    "number": r"regexp_full_match(v, '-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?')",
    "boolean": "lower(v) IN ('true', 'false', 'yes', 'no')",
    "date": f"regexp_full_match(v, '{_DATE}') AND ({_MOMENT}) IS NOT NULL",
    "datetime": f"({_MOMENT}) IS NOT NULL",
}

_DECLARED: dict[Logical, str] = {
    "integer": "int integer tinyint smallint mediumint bigint int2 int4 int8 hugeint ubigint "
    "uhugeint uinteger usmallint utinyint serial bigserial smallserial serial4 serial8 year int16 "
    "int32 int64 uint8 uint16 uint32 uint64 long",
    "number": "real double float float4 float8 numeric decimal number dec fixed halffloat bignum "
    "smallmoney decimal128 decimal256",
    "boolean": "bool boolean bit logical",
    "date": "date date32 date64 date32[day]",
    "datetime": "timestamp datetime timestamptz timestamp_s timestamp_ms timestamp_ns timestamp_us "
    "datetime2 smalldatetime datetimeoffset",
    "time": "time timetz time64 time32 time_ns",
    "binary": "bytea blob binary varbinary tinyblob mediumblob longblob image raw geometry "
    "large_binary rowversion",
}
_LOGICAL = {word: logical for logical, words in _DECLARED.items() for word in words.split()}
_TEXT_WORDS = """
    text varchar char character nchar nvarchar string clob tinytext mediumtext longtext citext
    bpchar ntext nclob varchar2 nvarchar2 large_string any object null
"""
_TEXT = frozenset(_TEXT_WORDS.split())
# Engines that hold to no type, so that the content has to be asked.
_LOOSE_ENGINES = {"sqlite", "folder"}


def candidates(declared: str, engine: str) -> tuple[tuple[Logical, str], ...]:
    """Logical types to try on the content, the first that all values have being it.

    Each with the SQL condition to test, the last one with none. A declared
    type of a strict engine leaves no choice. `declared` is the engine's own
    spelling: `int8`, `bigint(20) unsigned`, `TIMESTAMP WITH TIME ZONE`; what
    is not known (uuid, json, interval, arrays, enums) is text.
    """
    spelling = " ".join(declared.lower().split())
    word = (
        re.match(r"[a-z_0-9]+", re.sub(r"^(((un)?signed|big|long) )+(?=\w)", "", spelling)) or [""]
    )[0]
    if not spelling or (word in _TEXT and engine in _LOOSE_ENGINES):
        return (*_INFER.items(), ("text", ""))
    if spelling.endswith("[]") or word not in _LOGICAL:
        return (("text", ""),)
    if re.match(r"tinyint\(1\)", spelling):
        return (("boolean", "v IN ('0', '1', 'true', 'false')"), ("integer", ""))
    width = re.match(r"bit(?: varying)?\((\d+)\)", spelling)
    if spelling == "bit varying" or (width and width[1] != "1"):
        return (("text", ""),)
    if re.match(r"(numeric|decimal|number|dec)\(\d+(, ?0)?\)", spelling):
        return (("integer", ""),)
    return ((_LOGICAL[word], ""),)
