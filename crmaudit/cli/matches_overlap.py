"""`quality overlap`: entities that several systems hold, and where the systems contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.matches_blocks import (
    MOST,
    answers_block,
    candidates_block,
    compared_block,
    histogram_block,
    levels_block,
    pairs_kept,
    put_pairs,
    threshold_block,
)
from crmaudit.cli.matches_pairs import answer_notes, chosen_pair, masked_review, one_pair
from crmaudit.cli.panels import Block, put_blocks
from crmaudit.cli.quality_scores import label, shell
from crmaudit.cli.terminal import bar, count, put_note, rate
from crmaudit.cli.view import Column, View, number

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import Agreement, Between, Estimate, Overlap, SharedKey
    from crmaudit.quality.matching.judged import JudgedOverlap

COLLECT = "crmaudit collect --only overlap"
_BAR = 20
_EXAMPLES = 2
_BY = {
    "records": "all that the records say",
    "identifier": "an identifier that both keep",
    "hashes": "keyed hashes",
}


# All


def list_view(found: Audit, documents: Sequence[JudgedOverlap], whole: bool) -> View:
    """Each entity and pair of systems; below, what exactly which systems hold."""
    rows = [r for d in documents for r in _rows(found, d)]
    lacking = list(_lacking(found, documents, whole))
    first = next((d for d in documents if not d.cannot), None)

    def after(console: Console) -> None:
        for d in documents:
            put_blocks(console, [_sets_block(found, d)])

    return View(
        kind="overlap",
        headline=_headline(found, documents),
        columns=[
            Column("name", "Entity", flex=True, least=12),
            Column("left", "System", flex=True, least=8),
            Column("right", "beside", flex=True, least=8),
            Column("things", "In both", number, right=True),
            Column("left_share", "of 1st", rate_or_not, right=True),
            Column("right_share", "of 2nd", rate_or_not, right=True),
            Column("left_truth", "1st, at 95 %", _truth, right=True, rank=2),
            Column("right_truth", "2nd, at 95 %", _truth, right=True, rank=3),
            Column("conflicts", "Against", rate_or_not, right=True, rank=1),
        ],
        rows=rows,
        notes=[
            *lacking,
            *(f"{label(found, d.entity)}: {r}" for d in documents for r in d.remarks),
            *answer_notes(found, [d.document.provenance.key_id for d in documents]),
        ],
        after=after,
        hint=f"crmaudit quality overlap {shell(first.entity)}" if first else COLLECT,
        extra={
            "sets": [
                {"entity": d.entity, "systems": list(s.systems), "things": s.things}
                for d in documents
                for s in d.document.sets
            ],
            "holders": [
                {"entity": d.entity, **asdict(h)} for d in documents for h in d.document.holders
            ],
            "not_assessed": lacking,
        },
    )


def _headline(found: Audit, documents: Sequence[JudgedOverlap]) -> str:
    told = [d for d in documents if not d.cannot]
    if not told:
        return "no overlap: no system's records were compared with another's yet"
    several, things = sum(d.shared for d in told), sum(d.things for d in told)
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    return f"{several:,} of {count(things, 'thing')} stand in several systems{day}"


def _rows(found: Audit, d: JudgedOverlap) -> Iterator[dict[str, Any]]:
    records = {h.system: h.records for h in d.document.holders}
    for b in d.between:
        left, right = records.get(b.left, 0), records.get(b.right, 0)
        compared = sum(a.compared for a in b.agreement)
        conflicts = sum(a.conflicting for a in b.agreement)
        yield {
            "entity": d.entity,
            "name": label(found, d.entity),
            "left": b.left,
            "right": b.right,
            "things": b.things,
            "pairs": b.pairs,
            "left_records": left,
            "right_records": right,
            "left_matched": b.left_matched,
            "right_matched": b.right_matched,
            "left_share": b.left_matched / left if left else None,
            "right_share": b.right_matched / right if right else None,
            "left_truth": _of(b.left_estimated, left),
            "right_truth": _of(b.right_estimated, right),
            "conflicts": conflicts / compared if compared else None,
            "by": d.document.by,
            "evidence": d.document.id,
        }


def _of(e: Estimate | None, whole: int) -> dict[str, float] | None:
    """A number as shares of a whole."""
    if e is None or not whole:
        return None
    return {k: min(1.0, v / whole) for k, v in asdict(e).items()}


def _lacking(found: Audit, documents: Sequence[JudgedOverlap], whole: bool) -> Iterator[str]:
    for d in documents:
        if d.cannot:
            yield f"╱ {d.entity} not assessed: {d.cannot}"
        for h in d.document.holders:
            if h.cannot:
                yield f"╱ {d.entity} in {h.system} not compared: {h.cannot}"
    if not whole:
        return
    known = {d.entity for d in documents}
    held: dict[str, set[str]] = {}
    for x in found.quality.holdings():
        if x.mapped.role == "primary" and x.mapped.entity:
            held.setdefault(x.mapped.entity, set()).add(x.system)
    several = {e: s for e, s in held.items() if len(s) > 1 and e not in known}
    for entity, systems in sorted(several.items()):
        yield (
            f"╱ {entity} not assessed: {', '.join(sorted(systems))} hold it, and nobody compared "
            f"them yet; `{COLLECT}` compares"
        )
    if not documents and not several:
        yield "╱ not assessed: no entity is known to stand in two systems that were read"


def rate_or_not(share: float | None) -> str:
    return "╱" if share is None else rate(share, 1)


def _truth(e: Mapping[str, float] | None) -> str:
    return "╱" if e is None else f"{100 * e['low']:.1f}–{100 * e['high']:.1f} %"


def _sets_block(found: Audit, d: JudgedOverlap) -> Block:
    """What exactly which systems hold, as an UpSet picture: a dot for each that does."""
    order, total = d.systems, d.things
    most = max((s.things for s in d.document.sets), default=0)
    block = Block(f"{label(found, d.entity)}: things by the systems that hold them")
    sets = sorted(d.document.sets, key=lambda s: (-s.things, s.systems))
    for s in sets[:MOST]:
        dots = "".join("●" if system in s.systems else "·" for system in order)
        only = " only" if len(s.systems) == 1 and len(order) > 1 else ""
        share = f"{s.things:,} ({rate(s.things / total, 1)})" if total else "0"
        block.add(
            dots,
            Text(f"{bar(s.things / most if most else 0.0, _BAR)} {share} "
                 f"{' + '.join(s.systems)}{only}"),
        )  # fmt: skip
    if len(sets) > MOST:
        block.say("more", f"{len(sets) - MOST} sets, in --format json")
    return block


# One entity


def one_view(found: Audit, judged: JudgedOverlap) -> View:
    """All that is known of one entity across the systems."""
    d, review = judged.document, judged.review
    m = d.matching
    drawn = [
        _holders_block(d),
        _sets_block(found, judged),
        compared_block(m),
        candidates_block(m),
        threshold_block(m, review),
        answers_block(review),
        histogram_block(m),
        levels_block(m),
        _unlinked_block(found, d),
    ]
    kept = pairs_kept(m)
    shown = list(enumerate(kept, 1))[: min(_EXAMPLES, len(m.examples))]

    def body(console: Console) -> None:
        put_blocks(console, drawn)
        for b in d.between:
            _put_between(console, d, b)
        put_pairs(console, "Examples, masked: what each attribute adds, in bits", shown)

    systems = ", ".join(found.workspace.system[s].name for s in judged.systems
                        if s in found.workspace.system)  # fmt: skip
    day = f"as of {found.facts.day}" if found.facts.day else ""
    more = len(kept) - len(shown)
    return View(
        kind="overlap-of",
        headline=" · ".join(x for x in (label(found, judged.entity), systems, day) if x),
        columns=[],
        rows=[_agreement_row(b, a) for b in d.between for a in b.agreement],
        body=body
        if not judged.cannot
        else lambda console: put_blocks(console, [_holders_block(d)]),
        notes=[
            *_lacking(found, [judged], False),
            *judged.remarks,
            *m.notes,
            *([f"{count(more, 'more pair')} with --pair N, up to {len(kept)}"] if more else []),
            *answer_notes(found, [d.provenance.key_id]),
            f"evidence {d.id}",
        ],
        hint=f"crmaudit quality overlap {shell(d.entity)} --review" if m.review else "",
        extra={
            "entity": d.entity,
            "by": d.by,
            "holders": [asdict(h) for h in d.holders],
            "sets": [asdict(s) for s in d.sets],
            "between": [asdict(b) for b in d.between],
            "unlinked": [asdict(u) for u in d.unlinked],
            "matching": asdict(m),
            "measured": asdict(review),
        },
    )


def _agreement_row(b: Between, a: Agreement) -> dict[str, Any]:
    values = {k: v for k, v in asdict(a).items() if k != "examples"}
    return {"left": b.left, "right": b.right, **values, "compared": a.compared}


def _holders_block(d: Overlap) -> Block:
    block = Block(f"Who holds it (compared by {_BY[d.by]})")
    for h in d.holders:
        if h.cannot:
            block.say(h.system, f"not compared: {h.cannot}", style="medium")
            continue
        left = sum(h.left_out.values())
        block.say(
            h.system,
            count(h.records, "record") + (f" of {count(h.things, 'thing')}" if h.things else ""),
            f"{left:,} left out" if left else "",
            *h.tables,
            f"read {h.taken_at:%Y-%m-%d %H:%M}" if h.taken_at else "",
        )
    return block


def _unlinked_block(found: Audit, d: Overlap) -> Block:
    block = Block("Belonging to somebody whom the other system does not know")
    for u in d.unlinked[: 2 * MOST]:
        share = f" ({rate(u.without / u.rows, 1)})" if u.rows else ""
        block.say(
            f"{label(found, u.entity)} of {u.system}",
            f"{u.without:,} of {count(u.rows, 'row')}{share} have no partner in {u.in_system}",
            f"{u.nobody:,} belong to nobody" if u.nobody else "",
            style="medium" if u.without else "",
        )
    if len(d.unlinked) > 2 * MOST:
        block.say("more", f"{len(d.unlinked) - 2 * MOST}, in --format json")
    return block


def _put_between(console: Console, d: Overlap, b: Between) -> None:
    """Two systems: coverage both ways, agreement, shared keys, examples of conflicts."""
    records = {h.system: h.records for h in d.holders}
    console.print()
    put_note(console, f"{b.left} beside {b.right}: {count(b.things, 'thing')} in both, "
             f"{count(b.pairs, 'pair')} of records", "accent")  # fmt: skip
    block = Block("")
    for one, other, n, truth in (
        (b.left, b.right, b.left_matched, b.left_estimated),
        (b.right, b.left, b.right_matched, b.right_estimated),
    ):
        whole = records.get(one, 0)
        share = n / whole if whole else None
        told = f"{bar(share, 12)} {rate(share, 1) if share is not None else 'not assessed'}"
        told += f" ({n:,} of {whole:,})"
        if (e := _of(truth, whole)) is not None:
            told += f"; in truth {_truth(e)}"
        block.add(f"{one} known to {other}", Text(told))
    _put_lines(console, block)
    if b.agreement:
        _put_agreement(console, b)
    keys = Block("")
    for k in b.keys:
        keys.say(*_key_line(k))
    _put_lines(console, keys)
    shown = [f"{a.attribute} {x} | {y}" for a in b.agreement for x, y in a.examples[:1]]
    if shown:
        put_note(console, f"  contradicting, masked: {'; '.join(shown)}")


def _put_lines(console: Console, block: Block) -> None:
    """The block's lines without a heading."""
    rows = [[Text(f"  {name}", style="quiet"), value] for name, value in block.lines]
    if rows:
        draw(console, [Slot(), Slot(flex=True)], rows)


