"""Systems and their feeds as a Mermaid flowchart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import Flow, by_kind, flows, named
from crmaudit.exchange.outgoing import Outgoing, Thing, counted

MAX_EDGES = 500
MAX_TEXT = 50_000
"""Mermaid's own limits (`maxEdges`, `maxTextSize`): beyond them it draws nothing."""

# Letters, digits and what has no meaning of its own anywhere in Mermaid's grammars.
_MEANS_SOMETHING = re.compile(r"[^\w ,.()/+'!?–—-]|_")
# Both grammars take a whole line for a direction if one word stands anywhere in it.
_DIRECTION = re.compile(r"(?i)(directio)(n)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]+")


def render(export: Export) -> Rendered:
    """The flowchart; drawn by kinds of systems where all of them are more than Mermaid takes."""
    out = Outgoing(export)
    arrows = flows(out)
    for attempt in (_all, _joined_only, _unlabelled, _kinds):
        text = "\n".join(["flowchart LR", *attempt(out, arrows), ""])
        if len(text) <= MAX_TEXT and text.count(" --> ") + text.count(" -->|") <= MAX_EDGES:
            break
    if attempt is _joined_only or attempt is _unlabelled:
        joined = {end for flow in arrows for end in (flow.source, flow.target)}
        alone = len(out.systems) - len(joined)
        out.alter("systems without a feed, not drawn as Mermaid takes no larger drawing", alone)
    if attempt is _unlabelled:
        named_ones = sum(bool(f.entities) for f in arrows)
        out.alter("flows drawn without what flows, as Mermaid takes no larger drawing", named_ones)
    if attempt is _kinds:
        what = "systems drawn by kind, as Mermaid takes no larger drawing"
        out.alter(what, len(out.systems))
    note_controls(out, out.systems)
    holds = f"{counted(len(out.systems), 'system')}, {counted(len(arrows), 'flow')}"
    return Rendered(text.encode(), holds, out.losses(brief=True))


def label(text: str) -> str:
    """The text in quotes, as Mermaid shows it letter for letter: signs go as their numbers."""
    clean = _CONTROL.sub(" ", text)
    safe = _MEANS_SOMETHING.sub(lambda m: f"#{ord(m.group())};", clean)
    safe = _DIRECTION.sub(lambda m: f"{m.group(1)}#{ord(m.group(2))};", safe)
    # A label of nothing would be no label.
    return f'"{safe.strip() or "#160;"}"'


def note_controls(out: Outgoing, things: Iterable[Thing]) -> None:
    """Note how many characters of names cannot be drawn."""
    times = sum(len(_CONTROL.findall(named(t).replace("\n", ""))) for t in things)
    out.alter("stretches of characters that cannot be drawn, written as blanks", times)


def _all(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    yield from _boxes(out, out.systems)
    yield from _arrows(out, arrows)


def _joined_only(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    yield from _boxes(out, _with_feeds(out, arrows))
    yield from _arrows(out, arrows)


def _unlabelled(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    yield from _boxes(out, _with_feeds(out, arrows))
    number = _numbers(out)
    for flow in arrows:
        yield f"  {number[flow.source]} --> {number[flow.target]}"


def _kinds(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    """A box a kind, an arrow with the number of feeds; the most used first, as many as go."""
    kind_of: dict[str, str] = {}
    for n, (kind, systems) in enumerate(by_kind(out.systems).items(), 1):
        kind_of.update({s.id: f"k{n}" for s in systems})
        box = f"{kind} ({counted(len(systems), 'system')})"
        yield f"  k{n}[{label(box)}]"
    between: Counter[tuple[str, str]] = Counter()
    for flow in arrows:
        between[kind_of[flow.source], kind_of[flow.target]] += flow.feeds
    for (source, target), feeds in between.most_common(MAX_EDGES):
        yield f"  {source} -->|{label(counted(feeds, 'feed'))}| {target}"


def _with_feeds(out: Outgoing, arrows: tuple[Flow, ...]) -> tuple[Thing, ...]:
    joined = {end for flow in arrows for end in (flow.source, flow.target)}
    return tuple(s for s in out.systems if s.id in joined)


def _numbers(out: Outgoing) -> dict[str, str]:
    return {s.id: f"s{n}" for n, s in enumerate(out.systems, 1)}


def _boxes(out: Outgoing, systems: tuple[Thing, ...]) -> Iterator[str]:
    number = _numbers(out)
    for n, (kind, members) in enumerate(by_kind(systems).items(), 1):
        yield f"  subgraph g{n}[{label(kind)}]"
        for system in members:
            yield f"    {number[system.id]}[{label(named(system))}]"
        yield "  end"


def _arrows(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    number = _numbers(out)
    for flow in arrows:
        names = [named(out.entity[e]) for e in flow.entities]
        what = f"|{label(', '.join(names))}|" if names else ""
        yield f"  {number[flow.source]} -->{what} {number[flow.target]}"
