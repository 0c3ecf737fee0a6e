"""The registers of the appendices: findings, rules, questions not assessed, participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from crmaudit.engine import Finding, Gap
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day, percent
from crmaudit.report.tables.given import DASH, Column, Given, or_dash, severity
from crmaudit.report.text import counts, first_paragraph, unit_of
from crmaudit.report.wording import listed
from crmaudit.rules import all_rules
from crmaudit.rules.base import ROOMS, Rule


def findings(given: Given) -> b.Table | None:
    """Every finding with its key, whom to ask, and its answer; waived ones last."""
    rows = []
    plan = {(f.code, f.subject): i.title for i in given.plan.initiatives for f in i.findings}
    for f in (*given.judgement.findings, *given.judgement.waived):
        answer = _answer(given, f)
        marks: list[b.Inline] = [b.Text(f.message)]
        if f.evidence:
            marks.append(b.EvidenceRef(f.evidence))
        if answer:
            marks += [b.LineBreak(), b.Emph((b.Text(answer),))]
        words = (
            msg("{message} ({answer})", message=f.message, answer=answer) if answer else f.message
        )
        rows.append(
            (
                severity(f.severity),
                f.code,
                b.Cell(words, words, inlines=tuple(marks)),
                b.Cell(f.subject, f.subject, inlines=(b.Code(unquote(f.subject)),)),
                msg(f.room),
                given.name(f.who),
                or_dash(plan.get((f.code, f.subject))),
                msg("waiver run out") if f.lapsed else msg(f.state),
            )
        )
    columns = [
        Column("Severity", "severity", filter=True),
        Column("Code", "id"),
        Column("Finding and answer"),
        Column("Subject"),
        Column("Area", filter=True),
        Column("Ask", filter=True),
        Column("Initiative", filter=True),
        Column("State", "label", filter=True),
    ]
    caption: str = given.counted(len(given.judgement.findings), "finding")
    if waived := len(given.judgement.waived):
        caption = msg("{findings}, and {waived} waived", findings=caption, waived=waived)
    return given.table(caption, columns, rows, filters=True)


_TOPICS: Mapping[str, str] = {
    "dossier": msg("Facts of systems"),
    "mapping": msg("Who creates, reads, updates, deletes"),
    "extraction": msg("Extraction"),
    "plan": msg("Aims, deadlines, policies and maturity"),
    "users": msg("Users, duties and licences"),
    "access": msg("Access, use and loss"),
    "maintenance": msg("Maintenance"),
    "kpis": msg("Key performance indicators"),
    "attitudes": msg("What does not work, and what staff think"),
    "interviews": msg("What groups say"),
    "quality": msg("Data quality"),
}


def findings_by_topic(given: Given) -> b.Table | None:
    """How many findings each topic has by area: sections count by topic, figures by area."""
    found = Counter((f.topic, f.room) for f in given.judgement.findings)
    areas = [room for room in ROOMS.values() if any(room == area for _, area in found)]
    topics = [t for t in _TOPICS if any(t == topic for topic, _ in found)]
    rows: list[tuple[object, ...]] = [
        (
            _TOPICS[t],
            *(found[t, area] or DASH for area in areas),
            sum(found[t, area] for area in areas),
        )
        for t in topics
    ]
    whole = (sum(found[t, area] for t in topics) for area in areas)
    rows.append((msg("All"), *whole, len(given.judgement.findings)))
    columns = [
        Column("About"),
        *(Column(msg(area), "number") for area in areas),
        Column("All", "number"),
    ]
    note = msg(
        "A section counts the findings that are about its subject. The area is the part of the "
        "audit whose rule found them: the first letters of the code."
    )
    return given.table(msg("Findings by subject and area"), columns, rows if topics else (), note)


def _answer(given: Given, finding: Finding) -> str:
    response = finding.response
    if response is None:
        return ""
    parts = (
        given.names.get(response.owner or "", response.owner or ""),
        msg("due {day}", day=day(response.due)) if response.due else "",
        msg("until {day}", day=day(response.expires)) if response.expires else "",
        response.reason,
    )
    told = joined(", ", (p for p in parts if p))
    state = msg(response.state.capitalize())
    return msg("{state}: {told}", state=state, told=told) if told else ""


def not_assessed(given: Given) -> b.Table | None:
    """Questions not assessed: of what, why, and what would answer them."""
    whole: dict[tuple[str, str], list[Gap]] = {}
    parts: dict[tuple[str, str, str], list[Gap]] = {}
    for g in given.judgement.not_assessed:
        if g.subject:
            parts.setdefault((g.code, g.title, g.needs), []).append(g)
        else:
            whole.setdefault((g.reason, g.needs), []).append(g)
    rows = [
        (_titled(g.code, g.title), msg("all"), reason, or_dash(needs))
        for (reason, needs), gaps in sorted(whole.items(), key=lambda x: -len(x[1]))
        for g in gaps
    ]
    rows += [
        (_titled(code, title), _about(given, gaps), _why(gaps), or_dash(needs))
        for (code, title, needs), gaps in parts.items()
    ]
    columns = [
        Column("Question"),
        Column("About"),
        Column("Why not"),
        Column("What would answer it"),
    ]
    n = len(given.judgement.not_assessed)
    caption = msg("{questions} not assessed", questions=given.counted(n, "question"))
    return given.table(caption, columns, rows, filters=len(rows) > 20)


def _titled(code: str, title: str) -> str:
    return msg("{title} ({code})", title=title, code=code)


def _about(given: Given, gaps: list[Gap]) -> str:
    found = dict.fromkeys(given.subject(g.subject) for g in gaps if g.subject)
    return listed(found, 5) if found else msg("all")


def _why(gaps: list[Gap]) -> str:
    reasons = list(dict.fromkeys(g.reason for g in gaps))
    if len(reasons) > 2:
        return msg(
            "{reasons}; and so on, {reasons2} reasons of the kind",
            reasons=reasons[0],
            reasons2=len(reasons),
        )
    return joined("; ", reasons)


def rules(given: Given) -> b.Table | None:
    """The rules behind the findings: why each matters, and how it is mended."""
    found = (*given.judgement.findings, *given.judgement.waived)
    rows = [
        (
            r.code,
            r.title,
            sum(f.code == r.code for f in found),
            _explained(given, r, r.why),
            _explained(given, r, r.fix),
        )
        for r in all_rules()
        if any(f.code == r.code for f in found)
    ]
    columns = [
        Column("Code", "id"),
        Column("Rule"),
        Column("Findings", "number"),
        Column("Why it matters"),
        Column("How it is mended"),
    ]
    return given.table("Rules that found something", columns, rows)


_BARE = frozenset({"alpha", "factor", "tolerance", "times"})
"""Settings up to 1 that are no shares."""


def _explained(given: Given, rule: Rule, text: str) -> str:
    """The first paragraph of a rule's text, with what is set in the workspace."""
    own = given.workspace.audit.rules.parameters.get(rule.code, {})
    values = {k: _setting(given, k, v) for k, v in counts({**rule.parameters, **own}).items()}
    pattern = first_paragraph(text, values)
    used = {k: v for k, v in values.items() if f"{{{k}}}" in pattern}
    return msg(pattern, **used)


