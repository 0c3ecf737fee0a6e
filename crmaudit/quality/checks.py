"""What makes a single value faulty, whoever wrote the database.

A check is a pair of SQL conditions over a column's different values (`v` the
text, `x` the value that was read, NULL where it could not be): to which values
it applies and which pass. It is counted at profile time, by rows:

`type`          the value is of the column's logical type and finite
`encoding`      no broken encoding, no NUL
`placeholder`   not a word that stands for no value (`n/a`, `xxx`, `test`, …)
`email syntax`  an address by RFC 5321 in its usual form (dot-atom @ domain name)
`date plausible` not a default date (1900-01-01, 1970-01-01 00:00:00, …), and of
                the years 1800 to 2199 or the customary end of time
`valid`         all of the above that apply to the value pass

Where a column's meaning is all but certain (confidence of `SURE`) and most of
the values looked at have it, every value is held against its form. Each says
no more than that a wrong value cannot be one, so that foreign forms pass:

`url`           a domain name or address, with or without `https://`
`uuid`          32 hexadecimal digits, with hyphens and braces or without
`phone`         5 to 15 digits (ITU-T E.164) before any extension
`postcode`      of the form of some country (`crmaudit.quality.semantics.by_content`)
`iban`          check digits modulo 97 (ISO 13616)
`percentage`    from 0 to 100
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmaudit.evidence.privacy import name_words
from crmaudit.evidence.semantic import Semantic
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.semantics.by_content import POSTCODES

SURE = 0.8

BROKEN = "contains(v, '\ufffd')"

# No value in any kind of column.
_PLACEHOLDERS = r"""
    n/a n.a. n.a #n/a #ref! #value! #null! xx xxx xxxx yyy test tests testing dummy asdf asdfg
    qwerty tbd tba tbc todo ? ?? ??? - -- --- . .. ... _ * ** *** / // k.a. k.a ka. n/v s/o s.o.
    n.c. n.d. s/d lorem placeholder fixme [null] (null) <null> \n
"""
# A code of its own in a list of codes (NA is Namibia), no value elsewhere.
_SOFT = """
    na nan none null nil unknown undefined empty missing unbekannt keine keiner kein leer inconnu
    inconnue aucun aucune vide desconocido desconocida ninguno ninguna vacio
"""
_SOFT_PHRASES = ("keine angabe", "not available", "not applicable", "no data", "sin datos")

# Any character beyond ASCII counts as a letter: classes such as \p{L} are fifty times slower.
_LETTER = r"A-Za-z\x{80}-\x{10ffff}"
_ATOM = rf"[{_LETTER}0-9!#$%&''*+/=?^_`{{|}}~-]+"
_LABEL = rf"[{_LETTER}0-9]([{_LETTER}0-9-]*[{_LETTER}0-9])?"
_EMAIL = rf"{_ATOM}(\.{_ATOM})*@({_LABEL}\.)+([{_LETTER}]{{2,63}}|xn--[a-z0-9-]+)"
_DEFAULTS = "'1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01'"
_ADDRESS_WORDS = {"e", "mail", "email", "emails", "address", "adresse", "primary", "main"}
_END_OF_TIME = "'9999-12-31', '9999-12-30', '9999-01-01', '2999-12-31', '3000-01-01'"


# The number itself: before the first letter that is not a word such as `Tel.` at its start.
_DIALLED = "regexp_extract(regexp_replace(v, '^\\s*[A-Za-z]{1,9}[.: ]\\s*', ''), '^[^A-Za-z#]*')"
_PHONE = f"length(regexp_replace({_DIALLED}, '[^0-9]', '', 'g')) BETWEEN 5 AND 15"
_BARE = "upper(regexp_replace(v, '[\\s-]', '', 'g'))"
_AS_NUMBERS = (
    f"list_transform(string_split(substr({_BARE}, 5) || left({_BARE}, 4), ''), lambda c: "
    "CASE WHEN c BETWEEN 'A' AND 'Z' THEN (ascii(c) - 55)::VARCHAR ELSE c END)"
)
_MOD_97 = (
    f"list_reduce(list_transform(string_split(array_to_string({_AS_NUMBERS}, ''), ''), "
    "lambda d: coalesce(try_cast(d AS INTEGER), 0)), lambda a, d: (a * 10 + d) % 97)"
)
_IBAN = f"regexp_full_match({_BARE}, '[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{8,30}}') AND {_MOD_97} = 1"
_HEX = "[0-9a-fA-F]"
_UUID = f"{_HEX}{{8}}-?({_HEX}{{4}}-?){{3}}{_HEX}{{12}}"
_WEB = rf"((https?|ftp)://)?({_LABEL}\.)*{_LABEL}(\.[{_LETTER}]{{2,63}}|\.xn--[a-z0-9-]+)"
# A host by name with a known scheme may be a local one; without it a dot has to be there.
_URL = rf"(?i){_WEB}(:[0-9]+)?([/?#]\S*)?|(https?|ftp)://\S+"
_ANY_POSTCODE = "|".join(f"({p})" for p in POSTCODES.values())
_FORMS: dict[str, tuple[str, str]] = {
    "url": ("url", f"regexp_full_match(trim(v), '{_URL}')"),
    "uuid": ("uuid", f"regexp_full_match(trim(v), '\\{{?{_UUID}\\}}?')"),
    **dict.fromkeys(("phone", "mobile", "fax"), ("phone", _PHONE)),
    "bank account": ("iban", _IBAN),
    "postcode": ("postcode", f"regexp_full_match(trim(v), '{_ANY_POSTCODE}')"),
    "percentage": ("percentage", "try_cast(rtrim(v, '% ') AS DOUBLE) BETWEEN 0 AND 100"),
}
"""By semantic type: the check's name and its SQL."""


