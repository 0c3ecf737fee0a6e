"""Faults within a column, as its different values show them.

All suspicions against all columns at hand are one statement: the planning of a
statement costs more than looking at a thousand values. Faulty values are kept in
the engine's table `faulty`; what repeats its values is then compared here, value
with value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import duckdb
import pyarrow as pa

from crmaudit.evidence import Fault, Status
from crmaudit.evidence.fault import FAULT_KINDS, FaultKind
from crmaudit.evidence.privacy import example, may_show, personal_name
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.faults import dates, formats, outliers
from crmaudit.quality.faults.suspicions import TRAITS, Asked, Suspicion, suspicions
from crmaudit.quality.faults.synonyms import meaning
from crmaudit.quality.faults.variants import MOST_VALUES, variants
from crmaudit.quality.logical_types import READ

FAULTY = "faulty"
"""The engine's table of faulty values: column `c`, value `v`, in `n` rows, `number` `k`."""

STEP = 1000
"""Numbers of a kind of fault: those from its place in FAULT_KINDS times this on."""
KEEP = f"CREATE TEMP TABLE IF NOT EXISTS {FAULTY} (c USMALLINT, v VARCHAR, n BIGINT, k USMALLINT)"

_CATEGORIES: frozenset[SemanticType] = frozenset(
    {"category", "status", "industry", "gender", "salutation", "language", "country"}
)
_OPEN_LISTS: frozenset[SemanticType] = frozenset({"city", "organisation name", "street", "region"})
_NO_SPELLING: frozenset[SemanticType] = frozenset(
    {"given name", "family name", "full name", "discriminator"}
)
# Their values are no words that people choose.
_NO_WORDS: frozenset[SemanticType] = frozenset(
    {
        *("login", "handle", "e-mail", "phone", "mobile", "fax", "url", "house number", "postcode"),
        *("latitude", "longitude", "birth date", "national id", "tax number", "bank account"),
        *("payment card", "ip address", "money", "percentage", "number", "counter", "identifier"),
        *("uuid", "file name", "date", "flag", "reference", "access", "owner", "created at"),
        *("created by", "modified at", "modified by", "soft delete", "secret", "machine text"),
        *("unused", "consent", "currency"),
    }
)
_MOST_CATEGORIES = 100

# Columns by a suspicion; its number in `faulty` is its place.
_Suspected = dict[Suspicion, list[int]]


def value_faults(engine: Engine, columns: Sequence[Found]) -> None:
    """Set the statistic `faults` of each column that is in the engine's table `counts`.

    Faulty values are kept in the engine's table `faulty` (column `c`, value `v`),
    for `crmaudit.quality.collectors.row_faults`. A column that cannot be
    searched keeps its statistics and is `partly` done.
    """
    try:
        _Search(engine, columns).run()
    except duckdb.Error as error:
        reason = f"its values were not searched for faults: {type(error).__name__}"
        for column in columns:
            column.statistics.setdefault("status", Status("partly", reason))


def number(kind: FaultKind, place: int = 0) -> int:
    """What stands for a kind in tables of the engine, its suspicions being told apart by place."""
    return FAULT_KINDS.index(kind) * STEP + place


def forget(engine: Engine, group: Sequence[int]) -> None:
    """Remove what is kept of columns that are to be searched again."""
    engine.ask(KEEP)
    engine.ask(f"DELETE FROM {FAULTY} WHERE c IN ({', '.join(map(str, group))})")


