"""Text of any script in the letters a to z."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_IDEOGRAPHIC = re.compile("[\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Plain:
    """`latin` is the text in ASCII and lower case; `script` the text in its own script.

    `script` is empty for Latin text. `ideographic`: a name in Chinese or
    Korean characters without a blank, `latin` has one between the syllables.
    """

    latin: str
    script: str = ""
    ideographic: bool = False


def word_set(words: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(words.split())


def transliterated(raw: str, plain: str, joined: bool = False) -> Plain:
    """`plain` (lower case, accents off) in ASCII; `joined`: syllables of a character in one word.

    >>> transliterated("Ёлкин", "елкин").latin
    'elkin'
    >>> transliterated("李小龙", "李小龙").latin
    'li xiao long'
    """
    if plain.isascii():
        return Plain(plain)
    from anyascii import anyascii

    if plain.replace("ß", "ss").replace("ø", "o").replace("æ", "ae").isascii():
        return Plain(plain.replace("ß", "ss").replace("ø", "o").replace("æ", "ae"))
    own = _UNSEEN.sub("", unicodedata.normalize("NFKC", raw[: len(plain) + 50])).strip()
    eastern = bool(_IDEOGRAPHIC.search(own))
    latin = anyascii(own)
    if eastern:
        # anyascii writes each character's reading with a capital: LiXiaoLong.
        latin = re.sub(r"(?<=[a-z])(?=[A-Z])", "" if joined else " ", latin)
    script = "" if _is_latin(own) else " ".join(own.casefold().split())
    return Plain(latin.lower(), script, eastern and " " not in own and 2 <= len(own) <= 4)


def _is_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return all("LATIN" in unicodedata.name(c, "LATIN") for c in letters)
