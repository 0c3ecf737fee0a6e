"""Makes keyed hashes of standardised records: what two owners may lay beside each other.

Three forms, all by HMAC-SHA256 (RFC 2104) under a key that the owners share:

    token    64 bits of the HMAC of a standardised value: equal values, equal tokens
    tokens   the same of each of several values, sorted
    bits     a Bloom filter of a text's letter pairs (Schnell, Bachteler & Reiher 2009): similar
             texts have similar filters, so a slip of the pen does not part two records

A filter has `FILTER` bits, `HASHES` of them set for each letter pair of the text with blanks
around it. They are chosen by the HMAC of the pair, each on its own, as positions that follow from
two hash functions only can be undone (Niedermeyer, Steinmetzer, Kroll & Schnell 2014). Each field
has a salt of its own. Then the filter's halves are laid on each other by exclusive or (Schnell &
Borgs 2016): a bit stands for no letter pair any more, which is what attacks by patterns look for.

What is not hashed: national ids and bank accounts, as all possible ones can be tried out by who
has the key; gender, salutation, region and country, of which there are so few that their
frequencies tell them; dates of change, owners, notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.matching.recipe import Attribute

FILTER = 512
"""Bits of a filter before its halves are laid on each other."""

HASHES = 10
"""Bits set for each letter pair: a name of seven letters fills a fifth of what is left."""

Form = Literal["token", "tokens", "bits"]

_TYPES = {"token": pa.int64(), "tokens": pa.list_(pa.int64()), "bits": pa.binary(FILTER // 16)}
_MADE_OF = {
    "token": "64 bits of HMAC-SHA256 of {}",
    "tokens": "64 bits of HMAC-SHA256 of each of {}",
    "bits": f"folded Bloom filter ({FILTER // 2} bits) of the letter pairs of {{}}",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of hashes: of which attribute, in which form, and of what.

    `value` is SQL over the table `standard`. Fields of one `salt` can be held
    against each other.
    """

    name: str
    attribute: Attribute
    form: Form
    salt: str
    value: str
    told: str


FIELDS: tuple[Field, ...] = (
    Field("given", "given name", "bits", "name", "given", "the first given name"),
    Field(
        "roots",
        "given name",
        "tokens",
        "root",
        "given_roots",
        "the names that the given name may be a short form of",
    ),
    Field("given_sound", "given name", "token", "sound", "given_sound", "what it sounds like"),
    Field("family", "family name", "bits", "name", "family", "the family name"),
    Field("family_sound", "family name", "token", "sound", "family_sound", "what it sounds like"),
    Field(
        "organisation",
        "organisation name",
        "bits",
        "organisation",
        "organisation_sorted",
        "the words of the organisation's name, sorted, without its legal form",
    ),
    Field(
        "acronym",
        "organisation name",
        "token",
        "acronym",
        "organisation_acronym",
        "the first letters of these words",
    ),
    Field("employer", "employer", "bits", "organisation", "employer", "the employer's name"),
    Field("household", "household", "bits", "name", "household", "the household's name"),
    Field("emails", "e-mail", "tokens", "e-mail", "emails", "the e-mail addresses"),
    Field(
        "emails_shared",
        "e-mail",
        "tokens",
        "e-mail",
        "emails_shared",
        "the e-mail addresses that records of many names have",
    ),
    Field(
        "email_user",
        "e-mail",
        "token",
        "user",
        "CASE WHEN email_kind <> 'role' THEN email_user END",
        "the part of the e-mail address before the @",
    ),
    Field("phones", "phone", "tokens", "phone", "phones", "the last nine digits of the phones"),
    Field(
        "phones_shared",
        "phone",
        "tokens",
        "phone",
        "phones_shared",
        "the phones that records of many names have",
    ),
    Field("street", "street", "bits", "street", "street", "the street"),
    Field("house", "house number", "token", "house", "house_number", "the house number"),
    Field("city", "city", "bits", "city", "city", "the city"),
    Field("postcode", "postcode", "token", "postcode", "postcode", "the postcode"),
    Field("birth", "birth date", "token", "date", "birth_date", "the date of birth"),
    Field(
        "birth_sorted",
        "birth date",
        "token",
        "sorted date",
        "CASE WHEN birth_date IS NOT NULL THEN format('{} {} {}', birth_year,"
        " least(birth_month, birth_day), greatest(birth_month, birth_day)) END",
        "the date of birth, day and month in the order of their size",
    ),
    Field(
        "birth_parts",
        "birth date",
        "tokens",
        "part of a date",
        "CASE WHEN birth_date IS NOT NULL THEN [format('{}-{}', birth_year, birth_month),"
        " format('{}--{}', birth_year, birth_day), format('-{}-{}', birth_month, birth_day)] END",
        "year and month, year and day, month and day of birth",
    ),
    Field("url", "url", "token", "url", "url", "the host of the web address"),
    Field("tax_number", "tax number", "token", "tax number", "tax_number", "the tax number"),
    Field(
        "identifiers",
        "identifier",
        "tokens",
        "identifier",
        "identifiers",
        "the numbers that people outside know it by",
    ),
)
"""Every column of hashes. A tax number stands for organisations mostly, and is public there."""

