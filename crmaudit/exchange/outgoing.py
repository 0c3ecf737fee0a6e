"""What an export writes down of the workspace, and what it leaves out.

An exporter takes facts from here, one by one. Whatever was declared and not
taken is a loss, which `losses` counts and names by its key in the files: no
exporter keeps a list of what its format lacks, so none can be out of date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.yaml_reader import Path_

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crmaudit.crud_matrix import CrudMatrix
    from crmaudit.exchange.formats import Export
    from crmaudit.workspace import Workspace

ThingKind = Literal["system", "entity", "person", "unit"]

_SEVERAL = {"person": "people", "opinion": "opinions noted"}
# Keys of these hold names of other things, not names of facts.
_BY_KEY = {"crud", "entity_share", "blank", "accounts"}
AMOUNTS = {"costs": "amount", "licences": "unit_cost"}
"""Lists whose items hold amounts, and the key of those: each has a `currency` beside it."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MANY = 12
"""Kinds of lost facts beyond which one sentence tells them all."""


@dataclass(eq=False)
class Thing:
    """A system, entity, person or unit, and what is declared of it."""

    kind: ThingKind
    id: str
    model: BaseModel
    currency: str = ""
    """The audit's own, in which amounts are that name none."""
    _taken: set[Path_] = field(default_factory=set)
    _empty: set[Path_] = field(default_factory=set)

    @cached_property
    def declared(self) -> Mapping[str, Any]:
        """What its file says, by key: defaults left out, dates as dates, lists as tuples.

        Every amount has its currency: the reader's own may be another one.
        """
        found = self.model.model_dump(by_alias=True, exclude_defaults=True)
        for name, amount in AMOUNTS.items() if self.currency else ():
            for item in found.get(name) or ():
                if amount in item:
                    item.setdefault("currency", self.currency)
        return found

    def take(self, *path: str) -> Any:
        """The value at `path`, None where nothing was declared; it counts as written down."""
        self.mark(*path)
        return self._at(path)

    def mark(self, *path: str) -> None:
        """Count the value at `path` as written down; in a list, that of every item."""
        self._taken.add(path)

    def take_empty(self) -> Iterator[str]:
        """Paths, in dots, of the lists that are said to hold nothing."""
        for path, pattern in list(_leaves(self.declared, (), ())):
            if path == pattern and self._at(pattern) == ():
                self._empty.add(pattern)
                yield ".".join(map(str, path))

    def _at(self, path: Path_) -> Any:
        value: Any = self.declared
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    @property
    def touched(self) -> bool:
        """Whether anything of it was taken."""
        return bool(self._taken)

    def left(self) -> Iterator[tuple[Path_, Path_]]:
        """Facts not taken: the path in the file of each, and the same without list positions."""
        for path, pattern in _leaves(self.declared, (), ()):
            taken = any(pattern[:n] in self._taken for n in range(1, len(pattern) + 1))
            # A list that holds nothing is as good as told by whoever tells what others hold.
            begun = any(t[: len(pattern)] == pattern for t in self._taken)
            if not (taken or begun or pattern in self._empty):
                yield path, pattern


def _leaves(value: Any, path: Path_, pattern: Path_) -> Iterator[tuple[Path_, Path_]]:
    if isinstance(value, Mapping):
        by_key = bool(pattern) and pattern[-1] in _BY_KEY
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), pattern if by_key else (*pattern, key))
    elif isinstance(value, tuple) and value and isinstance(value[0], Mapping):
        for i, item in enumerate(value):
            yield from _leaves(item, (*path, i), pattern)
    else:
        yield path, pattern


