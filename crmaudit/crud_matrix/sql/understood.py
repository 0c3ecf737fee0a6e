"""The answer: tables and letters, or the reason why nobody can say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.crud_matrix.sql.names import Name, merged


@dataclass(frozen=True, slots=True)
class Understood:
    """What a statement does by itself.

    `effects` are tables as written and the letters of `CRUD` done to each.
    `calls` are routines and functions called, built-in ones among them.
    `creates_temporary` and `drops` are tables; `defines` is the name and kind
    of a view, trigger or routine that it defines. `unknown` is empty, or says
    why nobody can tell what it does; `effects` are then those that are certain.
    """

    effects: tuple[tuple[Name, str], ...] = ()
    calls: tuple[Name, ...] = ()
    creates_temporary: tuple[Name, ...] = ()
    drops: tuple[Name, ...] = ()
    defines: tuple[Name, str] | None = None
    unknown: str = ""


def together(parts: Iterable[Understood]) -> Understood:
    """What several statements do one after the other; unknown where one of them is.

    Temporary tables that one makes are left out of what the others do.
    """
    found = list(parts)
    temporary = tuple(dict.fromkeys(n for p in found for n in p.creates_temporary))
    own = {_alike(n) for n in temporary}
    return Understood(
        merged(e for p in found for e in p.effects if _alike(e[0]) not in own),
        tuple(dict.fromkeys(c for p in found for c in p.calls)),
        temporary,
        tuple(dict.fromkeys(d for p in found for d in p.drops)),
        next((p.defines for p in found if p.defines), None),
        next((p.unknown for p in found if p.unknown), ""),
    )


def _alike(name: Name) -> tuple[str, ...]:
    """The name as most engines compare it; of a temporary table no other differs in case alone."""
    return tuple(p.casefold() for p in name.parts)
