"""The people and organisations behind the three databases.

Person number n is made from the seed and n alone, so that CRM, billing and
newsletter can each write down the same person without sharing a list.
Numbers above the CRM's are people that the CRM does not know.
"""

from __future__ import annotations

from typing import NamedTuple

from crmaudit.demo.names import CULTURES, NICKNAMES, ORGANISATION_KINDS, ORGANISATION_NAMES, plain
from crmaudit.demo.places import CITIES, Address, address, home_phone, office_phone
from crmaudit.demo.streams import Draw, Streams, weighted

STRANGERS = 100_000_000
"""Numbers from here on belong to people whom the CRM has never met."""

_DOMAINS = weighted(
    ("mail.example.org", 30),
    ("post.example", 22),
    ("inbox.example.org", 16),
    ("webmail.example", 12),
    ("letters.example.org", 8),
    ("home.example", 6),
    ("fastpost.example", 4),
    ("uni.example.org", 2),
)
_ABBREVIATED: tuple[tuple[str, str], ...]
_ABBREVIATED = (("Road", "Rd"), ("Street", "St"), ("Avenue", "Ave"), ("Lane", "Ln"))
_ABBREVIATED += (("Close", "Cl"), ("Terrace", "Terr"), ("Drive", "Dr"), ("Gardens", "Gdns"))


class Person(NamedTuple):
    """Somebody as the organisation got to know them, before any mistake."""

    first: str
    last: str
    latin_first: str
    latin_last: str
    gender: str
    born: str
    email: str
    phone: str
    home: Address


class Organisation(NamedTuple):
    """A partner, funder or customer."""

    name: str
    sector: str
    legal_form: str
    home: Address
    phone: str
    email: str
    registration: str


class People:
    """Makes persons and organisations by number."""

    def __init__(self, streams: Streams) -> None:
        self._persons = streams.prefix("person")
        self._organisations = streams.prefix("organisation")

    def person(self, number: int) -> Person:
        """Person `number`."""
        draw = Draw(self._persons, number)
        culture = draw.pick(CULTURES)
        woman = draw.chance(560)
        first, latin_first = draw.pick(culture.women if woman else culture.men)
        # One in twelve took a name from another culture.
        families = draw.pick(CULTURES).families if draw.chance(80) else culture.families
        last, latin_last = draw.pick(families)
        year = 1934 + draw.below(36) + draw.below(38)
        born = f"{year}-{1 + draw.below(12):02d}-{1 + draw.below(28):02d}"
        return Person(
            first,
            last,
            latin_first,
            latin_last,
            "F" if woman else "M",
            born,
            mailbox(latin_first, latin_last, number, draw),
            home_phone(number % STRANGERS),
            address(draw),
        )

    def organisation(self, number: int) -> Organisation:
        """Organisation `number`."""
        draw = Draw(self._organisations, number)
        kind, sector = draw.pick(ORGANISATION_KINDS)
        home = address(draw)
        word = draw.pick(ORGANISATION_NAMES)
        name = f"{word} {kind}"
        form = ""
        if sector == "Business":
            family = draw.pick(draw.pick(CULTURES).families)[0]
            other = draw.pick(draw.pick(CULTURES).families)[0]
            form = draw.pick(("Ltd", "LLP", "& Co", "Limited", ""))
            name = draw.pick((f"{family} & {other} {kind}", f"{family} {kind}", name))
            name = f"{name} {form}".strip()
        elif draw.chance(600):
            name = f"{home.city} {name}"
        domain = f"{plain(word)}{plain(kind)[:6]}{number}.example"
        return Organisation(
            name,
            sector,
            form,
            home,
            office_phone(number),
            f"{draw.pick(('info', 'office', 'hello', 'contact'))}@{domain}",
            f"HR{number * 7919 % 9_999_991:07d}",
        )


def mailbox(first: str, last: str, number: int, draw: Draw) -> str:
    """An address of person `number`; the digits keep people of one name apart."""
    digits = number * 7919 % 9973
    local = draw.pick(
        (
            f"{first}.{last}{digits}",
            f"{first[0]}{last}{digits}",
            f"{first}{digits}",
            f"{last}.{first}",
        )
    )
    if local == f"{last}.{first}":
        local = f"{local}.{digits}"
    return f"{local}@{draw.pick(_DOMAINS)}"


def with_typo(text: str, draw: Draw) -> str:
    """`text` with one slip of the keyboard, never in its first letter and never unchanged."""
    spot = 1 + draw.below(len(text) - 2)
    kind = draw.below(4)
    if kind == 0 and text[spot] != text[spot + 1]:
        return text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]
    if kind == 1:
        return text[:spot] + text[spot + 1 :]
    if kind == 2:
        return text[: spot + 1] + text[spot:]
    other = "aeinrst"["aeinrst".find(text[spot]) - 1]
    return text[:spot] + other + text[spot + 1 :]


def nickname(first: str, draw: Draw) -> str:
    """What friends call somebody; the name itself where no short form is known."""
    return draw.pick(NICKNAMES.get(first, (first,)))


def abbreviated(street: str) -> str:
    """The street as a hurried clerk writes it."""
    for word, short in _ABBREVIATED:
        if street.endswith(word):
            return street[: -len(word)] + short
    return street


def other_city(city: str, draw: Draw) -> str:
    """A town that `city` is not."""
    return CITIES[(CITIES.index(city) + 1 + draw.below(len(CITIES) - 1)) % len(CITIES)]
