"""What drawings of people's half of the audit show: maturity and concentration.

They belong to `crmaudit.report.specs`, which names them among the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.report import numbers
from crmaudit.report.specs_graph import Say


@dataclass(frozen=True, slots=True)
class Spoke:
    """One dimension: the level earned, None where it is not assessed, and the one aimed at.

    `at_best` is the level that would be earned if all that is unknown were in order.
    """

    label: str
    level: int | None
    target: int | None = None
    at_best: int | None = None


@dataclass(frozen=True, slots=True)
class Radar:
    """Levels of several dimensions on spokes of one length, from 0 at the centre to `top`."""

    spokes: tuple[Spoke, ...]
    top: int = 5

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        levels = say("{n} of {whole}")
        return (say("Dimension"), say("Level"), say("Aimed at")), tuple(
            (
                s.label,
                say("not assessed")
                if s.level is None
                else levels.format(n=s.level, whole=self.top),
                "–" if s.target is None else levels.format(n=s.target, whole=self.top),
            )
            for s in self.spokes
        )


@dataclass(frozen=True, slots=True)
class Concentration:
    """How few do how much: shares of all (`parts`), the busiest first, after Lorenz (1905).

    Each point is the share of those counted and the share of the work that
    they do. `marks` are points with words, like "5 of 31 accounts: 70 %".
    """

    points: tuple[tuple[float, float], ...]
    who: str = "accounts"
    what: str = "records made"
    marks: tuple[tuple[float, float, str], ...] = ()
    language: str = "en"

    def shown(self, share: float) -> str:
        """A share as the axes and the table say it."""
        return numbers.number(100 * share, 0, self.language) + numbers.locale(self.language).percent

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        head = (
            say("Busiest share of {who}").format(who=say(self.who)),
            say("Share of {what}").format(what=say(self.what)),
        )
        at = {round(x, 4): y for x, y in self.points}
        return head, tuple((self.shown(x), self.shown(y)) for x, y in sorted(at.items()))