def _key_line(k: SharedKey) -> tuple[str, str]:
    filled = f"{k.filled:,} of {k.records:,} filled, {k.found:,} found"
    dangling = f", {k.filled - k.found:,} lead nowhere" if k.filled > k.found else ""
    pairs = f"of the pairs {k.carried:,} carry it, {k.missing:,} lack it"
    astray = f", {k.elsewhere:,} lead elsewhere" if k.elsewhere else ""
    name = f"{k.holder}.{k.column} → {k.to}.{k.to_column}"
    return name, f"{filled}{dangling}; {pairs}{astray}"


def _put_agreement(console: Console, b: Between) -> None:
    """A line for each attribute: how far both say the same, and which of them is newer."""
    wide = console.width >= 110

    def cells(a: Agreement) -> list[str]:
        share = a.conflicting / a.compared if a.compared else None
        told = [
            f"  {a.attribute}",
            f"{a.same:,}",
            f"{a.equivalent:,}",
            f"{a.conflicting:,}",
            rate_or_not(share),
            f"{a.left_only:,}",
            f"{a.right_only:,}",
        ]
        newer = [f"{a.left_newer:,}", f"{a.right_newer:,}", f"{a.newer_unknown:,}"]
        return [*told, f"{a.neither:,}", *newer] if wide else told

    titles = ["  attribute", "same", "alike", "against", "share", f"{b.left} only",
              f"{b.right} only"]  # fmt: skip
    if wide:
        titles += ["neither", f"{b.left} newer", f"{b.right} newer", "unknown"]
    slots = [Slot(t, right=i > 0, flex=i == 0) for i, t in enumerate(titles)]
    rows = [
        [Text(cell, style="medium" if i == 3 and a.conflicting else "")
         for i, cell in enumerate(cells(a))]
        for a in b.agreement
    ]  # fmt: skip
    draw(console, slots, rows)
    if not wide:
        put_note(console, "  neither and newer: in a wider terminal, or --format json")


# A pair, and the review masked


def pair_view(judged: JudgedOverlap, which: str, other: str) -> View:
    """The waterfall of one pair: of a number as listed, or of two record ids."""
    d = judged.document
    kept = pairs_kept(d.matching)
    number, p = chosen_pair(kept, which, other)
    return one_pair(f"pair {number} of {len(kept)} of {d.entity}", p, d.id, d.entity, "overlap")


def review_view(found: Audit, judged: JudgedOverlap, most: int) -> View:
    """The pairs to be reviewed, their values masked."""
    return masked_review(found, judged, most, judged.entity, "overlap")
