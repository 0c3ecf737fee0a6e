"""Blocks of lines that tell of tables, entities and systems: scores, keys, faults, reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.panels import Block
from crmaudit.cli.quality_column import LIKELY, percent, reference, visible
from crmaudit.cli.quality_scores import DIMENSIONS, Scored, label
from crmaudit.cli.quality_scores import row as score_row
from crmaudit.cli.terminal import bar, count

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import Fault, Keys, TableProfile
    from crmaudit.quality.counts import Count
    from crmaudit.quality.one_place import OnePlace, Step
    from crmaudit.quality.quality import Holding
    from crmaudit.quality.scores import Score, Scorecard

MOST = 12
"""Lines of one block at most; the JSON has all."""


def holds_block(entities: Sequence[str]) -> Block:
    block = Block("What it holds")
    for n, told in enumerate(entities):
        block.say("" if n else "entity", told)
    return block


def keys_block(keys: Keys | None, table: str) -> Block:
    block = Block("Keys and references")
    if keys is None:
        return block
    for key in keys.keys:
        if key.table == table:
            faults = [
                f"{n:,} rows {words}"
                for n, words in ((key.repeated, "share theirs"), (key.nulls, "lack a part"))
                if n
            ]
            block.say("key", ", ".join(key.columns), key.basis, *faults)
    mine = [r for r in keys.references if r.table == table]
    for r in sorted(mine, key=lambda r: (-(r.orphans or 0), r.columns))[:MOST]:
        style = "medium" if r.orphans else ""
        block.say(", ".join(r.columns), f"to {r.to}", *reference(r), style=style)
    to = [r for r in keys.references if r.to == table]
    if to:
        tables = len({r.table for r in to})
        block.say("referred to by", f"{count(len(to), 'reference')} of {count(tables, 'table')}")
    return block


def missing_block(profile: TableProfile) -> Block:
    block = Block("Empty together")
    for pattern in profile.missing[:6]:
        told = ", ".join(pattern.columns) or "nothing is empty"
        block.say(f"{pattern.rows:,} rows", told)
    return block


def tables_block(holdings: Sequence[Holding]) -> Block:
    block = Block("Where it lies")
    for h in holdings[:MOST]:
        part = h.mapped.where and f"rows where {h.mapped.where}"
        apart = "" if h.whole or h.profile.where else "not measured apart from the other rows"
        rows = f"{h.profile.rows:,} rows"
        block.say(f"{h.system}.{h.profile.table}", h.mapped.role, rows, part, apart)
    if len(holdings) > MOST:
        block.say("more", f"{len(holdings) - MOST} tables")
    return block


def opinions(found: Audit, name: str, system: str | None) -> list[dict[str, Any]]:
    return [
        {
            "system": g.system,
            "perceived": g.perceived.score,
            "voices": len(g.perceived.voices),
            "measured": g.measured_score,
        }
        for g in found.facts.opinions
        if g.entity == name and system in (None, g.system)
    ]


def perceived_block(found: Audit, name: str, system: str | None) -> Block:
    block = Block("Perceived beside measured, 0 to 100")
    for g in opinions(found, name, system):
        measured = g["measured"]
        block.say(
            found.workspace.system[g["system"]].name,
            f"said {g['perceived']:.0f} by {count(g['voices'], 'voice')}",
            f"measured {measured:.0f}" if measured is not None else "measured: not assessed",
        )
    return block


def places_block(faults: Sequence[tuple[Holding, Fault]]) -> Block:
    block = Block("Faults, most rows first")
    ordered = sorted(faults, key=lambda x: (-x[1].rows * x[1].confidence, x[1].kind, x[1].columns))
    for h, f in ordered[:MOST]:
        told = f"{f.rows:,} of {f.of:,} rows ({percent(f.rows / f.of if f.of else None, 1)})"
        place = f"{h.profile.table}.{f.columns[0]}" if f.columns else h.profile.table
        block.say(
            place,
            f.kind,
            told,
            visible(f.example),
            style="medium" if f.confidence >= LIKELY else "quiet",
        )
    if len(ordered) > MOST:
        block.say("more", f"{len(ordered) - MOST} kinds of faults, in --format json")
    return block


def reach_block(places: Sequence[OnePlace], systems: Mapping[str, str]) -> Block:
    """What is at hand of customers, by system; what is not held anywhere there in one line."""
    block = Block("Seen in one place")
    for x in places:
        told = f"{x.records:,} records, deleted and test rows left out"
        block.say(systems[x.system], told, f"table {x.table}", x.where)
        for what, having in x.having.items():
            share = having / x.records if x.records else None
            block.add(f"  {what}", Text(f"{bar(share, 8)} {percent(share)} ({having:,})"))
        if x.together is not None:
            told = f"{x.together:,} have {', '.join(x.held) or 'nothing'}"
            block.add("  seen together", Text(f"{bar(x.share, 8)} {percent(x.share)} ({told})"))
        absent = [what for what, why in x.lacking.items() if why.startswith(_NOWHERE)]
        block.say("  not held here", ", ".join(absent))
        rest = [what for what in x.lacking if what not in absent]
        for start in sorted({_opening(x.lacking[w]) for w in rest}):
            some = [w for w in rest if _opening(x.lacking[w]) == start]
            why = _SAID.get(start, f"{start} …") if len(some) > 1 else x.lacking[some[0]]
            block.say("  ╱ not assessed", ", ".join(some), why)
    return block


_NOWHERE = "no table holds"
_SAID = {
    "no reference between": "no reference was found",
    "no column of": "no column of these was found",
}
"""How reasons that begin alike are told together."""


def _opening(reason: str) -> str:
    return " ".join(reason.split()[:3])


def orphans_block(found: Audit, holdings: Iterable[Holding]) -> Block:
    block = Block("References that lead nowhere")
    places = dict.fromkeys((h.system, h.profile.table) for h in holdings)
    for system, table in places:
        keys = found.facts.evidence.keys.get(system)
        for r in keys.references if keys else ():
            if r.table == table and r.orphans:
                block.say(
                    f"{table}.{', '.join(r.columns)}", f"to {r.to}", *reference(r), style="medium"
                )
    return block


def read_block(found: Audit, system: str, profiles: Iterable[TableProfile]) -> Block:
    block = Block("What was read")
    states = [p.provenance.status for p in profiles]
    block.say("tables", f"{sum(s.state == 'done' for s in states):,} of {len(states):,} wholly")
    for p in found.quality.profiles[system].values():
        if p.provenance.status.state == "failed":
            block.say(p.table, f"not read: {p.provenance.status.reason}", style="medium")
    sampled = sum(p.rows_method.kind == "sample" for p in found.quality.profiles[system].values())
    block.say("sampled", f"{sampled:,} tables" if sampled else "")
    said = [g for g in found.facts.opinions if g.system == system and not g.entity]
    for g in said:
        told = (
            f"measured {g.measured_score:.0f}" if g.measured_score is not None else "not measured"
        )
        block.say("perceived", f"{g.perceived.score:.0f} of 100 said", told)
    return block


def product_block(measured: Any) -> Block:
    block = Block("Product")
    product = measured.product if measured else None
    if product is None:
        if measured:
            block.say("product", "none of those known")
        return block
    block.say("product", product.name, product.version or "version not told", product.edition)
    checked = "tried on live data" if product.verified else "not verified on live data"
    block.say("its map", checked, *product.checked_against)
    for n, reason in enumerate(product.reasons[:4]):
        block.say("" if n else "because", reason)
    return block


def entities_block(held: Sequence[Scored]) -> Block:
    block = Block("Entities, the worst first")
    rows = sorted(
        (score_row(s) for s in held), key=lambda r: (r["overall"] is None, r["overall"] or 0)
    )
    for r in rows:
        worst = (
            f"worst: {r['worst']} {percent(r['worst_share'])}"
            if r["worst"] and r["worst_share"] < 1
            else ""
        )
        told = f"{bar(r['overall'], 8)} {percent(r['overall'])}"
        block.say(r["name"], told, worst)
    return block


def tested_block(keys: Keys | None) -> Block:
    block = Block("References")
    if keys is None:
        block.say("keys", "not assessed: `crmaudit collect` tests them")
        return block
    known = keys.references
    for basis in dict.fromkeys(r.basis for r in known):
        own = [r for r in known if r.basis == basis]
        verdicts = [
            f"{sum(r.verdict == v for r in own):,} {words}"
            for v, words in (
                ("holds", "hold"),
                ("orphans", "with orphans"),
                ("cannot tell", "without data"),
            )
            if any(r.verdict == v for r in own)
        ]
        block.say(basis, f"{len(own):,}", *verdicts)
    orphans = sum(r.orphans or 0 for r in known)
    block.say("orphans", f"{orphans:,} values lead nowhere" if orphans else "", style="medium")
    return block


def scores_block(card: Scorecard) -> Block:
    """Every dimension with its counts, or why it was not assessed."""
    block = Block("Scores")
    for dimension in DIMENSIONS:
        block.add(dimension, Text(score_line(card.scores[dimension])))
    clean = card.clean
    if clean is not None:
        counts = f"{clean.records:,} of {clean.looked_at:,}"
        told = f"{bar(clean.share, 8)} {percent(clean.share)} ({counts})"
        block.add("without any fault", Text(told))
    return block


def counts_block(counts: Sequence[Count], title: str = "What the scores count") -> Block:
    """What the scores are made of: each count, with what did not pass by reason."""
    block = Block(title)
    for c in counts[: 2 * MOST]:
        why = ", ".join(f"{n:,} {reason}" for reason, n in c.failed)
        block.say(c.dimension, c.what, f"{c.passed:,} of {c.applicable:,}", why)
    if len(counts) > 2 * MOST:
        block.say("more", f"{len(counts) - 2 * MOST} counts")
    return block


def steps_block(steps: Sequence[Step], found: Audit) -> Block:
    """What becomes of leads, activities and campaigns."""
    block = Block("The three purposes")
    for step in steps:
        told = f"{label(found, step.entity)} to {step.towards}"
        if step.going_on is None:
            block.say(step.purpose, told, f"not assessed: {step.reason}")
            continue
        line = f"{bar(step.share, 8)} {percent(step.share)} ({step.going_on:,} of {step.records:,})"
        block.add(step.purpose, Text(f"{line} {told}"))
    return block


def score_line(score: Score) -> str:
    """A score with its counts, and its interval where rows were sampled."""
    if score.share is None:
        return f"{bar(None, 8)} not assessed: {score.reason}"
    passed, applicable = score.checks
    told = f"{passed:,} of {applicable:,}"
    # What weighs differently gives another share than the counts alone.
    if applicable and abs(passed / applicable - score.share) > 0.005:
        told += " counted, weighted by what columns mean"
    if score.interval:
        low, high = score.interval
        told += f"; {percent(low)} to {percent(high)} with 95 % confidence, {score.method}"
    return f"{bar(score.share, 8)} {percent(score.share)} ({told})"


def evidence_notes(ids: Iterable[str]) -> list[str]:
    """A line for each document behind the numbers, a few of them."""
    told = list(dict.fromkeys(i for i in ids if i))
    more = [f"and {len(told) - 4} more, in --format json"] if len(told) > 4 else []
    return [*(f"evidence {i}" for i in told[:4]), *more]
