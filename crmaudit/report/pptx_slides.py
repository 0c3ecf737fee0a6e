"""The ten slides for a board, chosen from the blocks of the report.

Each slide has a question. Its answer is looked for in the sections that can
give one, the best first; where none can, another worthwhile figure takes the
place, and where there is none either, the slide says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from crmaudit.report import blocks as b
from crmaudit.report.labels import Labels, filled
from crmaudit.report.text import plain

B = TypeVar("B")
SUMMARY = "executive-summary"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of text, each with a mark before it or none; `numbered` counts them."""

    lines: tuple[str, ...]
    marks: tuple[str, ...] = ()
    numbered: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """A short text on a ground of its own."""

    title: str
    text: str
    missing: bool = False


Part = Listing | Plate | b.KeyFigures | b.Table | b.Figure


@dataclass(frozen=True, slots=True)
class Slide:
    """`title` states the message; `sections` are those that it is taken from."""

    title: str
    parts: tuple[Part, ...]
    sections: tuple[str, ...] = ()
    evidence: tuple[str, ...] = field(default=())


class Deck:
    """Chooses slides from one document."""

    def __init__(
        self, document: b.Document, words: Labels, legible: Callable[[b.Figure], bool]
    ) -> None:
        self.document = document
        self.words = words
        self.legible = legible
        self._sections = {s.id: s for s in reversed(document.sections)}
        self._used: set[int] = set()

    def slides(self) -> tuple[Slide, ...]:
        """The nine after the cover, in order."""
        slots: tuple[tuple[Callable[[], Slide | None], str, str], ...] = (
            (self.question, "slide_question", "introduction"),
            (self.figures, "key_figures", SUMMARY),
            (self.findings, "slide_worst", SUMMARY),
            (self.systems, "slide_systems", "quality"),
            (self.governance, "slide_governance", "governance"),
            (self.target, "slide_target", "target"),
            (self.phases, "slide_phases", "recommendations"),
            (self.cost, "slide_cost", "resources"),
            (self.decisions, "slide_decisions", SUMMARY),
        )
        made = [(slot(), name, section) for slot, name, section in slots]
        spare = self.spare()
        return tuple(
            slide or next(spare, None) or self.absent(name, section)
            for slide, name, section in made
        )

    # What a section holds

    def blocks(self, section: str, kind: type[B]) -> list[B]:
        found = self._sections.get(section)
        return [x for x in found.blocks if isinstance(x, kind)] if found else []

    def under(self, section: str, heading: str) -> list[b.Block]:
        """The blocks below a heading, up to the next one."""
        found: list[b.Block] = []
        inside = False
        for x in self._sections[section].blocks if section in self._sections else ():
            if isinstance(x, b.Heading):
                inside = x.id == heading
            elif inside:
                found.append(x)
        return found

    def told(self, section: str) -> list[str]:
        """The sentences of a section that hold a number, short enough for a slide."""
        return [
            sentence
            for paragraph in self.blocks(section, b.Paragraph)
            for sentence in re.split(r"(?<=[.?!])\s+(?=\S)", _words(paragraph.inlines))
            if re.search(r"\d", sentence) and 20 < len(sentence) <= 170
        ]

    def message(self, section: str) -> str:
        """The first of them; else the section's title."""
        found = self._sections.get(section)
        return next(iter(self.told(section)), found.title if found else "").rstrip(".")

    def beside(self, section: str, title: str) -> tuple[Listing, ...]:
        """What else a section tells in numbers, for the room below a table or a figure."""
        lines = [t for t in dict.fromkeys(self.told(section)) if t.rstrip(".") != title][:3]
        return (Listing(tuple(lines), ("•",) * len(lines)),) if lines else ()

    # The slides

    def question(self) -> Slide | None:
        """What was asked, by whom, and of what."""
        asked = self.blocks(SUMMARY, b.Paragraph)
        scope = self.under("introduction", "scope")
        if not asked or not scope:
            return None
        lead = next((_words(x.inlines) for x in scope if isinstance(x, b.Paragraph)), "")
        covered = [x for x in scope if isinstance(x, b.BulletList)]
        background = [
            _words(x.inlines)
            for name in ("background", "terms")
            for x in self.under("introduction", name)
            if isinstance(x, b.Paragraph)
        ]
        left = Listing((_words(asked[0].inlines), *background), head=self.words["slide_question"])
        lines = tuple(_first(item) for item in (covered[0].items if covered else ()))
        marks = ("•",) * len(lines)
        titled = next(
            (
                plain(x.inlines)
                for x in self._sections["introduction"].blocks
                if isinstance(x, b.Heading) and x.id == "scope"
            ),
            "",
        )
        right = Listing(lines or (lead,), marks, head=titled)
        return Slide(lead.rstrip(".") or titled, (left, right), (SUMMARY, "introduction"))

    def figures(self) -> Slide | None:
        found = self.blocks(SUMMARY, b.KeyFigures)
        if not found:
            return None
        shown = b.KeyFigures(found[0].figures[:6])
        known = [f for f in shown.figures if f.state == "value"]
        lead = next((f"{f.label}: {f.value} – {f.detail}".rstrip(" –") for f in known), "")
        ids = tuple(i for f in shown.figures for i in f.evidence)
        return Slide(lead or self.words["key_figures"], (shown,), (SUMMARY,), ids)

    def findings(self) -> Slide | None:
        found = self.blocks(SUMMARY, b.OrderedList)
        if not found:
            return None
        items = found[0].items[:6]
        ids = tuple(i for item in items for x in item for i in _ids(x))
        listing = Listing(
            tuple(_first(item) for item in items), tuple(_severity(item) for item in items)
        )
        figures = self.blocks(SUMMARY, b.KeyFigures)
        whole = figures[0].figures[0].value if figures and figures[0].figures else ""
        title = filled(self.words, "slide_findings", n=len(items), whole=whole)
        return Slide(title, (listing,), (SUMMARY,), ids)

    def systems(self) -> Slide | None:
        """The state of the systems by dimension, or what comes nearest to it."""
        return (
            self.drawn("quality", "Heat")
            or self.drawn("extraction", "Heat")
            or self.drawn("fit")
            or self.tabled("extraction")
        )

    def governance(self) -> Slide | None:
        return self.tabled("governance", "units") or self.drawn("adoption")

    def target(self) -> Slide | None:
        return (
            self.drawn("target", last=True)
            or self.tabled("target", "target-feeds")
            or self.drawn("extraction")
            or self.tabled("extraction")
        )

    def phases(self) -> Slide | None:
        """The phases with what each begins with, as a table that can be edited."""
        section = self._sections.get("recommendations")
        rows = []
        for n, x in enumerate(section.blocks if section else ()):
            if not isinstance(x, b.Callout) or x.kind != "recommendation" or not section:
                continue
            after = section.blocks[n + 1] if n + 1 < len(section.blocks) else None
            first = (
                [_title(line[after.naming]) for line in after.rows]
                if isinstance(after, b.Table)
                else []
            )
            begins = "; ".join(first[:3])
            texts = (x.title, " ".join(_block(y) for y in x.blocks), begins)
            rows.append(tuple(b.Cell(t) for t in texts))
        if not rows:
            return self.drawn("schedule")
        heads = (self.words["slide_phases"], self.words["what"], self.words["slide_first"])
        columns = tuple(b.Column(h) for h in heads)
        made = b.Table("phases", self.words["slide_phases"], columns, tuple(rows))
        title = self.message("recommendations")
        told = self.beside("recommendations", title)
        return Slide(title, (made, *told), ("recommendations", "schedule"))

    def cost(self) -> Slide | None:
        """What it costs and brings, under each scenario."""
        return self.tabled("resources", "scenarios") or self.drawn("resources")

    def tabled(self, section: str, name: str = "") -> Slide | None:
        """The table of that name, or the first, with what the section tells in numbers."""
        tables = self.blocks(section, b.Table)
        if not tables:
            return None
        chosen = next((t for t in tables if t.id == name), tables[0])
        drawn = self.blocks(section, b.Figure)
        # Where a picture tells the same, but is too dense for a slide, its title is the message.
        title = drawn[0].title if drawn and not name else self.message(section)
        evidence = _cells_evidence(chosen)
        return Slide(title, (chosen, *self.beside(section, title)), (section,), evidence)

    def decisions(self) -> Slide | None:
        callouts = self.blocks(SUMMARY, b.Callout)
        asked = next((c for c in callouts if c.kind == "recommendation"), None)
        sure = next((c for c in reversed(callouts) if c.kind != "recommendation"), None)
        if asked is None:
            return None
        items = [
            _first(i)
            for x in asked.blocks
            if isinstance(x, b.OrderedList | b.BulletList)
            for i in x.items
        ]
        parts: list[Part] = [Listing(tuple(items), numbered=True)]
        if sure is not None:
            text = " ".join(_block(x) for x in sure.blocks)
            parts.append(Plate(sure.title, text, sure.kind == "not_assessed"))
        return Slide(f"{asked.title}: {len(items)}", tuple(parts), (SUMMARY,), asked.evidence)

    def drawn(self, section: str, spec: str = "", last: bool = False) -> Slide | None:
        """A figure of a section: the first, or the last, of one kind."""
        found = [
            f
            for f in self.blocks(section, b.Figure)
            if (not spec or type(f.spec).__name__ == spec)
            and id(f) not in self._used
            and self.legible(f)
        ]
        if not found:
            return None
        figure = found[-1 if last else 0]
        self._used.add(id(figure))
        told = self.beside(section, figure.title)
        return Slide(figure.title, (figure, *told), (section,), figure.evidence)

    def spare(self) -> Iterator[Slide]:
        """What else is worth a board's time, the most telling first."""
        for section in ("maturity", "duplicates", "extraction", "dysfunctions", "adoption", "kpis"):
            slide = self.drawn(section)
            if slide is not None:
                yield slide

    def absent(self, name: str, section: str) -> Slide:
        """A slide that nothing could fill: not assessed, and what would answer it."""
        found = self._sections.get(section)
        drafts = [x for x in (found.blocks if found else ()) if isinstance(x, b.Callout)]
        reason = " ".join(_block(y) for x in drafts for y in x.blocks)
        text = reason or self.words["part_absent"]
        plate = Plate(self.words["not_assessed"], text, True)
        title = self.words.get(name, found.title if found else name)
        return Slide(title, (plate,), (section,))


