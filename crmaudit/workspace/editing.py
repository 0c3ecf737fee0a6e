"""Editing YAML in place: every byte outside the edited node stays as it was.

Edits become splices into the text: comments, order, quotes, blank lines and
line ends of everything else are never written anew. What came out is parsed
again and must say what the edits asked for; else nothing is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from crmaudit.errors import InvalidInput
from crmaudit.workspace.edits import (
    NOTHING,
    Append,
    Drop,
    Edit,
    Put,
    Rename,
    applied,
    check_keys,
    own,
    smallest,
)
from crmaudit.workspace.splicing import spliced
from crmaudit.workspace.yaml_reader import SourceText, parse
from crmaudit.workspace.yaml_text import block

__all__ = ["Append", "Drop", "Edit", "Put", "Rename", "edited", "written"]


def edited(
    text: str, name: str, edits: Iterable[Edit], model: type[BaseModel] | None = None
) -> str:
    """The text with the edits done, one after the other; paths are as `yaml_reader` has them.

    `name` is the file's, for error messages. `model` tells which bare texts
    are short forms: `database: sqlite:///crm.db` becomes a mapping when its
    `schema` is set. Raises InvalidInput for a text that is no sound YAML and
    CrmauditError, with file and line, for an edit that has no place in it or
    that would change what an alias repeats elsewhere.
    """
    file = parse(text, name)
    if file.problems:
        raise InvalidInput(file.problems)
    source = SourceText(name, text)
    wanted = own(file.data)
    steps: list[Edit] = []
    for edit in edits:
        check_keys(edit, source)
        for step in list(smallest(edit, wanted, model)):
            wanted = applied(step, wanted, source, model)
            steps.append(step)
    result, shared = spliced(text, name, steps, model)
    try:
        found = parse(result, name).data
    except InvalidInput:
        found = NOTHING
    if found == wanted or _without_last_break(found) == _without_last_break(wanted):
        return result
    if shared:
        raise shared[0]
    raise AssertionError(f"editing {name} would have gone wrong; nothing was changed")


def written(head: str, name: str, edits: Sequence[Edit]) -> str | None:
    """The text of a new file: `head`, which is a comment, and below it what the edits put.

    The same as `edited` makes of it, which first has to find out what is there. None
    where they do more than fill keys and lists at the top, which is for `edited` then.
    Raises CrmauditError for a key that is too long.
    """
    data: dict[str, Any] = {}
    lists: dict[str, list[Any]] = {}
    for edit in edits:
        match edit:
            case Put((str(key),), value, "") if key not in data:
                data[key] = value
            case Append((str(key),), value) if key in lists or key not in data:
                data[key] = lists.setdefault(key, [])
                lists[key].append(value)
            case _:
                return None
    source = SourceText(name, head)
    for edit in edits:
        check_keys(edit, source)
    return head + "".join(f"{line}\n" for line in block(data, 0)) if data else None


def _without_last_break(data: Any) -> Any:
    """A text under `|` at the end of a file without a last line break gains one."""
    if isinstance(data, dict):
        return {k: _without_last_break(v) for k, v in data.items()}
    if isinstance(data, list):
        return [_without_last_break(v) for v in data]
    return data.removesuffix("\n") if isinstance(data, str) else data
