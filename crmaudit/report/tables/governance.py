"""Tables of people, their duties, and what they say.

Officers are named for their duties. Rights are told by level, and statistics
of attitude and interviews leave groups of fewer than five people out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crmaudit.governance.attitudes import group_name
from crmaudit.governance.cadence import Kept, kept
from crmaudit.governance.interviews import group_name as told_group
from crmaudit.governance.interviews import held, untracked
from crmaudit.governance.rate import head_count
from crmaudit.governance.users import LICENCE_OF, trained
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, or_dash, word
from crmaudit.workspace.people import UserType
from crmaudit.workspace.registers import Attitude

DUTIES: Mapping[UserType, str] = {
    "super user": msg("Reports, bulk uploads, help for others, requests to the vendor"),
    "data custodian": msg("Appointments, communication, categories, custom fields"),
    "everyday user": msg("Notes on clients, look-ups"),
    "system champion": msg("Sets and enforces the policy, reports benefits to the board"),
    "none": msg("Does not use the CRM"),
}
ATTITUDES: tuple[Attitude, ...] = ("made things worse", "does not use it", "only praise")


def user_types(given: Given) -> b.Table | None:
    """The four user types: duties, people, training and licences."""
    governance, crm = given.facts.governance, given.workspace.crm
    fits = {f.user_type: f for f in governance.licence_fits}
    rows = []
    for user_type, duties in DUTIES.items():
        people = governance.of_type(user_type)
        if not people:
            continue
        fit = fits.get(user_type)
        taught = sum(trained(p, crm) for p in people)
        rows.append(
            (
                msg(user_type) if user_type != "none" else msg("no user"),
                msg(duties),
                len(people),
                DASH
                if user_type == "none"
                else msg("{taught} of {people}", taught=taught, people=len(people)),
                msg(LICENCE_OF[user_type]),
                msg("{wrong} of {known}", wrong=fit.wrong, known=fit.known)
                if fit and fit.known
                else gap("not declared"),
            )
        )
    columns = [
        Column("User type", "label"),
        Column("Duties"),
        Column("People", "number"),
        Column("Trained", align="right"),
        Column("Licence that fits", "label"),
        Column("Hold another", align="right"),
    ]
    note = "People declared. Overall administrators are left out of the licences."
    return given.table("User types, training and licences", columns, rows, note)


def units(given: Given) -> b.Table | None:
    """Units with their staff and key users."""
    governance = given.facts.governance
    rows = []
    for unit in given.workspace.audit.units:
        members = [p for p in given.workspace.people.people if p.unit == unit.id]
        supers = [p.name for p in members if p.user_type == "super user"]
        wanted = unit in governance.key_units
        rows.append(
            (
                unit.name,
                msg("yes") if wanted else msg("no"),
                unit.staff if unit.staff is not None else gap("not said"),
                joined(", ", supers) or (msg("none named") if wanted else DASH),
                sum(p.user_type == "data custodian" for p in members),
                sum(p.user_type == "everyday user" for p in members),
            )
        )
    columns = [
        Column("Unit"),
        Column("Key unit", "label"),
        Column("Staff", "number"),
        Column("Super users"),
        Column("Custodians", "number"),
        Column("Everyday users", "number"),
    ]
    return given.table("Key users by unit", columns, rows if given.workspace.people.people else [])


def access(given: Given) -> b.Table | None:
    """Access granted beside access recommended, by level."""
    pairs = Counter((x.excess, x.granted, x.recommended) for x in given.facts.governance.access)
    rows = [
        (
            word(granted),
            word(advised),
            n,
            msg("beyond the job")
            if excess > 0
            else msg("short of the job")
            if excess
            else msg("as recommended"),
        )
        for (excess, granted, advised), n in sorted(pairs.items(), reverse=True)
    ]
    columns = [
        Column("Granted"),
        Column("Recommended"),
        Column("People", "number"),
        Column("Verdict", filter=True),
    ]
    return given.table("Access granted and recommended", columns, rows)


def meetings(given: Given) -> b.Table | None:
    """Coordinating groups: their cadence, and what was held in the last year."""
    day, rows = given.facts.day, []
    for meeting in given.workspace.people.meetings:
        state = kept(meeting.held, meeting.cadence, day) if day and meeting.cadence else None
        rows.append(
            (
                meeting.group,
                word(meeting.purpose),
                word(meeting.cadence),
                _held(given, state) if state else gap("no dates or cadence declared"),
                state.longest if state else DASH,
                state.last if state else DASH,
            )
        )
    columns = [
        Column("Group"),
        Column("Purpose"),
        Column("Meant to meet", "label"),
        Column("Held in a year", "number"),
        Column("Longest gap, days", "number"),
        Column("Last", "date"),
    ]
    return given.table("Meetings that coordinate", columns, rows)


def _held(given: Given, state: Kept) -> object:
    """`6`; `6 since 21 Apr 2026` where no date before that is known."""
    if state.begun is None:
        return state.held
    return b.Cell(
        msg("{held} since {day}", held=state.held, day=given.day(state.begun)), state.held
    )


def incidents(given: Given) -> b.Table | None:
    """Accidental changes and losses of information that did happen."""
    rows = [
        (
            i.what,
            i.date or DASH,
            given.listed(i.systems),
            i.records if i.records is not None else gap("not counted"),
            word(i.restored) if i.restored else gap("nobody said"),
            or_dash(i.cause),
        )
        for i in given.workspace.registers.incidents
    ]
    columns = [
        Column("What"),
        Column("When", "date"),
        Column("Systems"),
        Column("Records", "number"),
        Column("Restored", "label"),
        Column("Cause, as told"),
    ]
    return given.table(
        given.counted(len(rows), "change or loss", "changes and losses"), columns, rows
    )


def dysfunctions(given: Given) -> b.Table | None:
    """What does not work, with cause, owner and state."""
    rows = [
        (
            d.what,
            word(d.kind),
            word(d.cause) if d.cause else gap("not known"),
            given.listed(d.systems),
            given.name(d.owner),
            d.since or DASH,
            word(d.status),
        )
        for d in given.workspace.registers.dysfunctions
    ]
    columns = [
        Column("What"),
        Column("Kind"),
        Column("Cause", "label"),
        Column("Systems"),
        Column("Owner"),
        Column("Since", "date"),
        Column("Status", "label", filter=True),
    ]
    return given.table(given.counted(len(rows), "dysfunction"), columns, rows)


def attitudes(given: Given) -> b.Table | None:
    """Staff by attitude to the CRM."""
    counts = given.facts.governance.attitudes
    opinions = given.workspace.registers.opinions
    rows = []
    for attitude in ATTITUDES:
        mine = [o for o in opinions if o.attitude == attitude]
        if mine:
            asked = sum(o.investigated is not None for o in mine)
            needless = attitude == "only praise"
            reasons = dict.fromkeys(r for o in mine for r in o.reasons)
            rows.append(
                (
                    msg(attitude),
                    counts.share_text(attitude),
                    joined(", ", map(msg, reasons)) or DASH,
                    DASH
                    if needless
                    else msg(
                        "{asked} of {opinions}",
                        asked=asked,
                        opinions=given.counted(len(mine), "opinion"),
                    ),
                )
            )
    columns = [
        Column("Attitude"),
        Column("People"),
        Column("Reasons given"),
        Column("Investigated"),
    ]
    note = "As told. Groups of fewer than five people are not shown in numbers."
    return given.table("Attitudes to the CRM", columns, rows, note)


def opinions(given: Given) -> b.Table | None:
    """Negative opinions, and what came of looking into them."""
    rows = [
        (
            group_name(o),
            word(o.attitude),
            o.investigated or gap("nobody looked into it"),
            o.outcome or gap("no outcome kept"),
        )
        for o in given.workspace.registers.opinions
        if o.attitude != "only praise"
    ]
    columns = [
        Column("Group"),
        Column("Attitude"),
        Column("Investigated", "date"),
        Column("Outcome"),
    ]
    return given.table("Negative opinions and what came of them", columns, rows)


def interviews(given: Given) -> b.Table | None:
    """Groups interviewed, and how much each interview gave."""
    rows = [
        (
            told_group(i),
            # Unit and day would tell who it is.
            DASH if told_group(i) != i.group else given.name(i.unit),
            DASH if told_group(i) != i.group else i.date or DASH,
            head_count(i.participants) if i.participants else gap("not said"),
            len(i.pains),
            len(i.wishes),
            len(i.risks),
            len(i.measures),
        )
        for i in held(given.workspace.interviews)
    ]
    columns = [
        Column("Group"),
        Column("Unit"),
        Column("Date", "date"),
        Column("People", align="right"),
        *(Column(x, "number") for x in ("Pains", "Wishes", "Risks", "Measures")),
    ]
    return given.table(given.counted(len(rows), "discovery interview"), columns, rows)


def pains(given: Given) -> b.Table | None:
    """Time that people say they lose, the most first."""
    rate = given.workspace.audit.hourly_rate
    groups = {i.id: told_group(i) for i in given.workspace.interviews}
    rows = []
    losses = given.facts.governance.losses
    for x in sorted(losses, key=lambda x: -(x.shown_hours or (0, 0))[1]):
        hours, cost = x.shown_hours, x.cost(rate)
        few = x.hours is not None and hours is None
        reason = (
            msg("fewer than five people") if few else msg("minutes, frequency or people not said")
        )
        rows.append(
            (
                x.pain.text,
                groups.get(x.interview, x.interview),
                given.span(hours) if hours else gap(reason),
                given.span(cost) if hours and cost else DASH,
            )
        )
    columns = [
        Column("Pain"),
        Column("Said by"),
        Column("Hours a year", align="right"),
        Column(msg("{currency} a year", currency=given.currency), align="right"),
    ]
    note = (
        "Minutes × times × people × working periods a year, as told, low to high. "
        "Hours that fewer than five people bear or told of are not shown."
    )
    return given.table("Time that people say they lose", columns, rows, note)


def wishes(given: Given) -> b.Table | None:
    """What groups wish for."""
    rows = [
        (w.text, told_group(i), given.listed(w.systems), joined(", ", w.themes) or DASH)
        for i in given.workspace.interviews
        for w in i.wishes
    ]
    columns = [Column("Wish"), Column("Said by"), Column("Systems"), Column("Themes")]
    return given.table(given.counted(len(rows), "wish", "wishes"), columns, rows)


def measures(given: Given) -> b.Table | None:
    """What groups say will show whether the change helps, and the KPI that follows it."""
    rows = []
    for interview in given.workspace.interviews:
        lacking = untracked(interview)
        for m in interview.measures:
            kpi = gap("no KPI follows it") if m in lacking else given.name(m.kpi)
            rows.append((m.text, told_group(interview), kpi))
    columns = [Column("Measure"), Column("Said by"), Column("Followed by the KPI")]
    return given.table("What will tell whether it helps", columns, rows)


def requests(given: Given) -> b.Table | None:
    """Enhancements asked for and not yet settled."""
    rows = [
        (
            r.what,
            given.name(r.asked_by),
            given.name(r.carried_by),
            r.date or DASH,
            word(r.priority) if r.priority else gap("no priority"),
            word(r.status),
        )
        for r in given.workspace.registers.requests
        if r.status not in ("done", "refused")
    ]
    columns = [
        Column("Request"),
        Column("Asked by"),
        Column("Carried by"),
        Column("Since", "date"),
        Column("Priority", "label"),
        Column("Status", "label"),
    ]
    return given.table(
        msg("{requests} still open", requests=given.counted(len(rows), "request")), columns, rows
    )
