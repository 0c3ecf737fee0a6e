"""Figures and their changes as they are read: numbers with denominators, verdicts in words."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.remembered import Since
from crmaudit.remembered.course import FigureChange, ranked
from crmaudit.report.numbers import day, money, number, percent, share
from crmaudit.report.wording import counted, names
from crmaudit.standing.figures import KINDS, Figure, kind_of

_TOLD = 4
"""Figures of single systems and entities that a section tells, those that moved most first."""


class Words:
    """Figures and their changes as they are read."""

    def __init__(self, facts: Facts, since: Since) -> None:
        self._since = since
        self._names = {**since.landscape.names, **names(facts.workspace)}
        self._currency = facts.inventory.currency

    def name(self, figure: str) -> str:
        """`Quality of BeaconCRM`."""
        kind = kind_of(figure)
        return kind[0].name(self._names.get(kind[1], kind[1])) if kind else figure

    def value(self, name: str, figure: Figure) -> str:
        """`88 % (2,425 of 2,739)`, `93 % over 1,200 checks`, `3.6`, `EUR 38,865`."""
        kind = kind_of(name)
        unit = kind[0].unit if kind else "count"
        if unit == "percent":
            return _percent(figure)
        if unit == "money":
            return money(figure.value, self._currency)
        return number(figure.value, 1 if unit == "score" else 0)

    def change(self, change: FigureChange) -> str:
        """`+1.2 points`; empty where there is none to tell."""
        if not change.delta:
            return ""
        size = self.size(change)
        return msg("+{size}", size=size) if change.delta > 0 else msg("−{size}", size=size)

    def size(self, change: FigureChange) -> str:
        """The change without its sign: `1.2 points`."""
        kind = kind_of(change.name)
        unit = kind[0].unit if kind else "count"
        size = number(abs(change.delta or 0), 1 if unit in ("percent", "score") else 0)
        return msg("{n} points", n=size) if unit == "percent" else size

    def sentence(self, change: FigureChange) -> str:
        """What became of one figure, with both denominators."""
        assert change.before is not None
        assert change.after is not None
        values = {
            "what": self.name(change.name),
            "before": self.value(change.name, change.before),
            "after": self.value(change.name, change.after),
            "day": day(self._since.before.day),
            "change": self.change(change),
            "size": self.size(change),
            "why": change.why,
        }
        if change.verdict == "better":
            return msg("{what}: {before} on {day}, {after} now; better by {size}", **values)
        if change.verdict == "worse":
            return msg("{what}: {before} on {day}, {after} now; worse by {size}", **values)
        if change.verdict == "changed":
            return msg("{what}: {before} on {day}, {after} now ({change})", **values)
        if change.verdict == "within error":
            return msg(
                "{what}: {before} on {day}, {after} now; no more apart than samples and unknowns "
                "can make them",
                **values,
            )
        if change.verdict == "not comparable":
            return msg("{what}: {before} on {day}, {after} now; not comparable, {why}", **values)
        return msg("{what}: {after}, as on {day}", **values)

    def of(self, verdict: str) -> Iterator[str]:
        """The figures of a verdict, those over all first, then those that moved most."""
        for change in ranked(self._since.figures):
            if change.verdict == verdict:
                yield self.sentence(change)

    def topic(self, topic: str) -> tuple[str, ...]:
        """What a section tells: its whole figures, and single ones that clearly moved."""
        told, single = [], []
        for change in ranked(self._since.figures):
            kind = kind_of(change.name)
            if kind is None or kind[0].topic != topic or not (change.before and change.after):
                continue
            if change.name in KINDS:
                told.append(self.sentence(change))
            elif change.verdict in ("better", "worse"):
                single.append(self.sentence(change))
        return (*told, *single[:_TOLD])


def _percent(figure: Figure) -> str:
    """The share with its counts; with how many checks where it is weighted, not their ratio."""
    if figure.part is None or not figure.of:
        return percent(figure.value / 100, 1)
    if abs(100 * figure.part / figure.of - figure.value) < 0.05:
        return share(round(figure.part), round(figure.of), 1)
    told = percent(figure.value / 100, 1)
    return msg("{share} over {checks}", share=told, checks=counted(round(figure.of), "check"))
