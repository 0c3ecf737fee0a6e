"""`quality duplicates`: what was found in each system, and one entity down to single pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console

from crmaudit.cli.matches_blocks import (
    MOST,
    answers_block,
    candidates_block,
    compared_block,
    estimated_by,
    histogram_block,
    left_out_block,
    levels_block,
    numbers,
    pairs_kept,
    put_pairs,
    shares,
    threshold_block,
)
from crmaudit.cli.matches_pairs import answer_notes, chosen_pair, masked_review, one_pair
from crmaudit.cli.panels import Block, put_blocks
from crmaudit.cli.quality_scores import label, shell
from crmaudit.cli.terminal import count, rate
from crmaudit.cli.view import Column, View, number

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import Cause, Duplicates, Estimate
    from crmaudit.quality.matching.judged import JudgedDuplicates

COLLECT = "crmaudit collect --only duplicates"
_EXAMPLES = 2
_CLUSTERS = 40


# All


def list_view(found: Audit, documents: Sequence[JudgedDuplicates], whole: bool) -> View:
    """Systems and entities beside each other; `whole` where none was asked for by name."""
    rows = [_row(found, d) for d in documents]
    if whole:
        rows += _unassessed(found, {(r["system"], r["entity"]) for r in rows})
    rows.sort(key=lambda r: (r["surplus_share"] is None, -(r["surplus_share"] or 0.0),
                             r["system"], r["entity"]))  # fmt: skip
    told = [r for r in rows if not r["not_assessed"]]
    first = told[0] if told else None
    return View(
        kind="duplicates",
        headline=_headline(found, told),
        columns=[
            Column("name", "Entity", flex=True, least=12),
            Column("system", "System", flex=True, least=8),
            Column("records", "Records", number, right=True),
            Column("surplus", "Surplus", _surplus, right=True, whole=True),
            Column("estimated", "Estimated", _interval, right=True, rank=1),
            Column("precision", "Precision", _precision, right=True, rank=2),
            Column("review", "To review", number, right=True, rank=3),
            Column("clusters", "Clusters", number, right=True, rank=5),
            Column("left_out", "Left out", _left_out, right=True, rank=4),
        ],
        rows=rows,
        notes=[
            *_list_notes(rows),
            *(f"{d.system}.{d.entity}: {r}" for d in documents for r in d.remarks),
            *answer_notes(found, [d.document.provenance.key_id for d in documents]),
        ],
        hint=f"crmaudit quality duplicates {shell(first['system'] + '.' + first['entity'])}"
        if first
        else COLLECT,
    )


def _headline(found: Audit, told: Sequence[Mapping[str, Any]]) -> str:
    if not told:
        return "no duplicates: no records were compared yet"
    surplus, records = sum(r["surplus"] for r in told), sum(r["records"] for r in told)
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    return f"{surplus:,} of {count(records, 'record')} stand for a thing that is there already{day}"


def _row(found: Audit, judged: JudgedDuplicates) -> dict[str, Any]:
    d, review = judged.document, judged.review
    m = d.matching
    known = not judged.cannot
    return {
        "entity": judged.entity,
        "name": label(found, judged.entity),
        "system": judged.system,
        "records": m.records if known else None,
        "left_out": dict(m.left_out),
        "surplus": d.surplus if known else None,
        "surplus_share": d.surplus / m.records if known and m.records else None,
        "estimated": _plain(d.estimated),
        "precision": _plain(judged.precision),
        "precision_by": "answers" if review.precision else estimated_by(m),
        "recall": _plain(m.recall),
        "review": judged.open_pairs if known else None,
        "clusters": sum(d.sizes.values()) if known else None,
        "answers": review.answers,
        "method": str(m.method),
        "not_assessed": judged.cannot,
        "evidence": d.id,
    }


def _plain(e: Estimate | None) -> dict[str, float] | None:
    return asdict(e) if e is not None else None


def _unassessed(found: Audit, known: set[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Entities of people and organisations that some system holds and that nobody compared."""
    from crmaudit.quality.effective import kind_of
    from crmaudit.quality.matching.recipe import MATCHED

    held = {(h.system, h.mapped.entity or "") for h in found.quality.holdings()
            if h.mapped.role == "primary"}  # fmt: skip
    for system, entity in sorted(held - known):
        if kind_of(entity, found.workspace.entity) in MATCHED:
            yield {
                "entity": entity,
                "name": label(found, entity),
                "system": system,
                **dict.fromkeys(
                    ("records", "surplus", "surplus_share", "estimated", "precision", "recall",
                     "review", "clusters")
                ),
                "left_out": {},
                "precision_by": "",
                "answers": 0,
                "method": "",
                "not_assessed": f"not compared yet; `{COLLECT}` compares",
                "evidence": "",
            }  # fmt: skip


