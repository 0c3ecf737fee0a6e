"""What a workspace defines by id, and where.

Definitions are taken from the values as they stand in the files, so that one
mistake in people.yaml does not make every owner an unknown person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crmaudit.workspace.yaml_reader import Path_

# Lists whose items are found by id: file → (key of the list, what an item is called).
_LISTS = {
    "audit.yaml": (("units", "unit"), ("policies", "policy")),
    "brief.yaml": (("deadlines", "deadline"), ("aims", "aim"), ("scenarios", "scenario")),
    "entities.yaml": (("entities", "entity"),),
    "processes.yaml": (("processes", "process"),),
    "people.yaml": (("people", "person"),),
    "needs.yaml": (("needs", "need"),),
    "expectations.yaml": (("expectations", "expectation"),),
    "registers.yaml": (
        ("dysfunctions", "dysfunction"),
        ("requests", "request"),
        ("opinions", "opinion"),
        ("incidents", "incident"),
    ),
    "kpis.yaml": (("techniques", "technique"), ("kpis", "kpi"), ("surveys", "survey")),
    "plan.yaml": (("own", "initiative"),),
}
# One item a file.
_FOLDERS = {"systems": "system", "interviews": "interview"}

# What an id looks like in a file that is no YAML.
_ID = re.compile(r"^[\s{-]*id:\s*(?:&\S+\s+)?[\"']?([A-Za-z0-9][A-Za-z0-9_.-]*)", re.MULTILINE)

HOME = {kind: file for file, lists in _LISTS.items() for _, kind in lists}
"""The file in which a kind of thing is defined."""


def definitions(file: str, data: Any) -> Iterator[tuple[str, Path_]]:
    """Subjects, like `system:crm`, that a file defines, with the path of each."""
    if not isinstance(data, dict):
        return
    folder, _, rest = file.partition("/")
    if rest and folder in _FOLDERS and _is_id(data.get("id")):
        yield f"{_FOLDERS[folder]}:{data['id'].strip()}", ()
    for key, kind in _LISTS.get(file, ()):
        items = data.get(key)
        for i, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and _is_id(item.get("id")):
                yield f"{kind}:{item['id'].strip()}", (key, i)


def salvaged(file: str, text: str) -> Iterator[str]:
    """What a file that cannot be read as YAML seems to define.

    Good enough to tell a reference to it from a reference to nothing.
    """
    folder = file.partition("/")[0]
    kinds = [_FOLDERS[folder]] if folder in _FOLDERS else [k for _, k in _LISTS.get(file, ())]
    for match in _ID.finditer(text):
        yield from (f"{kind}:{match.group(1)}" for kind in kinds)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
