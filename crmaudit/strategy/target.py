"""The target picture: which system's version counts, which systems stay, what flows between them.

    record    target declared > today's declared > proposed; one that leaves
              hands over to its successor
    system    its own decision > its lifecycle > its fit; the sole creator of
              what is needed elsewhere is replaced, never just retired
    feed      every reader is reached from the record, every other creator
              reaches it; what leads to or from a system that goes, goes too

Own proposal (docs/method.md, "Target picture").
"""

from __future__ import annotations

from collections.abc import Mapping

from crmaudit.crud_matrix import Record
from crmaudit.crud_matrix.records import score
from crmaudit.facts import Facts
from crmaudit.inventory import Fit
from crmaudit.messages import counted, joined, listed, long_date, msg
from crmaudit.strategy.once import once
from crmaudit.strategy.target_feeds import feed_targets
from crmaudit.strategy.target_model import (
    FEED_ACTIONS,
    SYSTEM_ACTIONS,
    Confidence,
    FeedAction,
    FeedTarget,
    RecordBasis,
    RecordTarget,
    SystemAction,
    SystemTarget,
    Target,
)
from crmaudit.workspace.dossier import System

__all__ = [
    "FEED_ACTIONS",
    "SYSTEM_ACTIONS",
    "FeedAction",
    "FeedTarget",
    "RecordTarget",
    "SystemAction",
    "SystemTarget",
    "Target",
    "target",
]
CLEAR = 2
"""By how many points a proposed record has to lead so that it is said with some confidence."""


@once
def target(facts: Facts) -> Target:
    """The target picture of the systems in scope."""
    systems = {s.id: _system(facts, s) for s in facts.workspace.in_scope}
    records = tuple(_record(facts, e, systems) for e in facts.crud.entities)
    return Target(records, tuple(systems.values()), feed_targets(facts, systems, records))


# Systems


def _system(facts: Facts, system: System) -> SystemTarget:
    fit = facts.fits[system.id]
    needs = _needs(facts, system.id)
    successor = _successor(facts, system)
    action, reason, decided = _action(facts, system, fit, needs, successor)
    if action in ("retain", "decide"):
        successor = None
    return SystemTarget(
        system.id,
        action,
        reason,
        decided,
        successor,
        fit.quadrant,
        _against(facts, system, action, fit, needs, successor),
        needs,
        any(system.id in o.replaces for o in facts.workspace.plan.own),
    )


_Action = tuple[SystemAction, str, bool]


def _action(
    facts: Facts, system: System, fit: Fit, needs: tuple[str, ...], successor: str | None
) -> _Action:
    """What becomes of it, why, and whether that was decided."""
    life = system.lifecycle
    if life.phase == "retired":
        return "retire", msg("it is retired already"), True
    if system.future is not None:
        return system.future, msg("so decided in its dossier"), True
    if life.phase in ("plan", "phase-in"):
        return "retain", msg("it is being introduced"), True
    ends = life.phase_out or life.retired
    own = next((o for o in facts.workspace.plan.own if system.id in o.replaces), None)
    if own is not None:
        return "replace", msg("an own initiative takes its place: {title}", title=own.title), True
    if life.phase == "phase-out" or successor or ends:
        # What it alone creates has to be created somewhere: it can be replaced, not just retired.
        action: SystemAction = "replace" if successor or needs else "retire"
        return action, _ending(facts, system, successor), True
    if fit.quadrant in ("invest", "tolerate"):
        return "retain", msg("{fit}: {quadrant}", fit=fit.reason, quadrant=msg(fit.quadrant)), False
    if fit.quadrant is not None and not fit.certain:
        why = msg("{fit}, but unknown facts could move it", fit=fit.reason)
        return "decide", why, False
    if fit.quadrant == "migrate":
        return "replace", msg("{fit}: migrate", fit=fit.reason), False
    if fit.quadrant == "eliminate":
        why = msg("{fit}: eliminate", fit=fit.reason)
        return ("replace" if needs else "retire"), why, False
    ended = life.vendor_support_ends
    if ended and facts.inventory.row(system.id).out_of_support:
        return "decide", msg("vendor support ended {day}", day=long_date(ended)), False
    return "decide", msg("nobody decided, and {reason}", reason=fit.reason), False


