"""Duties around a CRM, each with what is known of it, and who is responsible for what.

The four user types and the CRM manager have duties; each is an input of the
workspace, asked here one by one. RACI says for an entity who is responsible,
who answers for it, who is asked and who is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from crmaudit.governance.cadence import kept
from crmaudit.governance.rate import FEWER, too_few
from crmaudit.governance.reports import for_management
from crmaudit.governance.testified import Untidy
from crmaudit.governance.users import trained
from crmaudit.messages import counted, msg
from crmaudit.workspace import Workspace
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.people import Person, UserType

Met = Literal["yes", "partly", "no", "not declared"]


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a user type or of the CRM manager; `told` says by which facts it is judged."""

    of: UserType | Literal["CRM manager"]
    duty: str
    met: Met
    told: str


USED_BY = 0.8
"""More of the staff than this should use the CRM."""


def duties(
    workspace: Workspace,
    day: date | None,
    key_units: Sequence[Unit],
    covered: Sequence[Unit],
    used: tuple[int, int] | None = None,
    line: float = USED_BY,
    untidy: Untidy | None = None,
) -> tuple[Duty, ...]:
    """Every duty that the field's practice names, in its order.

    `covered` are those of the key units that have a super user, `used` says how
    many of the staff use the CRM, measured before declared; more than `line` should.
    `untidy` is what was counted in the CRM's tables, None where nobody looked.
    """
    people = workspace.people.people
    by_type = {t: [p for p in people if p.user_type == t] for t in get_args(UserType)}
    return (
        *_of_super_users(workspace, by_type["super user"], day, key_units, covered),
        _utilisation(used, line),
        *_tidiness(untidy),
        *_of_custodians(workspace, by_type["data custodian"]),
        *_of_everyday(workspace, by_type["everyday user"]),
        *_of_champion(workspace, by_type["system champion"], day),
        *_of_manager(workspace),
    )


def _met(part: int, whole: int) -> Met:
    if not whole:
        return "not declared"
    return "yes" if part == whole else "partly" if part else "no"


def _of_super_users(
    w: Workspace,
    supers: Sequence[Person],
    day: date | None,
    units: Sequence[Unit],
    covered: Sequence[Unit],
) -> Iterable[Duty]:
    of: UserType = "super user"
    yield Duty(
        of,
        msg("one in each key unit"),
        _met(len(covered), len(units)),
        msg("{covered} of {units} key units", covered=len(covered), units=len(units)),
    )
    first = sum(p.primary for p in supers)
    primary: Met = "not declared" if not supers else "yes" if first == 1 else "no"
    yield Duty(
        of, msg("one leads the others"), primary, msg("{first} marked as primary", first=first)
    )
    meetings = [m for m in w.people.meetings if m.purpose == "super users"]
    states = [kept(m.held, m.cadence, day) for m in meetings if m.cadence and day]
    held = [s for s in states if s is not None]
    late = sum(s.late_gaps > 0 for s in held)
    met: Met = "no" if supers and not meetings else _met(len(held) - late, len(held))
    told = (
        msg("held {held} times in a year", held=held[0].held)
        if held
        else msg("no dates held are declared")
    )
    yield Duty(
        of, msg("meet about monthly"), met, told if meetings else msg("no meeting of theirs")
    )
    waiting = [r for r in w.registers.requests if r.status in ("asked", "with vendor", "planned")]
    carried = sum(r.carried_by is not None for r in waiting)
    ordered = sum(r.priority is not None for r in waiting)

    def of_open(n: int) -> str:
        if not waiting:
            return msg("no open request is listed")
        return msg("{n} of {waiting} open requests", n=n, waiting=len(waiting))

    yield Duty(
        of,
        msg("carry requests to the vendor"),
        _met(carried, len(waiting)),
        of_open(carried),
    )
    yield Duty(
        of,
        msg("put requests in order"),
        _met(ordered, len(waiting)),
        of_open(ordered),
    )
    usage = [p for p in w.audit.policies if p.about == "use"]
    overseen = sum(bool(p.overseen_by) for p in usage)
    yield Duty(
        of,
        msg("oversee the usage policy"),
        _met(overseen, len(usage)) if usage else "no" if w.audit.policies else "not declared",
        msg("{overseen} of {usage} usage policies", overseen=overseen, usage=len(usage))
        if usage
        else msg("no usage policy is listed"),
    )
    yield _training(of, supers, w)


