"""What to suspect in the values of a column, one value at a time.

A suspicion is an SQL condition over a different value `v` that occurs in `n`
rows. It is dropped where more than the share `most` of a column's filled rows
fulfil it: then the column was meant so, and its meaning was guessed wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from crmaudit.evidence.fault import FaultKind
from crmaudit.evidence.semantic import SemanticType
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.faults import encoding
from crmaudit.quality.faults.placeholders import placeholder

__all__ = ["Asked", "Suspicion", "suspicions"]

_PERSON: frozenset[SemanticType] = frozenset({"given name", "family name", "full name"})
_PHONE: frozenset[SemanticType] = frozenset({"phone", "mobile", "fax"})
_PLACE: frozenset[SemanticType] = frozenset({"city", "region", "country"})
_NAMES = _PERSON | _PLACE | {"organisation name", "street", "job title", "salutation", "industry"}
_FREE: frozenset[SemanticType] = frozenset({"text", "machine text", "secret", "full address"})
# What a program writes has the form that the program gives it.
_BY_PROGRAM: frozenset[SemanticType] = frozenset(
    {"machine text", "secret", "uuid", "access", "file name", "ip address", "discriminator"}
)

# Meanings of which a table of names holds each once.
_LISTED: frozenset[SemanticType | None] = frozenset(
    {None, "text", "region", "category", "country", "status", "identifier", "industry", "city"}
)
# Letters touch digits there in earnest: 12a, room3.
_LETTERS_AND_DIGITS: frozenset[SemanticType] = frozenset(
    {
        *("street", "house number", "full address", "text", "e-mail", "url", "login", "handle"),
        *("postcode", "job title", "organisation name"),
        *_PERSON,
        *_BY_PROGRAM,
    }
)

_WHOLE_EMAIL = r"\s*[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}\s*"
_WHOLE_URL = r"(?i)\s*(https?://|www\.)\S+\s*"
_WHOLE_PHONE = r"\s*\(?(\+|00?)[1-9()][0-9 ()/.-]{5,20}\s*"
_WORDS_BY_PHONE = (
    "ext|extn|extension|tel|fax|mob|mobile|mobil|cell|phone|home|work|office|buero|büro|"
    "privat|private|poste|durchwahl|int|intern|apdo|bureau|casa|movil|móvil|handy|direct|evening|day"
)
_UK_POSTCODE = "(?i)[A-Z]{1,2}[0-9][A-Z0-9]?[ -]?[0-9][A-Z]{2}"


Trait = Literal["beyond ASCII", "&", "?", "@", ".", "blanks"]
TRAITS: dict[Trait, str] = {
    "beyond ASCII": "strlen(v) <> length(v)",
    "&": "contains(v, '&')",
    "?": "contains(v, '?')",
    "@": "contains(v, '@')",
    ".": "contains(v, '.')",
    "blanks": "v <> trim(v, ' \t\r\n\u00a0')",
}
"""What values may have, as SQL that costs little: a column without it is not searched for more."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A kind of fault, the SQL condition that shows it, and how far it is to be trusted.

    Fewer rows than the share `least` of those filled, if there is one, or than
    three, may be right as they are.
    No value fulfils it in a column none of whose values has `needs`. Not `told`
    is what a statistic of the column says already.
    """

    kind: FaultKind
    condition: str
    detail: str
    confidence: float
    most: float = 0.3
    least: float = 0.0
    needs: Trait | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a column when its values are suspected.

    `filler` is the condition for words that stand for no value in any column,
    `email` the one that a well-written address fulfils, where they apply.
    `digits`: where nearly all values have digits, no letter touches them.
    `padded`: the engine fills values up with blanks. `least` digits make a
    telephone number. `all_differ`: hardly any value occurs twice.
    """

    semantic: SemanticType | None
    logical: Logical
    filler: str = ""
    email: str = ""
    digits: bool = False
    padded: bool = False
    least: int = 6
    all_differ: bool = False


def suspicions(column: Asked) -> tuple[Suspicion, ...]:
    """The suspicions against values of a text column; a value has the first that fits."""
    return tuple(_all(column))


def _all(column: Asked) -> list[Suspicion]:
    semantic = column.semantic
    if column.logical != "text" or semantic in ("secret", "unused"):
        return []
    return [
        *_encoding(semantic),
        *_placeholders(column),
        *_wrong_kind(column),
        *_writing(column),
    ]


def _placeholders(column: Asked) -> list[Suspicion]:
    found = []
    if column.filler and column.semantic != "machine text":
        # In a list of different names one may well be called None, or be Nan, a province.
        least = 0.005 if column.all_differ and column.semantic in _LISTED else 0.0
        detail = "a word for no value"
        found.append(Suspicion("placeholder", column.filler, detail, 0.95, 1.0, least))
    if column.semantic and (own := placeholder(column.semantic)):
        detail = f"stands for no {column.semantic}"
        found.append(Suspicion("placeholder", own, detail, 0.9, 0.6))
    return found


