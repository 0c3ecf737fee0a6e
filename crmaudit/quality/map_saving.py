"""A found entity map written into the workspace, so that people can correct it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crmaudit.evidence import EntityMap, MappedTable
from crmaudit.quality.effective import KINDS, translated
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.edits import Append, Drop, Put
from crmaudit.workspace.landscape import Map, TableMap
from crmaudit.workspace.naming import slug
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_text import Noted

_STAMPS = ("created_at", "created_by", "modified_at", "modified_by", "owner")
_CONDITIONS = ("soft_delete", "archived", "test_rows", "automatic")


@dataclass(frozen=True)
class Saving:
    """What saving would change; nothing is written yet.

    `rows` are written into the map, `declared` tables were there already and
    stay as they are. `replaced` tables stood in a map that nobody confirmed,
    and `unconfirmed` are the files that still say so. `fresh` are new
    entities. `left` are rows that only the evidence can hold: machinery, lists
    and logs of no entity, and tables whose stamps stand in another table.
    """

    changes: Changes
    rows: tuple[MappedTable, ...] = ()
    declared: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    left: int = 0
    replaced: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def save(workspace: Workspace, found: EntityMap) -> Saving:
    """The rows of tables that nobody declared, at the end of the system's map.

    In a map that nobody confirmed they stand in place of what was proposed of
    the same tables. A canonical kind becomes the workspace's entity that means
    it (`crmaudit.quality.effective`), else a new one, to be confirmed.
    """
    system = found.provenance.system
    known = workspace.map_of.get(system)
    declared = known.settled if known else frozenset()
    new = [row for row in found.tables if row.table not in declared]
    rows = [row for row in new if row.entity and row.role != "system" and not _elsewhere(row)]
    draft = Draft(workspace)
    names = _names(workspace, rows)
    fresh = tuple(id_ for kind, id_ in names.items() if id_ not in workspace.entity)
    for kind, id_ in names.items():
        if id_ in fresh:
            draft.edit("entities.yaml", Append(("entities",), _entity(id_, kind)))
    own = [(file, part) for file, part in _files(workspace) if part.system == system]
    proposals = [(file, part) for file, part in own if not part.confirmed]
    there, measured = _proposed(proposals), {row.table for row in new}
    fitting: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        fitting.setdefault(row.table, []).append(_row(row, names[row.entity]))
    agreeing = _agreeing(workspace, new, there)
    kept = {
        t
        for t in measured
        if [_said(r) for r in fitting.get(t, [])] == there.get(t)
        or (t not in fitting and t in agreeing)
    }
    added = [row for row in rows if row.table not in kept]
    target = (proposals or own)[0][0] if own else _new_file(workspace, system)
    if added and not own:
        draft.edit(target, Put(("system",), system))
    for table, written in fitting.items():
        if table not in kept:
            draft.edit(target, *(Append(("tables",), row) for row in written))
    # Last, and from behind: what goes is where it was counted.
    for file, part in proposals:
        for i in reversed(range(len(part.tables))):
            if part.tables[i].table in measured - kept - declared:
                draft.edit(file, Drop(("tables", i)))
    return Saving(
        draft.changes(),
        tuple(added),
        tuple(sorted(declared.intersection(row.table for row in found.tables))),
        fresh,
        len(new) - len(rows),
        tuple(sorted(there.keys() & measured - kept)),
        tuple(file for file, _ in proposals),
    )


def _proposed(files: Iterable[tuple[str, Map]]) -> Mapping[str, list[dict[str, Any]]]:
    """What maps that nobody confirmed say of each table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for _, part in files:
        for row in part.tables:
            found.setdefault(row.table, []).append(row.model_dump(exclude={"note", "columns"}))
    return found


def _agreeing(
    workspace: Workspace,
    found: Iterable[MappedTable],
    there: Mapping[str, list[dict[str, Any]]],
) -> set[str]:
    """Tables of which a proposal says the same as was found, as far as entity and role go."""
    parts: dict[str, set[tuple[str, str]]] = {}
    for row in found:
        meant = translated(row.entity, workspace.entity.values()) if row.entity else ()
        parts.setdefault(row.table, set()).add((meant[0] if meant else row.entity, row.role))
    own = {t: {(r["entity"] or "", r["role"]) for r in rows} for t, rows in there.items()}
    return {table for table, said in own.items() if parts.get(table) == said}


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it would be read back."""
    read = {name: v.value if isinstance(v, Noted) else v for name, v in row.items()}
    return TableMap.model_validate(read).model_dump(exclude={"note", "columns"})


def _elsewhere(row: MappedTable) -> bool:
    """Whether a map that people write could not say it: it has no joins."""
    told = [getattr(row, name) for name in (*_STAMPS, *_CONDITIONS)]
    return any(text and column in text for column in row.join for text in told) or any(
        "." in getattr(row, name) and row.join for name in _STAMPS
    )


def _names(workspace: Workspace, rows: Iterable[MappedTable]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for kind in sorted({row.entity for row in rows}):
        meant = translated(kind, workspace.entity.values())
        found[kind] = meant[0] if meant else ""
    taken = {i.casefold() for i in workspace.entity}
    for kind, id_ in found.items():
        if not id_:
            base = slug(kind.split()) or "entity"
            ids = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
            found[kind] = next(i for i in ids if i.casefold() not in taken)
            taken.add(found[kind].casefold())
    return found


def _entity(id_: str, kind: str) -> dict[str, Any]:
    asked = Noted(None, "to be asked")
    entity: dict[str, Any] = {
        "id": Noted(id_, "found in the tables, to be confirmed"),
        "name": kind.capitalize(),
        "definition": asked,
    }
    if kind in KINDS:
        entity["kind"] = kind
    return entity | {
        "class": Noted(None, "to be asked: master, reference or transaction"),
        "steward": asked,
    }


def _row(row: MappedTable, entity: str) -> dict[str, Any]:
    """What a map says of it; why it was said stands beside the table's name."""
    basis = "product map" if row.basis == "product map" else f"inferred, {row.confidence:.0%} sure"
    why = "; ".join((basis, *row.reasons[:3]))
    found: dict[str, Any] = {"table": Noted(row.table, why), "entity": entity, "role": row.role}
    if row.where:
        found["where"] = row.where
    if row.key:
        found["key"] = _short(row.key)
    if row.name:
        found["name"] = _short(row.name)
    for name in (*_STAMPS, *_CONDITIONS, "last_login"):
        if text := getattr(row, name):
            found[name] = text
    return found


def _short(columns: tuple[str, ...]) -> str | list[str]:
    return columns[0] if len(columns) == 1 else list(columns)


def _files(workspace: Workspace) -> Iterator[tuple[str, Map]]:
    """The maps of the workspace with their files."""
    names = [f for f in workspace.files if f.startswith("maps/")]
    yield from zip(names, workspace.maps, strict=False)


def _new_file(workspace: Workspace, system: str) -> str:
    """A name for the system's map that no other's has."""
    taken = {f.casefold() for f, _ in _files(workspace)}
    names = (f"maps/{system}.yaml", *(f"maps/{system}-{n}.yaml" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name.casefold() not in taken)