def _utilisation(used: tuple[int, int] | None, line: float) -> Duty:
    if used is None:
        return Duty(
            "super user", msg("keep utilisation up"), "not declared", msg("use is not counted")
        )
    if too_few(used[0]):
        told = msg("{FEWER} use it, of whom no share is told", FEWER=FEWER)
        return Duty("super user", msg("keep utilisation up"), "not declared", told)
    part, whole = used
    met: Met = "yes" if part / whole > line else "no"
    return Duty(
        "super user",
        msg("keep utilisation up"),
        met,
        msg("{part} of {whole} staff use it", part=part, whole=whole),
    )


def _tidiness(untidy: Untidy | None) -> Iterable[Duty]:
    """What is left unused or overlapping in the CRM is theirs to mend."""
    of: UserType = "super user"
    mend, merge = msg("mend custom fields unused"), msg("merge categories that overlap")
    if untidy is None:
        yield Duty(of, mend, "not declared", msg("the CRM's tables were not profiled"))
        yield Duty(of, merge, "not declared", msg("the CRM's tables were not profiled"))
        return
    whole, unused = untidy.custom, untidy.unused
    told = (
        msg("{unused} of {whole} custom fields hardly ever filled", unused=unused, whole=whole)
        if whole
        else msg("none was found")
    )
    yield Duty(of, mend, _met(whole - unused, whole), told)
    n = untidy.categories
    overlapping = msg("{columns} with categories that overlap", columns=counted(n, "column"))
    yield Duty(of, merge, "no" if n else "yes", overlapping)


def _of_custodians(w: Workspace, custodians: Sequence[Person]) -> Iterable[Duty]:
    of: UserType = "data custodian"
    yield _training(of, custodians, w)
    for thing in ("surveys", "memberships", "events"):
        doing = sum(thing in p.records_custom for p in custodians)
        met: Met = "not declared" if not custodians else "yes" if doing else "no"
        yield Duty(
            of,
            msg("set up {thing}", thing=msg(thing)),
            met,
            msg("{doing} of {custodians}", doing=doing, custodians=len(custodians)),
        )


def _of_everyday(w: Workspace, everyday: Sequence[Person]) -> Iterable[Duty]:
    yield _training("everyday user", everyday, w)


def _training(of: UserType, people: Sequence[Person], w: Workspace) -> Duty:
    taught = sum(trained(p, w.crm) for p in people)
    return Duty(
        of,
        msg("trained on the CRM"),
        _met(taught, len(people)),
        msg("{taught} of {people}", taught=taught, people=len(people)),
    )


def _of_champion(w: Workspace, champions: Sequence[Person], day: date | None) -> Iterable[Duty]:
    of: UserType = "system champion"
    senior = sum(p.rank == "executive" for p in champions)
    named: Met = "no" if not champions else "yes" if senior else "partly"
    told = (
        msg("none is named")
        if not champions
        else msg("an executive")
        if senior
        else msg("no executive")
    )
    yield Duty(of, msg("a senior executive"), named if w.people.people else "not declared", told)
    usage = [p for p in w.audit.policies if p.about == "use"]
    mine = {p.id for p in champions}
    sets = [p for p in usage if p.owner in mine]
    yield Duty(
        of,
        msg("sets the usage policy"),
        "yes" if sets else "no" if usage or w.audit.policies else "not declared",
        msg("owns {sets} of {usage} usage policies", sets=len(sets), usage=len(usage)),
    )
    said = [p for p in usage if p.kept is not None]
    strict = sum(p.kept == "yes" for p in said)
    yield Duty(
        of,
        msg("enforces it"),
        _met(strict, len(said)),
        msg("{strict} of {said} are said to be kept", strict=strict, said=len(said)),
    )
    board = [m for m in w.people.meetings if m.purpose == "benefits"]
    states = [kept(m.held, m.cadence, day) for m in board if m.cadence and day]
    reported = [s for s in states if s is not None and s.held]
    yield Duty(
        of,
        msg("reports benefits to CEO and board"),
        "yes" if reported else "no" if board or w.people.meetings else "not declared",
        msg("{held} times in a year", held=reported[0].held)
        if reported
        else msg("no meeting for it was held"),
    )
    needs = [n for n in w.needs if for_management(n, w.person)]
    yield Duty(
        of,
        msg("states what executives need reported"),
        "yes" if needs else "no" if w.needs else "not declared",
        msg("{needs} of {needs2} needs", needs=len(needs), needs2=len(w.needs)),
    )


