"""Blocks that tell how records were compared, and the waterfall of a pair.

Used for the records of one system and for those of several. Weights are told
in bits: one bit more doubles the odds that two records are the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.panels import Block
from crmaudit.cli.terminal import bar, count, printable, put_note, rate

if TYPE_CHECKING:
    from crmaudit.evidence.match import Bin, Estimate, Matching, PairFound
    from crmaudit.quality.matching.answers import Measured
    from crmaudit.workspace import Workspace

MOST = 12
"""Lines of one block at most; the JSON has all."""
_ROWS = 14
"""Lines of the histogram at most."""
_HALF = 8
"""Width of a waterfall's bars on either side."""


def compared_block(matching: Matching) -> Block:
    """What the records were compared by, and what took no part."""
    block = Block("Compared by")
    for a in (a for a in matching.attributes if not a.unused):
        share = a.filled / matching.records if matching.records else None
        told = rate(share) if share is not None else "not assessed"
        block.add(a.attribute, Text(f"{bar(share, 8)} {told} ({a.filled:,}) {_few(a.columns)}"))
    for a in (a for a in matching.attributes if a.unused):
        block.add(a.attribute, Text(f"not used: {a.unused}", style="quiet"))
    return block


def _few(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - 2} more" if len(columns) > 2 else ""
    return ", ".join(columns[:2]) + more


def candidates_block(matching: Matching) -> Block:
    """In which ways the pairs worth comparing were found."""
    block = Block("How candidates were found")
    all_pairs = matching.records * (matching.records - 1) // 2
    block.say("compared", f"{matching.candidates:,} of {count(all_pairs, 'possible pair')}")
    for b in matching.blocks[: 2 * MOST]:
        refused = (
            f"{count(b.refused, 'group')} of {b.refused_records:,} records refused as too large"
            if b.refused
            else ""
        )
        # The ways have long names: their numbers are the shorter heads.
        block.say(f"{b.pairs:,}, {b.new:,} new", b.rule, refused)
    if len(matching.blocks) > 2 * MOST:
        block.say("more", f"{len(matching.blocks) - 2 * MOST} ways, in --format json")
    return block


def threshold_block(matching: Matching, review: Measured | None = None) -> Block:
    """From where on a pair is taken for the same, how that came about and how sure it is."""
    block = Block("Where the line is drawn")
    if matching.prior is not None and matching.prior > 0:
        block.say("to begin with", f"one of {1 / matching.prior:,.0f} pairs is the same")
    if matching.threshold is not None:
        block.say(
            "taken for the same",
            f"from {bits(matching.threshold)} on ({rate(probability(matching.threshold))})",
            count(matching.same_pairs, "pair"),
        )
    block.say("because", matching.threshold_by)
    if matching.uncertain is not None:
        block.say(
            "to be reviewed",
            f"from {bits(matching.uncertain)} on ({rate(probability(matching.uncertain))})",
            count(matching.uncertain_pairs, "pair"),
        )
    by = estimated_by(matching)
    block.say("precision", shares(matching.precision), by if matching.precision else "")
    block.say("recall", shares(matching.recall), by if matching.recall else "")
    if review is not None and review.precision is not None:
        block.say(
            "measured",
            f"precision {shares(review.precision)} on {count(review.answers, 'answer')}",
            f"answers cover {rate(review.covered)} of the pairs taken",
        )
    if review is not None and review.missed is not None:
        m = review.missed
        told = f"about {numbers(m)} same pairs below the line, as far as answers reach"
        block.say("missed", told)
    return block


def estimated_by(matching: Matching) -> str:
    """Whose estimate precision and recall are."""
    if not matching.answers:
        return "by the model itself"
    return f"by the model, corrected by {count(matching.answers, 'answer')}"


def answers_block(review: Measured) -> Block:
    """What people answered, by what the model had said."""
    block = Block("Answers since the comparison, by the model's probability")
    for s in (s for s in review.strata if s.answers):
        assert s.measured is not None
        block.say(
            f"{100 * s.low:.0f} to {100 * s.high:.0f} %",
            f"{s.same:,} of {s.answers:,} the same",
            shares(s.measured),
            f"stands for {count(s.pairs, 'pair')}",
        )
    block.say("unsure", f"{review.unsure:,}" if review.unsure else "")
    return block


def histogram_block(matching: Matching) -> Block:
    """Candidate pairs by weight; bars on a logarithmic scale, for few are the same."""
    block = Block("Candidate pairs by weight in bits (bars: logarithmic)")
    rows = _fewer(matching.histogram)
    most = max((b.pairs for b in rows), default=0)
    for b in reversed(rows):
        share = math.log1p(b.pairs) / math.log1p(most) if most else 0.0
        line = f"{bar(share, 12)} {b.pairs:,}"
        if b.pairs:
            line += f", {rate(min(1.0, b.expected / b.pairs))} same"
        inside = matching.threshold is not None and b.low <= matching.threshold < b.high
        text = Text(f"{line} ◄ line" if inside else line)
        # Pairs that were not weighed to the end, for want of hope, lie in the lowest bin.
        block.add(f"below {_signed(b.high)}" if b is rows[0] else _range(b), text)
    return block


