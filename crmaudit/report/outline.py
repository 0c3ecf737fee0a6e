"""Numbers and anchors: of sections, headings and evidence.

Every writer shows the same chapter numbers, the same anchors and the same
evidence numbers, because all take them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase

from crmaudit.report import blocks as b
from crmaudit.report.text import plain, slug

ONE_PAGE = frozenset({"executive-summary"})
"""Sections that are to stand on one page of paper: writers set them smaller for that."""
SHORT = 8
"""Blocks of a chapter that is short at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A section or a heading: its level, number, title and anchor."""

    level: int
    number: str
    title: str
    anchor: str
    appendix: bool = False


def turned(section: b.Section) -> bool:
    """Whether its pages are turned: only what is wide needs it, a note that it is missing not."""
    wide = any(isinstance(x, b.Table | b.Figure | b.Matrix) for x in section.blocks)
    return section.landscape and wide


class Outline:
    """The contents of a document, and where its evidence stands in the register."""

    def __init__(self, document: b.Document) -> None:
        self._document = document

    @cached_property
    def shared(self) -> tuple[bool, ...]:
        """Of each section, whether it is a short chapter that shares a page with one before it."""
        found: list[bool] = []
        before = False
        sections = self._document.sections
        for n, section in enumerate(sections):
            alone = n + 1 == len(sections) or sections[n + 1].level == 1
            short = section.level == 1 and alone and len(section.blocks) <= SHORT
            short = short and not turned(section) and section.id not in ONE_PAGE
            found.append(short and before)
            before = short
        return tuple(found)

    @cached_property
    def sections(self) -> tuple[Entry, ...]:
        """One entry a section, in order: 1, 1.1, 2, … then A, A.1, B, …"""
        found: list[Entry] = []
        used = {"evidence"}  # the register's own
        chapter = part = letter = 0
        for section in self._document.sections:
            level = section.level if found else 1  # the first can be a part of nothing
            if level == 1:
                part = 0
                if section.appendix:
                    letter += 1
                else:
                    chapter += 1
            else:
                part += 1
            head = _letters(letter) if section.appendix else str(chapter)
            number = head if level == 1 else f"{head}.{part}"
            anchor = unique(slug(section.id), used)
            found.append(Entry(level, number, section.title, anchor, section.appendix))
        return tuple(found)

    @cached_property
    def register_number(self) -> str:
        """The letter of the evidence register, which closes the appendices."""
        return _letters(1 + sum(e.appendix and e.level == 1 for e in self.sections))

    @cached_property
    def evidence(self) -> dict[str, int]:
        """Evidence id → its number in the register."""
        return {e.id: n for n, e in enumerate(self._document.evidence, 1)}

    def numbers(self, ids: tuple[str, ...]) -> list[int]:
        """The register numbers of these ids; ids that no register knows are left out."""
        return sorted({self.evidence[i] for i in ids if i in self.evidence})

    def headings(self, section: b.Section) -> dict[int, Entry]:
        """Position in `section.blocks` → entry, with no level skipped on the way down."""
        found: dict[int, Entry] = {}
        used = {e.anchor for e in self.sections}
        last = section.level
        for position, block in enumerate(section.blocks):
            if isinstance(block, b.Heading):
                last = max(section.level + 1, min(block.level + section.level - 1, last + 1))
                title = plain(block.inlines)
                anchor = f"{slug(section.id)}-{slug(block.id or title)}"
                anchor = unique(anchor, used)
                found[position] = Entry(last, "", title, anchor, section.appendix)
        return found


def unique(anchor: str, used: set[str]) -> str:
    """The anchor, with a number where it is taken; it is taken from now on."""
    found, n = anchor, 1
    while found in used:
        n += 1
        found = f"{anchor}-{n}"
    used.add(found)
    return found


def _letters(n: int) -> str:
    """1 → A, 26 → Z, 27 → AA."""
    text = ""
    while n > 0:
        n, rest = divmod(n - 1, 26)
        text = ascii_uppercase[rest] + text
    return text
