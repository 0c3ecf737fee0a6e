"""Themes: what several groups say, and whether anybody works on it.

A theme is a word that people put beside a pain, a statement, a wish or a risk.
It is counted over groups of five people or more. Themes that differ in case or
blanks are one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.governance.interviews import SAYING_KINDS, SayingKind, counted, sayings
from crmaudit.governance.pains import Loss, losses
from crmaudit.workspace.interviews import Interview, Pain, Saying
from crmaudit.workspace.registers import Registers

_WORKED_ON = ("in work", "solved", "accepted")
_CARRIED = ("with vendor", "planned", "done")


@dataclass(frozen=True, slots=True)
class Theme:
    """What groups said under one word, of `whole` groups that are counted.

    `groups` are ids of interviews, `kinds` counts what was said by its kind.
    `hours` are those of its pains that may be shown, low and high; None where
    none may. `answered`: something was decided or done about one of them.
    """

    name: str
    groups: tuple[str, ...]
    whole: int
    kinds: Mapping[SayingKind, int]
    systems: tuple[str, ...]
    entities: tuple[str, ...]
    processes: tuple[str, ...]
    hours: tuple[float, float] | None
    answered: bool

    @property
    def said(self) -> int:
        """How often the theme was named."""
        return sum(self.kinds.values())


def themes(interviews: Iterable[Interview]) -> tuple[Theme, ...]:
    """Themes of the groups that are counted; what most groups say first."""
    heard = counted(interviews)
    told: dict[str, list[_Told]] = {}
    names: dict[str, str] = {}
    for interview in heard:
        for kind, saying in sayings(interview):
            for theme in saying.themes:
                key = " ".join(theme.casefold().split())
                names.setdefault(key, " ".join(theme.split()))
                told.setdefault(key, []).append(_Told(interview.id, kind, saying))
    lost = {id(x.pain): x for x in losses(heard)}
    found = [_theme(names[key], told[key], len(heard), lost) for key in told]
    return tuple(sorted(found, key=lambda t: (-len(t.groups), -t.said, t.name.casefold())))


@dataclass(frozen=True, slots=True)
class _Told:
    interview: str
    kind: SayingKind
    saying: Pain | Saying


def _theme(name: str, told: Sequence[_Told], whole: int, lost: Mapping[int, Loss]) -> Theme:
    losses_of = [lost[id(t.saying)].shown_hours for t in told if t.kind == "pain"]
    hours = [h for h in losses_of if h is not None]
    counts = Counter(t.kind for t in told)
    said = [t.saying for t in told]
    return Theme(
        name,
        tuple(dict.fromkeys(t.interview for t in told)),
        whole,
        {kind: counts[kind] for kind in SAYING_KINDS if counts[kind]},
        systems=tuple(dict.fromkeys(x for s in said for x in s.systems)),
        entities=tuple(dict.fromkeys(x for s in said for x in s.entities)),
        processes=tuple(dict.fromkeys(x for s in said for x in processes_of(s))),
        hours=(sum(h[0] for h in hours), sum(h[1] for h in hours)) if hours else None,
        answered=any(s.answer.strip() for s in said),
    )


def processes_of(saying: Pain | Saying) -> tuple[str, ...]:
    """The processes that a saying names."""
    if isinstance(saying, Pain):
        return (saying.process,) if saying.process else ()
    return saying.processes


@dataclass(frozen=True, slots=True)
class Touch:
    """A dysfunction or request that is about the same as a theme.

    `in_hand`: somebody works on it or bears it on purpose; else it was settled.
    """

    id: str
    status: str
    in_hand: bool


def touching(theme: Theme, registers: Registers) -> tuple[Touch, ...]:
    """Dysfunctions and requests in hand or settled that are about the same as a theme.

    An entry is where both name a common system, and a common entity or process
    as far as both name any. That is a wide net on purpose: a theme that nothing
    touches is one that nobody works on.
    """
    dysfunctions = (
        Touch(d.id, d.status, d.status != "solved")
        for d in registers.dysfunctions
        if d.status in _WORKED_ON
        and _touches(theme, d.systems, d.entities, (d.process,) if d.process else ())
    )
    requests = (
        Touch(r.id, r.status, r.status != "done")
        for r in registers.requests
        if r.status in _CARRIED and _touches(theme, r.systems, r.entities, ())
    )
    return (*dysfunctions, *requests)


def _touches(
    theme: Theme, systems: Iterable[str], entities: Iterable[str], processes: Iterable[str]
) -> bool:
    pairs = (
        (set(theme.systems), set(systems)),
        (set(theme.entities), set(entities)),
        (set(theme.processes), set(processes)),
    )
    both = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
    return bool(both) and all(mine & theirs for mine, theirs in both)
