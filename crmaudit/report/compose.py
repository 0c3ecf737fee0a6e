"""Facts, findings and plan → what section files are given, and the document."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import crmaudit
from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.remembered import Since, promises, since_last
from crmaudit.report import blocks as b
from crmaudit.report import (
    crud_parts,
    extraction_parts,
    labels,
    measured,
    parts,
    people_kpis,
    people_parts,
    plan_parts,
    portfolio,
    portfolio_parts,
    target_parts,
)
from crmaudit.report.audiences import Reader, edition, edition_part
from crmaudit.report.context import ReportContext
from crmaudit.report.house_style import theme
from crmaudit.report.inputs import configuration
from crmaudit.report.inputs import measured as evidence_hash
from crmaudit.report.numbers import day
from crmaudit.report.published import published, remembered, told_context, told_facts
from crmaudit.report.redaction import discreet, redact
from crmaudit.report.register import register
from crmaudit.report.sections import build, find_sections
from crmaudit.report.since_parts import since_part, with_trends
from crmaudit.report.summary import headlines
from crmaudit.report.sureness import how_sure
from crmaudit.report.tables import Tables
from crmaudit.report.tables.given import Given
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme
from crmaudit.report.wording import names
from crmaudit.strategy import Plan
from crmaudit.strategy.extraction import WEIGHTS
from crmaudit.workspace.audit_file import SignOff


def document(
    facts: Facts,
    judgement: Judgement,
    plan: Plan,
    *,
    final: bool = False,
    audience: str = "",
    templates: Templates | None = None,
) -> b.Document:
    """The plan document as a block tree, in the workspace's language and for its readers."""
    audit = facts.workspace.audit
    templates = templates or Templates()
    own = own_sections(facts)
    to = reader(facts, audience, templates)
    told, planned, withheld = published(judgement, plan, to, facts.day)
    known = told_facts(facts, to, planned)
    # Compared as all of it was judged, and cut alike on both sides: what an edition leaves out
    # has not gone, and what it counts together is one thing on both.
    since = since_last(known, judgement, plan, lambda past: remembered(past, to, planned))
    context = told_context(_compose(known, told, planned, since), known, to)
    context = replace(context, edition=edition_part(to, withheld))
    evidence = register(facts.evidence.documents, facts.workspace.root)
    read = facts.evidence.measured
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
        evidence=evidence_hash(evidence),
        measured=read,
        signed_before=tuple(
            _approval(facts, a) for a in audit.sign_off if read and a.date and a.date < read[1]
        ),
        changes=tuple(
            b.Change(c.version, day(c.date) if c.date else "", c.what, c.who or "")
            for c in audit.changes
        ),
        approvals=tuple(_approval(facts, a) for a in audit.sign_off),
    )
    made = build(
        audit.title or msg("Information-management strategic plan"),
        meta,
        {f.name: getattr(context, f.name) for f in fields(context)},
        evidence,
        subtitle=audit.organisation.name if audit.title else "",
        own=own,
        templates=templates,
        reads=to.reads,
    )
    return redact(made, facts, to, labels.load(templates, audit.language))


def _approval(facts: Facts, signed: SignOff) -> b.Approval:
    return b.Approval(
        facts.workspace.person_name(signed.who) or signed.who,
        signed.role,
        day(signed.date) if signed.date else "",
        signed.note,
    )


def own_sections(facts: Facts) -> Path | None:
    """The folder of the workspace's own sections, where there is one."""
    folder = facts.workspace.root / "sections"
    return folder if folder.is_dir() else None


def reader(facts: Facts, audience: str, templates: Templates) -> Reader:
    """For whom the edition is made."""
    found = find_sections(facts.workspace.audit.language, own_sections(facts), templates)
    return edition(facts.workspace, audience, found)


def look(facts: Facts, audience: str, templates: Templates) -> Theme:
    """The house style, its texts as the edition's readers may see them."""
    words = labels.load(templates, facts.workspace.audit.language)
    return discreet(theme(facts), facts, reader(facts, audience, templates), words)


def compose(facts: Facts, judgement: Judgement, plan: Plan) -> ReportContext:
    """What section files are given, with nothing withheld."""
    return _compose(facts, judgement, plan, since_last(facts, judgement, plan))


def _compose(facts: Facts, judgement: Judgement, plan: Plan, since: Since | None) -> ReportContext:
    workspace = facts.workspace
    kpis = people_kpis.kpi_parts(facts)
    made = ReportContext(
        organisation=workspace.organisation.name,
        day=facts.day,
        audit=workspace.audit,
        brief=workspace.brief,
        headlines=with_trends(headlines(facts, judgement, plan), facts, since),
        tables=Tables(facts, judgement, plan, since),
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
        extraction=extraction_parts.extraction_part(facts),
        target=target_parts.target_part(facts),
        findings=parts.findings_part(judgement),
        plan=plan_parts.plan_part(facts, judgement, plan),
        names=names(workspace),
        weights={**WEIGHTS, **workspace.audit.weights.get("extraction", {})},
        since=since_part(facts, since, promises(judgement)),
    )
    given = Given(facts, judgement, plan, since)
    return replace(made, how_sure=how_sure(given, made, judgement))
