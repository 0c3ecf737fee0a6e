"""Tables of duplicates and overlap: what was found, where it comes from, who contradicts whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from crmaudit.evidence import Estimate
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap, sources
from crmaudit.report import blocks as b
from crmaudit.report.matched import between, range_words, share_words, signed
from crmaudit.report.numbers import percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.report.wording import listed

_BY = {
    "author": "account",
    "import batch": "import batch",
    "month": "month entered",
    "source": "source",
    "unit": "business unit",
    "feed": "way in",
}
MOST_CAUSES = 20
MOST = 40
"""Rows of a table about several systems: of twelve there are 66 pairs for every entity."""
_LEAST, _TIMES = 10, 1.5
"""An origin is worth a line from so many duplicates, surely so many times the others' rate.

Of fewer, chance alone makes some month stand out among a hundred.
"""


def duplicates(given: Given) -> b.Table | None:
    """Records that stand for the same thing, by entity and system, as found and estimated."""
    rows: list[tuple[object, ...]] = []
    for d in sorted(given.facts.duplicates, key=lambda d: (bool(d.cannot), -d.surplus)):
        place = (given.name(d.entity), given.name(d.system))
        if d.cannot:
            rows.append((*place, gap(d.cannot), *(DASH for _ in range(5))))
            continue
        rate = d.surplus / d.records if d.records else None
        rows.append(
            (
                *place,
                b.Cell(given.number(d.records), d.records, (d.document.id,)),
                b.Cell(given.number(d.surplus), d.surplus),
                DASH if rate is None else b.Cell(percent(rate, language=given.language), rate),
                b.Cell(range_words(d.likely, given.language), d.likely.value),
                _estimated(d.precision, given, d.reviewed),
                d.open_pairs,
            )
        )
    columns = [
        Column("Entity"),
        Column("System", filter=True),
        Column("Records compared", "number"),
        Column("Surplus, found", "number"),
        Column("Share of records", "percent"),
        Column("Surplus, estimated", "number"),
        Column("Pairs right", "percent"),
        Column("Pairs to review", "number"),
    ]
    note = (
        "Surplus: records less the things that they stand for. Estimated: where the true number "
        "lies with 95 % confidence; it counts same pairs that were not found, too. Pairs right: of "
        "those found, estimated by the model with 95 % confidence, unless marked as reviewed; a "
        "dash where no pair was found."
    )
    return given.table("Duplicates by entity and system", columns, rows, note)


def _estimated(found: Estimate | None, given: Given, reviewed: bool = False) -> object:
    if found is None:
        return DASH
    text = share_words(found, given.language) + (", reviewed" if reviewed else "")
    return b.Cell(text, found.value)


def duplicate_causes(given: Given) -> b.Table | None:
    """Where duplicates come from: origins with clearly more than the others of their kind."""
    found = [
        (d, source)
        for d in given.facts.duplicates
        if not d.cannot
        for source in sources(d)
        if source.duplicates >= _LEAST and source.exceeds(_TIMES)
    ]
    found.sort(key=lambda x: (-x[1].excess, x[0].system, x[0].entity, x[1].by, x[1].value))
    rows = [
        (
            given.name(d.entity),
            given.name(d.system),
            _BY.get(source.by, source.by),
            source.value,
            b.Cell(
                share(source.duplicates, source.records, language=given.language),
                source.share,
                (d.document.id,),
            ),
            b.Cell(percent(source.elsewhere, language=given.language), source.elsewhere),
        )
        for d, source in found
    ]
    columns = [
        Column("Entity"),
        Column("System"),
        Column("Kind of origin", filter=True),
        Column("Origin"),
        Column("Duplicates among its records", "percent"),
        Column("Elsewhere", "percent"),
    ]
    note = (
        "A record counts where it joined, later, a thing that was already there. Accounts are "
        "shown by their pseudonyms, names of batches by their shape. Elsewhere: among the records "
        f"of the other origins of that kind. Listed from {_LEAST} duplicates, where even the low "
        f"end of the share's 95 % interval is {_TIMES:g} times that elsewhere. One and the same "
        "import shows by its month, its account and its batch."
    )
    caption = most("Where duplicates come from", MOST_CAUSES, len(rows))
    return given.table(caption, columns, rows[:MOST_CAUSES], note)


def comparisons(given: Given) -> b.Table | None:
    """What was compared with what, what was left out, and where the line was drawn."""
    found: list[tuple[JudgedDuplicates | JudgedOverlap, str, Mapping[str, int], bool]] = [
        (d, given.names.get(d.system, d.system), d.document.matching.left_out, d.reviewed)
        for d in given.facts.duplicates
        if not d.cannot
    ]
    for o in given.facts.overlap:
        # What an identifier ties together was not compared.
        if not o.cannot and o.document.by != "identifier":
            left: Counter[str] = Counter()
            for holder in o.document.holders:
                left.update(holder.left_out)
            where = "across " + listed((given.names.get(x, x) for x in o.systems), 3)
            found.append((o, where, left, o.review.precision is not None))
    rows = []
    for judged, where, left_out, reviewed in found:
        m = judged.document.matching
        why = (f"{given.number(n)} {reason}" for reason, n in left_out.items() if n)
        rows.append(
            (
                given.name(judged.entity),
                where,
                b.Cell(given.number(m.records), m.records, (judged.document.id,)),
                or_dash(", ".join(why)),
                m.candidates,
                m.same_pairs,
                _probability(m.threshold),
                _estimated(judged.precision, given, reviewed),
                _estimated(m.recall, given),
                sum(x.refused for x in m.blocks) or DASH,
            )
        )
    columns = [
        Column("Entity"),
        Column("Where"),
        Column("Records", "number"),
        Column("Left out"),
        Column("Pairs compared", "number"),
        Column("Taken as same", "number"),
        Column("From", "percent"),
        Column("Of these right", "percent"),
        Column("Of all true pairs", "percent"),
        Column("Groups refused", "number"),
    ]
    note = (
        "Shares with the interval that holds the truth with 95 % confidence, by the model unless "
        "marked as reviewed. From: the probability from which pairs are taken, where the expected "
        "F1 (which weighs both kinds of error) is highest. Groups refused: so many records had the "
        "same in common that comparing each with each would tell nothing; other ways may still "
        "find their pairs."
    )
    shown, caption = rows[:MOST], most("What was compared", MOST, len(rows))
    return given.table(caption, columns, shown, note)


def _probability(bits: float | None) -> object:
    """A weight as a probability."""
    if bits is None:
        return DASH
    chance = 1 / (1 + 2 ** -max(-1000.0, min(1000.0, bits)))
    return b.Cell(percent(chance), chance)


def compared_by(given: Given) -> b.Table | None:
    """What records were compared by, and what it weighs."""
    rows = []
    for d in given.facts.duplicates:
        m, place = d.document.matching, (given.name(d.entity), given.name(d.system))
        weight = {
            c.attribute: (max(x.weight for x in c.levels), min(x.weight for x in c.levels))
            for c in m.comparisons
            if c.levels
        }
        held = [a for a in m.attributes if a.columns or not a.unused.startswith("no column")]
        for a in held:
            filled = (
                replace(gap(a.unused), text="not used")
                if a.unused
                else b.Cell(
                    share(a.filled, d.records, language=given.language),
                    a.filled / d.records if d.records else None,
                    (d.document.id,),
                )
            )
            rows.append((*place, a.attribute, filled, *_weights(weight.get(a.attribute))))
        known = {a.attribute for a in held}
        rows += [
            (*place, name, _FROM_OTHERS, *_weights(ends))
            for name, ends in weight.items()
            if name not in known
        ]
    columns = [
        Column("Entity"),
        Column("System", filter=True),
        Column("Attribute"),
        Column("Filled", "percent"),
        Column("Speaks for", "number", unit="bits"),
        Column("Speaks against", "number", unit="bits"),
    ]
    note = (
        "In bits, at most: 1 doubles the odds that two records stand for the same thing, −1 halves "
        "them. Without weights: it is compared as a part of another attribute, such as a street of "
        "the address, decides by a rule, or only helps to find candidates."
    )
    return given.table("What records were compared by", columns, rows, note, filters=len(rows) > 30)


_FROM_OTHERS = b.Cell("made of others", None, state="none")


def _weights(found: tuple[float, float] | None) -> tuple[object, object]:
    if found is None:
        return DASH, DASH
    high, low = found
    return b.Cell(signed(high), high), b.Cell(signed(low), low)


def coverage(given: Given) -> b.Table | None:
    """Of each two systems, how many records of one have a partner in the other."""
    told = sorted((j for j in given.facts.overlap if not j.cannot), key=lambda j: -j.things)
    found = [(j, c) for j in told for c in j.coverage()]
    if len(found) > MOST:
        found.sort(key=lambda f: -f[1].matched)
    estimated = {
        (j.entity, one, other)
        for j in told
        for x in j.between
        for one, other, true in (
            (x.left, x.right, x.left_estimated),
            (x.right, x.left, x.right_estimated),
        )
        if true
    }
    rows: list[tuple[object, ...]] = [
        (
            given.name(j.entity),
            given.name(c.system),
            given.name(c.within),
            b.Cell(
                share(c.matched, c.records, language=given.language),
                c.matched / c.records if c.records else None,
                (j.document.id,),
            ),
            b.Cell(range_words(c.likely, given.language), c.likely.value)
            if (j.entity, c.system, c.within) in estimated
            else DASH,
        )
        for j, c in found[:MOST]
    ]
    rows += [
        (given.name(j.entity), given.name(h.system), DASH, gap(h.cannot), DASH)
        for j in told
        for h in j.document.holders
        if h.cannot
    ]
    columns = [
        Column("Entity", filter=True),
        Column("Records of"),
        Column("Found in"),
        Column("As found", "percent"),
        Column("Estimated", "number"),
    ]
    note = (
        "Of all records of the first system, those of which the second has one too. Estimated: "
        "where their true number lies with 95 % confidence; it counts pairs that were not found, "
        "too."
    )
    caption = most("Records of one system that another has too", MOST, len(found))
    return given.table(caption, columns, rows, note)


def contradictions(given: Given) -> b.Table | None:
    """Attributes in which two systems contradict each other, the worst first."""
    found = [
        (-a.conflicting / a.compared, j, x, a)
        for j in given.facts.overlap
        if not j.cannot
        for x in j.between
        for a in x.agreement
        if a.conflicting
    ]
    found.sort(key=lambda f: (f[0], f[1].entity, f[2].left, f[2].right, f[3].attribute))
    rows = []
    for _, j, x, a in found[:MOST]:
        newer = [
            f"{given.names.get(system, system)}: {given.number(n)}"
            for system, n in ((x.left, a.left_newer), (x.right, a.right_newer))
            if n
        ]
        newer += [f"not known: {given.number(a.newer_unknown)}"] if a.newer_unknown else []
        true = j.contradicted(a)
        rows.append(
            (
                given.name(j.entity),
                f"{given.names.get(x.left, x.left)} and {given.names.get(x.right, x.right)}",
                a.attribute,
                b.Cell(
                    share(a.conflicting, a.compared, language=given.language),
                    a.conflicting / a.compared,
                    (j.document.id,),
                ),
                DASH
                if true.low == true.high
                else b.Cell(
                    between(true, given.language),
                    true.value,
                ),
                or_dash(", ".join(newer)),
                or_dash("; ".join(f"{left} · {right}" for left, right in a.examples[:2])),
            )
        )
    columns = [
        Column("Entity", filter=True),
        Column("Systems"),
        Column("Attribute"),
        Column("Contradict each other", "percent"),
        Column("Of true pairs", "percent"),
        Column("Changed last in"),
        Column("For example, masked"),
    ]
    note = (
        "Of the pairs of records in which both systems have a value, once both are standardised. "
        "Of true pairs: between which bounds the share lies whatever the pairs matched wrongly are "
        "like, so many as their estimate allows at most."
    )
    caption = most("Where systems contradict each other", MOST, len(found))
    return given.table(caption, columns, rows, note)


def shared_keys(given: Given) -> b.Table | None:
    """Columns by which one system names the other's records, and how far they carry."""
    rows = []
    for j in given.facts.overlap:
        if j.cannot:
            continue
        for x in j.between:
            for k in x.keys:
                matched = k.carried + k.elsewhere + k.missing
                lost = k.filled - k.found
                rows.append(
                    (
                        given.name(j.entity),
                        f"{given.names.get(k.holder, k.holder)}: {k.column}",
                        f"{given.names.get(k.to, k.to)}: {k.to_column}",
                        share(k.filled, k.records, language=given.language),
                        _of(given, lost, k.filled),
                        b.Cell(
                            share(k.carried, matched, language=given.language),
                            k.carried / matched if matched else None,
                            (j.document.id,),
                        ),
                        _of(given, k.elsewhere, matched),
                    )
                )
    columns = [
        Column("Entity"),
        Column("Column"),
        Column("Leads to"),
        Column("Filled", "percent"),
        Column("Leads nowhere", "percent"),
        Column("Ties the pairs matched", "percent"),
        Column("Ties to another", "percent"),
    ]
    note = (
        "Filled: of all records of the column's system. Leads nowhere: of those filled. Ties the "
        "pairs matched, ties to another: of the records with a partner in the other system."
    )
    caption = most("Identifiers that tie systems together", MOST, len(rows))
    return given.table(caption, columns, rows[:MOST], note)


