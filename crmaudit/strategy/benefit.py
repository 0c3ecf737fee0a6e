"""What an initiative brings, in numbers, each with its basis.

Hours and money are a year's. Time that a pain costs, a licence's price and a
system's running cost are each counted for one initiative only. Hours are what
is lost today: how much of them comes back, only the work itself will show.
Own proposal (docs/method.md, "Benefit").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crmaudit.engine import Finding
from crmaudit.facts import Facts
from crmaudit.governance.pains import Loss
from crmaudit.messages import counted, listed, msg
from crmaudit.rules.base import Measurement
from crmaudit.strategy.pieces import Piece
from crmaudit.workspace.answers import InitiativeOverride

Kind = Literal["hours", "money", "records", "questions"]
Basis = Literal["said", "declared", "measured", "estimated", "set in the plan"]
_UNANSWERED = ("STR101", "STR107")
"""Rules that name questions which cannot be answered; others name reports that nobody reads."""
_UNFILLED = ("empty", "kept", "unused custom field")


@dataclass(frozen=True, slots=True)
class Benefit:
    """`low` to `high` of `unit`: hours a year, money a year, things, questions.

    `at_least`: more may come to it. `how` says what it was made of; `codes` are
    those of the findings behind it.
    """

    kind: Kind
    low: float
    high: float
    unit: str
    basis: Basis
    how: str
    codes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """Pains by initiative; `left` are known hours that no initiative takes on."""

    by_piece: Mapping[str, tuple[Loss, ...]]
    left: tuple[Loss, ...]
    hidden: int
    """Pains whose hours are not shown, as fewer than five people bear or told them."""


def share_pains(facts: Facts, pieces: Sequence[Piece]) -> Shared:
    """Each pain to one piece: a feed between two of its systems, else who answers its burden."""
    given: dict[str, list[Loss]] = {}
    left, hidden = [], 0
    for loss in facts.governance.losses:
        if loss.hours is None:
            continue
        if loss.shown_hours is None:
            hidden += 1
            continue
        piece = _joining(loss, pieces) or _answering(loss, pieces)
        if piece is None:
            left.append(loss)
        else:
            given.setdefault(piece.id, []).append(loss)
    return Shared({k: tuple(v) for k, v in given.items()}, tuple(left), hidden)


def _joining(loss: Loss, pieces: Iterable[Piece]) -> Piece | None:
    named = {*loss.pain.systems}
    for slug in ("build-feeds", "mend-feeds"):
        for piece in pieces:
            feed = piece.slug == slug and piece.id != slug
            if feed and len(piece.systems) == 2 and {*piece.systems} <= named:
                return piece
    return None


def _answering(loss: Loss, pieces: Iterable[Piece]) -> Piece | None:
    pain = loss.pain
    subjects = {f"system:{s}" for s in pain.systems}
    subjects |= {f"process:{pain.process}", f"interview:{loss.interview}"}
    for piece in pieces:
        if any(f.code == "GOV122" and f.subject in subjects for f in piece.findings):
            return piece
    return None


def benefits(
    facts: Facts,
    piece: Piece,
    override: InitiativeOverride,
    pains: Sequence[Loss],
    licences: Licences,
) -> tuple[Benefit, ...]:
    """What this piece brings; hours and money that plan.yaml sets stand in place of the rest."""
    found: list[Benefit] = []
    if override.benefit_hours is not None:
        found.append(_set("hours", override.benefit_hours, "hours", override.benefit))
    elif pains:
        found.append(_hours(pains, piece))
    if override.benefit_amount is not None:
        money = facts.inventory.currency
        found.append(_set("money", override.benefit_amount, money, override.benefit))
    else:
        found += [*_licences(facts, piece, licences), *_running_cost(facts, piece)]
    found += _records(piece)
    needs = questions(piece)
    if needs:
        found.append(
            Benefit(
                "questions",
                len(needs),
                len(needs),
                "questions",
                "declared",
                msg("it helps to answer {questions}", questions=_asked(facts, needs)),
                _codes(piece, _UNANSWERED),
            )
        )
    return tuple(found)


def _asked(facts: Facts, needs: Sequence[str]) -> str:
    text = {n.id: n.text for n in facts.workspace.needs}
    return listed((msg("“{text}”", text=text.get(n, n)) for n in needs), 3)


def questions(piece: Piece) -> tuple[str, ...]:
    """Ids of the questions of needs.yaml that it answers, or its findings say cannot be."""
    told = [f for f in piece.findings if f.code in _UNANSWERED]
    subjects = [s for f in told for s in (f.subject, *f.related)]
    named = (s.partition(":")[2] for s in subjects if s.startswith("need:"))
    return tuple(dict.fromkeys((*piece.questions, *named)))


def _set(kind: Kind, value: float, unit: str, words: str) -> Benefit:
    return Benefit(kind, value, value, unit, "set in the plan", words or msg("as plan.yaml says"))


def _hours(pains: Sequence[Loss], piece: Piece) -> Benefit:
    ends = [p.shown_hours or (0.0, 0.0) for p in pains]
    talks = len({p.interview for p in pains})
    return Benefit(
        "hours",
        sum(e[0] for e in ends),
        sum(e[1] for e in ends),
        "hours",
        "said",
        msg(
            "time lost today by {pains} of {talks}",
            pains=counted(len(pains), "pain"),
            talks=counted(talks, "interview"),
        ),
        _codes(piece, ("GOV122", "GOV121")),
    )


class Licences:
    """What findings say of the licences of a system, with the piece that answers each of them."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.ending: set[str] = set()
        """Systems whose end is a piece of its own: their licences are in the cost that it frees."""
        self.told: dict[str, list[tuple[str, Finding, Measurement]]] = {}
        """System → id of the piece, finding and amount."""
        for p in pieces:
            if p.slug == "retire-systems" and p.id != p.slug and len(p.systems) == 1:
                self.ending.update(p.systems)
            for f in p.findings:
                kind, _, system = f.subject.partition(":")
                for m in f.measurements if kind == "system" else ():
                    if (f.code, m.label) in _LICENCES and m.value > 0:
                        self.told.setdefault(system, []).append((p.id, f, m))