def _of_manager(w: Workspace) -> Iterable[Duty]:
    named = len(w.people.crm_managers)
    met: Met = "yes" if named else "no" if w.people.people else "not declared"
    yield Duty("CRM manager", msg("is named"), met, msg("{named} named", named=named))


# Who has left


def gone(
    workspace: Workspace, day: date, within_days: int = 0
) -> Mapping[str, tuple[Person, tuple[str, ...]]]:
    """Officers who have left by then, or leave within the days, with the posts they still hold."""
    posts: dict[str, list[str]] = {}
    for p in workspace.people.people:
        if p.user_type in ("super user", "system champion", "data custodian"):
            posts.setdefault(p.id, []).append(p.user_type)
    for m in workspace.people.crm_managers:
        posts.setdefault(m, []).append(msg("CRM manager"))
    for e in workspace.entities:
        if e.steward:
            posts.setdefault(e.steward, []).append(msg("steward of {e}", e=e.label))
    found = {}
    for person, held in posts.items():
        who = workspace.person.get(person)
        if who is not None and who.leaves is not None and (who.leaves - day).days < within_days:
            found[person] = (who, tuple(held))
    return found


# RACI


@dataclass(frozen=True, slots=True)
class RaciRow:
    """Who does what for one entity, and what is wrong with it, in sentences.

    The lists are names as they may be shown; `declared` False where nobody
    said anything.
    """

    entity: str
    label: str
    declared: bool
    responsible: tuple[str, ...] = ()
    accountable: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def raci(
    entities: Iterable[Entity],
    people: Mapping[str, Person],
    units: Mapping[str, Unit],
    types: Iterable[str],
    day: date | None,
) -> tuple[RaciRow, ...]:
    """RACI of every entity, with its gaps and contradictions.

    Exactly one answers for an entity, and somebody does the work; `types` are
    the user types that somebody has.
    """
    known = frozenset(types)
    return tuple(_row(e, people, units, known, day) for e in entities)


def _row(
    entity: Entity,
    people: Mapping[str, Person],
    units: Mapping[str, Unit],
    types: frozenset[str],
    day: date | None,
) -> RaciRow:
    if entity.raci is None:
        return RaciRow(entity.id, entity.label, False)
    given = entity.raci
    parts = {n: getattr(given, n) for n in ("responsible", "accountable", "consulted", "informed")}
    faults = []
    if len(given.accountable) > 1:
        faults.append(
            msg("{accountable} answer for it; one should", accountable=len(given.accountable))
        )
    if not given.accountable:
        faults.append(msg("nobody answers for it"))
    elif given.accountable[0] not in people and len(given.accountable) == 1:
        faults.append(msg("a group answers for it, no person"))
    if not given.responsible:
        faults.append(msg("nobody is said to do the work"))
    left = sorted(
        {
            people[x].name
            for listed in parts.values()
            for x in listed
            if x in people and day and (ends := people[x].leaves) is not None and ends < day
        }
    )
    faults += [msg("{name} has left", name=name) for name in left]
    for name, listed in parts.items():
        empty = [x for x in listed if x in get_args(UserType) and x not in types]
        faults += [msg("{name}: nobody is {x}", name=msg(name), x=msg(x)) for x in empty]
    steward = entity.steward
    one = given.accountable[0] if len(given.accountable) == 1 else None
    if steward in people and one in people and steward != one:
        faults.append(msg("its steward is not the one who answers for it"))
    shown = {n: tuple(_name(x, people, units) for x in listed) for n, listed in parts.items()}
    return RaciRow(entity.id, entity.label, True, **shown, faults=tuple(faults))


def _name(audience: str, people: Mapping[str, Person], units: Mapping[str, Unit]) -> str:
    if audience in people:
        return people[audience].name
    return units[audience].name if audience in units else msg(audience)
