"""Two audits laid beside each other: findings, landscape, plan.

A finding is called *no longer found* only where its rule judged its subject
again: it is mended, or what it warned of has come and gone. Else it may as well be
waived, not be assessed any more, or have
left with its system. In the same way one that was not there is *new* only
where the earlier audit could have found it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

from crmaudit.engine import Judgement, fingerprint
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.remembered.course import FigureChange, figure_changes
from crmaudit.remembered.kept import KEPT_SUBJECTS, summary
from crmaudit.remembered.landscape import Landscape, landscape
from crmaudit.remembered.steps import PlanChange, plan_changes
from crmaudit.remembered.subjects import things
from crmaudit.rules.base import SEVERITIES, Severity
from crmaudit.standing.past import Past, last_before
from crmaudit.strategy import Plan
from crmaudit.workspace.renaming import subjects_now

Change = Literal["new", "gone", "changed"]
How = Literal[
    "new",
    "back",
    "waiver ended",
    "first assessed",
    "came into scope",
    "perhaps new",
    "worse",
    "milder",
    "other words",
    "no longer found",
    "waived",
    "not assessed any more",
    "left the scope",
    "perhaps gone",
]
HOWS: tuple[How, ...] = get_args(How)
"""In the order in which they are told.

`back`: an earlier audit than the one compared had it. `perhaps new`, `perhaps
gone`: one of the two audits kept too little to tell. `no longer found`: the rule
judged again.
"""
_CHANGE: Mapping[How, Change] = {
    **dict.fromkeys(HOWS[:6], "new"),
    **dict.fromkeys(HOWS[6:9], "changed"),
    **dict.fromkeys(HOWS[9:], "gone"),
}


@dataclass(frozen=True, slots=True)
class FindingChange:
    """What became of one finding; `was` is its severity before, where that is another one.

    `owner` and `due` are of the answer to it, of the later audit where that
    has one. `why` says what the word is based on.
    """

    how: How
    code: str
    subject: str
    severity: Severity
    message: str
    was: Severity | None = None
    state: str = ""
    owner: str = ""
    due: date | None = None
    why: str = ""

    @property
    def change(self) -> Change:
        return _CHANGE[self.how]


Fate = Literal["kept", "overdue", "put off", "running", "waived", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a finding that somebody had agreed to mend by a day."""

    fate: Fate
    code: str
    subject: str
    message: str
    owner: str
    promised: date
    due: date


@dataclass(frozen=True)
class Since:
    """What changed from one audit to a later one."""

    before: Past
    after: Past
    findings: tuple[FindingChange, ...]
    """Those that changed, by kind of change, the worst first."""
    same: int
    """Findings that are as before."""
    figures: tuple[FigureChange, ...]
    """Every figure that either audit has."""
    landscape: Landscape
    plan: PlanChange
    answered: tuple[Answered, ...]
    """Answers with a due day that the earlier audit had, the earliest due first."""

    @cached_property
    def counts(self) -> Mapping[How, int]:
        """How many findings changed in each way; every way is there."""
        found = Counter(f.how for f in self.findings)
        return {how: found[how] for how in HOWS}

    def of(self, *hows: How) -> tuple[FindingChange, ...]:
        return tuple(f for f in self.findings if f.how in hows)

    @property
    def old(self) -> bool:
        """Whether the earlier audit kept too little to tell all."""
        return self.before.part("judged") is None

    @property
    def other_tool(self) -> bool:
        """Whether another version of the program made the earlier audit: its rules may differ."""
        return self.before.tool != self.after.tool


def compare(
    before: Past,
    after: Past,
    earlier: Iterable[Past] = (),
    now: Callable[[str], str] = str,
) -> Since:
    """What changed between two audits.

    `earlier` are the audits before both, by which a finding is known to be
    back. `now` tells how a subject of an earlier audit is called today.
    """
    one, two = _Judged(before, now), _Judged(after, now)
    seen = {key for past in earlier for key in _Judged(past, now).findings}
    changes = [*_came(one, two, seen), *_stayed(one, two), *_went(one, two)]
    changes.sort(key=lambda f: (HOWS.index(f.how), SEVERITIES.index(f.severity), f.code, f.subject))
    both = one.findings.keys() & two.findings.keys()
    return Since(
        before,
        after,
        tuple(changes),
        len(both) - sum(f.change == "changed" for f in changes),
        figure_changes(before, after, now),
        landscape(before, after, now),
        plan_changes(before.part("plan"), after.part("plan")),
        tuple(_answered(one, two)),
    )


