"""What two systems say of one attribute, over the records that were matched.

For each thing that both hold one pair of records is compared, the one that
agrees best: of several records of one person the others are duplicates, whose
differences are not the other system's. A placeholder (`n/a`, `test`) says
nothing. Where an attribute has several values, one that both have is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crmaudit.evidence import Agreement
from crmaudit.evidence.privacy import example
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.origins import MOMENTS

EXAMPLES = 3
"""So many masked pairs of values are shown of those that contradict each other."""

_OUTCOMES = ("same", "equivalent", "conflicting", "left_only", "right_only", "neither")
_NEWER = {"left_newer": -1, "right_newer": 1, "newer_unknown": 0}


@dataclass(frozen=True, slots=True)
class _Said:
    """How an attribute is compared, in SQL.

    `has` and `shown` are of one side: `{r}` is its raw record, `{s}` its
    standard one. `same` and `equivalent` are of both: `lr`, `rr` raw, `ls`,
    `rs` standard. They are asked where both sides have it.
    """

    attribute: str
    has: str
    shown: str
    same: str
    equivalent: str


def _plain(attribute: str, raw: str, standard: str, more: str = "") -> _Said:
    """An attribute of one column, raw and standard."""
    equal = f"ls.{standard} = rs.{standard}"
    return _Said(
        attribute,
        f"{{s}}.{standard} IS NOT NULL",
        f"{{r}}.{raw}",
        f"trim(lr.{raw}) = trim(rr.{raw})",
        f"{equal} OR {more}" if more else equal,
    )


def _part_of_name(attribute: str, column: str, more: str = "") -> _Said:
    """A name in a column of its own, or within the full name."""

    def within(one: str, whole: str) -> str:
        words = f"string_split_regex(trim({whole}r.full_name), '[\\s,]+')"
        return f"{whole}r.{column} IS NULL AND list_contains({words}, trim({one}r.{column}))"

    same = (
        f"trim(lr.{column}) = trim(rr.{column}) OR ({within('l', 'r')}) OR ({within('r', 'l')}) "
        f"OR (lr.{column} IS NULL AND rr.{column} IS NULL AND "
        "trim(lr.full_name) = trim(rr.full_name))"
    )
    plain = _plain(attribute, column, column, more)
    return _Said(
        attribute, plain.has, f"coalesce({{r}}.{column}, {{r}}.full_name)", same, plain.equivalent
    )


def _several(attribute: str, raw: str, *standard: str) -> _Said:
    """An attribute of which a record may have several values."""
    left = " || ".join(f"ls.{s}" for s in standard)
    right = " || ".join(f"rs.{s}" for s in standard)
    return _Said(
        attribute,
        " OR ".join(f"len({{s}}.{s}) > 0" for s in standard),
        f"{{r}}.{raw}[1]",
        f"list_has_any(list_transform(lr.{raw}, lambda x: trim(x)), "
        f"list_transform(rr.{raw}, lambda x: trim(x)))",
        f"list_has_any({left}, {right})",
    )


_NOTATION = "regexp_replace({}.birth_date, '[0-9]', '', 'g')"

_ATTRIBUTES = (
    _part_of_name(
        "given name",
        "given",
        "list_has_any(ls.given_roots, rs.given_roots) OR "
        "(least(length(ls.given), length(rs.given)) = 1 AND ls.given_initial = rs.given_initial)",
    ),
    _plain("middle name", "middle", "middle", "ls.middle[1] = rs.middle[1] AND "
           "least(length(ls.middle), length(rs.middle)) = 1"),
    _part_of_name("family name", "family"),
    _plain(
        "organisation name",
        "organisation",
        "organisation_sorted",
        "ls.organisation_acronym = rs.organisation OR rs.organisation_acronym = ls.organisation",
    ),
    _plain("employer", "employer", "employer"),
    _plain("household", "household", "household"),
    _several("e-mail", "emails", "emails", "emails_shared"),
    _several("phone", "phones", "phones", "phones_shared"),
    _Said(
        "street",
        "{s}.street IS NOT NULL OR {s}.po_box IS NOT NULL",
        "concat_ws(' ', {r}.street, {r}.house_number)",
        "trim(lr.street) = trim(rr.street) AND "
        "lr.house_number IS NOT DISTINCT FROM rr.house_number",
        "(ls.street = rs.street AND ls.house_number IS NOT DISTINCT FROM rs.house_number) OR "
        "ls.po_box = rs.po_box",
    ),
    _plain("postcode", "postcode", "postcode"),
    _plain("city", "city", "city"),
    _plain("region", "region", "region"),
    _plain("country", "country", "country"),
    _plain(
        "birth date",
        "birth_date",
        "birth_date",
        # Day and month may be read either way where the notations differ, and only there.
        f"({_NOTATION.format('lr')} <> {_NOTATION.format('rr')} AND "
        "(ls.birth_date = rs.birth_other OR ls.birth_other = rs.birth_date))",
    ),
    _plain("gender", "gender", "gender"),
    _plain("url", "url", "url"),
    _plain("national id", "national_id", "national_id"),
    _plain("tax number", "tax_number", "tax_number"),
    _plain("bank account", "bank_account", "bank_account"),
)  # fmt: skip

# A stamp of another year is none: a default, or a number that is no time.
_YEARS = "BETWEEN 1980 AND 2099"


def agreements(engine: Engine, pair: int) -> Iterator[Agreement]:
    """Each attribute that any record of a pair of systems has, in a fixed order.

    `pair` numbers the pair of systems in the table `met`; `records` and
    `standard` are read as well.
    """

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return engine.run(lambda: engine.ask(sql))

    outcomes = ", ".join(f"{_outcome(said)} AS o{i}" for i, said in enumerate(_ATTRIBUTES))
    ask(MOMENTS)
    stamp = "coalesce({0}.modified_at, {0}.created_at)"
    last = newer(stamp.format("lr"), stamp.format("rr"))
    ask(
        f"CREATE OR REPLACE TABLE said AS SELECT m.l, m.r, {last} AS newer, {outcomes} "
        f"FROM met m {_SIDES} WHERE m.pair = {pair}"
    )
    try:
        for i, said in enumerate(_ATTRIBUTES):
            counts = [f"count(*) FILTER (o{i} = {code})" for code in range(len(_OUTCOMES))]
            younger = [f"count(*) FILTER (o{i} = 2 AND newer = {n})" for n in _NEWER.values()]
            (row,) = ask(f"SELECT {', '.join([*counts, *younger])} FROM said")
            if any(row[:5]):
                found: dict[str, Any] = dict(zip((*_OUTCOMES, *_NEWER), row, strict=True))
                found["examples"] = tuple(_examples(ask, i, said))
                yield Agreement(said.attribute, **found)
    finally:
        engine.drop("said")


_SIDES = (
    "JOIN records lr ON lr.n = m.l JOIN standard ls ON ls.n = m.l "
    "JOIN records rr ON rr.n = m.r JOIN standard rs ON rs.n = m.r"
)


def _outcome(said: _Said) -> str:
    """SQL for the place in `_OUTCOMES`."""
    left, right = said.has.format(r="lr", s="ls"), said.has.format(r="rr", s="rs")
    return (
        f"CASE WHEN ({left}) AND ({right}) THEN CASE WHEN {said.same} THEN 0 "
        f"WHEN {said.equivalent} THEN 1 ELSE 2 END "
        f"WHEN {left} THEN 3 WHEN {right} THEN 4 ELSE 5 END"
    )


def newer(left: str, right: str) -> str:
    """SQL for the side that was changed last: -1 the left, 1 the right, 0 not known.

    `left` and `right` are stamps as the sources give them, read by `MOMENTS`.
    Clocks of two systems may stand in two time zones: stamps less than a day
    apart say nothing, unless both name theirs.
    """
    one, other = _stamp(left), _stamp(right)
    near = (
        f"abs(epoch({one}) - epoch({other})) < 86400 "
        f"AND NOT (coalesce({_zoned(left)} AND {_zoned(right)}, false))"
    )
    return (
        f"CASE WHEN {one} IS NULL OR {other} IS NULL OR {one} = {other} OR ({near}) THEN 0 "
        f"WHEN {one} > {other} THEN -1 ELSE 1 END"
    )


# `Z`, `+02`, `-0330`, `+05:45` behind a time; seconds and thousandths since 1970 are in UTC.
_OFFSET = "[ T][0-9:.,]+ ?([+-])([0-9]{2}):?([0-9]{2})?$"


def _zoned(value: str) -> str:
    return f"regexp_matches({value}, '{_OFFSET}|[0-9]Z$|^([0-9]{{9,10}}(\\.[0-9]+)?|[0-9]{{13}})$')"


def _stamp(value: str) -> str:
    """The moment, in UTC where the stamp says how far it is from it."""
    sign, hours, minutes = (f"regexp_extract({value}, '{_OFFSET}', {group})" for group in (1, 2, 3))
    ahead = f"60 * TRY_CAST({hours} AS INTEGER) + coalesce(TRY_CAST({minutes} AS INTEGER), 0)"
    off = f"coalesce(CASE {sign} WHEN '+' THEN {ahead} WHEN '-' THEN -({ahead}) END, 0)"
    moment = f"(moment({value}) - to_minutes({off}))"
    return f"(CASE WHEN year({moment}) {_YEARS} THEN {moment} END)"


def _examples(
    ask: Callable[[str], list[tuple[Any, ...]]], i: int, said: _Said
) -> Iterator[tuple[str, str]]:
    """A few masked pairs of values that contradict each other, each pair of shapes once."""
    left, right = said.shown.format(r="lr", s="ls"), said.shown.format(r="rr", s="rs")
    seen: set[tuple[str, str]] = set()
    for one, other in ask(
        f"SELECT {left}, {right} FROM (SELECT * FROM said WHERE o{i} = 2 ORDER BY l, r LIMIT 30) m "
        f"{_SIDES} ORDER BY m.l, m.r"
    ):
        masked = (example(one or ""), example(other or ""))
        if masked not in seen and len(seen) < EXAMPLES:
            seen.add(masked)
            yield masked
