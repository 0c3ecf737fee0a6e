"""The management dashboard: the report on one screen, each part a door to the rest.

It is made of the same block tree as every other format. Its parts are found
by the ids of sections, figures, tables and headings, never by words; a part
that the report does not have is called not assessed, with the reason that the
report gives. The page needs no script, and asks for nothing from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeVar

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.formats import file_name
from crmaudit.report.frames import framed
from crmaudit.report.html import data_url, palette, reads_from, squeeze
from crmaudit.report.html_blocks import Blocks
from crmaudit.report.html_links import Links
from crmaudit.report.html_tags import join, tag, text
from crmaudit.report.outline import Entry, Outline
from crmaudit.report.seal import seal
from crmaudit.report.specs import Dumbbell, Heat, HeatCell
from crmaudit.report.templates import Templates
from crmaudit.report.text import plain
from crmaudit.report.theme import Theme

_T = TypeVar("_T", bound=b.Block)

FIGURES = 5
DECISIONS = 3
STEPS = 3
SYSTEMS = 8
CHANGES = 4


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: where its title leads, and what it shows."""

    name: str
    title: str
    href: str
    content: Markup


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """The frame `html/dashboard.html` around the panels, with its style inside."""
    page = _Page(document, templates)
    meta = document.meta
    html = framed(
        templates,
        "html/dashboard.html",
        document=document,
        meta=meta,
        words=page.words,
        direction=reads_from(meta.language),
        classification=meta.classification or theme.classification,
        as_of=numbers.day(meta.as_of, meta.language),
        seal=str(seal(document)),
        report=page.report,
        chapters=[(e, f"{page.report}#{e.anchor}") for e in page.chapters()],
        figures=page.figures(),
        columns=[[page.heat(), page.since()], [page.decisions(), page.steps()]],
        sure=page.sure(),
        logo=data_url(theme.logo),
        footer=theme.footer,
        style=Markup(palette(theme) + squeeze(templates.read("html/dashboard.css"))),
    )
    return html.encode("utf-8", "replace")


