"""Evidence bundles: a zip of readable JSON that travels from the client's machine.

The database administrator who made it can open and read every line; nothing
personal is in it that would not be in a report. Each document stands under its
hash in the manifest, so that a change on the way is noticed; who wants to
deceive can change both, so a bundle is as good as the way it came.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, from_json, to_json
from crmaudit.workspace.file_names import refuse_own

FORMAT = "crmaudit evidence"
VERSION = 1
MAX_BYTES = 256 << 20
"""Unpacked. Evidence takes about 10 KB a table: far more is no honest bundle."""
_MANIFEST = "manifest.json"
_AGAIN = "ask for it again: `crmaudit collect --url URL --as SYSTEM -o evidence.zip`"
_CLOCKS = timedelta(days=1)
"""By how much two machines' clocks may differ."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Documents of evidence, with the tool's version and the id of the key used."""

    documents: tuple[Document, ...]
    tool: str
    key_id: str

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted({d.provenance.system for d in self.documents}))

    def check_key(self, key_id: str) -> None:
        """Raise CrmauditError where the bundle was made with another key than this one.

        A bundle made without any key holds no pseudonym, and fits everywhere.
        """
        if self.key_id and self.key_id != key_id:
            own = f"this audit's is {key_id}" if key_id else "this audit has none yet"
            raise CrmauditError(
                f"the bundle was made with the key {self.key_id}, {own}: "
                "the same account would have two pseudonyms",
                "set CRMAUDIT_KEY to the same value here and where it is collected",
            )


def write_bundle(documents: Iterable[Document], path: Path) -> int:
    """Write a bundle atomically; answers how many documents it holds.

    The same documents give the same bytes. Raises CrmauditError where it
    cannot be written, and for documents made with different keys.
    """
    partial = path.with_name(f".{path.name}.part")
    refuse_own(path)
    entries = []
    keys: set[str] = set()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for i, document in enumerate(documents):
                keys.add(document.provenance.key_id)
                body = json.dumps(json.loads(to_json(document)), ensure_ascii=False, indent=1)
                name = f"evidence/{i:05d}-{document.kind}-{_safe(document.subject)}.json"
                raw = body.encode()
                archive.writestr(_entry(name), raw)
                entries.append({"file": name, "sha256": hashlib.sha256(raw).hexdigest()})
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "tool": crmaudit.__version__,
                "key_id": _one_key(keys),
                "documents": entries,
            }
            archive.writestr(_entry(_MANIFEST), json.dumps(manifest, indent=1).encode())
        os.replace(partial, path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if not isinstance(error, OSError):
            raise
        raise CrmauditError(
            f"{path} cannot be written: {error.strerror}", "name another file"
        ) from None
    return len(entries)


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file, each document checked against the manifest.

    Nothing is unpacked to the disk. Raises CrmauditError where it is no
    bundle, damaged, of a newer version, or changed on the way.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            key_id = str(manifest.get("key_id", ""))
            documents = tuple(_documents(archive, manifest, path, key_id))
    except FileNotFoundError:
        raise CrmauditError(f"there is no file {path}", "check its name") from None
    except IsADirectoryError:
        raise CrmauditError(f"{path} is a folder", "name the bundle's file") from None
    except zipfile.BadZipFile:
        raise _refused(path, "is no zip file, or only a part of one") from None
    except (zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        # Damaged data, a password, nesting without end, a method of compression unknown.
        raise _refused(path, f"cannot be unpacked: {error}") from None
    if not documents:
        raise _refused(path, "holds no evidence")
    return Bundle(documents, str(manifest.get("tool", "")), key_id)


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    entries = archive.infolist()
    # What an entry claims is what is read of it at most.
    if sum(e.file_size for e in entries) > MAX_BYTES:
        raise _refused(path, f"unpacks to more than {MAX_BYTES >> 20} MiB")
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != FORMAT:
            raise KeyError
        version, listed = manifest["version"], [e["file"] for e in manifest["documents"]]
        names = sorted([_MANIFEST, *listed])
    except (KeyError, ValueError, TypeError):
        raise _refused(path, "is no bundle of evidence") from None
    if version != VERSION:
        raise CrmauditError(
            f"{path.name} is a bundle of version {version!r}, this program reads {VERSION}",
            "use the version of crmaudit that made it, or a newer one",
        )
    if names != sorted(e.filename for e in entries):
        raise _refused(path, "does not hold exactly what its manifest lists")
    return dict(manifest)


def _documents(
    archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path, key_id: str
) -> Iterator[Document]:
    latest = datetime.now(UTC) + _CLOCKS
    for entry in manifest["documents"]:
        file = entry["file"]
        raw = archive.read(file)
        if hashlib.sha256(raw).hexdigest() != entry.get("sha256"):
            raise _refused(path, f"was changed: {file} does not match its manifest")
        try:
            document = from_json(raw)
            # JSON can spell halves of characters, which no file can hold.
            to_json(document).encode()
        except CrmauditError as error:
            raise CrmauditError(error.problems[0].message, error.hint or _AGAIN, file) from None
        except (ValueError, TypeError) as error:
            raise _refused(path, f"holds damaged evidence, {file}: {error}") from None
        p = document.provenance
        if p.key_id not in ("", key_id):
            raise _refused(path, f"was changed: {file} has another key than its manifest")
        if p.taken_at.tzinfo is None or p.taken_at > latest:
            # It would count as the newest for ever.
            raise _refused(path, f"holds evidence of the future, {file}: its clock was wrong")
        yield document


def _refused(path: Path, reason: str) -> CrmauditError:
    return CrmauditError(f"{path.name} {reason}", _AGAIN)


def _one_key(keys: set[str]) -> str:
    used = sorted(keys - {""})
    if len(used) > 1:
        raise CrmauditError(
            f"the evidence was made with different keys: {', '.join(used)}",
            "collect the systems again, so that their pseudonyms agree",
        )
    return used[0] if used else ""


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _safe(subject: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in subject)[:80]
