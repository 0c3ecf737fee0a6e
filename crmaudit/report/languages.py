"""Languages of the report: one folder each, and the whole document told in one of them.

The document is made in English. `tell` tells it in another language before
any writer sees it: text that was made as a message (`crmaudit.messages`) by
its pattern, and the fixed words of columns, captions and keys as they stand.
Names and other data are neither, and stay as they are.

A language is the folder `templates/sections/<code>/`, shipped or in the
workspace's own `templates/`:

    NN-name.md        the sections, each with the id of the English one
    labels.yaml       the words that the writers say
    locale.yaml       how numbers, amounts of money and days are written
    messages/*.yaml   English pattern: pattern in this language
    messages/kept.yaml    those of the texts that evidence keeps in English

A pattern may depend on a number: `{by: n, one: …, other: …}`. A noun stands
as `one|many: [one, many]`, with further forms by name, which a pattern asks
for: `{systems:dative}`. A value in a kept text is written as it stands, unless
its pattern asks for a `{n:number}` or a `{what:word}`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from crmaudit.errors import CrmauditError
from crmaudit.messages import Count, Told, msg
from crmaudit.report import blocks as b
from crmaudit.report import figures, numbers
from crmaudit.report.templates import Templates, line_of, yaml_of

Thing = TypeVar("Thing")

# Fields that hold the program's own words, by class; all else that is plain text is data.
FIXED: Mapping[type, tuple[str, ...]] = {
    b.Column: ("name", "unit"),
    b.Table: ("caption", "note"),
    b.Figure: ("title", "alt", "note"),
    b.KeyFigure: ("label", "detail", "reason"),
    b.Trend: ("text",),
    b.Callout: ("title",),
    b.Cell: ("reason",),
    b.Matrix: ("title", "row_name", "column_name", "note"),
    b.MatrixOrder: ("name",),
    b.Evidence: ("method",),
}
_WORDS = ("_name", "_text", "_names", "_ends")
"""How fields of figures end that hold the program's own words."""


@dataclass(frozen=True)
class Language:
    """A language that is not English."""

    language: str
    patterns: Mapping[str, str | Mapping[str, str]]
    nouns: Mapping[str, Mapping[str, str]]
    locale: numbers.Locale
    recalled: tuple[str, ...] = ()
    """The patterns by which a text that evidence keeps is known."""
    lacking: set[str] = field(default_factory=set)
    """Patterns that were asked for and are not there: they are told in English."""

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        found = self.patterns.get(pattern)
        if found is None:
            if says_something(pattern):
                self.lacking.add(pattern)
            return pattern
        if isinstance(found, str):
            return found
        n = values.get(found["by"])
        n = n.n if isinstance(n, Count) else n
        return found["one"] if n == 1 else found["other"]

    def value(self, value: object, form: str) -> str:
        if isinstance(value, date):
            return numbers.written_day(value, form, self.locale)
        return numbers.localised(format(value, form), self.locale)

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        found = self.nouns.get(f"{one}|{many}")
        if found is None:
            self.lacking.add(f"{one}|{many}")
            return one if n == 1 else many
        plain = "one" if n == 1 else "many"
        return found.get(f"{form} {plain}") or found.get(form if n != 1 else plain) or found[plain]

    def kept(self, text: str) -> str:
        return self._recalled(text) or "; ".join(map(self._part, text.split("; ")))

    def _part(self, text: str) -> str:
        """One of several reasons that were kept as one text."""
        found = self._recalled(text)
        if found is None and says_something(text):
            self.lacking.add(text)
        return text if found is None else found

    def _recalled(self, text: str) -> str | None:
        if text in self.patterns:
            return self.pattern(text, {})
        for pattern in self.recalled:
            if found := _shape(pattern).fullmatch(text):
                values = {name: _Caught(value) for name, value in found.groupdict().items()}
                return msg(pattern, **values).tell(self)  # type: ignore[attr-defined, no-any-return]
        return None