def _licences(facts: Facts, piece: Piece, licences: Licences) -> Iterable[Benefit]:
    """The price of licences that nobody uses, and what a better mix would save: they overlap."""
    if piece.slug not in ("right-licences", "review-contracts"):
        return
    for system in piece.systems:
        cost = facts.inventory.row(system).cost
        if system in licences.ending and cost is not None and cost.total:
            continue  # its licences are in the running cost that its retirement frees
        told = licences.told.get(system, [])
        answers = {id for id, *_ in told}
        # Both findings speak of one price: it is counted where licences are righted.
        first = min(answers, key=lambda i: (not i.startswith("right-licences"), i), default="")
        if told and piece.id == first:
            values = [m.value for *_, m in told]
            yield Benefit(
                "money",
                min(values),
                max(values),
                facts.inventory.currency,
                "measured" if any(f.evidence for _, f, _ in told) else "declared",
                msg("licences of {name} paid and not needed", name=_name(facts, system)),
                tuple(dict.fromkeys(f.code for _, f, _ in told)),
                tuple(dict.fromkeys(e for _, f, _ in told for e in f.evidence)),
            )


_LICENCES = {("INV115", "cost of idle licences"), ("GOV165", "saving a year")}


def _running_cost(facts: Facts, piece: Piece) -> Iterable[Benefit]:
    if piece.slug != "retire-systems" or piece.id == piece.slug:
        return
    (system,) = piece.systems
    cost = facts.inventory.row(system).cost
    if cost is not None and cost.total:
        yield Benefit(
            "money",
            cost.total,
            cost.total,
            facts.inventory.currency,
            "declared",
            msg("running cost of {name} in {year}", name=_name(facts, system), year=str(cost.year)),
            _codes(piece, ()),
            at_least=cost.at_least,
        )


def _records(piece: Piece) -> Iterable[Benefit]:
    estimated = {words for label, words in piece.template.gains.items() if label in ESTIMATED}
    for words, n, codes, evidence in gains(piece):
        basis: Basis = "estimated" if words in estimated else "measured"
        yield Benefit("records", n, n, msg(words), basis, msg(words), codes, evidence)


def gains(piece: Piece) -> tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...]:
    """What its findings have counted of what it would better: words, how many, codes, evidence."""
    sums: Counter[str] = Counter()
    codes: dict[str, dict[str, None]] = {}
    evidence: dict[str, dict[str, None]] = {}
    worst: dict[tuple[str, str], int] = {}
    for f in piece.findings:
        for m in f.measurements:
            words = piece.template.gains.get(m.label, "")
            what, _, column = m.label.partition(", ")
            if words and m.part:
                sums[words] += m.part
            elif piece.slug == "clean-data" and column and m.part and what not in _UNFILLED:
                # Two checks may mark one value: of a column the largest count stands.
                words, key = FAULTS, (f.subject, column)
                sums[FAULTS] += max(0, m.part - worst.get(key, 0))
                worst[key] = max(worst.get(key, 0), m.part)
            else:
                continue
            codes.setdefault(words, {})[f.code] = None
            evidence.setdefault(words, {}).update(dict.fromkeys(m.evidence))
    return tuple((w, n, tuple(codes[w]), tuple(evidence[w])) for w, n in sums.items())


ESTIMATED = ("records to merge", "records that the record lacks", "rows without a customer there")
"""Measurements that count what was not found, too, as the model of matching estimates."""
FAULTS = "values to mend, at least"
ONE: Mapping[str, str] = {
    FAULTS: "value to mend, at least",
    "records that the system of record would know": "record that the system of record would know",
    "things that would be entered once": "thing that would be entered once",
    "records that would carry the number of their partner": (
        "record that would carry the number of its partner"
    ),
    "numbers that would lead to a record": "number that would lead to a record",
    "numbers that would lead to the right record": "number that would lead to the right record",
    "rows that would have a customer in the CRM": "row that would have a customer in the CRM",
    "records to merge": "record to merge",
    "values that would agree": "value that would agree",
}
"""What is gained, and the same of one alone."""


def _codes(piece: Piece, wanted: tuple[str, ...]) -> tuple[str, ...]:
    mine = dict.fromkeys(f.code for f in piece.findings)
    return tuple(c for c in mine if c in wanted or not wanted)


def _name(facts: Facts, system: str) -> str:
    return facts.workspace.system[system].name
