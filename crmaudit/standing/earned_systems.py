"""Facts of systems and data: owners, documentation, mapping, quality, maintenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from crmaudit.evidence.use import LETTERS
from crmaudit.governance.cadence import kept
from crmaudit.governance.maturity import Told
from crmaudit.governance.upkeep import Allowance, Upkeep, upkeep
from crmaudit.governance.upkeep_server import SERVERS, statistics_told
from crmaudit.inventory import left_blank
from crmaudit.messages import msg
from crmaudit.quality.expected import answers
from crmaudit.standing.earned import counted
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Meeting, Person

if TYPE_CHECKING:
    from crmaudit.facts import Facts

_NO_SYSTEM = msg("no system is in scope")
_NO_OWNER_ASKED = msg("no system in scope is asked for its owners")
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
    people = bool(w.people.people)
    team = [p for p in g.of_type("super user") if not left(p, facts.day)]
    meetings = [m for m in w.people.meetings if m.purpose == "super users"]
    responses = w.responses.responses
    return {
        "owned": counted((any(a) for a in _owners_asked(w.in_scope)), _NO_OWNER_ASKED),
        "both owners": counted((all(a) for a in _owners_asked(w.in_scope)), _NO_OWNER_ASKED),
        "owners there": counted(
            (None if facts.day is None or p is None else not left(p, facts.day) for p in there),
            "no system in scope has an owner",
        ),
        "stewards": counted(
            (
                (who := w.entity[e].steward) is not None
                and not (who in w.person and left(w.person[who], facts.day))
                for e in masters
            ),
            "no master entity is defined",
        ),
        "officers": counted((_champion(facts), _manager(facts)), ""),
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
        # One super user alone has nobody to meet.
        "meetings": counted(
            (_met(m, facts.day) for m in meetings),
            msg("there is one super user only")
            if len(team) == 1
            else msg("no meeting of the super users is declared"),
            moot=len(team) == 1,
        ),
        "agreed": counted(
            (r.owner is not None and r.due is not None for r in responses if r.state == "agreed"),
            "no response to a finding agrees",
        ),
    }


def _owners_asked(systems: Iterable[System]) -> Iterator[tuple[bool, ...]]:
    """Of each system, whether business and IT owner are named; not those left blank on purpose."""
    for s in systems:
        named = {"business": bool(s.owners.business), "it": bool(s.owners.it)}
        asked = tuple(
            there for who, there in named.items() if there or not left_blank(s, f"owners.{who}")
        )
        if asked:
            yield asked


def _champion(facts: Facts) -> bool | None:
    """Whether an executive who is still here is the champion, as in GOV103."""
    if not facts.workspace.people.people:
        return None
    there = [p for p in facts.governance.of_type("system champion") if not left(p, facts.day)]
    if any(p.rank == "executive" for p in there):
        return True
    return None if any(p.rank is None for p in there) else False


def _manager(facts: Facts) -> bool | None:
    """Whether a CRM manager is named who fits the focus, as in GOV107, and has not left."""
    people = facts.workspace.people
    if not people.people:
        return None
    known = facts.workspace.person
    if all(m in known and left(known[m], facts.day) for m in people.crm_managers):
        return False
    fit = facts.governance.manager_fit
    return fit.fits if fit else None


def _met(meeting: Meeting, day: date | None) -> bool | None:
    """Whether it was held as agreed; None where cadence or dates are not declared."""
    if day is None or meeting.cadence is None:
        return None
    record = kept(meeting.held, meeting.cadence, day)
    return None if record is None else not record.late_gaps


def _documentation(facts: Facts) -> Mapping[str, Told]:
    w, rows = facts.workspace, facts.inventory.in_scope
    states = [d for row in rows for d in row.documents]
    there = [d for d in states if d.exists]
    given = sum(r.completeness.given for r in rows)
    wanted = sum(r.completeness.wanted for r in rows)
    tables = {s.id: _tables_described(facts, s) for s in w.in_scope}
    seen = {s: t for s, t in tables.items() if t is not None}
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
            sum(t.part for t in seen.values()),
            sum(t.whole for t in seen.values()),
            sum(t.unknown for t in seen.values()),
            msg("no database was read"),
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


def _tables_described(facts: Facts, system: System) -> Told | None:
    """Tables that the documentation describes; None where the database was not read.

    Not known where it does not list or count them, or nobody said whether it exists.
    """
    catalog = facts.evidence.catalogs.get(system.id)
    if catalog is None or left_blank(system, "documentation.database"):
        return None
    found = facts.descriptions.get(system.id)
    if found is not None:
        return Told(found.described, found.present)
    there = sum(t.kind != "view" for t in catalog.tables)
    document = system.documentation.database
    return Told(0, there, 0 if document is not None and document.exists is False else there)


def _mapping(facts: Facts) -> Mapping[str, Told]:
    w, crud = facts.workspace, facts.crud
    masters = [e for e in crud.entities if facts.class_of(e).value == "master"]
    covers = [facts.covers[s.id] for s in w.in_scope if s.id in facts.covers]
    # What a table holds is not known where a database has no map.
    bare = {
        s.id: sum(t.kind != "view" for t in facts.evidence.catalogs[s.id].tables)
        for s in w.in_scope
        if s.id in facts.evidence.catalogs and s.id not in facts.covers
    }
    said = [
        bool(s.crud or s.crud_complete)
        for s in w.in_scope
        if s.crud or s.crud_complete or not left_blank(s, "crud")
    ]
    verdicts = [
        crud.cell(s.id, entity).verdict(letter)
        for s in w.in_scope
        for entity, letters in s.crud.items()
        for letter in LETTERS
        if letter in (letters or "")
    ]
    return {
        "mapped": counted(
            said if any(said) else (), "nobody said what the systems do with entities"
        ),
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
            sum(len(c.tables) for c in covers) + sum(bare.values()),
            sum(bare.values()),
            msg("no database was read"),
            tuple(facts.evidence.catalogs[s].id for s in (*(c.system for c in covers), *bare)),
        ),
        "proven": Told(
            sum(v == "confirmed" for v in verdicts),
            len(verdicts) if facts.testimony else 0,
            sum(v == "declared" for v in verdicts),
            msg("nobody read what ran, what code does or who may do what"),
        ),
    }


def _quality(facts: Facts) -> Mapping[str, Told]:
    w, q = facts.workspace, facts.quality
    profiles = facts.evidence.profiles
    with_database = [s for s in w.in_scope if s.database is not None]
    asked = w.expectations.expectations
    crm = w.crm.id if w.crm else ""
    kinds = facts.maps[crm].kinds if crm in facts.maps else {}
    customers = [e for e, k in kinds.items() if k in ("person", "organisation", "household")]
    doubles = [d for d in facts.duplicates if d.system == crm and d.entity in customers]
    able = [d for d in doubles if not d.cannot and d.records]
    score = q.portfolio_score
    judged = [bool(s.perceived_quality) or s.id in profiles for s in w.in_scope]
    # What could be read and was not is nobody's failure.
    return {
        "judged": counted(
            judged if any(judged) else (), "nobody told or measured the quality of a system"
        ),
        "measured": counted(
            (s.id in profiles or None for s in with_database),
            "no system in scope has a database: url",
        ),
        "expectations": counted(
            # One that was changed since, or could not be tested, says nothing.
            (
                any(
                    a.kept is not None
                    for a in answers(e, q, facts.day, facts.evidence.expectations)
                )
                or None
                for e in asked
            ),
            "no expectation is declared",
        ),
        "compared": counted(
            (any(d.entity == e for d in able) or None for e in customers),
            "it is not known where the CRM keeps its customers",
            tuple(d.document.id for d in able),
        ),
        "passed": Told(
            score.share,
            1,
            evidence=score.evidence[:5],
            said=msg(
                "{share:.1f} %, of {checks:,} tests",
                share=100 * score.share,
                checks=score.checks[1],
            ),
        )
        if score and score.share is not None
        else Told(why=msg("no table was read")),
        "single": Told(
            sum(d.records - d.likely.value for d in able),
            sum(d.records for d in able),
            why=msg("no customers of the CRM were compared with each other"),
            evidence=tuple(d.document.id for d in able),
        ),
    }


def _maintenance(facts: Facts) -> Mapping[str, Told]:
    g = facts.governance
    none = msg("no system in scope is in use")
    duties = {s.id: {u.duty: u for u in upkeep(s, g.testified, facts.day)} for s in g.maintained}
    backed = [s for s in g.maintained if not left_blank(s, "maintenance.backup")]
    restorable = {s.id for s in g.restorable}
    # What a vendor looks after, and shows to nobody, is not the organisation's to show.
    own = [duties[s.id]["backup"] for s in backed if s.id in restorable]
    own += [
        u
        for s in backed
        if s.id not in restorable and (u := duties[s.id]["backup"]).state != "not assessed"
    ]
    restored = [s for s in g.restorable if not left_blank(s, "maintenance.restore_test")]
    cared = [
        s
        for s in g.with_indexes
        if not left_blank(s, "maintenance.index_care") and not _small(facts, s.id)
    ]
    heard = [u for d in duties.values() for u in d.values() if u.state != "not assessed"]
    # No server shows a restore, and a file has no server to bring up to date.
    seen = [
        *(duties[s.id]["backup"] for s in g.restorable),
        *(duties[s.id]["index_care"] for s in cared),
        *(duties[s.id]["updates"] for s in g.with_indexes if _served(facts, s.id)),
    ]
    return {
        "maintained": counted(
            (_maintained(s) for s in g.maintained if not left_blank(s, "maintenance")), none
        ),
        "backups told": counted((_backup_told(s, duties[s.id]["backup"]) for s in backed), none),
        "backup": counted(
            map(_state, own),
            msg("the vendors back up all systems, and show it to nobody") if duties else none,
            _evidence(own),
        ),
        "restore_test": counted(
            (_restore_tested(facts, s) for s in restored),
            msg("the vendors restore all systems") if duties else none,
            moot=bool(duties),
        ),
        "index_care": counted(
            (_state(duties[s.id]["index_care"]) for s in cared),
            msg("no system in use has a larger database of one's own") if duties else none,
            _evidence([duties[s.id]["index_care"] for s in cared]),
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


def _backup_told(system: System, one: Upkeep) -> bool | None:
    """Whether one is declared or seen; None where nobody said and nobody looked."""
    care = system.maintenance.backup if system.maintenance else None
    if one.last is not None or (one.declared and care is not None and care.frequency != "never"):
        return True
    return False if one.evidence or one.declared else None


def _small(facts: Facts, system: str) -> bool:
    """Whether a server was read that has no table large enough for care to change anything."""
    health = facts.governance.testified.health.get(system)
    if health is None or not health.tables:
        return False
    least = Allowance().least_rows
    return not statistics_told(health, least) and all(
        t.rows is not None and t.rows < least for t in health.tables
    )


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
