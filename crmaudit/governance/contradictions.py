"""What groups say, laid beside what other groups say and beside what was measured.

Two statements speak of the same thing where they name the same kind of record
(in the same system, or one of them in any), or both the same system and no
kind of record. Where both say what they speak of (`about:`), it has to be the
same too. `good` against `bad` is a contradiction; `mixed` agrees with both.

A statement is set beside measured facts of the same thing. One without
`about:` that says "good" is contradicted by any fact that is not; one that
says "bad" only where it tells of what, and every fact of that is good: else
people may mean what nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crmaudit.governance.interviews import counted
from crmaudit.workspace.interviews import Aspect, Interview, Statement


@dataclass(frozen=True, slots=True)
class Topic:
    """What a statement is about: a system, an entity, or an entity in a system."""

    system: str = ""
    entity: str = ""

    @property
    def subject(self) -> str:
        """`cell:crm.contact`, `entity:contact`, `system:crm`."""
        if self.system and self.entity:
            return "cell:" + ".".join(x.replace(".", "%2E") for x in (self.system, self.entity))
        return f"entity:{self.entity}" if self.entity else f"system:{self.system}"

    def same(self, other: Topic) -> bool:
        """Whether both are about one thing; an entity in any system is that in each."""
        if self.entity != other.entity:
            return False
        return self.system == other.system or bool(
            self.entity and not (self.system and other.system)
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with who said it, on one topic; `index` is its place in the interview."""

    interview: str
    group: str
    index: int
    statement: Statement
    topic: Topic


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Groups that say the opposite of the same thing."""

    topic: Topic
    good: tuple[Said, ...]
    bad: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured fact as plain values: `part` of `whole` are as `what` tells.

    `subject` is the topic that it was measured of, `aspect` what a statement
    would call it, `good` the verdict by the thresholds of method.md. `sure`:
    nothing of it rests on a weak guess or a sample. `evidence` are ids.
    """

    subject: Topic
    aspect: Aspect
    what: str
    share: float
    part: int
    whole: int
    good: bool
    evidence: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Gainsaid:
    """A statement that measured facts speak against; the worst of them first."""

    said: Said
    facts: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """All statements of groups that are counted, beside what was measured.

    `agree` had facts and none against them, `open` had none that could tell.
    `left_out` counts statements of groups too small to be compared.
    """

    against: tuple[Gainsaid, ...] = ()
    agree: tuple[Said, ...] = ()
    open: tuple[Said, ...] = ()
    left_out: int = 0


def said(interviews: Iterable[Interview]) -> tuple[Said, ...]:
    """Every statement of groups that are counted, once for each thing it is about."""
    return tuple(
        Said(interview.id, interview.group, index, statement, topic)
        for interview in counted(interviews)
        for index, statement in enumerate(interview.statements)
        for topic in topics(statement)
    )


def topics(statement: Statement) -> tuple[Topic, ...]:
    """What a statement is about; nothing where it names neither a system nor an entity."""
    if statement.systems and statement.entities:
        return tuple(Topic(s, e) for s in statement.systems for e in statement.entities)
    return tuple(Topic(system=s) for s in statement.systems) + tuple(
        Topic(entity=e) for e in statement.entities
    )


def disagreements(interviews: Iterable[Interview]) -> tuple[Disagreement, ...]:
    """Things of which one group says good and another bad, in the order of their subjects."""
    found: dict[Topic, tuple[dict[Said, None], dict[Said, None]]] = {}
    statements = said(interviews)
    for good in (s for s in statements if s.statement.verdict == "good"):
        for bad in (s for s in statements if s.statement.verdict == "bad"):
            if good.interview != bad.interview and _same(good, bad):
                # The narrower topic tells more.
                topic = max((good.topic, bad.topic), key=lambda t: bool(t.system))
                pair = found.setdefault(topic, ({}, {}))
                pair[0][good], pair[1][bad] = None, None
    return tuple(
        Disagreement(topic, tuple(good), tuple(bad))
        for topic, (good, bad) in sorted(found.items(), key=lambda f: f[0].subject)
    )


def _same(one: Said, other: Said) -> bool:
    abouts = {s.statement.about for s in (one, other)} - {None}
    return one.topic.same(other.topic) and len(abouts) < 2


def beside(interviews: Iterable[Interview], facts: Iterable[Measured]) -> Beside:
    """Statements beside measured facts of the same thing."""
    known, heard = tuple(facts), tuple(interviews)
    against: list[Gainsaid] = []
    agree: list[Said] = []
    open_: list[Said] = []
    for one in said(heard):
        near = tuple(_near(one, known))
        contrary = _contrary(one.statement, near)
        if contrary:
            against.append(Gainsaid(one, contrary))
        elif _tells(one.statement, near):
            agree.append(one)
        else:
            open_.append(one)
    compared = {i.id for i in counted(heard)}
    left = sum(len(i.statements) for i in heard if i.id not in compared)
    return Beside(tuple(against), tuple(agree), tuple(open_), left)


def _near(one: Said, facts: Iterable[Measured]) -> Iterator[Measured]:
    about = one.statement.about
    for fact in facts:
        if one.topic.same(fact.subject) and about in (None, fact.aspect):
            yield fact


def _contrary(statement: Statement, facts: tuple[Measured, ...]) -> tuple[Measured, ...]:
    if statement.verdict == "good":
        return tuple(sorted((f for f in facts if not f.good), key=_weight))
    if statement.verdict == "bad" and statement.about and all(f.good for f in facts):
        return tuple(sorted(facts, key=_weight))
    return ()


def _weight(fact: Measured) -> tuple[bool, float, str]:
    """The surest first, then what concerns most."""
    return not fact.sure, -fact.share, fact.what


def _tells(statement: Statement, facts: tuple[Measured, ...]) -> bool:
    """Whether what was measured bears on the verdict at all."""
    if statement.verdict == "bad" and statement.about is None:
        return any(not f.good for f in facts)
    return bool(facts) and statement.verdict != "mixed"
