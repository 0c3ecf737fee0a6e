"""A system's records as keyed hashes, in a file that travels to whoever compares them.

A zip with a readable `manifest.json` and one Parquet file an entity. It holds
no value, no key of the source and no name: see `hashing` for what each column
is made of, and the manifest, which says it to the reader. Rows stand in the
order of their keyed ids, so the source's order tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.private import Scratch
from crmaudit.quality.collectors.matching.hashing import MEANING, SCHEMA
from crmaudit.quality.matching.recipe import ATTRIBUTES, MATCHED
from crmaudit.workspace.file_names import refuse_own

FORMAT = "crmaudit keyed hashes"
VERSION = 1
MAX_BYTES = 16 << 30
"""Unpacked; 100,000 records take about 30 MB."""
_MANIFEST = "manifest.json"
_MAX_MANIFEST = 4 << 20
_ROWS = 65_536
_AGAIN = (
    "ask its owner for it again: "
    "`CRMAUDIT_KEY=… crmaudit collect --url URL --as SYSTEM --hashed -o FILE`"
)
_CLOCKS = timedelta(days=1)
_ABOUT = (
    "Records of one system as keyed hashes, to be compared with those of another system. "
    "No value is in here. Whoever has the key that was used can try out values; "
    "whoever has not can see how many records there are and how often the same value occurs."
)


@dataclass(frozen=True, slots=True)
class HashedEntity:
    """The records of one entity: how many, from which tables, what is filled in.

    `attributes` are those that were hashed, with the number of records that
    have them. `left_out` of the tables' rows are not among the records.
    """

    entity: str
    kind: str
    tables: tuple[str, ...]
    records: int
    attributes: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which system was hashed, when, with which key (its id) and program."""

    system: str
    source: str
    snapshot: str
    taken_at: datetime
    key_id: str
    tool: str = f"crmaudit {crmaudit.__version__}"


@dataclass(frozen=True, slots=True)
class HashedBundle:
    """A bundle that was read and checked; its records are read when they are asked for."""

    path: Path
    origin: Origin
    entities: tuple[HashedEntity, ...]
    files: Mapping[str, str]
    """Entity → the name of its file in the zip."""

    def batches(self, entity: str) -> Iterator[pa.RecordBatch]:
        """The records of an entity, with the columns of `hashing.SCHEMA`.

        Raises CrmauditError where they cannot be read.
        """
        with (
            _reading(self.path),
            zipfile.ZipFile(self.path) as archive,
            archive.open(self.files[entity]) as file,
            pq.ParquetFile(file) as rows,
        ):
            for batch in rows.iter_batches(_ROWS):
                yield _checked(batch, self.path)