def _words(inlines: tuple[b.Inline, ...]) -> str:
    return " ".join(plain(inlines).split())


def _block(block: b.Block) -> str:
    """The words of a block in one line."""
    match block:
        case b.Paragraph():
            return _words(block.inlines)
        case b.BulletList() | b.OrderedList():
            return " ".join(_first(i) for i in block.items)
    return ""


def _first(item: tuple[b.Block, ...]) -> str:
    """The words of an item without the mark of severity before them."""
    text = " ".join(_block(x) for x in item)
    return text.lstrip("".join(b.SEVERITY_MARKS.values()) + " ")


def _severity(item: tuple[b.Block, ...]) -> str:
    for x in item:
        for inline in x.inlines if isinstance(x, b.Paragraph) else ():
            if isinstance(inline, b.SeverityMark):
                return inline.severity
    return ""


def _ids(block: b.Block) -> Iterator[str]:
    for inline in block.inlines if isinstance(block, b.Paragraph) else ():
        if isinstance(inline, b.EvidenceRef):
            yield from inline.ids


def _title(cell: b.Cell) -> str:
    """The first line of a cell: the name of what stands there."""
    for inline in cell.inlines:
        if isinstance(inline, b.Strong):
            return _words(inline.inlines)
    return cell.text.split("\n")[0]


def _cells_evidence(table: b.Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i for row in table.rows for c in row for i in c.evidence))