def _of(given: Given, part: int, whole: int) -> b.Cell:
    text = share(part, whole, language=given.language) if part else "0"
    return b.Cell(text, part / whole if whole else None)


def unlinked(given: Given) -> b.Table | None:
    """Rows of transactions whose customer another system does not know."""
    found = [(j, u) for j in given.facts.overlap if not j.cannot for u in j.document.unlinked]
    if len(found) > MOST:
        found.sort(key=lambda f: -f[1].without)
    rows = [
        (
            given.name(u.entity),
            given.name(u.system),
            f"{given.names.get(j.entity, j.entity)} in {given.names.get(u.in_system, u.in_system)}",
            b.Cell(
                share(u.without, u.rows, language=given.language),
                u.without / u.rows if u.rows else None,
                (j.document.id,),
            ),
            b.Cell(range_words(j.without(u), given.language), j.without(u).value),
            _of(given, u.nobody, u.rows),
        )
        for j, u in found[:MOST]
    ]
    columns = [
        Column("Rows"),
        Column("System"),
        Column("Without a partner among"),
        Column("Unknown there, as found", "percent"),
        Column("Estimated", "number"),
        Column("Belong to nobody", "percent"),
    ]
    note = (
        "Of all rows, by the pairs found: those that belong to such a record without a partner. "
        "Estimated: how many, if as many are spared as may have a partner that was not found. "
        "Whether the other system ought to know them is for its purpose to say."
    )
    caption = most("Transactions of customers unknown elsewhere", MOST, len(found))
    return given.table(caption, columns, rows, note)
