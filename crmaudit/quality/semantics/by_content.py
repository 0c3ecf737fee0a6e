"""What a column's values say that it means.

A detector is a test of one value. All of them are asked about a few values;
those that took some, and those that the name speaks of, about the whole
sample. What share of the values a detector takes, each placeholder left out,
is its evidence; how sure that makes a meaning is the detector's strength.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.semantics import lists, numbers
from crmaudit.quality.semantics.lists import plain

GLANCE, FIRST, COSTLY = 12, 48, 150
"""Values that every detector is asked about, and most values that a costly one is asked about."""

_FILLER = re.compile(
    r"\s*(n/?a|n\.a\.|none|null|nil|nan|unknown|unbekannt|inconnu|desconocido|keine?|test(s|ing)?"
    r"|x{2,}|-+|\.+|\?+|tbd|tba|k\.?a\.?|leer|empty|todo|dummy|asdf\w*|#n/a|keine angabe)\s*",
    re.IGNORECASE,
)

FORMS: dict[str, re.Pattern[str]] = {
    "uuid": re.compile(r"\{?[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?"),
    "url": re.compile(
        r"\s*((https?|ftp)://\S+|www\.\S+\.\S+|([a-z0-9-]+\.)+(com|org|net|io|info|eu|de|fr|es"
        r"|co\.uk|org\.uk|uk|it|nl|ch|at|be|ca|edu|gov|biz)(/\S*)?)\s*",
        re.IGNORECASE,
    ),
    "crypt": re.compile(
        r"\$(2[abxy]?|1|5|6|argon2\w*|P|H|scrypt|pbkdf2\S*)\$\S{8,}|\{(SSHA|SHA|SMD5)\}\S+"
        r"|pbkdf2_\S+"
    ),
    "digest": re.compile(r"(?=.*[0-9])(?=.*[a-fA-F])([0-9a-fA-F]{32}){1,4}|[0-9a-fA-F]{40}"),
    "jwt": re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(sk|pk|ghp|xox[bp])[_-][A-Za-z0-9_-]{12,}"),
    "serial": re.compile(r'(a:\d+:\{|s:\d+:"|O:\d+:"|---[ \n]).*|<\?xml.*|\w+: \S+\n\w+:.*',
                         re.DOTALL),
    "agent": re.compile(r"Mozilla/\d.*|curl/.*|python-requests.*"),
    "file": re.compile(r"[^<>|\n?*]{1,200}\.([A-Za-z][A-Za-z0-9]{1,4})"),
    "iban": re.compile(r"\s*[A-Z]{2}[0-9]{2}([ -]?[0-9A-Z]{4}){2,7}([ -]?[0-9A-Z]{1,4})?\s*"),
    "date": re.compile(
        r"\s*([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
        r"|[0-9]{1,2}[./-][0-9]{1,2}[./-]([0-9]{2}|[0-9]{4}))"
        r"([ T][0-9:.]+(Z|[+-][0-9:]+)?)?\s*"
    ),
    "percent": re.compile(r"\s*[+-]?[0-9]+([.,][0-9]+)?\s*%\s*"),
    "money": re.compile(r"\s*[€$£]\s*[0-9][0-9., ]*|"
                        r"\s*[0-9][0-9., ]*\s*([€$£]|EUR|USD|GBP|CHF)\s*"),
    "decimal": re.compile(r"-?[0-9]+\.[0-9]{2}"),
    "handle": re.compile(r"@[A-Za-z0-9_.]{2,30}"),
    "digits": re.compile(r"\s*[0-9]+\s*"),
    "word": re.compile(r"[^\W\d_][\w' .-]*"),
    "markup": re.compile(r".*</?(p|div|br|html|body|span|a|table)\b.*", re.DOTALL | re.IGNORECASE),
}  # fmt: skip

POSTCODES: dict[str, str] = {
    "GB": r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}",
    "CA": r"[A-Za-z][0-9][A-Za-z][ -]?[0-9][A-Za-z][0-9]",
    "NL": r"[1-9][0-9]{3} ?[A-Za-z]{2}",
    "IE": r"[A-Za-z][0-9]{2}[ ]?[A-Za-z0-9]{4}|[A-Za-z][0-9]W[ ]?[A-Za-z0-9]{4}",
    "PT": r"[0-9]{4}-[0-9]{3}",
    "BR": r"[0-9]{5}-[0-9]{3}",
    "PL": r"[0-9]{2}-[0-9]{3}",
    "JP": r"[0-9]{3}-[0-9]{4}",
    "SE": r"[0-9]{3} [0-9]{2}",
    "US+4": r"[0-9]{5}-[0-9]{4}",
    "prefixed": r"(A|B|CH|D|E|F|I|L)-[0-9]{4,5}",
    "AR": r"[A-Z][0-9]{4}[A-Z]{3}",
    "digits": r"[0-9]{3,7}",
}
"""Forms of postcodes by country; `digits` are those of most other countries, three to seven.

