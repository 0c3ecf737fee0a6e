"""Which record of a cluster is suggested to be kept, and on what grounds.

A suggestion to people: nothing is merged anywhere. The order of the grounds is
the usual one of master data: the system that is trusted most, then the record
that says most, then the one changed last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmaudit.evidence.match import Member

Ground = tuple[Callable[[Member], int | str], Callable[[Member], str]]
"""What ranks a member, the highest best, and what is said of the best one."""


def survivor(members: Sequence[Member], trusted: Sequence[str] = ()) -> tuple[int, str]:
    """The index of the member to keep, and why, in words.

    `trusted` are systems, the most trusted first; one that is not named comes
    after all that are. Where system, attributes filled and time of change
    leave several, the first of `members` is kept: callers give them in the
    order of their keys. Raises ValueError without members.
    """
    if not members:
        raise ValueError("a cluster without records has no survivor")
    place = {system: -i for i, system in enumerate(dict.fromkeys(trusted))}
    grounds: tuple[Ground, ...] = (
        (
            lambda m: place.get(m.system, -len(place)),
            lambda m: f"{m.system} is the most trusted system",
        ),
        (lambda m: m.filled, lambda m: f"most complete, with {_attributes(m.filled)} filled"),
        (lambda m: m.modified, lambda m: f"changed last, on {m.modified[:10]}"),
    )
    left = list(range(len(members)))
    why = []
    for rank, words in grounds:
        most = max(rank(members[i]) for i in left)
        kept = [i for i in left if rank(members[i]) == most]
        if len(kept) < len(left):
            why.append(words(members[kept[0]]))
        left = kept
    if len(left) > 1:
        why.append("first by its key of those that are equal")
    return left[0], "; ".join(why) or "the only one"


def _attributes(n: int) -> str:
    return f"{n:,} attribute" if n == 1 else f"{n:,} attributes"
