"""The manifest beside the reports: what they were made of, and their own hashes.

`information-management-plan.manifest.json` says with which version, options,
declarations, evidence and history the files beside it were made. It holds
hashes and names of files, no content, and no day of its own: the same inputs
give the same manifest. The edition for an audience has one of its own, called
after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.formats import manifest_name, manifests_in
from crmaudit.report.inputs import declared, last_audit, remembered

SCHEMA = "crmaudit.report.manifest/1"
LIBRARIES = (
    "jinja2",
    "markdown-it-py",
    "pikepdf",
    "python-docx",
    "python-pptx",
    "typst",
    "xlsxwriter",
)
"""Libraries that have a hand in the bytes of a report."""


@dataclass(frozen=True)
class Manifest:
    """All that decides on the bytes of reports, and the SHA-256 of each file."""

    tool: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    """Library → version."""
    audience: str = ""
    final: bool = False
    language: str = "en"
    key: str = ""
    """The public id of the key by which accounts get their pseudonyms; empty without one."""
    configuration: str = ""
    evidence_hash: str = ""
    declared: Mapping[str, str] = field(default_factory=dict)
    """File of the workspace → SHA-256."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Evidence id → digest, as the evidence register shows it."""
    history: Mapping[str, str] = field(default_factory=dict)
    """Number of an audit remembered before → SHA-256."""
    last_audit: str = ""
    """Number and day of the newest of them, like `3 of 2026-11-20`; empty where there is none."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name of a report's file → SHA-256 of its bytes."""

    @property
    def inputs(self) -> dict[str, Any]:
        """Everything but the files."""
        return {k: v for k, v in asdict(self).items() if k != "files"}


def manifest(facts: Facts, document: b.Document) -> Manifest:
    """The manifest of a document of these facts, without files."""
    meta = document.meta
    return Manifest(
        tool=meta.tool_version or crmaudit.__version__,
        libraries=_libraries(),
        audience=meta.audience,
        final=meta.status == "final",
        language=meta.language,
        key=facts.key.id if facts.key else "",
        configuration=meta.configuration,
        evidence_hash=meta.evidence,
        declared=declared(facts),
        evidence={e.id: e.digest for e in sorted(document.evidence, key=lambda e: e.id)},
        history=remembered(facts),
        last_audit=last_audit(facts),
    )


def manifest_bytes(made: Manifest, folder: Path, written: Mapping[str, bytes]) -> bytes:
    """The manifest with these files; those that were made of the same inputs before stay in it."""
    files = {name: digest_of(content) for name, content in written.items()}
    try:
        before = read_manifest(folder / manifest_name(made.audience))
    except CrmauditError:
        before = None
    if before is not None and before.inputs == made.inputs:
        files = {**before.files, **files}
    data = {"schema": SCHEMA, **made.inputs, "files": dict(sorted(files.items()))}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def manifests(folder: Path) -> tuple[Manifest, ...]:
    """The manifests in a folder, one an edition.

    Raises CrmauditError where one cannot be read or is of another form.
    """
    found = (read_manifest(path) for path in manifests_in(folder))
    return tuple(m for m in found if m is not None)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file, None where there is no such file.

    Raises CrmauditError where it cannot be read or is of another form.
    """
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise CrmauditError(
            f"the manifest is not of the form {SCHEMA}", "write the reports again", str(path)
        )
    empty = Manifest()
    told = {f.name: data[f.name] for f in fields(Manifest) if f.name in data}
    if not all(_alike(value, getattr(empty, name)) for name, value in told.items()):
        raise CrmauditError("the manifest was changed", "write the reports again", str(path))
    return Manifest(**told)


def _alike(value: Any, empty: Any) -> bool:
    """Whether a value is of the form that it was written in."""
    if isinstance(empty, dict):
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    return type(value) is type(empty)


def digest_of(content: bytes) -> str:
    """SHA-256 of a report's bytes as they are."""
    return hashlib.sha256(content).hexdigest()


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
