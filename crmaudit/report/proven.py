"""What is proven of the matrix, in words: a line for each source, and what was read at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from crmaudit.crud_matrix import LETTERS, Cell, Proof
from crmaudit.facts import Facts
from crmaudit.messages import chained, joined, msg
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
    "granted": msg("no right allows it"),
    "observed": msg("not among the statements seen"),
    "coded": msg("not in the code read"),
    "written": msg("neither counters nor stamps show it"),
}
SOME = 3
"""Names of tables, accounts and places that a line shows, at most."""


def letters_of(cell: Cell) -> tuple[b.Letter, ...]:
    """The letters to draw, each with its state; `?` at the end where nobody said or showed any."""
    found = [b.Letter(x, s) for x in LETTERS if (s := _STATES.get(cell.verdict(x)))]
    if cell.letters is None and not cell.proven:
        found.append(b.Letter("?", "unknown"))
    return tuple(found)


def proofs_of(proofs: Iterable[Proof]) -> tuple[b.MatrixProof, ...]:
    """What each source says, letters of which it says the same in one line."""
    lines: dict[tuple[b.MatrixOrigin, b.MatrixAnswer, str], tuple[str, dict[str, None]]] = {}
    for proof in proofs:
        if proof.origin == "declared" and proof.answer == "no":
            continue
        key = (proof.origin, proof.answer, proof_words(proof))
        letters, evidence = lines.get(key, ("", {}))
        lines[key] = letters + proof.letter, evidence | dict.fromkeys(proof.evidence)
    made = (
        b.MatrixProof(letters, origin, answer, text, tuple(evidence)[:6])
        for (origin, answer, text), (letters, evidence) in lines.items()
    )
    return tuple(sorted(made, key=lambda p: b.MATRIX_ORIGINS.index(p.origin)))


def proof_words(proof: Proof, places: int = SOME) -> str:
    """On what an answer rests: `1,204 calls by beacon_app on contacts (24 Aug to 22 Nov 2026)`.

    At most so many `places` in code are named; evidence keeps a few of them itself, so that
    only `among others` can be said of those left out.
    """
    if proof.answer == "unknown":
        return proof.reason
    if proof.answer == "no":
        days = span_of_days(proof.first, proof.last)
        return msg(
            "{reason}{days}",
            reason=proof.reason or _NOT[proof.origin],
            days=msg(" ({days})", days=days) if days else "",
        )
    parts = []
    if proof.calls:
        parts.append(counted(proof.calls, "call"))
    elif proof.statements:
        parts.append(counted(proof.statements, "statement"))
    if proof.principals:
        parts.append(msg("by {principals}", principals=listed(proof.principals, SOME)))
    if proof.tables:
        parts.append(msg("on {tables}", tables=listed(proof.tables, SOME)))
    if proof.first or proof.last:
        parts.append(msg("({days})", days=span_of_days(proof.first, proof.last)))
    if proof.places:
        more = msg(" among others") if len(proof.places) > places else ""
        parts.append(msg("at {places}{more}", places=listed(proof.places[:places]), more=more))
    words = joined(" ", parts)
    if proof.reason:
        words = (
            msg("{words}; {reason}", words=words, reason=proof.reason) if words else proof.reason
        )
    return words


def span_of_days(first: datetime | None, last: datetime | None) -> str:
    """`24 Aug 2026 to 22 Nov 2026`; one day where both are the same."""
    days = [day(x) for x in (first, last) if x]
    return chained("{a} to {b}", dict.fromkeys(days))


def note(facts: Facts) -> str:
    """What stands on the matrix: what was read, the window, and how much was not understood."""
    return joined(" ", _notes(facts))


def _notes(facts: Facts) -> Iterator[str]:
    told = facts.testimony
    if not told:
        yield msg("No evidence was collected: all letters are as declared.")
        return
    systems = facts.crud.systems
    spoken = [s for s in systems if told.spoke(s)]
    yield (
        msg(
            "Evidence speaks of {spoken} of {systems}.",
            spoken=number(len(spoken)),
            systems=counted(len(systems), "system"),
        )
    )
    if told.window:
        since, until = told.window
        yield msg(
            "Sources of statements cover {day} to {day2}.",
            day=day(since),
            day2=day(until),
        )
    whole = sum(r.distinct for r in told.rates)
    if whole:
        lost = whole - sum(r.understood for r in told.rates)
        part = share(lost, whole)
        yield msg("Not understood: {part} of the statements.", part=part)
    dropped = sum(r.dropped or 0 for r in told.rates)
    if dropped:
        yield msg(
            "Lost by the sources themselves: {statements}.",
            statements=counted(dropped, "statement"),
        )
    if told.failed:
        yield msg(
            "{sources} could not be read.",
            sources=counted(len(told.failed), "source"),
        )
