"""The finished document without what its readers are not to see.

It goes over the whole block tree, the meta and the theme's texts, before any
writer sees them: no hidden column and no embedded data can hold what is
withheld. What a text may not tell is struck out of it (`discretion`); what
holds nothing else goes as a whole: columns, rows, figures, tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar

from crmaudit.facts import Facts
from crmaudit.messages import WITHHELD
from crmaudit.report import blocks as b
from crmaudit.report.audiences import Reader
from crmaudit.report.discretion import Amounts, People, Said, strike_contacts, strike_places
from crmaudit.report.inside import ACCOUNT, Inside
from crmaudit.report.labels import Labels
from crmaudit.report.text import plain
from crmaudit.report.theme import Theme

Thing = TypeVar("Thing")

_INSIDE_TABLES = frozenset({"scores", "differences"})
"""Tables whose every row is of a table, of statements or of accounts."""
_KEPT = {
    b.Meta: (
        *("status", "audience", "language", "authors", "tool_version"),
        *("configuration", "evidence", "as_of"),
    ),
    b.Evidence: ("id", "digest"),
    b.Change: ("version", "date"),
}
"""Texts that are codes, hashes or dates, or name those who wrote the document."""


def redact(document: b.Document, facts: Facts, to: Reader, words: Labels) -> b.Document:
    """The document without what its readers are not to see, told in their language already."""
    if not to.edition.withhold:
        return document
    made = _Redaction(facts, to, words)
    changes = document.meta.changes
    if to.withholds("names"):
        changes = tuple(replace(c, who="") for c in changes)
    return replace(
        made.thing(replace(document, meta=replace(document.meta, changes=changes), evidence=())),
        evidence=() if to.withholds("internals") else made.thing(document.evidence),
    )


def discreet(look: Theme, facts: Facts, to: Reader, words: Labels) -> Theme:
    """The look, with what it says on every page."""
    if not to.edition.withhold:
        return look
    text = _Redaction(facts, to, words).text
    return replace(look, footer=text(look.footer), classification=text(look.classification))


def _headed(was: tuple[b.Block, ...], told: tuple[b.Block, ...]) -> tuple[b.Block, ...]:
    """What is told without the headings below which nothing is left of what there was."""
    before = [bare for _, bare in _headings(was)]
    empty = {
        at
        for (at, bare), bare_before in zip(_headings(told), before, strict=True)
        if bare and not bare_before
    }
    return tuple(x for n, x in enumerate(told) if n not in empty)


def _headings(blocks: tuple[b.Block, ...]) -> list[tuple[int, bool]]:
    """Where the headings stand, and whether nothing stands below each."""
    found = []
    for at, block in enumerate(blocks):
        if isinstance(block, b.Heading):
            below = _below(block.level, blocks[at + 1 :])
            found.append((at, all(isinstance(x, b.Heading) for x in below)))
    return found


def _below(level: int, blocks: tuple[b.Block, ...]) -> Iterator[b.Block]:
    """What belongs to a heading of that level: all up to the next of its level or above."""
    return takewhile(lambda x: not isinstance(x, b.Heading) or x.level > level, blocks)


class _Redaction:
    """Goes over all that a document holds."""

    def __init__(self, facts: Facts, to: Reader, words: Labels) -> None:
        workspace = facts.workspace
        self._to, self._words = to, words
        self._amounts = Amounts((workspace.audit.currency, *workspace.audit.rates))
        inside = to.withholds("internals")
        self._strikes: list[Callable[[str], str]] = []
        if to.withholds("quotes"):
            self._strikes.append(Said(workspace).strike)
        if inside or to.withholds("sources"):
            self._strikes.append(strike_places)
        if to.withholds("names"):
            self._strikes += [strike_contacts, People(workspace, words["a_person"]).strike]
        if to.withholds("accounts"):
            self._strikes.append(partial(ACCOUNT.sub, WITHHELD))
        if to.withholds("costs"):
            self._strikes.append(self._amounts.strike)
        if inside:
            self._strikes.append(partial(Inside(facts).strike, instead=WITHHELD))

    def text(self, text: str) -> str:
        for strike in self._strikes:
            text = strike(text)
        return text

    def thing(self, thing: Thing) -> Thing:
        return self._thing(thing)  # type: ignore[no-any-return]

    def _thing(self, thing: Any) -> Any:
        """The thing without what is withheld; None where nothing of it is left."""
        hides = self._to.withholds
        match thing:
            case str():
                return self.text(thing)
            case tuple():
                told = ((self._thing(x), x) for x in thing)
                return self._joined(
                    thing, tuple(x for x, was in told if x is not None or was is None)
                )
            case b.Quote() if hides("quotes"):
                return None
            case b.EvidenceRef() if hides("internals"):
                return None
            case b.MatrixProof() if hides("internals") or hides("sources"):
                return None
            case b.Table() if hides("internals") and thing.id in _INSIDE_TABLES:
                return None
            case b.Figure() if self._tells_money(thing):
                return None
            case b.KeyFigure() if hides("costs") and self._amounts.amount.search(thing.value):
                reason = self._words["withheld"]
                return b.KeyFigure(self.text(thing.label), "", state="not_assessed", reason=reason)
            case b.Evidence() if hides("sources"):
                thing = replace(thing, source="", statement="")
            case b.Table():
                return self._table(thing)
            case b.Cell():
                thing = self._cell(thing)
            case b.Section():
                thing = replace(thing, blocks=_headed(thing.blocks, self._thing(thing.blocks)))
                return replace(thing, title=self.text(thing.title))
        if not is_dataclass(thing) or isinstance(thing, type):
            return thing
        kept = _KEPT.get(type(thing), ())
        changed = {
            f.name: self._thing(getattr(thing, f.name)) for f in fields(thing) if f.name not in kept
        }
        if "evidence" in changed and hides("internals"):
            changed["evidence"] = ()
        return replace(thing, **changed)

    def _joined(self, was: tuple[Any, ...], told: tuple[Any, ...]) -> tuple[Any, ...]:
        """A line whose parts told together what none tells alone is told as one plain text.

        A link whose address had to be changed leads nowhere: its words stay.
        """
        if not was or not isinstance(was[0], b.Inline):
            return told
        whole = plain(was)
        if self.text(whole) != plain(told):
            return (b.Text(self.text(whole)),)
        urls = {x.url for x in was if isinstance(x, b.Link)}
        return tuple(
            y
            for x in told
            for y in (x.inlines if isinstance(x, b.Link) and x.url not in urls else (x,))
        )

    def _cell(self, cell: b.Cell) -> b.Cell:
        text, href = self.text(cell.text), self.text(cell.href)
        href = href if href == cell.href or href.startswith("#") else ""
        return replace(cell, text=text, value=cell.value if text == cell.text else text, href=href)

    def _tells_money(self, figure: b.Figure) -> bool:
        """A drawing is of its numbers: where these are money, none of it can stay."""
        if not self._to.withholds("costs"):
            return False
        heads, rows = figure.table()
        said = (figure.title, figure.alt, *heads, *(x for row in rows for x in row))
        return any(self._amounts.sign.search(x) for x in said)

    def _table(self, table: b.Table) -> b.Table | None:
        """The table without columns and rows of which nothing is left; None without its names."""
        sign, amount = self._amounts.sign, self._amounts.amount
        rows = table.rows
        kept = list(range(len(table.columns)))
        if self._to.withholds("costs"):
            heads = [(c.kind, f"{c.name} {c.unit}") for c in table.columns]
            kept = [n for n in kept if heads[n][0] != "money" and not sign.search(heads[n][1])]
            # A row like `Budget, GBP` holds amounts; one that mentions a price keeps its rest.
            rows = tuple(r for r in rows if not sign.search(amount.sub("", r[0].text)))
        pairs = [(row, tuple(self.thing(c) for c in row)) for row in rows]
        name = table.naming
        named = [(r, t) for r, t in pairs if t[name].text != WITHHELD or r[name].text == WITHHELD]
        # A row without its name tells nothing, nor does a table without most of its rows.
        if pairs and (len(named) < len(pairs) / 2 or not named):
            return None
        rows, told = tuple(r for r, _ in named), [t for _, t in named]
        empty = {
            n
            for n in kept
            if any(row[n].text not in ("", "–", WITHHELD) for row in rows)
            and all(row[n].text in ("", "–", WITHHELD) for row in told)
        }
        kept = [n for n in kept if n not in empty]
        if not kept or (table.rows and not rows):
            return None
        return replace(
            table,
            id=self.text(table.id),
            columns=tuple(self.thing(table.columns[n]) for n in kept),
            rows=tuple(tuple(row[n] for n in kept) for row in told),
            caption=self.text(table.caption),
            note=self.text(table.note),
        )
