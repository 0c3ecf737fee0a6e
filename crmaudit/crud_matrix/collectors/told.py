"""Where evidence of use comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType

from crmaudit.errors import CrmauditError, InvalidInput, Problem
from crmaudit.evidence import Document
from crmaudit.sources.base import ConnectionLostError
from crmaudit.sources.named_files import origins
from crmaudit.sources.task import Task

_SERVERS = {"postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql"}


def of_server(task: Task, kind: str) -> ModuleType | None:
    """The module that reads this kind of the task's server; None where the engine keeps none.

    `kind` is `grants` or `statements`; the modules are called like `grants_mysql`.
    """
    server = _SERVERS.get(task.source.engine) if task.source.has_rows else None
    return import_module(f"{__package__}.{kind}_{server}") if server else None


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
