"""The target picture: what is to become of records, systems and feeds. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from crmaudit.inventory.fit import Quadrant
from crmaudit.messages import joined

FeedAction = Literal["build", "mend", "retire", "keep"]
FEED_ACTIONS: tuple[FeedAction, ...] = get_args(FeedAction)
"""What becomes of a feed; those that mean most work first."""
SystemAction = Literal["retain", "replace", "retire", "decide"]
SYSTEM_ACTIONS: tuple[SystemAction, ...] = get_args(SystemAction)
Confidence = Literal["high", "medium", "low"]
RecordBasis = Literal["target declared", "declared", "proposed", "successor", "open"]


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """The system of record of an entity, today and in future.

    `now` are the systems today: one, several that tie, or none. `declared`:
    somebody decided today's. `future` is None where it is open. `conflict`
    says what speaks against it, empty where nothing does. `others` are systems
    that create or update the entity besides the future record.
    """

    entity: str
    now: tuple[str, ...]
    declared: bool
    future: str | None
    basis: RecordBasis
    reason: str
    confidence: Confidence
    conflict: str = ""
    others: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether another system than today's is to be the record."""
        return self.future is not None and self.now != (self.future,)


@dataclass(frozen=True, slots=True)
class SystemTarget:
    """What is to become of a system.

    `decided`: the organisation said so itself. `successor` is the system that
    takes over, None where none is named. `conflict` says what speaks against
    it. `needs` are entities that it alone creates and that are needed elsewhere.
    """

    system: str
    action: SystemAction
    reason: str
    decided: bool
    successor: str | None = None
    quadrant: Quadrant | None = None
    conflict: str = ""
    needs: tuple[str, ...] = ()
    settled: bool = False
    """Whether an own initiative of plan.yaml takes its place."""

    @property
    def stays(self) -> bool:
        """Whether it is part of the target: what nobody decided stays, and so does what is to be
        replaced by nobody knows what."""
        if self.action == "replace":
            return self.successor is None and not self.settled
        return self.action != "retire"


@dataclass(frozen=True, slots=True)
class FeedTarget:
    """What is to become of the flow of some entities from one system to another.

    `reasons` say why, the weightiest first. `now` are the ways by which it
    runs today, empty for one to be built. `volume` are rows by entity at the
    source, as far as they are known. `evidence` are ids of documents.
    """

    source: str
    target: str
    action: FeedAction
    entities: tuple[str, ...]
    reasons: tuple[str, ...]
    now: tuple[str, ...] = ()
    volume: Mapping[str, int] | None = None
    evidence: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """All reasons in one text."""
        return joined("; ", self.reasons)

    @property
    def rows(self) -> int | None:
        """Rows of all its entities at the source; None where one is not known."""
        known = self.volume or {}
        if not self.entities or any(e not in known for e in self.entities):
            return None
        return sum(known[e] for e in self.entities)


@dataclass(frozen=True, slots=True)
class Target:
    """Records by entity, systems in scope, feeds: each in the order of the workspace."""

    records: tuple[RecordTarget, ...]
    systems: tuple[SystemTarget, ...]
    feeds: tuple[FeedTarget, ...]

    def system(self, system: str) -> SystemTarget | None:
        """What is to become of one system; None where it is out of scope."""
        return next((s for s in self.systems if s.system == system), None)

    def to(self, action: FeedAction) -> tuple[FeedTarget, ...]:
        """The feeds of one action."""
        return tuple(f for f in self.feeds if f.action == action)
