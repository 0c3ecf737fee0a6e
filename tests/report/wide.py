"""A language in which all that can be told is wide, and what of a report is not.

`Ａ` stands for `A`: in the sections, the labels, the names of months, and every
pattern (`pseudo`). What is left in plain letters in the report of such a
language is a name, a value, a code - or text that nobody can translate.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import jinja2
import pytest
import yaml
from pseudo import PSEUDO
from pydantic import BaseModel

from crmaudit import Audit
from crmaudit.report import blocks as b
from crmaudit.report import sections
from crmaudit.report.compose import document
from crmaudit.report.figures import draw
from crmaudit.report.languages import Language, language, placeholders
from crmaudit.report.numbers import LOCALES
from crmaudit.report.templates import Templates, template_root

ENGLISH = template_root() / "sections" / "en"

_AS_IT_IS = re.compile(r"(`[^`]*`|\]\([^)]*\)|\{: *#[a-z0-9-]+\})")
"""Code, addresses and ids of headings are the same in each language."""


def pattern(text: str) -> str:
    return PSEUDO.pattern(text, dict.fromkeys(placeholders(text)))


def wide(text: str) -> str:
    """Markdown with its words wide."""
    parts = _AS_IT_IS.split(text)
    return "".join(x if n % 2 else PSEUDO.pattern(x, {}) for n, x in enumerate(parts))


# A translator's work


def folder(root: Path) -> Path:
    """Templates of the language `xx`: all sections with their words wide."""
    place = root / "sections" / "xx"
    for path in sorted(ENGLISH.rglob("*.md")):
        own = place / path.relative_to(ENGLISH)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(_section(path.read_text("utf-8")), "utf-8")
    labels = yaml.safe_load((ENGLISH / "labels.yaml").read_text("utf-8"))
    _write(place / "labels.yaml", {name: pattern(text) for name, text in labels.items()})
    english = LOCALES["en"]
    _write(
        place / "locale.yaml",
        {
            "months": [pattern(m) for m in english.months],
            "long_months": [pattern(m) for m in english.long_months],
            "of": pattern(english.of),
            "not_assessed": pattern(english.not_assessed),
        },
    )
    return root


def _write(path: Path, data: Any) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")


def _section(text: str) -> str:
    head, body = "", text
    if text.startswith("---"):
        head, _, body = text.removeprefix("---").partition("\n---\n")
    made = "".join(_body(body))
    if not head:
        return made
    front = yaml.safe_load(head)
    front["title"] = wide(front["title"])
    if isinstance(front.get("requires"), dict):
        front["requires"] = {k: wide(v) for k, v in front["requires"].items()}
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n{made}"


def _body(text: str) -> Iterator[str]:
    """The text outside of tags, and of the strings in them those that are read."""
    found = [(kind, x) for _, kind, x in jinja2.Environment(keep_trailing_newline=True).lex(text)]
    code = [x for kind, x in found if kind != "whitespace"]
    at = -1
    for kind, value in found:
        at += kind != "whitespace"
        if kind == "data":
            yield wide(value)
        elif kind == "string" and _is_read(value[1:-1], code[:at], code[at + 1]):
            yield value[0] + wide(value[1:-1]) + value[-1]
        else:
            yield value


def _is_read(text: str, before: list[str], after: str) -> bool:
    """Whether a string in a tag is text for readers, and no key, id or file."""
    if text.startswith("crmaudit ") or before[-1] in ("==", "!="):
        return False
    if before[-1] == "[" and re.match(r"[\w)\]]", before[-2]) and before[-2] != "in":
        return False
    noun = before[-2:] == ["counted", "("] or (before[-4:-3] == ["counted"] and before[-1] == ",")
    choice = (after == "if" or before[-1] in ("else", ":")) and re.fullmatch(r"[^-_#.]{2,}", text)
    pair = after == ")" and before[-1] == "," and before[-3] == "(" and before[-4] in ("(", ",")
    return bool(" " in text or re.match("[A-Z]", text) or noun or choice or pair)


class Wide(Language):
    """Answers every pattern and noun with wide letters."""

    def pattern(self, pattern_: str, values: Mapping[str, object]) -> str:
        return PSEUDO.pattern(pattern_, values or dict.fromkeys(placeholders(pattern_)))

    def kept(self, text: str) -> str:
        return PSEUDO.kept(text)

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        return PSEUDO.noun(n, one, many, form)


def report(root: Path, place: Path, patch: pytest.MonkeyPatch) -> tuple[Audit, b.Document]:
    """The audit of that workspace and its report in the wide language."""
    templates = Templates((folder(place),))
    known = language("xx", templates)
    assert known is not None
    words = Wide(known.language, known.patterns, known.nouns, known.locale)
    patch.setattr(sections, "language", lambda code, templates: words)
    audit = Audit(root)
    given = audit.workspace.audit.model_copy(update={"language": "xx"})
    object.__setattr__(audit.workspace, "audit", given)
    return audit, document(audit.facts, audit.findings, audit.plan, templates=templates)


# What is left

KEYS = frozenset(
    (
        *("id", "url", "href", "ids", "language", "evidence", "digest", "source", "statement"),
        *("kind", "state", "severity", "align", "direction", "form", "shape", "phase", "step"),
        *("letter", "letters", "code", "origin", "answer", "dark", "status", "after", "value"),
        # Said by the drawing itself, in the report's language (`Figure.words`).
        *("what", "who", "words"),
    )
)
"""Fields that hold no text of the report: keys, ids, addresses, raw values."""


def said(thing: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the document with its place, figures' tables and drawings included."""
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, tuple):
        for x in thing:
            yield from said(x, path)
    elif is_dataclass(thing) and not isinstance(thing, b.Code | b.CodeBlock | b.Meta):
        kind = type(thing).__name__
        name = getattr(thing, "id", "")
        own = f"{path}/{kind}[{name}]" if name else f"{path}/{kind}"
        for each in fields(thing):
            value = getattr(thing, each.name)
            if kind == "Web" and each.name == "texts":
                value = tuple(words for _, words in value)
            if each.name not in KEYS:
                yield from said(value, f"{own}.{each.name}")
        if isinstance(thing, b.Figure):
            yield from said(thing.table(), f"{own}/table")
            drawn = re.sub(r"<style.*?</style>", "", draw(thing), flags=re.DOTALL)
            for text in re.findall(r">([^<>]+)<", drawn):
                yield f"{own}/svg", html.unescape(text)


