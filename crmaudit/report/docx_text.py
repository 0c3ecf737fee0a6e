"""Lines of a Word document: paragraphs, runs, fields, links and marks, as WordprocessingML.

Elements stand in the order that the schema asks for (ECMA-376 part 1, 17.3):
Word refuses a file in which they do not.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from crmaudit.report import blocks as b
from crmaudit.report.labels import Labels
from crmaudit.report.ooxml import xml
from crmaudit.report.outline import Outline
from crmaudit.report.text import clean

HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"

Numbered = tuple[int, int]
"""Level (from 0) and list of a numbered or bulleted paragraph."""


def para(
    style: str,
    content: str = "",
    *,
    keep: bool = False,
    numbered: Numbered | None = None,
    indent: str = "",
    align: str = "",
    upright: bool = False,
    follows: bool = False,
) -> str:
    """A paragraph of a named style; `keep` holds it to the next one.

    An `upright` one runs from the left in every language: readers let the other
    kind run downwards, out of its cell. What `follows` stays on the page of what is before it,
    whatever its style says.
    """
    numbers = (
        f'<w:numPr><w:ilvl w:val="{numbered[0]}"/><w:numId w:val="{numbered[1]}"/></w:numPr>'
        if numbered
        else ""
    )
    own = (
        ("<w:keepNext/>" if keep else "")
        + ('<w:pageBreakBefore w:val="0"/>' if follows else "")
        + numbers
        + ('<w:bidi w:val="0"/>' if upright else "")
        + ('<w:spacing w:before="560"/>' if follows else "")
        + (f"<w:ind {indent}/>" if indent else "")
        + (f'<w:jc w:val="{align}"/>' if align and align != "left" else "")
    )
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own}</w:pPr>{content}</w:p>'


def spacer(keep: bool = False) -> str:
    """What stands after a table: without it two tables would grow into one."""
    return para("Spacer", keep=keep)


def bookmark_name(anchor: str) -> str:
    """An anchor as Word allows one: at most 40 letters, digits and underscores."""
    name = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    name = name if name[:1].isalpha() else f"n_{name}"
    if len(name) > 40:
        name = f"{name[:31]}_{hashlib.sha256(anchor.encode()).hexdigest()[:8]}"
    return name


def safe_url(url: str) -> str:
    """The address if it leads outside and every reader of Word can parse it; else nothing."""
    found = quote(clean(url), safe=":/?#@!$&'()*+,;=%-._~")
    found = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", found)
    try:
        parts = urlsplit(found)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return found if (whole or parts.scheme == "mailto") and len(found) <= 2000 else ""


class Lines:
    """Inlines of one document as runs; keeps what the package needs to know of them."""

    def __init__(self, outline: Outline, words: Labels, rtl: bool, anchors: Iterable[str]) -> None:
        self.outline = outline
        self.words = words
        self.rtl = rtl
        self.relations: dict[tuple[str, str], str] = {}
        """Kind and target → id."""
        self._anchors = frozenset(anchors)
        self._placed: set[str] = set()
        self._bookmarks = 0

    # What stands in a line

    def run(self, text: str, style: str = "", form: str = "") -> str:
        """Text as it is to be read; `form` are further properties of the run."""
        if not text:
            return ""
        known = f'<w:rStyle w:val="{style}"/>' if style else ""
        turned = "<w:rtl/>" if self.rtl and _runs_left(text) else ""
        properties = f"<w:rPr>{known}{form}{turned}</w:rPr>" if known or form or turned else ""
        parts = []
        for n, line in enumerate(clean(text).split("\n")):
            parts.append("<w:br/>" if n else "")
            parts.append(f'<w:t xml:space="preserve">{xml(line)}</w:t>' if line else "")
        return f"<w:r>{properties}{''.join(parts)}</w:r>"

    def field(self, code: str, shown: str, form: str = "", stale: bool = False) -> str:
        """A field that Word computes, and what stands there until it does."""
        properties = f"<w:rPr>{form}</w:rPr>" if form else ""
        dirty = ' w:dirty="true"' if stale else ""

        def mark(kind: str, more: str = "") -> str:
            return f'<w:r>{properties}<w:fldChar w:fldCharType="{kind}"{more}/></w:r>'

        return (
            mark("begin", dirty)
            + f'<w:r>{properties}<w:instrText xml:space="preserve"> {xml(code)} '
            + "</w:instrText></w:r>"
            + mark("separate")
            + self.run(shown, form=form)
            + mark("end")
        )

    def bookmark(self, anchor: str) -> str:
        """The place that links lead to; the first of a name holds it."""
        if not anchor or anchor in self._placed:
            return ""
        self._placed.add(anchor)
        self._bookmarks += 1
        n = self._bookmarks
        return (
            f'<w:bookmarkStart w:id="{n}" w:name="{bookmark_name(anchor)}"/>'
            f'<w:bookmarkEnd w:id="{n}"/>'
        )

    def toward(self, anchor: str, runs: str) -> str:
        """Runs that lead to a place of the document, if there is one."""
        if anchor not in self._anchors or not runs:
            return runs
        return f'<w:hyperlink w:anchor="{bookmark_name(anchor)}" w:history="1">{runs}</w:hyperlink>'

    def outward(self, url: str, runs: str) -> str:
        """Runs that lead out of the document."""
        target = safe_url(url)
        if not target or not runs:
            return runs
        return f'<w:hyperlink r:id="{self.relation(HYPERLINK, target)}">{runs}</w:hyperlink>'

    def relation(self, kind: str, target: str) -> str:
        return self.relations.setdefault((kind, target), f"rId{len(self.relations) + 101}")

    def refs(self, ids: Iterable[str]) -> str:
        """The small marks after a number."""
        marks = [
            self.toward(f"ev-{n}", self.run(str(n), "EvidenceMark"))
            for n in self.outline.numbers(tuple(ids))
        ]
        return self.run(" ", "EvidenceMark").join(marks)

    def severity(self, severity: str, label: bool = True) -> str:
        mark = b.SEVERITY_MARKS.get(severity, "")
        loud = severity in ("critical", "high")
        shown = self.run(mark, "SeverityHigh" if loud else "SeverityLow")
        if not label:
            return shown
        word = self.words.get(severity, severity)
        return shown + self.run(
            f" {word}" if mark else word, "Strong" if severity == "critical" else ""
        )

    def inlines(self, inlines: Iterable[b.Inline], form: str = "", style: str = "") -> str:
        return "".join(self.inline(i, form, style) for i in inlines)

    def inline(self, inline: b.Inline, form: str = "", style: str = "") -> str:
        """One inline; `form` and `style` are those of what it stands in."""
        match inline:
            case b.Text():
                return self.run(inline.text, style, form)
            case b.Strong():
                return self.inlines(inline.inlines, _with(form, "<w:b/><w:bCs/>"), style)
            case b.Emph():
                return self.inlines(inline.inlines, _with(form, "<w:i/><w:iCs/>"), style)
            case b.Code():
                return self.run(inline.text, "CodeText", form)
            case b.Link():
                if inline.url.startswith("#"):
                    anchor = inline.url[1:]
                    look = "Hyperlink" if anchor in self._anchors else style
                    return self.toward(anchor, self.inlines(inline.inlines, form, look))
                look = "Hyperlink" if safe_url(inline.url) else style
                return self.outward(inline.url, self.inlines(inline.inlines, form, look))
            case b.LineBreak():
                return "<w:r><w:br/></w:r>"
            case b.EvidenceRef():
                return self.refs(inline.ids)
            case b.SeverityMark():
                return self.severity(inline.severity, inline.label)


def _with(form: str, more: str) -> str:
    """Bold stands before italic, and neither twice."""
    if more in form:
        return form
    return more + form if more.startswith("<w:b/>") else form + more


def _runs_left(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
