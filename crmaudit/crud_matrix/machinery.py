"""What follows by itself from an effect: views, triggers, rules, cascades and routines.

Evidence keeps direct effects only; what a database makes of them is worked
out when it is judged. Every derived letter tells by what it came about:

    a view is read              its tables are read
    a view is written           what its INSTEAD OF triggers and rules do,
                                else its table, where it has but one
    a row is made, changed or   what triggers and rules there do; what cascades
    removed                     do to tables that refer to it
    a routine is called         what it does, and what it calls
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crmaudit.evidence.use import LETTERS, Effect, Letter, Machinery
from crmaudit.messages import joined, msg

_VIEWS = ("view", "materialised view", "partition")
_KEPT = 16


def expand(
    effects: Iterable[Effect], machinery: tuple[Machinery, ...], calls: Iterable[str] = ()
) -> Mapping[str, Mapping[Letter, str]]:
    """Table → letter → by what, for all that follows from these effects and calls.

    The effects themselves are not in it, unless they come about a second way.
    Of several ways the shortest is told: `through view v`, `by trigger t on
    orders`, `by cascade from orders`, `by routine r`, each led to by the one
    before it. Circles end.
    """
    index = _index(machinery)
    found: dict[str, dict[Letter, str]] = {}
    waiting: deque[tuple[str, Letter, tuple[str, ...]]] = deque()
    seen: set[tuple[str, str]] = set()
    called: set[str] = set()

    def reach(table: str, letters: str, way: tuple[str, ...]) -> None:
        for letter in LETTERS:
            if letter in letters:
                if way:
                    found.setdefault(table, {}).setdefault(letter, joined(", ", way))
                if (table, letter) not in seen:
                    seen.add((table, letter))
                    waiting.append((table, letter, way))

    def call(name: str, way: tuple[str, ...]) -> None:
        for routine in index.routines.get(_bare(name), ()):
            if routine.name not in called and _means(name, routine.name):
                called.add(routine.name)
                run(routine, (*way, msg("by routine {routine}", routine=routine.name)))

    def run(part: Machinery, way: tuple[str, ...]) -> None:
        for effect in part.effects:
            reach(effect.table, effect.letters, way)
        for name in part.calls:
            call(name, way)

    for effect in effects:
        reach(effect.table, effect.letters, ())
    for name in calls:
        call(name, ())
    while waiting:
        table, letter, way = waiting.popleft()
        own = [m for m in index.on.get(table, ()) if letter in m.event]
        for part in own:
            run(part, (*way, _by(part)))
        view = index.views.get(table)
        if view is None:
            continue
        through = (*way, msg("through {kind} {view}", kind=view.kind, view=view.name))
        if letter == "R" or view.kind == "materialised view":
            # To fill a materialised view is to read what it shows.
            for effect in view.effects:
                reach(effect.table, "R" if "R" in effect.letters else "", through)
            for name in view.calls:
                call(name, through)
        elif not any(m.kind in ("trigger", "rule") for m in own) and len(view.effects) == 1:
            reach(view.effects[0].table, letter, through)
    return {
        table: {x: letters[x] for x in LETTERS if x in letters}
        for table, letters in sorted(found.items())
    }


@dataclass(frozen=True)
class _Index:
    machinery: tuple[Machinery, ...]
    views: dict[str, Machinery] = field(default_factory=dict)
    on: dict[str, list[Machinery]] = field(default_factory=dict)
    routines: dict[str, list[Machinery]] = field(default_factory=dict)

    def fill(self) -> None:
        for part in sorted(self.machinery, key=repr):
            if part.kind in _VIEWS:
                self.views[part.name] = part
            elif part.kind == "routine":
                self.routines.setdefault(_bare(part.name), []).append(part)
            elif part.on:
                self.on.setdefault(part.on, []).append(part)


_indexes: list[_Index] = []


def _index(machinery: tuple[Machinery, ...]) -> _Index:
    """The index of one database's machinery: it is asked thousands of times in a row."""
    for known in _indexes:
        if known.machinery is machinery:
            return known
    made = _Index(machinery)
    made.fill()
    _indexes.insert(0, made)
    del _indexes[_KEPT:]
    return made


def _by(part: Machinery) -> str:
    if part.kind == "cascade":
        return msg("by cascade from {on}", on=part.on)
    return msg("by {kind} {part} on {on}", kind=part.kind, part=part.name, on=part.on)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _means(written: str, name: str) -> bool:
    """Whether a routine's name as it is called can mean this routine."""
    a, b = written.lower(), name.lower()
    return a == b or "." not in a or "." not in b
