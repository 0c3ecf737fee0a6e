"""`crud structure`, `crud flows`, `crud accounts`: what follows from the matrix as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.crud_proof import some
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, rate, say
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import Stranger

_KINDS = {
    "direct": "seen, not declared",
    "missing": "missing",
    "unused": "declared, nothing uses it",
    "unknown": "declared, ends not known",
    "confirmed": "confirmed",
}
_MOST = 100
"""Flows in the table, unless all are asked for."""
_STYLES = {"direct": "alarm", "missing": "high", "unused": "medium", "confirmed": "good"}


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(structure)
    app.command()(flows)
    app.command()(accounts)


def structure(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """Subsystems along the diagonal, what flows between them, and what holds all together."""
    from crmaudit.crud_matrix.structure import communities, diagonal, hubs

    found = audit(workspace)
    crud = found.crud
    whole, groups, joints = diagonal(crud), communities(crud), hubs(crud)
    name = namer(found)
    rows: list[dict[str, Any]] = [
        {
            "subsystem": box.name,
            "systems": list(box.systems),
            "entities": list(box.entities),
            "cells": box.cells,
            "area": box.area,
        }
        for box in whole.subsystems
    ]
    between = [
        {
            "from": r.system_from,
            "to": r.system_to,
            "entities": list(r.entities),
            "created_there_too": list(r.created),
        }
        for r in whole.flows
    ]
    notes = [f"{whole.inside:,} of {count(whole.cells, 'cell')} with a letter lie in a subsystem"]
    if whole.spread is not None and whole.was is not None:
        notes.append(
            f"what is created lies {rate(whole.spread)} of the way off the diagonal on average; "
            f"in the order of the files {rate(whole.was)}"
        )
    notes += [
        f"between subsystems: {name(r.system_from)} → {name(r.system_to)}: "
        f"{some(map(name, r.entities), 5)}"
        for r in whole.flows[:8]
    ]
    if len(whole.flows) > 8:
        notes.append(f"and {len(whole.flows) - 8} more between subsystems: --format json")
    suggested = count(len(groups.groups), "group")
    notes.append(f"suggested by likeness alone: {suggested}. {groups.words}")
    notes += [
        f"without {name(j.id)} it falls apart into {count(len(j.parts), 'part')}, "
        f"of {', '.join(map(str, j.parts))} systems"
        for j in (*joints.systems, *joints.entities)[:6]
    ]
    if joints.islands > 1:
        notes.append(f"{joints.islands} groups of systems share nothing with each other")
    top = [h for h in joints.top if h.betweenness > 0][:5]
    if top:
        told = (f"{name(h.id)} {rate(h.betweenness)} ({h.degree} cells)" for h in top)
        notes.append(f"most ways lead through: {', '.join(told)}")
    view = View(
        kind="structure",
        headline=f"{count(len(rows), 'subsystem')} in {count(len(crud.systems), 'system')} and "
        f"{count(len(crud.entities), 'entity', 'entities')}",
        columns=[
            Column("subsystem", "Subsystem", flex=True, least=18),
            Column("systems", "Systems", lambda v: ", ".join(map(name, v)), flex=True, least=20),
            Column("entities", "Entities", lambda v: ", ".join(map(name, v)), flex=True, least=24),
            Column("filled", "Filled", _filled, right=True, whole=True, rank=1),
        ],
        rows=rows,
        notes=notes,
        hint="crmaudit crud --order bsp",
        extra={
            "between": between,
            "communities": {
                "groups": [
                    {"systems": list(g.systems), "entities": list(g.entities)}
                    for g in groups.groups
                ],
                "modularity": groups.modularity,
                "stability": groups.stability,
            },
            "joints": [
                {"kind": j.kind, "id": j.id, "parts": list(j.parts)}
                for j in (*joints.systems, *joints.entities)
            ],
            "hubs": [
                {"kind": h.kind, "id": h.id, "cells": h.degree, "betweenness": h.betweenness}
                for h in joints.top
            ],
        },
    )
    show(view, format_, output)


def _filled(row: dict[str, Any]) -> str:
    return f"{row['cells']} of {row['area']}"


def namer(found: Audit) -> Any:
    """Ids as people call the things."""
    known = found.workspace

    def name(id_: str) -> str:
        if id_ in known.entity:
            return known.entity[id_].label
        return known.system[id_].name if id_ in known.system else id_

    return name


def flows(
    entity: Annotated[
        str, typer.Argument(help="Only this entity: where it begins, and whom it reaches.")
    ] = "",
    all_: Annotated[
        bool, typer.Option("--all", help="List every flow, however many there are.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Flows between systems: declared, implied by the matrix, and seen."""
    from crmaudit.crud_matrix.flows import flows as all_flows

    found = audit(workspace)
    if entity:
        show(_lineage(found, entity), format_, output)
        return
    known = all_flows(found.crud)
    name = namer(found)
    rows: list[dict[str, Any]] = [
        {
            "from": f.source,
            "to": f.target,
            "kind": f.kind,
            "entities": list(f.entities),
            "by": list(f.by),
            "seen": f.letters,
            "circular": list(f.circular),
            "reason": f.reason,
        }
        for f in known
    ]
    kinds = {k: sum(f.kind == k for f in known) for k in _KINDS}
    told = ", ".join(f"{n} {_KINDS[k]}" for k, n in kinds.items() if n)
    notes = []
    if circles := sorted({e for f in known for e in f.circular}):
        notes.append(f"goes round in a circle: {', '.join(map(name, circles))}")
    silos = found.crud.silos()
    if silos:
        notes.append(f"shares through no feed: {', '.join(map(name, silos))}")
    rows.sort(key=lambda r: list(_KINDS).index(r["kind"]))
    drawn = rows if all_ else rows[:_MOST]
    if len(drawn) < len(rows):
        notes.insert(0, f"and {len(rows) - len(drawn):,} more: --all")
    view = View(
        kind="flows",
        headline=f"{count(len(rows), 'flow')} between systems" + (f": {told}" if told else ""),
        columns=[
            Column("from", "From", name, flex=True, least=14),
            Column("to", "To", name, flex=True, least=14),
            Column("kind", "", lambda k: Text(_KINDS[k], style=_STYLES.get(k, "quiet")),
                   flex=True, least=12),
            Column("entities", "Carries", lambda v: some(map(name, v), 8) or "not said",
                   flex=True, least=24),
            Column("by", "By", lambda v: dash(", ".join(v)), rank=1),
            Column("seen", "Seen", dash, rank=2),
        ],
        rows=rows,
        drawn=drawn,
        notes=notes,
        hint="crmaudit crud flows ENTITY",
    )  # fmt: skip
    show(view, format_, output)