def _encoding(semantic: SemanticType | None) -> list[Suspicion]:
    kind: FaultKind = "damaged encoding"
    found = [
        Suspicion(kind, encoding.LOST, "letters are lost", 1.0, 1.0, 0.0, "beyond ASCII"),
        Suspicion(
            kind, encoding.MOJIBAKE, "read in the wrong encoding", 0.98, 1.0, 0.0, "beyond ASCII"
        ),
    ]
    if semantic not in _BY_PROGRAM:
        twice = encoding.ESCAPED_TWICE
        found.append(Suspicion(kind, twice, "mark-up was escaped twice", 0.9, 1.0, 0.0, "&"))
    if semantic in _NAMES or semantic in ("category", "status"):
        found += [
            Suspicion(kind, encoding.ESCAPED, "escaped mark-up in a name", 0.9, 1.0, 0.0, "&"),
            Suspicion(
                kind, encoding.QUESTION_MARKS, "a question mark inside a word", 0.85, 0.3, 0.0, "?"
            ),
        ]
    return found


def _full(pattern: str) -> str:
    return f"regexp_full_match(v, '{pattern}')"


def _wrong_kind(column: Asked) -> list[Suspicion]:
    kind: FaultKind = "wrong kind of value"
    semantic = column.semantic
    found = []

    def add(
        condition: str,
        detail: str,
        confidence: float,
        most: float = 0.3,
        needs: Trait | None = None,
    ) -> None:
        found.append(Suspicion(kind, condition, detail, confidence, most, 0.0, needs))

    if semantic in _NAMES | _PHONE | {"postcode", "house number"}:
        email, url = _full(_WHOLE_EMAIL), _full(_WHOLE_URL)
        add(email, f"an e-mail address in a {semantic}", 0.97, needs="@")
        add(url, f"a web address in a {semantic}", 0.95, needs=".")
    if semantic in _NAMES | {"postcode", "e-mail"}:
        # A postcode may have nine digits.
        digits = "AND length(regexp_replace(v, '[^0-9]', '', 'g')) >= 10"
        phone = (
            f"length(v) < 25 AND {_full(_WHOLE_PHONE)} {digits if semantic == 'postcode' else ''}"
        )
        add(phone, f"a telephone number in a {semantic}", 0.9)
    if semantic in _PERSON:
        add("regexp_matches(v, '[0-9]')", "digits in a person's name", 0.8, 0.05)
    if semantic == "city":
        code = f"regexp_full_match(v, '\\s*({_UK_POSTCODE}|([A-Z]{{1,2}}[- ]?)?[0-9]{{4,6}})\\s*')"
        add(code, "a postcode in a city", 0.95)
        add("regexp_matches(v, '[0-9]{4}')", "a number of four digits or more in a city", 0.85)
    if semantic == "postcode":
        add("NOT regexp_matches(v, '[0-9]')", "a postcode without any digit", 0.85, 0.1)
    if semantic in _PHONE:
        words = f"regexp_replace(v, '(?i)\\b({_WORDS_BY_PHONE})\\b', '', 'g')"
        add(
            "regexp_matches(v, '[A-Za-z]{3}') AND "
            f"regexp_matches({words}, '[A-Za-z\\x{{c0}}-\\x{{24f}}]{{3}}')",
            "words in a telephone number",
            0.9,
        )
        found.append(
            Suspicion(
                "invalid value",
                f"length(regexp_replace(v, '[^0-9]', '', 'g')) NOT BETWEEN {column.least} AND 20",
                "too few or too many digits for a telephone number",
                0.85,
                0.1,
            )
        )
    if column.email:
        wrong = f"NOT ({column.email})"
        found.append(Suspicion("invalid value", wrong, "no e-mail address", 0.97, 0.5))
    if semantic == "url":
        no_host = "NOT contains(trim(v, '. '), '.') AND NOT starts_with(v, '/')"
        found.append(Suspicion("invalid value", no_host, "no web address", 0.85, 0.1))
    if column.digits and semantic not in _LETTERS_AND_DIGITS:
        mixed = "regexp_matches(v, '[0-9][A-Za-z]|[A-Za-z][0-9]')"
        add(mixed, "a letter among digits, where hardly any value has one", 0.75, 0.1)
    return found


def _writing(column: Asked) -> list[Suspicion]:
    semantic = column.semantic
    found = []
    if semantic not in _FREE | _BY_PROGRAM and not column.padded:
        detail = "blanks before or after it"
        blanks = TRAITS["blanks"]
        found.append(Suspicion("surrounding blanks", blanks, detail, 0.97, 0.8, 0.0, "blanks"))
    if semantic in _PERSON | {"city"}:
        capitals = _full(r"[A-Z][A-Z .\''-]{3,}")
        small = _full(r"[a-z][a-z .\''-]{3,}")
        either = f"({capitals} OR {small})"
        detail = "all in capitals or all in small letters, unlike most"
        found.append(Suspicion("inconsistent case", either, detail, 0.8, 0.15))
    return found


def is_custom(column_name: str, table_name: str) -> bool:
    """Whether users added the column to the product: `budget_c`, `cf_912`, a table `…_cstm`."""
    name, table = column_name.lower(), table_name.lower().rsplit(".", 1)[-1]
    if re.fullmatch(r"(id(_c)?|.*_id|rowid|tms|import_key|fk_.*)", name):
        return False
    return bool(
        re.search(r".__c$|._c$|^(cf|cst|custom|x_studio|cust|udf|uf)_.", name)
        or re.search(r"(_cstm|_custom|_extrafields|cf|_custom_fields)$|^custom_", table)
    )
