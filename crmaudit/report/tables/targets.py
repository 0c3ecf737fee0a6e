"""Tables of the target picture: systems of record, systems, feeds."""

from __future__ import annotations

from collections.abc import Mapping

from crmaudit.messages import counted, joined, listed, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.strategy import FeedTarget, Initiative, RecordTarget, feed_effort, target
from crmaudit.strategy.target_model import FEED_ACTIONS, SYSTEM_ACTIONS, RecordBasis

MOST = 5_000
"""Rows of a table here at most. Paper shows fewer: `pdf_data.MOST_ROWS`."""
_BASIS: Mapping[RecordBasis, str] = {
    "target declared": "decided for the future",
    "declared": "decided today",
    "proposed": "proposed",
    "successor": "successor of today's",
    "open": "open",
}


def target_records(given: Given) -> b.Table | None:
    """The system of record of each entity today and in future, and what speaks against it."""
    rows = [
        (
            given.names[r.entity],
            _today(given, r),
            given.name(r.future) if r.future else msg("open"),
            _basis(r),
            DASH if r.basis == "declared" else or_dash(r.reason),
            or_dash(r.conflict),
            given.listed(r.others),
        )
        for r in sorted(target(given.facts).records, key=_weight)
    ]
    columns = [
        Column("Entity"),
        Column("Record today"),
        Column("Record in future"),
        Column("Basis (confidence)", filter=True),
        Column("Why"),
        Column("Against it"),
        Column("Others that write it"),
    ]
    note = (
        "Those that are open, contested or move come first. Others that write it are to stop, or "
        "their changes are to reach the record."
    )
    caption = msg(
        "Systems of record of {n}, today and in future", n=counted(len(rows), "entity", "entities")
    )
    return given.table(most(caption, MOST, len(rows)), columns, rows[:MOST], note)


def target_systems(given: Given) -> b.Table | None:
    """What is to become of each system, and why."""
    found = sorted(target(given.facts).systems, key=lambda x: -SYSTEM_ACTIONS.index(x.action))
    rows = [
        (
            given.name(x.system),
            msg(x.action),
            x.reason,
            given.name(x.successor),
            given.listed(x.needs),
            or_dash(x.conflict),
            _answers(given, x.system),
        )
        for x in found
    ]
    columns = [
        Column("System"),
        Column("Target", "label", filter=True),
        Column("Why"),
        Column("Successor"),
        Column("Alone creates, needed elsewhere"),
        Column("Against it"),
        Column("Said in answers"),
    ]
    note = (
        "What the dossier or the lifecycle decides comes before what follows from the fit. What is "
        "to be decided stays until then."
    )
    caption = msg("Target of {n}", n=counted(len(rows), "system"))
    return given.table(most(caption, MOST, len(rows)), columns, rows[:MOST], note)


def target_feeds(given: Given) -> b.Table | None:
    """Feeds to build, mend, retire and keep."""
    found = sorted(target(given.facts).feeds, key=lambda f: FEED_ACTIONS.index(f.action))
    doing = _Doing(given)
    rows = [
        (
            msg(f.action),
            given.name(f.source),
            given.name(f.target),
            given.listed(f.entities) if f.entities else gap("nobody said what"),
            b.Cell(f.reason, f.reason, f.evidence[:3]),
            _rows(given, f),
            _days(given, f),
            doing.work(f),
        )
        for f in found[:MOST]
    ]
    columns = [
        Column("Action", "label", filter=True),
        Column("From"),
        Column("To"),
        Column("Entities"),
        Column("Why"),
        Column("Rows", "label", align="right"),
        Column("Days to build", "label", align="right"),
        Column("Initiative"),
    ]
    note = msg(
        "Rows: counted at the source, else declared of the entity as a whole. Days: low to high, "
        "by the published anchor of one table from source to integration for each entity; "
        "an initiative adds those of setting it up."
    )
    beside = [i.title for i in _joining(given) if not any(i.id == _id(f) for f in found)]
    if beside:
        note = msg(
            "{note} Findings ask for {n} more, whose direction nobody has decided: {names}.",
            note=note,
            n=counted(len(beside), "feed"),
            names=listed(beside, 6),
        )
    counts = {a: sum(f.action == a for f in found) for a in FEED_ACTIONS}
    caption = msg("Feeds: {build} to build, {mend} to mend, {retire} to retire, {keep} to keep",
                  **counts)  # fmt: skip
    return given.table(most(caption, MOST, len(found)), columns, rows, note, filters=len(rows) > 15)


