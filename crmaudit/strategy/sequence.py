"""What waits for what, and the order of initiatives where nothing gives dates."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from crmaudit.errors import InvalidInput, Problem
from crmaudit.facts import Facts
from crmaudit.strategy.initiatives import CLOSED, TEMPLATES
from crmaudit.strategy.pieces import Piece, answering
from crmaudit.strategy.target import target
from crmaudit.workspace.answers import InitiativeOverride

if TYPE_CHECKING:
    from crmaudit.strategy.plan import Initiative

_BUILT_ON = ("retire-systems", "build-feeds", "deduplicate", "one-place-view")
"""Templates whose work cannot be done before that of their prerequisites."""


def waits(
    facts: Facts, pieces: Sequence[Piece], given: Mapping[str, InitiativeOverride]
) -> Mapping[str, tuple[str, ...]]:
    """Piece → pieces that must be done first.

    Of a template that fell into several, a piece waits for those that share a
    system or an entity with it, and for the rest where none does. Raises
    InvalidInput where plan.yaml makes a circle.
    """
    import networkx as nx

    by_slug: dict[str, list[Piece]] = {}
    for p in pieces:
        by_slug.setdefault(p.slug or p.id, []).append(p)
    known = {p.id: p for p in pieces}
    replaced = {s.system for s in target(facts).systems if s.action == "replace"}
    going = [
        p
        for p in by_slug.get("renew-or-replace", ())
        if p.id != p.slug and replaced.issuperset(p.systems)
    ]
    parts = answering(pieces)
    found: dict[str, tuple[str, ...]] = {}
    for p in pieces:
        before: dict[str, None] = {}
        # What is critical alone waits for nobody, but where the work itself needs the other's.
        free = p.pressing and p.slug not in _BUILT_ON
        for slug in _present(() if free else p.template.after, by_slug, set()):
            before |= dict.fromkeys(_of(p, by_slug[slug]))
        if p.slug == "build-feeds" and p.id != p.slug:
            # A feed is built to what follows a system, not to what is about to go.
            before |= dict.fromkeys(q.id for q in going if p.needs(q))
        before |= dict.fromkeys(a for a in p.after if a in known)
        for name in (parts.get(a, a) for a in given[p.id].after):
            if name in known and (name != (known[name].slug or name) or name not in by_slug):
                before[name] = None
            elif name in by_slug:
                before |= dict.fromkeys(q.id for q in by_slug[name])
            elif name in TEMPLATES:
                # A prerequisite without findings is done already; its own still bind.
                for slug in _present((name,), by_slug, set()):
                    before |= dict.fromkeys(q.id for q in by_slug[slug])
        before.pop(p.id, None)
        found[p.id] = tuple(before)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(found)
    graph.add_edges_from((b, i) for i, before in found.items() for b in before)
    try:
        circle = nx.find_cycle(graph)
    except nx.NetworkXNoCycle:
        return found
    names = " → ".join(str(e[0]) for e in circle)
    own = {o.id: k for k, o in enumerate(facts.workspace.plan.own)}
    said = [n for n in (e[1] for e in circle) if given[n].after]
    path = ("own", own[said[0]]) if said and said[0] in own else ("initiatives", *said[:1])
    place = facts.workspace.place("plan.yaml", *path, "after")
    hint = "take one `after:` out"
    raise InvalidInput([Problem(f"initiatives wait for each other: {names}", place, hint)])


def unless_closed(
    after: Mapping[str, tuple[str, ...]], given: Mapping[str, InitiativeOverride]
) -> Mapping[str, tuple[str, ...]]:
    """The same without what is done or dropped: what that one waited for stands in its place."""
    found = {}
    for i, before in after.items():
        todo = [*before]
        for name in todo:  # it grows while it is read
            if given[name].status in CLOSED:
                todo += (b for b in after[name] if b not in todo)
        found[i] = tuple(n for n in todo if given[n].status not in CLOSED)
    return found


def _of(piece: Piece, before: Sequence[Piece]) -> list[str]:
    """Those of a template that this one waits for."""
    if len(before) == 1:
        alone = before[0]
        split = bool(alone.template.split) and alone.id != alone.slug
        return [alone.id] if not split or not piece.template.split or piece.needs(alone) else []
    shared = [p.id for p in before if p.id != p.slug and piece.needs(p)]
    rest = [p for p in before if p.id == p.slug]
    if piece.slug in ("retire-systems", "renew-or-replace", "build-feeds"):
        # Others of the rest may go on for long, and are of no matter to this one.
        rest = [p for p in rest if not p.template.split or piece.needs(p)]
    return shared or [p.id for p in rest]


def _present(after: Iterable[str], by_slug: Mapping[str, list[Piece]], seen: set[str]) -> list[str]:
    """A prerequisite without findings is done already; its own still bind."""
    found: list[str] = []
    for name in after:
        if name in by_slug:
            found.append(name)
        elif name not in seen and name in TEMPLATES:
            seen.add(name)
            found += _present(TEMPLATES[name].after, by_slug, seen)
    return list(dict.fromkeys(found))


def by_worth(drafts: Iterable[Initiative]) -> tuple[str, ...]:
    """Ids of initiatives: those that bring the most for each day, with all that must come before.

    Each initiative with all that it still waits for makes a set. The set with the highest value
    and benefit for each day of effort is done first, in it the most urgent first; then the rest is
    judged anew. So what opens the way to much counts for more than it brings by itself. That is
    Smith's rule of value over effort (1956) under precedence, by Sidney's decomposition
    (Operations Research 23(2), 1975). Sidney takes the best of all sets closed under precedence;
    here it is the best of those that one initiative spans. Sets are kept as the bits of a number,
    and their sums as running ones, so that long chains of hundreds take no longer than a moment.
    """
    known = {d.id: d for d in sorted(drafts, key=lambda d: d.id)}
    names = list(known)
    bit = {name: 1 << n for n, name in enumerate(names)}
    ancestors: dict[str, int] = {}
    followers = dict.fromkeys(names, 0)
    turn = [*TopologicalSorter({n: _among(d, known) for n, d in known.items()}).static_order()]
    for name in turn:
        ancestors[name] = 0
        for b in _among(known[name], known):
            ancestors[name] |= ancestors[b] | bit[b]
    for name in reversed(turn):
        for b in _among(known[name], known):
            followers[b] |= followers[name] | bit[name]

    def members(mask: int) -> Iterator[str]:
        while mask:
            low = mask & -mask
            yield names[low.bit_length() - 1]
            mask ^= low

    # What each set is worth and how many days it takes, less what was taken from it.
    worth = {n: sum(known[m].worth for m in members(ancestors[n] | bit[n])) for n in names}
    pace = {n: sum(known[m].pace for m in members(ancestors[n] | bit[n])) for n in names}
    version = dict.fromkeys(names, 0)
    heap = [(-worth[n] / pace[n], n, 0) for n in names]
    heapq.heapify(heap)
    left = (1 << len(names)) - 1
    found: list[str] = []
    while heap:
        _, name, made = heapq.heappop(heap)
        if not left & bit[name] or made != version[name]:
            continue  # it was done with another, or is there again with what it is worth since
        span = (ancestors[name] | bit[name]) & left
        left &= ~span
        touched = 0
        for taken in members(span):
            touched |= followers[taken]
            for follower in members(followers[taken] & left):
                worth[follower] -= known[taken].worth
                pace[follower] -= known[taken].pace
        found += _in_turn({n: known[n] for n in members(span)})
        for follower in members(touched & left):
            version[follower] += 1
            entry = (-worth[follower] / pace[follower], follower, version[follower])
            heapq.heappush(heap, entry)
    return tuple(found)


def _among(draft: Initiative, known: Container[str]) -> list[str]:
    return [a for a in draft.after if a in known]


def _in_turn(known: Mapping[str, Initiative]) -> Iterator[str]:
    """Each after what it waits for, of those that may begin the most urgent first."""
    sorter = TopologicalSorter({n: _among(d, known) for n, d in known.items()})
    sorter.prepare()
    ready: list[tuple[float, str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (-known[name].urgency, name))
        _, name = heapq.heappop(ready)
        yield name
        sorter.done(name)


def chained(drafts: Sequence[Initiative]) -> tuple[Initiative, ...]:
    """In the order of work: phases by what waits for what, within one as `by_worth` has them.

    None begins before the phase that it has already.
    """
    known = {d.id: d for d in drafts}
    order = [*by_worth(drafts)]
    phase: dict[str, int] = {}
    for name in order:
        earliest = max((phase[a] + 1 for a in _among(known[name], phase)), default=1)
        phase[name] = max(known[name].phase, earliest)
    order.sort(key=phase.__getitem__)  # stable: within a phase the order stays
    return tuple(replace(known[n], phase=phase[n]) for n in order)