def _ending(facts: Facts, system: System, successor: str | None) -> str:
    life, day = system.lifecycle, facts.day
    if successor:
        return msg("{successor} succeeds it", successor=facts.workspace.system[successor].name)
    if life.retired:
        return msg("it is to be switched off on {day}", day=long_date(life.retired))
    if life.phase_out is None:
        return msg("it is being phased out")
    if day is not None and life.phase_out > day:
        return msg("its phase-out begins on {day}", day=long_date(life.phase_out))
    return msg("it is being phased out since {day}", day=long_date(life.phase_out))


def _successor(facts: Facts, system: System) -> str | None:
    """The last of its successors; None where none is named, or they go round in a circle."""
    life = facts.inventory.row(system.id).life
    return life.successors[-1] if life.successors and not life.successor_fault else None


def _needs(facts: Facts, system: str) -> tuple[str, ...]:
    """Entities that it alone creates and that are needed elsewhere: another system reads them, or
    a question or a step of a process asks for them."""
    crud = facts.crud
    alone = (e for e, held in crud.held_by(system).items() if "C" in held)
    return tuple(
        e
        for e in alone
        if crud.doing("C", e) == (system,)
        and (set(crud.doing("R", e)) - {system} or e in facts.workspace.asked)
    )


def _against(
    facts: Facts,
    system: System,
    action: SystemAction,
    fit: Fit,
    needs: tuple[str, ...],
    successor: str | None,
) -> str:
    """What speaks against what is to become of it; several things in one text."""
    found = []
    fault = facts.inventory.row(system.id).life.successor_fault
    if fault == "circle":
        found.append(msg("its successors go round in a circle"))
    elif fault:
        found.append(msg("its successor ends itself"))
    settled = any(system.id in o.replaces for o in facts.workspace.plan.own)
    if action in ("retire", "replace") and successor is None and not settled:
        if needs:
            named = listed(facts.workspace.entity[e].label for e in needs)
            text = "it alone creates {entities}, still needed, and no successor is named"
            found.append(msg(text, entities=named))
        elif action == "replace":
            found.append(msg("no successor is named"))
    if fit.agrees is False and fit.quadrant:
        found.append(msg("its fit speaks for: {quadrant}", quadrant=msg(fit.quadrant)))
    elif fit.withheld and action in ("retire", "replace") and not needs:
        found.append(fit.withheld)
    ended = system.lifecycle.vendor_support_ends
    if action == "retain" and ended and facts.inventory.row(system.id).out_of_support:
        found.append(msg("vendor support ended {day}", day=long_date(ended)))
    return joined("; ", found)


# Records


def _record(facts: Facts, entity: str, systems: Mapping[str, SystemTarget]) -> RecordTarget:
    known, crud = facts.workspace.entity[entity], facts.crud
    found = crud.record(entity)
    now = found.systems if found else ()
    declared = bool(found and found.declared)
    future, basis, reason, confidence, conflict = _future(facts, entity, found, systems)
    others = tuple(
        s for s in crud.writers(entity) if s != future and (s not in systems or systems[s].stays)
    )
    if not known.target_system_of_record and found is not None and found.conflict and not conflict:
        conflict = _contested(facts, found)
    ends = systems.get(future or "")
    if ends is not None and ends.action == "replace" and ends.stays and not conflict:
        conflict = msg("it is to be replaced, and nobody named by what")
        confidence = "medium" if confidence == "high" else confidence
    return RecordTarget(
        entity, now, declared, future, basis, reason, confidence, conflict, others if future else ()
    )


_Future = tuple[str | None, RecordBasis, str, Confidence, str]


def _future(
    facts: Facts, entity: str, found: Record | None, systems: Mapping[str, SystemTarget]
) -> _Future:
    """The record in future, what that rests on, why, how sure, and what speaks against it."""
    name = {s.id: s.name for s in facts.workspace.systems}
    aimed = facts.workspace.entity[entity].target_system_of_record
    if aimed:
        return (
            aimed,
            "target declared",
            msg("so decided for the future"),
            "high",
            _leaves(aimed, systems, name),
        )
    if found is None:
        return None, "open", msg("no system is known to write it"), "low", ""
    if found.declared:
        (today,) = found.systems
        there = systems.get(today)
        if there is None or there.stays:
            sure: Confidence = "medium" if found.conflict else "high"
            return today, "declared", msg("declared today, and nothing moves it"), sure, ""
        if there.successor:
            why = msg("{successor} succeeds {system}, today's record",
                      successor=name[there.successor], system=name[today])  # fmt: skip
            return there.successor, "successor", why, "medium", ""
        return _next_best(facts, entity, today, systems, name)
    return _proposed(facts, entity, found, systems, name)