MEANING: Mapping[str, str] = {
    "id": "keyed id of the record, by which nobody without the key finds it",
    **{f.name: f"{f.attribute}: {_MADE_OF[f.form].format(f.told)}" for f in FIELDS},
}
"""What each column of a bundle is made of, for its reader."""

SCHEMA = pa.schema([("id", pa.string()), *((f.name, _TYPES[f.form]) for f in FIELDS)])


def hash_records(engine: Engine, key: Key) -> tuple[dict[str, int], Iterator[pa.RecordBatch]]:
    """The records of the tables `records` and `standard` as hashes, in the order of their ids.

    Gives how many records have each attribute, in the order of `FIELDS`, and
    batches of `SCHEMA`. The ids are `Key.record`'s.
    """
    made = [_hashed(engine, key, salt) for salt in dict.fromkeys(f.salt for f in FIELDS)]
    made.append(_ids(engine, key))
    columns, joins = [], []
    for place, field in enumerate(FIELDS):
        table, alias = _table(field.salt), f"h{place}"
        if field.form == "tokens":
            joins.append(
                f"LEFT JOIN (SELECT n, list(h ORDER BY h) AS h FROM (SELECT DISTINCT n, h FROM"
                f" (SELECT n, unnest({field.value}) AS v FROM standard) JOIN {table} USING (v))"
                f" GROUP BY n) AS {alias} ON {alias}.n = s.n"
            )
        else:
            joins.append(f"LEFT JOIN {table} AS {alias} ON {alias}.v = s.{field.name}")
        columns.append(f"{alias}.h AS {field.name}")
    plain = ", ".join(f"({f.value}) AS {f.name}" for f in FIELDS if f.form != "tokens")
    engine.drop("hashed_records")
    engine.ask(
        f"CREATE TEMP TABLE hashed_records AS SELECT i.id, {', '.join(columns)}"
        f" FROM (SELECT n, {plain} FROM standard) AS s JOIN hashed_ids AS i ON i.n = s.n"
        f" {' '.join(joins)}"
    )
    for table in made:
        engine.drop(table)
    filled = _filled(engine)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in engine.batches("SELECT * FROM hashed_records ORDER BY id"):
            yield batch.cast(SCHEMA)

    return filled, batches()