def _list_notes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "╱ not assessed: no table that was read holds people or organisations"
        return
    if any(not r["not_assessed"] for r in rows):
        yield (
            "surplus: records less the things that they stand for; estimated: their true number, "
            "with the interval that holds it at 95 %"
        )
    for r in rows:
        if r["not_assessed"]:
            yield f"╱ {r['system']}.{r['entity']} not assessed: {r['not_assessed']}"


def _surplus(row: Mapping[str, Any]) -> str:
    if row["surplus"] is None:
        return "╱"
    share = row["surplus_share"]
    return f"{row['surplus']:,} ({rate(share, 1)})" if share is not None else f"{row['surplus']:,}"


def _interval(e: Mapping[str, float] | None) -> str:
    return "╱" if e is None else f"{e['value']:,.0f} ({e['low']:,.0f}–{e['high']:,.0f})"


def _precision(e: Mapping[str, float] | None) -> str:
    return "╱" if e is None else rate(e["value"], 1)


def _left_out(reasons: Mapping[str, int]) -> str:
    return f"{sum(reasons.values()):,}" if reasons else "–"


# One entity of a system


def one_view(found: Audit, judged: JudgedDuplicates) -> View:
    """All that is known of one entity's duplicates in a system."""
    d, review, cannot = judged.document, judged.review, judged.cannot
    m, path = d.matching, _path(judged)
    drawn = [
        _outcome_block(judged),
        left_out_block(m.left_out),
        compared_block(m),
        candidates_block(m),
        threshold_block(m, review),
        answers_block(review),
        histogram_block(m),
        levels_block(m),
        _clusters_block(d),
        *_cause_blocks(d),
    ]
    kept = pairs_kept(m)
    shown = list(enumerate(kept, 1))[: min(_EXAMPLES, len(m.examples))]

    def body(console: Console) -> None:
        put_blocks(console, drawn)
        put_pairs(console, "Examples, masked: what each attribute adds, in bits", shown)

    more = len(kept) - len(shown)
    return View(
        kind="duplicates-of",
        headline=_head(found, judged),
        columns=[],
        rows=[_row(found, judged)],
        body=body if not cannot else lambda console: None,
        notes=[
            *([f"╱ not assessed: {cannot}"] if cannot else []),
            *judged.remarks,
            *m.notes,
            *([f"{count(more, 'more pair')} with --pair N, up to {len(kept)}"] if more else []),
            *answer_notes(found, [d.provenance.key_id]),
            f"evidence {d.id}",
        ],
        hint=f"crmaudit quality duplicates {shell(path)} --review" if m.review else "",
        extra={
            "tables": list(d.tables),
            "matching": asdict(m),
            "sizes": {str(k): n for k, n in d.sizes.items()},
            "clusters": [asdict(c) for c in d.clusters],
            "clusters_left_out": d.clusters_left_out,
            "causes": [asdict(c) for c in d.causes],
            "measured": asdict(review),
        },
    )


def _path(judged: JudgedDuplicates) -> str:
    return f"{judged.system}.{judged.entity}"


def _head(found: Audit, judged: JudgedDuplicates) -> str:
    name = found.workspace.system[judged.system].name
    told = f"{judged.surplus:,} of {count(judged.records, 'record')} surplus"
    day = f"as of {found.facts.day}" if found.facts.day else ""
    parts = f"{label(found, judged.entity)} in {name}", "" if judged.cannot else told, day
    return " · ".join(x for x in parts if x)


def _outcome_block(judged: JudgedDuplicates) -> Block:
    d, m = judged.document, judged.document.matching
    block = Block("What was found")
    share = f", {rate(judged.surplus / judged.records, 1)}" if judged.records else ""
    block.say("surplus", f"{judged.surplus:,} of {count(judged.records, 'record')}{share}")
    block.say("estimated", d.estimated and f"{numbers(d.estimated)} in truth, at 95 %")
    by = "measured on answers" if judged.review.precision else estimated_by(m)
    block.say("precision", shares(judged.precision), by if judged.precision else "")
    block.say("to review", count(judged.open_pairs, "pair") if judged.open_pairs else "none")
    block.say("tables", *d.tables)
    block.say("method", str(m.method) if m.method.kind != "exact" else "", f"{m.seconds:,.0f} s")
    return block


