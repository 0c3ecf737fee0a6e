"""Answers of the duplicate review written into `matches.yaml`, other bytes left alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.workspace.answers import Answer
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.edits import Append, Edit, Put
from crmaudit.workspace.workspace import Workspace

FILE = "matches.yaml"


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody said of a pair of records; `entity` is the workspace's, else empty."""

    left: str
    right: str
    answer: Answer
    entity: str = ""
    when: date | None = None


def answering(workspace: Workspace, key_id: str, answers: Iterable[Answered]) -> Changes:
    """The file with these answers; one about a pair that was answered takes its place.

    Raises CrmauditError where the file's answers were given under another key.
    """
    check_answers_key(workspace, key_id)
    known = {frozenset((m.left, m.right)): i for i, m in enumerate(workspace.matches.matches)}
    new = len(workspace.matches.matches)
    edits: list[Edit] = []
    if workspace.matches.key_id != key_id:
        edits.append(Put(("key_id",), key_id))
    for a in answers:
        pair = frozenset((a.left, a.right))
        place = known.get(pair)
        if place is None:
            known[pair] = new
            new += 1
            edits.append(Append(("matches",), _values(workspace, a)))
            continue
        edits.append(Put(("matches", place, "answer"), a.answer))
        if a.when is not None:
            edits.append(Put(("matches", place, "when"), a.when))
    draft = Draft(workspace)
    if edits:
        draft.edit(FILE, *edits)
    return draft.changes()


def check_answers_key(workspace: Workspace, key_id: str) -> None:
    """Raises CrmauditError where the answers that are there were given under another key."""
    theirs = workspace.matches.key_id
    if theirs and theirs != key_id:
        raise CrmauditError(
            f"the answers in {FILE} name records by another key ({theirs}) than this audit's "
            f"({key_id})",
            f"put that key back (CRMAUDIT_KEY, .crmaudit/key), or move {FILE} away: "
            "ids of one key mean nothing under another",
            workspace.place(FILE, "key_id"),
        )


def _values(workspace: Workspace, a: Answered) -> dict[str, Any]:
    values: dict[str, Any] = {"left": a.left, "right": a.right}
    if a.entity and (a.entity in workspace.entity or not workspace.entity):
        values["entity"] = a.entity
    values["answer"] = a.answer
    if a.when is not None:
        values["when"] = a.when
    return values
