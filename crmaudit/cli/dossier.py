"""What a dossier says of a system itself, as blocks: who, life, cost, skills, care."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from crmaudit.cli.lifeline import lifeline
from crmaudit.cli.panels import Block
from crmaudit.cli.terminal import bar, count

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.inventory import InventoryRow, SkillState
    from crmaudit.workspace.dossier import Care

_LIFELINE = 36
_YEARS = 4
"""So many of the newest years' costs are shown."""
_STATES = {
    "gap": ("▲ nobody at that level", "high"),
    "single": ("● hangs on one person", "medium"),
    "unknown": ("╱ nobody named", "unknown"),
    "covered": ("", ""),
}


def blocks(found: Audit, row: InventoryRow) -> list[Block]:
    """What the dossier says, in reading order; what it does not say is left out."""
    return [
        _who(found, row),
        _life(found, row),
        _cost(found, row),
        _skills(found, row),
        _documents(found, row),
        _care(found, row),
        _ways(row),
    ]


def unsaid(row: InventoryRow) -> list[str]:
    """What the dossier leaves open besides the nine facts, in one line."""
    system, life = row.system, row.system.lifecycle
    values: dict[str, object] = {
        "kind": system.kind,
        "users": system.users,
        "criticality": system.criticality,
        "hosting": system.hosting,
        "phase": life.phase,
        "in use since": life.since,
        "end of vendor's support": life.vendor_support_ends,
        "contract": system.contract,
        "licences": system.licences,
        "support": system.support.provider,
        "database": system.database,
        "interfaces": system.interfaces,
        "feeds": system.feeds,
        "entities (crud)": system.crud or system.crud_complete or None,
        "maintenance": system.maintenance,
        "fitness": system.fitness.functional or system.fitness.technical or system.fitness.value,
        "decision on its future": system.future,
    }
    return [name for name, value in values.items() if value is None and name not in system.blank]


def _who(found: Audit, row: InventoryRow) -> Block:
    block, system, name = Block("Dossier"), row.system, found.workspace.person_name
    complete = row.completeness
    told = f"{bar(complete.score)} {int(100 * complete.score)} %"
    block.say("complete", f"{told} · {complete.given} of {complete.wanted} facts")
    block.say("vendor", system.vendor)
    for label, owner in (
        ("business owner", system.owners.business),
        ("IT owner", system.owners.it),
    ):
        person = found.workspace.person.get(owner or "")
        leaves = f"leaves {person.leaves}" if person and person.leaves else None
        block.say(label, name(owner), leaves if owner else None)
    block.say("users", f"{system.users:,}" if system.users is not None else None)
    block.say("criticality", system.criticality)
    block.say("hosting", system.hosting)
    support = system.support
    block.say("support", support.provider, support.team, support.hours)
    block.say("earlier ids", ", ".join(system.formerly))
    block.say("tags", ", ".join(system.tags))
    block.say("notes", system.notes)
    return block


def _life(found: Audit, row: InventoryRow) -> Block:
    from crmaudit.inventory.contracts import DAYS_AHEAD, contract_state

    block, system, state = Block("Lifecycle"), row.system, row.life
    life, day = system.lifecycle, found.facts.day
    block.say(
        "phase",
        life.phase or (f"{state.by_dates} by its dates" if state.by_dates else None),
        f"version {life.version}" if life.version else None,
        f"since {life.since}" if life.since else None,
    )
    for label, signs in lifeline(state, system.contract, day, _LIFELINE):
        block.add(label, Text(signs, overflow="fold"))
    months = state.support_months
    if state.support_ends is not None:
        left = f"{count(months, 'month')} left" if months is not None and months >= 0 else None
        over = "is over" if state.out_of_support else None
        style = "high" if state.out_of_support else ""
        block.say("vendor's support", f"ends {state.support_ends}", left, over, style=style)
    block.say("phase-out", life.phase_out)
    block.say("switched off", life.retired)
    known = found.workspace.system
    names = [known[s].name for s in state.successors]
    block.say("successor", " → ".join(names), state.successor_fault and "the chain leads nowhere")
    block.say("decision", system.future)
    for conflict in state.conflicts:
        block.say("contradiction", conflict.words, style="medium")
    contract = system.contract
    if contract is not None:
        renews = {True: "renews itself", False: "does not renew itself", None: None}
        state_ = "unknown" if day is None else contract_state(contract, day, DAYS_AHEAD)
        block.say(
            "contract",
            contract.partner,
            contract.reference,
            f"ends {contract.end}" if contract.end else None,
            f"notice by {row.notice_by}" if row.notice_by else None,
            state_ if state_ not in ("running", "unknown") else None,
            renews[contract.renews],
            style="medium" if state_.startswith("notice") else "",
        )
    return block


