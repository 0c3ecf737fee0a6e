"""The evidence register: every measurement behind the report's numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from crmaudit.evidence import Catalog, Document, TableProfile, to_json
from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.wording import counted

_WORDS = {
    "entity-map": msg("entity map"),
    "keys": msg("keys and references"),
    "expectations": msg("expectations tested"),
    "reach": msg("what is at hand of customers"),
    "duplicates": msg("duplicates"),
    "overlap": msg("overlap"),
    "grants": msg("rights"),
    "statements": msg("statements that ran"),
    "code": msg("code"),
    "written": msg("traces of writing"),
    "access": msg("accounts and their rights"),
    "recording": msg("who recorded, by month"),
    "changes": msg("histories of changes"),
    "health": msg("what the server shows"),
    "backups": msg("backup files"),
    "series": msg("values of an indicator"),
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
        views = sum(t.kind == "view" for t in document.tables)
        tables = counted(len(document.tables) - views, "table")
        if views:
            tables = msg("{tables} and {views}", tables=tables, views=counted(views, "view"))
        what = msg("catalog of {system}: {tables}", system=p.system, tables=tables)
    elif isinstance(document, TableProfile):
        part = msg(" where {where}", where=document.where) if document.where else ""
        what = msg(
            "profile of {system}, table {table}{part}",
            system=p.system,
            table=document.table,
            part=part,
        )
        rows, method = document.rows, str(document.rows_method)
    else:
        what = msg(
            "{what} of {system}", what=_WORDS.get(document.kind, document.kind), system=p.system
        )
        if document.kind in ("grants", "statements", "code") and document.subject:
            what = msg("{what}: {subject}", what=what, subject=document.subject)
    if p.status.state != "done":
        method = msg("{state}: {reason}", state=msg(p.status.state), reason=p.status.reason)
    return b.Evidence(
        id=document.id,
        what=what,
        source=f"{p.source.replace(here, '')} ({p.engine})",
        method=method,
        taken=msg("{taken_at:%Y-%m-%d %H:%M} UTC", taken_at=p.taken_at),
        rows=rows,
        digest=hashlib.sha256(to_json(document).encode()).hexdigest()[:12],
    )
