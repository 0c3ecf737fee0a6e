"""Which item of a list that comes in is which item of the list that is there.

Items have no ids. What tells them apart is their digest at the export; an
item without one is the same as one there that says all that it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmaudit.workspace.incoming import digest

Thing = dict[str, Any]


@dataclass
class Pairs:
    """Indexes into ours and theirs."""

    same: list[tuple[int, int]] = field(default_factory=list)
    """One item: what theirs says is what it should be."""
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    conflicts: list[tuple[int | None, int]] = field(default_factory=list)
    """Changed on both sides; ours is None where it was removed."""
    stay: int = 0
    """Items removed there that were changed here meanwhile."""


def paired(
    ours: Sequence[Thing],
    theirs: Sequence[tuple[Thing, str | None]],
    exported: Sequence[str] = (),
    implied: Mapping[str, Any] | None = None,
) -> Pairs:
    """Pairs two lists; theirs are new values with their digest at the export, if any.

    Those with a digest and no values at all are as they were exported. `implied` are
    values that hold in ours where it does not say them, like the currency.
    """
    pairs = Pairs()
    left = {i: digest(thing) for i, thing in enumerate(ours)}
    settled: set[str] = set()
    new: list[int] = []
    torn: list[int] = []
    # Untouched rows first, so that a copied row does not take its original's place.
    touched = [base is not None and thing != {} and digest(thing) != base for thing, base in theirs]
    for j in sorted(range(len(theirs)), key=touched.__getitem__):
        base = theirs[j][1]
        i = next((i for i, now in left.items() if now == base), None)
        if base is None:
            new.append(j)
        elif i is not None:
            pairs.same.append((i, j))
            settled.add(left.pop(i))
        elif base in settled:
            new.append(j)  # a copied row
        elif touched[j]:
            torn.append(j)
    gone = Counter(exported) - Counter(base for _, base in theirs if base)
    for i, now in list(left.items()):
        if gone[now]:
            gone[now] -= 1
            pairs.removed.append(i)
            del left[i]
    meant = [{**(implied or {}), **thing} for thing in ours]
    for j in sorted([*new, *torn]):
        thing = theirs[j][0]
        i = next((i for i in left if says(meant[i], thing)), None)
        if i is not None:
            pairs.same.append((i, j))
        elif j in new:
            pairs.added.append(j)
            continue
        else:
            # What came to be here since the export; the likest is probably what it became.
            since = [i for i, now in left.items() if now not in exported]
            i = max(since, key=lambda i: _alike(ours[i], thing), default=None)
            if i is not None and not _alike(ours[i], thing):
                i = None
            pairs.conflicts.append((i, j))
        if i is not None:
            del left[i]
    changed_here = sum(now not in exported for now in left.values())
    pairs.stay = min(gone.total(), changed_here)
    return pairs


def says(ours: Thing, theirs: Thing) -> bool:
    """Whether ours says all that theirs says."""
    return all(ours.get(key) == value for key, value in theirs.items())


def _alike(ours: Thing, theirs: Thing) -> int:
    return sum(ours.get(key) == value for key, value in theirs.items())
