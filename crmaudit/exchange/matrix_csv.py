"""`export matrix.csv`: the matrix's relations, a line for each cell of which anything is known."""

from __future__ import annotations

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.matrix_book import (
    MARK,
    RELATIONS,
    relation_mark,
    relations,
    shown,
    verdicts,
)
from crmaudit.sheets import csv_text

_HEADER = ("system", "entity", "declared", "proven", "contradicted", "allowed", "proof", "verdict")


def render(export: Export) -> Rendered:
    """Ids, letters and verdicts; only `declared` is read back."""
    crud, workspace = export.facts.whole_crud, export.facts.workspace
    rows = [
        (
            r.cell.system,
            r.cell.entity,
            str(shown(r.cell.letters) or "") if r.listed else "",
            r.cell.proven,
            r.cell.denied,
            r.cell.granted,
            r.why,
            verdicts(r.cell),
            relation_mark(r),
        )
        for r in relations(crud, workspace)
    ]
    content = csv_text.written([(*_HEADER, f"{MARK}:{RELATIONS}"), *rows])
    cells = len(crud.systems) * len(crud.entities)
    return Rendered(content, f"{len(rows):,} of {cells:,} cells listed")
