"""Where the line is drawn, and how sure the outcome is: without labels.

The line is the weight at which the expected F1 is highest. With probabilities that are
calibrated that is half the best F1 itself (Lipton, Elkan and Naryanaswamy 2014, "Optimal
thresholding of classifiers to maximize F1 measure"): the surer the whole, the nearer to one half.

An estimate is a sum of probabilities. Its interval has four parts: what an error of the model
would do (every weight taken `DOUBT` bits too high and too low), what chance would do to these sums
(each pair is or is not the same), what no record tells of (`BLIND`), and, at the top, what nobody
gets to see (`unseen`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crmaudit.evidence.match import Bin, Estimate
from crmaudit.quality.collectors.matching.definite import NO, YES, Rules, left_open, says
from crmaudit.quality.collectors.matching.estimating import Floats, probability
from crmaudit.quality.collectors.matching.hopeless import HOPELESS

DOUBT = 3.0
"""Bits by which weights may be off as a whole: odds eight times as high, or as low."""

LEAST_DOUBT = 0.5
"""So much of it stays, however many answers there are."""

LEAST_PROBABILITY = 0.35
"""No pair less likely than this is taken, however poor the whole."""

WORTH_A_LOOK = 0.05
"""Below the line, pairs from this probability on are to be reviewed."""

BLIND = 0.005
"""The share of an estimate that no record tells of: twins and branches of which all that is written
agrees, and records of one thing without anything in common. Of pairs said to be surest, up to five
times as many were wrong on made sets where such things are many."""

_NORMAL = 1.96

_UNSEEN = 3.0
"""Of what was looked for and not seen once, three may still be there, with 95 % confidence (Hanley
and Lippman-Hand 1983): so many pairs can be the same that were no candidates."""


@dataclass(slots=True)
class Decision:
    """What is made of the pairs: `same` and `uncertain` mark them, `probability` is of each."""

    threshold: float
    uncertain: float
    by: str
    doubt: float
    probability: Floats
    same: npt.NDArray[np.bool_]
    in_doubt: npt.NDArray[np.bool_]
    precision: Estimate | None
    recall: Estimate | None


def corrected(weight: Floats, forced: Floats) -> tuple[float, float]:
    """How many bits all weights are too low by the answers of a review, and the doubt left.

    `forced` has 1 (same), 0 (different) or nan by pair. The shift that makes
    the answers likeliest, drawn towards none as far as the doubt of the model
    goes: logistic regression with an intercept only (Platt 1999) and a normal prior.
    """
    answered = ~np.isnan(forced)
    log2 = float(np.log(2))
    given = 1 / (DOUBT / _NORMAL) ** 2
    w, said = weight[answered], forced[answered]
    shift, known = 0.0, given
    for _ in range(50):
        chance = probability(w + shift)
        slope = log2 * float((said - chance).sum()) - given * shift
        known = log2**2 * float((chance * (1 - chance)).sum()) + given
        step = float(np.clip(slope / known, -2, 2))
        shift += step
        if abs(step) < 1e-9:
            break
    return round(shift, 6), max(_NORMAL / known**0.5, LEAST_DOUBT)


def decide(
    weight: Floats,
    rules: Rules,
    forced: Floats | None = None,
    doubt: float = DOUBT,
    unseen: float = 0.0,
) -> Decision:
    """Decide pairs by weight and rule; `forced` are answers as in `corrected`.

    For each pair that is the same and seen, `unseen` are not.
    """
    chance = settled(weight, rules)
    yes, no = says(rules)
    line, best = _line(chance[rules == 0], float(chance[yes].sum()))
    threshold = float(np.log2(line / (1 - line)))
    same = (yes | (weight >= threshold)) & ~no & ~left_open(rules)
    least = float(np.log2(WORTH_A_LOOK / (1 - WORTH_A_LOOK)))
    by = (
        f"the highest expected F1 ({best:.3f}) of all lines: pairs with a probability of"
        f" {line:.2f} or more"
    )
    if not best:
        by = "even odds, as no pair is likely enough to draw a line among them"
    answers = 0 if forced is None else int((~np.isnan(forced)).sum())
    if answers:
        by += f", probabilities corrected by {answers} answers"
    precision, recall = _sureness(weight, rules, same, doubt, unseen * float(chance.sum()))
    if forced is not None and answers:
        precision = _measured(probability(weight), same, forced) or precision
    return Decision(
        threshold=round(threshold, 4),
        uncertain=round(least, 4),
        by=by,
        doubt=doubt,
        probability=chance,
        same=same,
        in_doubt=~same & ~no & (weight >= least),
        precision=precision,
        recall=recall,
    )


def settled(weight: Floats, rules: Rules, shift: float = 0.0) -> Floats:
    """The probability of each pair, weights taken `shift` bits higher; rules stand.

    Of pairs left to people, none may be the same, or as many as the model has
    it; between, it is not said of one that it is likelier than not.
    """
    made = probability(weight + shift)
    yes, no = says(rules)
    unsure = left_open(rules)
    made[yes] = YES
    made[no] = NO
    if shift < 0:
        made[unsure] = NO
    elif not shift:
        made[unsure] = np.minimum(made[unsure], 0.5)
    return made


def estimate(
    parts: Sequence[Floats], least: float = 0.0, most: float = np.inf, unseen: float = 0.0
) -> Estimate:
    """The sum of probabilities; `parts` are them as the model has them, too low and too high.

    So many more are expected to be there, `unseen`.
    """
    middle, low, high = parts
    value = float(middle.sum())
    chances = [float((p * (1 - p)).sum()) for p in parts]
    blind = BLIND * value
    bottom = max(min(value, float(low.sum())) - blind - _NORMAL * max(chances[:2]) ** 0.5, least)
    spread = _NORMAL * (max(chances[0], chances[2]) + unseen) ** 0.5
    top = min(max(value, float(high.sum())) + unseen + blind + spread + _UNSEEN, most)
    value = min(max(value, bottom), top)
    return Estimate(round(value, 2), round(min(bottom, value), 2), round(max(top, value), 2))


def histogram(weight: Floats, chance: Floats, hopeless: int) -> tuple[Bin, ...]:
    """Pairs by weight, two bits a bin; `hopeless` ones lie below all."""
    made: list[Bin] = []
    if not len(weight) and hopeless:
        made.append(Bin(HOPELESS - 2, HOPELESS, hopeless, 0.0))
    if len(weight):
        place = np.floor(weight / 2).astype(int)
        first = int(place.min())
        if hopeless:
            made.append(Bin(2.0 * (first - 1), 2.0 * first, hopeless, 0.0))
        pairs = np.bincount(place - first)
        expected = np.bincount(place - first, weights=chance)
        made += [
            Bin(2.0 * (first + i), 2.0 * (first + i + 1), int(n), round(float(e), 3))
            for i, (n, e) in enumerate(zip(pairs, expected, strict=True))
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
    weight: Floats, rules: Rules, same: npt.NDArray[np.bool_], doubt: float, unseen: float
) -> tuple[Estimate | None, Estimate | None]:
    """Precision and recall as the model itself expects them; None where nothing is taken."""
    taken = int(same.sum())
    if not taken:
        return None, None
    views = [settled(weight, rules, shift) for shift in (0.0, -doubt, doubt)]
    right = estimate([v[same] for v in views], 0.0, float(taken))
    missed = estimate([v[~same] for v in views], unseen=unseen)
    return (
        Estimate(*(round(x / taken, 4) for x in (right.value, right.low, right.high))),
        Estimate(
            round(right.value / (right.value + missed.value), 4),
            round(right.low / (right.low + missed.high) if right.low else 0.0, 4),
            round(right.high / (right.high + missed.low), 4),
        ),
    )


_STRATA = (0.0, 0.3, 0.5, 0.7, 0.9, 0.99, 1.01)


def _measured(chance: Floats, same: npt.NDArray[np.bool_], forced: Floats) -> Estimate | None:
    """Precision by the answers: each stratum of probability counts by its pairs (Cochran 1977).

    A stratum's share is that of its answers, with two more that fall as the
    model says; one without any stands as the model has it. None where no
    stratum of pairs that the weight takes has an answer.
    """
    places = np.digitize(chance, _STRATA)
    line = chance >= 0.5
    taken = same & ~((forced == 1) & ~line)
    total, value, variance, told = int(taken.sum()), 0.0, 0.0, False
    if not total:
        return None
    for place in np.unique(places[taken]):
        inside = places == place
        answered = inside & line & ~np.isnan(forced)
        n, said = int(answered.sum()), float(forced[answered].sum())
        told |= n > 0
        expected = float(chance[inside & taken].mean())
        share = (said + 2 * expected) / (n + 2)
        part = int((inside & taken).sum()) / total
        value += part * share
        variance += part**2 * share * (1 - share) / (n + 3)
    if not told:
        return None
    spread = _NORMAL * variance**0.5
    low, high = max(value - spread, 0.0), min(value + spread, 1.0)
    return Estimate(round(value, 4), round(low, 4), round(high, 4))
