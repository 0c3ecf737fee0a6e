"""Where the people of the demo live and which telephones they have.

Towns and streets are invented.  Postcodes look right but use area letters
that the Royal Mail has given to no place.  Telephone numbers come from the
ranges that Ofcom keeps free for drama; these are some 15,000, so the numbers
of larger populations go on in area code 01632, which serves no place at all.
"""

from __future__ import annotations

from typing import NamedTuple

from crmaudit.demo.streams import Draw, weighted


class Address(NamedTuple):
    """One line of street, the town and its postcode."""

    street: str
    city: str
    postcode: str


# Outward codes and how many inhabitants of a hundred live there.  Every
# outward code has one town: "postcode decides town" holds until a plant
# breaks it.
_TOWNS = (
    ("Harbourlight", ("HL1", "HL2", "HL3"), 26),
    ("Saltmere", ("HL4", "HL5"), 12),
    ("Wrenford", ("HL6",), 8),
    ("Port Ansel", ("HL7", "HL8"), 8),
    ("Kettleby Cross", ("KP1", "KP2"), 8),
    ("Dunmallow", ("KP3",), 6),
    ("Ashgrove-on-Sea", ("HL9",), 6),
    ("Tarnwick", ("KP4", "KP5"), 5),
    ("Upper Quillan", ("KP6",), 4),
    ("Nether Quillan", ("KP7",), 3),
    ("Brackwater", ("PD1",), 4),
    ("St Maddern", ("PD2",), 3),
    ("Llanfarrow", ("PD3",), 3),
    ("Gull Point", ("HL10",), 2),
    ("Fenmarch", ("PD4",), 1),
    ("Old Tolsey", ("PD5",), 1),
)
OUTWARD = {code: town for town, codes, _ in _TOWNS for code in codes}
CITIES = tuple(town for town, _, _ in _TOWNS)
_DISTRICTS = weighted(*(((town, codes), weight) for town, codes, weight in _TOWNS))
_STREETS = tuple(
    f"{name} {kind}"
    for kind in ("Road", "Street", "Lane", "Avenue", "Close", "Terrace", "Drive", "Gardens")
    for name in (
        "Mill", "Station", "Church", "Victoria", "Quay", "Beech", "Orchard", "Chapel", "Harbour",
        "Windsor", "Lantern", "Park", "Elm", "Rope Walk", "Fishergate", "Granary", "Priory",
        "Sandpiper", "Lower Bridge", "Upper Bridge", "Kiln", "Weavers", "Almond", "Sycamore",
        "Cooper's", "Abbey", "Regent", "Albion", "Trinity", "St Anne's",
    )
)  # fmt: skip
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"


def address(draw: Draw) -> Address:
    """A house: all houses of one street share a postcode."""
    town, codes = draw.pick(_DISTRICTS)
    code = draw.pick(codes)
    number = draw.below(len(_STREETS))
    house = 1 + draw.below(140)
    street = f"{house} {_STREETS[number]}"
    if draw.chance(90):
        street = f"Flat {1 + draw.below(24)}, {street}"
    inward = f"{1 + number % 9}{_INWARD[number % 20]}{_INWARD[(number // 20 + house // 35) % 20]}"
    return Address(street, town, f"{code} {inward}")


# Area code and the first digits of the thousand numbers that Ofcom reserves.
_DRAMA = (
    ("0113", "496 0"), ("0114", "496 0"), ("0116", "496 0"), ("0117", "496 0"), ("0118", "496 0"),
    ("0121", "496 0"), ("0131", "496 0"), ("0141", "496 0"), ("0151", "496 0"), ("0161", "496 0"),
    ("0191", "498 0"), ("029", "2018 0"), ("028", "9649 6"),
)  # fmt: skip
_OFFICE = (("020", "7946 0"), ("01632", "960"))
# Prime to every size below: a whole round passes before a number comes again.
_SCATTER = 7919


def home_phone(number: int) -> str:
    """The landline of person `number`: unique among the first 813,000."""
    size = len(_DRAMA) * 1000
    if number < size:
        area, last = divmod(number * _SCATTER % size, 1000)
        return f"{_DRAMA[area][0]} {_DRAMA[area][1]}{last:03d}"
    return f"01632 {100_000 + (number - size) * _SCATTER % 800_000:06d}"


def office_phone(number: int) -> str:
    """The switchboard of organisation `number`."""
    size = len(_OFFICE) * 1000
    if number < size:
        area, last = divmod(number * _SCATTER % size, 1000)
        return f"{_OFFICE[area][0]} {_OFFICE[area][1]}{last:03d}"
    # 900,000 to 959,999: clear of the homes below and of the drama range above.
    return f"01632 {900_000 + (number - size) * _SCATTER % 60_000:06d}"


def mobile_phone(number: int) -> str:
    """A mobile number: Ofcom keeps only a thousand, so they repeat in large populations."""
    return f"07700 900{number * _SCATTER % 1000:03d}"
