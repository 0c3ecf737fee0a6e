"""Tables of extraction: how hard, how sure, what it takes, in what order."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.messages import counted, joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.strategy import Criterion, Extraction, cell_extractions, estimate, extractions, order
from crmaudit.strategy.calibration import compared
from crmaudit.strategy.sensitivity import Ranks, Standing, system_standings

MOST = 5_000
"""Rows of a table here at most. Paper shows fewer: `pdf_data.MOST_ROWS`."""
_PRIORITY = {"must": 0, "should": 1, "could": 2, None: 3}
_SCORES = msg(
    "1 easy, 10 hard. Range: with the unknown criteria at their best and worst. "
    "Known: share of the weight that could be judged. Band: that of the range."
)


def extraction(given: Given) -> b.Table | None:
    """How hard it is to get each system's data out, what that takes, and what makes it hard."""
    rows = [
        (
            given.name(e.system),
            *_score(given, e),
            _band(e),
            _days(given, e),
            _heaviest(e),
        )
        for e in extractions(given.facts)
    ]
    columns = [
        Column("System"),
        *_SCORE_COLUMNS,
        Column("Band", filter=True),
        Column("Days", "label", align="right"),
        Column("What makes it hard"),
    ]
    note = msg(
        "{scores} Days: for all entities that the system holds, each table once, low to high.",
        scores=_SCORES,
    )
    return given.table("Extraction complexity by system", columns, rows, note)


def extraction_ranks(given: Given) -> b.Table | None:
    """How far the rank of each system hangs on weights and on what is not known."""
    found = system_standings(given.facts)
    if len(found) < 2:
        return None
    rows = [
        (
            x.rank,
            given.name(x.system),
            _ranks(x.single),
            _ranks(x.together) if x.together else gap("too many systems to try"),
            _ranks(x.unknown),
            _robust(x),
            or_dash(joined(", ", map(msg, x.movers))),
        )
        for x in found
    ]
    columns = [
        Column("Rank", "number"),
        Column("System"),
        Column("One weight ±25 %", "label", align="right"),
        Column("All weights ±25 %", "label", align="right"),
        Column("Unknown facts", "label", align="right"),
        Column("Holds", filter=True),
        Column("Moved by the weight of"),
    ]
    note = (
        "Rank 1 is the hardest; systems of one score share a rank. One weight: each raised and "
        "lowered by a quarter alone. All weights: every combination of them. Unknown facts: what "
        "is not known at its best and worst."
    )
    return given.table("How sure the ranks are", columns, rows, note)


def extraction_cells(given: Given) -> b.Table | None:
    """How hard each entity is to extract from each system that holds it."""
    found = cell_extractions(given.facts)
    rows = [
        (
            given.name(e.entity),
            given.name(e.system),
            *_score(given, e),
            _band(e),
            _days(given, e),
            _tables(given, e),
            _heaviest(e),
        )
        for e in found[:MOST]
    ]
    columns = [
        Column("Entity"),
        Column("System", filter=True),
        *_SCORE_COLUMNS,
        Column("Band", filter=True),
        Column("Days", "label", align="right"),
        Column("Tables", "label", align="right"),
        Column("What makes it hard"),
    ]
    note = msg(
        "{scores} What is not known of an entity is not taken from its system. Tables are assumed "
        "where nobody mapped it.",
        scores=_SCORES,
    )
    text = "Extraction complexity of {n}, each in the systems that hold it"
    entities = counted(len({e.entity for e in found}), "entity", "entities")
    caption = most(msg(text, n=entities), MOST, len(found))
    return given.table(caption, columns, rows, note, filters=len(rows) > 15)


def extraction_criteria(given: Given) -> b.Table | None:
    """Every criterion of each system: its difficulty, what it adds to the score, and the fact."""
    rows = [row for e in extractions(given.facts) for row in _criteria(given, e)]
    columns = [Column("System", filter=True), *_CRITERION_COLUMNS]
    return given.table("What makes up each score", columns, rows[:MOST], _ADDS, filters=True)


