"""`init`: a commented workspace that loads, empty or with a proposal from a database."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.resources import files as resources
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.workspace.file_names import check_id
from crmaudit.workspace.files import MARKER
from crmaudit.workspace.loading import load
from crmaudit.workspace.naming import Words, slug
from crmaudit.workspace.proposal import (
    Proposal,
    ProposedEntity,
    ProposedSystem,
    ProposedTable,
)
from crmaudit.workspace.schema import FOLDER as SCHEMAS
from crmaudit.workspace.schema import reference, write_schemas
from crmaudit.workspace.yaml_text import comment, scalar

_STARTER = (
    "audit.yaml",
    "brief.yaml",
    "entities.yaml",
    "processes.yaml",
    "people.yaml",
    "needs.yaml",
    "registers.yaml",
    "kpis.yaml",
    "responses.yaml",
    "maps/README.md",
    "interviews/README.md",
)
_IGNORED = (".crmaudit/", "reports/")
_FILE_ENGINES = ("sqlite", "duckdb", "folder")
# A question mark without `name=` after it belongs to the password.
_ADDRESS = re.compile(r"(?P<scheme>[\w+.-]+://)(?P<place>.*?)(?P<query>\?[\w.-]+=.*)?", re.DOTALL)
# Up to the last @: a password may hold one itself.
_PASSWORD = re.compile(r"^([^:@]*:)(.*)(?=@)", re.DOTALL)
_SECRET_PARAMETER = re.compile(
    r"([?&][^=&]*(?:pass|pwd|secret|token)[^=&]*=)([^&]*)", re.IGNORECASE
)
_IN_ENVIRONMENT = re.compile(r"\$\{\w+\}").fullmatch
_ASK_CRM = f"{'':21}# to be asked: which of the systems is the CRM"
_TO_LOOK_AT = "once somebody has looked, delete this line: until then what is measured outweighs it"
_TO_CONFIRM = "# proposed from the names and keys of the tables, to be confirmed"


def init(
    folder: Path,
    *,
    organisation: str = "",
    proposal: Proposal | None = None,
    fill: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Writes a workspace into the folder; answers the files written.

    Without a name of the organisation the folder's own stands in. `fill` may
    change and add files before anything is in its place: it is given the
    draft's folder, which then holds no dossier yet. Refuses to overwrite
    anything; where it fails, nothing has been written. An address in the
    proposal is written without its password.
    """
    if proposal is not None:
        check_id(proposal.system.id, "system")
    name = organisation.strip() or folder.resolve().name or "Organisation"
    texts = _texts(name, proposal, with_dossier=fill is None)
    _refuse_to_overwrite(folder, [*texts, SCHEMAS])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".crmaudit-init-", dir=folder.parent))
    except OSError as error:
        raise _cannot_write(folder, error) from None
    try:
        for file, text in texts.items():
            path = draft / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        write_schemas(draft / SCHEMAS)
        if fill is not None:
            fill(draft)
            files = (p.relative_to(draft) for p in draft.rglob("*") if p.is_file())
            _refuse_to_overwrite(folder, sorted(p.as_posix() for p in files))
        load(draft)
        return _move(draft, folder)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def without_secret(url: str, system_id: str) -> str:
    """The address with `${SYSTEM_PASSWORD}` where a password was."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return url
    scheme, place, query = match.group("scheme", "place", "query")
    variable = "${" + password_variable(system_id) + "}"

    def hidden(found: re.Match[str]) -> str:
        return found.group(1) + (found.group(2) if _IN_ENVIRONMENT(found.group(2)) else variable)

    if not scheme.startswith(_FILE_ENGINES):
        place = _PASSWORD.sub(hidden, place)
    return scheme + place + _SECRET_PARAMETER.sub(hidden, query or "")


def password_variable(system_id: str) -> str:
    """The environment variable in which a system's password is looked for."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", system_id).upper()
    return f"_{name}_PASSWORD" if name[:1].isdigit() else f"{name}_PASSWORD"


def _texts(
    organisation: str, proposal: Proposal | None, *, with_dossier: bool = True
) -> dict[str, str]:
    """Every file of the workspace, except the schemas."""
    system = proposal.system if proposal else ProposedSystem("crm", "CRM")
    blanks = {
        "id": scalar(slug(Words.of(organisation).words) or "audit"),
        "organisation": scalar(organisation),
        "system": scalar(system.id) if with_dossier else _ASK_CRM,
        "entities": "\n".join(_entities(proposal.entities)) if proposal else "",
    }
    texts = {file: _filled(file, file, blanks) for file in _STARTER}
    if with_dossier:
        texts |= dossier_text(system, "" if proposal else "crm")
    if proposal and proposal.tables:
        texts |= map_text(system, proposal.tables)
    return texts


def dossier_text(system: ProposedSystem, kind: str = "") -> dict[str, str]:
    """The file of a commented dossier and its text, nearly all of it to be asked."""
    blanks = {
        "id": scalar(system.id),
        "name": scalar(system.name),
        "kind": kind or "                    # to be asked: crm, billing, newsletter…",
        "variable": password_variable(system.id),
        "database": "\n".join(_database(system)),
    }
    file = f"systems/{system.id}.yaml"
    return {file: _filled("systems/crm.yaml", file, blanks)}


