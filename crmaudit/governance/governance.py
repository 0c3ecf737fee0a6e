"""The people's half of the audit as one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Literal

from crmaudit.errors import CrmauditError, Problem
from crmaudit.evidence.access import LEVELS
from crmaudit.governance import dysfunctions, licences, loss, managers, users
from crmaudit.governance.access import (
    AccessCheck,
    Position,
    PositionAccess,
    access_checks,
    by_position,
    leavers,
    recommended,
)
from crmaudit.governance.accounts import Accounts, judge_accounts
from crmaudit.governance.accounts_conflicts import ConflictFound, conflicts_found, usual
from crmaudit.governance.adoption import MeasuredAdoption, measured
from crmaudit.governance.attitudes import Attitudes, attitudes
from crmaudit.governance.cadence import CareCheck, care_check
from crmaudit.governance.courses import Course, course
from crmaudit.governance.duties import Duty as UserDuty
from crmaudit.governance.duties import RaciRow, duties, raci
from crmaudit.governance.kpis import Effect
from crmaudit.governance.lines import Lines, lines_of
from crmaudit.governance.pains import Burden, Loss, burdens, losses
from crmaudit.governance.purposes import PURPOSES, Break, breaks
from crmaudit.governance.rate import Rate, too_few
from crmaudit.governance.reports import (
    Look,
    Shown,
    consulted,
    days_unused,
    for_management,
    looks,
    of_look,
    of_need,
)
from crmaudit.governance.surveys import DataMark, Surveyed, surveyed
from crmaudit.governance.surveys import ids as survey_ids
from crmaudit.governance.testified import Testified
from crmaudit.governance.three_duties import Held, three_duties
from crmaudit.governance.trend import Trend
from crmaudit.governance.usage import YEAR_DAYS, AccountUse, Usage, usage
from crmaudit.workspace import Workspace
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.dossier import System
from crmaudit.workspace.kpis import Kpi
from crmaudit.workspace.landscape import Need
from crmaudit.workspace.people import Person, UserType

Duty = Literal["backup", "restore_test", "index_care", "updates"]


class Governance:
    """What can be judged from the declarations of people, and what was testified.

    `connected(a, b)` says whether declared feeds carry data from system a to
    system b.
    """

    def __init__(
        self,
        workspace: Workspace,
        connected: Callable[[str, str], bool],
        testified: Testified | None = None,
    ) -> None:
        self._w = workspace
        self._connected = connected
        self.testified = testified or Testified()
        self._courses: dict[tuple[str, date | None], Course] = {}
        self._usages: dict[date | None, Mapping[str, Usage]] = {}
        self._accounts: dict[date | None, Mapping[str, Accounts]] = {}

    @cached_property
    def lines(self) -> Lines:
        """The lines that rules judge by in this workspace."""
        return lines_of(self._w.audit.rules)

    # Users

    def of_type(self, user_type: UserType) -> tuple[Person, ...]:
        return tuple(p for p in self._w.people.people if p.user_type == user_type)

    @cached_property
    def key_units(self) -> tuple[Unit, ...]:
        """Units marked as key; where none is marked, those directly below the top.

        A tree without levels has its units as key units.
        """
        units = self._w.audit.units
        marked = tuple(u for u in units if u.key)
        if marked:
            return marked
        tops = {u.id for u in units if u.parent is None}
        below = tuple(u for u in units if u.parent in tops)
        return below or units

    def within(self, unit: str | None, above: str) -> bool:
        """Whether a unit is `above` or lies below it."""
        while unit is not None:
            if unit == above:
                return True
            parent = self._w.unit.get(unit)
            unit = parent.parent if parent else None
        return False

    def people_of(self, unit: str) -> tuple[Person, ...]:
        """People declared in a unit or below it."""
        return tuple(p for p in self._w.people.people if self.within(p.unit, unit))

    @property
    def staff(self) -> int | None:
        """People who should use the CRM: declared, else the sum of the units."""
        if self._w.audit.staff is not None:
            return self._w.audit.staff
        counts = [u.staff for u in self._w.audit.units]
        known = [c for c in counts if c is not None]
        return sum(known) if known and len(known) == len(counts) else None

    @property
    def adoption(self) -> users.Adoption | None:
        """Declared users over staff; None where either is unknown or they contradict."""
        return users.adoption(self._w.people.people, self._w.crm, self.staff)

    @property
    def licence_fits(self) -> tuple[users.LicenceFit, ...]:
        crm = self._w.crm
        read = self.accounts(None).get(crm.id) if crm else None
        return users.licence_fits(
            self._w.people.people, licences.types_held(crm, read) if crm and read else None
        )

    def untrained(self, user_type: UserType) -> tuple[Person, ...]:
        """People of a type without a recorded training on the CRM."""
        return tuple(p for p in self.of_type(user_type) if not users.trained(p, self._w.crm))

    @property
    def manager_fit(self) -> managers.ManagerFit | None:
        """The CRM managers against the focus; None where either is not declared."""
        focus = self._w.audit.crm_focus
        known = [self._w.person[m] for m in self._w.people.crm_managers if m in self._w.person]
        if focus is None or not known:
            return None
        return managers.manager_fit(focus, known, self._w.audit.units)

    def duties(self, day: date | None) -> tuple[UserDuty, ...]:
        """What user types and CRM manager are to do, each with what is known of it."""
        covered = [
            u
            for u in self.key_units
            if any(p.user_type == "super user" for p in self.people_of(u.id))
        ]
        seen, said = self.measured_adoption(day), self.adoption
        told = seen or (said if said and not said.unknown else None)
        used = (told.users, told.staff) if told else None
        crm = self._w.crm
        untidy = self.testified.untidy.get(crm.id) if crm else None
        return duties(self._w, day, self.key_units, covered, used, self.lines.adoption, untidy)

    def raci(self, day: date | None) -> tuple[RaciRow, ...]:
        """Who is responsible, answers, is asked and is told, for every entity declared."""
        w = self._w
        types = {p.user_type for p in w.people.people if p.user_type}
        return raci(w.entities, w.person, w.unit, types, day)

    # Adoption and loss, as measured

    def usages(self, day: date | None) -> Mapping[str, Usage]:
        """System → what its accounts did, of the systems in scope that were read."""
        if day not in self._usages:
            told, w = self.testified, self._w
            found = {
                s.id: usage(
                    s.id,
                    day,
                    told.recording.get(s.id),
                    told.access.get(s.id),
                    links=told.links,
                    people=w.person,
                    units=w.audit.units,
                    entities=told.entities.get(s.id, {}),
                )
                for s in w.in_scope
            }
            self._usages[day] = {s: use for s, use in found.items() if use is not None}
        return self._usages[day]

    def crm_usage(self, day: date | None) -> Usage | None:
        """The use of the CRM; None where it was not read."""
        return self.usages(day).get(self._w.crm.id) if self._w.crm else None

    def measured_adoption(
        self, day: date | None, days: int | None = None
    ) -> MeasuredAdoption | None:
        """Staff who worked in the CRM within the last days; None where that cannot be told.

        Without `days`, those of the workspace's own line.
        """
        use = self.crm_usage(day)
        return measured(use, self.staff, days or self.lines.adoption_days) if use else None

    @cached_property
    def changes(self) -> Mapping[str, loss.Losses]:
        """System → what its own traces tell of changes and loss, of the systems in scope."""
        told = self.testified
        return {
            s.id: loss.losses(
                s.id,
                told.changes[s.id],
                told.recording.get(s.id),
                told.entities.get(s.id, {}),
                self._w.entity,
            )
            for s in self._w.in_scope
            if s.id in told.changes and told.changes[s.id].provenance.status.state != "failed"
        }

    # Access

    def accounts(self, day: date | None) -> Mapping[str, Accounts]:
        """System → its accounts and what they may do, of the systems in scope that were asked."""
        if day not in self._accounts:
            told, w = self.testified, self._w
            self._accounts[day] = {
                s.id: judge_accounts(
                    s.id,
                    told.access[s.id],
                    self.usages(day).get(s.id),
                    day=day,
                    links=told.links,
                    people=w.person,
                    policy=w.audit.access_policy,
                    entities=told.homes.get(s.id, {}),
                    dormant_days=self.lines.dormant_days,
                )
                for s in w.in_scope
                if s.id in told.access and told.access[s.id].provenance.status.state != "failed"
            }
        return self._accounts[day]

    def conflicts(self, day: date | None) -> tuple[ConflictFound, ...]:
        """Duties that must not lie in one hand, and who bears them together."""
        declared = self._w.audit.access_policy.conflicts
        wanted = usual(self._w.entities) if declared is None else declared
        return conflicts_found(wanted, self.accounts(day), usual=declared is None)

    def licence_uses(self, day: date | None) -> Mapping[str, tuple[licences.LicenceUse, ...]]:
        """System in scope → its licences as declared, and as measured where its CRM tells."""
        audit, read = self._w.audit, self.accounts(day)
        return {
            s.id: licences.licence_uses(s, read.get(s.id), audit.currency, audit.rates)
            for s in self._w.in_scope
            if s.licences
        }

    @cached_property
    def access(self) -> tuple[AccessCheck, ...]:
        return access_checks(self._w.people.people, self._w.audit.access_policy)

    @property
    def access_by_position(self) -> tuple[PositionAccess, ...]:
        return by_position(self.access, self._w.person)

    @property
    def unjudged_access(self) -> tuple[Position, ...]:
        """Positions in which somebody has a level and no rank to judge it by."""
        policy = self._w.audit.access_policy
        found = {
            Position.of(p): None
            for p in self._w.people.people
            if p.granted is not None and recommended(p, policy) is None
        }
        return tuple(found)

    @property
    def widest_holders(self) -> Rate | None:
        """People with the widest level, of those whose level is known."""
        known = [p.granted for p in self._w.people.people if p.granted is not None]
        return Rate(known.count(LEVELS[-1]), len(known)) if known else None

    def leavers(self, day: date) -> Mapping[Position, int]:
        return leavers(self._w.people.people, day)

    # Maintenance

    @cached_property
    def maintained(self) -> tuple[System, ...]:
        """Systems in scope and in use, whose upkeep somebody has to see to."""
        return tuple(s for s in self._w.in_scope if s.lifecycle.phase not in ("plan", "retired"))

    @cached_property
    def with_indexes(self) -> tuple[System, ...]:
        """Of these, the ones with a database that is the organisation's own to look after."""
        return tuple(
            s
            for s in self.maintained
            if s.kind != "spreadsheet"
            and s.hosting in (None, "own", "provider")
            and not (s.maintenance and s.maintenance.provider == "vendor")
        )

    @cached_property
    def restorable(self) -> tuple[System, ...]:
        """Of these, the ones whose backups the organisation, not the vendor, restores."""
        return tuple(
            s for s in self.maintained if not (s.maintenance and s.maintenance.provider == "vendor")
        )

    def care(
        self, system: System, duty: Duty, day: date | None, rarest_days: int, grace_days: int
    ) -> CareCheck:
        """How a duty of maintenance is done, as declared."""
        care = getattr(system.maintenance, duty) if system.maintenance else None
        return care_check(care, day, rarest_days, grace_days)

    # Interviews, attitudes, dysfunctions

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        return losses(self._w.interviews)

    @property
    def hours_lost(self) -> tuple[float, float] | None:
        """Sum of the losses that are known and may be shown, as a range; None where none is."""
        known = [x.shown_hours for x in self.losses if x.shown_hours is not None]
        return (sum(k[0] for k in known), sum(k[1] for k in known)) if known else None

    @property
    def burdens(self) -> tuple[Burden, ...]:
        return burdens(self.losses)

    @cached_property
    def breaks(self) -> Mapping[str, tuple[Break, ...]]:
        """Breaks of every process that serves one of a CRM's purposes, by process id."""
        names = {s.id: s.name for s in self._w.systems}
        return {
            p.id: breaks(p, self._connected, names)
            for p in self._w.processes
            if p.purpose in PURPOSES and p.steps
        }

    @property
    def dysfunction_rate(self) -> Rate | None:
        """Step × system places with a dysfunction over all such places.

        None where no process step names a system: without the denominator
        there is no rate.
        """
        return dysfunctions.rate(self._w.registers.dysfunctions, self._w.processes)

    @property
    def dysfunctions_placed(self) -> bool:
        """Whether all name their step; one that does not counts at every step it may strike."""
        return dysfunctions.placed(self._w.registers.dysfunctions)

    @property
    def double_work(self) -> tuple[dysfunctions.DoubleWork, ...]:
        return dysfunctions.double_work(
            self._w.registers.dysfunctions, self._w.in_scope, self._w.crm, self._connected
        )

    @property
    def attitudes(self) -> Attitudes:
        return attitudes(self._w.registers.opinions)

    @property
    def surveys(self) -> tuple[Surveyed, ...]:
        """Every survey of kpis.yaml whose answers can be read, in the order of the file."""
        return self._surveyed[0]

    @cached_property
    def data_marks(self) -> tuple[DataMark, ...]:
        """How good systems' data are by those who answered surveys, by system and survey."""
        found = (m for s in self.surveys for m in s.data_marks())
        return tuple(sorted(found, key=lambda m: (m.system, m.held or date.min, m.survey)))

    @property
    def unread(self) -> Mapping[str, Problem]:
        """What is wrong with files of KPIs and surveys, by `kpi:ID` and `survey:ID`."""
        return {**self.testified.unread, **self._surveyed[1]}

    @cached_property
    def _surveyed(self) -> tuple[tuple[Surveyed, ...], Mapping[str, Problem]]:
        units = survey_ids((u.id, u.name) for u in self._w.audit.units)
        systems = survey_ids((s.id, s.name) for s in self._w.systems)
        sheets = self.testified.surveys
        found, unread = [], {}
        for s in self._w.kpis.surveys:
            subject = f"survey:{s.id}"
            try:
                if s.id in sheets:
                    found.append(surveyed(s, sheets[s.id], units, systems))
            except CrmauditError as error:
                unread[subject] = replace(error.problems[0], where=self._w.place_of(subject))
        return tuple(found), unread

    def units_recording(self, day: date | None, days: int = YEAR_DAYS) -> Mapping[str, bool | None]:
        """Key unit → whether one of its people recorded in the last so many days.

        None where that cannot be told: fewer than five people with an account
        are known to be in it. Empty where use was not measured.
        """
        use = self.crm_usage(day)
        # Logins alone say nothing of who records.
        if use is None or use.cannot(days) or not (use.recording and use.recording.recorded):
            return {}
        since, found = use.since(days), dict[str, bool | None]()
        for unit in self.key_units:
            own = self.accounts_within(use, unit)
            did = any(a.recorded(since, use.until) or a.in_bulk(since, use.until) for a in own)
            found[unit.id] = None if too_few(use.people(own)) else did
        return found

    def accounts_within(self, use: Usage, unit: Unit) -> tuple[AccountUse, ...]:
        """Accounts of one person each that can be used, in a unit or below it."""
        return tuple(
            a for a in use.own if a.enabled is not False and self.within(a.unit or None, unit.id)
        )

    def three_duties(self, day: date | None) -> tuple[Held, ...]:
        """What speaks for and against each of the three duties that keep the CRM alive."""
        recording = self.units_recording(day)
        known = [u for u in self.key_units if recording.get(u.id) is not None]
        idle = [u.name for u in known if not recording[u.id]] if known else None
        return three_duties(
            self._w.registers.dysfunctions,
            self._w.registers.requests,
            self.dashboards_of_management if self._w.needs else None,
            lambda need: self.days_unused(need, day),
            self.measured_adoption(day),
            idle,
            day,
            self.lines.adoption,
        )

    # KPIs and dashboards

    def points(self, kpi: Kpi) -> tuple[tuple[date, float], ...]:
        """A KPI's series, whether it stands in kpis.yaml or in a file."""
        own = tuple((p.date, p.value) for p in kpi.series)
        return own or self.testified.series.get(kpi.id, ())

    def course(self, kpi: Kpi, day: date | None = None) -> Course:
        """All that can be said of a KPI's series; `day` is the audit's."""
        place = (kpi.id, day)
        if place not in self._courses:
            told = self.testified
            asked = told.asked.get(kpi.id) if kpi.sql and told.series.get(kpi.id) else None
            self._courses[place] = course(
                kpi,
                self.points(kpi),
                self._w.kpis.techniques,
                self._w.interviews,
                day,
                told.silent.get(kpi.id, ""),
                (asked.id,) if asked else (),
            )
        return self._courses[place]

    def trend(self, kpi: Kpi) -> Trend | None:
        return self.course(kpi).trend

    def effect(self, kpi: Kpi) -> Effect | None:
        """The KPI before and after its technique began; None where that cannot be compared."""
        return self.course(kpi).effect

    @property
    def consulted(self) -> tuple[Need, ...]:
        """Dashboards and reports."""
        return consulted(self._w.needs)

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Dashboards and reports of which the CRM itself keeps when they were last opened."""
        return looks(self._w.needs, self.testified.recording)

    def look(self, need: Need) -> Look | None:
        """What the CRM records of a declared dashboard; None where it records nothing."""
        return next((x for x in self.looks if x.need is not None and x.need.id == need.id), None)

    def days_unused(self, need: Need, day: date | None) -> int | None:
        """Days since it was last consulted: recorded, else declared; None where neither tells."""
        return None if day is None else days_unused(need, day, self.look(need))

    def boards(self, day: date | None) -> tuple[Shown, ...]:
        """Every dashboard and report: declared ones in their order, then those of the CRM alone."""
        known = tuple(
            of_need(n, self.look(n), self.days_unused(n, day), self._w.person)
            for n in self.consulted
        )
        alone = tuple(of_look(x, day) for x in self.looks if x.need is None)
        return known + alone

    @property
    def dashboards_of_management(self) -> tuple[Need, ...]:
        return tuple(
            n for n in self._w.needs if n.kind == "dashboard" and for_management(n, self._w.person)
        )
