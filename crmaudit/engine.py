"""Facts, the selection of rules and people's responses → findings.

The engine stamps what rules yield with code, severity, place and fingerprint,
lays the responses beside them, and keeps *not assessed* apart from silence.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.facts import Facts
from crmaudit.messages import joined
from crmaudit.rules import Hit, Measurement, NotAssessed, Rule, all_rules
from crmaudit.rules.base import SEVERITIES, Confidence, Severity
from crmaudit.workspace.answers import Response

if TYPE_CHECKING:
    import pandas as pd

FindingState = Literal["open", "agreed", "disputed", "waived"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, and what people said to it.

    `fingerprint` is of code and subject only, so that a finding keeps its
    identity when its words or numbers change. `lapsed` is True where a waiver
    has run out and the finding counts again.
    """

    code: str
    title: str
    subject: str
    message: str
    severity: Severity
    confidence: Confidence
    measurements: tuple[Measurement, ...]
    who: str | None
    related: tuple[str, ...]
    room: str
    topic: str
    initiative: str
    fingerprint: str
    locate: Callable[[], Place] = field(repr=False, compare=False)
    state: FindingState = "open"
    response: Response | None = None
    lapsed: bool = False

    @property
    def urgent(self) -> bool:
        """Whether it is critical, and nobody disputed, waived or agreed to it."""
        return self.severity == "critical" and self.state == "open"

    @property
    def place(self) -> Place:
        """Where it stands: the file is read once more for that, so only when it is asked for."""
        return self.locate()

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the evidence behind the measurements, each once."""
        return tuple(dict.fromkeys(e for m in self.measurements for e in m.evidence))

    @property
    def counts(self) -> bool:
        """Whether it counts: everything but a valid waiver does."""
        return self.state != "waived"


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that could not judge, wholly or for one subject, and why."""

    code: str
    title: str
    reason: str
    needs: str
    subject: str = ""


@dataclass(frozen=True)
class Judgement:
    """What the rules say: findings, those waived, and what was not assessed."""

    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    not_assessed: tuple[Gap, ...]
    clean: tuple[str, ...]
    """Codes of rules that judged everything and found nothing."""
    unanswered: tuple[Problem, ...]
    """Responses that fit no finding: perhaps mended, perhaps mistyped.

    Not those to rules that were left out or could not judge everything.
    """
    as_of: date | None

    @cached_property
    def counts(self) -> dict[Severity, int]:
        return {s: sum(f.severity == s for f in self.findings) for s in SEVERITIES}

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Findings of that severity or worse."""
        limit = SEVERITIES.index(severity)
        return tuple(f for f in self.findings if SEVERITIES.index(f.severity) <= limit)

    def about(self, subject: str) -> tuple[Finding, ...]:
        """Findings about a subject, or that touch it."""
        return tuple(self._about.get(subject, ()))

    @cached_property
    def _about(self) -> Mapping[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            for subject in dict.fromkeys((finding.subject, *finding.related)):
                found.setdefault(subject, []).append(finding)
        return found

    def worst(self, n: int = 5) -> tuple[Finding, ...]:
        """The findings that matter most, as a fair picture for somebody with one minute.

        One finding a rule stands for all of its kind. Severity comes first,
        then breadth: how many subjects the rule's findings of that severity
        touch. A third finding of a room waits while another room has one as
        severe, and a second finding of a subject while there is one of another.
        """
        kinds: dict[str, list[Finding]] = {}
        for finding in self.findings:
            kind = kinds.setdefault(finding.code, [])
            if not kind or kind[0].severity == finding.severity:
                kind.append(finding)
        broad = sorted(kinds.values(), key=lambda kind: (-_touched(kind), kind[0].code))
        chosen: list[Finding] = []
        for severity in SEVERITIES:
            level = [k for k in broad if k[0].severity == severity]
            while level and len(chosen) < n:
                rooms, told = Counter(f.room for f in chosen), {f.subject for f in chosen}
                picks = [
                    max(kind, key=lambda f: (f.subject not in told, _touched([f])))
                    for kind in level
                ]
                pick = min(picks, key=lambda f: (f.subject in told, max(1, rooms[f.room])))
                level.pop(picks.index(pick))
                chosen.append(pick)
        return tuple(chosen)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a finding, waived ones included."""
        import pandas as pd

        columns = ["code", "severity", "confidence", "subject", "message", "state", "who", "place"]
        rows = [
            {**{c: getattr(f, c) for c in columns}, "place": str(f.place)}
            for f in (*self.findings, *self.waived)
        ]
        return pd.DataFrame(rows, columns=columns)