class _Search:
    def __init__(self, engine: Engine, columns: Sequence[Found]) -> None:
        self._engine = engine
        self._columns = {c.index: c for c in columns}
        # Suspicions are kept with the faulty values by their place in this list.
        self._kinds: list[Suspicion] = []
        self._found: dict[int, list[Fault]] = defaultdict(list)

    def run(self) -> None:
        found = {c.index: _suspicions(c) for c in self._columns.values()}
        traits = self._traits([i for i, of in found.items() if any(s.needs for s in of)])
        suspected: _Suspected = defaultdict(list)
        for index, of in found.items():
            for suspicion in of:
                if suspicion.needs is None or suspicion.needs in traits[index]:
                    suspected[suspicion].append(index)
        some = self._suspect(suspected) if suspected else False
        self._compare(some)
        self._texts_as_dates()
        self._formats()
        for index, faults in self._found.items():
            by_kind: dict[FaultKind, list[Fault]] = defaultdict(list)
            for fault in faults:
                by_kind[fault.kind].append(fault)
            merged = sorted(map(_merged, by_kind.values()), key=lambda f: (-f.rows, f.kind))
            self._columns[index].statistics["faults"] = tuple(merged)

    def _traits(self, indices: list[int]) -> dict[int, set[str]]:
        """By column what some of its values have: what they do not have need not be searched."""
        found: dict[int, set[str]] = defaultdict(set)
        if indices:
            asked = ", ".join(f"bool_or({condition})" for condition in TRAITS.values())
            for index, *answers in self._engine.ask(
                f"SELECT c, {asked} FROM counts WHERE {self._in(indices)}true GROUP BY c"
            ):
                found[index] = {t for t, answer in zip(TRAITS, answers, strict=True) if answer}
        return found

    def _suspect(self, suspected: _Suspected) -> bool:
        """Keep the values that fulfil a suspicion, the first that does; whether there are any."""
        self._engine.ask(KEEP)
        first = len(self._kinds)
        self._kinds += suspected
        whens = " ".join(
            f"WHEN {self._in(of)}({suspicion.condition}) THEN {number(suspicion.kind, first + k)}"
            for k, (suspicion, of) in enumerate(suspected.items())
        )
        ((count,),) = self._engine.ask(
            f"INSERT INTO {FAULTY} SELECT * FROM (SELECT c, v, n, CASE {whens} END AS k "
            f"FROM counts) WHERE k IS NOT NULL"
        )
        if not count:
            return False
        found = self._engine.ask(
            "SELECT c, k, sum(n)::BIGINT, count(*), max(n), arg_max(v, (n, v)) "
            f"FROM {FAULTY} WHERE {self._in(list(self._columns))}"
            f"k % {STEP} BETWEEN {first} AND {len(self._kinds) - 1} "
            "GROUP BY c, k ORDER BY c, k"
        )
        meant: list[tuple[int, int]] = []
        for index, k, rows, _, most, value in found:
            column, suspicion = self._columns[index], self._kinds[k % STEP]
            few = suspicion.least and rows < max(3, suspicion.least * column.filled)
            if few or rows > suspicion.most * column.filled:
                meant.append((index, k))
                continue
            if suspicion.told:
                self._add(column, suspicion, rows, value, most)
        if meant:
            which = " OR ".join(f"(c = {index} AND k = {k})" for index, k in meant)
            self._engine.ask(f"DELETE FROM {FAULTY} WHERE {which}")
        return True

    def _compare(self, some_faulty: bool) -> None:
        """Find values that are spellings of other ones, where values repeat."""
        asked = [c for c in self._columns.values() if _repeats(c)]
        if not asked:
            return
        indices = [c.index for c in asked]
        sound = ""
        if some_faulty:
            blanks = number("surrounding blanks")
            sound = (
                f" AND NOT EXISTS (FROM {FAULTY} f WHERE f.c = counts.c AND f.v = counts.v "
                f"AND f.k NOT BETWEEN {blanks} AND {blanks + STEP - 1})"
            )
        values: dict[int, dict[str, int]] = defaultdict(dict)
        for index, value, rows in self._engine.ask(
            f"SELECT c, v, n FROM counts WHERE {self._in(indices)}true{sound} ORDER BY c, v"
        ):
            values[index][value] = rows
        kept: list[tuple[int, str, int, int]] = []
        for column in asked:
            kept += self._variants(column, values[column.index])
        self._keep(kept)

    def _variants(self, column: Found, counts: dict[str, int]) -> list[tuple[int, str, int, int]]:
        semantic = type_of(column)
        categories = column.distinct <= _MOST_CATEGORIES and (
            semantic in _CATEGORIES or semantic is None
        )
        open_list = semantic in _OPEN_LISTS or len(counts) > 500
        by_kind: dict[FaultKind, list[tuple[str, str, float]]] = defaultdict(list)
        for variant in variants(
            counts,
            typing_errors=semantic not in _NO_SPELLING
            and not (semantic is None and personal_name(column.column.name)),
            open_list=open_list,
            meaning=partial(meaning, countries=semantic == "country") if categories else None,
        ):
            by_kind[variant.kind].append((variant.value, variant.of, variant.confidence))
        for kind, found in sorted(by_kind.items()):
            value, of, _ = max(found, key=lambda f: (counts[f[0]], f[0]))
            rows = sum(counts[v] for v, _, _ in found)
            doubt = min(confidence for _, _, confidence in found)
            detail = f"{len(found):,} {'value' if len(found) == 1 else 'values'}"
            seen = shown(column, value, counts[value])
            usual = shown(column, of, counts.get(of, 0))
            self._found[column.index].append(
                Fault(
                    kind,
                    (column.column.name,),
                    rows,
                    column.filled,
                    f"{seen} for {usual}" if seen and seen != usual else seen,
                    f"{detail} {_SAID[kind] if len(found) > 1 else _SAID_ONE[kind]}",
                    doubt,
                )
            )
        return [
            (column.index, value, counts[value], number(kind, STEP - 1))
            for kind, found in by_kind.items()
            for value, _, _ in found
        ]

    def _texts_as_dates(self) -> None:
        """Dates kept as text: days that no calendar has, and more than one way of writing."""
        for column in self._columns.values():
            if column.logical != "text" or type_of(column) not in dates.DATES:
                continue
            where = f"c = {column.index}"
            ways = self._engine.ask(
                f"SELECT {dates.format_case()} AS way, sum(n)::BIGINT FROM counts "
                f"WHERE {where} GROUP BY way ORDER BY 2 DESC, 1"
            )
            (ruling, ruling_rows), read = ways[0], sum(n for way, n in ways if way)
            if read * 10 < column.filled * 9:
                continue
            tests = [Suspicion("impossible date", dates.impossible(), "no calendar has it", 0.95)]
            if ruling and ruling_rows * 10 >= read * 8:
                other = f"{dates.format_case()} <> '{ruling}'"
                detail = f"not written {ruling}, as most are"
                tests.append(Suspicion("mixed formats", other, detail, 0.9))
            self._suspect({t: [column.index] for t in tests})

    def _formats(self) -> None:
        """Values written unlike nearly all others, where one or few ways clearly rule."""
        for column in self._columns.values():
            form = formats.form(type_of(column))
            if column.logical != "text" or not form or column.filled < formats.LEAST_ROWS:
                continue
            ways = self._engine.ask(
                f"SELECT {form} AS way, sum(n)::BIGINT FROM counts WHERE c = {column.index} "
                "GROUP BY way ORDER BY 2 DESC, 1 LIMIT 20"
            )
            ruling = formats.ruling(ways, column.filled)
            if ruling:
                listed = ", ".join(f"'{way}'" for way in ruling)
                # What is told of by itself already is not told again.
                told = f"SELECT v FROM {FAULTY} WHERE c = {column.index}"
                other = f"{form} NOT IN ({listed}) AND v NOT IN ({told})"
                detail = "written unlike nearly all others"
                test = Suspicion("mixed formats", other, detail, 0.85, 1 - formats.RULING)
                self._suspect({test: [column.index]})

    def _keep(self, rows: list[tuple[int, str, int, int]]) -> None:
        if not rows:
            return
        self._engine.ask(KEEP)
        table = pa.table(
            {
                "c": pa.array([r[0] for r in rows], pa.uint16()),
                "v": pa.array([r[1] for r in rows], pa.string()),
                "n": pa.array([r[2] for r in rows], pa.int64()),
                "k": pa.array([r[3] for r in rows], pa.uint16()),
            }
        )
        self._engine.show("variants", table, f"INSERT INTO {FAULTY} SELECT * FROM variants")

    def _add(self, column: Found, why: Suspicion, rows: int, value: str, n: int) -> None:
        found = Fault(
            why.kind,
            (column.column.name,),
            rows,
            column.filled,
            shown(column, value, n),
            why.detail,
            why.confidence,
        )
        self._found[column.index].append(found)

    def _in(self, indices: list[int]) -> str:
        if len(indices) == len(self._columns) == 1:
            return f"c = {indices[0]} AND "
        return f"c IN ({', '.join(map(str, indices))}) AND "