def _proposed(
    facts: Facts,
    entity: str,
    found: Record,
    systems: Mapping[str, SystemTarget],
    name: Mapping[str, str],
) -> _Future:
    stay = [s for s in found.systems if s not in systems or systems[s].stays]
    if not stay:
        heirs = dict.fromkeys(h for s in found.systems if (h := systems[s].successor))
        if len(heirs) == 1:
            (heir,) = heirs
            gone = listed(name[s] for s in found.systems)
            why = msg("{successor} succeeds {system}, which does most with it",
                      successor=name[heir], system=gone)  # fmt: skip
            return heir, "successor", why, "low", ""
        return _next_best(facts, entity, found.systems[0], systems, name)
    if len(stay) == 1 and len(found.systems) == 1:
        letters = facts.crud.cell(stay[0], entity).held
        backed = found.favoured == stay[0]
        text = "it does most with it ({letters}), {margin} ahead"
        margin = counted(found.margin, "point")
        why = msg(text, letters=letters, margin=margin)
        if backed:
            text = "it does most with it ({letters}), {margin} ahead, and {grounds}"
            grounds = listed(found.grounds)
            why = msg(text, letters=letters, margin=margin, grounds=grounds)
        against = found.favoured and found.favoured != stay[0]
        sure: Confidence = "low" if against or found.margin < CLEAR else "medium"
        conflict = ""
        if against:
            text = "the data speak for {system}: it {grounds}"
            grounds = listed(found.grounds)
            conflict = msg(text, system=name[found.favoured], grounds=grounds)
        return stay[0], "proposed", why, sure, conflict
    if len(stay) == 1:
        why = msg("of those that do equally much with it, only it stays")
        return stay[0], "proposed", why, "low", ""
    if found.favoured in stay:
        text = "of those that do equally much with it, it {grounds}"
        return found.favoured, "proposed", msg(text, grounds=listed(found.grounds)), "medium", ""
    tied = listed(name[s] for s in stay)
    return None, "open", msg("{systems} do equally much with it", systems=tied), "low", ""


def _next_best(
    facts: Facts,
    entity: str,
    gone: str,
    systems: Mapping[str, SystemTarget],
    name: Mapping[str, str],
) -> _Future:
    """Where the record goes and nobody succeeds it: the one that stays and writes most."""
    stay = [s for s in facts.crud.writers(entity) if s not in systems or systems[s].stays]
    points = {s: score(facts.crud.cell(s, entity)) for s in stay}
    best = max(points.values(), default=0)
    leaders = [s for s, n in points.items() if n == best]
    text = "{system}, today's record, is to go and no successor is named"
    conflict = msg(text, system=name[gone])
    if len(leaders) == 1:
        why = msg("of the systems that stay it does most with it")
        return leaders[0], "proposed", why, "low", conflict
    why = (
        msg("no system that stays writes it")
        if not leaders
        else msg("those that stay do equally much")
    )
    return None, "open", why, "low", conflict


def _leaves(system: str, systems: Mapping[str, SystemTarget], name: Mapping[str, str]) -> str:
    there = systems.get(system)
    if there is None or there.stays:
        return ""
    if there.successor:
        text = "{system} is itself to be replaced by {successor}"
        return msg(text, system=name[system], successor=name[there.successor])
    return msg("{system} is itself to be retired", system=name[system])


def _contested(facts: Facts, found: Record) -> str:
    name = facts.workspace.system
    if found.conflict == "outscored":
        rivals = listed(name[s].name for s in found.rivals)
        return msg("{systems} do more with it", systems=rivals)
    if found.conflict == "contradicted":
        return msg("evidence denies that today's record writes it")
    return msg("today's record neither creates nor updates it") if found.declared else ""