def _clusters_block(d: Duplicates) -> Block:
    block = Block("Records that stand for one thing")
    for size, n in sorted(d.sizes.items())[:MOST]:
        block.say(count(size, "record"), count(n, "time"))
    if len(d.sizes) > MOST:
        block.say("more", f"up to {max(d.sizes):,} records")
    return block


def _cause_blocks(d: Duplicates) -> Iterator[Block]:
    """By each origin, where they come from most, beside the average of all records."""
    average = d.surplus / d.matching.records if d.matching.records else 0.0
    origins: dict[str, list[Cause]] = {}
    for cause in d.causes:
        origins.setdefault(cause.by, []).append(cause)
    for origin, causes in origins.items():
        block = Block(f"Where they come from: {origin} (of all records {rate(average, 1)})")
        for c in sorted(causes, key=lambda c: (-c.duplicates, c.value))[:5]:
            share = c.duplicates / c.records if c.records else 0.0
            times = f", {share / average:.1f} × the average" if average else ""
            told = f"{c.duplicates:,} of {c.records:,} records ({rate(share, 1)}){times}"
            block.say(c.value or "not said", told, style="medium" if share > 2 * average else "")
        if len(causes) > 5:
            block.say("more", f"{len(causes) - 5}, in --format json")
        yield block


# A pair


def pair_view(judged: JudgedDuplicates, which: str, other: str) -> View:
    """The waterfall of one pair: of a number as listed, or of two record ids."""
    d, path = judged.document, _path(judged)
    kept = pairs_kept(d.matching)
    number, p = chosen_pair(kept, which, other)
    return one_pair(f"pair {number} of {len(kept)} of {path}", p, d.id, path, "duplicates")


# Clusters


def clusters_view(found: Audit, judged: JudgedDuplicates) -> View:
    """Records that stand for one thing, each with what it says and which one is to be kept."""
    d, path = judged.document, _path(judged)
    rows = [
        {
            "cluster": n,
            "record": member.id,
            "system": member.system,
            "table": member.table,
            "filled": member.filled,
            "modified": member.modified,
            "keep": i == c.survivor,
            "why": c.why if i == c.survivor else "",
            "least": c.least,
        }
        for n, c in enumerate(d.clusters, 1)
        for i, member in enumerate(c.members)
    ]
    drawn = rows[: sum(len(c.members) for c in d.clusters[:_CLUSTERS])]
    many = sum(d.sizes.values())
    notes = ["a suggestion: nothing is merged anywhere; ids are keyed, and name no source record"]
    if len(d.clusters) > _CLUSTERS:
        notes.insert(0, f"the first {_CLUSTERS} of {len(d.clusters)}; --format csv has all")
    if d.clusters_left_out:
        notes.append(f"{count(d.clusters_left_out, 'cluster')} not kept in the evidence")
    if judged.cannot:
        notes = [f"╱ not assessed: {judged.cannot}"]
    name = f"{label(found, judged.entity)} in {judged.system}"
    return View(
        kind="clusters",
        headline=f"clusters of {name}" if judged.cannot else f"{count(many, 'cluster')} of {name}",
        columns=[
            Column("cluster", "#", right=True),
            Column("keep", "", lambda keep: "▸ keep" if keep else ""),
            Column("record", "Record", lambda i: i or "╱"),
            Column("table", "Table", rank=4),
            Column("filled", "Filled", right=True, rank=1),
            Column("modified", "Changed", lambda t: t[:10] or "╱", rank=2),
            Column("least", "Weakest link", lambda p: rate(p, 1), right=True, rank=3),
            Column("why", "Because", flex=True, least=16, rank=5),
        ],
        rows=rows,
        drawn=drawn,
        notes=[*notes, f"evidence {d.id}"],
        hint=f"crmaudit quality duplicates {shell(path)} --clusters --reveal -o clusters.xlsx"
        if rows
        else "",
        extra={"not_assessed": judged.cannot},
    )


# The review, masked


def review_view(found: Audit, judged: JudgedDuplicates, most: int) -> View:
    """The pairs to be reviewed, their values masked."""
    return masked_review(found, judged, most, _path(judged), "duplicates")