_SAID: dict[FaultKind, str] = {
    "inconsistent case": "in another case than usual",
    "spelling variant": "that look like slips of a frequent one",
    "overlapping categories": "that mean the same as another one",
}
_SAID_ONE: dict[FaultKind, str] = {
    "inconsistent case": "in another case than usual",
    "spelling variant": "that looks like a slip of a frequent one",
    "overlapping categories": "that means the same as another one",
}


def _merged(faults: list[Fault]) -> Fault:
    """Faults of one kind in a column as one: a value has no more than one of them."""
    first, *others = sorted(faults, key=lambda f: (-f.rows, f.detail))
    if not others:
        return first
    rows = sum(f.rows for f in faults)
    sure = sum(f.rows * f.confidence for f in faults) / rows
    details = "; ".join(f"{f.detail} ({f.rows:,})" for f in (first, *others[:3]))
    return replace(first, rows=rows, confidence=round(sure, 2), detail=details)


def type_of(column: Found) -> SemanticType | None:
    """What the column means, None where that is no more than a guess.

    Text whose values repeat is a list of words, whatever else is not known of it.
    """
    found = column.semantic
    if found is None or found.confidence < 0.5:
        return None
    if found.type == "text" and column.distinct * 5 <= column.filled:
        return None
    return found.type


