"""Facts of people and figures: access, adoption, measurement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmaudit.evidence.access import LEVELS
from crmaudit.governance.adoption import Share
from crmaudit.governance.courses import Course
from crmaudit.governance.kpis import lacks, outlook
from crmaudit.governance.kpis import told as was_told
from crmaudit.governance.maturity import Told
from crmaudit.governance.trend import SHORTEST
from crmaudit.messages import msg
from crmaudit.standing.earned import counted

if TYPE_CHECKING:
    from crmaudit.facts import Facts

_CONSULTED_DAYS = 90
_ASKED_DAYS = 548
"""Eighteen months: staff are asked once a year, and a little late."""
_TOLD_DAYS = 90
_AUDITS = 3
_NO_STAFF = "the staff are not counted"


def told(facts: Facts) -> Mapping[str, Told]:
    """Fact → what is known of it."""
    return {**_access(facts), **_adoption(facts), **_measurement(facts)}


def _access(facts: Facts) -> Mapping[str, Told]:
    """As read from the CRM, else as declared in people.yaml."""
    g, w = facts.governance, facts.workspace
    read = g.accounts(facts.day).get(w.crm.id) if w.crm else None
    if read is not None and not read.cannot:
        usable = [j for j in read.usable if not j.program]
        evidence = read.evidence
        compared = {id(j) for j in read.compared}
        nobody = msg("no account of a person can be used")
        return {
            "levels": counted((read.granted(j) is not None for j in usable), nobody, evidence),
            "fitting": counted(
                (not read.excess(j) if id(j) in compared else None for j in usable),
                nobody,
                evidence,
            ),
            "not administrators": counted(
                (
                    None if read.granted(j) is None and not j.administrator else not j.administrator
                    for j in usable
                ),
                nobody,
                evidence,
            ),
            "still here": counted(
                (
                    # Whoever is not known may have left long ago.
                    None
                    if facts.day is None or (j.person is None and not j.account.ended)
                    else j.left(facts.day) is None
                    for j in usable
                ),
                nobody,
                evidence,
            ),
            "personal": counted((not j.shared for j in usable), nobody, evidence),
            "read": Told(1, 1, evidence=evidence),
        }
    people = [p for p in w.people.people if p.user_type not in (None, "none")]
    nobody = msg("nobody who uses the CRM is listed")
    checked = {c.person: c.excess for c in g.access}
    why = read.cannot if read is not None else msg("nobody read access from the CRM")
    # What could be read and was not is nobody's failure.
    unread = w.crm is not None and w.crm.database is not None
    return {
        "levels": counted(
            (None if p.granted is None and unread else p.granted is not None for p in people),
            nobody,
        ),
        "fitting": counted(
            (checked[p.id] <= 0 if p.id in checked else None for p in people), nobody
        ),
        "not administrators": counted(
            (None if p.granted is None else p.granted != LEVELS[-1] for p in people), nobody
        ),
        "still here": Told(why=why),
        "personal": Told(why=why),
        "read": Told(0, 1, int(unread), said=why),
    }


def _adoption(facts: Facts) -> Mapping[str, Told]:
    g = facts.governance
    seen, said = g.measured_adoption(facts.day), g.adoption
    use = g.crm_usage(facts.day)
    if seen is not None:
        share = Share(seen.users, seen.staff)
        measured = Told(
            seen.users,
            seen.staff,
            # Who only looks things up leaves no trace where logins are not kept.
            0 if seen.logins_known else seen.staff - seen.users,
            evidence=seen.evidence,
            hidden=share.hidden,
        )
    else:
        why = use.cannot() if use else msg("nobody read who records in the CRM, and when")
        if not why:
            why = msg("it has more users than staff") if g.staff else _NO_STAFF
        measured = Told(why=why)
    declared = (
        Told(said.users, said.staff, said.unknown, hidden=Share(said.users, said.staff).hidden)
        if said
        else Told(why=_uncounted(facts))
    )
    units = g.units_recording(facts.day)
    return {
        "users": measured if measured.whole else declared,
        "users measured": measured,
        "units": counted(
            units.values(),
            "who records in which unit was not measured",
            use.evidence if use and units else (),
        ),
    }


def _uncounted(facts: Facts) -> str:
    """Why no share of the staff is declared."""
    crm = facts.workspace.crm
    if not facts.governance.staff:
        return _NO_STAFF
    if facts.workspace.people.people or (crm is not None and crm.users is not None):
        return msg("more users are declared than staff")
    return msg("nobody counted the users")


def _measurement(facts: Facts) -> Mapping[str, Told]:
    g, w, day = facts.governance, facts.workspace, facts.day
    kpis = w.kpis.kpis
    none = msg("no KPI is declared")
    courses = [g.course(k, day) for k in kpis]
    notable = [c for c in courses if c.trend is not None and c.trend.notable()]
    measured = {k.technique for k in kpis}
    boards = [n for n in g.dashboards_of_management if n.exists is not False]
    idle = [g.days_unused(n, day) for n in boards]
    held = [s.held for s in g.surveys] + [o.date for o in w.registers.opinions]
    recent: list[bool | None] = [
        None if day is None or h is None else 0 <= (day - h).days <= _ASKED_DAYS for h in held
    ]
    recent += [None for subject in g.unread if subject.startswith("survey:")]
    aimed = [(c, outlook(c.kpi, c.points, None)) for c in courses if c.kpi.target is not None]
    audits = {point[0] for points in facts.figures.values() for point in points}
    return {
        "kpis": counted((_valued(facts, c) for c in courses), none),
        "long series": counted(
            (None if _valued(facts, c) is None else len(c.points) >= SHORTEST for c in courses),
            none,
        ),
        "whole kpis": counted((_whole(facts, c) for c in courses), none),
        "techniques": counted(
            (t.start is not None and t.id in measured for t in w.kpis.techniques),
            "no technique is declared",
        ),
        "trends told": counted(
            (was_told(c.kpi, c.points, _TOLD_DAYS) for c in notable),
            msg("no trend stood out that had to be told")
            if any(c.trend for c in courses)
            else msg("no series is long enough to show a trend"),
            moot=any(c.trend is not None for c in courses),
        ),
        "looked at": counted(
            (None if days is None else days <= _CONSULTED_DAYS for days in idle),
            "no dashboard is made for the management",
        ),
        "asked": counted(recent, "no survey or opinion of staff is recorded"),
        "aims": counted((bool(a.kpis) for a in w.brief.aims), "no aim is declared"),
        "repeated": Told(min(len(audits), _AUDITS), _AUDITS),
        "targets": counted(
            (ahead.reached if ahead else None for _, ahead in aimed), "no KPI has a target"
        ),
    }


def _valued(facts: Facts, course: Course) -> bool | None:
    """Whether a KPI has values; None where its statement was not answered, or its file not read."""
    kpi, told = course.kpi, facts.governance.testified
    if course.points:
        return True
    if f"kpi:{kpi.id}" in told.unread:
        return None
    asked = told.asked.get(kpi.id)
    if not kpi.sql:
        return False
    current = asked is not None and asked.statement == kpi.sql
    return False if current and asked and asked.provenance.status.state == "done" else None


def _whole(facts: Facts, course: Course) -> bool | None:
    """Whether a KPI has all that it needs; None where only its file could not be read."""
    lacking = lacks(course.kpi, course.points)
    unread = f"kpi:{course.kpi.id}" in facts.governance.testified.unread
    return None if unread and lacking == ("series",) else not lacking
