"""Facts, findings and plan → what section files are given, and the document."""

from __future__ import annotations

import hashlib
from dataclasses import fields

import crmaudit
from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import (
    crud_parts,
    measured,
    parts,
    people_kpis,
    people_parts,
    portfolio,
    portfolio_parts,
)
from crmaudit.report.context import ReportContext
from crmaudit.report.numbers import day
from crmaudit.report.register import register
from crmaudit.report.sections import build
from crmaudit.report.summary import headlines
from crmaudit.report.tables import Tables
from crmaudit.report.wording import names
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
        changes=tuple(
            b.Change(c.version, day(c.date, audit.language) if c.date else "", c.what, c.who or "")
            for c in audit.changes
        ),
        approvals=tuple(
            b.Approval(
                facts.workspace.person_name(a.who) or a.who,
                a.role,
                day(a.date, audit.language) if a.date else "",
                a.note,
            )
            for a in audit.sign_off
        ),
    )
    own = facts.workspace.root / "sections"
    return build(
        audit.title or "Information-management strategic plan",
        meta,
        {f.name: getattr(context, f.name) for f in fields(context)},
        register(facts.evidence.documents, facts.workspace.root),
        subtitle=audit.organisation.name if audit.title else "",
        own=own if own.is_dir() else None,
    )


def configuration(facts: Facts) -> str:
    """A short hash of everything declared: the same words, the same configuration."""
    digest = hashlib.sha256()
    for name in sorted(facts.workspace.files):
        digest.update(f"{name}\0{facts.workspace.text(name)}\0".encode())
    return digest.hexdigest()[:12]


def compose(facts: Facts, judgement: Judgement, plan: Plan) -> ReportContext:
    """What section files are given."""
    workspace = facts.workspace
    kpis = people_kpis.kpi_parts(facts)
    return ReportContext(
        organisation=workspace.organisation.name,
        day=facts.day,
        audit=workspace.audit,
        brief=workspace.brief,
        headlines=headlines(facts, judgement, plan),
        tables=Tables(facts, judgement, plan),
        inventory=portfolio_parts.inventory_part(facts),
        fit=portfolio_parts.fit_part(facts),
        entities=tuple(workspace.entity.values()),
        processes=workspace.processes,
        breaks={
            process: parts.breaks_in_words(facts, process, found)
            for process, found in facts.governance.breaks.items()
        },
        needs=workspace.needs,
        crud=crud_parts.crud_part(facts, judgement),
        quality=measured.quality_part(facts),
        perceived=portfolio_parts.perceived_part(facts),
        dumbbell=portfolio.dumbbell(facts),
        opinions=portfolio_parts.opinions_part(facts),
        people=people_parts.people_part(facts),
        kpis=kpis,
        kpi_lines=people_kpis.kpi_lines(facts, kpis),
        kpi_message=people_kpis.kpi_message(facts),
        maturity=people_parts.maturity_part(facts),
        findings=parts.findings_part(judgement),
        plan=parts.plan_part(facts, judgement, plan),
        names=names(workspace),
        weights={**WEIGHTS, **workspace.audit.weights.get("extraction", {})},
    )
