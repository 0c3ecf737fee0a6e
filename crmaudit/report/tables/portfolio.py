"""Tables of the portfolio: the nine facts, contracts, costs, skills, fit, opinion."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crmaudit.inventory import Axis, Completeness, ContractAhead, Fit, InventoryRow, SkillNeed
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import more, signed
from crmaudit.report.portfolio import axis_text, leaving, opinion_name
from crmaudit.report.portfolio_cost import PARTS
from crmaudit.report.tables.cells import cost_cell
from crmaudit.report.tables.given import DASH, Column, Given, gap, lines, or_dash, word

SOON = 365
"""Days ahead within which a contract is listed among those that need a decision."""
_DECIDE = {"notice missed": 0, "notice due": 1}


def nine_facts(given: Given) -> b.Table | None:
    """The nine facts of every system in scope as they are known, and whom to ask for the others."""
    rows = [_nine(given, r) for r in given.facts.inventory.in_scope]
    columns = [
        Column("System"),
        Column("Vendor"),
        Column("Description"),
        Column("Business owner"),
        Column("IT owner"),
        Column("Documentation"),
        Column("Perceived quality"),
        Column(msg("{currency} a year", currency=given.currency), "money"),
        Column("Support skills"),
        Column("Complete", "percent"),
    ]
    note = (
        "Complete: weighted, parts of a fact counted. ≥: at least, as not every kind of cost is "
        "declared. Skills: covered by two people and more, of those listed."
    )
    caption = msg("The nine facts of {systems}", systems=given.counted(len(rows), "system"))
    return given.table(caption, columns, rows, note, filters=len(rows) > 20)


def _nine(given: Given, row: InventoryRow) -> tuple[object, ...]:
    system, done = row.system, row.completeness
    covered = sum(x.state == "covered" for x in row.skills)
    said = row.perceived
    return (
        system.name,
        _fact(done, "vendor", system.vendor),
        _fact(done, "description", system.description),
        _fact(
            done,
            "owners.business",
            given.names.get(system.owners.business or "") or system.owners.business,
        ),
        _fact(done, "owners.it", given.names.get(system.owners.it or "") or system.owners.it),
        _fact(
            done,
            "documentation",
            joined(
                "; ",
                (
                    msg(
                        "{part}: {documented}",
                        part=msg(d.part),
                        documented=_documented(d.exists, d.outdated),
                    )
                    for d in row.documents
                ),
            ),
        ),
        _fact(
            done,
            "perceived_quality",
            msg(
                "{score:.0f} of 100, {voices}",
                score=said.score,
                voices=given.counted(len(said.voices), "voice"),
            )
            if said
            else msg("on single entities only"),
        ),
        _fact(done, "costs", cost_cell(given, row)),
        _fact(
            done,
            "support.skills",
            msg("{covered} of {skills} covered", covered=covered, skills=len(row.skills)),
        ),
        done.score,
    )


def _documented(exists: bool | None, outdated: bool) -> str:
    if exists is None:
        return msg("not said")
    return msg("outdated") if outdated else msg("exists") if exists else msg("none")


def _fact(done: Completeness, key: str, value: object) -> object:
    """What is known of a fact; else whom to ask, or why it was left blank."""
    fact = next(f for f in done.facts if f.key == key)
    if fact.state == "blank":
        return b.Cell(msg("left blank: {reason}", reason=fact.reason), None)
    if fact.state == "given" or fact.credit:
        return value
    name = fact.contact.name if fact.contact else fact.ask
    return b.Cell(msg("missing"), None, state="not_assessed", reason=msg("ask {name}", name=name))


def lifecycle(given: Given) -> b.Table | None:
    """Phase, days and successor of every system in scope that declares any of them."""
    rows = []
    for row in given.facts.inventory.in_scope:
        life, system = row.life, row.system
        starts = {x.phase: x.start for x in life.spans}
        chain = joined(" → ", (given.names[x] for x in life.successors))
        told = (life.declared, starts.get("active"), life.support_ends, life.own_end, chain)
        if any(told):
            rows.append(
                (
                    system.name,
                    word(life.declared or life.by_dates),
                    *(or_dash(x) for x in told[1:]),
                    joined("; ", (x.words for x in life.conflicts)) or DASH,
                )
            )
    columns = [
        Column("System"),
        Column("Phase", "label", filter=True),
        Column("In use since", "date"),
        Column("Vendor's support ends", "date"),
        Column("Own end of use", "date"),
        Column("After that"),
        Column("Does not go together"),
    ]
    caption = msg("Lifecycle of {systems}", systems=given.counted(len(rows), "system"))
    return given.table(caption, columns, rows, filters=len(rows) > 20)


def contracts(given: Given) -> b.Table | None:
    """Every declared contract, the one that has to be acted upon first at the top."""
    return _contracts(given, given.facts.inventory.contracts(), msg("declared contract"), "")


def contracts_due(given: Given) -> b.Table | None:
    """Contracts on which something has to be decided within a year."""
    due = [
        x
        for x in given.facts.inventory.contracts()
        if x.state in _DECIDE or (x.days is not None and 0 <= x.days <= SOON)
    ]
    due.sort(key=lambda x: _DECIDE.get(x.state, 2))
    words = "contract", msg(" to decide on within a year")
    return _contracts(given, due, *words)


def _contracts(
    given: Given, found: Iterable[ContractAhead], noun: str, tail: str
) -> b.Table | None:
    rows = [
        (
            given.name(x.system),
            or_dash(x.partner),
            x.notice_by if x.notice_by and x.notice_by != x.end else DASH,
            x.end if x.end else gap("no end declared"),
            DASH if x.renews is None else msg("yes") if x.renews else msg("no"),
            msg(x.state) if x.state != "unknown" else gap("no end declared"),
            DASH if x.days is None else x.days,
        )
        for x in found
    ]
    columns = [
        Column("System"),
        Column("Partner"),
        Column("Notice by", "date"),
        Column("Ends", "date"),
        Column("Renews itself", "label"),
        Column("State", filter=True),
        Column("Days left", "number"),
    ]
    note = (
        "Days to the last day of notice while it is ahead, else to the end. "
        "Notice due: that day is at most 120 days ahead."
    )
    return given.table(
        given.counted(len(rows), noun) + tail, columns, rows, note, filters=len(rows) > 20
    )


def costs(given: Given) -> b.Table | None:
    """What each system costs a year by kind, a user and an entity, and how that changed."""
    rows = []
    known = [r for r in given.facts.inventory.in_scope if r.cost and r.cost.by_kind]
    for row in sorted(known, key=lambda r: (-((r.cost and r.cost.total) or 0), r.system.name)):
        if row.cost is None:
            continue
        kinds = (
            sum(row.cost.by_kind[k] for k in found) if found else DASH
            for found in ([k for k in kinds if k in row.cost.by_kind] for kinds in PARTS.values())
        )
        change = row.cost_change.share if row.cost_change else None
        rows.append(
            (
                row.system.name,
                str(row.cost.year),
                *kinds,
                cost_cell(given, row),
                DASH if row.cost_per_user is None else row.cost_per_user,
                DASH if change is None else b.Cell(signed(change), change),
            )
        )
    columns = [
        Column("System"),
        Column("Year", "label"),
        *(Column(name.capitalize(), "money") for name in PARTS),
        Column("Together", "money"),
        Column("A user", "money"),
        Column("Change", "number"),
    ]
    note = msg(
        "{currency} a year; projects are paid once and left out. ≥: at least. "
        "Change: against the year given before, of what both years declare alike.",
        currency=given.currency,
    )
    return given.table(
        msg("Yearly cost of {systems}", systems=given.counted(len(rows), "system")),
        columns,
        rows,
        note,
        filters=len(rows) > 20,
    )


def alone(given: Given) -> b.Table | None:
    """People on whom alone skills of production support hang, those with most systems first."""
    rows = [
        (
            given.names.get(d.person, d.person),
            joined("; ", (f"{given.names[system]}: {skill}" for system, skill in d.points)),
            leaving(given.facts, d.person) or DASH,
        )
        for d in given.facts.inventory.staffing.dependences
    ]
    columns = [Column("Person"), Column("Alone able"), Column("Note")]
    caption = given.counted(len(rows), "person", "people")
    return given.table(msg("{caption} on whom alone a skill hangs", caption=caption), columns, rows)


def skills_held(given: Given) -> b.Table | None:
    """Every skill that support needs, over all systems: who holds it at which level."""
    staffing = given.facts.inventory.staffing
    rows = []
    for need in staffing.needs:
        holders = sorted(
            ((p, level) for (p, skill), level in staffing.levels.items() if skill == need.skill),
            key=lambda x: (-x[1], x[0]),
        )
        rows.append(
            (
                need.skill,
                given.listed(need.systems),
                need.needed,
                joined("; ", (_holder(given, p, level) for p, level in holders)) or DASH,
                _covered(need),
            )
        )
    columns = [
        Column("Skill"),
        Column("Systems"),
        Column("Level needed", "number"),
        Column("Held by, with the level"),
        Column("State", filter=True),
    ]
    note = "Levels: 0 none, 1 aware, 2 with help, 3 alone, 4 teaches others."
    return given.table(
        msg("{skills} of production support", skills=given.counted(len(rows), "skill")),
        columns,
        rows,
        note,
        filters=len(rows) > 20,
    )


def _holder(given: Given, person: str, level: int) -> str:
    note = leaving(given.facts, person)
    name = given.names.get(person, person)
    return msg("{name} {level}", name=name, level=level) + (
        msg(" ({note})", note=note) if note else ""
    )


def _covered(need: SkillNeed) -> object:
    if need.state == "unknown":
        return gap("holders not named")
    words = {
        "gap": msg("nobody at this level"),
        "single": msg("one person"),
        "covered": msg("covered"),
    }
    return words[need.state]


def fit(given: Given) -> b.Table | None:
    """Where each system stands, by its functional and technical fit."""
    rows = []
    for found in given.facts.fits.values():
        name = given.name(found.system)
        axes = (found.functional, found.technical)
        rows.append(
            (
                name,
                _quadrant(found),
                *(_axis(a) for a in axes),
                *(a.coverage for a in axes),
                _sure(found),
                word(found.future),
            )
        )
    columns = [
        Column("System"),
        Column("Quadrant", filter=True),
        Column("Functional fit", align="right"),
        Column("Technical fit", align="right"),
        Column("Functional facts known", "percent"),
        Column("Technical facts known", "percent"),
        Column("Sure", "label", filter=True),
        Column("Decided", "label", filter=True),
    ]
    note = (
        "1 to 10, high from 5.5 on; in brackets the range with all unknown criteria at their "
        "worst and best. Sure: no unknown fact could move it to another quadrant."
    )
    caption = msg(
        "Functional and technical fit of {systems}", systems=given.counted(len(rows), "system")
    )
    return given.table(caption, columns, rows, note, filters=len(rows) > 20)


def _quadrant(found: Fit) -> object:
    if found.quadrant is not None:
        return msg(found.quadrant)
    if found.withheld:
        reason = msg("not called eliminate: {withheld}", withheld=found.withheld)
        return b.Cell(msg("withheld"), None, state="not_assessed", reason=reason)
    return gap(found.reason)


def _axis(axis: Axis) -> b.Cell:
    return b.Cell(axis_text(axis.score, axis.low, axis.high), axis.score)


def _sure(found: Fit) -> object:
    if found.quadrant is None:
        return DASH
    return msg("yes") if found.certain else msg("no")


def fit_functional(given: Given) -> b.Table | None:
    """What makes up the functional fit of each system, criterion by criterion."""
    return _criteria(given, "functional", lambda f: f.functional)


def fit_technical(given: Given) -> b.Table | None:
    """What makes up the technical fit of each system, criterion by criterion."""
    return _criteria(given, "technical", lambda f: f.technical)


def _criteria(given: Given, name: str, axis: Callable[[Fit], Axis]) -> b.Table | None:
    fits = tuple(given.facts.fits.values())
    if not fits:
        return None
    heads = axis(fits[0]).contributions
    rows = [
        (
            given.name(found.system),
            _axis(axis(found)),
            *(
                gap(c.because) if c.score is None else lines(given.number(c.score, 1), c.because)
                for c in axis(found).contributions
            ),
        )
        for found in fits
    ]
    columns = [
        Column("System"),
        Column("Together", align="right"),
        *(
            Column(c.name.capitalize(), unit=msg("weight {weight:g}", weight=c.weight))
            for c in heads
        ),
    ]
    note = (
        "Each criterion on 1 to 10 by fixed targets; together: the mean of those known by their "
        "weights, in brackets with the unknown ones at worst and best."
    )
    return given.table(msg("What makes up the {name} fit", name=msg(name)), columns, rows, note)


def perceived(given: Given) -> b.Table | None:
    """Opinions on systems and on entities in them beside what was measured there."""
    rows = []
    opinions = given.facts.opinions
    for x in sorted(opinions, key=lambda g: -abs(g.difference) if g.difference is not None else 1):
        said, score, difference = x.perceived, x.measured_score, x.difference
        spread = msg(" ({low:.0f}–{high:.0f})", low=said.low, high=said.high) if said.spread else ""
        rows.append(
            (
                opinion_name(given.facts, x),
                len(said.voices),
                b.Cell(msg("{score:.0f}{spread}", score=said.score, spread=spread), said.score),
                gap(x.measured.reason)
                if score is None
                else b.Cell(
                    msg(
                        "{score:.0f} of {checks}",
                        score=score,
                        checks=given.counted(round(x.measured.applicable), "check"),
                    ),
                    score,
                    x.measured.evidence[:3],
                ),
                DASH if difference is None else b.Cell(more(difference, 0), difference),
                word(x.direction),
            )
        )
    columns = [
        Column("System"),
        Column("Voices", "number"),
        Column("Said (lowest–highest)", align="right"),
        Column("Measured", align="right"),
        Column("Said less measured", "number"),
        Column("People rate it", "label", filter=True),
    ]
    note = (
        "0 to 100. Measured: checks passed of those that apply. Alike: less than five points apart."
    )
    caption = msg(
        "{opinions} beside what was measured", opinions=given.counted(len(rows), "opinion")
    )
    return given.table(caption, columns, rows, note, filters=len(rows) > 20)