def _suspicions(column: Found) -> tuple[Suspicion, ...]:
    if column.logical == "text":
        checks, counted = column.checks(), column.statistics.get("checks", {})
        # What no value failed need not be looked for.
        failed = {
            name: checks[name] for name, (n, of) in counted.items() if n < of and name in checks
        }
        filler, email = failed.get("placeholder"), failed.get("email syntax")
        return suspicions(
            Asked(
                type_of(column),
                column.logical,
                filler=f"NOT ({filler.passes})" if filler else "",
                email=email.passes if email else "",
                digits=_digits_alone(column),
                all_differ=column.uniques >= 0.9 * column.distinct,
                least=8 if column.statistics.get("length_mean", 0) >= 11 else 6,
                padded=bool(
                    re.match(r"(n?char|bpchar|character)\(\d+\)", column.column.type, re.I)
                ),
            )
        )
    read = column.statistics.get("unparsable", 0) + column.statistics.get("not_finite", 0) == 0
    wrong = Suspicion(
        "wrong kind of value",
        f"({READ[column.logical]}) IS NULL",
        f"no {column.logical}",
        0.95,
        0.5,
    )
    if column.logical in ("date", "datetime"):
        unread = f"({READ[column.logical]}) IS NULL"
        return dates.date_suspicions(
            type_of(column), column.logical, unread, column.filled, column.distinct
        )
    far = _outliers(column) if column.logical in ("integer", "number") else []
    return (*far, *([] if read else [wrong]))


def _outliers(column: Found) -> list[Suspicion]:
    quantiles = column.statistics.get("quantiles", ())
    if (
        type_of(column) not in outliers.MEASURES
        or column.statistics.get("masking") != "none"
        or column.filled < outliers.LEAST_ROWS
        or column.distinct < outliers.LEAST_VALUES
    ):
        return []
    found = outliers.fences(*(float(q.value) for q in quantiles))
    if found is None:
        return []
    number = READ[column.logical]
    far = f"({number}) NOT BETWEEN {found.low!r} AND {found.high!r}"
    if found.low == 0:
        far = f"({number}) > {found.high!r}"
        below = f"({number}) < 0"
        return [
            Suspicion("outlier", far, "far above all others", 0.8, 0.01),
            Suspicion("outlier", below, "negative, where hardly any are", 0.6, 0.01),
        ]
    return [Suspicion("outlier", far, "far from all others", 0.8, 0.01)]


def _digits_alone(column: Found) -> bool:
    """Whether no letter touches a digit in nearly all rows that have digits.

    As far as the most frequent shapes tell.
    """
    with_digits = column.filled
    apart = 0
    for found in column.statistics.get("shapes", ()):
        if "9" not in found.shape:
            with_digits -= found.count
        elif not re.search("[Aa]9|9[Aa]", found.shape):
            apart += found.count
    return apart >= max(20, column.filled / 2) and 0.95 * with_digits <= apart < with_digits


def _repeats(column: Found) -> bool:
    """Whether values are words that occur again and again."""
    return (
        column.logical == "text"
        and type_of(column) not in _NO_WORDS
        and 2 <= column.distinct <= MOST_VALUES
        and column.filled >= 2 * column.distinct
        and column.length[2] < 2000
    )


def shown(column: Found, value: str, rows: int) -> str:
    """The value as a reader may see it: codes in clear, all else by shape."""
    if column.audience == "secret":
        return ""
    if column.audience == "none" and may_show(
        column.column.name, column.logical, column.distinct, column.filled, value, rows
    ):
        return value
    return example(value)
