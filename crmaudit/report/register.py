"""The evidence register: every measurement behind the report's numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from crmaudit.evidence import Catalog, Document, TableProfile, to_json
from crmaudit.report import blocks as b
from crmaudit.report.wording import counted

_WORDS = {
    "entity-map": "entity map",
    "keys": "keys and references",
    "expectations": "expectations tested",
    "reach": "what is at hand of customers",
    "grants": "rights",
    "statements": "statements that ran",
    "code": "code",
    "written": "traces of writing",
    "access": "accounts and their rights",
    "recording": "who recorded, by month",
    "changes": "histories of changes",
    "health": "what the server shows",
    "backups": "backup files",
    "series": "values of an indicator",
}


def register(documents: Iterable[Document], root: Path) -> tuple[b.Evidence, ...]:
    """Every document of evidence as an entry, by system, kind and subject.

    Files of the workspace `root` are named from there: a report tells nothing
    of the machine on which it was made.
    """
    ordered = sorted(documents, key=lambda d: (d.provenance.system, d.kind, d.subject))
    return tuple(_entry(d, f"{root.resolve().as_posix()}/") for d in ordered)


def _entry(document: Document, here: str) -> b.Evidence:
    p = document.provenance
    what, method, rows = str(document.kind), str(p.status.state), None
    if isinstance(document, Catalog):
        what = f"catalog of {p.system}: {counted(len(document.tables), 'table')}"
    elif isinstance(document, TableProfile):
        part = f" where {document.where}" if document.where else ""
        what = f"profile of {p.system}, table {document.table}{part}"
        rows, method = document.rows, str(document.rows_method)
    else:
        what = f"{_WORDS.get(document.kind, document.kind)} of {p.system}"
        if document.kind in ("grants", "statements", "code") and document.subject:
            what += f": {document.subject}"
    if p.status.state != "done":
        method = f"{p.status.state}: {p.status.reason}"
    return b.Evidence(
        id=document.id,
        what=what,
        source=f"{p.source.replace(here, '')} ({p.engine})",
        method=method,
        taken=f"{p.taken_at:%Y-%m-%d %H:%M} UTC",
        rows=rows,
        digest=hashlib.sha256(to_json(document).encode()).hexdigest()[:12],
    )
