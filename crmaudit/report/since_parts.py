"""What changed since the last audit, in words, key figures and lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.remembered import Promise, Since
from crmaudit.remembered.course import FigureChange, courses
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day, number
from crmaudit.report.since_model import SincePart
from crmaudit.report.since_words import Words
from crmaudit.report.specs import Lines, Series
from crmaudit.report.wording import counted, listed
from crmaudit.standing.figures import KINDS, kind_of

MAIN = (
    "quality",
    "completeness of dossiers",
    "mapping known",
    "adoption",
    "dysfunctions",
    "plan done",
    "findings",
    "findings of critical",
    "cost a year",
)
"""The figures whose course is drawn."""
_ABREAST = 3
"""Panels side by side: one row on a page that is to stay one."""


def since_part(facts: Facts, since: Since | None, late: tuple[Promise, ...]) -> SincePart:
    """What changed since the last audit; without one only what is overdue."""
    if since is None:
        return SincePart(overdue=len(late))
    words = Words(facts, since)
    every = _lines(facts, since)
    audits = len({p.day for p in facts.past if p.day < since.after.day})
    # Two points make no course: the table tells them better.
    few = replace(every, series=every.series[:_ABREAST]) if every and audits > 1 else None
    return SincePart(
        last=since.before.day,
        run=since.before.number,
        audits=audits,
        figures=tuple(_key_figures(since, late)),
        lines=few,
        all_lines=every,
        better=tuple(words.of("better")),
        worse=tuple(words.of("worse")),
        unlike=tuple(words.of("not comparable")),
        topics={topic: words.topic(topic) for topic in dict.fromkeys(_topics(since))},
        counts={str(how): n for how, n in since.counts.items()},
        done=tuple(s.title for s in since.plan.of("done")),
        started=tuple(s.title for s in since.plan.of("started")),
        kept=sum(a.fate == "kept" for a in since.answered),
        overdue=len(late),
        remarks=tuple(_remarks(since)),
        changed=since.landscape.changed,
    )


def _topics(since: Since) -> Iterator[str]:
    for change in since.figures:
        kind = kind_of(change.name)
        if kind:
            yield kind[0].topic


def with_trends(
    figures: Iterable[b.KeyFigure], facts: Facts, since: Since | None
) -> tuple[b.KeyFigure, ...]:
    """The key figures with what became of them since the last audit, where that can be told."""
    if since is None:
        return tuple(figures)
    words = Words(facts, since)
    by_label = {words.name(c.name): c for c in since.figures if c.name in KINDS}
    found = []
    for figure in figures:
        change = by_label.get(figure.label)
        if change is None or figure.state != "value":
            found.append(figure)
        elif change.name == "findings":
            found.append(replace(figure, trend=_findings_trend(since)))
        else:
            found.append(replace(figure, trend=_trend(words, change, since)))
    return tuple(found)


def _trend(words: Words, change: FigureChange, since: Since) -> b.Trend | None:
    when = day(since.before.day)
    if change.verdict in ("same", "within error"):
        return b.Trend("flat", msg("as on {day}", day=when))
    if not change.delta or change.verdict == "not comparable":
        return None
    good = {"better": True, "worse": False}.get(change.verdict)
    text = msg("{change} since {day}", change=words.change(change), day=when)
    return b.Trend("up" if change.delta > 0 else "down", text, good)


def _findings_trend(since: Since) -> b.Trend:
    """By what came and what was judged again and is gone: more may only be looked at now."""
    came, gone = len(came_back(since)), since.counts["no longer found"]
    text = msg(
        "{came} new, {gone} gone since {day}",
        came=number(came),
        gone=number(gone),
        day=day(since.before.day),
    )
    if came == gone:
        return b.Trend("flat", text)
    return b.Trend("up" if came > gone else "down", text, came < gone)


def came_back(since: Since) -> tuple[object, ...]:
    """Findings that the last audit could have made, and did not."""
    return since.of("new", "back", "waiver ended")


def _key_figures(since: Since, late: tuple[Promise, ...]) -> Iterator[b.KeyFigure]:
    n, whole = since.counts, len(since.before.part("findings") or ())
    came = len(came_back(since))
    worse = counted(n["worse"], "other", "others")
    yield b.KeyFigure(
        "New findings",
        number(came),
        msg("{back} of them back; {worse} graver than before", back=n["back"], worse=worse),
    )
    yield b.KeyFigure(
        "No longer found", number(n["no longer found"]), msg("of {n} then, judged again", n=whole)
    )
    lost = n["not assessed any more"] + n["left the scope"] + n["waived"] + n["perhaps gone"]
    yield b.KeyFigure(
        "Gone for other reasons",
        number(lost),
        msg(
            "{open} not assessed any more, {out} left the scope, {waived} waived",
            open=n["not assessed any more"] + n["perhaps gone"],
            out=n["left the scope"],
            waived=n["waived"],
        ),
    )
    due = [a for a in since.answered if a.promised <= since.after.day]
    kept = sum(a.fate == "kept" for a in due)
    if due:
        told = msg("of {n} due since then", n=len(due))
        yield b.KeyFigure("Promises kept", number(kept), told)
    owners = len({p.owner for p in late})
    yield b.KeyFigure(
        "Answers overdue",
        number(len(late)),
        msg("by {owners}", owners=counted(owners, "owner")) if late else "",
    )


def _lines(facts: Facts, since: Since) -> Lines | None:
    """The main figures over all remembered audits and this one."""
    words = Words(facts, since)
    earlier = [p for p in facts.past if p.day < since.after.day]
    found = courses([*earlier, since.after])
    series = []
    for name in MAIN:
        points = found.get(name, ())
        if len(points) > 1 and len({p.figure.value for p in points}) > 1:
            last = points[-1].figure
            series.append(
                Series(
                    words.name(name),
                    tuple((p.day, round(p.figure.value, 1)) for p in points),
                    words.value(name, replace(last, part=None)),
                )
            )
    return Lines(tuple(series)) if series else None


def _remarks(since: Since) -> Iterator[str]:
    if since.old:
        yield msg(
            "The last audit kept less than audits do now. Its landscape, its plan and what it "
            "could not assess are not known."
        )
    elif since.other_tool:
        yield msg(
            "Version {before} of crmaudit made the last audit, {after} this one: the rules may "
            "differ.",
            before=since.before.tool,
            after=since.after.tool,
        )
    began = since.counts["first assessed"] + since.counts["came into scope"]
    if began:
        yield msg(
            "{n} that the last audit could not have made: what they are about was not assessed "
            "then, or not in scope.",
            n=counted(began, "more finding"),
        )
    lost = since.landscape.systems_removed
    if lost:
        yield msg("No longer in the audit: {systems}.", systems=listed(list(lost.values()), 6))
    added = since.landscape.systems_added
    if added:
        yield msg("New in the audit: {systems}.", systems=listed(list(added.values()), 6))
