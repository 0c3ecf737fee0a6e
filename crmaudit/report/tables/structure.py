"""Tables of structure: source and copies, flows and lineage, subsystems, groups, hubs."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.crud_matrix.flows import FLOW_KINDS, FlowKind, flows, lineage
from crmaudit.crud_matrix.structure import communities, diagonal, hubs
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import percent, share
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, word
from crmaudit.report.wording import listed

_SOME = 8
MOST = 5_000
"""Rows of a table here at most. Paper shows fewer: `pdf_data.MOST_ROWS`."""
_CONFLICTS = {
    "tie": msg("a tie"),
    "does not write": "the declared record neither creates nor updates it",
    "contradicted": "evidence denies that the declared record writes it",
    "outscored": "others do more with it than the declared record",
}
_KINDS: dict[FlowKind, str] = {
    "direct": msg("undeclared, seen in the database"),
    "missing": msg("missing: implied, never declared"),
    "unused": msg("declared, one end does not hold it"),
    "unknown": msg("declared, one end unknown"),
    "confirmed": msg("declared and plausible"),
}


def standings(given: Given) -> b.Table | None:
    """Golden source and copies: what each holder of an entity is to its system of record."""
    crud, rows = given.facts.crud, []
    for entity in crud.entities:
        found = crud.standings(entity)
        if len(found) < 2:
            continue
        parts: dict[str, list[str]] = {}
        for x in found:
            parts.setdefault(x.part, []).append(f"{given.names[x.system]} ({x.letters})")
        record, class_ = crud.record(entity), given.facts.class_of(entity)
        what = (
            DASH
            if class_.value is None
            else msg("{word}" if class_.declared else "{word} (proposed)", word=msg(class_.value))
        )
        source = parts.get("source")
        rows.append(
            (
                given.names[entity],
                what,
                listed(source) if source else gap("undecided" if record else "nobody writes it"),
                *(
                    or_dash(listed(parts.get(p, ()), _SOME))
                    for p in ("contributor", "replica", "copy")
                ),
                or_dash(_CONFLICTS.get(record.conflict, "") if record else ""),
            )
        )
    columns = [
        Column("Entity"),
        Column("Class", "label", filter=True),
        Column("Golden source"),
        Column("Contributors"),
        Column("Replicas"),
        Column("Unconnected copies"),
        Column("Conflict"),
    ]
    note = (
        "Contributors write and are joined to the source by feeds or in one database, "
        "replicas read "
        "what reaches them. Nothing joins an unconnected copy to the source. "
        "C declared and proven, c declared only, +C in use and not declared."
    )
    rows.sort(key=lambda row: row[-1] is DASH)  # conflicts first
    several = given.counted(len(rows), "entity", "entities")
    caption = most(
        msg("Source and copies of {several} held in several systems", several=several),
        MOST,
        len(rows),
    )
    return given.table(caption, columns, rows[:MOST], note)


def flow_kinds(given: Given) -> b.Table | None:
    """Flows between systems: as declared, as the matrix implies, as seen in databases."""
    rows = []
    for flow in sorted(flows(given.facts.crud), key=lambda f: FLOW_KINDS.index(f.kind)):
        evidence = dict.fromkeys(i for p in flow.proofs for i in p.evidence)
        carried = given.listed(flow.entities) if flow.entities else gap("nobody said what")
        seen = b.Cell(flow.letters, flow.letters, tuple(evidence)[:3]) if flow.letters else DASH
        rows.append(
            (
                given.name(flow.source),
                given.name(flow.target),
                carried,
                _KINDS[flow.kind],
                listed(map(msg, flow.by))
                if flow.by
                else msg("way not told")
                if flow.declared
                else DASH,
                seen,
                given.listed(flow.circular),
            )
        )
    columns = [
        Column("From"),
        Column("To"),
        Column("Entities"),
        Column("How known", filter=True),
        Column("Declared by", "label"),
        Column("Letters seen", "label"),
        Column("Goes round"),
    ]
    note = (
        "Letters seen: what one system's account did in the other's database. Goes round: "
        "declared feeds carry it back to where it came from. What one system sends another "
        "stands in several lines where not all of it is known in the same way."
    )
    caption = msg("{flows}: declared, implied and seen", flows=given.counted(len(rows), "flow"))
    return given.table(
        most(caption, MOST, len(rows)), columns, rows[:MOST], note, filters=len(rows) > 15
    )


def lineages(given: Given) -> b.Table | None:
    """The way of each entity of master data from where it begins to all that hold it."""
    crud, rows = given.facts.crud, []
    for entity in crud.entities:
        if given.facts.class_of(entity).value != "master" or len(crud.holders(entity)) < 2:
            continue
        way = lineage(crud, entity)
        steps = [
            msg(
                "{source} → {target}{by}",
                source=given.names.get(s.source, s.source),
                target=given.names.get(s.target, s.target),
                by=msg(" ({by})", by=listed(map(msg, s.by)))
                if s.by
                else msg(" (seen)")
                if s.seen
                else "",
            )
            for s in way.steps
            if s.certain
        ]
        farthest = max(way.distance.values(), default=0)
        rows.append(
            (
                given.names[entity],
                given.listed(way.origins) if way.origins else gap("no creator is known"),
                or_dash(joined("; ", steps)),
                farthest or DASH,
                given.listed(way.perhaps),
                given.listed(way.unreached),
            )
        )
    columns = [
        Column("Entity"),
        Column("Begins in"),
        Column("Way"),
        Column("Steps", "number"),
        Column("Perhaps reaches"),
        Column("Does not reach"),
    ]
    note = (
        "Perhaps: by feeds of which nobody said what they carry. Does not reach: holds the "
        "entity, and no way leads there."
    )
    return given.table(
        most(msg("Where master data come from"), MOST, len(rows)), columns, rows[:MOST], note
    )


def subsystems(given: Given) -> b.Table | None:
    """Systems and entities that belong together, along the diagonal."""
    found = diagonal(given.facts.crud)
    rows = [
        (
            n,
            x.name,
            given.listed(x.systems),
            given.listed(x.entities),
            share(x.cells, x.area),
        )
        for n, x in enumerate(found.subsystems, 1)
    ]
    columns = [
        Column("No", "number"),
        Column("Subsystem"),
        Column("Systems"),
        Column("Entities"),
        Column("Cells in use", align="right"),
    ]
    outside = len(found.outside_systems), len(found.outside_entities)
    note = (
        msg(
            "In none: {systems} and {entities}.",
            systems=given.counted(outside[0], "system"),
            entities=given.counted(outside[1], "entity", "entities"),
        )
        if any(outside)
        else ""
    )
    caption = given.counted(len(rows), "subsystem")
    return given.table(most(caption, MOST, len(rows)), columns, rows[:MOST], note)


def residual_flows(given: Given) -> b.Table | None:
    """What crosses from one subsystem to another: the interfaces that are needed."""
    found = diagonal(given.facts.crud)

    def home(index: int | None) -> object:
        return DASH if index is None else found.subsystems[index].name

    rows = [
        (
            given.name(x.system_from),
            home(x.source),
            given.name(x.system_to),
            home(x.target),
            given.listed(x.entities),
            given.listed(x.created),
            msg("yes") if given.facts.crud.connected(x.system_from, x.system_to) else msg("no"),
        )
        for x in found.flows
    ]
    columns = [
        Column("From"),
        Column("Of subsystem"),
        Column("To"),
        Column("In subsystem"),
        Column("Entities"),
        Column("Created there too"),
        Column("Feeds lead there", "label", filter=True),
    ]
    caption = msg(
        "{interfaces} across the borders of subsystems",
        interfaces=given.counted(len(rows), "interface"),
    )
    return given.table(most(caption, MOST, len(rows)), columns, rows[:MOST], filters=len(rows) > 15)


def communities_found(given: Given) -> b.Table | None:
    """Groups of systems and entities that hang together: a suggestion."""
    found = communities(given.facts.crud)
    if len(found.groups) < 2:
        return None
    rows = [
        (n, given.listed(x.systems), given.listed(x.entities))
        for n, x in enumerate(found.groups, 1)
    ]
    columns = [Column("Group", "number"), Column("Systems"), Column("Entities")]
    stability = "" if found.stability is None else msg("{s:.2f}", s=found.stability)
    note = msg(
        "Louvain's method; modularity {modularity:.2f}, stability {stability} "
        "over {runs} redrawings (1 the same, 0 chance).",
        modularity=found.modularity,
        stability=stability,
        runs=found.runs,
    )
    caption = msg("{groups}, as a suggestion", groups=given.counted(len(rows), "group"))
    return given.table(most(caption, MOST, len(rows)), columns, rows[:MOST], note)


def hubs_found(given: Given) -> b.Table | None:
    """What the landscape hangs on: through what most ways lead, and what alone joins parts."""
    found, names = hubs(given.facts.crud), given.names
    joints = {(j.kind, j.id): j.parts for j in (*found.systems, *found.entities)}
    rows: list[Sequence[object]] = []
    listed_: set[tuple[str, str]] = set()
    for x in found.top[:12]:
        listed_.add((x.kind, x.id))
        parts = joints.get((x.kind, x.id))
        rows.append((names[x.id], word(x.kind), x.degree, percent(x.betweenness), _parts(parts)))
    rows += [
        (names[i], word(kind), DASH, DASH, _parts(parts))
        for (kind, i), parts in joints.items()
        if (kind, i) not in listed_
    ]
    columns = [
        Column("What"),
        Column("Kind", "label", filter=True),
        Column("Cells in use", "number"),
        Column("Of the shortest ways", align="right"),
        Column("Systems apart without it"),
    ]
    note = msg(
        "Share of the shortest ways between all others that lead through it. Parts: numbers of "
        "systems that share no entity once it is gone."
    )
    if found.sources < found.nodes:
        note += msg(
            " Estimated from {sources} of {nodes} starting points.",
            sources=found.sources,
            nodes=found.nodes,
        )
    return given.table("What the landscape hangs on", columns, rows, note)


def _parts(parts: Sequence[int] | None) -> object:
    return DASH if not parts else joined(" + ", map(str, parts))
