"""Text made safe to show, and names made of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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


def first_paragraph(text: str) -> str:
    """The first paragraph of Markdown as one line, its code and emphasis as plain words."""
    first = text.strip().split("\n\n", 1)[0]
    return re.sub(r"[`*]", "", " ".join(first.split()))
