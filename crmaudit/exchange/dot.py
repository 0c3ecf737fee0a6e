"""Systems and their feeds as a drawing for Graphviz."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import Flow, by_kind, flows, named
from crmaudit.exchange.outgoing import Outgoing, counted

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_HEAD = (
    "digraph landscape {",
    "  graph [rankdir=LR, compound=true, fontname=Helvetica, nodesep=0.3, ranksep=0.9]",
    '  node [shape=box, style="rounded,filled", fillcolor="#f4f7f7", color="#4a6a6a", '
    "fontname=Helvetica, fontsize=11]",
    '  edge [color="#4a6a6a", fontname=Helvetica, fontsize=9]',
)


def render(export: Export) -> Rendered:
    """The drawing: a box a system, boxes of one kind together, an arrow where data flow."""
    out = Outgoing(export)
    arrows = flows(out)
    text = "\n".join([*_HEAD, *_boxes(out, arrows), *_arrows(out, arrows), "}", ""])
    holds = f"{counted(len(out.systems), 'system')}, {counted(len(arrows), 'flow')}"
    return Rendered(text.encode(), holds, out.losses(brief=True))


def _boxes(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    joined = {end for flow in arrows for end in (flow.source, flow.target)}
    for n, (kind, systems) in enumerate(by_kind(out.systems).items(), 1):
        yield f"  subgraph cluster_{n} {{"
        yield f'    graph [label={quoted(out, kind)}, style="rounded", color="#b5c7c7"]'
        for system in systems:
            # A system that shares nothing stands out.
            alone = "" if system.id in joined else ', style="rounded,dashed"'
            yield f"    {quoted(out, system.id)} [label={quoted(out, named(system))}{alone}]"
        yield "  }"


def _arrows(out: Outgoing, arrows: tuple[Flow, ...]) -> Iterator[str]:
    for flow in arrows:
        names = [named(out.entity[e]) for e in flow.entities]
        label = f" [label={quoted(out, ', '.join(names))}]" if names else " [style=dashed]"
        yield f"  {quoted(out, flow.source)} -> {quoted(out, flow.target)}{label}"


def quoted(out: Outgoing, text: str) -> str:
    """The text as DOT shows it: no escapes, no entities, line ends kept."""
    clean, times = _CONTROL.subn("\ufffd", text)
    out.alter("characters that cannot be drawn, written as U+FFFD", times)
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n"), ("\t", " ")):
        clean = clean.replace(sign, escaped)
    return f'"{clean}"'
