"""Views of what groups said: themes, contradictions, measures, and one group's interview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.see_interviews import hours, not_shown
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, View, dash
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.contradictions import Measured, Said, Topic
    from crmaudit.workspace.interviews import Interview


def _left_out(found: Audit) -> list[str]:
    """How many interviews are left out of counts and comparisons, and why."""
    from crmaudit.governance.interviews import counted, held

    everybody = held(found.workspace.interviews)
    left = len(everybody) - len(counted(everybody))
    if not left:
        return []
    was = "is" if left == 1 else "are"
    return [
        f"╱ {left} of {count(len(everybody), 'interview')} {was} of fewer than five people, or of "
        "an unknown number: left out"
    ]


def themes_view(found: Audit) -> View:
    """Themes over groups, what is in hand, and words proposed as further themes."""
    from crmaudit.governance.interviews import counted
    from crmaudit.governance.themes import themes, touching
    from crmaudit.governance.themes_proposed import proposed

    w = found.workspace
    groups = {i.id: i.group for i in w.interviews}
    rows: list[dict[str, Any]] = []
    for theme in themes(w.interviews):
        touched = touching(theme, w.registers)
        rows.append(
            {
                "theme": theme.name,
                "groups": len(theme.groups),
                "of": theme.whole,
                "named_by": [groups[i] for i in theme.groups],
                "kinds": dict(theme.kinds),
                "hours_low": theme.hours[0] if theme.hours else None,
                "hours_high": theme.hours[1] if theme.hours else None,
                "systems": list(theme.systems),
                "entities": list(theme.entities),
                "in_hand": [t.id for t in touched if t.in_hand],
                "settled": [t.id for t in touched if not t.in_hand],
                "answered": theme.answered,
            }
        )
    words = proposed(w.interviews, _names(found))
    notes = _left_out(found)
    if words:
        told = ", ".join(f"{p.word} ({len(p.groups)} of {p.whole})" for p in words[:12])
        notes.append(f"proposed, to be confirmed by you as `themes:` or passed over: {told}")
    heard = counted(w.interviews)
    return View(
        kind="themes",
        headline=f"{count(len(rows), 'theme')} of {count(len(heard), 'group')} of five or more",
        columns=[
            Column("theme", "Theme", flex=True, least=14),
            Column("groups", "Groups", lambda r: f"{r['groups']} of {r['of']}", True, whole=True),
            Column("kinds", "Said as", _kinds, flex=True, rank=1, least=16),
            Column("hours_low", "Hours a year", hours, right=True, whole=True),
            Column("systems", "Systems", lambda v: dash(", ".join(v)), flex=True, rank=3),
            Column("in_hand", "In hand", _in_hand, whole=True, flex=True, least=16),
        ],
        rows=rows,
        notes=notes,
        extra={
            "proposed": [
                {"word": p.word, "groups": len(p.groups), "of": p.whole, "times": p.times}
                for p in words
            ]
        },
        hint="crmaudit governance interviews --contradictions",
    )


def _names(found: Audit) -> list[str]:
    """Names that are no themes: people, systems, kinds of record, units, the organisation."""
    w = found.workspace
    return [
        w.organisation.name,
        *(p.name for p in w.people.people),
        *(s.name for s in w.systems),
        *(e.label for e in w.entities),
        *(u.name for u in w.audit.units),
        *(i.group for i in w.interviews),
        *(i.interviewer for i in w.interviews if i.interviewer),
    ]


def _kinds(kinds: dict[str, int]) -> str:
    plural = {"wish": "wishes"}
    return ", ".join(count(n, kind, plural.get(kind, f"{kind}s")) for kind, n in kinds.items())


def _in_hand(row: Any) -> Text:
    if row["answered"]:
        return Text("answered")
    if row["in_hand"]:
        return Text(", ".join(row["in_hand"]))
    if row["settled"]:
        return Text(f"settled: {', '.join(row['settled'])}")
    return Text("nobody works on it", style="medium" if row["groups"] > 1 else "quiet")


# Contradictions --------------------------------------------------------------------------------


def contradictions_view(found: Audit) -> View:
    """Statements that other groups, or measured facts, speak against."""
    from crmaudit.heard import against_measured, between_groups

    facts = found.facts
    rows: list[dict[str, Any]] = [
        {
            "about": _topic(found, d.topic),
            "subject": d.topic.subject,
            "against": "another group",
            "said": _quotes(d.good),
            "yet": _quotes(d.bad),
            "facts": [],
        }
        for d in between_groups(facts)
    ]
    beside = against_measured(facts)
    rows += [
        {
            "about": _topic(found, g.said.topic),
            "subject": g.said.topic.subject,
            "against": "what was measured",
            "said": _quotes([g.said]),
            "yet": "; ".join(_fact(found, f, g.said.topic) for f in g.facts[:3]),
            "facts": [_plain(f) for f in g.facts],
        }
        for g in beside.against
    ]
    notes = _left_out(found)
    if beside.agree:
        notes.append(f"{count(len(beside.agree), 'statement')} fit what was measured")
    if beside.open:
        told = "; ".join(f"{s.group}: {s.statement.text}" for s in beside.open[:3])
        more = f" and {len(beside.open) - 3} more" if len(beside.open) > 3 else ""
        notes.append(f"╱ cannot tell, as nothing measured bears on it: {told}{more}")
    total = len(beside.against) + len(beside.agree) + len(beside.open)
    among = sum(r["against"] == "another group" for r in rows)
    return View(
        kind="contradictions",
        headline=f"{count(total, 'statement')} of groups of five or more: "
        f"{len(beside.against)} against what was measured, {among} between groups",
        columns=[
            Column("about", "About", flex=True, least=14),
            Column("said", "Said", flex=True),
            Column("yet", "Yet", flex=True),
            Column("against", "Against", rank=1),
        ],
        rows=rows,
        notes=notes,
        extra={
            "agree": [_said(s) for s in beside.agree],
            "cannot_tell": [_said(s) for s in beside.open],
            "left_out": beside.left_out,
        },
        hint=f"crmaudit check --code {'GOV209' if beside.against else 'GOV208'}"
        if rows
        else "crmaudit explain GOV209",
    )


def _topic(found: Audit, topic: Topic) -> str:
    w = found.workspace
    system = w.system[topic.system].name if topic.system in w.system else topic.system
    if not topic.entity:
        return system
    known = w.entity.get(topic.entity)
    label = known.label if known else topic.entity
    return f"{label} in {system}" if topic.system else label


def _quotes(said: Iterable[Said]) -> str:
    return "; ".join(f"{s.group}: {s.statement.text} ({s.statement.verdict})" for s in said)


def _fact(found: Audit, fact: Measured, topic: Topic) -> str:
    """`27 % have no e-mail address (538 of 1,960)`, with its place where that is another one."""
    where = "" if fact.subject == topic else f", {_topic(found, fact.subject)}"
    return f"{_percent(fact)} {fact.what} ({fact.part:,} of {fact.whole:,}{where})"


def _percent(fact: Measured) -> str:
    """What is not quite none or all never reads 0 % or 100 %."""
    value = round(100 * fact.share, 1)
    if value == 0 and fact.part:
        return "under 0.1 %"
    return "over 99.9 %" if value == 100 and fact.part < fact.whole else f"{value:g} %"


def _plain(fact: Measured) -> dict[str, Any]:
    return {
        "subject": fact.subject.subject,
        "aspect": fact.aspect,
        "what": fact.what,
        "share": fact.share,
        "part": fact.part,
        "whole": fact.whole,
        "good": fact.good,
        "sure": fact.sure,
        "evidence": list(fact.evidence),
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "group": said.group,
        "text": said.statement.text,
        "verdict": said.statement.verdict,
        "subject": said.topic.subject,
    }


# Measures --------------------------------------------------------------------------------------


def measures_view(found: Audit) -> View:
    """Measures that groups named, and whether an indicator follows each."""
    w, g = found.workspace, found.governance
    kpis = {k.id: k for k in w.kpis.kpis}
    rows: list[dict[str, Any]] = []
    for interview in w.interviews:
        for measure in interview.measures:
            kpi = kpis.get(measure.kpi or "")
            course = g.course(kpi) if kpi else None
            newest = course.newest if course else None
            rows.append(
                {
                    "measure": measure.text,
                    "interview": interview.id,
                    "group": interview.group,
                    "kpi": kpi.name if kpi else None,
                    "points": len(course.points) if course else None,
                    "newest": newest[1] if newest else None,
                    "day": str(newest[0]) if newest else None,
                    "target": kpi.target if kpi else None,
                    "unit": kpi.unit if kpi else None,
                }
            )
    followed = sum(bool(r["points"]) for r in rows)
    return View(
        kind="measures",
        headline=f"{count(len(rows), 'measure')} named in interviews, {followed} measured",
        columns=[
            Column("measure", "Measure", flex=True),
            Column("kpi", "Indicator", _followed, whole=True, flex=True),
            Column("newest", "Newest", _newest, right=True, whole=True),
            Column("target", "Target", lambda v: "–" if v is None else f"{v:,g}", True, rank=1),
            Column("points", "Points", lambda v: "–" if v is None else f"{v:,}", True, rank=2),
            Column("group", "Said by", flex=True, rank=3),
        ],
        rows=rows,
        hint="crmaudit governance kpis" if followed else "crmaudit explain GOV124",
    )


def _followed(row: Any) -> Text:
    if row["kpi"] is None:
        return Text("none follows it", style="medium")
    return Text(row["kpi"]) if row["points"] else Text(f"{row['kpi']}: no value yet", "medium")


def _newest(row: Any) -> str:
    return "–" if row["newest"] is None else f"{row['newest']:,g} ({row['day']})"


# One group -------------------------------------------------------------------------------------


def group_view(found: Audit, group: str) -> View:
    """Everything that one group said, in the order of the interview."""
    from crmaudit.governance.interviews import OPENING, QUESTIONS, sayings
    from crmaudit.governance.rate import head_count, too_few

    interview = _interview(found, group)
    lost = {id(x.pain): x for x in found.governance.losses}
    answers = interview.answers.model_dump()
    names = {p.id: p.name for p in found.workspace.processes}
    rows = [
        _row("answer", f"{words}: {answers[key].strip()}")
        for key, words in {**OPENING, **QUESTIONS}.items()
        if answers[key].strip()
    ]
    for walk in interview.walks:
        name = names.get(walk.process or "", walk.process or walk.name or "")
        rows.append(_row("walk", f"{name}: {walk.note}" if walk.note else name))
    for kind, saying in sayings(interview):
        row = _row(kind, saying.text, saying.systems, saying.themes, saying.answer)
        verdict = getattr(saying, "verdict", "")
        row["verdict"] = verdict or None
        loss = lost.get(id(saying))
        if loss is not None:
            row["hours_low"], row["hours_high"] = loss.shown_hours or (None, None)
            row["reason"] = not_shown(loss)
        rows.append(row)
    rows += [_row("measure", m.text) for m in interview.measures]
    unit = found.workspace.unit.get(interview.unit or "")
    facts = [
        unit.name if unit else "",
        f"on {interview.date}" if interview.date else "not held yet" if not rows else "no date",
        f"{head_count(interview.participants)} people",
    ]
    small = too_few(interview.participants)
    return View(
        kind="interview",
        headline=f"{interview.group}: {', '.join(filter(None, facts))}",
        columns=[
            Column("kind", "", lambda v: str(v)),
            Column("text", "Said", _text, whole=True, flex=True),
            Column("hours_low", "Hours a year", hours, right=True, whole=True, rank=1),
            Column("systems", "Systems", lambda v: dash(", ".join(v)), flex=True, rank=3),
            Column("answered", "Answered", dash, flex=True, rank=2),
        ],
        rows=rows,
        notes=["what this group says stays out of counts and comparisons"] if small else [],
        hint=f"crmaudit import interviews/{interview.id}.docx" if not rows else "",
    )


def _interview(found: Audit, group: str) -> Interview:
    from crmaudit.workspace.matching import plain_name
    from crmaudit.workspace.spelling import suggestion

    known = found.workspace.interviews
    hits = [i for i in known if i.id == group] or [
        i for i in known if plain_name(i.group) == plain_name(group)
    ]
    if len(hits) == 1:
        return hits[0]
    if hits:
        ids = ", ".join(i.id for i in hits)
        raise CrmauditError(f"{len(hits)} interviews are with {group!r}", f"say one of {ids}")
    names = [n for i in known for n in (i.id, i.group)]
    raise CrmauditError(f"there is no interview with {group!r}", suggestion(group, names))


def _row(
    kind: str, text: str, systems: Iterable[str] = (), themes: Iterable[str] = (), answer: str = ""
) -> dict[str, Any]:
    return {
        "kind": kind,
        "text": text,
        "verdict": None,
        "systems": list(systems),
        "themes": list(themes),
        "hours_low": None,
        "hours_high": None,
        "reason": "",
        "answered": answer,
    }


def _text(row: Any) -> str:
    return f"{row['text']} ({row['verdict']})" if row["verdict"] else str(row["text"])
