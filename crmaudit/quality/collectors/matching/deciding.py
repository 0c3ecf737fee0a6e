"""Where the line is drawn, and how sure the outcome is: without labels.

The line is the weight at which the expected F1 is highest. With probabilities that are
calibrated that is half the best F1 itself (Lipton, Elkan and Naryanaswamy 2014, "Optimal
thresholding of classifiers to maximize F1 measure"): the surer the whole, the nearer to one half.

An estimate is a sum of probabilities. Its interval has two parts: what chance would do to the sum
(each pair is or is not the same), and what an error of the model would do: every weight taken
`DOUBT` bits too high and too low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crmaudit.evidence.match import Bin, Estimate
from crmaudit.quality.collectors.matching.definite import NO, YES, Rules, says
from crmaudit.quality.collectors.matching.estimating import Floats, probability

DOUBT = 3.0
"""Bits by which weights may be off as a whole: odds eight times as high, or as low."""

LEAST_PROBABILITY = 0.35
"""No pair less likely than this is taken, however poor the whole."""

WORTH_A_LOOK = 0.05
"""Below the line, pairs from this probability on are to be reviewed."""

_NORMAL = 1.96


@dataclass(slots=True)
class Decision:
    """What is made of the pairs: `same` and `uncertain` mark them, `probability` is of each."""

    threshold: float
    uncertain: float
    by: str
    probability: Floats
    same: npt.NDArray[np.bool_]
    in_doubt: npt.NDArray[np.bool_]
    precision: Estimate | None
    recall: Estimate | None


def decide(weight: Floats, rules: Rules, missed: float = 0.0) -> Decision:
    """Decide pairs by weight and rule. `missed` are same pairs expected elsewhere."""
    chance = settled(weight, rules)
    line, best = _line(chance[rules == 0], float(chance[rules > 0][chance[rules > 0] > 0.5].sum()))
    threshold = float(np.log2(line / (1 - line)))
    yes, no = says(rules)
    same = (yes | (weight >= threshold)) & ~no
    doubt = float(np.log2(WORTH_A_LOOK / (1 - WORTH_A_LOOK)))
    in_doubt = ~same & ~no & (weight >= doubt)
    by = (
        f"the highest expected F1 ({best:.3f}) of all lines: pairs with a probability of"
        f" {line:.2f} or more"
    )
    return Decision(
        round(threshold, 4), round(doubt, 4), by, chance, same, in_doubt,
        *_sureness(weight, rules, same, missed),
    )  # fmt: skip


def settled(weight: Floats, rules: Rules, shift: float = 0.0) -> Floats:
    """The probability of each pair, weights taken `shift` bits higher; rules stand."""
    made = probability(weight + shift)
    yes, no = says(rules)
    made[yes] = YES
    made[no] = NO
    return made


def estimate(parts: Sequence[Floats], least: float = 0.0, most: float = np.inf) -> Estimate:
    """The sum of probabilities; `parts` are them as the model has them, too low and too high."""
    middle, low, high = parts
    value = float(middle.sum())
    spread = _NORMAL * float(np.sqrt((middle * (1 - middle)).sum()))
    bottom = max(min(value, float(low.sum())) - spread, least)
    top = min(max(value, float(high.sum())) + spread, most)
    value = min(max(value, bottom), top)
    return Estimate(round(value, 2), round(min(bottom, value), 2), round(max(top, value), 2))


def histogram(weight: Floats, chance: Floats, hopeless: int) -> tuple[Bin, ...]:
    """Pairs by weight, two bits a bin; `hopeless` ones lie below all."""
    made: list[Bin] = []
    if len(weight):
        low, high = np.floor(weight.min() / 2) * 2, np.floor(weight.max() / 2) * 2 + 2
        if hopeless:
            made.append(Bin(float(low) - 2, float(low), hopeless, 0.0))
        place = ((weight - low) // 2).astype(int)
        size = int((high - low) / 2)
        pairs = np.bincount(place, minlength=size)
        expected = np.bincount(place, weights=chance, minlength=size)
        made += [
            Bin(float(low + 2 * i), float(low + 2 * i + 2), int(pairs[i]), round(float(expected[i]), 3))
            for i in range(size)
        ]
    return tuple(made)


def _line(chance: Floats, sure: float) -> tuple[float, float]:
    """The least probability to be taken, and the F1 that is expected then."""
    ranked = -np.sort(-chance)
    expected = sure + np.cumsum(ranked)
    total = sure + float(ranked.sum())
    if not len(ranked) or total <= 0:
        return 0.5, 0.0
    taken = sure + np.arange(1, len(ranked) + 1)
    best = float((2 * expected / (taken + total)).max())
    return min(max(best / 2, LEAST_PROBABILITY), 0.5), best


def _sureness(
    weight: Floats, rules: Rules, same: npt.NDArray[np.bool_], missed: float
) -> tuple[Estimate | None, Estimate | None]:
    """Precision and recall as the model itself expects them."""
    taken = int(same.sum())
    views = [settled(weight, rules, shift) for shift in (0.0, -DOUBT, DOUBT)]
    precision = recall = None
    if taken:
        right = estimate([v[same] for v in views], 0.0, float(taken))
        precision = Estimate(
            *(round(x / taken, 4) for x in (right.value, right.low, right.high))
        )
        left = estimate([v[~same] for v in views])
        recall = Estimate(
            round(_share(right.value, left.value + missed), 4),
            round(_share(right.low, left.high + 2 * missed), 4),
            round(_share(right.high, left.low), 4),
        )
    return precision, recall


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else 0.0
