"""Tables of duplicates and overlap: what was found, where it comes from, who contradicts whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from crmaudit.evidence import Estimate
from crmaudit.messages import Kept, joined, msg
from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap, sources
from crmaudit.report import blocks as b
from crmaudit.report.matched import between, range_words, share_words
from crmaudit.report.numbers import more, percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.report.wording import listed

_BY = {
    "author": msg("account"),
    "import batch": msg("import batch"),
    "month": msg("month entered"),
    "source": msg("source"),
    "unit": msg("business unit"),
    "feed": msg("way in"),
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
                DASH if rate is None else b.Cell(percent(rate), rate),
                b.Cell(range_words(d.likely), d.likely.value),
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
        "Compared: records neither deleted nor made for a test. Surplus: records less the things "
        "that they stand for. Estimated: where the true number "
        "lies with 95 % confidence; it counts same pairs that were not found, too. Pairs right: of "
        "those found, estimated by the model with 95 % confidence, unless marked as reviewed; a "
        "dash where no pair was found."
    )
    return given.table("Duplicates by entity and system", columns, rows, note)


def _estimated(found: Estimate | None, given: Given, reviewed: bool = False) -> object:
    if found is None:
        return DASH
    text = share_words(found) + (msg(", reviewed") if reviewed else "")
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
            Kept(source.value) if source.by == "feed" else source.value,
            _share(given, source.duplicates, source.records, d.document.id),
            b.Cell(percent(source.elsewhere), source.elsewhere),
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
    note = msg(
        "A record counts where it joined, later, a thing that was already there. "
        "Accounts are shown by their pseudonyms, names of batches by their "
        "shape. Elsewhere: among the records of the other origins of that kind. "
        "Listed from {LEAST} duplicates, where even the low end of the share's "
        "95 % interval is {TIMES:g} times that elsewhere. One and the same "
        "import shows by its month, its account and its batch.",
        LEAST=_LEAST,
        TIMES=_TIMES,
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
            where = msg("across ") + listed((given.names.get(x, x) for x in o.systems), 3)
            found.append((o, where, left, o.review.precision is not None))
    rows = []
    for judged, where, left_out, reviewed in found:
        m = judged.document.matching
        why = (
            msg("{n} {reason}", n=given.number(n), reason=reason)
            for reason, n in left_out.items()
            if n
        )
        rows.append(
            (
                given.name(judged.entity),
                where,
                b.Cell(given.number(m.records), m.records, (judged.document.id,)),
                or_dash(joined(", ", why)),
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
        Column("Taken from", "percent"),
        Column("Of these right", "percent"),
        Column("Of all true pairs", "percent"),
        Column("Groups refused", "number"),
    ]
    note = (
        "Shares with the interval that holds the truth with 95 % confidence, by the model unless "
        "marked as reviewed. Taken from: the probability from which pairs are taken, where the "
        "expected F1 (which weighs both kinds of error) is highest. Groups refused: so many "
        "records had the same in common that comparing each with each would tell nothing; other "
        "ways may still find their pairs."
    )
    shown, caption = rows[:MOST], most(msg("What was compared"), MOST, len(rows))
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
                replace(gap(a.unused), text=msg("not used"))
                if a.unused
                else _share(given, a.filled, d.records, d.document.id)
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


_FROM_OTHERS = b.Cell(msg("made of others"), None, state="none")


def _weights(found: tuple[float, float] | None) -> tuple[object, object]:
    if found is None:
        return DASH, DASH
    high, low = found
    return b.Cell(more(high, 1), high), b.Cell(more(low, 1), low)


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
            _share(given, c.matched, c.records, j.document.id),
            b.Cell(range_words(c.likely), c.likely.value)
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
            msg("{names}: {n}", names=given.names.get(system, system), n=given.number(n))
            for system, n in ((x.left, a.left_newer), (x.right, a.right_newer))
            if n
        ]
        newer += (
            [msg("not known: {newer_unknown}", newer_unknown=given.number(a.newer_unknown))]
            if a.newer_unknown
            else []
        )
        true = j.contradicted(a)
        rows.append(
            (
                given.name(j.entity),
                msg(
                    "{names} and {names2}",
                    names=given.names.get(x.left, x.left),
                    names2=given.names.get(x.right, x.right),
                ),
                a.attribute,
                _share(given, a.conflicting, a.compared, j.document.id),
                DASH
                if true.low == true.high
                else b.Cell(
                    between(true),
                    true.value,
                ),
                or_dash(joined(", ", newer)),
                or_dash(
                    joined(
                        "; ",
                        (
                            msg("{left} · {right}", left=left, right=right)
                            for left, right in a.examples[:2]
                        ),
                    )
                ),
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
                        share(k.filled, k.records),
                        _of(given, lost, k.filled),
                        _share(given, k.carried, matched, j.document.id),
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


def _share(given: Given, part: int, whole: int, *evidence: str) -> b.Cell:
    """A share with its counts, sorted by its value."""
    text = share(part, whole)
    return b.Cell(text, part / whole if whole else None, evidence)


def _of(given: Given, part: int, whole: int) -> b.Cell:
    """The same, where nothing of it is the usual case and is told shortly."""
    cell = _share(given, part, whole)
    return cell if part else replace(cell, text="0")


def unlinked(given: Given) -> b.Table | None:
    """Rows of transactions whose customer another system does not know."""
    found = [(j, u) for j in given.facts.overlap if not j.cannot for u in j.document.unlinked]
    if len(found) > MOST:
        found.sort(key=lambda f: -f[1].without)
    rows = [
        (
            given.name(u.entity),
            given.name(u.system),
            msg(
                "{names} in {names2}",
                names=given.names.get(j.entity, j.entity),
                names2=given.names.get(u.in_system, u.in_system),
            ),
            _share(given, u.without, u.rows, j.document.id),
            b.Cell(range_words(j.without(u)), j.without(u).value),
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
