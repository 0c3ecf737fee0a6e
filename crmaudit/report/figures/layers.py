"""Layers from left to right for things that lead to each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

MOST_LAYERS = 7
"""More columns would leave no room for names: neighbouring layers then share one."""


class Link(Protocol):
    """Anything that leads from one thing to another, named by id."""

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> str: ...


L = TypeVar("L", bound=Link)
Way = tuple[L, list[str]]


def layered(
    names: list[str],
    links: Sequence[L],
    most: int = MOST_LAYERS,
    tall: int | None = None,
    turned: bool = False,
) -> tuple[list[list[str]], list[Way[L]]]:
    """The names by layer, each ordered by its neighbours, and the way of each link.

    Layers go by the longest path. A way lists the stations of a link: its ends, and
    one of its own (a name that is not in `names`) in every layer that it crosses.
    While there are fewer than `most` layers, one of more than `tall` names is divided.
    `turned`: the way of a link that leads back begins at its target.
    """
    layers = _folded(_layers(names, links), most)
    while tall is not None and len(layers) < most and max(map(len, layers), default=0) > tall:
        _divide(layers, links)
    ways = _ways(layers, links, turned)
    _order(layers, ways)
    return layers, ways


def _layers(names: list[str], links: Sequence[L]) -> list[list[str]]:
    """Longest path from a source; links that close a circle do not count."""
    after: dict[str, list[str]] = {n: [] for n in names}
    for link in links:
        if link.source != link.target:
            after[link.source].append(link.target)
    state: dict[str, int] = {}
    order: list[str] = []
    forward: list[tuple[str, str]] = []
    for root in sorted(names, key=lambda n: sum(e.target == n for e in links)):
        stack = [(root, iter(after[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state.get(target) == 1:
                continue
            else:
                forward.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
    depth = dict.fromkeys(names, 0)
    targets: dict[str, list[str]] = {n: [] for n in names}
    for source, target in forward:
        targets[source].append(target)
    for name in reversed(order):
        for target in targets[name]:
            depth[target] = max(depth[target], depth[name] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        layers[depth[name]].append(name)
    return layers


def _folded(layers: list[list[str]], most: int) -> list[list[str]]:
    """At most so many layers as have room side by side."""
    if len(layers) <= most:
        return layers
    folded: list[list[str]] = [[] for _ in range(most)]
    for n, layer in enumerate(layers):
        folded[n * most // len(layers)] += layer
    return folded


def _divide(layers: list[list[str]], links: Sequence[L]) -> None:
    """Two layers in place of the longest one: what leads nowhere stands in the second."""
    longest = max(range(len(layers)), key=lambda n: len(layers[n]))
    leading = {link.source for link in links if link.source != link.target}
    first = sorted(layers[longest], key=lambda name: name not in leading)
    half = (len(first) + 1) // 2
    layers[longest : longest + 1] = [first[:half], first[half:]]


def _ways(layers: list[list[str]], links: Sequence[L], turned: bool) -> list[Way[L]]:
    """Each link with the stations it passes: one in every layer that it crosses."""
    depth = {name: n for n, layer in enumerate(layers) for name in layer}
    found: list[Way[L]] = []
    for number, link in enumerate(links):
        ends = link.source, link.target
        if turned and depth[ends[0]] > depth[ends[1]]:
            ends = ends[1], ends[0]
        first, last = depth[ends[0]], depth[ends[1]]
        stations = [f"\0{number}.{n}" for n in range(first + 1, last)]
        for n, station in enumerate(stations, first + 1):
            layers[n].append(station)
        found.append((link, [ends[0], *stations, ends[1]]))
    return found


def _order(layers: list[list[str]], ways: Sequence[Way[L]]) -> None:
    """Four sweeps of ordering each layer by where its neighbours stand."""
    near: dict[str, list[str]] = {}
    for _, stations in ways:
        for one, two in pairwise(stations):
            near.setdefault(one, []).append(two)
            near.setdefault(two, []).append(one)
    for sweep in range(4):
        rank = {name: (r + 0.5) / len(layer) for layer in layers for r, name in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wish = {}
            for name in layer:
                others = [rank[n] for n in near.get(name, ()) if n != name]
                wish[name] = sum(others) / len(others) if others else rank[name]
            layer.sort(key=wish.__getitem__)
            for r, name in enumerate(layer):
                rank[name] = (r + 0.5) / len(layer)
