"""Facts of systems and data: owners, documentation, mapping, quality, maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from crmaudit.evidence.use import LETTERS
from crmaudit.governance.cadence import PERIOD, kept
from crmaudit.governance.maturity import Told
from crmaudit.governance.upkeep import Upkeep, upkeep
from crmaudit.governance.upkeep_server import SERVERS
from crmaudit.standing.earned import counted
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person

if TYPE_CHECKING:
    from crmaudit.facts import Facts

_NO_SYSTEM = "no system is in scope"
_SENIOR = ("executive", "department manager")
_OUTDATED_YEARS = 2
_TEST_DAYS, _GRACE_DAYS = 366, 31
"""A restore test is due once a year, a month granted."""


def told(facts: Facts) -> Mapping[str, Told]:
    """Fact → what is known of it."""
    return {
        **_ownership(facts),
        **_documentation(facts),
        **_mapping(facts),
        **_quality(facts),
        **_maintenance(facts),
    }


def _ownership(facts: Facts) -> Mapping[str, Told]:
    w, g = facts.workspace, facts.governance
    owners = {p for s in w.in_scope for p in (s.owners.business, s.owners.it) if p}
    there = [w.person.get(p) for p in sorted(owners)]
    masters = [e for e in w.entity if facts.class_of(e).value == "master"]
    champions = [p for p in g.of_type("system champion") if not left(p, facts.day)]
    fit = g.manager_fit
    people = bool(w.people.people)
    officers = [
        (bool(champions) and any(p.rank in _SENIOR for p in champions)) if people else None,
        (fit.fits if fit else bool(w.people.crm_managers) and None) if people else None,
    ]
    meetings = [m for m in w.people.meetings if m.purpose == "super users"]
    held = [
        None
        if facts.day is None or m.cadence is None
        else (record := kept(m.held, m.cadence, facts.day)) is not None and not record.late_gaps
        for m in meetings
        if m.cadence is None or m.cadence in PERIOD
    ]
    responses = w.responses.responses
    return {
        "owned": counted((bool(s.owners.business or s.owners.it) for s in w.in_scope), _NO_SYSTEM),
        "both owners": counted(
            (bool(s.owners.business and s.owners.it) for s in w.in_scope), _NO_SYSTEM
        ),
        "owners there": counted(
            (None if facts.day is None or p is None else not left(p, facts.day) for p in there),
            "no system in scope has an owner",
        ),
        "stewards": counted(
            (w.entity[e].steward is not None for e in masters), "no master entity is defined"
        ),
        "officers": counted(officers, "people.yaml is not there"),
        "super users": counted(
            (
                any(
                    p.user_type == "super user" and not left(p, facts.day)
                    for p in g.people_of(u.id)
                )
                if people
                else None
                for u in g.key_units
            ),
            "no unit is declared",
        ),
        "meetings": counted(held, "no meeting of the super users is declared"),
        "agreed": counted(
            (r.owner is not None and r.due is not None for r in responses if r.state == "agreed"),
            "no response to a finding agrees",
        ),
    }


def _documentation(facts: Facts) -> Mapping[str, Told]:
    w, rows = facts.workspace, facts.inventory.in_scope
    states = [d for row in rows for d in row.documents]
    there = [d for d in states if d.exists]
    given = sum(r.completeness.given for r in rows)
    wanted = sum(r.completeness.wanted for r in rows)
    scope = {s.id for s in w.in_scope}
    seen = {s: d for s, d in facts.descriptions.items() if s in scope}
    return {
        "documented": counted((d.exists for d in states), _NO_SYSTEM),
        "nine facts": Told(given, wanted, why="" if wanted else _NO_SYSTEM),
        "definitions": counted(
            (bool(e.definition) for e in w.entity.values()), "no entity is defined"
        ),
        "up to date": counted(
            (
                False if d.outdated else None if d.age is None else d.age <= _OUTDATED_YEARS
                for d in there
            ),
            "no documentation is declared to exist",
        ),
        "described": Told(
            sum(d.described for d in seen.values()),
            sum(d.present for d in seen.values()),
            why="no database was read whose documentation lists or counts its tables",
            evidence=tuple(facts.evidence.catalogs[s].id for s in seen),
        ),
        "policies": counted(
            (
                None if facts.day is None or p.review is None else p.review >= facts.day
                for p in w.audit.policies
            ),
            "no policy is declared",
        ),
    }


def _mapping(facts: Facts) -> Mapping[str, Told]:
    w, crud = facts.workspace, facts.crud
    masters = [e for e in crud.entities if facts.class_of(e).value == "master"]
    covers = [facts.covers[s.id] for s in w.in_scope if s.id in facts.covers]
    verdicts = [
        crud.cell(s.id, entity).verdict(letter)
        for s in w.in_scope
        for entity, letters in s.crud.items()
        for letter in LETTERS
        if letter in (letters or "")
    ]
    return {
        "mapped": counted((bool(s.crud or s.crud_complete) for s in w.in_scope), _NO_SYSTEM),
        "mapped whole": counted((s.crud_complete for s in w.in_scope), _NO_SYSTEM),
        "created": counted(
            (
                True if crud.doing("C", e) else None if crud.unknown(e) else False
                for e in crud.entities
            ),
            "no entity is defined",
        ),
        "records decided": counted(
            (w.entity[e].system_of_record is not None for e in masters),
            "no master entity is defined",
        ),
        "explained": Told(
            sum(len(c.tables) - len(c.unexplained) for c in covers),
            sum(len(c.tables) for c in covers),
            why="no database with an entity map was read",
            evidence=tuple(facts.evidence.catalogs[c.system].id for c in covers),
        ),
        "proven": Told(
            sum(v == "confirmed" for v in verdicts),
            len(verdicts) if facts.testimony else 0,
            sum(v == "declared" for v in verdicts),
            "nobody read what ran, what code does or who may do what",
        ),
    }


def _quality(facts: Facts) -> Mapping[str, Told]:
    w, q = facts.workspace, facts.quality
    profiles = facts.evidence.profiles
    with_database = [s for s in w.in_scope if s.database is not None]
    asked = w.expectations.expectations
    tested = {t.expectation for d in facts.evidence.expectations.values() for t in d.tests}
    crm = w.crm.id if w.crm else ""
    kinds = facts.maps[crm].kinds if crm in facts.maps else {}
    customers = [e for e, k in kinds.items() if k in ("person", "organisation", "household")]
    doubles = [d for d in facts.duplicates if d.system == crm and d.entity in customers]
    able = [d for d in doubles if not d.cannot and d.records]
    score = q.portfolio_score
    # What could be read and was not is nobody's failure.
    no = False if profiles else None
    return {
        "judged": counted(
            (bool(s.perceived_quality) or s.id in profiles for s in w.in_scope), _NO_SYSTEM
        ),
        "measured": counted(
            (s.id in profiles or no for s in with_database),
            "no system in scope has a database: url",
        ),
        "expectations": counted(
            (e.id in tested or no for e in asked), "no expectation is declared"
        ),
        "compared": counted(
            (any(d.entity == e for d in able) or no for e in customers),
            "it is not known where the CRM keeps its customers",
            tuple(d.document.id for d in able),
        ),
        "passed": Told(
            (score.share or 0) * score.checks[1], score.checks[1], evidence=score.evidence[:5]
        )
        if score and score.share is not None
        else Told(why="no table was read"),
        "single": Told(
            sum(d.records - d.likely.value for d in able),
            sum(d.records for d in able),
            why="no customers of the CRM were compared with each other",
            evidence=tuple(d.document.id for d in able),
        ),
    }


def _maintenance(facts: Facts) -> Mapping[str, Told]:
    g = facts.governance
    none = "no system in scope is in use"
    duties = {s.id: {u.duty: u for u in upkeep(s, g.testified, facts.day)} for s in g.maintained}
    indexed = {s.id for s in g.with_indexes}
    backups = [d["backup"] for d in duties.values()]
    every = [u for d in duties.values() for u in d.values()]
    heard = [u for u in every if u.state != "not assessed"]
    # No server shows a restore, and a file has no server to bring up to date.
    seen = [
        u
        for s in g.restorable
        for u in duties[s.id].values()
        if u.duty in ("backup", "index_care") or (u.duty == "updates" and _served(facts, s.id))
    ]
    return {
        "maintained": counted((_maintained(s) for s in g.maintained), none),
        "backups told": counted((bool(b.declared or b.shown) for b in backups), none),
        "backup": counted(map(_state, backups), none, _evidence(backups)),
        "restore_test": counted(
            (_restore_tested(facts, s) for s in g.restorable),
            "the vendors restore all systems",
            moot=bool(duties),
        ),
        "index_care": counted(
            (_state(duties[s]["index_care"]) for s in duties if s in indexed),
            "no system in use has a database of one's own",
            moot=bool(duties),
        ),
        "uncontradicted": counted(
            (u.state != "contradicted" for u in heard),
            "of no duty of maintenance anything is told",
            _evidence(heard),
        ),
        "shown": counted(map(_state, seen), "the vendors look after all systems", _evidence(seen)),
    }


def left(person: Person, day: date | None) -> bool:
    """Whether somebody is known to have left by that day."""
    return person.leaves is not None and day is not None and person.leaves < day


def _maintained(system: System) -> bool | None:
    care = system.maintenance
    if care is None or (care.provider is None and care.by is None):
        return None
    return care.provider != "none"


def _state(one: Upkeep) -> bool | None:
    return None if one.state == "not assessed" else one.state == "kept"


def _restore_tested(facts: Facts, system: System) -> bool | None:
    """By the dates declared, as in GOV114: no server shows a restore."""
    care = system.maintenance.restore_test if system.maintenance else None
    found = facts.governance.care(system, "restore_test", facts.day, _TEST_DAYS, _GRACE_DAYS)
    if found.state == "unknown":
        return None
    if found.state != "kept":
        return False
    return None if care is None or care.last is None or facts.day is None else True


def _served(facts: Facts, system: str) -> bool:
    health = facts.governance.testified.health.get(system)
    return health is None or health.provenance.engine in SERVERS


def _evidence(duties: list[Upkeep]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e for u in duties for e in u.evidence))
