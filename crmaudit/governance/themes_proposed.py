"""Words that several groups use, proposed as themes: to be confirmed by somebody who was there.

No meaning is read out of texts. Of each group of five people or more:

    words   = letters in a row, at least four, without the language's function words
    stem    = word without accents and without the longest of its language's endings
              that leaves at least four letters
    language = of English, German, French and Spanish the one with the most
               function words in the group's texts

A stem is proposed where at least two groups use it. Left out are names of
people, systems and kinds of record, words of the themes that are declared, and
words that only ever stand with a capital letter within a sentence, which are
mostly names; German writes all nouns so, and there they stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files as resources

from crmaudit.governance.interviews import counted, sayings
from crmaudit.workspace.interviews import Interview

LEAST_GROUPS = 2
LEAST_LETTERS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:^|[.!?:;\n\"“„(])\s*$")
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "es", "ed", "er", "s", "e", "y"),
    "de": ("ungen", "ung", "heit", "keit", "ern", "en", "er", "es", "em", "et", "e", "n", "s", "t"),
    "fr": ("ements", "ement", "ations", "ation", "aient", "ees", "ee", "es", "er", "ez", "e", "s"),
    "es": ("aciones", "acion", "mientos", "miento", "ando", "iendo", "ados", "adas", "ado", "ada",
           "es", "os", "as", "ar", "er", "ir", "o", "a", "s"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProposedTheme:
    """A word in the form most often said, the interviews it was said in, and how often."""

    word: str
    groups: tuple[str, ...]
    whole: int
    times: int


def proposed(
    interviews: Iterable[Interview], names: Iterable[str], most: int = 20
) -> tuple[ProposedTheme, ...]:
    """The words that most groups use, at most so many; `names` are to be left out."""
    heard = counted(interviews)
    known = {plain for name in names for plain in map(_plain, _WORD.findall(name))}
    declared = {
        plain
        for interview in heard
        for _, saying in sayings(interview)
        for theme in saying.themes
        for plain in map(_plain, _WORD.findall(theme))
    }
    groups: dict[str, list[str]] = {}
    forms: dict[str, Counter[str]] = {}
    for interview in heard:
        texts = tuple(_texts(interview))
        language = _language(texts)
        taken = {_stem(plain, language) for plain in known | declared}
        for stem, words in _stems(texts, language).items():
            if stem not in taken:
                groups.setdefault(stem, []).append(interview.id)
                forms.setdefault(stem, Counter()).update(words)
    found = (
        ProposedTheme(_likeliest(forms[stem]), tuple(said), len(heard), forms[stem].total())
        for stem, said in groups.items()
        if len(said) >= LEAST_GROUPS
    )
    ordered = sorted(found, key=lambda p: (-len(p.groups), -p.times, p.word))
    return tuple(ordered[:most])


def _texts(interview: Interview) -> Iterator[str]:
    yield from filter(None, interview.answers.model_dump().values())
    yield from (walk.note for walk in interview.walks if walk.note)
    yield from (saying.text for _, saying in sayings(interview))
    yield from (measure.text for measure in interview.measures)


def _language(texts: Iterable[str]) -> str:
    """The one whose function words stand in the texts most often; English where none does."""
    words = Counter(w.casefold() for text in texts for w in _WORD.findall(text))
    scores = {
        language: sum(n for w, n in words.items() if _plain(w) in stop)
        for language, stop in _function_words().items()
    }
    return max(scores, key=lambda language: (scores[language], language == "en"))


@dataclass
class _Use:
    """The forms of one stem in a group, and whether one of them is surely no name."""

    words: Counter[str] = field(default_factory=Counter)
    common: bool = False


def _stems(texts: Iterable[str], language: str) -> Mapping[str, Counter[str]]:
    stop = _function_words()[language]
    uses: dict[str, _Use] = {}
    for text in texts:
        for match in _WORD.finditer(text):
            word = match.group()
            plain = _plain(word)
            if len(plain) < LEAST_LETTERS or plain in stop:
                continue
            use = uses.setdefault(_stem(plain, language), _Use())
            use.words[word if language == "de" else word.casefold()] += 1
            begins = _SENTENCE.search(text[: match.start()]) is not None
            use.common = use.common or language == "de" or word[0].islower() or begins
    return {stem: use.words for stem, use in uses.items() if use.common}


def _stem(plain: str, language: str) -> str:
    for ending in _ENDINGS[language]:
        if plain.endswith(ending) and len(plain) - len(ending) >= LEAST_LETTERS:
            return plain[: -len(ending)]
    return plain


def _likeliest(words: Counter[str]) -> str:
    return min(words, key=lambda w: (-words[w], len(w), w))


def _plain(word: str) -> str:
    """A word without case, accents and what joins its parts."""
    bare = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss"))
    return "".join(c for c in bare if c.isalpha())


_read: dict[str, frozenset[str]] = {}


def _function_words() -> Mapping[str, frozenset[str]]:
    """Language → its function words, from the package's own list."""
    if not _read:
        text = resources("crmaudit.governance").joinpath("function_words.txt").read_text("utf-8")
        for line in text.splitlines():
            language, _, words = line.partition(":")
            if language in _ENDINGS:
                _read[language] = frozenset(map(_plain, words.split()))
    return _read