_SAME = re.compile(
    # Commands, files and masked examples are the same in each language.
    r"crmaudit( [a-z]+)+( --[a-z]+( [a-z]+(,[a-z]+)*)?)*|\S+\.(yaml|csv)\b|\S*@\S*"
    # Letters of CRUD, and levels of access as one letter each.
    r"|\b[CRUD]{1,4}\b|^[OPUB?–]{4}$"
    # Subjects of findings, as responses.yaml names them.
    r"|^[a-z-]+:\S+$"
)
_SIGN = re.compile(
    r"\b(kb|mb|gb|utc|eur|gbp|chf|usd|[a-z]{3}\d{3})\b"
    # A key of YAML or a folder of the workspace, in what says where something is declared.
    r"|\b[a-z_]+:{1,2}(?= |$)|\bmaps/"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")


class Names:
    """What is data of a workspace and its evidence: the same in each language.

    Values of a fixed choice (`Literal`) are the program's own words, and none of it.
    """

    def __init__(self, audit: Audit, root: Path) -> None:
        found: set[str] = set(_data(dict(vars(audit.workspace))))
        found |= set(_data(tuple(audit.facts.evidence.documents)))
        for file in root.rglob("*.csv"):
            found |= set(re.split(r"[,;\n]", file.read_text("utf-8", "replace")[:200_000]))
        parts = {p for text in found for p in (text, *text.split("; "))}
        known = {" ".join(p.split()).strip().rstrip(".").lower() for p in parts}
        self._known = sorted((p for p in known if _WORD.search(p)), key=lambda p: (-len(p), p))
        # Own sections are written in the language that their authors chose.
        own = sorted(root.rglob("sections/*.md"))
        self._own = " ".join(" ".join(p.read_text("utf-8") for p in own).lower().split())
        self._seen: dict[str, list[str]] = {}

    def plain(self, text: str, drawn: bool = False) -> list[str]:
        """The words of a text that no language could tell, but for names and code.

        What is `drawn` may be one line of several that a name is broken into.
        """
        if drawn and any(" ".join(text.lower().split()) in name for name in self._known):
            return []
        if text not in self._seen:
            self._seen[text] = self._left(text) if _WORD.search(text) else []
        return self._seen[text]

    def _left(self, text: str) -> list[str]:
        left = _SAME.sub(" ", text).lower()
        if " ".join(left.split()) in self._own:
            return []
        left = re.sub(r"[^…]+…", lambda m: self._uncut(m[0]), left)
        for name in self._known:
            if name in left:
                left = re.sub(rf"(?<![a-z]){re.escape(name)}(s|es)?(?![a-z])", " ", left)
        return _WORD.findall(_SIGN.sub(" ", left))

    def _uncut(self, text: str) -> str:
        """The text before `…` without the name, or what begins like one, that was cut there."""
        words = re.split(r"(?<=\W)(?=\w)", text.removesuffix("…"))
        for n in range(len(words)):
            cut = "".join(words[n:]).rstrip(" ,;:")
            if cut and any(name.startswith(cut) for name in self._known):
                return "".join(words[:n])
        return text


def _data(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _data(key)
            yield from _data(value)
    elif isinstance(thing, list | tuple | set | frozenset):
        for value in thing:
            yield from _data(value)
    elif isinstance(thing, BaseModel):
        for name, field in type(thing).model_fields.items():
            value = getattr(thing, name)
            if not (_fixed(field.annotation) and _flat(value)):
                yield from _data(value)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _data(getattr(thing, each.name))


def _fixed(annotation: Any) -> bool:
    return get_origin(annotation) is Literal or any(map(_fixed, get_args(annotation)))


def _flat(value: Any) -> bool:
    many = isinstance(value, list | tuple) and all(isinstance(x, str) for x in value)
    return isinstance(value, str) or many