def _cost(found: Audit, row: InventoryRow) -> Block:
    block = Block(f"Cost a year, {found.inventory.currency}")
    years = found.inventory.costs(row.system.id)[-_YEARS:]
    if years:
        kinds = list(dict.fromkeys(kind for year in years for kind in year.by_kind))
        block.add("", Text("".join(f"{y.year:>9}" for y in years), style="quiet"))
        for kind in kinds:
            amounts = [f"{y.by_kind[kind]:,.0f}" if kind in y.by_kind else "–" for y in years]
            block.add(kind, Text("".join(f"{a:>9}" for a in amounts)))
        totals = [
            "–" if y.total is None else f"{'≥' if y.at_least else ''}{y.total:,.0f}" for y in years
        ]
        block.add("total", Text("".join(f"{t:>9}" for t in totals), style="head"))
    change = row.cost_change
    if change is not None and change.share is not None:
        left = f"without {', '.join(change.left_out)}" if change.left_out else None
        block.say("trend", f"{100 * change.share:+.0f} % {change.older} to {change.newer}", left)
    if row.cost is not None:
        block.say("not declared", ", ".join(row.cost.missing), style="unknown")
        block.say("without rate", ", ".join(row.cost.without_rate), style="medium")
        hours = row.cost.unpriced_hours
        block.say("without price", f"{hours:,.0f} internal hours" if hours else None)
        once = row.cost.one_off
        block.say("projects", None if once is None else f"{once:,.0f} in {row.cost.year}")
    each = [
        f"{value:,.0f} for each {what}"
        for value, what in ((row.cost_per_user, "user"), (row.cost_per_entity, "entity"))
        if value is not None
    ]
    block.say("that is", *each)
    uses = {u.index: u for u in row.licences}
    for i, licence in enumerate(row.system.licences or ()):
        use = uses.get(i)
        idle = use.cost if use else None
        block.say(
            f"{licence.type} licences",
            *(
                f"{n:,} {word}"
                for n, word in (
                    (licence.entitled, "bought"),
                    (licence.assigned, "assigned"),
                    (licence.used, "used"),
                )
                if n is not None
            ),
            f"{use.idle:,} idle" + (f", {idle:,.0f} a year" if idle else "")
            if use and use.idle
            else None,
        )
    bill = row.licence_bill
    if bill is not None and bill.difference is not None and abs(bill.difference) >= 0.01:
        block.say(
            "licence bill",
            f"{bill.declared:,.0f} declared, {bill.computed:,.0f} by the licences listed",
        )
    return block


def _skills(found: Audit, row: InventoryRow) -> Block:
    block = Block("Skills of support: needed | held")
    for state in row.skills:
        block.add(state.skill, Text.assemble(*_skill(found, state)))
    return block


def _skill(found: Audit, state: SkillState) -> Iterator[tuple[str, str]]:
    name, leaving = found.workspace.person_name, dict(state.leaving)
    yield f"{state.needed} | ", ""
    yield ", ".join(f"{name(p)} {level}" for p, level in state.held), ""
    words, style = _STATES[state.state]
    if words:
        yield (" " if state.held else "") + words, style
    for person, day in leaving.items():
        yield f"; {name(person)} leaves {day}", "medium"
    for person in state.contractors:
        yield f"; {name(person)} is a contractor", ""
    if state.state in ("gap", "single"):
        for other in state.stand_ins:
            courses = f" (course: {', '.join(t.course for t in other.training)})"
            yield f"; {name(other.person)} {other.how}" + (courses if other.training else ""), ""


def _documents(found: Audit, row: InventoryRow) -> Block:
    block = Block("Documentation")
    ages = {d.part: d.age for d in row.documents}
    for part in ("system", "database"):
        document = getattr(row.system.documentation, part)
        if document is None or document.exists is None:
            continue
        age = ages.get(part)
        block.say(
            part,
            "none" if document.exists is False else document.status or "exists",
            f"updated {document.updated}" if document.updated else None,
            f"{age:.1f} years old" if age is not None and age >= 0 else None,
            document.location,
            document.note,
        )
    beside = found.facts.descriptions.get(row.system.id)
    if beside is not None:
        block.say("describes", f"{beside.described} of {count(beside.present, 'table')} there")
        block.say("not described", _some(beside.missing))
        block.say("described, gone", _some(beside.gone), style="medium")
    elif (document := row.system.documentation.database) is not None and document.tables:
        block.say("describes", count(document.tables, "table"))
    return block


def _care(found: Audit, row: InventoryRow) -> Block:
    block, care = Block("Maintenance"), row.system.maintenance
    name = found.workspace.person_name
    if care is None:
        return block
    block.say("by", care.provider, name(care.by))
    duties: tuple[tuple[str, Care | None], ...] = (
        ("backup", care.backup),
        ("restore test", care.restore_test),
        ("index care", care.index_care),
        ("updates", care.updates),
    )
    for label, duty in duties:
        if duty is not None:
            last = f"last {duty.last}" if duty.last else None
            block.say(label, duty.frequency, last, name(duty.by), duty.note)
    yes = {True: "yes", False: "no", None: None}
    block.say("audit trail", yes[care.audit_trail])
    block.say("deletes for good", yes[care.hard_deletes])
    block.say("bulk changes", yes[care.bulk_changes])
    return block


def _ways(row: InventoryRow) -> Block:
    from crmaudit.workspace import without_secret

    block, system = Block("Ways in and out"), row.system
    if system.database is not None:
        url = system.database.url
        block.say("database", url and without_secret(url, system.id), system.database.product)
    for way in system.interfaces or ():
        papers = {True: "documented", False: "not documented", None: None}
        block.say(way.kind, way.direction, way.name, papers[way.documented], way.note)
    return block


def _some(names: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
