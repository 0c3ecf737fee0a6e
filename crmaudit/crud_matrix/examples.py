"""Statements that a proof rests on, to be read by people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crmaudit.crud_matrix.cell import Proof
from crmaudit.evidence import Catalog, Statements

MOST = 3


def examples(
    proof: Proof,
    statements: Mapping[str, Mapping[str, Statements]],
    catalogs: Mapping[str, Catalog],
) -> tuple[str, ...]:
    """Texts of at most three statements, values taken out; the most used first.

    `statements` are by system and origin, `catalogs` by system. Evidence keeps
    some texts of each use only, so there may be none.
    """
    tables = {t.rpartition(":")[2] for t in proof.tables}
    found: Counter[str] = Counter()
    for system, documents in statements.items():
        views = _views(catalogs.get(system))
        for document in documents.values():
            if document.id not in proof.evidence:
                continue
            for use in document.uses:
                if use.letter != proof.letter or use.principal not in proof.principals:
                    continue
                if use.table in tables or use.table in views:
                    texts = (document.texts.get(x, "") for x in use.examples)
                    found.update({text: use.calls for text in texts if text})
    return tuple(text for text, _ in sorted(found.items(), key=lambda f: (-f[1], f[0]))[:MOST])


def _views(catalog: Catalog | None) -> frozenset[str]:
    """A view shows a table under another name."""
    tables = catalog.tables if catalog else ()
    return frozenset(t.qualified for t in tables if t.kind == "view")
