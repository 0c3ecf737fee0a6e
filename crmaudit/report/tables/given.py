"""What every table is made from, and the cells that they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.remembered import Since
from crmaudit.report import blocks as b
from crmaudit.report import wording
from crmaudit.report.functions import make_table
from crmaudit.report.numbers import day, more, number
from crmaudit.rules.base import Severity
from crmaudit.strategy import Plan
from crmaudit.workspace import Workspace

DASH = b.Cell("–", None, state="none")
Column = b.Column


class Given:
    """Facts, findings and plan, with the names of things."""

    def __init__(
        self, facts: Facts, judgement: Judgement, plan: Plan, since: Since | None = None
    ) -> None:
        self.facts, self.judgement, self.plan, self.since = facts, judgement, plan, since
        self.names = wording.names(facts.workspace)

    @property
    def workspace(self) -> Workspace:
        return self.facts.workspace

    @property
    def currency(self) -> str:
        return self.facts.inventory.currency

    @property
    def departures(self) -> Mapping[tuple[date, str], tuple[str, ...]]:
        """Last day and person, of those who alone can support a system → these systems."""
        found: dict[tuple[date, str], dict[str, None]] = {}
        for system in self.workspace.in_scope:
            for state in self.facts.inventory.row(system.id).skills:
                for person, last in state.lost:
                    found.setdefault((last, person), {})[system.id] = None
        return {key: tuple(systems) for key, systems in sorted(found.items())}

    def table(
        self,
        caption: str,
        columns: Iterable[Column],
        rows: Iterable[Sequence[object]],
        note: str = "",
        filters: bool = False,
    ) -> b.Table | None:
        """A table without the columns that hold nothing; None where there is no row."""
        body = [tuple(row) for row in rows]
        if not body:
            return None
        heads = list(columns)
        used = [n for n in range(len(heads)) if any(row[n] is not DASH for row in body)]
        return make_table(
            [heads[n] for n in used],
            [[row[n] for n in used] for row in body],
            caption,
            "",
            note,
            filters,
        )

    def name(self, ref: str | None) -> object:
        """The name of a person, system, entity or unit; a dash for nobody."""
        return self.names.get(ref, ref) if ref else DASH

    def listed(self, ids: Iterable[str]) -> object:
        """All the names, separated by commas; a dash for none."""
        return joined(", ", (self.names.get(i, i) for i in ids)) or DASH

    def subject(self, subject: str) -> str:
        """A finding's subject in words: `system:billing` → `LedgerLine`."""
        return wording.subject(subject, self.names)

    def counted(self, n: float, noun: str, plural: str = "") -> str:
        return wording.counted(n, noun, plural)

    def number(self, value: float | None, digits: int | None = None) -> str:
        return number(value, digits)

    def more(self, value: float) -> str:
        """A difference: `+1,204`, `−3`."""
        return more(value, 0)

    def day(self, value: date) -> str:
        return day(value)

    def span(self, ends: tuple[float, float], digits: int = 0) -> str:
        return wording.span(ends, digits)


def most(caption: str, shown: int, whole: int) -> str:
    """The caption, and how many of how many are shown where that is not all."""
    return (
        caption
        if shown >= whole
        else msg(
            "{caption}: the first {shown:,} of {whole:,}", caption=caption, shown=shown, whole=whole
        )
    )


def or_dash(value: object) -> object:
    """A dash where there is nothing to show, which is neither zero nor unknown."""
    return DASH if value in (None, "", ()) else value


def word(value: str | None) -> object:
    """One of the program's fixed words, such as a state or a kind; a dash for none."""
    return msg(value) if value else DASH


def gap(reason: str) -> b.Cell:
    """Not assessed, and why."""
    return b.Cell(msg("not assessed"), None, state="not_assessed", reason=reason)


def severity(name: Severity) -> b.Cell:
    return b.Cell(msg(name), name, inlines=(b.SeverityMark(name),))


def lines(*parts: str) -> b.Cell:
    """The first part strong, each further one on a line of its own."""
    inlines: list[b.Inline] = [b.Strong((b.Text(parts[0]),))]
    for part in parts[1:]:
        if part:
            inlines += [b.LineBreak(), b.Text(part)]
    text = joined(". ", (p for p in parts if p))
    return b.Cell(text, text, inlines=tuple(inlines))