def _setting(given: Given, name: str, value: float) -> str:
    """`90 days`, `20 %`, `1,000`; a share in points as such."""
    if noun := unit_of(name):
        return given.counted(value, noun)
    if not isinstance(value, float) or value > 1 or name in _BARE:
        return given.number(value, None if value == int(value) else 2 if value < 0.1 else 1)
    if name == "points":
        return given.number(100 * value)
    return percent(value, 1 if 0 < value < 0.01 else 0)


def participants(given: Given) -> b.Table | None:
    """Officers and the duties for which they are named."""
    duties: dict[str, list[str]] = {}

    def add(refs: Iterable[str | None], duty: str) -> None:
        for ref in refs:
            if ref:
                held = duties.setdefault(str(given.name(ref)), [])
                if duty not in held:
                    held.append(duty)

    workspace = given.workspace
    add(
        (p.id for p in given.facts.governance.of_type("system champion")),
        msg("system champion"),
    )
    add(workspace.people.crm_managers, msg("CRM manager"))
    add((p.id for p in given.facts.governance.of_type("super user")), msg("super user"))
    for system in workspace.in_scope:
        add([system.owners.business], msg("business owner of {system}", system=system.name))
        add([system.owners.it], msg("IT owner of {system}", system=system.name))
    stewards: dict[str, list[str]] = {}
    for entity in workspace.entity.values():
        if entity.steward:
            stewards.setdefault(entity.steward, []).append(entity.label)
    for person, held in stewards.items():
        add([person], msg("steward of {held}", held=listed(held, 3)))
    rows = [(name, joined("; ", _shortened(held))) for name, held in duties.items()]
    return given.table("Officers and their duties", [Column("Officer"), Column("Duties")], rows)


def _shortened(duties: list[str]) -> list[str]:
    """Owner of three systems and more: counted, as in `IT owner of 12 systems`."""
    found = []
    for kind in (msg("business owner of "), msg("IT owner of ")):
        mine = [d for d in duties if d.startswith(kind)]
        if len(mine) > 3:
            found.append(msg("{kind}{mine} systems", kind=kind, mine=len(mine)))
            duties = [d for d in duties if d not in mine]
    return [*duties, *found]