class Outgoing:
    """The things of a workspace that an export may write down, each as declared."""

    def __init__(self, export: Export) -> None:
        workspace = export.facts.workspace
        self.workspace = workspace
        self._facts = export.facts
        self.systems = tuple(
            Thing("system", s.id, s, workspace.audit.currency) for s in workspace.systems
        )
        self.entity = {e.id: Thing("entity", e.id, e) for e in _entities(workspace)}
        self.entities = tuple(self.entity.values())
        self.units = tuple(Thing("unit", u.id, u) for u in workspace.audit.units)
        self.people = {p.id: Thing("person", p.id, p) for p in workspace.people.people}
        self._altered: Counter[str] = Counter()

    @property
    def crud(self) -> CrudMatrix:
        """The matrix over all systems, with what is proven of it."""
        return self._facts.whole_crud

    def alter(self, what: str, times: int = 1) -> None:
        """Note that values had to be changed or left: `what` says which; their number follows."""
        if times:
            self._altered[what] += times

    def xml_text(self, text: str) -> str:
        """The text with the characters replaced that no XML file can hold."""
        clean, times = _NOT_XML.subn("\ufffd", text)
        self.alter("characters that XML cannot hold, written as U+FFFD", times)
        return clean

    def losses(
        self, reasons: Mapping[str, str] | None = None, *, brief: bool = False
    ) -> tuple[str, ...]:
        """A sentence for everything declared that was not taken, and for what was changed.

        With `brief`, as drawings have it, the facts of a kind are counted, not named.
        `reasons` has the reason behind a key, like `database.url`, or a kind of thing.
        """
        officers = tuple(p for p in self.people.values() if p.touched)
        told: list[str] = []
        for things in (self.systems, self.entities, self.units, officers):
            told += self._lost(things, reasons or {}, brief or things is officers)
        rest = self._rest()
        if rest:
            told.append(f"{', '.join(rest)}: the format has no place for them")
        told += [f"{what}: {times:,}" for what, times in sorted(self._altered.items())]
        return tuple(told)

    def _lost(
        self, things: tuple[Thing, ...], reasons: Mapping[str, str], brief: bool
    ) -> Iterator[str]:
        whole = sum(not t.touched for t in things)
        if whole:
            why = f": {reasons[things[0].kind]}" if things[0].kind in reasons else ""
            yield f"{counted(whole, things[0].kind)} with all that is declared{why}"
        written = [t for t in things if t.touched]
        begun = {path[:n] for t in written for path in t._taken for n in range(1, len(path) + 1)}
        holders: Counter[str] = Counter()
        values: Counter[str] = Counter()
        for thing in written:
            # What nothing is written down of is named as a whole, like `costs` or `raci`.
            lost = {(_name(pattern, begun), _item(path)) for path, pattern in thing.left()}
            holders.update({key for key, _ in lost})
            values.update(key for key, _ in lost)
        if brief and holders:
            who = counted(sum(any(t.left()) for t in written), things[0].kind)
            yield f"what else is declared of {who} ({sum(values.values()):,} values)"
            return
        facts = [
            (key, n, f" ({values[key]:,} values)" if values[key] > n else "")
            for key, n in sorted(holders.items())
        ]
        if len(facts) > _MANY:
            each = ", ".join(f"{key} of {n:,}{more}" for key, n, more in facts)
            yield f"facts of {_several(things[0].kind)}: {each}"
            return
        for key, n, more in facts:
            why = f": {reasons[key]}" if key in reasons else ""
            yield f"{key} of {counted(n, things[0].kind)}{more}{why}"

    def _rest(self) -> list[str]:
        """What else the workspace defines, by kind."""
        kinds = Counter(s.partition(":")[0] for s in self.workspace.subjects())
        for kind in ("system", "entity", "unit"):
            kinds.pop(kind, None)
        kinds["person"] -= sum(p.touched for p in self.people.values())
        return [counted(n, kind) for kind, n in kinds.items() if n > 0]


def _entities(workspace: Workspace) -> Iterable[Entity]:
    """All entities: also those that only a feed or a share names, as long as none is defined."""
    known = dict(workspace.entity)
    for system in workspace.systems:
        named = [e for feed in system.feeds or () for e in feed.entities]
        for id in (*named, *system.entity_share):
            known.setdefault(id, Entity(id=id))
    return known.values()


def counted(n: int, kind: str) -> str:
    """`1 system`, `2 entities`."""
    return f"{n:,} {kind if n == 1 else _several(kind)}"


def _several(kind: str) -> str:
    if kind in _SEVERAL:
        return _SEVERAL[kind]
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def _name(pattern: Path_, begun: set[Path_]) -> str:
    """The shortest path under which nothing is written down."""
    for n in range(1, len(pattern)):
        if pattern[:n] not in begun:
            return ".".join(map(str, pattern[:n]))
    return ".".join(map(str, pattern))


def _item(path: Path_) -> Path_:
    """The path of the list item or named entry in which a value stands, else its own."""
    for n, step in enumerate(path):
        if isinstance(step, int):
            return path[: n + 1]
    return path