After the Universal Postal Union's addressing sheets.
"""
# Many other numbers have these forms: no sign of a postcode by themselves.
_LOOSE = {"digits", "IE", "prefixed", "AR", "JP"}
POSTCODE = re.compile("|".join(f"(?:{p})" for p in POSTCODES.values()))
_POSTCODE_MARKED = re.compile("|".join(f"(?:{p})" for n, p in POSTCODES.items() if n not in _LOOSE))
_BLANKS, _COMMAS = re.compile(r"[\s-]+"), re.compile(r"[\s,]+")
_LOCALE = re.compile(r"([a-z]{2})([_-][A-Za-z]{2,4})?")
_OPENING = re.compile(r'[\[{]\s*["\'{\[]')
_FIVE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Detector:
    """`strength`: how sure the meaning is if all values pass and the name says nothing."""

    type: SemanticType
    passes: Callable[[str], bool]
    strength: float
    reason: str
    costly: bool = False


def _form(name: str) -> Callable[[str], bool]:
    pattern = FORMS[name]
    return lambda value: pattern.fullmatch(value) is not None


def is_email(value: str) -> bool:
    return "@" in value and numbers.is_email(value)


def is_ip(value: str) -> bool:
    """An address of the internet protocol, version 4 or 6, or a network of them."""
    if not 3 <= len(value) < 44 or ("." not in value and ":" not in value):
        return False
    try:
        ipaddress.ip_address(value.strip().partition("/")[0])
    except ValueError:
        return False
    return True


def _is_file(value: str) -> bool:
    found = FORMS["file"].fullmatch(value)
    return found is not None and found[1].lower() in lists.LEGAL_FILES and "://" not in value


def is_machine(value: str) -> bool:
    text = value.strip()
    if text[:1] in "{[" and len(text) > 1:
        if len(text) < 390:
            try:
                json.loads(text)
            except ValueError:
                return _OPENING.match(text) is not None
            return True
        return _OPENING.match(text) is not None
    return bool(FORMS["serial"].fullmatch(text) or FORMS["agent"].fullmatch(text))


def _is_secret(value: str) -> bool:
    return bool(FORMS["crypt"].fullmatch(value) or FORMS["jwt"].fullmatch(value))


def _is_given(value: str) -> bool:
    words = [w.strip(".") for w in plain(value).split()]
    first = bool(words) and len(words) < 3 and words[0] in lists.GIVEN
    return first and all(w in lists.GIVEN or len(w) == 1 for w in words)


def _is_family(value: str) -> bool:
    words = [w for w in _BLANKS.split(plain(value)) if w not in lists.PARTICLES]
    return 1 <= len(words) <= 3 and all(w in lists.FAMILY for w in words)


def _is_full_name(value: str) -> bool:
    words = [w for w in _COMMAS.split(plain(value)) if w and w not in lists.SALUTATIONS]
    if not 2 <= len(words) <= 5 or any(c.isdigit() for c in value):
        return False
    first, last = (words[-1], words[0]) if "," in value else (words[0], words[-1])
    return first in lists.GIVEN and (last in lists.FAMILY or last not in lists.ORGANISATION_WORDS)


def _is_organisation(value: str) -> bool:
    words = plain(value).split()
    return len(words) > 1 and any(w.strip(",()") in lists.ORGANISATION_WORDS for w in words)


def _is_street(value: str) -> bool:
    words = plain(value).replace(",", " ").split()
    if not words:
        return False
    named = any(w in lists.STREET_WORDS for w in words) or any(
        w.endswith(lists.STREET_ENDINGS) for w in words
    )
    return (
        named
        and len(words) > 1
        and len(value) < 120
        and (any(c.isdigit() for c in value) or len(words) < 5)
    )


def _in(*known: frozenset[str]) -> Callable[[str], bool]:
    def passes(value: str) -> bool:
        text = plain(value)
        return any(text in k for k in known)

    return passes


def _exactly(known: frozenset[str]) -> Callable[[str], bool]:
    return lambda value: value.strip() in known


def _is_language(value: str) -> bool:
    found = _LOCALE.fullmatch(value.strip())
    return bool(found and found[1] in lists.LANGUAGE_CODES) or plain(value) in lists.LANGUAGES


def _is_iban(value: str) -> bool:
    return FORMS["iban"].fullmatch(value) is not None and numbers.is_iban(value)


def _is_sentence(value: str) -> bool:
    return len(value) > 25 and len(value.split()) > 4


DETECTORS: tuple[Detector, ...] = (
    Detector("e-mail", is_email, 0.96, "valid e-mail addresses", costly=True),
    Detector("url", _form("url"), 0.93, "web addresses"),
    Detector("uuid", _form("uuid"), 0.95, "UUIDs"),
    Detector("bank account", _is_iban, 0.97, "IBANs with valid check digits", costly=True),
    Detector("payment card", numbers.is_card, 0.9, "card numbers by the Luhn formula"),
    Detector("ip address", is_ip, 0.93, "IP addresses"),
    Detector("secret", _is_secret, 0.97, "encrypted passwords or access tokens"),
    Detector("secret", _form("digest"), 0.7, "hex digests"),
    Detector("machine text", is_machine, 0.9, "JSON or other serialised data"),
    Detector("file name", _is_file, 0.85, "file names"),
    Detector("phone", numbers.is_phone_form, 0.3, "written as phone numbers are"),
    Detector("postcode", lambda v: _POSTCODE_MARKED.fullmatch(v.strip()) is not None, 0.85,
             "of the form of postcodes"),
    Detector("postcode", lambda v: POSTCODE.fullmatch(v.strip()) is not None, 0.2,
             "of a form that postcodes have"),
    Detector("postcode", lambda v: _FIVE.fullmatch(v.strip()) is not None, 0.35, "five digits"),
    Detector("date", _form("date"), 0.85, "dates"),
    Detector("percentage", _form("percent"), 0.85, "followed by a per cent sign"),
    Detector("money", _form("money"), 0.85, "amounts with a currency sign"),
    Detector("handle", _form("handle"), 0.8, "names that begin with @"),
    Detector("gender", _in(lists.GENDERS), 0.8, "words and codes for genders"),
    Detector("salutation", _in(lists.SALUTATIONS), 0.9, "forms of address"),
    Detector("country", _exactly(lists.COUNTRY_CODES), 0.8, "country codes of ISO 3166"),
    Detector("country", _in(lists.COUNTRIES), 0.9, "names of countries"),
    Detector("language", _is_language, 0.75, "languages or their codes"),
    Detector("currency", _exactly(lists.CURRENCIES), 0.9, "currency codes of ISO 4217"),
    Detector("region", _exactly(lists.US_STATES), 0.7, "abbreviations of states"),
    Detector("region", _in(lists.REGIONS), 0.85, "names of regions"),
    Detector("city", _in(lists.CITIES), 1.2, "well-known cities"),
    Detector("given name", _is_given, 1.05, "frequent given names"),
    Detector("family name", _is_family, 1.3, "frequent family names"),
    Detector("full name", _is_full_name, 1.2, "a frequent given name and another word"),
    Detector("organisation name", _is_organisation, 1.2, "words of organisations' names"),
    Detector("street", _is_street, 0.95, "words for streets, and numbers"),
    Detector("text", _form("markup"), 0.7, "marked-up text"),
    Detector("text", _is_sentence, 0.75, "several words each"),
)  # fmt: skip

# A list holds a part of all names: so many hits say as much as all of another kind.
_ENOUGH: dict[SemanticType, float] = {
    "given name": 0.45, "family name": 0.3, "full name": 0.45, "city": 0.35,
    "organisation name": 0.35, "street": 0.6, "text": 0.6,
}  # fmt: skip
_LEAST = 0.85


@dataclass(frozen=True, slots=True)
class Signal:
    """That `share` of the values, by rows, pass a detector. `sure`: meaning by content alone.

    `tested` different values in `tested_rows` rows were asked about, those in
    `passed_rows` passed.
    """

    type: SemanticType
    share: float
    sure: float
    reason: str
    tested: int
    tested_rows: int
    passed_rows: int


def is_filler(value: str) -> bool:
    """A word that stands for no value."""
    return _FILLER.fullmatch(value) is not None


def signals(
    values: Sequence[tuple[str, int]], named: Iterable[SemanticType], weights: Sequence[float]
) -> list[Signal]:
    """What the values speak for, surest first. `named` are the meanings that the name speaks of.

    `weights` are the rows that each value stands for.
    """
    wanted = frozenset(named)
    kept = [i for i, (v, _) in enumerate(values) if not is_filler(v)]
    found = []
    first = tuple(values[i][0] for i in kept[:FIRST])
    for detector, taken in zip(DETECTORS, _first_look(first), strict=True):
        if detector.type in wanted:
            # Of what the name speaks of, the share is told even where it is nothing.
            taken = taken or sum(map(detector.passes, first))
            if not taken and first:
                found.append(_signal(detector, values, kept[:FIRST], weights))
                continue
        elif taken * 5 < len(first):
            continue
        if not taken:
            continue
        asked = kept[:COSTLY] if detector.costly else kept
        found.append(_signal(detector, values, asked, weights))
    found += _check_digits(values, kept, wanted, weights)
    return sorted(found, key=lambda s: -s.sure)


@lru_cache(maxsize=512)
def _first_look(values: tuple[str, ...]) -> tuple[int, ...]:
    """How many of these values pass each detector.

    Many columns of a CRM hold the same few values, flags and numbers. A form that most values
    have shows among a dozen; only lists, which hold a part of all words, are asked about all.
    """
    few = values[:GLANCE]
    return tuple(
        sum(map(d.passes, values))
        if d.type in _ENOUGH or len(values) <= GLANCE or any(map(d.passes, few))
        else 0
        for d in DETECTORS
    )


def _signal(
    detector: Detector,
    values: Sequence[tuple[str, int]],
    asked: Sequence[int],
    weights: Sequence[float],
) -> Signal:
    passed = [i for i in asked if detector.passes(values[i][0])]
    share = sum(weights[i] for i in passed) / (sum(weights[i] for i in asked) or 1.0)
    # By the different values, too: one wrong value in half of the rows proves nothing.
    share = max(share, len(passed) / len(asked)) if len(asked) > 4 else share
    return Signal(
        detector.type,
        share,
        _sureness(detector.type, share, detector.strength, len(asked)),
        f"{_percent(share)} of the values looked at are {detector.reason}",
        len(asked),
        sum(values[i][1] for i in asked),
        sum(values[i][1] for i in passed),
    )


def _sureness(kind: SemanticType, share: float, strength: float, asked: int) -> float:
    if kind in _ENOUGH:
        # That some of a few words stand in a list of thousands is chance.
        return min(1.0, share / _ENOUGH[kind]) * min(strength, 0.85) * min(1.0, asked / 12)
    sure = strength * share if share >= 0.6 else strength * share * 0.5
    # Two values may pass by chance.
    return sure * min(1.0, 0.4 + asked / 10)


def _check_digits(
    values: Sequence[tuple[str, int]],
    kept: Sequence[int],
    wanted: frozenset[SemanticType],
    weights: Sequence[float],
) -> list[Signal]:
    """National and tax numbers: tried where the values have their length and repeat little."""
    asked = kept[:COSTLY]
    texts = [values[i][0] for i in asked]
    of_length = [t for t in texts if 8 <= len(t) <= 20 and sum(c.isdigit() for c in t) > 5]
    found = []
    for kind, type_ in (("national", "national id"), ("tax", "tax number")):
        if len(of_length) * 2 < len(texts) or not texts:
            continue
        scheme, right = numbers.numbering(texts, kind)
        share = right / len(texts)
        if share < 0.5 and type_ not in wanted:
            continue
        strength = 0.9 if scheme in numbers.STRICT else 0.72
        if scheme in numbers.WEAK:
            strength = 0.1
        found.append(
            Signal(
                type_,  # type: ignore[arg-type]
                share,
                strength * share * min(1.0, len(texts) / 20) if share > 0.7 else 0.2 * share,
                f"{_percent(share)} of the values looked at are valid by {scheme}"
                if scheme
                else "its check digits are those of no scheme known here",
                len(asked),
                sum(values[i][1] for i in asked),
                round(share * sum(values[i][1] for i in asked)),
            )
        )
    return found


def _percent(share: float) -> str:
    return "all" if share >= 0.9995 else f"{share * 100:.0f} %"