def extraction_cell_criteria(given: Given) -> b.Table | None:
    """What was found of an entity in a system and differs from the system as a whole."""
    whole = {(e.system, c.name): c.basis for e in extractions(given.facts) for c in e.criteria}
    rows = [
        (given.name(e.entity), given.name(e.system), *_criterion(given, c, adds))
        for e in cell_extractions(given.facts)
        for c in e.criteria
        if (adds := e.contributions.get(c.name)) is not None
        and c.basis != whole.get((e.system, c.name))
    ]
    columns = [Column("Entity", filter=True), Column("System", filter=True), *_CRITERION_COLUMNS]
    note = msg(
        "{adds} Criteria that are the same for all of a system stand in its own table.", adds=_ADDS
    )
    caption = most("What makes up the scores of entities in systems", MOST, len(rows))
    return given.table(caption, columns, rows[:MOST], note, filters=True)


def extraction_order(given: Given) -> b.Table | None:
    """The sequence of extractions, with what becomes answerable after each."""
    found = order(given.facts)
    text = {n.id: n.text for n in given.workspace.needs}
    rows = [
        (
            x.number,
            given.name(x.entity),
            given.name(x.system),
            b.Cell(given.number(x.score, 1), x.score) if x.score is not None else gap("no score"),
            b.Cell(given.span(x.effort.days), round(x.effort.likely, 1)),
            b.Cell(_total(given, x.total), round(x.total[1], 1)),
            or_dash(joined("; ", (text[n] for n in x.answers))),
            len(x.serves) or DASH,
            or_dash(x.hindrance),
        )
        for x in found.steps[:MOST]
    ]
    columns = [
        Column("No", "number"),
        Column("Entity"),
        Column("From"),
        Column("Score", "label", align="right"),
        Column("Days", "label", align="right"),
        Column("Days so far", "label", align="right"),
        Column("Answerable then"),
        Column("Questions served", "number"),
        Column("First open"),
    ]
    note = (
        "Days: low to high; so far: likely, and low to high in brackets. An entity whose tables "
        "were extracted with another one adds none."
    )
    if found.by == "score":
        caption = "Extractions, the easiest first: no question is declared"
    else:
        caption = "Extractions in the order of what they answer for each day"
    return given.table(most(caption, MOST, len(found.steps)), columns, rows, note)


def extraction_needs(given: Given) -> b.Table | None:
    """Which extractions each question needs, and what stands against it."""
    found = order(given.facts)
    asked = {a.need: a for a in found.asked}
    barred = {u.need: u.reason for u in found.unserved}
    after = {n: x for x in found.steps for n in x.answers}
    scores = {(e.system, e.entity): e.score for e in cell_extractions(given.facts)}
    rows = []
    for need in sorted(given.workspace.needs, key=lambda n: _PRIORITY[n.priority]):
        mine = asked.get(need.id)
        cells = mine.cells if mine else ()
        step = after.get(need.id)
        state: object = barred.get(need.id, "")
        if step is not None:
            text = "after extraction {n}, about {days}"
            state = msg(text, n=step.number, days=counted(round(step.total[1]), "day"))
        elif need.answered == "yes":
            state = msg("answerable today")
        rows.append(
            (
                need.text,
                msg(need.priority) if need.priority else DASH,
                msg(need.frequency) if need.frequency else DASH,
                given.listed(need.entities),
                joined("; ", (_cell(given, c, scores.get(c)) for c in cells)) or DASH,
                mine.value if mine else DASH,
                gap(barred[need.id]) if need.id in barred else or_dash(state),
            )
        )
    columns = [
        Column("Question, report or dashboard"),
        Column("Priority", "label", filter=True),
        Column("How often", "label"),
        Column("Entities"),
        Column("To be extracted (score)"),
        Column("Value", "number"),
        Column("Answerable"),
    ]
    note = (
        "From the sources that the question names, where they hold the entity; else from its "
        "system of record, else from the easiest holder. Value: priority times frequency, half "
        "where it is partly answered."
    )
    return given.table("What each question asks to be extracted", columns, rows, note)


