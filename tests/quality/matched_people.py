"""Made-up people, families, colleagues and companies, put into the table `records`."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import pyarrow as pa

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS
from crmaudit.quality.collectors.matching.matching import Matched, match
from crmaudit.quality.plan import Plan

Record = Mapping[str, Any]
LISTS = ("emails", "phones", "identifiers")

GIVEN = [
    "anna",
    "maria",
    "peter",
    "paul",
    "julia",
    "laura",
    "lukas",
    "jonas",
    "felix",
    "sophie",
    "clara",
    "emil",
    "oskar",
    "greta",
    "ida",
    "mia",
    "leon",
    "noah",
    "elias",
    "frieda",
    "karl",
    "heinz",
    "ursula",
    "monika",
    "sabine",
    "petra",
    "claudia",
    "stefan",
    "andreas",
    "christian",
    "daniel",
    "martin",
    "markus",
    "sebastian",
    "tobias",
    "florian",
    "simon",
    "david",
    "nina",
    "lena",
    "katharina",
    "margarete",
    "johanna",
    "charlotte",
    "hannah",
    "james",
    "william",
    "robert",
    "richard",
    "susan",
    "linda",
    "karen",
    "nancy",
    "helen",
    "sandra",
    "carol",
    "sharon",
    "michelle",
    "kevin",
    "brian",
    "george",
    "edward",
    "ronald",
    "kenneth",
]
_SYLLABLES = [
    "ber",
    "man",
    "stein",
    "hof",
    "mei",
    "wal",
    "kra",
    "lin",
    "sch",
    "ner",
    "bach",
    "feld",
    "gruber",
    "wag",
    "zim",
    "bau",
    "kel",
    "roth",
    "fisch",
    "wei",
    "sonn",
    "har",
    "ock",
    "rich",
    "mund",
    "dorf",
    "thal",
    "eck",
]
_PROVIDERS = ["mail.example", "web.example", "post.example"]


def engine() -> Engine:
    return Engine(Plan(memory=512), 2)


def put(into: Engine, records: Iterable[Record]) -> None:
    """Make `records` of them; `system` is `crm` where a record does not say."""
    rows = list(records)
    schema = pa.schema(
        [("n", pa.int64()), ("system", pa.string()), ("tab", pa.string()), ("key", pa.string())]
        + [
            (c, pa.list_(pa.string()) if c in LISTS else pa.string())
            for c in (*ATTRIBUTE_COLUMNS.values(), *MARK_COLUMNS.values())
        ]
        + [("filled", pa.int32())]
    )
    full = [
        {"n": n, "system": "crm", "tab": "people", "key": str(n), **row}
        for n, row in enumerate(rows)
    ]
    into.show(
        "given_records",
        pa.Table.from_pylist(full, schema=schema),
        "CREATE OR REPLACE TABLE records AS SELECT * FROM given_records",
    )


def matched(into: Engine, records: Iterable[Record], kind: str = "person", **more: Any) -> Matched:
    put(into, records)
    return into.run(lambda: match(into, kind, **more))


def same(into: Engine) -> set[tuple[int, int]]:
    """The pairs that are taken for the same."""
    return {(a, b) for a, b in into.ask("SELECT l, r FROM scored WHERE state = 'same'")}


def together(into: Engine, *numbers: int) -> bool:
    """Whether records stand for one thing."""
    listed = ", ".join(map(str, numbers))
    ((things,),) = into.ask(f"SELECT count(DISTINCT thing) FROM members WHERE n IN ({listed})")
    return int(things) == 1


def population(
    things: int, twice: float = 0.12, seed: int = 5, families: bool = True
) -> tuple[list[dict[str, Any]], list[int]]:
    """People who live in families and work together, some entered more than once with errors.

    Returns their records and whom each stands for. Nobody has the e-mail of a
    stranger; families share home, landline and now and then a mailbox.
    """
    r = random.Random(seed)
    names = sorted({(r.choice(_SYLLABLES) + r.choice(_SYLLABLES)).capitalize() for _ in range(400)})
    r.shuffle(names)
    cities = sorted({r.choice(_SYLLABLES).capitalize() + "burg" for _ in range(60)})
    codes = {c: [str(r.randint(10000, 99999)) for _ in range(r.randint(1, 4))] for c in cities}
    companies = [
        (r.choice(_SYLLABLES).capitalize() + r.choice(_SYLLABLES) + " GmbH", f"030 {4000000 + i}")
        for i in range(40)
    ]
    taken: set[str] = set()
    records: list[dict[str, Any]] = []
    whom: list[int] = []

    def often(values: Sequence[str]) -> str:
        return values[int(len(values) * r.random() ** 2)]

    def typo(text: str) -> str:
        i = r.randrange(len(text) - 1)
        return r.choice(
            (
                text[:i] + text[i + 1] + text[i] + text[i + 2 :],
                text[:i] + text[i + 1 :],
                text[:i] + r.choice("aeinrst") + text[i + 1 :],
            )
        )

    def again(one: Mapping[str, Any]) -> dict[str, Any]:
        two = dict(one)
        for field in ("given", "family", "street", "city"):
            if r.random() < 0.1:
                two[field] = typo(two[field])
        if r.random() < 0.12:
            city = often(cities)
            two |= {
                "street": f"Neuweg {r.randint(1, 90)}",
                "city": city,
                "postcode": codes[city][0],
            }
        for field in ("birth_date", "postcode", "employer"):
            if r.random() < 0.2:
                two[field] = None
        if r.random() < 0.3:
            two["emails"] = []
        two["phones"] = [p for p in two["phones"] if r.random() < 0.6]
        return two

    whose = 0
    while whose < things:
        family, city = often(names), often(cities)
        home = {
            "street": f"{r.choice(_SYLLABLES).capitalize()}strasse {r.randint(1, 90)}",
            "city": city,
            "postcode": r.choice(codes[city]),
        }
        landline = f"0{r.randint(200, 999)} {r.randint(100000, 999999)}"
        for _ in range(r.choice((1, 1, 2, 2, 3, 4)) if families else 1):
            given = r.choice(GIVEN).capitalize()
            email = f"{given}.{family}@{r.choice(_PROVIDERS)}".lower()
            while email in taken:
                email = email.replace("@", f"{r.randint(0, 9)}@")
            taken.add(email)
            person: dict[str, Any] = {
                "given": given,
                "family": family,
                **home,
                "birth_date": f"19{r.randint(35, 99)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
                "emails": [email] if r.random() < 0.7 else [],
                "phones": [f"017{r.randint(0, 9)} {r.randint(1000000, 9999999)}"],
            }
            if r.random() < 0.5:
                person["phones"].append(landline)
            if r.random() < 0.3:
                person["employer"], office = r.choice(companies)
                person["phones"].append(office)
            records.append(person)
            whom.append(whose)
            while r.random() < twice:
                records.append(again(person))
                whom.append(whose)
            whose += 1
    order = list(range(len(records)))
    r.shuffle(order)
    return [records[i] for i in order], [whom[i] for i in order]


def truth(whom: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of numbers that stand for the same."""
    groups: dict[int, list[int]] = {}
    for n, whose in enumerate(whom):
        groups.setdefault(whose, []).append(n)
    return {pair for group in groups.values() for pair in combinations(group, 2)}