def _id(f: FeedTarget) -> str:
    """Of the initiative that builds or mends this feed alone."""
    return f"{f.action}-feeds.{f.source}.{f.target}"


def _joining(given: Given) -> tuple[Initiative, ...]:
    """Initiatives that each build one feed."""
    return tuple(
        i
        for i in given.plan.initiatives
        if i.open and i.template == "build-feeds" and i.id != i.template
    )


_CLOSING = ("", "renew-or-replace", "retire-systems")
"""Templates of what ends a system, and so its feeds; the first is that of own initiatives."""


class _Doing:
    """Which initiative sees to a feed."""

    def __init__(self, given: Given) -> None:
        mine = [i for i in given.plan.initiatives if i.open]
        self._known = {i.id: i for i in mine}
        self._closing = [i for i in mine if i.template in _CLOSING]
        self._about: dict[str, Initiative] = {}
        for i in mine:
            for x in i.findings:
                for subject in (x.subject, *x.related):
                    self._about.setdefault(subject, i)

    def work(self, f: FeedTarget) -> object:
        """The feed's own initiative, that of an end, or that of a finding on it."""
        if f.action == "keep":
            return DASH
        ends = {f.source, f.target}
        closing = self._closing if f.action == "retire" else []
        found = (
            self._known.get(_id(f))
            or next((i for i in closing if ends & {*i.systems}), None)
            or self._about.get(f"feed:{f.source}.{f.target}")
            # What has none of its own is built together with the others.
            or (self._known.get("build-feeds") if f.action == "build" else None)
        )
        return found.title if found else msg("none: no finding asks for it")


def _answers(given: Given, system: str) -> object:
    """What people said of the system in answer to a finding: it may speak of its future."""
    judgement = given.judgement
    told = [
        msg("{reason} ({code}, {state})", reason=said, code=f.code, state=msg(f.response.state))
        for f in (*judgement.findings, *judgement.waived)
        if f.subject == f"system:{system}" and f.response
        if (said := f.response.reason.strip().rstrip("."))
    ]
    return joined("; ", told) or DASH


def _today(given: Given, r: RecordTarget) -> object:
    if not r.now:
        return msg("no writer is known")
    names = given.listed(r.now)
    if len(r.now) > 1:
        return msg("{systems} (tied)", systems=names)
    return names if r.declared else msg("{system} (proposed)", system=names)


def _basis(r: RecordTarget) -> str:
    if r.future is None:
        return msg(_BASIS["open"])
    return msg("{basis} ({confidence})", basis=msg(_BASIS[r.basis]), confidence=msg(r.confidence))


def _weight(r: RecordTarget) -> int:
    """Open, contested and moving records before the others."""
    if r.future is None:
        return 0
    return 1 if r.conflict else 2 if r.moves else 3


def _rows(given: Given, f: FeedTarget) -> object:
    known = f.volume or {}
    if not known:
        return gap("volume not known")
    total = sum(known.values())
    if f.rows is None:
        text = "≥\u202f{rows}"
        return b.Cell(msg(text, rows=given.number(total)), total)
    return b.Cell(given.number(total), total)


def _days(given: Given, f: FeedTarget) -> object:
    if f.action != "build":
        return DASH
    low, high = feed_effort(given.facts, f)
    return b.Cell(given.span((low, high)), round((low + high) / 2, 1))
