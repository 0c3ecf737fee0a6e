"""Which systems and entities the subject of a finding belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import unquote

Thing = tuple[Literal["system", "entity"], str]

_FIRST: dict[str, Literal["system", "entity"]] = {
    "system": "system",
    "table": "system",
    "column": "system",
    "feed": "system",
    "cell": "system",
    "account": "system",
    "role": "system",
    "right": "system",
    "entity": "entity",
    "attribute": "entity",
}
_SECOND: dict[str, Literal["system", "entity"]] = {"feed": "system", "cell": "entity"}


def things(subject: str, systems: Iterable[str], entities: Iterable[str]) -> tuple[Thing, ...]:
    """The systems and entities in a subject: `feed:crm.billing` is of two systems.

    Ids may hold dots, so that the longest of the ids known is meant; of one
    that is not known, what stands before the first dot.
    """
    head, _, rest = subject.partition(":")
    first = _FIRST.get(head)
    if first is None or not rest:
        return ()
    whole = head in ("system", "entity")
    name = rest if whole else _longest(rest, systems if first == "system" else entities)
    found: list[Thing] = [(first, unquote(name))]
    second = _SECOND.get(head)
    if second and len(rest) > len(name) + 1:
        found.append((second, unquote(rest[len(name) + 1 :])))
    return tuple(found)


def _longest(rest: str, known: Iterable[str]) -> str:
    written = (k.replace(".", "%2E") for k in known)
    fitting = [
        k for pair in zip(known, written, strict=True) for k in pair if rest.startswith(f"{k}.")
    ]
    return max(fitting, key=len, default=rest.partition(".")[0])