def _touched(findings: Iterable[Finding]) -> int:
    return len({subject for f in findings for subject in (f.subject, *f.related)})


def judge(facts: Facts, rules: Iterable[Rule] | None = None) -> Judgement:
    """Run the selected rules over the facts.

    Raises InvalidInput where audit.yaml selects codes or sets parameters
    that do not exist.
    """
    known = tuple(rules) if rules is not None else all_rules()
    parameters = _settings(facts, known)
    hits: list[tuple[Rule, Hit]] = []
    gaps: list[Gap] = []
    clean = []
    for rule in _selected(facts, known):
        found, lacking = _run(rule, facts, parameters.get(rule.code, {}))
        hits += [(rule, hit) for hit in found]
        gaps += lacking
        if not found and not lacking:
            clean.append(rule.code)
    answers = _Answers(facts)
    findings = [answers.answer(_finding(rule, hit, facts)) for rule, hit in hits]
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), f.code, f.subject))
    return Judgement(
        findings=tuple(f for f in findings if f.counts),
        waived=tuple(f for f in findings if not f.counts),
        not_assessed=tuple(gaps),
        clean=tuple(clean),
        unanswered=answers.unused(
            {r.code for r in known} - {*clean, *(rule.code for rule, _ in hits)}
            | {gap.code for gap in gaps}
        ),
        as_of=facts.day,
    )


def fingerprint(code: str, subject: str) -> str:
    return hashlib.sha256(f"{code}|{subject}".encode()).hexdigest()[:16]


def _run(rule: Rule, facts: Facts, parameters: dict[str, Any]) -> tuple[list[Hit], list[Gap]]:
    found: dict[str, Hit] = {}
    gaps: list[Gap] = []
    try:
        for result in rule.run(facts, **parameters):
            if isinstance(result, NotAssessed):
                gaps.append(Gap(rule.code, rule.title, result.reason, result.needs, result.subject))
            elif result.subject in found:
                # One finding a subject: what else is wrong with it is told with the first.
                first = found[result.subject]
                found[result.subject] = replace(
                    first,
                    message=joined("; ", (first.message, result.message)),
                    severity=min(
                        (x.severity or rule.severity for x in (first, result)),
                        key=SEVERITIES.index,
                    ),
                    measurements=first.measurements + result.measurements,
                    related=tuple(dict.fromkeys(first.related + result.related)),
                )
            else:
                found[result.subject] = result
    except NotAssessed as lacking:
        gaps.append(Gap(rule.code, rule.title, lacking.reason, lacking.needs, lacking.subject))
    return list(found.values()), gaps


def _finding(rule: Rule, hit: Hit, facts: Facts) -> Finding:
    workspace = facts.workspace
    if hit.file:
        locate = partial(workspace.place, hit.file, *hit.path)
    else:
        locate = partial(workspace.place_of, hit.subject, *hit.path)
    return Finding(
        code=rule.code,
        title=rule.title,
        subject=hit.subject,
        message=hit.message,
        severity=hit.severity or rule.severity,
        confidence=hit.confidence,
        measurements=hit.measurements,
        who=hit.who,
        related=hit.related,
        room=rule.room,
        topic=rule.topic,
        initiative=rule.initiative,
        fingerprint=fingerprint(rule.code, hit.subject),
        locate=locate,
    )


