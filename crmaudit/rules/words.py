"""Words that messages of rules share."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.facts import Facts


def listed(items: Iterable[str], limit: int = 3) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    found = list(items)
    if len(found) > limit:
        return f"{', '.join(found[:limit])} and {len(found) - limit} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 table`, `2,000 tables`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def systems(facts: Facts, ids: Iterable[str], limit: int = 3) -> str:
    """The names of systems, in their order, the first few."""
    known = facts.workspace.system
    return listed((known[s].name if s in known else s for s in ids), limit)


def entities(facts: Facts, ids: Iterable[str], limit: int = 3) -> str:
    """The names of entities, in their order, the first few."""
    known = facts.workspace.entity
    return listed((known[e].label if e in known else e for e in ids), limit)
