"""Tables of duplicates and overlap: what was found, where it comes from, who contradicts whom."""

from __future__ import annotations

from crmaudit.evidence import Estimate
from crmaudit.quality.matching.judged import sources
from crmaudit.report import blocks as b
from crmaudit.report.matched import range_words, signed
from crmaudit.report.numbers import percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash

_BY = {
    "author": "entered by",
    "import batch": "import",
    "month": "entered in",
    "source": "source",
    "unit": "business unit",
    "feed": "way in",
}
MOST_CAUSES = 20
_LEAST, _TIMES = 5, 1.5
"""An origin is worth a line from so many duplicates, surely so many times the others' rate."""


def duplicates(given: Given) -> b.Table | None:
    """Records that stand for the same thing, by entity and system, as found and estimated."""
    rows = []
    for d in given.facts.duplicates:
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
                or_dash(range_words(d.likely, given.language)),
                _precision(d.precision),
                d.open_pairs,
            )
        )
    columns = [
        Column("Entity"),
        Column("System", filter=True),
        Column("Records compared", "number"),
        Column("Surplus, found", "number"),
        Column("Share", "percent"),
        Column("Surplus, estimated"),
        Column("Precision"),
        Column("Pairs to review", "number"),
    ]
    note = (
        "Surplus: records less the things that they stand for. Estimated: where the true number "
        "lies with 95 % confidence, pairs under the threshold included. Precision: share of the "
        "pairs taken for the same that are, estimated."
    )
    return given.table("Duplicates by entity and system", columns, rows, note)


def _precision(found: Estimate | None) -> object:
    if found is None:
        return DASH
    text = f"{percent(found.value)} ({percent(found.low)} to {percent(found.high)})"
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
            b.Cell(percent(source.elsewhere), source.elsewhere),
        )
        for d, source in found
    ]
    columns = [
        Column("Entity"),
        Column("System"),
        Column("By", filter=True),
        Column("Origin"),
        Column("Duplicates among its records", "percent"),
        Column("Elsewhere", "percent"),
    ]
    note = (
        "A record counts where it joined, later, a thing that was already there. Accounts are "
        "shown by their pseudonyms. Elsewhere: among the records of the other origins of that kind."
    )
    caption = most("Where duplicates come from", MOST_CAUSES, len(rows))
    return given.table(caption, columns, rows[:MOST_CAUSES], note)


def compared_by(given: Given) -> b.Table | None:
    """What records were compared by, and what it weighs."""
    rows = []
    for d in given.facts.duplicates:
        m = d.document.matching
        weight = {
            c.attribute: (max(x.weight for x in c.levels), min(x.weight for x in c.levels))
            for c in m.comparisons
            if c.levels
        }
        for a in m.attributes:
            if not a.columns:
                continue
            high, low = weight.get(a.attribute, (None, None))
            rows.append(
                (
                    given.name(d.entity),
                    given.name(d.system),
                    a.attribute,
                    gap(a.unused)
                    if a.unused
                    else b.Cell(
                        share(a.filled, d.records, language=given.language),
                        a.filled / d.records if d.records else None,
                        (d.document.id,),
                    ),
                    DASH if high is None else b.Cell(signed(high), high),
                    DASH if low is None else b.Cell(signed(low), low),
                )
            )
    columns = [
        Column("Entity"),
        Column("System", filter=True),
        Column("Attribute"),
        Column("Filled", "percent"),
        Column("Speaks for", "number"),
        Column("Speaks against", "number"),
    ]
    note = (
        "In bits, at most: 1 doubles the odds that two records stand for the same thing, −1 halves "
        "them. Without weights: it takes part in another attribute's comparison, or in finding "
        "candidates only."
    )
    return given.table("What records were compared by", columns, rows, note, filters=len(rows) > 30)


