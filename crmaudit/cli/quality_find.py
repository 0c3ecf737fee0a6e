"""What `quality show` is asked for: a system, entity, table or column under any spelling."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import ColumnProfile, TableProfile

Key = Callable[[str], str]
_ODD = re.compile(r"[\W_]+")
_SHOWN = 8
_ROLES = ("primary", "secondary", "extension", "line")


@dataclass(frozen=True, slots=True)
class OfSystem:
    """A system that was read."""

    system: str


@dataclass(frozen=True, slots=True)
class OfEntity:
    """An entity, in one system or (None) in all."""

    entity: str
    system: str | None = None


@dataclass(frozen=True, slots=True)
class OfTable:
    """A table that was profiled."""

    system: str
    profile: TableProfile


@dataclass(frozen=True, slots=True)
class OfColumn:
    """A column that was profiled; `entity` where it was asked for as an attribute."""

    system: str
    profile: TableProfile
    column: ColumnProfile
    entity: str = ""


Thing = OfSystem | OfEntity | OfTable | OfColumn


def find(audit: Audit, path: str) -> Thing:
    """The one thing of that name. Raises CrmauditError where there is none, or several.

    An exact name goes before one in other case, and that before one spelt
    otherwise; a table before an entity, an entity's own table before its others,
    and all of them before a name without its system.
    """
    names = _Names(audit)
    for same in (_exact, _folded, _loose):
        for things in (names.whole(path, same), names.within(path, same)):
            found = {names.path(thing): thing for thing in things}
            if len(found) == 1:
                return next(iter(found.values()))
            if found:
                told = sorted(found)
                more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
                raise CrmauditError(
                    f"{path!r} may be several things",
                    f"say which: {', '.join(told[:_SHOWN])}{more}",
                )
    raise names.unknown(path)


def _exact(name: str) -> str:
    return name


def _folded(name: str) -> str:
    return name.casefold()


def _loose(name: str) -> str:
    """Without case, accents, blanks and punctuation; a plural reads as its singular."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name
    return re.sub(r"s$", "", _ODD.sub("", plain).casefold())


