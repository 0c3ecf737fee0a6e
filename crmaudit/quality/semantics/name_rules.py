"""The tables that names are read by: concepts that make a field, and those that spoil it."""

from __future__ import annotations

from crmaudit.evidence.semantic import SemanticType


def _concepts(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that leave a field of this kind being one. A name such as `email_greeting` has another.
BESIDE = _concepts(
    "neutral plain billing mailing person organisation account user address number is full "
    "first last house code name text parent of by file url contactverb household active line "
    "social from to reply date external bank manager district state middle"
)

# (type, confidence, concepts that must all be there, any other concept that rules it out)
FIELDS: tuple[tuple[SemanticType, float, str, str], ...] = (
    ("payment card", 0.9, "creditcard", ""),
    ("payment card", 0.85, "card number", "person"),
    ("bank account", 0.95, "bankaccount", "name"),
    ("bank account", 0.9, "bank account", "name"),
    ("bank account", 0.85, "bank number", ""),
    ("ip address", 0.95, "ip", ""),
    ("national id", 0.9, "nationalid", ""),
    ("tax number", 0.9, "taxid", "percent rate money type"),
    ("tax number", 0.9, "tax number", "type"),
    ("tax number", 0.85, "tax id", "type"),
    ("tax number", 0.8, "tax ref", "type"),
    ("birth date", 0.95, "birth", "city country"),
    ("latitude", 0.95, "latitude", ""),
    ("longitude", 0.95, "longitude", ""),
    ("e-mail", 0.93, "mail", "street city postcode country region post"),
    ("fax", 0.93, "fax", ""),
    ("mobile", 0.9, "mobile", ""),
    ("phone", 0.93, "phone", ""),
    ("house number", 0.9, "housenumber", ""),
    ("house number", 0.8, "house number", ""),
    ("house number", 0.8, "street number", ""),
    ("postcode", 0.95, "postcode", ""),
    ("postcode", 0.93, "post code", ""),
    ("street", 0.92, "street", ""),
    ("city", 0.9, "city", ""),
    ("country", 0.92, "country", ""),
    ("region", 0.85, "region", ""),
    ("region", 0.8, "state country", ""),
    ("full address", 0.85, "full address", ""),
    ("street", 0.85, "address line", ""),
    ("given name", 0.95, "given", ""),
    ("family name", 0.95, "family", ""),
    ("given name", 0.93, "first name", "last"),
    ("full name", 0.85, "first last name", ""),
    ("given name", 0.85, "middle name", ""),
    ("family name", 0.93, "last name", "file"),
    ("salutation", 0.93, "salutation", ""),
    ("salutation", 0.85, "name prefix", ""),
    ("gender", 0.95, "gender", ""),
    ("language", 0.92, "language", ""),
    ("login", 0.93, "login", ""),
    ("login", 0.85, "user name", "first last full"),
    ("handle", 0.85, "handle", ""),
    ("handle", 0.6, "nick", ""),
    ("url", 0.65, "social", ""),
    ("url", 0.93, "url", ""),
    ("organisation name", 0.93, "organisation name", ""),
    ("organisation name", 0.85, "legal name", "person first last"),
    ("organisation name", 0.85, "account name", "user bank person"),
    ("full name", 0.85, "person name", ""),
    ("full name", 0.7, "full name", ""),
    ("full name", 0.7, "manager name", ""),
    ("file name", 0.92, "file", ""),
    ("file name", 0.6, "image", ""),
)
# What makes another thing of a field: its kind, state, number, text about it.
SPOILERS: tuple[tuple[str, SemanticType, float], ...] = (
    ("template", "text", 0.6),
    ("greeting", "text", 0.75),
    ("type", "category", 0.85),
    ("category", "category", 0.8),
    ("status", "status", 0.85),
    ("count", "counter", 0.9),
    ("sequence", "number", 0.8),
    ("machine", "machine text", 0.6),
)
NUMBERS = frozenset({"quantity", "sequence", "year", "month", "version"})
DATES = ("integer", "date", "datetime", "text", None)
TIMES = ("date", "datetime", "time")
# With these it is no moment, or the moment of something that has a meaning of its own.
NO_MOMENT = _concepts("birth count type quantity id fk is mail text")
# Such a field is no flag, however its name begins.
PLAIN = _concepts(
    "mail phone mobile fax name text date money birth url city street postcode secret person "
    "organisation percent quantity"
)
# Tables of these hold no people and no organisations, whatever else their name says.
NO_PARTY = _concepts("mail phone address type category status table set count industry")
