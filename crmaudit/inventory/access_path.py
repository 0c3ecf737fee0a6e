"""The ways by which data can be got out of a system, as declared."""

from __future__ import annotations

from crmaudit.workspace.dossier import Interface, System

BULK = ("sql", "api", "file export", "message")
"""Kinds of interfaces that carry whole tables; a report or a screen shows single records."""


def bulk_interfaces(system: System) -> tuple[Interface, ...]:
    """Declared interfaces that lead whole tables out."""
    return tuple(
        i for i in system.interfaces or () if i.kind in BULK and i.direction in ("out", "both")
    )


def ways_out(system: System) -> tuple[str, ...] | None:
    """Kinds of bulk access, the most direct first; empty where there is none, None = not known.

    A database address is a way out, and so is a feed that leaves the system
    without anybody's hands.
    """
    found: set[str] = {i.kind for i in bulk_interfaces(system)}
    if system.database is not None and system.database.url:
        found.add("sql")
    by_feed = {"api": "api", "file": "file export", "database": "sql", "message": "message"}
    found |= {by_feed[f.by] for f in system.feeds or () if f.to and f.by in by_feed}
    if not found and system.interfaces is None:
        return None
    return tuple(kind for kind in BULK if kind in found)
