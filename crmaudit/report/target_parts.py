"""The part of the report's context that tells of the target picture, and its two drawings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report import webs
from crmaudit.report.wording import listed
from crmaudit.strategy import FeedTarget, Target, target
from crmaudit.strategy.target_model import FeedAction, SystemAction

_ACTIONS: Mapping[FeedAction, s.WebKind] = {
    "build": "new",
    "mend": "told",
    "keep": "firm",
    "retire": "gone",
}
_TARGET: tuple[tuple[s.WebKind, str], ...] = (
    ("new", "to be built"),
    ("told", "to be mended"),
    ("firm", "stays as it is"),
    ("gone", "to be retired"),
)
_TODAY: tuple[tuple[s.WebKind, str], ...] = (
    ("firm", "runs by itself"),
    ("told", "carried by hand"),
    ("faint", "way not declared"),
)
_GAP = 16.0
_ROOM = 8.0


@dataclass(frozen=True, slots=True)
class TargetPart:
    """What is to become of systems of record, systems and feeds."""

    picture: Target
    """All of it: `.records`, `.systems`, `.feeds`."""
    entities: int
    """Entities."""
    settled: int
    """Of these, with a system of record in future that somebody decided."""
    proposed: int
    """Of these, with one that is only proposed, or follows from a successor."""
    open: tuple[str, ...]
    """Names of entities whose future system of record is open."""
    moving: tuple[str, ...]
    """Names of entities of which another system than today's is to be the record."""
    contested: tuple[str, ...]
    """Names of entities against whose future record something speaks."""
    systems: Mapping[SystemAction, tuple[str, ...]]
    """What becomes of systems → their names."""
    decided: int
    """Systems of which the organisation itself decided that."""
    against: tuple[tuple[str, str], ...]
    """Name of a system, and what speaks against what is to become of it."""
    feeds: Mapping[FeedAction, int]
    """What becomes of feeds → how many."""
    today: s.Web | None
    """Systems and their feeds today; None without any feed today or in future."""
    future: s.Web | None
    """The same systems in the same places, with the feeds of the target."""
    left: int
    """Systems that the drawings leave out: those with fewest feeds."""
    connections: int
    """Pairs of systems from one of which something flows to the other today."""
    declared_feeds: int
    """Feeds declared: several may run on one connection."""
    seen_only: int
    """Connections that no declared feed runs on: they were seen in databases."""
    outside: tuple[str, ...]
    """Names of systems with a feed that are out of scope."""


def target_part(facts: Facts) -> TargetPart:
    """From the facts alone."""
    found = target(facts)
    name = {x.id: x.name for x in facts.workspace.systems}
    label = {e.id: e.label for e in facts.workspace.entity.values()}
    decided = ("target declared", "declared")
    systems: dict[SystemAction, tuple[str, ...]] = {}
    for x in found.systems:
        systems[x.action] = (*systems.get(x.action, ()), name[x.system])
    today, future, left = drawings(facts)
    joined_today = {(f.source, f.target) for f in found.feeds if f.action != "build"}
    ends = {end for f in found.feeds for end in (f.source, f.target)}
    return TargetPart(
        picture=found,
        entities=len(found.records),
        settled=sum(r.future is not None and r.basis in decided for r in found.records),
        proposed=sum(r.future is not None and r.basis not in decided for r in found.records),
        open=tuple(label[r.entity] for r in found.records if r.future is None),
        moving=tuple(label[r.entity] for r in found.records if r.moves),
        contested=tuple(label[r.entity] for r in found.records if r.conflict and r.future),
        systems=systems,
        decided=sum(x.decided for x in found.systems),
        against=tuple((name[x.system], x.conflict) for x in found.systems if x.conflict),
        feeds={action: len(found.to(action)) for action in _ACTIONS},
        today=today,
        future=future,
        left=left,
        connections=len(joined_today),
        declared_feeds=len(facts.crud.feeds),
        seen_only=len(joined_today - {(f.source, f.target) for f in facts.crud.feeds}),
        outside=tuple(name.get(x, x) for x in sorted(ends - {x.system for x in found.systems})),
    )


