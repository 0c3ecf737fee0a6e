"""What the name of a column or table says, whatever the language and spelling."""

from __future__ import annotations

from functools import lru_cache

from crmaudit.evidence.privacy import name_words
from crmaudit.quality.semantics.vocabulary import CONCEPTS, folded

# Words so short may only end a compound (`userid`), these may also begin one (`isdeleted`).
_SHORT_END = frozenset({"id", "at", "on", "by", "no", "nr", "to", "cc", "am", "ip"})
_SHORT_START = frozenset({"is", "id", "fk", "zu", "ip", "nb"})
# German joins words with these: `Geburtsdatum`, `Kundennummer`.
_JOINTS = ("", "s", "n", "en", "es", "e")
# Words that stand in too many others to be found there: `passage`, `relation`.
_NO_PARTS = frozenset({"pass", "age", "art", "cap", "via", "rue", "lat", "lon", "nom", "data"})
# What names of fields end in, in languages that write compounds.
_HEAD_WORDS = """
    date datum time zeit name mail email phone telefon fax address adresse street strasse
    code status type amount betrag price preis number nummer count flag text note notes
    postcode country gender birthday
"""
_HEADS = frozenset(_HEAD_WORDS.split())
_ENDINGS = ("s", "es", "n", "en", "e", "in", "innen")


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, compounds taken apart: `zipcode`, `geburtsdatum`, `E-MailPrivat`."""
    found: list[str] = []
    words = name_words(name)
    whole = folded("".join(words))
    # `USt-IdNr` is one word that camel case takes apart.
    if whole in CONCEPTS and not all(meaning(folded(w)) for w in words):
        return (whole,)
    for word in words:
        folded_word = folded(word)
        found.extend(_parts(folded_word) or _known_end(folded_word) or (folded_word,))
    return tuple(found)


@lru_cache(maxsize=20_000)
def concepts_of(name: str) -> frozenset[str]:
    """What the words of a name stand for; words that are not known stand for nothing."""
    return frozenset(c for word in words_of(name) for c in meaning(word))


def meaning(word: str) -> tuple[str, ...]:
    """The concepts of one word, in whatever number and case it stands."""
    if word in CONCEPTS:
        return CONCEPTS[word]
    # `datep`, `date1`: dates of which only the author knows the second letter.
    if word.startswith("date") and len(word) < 9:
        return ("date",)
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3 and stem in CONCEPTS:
            return CONCEPTS[stem]
    return ()


def unknown_words(name: str) -> int:
    """How many words of a name are not known."""
    return sum(not meaning(w) for w in words_of(name) if len(w) > 1)


def _parts(word: str) -> tuple[str, ...] | None:
    """The known words that a compound consists of to its last letter, fewest first."""
    if len(word) < 5 or meaning(word):
        return None
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 16), end - 1):
            if start not in best:
                continue
            part = word[start:end]
            if not _may_be_part(part, start == 0, end == len(word)):
                continue
            if end not in best or len(best[start]) + 1 < len(best[end]):
                best[end] = (*best[start], part)
    found = best.get(len(word))
    return found if found and len(found) > 1 else None


def _known_end(word: str) -> tuple[str, str] | None:
    """An unknown word and the longest known one at its end: `duedate`, `buyername`."""
    if meaning(word):
        return None
    for start in range(3, len(word) - 3):
        if word[start:] in _HEADS:
            return word[:start], word[start:]
    return None


def _may_be_part(part: str, first: bool, last: bool) -> bool:
    if len(part) < 3:
        if not (first or last):
            return part == "of"
        return part in (_SHORT_START if first else _SHORT_END)
    if part in CONCEPTS:
        return part not in _NO_PARTS
    if last:
        return False
    return any(
        joint and part.endswith(joint) and len(part) - len(joint) > 3
        and part.removesuffix(joint) in CONCEPTS
        for joint in _JOINTS
    )  # fmt: skip
