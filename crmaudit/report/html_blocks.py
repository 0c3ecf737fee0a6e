"""Blocks as HTML. Every text goes through `tag`, which escapes what is not markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report.figures import NARROW, WIDE, draw, narrows
from crmaudit.report.html_heat import heat
from crmaudit.report.html_links import CODE, Links, Target
from crmaudit.report.html_matrix import matrix
from crmaudit.report.html_tables import table
from crmaudit.report.html_tags import join, tag, text
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Entry, Outline, unique
from crmaudit.report.specs import Heat, Web
from crmaudit.report.text import plain, slug

_FALLBACK = re.compile(r"var\(--([a-z0-9-]+),#[0-9a-fA-F]{6}\)")


class Blocks:
    """Renders blocks of one document.

    `report` is the file that anchors are looked for in, where that is not the
    page itself.
    """

    def __init__(self, outline: Outline, words: Labels, links: Links, report: str = "") -> None:
        self.outline = outline
        self.words = words
        self.links = links
        self.report = report
        self.matrices: dict[str, dict[str, Any]] = {}
        """By anchor: what the script is told of each matrix."""
        self.networks = False
        """Whether there is a network that the script may move."""
        self._anchors = {e.anchor for e in outline.sections} | {"evidence"}
        self._regions: Counter[str] = Counter()
        self._linked = False

    def region(self, name: str) -> str:
        """What a frame that scrolls is called: no two alike, or nobody could tell them apart."""
        name = name or self.words["data"]
        self._regions[name] += 1
        count = self._regions[name]
        return name if count == 1 else f"{name} ({count})"

    def anchor(self, name: str) -> str | None:
        """The anchor of a block; where it is taken, the name with a number."""
        return unique(slug(name), self._anchors) if name else None

    def link(self, content: Markup, target: Target | None) -> Markup:
        """The content as a link to rows of a table; unchanged where there are none."""
        if target is None or self._linked:
            return content
        view = f"{target.table}?{target.view}" if target.view else ""
        if self.report:
            return tag("a", content, href=f"{self.report}#{view or target.row}")
        # Where the view is of what the link says, `report.js` adds that: of thousands.
        said = urlencode({"": content.unescape()}) if "<" not in content else " "
        go = f"{view.removesuffix(said)}=" if view.endswith(said) else view
        return tag("a", content, href=f"#{target.row}", data_go=go)

    @contextmanager
    def linked(self) -> Iterator[None]:
        """What is made inside stands in a link already, which can hold no other."""
        self._linked, before = True, self._linked
        yield
        self._linked = before

    # Inlines

    def inlines(self, inlines: Iterable[b.Inline]) -> Markup:
        return join(self.inline(i) for i in inlines)

    def inline(self, inline: b.Inline) -> Markup:
        match inline:
            case b.Text():
                return self._told(inline.text)
            case b.Strong():
                target = self.links.initiatives.get(plain(inline.inlines))
                return tag("strong", self.link(self.inlines(inline.inlines), target))
            case b.Emph():
                return tag("em", self.inlines(inline.inlines))
            case b.Code():
                return tag("code", inline.text, dir="ltr")
            case b.Link():
                outside = not inline.url.startswith("#")
                with self.linked():
                    content = self.inlines(inline.inlines)
                return tag(
                    "a",
                    content,
                    href=inline.url if outside else self.report + inline.url,
                    rel="noreferrer noopener" if outside else None,
                )
            case b.LineBreak():
                return Markup("<br>")
            case b.EvidenceRef():
                return self.refs(inline.ids)
            case b.SeverityMark():
                return self.severity(inline.severity, inline.label)

    def _told(self, words: str) -> Markup:
        """A sentence; the codes of findings in it lead to the register."""
        found, last = Markup(""), 0
        for match in CODE.finditer(words):
            target = self.links.findings.get(match[0])
            if target is not None:
                found += text(words[last : match.start()]) + self.link(text(match[0]), target)
                last = match.end()
        return found + text(words[last:])

    def refs(self, ids: tuple[str, ...]) -> Markup:
        """The small marks after a number."""
        marks = [
            tag(
                "a",
                str(n),
                class_="ev",
                href=f"{self.report}#ev-{n}",
                aria_label=f"{self.words['evidence']} {n}",
            )
            for n in self.outline.numbers(ids)
        ]
        if not marks:
            return Markup("")
        return Markup('<sup class="evs">{}</sup>').format(Markup(" ").join(marks))

    def severity(self, severity: str, label: bool = True) -> Markup:
        word = self.words.get(severity, severity)
        if label:  # the mark is the style sheet's
            return tag("span", word, class_=f"sev {slug(severity)}")
        sign = tag("span", b.SEVERITY_MARKS.get(severity, ""), class_="sm", aria_hidden="true")
        return tag(
            "span", sign, class_=f"sev {slug(severity)}", title=word, role="img", aria_label=word
        )

    # Blocks

    def section(self, section: b.Section, entry: Entry) -> Markup:
        heads = self.outline.headings(section)
        self._anchors |= {head.anchor for head in heads.values()}
        parts = []
        for n, block in enumerate(section.blocks):
            if n in heads and isinstance(block, b.Heading):
                head = heads[n]
                level = f"h{min(head.level + 1, 6)}"
                parts.append(tag(level, self.inlines(block.inlines), id=head.anchor))
            else:
                parts.append(self.block(block))
        number = tag("span", entry.number, class_="no")
        title = tag(f"h{entry.level + 1}", number, Markup(" "), section.title)
        return tag(
            "section",
            title,
            join(parts),
            id=entry.anchor,
            class_="landscape" if section.landscape else None,
            data_level=entry.level,
        )

    def blocks(self, blocks: Iterable[b.Block]) -> Markup:
        return join(self.block(x) for x in blocks)

    def block(self, block: b.Block) -> Markup:
        match block:
            case b.Heading():
                return tag(f"h{min(block.level + 2, 6)}", self.inlines(block.inlines))
            case b.Paragraph():
                return tag("p", self.inlines(block.inlines), dir="auto")
            case b.BulletList():
                return tag("ul", join(self._item(i) for i in block.items))
            case b.OrderedList():
                start = block.start if block.start != 1 else None
                return tag("ol", join(self._item(i) for i in block.items), start=start)
            case b.Quote():
                return self.quote(block)
            case b.Callout():
                return self.callout(block)
            case b.KeyFigures():
                count = len(block.figures)
                across = count if count <= 4 else 3 if count in (5, 6, 9) else 4
                figures = join(self.key_figure(f) for f in block.figures)
                return tag("dl", figures, class_="kf", style=f"--n:{across}")
            case b.Table():
                return table(self, block)
            case b.Figure():
                return self.figure(block)
            case b.Matrix():
                return matrix(self, block)
            case b.CodeBlock():
                return tag("pre", tag("code", block.text), dir="ltr", tabindex="0")
            case b.DefinitionList():
                return tag(
                    "dl",
                    join(
                        tag("dt", d.term, id=self.anchor(f"term-{d.term}"))
                        + tag("dd", self.blocks(d.blocks))
                        for d in block.items
                    ),
                    class_="terms",
                )
            case b.PageBreak():
                return Markup('<div class="page-break"></div>')

    def _item(self, blocks: tuple[b.Block, ...]) -> Markup:
        if len(blocks) == 1 and isinstance(blocks[0], b.Paragraph):
            return tag("li", self.inlines(blocks[0].inlines))
        return tag("li", self.blocks(blocks))

    def quote(self, quote: b.Quote) -> Markup:
        by = ", ".join(w for w in (quote.who, quote.when) if w)
        return tag(
            "figure",
            tag("blockquote", self.blocks(quote.blocks)),
            tag("figcaption", by) if by else Markup(""),
            class_="quote",
        )

    def callout(self, callout: b.Callout) -> Markup:
        kind = "missing" if callout.kind == "draft" else callout.kind
        return tag(
            "aside",
            tag("p", self.words[f"callout_{kind}"], class_="ck"),
            tag("p", callout.title, self.refs(callout.evidence), class_="ct"),
            self.blocks(callout.blocks),
            class_=f"callout {slug(callout.kind)}",
        )

    def key_figure(self, figure: b.KeyFigure) -> Markup:
        trend = Markup("")
        if figure.trend:
            sign = {"up": "↑", "down": "↓", "flat": "→"}[figure.trend.direction]
            tone = {True: "good", False: "bad", None: ""}[figure.trend.good]
            trend = tag("dd", f"{sign} {figure.trend.text}", class_=f"trend {tone}".strip())
        missing = figure.state == "not_assessed"
        value = self.words["not_assessed"] if missing else figure.value
        return tag(
            "div",
            tag("dt", figure.label),
            tag("dd", value, self.refs(figure.evidence), class_="v"),
            tag("dd", figure.reason or figure.detail, class_="d"),
            trend,
            class_="na" if missing else None,
        )

    def figure(self, figure: b.Figure) -> Markup:
        """Drawn twice where that helps: for the page, and for a phone's column."""
        self.networks |= isinstance(figure.spec, Web)
        if isinstance(figure.spec, Heat):
            return self._figure(figure, heat(self, figure, figure.spec))
        drawn = _drawn(figure, WIDE)
        if narrows(figure):
            wide = tag("div", drawn, class_="wide")
        else:
            name = self.region(figure.title)
            wide = tag("div", drawn, class_="scroll", tabindex="0", role="region", aria_label=name)
        narrow = Markup("")
        if narrows(figure):
            narrow = tag("div", _drawn(figure, NARROW), class_="narrow")
        heads, rows = figure.table()
        data = tag(
            "table",
            tag("thead", tag("tr", join(tag("th", h, scope="col") for h in heads))),
            tag(
                "tbody",
                join(
                    tag("tr", tag("th", row[0], scope="row"), *(tag("td", c) for c in row[1:]))
                    for row in rows
                ),
            ),
        )
        told = tag(
            "details", tag("summary", self.words["figure_data"]), tag("div", data, class_="frame")
        )
        return self._figure(figure, wide + narrow, told)

    def _figure(self, figure: b.Figure, drawn: Markup, data: str | Markup = "") -> Markup:
        return tag(
            "figure",
            tag("figcaption", figure.title, self.refs(figure.evidence), class_="ft"),
            drawn,
            tag("p", figure.note, class_="note") if figure.note else Markup(""),
            data,
            class_="fig",
            id=self.anchor(figure.id),
        )


def _drawn(figure: b.Figure, width: int) -> Markup:
    """The drawing, without the colours for who has no style sheet: this page has one."""
    return Markup(_FALLBACK.sub(r"var(--\1)", draw(figure, width)))