class _Judged:
    """The findings of an audit, keyed as they would be today."""

    def __init__(self, past: Past, now: Callable[[str], str]) -> None:
        self.past = past
        self._now = now
        self.findings = self._keyed("findings") or {}
        self.waived = self._keyed("waivers")
        self.judged = past.part("judged")
        gaps = past.part("gaps")
        self.gaps = None if gaps is None else {(c, now(s) if s else "") for c, s in gaps}
        systems = past.systems
        self.systems = None if systems is None else {_id(now, "system", s) for s in systems}
        entities = past.part("entities")
        self.entities = None if entities is None else set(entities)
        declared = past.part("declared")
        self.declared = None if declared is None else set(declared)

    def _keyed(self, part: str) -> dict[str, dict[str, Any]] | None:
        kept = self.past.part(part)
        if kept is None:
            return None
        return {
            fingerprint(f["code"], subject): {**f, "subject": subject}
            for f in kept
            for subject in [self._now(f["subject"])]
        }

    def lacks(self, code: str, subject: str) -> str:
        """Why this audit has no word on the subject by that rule; empty where it does judge it."""
        if self.judged is not None and code not in self.judged:
            return msg("rule {code} was not run", code=code)
        if self.gaps and ((code, "") in self.gaps or (code, subject) in self.gaps):
            return msg("{code} was not assessed", code=code)
        return ""

    def beyond(self, subject: str) -> str:
        """What the subject belongs to and this audit does not know; empty where it knows all."""
        if self.declared is not None and subject.startswith(KEPT_SUBJECTS):
            return "" if subject in self.declared else subject
        for kind, name in things(subject, self.systems or (), self.entities or ()):
            known = self.systems if kind == "system" else self.entities
            if known is not None and name not in known:
                return f"{kind}:{name}"
        return ""

    @property
    def whole(self) -> bool:
        """Whether enough was kept to tell why a finding is not there."""
        return None not in (self.judged, self.gaps, self.systems)


def _id(now: Callable[[str], str], kind: str, name: str) -> str:
    return now(f"{kind}:{name}").partition(":")[2]


def _came(one: _Judged, two: _Judged, seen: set[str]) -> Iterable[FindingChange]:
    for key, f in two.findings.items():
        if key in one.findings:
            continue
        code, subject = f["code"], f["subject"]
        how: How
        why = ""
        if one.waived and key in one.waived:
            how = "waiver ended"
        elif one.whole and (thing := one.beyond(subject)):
            how, why = "came into scope", msg("{thing} was not in the audit", thing=thing)
        elif lack := one.lacks(code, subject):
            how, why = "first assessed", lack
        elif key in seen:
            how = "back"
        elif not one.whole:
            how, why = "perhaps new", "the earlier audit did not keep what it could not assess"
        else:
            how = "new"
        yield _change(how, f, why=why)


def _went(one: _Judged, two: _Judged) -> Iterable[FindingChange]:
    for key, f in one.findings.items():
        if key in two.findings:
            continue
        code, subject = f["code"], f["subject"]
        how: How
        why = ""
        if two.waived and key in two.waived:
            yield _change("waived", two.waived[key])
            continue
        if two.whole and (thing := two.beyond(subject)):
            how, why = "left the scope", msg("{thing} is not in the audit", thing=thing)
        elif lack := two.lacks(code, subject):
            how, why = "not assessed any more", lack
        elif not two.whole:
            how, why = "perhaps gone", "the later audit kept too little to tell"
        else:
            how, why = (
                "no longer found",
                msg("{code} was judged again and did not find it", code=code),
            )
        yield _change(how, f, why=why)


def _stayed(one: _Judged, two: _Judged) -> Iterable[FindingChange]:
    for key, f in two.findings.items():
        old = one.findings.get(key)
        if old is None:
            continue
        if old["severity"] != f["severity"]:
            order = SEVERITIES.index
            worse = order(f["severity"]) < order(old["severity"])
            yield _change("worse" if worse else "milder", f, was=old["severity"])
        elif old["message"] != f["message"]:
            why = msg("it was: {message}", message=old["message"])
            yield _change("other words", f, why=why)


def _change(
    how: How, f: Mapping[str, Any], *, was: Severity | None = None, why: str = ""
) -> FindingChange:
    return FindingChange(
        how,
        f["code"],
        f["subject"],
        f["severity"],
        f["message"],
        was,
        f.get("state", ""),
        f.get("owner") or "",
        _day(f.get("due")),
        why,
    )


def _answered(one: _Judged, two: _Judged) -> Iterable[Answered]:
    """What became of the promises of the earlier audit."""
    found = []
    for key, f in one.findings.items():
        promised = _day(f.get("due"))
        if promised is None or f.get("state") != "agreed":
            continue
        still = two.findings.get(key)
        due = _day(still.get("due")) if still else None
        fate: Fate
        if two.waived and key in two.waived:
            fate = "waived"
        elif still is None:
            code, subject = f["code"], f["subject"]
            unsure = two.lacks(code, subject) or two.beyond(subject) or not two.whole
            fate = "cannot tell" if unsure else "kept"
        elif due is not None and due > promised:
            fate = "put off"
        else:
            fate = "overdue" if promised < two.past.day else "running"
        owner = (still or f).get("owner") or f.get("owner") or ""
        found.append(
            Answered(fate, f["code"], f["subject"], f["message"], owner, promised, due or promised)
        )
    return sorted(found, key=lambda a: (a.promised, a.code, a.subject))


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def since_last(
    facts: Facts,
    judgement: Judgement,
    plan: Plan,
    told: Callable[[Past], Past] = lambda past: past,
) -> Since | None:
    """What changed since the last audit of an earlier day; None where none is remembered.

    `told` cuts what this audit will keep as `facts.past` was cut, for readers who see a part.
    """
    last = last_before(facts.past, facts.day)
    if last is None or facts.day is None:
        return None
    current = told(Past(0, facts.day, summary(facts, judgement, plan)))
    return compare(last, current, before(facts.past, last), subjects_now(facts.workspace))


def before(past: Iterable[Past], one: Past) -> list[Past]:
    """The audits before that one."""
    return [p for p in past if p.order < one.order]
