"""Values that stand for no value, by what the column should hold.

SQL conditions over a value `v`; regular expressions are RE2's. The words are
what forms that insist are given in English, German, French and Spanish. What
stands for no value in any column is `crmaudit.quality.checks`' to say.
"""

from __future__ import annotations

import re

from crmaudit.evidence.semantic import SemanticType

_NO_NAME = """
    test tests tester testing testperson testkunde testuser prueba essai probe demo dummy sample
    example beispiel exemple ejemplo fake unknown unbekannt inconnu inconnue desconocido desconocida
    none nobody niemand noname nobody anonymous anonym anonyme anonimo anónimo
    firstname lastname vorname nachname prenom prénom nombre apellido surname forename
    mustermann musterfrau mustermensch nn n.n. tbc tbd tba na n/a n.a. nil null undefined
    asdf asdfg asdfgh qwerty qwertz azerty abc abcd xyz foo bar foobar blah bla
"""
_NO_NAME_PHRASES = ("no name", "not known", "not given", "max mustermann", "erika mustermann")
_ONE_LETTER = "|".join(f"{letter}{{3,}}" for letter in "abcdefghijklmnopqrstuvwxyz")

_NO_TOWN = """
    unknown unbekannt inconnu inconnue desconocido desconocida none keine keiner aucun ninguno
    na nil null test city town ort stadt ville ciudad asdf qwerty qwertz
"""
_NO_CODE = "unknown unbekannt inconnu desconocido none keine aucun ninguno na nil null test"

_NO_LOCAL = (
    "no[-_.]?e?-?mail|no[-_.]?mail|none|nobody|noone|not?[-_.]?available|unknown|unbekannt|"
    "keine?([-_.]?e?-?mail)?|sans[-_.]?(e?mail|adresse)|sin[-_.]?(correo|email)|n/?a|nil|null|"
    "test(er|ing|[0-9]{1,3})?|dummy|fake|asdf[a-z]*|qwert[yz]|x{2,}|a{2,}|abc|foo|invalid"
)
_NO_ADDRESS = (
    r"([a-z])@[a-z](\.[a-z]{1,3})?|.*@(none|nowhere|no-?e?mail|nomail|invalid|localhost|x{2,}|"
    r"asdf[a-z]*|a{2,}|dummy|fake|nodomain|null|na|test|abc|unknown|unbekannt)(\.[a-z]{2,4})?"
)


def _same_digit(at_least: int) -> str:
    return "|".join(f"{d}([^0-9a-z]*{d}){{{at_least - 1},}}" for d in range(10))


def _counting() -> str:
    # 12345, 123456 … 1234567890, with or without a 0 before it.
    sequence = ""
    for digit in reversed("67890"):
        sequence = f"({digit}[^0-9a-z]*{sequence})?"
    head = "".join(f"{d}[^0-9a-z]*" for d in "12345")
    return f"(0[^0-9a-z]*)?{head}{sequence}"


_NO_PHONE = (
    rf"[^0-9a-z]*({_same_digit(4)}|{_counting()})[^0-9a-z]*|"
    r"\+?[0-9]{1,3}[^0-9a-z]*(0[^0-9a-z]*){6,}|.*[^0-9]555[^0-9a-z]?5555"
)


def _listed(words: str, *phrases: str) -> str:
    return "|".join(re.escape(w) for w in (*words.split(), *phrases))


def _matches(pattern: str) -> str:
    return "regexp_full_match(v, '(?i)\\s*(" + pattern.replace("'", "''") + ")\\s*')"


_PERSON = _matches(f"{_listed(_NO_NAME, *_NO_NAME_PHRASES)}|{_ONE_LETTER}")
_PHONE = _matches(_NO_PHONE)
_CONDITIONS: dict[SemanticType, str] = {
    "given name": _PERSON,
    "family name": _PERSON,
    "full name": _PERSON,
    "organisation name": _matches(
        f"{_listed('test demo dummy asdf qwerty qwertz unknown unbekannt inconnu desconocido')}|"
        f"test (company|firma|gmbh|ltd|inc)|{_ONE_LETTER}"
    ),
    "e-mail": _matches(f"({_NO_LOCAL})(@.*)?|{_NO_ADDRESS}"),
    "phone": _PHONE,
    "mobile": _PHONE,
    "fax": _PHONE,
    "city": _matches(f"{_listed(_NO_TOWN)}|{_ONE_LETTER}"),
    "street": _matches(
        f"{_listed(_NO_TOWN)}|{_ONE_LETTER}|(test|muster)(street|str\\.?|stra(ss|ß)e)"
    ),
    "postcode": _matches(f"{_listed(_NO_CODE)}|0{{3,}}|9{{5,}}|x{{2,}}"),
    "url": _matches(r"(https?:?/{0,2})?(www\.?)?|(tbc|none|n/a|unknown|no|see .*)"),
}


def placeholder(semantic: SemanticType) -> str:
    """The condition for values that are none in a column of that meaning; empty: no such known."""
    return _CONDITIONS.get(semantic, "")