def extraction_anchors(given: Given) -> b.Table | None:
    """Past projects beside what the published anchors say of them."""
    rows = [
        (
            x.name,
            msg(x.kind),
            x.days,
            b.Cell(given.number(x.anchor, 0), x.anchor) if x.anchor else gap(x.why),
            b.Cell(msg("{ratio}×", ratio=given.number(x.ratio, 1)), x.ratio) if x.ratio else DASH,
            x.why if x.anchor else DASH,
        )
        for x in compared(given.facts)
    ]
    columns = [
        Column("Past project"),
        Column("Kind", "label"),
        Column("Took", "number", unit="days"),
        Column("Anchor", align="right", unit="days"),
        Column("Ratio", "label", align="right"),
        Column("Anchor from"),
    ]
    return given.table("Past projects beside the published anchors", columns, rows)


_SCORE_COLUMNS = (
    Column("Score", "label", align="right"),
    Column("Range", "label", align="right"),
    Column("Known", "percent"),
)
_CRITERION_COLUMNS = (
    Column("Criterion", filter=True),
    Column("Difficulty", "label", align="right"),
    Column("Weight", "number"),
    Column("Adds", "label", align="right"),
    Column("Fact"),
)
_ADDS = msg(
    "Adds: weight × difficulty ÷ weight of all criteria known; together they are the score."
)


def _score(given: Given, e: Extraction) -> tuple[object, object, object]:
    known: object = gap("no criterion is known")
    if e.score is not None:
        known = b.Cell(given.number(e.score, 1), round(e.score, 2), e.evidence[:3])
    return known, given.span(e.range, 1), e.coverage


def _band(e: Extraction) -> object:
    """The bands of the range: of a score that rests on little one band would say too much."""
    if e.score is None:
        return DASH
    if e.worst == e.best:
        return msg(e.best)
    return msg("{band} to {worst}", band=msg(e.best), worst=msg(e.worst))


def _days(given: Given, e: Extraction) -> b.Cell:
    found = estimate(given.facts, e)
    return b.Cell(given.span(found.days), round(found.likely, 1))


def _tables(given: Given, e: Extraction) -> object:
    found = estimate(given.facts, e)
    if found.assumed:
        return b.Cell(msg("{n} assumed", n=found.assumed), found.assumed)
    return b.Cell(given.number(found.tables), found.tables)


def _total(given: Given, total: tuple[float, float, float]) -> str:
    low, likely, high = total
    return msg("{likely} ({span})", likely=given.number(likely, 0), span=given.span((low, high)))


def _heaviest(e: Extraction) -> object:
    """The facts that lift the score most."""
    return or_dash(joined("; ", (c.basis for c in e.hardest[:3])))


def _criteria(given: Given, e: Extraction) -> list[tuple[object, ...]]:
    """A row for each criterion that is known, and one for all that are not."""
    adds, system = e.contributions, given.name(e.system)
    rows: list[tuple[object, ...]] = [
        (system, *_criterion(given, c, adds[c.name])) for c in e.criteria if c.name in adds
    ]
    unknown = [c for c in e.criteria if c.difficulty is None]
    if unknown:
        told = (
            msg("{criterion}: {reason}", criterion=msg(c.name), reason=c.basis) for c in unknown
        )
        weight = sum(c.weight for c in unknown)
        rows.append((system, msg("not known"), DASH, weight, DASH, gap(joined("; ", told))))
    return rows


def _criterion(given: Given, c: Criterion, adds: float) -> tuple[object, ...]:
    return (
        msg(c.name),
        b.Cell(given.number(c.difficulty, 1), c.difficulty),
        c.weight,
        b.Cell(given.number(adds, 2), adds),
        b.Cell(c.basis, c.basis, _few(c.evidence)),
    )


def _few(evidence: Sequence[str]) -> tuple[str, ...]:
    return tuple(evidence[:3])


def _ranks(ends: Ranks) -> b.Cell:
    low, high = ends
    return b.Cell(str(low) if low == high else f"{low}–{high}", low)


def _robust(x: Standing) -> str:
    fixed = (x.rank, x.rank)
    if x.unknown == fixed and x.robust:
        return msg("whatever is unknown")
    if x.together == fixed:
        return msg("whatever the weights")
    return msg("one weight at a time") if x.robust else msg("no")


def _cell(given: Given, cell: tuple[str, str], score: float | None) -> str:
    system, entity = cell
    names = given.names
    known = given.number(score, 1) if score is not None else "unknown"
    text = "{entity} from {system} ({score})"
    return msg(text, entity=names.get(entity, entity), system=names.get(system, system),
               score=known)  # fmt: skip
