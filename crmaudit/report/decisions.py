"""What the plan asks of whom, by when, with which number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from crmaudit.engine import Finding, Judgement
from crmaudit.facts import Facts
from crmaudit.messages import capital, counted, listed, msg, named
from crmaudit.report.numbers import day as day_words
from crmaudit.report.numbers import number
from crmaudit.report.plan_context import Decision
from crmaudit.report.wording import names, span
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.target import target

YEAR = 365
"""Days ahead within which last days of notice are asked for."""
NAMED = 6
"""Contracts that a decision names, and initiatives that it says are not in it."""
ANSWER = 30
"""Days to answer what is critical, and to name owners."""


def decisions(facts: Facts, judgement: Judgement, plan: Plan) -> tuple[Decision, ...]:
    """One decision of each kind, with those who have to take it, a number, and a day."""
    return tuple(_Asking(facts, judgement, plan).all())


@dataclass(frozen=True)
class _Asking:
    facts: Facts
    judgement: Judgement
    plan: Plan

    def all(self) -> Iterator[Decision]:
        yield from self._release()
        yield from self._budget()
        yield from self._missed()
        yield from self._notice()
        yield from self._owners()
        yield from self._critical()
        yield from self._records()
        yield from self._answers()

    @property
    def _board(self) -> str:
        known = names(self.facts.workspace)
        return known.get(self.facts.workspace.audit.terms.commissioned_by, "") or msg("Management")

    def _soon(self) -> date | None:
        return self.facts.day + timedelta(days=ANSWER) if self.facts.day else None

    def _over(self, i: Initiative) -> bool:
        """Whether the start that was set for it is past."""
        return bool(self.facts.day and i.start and i.start < self.facts.day)

    def _ahead(self, by: date) -> date:
        """The day or, where it is not to come any more, the next after the audit's."""
        return max(by, self.facts.day + timedelta(days=1)) if self.facts.day else by

    def _begin(self) -> date | None:
        """The plan's first day; where it is over, a day soon."""
        by = self.plan.begin
        over = by is not None and self.facts.day is not None and by <= self.facts.day
        return self._soon() if over else by

    def _release(self) -> Iterator[Decision]:
        plan = self.plan
        if not plan.phases:
            return
        n = min(plan.phases)
        first = [i for i in plan.phases[n] if i.status in ("proposed", "approved")]
        if not first:
            return
        days = (sum(i.effort[0] for i in first), sum(i.effort[1] for i in first))
        costs = [i.cost_range for i in first if i.cost_range]
        values = {
            "days": span(days),
            "n": _of(len(first), len(plan.phases[n])),
            "phase": n,
            "findings": counted(sum(len(i.findings) for i in first), "finding"),
        }
        priced = len(costs) == len(first)
        if priced:
            values["cost"] = span((sum(x[0] for x in costs), sum(x[1] for x in costs)))
            values["currency"] = self.facts.inventory.currency
        by = self._begin()
        soon = [i for i in first if plan.begin and i.start and i.start < plan.begin]
        if by is not None:
            # What is to be released has not begun.
            by = self._ahead(min([by, *(i.start for i in soon if i.start and not self._over(i))]))
            values["by"] = day_words(by)
        pattern = {
            (True, True): "By {by}, release {days} days ({cost} {currency}) for phase {phase}: "
            "{n}, {findings} answered.",
            (True, False): "By {by}, release {days} days for phase {phase}: {n}, {findings} "
            "answered.",
            (False, True): "Release {days} days ({cost} {currency}) for phase {phase}: {n}, "
            "{findings} answered.",
            (False, False): "Release {days} days for phase {phase}: {n}, {findings} answered.",
        }[by is not None, priced]
        text = msg(pattern, **values)
        if soon:
            pattern = (
                "{asked} {n} of them must begin before the plan does, to be in time; their {early} "
                "days come on top of the capacity declared."
            )
            if len(soon) == 1:
                pattern = (
                    "{asked} One of them must begin before the plan does, to be in time; its "
                    "{early} days come on top of the capacity declared."
                )
            early = (sum(i.effort[0] for i in soon), sum(i.effort[1] for i in soon))
            text = msg(pattern, asked=text, n=len(soon), early=span(early))
        others = [i for i in plan.phases[n] if i not in first]
        if others:
            told = [msg("{title} ({status})", title=i.title, status=msg(i.status)) for i in others]
            text = msg("{asked} Not asked for: {names}.", asked=text, names=listed(told, NAMED))
        yield Decision(self._board, text, by)

    def _budget(self) -> Iterator[Decision]:
        if not self.plan.scenarios or not self.plan.scenarios[0].left:
            return
        base = self.plan.scenarios[0]
        if base.means.budget is None or self.plan.cost is None or base.cost is None:
            return
        values = {
            "budget": number(base.means.budget, 0),
            "currency": self.facts.inventory.currency,
            "n": len(base.taken),
            "whole": len(base.taken) + len(base.left),
            "cost": span(self.plan.cost),
            "taken": span(base.cost),
        }
        by = self._begin()
        text = (
            "Decide on the budget: {budget} {currency} pay for {n} of {whole} initiatives, which "
            "cost {taken}; all cost {cost}, internal days included."
        )
        if by is not None:
            values["by"] = day_words(by)
            text = (
                "By {by}, decide on the budget: {budget} {currency} pay for {n} of {whole} "
                "initiatives, which cost {taken}; all cost {cost}, internal days included."
            )
        asked = msg(text, **values)
        over = base.cost[1] - base.means.budget
        if over > 0:
            asked = msg(
                "{asked} At the upper end the {n} cost {over} {currency} more than the budget.",
                asked=asked,
                n=len(base.taken),
                over=number(over, 0),
                currency=self.facts.inventory.currency,
            )
        chosen = self.plan.chosen
        if chosen is not None:
            asked = msg("{asked} Recommended: {name}.", asked=asked, name=named(chosen.means.name))
        yield Decision(self._board, asked, by)

    def _missed(self) -> Iterator[Decision]:
        """Days that have to be kept and that the plan misses, the first one first."""
        late = sorted(
            (i.due.day, i.end, i.title)
            for i in self.plan.initiatives
            if i.open and i.late and i.due and i.end
        )
        if not late:
            return
        told = [
            msg(
                "{title} ({due}, planned end {end})",
                title=title,
                due=day_words(due),
                end=day_words(end),
            )
            for due, end, title in late
        ]
        by = self._begin()
        values = {"n": len(late), "names": listed(told, NAMED)}
        text = (
            "Decide how to keep a day that the plan misses: {names}."
            if len(late) == 1
            else "Decide how to keep {n} days that the plan misses: {names}."
        )
        if by is not None:
            by = min(by, late[0][0])
            values["by"] = day_words(by)
            text = (
                "By {by}, decide how to keep a day that the plan misses: {names}."
                if len(late) == 1
                else "By {by}, decide how to keep {n} days that the plan misses: {names}."
            )
        yield Decision(self._board, msg(text, **values), by)

    def _notice(self) -> Iterator[Decision]:
        """All contracts whose last day of notice comes within a year, the first day first."""
        day, known = self.facts.day, names(self.facts.workspace)
        settled = {f.subject for f in self.judgement.waived if f.code == "INV112"}
        found = sorted(
            (row.notice_by, row.system.id)
            for row in self.facts.inventory.rows
            if day is not None
            and row.notice_by is not None
            and 0 <= (row.notice_by - day).days <= YEAR
            and f"system:{row.system.id}" not in settled
        )
        if not found:
            return
        systems = [system for _, system in found]
        work = [i for i in self.plan.initiatives if i.open and i.template == "review-contracts"]
        mine = [i for s in systems for i in work if i.systems == (s,)]
        leading = dict.fromkeys(known.get(i.owner, i.owner) for i in mine if i.owner)
        who = listed(list(leading), 3) if leading else msg("Management")
        first, last = found[0][0], found[-1][0]
        values: dict[str, object] = {"by": day_words(first), "name": known.get(systems[0], "")}
        if len(found) == 1:
            text = "By {by}, the last day of notice, decide on {name}'s contract."
        else:
            told = [msg("{name} ({day})", name=known.get(s, s), day=day_words(d)) for d, s in found]
            values |= {"n": len(found), "last": day_words(last), "names": listed(told, NAMED)}
            text = (
                "From {by} to {last}, decide on {n} contracts, each by its last day of notice: "
                "{names}."
            )
        asked = msg(text, **values)
        saved = [i.money for i in mine if i.money]
        if saved:
            asked = msg(
                "{asked} To save: {amount} {currency} a year.",
                asked=asked,
                amount=span((sum(m[0] for m in saved), sum(m[1] for m in saved))),
                currency=self.facts.inventory.currency,
            )
        yield Decision(who, asked, first)

    def _owners(self) -> Iterator[Decision]:
        known = names(self.facts.workspace)
        ownerless = [
            known.get(s, s)
            for s in dict.fromkeys(
                f.subject.partition(":")[2] for f in self.judgement.findings if f.code == "INV101"
            )
        ]
        if not ownerless:
            return
        by = self._soon()
        values = {"n": counted(len(ownerless), "system"), "names": listed(ownerless, 3)}
        if by is None:
            text = msg("Name a business owner for {n}: {names}.", **values)
        else:
            pattern = "By {by}, name a business owner for {n}: {names}."
            text = msg(pattern, by=day_words(by), **values)
        yield Decision(msg("Management"), text, by)

    def _critical(self) -> Iterator[Decision]:
        known = names(self.facts.workspace)
        found = [f for f in self.judgement.findings if f.urgent]
        if not found:
            return
        nobody = msg("management")
        asked = dict.fromkeys(
            known.get(who, who) if (who := self._answers_for(f)) else nobody for f in found
        )
        who = capital(listed(sorted(asked, key=lambda x: x == nobody), 3))
        noun, by = counted(len(found), "critical finding"), self._soon()
        if by is None:
            text = msg("Agree, dispute or waive the {n} within a month.", n=noun)
            yield Decision(who, text, None)
            return
        marks = {f.fingerprint for f in found}
        mending = (i for i in self.plan.initiatives if i.open)
        ends = [i.end for i in mending if marks & {f.fingerprint for f in i.findings}]
        known_ends = [e for e in ends if e]
        values = {"by": day_words(by), "n": noun}
        if known_ends and len(known_ends) == len(ends):
            text = "By {by}, agree, dispute or waive the {n}: the plan answers them by {end}."
            yield Decision(who, msg(text, **values, end=day_words(max(known_ends))), by)
        else:
            yield Decision(who, msg("By {by}, agree, dispute or waive the {n}.", **values), by)

    def _answers_for(self, finding: Finding) -> str | None:
        """Whom it asks; where it asks nobody, who owns the system that it is about."""
        kind, _, name = finding.subject.partition(":")
        system = self.facts.workspace.system.get(name) if kind == "system" else None
        return finding.who or (system.owners.business if system else None)

    def _records(self) -> Iterator[Decision]:
        facts = self.facts
        # Several do equally much with it today, or none is known, and nobody decided which is to
        # count in future. Of a single system nothing is to be decided.
        several = len(facts.workspace.in_scope) > 1
        ties = [
            facts.workspace.entity[r.entity].label
            for r in target(facts).records
            if (len(r.now) > 1 and r.basis != "target declared") or (several and r.future is None)
        ]
        if not ties:
            return
        step = next((i for i in self.plan.initiatives if i.id == "agree-system-of-record"), None)
        by = self.facts.day + timedelta(days=3 * ANSWER) if self.facts.day else None
        if self.facts.day and step is not None and step.end and step.end > self.facts.day:
            by = step.end  # as the plan has it, which prepares the decision
        values = {"n": counted(len(ties), "entity", "entities"), "names": listed(ties, 3)}
        if by is None:
            text = msg("Decide which system's version counts for {n}: {names}.", **values)
        else:
            pattern = "By {by}, decide which system's version counts for {n}: {names}."
            text = msg(pattern, by=day_words(by), **values)
        yield Decision(msg("Heads of department"), text, by)

    def _answers(self) -> Iterator[Decision]:
        open_ = sum(f.state == "open" for f in self.judgement.findings)
        if open_:
            noun = counted(open_, "open finding")
            text = msg("Agree, dispute or waive the {n}, each with a date.", n=noun)
            yield Decision(msg("Owners"), text, None)


def _of(n: int, whole: int) -> str:
    """`14 initiatives`, or `13 of 14 initiatives`."""
    told = counted(whole, "initiative")
    return told if n == whole else msg("{n} of {whole}", n=n, whole=told)
