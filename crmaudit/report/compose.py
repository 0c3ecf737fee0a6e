"""Facts, findings and plan → what section files are given, and the document."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import crmaudit
from crmaudit.engine import Judgement
from crmaudit.evidence import Catalog, Document, TableProfile
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import context as c
from crmaudit.report import measured, pictures
from crmaudit.report.numbers import money, number
from crmaudit.report.sections import build
from crmaudit.report.tables import tables
from crmaudit.rules import all_rules
from crmaudit.rules.base import SEVERITIES
from crmaudit.strategy import Plan
from crmaudit.strategy.extraction import WEIGHTS


def document(
    facts: Facts, judgement: Judgement, plan: Plan, *, final: bool = False, audience: str = ""
) -> b.Document:
    """The plan document as a block tree."""
    audit = facts.workspace.audit
    context = compose(facts, judgement, plan)
    meta = b.Meta(
        organisation=audit.organisation.name,
        as_of=facts.day,
        version=audit.version or "1",
        status="final" if final else "draft",
        classification=audit.classification or facts.workspace.theme.classification,
        audience=audience,
        language=audit.language,
        authors=audit.terms.auditors,
        tool_version=crmaudit.__version__,
        configuration=configuration(facts),
    )
    own = facts.workspace.root / "sections"
    return build(
        audit.title or "Information-management strategic plan",
        meta,
        {f.name: getattr(context, f.name) for f in fields(context)},
        register(facts.evidence.documents),
        subtitle=audit.organisation.name,
        own=own if own.is_dir() else None,
    )


def configuration(facts: Facts) -> str:
    """A short hash of everything declared: the same words, the same configuration."""
    digest = hashlib.sha256()
    for name in sorted(facts.workspace.files):
        digest.update(f"{name}\0{facts.workspace.text(name)}\0".encode())
    return digest.hexdigest()[:12]


def register(documents: Iterable[Document]) -> tuple[b.Evidence, ...]:
    """Every document of evidence as an entry of the register."""
    from crmaudit.evidence import to_json

    entries = []
    for document in sorted(documents, key=lambda d: (d.provenance.system, d.kind, d.subject)):
        p = document.provenance
        rows = None
        what: str = document.kind
        method: str = p.status.state
        if isinstance(document, Catalog):
            what = f"catalog of {p.system}: {len(document.tables)} tables"
        elif isinstance(document, TableProfile):
            what = f"profile of {p.system}, table {document.table}"
            rows, method = document.rows, str(document.rows_method)
        if p.status.state != "done":
            method = f"{p.status.state}: {p.status.reason}"
        entries.append(
            b.Evidence(
                id=document.id,
                what=what,
                source=f"{p.source} ({p.engine})",
                method=method,
                taken=f"{p.taken_at:%Y-%m-%d %H:%M} UTC",
                rows=rows,
                digest=hashlib.sha256(to_json(document).encode()).hexdigest()[:12],
            )
        )
    return tuple(entries)


def compose(facts: Facts, judgement: Judgement, plan: Plan) -> c.ReportContext:
    """What section files are given."""
    workspace = facts.workspace
    perceived = _perceived(facts)
    kpis = _kpis(facts)
    return c.ReportContext(
        organisation=workspace.organisation.name,
        day=facts.day,
        audit=workspace.audit,
        brief=workspace.brief,
        headlines=_key_figures(facts, judgement, plan),
        tables=tables(facts, judgement, plan),
        inventory=_inventory(facts),
        entities=tuple(workspace.entity.values()),
        processes=workspace.processes,
        breaks={
            process: tuple(f"{_step(facts, process, x.step)}: {x.reason}" for x in found)
            for process, found in facts.governance.breaks.items()
        },
        needs=workspace.needs,
        crud=_crud(facts, judgement),
        quality=measured.quality_part(facts),
        perceived=perceived,
        dumbbell=pictures.dumbbell((p.system, p.said, p.measured) for p in perceived),
        people=_people(facts),
        kpis=kpis,
        kpi_lines=pictures.kpi_lines(
            (
                k.kpi.name,
                facts.governance.points(k.kpi),
                k.technique.start if k.technique else None,
                k.technique.name if k.technique else "",
            )
            for k in kpis
        ),
        findings=_findings(judgement),
        plan=_plan(facts, judgement, plan),
        names=_names(facts),
        unexplained=facts.unexplained,
        weights={**WEIGHTS, **workspace.audit.weights.get("extraction", {})},
    )


def _names(facts: Facts) -> Mapping[str, str]:
    workspace = facts.workspace
    return {
        **{e.id: e.label for e in workspace.entity.values()},
        **{u.id: u.name for u in workspace.audit.units},
        **{p.id: p.name for p in workspace.people.people},
        **{s.id: s.name for s in workspace.systems},
    }


def _step(facts: Facts, process: str, index: int) -> str:
    found = next(p for p in facts.workspace.processes if p.id == process)
    return found.steps[index].name


def _key_figures(facts: Facts, judgement: Judgement, plan: Plan) -> tuple[b.KeyFigure, ...]:
    given, wanted = facts.inventory.completeness
    known, cells = facts.crud.known_share
    figures = [
        b.KeyFigure(
            "Findings",
            number(len(judgement.findings)),
            ", ".join(f"{n} {s}" for s, n in judgement.counts.items() if n) or "none",
        ),
        b.KeyFigure(
            "Facts known of the systems",
            f"{100 * given / wanted:.0f} %" if wanted else "–",
            f"{given} of {wanted} facts, {len(facts.workspace.in_scope)} systems in scope",
        ),
        b.KeyFigure(
            "Mapping declared",
            f"{100 * known / cells:.0f} %" if cells else "–",
            f"{known} of {cells} cells of the matrix",
        ),
    ]
    figures.append(measured.headline(facts))
    low, high = plan.effort
    figures.append(
        b.KeyFigure(
            "Work proposed",
            f"{low:.0f}–{high:.0f} days",
            f"{len(plan.initiatives)} initiatives in {len(plan.phases)} phases",
        )
    )
    return tuple(figures)


def _inventory(facts: Facts) -> c.InventoryPart:
    inventory = facts.inventory
    given, wanted = inventory.completeness
    total, known, _ = inventory.total_cost
    return c.InventoryPart(
        rows=tuple(r for r in inventory.rows if r.system.in_scope),
        given=given,
        wanted=wanted,
        cost_total=total,
        cost_known=known,
        currency=inventory.currency,
        cost_bars=pictures.cost_bars(facts),
        lifecycle=pictures.lifecycle(facts),
    )


def _crud(facts: Facts, judgement: Judgement) -> c.CrudPart:
    crud, workspace = facts.crud, facts.workspace
    known, cells = crud.known_share
    records = []
    for entity in crud.entities:
        record = crud.record(entity)
        if record is not None:
            records.append(
                c.RecordPart(
                    workspace.entity[entity],
                    tuple(workspace.system[s].name for s in record.systems),
                    record.declared,
                    record.margin,
                )
            )
    feeds = []
    for link in crud.feeds:
        feed = (workspace.system[link.declared_in].feeds or ())[link.index]
        feeds.append(
            c.FeedPart(
                workspace.system[link.source].name
                if link.source in workspace.system
                else link.source,
                workspace.system[link.target].name
                if link.target in workspace.system
                else link.target,
                tuple(workspace.entity[e].label for e in link.entities),
                link.by or "",
                feed.frequency or "",
                workspace.person_name(feed.owner) or "",
                feed.problems,
            )
        )
    missing = [
        c.FeedPart(
            workspace.system[a].name,
            workspace.system[z].name,
            tuple(workspace.entity[e].label for e in entities),
            "",
            "",
            "",
            "",
        )
        for (a, z), entities in crud.implied_feeds().items()
    ]
    return c.CrudPart(
        matrix=pictures.crud_matrix(facts, judgement),
        known=known,
        cells=cells,
        records=tuple(records),
        feeds=tuple(feeds),
        missing_feeds=tuple(missing),
        silos=tuple(workspace.system[s].name for s in crud.silos()),
        network=pictures.network(facts),
    )


def _perceived(facts: Facts) -> tuple[c.PerceivedPart, ...]:
    parts = []
    for row in facts.inventory.rows:
        if row.perceived is None or not row.system.in_scope:
            continue
        score = facts.quality.system_score(row.system.id)
        share = score.share if score else None
        name = facts.workspace.person_name
        parts.append(
            c.PerceivedPart(
                row.system.name,
                row.perceived.score,
                None if share is None else 100 * share,
                tuple(
                    (name(v.who) or v.who, v.score, str(v.when or ""), v.note)
                    for v in row.perceived.voices
                ),
                score.evidence[: measured.SHOWN] if score else (),
            )
        )
    return tuple(parts)


def _people(facts: Facts) -> c.PeoplePart:
    workspace, governance = facts.workspace, facts.governance
    people = workspace.people.people
    units = []
    for unit in workspace.audit.units:
        members = [p for p in people if p.unit == unit.id]
        units.append(
            {
                "name": unit.name,
                "key": unit in governance.key_units,
                "staff": unit.staff,
                "super_users": [p.name for p in members if p.user_type == "super user"],
                "custodians": sum(p.user_type == "data custodian" for p in members),
                "everyday": sum(p.user_type == "everyday user" for p in members),
            }
        )
    pairs = Counter((x.granted, x.recommended, x.excess) for x in governance.access)
    access = [
        {
            "granted": granted,
            "recommended": advised,
            "people": n,
            "verdict": "excess" if excess > 0 else "shortfall" if excess < 0 else "as recommended",
        }
        for (granted, advised, excess), n in sorted(pairs.items())
    ]
    rate = workspace.audit.hourly_rate
    groups = {i.id: i.group for i in workspace.interviews}
    hours = governance.hours_lost
    return c.PeoplePart(
        people=people,
        champions=tuple(p.name for p in governance.of_type("system champion")),
        managers=tuple(workspace.person_name(m) or m for m in workspace.people.crm_managers),
        meetings=workspace.people.meetings,
        units=tuple(units),
        access=tuple(access),
        interviews=workspace.interviews,
        pains=tuple(
            {
                "text": x.pain.text,
                "group": groups.get(x.interview, x.interview),
                "hours": x.hours,
                "cost": x.cost(rate),
            }
            for x in sorted(governance.losses, key=lambda x: -(x.hours or (0, 0))[1])
        ),
        hours_lost=hours,
        cost_lost=(hours[0] * rate, hours[1] * rate) if hours and rate else None,
        registers=workspace.registers,
        governance=governance,
    )


def _kpis(facts: Facts) -> tuple[c.KpiPart, ...]:
    techniques = {t.id: t for t in facts.workspace.kpis.techniques}
    parts = []
    for kpi in facts.workspace.kpis.kpis:
        points, trend = facts.governance.points(kpi), facts.governance.trend(kpi)
        if trend is None:
            words, notable = f"{len(points)} points: too short to say", False
        else:
            notable = trend.notable()
            way = "rising" if trend.slope > 0 else "falling" if trend.slope < 0 else "level"
            words = (
                f"{way} by {number(abs(trend.slope), 2)} a month (p = {trend.p:.3f})"
                if notable
                else f"no trend that stands out (p = {trend.p:.3f})"
            )
        parts.append(
            c.KpiPart(
                kpi,
                techniques.get(kpi.technique or ""),
                points[-1][1] if points else None,
                len(points),
                words,
                notable,
            )
        )
    return tuple(parts)


def _findings(judgement: Judgement) -> c.FindingsPart:
    first: dict[str, Any] = {}
    for finding in judgement.findings:
        first.setdefault(finding.code, finding)
    top = sorted(
        first.values(),
        key=lambda f: (
            SEVERITIES.index(f.severity),
            -sum(x.code == f.code for x in judgement.findings),
            f.code,
        ),
    )[:5]
    codes = {f.code for f in (*judgement.findings, *judgement.waived)}
    reasons = Counter((g.reason, g.needs) for g in judgement.not_assessed)
    return c.FindingsPart(
        all=judgement.findings,
        top=tuple(top),
        counts=judgement.counts,
        waived=judgement.waived,
        not_assessed=judgement.not_assessed,
        reasons=tuple((r, n, k) for (r, n), k in sorted(reasons.items(), key=lambda x: -x[1])),
        rules=tuple(r for r in all_rules() if r.code in codes),
        rooms=pictures.rooms(judgement),
    )


def _plan(facts: Facts, judgement: Judgement, plan: Plan) -> c.PlanPart:
    costs = [i.cost for i in plan.initiatives if i.status != "done"]
    known = [x for x in costs if x is not None]
    return c.PlanPart(
        initiatives=plan.initiatives,
        phases=plan.phases,
        effort=plan.effort,
        cost=sum(known) if costs and len(known) == len(costs) else None,
        gantt=pictures.gantt(plan, facts.day),
        value_map=pictures.value_map(plan),
        decisions=tuple(_decisions(facts, judgement, plan)),
        extractions=plan.extractions,
        extraction_bars=pictures.extraction_bars(facts, plan),
    )


def _decisions(facts: Facts, judgement: Judgement, plan: Plan) -> Iterable[str]:
    """At most five decisions, drawn from the plan's first steps."""
    phases = plan.phases
    if phases:
        first = phases[min(phases)]
        low = sum(i.effort[0] for i in first)
        high = sum(i.effort[1] for i in first)
        words = f"Release {low:.0f}–{high:.0f} working days for phase {min(phases)}"
        costs = [i.cost for i in first]
        known = [x for x in costs if x is not None]
        if costs and len(known) == len(costs):
            words += f" (about {money(sum(known), facts.inventory.currency)} of internal time)"
        names = ", ".join(i.title.lower() for i in first[:3])
        yield f"{words}: {names}" + (f" and {len(first) - 3} more." if len(first) > 3 else ".")
    ownerless = [
        facts.workspace.system[s].name
        for s in dict.fromkeys(
            f.subject.partition(":")[2] for f in judgement.findings if f.code == "INV101"
        )
    ]
    if ownerless:
        yield f"Name a business owner for {_list(ownerless)}."
    ties = [
        facts.workspace.entity[e].label
        for e in facts.crud.entities
        if (r := facts.crud.record(e)) and len(r.systems) > 1
    ]
    if ties:
        yield f"Decide which system's version counts for {_list(ties)}."
    critical = judgement.counts["critical"]
    if critical:
        yield f"Have the {critical} critical findings answered in a month, each by a named owner."
    unanswered = sum(f.state == "open" for f in judgement.findings)
    if unanswered:
        yield (
            f"Ask the owners to answer the {unanswered} open findings: agreed, disputed or waived, "
            "with a date."
        )


def _list(names: list[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
