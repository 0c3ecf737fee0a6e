"""What drawings of records that stand for one thing show.

They belong to `crmaudit.report.specs`, which names them among the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.report.specs_graph import Say


@dataclass(frozen=True, slots=True)
class RangeRow:
    """What was counted (`found`) beside where the truth is believed to lie."""

    label: str
    found: float | None
    low: float | None = None
    high: float | None = None
    found_text: str = ""
    range_text: str = ""
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Ranges:
    """Bars of what was found, each with the interval of an estimate, from zero to `top`."""

    items: tuple[RangeRow, ...]
    top: float | None = None
    label_name: str = "Item"
    found_name: str = "found"
    range_name: str = "estimated"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        return (self.label_name, self.found_name, self.range_name), tuple(
            (
                r.label,
                r.found_text if r.found is not None else say("not assessed"),
                r.range_text if r.low is not None else say("not assessed"),
            )
            for r in self.items
        )


@dataclass(frozen=True, slots=True)
class Combination:
    """Things in exactly the sets with these numbers."""

    sets: tuple[int, ...]
    value: int
    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class UpSet:
    """How sets overlap: a column for each combination, its members as joined dots.

    `names` are the sets, `totals` what each holds; after Lex et al. (2014).
    """

    names: tuple[str, ...]
    totals: tuple[str, ...]
    combinations: tuple[Combination, ...]
    thing_name: str = "Things"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        rows = tuple(
            (*("●" if n in c.sets else "–" for n in range(len(self.names))), c.text)
            for c in self.combinations
        )
        return (*self.names, self.thing_name), rows


@dataclass(frozen=True, slots=True)
class Push:
    """What one attribute adds (above zero) or takes away, in bits; `detail` is what was seen."""

    label: str
    value: float
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How a pair's weight comes about, from `start` step by step to the sum."""

    start: Push
    steps: tuple[Push, ...]
    total: Push
    threshold: float | None = None
    threshold_text: str = ""

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        rows = (self.start, *self.steps, self.total)
        return (say("What"), say("Seen"), say("Bits")), tuple(
            (r.label, r.detail, r.text) for r in rows
        )


@dataclass(frozen=True, slots=True)
class WeightBin:
    """Pairs with a weight from `low` to `high`, of which `expected` stand for one thing.

    The three texts are how the ends, the pairs and the expected ones are read.
    """

    low: float
    high: float
    pairs: int
    expected: float
    text: str = ""
    pairs_text: str = ""
    expected_text: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Candidate pairs by weight, with the line from which they are taken for the same.

    Between `uncertain` and `threshold` they are to be reviewed. Heights are
    drawn by the logarithm, as different pairs are many times more.
    """

    bins: tuple[WeightBin, ...]
    threshold: float | None = None
    uncertain: float | None = None
    threshold_text: str = "taken for the same"
    uncertain_text: str = "to be reviewed"
    language: str = "en"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        return tuple(map(say, ("Weight in bits", "Pairs", "Of these the same, expected"))), tuple(
            (b.text, b.pairs_text, b.expected_text) for b in self.bins if b.pairs
        )