def drawings(facts: Facts) -> tuple[s.Web | None, s.Web | None, int]:
    """Today and target with each system in one place, and how many systems are left out.

    Places are those of all feeds together. With more than `webs.MOST` systems,
    those with most feeds are drawn.
    """
    found = target(facts)
    if not found.feeds:
        return None, None, 0
    name = {x.id: x.name for x in facts.workspace.systems}
    label = {e.id: e.label for e in facts.workspace.entity.values()}
    degree = dict.fromkeys((x.system for x in found.systems), 0)
    for feed in found.feeds:
        for end in (feed.source, feed.target):
            degree[end] = degree.get(end, 0) + 1
    drawn = sorted(degree, key=lambda x: (-degree[x], x))[: webs.MOST]
    now = [_edge(f, _way(f), label) for f in _connections(found.feeds)]
    then = [_edge(f, _ACTIONS[f.action], label) for f in found.feeds]
    shown = frozenset(drawn)
    ties = _between(then, shown)
    linked = {end for e in ties for end in (e.source, e.target)}
    things = [(x, name.get(x, x), "system", "") for x in sorted(drawn)]
    whole = webs.placed([t for t in things if t[0] in linked], ties, _told(_TARGET), "", "", _ROOM)
    whole = _with_rows(
        whole, webs.placed([t for t in things if t[0] not in linked], (), (), "", "")
    )
    today = replace(whole, edges=_between(now, shown), texts=_told(_TODAY), how_name="How it runs")
    states = {x.system: x for x in found.systems}
    nodes = tuple(
        replace(
            node,
            gone=not state.stays,
            mark=state.action == "decide" or (state.stays and state.action == "replace"),
            detail="" if state.action == "retain" else state.reason,
        )
        if (state := states.get(node.id))
        else node
        for node in whole.nodes
    )
    future = replace(
        whole,
        nodes=nodes,
        mark_text="open: to be decided, or its successor is not named",
        gone_text="to go",
        how_name="What becomes of it",
    )
    return today, future, len(degree) - len(drawn)


def _told(texts: tuple[tuple[s.WebKind, str], ...]) -> tuple[tuple[s.WebKind, str], ...]:
    return tuple((kind, msg(text)) for kind, text in texts)


def _with_rows(whole: s.Web, apart: s.Web) -> s.Web:
    """The network with systems that no feed joins in rows below it."""
    nodes, x, y = list(whole.nodes), 0.0, whole.height + _GAP
    for node in apart.nodes:
        if x and x + node.width > whole.width:
            x, y = 0.0, y + node.height + _GAP
        nodes.append(replace(node, x=x + node.width / 2 + 1, y=y + node.height / 2))
        x += node.width + _GAP
    height = max((n.y + n.height / 2 for n in nodes), default=0.0) + 2
    return replace(whole, nodes=tuple(nodes), height=height)


def _between(edges: Iterable[s.WebEdge], shown: frozenset[str]) -> tuple[s.WebEdge, ...]:
    return tuple(e for e in edges if e.source in shown and e.target in shown)


def _connections(feeds: Iterable[FeedTarget]) -> Iterable[FeedTarget]:
    """All that flows from one system to another today as one, whatever becomes of its parts."""
    pairs: dict[tuple[str, str], list[FeedTarget]] = {}
    for feed in feeds:
        if feed.action != "build":
            pairs.setdefault((feed.source, feed.target), []).append(feed)
    for mine in pairs.values():
        yield replace(
            mine[0],
            entities=tuple(dict.fromkeys(e for f in mine for e in f.entities)),
            now=tuple(dict.fromkeys(way for f in mine for way in f.now)),
        )


def _way(feed: FeedTarget) -> s.WebKind:
    if not feed.now:
        return "faint"
    return "told" if feed.now == ("manual",) else "firm"


def _edge(feed: FeedTarget, kind: s.WebKind, label: Mapping[str, str]) -> s.WebEdge:
    carried = tuple(label.get(e, e) for e in feed.entities)
    words = listed(carried, 6) or msg("not told what")
    return s.WebEdge(feed.source, feed.target, kind, arrow=True, label=words, items=carried)