def bloom(key: Key, salt: str) -> Callable[[str], bytes]:
    """What makes the folded filter of a text, salted.

    >>> from crmaudit.key import Key
    >>> of = bloom(Key(b"an example, not a secret"), "name")
    >>> len(of("sampson")), of("sampson") == of("sampson")
    (32, True)
    >>> likeness(of("sampson"), of("simpson")) > 0.6 > likeness(of("sampson"), of("ortega"))
    True
    """
    masks: dict[str, int] = {}
    half = FILTER // 2

    def mask(pair: str) -> int:
        digest = key.token(f"pair of {salt}", pair)
        places = (int.from_bytes(digest[2 * i : 2 * i + 2], "big") % FILTER for i in range(HASHES))
        made = 0
        for place in places:
            made |= 1 << place
        return made

    def filter_(text: str) -> bytes:
        padded = f" {text} "
        bits = 0
        for i in range(len(padded) - 1):
            pair = padded[i : i + 2]
            if pair not in masks:
                masks[pair] = mask(pair)
            bits |= masks[pair]
        return ((bits >> half) ^ (bits & ((1 << half) - 1))).to_bytes(half // 8, "big")

    return filter_


def likeness(left: bytes, right: bytes) -> float:
    """Dice's coefficient of two filters: twice the bits in both, by the bits of both."""
    a, b = int.from_bytes(left, "big"), int.from_bytes(right, "big")
    both = a.bit_count() + b.bit_count()
    return 2 * (a & b).bit_count() / both if both else 0.0


def token(key: Key, salt: str) -> Callable[[str], int]:
    """What makes the token of a value, salted: 64 bits, as a signed number."""
    return lambda value: int.from_bytes(key.token(f"hash of {salt}", value)[:8], "big", signed=True)


def _hashed(engine: Engine, key: Key, salt: str) -> str:
    """A table of the distinct values (`v`) with this salt and their hashes (`h`); its name."""
    fields = [f for f in FIELDS if f.salt == salt]
    values = " UNION ALL ".join(
        f"SELECT {f'unnest({f.value})' if f.form == 'tokens' else f.value} AS v FROM standard"
        for f in fields
    )
    form = fields[0].form
    make: Callable[[str], Any] = bloom(key, salt) if form == "bits" else token(key, salt)
    of = pa.binary(FILTER // 16) if form == "bits" else pa.int64()
    distinct = f"SELECT DISTINCT v FROM ({values}) WHERE v IS NOT NULL"
    return _derived(engine, _table(salt), distinct, make, of)


def _ids(engine: Engine, key: Key) -> str:
    batches = []
    for batch in engine.batches('SELECT n, system, tab, "key" FROM records'):
        number, *place = (c.to_pylist() for c in batch.columns)
        ids = [key.record(*(text or "" for text in row)) for row in zip(*place, strict=True)]
        batches.append(pa.record_batch([pa.array(number, pa.int64()), pa.array(ids)], ["n", "id"]))
    return _kept(engine, "hashed_ids", batches, pa.schema([("n", pa.int64()), ("id", pa.string())]))


def _derived(
    engine: Engine, table: str, query: str, make: Callable[[str], Any], of: pa.DataType
) -> str:
    schema = pa.schema([("v", pa.string()), ("h", of)])
    batches = []
    for batch in engine.batches(query):
        values = batch.column(0)
        hashes = pa.array([make(v) for v in values.to_pylist()], of)
        batches.append(pa.record_batch([values.cast(pa.string()), hashes], schema=schema))
    return _kept(engine, table, batches, schema)


def _kept(engine: Engine, table: str, batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> str:
    engine.drop(table)
    rows = pa.Table.from_batches(batches, schema)
    engine.show("derived", rows, f"CREATE TEMP TABLE {table} AS SELECT * FROM derived")
    return table


def _filled(engine: Engine) -> dict[str, int]:
    """Attribute → how many records have it; those that none has are left out."""
    by: dict[str, list[str]] = {}
    for field in FIELDS:
        by.setdefault(field.attribute, []).append(f"{field.name} IS NOT NULL")
    asked = ", ".join(f"count(*) FILTER (WHERE {' OR '.join(c)})" for c in by.values())
    (counts,) = engine.ask(f"SELECT {asked} FROM hashed_records")
    return {a: int(n) for a, n in zip(by, counts, strict=True) if n}


def _table(salt: str) -> str:
    return "hash_of_" + "".join(c if c.isalnum() else "_" for c in salt)
