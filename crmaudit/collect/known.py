"""What the workspace says of one system, as its collectors are handed it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from crmaudit.errors import Place
from crmaudit.sources.task import Known
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System

TRACES = ("code", "statements", "grants")
"""The collectors that read files, and what those are called under `traces:`."""


def has_records(system: System) -> bool:
    """Whether its database can be read, or keyed hashes stand for it."""
    database = system.database
    return bool(database and (database.url or database.hashed))


def known_of(workspace: Workspace, system: System) -> Known:
    """All that collectors of one system are handed of the workspace."""
    asked = (e for e in workspace.expectations.expectations if e.system in (None, system.id))
    t = system.traces
    here: dict[str, tuple[str, ...]] = {}
    places: dict[str, Place] = {}
    for kind in TRACES:
        here[kind] = tuple(str(workspace.root / path) for path in getattr(t, kind))
        for i, path in enumerate(here[kind]):
            places[path] = workspace.place_of(f"system:{system.id}", "traces", kind, i)
    products = (s.database.product or "" for s in workspace.systems if s.database)
    hashed = system.database.hashed if system.database else None
    folder = _backup_folder(workspace, system)
    if folder:
        places[folder] = workspace.place_of(f"system:{system.id}", "maintenance", "backup_folder")
    called = {w for s in workspace.systems for w in (s.id, s.name)} | set(products)
    return Known(
        workspace.map_of.get(system.id),
        workspace.entity,
        tuple(asked),
        t.model_copy(update=here),
        t.database or "",
        tuple(sorted(called - {""})),
        places,
        workspace.matches,
        str(workspace.root / hashed) if hashed else "",
        _holders(workspace),
        tuple(s.id for s in workspace.in_scope if has_records(s)),
        workspace.formerly,
        tuple(k for k in workspace.kpis.kpis if k.sql and k.system == system.id),
        folder,
        _called(system),
    )


def _called(system: System) -> tuple[str, ...]:
    """Its id, its name, its product and its database: words that its backups may be named by."""
    database = system.database
    place = (database.url or "").partition("?")[0] if database else ""
    product = (database.product or "") if database else ""
    # The last part alone: before it stand hosts and accounts.
    name = PurePosixPath(place).name if "://" in place else ""
    return tuple(dict.fromkeys(w for w in (system.id, system.name, product, name) if w))


def _backup_folder(workspace: Workspace, system: System) -> str:
    """Its absolute path, empty where none is declared; `~` is the home of who collects."""
    folder = system.maintenance.backup_folder if system.maintenance else None
    if not folder:
        return ""
    try:
        return str((workspace.root / Path(folder).expanduser()).absolute())
    except RuntimeError:  # whose home is meant is not known
        return str((workspace.root / folder).absolute())


def _holders(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Entity → the systems in scope that it is said of that they create, change or delete it."""
    found: dict[str, list[str]] = {}
    for system in workspace.in_scope:
        for entity, letters in system.crud.items():
            if set(letters or "") & set("CUD"):
                found.setdefault(entity, []).append(system.id)
    return {entity: tuple(systems) for entity, systems in found.items()}
