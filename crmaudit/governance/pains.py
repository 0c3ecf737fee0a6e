"""Time that people lose, in hours and money a year, as a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.governance.rate import too_few
from crmaudit.workspace.interviews import Interview, Pain

PER_YEAR = {"day": 220, "week": 46, "month": 12, "year": 1}
"""Working days, weeks, months in a year, holidays taken off."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Hours a year that a pain costs; None where the interview does not say enough.

    `small`: fewer than five took part in the interview. They were promised that
    counts leave them out.
    """

    interview: str
    index: int
    pain: Pain
    hours: tuple[float, float] | None
    small: bool = False

    @property
    def shown_hours(self) -> tuple[float, float] | None:
        """The hours, unless fewer than five people told of them or bear them."""
        people = self.pain.people
        if people is None or self.small:
            return None
        # The low end: where fewer than five may bear them, they may be told from each other.
        return None if too_few(int(people.low)) else self.hours

    def cost(self, hourly_rate: float | None) -> tuple[float, float] | None:
        """The hours at the internal rate."""
        if self.hours is None or hourly_rate is None:
            return None
        return self.hours[0] * hourly_rate, self.hours[1] * hourly_rate


def losses(interviews: tuple[Interview, ...]) -> tuple[Loss, ...]:
    """Minutes × times × people × periods a year ÷ 60 for every pain."""
    found = []
    for interview in interviews:
        small = interview.participants is not None and too_few(interview.participants)
        for i, pain in enumerate(interview.pains):
            hours = None
            if pain.minutes is not None and pain.per is not None and pain.people is not None:
                low = high = PER_YEAR[pain.per] / 60
                for part in (pain.minutes, pain.times, pain.people):
                    low *= part.low
                    high *= part.high
                hours = (low, high)
            found.append(Loss(interview.id, i, pain, hours, small))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Burden:
    """What the pains with one system or process cost a year.

    `hours` is None where fewer than five people told of them, or fewer than five
    or nobody knows how many bear them: their hours are not shown. `interviews`
    and `pains` are counts; `shared` of these pains are told with `others`, too.
    """

    subject: str
    hours: tuple[float, float] | None
    pains: int
    interviews: int
    shared: int = 0
    others: tuple[str, ...] = ()


def burdens(all_losses: Iterable[Loss]) -> tuple[Burden, ...]:
    """Losses that are known, by system, else by process, else by interview.

    A pain that names two systems is told with both: burdens must not be added up.
    """
    groups: dict[str, list[Loss]] = {}
    for loss in all_losses:
        if loss.hours is None:
            continue
        pain = loss.pain
        subjects = [f"system:{s}" for s in pain.systems]
        if not subjects:
            subjects = [
                f"process:{pain.process}" if pain.process else f"interview:{loss.interview}"
            ]
        for subject in subjects:
            groups.setdefault(subject, []).append(loss)
    found = []
    for subject, group in sorted(groups.items()):
        # A suppressed pain stays out of the sum: a reader could take the others away from it.
        counted = [x for x in group if x.shown_hours is not None]
        known = [x.shown_hours for x in counted if x.shown_hours is not None]
        shown = (sum(k[0] for k in known), sum(k[1] for k in known)) if known else None
        both = [x.pain.systems for x in counted if len(set(x.pain.systems)) > 1]
        others = dict.fromkeys(f"system:{s}" for systems in both for s in systems)
        others.pop(subject, None)
        talks = len({x.interview for x in group})
        found.append(
            Burden(subject, shown, len(known) or len(group), talks, len(both), tuple(others))
        )
    return tuple(found)


def unmeasured(interview: Interview) -> tuple[int, ...]:
    """Numbers of the pains that lack minutes, period or people: their cost is not known."""
    return tuple(
        i
        for i, pain in enumerate(interview.pains)
        if pain.minutes is None or pain.per is None or pain.people is None
    )