class _Caught(Told):
    """A value found in a kept text; as a `word` it is told, as a `number` written anew."""

    __slots__ = ()

    def tell(self, words: Any, form: str = "") -> str:
        if form == "number":
            return numbers.localised(self, words.locale)
        return words.kept(str(self)) if form == "word" else str(self)


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What a text made by the pattern looks like; its values are caught by name."""
    parts = string.Formatter().parse(pattern)
    shapes = (
        (re.escape(text), f"(?P<{name}>(?:(?!; ).)+?)" if name else "") for text, name, *_ in parts
    )
    return re.compile("".join(text + value for text, value in shapes))


def languages(templates: Templates) -> tuple[str, ...]:
    """The codes of the languages that there are, English first."""
    found = {
        path.name
        for folder in templates.folders
        if (folder / "sections").is_dir()
        for path in (folder / "sections").iterdir()
        if (path / "locale.yaml").is_file()
    }
    return ("en", *sorted(found - {"en"}))


def language(code: str, templates: Templates) -> Language | None:
    """The language by its code, `de-AT` by that of `de`; None for English.

    Raises CrmauditError where there is none, or its files cannot be read.
    """
    known = languages(templates)
    code = code if code in known else code.split("-")[0].lower()
    if code == "en":
        return None
    if code not in known:
        raise CrmauditError(
            f"the report is not written in {code!r}",
            f"choose one of {', '.join(known)}, or add the folder templates/sections/{code}",
        )
    return _read(code, templates.folders)


@cache
def _read(code: str, folders: tuple[Path, ...]) -> Language:
    patterns: dict[str, Any] = {}
    nouns: dict[str, Mapping[str, str]] = {}
    locale: dict[str, Any] = {}
    recalled: list[str] = []
    for folder in reversed(folders):
        place = folder / "sections" / code
        if (place / "locale.yaml").is_file():
            locale |= yaml_of(place / "locale.yaml")
        for path in sorted((place / "messages").glob("*.yaml")):
            for english, text in yaml_of(path).items():
                if isinstance(text, list) or (isinstance(text, dict) and "by" not in text):
                    nouns[english] = _noun(path, english, text)
                else:
                    patterns[english] = _checked(path, english, text)
                    if path.stem == "kept" and placeholders(english):
                        recalled.append(english)
    return Language(code, patterns, nouns, numbers.learned(code, locale), tuple(recalled))


def _noun(path: Path, english: str, text: Any) -> Mapping[str, str]:
    forms = dict(zip(("one", "many"), text, strict=False)) if isinstance(text, list) else text
    if not {"one", "many"} <= set(forms):
        raise CrmauditError(
            f"the noun {english!r} lacks a form",
            "write `one|many: [one, many]`",
            line_of(path, english),
        )
    return {str(k): str(v) for k, v in forms.items()}


def _checked(path: Path, english: str, text: Any) -> str | Mapping[str, str]:
    """The pattern; it may leave a value out, and may not ask for one that there is not."""
    given = placeholders(english)
    for each in text.values() if isinstance(text, dict) else (text,):
        if isinstance(text, dict) and each is text["by"]:
            strange = {each} - given
        else:
            strange = placeholders(str(each)) - given if given else set()
        if strange:
            raise CrmauditError(
                f"{english!r} has no value {', '.join(sorted(strange))}",
                f"it has {', '.join(sorted(given)) or 'none'}",
                line_of(path, english),
            )
    return {str(k): str(v) for k, v in text.items()} if isinstance(text, dict) else str(text)


def placeholders(pattern: str) -> set[str]:
    """Names of the values in a pattern; text that is no pattern has none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
    except ValueError:
        return set()


def says_something(pattern: str) -> bool:
    """Whether there is anything to translate: a letter outside of the values."""
    try:
        words = "".join(text for text, *_ in string.Formatter().parse(pattern))
    except ValueError:
        words = pattern
    return any(c.isalpha() for c in words)


def tell(thing: Thing, words: Language) -> Thing:
    """The thing with all its text told in that language: a document, a block, a figure."""
    return _tell(thing, words)  # type: ignore[no-any-return]


def _tell(thing: Any, words: Language) -> Any:
    if isinstance(thing, Told):
        return thing.tell(words)
    if isinstance(thing, tuple):
        told = tuple(_tell(x, words) for x in thing)
        return thing if all(a is b for a, b in zip(told, thing, strict=True)) else told
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    kind = type(thing)
    drawn = kind.__module__.startswith("crmaudit.report.specs")
    fixed = FIXED.get(kind, ())
    changed: dict[str, Any] = {}
    for each in fields(thing):
        value = getattr(thing, each.name)
        if drawn and each.name == "language":
            new: Any = words.language
        elif each.name in fixed or (drawn and each.name.endswith(_WORDS)):
            new = _fixed(value, words)
        else:
            new = _tell(value, words)
        if new is not value:
            changed[each.name] = new
    if isinstance(thing, b.Figure):
        changed["words"] = tuple((x, words.pattern(x, {})) for x in figures.words(thing.spec))
    return replace(thing, **changed) if changed else thing


def _fixed(value: Any, words: Language) -> Any:
    if isinstance(value, tuple):
        return tuple(_fixed(x, words) for x in value)
    if type(value) is str:
        return words.pattern(value, {}) if value.strip() else value
    return _tell(value, words)
