"""Tables of duties, licences and measured use; groups of fewer than five are not told."""

from __future__ import annotations

from crmaudit.governance.accounts_types import type_hints
from crmaudit.governance.adoption import LEAST_ROWS, by_entity, fills
from crmaudit.governance.adoption_told import NOT_TOLD
from crmaudit.governance.rate import FEWER, head_count, too_few
from crmaudit.governance.usage import Usage
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import percent, share
from crmaudit.report.people_use import group_name, units
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, word
from crmaudit.report.wording import listed

MOST = 40
_MET = {"no": 0, "partly": 1, "not declared": 2, "yes": 3}


def user_duties(given: Given) -> b.Table | None:
    """What user types, champion and CRM manager are to do, and what is known of it."""
    rows = [
        (
            msg(d.of),
            d.duty,
            gap(d.told) if d.met == "not declared" else msg(d.met),
            DASH if d.met == "not declared" else d.told,
        )
        for d in given.facts.governance.duties(given.facts.day)
    ]
    columns = [
        Column("Role", "label", filter=True),
        Column("Duty"),
        Column("Met", filter=True),
        Column("As seen by"),
    ]
    return given.table(
        "Duties around the CRM", columns, rows if given.workspace.people.people else []
    )


def raci(given: Given) -> b.Table | None:
    """Who does the work for an entity, who answers for it, who is asked, who is told."""
    found = [r for r in given.facts.governance.raci(given.facts.day) if r.declared]
    rows = [
        (
            r.label,
            *(
                or_dash(joined(", ", x))
                for x in (r.responsible, r.accountable, r.consulted, r.informed)
            ),
            or_dash(joined("; ", r.faults)),
        )
        for r in found[:MOST]
    ]
    whole = len(given.facts.governance.raci(given.facts.day))
    columns = [
        Column("Entity"),
        Column("Responsible"),
        Column("Accountable"),
        Column("Consulted"),
        Column("Informed"),
        Column("Gap or contradiction"),
    ]
    note = msg(
        "Declared for {found:,} of {entities}.",
        found=len(found),
        entities=given.counted(whole, "entity", "entities"),
    )
    return given.table("Who is responsible for what", columns, rows, note)


def licence_use(given: Given) -> b.Table | None:
    """Licences entitled, assigned and really used, with what idle ones cost."""
    rows: list[tuple[object, ...]] = []
    governance, day = given.facts.governance, given.facts.day
    all_uses, read = governance.licence_uses(day), governance.accounts(day)
    for system, uses in all_uses.items():
        # One reason for all cells of a system that nobody read stands in the note.
        no_use = gap("its own tables do not tell") if system in read else DASH
        for u in uses:
            idle = u.idle
            cost = None if idle is None or u.cost is None else idle * u.cost
            rows.append(
                (
                    given.name(system),
                    word(u.licence.type),
                    gap("not declared") if u.licence.entitled is None else u.licence.entitled,
                    gap("not declared") if u.licence.assigned is None else u.licence.assigned,
                    DASH if u.licence.used is None else u.licence.used,
                    no_use if u.holders is None else _number(given, u.holders, u.evidence),
                    no_use if u.came is None else _number(given, u.came, u.evidence),
                    no_use if u.peak is None else _number(given, u.peak, u.evidence),
                    no_use if idle is None else idle,
                    DASH if cost is None else b.Cell(given.number(cost, 0), cost),
                )
            )
    columns = [
        Column("System"),
        Column("Licence", "label"),
        Column("Entitled", "number"),
        Column("Assigned", "number"),
        Column("Counted in use", "number"),
        Column("Accounts with it", "number"),
        Column("Came in 90 days", "number"),
        Column("Most at one time", "number"),
        Column("Idle", "number"),
        Column(msg("Idle, {currency} a year", currency=given.currency), "money"),
    ]
    unread = [str(given.name(x)) for x in all_uses if x not in read]
    note = msg("Entitled, assigned and counted in use as declared.")
    if len(unread) < len(all_uses):
        note = msg(
            "Entitled, assigned and counted in use as declared, the rest as measured. Idle: "
            "entitled beyond those needed, which are the ones that came for named licences, the "
            "most at one time for shared."
        )
    if unread:
        note += msg(
            " Use was not measured in {unread}: {its} accounts were not read.",
            unread=listed(unread, 8),
            its=msg("its") if len(unread) == 1 else msg("their"),
        )
    caption = (
        msg("Licences declared and used")
        if len(unread) < len(all_uses)
        else msg("Licences declared")
    )
    return given.table(caption, columns, rows, note)


def _number(given: Given, value: int, evidence: tuple[str, ...]) -> b.Cell:
    return b.Cell(given.number(value), value, evidence)


