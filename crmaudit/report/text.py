"""Text made safe to show, and names made of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from crmaudit.report import blocks as b

# Characters that XML, HTML or a font cannot carry, lone halves of characters,
# and the marks that silently reorder the text around them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LONG = re.compile(r"[^\s\u200b]{25,}")
_AT = re.compile(r"([_./\\,;:@|=&?-]+)(?=[^\s\u200b])")


def clean(text: str) -> str:
    """The text with everything unfit to be shown replaced by `�`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("\ufffd", text)


def breakable(text: str, run: int = 18) -> str:
    """Zero-width spaces in words of 25 letters and more, so that they can wrap."""

    def cut(match: re.Match[str]) -> str:
        parts = _AT.sub("\\1\u200b", match[0]).split("\u200b")
        return "\u200b".join(
            "\u200b".join(part[i : i + run] for i in range(0, len(part), run)) for part in parts
        )

    return _LONG.sub(cut, text)


def slug(text: str) -> str:
    """A name for anchors: lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "x"


def plain(inlines: Iterable[b.Inline]) -> str:
    """The words of a line without their form."""
    parts: list[str] = []
    for inline in inlines:
        match inline:
            case b.Text() | b.Code():
                parts.append(inline.text)
            case b.Strong() | b.Emph() | b.Link():
                parts.append(plain(inline.inlines))
            case b.LineBreak():
                parts.append(" ")
            case b.SeverityMark():
                parts.append(b.SEVERITY_MARKS[inline.severity])
            case b.EvidenceRef():
                pass
    return "".join(parts)


def first_paragraph(text: str, settings: Collection[str] = ()) -> str:
    """The first paragraph of Markdown as one line, its code and emphasis as plain words.

    Where it names `settings` in code, it is a pattern with their names in braces, to be filled
    with what is set; with those that count days, months and so on together with their unit.
    """
    first = " ".join(text.strip().split("\n\n", 1)[0].split())
    named = [x for x in re.findall(r"`(\w+)`", first) if x in settings]
    if named:
        first = first.replace("{", "{{").replace("}", "}}")
    for name in named:
        noun = unit_of(name)
        first = re.sub(rf"`{name}`(?: {noun}s?\b)?" if noun else f"`{name}`", f"{{{name}}}", first)
    return re.sub(r"[`*]", "", first)


def counts(parameters: Mapping[str, object]) -> dict[str, float]:
    """Those of a rule's settings that are numbers: its texts tell them."""
    return {
        k: v
        for k, v in parameters.items()
        if isinstance(v, int | float) and not isinstance(v, bool)
    }


def unit_of(setting: str) -> str:
    """What a setting of that name counts: `grace_days` → `day`; empty for plain numbers."""
    found = re.search(r"(day|hour|month|year)s$", setting)
    return found[1] if found else ""
