"""Where evidence of use comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from crmaudit import __version__
from crmaudit.errors import CrmauditError, InvalidInput, Problem
from crmaudit.evidence import Document, Provenance, Status
from crmaudit.sources.base import ConnectionLostError
from crmaudit.sources.named_files import origins
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


def by_entry(
    entries: Sequence[str], read: Callable[[str, str], Iterable[Document]]
) -> Iterator[Document]:
    """The documents of each entry of `traces:`; `read` is given it and its origin.

    An entry that cannot be read does not stop the others: raises InvalidInput
    with all that went wrong, after the rest.
    """
    problems: list[Problem] = []
    for entry, origin in zip(entries, origins(entries), strict=True):
        try:
            yield from read(entry, origin)
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
