"""People and organisations made up for tests, with duplicates of which all is known.

The generator is a world of its own: neither its names nor its slips are those
of the demo or of public sets. Families share addresses and telephones, firms
their switchboard, so that not all that agrees is a duplicate.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = {
    "m": _words("""
    Adrian Alistair Benedict Brendan Caspar Clive Conrad Damian Derek Duncan Edgar Elliot
        Ernest Felix Fraser Gerald Gilbert Hamish Harold Hector Hugo Ivan Jarvis Jerome Kamal Keith
        Lennox Leroy Lionel Magnus Malcolm Marcel Mustafa Nigel Oscar Owen Piers Quentin Rahul
        Reuben Rodney Rohan Roland Rupert Selim Sidney Stefan Terence Tobias Trevor Victor Vijay
        Wallace Warren Wilfred Yusuf"""),
    "f": _words("""
    Abigail Agatha Alma Anita Ayesha Beatrix Belinda Bronwen Camilla Carol Celeste Daphne
        Deirdre Delia Doreen Edith Elspeth Enid Esther Farida Fiona Flora Freya Gemma Gillian Gita
        Hazel Hilda Ingrid Iris Isla Jasmin Jocelyn Kirsten Lavinia Leila Lorna Mabel Maeve Marion
        Meera Morag Nadia Nerys Olwen Pamela Pearl Petra Ramona Rhona Rosa Sadie Selma Shona Sybil
        Thelma Tilda Ulrike Vera Winifred Yasmin Zara"""),
}
SHORT = {
    "Benedict": "Ben", "Terence": "Terry", "Gilbert": "Gil", "Victor": "Vic", "Rupert": "Rupe",
    "Abigail": "Abby", "Camilla": "Milla", "Pamela": "Pam", "Gillian": "Jill", "Belinda": "Bel",
    "Deirdre": "Dee", "Winifred": "Winnie", "Trevor": "Trev", "Sidney": "Sid", "Edgar": "Ed",
    "Harold": "Harry", "Gerald": "Gerry", "Malcolm": "Mal", "Edith": "Edie", "Tobias": "Toby",
}  # fmt: skip
_HEADS = _words("""
    Ack Alder Ark Bar Beck Black Bowl Brad Bram Brock Cald Carl Chart Clay Cold Cran Dal
    Den Dray Dun East Eld Fair Farn Finch Gar Glen Grim Had Hal Hart Hay Hern Hol Ings Kel Kirk
    Lang Lin Lock Marl Mid Nor Oak Orm Pel Pick Rad Rams Rush Sand Shel Skel Stan Sut Tan Thorn
    Tow Under Wal War Wet Whit Win Wood Wy""")
_TAILS = _words("""
    bourne bury by combe cott den field ford ham hurst ley low man more sall son stead
    ton wick worth""")
_TOWNS = _words("Aldmere Birchester Cotterham Drayling Easterholm Fenbridge Gorsewick Hallowby")
_ROADS = _words("Avenue Close Court Drive Gardens Grove Lane Road Street Terrace Way")
_MAIL = _words("mailbox.example netpost.example fastlane.example oldmail.example")
_WORK = _words("""
    Bakery Brewery Builders Carpets Cycles Electrical Flooring Garage Gallery Interiors
    Joinery Kitchens Logistics Motors Nurseries Opticians Pharmacy Plumbing Printers Records
    Roofing School Stationers Surgery Taxis Timber Travel Upholstery Veterinary Windows""")
_FORM = ("Ltd", "Limited", "LLP", "plc", "")
_KEYS = {a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in pairwise(row)}


@dataclass(frozen=True, slots=True)
class Made:
    """A record as a system would hold it, and the number of the thing that it stands for."""

    thing: int
    given: str = ""
    family: str = ""
    organisation: str = ""
    employer: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    birth_date: str = ""
    gender: str = ""
    household: str = ""
    number: str = ""


def people(
    count: int,
    copies: int,
    seed: int,
    *,
    namesakes: int = 0,
    families: bool = False,
    streets: int = 0,
) -> list[Made]:
    """`count` persons and `copies` further records of some of them, shuffled.

    So many `namesakes` come on top: other persons of the same name, born long
    before or after, every second of them a parent or child at the same address.
    With `families` most live in one, have its telephone and household, and little
    else is known; numbers of members were given out one after the other. With
    `streets` all live in so many of them, each with its postcode.
    """
    rng = random.Random(seed)
    names = [head + tail for head in _HEADS for tail in _TAILS]
    rng.shuffle(names)
    weights = [1 / (i + 12) for i in range(len(names))]
    known = [_home(rng) for _ in range(streets)]
    made: list[Made] = []
    while len(made) < count:
        family = rng.choices(names, weights)[0]
        home = _neighbour(rng, rng.choice(known)) if known else _home(rng)
        landline = f"01632 {rng.randrange(10**6):06}"
        shares = (30, 30, 20, 20) if families else (70, 18, 7, 5)
        for _ in range(min(rng.choices((1, 2, 3, 4), shares)[0], count - len(made))):
            person = _person(rng, len(made), family, home, landline)
            made.append(_sparse(rng, person, landline) if families else person)
    made += [
        _namesake(rng, count + i, rng.choice(made[:count]), i % 2 == 0) for i in range(namesakes)
    ]
    return _copied(rng, made, copies, _PERSON_SLIPS)


def _sparse(rng: random.Random, made: Made, landline: str) -> Made:
    gone = {name: "" for name in ("email", "birth_date", "gender") if rng.random() < 0.5}
    numbered = {"household": f"H{landline[-6:]}", "number": f"P-{made.thing:06}"}
    return replace(made, phone=landline, **gone, **numbered)


def _namesake(rng: random.Random, thing: int, of: Made, akin: bool) -> Made:
    home = (of.street, of.city, of.postcode) if akin else _home(rng)
    other = _person(rng, thing, of.family, home, of.phone or "01632 000111")
    born = int(of.birth_date[:4] or 1970) + rng.choice((-1, 1)) * rng.randint(22, 40)
    date = f"{born}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    phone = of.phone if akin else f"07700 {rng.randrange(10**6):06}"
    return replace(
        other, given=of.given, gender=of.gender, street=home[0], phone=phone, birth_date=date
    )


def organisations(count: int, copies: int, seed: int) -> list[Made]:
    """Organisations likewise; some are branches of one name at several places."""
    rng = random.Random(seed)
    made: list[Made] = []
    while len(made) < count:
        name = f"{rng.choice(_HEADS)}{rng.choice(_TAILS)} {rng.choice(_WORK)}"
        form = rng.choice(_FORM)
        site = name.lower().replace(" ", "")
        for _ in range(min(1 if rng.random() < 0.9 else 3, count - len(made))):
            street, city, postcode = _home(rng)
            made.append(
                Made(
                    len(made),
                    organisation=f"{name} {form}".strip(),
                    email=f"info@{site}{len(made)}.example" if rng.random() < 0.6 else "",
                    phone=f"01632 {rng.randrange(10**6):06}" if rng.random() < 0.8 else "",
                    street=street,
                    city=city,
                    postcode=postcode,
                )
            )
    return _copied(rng, made, copies, _ORGANISATION_SLIPS)


def _home(rng: random.Random) -> tuple[str, str, str]:
    town = rng.randrange(len(_TOWNS))
    street = f"{rng.randint(1, 180)} {rng.choice(_HEADS)}{rng.choice(_TAILS)} {rng.choice(_ROADS)}"
    code = f"{_TOWNS[town][:2].upper()}{rng.randint(1, 9)} {rng.randint(1, 9)}"
    return street, _TOWNS[town], code + "".join(rng.choices("ABDEFGHJLN", k=2))


def _neighbour(rng: random.Random, home: tuple[str, str, str]) -> tuple[str, str, str]:
    return f"{rng.randint(1, 180)} {home[0].partition(' ')[2]}", home[1], home[2]


def _person(
    rng: random.Random, thing: int, family: str, home: tuple[str, str, str], landline: str
) -> Made:
    gender = rng.choice("mf")
    given = rng.choices(GIVEN[gender], [1 / (i + 4) for i in range(len(GIVEN[gender]))])[0]
    local = rng.choice((f"{given}.{family}", f"{given[0]}{family}", f"{family}{given}"))
    mail = f"{local}{rng.randrange(100)}@{rng.choice(_MAIL)}".lower()
    phone = landline if rng.random() < 0.5 else f"07700 {rng.randrange(10**6):06}"
    day = f"{rng.randint(1930, 2008)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return Made(
        thing,
        given=given,
        family=family,
        email=mail if rng.random() < 0.7 else "",
        phone=phone if rng.random() < 0.75 else "",
        street=home[0] if rng.random() < 0.95 else "",
        city=home[1],
        postcode=home[2],
        birth_date=day if rng.random() < 0.7 else "",
        gender=gender if rng.random() < 0.6 else "",
    )


Slip = Callable[[random.Random, Made], Made]


def _copied(
    rng: random.Random, made: list[Made], copies: int, slips: Sequence[tuple[int, Slip]]
) -> list[Made]:
    weights = [w for w, _ in slips]
    for original in rng.choices(made, k=copies):
        copy = original
        for _ in range(rng.choices((0, 1, 2, 3), (10, 40, 35, 15))[0]):
            copy = rng.choices([s for _, s in slips], weights)[0](rng, copy)
        made.append(replace(copy, number=f"P-{len(made):06}" if copy.number else ""))
    rng.shuffle(made)
    return made


def typed(rng: random.Random, text: str) -> str:
    """The text with one slip of the fingers."""
    if len(text) < 3:
        return text
    at = rng.randrange(1, len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at - 1] + text[at:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + _KEYS.get(text[at].lower(), "e") + text[at + 1 :]


def _moved(rng: random.Random, made: Made) -> Made:
    street, city, postcode = _home(rng)
    return replace(made, street=street, city=city, postcode=postcode)


def _date(rng: random.Random, made: Made) -> Made:
    if not made.birth_date:
        return made
    year, month, day = made.birth_date.split("-")
    if int(day) <= 12 and rng.random() < 0.5:
        return replace(made, birth_date=f"{year}-{day}-{month}")
    return replace(made, birth_date=f"{year}-{month}-{rng.randint(1, 28):02}")


def _without(rng: random.Random, made: Made) -> Made:
    return replace(made, **{rng.choice(("email", "phone", "birth_date", "gender", "street")): ""})


_PERSON_SLIPS: tuple[tuple[int, Slip], ...] = (
    (18, lambda rng, m: replace(m, family=typed(rng, m.family))),
    (12, lambda rng, m: replace(m, given=typed(rng, m.given))),
    (10, lambda rng, m: replace(m, given=SHORT.get(m.given, m.given[:1] + "."))),
    (14, lambda rng, m: replace(m, email=f"{m.family}{rng.randrange(999)}@hub.example".lower())),
    (12, lambda rng, m: replace(m, phone=f"07700 {rng.randrange(10**6):06}")),
    (10, _moved),
    (8, lambda rng, m: replace(m, street=typed(rng, m.street))),
    (6, _date),
    (25, _without),
    (3, lambda rng, m: replace(m, given=m.family, family=m.given)),
    (2, lambda rng, m: replace(m, family=rng.choice(_HEADS) + rng.choice(_TAILS))),
    (5, lambda rng, m: replace(m, given=m.given.upper(), family=m.family.upper())),
)
_ORGANISATION_SLIPS: tuple[tuple[int, Slip], ...] = (
    (20, lambda rng, m: replace(m, organisation=typed(rng, m.organisation))),
    (20, lambda rng, m: replace(m, organisation=m.organisation.rsplit(" ", 1)[0])),
    (15, lambda rng, m: replace(m, organisation=m.organisation.upper())),
    (15, lambda rng, m: replace(m, phone="")),
    (10, lambda rng, m: replace(m, email="")),
    (10, lambda rng, m: replace(m, street=typed(rng, m.street))),
)


def row(n: int, made: Made) -> dict[str, object]:
    """The record as a row of the table of staged records."""
    text = {
        name: getattr(made, name) or None
        for name in ("given", "family", "organisation", "employer", "street", "city", "household")
    }
    return {
        "n": n,
        "system": "crm",
        "tab": "contacts",
        "key": str(n),
        **text,
        "postcode": made.postcode or None,
        "birth_date": made.birth_date or None,
        "gender": made.gender or None,
        "emails": [made.email] if made.email else None,
        "phones": [made.phone] if made.phone else None,
        "identifiers": [made.number] if made.number else None,
    }