def map_text(system: ProposedSystem, tables: tuple[ProposedTable, ...]) -> dict[str, str]:
    """The file of an entity map and its text, all of it to be confirmed."""
    file = f"maps/{system.id}.yaml"
    return {file: reference(file) + "\n".join(_map(system, tables)) + "\n"}


def _filled(starter: str, file: str, blanks: Mapping[str, str]) -> str:
    path = resources("crmaudit.workspace").joinpath("starter", *starter.split("/"))
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"%\{(\w+)\}", lambda match: blanks[match.group(1)], text)
    lines = (line.rstrip() for line in text.splitlines())
    text = "\n".join(lines) + "\n"
    return reference(file) + text if file.endswith(".yaml") else text


def _database(system: ProposedSystem) -> Iterator[str]:
    if not system.url:
        example = f"postgresql://reader:${{{password_variable(system.id)}}}@host/crm"
        yield f"  url:                    # to be asked, like {example}"
        yield "                          # or a path: an SQLite or DuckDB file, a folder of exports"
        return
    yield f"  url: {scalar(without_secret(system.url, system.id))}"
    if system.schema:
        yield f"  schema: {scalar(system.schema)}"
    if system.product:
        yield f"  product: {scalar(system.product)}    {_TO_CONFIRM}"


def _entities(entities: tuple[ProposedEntity, ...]) -> Iterator[str]:
    for entity in entities:
        yield f"  - id: {scalar(entity.id)}    {_TO_CONFIRM}"
        yield f"    name: {scalar(entity.name)}"
        yield "    definition:           # to be asked"
        if entity.kind:
            yield f"    kind: {entity.kind}"
        yield "    class:                # to be asked: master, reference or transaction"
        yield "    steward:              # to be asked"
        if entity.attributes:
            yield "    attributes:"
            yield from (f"      - {scalar(name)}" for name in entity.attributes)
        if entity.more_attributes:
            yield f"      # … and {entity.more_attributes} more columns"
        if entity.relationships:
            yield "    relationships:"
        for other, cardinality in entity.relationships:
            yield f'      - {{to: {scalar(other)}, cardinality: "{cardinality}"}}'
        if entity.volume is not None:
            as_of = f", as_of: {entity.as_of}" if entity.as_of else ""
            yield f"    volume: {{rows: {entity.volume}{as_of}}}"
        yield "    personal_data:        # to be asked: none, personal or special"
        yield ""


def _map(system: ProposedSystem, tables: tuple[ProposedTable, ...]) -> Iterator[str]:
    yield "# Which table holds which entity. Everything here is proposed from the tables' names and"
    yield "# keys, to be confirmed. Tables without an entity hold none of their own."
    yield ""
    yield f"system: {scalar(system.id)}"
    yield f"confirmed: false    # {_TO_LOOK_AT}"
    yield "tables:"
    for table in tables:
        yield f"  - table: {scalar(table.table)}" + (
            f"    # {comment(table.reason)}" if table.reason else ""
        )
        if table.entity:
            yield f"    entity: {scalar(table.entity)}"
        yield f"    role: {table.role}"
        if table.where:
            yield f"    where: {scalar(table.where)}"
        for several in ("key", "name"):
            if columns := getattr(table, several):
                yield f"    {several}: [{', '.join(scalar(column) for column in columns)}]"
        stamps = ("created_at", "created_by", "modified_at", "modified_by", "owner", "last_login")
        for stamp in stamps:
            column = getattr(table, stamp)
            if column:
                yield f"    {stamp}: {scalar(column)}"
        for condition in ("soft_delete", "archived", "test_rows", "automatic"):
            if text := getattr(table, condition):
                yield f"    {condition}: {scalar(text)}"


def _refuse_to_overwrite(folder: Path, names: list[str]) -> None:
    if os.path.lexists(folder) and not folder.is_dir():
        raise CrmauditError(f"{folder} is no folder", "name a new or an empty folder")
    taken = [name for name in names if os.path.lexists(folder / name)]
    if taken:
        raise CrmauditError(
            f"{folder} already has {', '.join(taken)}", "name a new or an empty folder"
        )


def _move(draft: Path, folder: Path) -> list[Path]:
    """Puts the finished files in their place, the marker last; all or none."""
    # mkdtemp makes folders that nobody else may enter: the files are moved, not the folder.
    names = sorted(p.relative_to(draft) for p in draft.rglob("*") if p.is_file())
    names.sort(key=lambda name: name.as_posix() == MARKER)
    made: list[Path] = []
    try:
        for name in names:
            for parent in reversed((folder / name).parents):
                if not parent.exists():
                    parent.mkdir()
                    made.append(parent)
            os.rename(draft / name, folder / name)
            made.append(folder / name)
        _ignore_generated(folder)
    except OSError:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise
    return [folder / name for name in names]


def _ignore_generated(folder: Path) -> None:
    """Keeps evidence and reports out of git; a .gitignore that is there gains what it lacks."""
    path = folder / ".gitignore"
    old = path.read_bytes() if path.exists() else b""
    missing = [line for line in _IGNORED if line.encode() not in old.split()]
    if missing:
        gap = b"" if not old or old.endswith(b"\n") else b"\n"
        new = path.with_name(".gitignore.new")
        new.write_bytes(old + gap + "".join(f"{line}\n" for line in missing).encode())
        os.replace(new, path)


def _cannot_write(folder: Path, error: OSError) -> CrmauditError:
    return CrmauditError(
        f"{folder} cannot be written: {error.strerror or error}", "name another folder"
    )