@dataclass(frozen=True, slots=True)
class Check:
    """To which values (SQL) a check applies and which of those pass."""

    passes: str
    applies: str = "true"


def checks_for(
    column_name: str,
    logical: Logical,
    codes: bool,
    emails: bool,
    semantic: Semantic | None = None,
) -> dict[str, Check]:
    """The checks of a column.

    `codes`: it seems to hold codes, in which `unknown` or `NA` may be one.
    `emails`: its content looks like addresses. `semantic` is its meaning.
    """
    if logical == "binary":
        return {}
    found = {"type": Check("x IS NOT NULL")}
    if logical == "text":
        words = [*_PLACEHOLDERS.split()]
        if not codes:
            words += [*_SOFT.split(), *_SOFT_PHRASES]
        # One automaton: a list of sixty comparisons takes twenty times as long.
        listed = "|".join(re.escape(w) for w in words)
        filler = f"regexp_full_match(v, '(?i)\\s*({listed})\\s*')"
        found["encoding"] = Check(f"NOT {BROKEN}")
        found["placeholder"] = Check(f"NOT {filler}")
        addresses = is_email_name(column_name) or (_is_sure(semantic) == "e-mail")
        if emails and addresses:
            syntax = f"length(v) <= 254 AND regexp_full_match(v, '\\s*{_EMAIL}\\s*')"
            found["email syntax"] = Check(syntax, f"NOT {filler}")
        kind = _FORMS.get(_is_sure(semantic))
        if kind is not None:
            found[kind[0]] = Check(kind[1], f"NOT {filler}")
    elif logical in ("integer", "number") and _is_sure(semantic) == "percentage":
        found["percentage"] = Check("x BETWEEN 0 AND 100", "x IS NOT NULL")
    elif logical in ("date", "datetime"):
        # Somebody may be born on the day on which Unix time begins, in its first second nobody is.
        unix_zero = " AND x <> TIMESTAMP '1970-01-01'" if logical == "datetime" else ""
        found["date plausible"] = Check(
            f"(year(x) BETWEEN 1800 AND 2199 OR left(v, 10) IN ({_END_OF_TIME})) "
            f"AND left(v, 10) NOT IN ({_DEFAULTS}){unix_zero}",
            "x IS NOT NULL",
        )
    return found


def _is_sure(semantic: Semantic | None) -> str:
    """The meaning, if it is all but certain and the values looked at bear it out."""
    if semantic is None or semantic.confidence < SURE:
        return ""
    if semantic.type != "percentage" and (semantic.passed_rows or 0) * 2 < semantic.tested_rows:
        return ""
    return semantic.type


def is_email_name(column_name: str) -> bool:
    """Whether a column of this name is said to hold e-mail addresses."""
    joined = "".join(name_words(column_name))
    return "mail" in joined or "courriel" in joined or "correoelec" in joined


def names_addresses_only(column_name: str) -> bool:
    """Whether a name can mean nothing but e-mail addresses: not `email_greeting`."""
    return _ADDRESS_WORDS.issuperset(name_words(column_name))
