"""A new workspace made of what another tool's file brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmaudit.errors import Problem
from crmaudit.exchange.outgoing import AMOUNTS
from crmaudit.workspace import Workspace, init, load
from crmaudit.workspace.editing import Put, edited
from crmaudit.workspace.files import MARKER
from crmaudit.workspace.incoming import Incoming, Items
from crmaudit.workspace.merging import merge
from crmaudit.workspace.proposal import ProposedSystem
from crmaudit.workspace.scaffold import dossier_text

# Nothing is loaded without a system: this one is never written.
_NOBODY = {"systems/zz.none.zz.yaml": "id: zz.none.zz\nname: zz.none.zz\n"}


@dataclass
class Founded:
    """What was written, how many things of each kind came, and what did not."""

    files: list[Path] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """`system`, `person`, `entity`, `unit` → how many."""
    left_out: tuple[Problem, ...] = ()


def found(
    folder: Path,
    bring: Callable[[Workspace], Incoming],
    *,
    organisation: str = "",
    more: Mapping[str, str] | None = None,
) -> Founded:
    """Writes a workspace with everything that comes in into a new or empty folder.

    `bring` reads the file; it is given the workspace as it is before, without
    a system. `more` are further files and their texts, like the column map.
    Where nothing that comes in is a system, an example dossier stands there.
    Raises CrmauditError; nothing has been written then.
    """
    result = Founded()

    def fill(draft: Path) -> None:
        empty = replace(load(draft, _NOBODY), systems=())
        incoming = bring(empty)
        if not any(record.kind == "system" for record in incoming.records):
            _write(draft, dossier_text(ProposedSystem("crm", "CRM"), "crm"))
            empty = load(draft)
        merged = merge(empty, incoming)
        _write(draft, {c.name: c.new for c in merged.changes.files if c.new is not None})
        _write(draft, more or {})
        currency = _currency(incoming)
        if currency:
            text = (draft / MARKER).read_text(encoding="utf-8")
            _write(draft, {MARKER: edited(text, MARKER, [Put(("currency",), currency)])})
        result.left_out = merged.left_out
        result.counts = Counter(
            d.subject.partition(":")[0] for d in merged.differences if not d.path
        )

    result.files = init(folder, organisation=organisation, fill=fill)
    return result


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _currency(incoming: Incoming) -> str:
    """The one currency in which all amounts are, where all of them say so."""
    priced = (
        item.values
        for record in incoming.records
        for name, amount in AMOUNTS.items()
        for item in record.lists.get((name,), Items()).items
        if (cell := item.values.get((amount,))) and cell.value is not None
    )
    named = {str(v["currency",].value or "") if ("currency",) in v else "" for v in priced}
    return named.pop() if len(named) == 1 else ""
