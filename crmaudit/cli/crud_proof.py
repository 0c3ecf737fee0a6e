"""What is proven of the matrix, in words: cells, windows, rates, differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.crud_grid import STYLES
from crmaudit.cli.terminal import count, rate

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import Cell, CrudMatrix, Proof, Verdict

LEGEND = "C create · R read · U update · D delete · – nothing to do with it · ? nobody said"
PROVEN = (
    "C declared and proven · c declared, not proven · -C declared, yet what would have seen it "
    "did not · +C proven, not declared"
)
DIFFERENT = ("shadow", "contradicted")
PROVING = frozenset({"observed", "coded", "written"})
_MOST = 5
"""Documents that could not be read, shown above the matrix at most."""
_WORDS = {
    "confirmed": "declared and proven",
    "declared": "declared, not proven",
    "contradicted": "declared and contradicted",
    "shadow": "proven and not declared",
    "allowed": "allowed, neither declared nor proven",
    "no": "no, as declared",
    "unknown": "nobody said, nothing shows it",
}


def cell_text(cell: Cell, marked: bool) -> Text:
    """The letters of a cell; `marked` with what proves or contradicts them."""
    from crmaudit.crud_matrix import LETTERS

    if not marked:
        return Text(cell.text, style="quiet" if cell.text in ("–", "?") else "")
    drawn = Text()
    for letter in LETTERS:
        verdict = cell.verdict(letter)
        if verdict in ("confirmed", "declared", "contradicted", "shadow"):
            sign = {"shadow": "+", "contradicted": "-"}.get(verdict, "")
            shown = letter.lower() if verdict == "declared" else letter
            drawn.append(sign + shown, style=STYLES.get(verdict, ""))
    return drawn if drawn.plain else Text(cell.marked, style="quiet")


def told_cells(
    found: Audit, systems: Iterable[str], entities: Iterable[str]
) -> Mapping[tuple[str, str], Cell]:
    """Cells of which a dossier or some evidence speaks, by (entity, system).

    All others are the same within a system: `blank_cell`.
    """
    crud, wanted = found.crud, list(entities)
    told = {}
    for system in systems:
        said = {*found.workspace.system[system].crud, *crud.testimony.entities(system)}
        told.update({(e, system): crud.cell(system, e) for e in wanted if e in said})
    return told


def blank_cell(found: Audit, system: str) -> Cell:
    """A cell of which nobody speaks: no letter where the dossier is complete, else unknown."""
    from crmaudit.crud_matrix import Cell

    return Cell(system, "", "" if found.workspace.system[system].crud_complete else None)


def held_cells(crud: CrudMatrix) -> Iterator[Cell]:
    """Cells with a letter declared or proven."""
    for system in crud.systems:
        for entity in crud.held_by(system):
            yield crud.cell(system, entity)


def verdicts(cells: Iterable[Cell]) -> Counter[Verdict]:
    """How many letters there are of each verdict."""
    from crmaudit.crud_matrix import LETTERS

    return Counter(cell.verdict(x) for cell in cells for x in LETTERS)


def summary(found: Counter[Verdict]) -> str:
    """`98 letters declared: 41 proven, 6 contradicted, 51 not proven · 4 proven, not declared`."""
    declared = found["confirmed"] + found["declared"] + found["contradicted"]
    told = f"{count(declared, 'letter')} declared: {found['confirmed']:,} proven"
    told += f", {found['contradicted']:,} contradicted, {found['declared']:,} not proven"
    return f"{told} · {found['shadow']:,} proven that nobody declared"


def sources(crud: CrudMatrix) -> Iterator[str]:
    """What the proof rests on: documents, windows, how much was understood, what is lacking."""
    heard = crud.testimony
    statements = [r for r in heard.rates if r.kind == "statements"]
    if statements:
        yield _rates("statements", statements)
    code = [r for r in heard.rates if r.kind != "statements"]
    if code:
        yield _rates("code", code)
    if heard.strangers:
        n = len(heard.strangers)
        yield f"{count(n, 'account')} of no system: crmaudit crud accounts"
    for system, kind, origin, reason in heard.failed[:_MOST]:
        yield f"not read: {kind} of {system}{f' ({origin})' if origin else ''}: {reason}"
    if len(heard.failed) > _MOST:
        yield f"not read: {len(heard.failed) - _MOST:,} more: crmaudit check --code CRD130"
    if silent := [s for s in crud.systems if not heard.spoke(s) & PROVING]:
        declared = sum(len(x) for s in silent for x in crud.held_by(s).values())
        yield (
            f"nothing was read that could prove what {len(silent):,} of "
            f"{count(len(crud.systems), 'system')} do, with {count(declared, 'letter')}: "
            f"{some(silent, 6)}"
        )


def _rates(what: str, rates: list[Any]) -> str:
    distinct, understood = sum(r.distinct for r in rates), sum(r.understood for r in rates)
    systems = some(dict.fromkeys(r.system for r in rates), 6)
    # Statements that ran are counted once, however often; in code each place counts.
    kind = "different one" if what == "statements" else "statement"
    told = f"{what} of {systems}: {understood:,} of {count(distinct, kind)} understood"
    if distinct:
        told += f" ({rate((distinct - understood) / distinct, 1)} not)"
    calls = sum(r.calls for r in rates)
    if calls:
        told += f", {calls:,} calls"
    if dropped := sum(r.dropped or 0 for r in rates):
        told += f", {dropped:,} lost by the source"
    if built := sum(r.built for r in rates):
        told += f", {built:,} put together at run time"
    days = [(r.since, r.until) for r in rates if r.since and r.until]
    if days:
        told += f", {min(a for a, _ in days):%Y-%m-%d} to {max(z for _, z in days):%Y-%m-%d}"
    return told


def differences(found: Audit, cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """Where declaration and proof differ, letter by letter: shadow use first.

    Then creating, deleting, updating, reading; then as entities and systems stand.
    """
    from crmaudit.crud_matrix import LETTERS

    places = [
        {x: i for i, x in enumerate(ids)} for ids in (found.crud.entities, found.crud.systems)
    ]
    rows: list[dict[str, Any]] = []
    for cell in cells:
        for letter in LETTERS:
            verdict = cell.verdict(letter)
            if verdict in DIFFERENT:
                proofs = found.crud.proofs(cell.system, cell.entity)
                mine = [p for p in proofs if p.letter == letter]
                rows.append(
                    {
                        "system": cell.system,
                        "entity": cell.entity,
                        "letter": letter,
                        "verdict": verdict,
                        "told": "; ".join(said(p) for p in mine if speaks(p, verdict)),
                        "evidence": sorted({e for p in mine for e in p.evidence}),
                    }
                )
    return sorted(
        rows,
        key=lambda r: (
            DIFFERENT.index(r["verdict"]),
            "CDUR".index(r["letter"]),
            places[0][r["entity"]],
            places[1][r["system"]],
        ),
    )


def speaks(proof: Proof, verdict: Verdict) -> bool:
    """Whether this proof is why the letter differs from what is declared.

    A right allows and proves nothing; that there is none denies.
    """
    if verdict == "contradicted":
        return proof.answer == "no" and proof.origin != "declared"
    return proof.answer == "yes" and proof.origin in PROVING


_TOLD = {
    ("declared", "yes"): "declared",
    ("declared", "no"): "declared not to be",
    ("granted", "yes"): "allowed",
    ("granted", "no"): "no right allows it",
    ("observed", "yes"): "seen",
    ("observed", "no"): "no statement did it",
    ("coded", "yes"): "in code",
    ("coded", "no"): "no code does it",
    ("written", "yes"): "left traces",
    ("written", "no"): "left no trace",
}
_OPEN = {
    "granted": "rights: not known",
    "observed": "statements: not known",
    "coded": "code: not known",
    "written": "traces: not known",
}


def said(proof: Proof) -> str:
    """A proof in a line: where from, how often, by whom, when."""
    told = [_TOLD.get((proof.origin, proof.answer)) or _OPEN[proof.origin]]
    if proof.reason and proof.answer == "unknown":
        told.append(proof.reason)
    if proof.calls:
        told.append(count(proof.calls, "call"))
    elif proof.statements:
        told.append(count(proof.statements, "place"))
    if proof.principals:
        told.append("by " + some(proof.principals))
    if proof.tables and proof.answer != "unknown":
        told.append("on " + some(proof.tables))
    if proof.first and proof.last:
        told.append(f"{proof.first:%Y-%m-%d} to {proof.last:%Y-%m-%d}")
    if proof.reason and proof.answer != "unknown":
        told.append(proof.reason)
    return ", ".join(told)


def some(names: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def words(verdict: str) -> str:
    return _WORDS.get(verdict, verdict)
