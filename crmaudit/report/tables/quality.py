"""Tables of measured quality: scorecards, faults, references, and what was not assessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.evidence import Fault, TableProfile
from crmaudit.messages import Formed, Kept, Words, chained, joined, msg, told
from crmaudit.quality.one_place import OnePlace
from crmaudit.quality.scores import DIMENSIONS, Score
from crmaudit.report import blocks as b
from crmaudit.report.measured_columns import visible
from crmaudit.report.measured_scores import entity_cards
from crmaudit.report.numbers import percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, or_dash, word

_MOST = 40


def scorecards(given: Given) -> b.Table | None:
    """Entities with the mean of their dimensions, the worst, and the records without fault."""
    rows = []
    for name, card in entity_cards(given.facts).items():
        worst, lacking = card.worst, [d for d in DIMENSIONS if card.scores[d].share is None]
        clean = (
            b.Cell(
                share(card.clean.records, card.clean.looked_at),
                card.clean.share,
            )
            if card.clean
            else gap("records without fault were not counted")
        )
        said = _score(given, worst) if worst and worst.share != 1 else DASH
        rows.append((name, card.mean(), said, clean, joined(", ", map(msg, lacking)) or DASH))
    columns = [
        Column("Entity"),
        Column("All dimensions", "percent"),
        Column("Worst dimension", align="right"),
        Column("Records without faulty values", "percent"),
        Column("Not assessed"),
    ]
    note = (
        "A score: checks passed of checks that apply, weighted by what columns mean; sampled ones "
        "with their interval of 95 %. All dimensions: the mean of those that were assessed."
    )
    caption = given.counted(len(rows), "entity", "entities")
    title = msg("Scorecards of {caption}, the worst first", caption=caption)
    return given.table(title, columns, rows, note, filters=len(rows) > 20)


def _score(given: Given, score: Score) -> b.Cell:
    text = msg(
        "{dimension} {percent}", dimension=msg(score.dimension), percent=percent(score.share)
    )
    if score.interval:
        low, high = (percent(x) for x in score.interval)
        text += msg(" ({low} to {high})", low=low, high=high)
    return b.Cell(text, score.share, score.evidence[:2])


def _faults(given: Given) -> Iterator[tuple[str, TableProfile, Fault]]:
    for system, profile in given.facts.quality.tables():
        for fault in profile.faults:
            yield system, profile, fault
        for column in profile.columns:
            for fault in column.faults:
                yield system, profile, fault


def faults(given: Given) -> b.Table | None:
    """Errors that nobody wrote a rule for, those with most real errors to be expected first."""
    found = sorted(
        _faults(given),
        key=lambda x: (-x[2].rows * x[2].confidence, x[0], x[1].table, x[2].kind, x[2].columns),
    )
    rows = [
        (
            msg(
                "{system}: {table}.{columns}",
                system=given.names[system],
                table=profile.table,
                columns=chained("{a} and {b}", f.columns),
            ),
            _told(f),
            b.Cell(
                share(f.rows, f.of),
                f.rows / f.of if f.of else None,
                (profile.id,),
            ),
            _example(f.shown) if f.example else DASH,
            f.confidence,
        )
        for system, profile, f in found[:_MOST]
    ]
    columns = [
        Column("Column"),
        Column("Fault", filter=True),
        Column("Rows", "percent"),
        Column("Example, masked"),
        Column("Confidence", "percent"),
    ]
    note = msg("Confidence: the share of such rows that may be expected to be real errors.")
    if len(found) > _MOST:
        more = given.counted(len(found) - _MOST, "kind", "kinds")
        note += msg(" Left out: {more} of faults with fewer rows.", more=more)
    caption = given.counted(len(found), "kind of fault", "kinds of faults")
    title = msg("{caption} that no rule asked for, in columns", caption=caption)
    return given.table(title, columns, rows, note, filters=len(rows) > 20)


def _example(text: str) -> b.Cell:
    shown = Kept(visible(text)) if isinstance(text, Kept) else visible(text)
    return b.Cell(shown, shown, inlines=(b.Code(shown),))


def _told(fault: Fault) -> b.Cell:
    """The kind, and below it what is wrong; sorted and filtered by the kind."""
    detail: tuple[b.Inline, ...] = (b.LineBreak(), b.Text(fault.detail)) if fault.detail else ()
    return b.Cell(msg(fault.kind), fault.kind, inlines=(b.Text(msg(fault.kind)), *detail))


def orphans(given: Given) -> b.Table | None:
    """References of which some values lead nowhere, the most first."""
    rows = []
    for system, keys in given.facts.evidence.keys.items():
        for r in keys.references:
            if r.orphans and r.filled:
                when = (
                    msg(" where {column} is {value}", column=r.when[0], value=r.when[1])
                    if r.when
                    else ""
                )
                rows.append(
                    (
                        msg(
                            "{system}: {table}.{columns}{when}",
                            system=given.names[system],
                            table=r.table,
                            columns=", ".join(r.columns),
                            when=when,
                        ),
                        r.to,
                        b.Cell(
                            share(r.orphans, r.filled),
                            r.orphans / r.filled,
                            (keys.id,),
                        ),
                        r.orphans,
                        sum(r.sentinels.values()) or DASH,
                        word(r.basis),
                        r.confidence,
                    )
                )
    rows.sort(key=lambda x: (-int(str(x[3])), str(x[0])))
    columns = [
        Column("Reference"),
        Column("To"),
        Column("Lead nowhere", "percent"),
        Column("Rows", "number"),
        Column("Say none", "number"),
        Column("Known by", "label", filter=True),
        Column("Confidence", "percent"),
    ]
    note = ""
    if any(row[4] is not DASH for row in rows):
        note = "Say none: rows that hold 0, -1 or the like, which refer to nothing on purpose."
    caption = given.counted(len(rows), "reference")
    return given.table(
        msg("{caption} with values that lead nowhere", caption=caption),
        columns,
        rows,
        note,
        filters=len(rows) > 20,
    )


def quality_gaps(given: Given) -> b.Table | None:
    """What was not assessed: dimensions by reason, with how many entities and which."""
    found: dict[tuple[str, str], list[str]] = {}
    cards = entity_cards(given.facts)
    for name, card in cards.items():
        for dimension in DIMENSIONS:
            score = card.scores[dimension]
            if score.share is None:
                found.setdefault((dimension, _short(score.reason)), []).append(name)
    counts = Counter({place: len(names) for place, names in found.items()})
    rows = [
        (
            msg(dimension),
            reason,
            share(n, len(cards)),
            joined(", ", found[dimension, reason][:6])
            + (msg(" and {n} more", n=n - 6) if n > 6 else ""),
        )
        for (dimension, reason), n in sorted(
            counts.items(), key=lambda x: (DIMENSIONS.index(x[0][0]), -x[1], x[0][1])
        )
    ]
    columns = [
        Column("Dimension", "label"),
        Column("Why it was not assessed"),
        Column("Entities", align="right"),
        Column("Which"),
    ]
    return given.table("What was not assessed, and why", columns, rows)


def _short(reason: str, most: int = 2) -> str:
    """The first reasons of several."""
    parts = reason.split("; ")
    if len(parts) <= most:
        return reason
    return Formed(joined("; ", [*parts[:most], "and others"]), _shortened, (reason, most))


def _shortened(words: Words, reason: str, most: int) -> str:
    parts = told(reason, words).split("; ")
    return "; ".join([*parts[:most], told(msg("and others"), words)])


def products(given: Given) -> b.Table | None:
    """Products that the databases were recognised as, and how far their maps are proven."""
    rows: list[tuple[object, ...]] = []
    for system, known in given.facts.evidence.entity_maps.items():
        product = known.product
        if product is None:
            rows.append((given.names[system], msg("none of those known"), DASH, DASH, DASH))
            continue
        proven = msg("tried on live data") if product.verified else msg("not verified on live data")
        rows.append(
            (
                given.names[system],
                b.Cell(product.name, product.name, (known.id,)),
                or_dash(joined(" ", (x for x in (product.version, product.edition) if x))),
                proven,
                or_dash(joined(", ", product.checked_against)),
            )
        )
    columns = [
        Column("System"),
        Column("Product"),
        Column("Version"),
        Column("Its map"),
        Column("Held against"),
    ]
    return given.table("Products recognised in the databases", columns, rows)


def reached(given: Given) -> b.Table | None:
    """With how many records of customers something is at hand within one system."""
    rows: list[tuple[object, ...]] = []
    for x in given.facts.one_place:
        name = msg(
            "{names} in {names2}",
            names=given.names.get(x.entity, x.entity),
            names2=given.names[x.system],
        )
        for what, having in x.having.items():
            rows.append((name, what, _part(given, having, x.records, x.evidence)))
        for reason, things in _lacking(x):
            rows.append((name, joined(", ", map(msg, things)), gap(reason)))
        if x.together is not None:
            what = msg("seen together: {held}", held=joined(", ", map(msg, x.held)))
            rows.append((name, what, _part(given, x.together, x.records, x.evidence)))
    columns = [
        Column("Records", filter=True),
        Column("With at least one"),
        Column("Share", "percent"),
    ]
    note = "Of records neither deleted nor made for a test. Within one system."
    return given.table(
        "What is at hand of each customer", columns, rows, note, filters=len(rows) > 20
    )


def _lacking(x: OnePlace) -> Iterator[tuple[str, list[str]]]:
    """Reasons with what was not counted; what no table holds is told in one line."""
    by_reason: dict[str, list[str]] = {}
    for what, reason in x.lacking.items():
        nowhere = reason.startswith("no table holds")
        by_reason.setdefault(msg("no table holds it") if nowhere else reason, []).append(what)
    yield from by_reason.items()


def purpose_steps(given: Given) -> b.Table | None:
    """What becomes of leads, activities and campaigns, step by step, as counted."""
    rows: list[tuple[object, ...]] = []
    for step in given.facts.purposes:
        went = (
            gap(step.reason or "it was not counted")
            if step.going_on is None
            else _part(given, step.going_on, step.records, step.evidence)
        )
        entity = given.names.get(step.entity, step.entity)
        rows.append((msg(step.purpose), given.names[step.system], entity, msg(step.towards), went))
    columns = [
        Column("Purpose", "label", filter=True),
        Column("System", filter=True),
        Column("From"),
        Column("To", "label"),
        Column("Go on", "percent"),
    ]
    note = "Go on: records of the step that something of the next step refers to."
    return given.table("How far the three purposes are carried, as counted", columns, rows, note)


def _part(given: Given, part: int, whole: int, evidence: str) -> b.Cell:
    text = share(part, whole)
    return b.Cell(text, part / whole if whole else None, (evidence,) if evidence else ())