def _lineage(found: Audit, entity: str) -> View:
    from crmaudit.crud_matrix.flows import lineage

    if entity not in found.crud.entities:
        raise CrmauditError(f"there is no entity {entity!r} in the matrix", "crmaudit crud")
    way, name = lineage(found.crud, entity), namer(found)
    rows = [
        {
            "distance": s.distance,
            "from": s.source,
            "to": s.target,
            "by": list(s.by),
            "named": s.named,
            "seen": s.seen,
        }
        for s in way.steps
    ]
    begins = ", ".join(map(name, way.origins)) or "no system that is known"
    groups = (
        ("not reached by any feed", way.unreached),
        ("perhaps reached: nobody said what the feed carries", way.perhaps),
        ("passed through without being held", way.passing),
    )
    return View(
        kind="lineage",
        headline=f"{name(entity)} begins in {begins}",
        columns=[
            Column("distance", "Step", right=True),
            Column("from", "From", name),
            Column("to", "To", name),
            Column("by", "By", lambda v: dash(", ".join(v))),
            Column("how", "", _how, whole=True, flex=True),
        ],
        rows=rows,
        notes=[f"{told}: {', '.join(map(name, ids))}" for told, ids in groups if ids],
        hint=f"crmaudit crud show {entity}",
    )


def _how(row: dict[str, Any]) -> str:
    if row["seen"]:
        return "seen in the database"
    return "declared" if row["named"] else "declared, without saying what it carries"


