"""What an audit keeps of itself, as plain values: all that a later comparison needs.

Bounded in size: words are cut, evidence is named by a few ids. No value of a
customer, no name of an account; accounts are there under their pseudonyms,
officers under the ids of people.yaml.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import crmaudit
from crmaudit.engine import Finding, Judgement
from crmaudit.facts import Facts
from crmaudit.standing.figures import Figure, told
from crmaudit.strategy import Plan
from crmaudit.strategy.progress import plan_summary

SCHEMA = 2
"""Of the body. The first had counts, figures, and code, subject, severity, message of findings."""
_WORDS = 300
"""How much of a message is kept."""
KEPT_SUBJECTS = tuple(
    f"{kind}:"
    for kind in (
        *("aim", "deadline", "dysfunction", "expectation", "kpi", "need", "opinion", "policy"),
        *("process", "request", "survey", "technique", "unit"),
    )
)
"""Kinds of things that are kept as declared: what is taken out of a file is not mended by that."""
_EVIDENCE = 3
"""How many ids of evidence are kept with a finding."""


def summary(facts: Facts, judgement: Judgement, plan: Plan) -> dict[str, Any]:
    """The outcome of an audit as plain JSON values.

    A key that an older body lacks was *not known then*; readers must not take
    it for nothing.
    """
    given, wanted = facts.inventory.completeness
    figures = {**told(facts), **_planned(plan)}
    return {
        "schema": SCHEMA,
        "tool": crmaudit.__version__,
        "organisation": facts.workspace.organisation.name,
        "as_of": _day(facts.day),
        "counts": dict(judgement.counts),
        "waived": len(judgement.waived),
        "not_assessed": len(judgement.not_assessed),
        "completeness": [given, wanted],
        "figures": {name: f.value for name, f in figures.items()},
        "measures": {name: _measure(f) for name, f in figures.items()},
        "findings": [_finding(f) for f in judgement.findings],
        "waivers": [_finding(f) for f in judgement.waived],
        "gaps": sorted({(g.code, g.subject) for g in judgement.not_assessed}),
        "judged": sorted(
            {
                *judgement.clean,
                *(f.code for f in (*judgement.findings, *judgement.waived)),
                *(g.code for g in judgement.not_assessed),
            }
        ),
        "declared": sorted(s for s in facts.workspace.subjects() if s.startswith(KEPT_SUBJECTS)),
        "systems": {s.id: _system(facts, s.id) for s in facts.workspace.in_scope},
        "entities": {
            e.id: {"name": e.label, "record": r.systems[0] if r and len(r.systems) == 1 else None}
            for e in facts.workspace.entity.values()
            for r in [facts.crud.record(e.id)]
        },
        "feeds": _feeds(facts),
        "matrix": {s.id: _letters(facts, s.id) for s in facts.workspace.in_scope},
        "plan": plan_summary(plan),
        "evidence": _evidence(facts),
        "key": facts.key.id if facts.key else "",
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _planned(plan: Plan) -> dict[str, Figure]:
    """Figures that stand in the plan."""
    found = {
        f"extraction of {e.system}": Figure(
            round(e.score, 4), low=round(e.range[0], 4), high=round(e.range[1], 4)
        )
        for e in plan.extractions
        if e.score is not None
    }
    gone = sum(c.status == "done" for c in plan.closed)
    done = gone + sum(i.status == "done" for i in plan.initiatives)
    every = gone + len(plan.initiatives)
    if every:
        found["plan done"] = Figure(round(100 * done / every, 4), done, every)
    return found


def _measure(figure: Figure) -> dict[str, Any]:
    """What the value rests on, without what is not there."""
    found = {k: v for k, v in asdict(figure).items() if k != "value" and v not in (None, (), "")}
    return {**found, "over": list(figure.over)} if figure.over else found


def _finding(f: Finding) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "fingerprint": f.fingerprint,
        "code": f.code,
        "subject": f.subject,
        "severity": f.severity,
        "message": _cut(f.message),
        "confidence": f.confidence,
        "state": f.state,
    }
    if f.who:
        kept["who"] = f.who
    if f.evidence:
        kept["evidence"] = list(f.evidence[:_EVIDENCE])
    if f.response is not None:
        answer = {
            "owner": f.response.owner,
            "due": _day(f.response.due),
            "expires": _day(f.response.expires),
        }
        kept |= {k: v for k, v in answer.items() if v is not None}
    return kept


def _cut(text: str) -> str:
    return str(text) if len(text) <= _WORDS else f"{text[: _WORDS - 1]}…"


def _system(facts: Facts, system: str) -> dict[str, Any]:
    """The inventory's facts of a system in scope."""
    row = facts.inventory.row(system)
    dossier, cost = row.system, row.cost
    kept = {
        "name": dossier.name,
        "kind": dossier.kind,
        "vendor": dossier.vendor,
        "phase": dossier.lifecycle.phase,
        "users": dossier.users,
        "business_owner": dossier.owners.business,
        "it_owner": dossier.owners.it,
        "given": row.completeness.given,
        "wanted": row.completeness.wanted,
        "cost": cost.total if cost else None,
        "cost_year": cost.year if cost else None,
        "supported": None if row.out_of_support is None else not row.out_of_support,
        "crud_complete": dossier.crud_complete or None,
    }
    return {k: v for k, v in kept.items() if v is not None}


def _feeds(facts: Facts) -> list[list[Any]]:
    """Source, target and what is carried, of every declared feed between systems in scope."""
    found: dict[tuple[str, str], set[str]] = {}
    for link in facts.crud.feeds:
        found.setdefault((link.source, link.target), set()).update(link.entities)
    return [[*ends, sorted(carried)] for ends, carried in sorted(found.items())]


def _letters(facts: Facts, system: str) -> dict[str, str]:
    """Entity → letters declared, `?` where nobody said, `-` where none, and `+` with those proven.

    Cells of which nobody said anything are left out, and those without a
    letter where the system's list is complete.
    """
    found = {}
    idle = "-" if facts.inventory.row(system).system.crud_complete else "?"
    for entity in facts.crud.entities:
        cell = facts.crud.cell(system, entity)
        said = "?" if cell.letters is None else cell.letters or "-"
        text = f"{said}+{cell.proven}" if cell.proven else said
        if text != idle:
            found[entity] = text
    return found


def _evidence(facts: Facts) -> dict[str, Any]:
    """System → how many documents were at hand, and the days of the oldest and the newest."""
    days: dict[str, list[date]] = {}
    for d in facts.evidence.documents:
        days.setdefault(d.provenance.system, []).append(d.provenance.taken_at.date())
    return {
        system: {"documents": len(taken), "oldest": _day(min(taken)), "newest": _day(max(taken))}
        for system, taken in sorted(days.items())
    }
