"""Where evidence of use comes from."""

from __future__ import annotations

from datetime import UTC, datetime

from crmaudit import __version__
from crmaudit.evidence import Provenance, Status
from crmaudit.sources.task import Task


def told_by(task: Task, status: Status = Status()) -> Provenance:  # noqa: B008 - frozen
    """The provenance of what a collector read just now from its task's source."""
    return Provenance(
        system=task.system,
        source=task.source.address,
        engine=task.source.engine,
        snapshot=task.source.snapshot,
        taken_at=datetime.now(UTC),
        tool=f"crmaudit {__version__}",
        status=status,
    )
