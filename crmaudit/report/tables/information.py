"""Tables of information: entities, systems of record, retention, needs, measured quality."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, or_dash, word

_DIMENSIONS = ("completeness", "uniqueness", "validity", "timeliness")


def entities(given: Given) -> b.Table | None:
    """The entities of the conceptual model."""
    rows = []
    for entity in given.workspace.entity.values():
        volume = entity.volume
        rows.append(
            (
                entity.label,
                word(entity.class_),
                entity.definition or gap("no definition"),
                given.name(entity.steward),
                volume.rows if volume and volume.rows is not None else DASH,
                percent(volume.growth) if volume and volume.growth is not None else DASH,
            )
        )
    columns = [
        Column("Entity"),
        Column("Class", "label", filter=True),
        Column("Definition"),
        Column("Steward"),
        Column("Volume", "number"),
        Column("Growth a year", align="right"),
    ]
    note = "Volume and growth as declared."
    caption = given.counted(len(rows), "entity", "entities")
    return given.table(
        msg("{caption} of the conceptual model", caption=caption), columns, rows, note
    )


def relationships(given: Given) -> b.Table | None:
    """How entities hang together."""
    rows = [
        (e.label, r.name or msg("relates to"), given.names[r.to], or_dash(r.cardinality))
        for e in given.workspace.entity.values()
        for r in e.relationships
    ]
    columns = [Column("Entity"), Column("Relation"), Column("To entity"), Column("Cardinality")]
    return given.table(given.counted(len(rows), "relationship"), columns, rows)


def records(given: Given) -> b.Table | None:
    """The system of record of each entity: today's, how it was found, and the one aimed at."""
    crud = given.facts.crud
    rows: list[Sequence[object]] = []
    for entity in crud.entities:
        record, known = crud.record(entity), given.workspace.entity[entity]
        target = given.name(known.target_system_of_record)
        if record is None:
            nobody = gap("no system creates or updates it")
            rows.append((known.label, nobody, DASH, DASH, DASH, target))
            continue
        tie = len(record.systems) > 1
        how = msg("decided" if record.declared else "undecided" if tie else "proposed")
        grounds = msg(
            "{given}: {grounds}",
            given=given.name(record.favoured),
            grounds=joined("; ", record.grounds),
        )
        data = grounds if record.favoured else DASH
        of_record = given.listed(record.systems)
        rows.append((known.label, of_record, how, record.margin, data, target))
    columns = [
        Column("Entity"),
        Column("System of record"),
        Column("How", "label", filter=True),
        Column("Margin", "number"),
        Column("The records compared speak for"),
        Column("In future"),
    ]
    note = (
        "Decided: declared in the model. Proposed: 4·C + 3·U + 2·D + 1·R over letters declared "
        "or proven. Undecided: a tie. Margin: lead over the next. In future: the target, where "
        "declared."
    )
    caption = given.counted(len(rows), "entity", "entities")
    title = msg("System of record of {caption}", caption=caption)
    return given.table(title, columns, rows, note, filters=len(rows) > 30)


def retention(given: Given) -> b.Table | None:
    """Entities with personal data or a retention rule."""
    rows = [
        (
            e.label,
            word(e.personal_data),
            given.counted(e.retention.years, "year")
            if e.retention and e.retention.years is not None
            else gap("no retention declared"),
            or_dash(e.retention.basis if e.retention else None),
            given.listed(given.facts.crud.doing("D", e.id)),
        )
        for e in given.workspace.entity.values()
        if e.personal_data not in (None, "none") or e.retention
    ]
    columns = [
        Column("Entity"),
        Column("Personal data", filter=True),
        Column("Kept for"),
        Column("Basis"),
        Column("Deleted in"),
    ]
    caption = given.counted(len(rows), "entity", "entities")
    return given.table(
        msg("{caption} with personal data or a retention rule", caption=caption), columns, rows
    )


def needs(given: Given) -> b.Table | None:
    """Questions, reports and dashboards, and whether they are answered and looked at."""
    rows = [
        (
            n.text,
            word(n.kind),
            word(n.priority),
            joined(", ", (given.names.get(a) or msg(a) for a in n.audience)) or DASH,
            msg(n.answered) if n.answered else gap("nobody said"),
            DASH if n.kind == "question" else n.last_consulted or gap("no date recorded"),
        )
        for n in given.workspace.needs
    ]
    columns = [
        Column("Need"),
        Column("Kind", "label", filter=True),
        Column("Priority", "label"),
        Column("For"),
        Column("Answered"),
        Column("Last consulted", "date"),
    ]
    note = "As declared. A question is asked; reports and dashboards are consulted."
    caption = given.counted(len(rows), "need")
    return given.table(
        msg("{caption}: questions, reports and dashboards", caption=caption), columns, rows, note
    )


def scores(given: Given) -> b.Table | None:
    """The tables that hold entities with their scores, the worst first; empty ones are counted."""
    quality, rows, empty = given.facts.quality, [], 0
    for system, profile in quality.entity_tables():
        if not profile.rows and profile.provenance.status.state == "done":
            empty += 1
            continue
        card = quality.table_card(system, profile.table)
        cells = []
        for dimension in _DIMENSIONS:
            score = card.scores[dimension]
            if score.share is None:
                cells.append(b.Cell(msg("not assessed"), None, state="not_assessed"))
            else:
                text = share(round(score.passed), round(score.applicable))
                cells.append(b.Cell(text, score.share, score.evidence))
        mean = card.mean()
        name = f"{given.names[system]}: {profile.table}"
        rows.append((mean if mean is not None else 2.0, (name, profile.rows, *cells)))
    rows.sort(key=lambda x: (x[0], str(x[1][0])))
    columns = [
        Column("Table"),
        Column("Rows", "number"),
        *(Column(d.capitalize(), "percent") for d in _DIMENSIONS),
    ]
    note = msg(
        "Checks passed of checks that apply. Timeliness is not assessed where a table has no date "
        "of change. Consistency and accuracy are in the scorecards."
    )
    if empty:
        note += msg(" Left out: {tables}.", tables=given.counted(empty, "empty table"))
    return given.table(
        "Measured quality by table, the worst first",
        columns,
        [x[1] for x in rows],
        note,
        filters=len(rows) > 20,
    )