def accounts(
    reveal: Annotated[
        bool,
        typer.Option(
            "--reveal",
            help="Show who the accounts are, on this terminal only; reads the sources again.",
        ),
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Accounts of the databases that belong to no system: what they do, and what they may do."""
    found = audit(workspace)
    if reveal:
        _reveal(found, format_, output)
        return
    heard = found.crud.testimony
    rows = [
        {**_stranger(s), "rights_read": _user(s.name) in _listed(found, s)} for s in heard.strangers
    ]
    name = namer(found)
    view = View(
        kind="accounts",
        headline=_accounts_told(heard.strangers) if heard else "no account was read",
        columns=[
            Column("account", "Account"),
            Column("database", "Database", name, rank=1),
            Column(
                "used", "Does", lambda v: _by_entity(v, name) or "not seen", flex=True, least=24
            ),
            Column(
                "may", "May", lambda row: _may(row, name), flex=True, least=20, whole=True, rank=2
            ),
            Column("calls", "Calls", lambda n: f"{n:,}" if n else "–", right=True),
        ],
        rows=rows,
        notes=[
            *(f"left out: {a.name} in {a.database}: {a.why}" for a in heard.asides),
            "say whose an account is under `principals:` in maps/, then collect again; acct-… may "
            "stand there as it is",
        ],
        hint="crmaudit explain CRD129" if rows else "crmaudit collect --only grants,statements",
    )
    show(view, format_, output)


def _reveal(found: Audit, format_: Format, output: Path | None) -> None:
    from crmaudit.cli.quality_reveal import SHOWN, terminal_only

    terminal_only(format_, output)
    hidden = [s for s in found.crud.testimony.strangers if s.name.startswith("acct-")]
    if not hidden:
        raise CrmauditError(
            "no account of no system carries a pseudonym: there is nobody to reveal",
            "crmaudit crud accounts",
        )
    rows = []
    for database in dict.fromkeys(s.database for s in hidden):
        known = found.reveal_principals(database)
        rows += [
            {"database": database, "pseudonym": s.name, "value": known.get(_user(s.name), "–")}
            for s in hidden
            if s.database == database
        ]
    say(SHOWN, "medium")
    view = View(
        kind="revealed",
        headline=f"{count(len(rows), 'account')} behind pseudonyms",
        columns=[
            Column("value", "Account", flex=True),
            Column("pseudonym", "In the evidence"),
            Column("database", "Database", namer(found)),
        ],
        rows=rows,
        hint="crmaudit crud accounts",
    )
    show(view)


def _user(account: str) -> str:
    """The account without its host."""
    return account.partition("@")[0]


def _listed(found: Audit, s: Stranger) -> set[str]:
    """Accounts of its database whose rights were read, without hosts."""
    documents = found.facts.evidence.grants.get(s.database, {}).values()
    return {
        _user(name)
        for d in documents
        if d.provenance.status.state != "failed"
        for name in (*(a.name for a in d.accounts), *(r.principal for r in d.rights))
    }


def _stranger(s: Stranger) -> dict[str, Any]:
    return {
        "account": s.name,
        "database": s.database,
        "used": dict(s.used),
        "may": {} if s.everything else dict(s.may),
        "everything": s.everything,
        "tables": list(s.tables),
        "calls": s.calls,
        "note": s.note,
        "evidence": list(s.evidence),
    }


def _accounts_told(strangers: Sequence[Stranger]) -> str:
    using = sum(bool(s.letters) for s in strangers)
    told = f"{count(len(strangers), 'account')} of no system"
    return f"{told}, {using} of them seen at work" if strangers else told


def _by_entity(letters: Mapping[str, str], name: Any) -> str:
    return some((f"{name(e)} {x}" for e, x in letters.items()), 8)


def _may(row: Mapping[str, Any], name: Any) -> str:
    """What its rights allow. Rights that nobody read are not known, which is not none."""
    if row["everything"]:
        return "everything"
    return _by_entity(row["may"], name) or ("nothing here" if row["rights_read"] else "not known")