def write_hashed_bundle(
    path: Path, origin: Origin, entities: Iterable[tuple[HashedEntity, Iterable[pa.RecordBatch]]]
) -> tuple[HashedEntity, ...]:
    """Write a bundle atomically, for this user's eyes only; answers what it holds.

    The same records give the same bytes but for the time. Raises
    CrmauditError where it cannot be written; nothing is left then.
    """
    refuse_own(path)
    partial = path.with_name(f".{path.name}.part")
    written: list[HashedEntity] = []
    listed: list[dict[str, Any]] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        # Hashes of people's records are personal data, too.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with Scratch() as scratch, zipfile.ZipFile(partial, "w") as archive:
            for number, (entity, batches) in enumerate(entities):
                name = f"records/{number:02d}-{_safe(entity.entity)}.parquet"
                file = Path(scratch, f"{number}.parquet")
                with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
                    for batch in batches:
                        writer.write_batch(batch)
                info = _entry(name, zipfile.ZIP_STORED)
                with file.open("rb") as read, archive.open(info, "w", force_zip64=True) as put:
                    digest = _copied(read, put)
                written.append(entity)
                listed.append(_told(entity) | {"file": name, "sha256": digest})
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "about": _ABOUT,
                "tool": origin.tool,
                "key_id": origin.key_id,
                "system": origin.system,
                "source": origin.source,
                "snapshot": origin.snapshot,
                "taken_at": origin.taken_at.isoformat(),
                "columns": dict(MEANING),
                "entities": listed,
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            archive.writestr(_entry(_MANIFEST, zipfile.ZIP_DEFLATED), text)
        os.replace(partial, path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if not isinstance(error, OSError):
            raise
        raise CrmauditError(
            f"{path} cannot be written: {error.strerror}", "name another file"
        ) from None
    return tuple(written)


def read_hashed_bundle(path: Path) -> HashedBundle:
    """The bundle in a file, checked against its manifest; nothing is unpacked to the disk.

    Raises CrmauditError where it is no such bundle, damaged, changed on the
    way, or of another version.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        manifest = _manifest(archive, path)
        try:
            origin = Origin(
                _text(manifest["system"]),
                _text(manifest["source"]),
                _text(manifest["snapshot"]),
                datetime.fromisoformat(manifest["taken_at"]),
                _text(manifest["key_id"]),
                _text(manifest["tool"]),
            )
            listed = [(_entity(e), _text(e["file"]), e["sha256"]) for e in manifest["entities"]]
        except (KeyError, ValueError, TypeError, AttributeError):
            raise _refused(path, "has a damaged manifest") from None
        if origin.taken_at.tzinfo is None or origin.taken_at > datetime.now(UTC) + _CLOCKS:
            raise _refused(path, "is of the future: its clock was wrong")
        names = sorted([_MANIFEST, *(file for _, file, _ in listed)])
        if names != sorted(archive.namelist()) or len({e.entity for e, _, _ in listed}) != len(
            listed
        ):
            raise _refused(path, "does not hold exactly what its manifest lists")
        for entity, file, digest in listed:
            _check_records(archive, path, entity, file, digest)
    return HashedBundle(
        path, origin, tuple(e for e, _, _ in listed), {e.entity: file for e, file, _ in listed}
    )


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    entries = {e.filename: e for e in archive.infolist()}
    if sum(e.file_size for e in entries.values()) > MAX_BYTES:
        raise _refused(path, f"unpacks to more than {MAX_BYTES >> 30} GiB")
    try:
        if entries[_MANIFEST].file_size > _MAX_MANIFEST:
            raise ValueError
        manifest = json.loads(archive.read(_MANIFEST))
        version = manifest["version"]
        if manifest["format"] != FORMAT:
            raise ValueError
    except (KeyError, ValueError, TypeError):
        raise _refused(path, "is no bundle of keyed hashes") from None
    if version != VERSION:
        raise CrmauditError(
            f"{path.name} is a bundle of hashes of version {version!r}, "
            f"this program reads {VERSION}",
            "have both sides use the same version of crmaudit",
        )
    return dict(manifest)


def _check_records(
    archive: zipfile.ZipFile, path: Path, entity: HashedEntity, file: str, digest: object
) -> None:
    info = archive.getinfo(file)
    if info.compress_type != zipfile.ZIP_STORED:
        raise _refused(path, f"was packed by something else: {file} is compressed twice")
    with archive.open(file) as read:
        if _copied(read, None) != digest:
            raise _refused(path, f"was changed: {file} does not match its manifest")
    with archive.open(file) as read, pq.ParquetFile(read) as rows:
        if not rows.schema_arrow.equals(SCHEMA):
            raise _refused(path, f"has other columns than it should, in {file}")
        if rows.metadata.num_rows != entity.records:
            raise _refused(path, f"does not have as many records as it says, in {file}")


def _checked(batch: pa.RecordBatch, path: Path) -> pa.RecordBatch:
    if batch.column("id").null_count:
        raise _refused(path, "has records without an id")
    return batch


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever a file can be that is no bundle, said in words."""
    try:
        yield
    except FileNotFoundError:
        raise CrmauditError(f"there is no file {path}", "check its name") from None
    except IsADirectoryError:
        raise CrmauditError(f"{path} is a folder", "name the bundle's file") from None
    except zipfile.BadZipFile:
        raise _refused(path, "is no zip file, or only a part of one") from None
    except (pa.ArrowException, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _refused(path, f"cannot be unpacked: {error}") from None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from None


def _copied(read: Any, put: Any) -> str:
    """The SHA-256 of what was read, and, where `put` is a file, copied to it."""
    digest = hashlib.sha256()
    while part := read.read(1 << 20):
        digest.update(part)
        if put is not None:
            put.write(part)
    return digest.hexdigest()


def _told(entity: HashedEntity) -> dict[str, Any]:
    return {
        "entity": entity.entity,
        "kind": entity.kind,
        "tables": list(entity.tables),
        "records": entity.records,
        "attributes": dict(entity.attributes),
        "left_out": dict(entity.left_out),
    }


def _entity(told: Mapping[str, Any]) -> HashedEntity:
    found = HashedEntity(
        _text(told["entity"]),
        _text(told["kind"]),
        tuple(_text(t) for t in told["tables"]),
        _count(told["records"]),
        {_text(k): _count(v) for k, v in told["attributes"].items()},
        {_text(k): _count(v) for k, v in told["left_out"].items()},
    )
    if found.kind not in MATCHED or not found.entity:
        raise ValueError
    if not found.attributes.keys() <= set(ATTRIBUTES):
        raise ValueError
    if any(filled > found.records for filled in found.attributes.values()):
        raise ValueError
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    # JSON can spell halves of characters, which no file can hold.
    value.encode()
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _refused(path: Path, reason: str) -> CrmauditError:
    return CrmauditError(f"{path.name} {reason}", _AGAIN)


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info


def _safe(subject: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in subject)[:80]
