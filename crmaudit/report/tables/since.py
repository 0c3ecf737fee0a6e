"""What changed since the last audit, and what was promised and is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.engine import Finding
from crmaudit.messages import listed, msg
from crmaudit.remembered import lapsed, promises
from crmaudit.remembered.course import ranked
from crmaudit.remembered.landscape import CellChange, letters
from crmaudit.remembered.promises import by_owner
from crmaudit.remembered.since import FindingChange, How
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day
from crmaudit.report.since_words import Words
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash, severity, word
from crmaudit.standing.figures import KINDS

_FEW = 5
"""Findings and figures on the page itself; all stand in the appendix."""
_FIGURES = 40
_CAME: tuple[How, ...] = ("new", "back", "waiver ended", "worse")
_LATER: tuple[How, ...] = ("first assessed", "came into scope", "perhaps new")
_WENT: tuple[How, ...] = (
    "milder",
    "no longer found",
    "waived",
    "not assessed any more",
    "left the scope",
    "perhaps gone",
)


def figures_since(given: Given) -> b.Table | None:
    """Figures of the last audit beside those of today, with what may be said of them."""
    since = given.since
    if since is None:
        return None
    words = Words(given.facts, since)
    told = [
        c
        for c in ranked(since.figures)
        if c.name in KINDS or c.verdict not in ("same", "within error")
    ]
    rows = []
    for c in told[:_FIGURES]:
        ends = [
            b.Cell(words.value(c.name, f), f.value) if f else gap("that audit did not tell it")
            for f in (c.before, c.after)
        ]
        rows.append(
            (words.name(c.name), *ends, words.change(c) or DASH, word(c.verdict), or_dash(c.why))
        )
    columns = [
        Column("Figure"),
        Column(msg("{day}", day=day(since.before.day))),
        Column("Now"),
        Column("Change", align="right"),
        Column("Verdict", "label", filter=True),
        Column("Why"),
    ]
    note = (
        "Compared where both are of the same systems and came about in the same way. Within error: "
        "no more apart than samples, estimates and unknown criteria can make them."
    )
    caption = most("Figures then and now", len(rows), len(told))
    return given.table(caption, columns, rows, note)


def figures_moved(given: Given) -> b.Table | None:
    """Figures that are better or worse than at the last audit: the whole ones, then by how much."""
    since = given.since
    if since is None:
        return None
    words = Words(given.facts, since)
    moved = [c for c in ranked(since.figures) if c.verdict in ("better", "worse")]
    rows = [
        (
            words.name(c.name),
            *(words.value(c.name, f) if f else DASH for f in (c.before, c.after)),
            words.change(c),
            word(c.verdict),
        )
        for c in moved[:_FEW]
    ]
    columns = [
        Column("Figure"),
        Column(msg("{day}", day=day(since.before.day))),
        Column("Now"),
        Column("Change", align="right"),
        Column("Verdict", "label"),
    ]
    return given.table(most("Better or worse", len(rows), len(moved)), columns, rows)


def came_since(given: Given) -> b.Table | None:
    """The gravest findings that came, came back or grew graver since the last audit."""
    return _few(given, _CAME, "Came or grew graver")


def went_since(given: Given) -> b.Table | None:
    """The gravest findings of the last audit that are gone because they were judged again."""
    return _few(given, ("no longer found",), "Judged again and not found any more")


def _few(given: Given, hows: tuple[How, ...], caption: str) -> b.Table | None:
    if given.since is None:
        return None
    found = sorted(given.since.of(*hows), key=_gravest)
    rows = [_row(given, f) for f in found[:_FEW]]
    return given.table(most(caption, len(rows), len(found)), _COLUMNS[:4], [r[:4] for r in rows])


def _gravest(change: FindingChange) -> tuple[int, str, str]:
    return b.SEVERITIES.index(change.severity), change.code, change.subject


_COLUMNS = (
    Column("Severity", "severity", filter=True),
    Column("Code", "id"),
    Column("Finding"),
    Column("What became of it", "label", filter=True),
    Column("Subject"),
    Column("Why"),
)


def changes_since(given: Given) -> b.Table | None:
    """Every finding that came, went or changed its severity since the last audit, and why."""
    if given.since is None:
        return None
    found = given.since.of(*_CAME, *_LATER, *_WENT)
    rows = [_row(given, f) for f in found]
    caption = msg(
        "{findings} that came, went or changed severity",
        findings=given.counted(len(rows), "finding"),
    )
    return given.table(caption, _COLUMNS, rows, filters=True)


def _row(given: Given, f: FindingChange) -> tuple[object, ...]:
    how = msg("{how}, was {severity}", how=f.how, severity=f.was) if f.was else f.how
    subject = b.Cell(f.subject, f.subject, inlines=(b.Code(f.subject),))
    return severity(f.severity), f.code, f.message, how, subject, or_dash(f.why)


def overdue(given: Given) -> b.Table | None:
    """Answers past their due day by owner, and waivers that have run out."""
    found = promises(given.judgement)
    today = given.judgement.as_of
    rows: list[tuple[object, ...]] = []
    for owner, mine in by_owner(found).items():
        for p in mine:
            who = given.name(owner) if owner else msg("nobody named")
            rows.append((who, *_late(p.finding), p.due, p.days, msg("overdue")))
    for f in lapsed(given.judgement):
        assert f.response is not None
        ended = f.response.expires
        days = (today - ended).days if today and ended else None
        who = given.name(f.response.owner) if f.response.owner else DASH
        rows.append((who, *_late(f), ended, days, msg("waiver run out")))
    columns = [
        Column("Who", filter=True),
        Column("Severity", "severity"),
        Column("Code", "id"),
        Column("Finding"),
        Column("Due", "date"),
        Column("Days since", "number"),
        Column("State", "label", filter=True),
    ]
    note = "Overdue: agreed to be mended by a day that is over, and still found."
    return given.table("Promised and overdue, by owner", columns, rows, note)


def overdue_owners(given: Given) -> b.Table | None:
    """Who has how many answers overdue, and since when at the most."""
    rows = []
    for owner, mine in by_owner(promises(given.judgement)).items():
        gravest = min((p.finding.severity for p in mine), key=b.SEVERITIES.index)
        who = given.name(owner) if owner else msg("nobody named")
        codes = dict.fromkeys(p.finding.code for p in mine)
        rows.append((who, len(mine), severity(gravest), max(p.days for p in mine), listed(codes)))
    columns = [
        Column("Who"),
        Column("Overdue", "number"),
        Column("Gravest", "severity"),
        Column("Days at most", "number"),
        Column("Rules"),
    ]
    shown = rows[:_FEW]
    caption = most("Answers overdue, by owner", len(shown), len(rows))
    return given.table(caption, columns, shown, "The appendix on changes names each finding.")


def _late(f: Finding) -> tuple[object, ...]:
    return severity(f.severity), f.code, f.message


def promised(given: Given) -> b.Table | None:
    """What became of the answers with a due day that the last audit had."""
    if given.since is None:
        return None
    rows = [
        (
            given.name(a.owner) if a.owner else DASH,
            a.code,
            a.message,
            a.promised,
            a.due if a.due != a.promised else DASH,
            a.fate,
        )
        for a in given.since.answered
    ]
    columns = [
        Column("Who", filter=True),
        Column("Code", "id"),
        Column("Finding"),
        Column("Promised for", "date"),
        Column("Now due", "date"),
        Column("What became of it", "label", filter=True),
    ]
    return given.table("What the last audit had promises for", columns, rows)


def landscape_since(given: Given) -> b.Table | None:
    """Systems, entities, feeds and letters of the matrix that came, went or changed."""
    if given.since is None:
        return None
    land = given.since.landscape
    rows = [*_came_and_went(given), *_records(given), *(_cell(given, c) for c in land.cells)]
    columns = [Column("What", filter=True), Column("Which"), Column("Then"), Column("Now")]
    note = msg("Not known then: {parts}.", parts=listed(land.unknown)) if land.unknown else ""
    return given.table("What changed in the landscape", columns, rows, note)


def _came_and_went(given: Given) -> Iterator[tuple[object, ...]]:
    assert given.since is not None
    land = given.since.landscape
    names = {**land.names, **given.names}
    for what, came, went in (
        ("System", land.systems_added, land.systems_removed),
        ("Entity", land.entities_added, land.entities_removed),
    ):
        yield from ((what, name, DASH, "new") for name in came.values())
        yield from ((what, name, "in the audit", "gone") for name in went.values())

    def ends(feed: tuple[str, str]) -> str:
        return f"{names.get(feed[0], feed[0])} → {names.get(feed[1], feed[1])}"

    yield from (("Feed", ends(f), DASH, "new") for f in land.feeds_added)
    yield from (("Feed", ends(f), "declared", "gone") for f in land.feeds_removed)


def _records(given: Given) -> Iterable[tuple[object, ...]]:
    assert given.since is not None
    for entity, old, new in given.since.landscape.records:
        ends = [given.names.get(x, x) or "undecided" for x in (old, new)]
        yield "System of record", given.names.get(entity, entity), *ends


def _cell(given: Given, c: CellChange) -> tuple[object, ...]:
    names = given.names
    which = msg(
        "{entity} in {system}",
        entity=names.get(c.entity, c.entity),
        system=names.get(c.system, c.system),
    )
    return "Mapping", which, letters(c.before), letters(c.after)


def plan_since(given: Given) -> b.Table | None:
    """Initiatives that were done, begun, put off, added or given up since the last audit."""
    if given.since is None:
        return None
    rows = []
    for s in given.since.plan.steps:
        told: object = s.course
        if s.days:
            told = msg(
                "{course} by {days}", course=s.course, days=given.counted(abs(s.days), "day")
            )
        elif s.effort:
            told = msg(
                "{course}: {before} days then, {after} now",
                course=s.course,
                before=given.number(s.effort[0], 0),
                after=given.number(s.effort[1], 0),
            )
        rows.append((s.title, given.name(s.owner) if s.owner else DASH, told))
    columns = [Column("Initiative"), Column("Owner"), Column("What became of it")]
    return given.table("The plan since then", columns, rows)
