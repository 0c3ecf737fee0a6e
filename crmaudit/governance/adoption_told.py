"""What may be told of measured use by group: no number points at fewer than five people.

A group is kept back where it, those of it who used the system, or those who
did not, are fewer than five: one of nine who never comes is as easily found as
one of nine who does. The sum of all groups is told elsewhere, so what is kept
back must not be the difference either (complementary suppression; see
Willenborg and de Waal 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmaudit.governance.adoption import GroupUse, Share
from crmaudit.governance.rate import FEWER, SMALLEST_GROUP, too_few
from crmaudit.messages import msg

NOT_TOLD = msg("not told")
"""What stands for a number that would give another one away."""
NOT_MEASURED = "not assessed"


@dataclass(frozen=True, slots=True)
class GroupTold:
    """A group's numbers as far as they may be told, else None; the words say why not.

    `people` have an account, `used` and `recorded` are of the `whole`: of the
    `staff` where they are declared. `rows` were recorded by hand.
    """

    group: str
    people: int | None
    used: Share | None
    recorded: Share | None
    rows: int | None
    used_words: str
    recorded_words: str
    staff: int | None = None
    whole: int = 0


def told(groups: Sequence[GroupUse]) -> tuple[GroupTold, ...]:
    """The groups that a whole is divided into, in their order."""
    used = kept_back([g.used for g in groups])
    # Of a use either all groups are measured or none.
    made = [g.recorded for g in groups if g.recorded is not None]
    # Who came and recorded nothing is a group as well.
    looked = [
        n not in used and 0 < g.used.part - m.part < SMALLEST_GROUP
        for n, (g, m) in enumerate(zip(groups, made, strict=False))
    ]
    recorded = kept_back(made, looked)
    return tuple(
        GroupTold(
            g.group,
            _account_holders(g),
            None if n in used else g.used,
            None if n in recorded else g.recorded,
            None if n in recorded else g.rows,
            words(g.used, n in used),
            words(g.recorded, n in recorded) if g.recorded is not None else NOT_MEASURED,
            g.staff,
            g.used.whole,
        )
        for n, g in enumerate(groups)
    )


def _account_holders(group: GroupUse) -> int | None:
    people = group.used.whole if group.accounts is None else group.accounts
    return None if too_few(people) or too_few(group.used.whole) else people


def kept_back(shares: Sequence[Share], also: Sequence[bool] = ()) -> frozenset[int]:
    """The places, from 0, of the groups of which no number is told.

    `also` marks groups that have to be kept back for another reason. Further
    groups are kept back until nobody who knows the sum of all, and what the
    words say, can work one of them out.
    """
    first = {n for n, x in enumerate(shares) if small(x) or (also and also[n])}
    hidden = set(first)
    while first and _exposed(shares, first, hidden):
        left = [n for n in range(len(shares)) if n not in hidden]
        if not left:
            break
        # The smallest in which some came: "nobody" and "all" hide little, and are worth telling.
        hidden.add(
            min(left, key=lambda n: (shares[n].part in (0, shares[n].whole), shares[n].whole, n))
        )
    return frozenset(hidden)


def _exposed(shares: Sequence[Share], first: set[int], hidden: set[int]) -> bool:
    """Whether the sum of the hidden ones leaves but one value for one that must not be known.

    The bounds are those that the words give away (cell suppression's audit).
    """
    if sum(shares[n].whole for n in hidden) < SMALLEST_GROUP:
        return True
    bounds = {n: _bounds(shares[n]) for n in hidden}
    part = sum(shares[n].part for n in hidden)
    low, high = (sum(b[i] for b in bounds.values()) for i in (0, 1))
    return any(
        max(bounds[n][0], part - (high - bounds[n][1]))
        == min(bounds[n][1], part - (low - bounds[n][0]))
        for n in first
    )


def _bounds(share: Share) -> tuple[int, int]:
    """What a reader knows of the part of a group that is kept back."""
    if share.hidden and not too_few(share.whole):
        return 1, SMALLEST_GROUP - 1
    if small(share) and not too_few(share.whole):
        return share.whole - SMALLEST_GROUP + 1, share.whole - 1
    return 0, share.whole


def small(share: Share) -> bool:
    """Whether the group, the part of it, or what is left of it, is fewer than five people."""
    return share.hidden or 0 < share.whole - share.part < SMALLEST_GROUP


def words(share: Share, hidden: bool) -> str:
    """`37 of 53`; what is kept back as `fewer than five of 9`, `all but fewer than five of 9`."""
    if not hidden or too_few(share.whole) or share.hidden:
        return share.shown
    if small(share):
        return msg("all but {FEWER} of {whole:,}", FEWER=FEWER, whole=share.whole)
    return NOT_TOLD
