"""Evidence bundles: a zip of readable JSON that travels from the client's machine.

The database administrator who made it can open and read every line; nothing
personal is in it that would not be in a report. Each document stands under its
hash in the manifest, so that a change on the way is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, from_json, to_json

FORMAT = "crmaudit evidence"
MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Bundle:
    """Documents of evidence, with the tool's version and the id of the key used."""

    documents: tuple[Document, ...]
    tool: str
    key_id: str

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted({d.provenance.system for d in self.documents}))


def write_bundle(documents: Iterable[Document], path: Path, key_id: str = "") -> int:
    """Write a bundle atomically; answers how many documents it holds.

    The same documents give the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    entries = []
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for i, document in enumerate(documents):
                body = json.dumps(json.loads(to_json(document)), ensure_ascii=False, indent=1)
                name = f"evidence/{i:05d}-{document.kind}-{_safe(document.subject)}.json"
                raw = body.encode()
                archive.writestr(_entry(name), raw)
                entries.append({"file": name, "sha256": hashlib.sha256(raw).hexdigest()})
            manifest = {
                "format": FORMAT,
                "version": 1,
                "tool": crmaudit.__version__,
                "key_id": key_id,
                "documents": entries,
            }
            archive.writestr(_entry("manifest.json"), json.dumps(manifest, indent=1).encode())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CrmauditError(f"{path} cannot be written: {error.strerror}") from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return len(entries)


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file, each document checked against the manifest.

    Raises CrmauditError where it is no bundle, damaged, or changed on the way.
    """
    hint = "ask for it again: `crmaudit collect --url URL --as SYSTEM -o evidence.zip`"
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(i.file_size for i in archive.infolist()) > MAX_BYTES:
                raise CrmauditError(f"{path.name} unpacks to more than 1 GiB", hint)
            manifest = json.loads(archive.read("manifest.json"))
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                raise CrmauditError(f"{path.name} is no bundle of evidence", hint)
            documents = []
            for entry in manifest["documents"]:
                raw = archive.read(entry["file"])
                if hashlib.sha256(raw).hexdigest() != entry["sha256"]:
                    raise CrmauditError(f"{path.name}: {entry['file']} was changed", hint)
                documents.append(from_json(raw))
    except FileNotFoundError:
        raise CrmauditError(f"there is no file {path}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise CrmauditError(f"{path.name} is no bundle of evidence: {error}", hint) from None
    return Bundle(tuple(documents), str(manifest.get("tool", "")), str(manifest.get("key_id", "")))


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _safe(subject: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in subject)[:80]
