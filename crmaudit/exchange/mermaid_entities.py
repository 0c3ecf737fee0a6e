"""Entities and their relationships as a Mermaid entity-relationship diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import named
from crmaudit.exchange.mermaid import MAX_TEXT, label, note_controls
from crmaudit.exchange.outgoing import Outgoing, Thing, counted

# How an end is drawn, left and right of the line.
_ENDS = {"1": ("||", "||"), "0..1": ("|o", "o|"), "n": ("}o", "o{"), "m": ("}o", "o{")}
_KEY = re.compile(r"(pk|fk|uk)(?![A-Za-z0-9_])", re.IGNORECASE)


def render(export: Export) -> Rendered:
    """The diagram; without attributes, then without entities that stand alone, where it would
    be more than Mermaid takes."""
    out = Outgoing(export)
    for attempt in (_whole, _plain, _related):
        lines = list(attempt(out))
        text = "\n".join(["erDiagram", *lines, ""])
        if len(text) <= MAX_TEXT:
            break
    shown = sum(" : " not in line and "[" in line for line in lines)
    if attempt is _related:
        what = "entities without a relationship, not drawn as Mermaid takes no larger drawing"
        out.alter(what, len(out.entities) - shown)
        if len(text) > MAX_TEXT:
            out.alter(f"letters beyond the {MAX_TEXT:,} that Mermaid draws unless told otherwise",
                      len(text) - MAX_TEXT)  # fmt: skip
    note_controls(out, out.entities)
    lines_drawn = sum(" : " in line for line in lines)
    holds = f"{counted(shown, 'entity')}, {counted(lines_drawn, 'relationship')}"
    return Rendered(text.encode(), holds, out.losses(brief=True))


def _whole(out: Outgoing) -> Iterator[str]:
    for number, entity in _numbered(out):
        box = f"  {number}[{label(named(entity))}]"
        for key in ("name", "type", "identifier", "unique"):
            entity.mark("attributes", key)
        attributes = entity.declared.get("attributes", ())
        yield f"{box} {{" if attributes else box
        for attribute in attributes:
            yield f"    {_attribute(attribute)}"
        if attributes:
            yield "  }"
    yield from _lines(out)


def _plain(out: Outgoing) -> Iterator[str]:
    for number, entity in _numbered(out):
        yield f"  {number}[{label(named(entity))}]"
    yield from _lines(out)


def _related(out: Outgoing) -> Iterator[str]:
    related = {r["to"] for e in out.entities for r in e.declared.get("relationships", ())}
    for number, entity in _numbered(out):
        if entity.id in related or entity.declared.get("relationships"):
            yield f"  {number}[{label(named(entity))}]"
    yield from _lines(out)


def _numbered(out: Outgoing) -> Iterator[tuple[str, Thing]]:
    for n, entity in enumerate(out.entities, 1):
        yield f"e{n}", entity


def _attribute(attribute: dict[str, object]) -> str:
    """Type, name, key and, where the name had to be changed, the name as it is."""
    name = str(attribute["name"])
    word = _word(name)
    key = " PK" if attribute.get("identifier") else " UK" if attribute.get("unique") else ""
    as_it_is = f" {label(name)}" if word != name else ""
    return f"{_word(str(attribute.get('type') or 'text'))} {word}{key}{as_it_is}"


def _word(text: str) -> str:
    """The text as the name of an attribute: letters and digits that Mermaid takes for such."""
    known = (c if c.isalnum() and (c.isascii() or "\u00c0" <= c <= "\uffff") else " " for c in text)
    word = "_".join("".join(known).split()) or "_"
    return f"_{word}" if word[0].isdigit() or _KEY.match(word) else word


def _lines(out: Outgoing) -> Iterator[str]:
    number = {entity.id: n for n, entity in _numbered(out)}
    for entity in out.entities:
        for related in entity.take("relationships") or ():
            here, _, there = related.get("cardinality", "").partition(":")
            if here:
                line = f"{_ENDS[here][0]}--{_ENDS[there][1]}"
            else:
                # No end may be left open: many to many, and dashed.
                line = "}o..o{"
            name = label(related.get("name", ""))
            yield f"  {number[entity.id]} {line} {number[related['to']]} : {name}"
