"""The part of the report's context that tells of the matrix, its proof and its structure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from crmaudit.crud_matrix import LETTERS, CrudMatrix
from crmaudit.crud_matrix.flows import FlowKind, flows
from crmaudit.crud_matrix.structure import communities, diagonal, hubs
from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.inventory import in_use
from crmaudit.messages import msg
from crmaudit.quality.one_place import PARTS, fullest, parts_shown, seen
from crmaudit.report import blocks as b
from crmaudit.report import context as c
from crmaudit.report import diagrams, webs
from crmaudit.report.numbers import number, percent
from crmaudit.report.wording import counted, names

PROVING = frozenset({"observed", "coded", "written"})
"""Sources that prove a letter; a right only allows it."""
STRANGERS = "Accounts of no system"
"""A key figure that is a weakness of rights."""
LEAST = 3
"""Cells in use from which on a matrix has a structure to speak of."""


def crud_part(facts: Facts, judgement: Judgement) -> c.CrudPart:
    """The mapping of entities to systems."""
    crud, known = facts.crud, names(facts.workspace)
    declared, cells = crud.known_share
    records = [r for e in crud.entities if (r := crud.record(e)) is not None]
    return c.CrudPart(
        matrix=diagrams.crud_matrix(facts, judgement),
        known=declared,
        cells=cells,
        decided=sum(r.declared for r in records),
        tied=tuple(known[r.entity] for r in records if len(r.systems) > 1),
        feeds=len(crud.feeds),
        by_hand=sum(f.by == "manual" for f in crud.feeds),
        in_trouble=sum(bool(f.problems) for f in crud.feeds),
        missing_feeds=len(crud.implied_feeds()),
        silos=tuple(known[s] for s in crud.silos()),
        network=diagrams.feeds(facts),
        model=diagrams.entity_model(facts),
        one_place=_one_place(facts),
        proof=_proof(facts),
        structure=_structure(facts),
        flows=_flows(facts),
        contested=tuple(known[r.entity] for r in records if r.conflict not in ("", "tie")),
        copies=_copies(crud),
        sourced=sum(len(r.systems) == 1 for r in records),
    )


def _one_place(facts: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    declared = {s.id: s.one_place_view for s in facts.workspace.in_scope if in_use(s)}
    shown, crm = parts_shown(declared, seen(facts.one_place)), facts.workspace.crm
    best = fullest(shown, crm.id if crm else None)
    if best is None:
        return None
    return (
        facts.workspace.system[best].name,
        tuple(msg(p) for p in PARTS if p in shown[best]),
        tuple(msg(p) for p in PARTS if p not in shown[best]),
    )


def _copies(crud: CrudMatrix) -> int:
    sourced = (e for e in crud.entities if (r := crud.record(e)) and len(r.systems) == 1)
    return sum(x.part == "copy" for e in sourced for x in crud.standings(e))


def _proof(facts: Facts) -> c.ProofPart | None:
    told, crud = facts.testimony, facts.crud
    if not told:
        return None
    spoken = tuple(s for s in crud.systems if told.spoke(s))
    found = _verdicts(facts)
    declared = found["confirmed"] + found["contradicted"] + found["declared"]
    writing = tuple(dict.fromkeys(s.name for s in told.strangers if set(s.letters) - {"R"}))
    part = c.ProofPart(
        figures=(),
        spoken=tuple(crud.name("system", s) for s in spoken),
        silent=tuple(crud.name("system", s) for s in crud.systems if s not in spoken),
        declared=declared,
        confirmed=found["confirmed"],
        contradicted=found["contradicted"],
        untested=found["untested"],
        shadow=found["shadow"],
        shadow_writes=found["shadow writes"],
        shadow_unlisted=found["shadow unlisted"],
        allowed=found["allowed"],
        rights_told=tuple(crud.name("system", s) for s in _rights_told(facts)),
        accounts_told=_accounts_told(facts),
        strangers=tuple(dict.fromkeys(s.name for s in told.strangers)),
        strangers_writing=writing,
        window=(told.window[0].date(), told.window[1].date()) if told.window else None,
        statements=sum(r.distinct for r in told.rates),
        not_understood=sum(r.distinct - r.understood for r in told.rates),
        dropped=sum(r.dropped or 0 for r in told.rates),
        silent_losses=tuple(
            r.origin for r in told.rates if r.kind == "statements" and r.dropped is None
        ),
        failed=len(told.failed),
        unmapped=len(told.unmapped),
    )
    return replace(part, figures=_figures(part))


def _rights_told(facts: Facts) -> list[str]:
    """Systems of whose accounts some right is known to be there, or not to be."""
    told = facts.testimony
    return [
        s
        for s in facts.crud.systems
        if any(
            p.origin == "granted" and p.answer != "unknown"
            for e in told.entities(s)
            for p in told.proofs(s, e)
        )
    ]


def _accounts_told(facts: Facts) -> bool:
    """Whether anything that was read tells who uses a database, or may."""
    told = facts.testimony
    return bool(
        told.strangers
        or _rights_told(facts)
        or any(r.tells_principals and r.distinct for r in told.rates if r.kind == "statements")
    )


def _verdicts(facts: Facts) -> Counter[str]:
    """Letters by verdict; beside them kinds of undeclared ones, and those that nothing can prove.

    `untested` are declared of systems of which nothing was read that could prove a letter.
    """
    crud, told = facts.crud, facts.testimony
    known = frozenset(crud.entities)
    found: Counter[str] = Counter()
    for system in crud.systems:
        said = facts.workspace.system[system].crud
        for entity in dict.fromkeys((*said, *told.entities(system))):
            if entity not in known:
                continue
            cell = crud.cell(system, entity)
            for letter in LETTERS:
                verdict = cell.verdict(letter)
                found[verdict] += 1
                found["shadow writes"] += verdict == "shadow" and letter != "R"
                found["shadow unlisted"] += verdict == "shadow" and cell.letters is None
                found["untested"] += verdict == "declared" and not told.spoke(system) & PROVING
    return found


def _figures(part: c.ProofPart) -> tuple[b.KeyFigure, ...]:
    writes = msg(
        "{shadow_writes} of them changing data",
        shadow_writes=number(part.shadow_writes),
    )
    strangers = len(part.strangers)
    writing = msg(
        "{strangers_writing} of them seen changing data",
        strangers_writing=number(len(part.strangers_writing)),
    )
    declared = number(part.declared)
    letters = msg(
        "of {declared} declared {letter}",
        declared=declared,
        letter=msg("letter") if part.declared == 1 else msg("letters"),
    )
    understood = msg("{not_understood} of", not_understood=number(part.not_understood))
    confirmed = (
        b.KeyFigure(
            "Declared and found in use",
            percent(part.confirmed / part.declared),
            msg("{confirmed} {letters}", confirmed=number(part.confirmed), letters=letters),
        )
        if part.declared
        else b.KeyFigure(
            "Declared and found in use",
            "",
            state="not_assessed",
            reason="no letter is declared",
        )
    )
    lost = (
        b.KeyFigure(
            "Statements not understood",
            percent(part.not_understood / part.statements),
            msg(
                "{understood} {statements} read",
                understood=understood,
                statements=number(part.statements),
            ),
        )
        if part.statements
        else b.KeyFigure(
            "Statements not understood", "", state="not_assessed", reason="none were read"
        )
    )
    return (
        confirmed,
        b.KeyFigure("Declared, shown not to be", number(part.contradicted), letters),
        b.KeyFigure("In use, never declared", number(part.shadow), writes),
        b.KeyFigure(STRANGERS, number(strangers), writing)
        if part.accounts_told
        else b.KeyFigure(
            STRANGERS,
            "",
            state="not_assessed",
            reason="nothing that was read tells who uses the databases",
        ),
        b.KeyFigure(
            "Allowed, neither declared nor used",
            number(part.allowed),
            msg(
                "letters, by rights of {systems}",
                systems=counted(len(part.rights_told), "system"),
            ),
        )
        if part.rights_told
        else b.KeyFigure(
            "Allowed, neither declared nor used",
            "",
            state="not_assessed",
            reason="no rights of a system's accounts are known",
        ),
        lost,
    )


def _structure(facts: Facts) -> c.StructurePart | None:
    crud = facts.crud
    found = diagonal(crud)
    if found.cells < LEAST:
        return None
    groups, joints = communities(crud), hubs(crud)
    web = webs.crud_web(facts)
    spread = None
    if found.spread is not None and found.was is not None:
        spread = (found.was, found.spread)
    return c.StructurePart(
        boxes=webs.box_map(crud),
        subsystems=len(found.subsystems),
        inside=found.inside,
        cells=found.cells,
        interfaces=len(found.flows),
        carried=sum(crud.connected(x.system_from, x.system_to) for x in found.flows),
        spread=spread,
        web=web[0] if web else None,
        web_left=web[1] if web else 0,
        groups=len(groups.groups),
        stability=groups.stability,
        stability_words=groups.words,
        joints=tuple(crud.name(j.kind, j.id) for j in (*joints.systems, *joints.entities)),
        relays=tuple(crud.name("system", j.id) for j in joints.relays),
        islands=joints.islands,
    )


def _flows(facts: Facts) -> c.FlowsPart:
    found = flows(facts.crud)
    web = webs.flow_web(facts, found)
    pairs: dict[FlowKind, set[tuple[str, str]]] = {}
    for flow in found:
        pairs.setdefault(flow.kind, set()).add((flow.source, flow.target))
    count = {kind: len(ends) for kind, ends in pairs.items()}
    known = names(facts.workspace)
    return c.FlowsPart(
        web=web[0] if web else None,
        web_left=web[1] if web else 0,
        confirmed=count.get("confirmed", 0),
        unknown=count.get("unknown", 0),
        unused=count.get("unused", 0),
        missing=count.get("missing", 0),
        direct=count.get("direct", 0),
        circular=tuple(dict.fromkeys(known.get(e, e) for flow in found for e in flow.circular)),
    )