def _fewer(bins: Sequence[Bin]) -> list[Bin]:
    """Neighbouring bins put together until they fit on a screen."""
    from crmaudit.evidence.match import Bin

    step = -(-len(bins) // _ROWS) or 1
    groups = [bins[i : i + step] for i in range(0, len(bins), step)]
    return [
        Bin(g[0].low, g[-1].high, sum(b.pairs for b in g), sum(b.expected for b in g))
        for g in groups
    ]


def _range(b: Bin) -> str:
    if math.isinf(b.low):
        return f"below {_signed(b.high)}"
    return (
        f"{_signed(b.low)} on" if math.isinf(b.high) else f"{_signed(b.low)} to {_signed(b.high)}"
    )


def levels_block(matching: Matching) -> Block:
    """What each degree of agreement weighs."""
    block = Block("What agreement weighs, in bits")
    for c in matching.comparisons[: 2 * MOST]:
        told = [f"{x.label} {_signed(x.weight)}" for x in c.levels]
        block.say(c.attribute, *told)
    return block


def left_out_block(left_out: Mapping[str, int]) -> Block:
    block = Block("Left out")
    for reason, n in sorted(left_out.items(), key=lambda x: (-x[1], x[0])):
        block.say(reason, count(n, "record"))
    return block


# Pairs


def pairs_kept(matching: Matching) -> list[PairFound]:
    """The pairs that the evidence tells of, examples first; their numbers count from 1."""
    found = {(p.left, p.right): p for p in (*matching.review, *matching.examples)}
    order = [(p.left, p.right) for p in (*matching.examples, *matching.review)]
    return [found[ids] for ids in dict.fromkeys(order)]


def put_pairs(console: Console, title: str, pairs: Iterable[tuple[int, PairFound]]) -> None:
    """Pairs with their waterfalls, on one scale."""
    chosen = list(pairs)
    if not chosen:
        return
    console.print()
    put_note(console, title, "accent")
    most = max((abs(s.weight) for _, p in chosen for s in p.steps), default=1.0) or 1.0
    for number, p in chosen:
        put_pair(console, p, number, most)


def put_pair(console: Console, p: PairFound, number: int = 0, most: float | None = None) -> None:
    """One pair: what each attribute adds to the weight, as bars to the left and to the right."""
    verdict = f"{rate(p.probability, 1)} · {bits(p.weight)} · {p.state}"
    if p.reviewed:
        verdict += f" · answered: {p.reviewed}"
    head = f"{number}  " if number else ""
    names = [f"{i or 'record'} in {s}" for i, s in zip(*_ends(p), strict=True)]
    put_note(console, f"{head}{names[0]} and {names[1]}: {verdict}", "head")
    scale = most or max((abs(s.weight) for s in p.steps), default=1.0) or 1.0
    rows = [
        [Text("  to begin with"), Text(""), Text(_signed(p.prior)), Text(_signed_bar(0, scale)),
         Text("")]
    ]  # fmt: skip
    rows += [
        [
            Text(printable(f"  {s.attribute}")),
            Text(printable(s.level), style="quiet"),
            Text(_signed(s.weight)),
            Text(_signed_bar(s.weight, scale), style="good" if s.weight > 0 else "medium"),
            Text(printable(_values(s.left, s.right)), style="quiet"),
        ]
        for s in p.steps
    ]
    slots = [Slot(), Slot(flex=True), Slot(right=True), Slot(), Slot(flex=True)]
    draw(console, slots, rows)
    if p.rule:
        put_note(console, f"  decided by a rule: {p.rule}", "medium")


def _ends(p: PairFound) -> tuple[tuple[str, str], tuple[str, str]]:
    return (p.left, p.right), (p.left_system, p.right_system)


def _values(left: str, right: str) -> str:
    if not left and not right:
        return ""
    return left if left == right else f"{left or '–'} | {right or '–'}"


def _signed_bar(weight: float, most: float) -> str:
    halves = round(min(1.0, abs(weight) / most) * _HALF * 2)
    if weight:
        halves = max(1, halves)
    full, half = divmod(halves, 2)
    if weight < 0:
        return ("▐" * half + "█" * full).rjust(_HALF) + "│"
    return " " * _HALF + "│" + "█" * full + "▌" * half


# Words


def bits(weight: float) -> str:
    return f"{_signed(weight)} bits"


def _signed(weight: float) -> str:
    if math.isinf(weight):
        return "∞" if weight > 0 else "−∞"
    text = f"{abs(weight):.1f}"
    sign = "" if float(text) == 0 else "+" if weight > 0 else "−"
    return sign + text


def probability(weight: float) -> float:
    """Of odds given as their logarithm to the base of 2."""
    if weight < -1000:
        return 0.0
    return float(1 / (1 + 2.0**-weight))


def shares(e: Estimate | None) -> str:
    """`97 % (94 to 99)`: a share with its interval."""
    if e is None:
        return ""
    return f"{rate(e.value, 1)} ({100 * e.low:.1f} to {100 * e.high:.1f})"


def numbers(e: Estimate | None) -> str:
    """`812 (790 to 840)`: a number with its interval."""
    if e is None:
        return ""
    return f"{e.value:,.0f} ({e.low:,.0f} to {e.high:,.0f})"


def contradicting_answers(workspace: Workspace, most: int = 3) -> list[str]:
    """Each contradiction between answers, in a line that names the lines of all of them."""
    from crmaudit.quality.matching.answers import contradictions

    answers = workspace.matches.matches
    found = contradictions(answers)
    told = []
    for c in found[:most]:
        a = answers[c.different]
        same = ", ".join(_line(workspace, i) for i in c.same)
        told.append(
            f"answers contradict each other: {_line(workspace, c.different)} says that {a.left} "
            f"and {a.right} are different, {same} {'make' if len(c.same) > 1 else 'makes'} them "
            "the same; correct one of them"
        )
    if len(found) > most:
        told.append(f"and {count(len(found) - most, 'contradiction')} more in matches.yaml")
    return told


def _line(workspace: Workspace, answer: int) -> str:
    place = workspace.place("matches.yaml", "matches", answer)
    return f"{place.file}:{place.line}"
