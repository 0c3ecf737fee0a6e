"""Dates that nothing happened on, and dates kept as text.

SQL conditions over a value `v` that occurs in `n` rows.
"""

from __future__ import annotations

from crmaudit.evidence.semantic import SemanticType
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.faults.suspicions import Suspicion

DATES: frozenset[SemanticType] = frozenset({"date", "birth date", "created at", "modified at"})

# What programs write for no date.
_NEVER = "'1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '0000-00-00', "
_NEVER += "'0001-01-01', '0001-01-03', '1111-11-11', '1601-01-01', '1800-01-01'"
_OPEN_END = "'9999-12-31', '9999-12-30', '9999-01-01', '2999-12-31', '3000-01-01'"
_UNIX_ZERO = r"regexp_full_match(v, '1970-01-01[ T]00:00(:00(\.0+)?)?(Z|[+-]00(:?00)?)?')"


def date_suspicions(
    semantic: SemanticType | None, logical: Logical, unread: str, filled: int, distinct: int
) -> tuple[Suspicion, ...]:
    """The suspicions against the values of a column of dates or times.

    `unread` is the condition for values that are no date.
    """
    day = "left(v, 10)"
    never = f"{day} IN ({_NEVER})"
    zero = f" OR {_UNIX_ZERO}" if logical == "datetime" else ""
    found = [Suspicion("default date", f"{never}{zero}", "a date that means none", 0.95, 1.0)]
    born = semantic == "birth date"
    if born:
        found.append(Suspicion("default date", f"{day} IN ({_OPEN_END})", "no date", 0.95, 1.0))
    # A form's default is far more frequent than any other day, and begins a year or a decade.
    often = max(10, 20 * filled // max(1, distinct), filled // 200)
    if logical == "date" or born:
        first = "'1970-01-01', '1980-01-01', '1990-01-01', '2000-01-01', '1950-01-01', '1960-01-01'"
        spike = f"n >= {often} AND {day} IN ({first}, '1901-01-01', '1910-01-01', '1999-12-31')"
        found.append(
            Suspicion("default date", spike, "far more frequent than other days", 0.8, 0.6)
        )
    impossible = f"({unread}) OR left(v, 4) < '{1880 if born else 1800}'"
    beyond = f"left(v, 4) > '2199' AND {day} NOT IN ({_OPEN_END})"
    found.append(
        Suspicion("impossible date", f"{impossible} OR {beyond}", "no possible date", 0.95, 0.5)
    )
    return tuple(found)


# Orders in which people write a day; the readings that DuckDB's strptime tries.
FORMATS: dict[str, tuple[str, str]] = {
    "year-month-day": (r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?", "%Y-%m-%d"),
    "year/month/day": (r"\s*[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}( .*)?", "%Y/%m/%d"),
    "day.month.year": (r"\s*[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}( .*)?", "%d.%m.%Y"),
    "day.month.yy": (r"\s*[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}( .*)?", "%d.%m.%y"),
    "with slashes": (r"\s*[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( .*)?", ""),
    "with slashes, yy": (r"\s*[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}( .*)?", ""),
    "day-month-year": (r"\s*[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}( .*)?", ""),
    "eight digits": (r"(19|20)[0-9]{6}", "%Y%m%d"),
    "in words": (r"(?i)\s*([0-9]{1,2}\.? )?[a-zäéû]{3,10}\.? ([0-9]{1,2},? )?[0-9]{4}\s*", ""),
}
"""By the name of a way to write a day: the pattern (RE2) of whole values, and the day's reading."""


def format_case() -> str:
    """SQL: the name of the way in which `v` writes a day, NULL where it is none of them."""
    whens = " ".join(
        f"WHEN regexp_full_match(v, '{pattern}') THEN '{name}'"
        for name, (pattern, _) in FORMATS.items()
    )
    return f"CASE {whens} END"


def impossible(order: str = "") -> str:
    """SQL: `v` is written as a day that no calendar has, `31.02.2020` or `0000-00-00`.

    Values with slashes are read as days before months or as months before
    days: neither reading is a date.
    """
    whens = []
    for pattern, reading in FORMATS.values():
        day = r"regexp_extract(trim(v), '^[^ T]+')"
        if reading:
            whens.append(
                f"WHEN regexp_full_match(v, '{pattern}') "
                f"THEN try_strptime({day}, '{reading}') IS NULL"
            )
        elif pattern.startswith(r"\s*[0-9]{1,2}"):
            sign = "-" if "-[0-9]" in pattern else "/"
            year = "%Y" if "{4}" in pattern else "%y"
            either = ", ".join(
                f"'{sign.join(o)}'" for o in (["%d", "%m", year], ["%m", "%d", year])
            )
            whens.append(
                f"WHEN regexp_full_match(v, '{pattern}') "
                f"THEN try_strptime({day}, [{either}]) IS NULL"
            )
    return f"CASE {' '.join(whens)} ELSE false END"
