"""Sums over evidence of one letter: what a proof, a stranger or a used table is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crmaudit.crud_matrix.cell import Answer, Origin, Proof
from crmaudit.evidence.use import LETTERS, Letter

_MOST_PLACES = 10


@dataclass(slots=True)
class Sum:
    """What was seen of one letter.

    Counts are kept by document and table: the same statement may stand in two
    logs and touch two tables, so the largest of them is told.
    """

    tables: set[str] = field(default_factory=set)
    principals: set[str] = field(default_factory=set)
    calls: dict[tuple[str, str], int] = field(default_factory=dict)
    statements: dict[tuple[str, str], int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    evidence: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def add(
        self,
        table: str,
        document: str,
        *,
        principal: str = "",
        calls: int = 0,
        statements: int = 0,
        first: datetime | None = None,
        last: datetime | None = None,
        reason: str = "",
        places: Iterable[str] = (),
    ) -> None:
        self.tables.add(table)
        self.evidence.add(document)
        if principal:
            self.principals.add(principal)
        _count(self.calls, (document, table), calls)
        _count(self.statements, (document, table), statements)
        self.first = earlier(self.first, first)
        self.last = later(self.last, last)
        self.reasons.add(reason)
        self.places |= set(places)

    def take(self, other: Sum, reason: str = "") -> None:
        """Add what another sum has; `reason` is told in place of its own."""
        self.tables |= other.tables
        self.principals |= other.principals
        for key, number in other.calls.items():
            _count(self.calls, key, number)
        for key, number in other.statements.items():
            _count(self.statements, key, number)
        self.first = earlier(self.first, other.first)
        self.last = later(self.last, other.last)
        self.evidence |= other.evidence
        self.reasons |= {reason} if reason else other.reasons
        self.places |= other.places

    @property
    def most_calls(self) -> int:
        return max(self.calls.values(), default=0)

    @property
    def most_statements(self) -> int:
        return max(self.statements.values(), default=0)

    def proof(self, letter: Letter, origin: Origin, answer: Answer, reason: str = "") -> Proof:
        """What it comes to. What was seen directly needs no reason; else one is told."""
        told = reason or ("" if "" in self.reasons else min(self.reasons, default=""))
        return Proof(
            letter,
            origin,
            answer,
            tables=tuple(sorted(self.tables)),
            principals=tuple(sorted(self.principals)),
            calls=self.most_calls or None,
            statements=self.most_statements or None,
            first=self.first,
            last=self.last,
            evidence=tuple(sorted(self.evidence)),
            reason=told,
            places=tuple(sorted(self.places))[:_MOST_PLACES],
        )


def _count(sums: dict[tuple[str, str], int], key: tuple[str, str], number: int) -> None:
    if number:
        sums[key] = sums.get(key, 0) + number


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None else other if one is None else min(one, other)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None else other if one is None else max(one, other)


def in_order(letters: Iterable[str]) -> str:
    """Letters, each once, in the order `CRUD`."""
    there = set(letters)
    return "".join(x for x in LETTERS if x in there)


def combined(proofs: Iterable[Proof]) -> Proof:
    """What several databases make together of one letter by one source.

    One yes is enough. A no needs all of them, else it is unknown.
    """
    found = list(proofs)
    for answer in ("yes", "unknown", "no"):
        same = [p for p in found if p.answer == answer]
        if len(same) == 1:
            return same[0]
        if same:
            break
    first = same[0]
    return Proof(
        first.letter,
        first.origin,
        first.answer,
        tables=tuple(sorted({t for p in same for t in p.tables})),
        principals=tuple(sorted({x for p in same for x in p.principals})),
        calls=sum(p.calls or 0 for p in same) or None,
        statements=sum(p.statements or 0 for p in same) or None,
        first=min((p.first for p in same if p.first), default=None),
        last=max((p.last for p in same if p.last), default=None),
        evidence=tuple(sorted({e for p in same for e in p.evidence})),
        reason=min((p.reason for p in same if p.reason), default=""),
        places=tuple(sorted({x for p in same for x in p.places}))[:_MOST_PLACES],
    )
