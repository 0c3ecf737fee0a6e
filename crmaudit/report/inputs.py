"""What a report is made of: declarations, evidence, history, program.

A report shows two short hashes, of all that was declared and of all that was
measured. The manifest beside it (`crmaudit.report.manifest`) names each input,
so that `report --verify` can say which one changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from crmaudit.facts import Facts
from crmaudit.report import blocks as b

FOLDERS = ("data", "sections", "templates")
"""Folders of a workspace of which every file counts, whatever its kind."""
SHORT = 12
"""Hexadecimal digits of a hash as a report shows it."""


def declared(facts: Facts) -> Mapping[str, str]:
    """SHA-256 of every file that people wrote, by its path in the workspace.

    YAML files, data of indicators and surveys, own sections and templates,
    logo and fonts. Line ends of texts do not count: they differ between
    systems.
    """
    workspace = facts.workspace
    found = {name: workspace.text(name).encode("utf-8", "replace") for name in workspace.files}
    for path in _others(facts):
        name = path.relative_to(workspace.root).as_posix()
        if name not in found:
            found[name] = path.read_bytes()
    return {name: digest(found[name]) for name in sorted(found)}


def _others(facts: Facts) -> Iterator[Path]:
    """Files that are no YAML of the workspace and make a difference all the same."""
    workspace = facts.workspace
    root = workspace.root
    folders = [root / name for name in FOLDERS]
    if workspace.theme.font_folder:
        folders.append(root / workspace.theme.font_folder)
    for folder in folders:
        if folder.is_relative_to(root):
            yield from (p for p in sorted(folder.rglob("*")) if _counts(p))
    named = [k.file for k in workspace.kpis.kpis] + [s.file for s in workspace.kpis.surveys]
    for name in (workspace.theme.logo, *named):
        if name and _counts(root / name) and (root / name).is_relative_to(root):
            yield root / name


def _counts(path: Path) -> bool:
    return path.is_file() and not path.name.startswith((".", "~$"))


def configuration(facts: Facts) -> str:
    """A short hash of everything declared: the same words, the same configuration."""
    return together(declared(facts).items())


def measured(evidence: Iterable[b.Evidence]) -> str:
    """A short hash of all evidence, by ids and digests; empty where there is none."""
    found = sorted((e.id, e.digest) for e in evidence)
    return together(found) if found else ""


def remembered(facts: Facts) -> Mapping[str, str]:
    """A hash of each audit remembered before, by its number: trends are made of them."""
    return {
        str(past.number): digest(json.dumps(past.body, sort_keys=True, default=str).encode())
        for past in facts.past
    }


def last_audit(facts: Facts) -> str:
    """Number and day of the newest audit remembered before; empty where there is none."""
    last = max(facts.past, key=lambda past: past.number, default=None)
    return f"{last.number} of {last.day}" if last else ""


def together(pairs: Iterable[tuple[str, str]]) -> str:
    """One short hash of names and what each stands for."""
    whole = hashlib.sha256()
    for name, value in pairs:
        whole.update(f"{name}\0{value}\0".encode("utf-8", "replace"))
    return whole.hexdigest()[:SHORT]


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits; of a text, as if its lines ended as on Unix."""
    if b"\0" not in content:
        content = content.replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()