class _Page:
    """Finds the parts in the block tree, and makes each a panel."""

    def __init__(self, document: b.Document, templates: Templates) -> None:
        self._document = document
        self.words = labels.load(templates, document.meta.language)
        self.report = file_name("html", document.meta.audience)
        self.outline = Outline(document)
        self._html = Blocks(self.outline, self.words, Links(document), self.report)
        self._sections = {s.id: s for s in document.sections}
        anchors = zip(document.sections, self.outline.sections, strict=True)
        self._anchors = {s.id: e.anchor for s, e in anchors}

    def chapters(self) -> Iterator[Entry]:
        """The chapters, and of the appendices the one that most is looked up in."""
        for section, entry in zip(self._document.sections, self.outline.sections, strict=True):
            if entry.level == 1 and (not entry.appendix or section.id == "findings-register"):
                yield entry

    def figures(self) -> Markup:
        """The first key figures of the summary; where one has a trend, each has or lacks one."""
        found = self._first("executive-summary", b.KeyFigures)
        if found is None:
            return self._missing("executive-summary")
        told = any(f.trend for f in found.figures)
        none = tag("dd", self.words["trend_unlike"], class_="trend none")
        made = []
        for figure in found.figures[:FIGURES]:
            shown = self._html.key_figure(figure)
            if told and figure.trend is None and figure.state == "value":
                shown = Markup(str(shown).removesuffix("</div>")) + none + Markup("</div>")
            made.append(shown)
        return tag("dl", join(made), class_="kf")

    def decisions(self) -> Panel:
        """What is asked of whom."""
        asked = [
            item
            for callout in self._all("executive-summary", b.Callout)
            if callout.kind == "recommendation"
            for block in callout.blocks
            if isinstance(block, b.OrderedList | b.BulletList)
            for item in block.items
        ]
        content = (
            self._listed(asked, DECISIONS, "ol") if asked else self._missing("recommendations")
        )
        return self._panel("decisions", "executive-summary", content)

    def steps(self) -> Panel:
        """The phases that come next: what, when, for how much."""
        phases = [
            (b.Paragraph((b.Strong((b.Text(c.title),)),)), *c.blocks[:1])
            for c in self._all("recommendations", b.Callout)
            if c.kind == "recommendation"
        ]
        content = self._listed(phases, STEPS, "ol") if phases else self._missing("recommendations")
        return self._panel("steps", "schedule", content)

    def heat(self) -> Panel:
        """Systems by dimension of quality; those that nobody measured are hatched."""
        figure = next(
            (f for f in self._all("quality", b.Figure) if f.id == "system-scorecards"), None
        )
        if figure is None or not isinstance(figure.spec, Heat):
            return self._panel("heat", "quality", self._missing("quality") + self._opinions())
        spec, left = self._fitting(figure.spec)
        content = self._html.block(replace(figure, spec=spec, note=""))
        words = [self.words["heat_key"]]
        if left:
            words.append(labels.filled(self.words, "heat_left", n=left))
        return self._panel("heat", "quality", content + tag("p", " ".join(words), class_="note"))

    def since(self) -> Panel:
        """What got better and worse since the last audit."""
        section = self._sections.get("since")
        found = []
        for name in ("better", "worse"):
            items = _below(section.blocks, name) if section else ()
            if items:
                head = tag("h3", self.words[f"since_{name}"])
                found.append(tag("div", head, self._listed(items, CHANGES, "ul"), class_=name))
        if found:
            content = tag("div", join(found), class_="two")
        elif section and any(isinstance(x, b.KeyFigures) for x in section.blocks):
            content = tag("p", self.words["since_none"])
        else:
            content = self._missing("since", self.words["since_first"])
        return self._panel("since", "since", content)

    def sure(self) -> Markup:
        """How far the numbers can be trusted, in the summary's own words."""
        for callout in self._all("executive-summary", b.Callout):
            if callout.kind in ("note", "not_assessed"):
                return tag("b", callout.title) + Markup(" ") + self._html.blocks(callout.blocks)
        return Markup("")

    def _fitting(self, spec: Heat) -> tuple[Heat, int]:
        """The lowest rows and those never measured, as many as fit, and how many are left out."""

        def mean(row: tuple[HeatCell, ...]) -> float:
            known = [c.value for c in row if c.value is not None]
            return fmean(known) if known else 1.0

        rows = sorted(zip(spec.rows, spec.cells, strict=True), key=lambda r: mean(r[1]))
        named = next((t for t in self._all("storage", b.Table) if t.id == "systems"), None)
        others = [r[0].text for r in named.rows] if named else []
        blank = tuple(HeatCell(None) for _ in spec.columns)
        rows += [(name, blank) for name in others if name not in spec.rows]
        shown = rows[:SYSTEMS]
        names, cells = tuple(r[0] for r in shown), tuple(r[1] for r in shown)
        return replace(spec, rows=names, cells=cells), len(rows) - len(shown)

    def _opinions(self) -> Markup:
        """What people say of the data, where nothing was measured."""
        found = self._all("perceived", b.Figure)
        said = next((f for f in found if f.id == "opinions"), None)
        if said is None or not isinstance(said.spec, Dumbbell):
            return Markup("")
        left = len(said.spec.items) - SYSTEMS
        spec = replace(said.spec, items=said.spec.items[:SYSTEMS])
        drawn = self._html.block(replace(said, spec=spec, note=""))
        return drawn + self._more(left)

    def _listed(self, items: Iterable[tuple[b.Block, ...]], most: int, name: str) -> Markup:
        """The first items, and how many more there are."""
        whole = list(items)
        made = [self._item(item) for item in whole[:most]]
        return tag(name, join(made)) + self._more(len(whole) - most)

    def _more(self, n: int) -> Markup:
        """How many stand in the report alone."""
        return (
            tag("p", labels.filled(self.words, "and_more", n=n), class_="note")
            if n > 0
            else Markup("")
        )

    def _item(self, blocks: tuple[b.Block, ...]) -> Markup:
        lines = (x.inlines for x in blocks if isinstance(x, b.Paragraph))
        return tag("li", Markup("<br>").join(self._html.inlines(line) for line in lines))

    def _missing(self, section: str, reason: str = "") -> Markup:
        """That a part is not assessed, and why."""
        for callout in self._all(section, b.Callout):
            if callout.kind in ("draft", "not_assessed"):
                told = " ".join(filter(None, map(_words, callout.blocks)))
                reason = told or callout.title
                break
        label = tag("b", self.words["not_assessed"])
        return tag("p", label, ". ", text(reason or self.words["part_absent"]), class_="na hatched")

    def _panel(self, name: str, section: str, content: Markup) -> Panel:
        anchor = self._anchors.get(section)
        href = f"{self.report}#{anchor}" if anchor else self.report
        return Panel(name, self.words[f"dashboard_{name}"], href, content)

    def _all(self, section: str, kind: type[_T]) -> list[_T]:
        found = self._sections.get(section)
        return [x for x in found.blocks if isinstance(x, kind)] if found else []

    def _first(self, section: str, kind: type[_T]) -> _T | None:
        return next(iter(self._all(section, kind)), None)


def _below(blocks: tuple[b.Block, ...], heading: str) -> tuple[tuple[b.Block, ...], ...]:
    """The items of the list that follows the heading of that id."""
    for n, block in enumerate(blocks):
        if isinstance(block, b.Heading) and block.id == heading:
            following = blocks[n + 1] if n + 1 < len(blocks) else None
            return following.items if isinstance(following, b.BulletList) else ()
    return ()


def _words(block: b.Block) -> str:
    """The words of a paragraph or of a list's items."""
    match block:
        case b.Paragraph():
            return plain(block.inlines)
        case b.BulletList():
            return " ".join(_words(x) for item in block.items for x in item)
        case _:
            return ""
