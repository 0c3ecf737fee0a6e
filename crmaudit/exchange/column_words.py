"""What columns and choices are called in English, German, French and Spanish.

The words stand in `words/*.yaml` as people write them; `header_words` brings
both sides to the same form. A phrase may stand under several facts: the cells
decide between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from crmaudit.exchange.targets import Rows
from crmaudit.workspace.naming import Words, plain

Phrases = Mapping[str, Mapping[tuple[str, ...], float]]
"""What is looked for → what it is called, as `header_words` → how far that can be trusted."""

_AMBIGUOUS = 0.8
"""How far a word can be trusted that can mean other things too."""

_NOISE = frozenset(
    re.findall(
        r"\w+",
        """the a an of for to in is per by on at und der die das des den dem von fuer im am zum zur
        pro de la le les l d du un une et sur pour par en el los las del una por con al y e
        please""",
    )
)

# Facts that share their words.
_SHARED = {
    **dict.fromkeys(("fitness.value", "fitness.functional", "fitness.technical"), "fitness"),
    **dict.fromkeys(
        ("support.skills.needed", "support.skills.level", "person.skills.level"), "level"
    ),
    "documentation.database.status": "documentation.system.status",
    "maintenance.provider": "support.provider",
}


@cache
def header_words(text: str) -> tuple[str, ...]:
    """A header's words in one form: no case, accents, endings, brackets or small words."""
    text = re.sub(r"[(\[{].*?[)\]}]", " ", text)
    text = re.sub(r"(?i)(^|\s)#(?=\s|$)|\bn[o°º]\.?\s+of\b|\bnb\b|\bno\.\s", " number ", text)
    words = Words.of(text.replace(":", " ")).words
    kept = [w for w in words if w not in _NOISE] or words
    return tuple(stem for word in kept for stem in _parts(word))


@cache
def header_phrases(rows: Rows) -> Phrases:
    """Fact → what its column is called where a row is of that kind, as `header_words`."""
    return {fact: _split(text) for fact, text in _words("headers")[rows].items()}


@cache
def passed_over() -> Phrases:
    """Why a column is not taken → what such columns are called."""
    return {reason: _split(text) for reason, text in _words("passed_over").items()}


def is_known(words: tuple[str, ...]) -> bool:
    """Whether columns of any kind of rows are called exactly so."""
    return words in _all_phrases()


@cache
def _all_phrases() -> frozenset[tuple[str, ...]]:
    lists = [*passed_over().values()]
    for facts in _words("headers").values():
        lists += [_split(text) for text in facts.values()]
    return frozenset(words for phrases in lists for words in phrases)


@cache
def choice_words(fact: str) -> Mapping[str, str]:
    """Words for the choices of a fact, without case and signs; empty where none are known.

    Where facts share words, those of the fact itself go before.
    """
    lists = [_words("choices").get(name, {}) for name in (_SHARED.get(fact, fact), fact)]
    return {
        plain(word): choice
        for choices in lists
        for choice, text in choices.items()
        for word in text.split(",")
    }


@cache
def layout_words(kind: str) -> frozenset[str]:
    """Words, without case and signs, that stand in rows which hold no data: `hints`, `totals`."""
    return frozenset(plain(word) for word in _words("layout")[kind].split(","))


@cache
def _words(name: str) -> Any:
    import yaml

    path = files("crmaudit.exchange").joinpath("words", f"{name}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _split(text: str) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for phrase in text.split(","):
        words = header_words(phrase.rstrip("? ").strip())
        if words:
            found.setdefault(words, _AMBIGUOUS if phrase.endswith("?") else 1.0)
    return found


def _parts(word: str) -> Iterator[str]:
    """The word's stem, or those of the two words that German writes as one."""
    known = _stems()
    for cut in range(len(word) - 4, 3, -1):
        tail = _stem(word[cut:])
        if tail not in known:
            continue
        for ending in ("", "s", "en", "n", "es", "er"):
            head = word[:cut].removesuffix(ending)
            if len(head) >= 4 and _stem(head) in known:
                yield _stem(head)
                yield tail
                return
    yield _stem(word)


@cache
def _stems() -> frozenset[str]:
    """The stems of all words that headers are made of."""
    texts = [*_words("passed_over").values()]
    for facts in _words("headers").values():
        texts += facts.values()
    return frozenset(_stem(w) for text in texts for w in re.findall(r"\w{4,}", text))


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if len(word) >= 6:
        for ending in ("ern", "er", "en", "es", "em", "e", "s", "n"):
            if word.endswith(ending) and not word.endswith(("ss", "us", "is")):
                return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "sui" else word
