"""Systems beside each other by keyed hashes alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from crmaudit.evidence.match import Overlap
from crmaudit.sources.task import Joint, Part
from crmaudit.workspace.landscape import Entity


def held(path: Path | str, entities: Mapping[str, Entity]) -> dict[str, str]:
    """The workspace's entities of which a bundle holds records → their canonical kind.

    Raises CrmauditError where the bundle cannot be read.
    """
    raise NotImplementedError


def hashed_overlap(joint: Joint, entity: str, parts: Sequence[Part]) -> Overlap:
    """One entity over these parts; each is a bundle, or is read and hashed here.

    A part that cannot be read or hashed becomes a `Holder` that says why.
    """
    raise NotImplementedError
