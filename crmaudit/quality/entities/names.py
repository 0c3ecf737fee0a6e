"""The words of a table's or column's name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from crmaudit.quality.entities.vocabulary import ENTITY_WORDS, NOISE, ROLE_WORDS, VALUE_WORDS

_KNOWN = frozenset(ENTITY_WORDS) | frozenset(ROLE_WORDS)
_ENDINGS = (
    ("", ""), ("s", ""), ("ies", "y"), ("es", ""), ("es", "e"), ("sses", "ss"), ("x", ""),
    ("aux", "al"), ("oes", "ao"), ("ns", "m"), ("ais", "al"), ("eis", "el"), ("en", ""),
    ("n", ""), ("e", ""), ("er", ""), ("nnen", ""), ("innen", ""), ("i", "o"), ("i", "e"),
    ("i", "a"), ("e", "a"), ("he", "a"), ("hi", "o"), ("ces", "z"), ("men", "man"),
    ("en", "e"), ("en", "a"), ("ken", "k"), ("ten", "t"), ("gen", "g"), ("ven", "f"),
)  # fmt: skip
# Letters that German and Dutch put between the parts of a compound.
_JOINTS = ("", "s", "n", "en", "es", "e", "er")
_LONG = 5
# What may end a compound and only says whose it is: `facturascli`, `pedidosprov`.
_WHOSE = frozenset({"cli", "clt", "clte", "prov", "fourn", "frn", "lief"})


@cache
def words_of(name: str) -> tuple[str, ...]:
    """Split at separators, capitals and digits; singular; compounds taken apart; noise left out.

    `Rechnungspositionen` gives `rechnung`, `position`.
    """
    parts = [w for raw in raw_words(name) for w in _taken_apart(raw)]
    telling = _paired([w for w in parts if w not in NOISE and w not in _WHOSE])
    return tuple(telling or parts)


def _paired(words: list[str]) -> list[str]:
    """`business`, `unit` is one word where the vocabulary has it as one."""
    found: list[str] = []
    for word in words:
        if found and found[-1] + word in _KNOWN:
            found[-1] += word
        else:
            found.append(word)
    return found


@cache
def raw_words(name: str) -> tuple[str, ...]:
    """The words as written, in lower case and ASCII, without numbers."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", name)
    return tuple(w for w in re.split(r"[^a-z]+", plain(spaced)) if w)


def plain(text: str) -> str:
    """Lower case, without accents; umlauts become two letters."""
    text = text.lower()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, letters)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@cache
def is_vocabulary(value: str) -> bool:
    """Whether a value is nothing but words for entities, and so tells of nobody."""
    if not re.fullmatch(r"[A-Za-zÀ-ÖØ-öø-ÿ _./&-]{1,40}", value):
        return False
    words = raw_words(value)
    return bool(words) and all(
        word in VALUE_WORDS or all(part in _KNOWN or part in NOISE for part in _taken_apart(word))
        for word in words
    )


@cache
def singular(word: str) -> str:
    """The singular that the vocabulary knows, else the English one."""
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: len(word) - len(ending)] + replacement
            if stem in _KNOWN:
                return stem
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _taken_apart(word: str) -> tuple[str, ...]:
    one = singular(word)
    if one in _KNOWN or one in NOISE or len(word) < 2 * 3:
        return (one,)
    whole = _segments(word)
    if whole:
        return whole
    # `stammkunde`, `facturedet`: one end is known, the other is not.
    for start in range(3, len(word) - _LONG + 1):
        if singular(word[start:]) in ENTITY_WORDS and len(singular(word[start:])) >= _LONG:
            return (word[:start], singular(word[start:]))
    return (one,)


@cache
def _segments(word: str) -> tuple[str, ...]:
    """The word as a row of known words; empty where it is none."""
    if singular(word) in _KNOWN:
        return (singular(word),)
    if word in _WHOSE:
        return (word,)
    for end in range(len(word) - 2, 2, -1):
        head = word[:end]
        for joint in _JOINTS:
            stem = head.removesuffix(joint) if joint else head
            if joint and stem == head:
                continue
            known = stem if stem in _KNOWN else singular(stem)
            if len(stem) >= 3 and (known in _KNOWN or (stem in NOISE and len(stem) > 3)):
                rest = _segments(word[end:])
                if rest:
                    return (known, *rest)
    return ()


def prefixes(names: Sequence[str]) -> tuple[str, ...]:
    """What groups of tables' names begin with, like `civicrm_` or `llx_`: it says nothing.

    The word of an entity is kept, even where many names begin with it, unless
    nearly all do.
    """
    heads = Counter(h for n in names if (h := _head(n)))
    most = len(names)
    found = []
    for head, count in heads.most_common():
        word = singular(plain(head).strip("_"))
        telling = word in ENTITY_WORDS or word in ROLE_WORDS
        if count >= 4 and (count >= 0.6 * most or (not telling and count >= 8 and len(word) <= 5)):
            found.append(head.lower())
    return tuple(found)


def _head(name: str) -> str:
    head, separator, rest = name.strip("_").partition("_")
    return head + separator if separator and rest else ""


def stripped(name: str, known: Iterable[str]) -> str:
    """The name without the tables' shared prefixes."""
    for prefix in known:
        if name.lower().startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


def bare(table: str, columns: Sequence[str]) -> dict[str, str]:
    """Each column's name without the word of the table that most columns begin or end with.

    In `nom_adh`, `ville_adh`, … of `adherents` the last word says nothing.
    """
    found = {c: c for c in columns}
    split = {c: raw_words(c) for c in columns}
    long = [w for w in split.values() if len(w) > 1]
    own = raw_words(table)
    for at, rest in ((0, slice(1, None)), (-1, slice(None, -1))):
        word, count = Counter(w[at] for w in long).most_common(1)[0] if long else ("", 0)
        told = len(word) > 2 and any(w.startswith(word) for w in own)
        if told and count >= 4 and count * 2 > len(columns):
            kept = {c: "_".join(w[rest]) for c, w in split.items() if len(w) > 1 and w[at] == word}
            return found | kept
    return found


def joined(words: Iterable[str]) -> str:
    return "".join(words)


def spellings(words: Sequence[str]) -> Iterator[str]:
    """Under which words a column may refer to a table of that name: whole, then its ends."""
    for start in range(len(words)):
        yield joined(words[start:])