class _Answers:
    """The responses, found by code and subject, as the register prints it or percent-encoded."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._responses = facts.workspace.responses.responses
        self._used: set[int] = set()
        self._to: dict[tuple[str, str], list[int]] = {}
        for i, response in enumerate(self._responses):
            self._to.setdefault((response.code, unquote(response.subject)), []).append(i)

    def answer(self, finding: Finding) -> Finding:
        fitting = self._fitting(finding)
        if not fitting:
            return finding
        self._used.update(fitting)
        response = self._responses[fitting[0]]
        day = self._facts.day
        expired = response.expires is not None and day is not None and response.expires < day
        if response.state == "waived" and expired:
            return replace(finding, response=response, lapsed=True)
        return replace(finding, state=response.state, response=response)

    def _fitting(self, finding: Finding) -> list[int]:
        """Indexes of the responses to it, the one that counts first: its own before a general."""
        subjects = dict.fromkeys((unquote(finding.subject), "*"))
        return [i for s in subjects for i in self._to.get((finding.code, s), ())]

    def unused(self, undecided: Set[str]) -> tuple[Problem, ...]:
        """Responses that fit no finding, but for codes of which nobody knows."""
        return tuple(
            Problem(
                f"the response to {r.code} on {r.subject} fits no finding",
                self._facts.workspace.place("responses.yaml", "responses", i),
                "remove it if the matter is mended, or correct code and subject",
            )
            for i, r in enumerate(self._responses)
            if i not in self._used and r.code not in undecided
        )


def _selected(facts: Facts, rules: tuple[Rule, ...]) -> Iterator[Rule]:
    settings = facts.workspace.audit.rules
    for rule in rules:
        wanted = not settings.select or rule.code.startswith(settings.select)
        if wanted and not (settings.ignore and rule.code.startswith(settings.ignore)):
            yield rule


def _settings(facts: Facts, rules: tuple[Rule, ...]) -> dict[str, dict[str, Any]]:
    """Parameters of rules as set in audit.yaml, checked against the rules' own."""
    workspace = facts.workspace
    settings = workspace.audit.rules
    known = {r.code: r for r in rules}
    problems: list[Problem] = []

    def wrong(message: str, hint: str, *path: str | int) -> None:
        problems.append(Problem(message, workspace.place("audit.yaml", "rules", *path), hint))

    for key, prefixes in (("select", settings.select), ("ignore", settings.ignore)):
        for i, prefix in enumerate(prefixes):
            if not any(code.startswith(prefix) for code in known):
                wrong(f"no rule's code begins with {prefix!r}", _codes(known), key, i)
    result: dict[str, dict[str, Any]] = {}
    for code, values in settings.parameters.items():
        if code not in known:
            wrong(f"there is no rule {code!r}", _codes(known), "parameters", code)
            continue
        for name, value in values.items():
            defaults = known[code].parameters
            if name not in defaults:
                wrong(
                    f"{code} has no parameter {name!r}",
                    f"it has: {', '.join(defaults) or 'none'}",
                    "parameters",
                    code,
                    name,
                )
                continue
            default = defaults[name]
            number = isinstance(default, int | float) and not isinstance(default, bool)
            fits = (
                isinstance(value, int | float) and not isinstance(value, bool)
                if number
                else isinstance(value, type(default))
            )
            if not fits:
                wrong(
                    f"{code}.{name}: {value!r} does not fit",
                    f"the default is {default!r}",
                    "parameters",
                    code,
                    name,
                )
                continue
            result.setdefault(code, {})[name] = value
    if problems:
        raise InvalidInput(problems)
    return result


def _codes(known: dict[str, Rule]) -> str:
    return f"`crmaudit explain` lists the {len(known)} codes"


def parse_severity(text: str) -> Severity:
    """A severity by name; CrmauditError for any other word."""
    for severity in SEVERITIES:
        if severity == text.lower():
            return severity
    raise CrmauditError(f"{text!r} is no severity", f"choose one of {', '.join(SEVERITIES)}, never")