def types_by_use(given: Given) -> b.Table | None:
    """User types declared beside those that measured use suggests; a hint for a talk."""
    crm = given.workspace.crm
    read = given.facts.governance.accounts(given.facts.day)
    accounts = read.get(crm.id) if crm else None
    if accounts is None or accounts.cannot:
        return None
    hints = type_hints(accounts)
    rows = [
        (
            msg(h.declared or "not declared"),
            msg("nobody: it was not used" if h.suggested == "none" else h.suggested),
            h.accounts,
        )
        for h in hints
        if h.accounts is not None
    ]
    columns = [Column("Declared"), Column("Used like a"), Column("Accounts", "number")]
    note = (
        "All day and by hand: data custodian; rows in bulk: super user; less often: everyday user. "
        "It tells of groups, not of anybody; declared types in which one is smaller than five are "
        "left out."
    )
    return given.table("User types declared, and as use suggests", columns, rows, note)


def use_by_unit(given: Given) -> b.Table | None:
    """Accounts in use and accounts that record, by unit."""
    use, days = _use(given)
    if use is None or use.cannot(days):
        return None
    found = units(given.facts, use)
    rows = []
    for group in found:
        parts = ((group.used, group.used_words), (group.recorded, group.recorded_words))
        cells = (
            b.Cell(words) if x is None else b.Cell(share(x.part, x.whole), x.share, use.evidence)
            for x, words in parts
        )
        rows.append(
            (
                group_name(given.facts, group.group, "Unit"),
                DASH if group.staff is None else group.staff,
                FEWER if group.people is None else group.people,
                *cells,
                group.rows
                if group.rows is not None
                else gap(use.no_rows)
                if use.no_rows
                else NOT_TOLD,
            )
        )
    columns = [
        Column("Unit"),
        Column("Staff", "number"),
        Column("Accounts", "number"),
        Column("In use", "percent"),
        Column("Recorded by hand", "percent"),
        Column("Records by hand", "number"),
    ]
    note = (
        "Accounts of one person each that can be used. Shares are of the staff, of the accounts "
        "where no staff is declared or fewer. Not told: numbers of fewer than five who "
        "did or did not, and those by which such a number could be worked out."
    )
    return given.table(most(msg("Use by unit"), MOST, len(rows)), columns, rows[:MOST], note)


def _use(given: Given) -> tuple[Usage | None, int]:
    """The use of the CRM, and the days that count as now."""
    governance = given.facts.governance
    return governance.crm_usage(given.facts.day), governance.lines.adoption_days


def unit_fills(given: Given) -> b.Table | None:
    """Columns that a unit fills clearly less than the others, in what it records by hand."""
    use, days = _use(given)
    if use is None or use.cannot(days):
        return None
    least = given.facts.governance.lines.less_filled
    found = [f for f in fills(use) if f.short_by >= least and not too_few(f.recorders)]
    found.sort(key=lambda f: (-f.short_by, f.unit, f.table, f.column))
    rows = [
        (
            group_name(given.facts, f.unit, "Unit"),
            given.name(f.entity),
            f"{f.table}: {f.column}",
            b.Cell(share(f.filled, f.rows), f.filled / f.rows, use.evidence),
            msg("{low} to {high}", low=percent(f.low), high=percent(f.high)),
            b.Cell(
                share(f.other_filled, f.other_rows),
                f.other_filled / f.other_rows,
            ),
        )
        for f in found[:MOST]
    ]
    columns = [
        Column("Unit"),
        Column("Entity"),
        Column("Column", "id"),
        Column("Filled by the unit", "percent"),
        Column("At 99 %"),
        Column("By all others", "percent"),
    ]
    note = msg(
        "Of records made by hand; units and all others with {LEAST_ROWS} and "
        "more. Listed where even the upper end of the 99 % interval lies "
        "{least:.0f} points below the others. Units of which fewer than five "
        "record are left out.",
        LEAST_ROWS=LEAST_ROWS,
        least=100 * least,
    )
    caption = most("What units leave empty", MOST, len(found))
    return given.table(caption, columns, rows, note)


def recorders_by_entity(given: Given) -> b.Table | None:
    """Rows recorded of each entity, how many of them by hand, and by how many accounts."""
    use, days = _use(given)
    if use is None or use.cannot(days):
        return None
    found = [e for e in by_entity(use, days) if e.rows]
    rows = [
        (
            given.name(e.entity),
            b.Cell(given.number(e.rows), e.rows, use.evidence),
            b.Cell(share(e.by_hand, e.rows), e.by_hand / e.rows),
            head_count(e.accounts) if e.accounts else "none",
        )
        for e in found[:MOST]
    ]
    columns = [
        Column("Entity"),
        Column("Rows", "number"),
        Column("By hand", "percent"),
        Column("Accounts that did so", align="right"),
    ]
    caption = most("What was recorded by hand", MOST, len(found))
    return given.table(caption, columns, rows, "Made or last changed in the time counted.")
