"""What single values of names, addresses and dates mean: tables of distinct values.

Python looks at each distinct value once, as a million contacts have far fewer
names, streets and towns. The tables have the value as staged (`raw`) and what
was made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import words_dates
from crmaudit.quality.collectors.matching import words_organisations as organisations
from crmaudit.quality.collectors.matching import words_people as people
from crmaudit.quality.collectors.matching import words_places as places
from crmaudit.quality.collectors.matching.standard_sql import LONGEST
from crmaudit.quality.collectors.matching.words_script import Plain, transliterated

_SEPARATE_UNIT = (
    "^\\s*(?:flat|unit|apartment|apt|appt|suite|ste|room|floor|wohnung|whg|studio|top|etage|piso)"
    "\\.?\\s*#?\\s*([0-9]+[a-z]?|[a-z])\\s*[,/ ]\\s*(.+)$"
)


class Lexicons:
    """The tables in between, dropped at the end."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._tables: list[str] = []

    def clear(self) -> None:
        for table in self._tables:
            self.engine.drop(table)

    def make(self, name: str, query: str) -> None:
        self.engine.drop(name)
        self._tables.append(name)
        self.engine.ask(f"CREATE TABLE {name} AS {query}")

    def _lexicon(
        self,
        name: str,
        distinct: str,
        columns: Sequence[str],
        derive: Callable[..., tuple[Any, ...]],
    ) -> None:
        """A table of the rows that `distinct` gives, and what Python derives of each.

        The query's first column is `raw`; `derive` is given all of a row and
        gives the values of `columns` (`name` or `name[]` for a list).
        """
        import pyarrow as pa

        types = [pa.list_(pa.string()) if c.endswith("[]") else pa.string() for c in columns]
        schema = pa.schema(
            [("raw", pa.string())]
            + [(c.removesuffix("[]"), t) for c, t in zip(columns, types, strict=True)]
        )
        batches = []
        for batch in self.engine.batches(distinct):
            given = [c.to_pylist() for c in batch.columns]
            rows = [(row[0], *derive(*row)) for row in zip(*given, strict=True)]
            arrays = [
                pa.array([row[at] for row in rows], type=field.type)
                for at, field in enumerate(schema)
            ]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        table = pa.Table.from_batches(batches, schema=schema)
        self.engine.drop(name)
        self._tables.append(name)
        self.engine.show("derived", table, f"CREATE TEMP TABLE {name} AS SELECT * FROM derived")

    def _values(self, column: str, unless: str = "") -> str:
        """Distinct values of a staged column and their folded form, without those that are none."""
        return (
            f"SELECT raw, lower(strip_accents(short(raw))) AS plain FROM "
            f"(SELECT DISTINCT {column} AS raw FROM records WHERE {column} IS NOT NULL)"
            + (f" WHERE NOT {unless}(short(raw)) AND NOT nothing(short(raw))" if unless else "")
        )

    def people(self) -> None:
        def given(raw: str, plain: str) -> tuple[str | None, ...]:
            text = transliterated(raw, plain, joined=True)
            name = people.given_name(text.latin)
            return _filled(name.given, name.middle, name.generation, text.script)

        def middle(raw: str, plain: str) -> tuple[str | None, ...]:
            return _filled(" ".join(people.words(transliterated(raw, plain, joined=True).latin)))

        def family(raw: str, plain: str) -> tuple[str | None, ...]:
            text = transliterated(raw, plain, joined=True)
            name = people.family_name(text.latin)
            return _filled(name.family, name.generation, text.script)

        def full(raw: str, plain: str) -> tuple[str | None, ...]:
            text = transliterated(raw, plain)
            name = _whole_name(text)
            return _filled(name.given, name.middle, name.family, name.generation, text.script)

        self._lexicon(
            "given_words",
            self._values("given", "no_person"),
            ("given", "middle", "generation", "script"),
            given,
        )
        self._lexicon("middle_words", self._values("middle", "no_person"), ("middle",), middle)
        self._lexicon(
            "family_words",
            self._values("family", "no_person"),
            ("family", "generation", "script"),
            family,
        )
        # Of the usual name of two words nothing is to be found out by Python.
        usual = "regexp_full_match(plain, '[a-z]{3,} [a-z]{4,}')"
        titles = ", ".join(f"'{t}'" for t in sorted(people.AROUND))
        usual += (
            f" AND split_part(plain, ' ', 1) NOT IN ({titles})"
            f" AND split_part(plain, ' ', 2) NOT IN ({titles})"
        )
        lacking = "family IS NULL"
        names = self._values("full_name", "no_person").replace(
            "full_name IS NOT NULL", f"full_name IS NOT NULL AND {lacking}"
        )
        self._lexicon(
            "full_words",
            f"SELECT * FROM ({names}) WHERE NOT ({usual})",
            ("given", "middle", "family", "generation", "script"),
            full,
        )
        self.engine.ask(
            "INSERT INTO full_words SELECT raw, split_part(plain, ' ', 1), NULL, "
            f"split_part(plain, ' ', 2), NULL, NULL FROM ({names}) WHERE {usual}"
        )
        east = "regexp_matches(f.script, '[\\p{Han}\\p{Hangul}\\p{Hiragana}\\p{Katakana}]')"
        self.make(
            "person_parts",
            f"""SELECT r.n, coalesce(g.given, w.given) AS given,
                nullif(concat_ws(' ', coalesce(g.middle, w.middle), m.middle), '') AS middle,
                coalesce(w.family, f.family) AS family,
                coalesce(w.generation, f.generation, g.generation) AS generation,
                coalesce(w.script, CASE WHEN f.script IS NULL OR g.script IS NULL THEN NULL
                    WHEN {east} THEN f.script || g.script
                    ELSE array_to_string(list_sort([f.script, g.script]), ' ') END) AS script
            FROM records r
            LEFT JOIN given_words g ON g.raw = r.given
            LEFT JOIN middle_words m ON m.raw = r.middle
            LEFT JOIN family_words f ON f.raw = r.family
            LEFT JOIN full_words w
                ON w.raw = r.full_name AND r.family IS NULL""",
        )
        self._lexicon(
            "given_forms",
            "SELECT DISTINCT given AS raw FROM person_parts WHERE given IS NOT NULL",
            ("roots[]", "sound"),
            lambda raw: (list(people.given_roots(raw)), people.sound(raw) or None),
        )
        self._lexicon(
            "family_forms",
            "SELECT DISTINCT family AS raw FROM person_parts WHERE family IS NOT NULL",
            ("sound",),
            lambda raw: (people.sound(raw) or None,),
        )

    def organisations(self) -> None:
        def parts(raw: str, plain: str) -> tuple[Any, ...]:
            found = organisations.organisation(transliterated(raw, plain).latin)
            words = list(found.words)
            return (
                *_filled(found.name),
                words,
                *_filled(" ".join(words), found.acronym, found.form),
            )

        columns = ("name", "words[]", "sorted", "acronym", "form")
        for table, column in (
            ("organisation_words", "organisation"),
            ("employer_words", "employer"),
        ):
            self._lexicon(table, self._values(column, "no_organisation"), columns, parts)
        self._lexicon(
            "household_words",
            self._values("household", "no_organisation"),
            ("household",),
            lambda raw, plain: _filled(organisations.household(transliterated(raw, plain).latin)),
        )

    def addresses(self) -> None:
        def words(raw: str, plain: str) -> tuple[str | None, ...]:
            return _filled(" ".join(people.words(transliterated(raw, plain).latin)))

        number = "[0-9]+\\s?[a-z]?(?:\\s?[-/]\\s?[0-9]+[a-z]?)?"
        # House number in front (27 high street, 3/27 high street) or behind (hauptstr. 12 a).
        self.make(
            "street_parts",
            f"""WITH flats AS (SELECT raw, plain,
                regexp_extract(plain, '{_SEPARATE_UNIT}', ['unit', 'rest']) AS flat
                FROM ({self._values("street", "no_street")})),
            rests AS (SELECT raw, nullif(flat.unit, '') AS unit,
                CASE WHEN flat.unit <> '' THEN flat.rest ELSE plain END AS rest FROM flats),
            numbers AS (SELECT raw, unit, rest,
                regexp_extract(rest, '^\\s*({number})[,.]?\\s+([^0-9].*)$',
                    ['number', 'name']) AS front,
                regexp_extract(rest, '^(.*[^0-9 ,])[ ,]+(?:nr\\.? ?|no\\.? ?|n )?({number})\\s*$',
                    ['name', 'number']) AS back FROM rests)
            SELECT raw, unit, number_of(coalesce(nullif(front.number, ''), back.number)) AS number,
                trim(CASE WHEN front.number <> '' THEN front.name
                    WHEN back.number <> '' THEN back.name ELSE rest END) AS name
            FROM numbers""",
        )
        self._lexicon(
            "street_words",
            "SELECT DISTINCT name AS raw FROM street_parts WHERE name <> ''",
            ("street", "box"),
            lambda raw: (
                places.street(transliterated(raw, raw).latin) or None,
                "box" if places.is_box(raw) else None,
            ),
        )
        self.make(
            "number_words",
            "SELECT raw, number_of(plain) AS number "
            f"FROM ({self._values('house_number', 'nothing')})",
        )
        self.make(
            "postcode_words",
            f"""SELECT raw, code, array_to_string(list_sort(string_split(code, '')), '') AS letters,
                CASE WHEN regexp_full_match(code, '[A-Z]{{1,2}}[0-9][0-9A-Z]?[0-9][A-Z]{{2}}')
                    THEN left(code, -3) ELSE left(code, greatest(length(code) - 2, 2)) END AS area
            FROM (SELECT raw, code_of(raw) AS code
                FROM ({self._values("postcode", "no_postcode")}))""",
        )
        self._lexicon("city_words", self._values("city", "no_city"), ("city",), words)
        self._lexicon("region_words", self._values("region", "no_city"), ("region",), words)
        self._lexicon(
            "country_words",
            self._values("country", "nothing"),
            ("country",),
            lambda raw, plain: _filled(places.country(transliterated(raw, plain).latin)),
        )
        for table, column in (("gender_words", "gender"), ("salutation_words", "salutation")):
            self._lexicon(
                table,
                self._values(column),
                ("gender",),
                lambda raw, plain: _filled(places.gender(transliterated(raw, plain).latin)),
            )

    def days(self) -> None:
        """Birth dates; which of day and month comes first is each system's habit."""
        self.engine.drop("day_words")
        self._tables.append("day_words")
        self.engine.ask(
            "CREATE TEMP TABLE day_words(system VARCHAR, raw VARCHAR, day VARCHAR, other VARCHAR)"
        )
        import pyarrow as pa

        for (system,) in self.engine.ask(
            "SELECT DISTINCT system FROM records WHERE birth_date IS NOT NULL ORDER BY 1"
        ):
            quoted = "'" + str(system).replace("'", "''") + "'"
            values = [
                v
                for (v,) in self.engine.ask(
                    "SELECT DISTINCT birth_date FROM records WHERE birth_date IS NOT NULL "
                    f"AND system IS NOT DISTINCT FROM {quoted} ORDER BY 1"
                )
            ]
            month_first = words_dates.month_first(values)
            days = [words_dates.day(v[:LONGEST], month_first) for v in values]
            self.engine.show(
                "derived",
                pa.table(
                    {
                        "raw": pa.array(values, pa.string()),
                        "day": pa.array([d[0] or None for d in days], pa.string()),
                        "other": pa.array([d[1] or None for d in days], pa.string()),
                    }
                ),
                f"INSERT INTO day_words SELECT {quoted}, raw, day, other FROM derived "
                "WHERE day IS NOT NULL",
            )


def _whole_name(text: Plain) -> people.Name:
    if text.ideographic:
        return people.ideographic_name(text.latin)
    return people.full_name(text.latin)


def _filled(*texts: str) -> tuple[str | None, ...]:
    return tuple(t or None for t in texts)