class _Names:
    """Everything that has a name, from the evidence and the entity maps."""

    def __init__(self, audit: Audit) -> None:
        self._quality = audit.quality
        self._workspace = audit.workspace
        self._profiles: Mapping[str, Mapping[str, TableProfile]] = audit.quality.profiles
        held = {h.mapped.entity for h in self._quality.holdings() if h.mapped.entity}
        self._entities: dict[str, tuple[str, ...]] = {
            e.id: (e.id, e.label, *e.synonyms) for e in self._workspace.entity.values()
        }
        for entity in sorted(held - self._entities.keys()):
            self._entities[entity] = (entity,)

    def whole(self, path: str, key: Key) -> Iterator[Thing]:
        """Things whose full name this is: SYSTEM, ENTITY, SYSTEM.…"""
        for system, spellings in self._systems():
            for spelling in spellings:
                if key(path) == key(spelling):
                    yield OfSystem(system)
                head, dot, rest = _split(path, spelling)
                if dot and key(head) == key(spelling):
                    yield from self._inside(system, rest, key)
        for entity, spellings in self._entities.items():
            if key(path) in {key(s) for s in spellings}:
                yield OfEntity(entity)

    def within(self, path: str, key: Key) -> Iterator[Thing]:
        """Things whose name without the system this is: TABLE, TABLE.COLUMN, ENTITY.ATTRIBUTE."""
        for system in self._profiles:
            yield from self._inside(system, path, key)

    def _inside(self, system: str, rest: str, key: Key) -> Iterator[Thing]:
        found = False
        for thing in self._tables(system, rest, key):
            found = True
            yield thing
        if not found:
            yield from self._of_entities(system, rest, key)

    def _tables(self, system: str, rest: str, key: Key) -> Iterator[Thing]:
        for name, profile in self._profiles[system].items():
            for spelling in dict.fromkeys((name, name.rsplit(".", 1)[-1])):
                if key(rest) == key(spelling):
                    yield OfTable(system, profile)
                head, dot, last = _split(rest, spelling)
                if dot and key(head) == key(spelling):
                    for column in profile.columns:
                        if key(column.name) == key(last):
                            yield OfColumn(system, profile, column)

    def _of_entities(self, system: str, rest: str, key: Key) -> Iterator[Thing]:
        for entity, spellings in self._entities.items():
            for spelling in spellings:
                if key(rest) == key(spelling):
                    yield OfEntity(entity, system)
                head, dot, last = _split(rest, spelling)
                if dot and key(head) == key(spelling):
                    yield from self._attribute(system, entity, last, key)

    def _attribute(self, system: str, entity: str, name: str, key: Key) -> Iterator[Thing]:
        """By the column's name, by what a map says it holds, or by what it was recognised as."""
        ways: dict[tuple[int, int], list[Thing]] = {}
        for holding in self._quality.holdings(entity):
            if holding.system != system or holding.mapped.role not in _ROLES:
                continue
            for column in holding.profile.columns:
                meant = holding.mapped.columns.get(column.name, "")
                recognised = column.semantic.type if column.semantic else ""
                names = (column.name, meant, recognised if key is _loose else "")
                way = next((n for n, x in enumerate(names) if x and key(x) == key(name)), None)
                if way is not None:
                    thing = OfColumn(system, holding.profile, column, entity)
                    place = (way, _ROLES.index(holding.mapped.role))
                    ways.setdefault(place, []).append(thing)
        yield from ways[min(ways)] if ways else ()

    def _systems(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for system in self._profiles:
            known = self._workspace.system.get(system)
            yield system, tuple(dict.fromkeys((system, known.name if known else system)))

    def path(self, thing: Thing) -> str:
        """The name that means this thing and no other."""
        match thing:
            case OfSystem():
                return thing.system
            case OfEntity():
                return f"{thing.system}.{thing.entity}" if thing.system else thing.entity
            case OfTable():
                return f"{thing.system}.{thing.profile.table}"
            case OfColumn():
                return f"{thing.system}.{thing.profile.table}.{thing.column.name}"

    def unknown(self, path: str) -> CrmauditError:
        known = [*self._profiles, *self._entities]
        known += [f"{s}.{t}" for s, tables in self._profiles.items() for t in tables]
        # Where the table or entity is right, the column is what was misspelt.
        close = _close(path, list(self._columns_near(path)) or known)
        if not self._profiles:
            return CrmauditError(
                f"no database was read, so nothing is known of {path!r}", "crmaudit collect"
            )
        return CrmauditError(
            f"nothing that was read is called {path!r}",
            f"did you mean {', '.join(close)}?"
            if close
            else "`crmaudit quality scores --by table` lists all",
        )

    def _columns_near(self, path: str) -> Iterator[str]:
        asked = path.casefold()
        for system, tables in self._profiles.items():
            for name, profile in tables.items():
                if asked.startswith((f"{system}.{name}.".casefold(), f"{name}.".casefold())):
                    yield from (f"{system}.{name}.{c.name}" for c in profile.columns)
        for h in self._quality.holdings():
            told = f"{h.system}.{h.mapped.entity}."
            if h.mapped.role in _ROLES and asked.startswith(told.casefold()):
                yield from (f"{told}{c.name}" for c in h.profile.columns)


def _split(path: str, spelling: str) -> tuple[str, bool, str]:
    """The path divided after as many dots as the spelling has: names may contain dots."""
    parts = path.split(".")
    first = spelling.count(".") + 1
    return ".".join(parts[:first]), len(parts) > first, ".".join(parts[first:])


def _close(path: str, known: Iterable[str]) -> list[str]:
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(name.casefold(), name)
    close = difflib.get_close_matches(path.casefold(), by_folded, n=3, cutoff=0.5)
    return [by_folded[name] for name in close]
