"""What is proven of the matrix, in words: a line for each source, and what was read at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from crmaudit.crud_matrix import LETTERS, Cell, Proof
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day, number, share
from crmaudit.report.wording import counted, listed

_STATES: dict[str, b.LetterState] = {
    "confirmed": "proven",
    "declared": "declared",
    "contradicted": "missing",
    "shadow": "unexpected",
    "allowed": "allowed",
}
_NOT = {
    "declared": "",
    "granted": "no right allows it",
    "observed": "not among the statements seen",
    "coded": "not in the code read",
    "written": "neither counters nor stamps show it",
}
SOME = 3
"""Names of tables, accounts and places that a line shows, at most."""


def letters_of(cell: Cell) -> tuple[b.Letter, ...]:
    """The letters to draw, each with its state; `?` at the end where nobody said or showed any."""
    found = [b.Letter(x, s) for x in LETTERS if (s := _STATES.get(cell.verdict(x)))]
    if cell.letters is None and not cell.proven:
        found.append(b.Letter("?", "unknown"))
    return tuple(found)


def proofs_of(proofs: Iterable[Proof], language: str) -> tuple[b.MatrixProof, ...]:
    """What each source says, letters of which it says the same in one line."""
    lines: dict[tuple[b.MatrixOrigin, b.MatrixAnswer, str], tuple[str, dict[str, None]]] = {}
    for proof in proofs:
        if proof.origin == "declared" and proof.answer == "no":
            continue
        key = (proof.origin, proof.answer, proof_words(proof, language))
        letters, evidence = lines.get(key, ("", {}))
        lines[key] = letters + proof.letter, evidence | dict.fromkeys(proof.evidence)
    made = (
        b.MatrixProof(letters, origin, answer, text, tuple(evidence)[:6])
        for (origin, answer, text), (letters, evidence) in lines.items()
    )
    return tuple(sorted(made, key=lambda p: b.MATRIX_ORIGINS.index(p.origin)))


def proof_words(proof: Proof, language: str, places: int = SOME) -> str:
    """On what an answer rests: `1,204 calls by beacon_app on contacts (24 Aug to 22 Nov 2026)`.

    At most so many `places` in code are named; evidence keeps a few of them itself, so that
    only `among others` can be said of those left out.
    """
    if proof.answer == "unknown":
        return proof.reason
    if proof.answer == "no":
        days = span_of_days(proof.first, proof.last, language)
        return f"{proof.reason or _NOT[proof.origin]}{f' ({days})' if days else ''}"
    parts = []
    if proof.calls:
        parts.append(counted(proof.calls, "call", language=language))
    elif proof.statements:
        parts.append(counted(proof.statements, "statement", language=language))
    if proof.principals:
        parts.append(f"by {listed(proof.principals, SOME)}")
    if proof.tables:
        parts.append(f"on {listed(proof.tables, SOME)}")
    if proof.first or proof.last:
        parts.append(f"({span_of_days(proof.first, proof.last, language)})")
    if proof.places:
        more = " among others" if len(proof.places) > places else ""
        parts.append(f"at {listed(proof.places[:places])}{more}")
    words = " ".join(parts)
    if proof.reason:
        words = f"{words}; {proof.reason}" if words else proof.reason
    return words


def span_of_days(first: datetime | None, last: datetime | None, language: str) -> str:
    """`24 Aug 2026 to 22 Nov 2026`; one day where both are the same."""
    days = [day(x, language) for x in (first, last) if x]
    return " to ".join(dict.fromkeys(days))


def note(facts: Facts) -> str:
    """What stands on the matrix: what was read, the window, and how much was not understood."""
    return " ".join(_notes(facts))


def _notes(facts: Facts) -> Iterator[str]:
    language, told = facts.workspace.audit.language, facts.testimony
    if not told:
        yield "No evidence was collected: all letters are as declared."
        return
    systems = facts.crud.systems
    spoken = [s for s in systems if told.spoke(s)]
    yield (
        f"Evidence speaks of {number(len(spoken), language=language)} of "
        f"{counted(len(systems), 'system', language=language)}."
    )
    if told.window:
        since, until = told.window
        yield f"Sources of statements cover {day(since, language)} to {day(until, language)}."
    whole = sum(r.distinct for r in told.rates)
    if whole:
        lost = whole - sum(r.understood for r in told.rates)
        part = share(lost, whole, language=language)
        yield f"Not understood: {part} of the statements."
    dropped = sum(r.dropped or 0 for r in told.rates)
    if dropped:
        yield f"Lost by the sources themselves: {counted(dropped, 'statement', language=language)}."
    if told.failed:
        yield f"{counted(len(told.failed), 'source', language=language)} could not be read."