def coverage(given: Given) -> b.Table | None:
    """Of each two systems, how many records of one have a partner in the other."""
    rows = []
    for j in given.facts.overlap:
        o = j.document
        records = {h.system: h.records for h in o.holders}
        for x in o.between:
            for one, other, matched, estimated in (
                (x.left, x.right, x.left_matched, x.left_estimated),
                (x.right, x.left, x.right_matched, x.right_estimated),
            ):
                whole = records.get(one, 0)
                rows.append(
                    (
                        given.name(o.entity),
                        given.name(one),
                        given.name(other),
                        b.Cell(
                            share(matched, whole, language=given.language),
                            matched / whole if whole else None,
                            (o.id,),
                        ),
                        or_dash(range_words(estimated, given.language)),
                    )
                )
        for h in o.holders:
            if h.cannot:
                cells = (given.name(o.entity), given.name(h.system), DASH, gap(h.cannot), DASH)
                rows.append(cells)
    columns = [
        Column("Entity", filter=True),
        Column("Records of"),
        Column("Found in"),
        Column("As found", "percent"),
        Column("Estimated"),
    ]
    note = "Estimated: where the true number of records lies with 95 % confidence."
    return given.table("Records of one system that another has too", columns, rows, note)


def contradictions(given: Given) -> b.Table | None:
    """Attributes in which two systems contradict each other, the worst first."""
    found = [
        (-a.conflicting / a.compared, o, x, a)
        for o in (j.document for j in given.facts.overlap)
        for x in o.between
        for a in x.agreement
        if a.conflicting
    ]
    found.sort(key=lambda f: (f[0], f[1].entity, f[2].left, f[2].right, f[3].attribute))
    rows = []
    for _, o, x, a in found:
        newer = [
            f"{given.names.get(system, system)} {given.number(n)}"
            for system, n in ((x.left, a.left_newer), (x.right, a.right_newer))
            if n
        ]
        newer += [f"not known {given.number(a.newer_unknown)}"] if a.newer_unknown else []
        rows.append(
            (
                given.name(o.entity),
                f"{given.names.get(x.left, x.left)} and {given.names.get(x.right, x.right)}",
                a.attribute,
                b.Cell(
                    share(a.conflicting, a.compared, language=given.language),
                    a.conflicting / a.compared,
                    (o.id,),
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
        Column("Changed last in"),
        Column("For example, masked"),
    ]
    note = "Of the pairs of records in which both systems have a value, once both are standardised."
    return given.table("Where systems contradict each other", columns, rows, note)


def shared_keys(given: Given) -> b.Table | None:
    """Columns by which one system names the other's records, and how far they carry."""
    rows = []
    for j in given.facts.overlap:
        o = j.document
        for x in o.between:
            for k in x.keys:
                matched = k.carried + k.elsewhere + k.missing
                rows.append(
                    (
                        given.name(o.entity),
                        f"{given.names.get(k.holder, k.holder)}: {k.column}",
                        f"{given.names.get(k.to, k.to)}: {k.to_column}",
                        share(k.filled, k.records, language=given.language),
                        b.Cell(given.number(k.filled - k.found), k.filled - k.found),
                        b.Cell(
                            share(k.carried, matched, language=given.language),
                            k.carried / matched if matched else None,
                            (o.id,),
                        ),
                        k.elsewhere,
                    )
                )
    columns = [
        Column("Entity"),
        Column("Column"),
        Column("Names"),
        Column("Filled"),
        Column("Leads nowhere", "number"),
        Column("Of the pairs matched, tied by it", "percent"),
        Column("Tied to another", "number"),
    ]
    return given.table("Identifiers that tie systems together", columns, rows)


def unlinked(given: Given) -> b.Table | None:
    """Rows of transactions whose customer another system does not know."""
    rows = [
        (
            given.name(u.entity),
            given.name(u.system),
            f"{given.names.get(o.entity, o.entity)} in {given.names.get(u.in_system, u.in_system)}",
            b.Cell(
                share(u.without, u.rows, language=given.language),
                u.without / u.rows if u.rows else None,
                (o.id,),
            ),
            u.nobody,
        )
        for o in (j.document for j in given.facts.overlap)
        for u in o.unlinked
    ]
    columns = [
        Column("Rows"),
        Column("System"),
        Column("Without a partner among"),
        Column("Unknown there", "percent"),
        Column("Belong to nobody", "number"),
    ]
    return given.table("Transactions of customers unknown elsewhere", columns, rows)
