"""Excel: every table of the report on a sheet of its own, to filter, sort and reckon with.

What the report prints as pictures stands here as data: figures on one sheet,
matrices as letters and cell by cell, each number as a number with what was
read beside it. Text that surrounds the tables stays in the other formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.html import control, reads_from
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Entry as Chapter
from crmaudit.report.outline import Outline
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme
from crmaudit.report.xlsx_cells import Cells, typed
from crmaudit.report.xlsx_matrix import cell_by_cell, letters, source_by_source
from crmaudit.sheets.printed import Block, Book, Entry, Head, Leaf, book_bytes


@dataclass(frozen=True)
class _Listed:
    """A line of the contents."""

    chapter: Chapter
    kind: str
    title: str
    target: str
    rows: int


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """A workbook: contents, key figures, tables, matrices, figures, evidence."""
    meta = document.meta
    words = labels.load(templates, meta.language)
    classification = meta.classification or theme.classification
    foot = (classification, f"{words['version']} {meta.version}", theme.footer)
    properties = {
        "subject": document.subtitle,
        "author": ", ".join(meta.authors),
        "company": meta.organisation,
        "category": classification,
        "keywords": str(seal(document)),
        "comments": f"crmaudit {meta.tool_version}".strip(),
    }
    return book_bytes(
        Book(
            title=clean(document.title),
            leaves=tuple(_Book(document, words).leaves()),
            colours=theme.light,
            back=words["contents"],
            properties={k: clean(v)[:255] for k, v in properties.items()},
            made=meta.as_of or date(2000, 1, 1),
            page=(words["page"], words["page_of"]),
            foot=clean(" · ".join(part for part in foot if part)),
            right_to_left=reads_from(meta.language) == "rtl",
            letter=theme.paper != "a4",
        )
    )


class _Book:
    def __init__(self, document: b.Document, words: Labels) -> None:
        self.document = document
        self.words = words
        self.outline = Outline(document)
        self.cells = Cells(self.outline, words, document.meta.language)
        self._listed: list[_Listed] = []
        self._taken: set[str] = set()

    def leaves(self) -> Iterator[Leaf]:
        tables: list[Leaf] = []
        figures: list[Block] = []
        key_figures: list[tuple[Entry, ...]] = []
        said = ""
        for chapter, block in self._blocks():
            match block:
                case b.Callout() | b.Heading():
                    said = block.title if isinstance(block, b.Callout) else ""
                case b.KeyFigures():
                    key_figures += [self._key_figure(chapter, f) for f in block.figures]
                case b.Table():
                    # A table without a name of its own is what the callout above speaks of.
                    tables.append(self._table(chapter, block, said))
                    said = ""
                case b.Figure():
                    figures.append(self._figure(chapter, block))
                case b.Matrix():
                    tables += self._matrix(chapter, block)
        front = []
        if key_figures:
            front.append(self._key_figures(key_figures))
        if figures:
            front.append(Leaf(clean(self.words["figures"]), tuple(figures), 0))
        last = [self._evidence()] if self.document.evidence else []
        yield self._contents()
        yield from (*front, *tables, *last)

    def _blocks(self) -> Iterator[tuple[Chapter, b.Block]]:
        for section, chapter in zip(self.document.sections, self.outline.sections, strict=True):
            for block in within(section.blocks):
                yield chapter, block

    def _id(self, wanted: str) -> str:
        """An id for links that nothing else has."""
        found, n = wanted, 1
        while found in self._taken:
            n += 1
            found = f"{wanted} {n}"
        self._taken.add(found)
        return found

    def _list(self, chapter: Chapter, kind: str, block: Block) -> None:
        self._listed.append(
            _Listed(chapter, self.words[kind], block.title, f"#{block.id}", len(block.rows))
        )

    def _table(self, chapter: Chapter, table: b.Table, said: str) -> Leaf:
        named = replace(table, caption=table.caption or said)
        made = self.cells.table(named, self._id(f"table:{table.id}"))
        self._list(chapter, "table", made)
        return Leaf(_sheet(table.id or table.caption), (made,))

    def _figure(self, chapter: Chapter, figure: b.Figure) -> Block:
        heads, rows = figure.spec.table()
        numbers = self.outline.numbers(figure.evidence)
        note = clean(figure.note)
        if numbers:
            sources = f"{self.words['evidence']}: {', '.join(map(str, numbers))}"
            note = f"{note} {sources}".strip()
        made = Block(
            self._id(f"figure:{figure.id}"),
            clean(figure.title),
            tuple(Head(clean(h)) for h in heads),
            tuple(
                tuple(typed(clean(text), self.document.meta.language) for text in row)
                for row in rows
            ),
            note,
        )
        self._list(chapter, "figure", made)
        return made

    def _matrix(self, chapter: Chapter, made: b.Matrix) -> Iterator[Leaf]:
        name = _sheet(made.id or made.title)
        drawn = letters(made, self.words, self._id(f"matrix:{made.id}"))
        self._list(chapter, "matrix", drawn)
        yield Leaf(name, (drawn,))
        makers: tuple[tuple[str, Callable[..., Block | None]], ...] = (
            ("each_cell", cell_by_cell),
            ("each_source", source_by_source),
        )
        for suffix, maker in makers:
            block = maker(made, self.outline, self.words, self._id(f"matrix:{made.id}:{suffix}"))
            if block is not None:
                self._list(chapter, "matrix", block)
                yield Leaf(f"{name[:14]} {self.words[suffix]}", (block,), 2)

    def _key_figure(self, chapter: Chapter, figure: b.KeyFigure) -> tuple[Entry, ...]:
        missing = figure.state == "not_assessed"
        value = (
            Entry(self.cells.missing("", figure.reason), "missing")
            if missing
            else typed(clean(figure.value), self.document.meta.language)
        )
        trend = figure.trend
        sign = {"up": "↑", "down": "↓", "flat": "→"}[trend.direction] if trend else ""
        return (
            Entry(f"{chapter.number} {clean(chapter.title)}", "quiet"),
            Entry(clean(figure.label), "strong"),
            value,
            Entry(clean(figure.detail)),
            Entry(f"{sign} {clean(trend.text)}" if trend else None),
            self.cells.marks(figure.evidence),
        )

    def _key_figures(self, rows: list[tuple[Entry, ...]]) -> Leaf:
        say = self.words
        heads = ("section", "what", "key_figures", "note", "trend", "evidence")
        made = Block(
            self._id("key-figures"),
            say["key_figures"],
            tuple(Head(say[k]) for k in heads),
            tuple(rows),
        )
        return Leaf(say["key_figures"], (made,), 2)

    def _evidence(self) -> Leaf:
        say = self.words
        keys = ("what", "source", "method", "taken", "rows", "digest", "statement")
        rows = []
        for n, e in enumerate(self.document.evidence, 1):
            texts = (e.what, e.source, e.method, e.taken)
            rows.append(
                (
                    Entry(n, "number"),
                    Entry(clean(e.id), "id"),
                    *(Entry(clean(t)) for t in texts),
                    Entry(e.rows, "number"),
                    Entry(clean(e.digest), "id"),
                    Entry(clean(e.statement), "id"),
                )
            )
        made = Block(
            self._id("evidence"),
            clean(say["evidence_register"]),
            (Head("#", True), Head("Id"), *(Head(say[k]) for k in keys)),
            tuple(rows),
            marks=tuple(f"ev-{n}" for n in range(1, len(rows) + 1)),
        )
        return Leaf(say["evidence"], (made,), 2)

    def _contents(self) -> Leaf:
        """What this is, its versions and approvals, and a line for everything in the book."""
        say, meta = self.words, self.document.meta
        blocks = [
            Block(
                "contents",
                clean(self.document.title),
                (Head(say["document_control"]), Head("")),
                tuple(
                    (Entry(clean(name), "quiet"), Entry(clean(value)))
                    for name, value in control(self.document, say)
                ),
            )
        ]
        listed = [
            (
                Entry(f"{x.chapter.number} {clean(x.chapter.title)}", "quiet"),
                Entry(x.title or x.kind, link=x.target),
                Entry(x.kind),
                Entry(x.rows, "number"),
            )
            for x in self._listed
        ]
        for target in ("key-figures", "evidence"):
            if target in self._taken:
                title = say["key_figures" if target == "key-figures" else "evidence_register"]
                listed.append((Entry(""), Entry(title, link=f"#{target}"), Entry(""), Entry()))
        heads = ("section", "title", "kind", "rows")
        blocks.append(
            Block(
                "sheets",
                say["contents"],
                tuple(Head(say[k], wide=k == "title") for k in heads),
                tuple(listed),
            )
        )
        if meta.changes:
            rows = [(c.version, c.date, c.what, c.who) for c in meta.changes]
            blocks.append(_plain("changes", ("version", "date", "change", "who"), rows, say))
        if meta.approvals:
            rows = [(a.who, a.role, a.date or say["not_signed"], a.note) for a in meta.approvals]
            blocks.append(_plain("approvals", ("who", "role", "signed", "note"), rows, say))
        return Leaf(say["contents"], tuple(blocks), 0)


def _plain(id_: str, heads: Iterable[str], rows: Iterable[tuple[str, ...]], words: Labels) -> Block:
    return Block(
        id_,
        words[id_],
        tuple(Head(words[k]) for k in heads),
        tuple(tuple(Entry(clean(x)) for x in row) for row in rows),
    )


def _sheet(name: str) -> str:
    """`nine-facts` → `Nine facts`."""
    plain = clean(name).replace("-", " ").strip()
    return plain[:1].upper() + plain[1:]


def within(blocks: Iterable[b.Block]) -> Iterator[b.Block]:
    """Every block in reading order, those inside of others too."""
    for block in blocks:
        yield block
        inner: list[Any] = []
        match block:
            case b.Callout() | b.Quote():
                inner = list(block.blocks)
            case b.BulletList() | b.OrderedList():
                inner = [x for item in block.items for x in item]
            case b.DefinitionList():
                inner = [x for item in block.items for x in item.blocks]
        yield from within(inner)
