"""Another id for a thing, followed through every file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from crmaudit.errors import CrmauditError, Place
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.editing import Edit, Put, Rename
from crmaudit.workspace.file_names import check_id, differing_in_case
from crmaudit.workspace.files import model_of
from crmaudit.workspace.references import references
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_nodes import tree
from crmaudit.workspace.yaml_reader import Path_, SourceText, parse

KINDS = (
    *("system", "entity", "person", "unit", "process", "kpi", "technique", "policy", "deadline"),
    *("aim", "scenario", "need", "expectation", "dysfunction", "request", "opinion", "incident"),
    "survey",
)
"""What can be renamed: all that is referred to by its id alone."""

# What the parts of other subjects are the ids of.
_PARTS = {
    "table": ("system", ""),
    "column": ("system", ""),
    "feed": ("system", "system"),
    "cell": ("system", "entity"),
    "account": ("system", ""),
    "role": ("system", ""),
    "right": ("system", ""),
    "attribute": ("entity", ""),
    "job": ("unit", ""),
}
_PERSON_OR_TEXT = {"who", "by", "approver", "asked_by"}
_PROSE = ("*.md", "sections/**/*.md", "interviews/*.md", "maps/*.md")
"""Files that may mention an id, besides the workspace's own."""

Known = Mapping[str, Set[str]]
"""Kind of thing → its ids."""


@dataclass(frozen=True)
class Renaming:
    """What renaming would change; nothing is written yet.

    `references` counts the places of each file, by its old name; `mentions`
    are words in comments and prose that are left alone.
    """

    kind: str
    old: str
    new: str
    changes: Changes
    references: Mapping[str, int]
    mentions: tuple[Place, ...]


def rename(workspace: Workspace, kind: str, old: str, new: str) -> Renaming:
    """Another id for a system, an entity or one of the other `KINDS`.

    Its definition, every reference to it, the subjects of responses and plan,
    and the files that are called after it change. A system keeps the old id
    as a former one, so that evidence and history still count as its own.
    Raises CrmauditError where there is no such thing, or the new id is taken
    or none.
    """
    _check(workspace, kind, old, new)
    draft = Draft(workspace)
    counts: Counter[str] = Counter()
    for file in workspace.files:
        text = workspace.text(file)
        # An escape in quotes may hide any letter.
        if old not in text and "\\" not in text:
            continue
        edits = list(_edits(workspace, file, parse(text, file).data, (kind, old, new)))
        if edits:
            counts[file] = len(edits)
            draft.edit(file, *edits)
    if kind == "system":
        _keep_former(workspace, draft, old, new)
        for file in workspace.files:
            path = PurePosixPath(file)
            if path.parts[0] in ("systems", "maps") and path.stem == old:
                draft.move(file, str(path.with_stem(new)))
    changes = draft.changes()
    mentions = tuple(_mentions(workspace, changes, old))
    return Renaming(kind, old, new, changes, dict(counts), mentions)


def renamed_subject(subject: str, kind: str, old: str, new: str, known: Known) -> str:
    """A finding's subject after the renaming; `known` are the ids of each kind.

    Ids may hold dots: where `crm` is renamed, `table:crm.v2.contacts` stays
    one of a system `crm.v2` if there is one.
    """
    head, _, rest = subject.partition(":")
    if head == kind and rest == old:
        return f"{head}:{new}"
    first, second = _PARTS.get(head, ("", ""))
    if second == kind and any(rest == f"{other}.{old}" for other in known.get(first, ())):
        rest = rest.removesuffix(old) + new
    if first == kind and rest.startswith(f"{old}."):
        longer = (other for other in known.get(kind, ()) if len(other) > len(old))
        if not any(rest.startswith(f"{other}.") for other in longer):
            rest = new + rest.removeprefix(old)
    return f"{head}:{rest}" if rest else subject


def subjects_now(workspace: Workspace) -> Callable[[str], str]:
    """Tells how a subject of an earlier audit is called since systems were renamed."""
    known = _ids(workspace)
    known["system"] |= workspace.formerly.keys()

    def now(subject: str) -> str:
        for old, new in workspace.formerly.items():
            subject = renamed_subject(subject, "system", old, new, known)
        return subject

    return now


def _ids(workspace: Workspace) -> dict[str, set[str]]:
    """The ids of each kind; entities may stand in a `crud:` alone."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for subject in workspace.subjects():
        kind, _, name = subject.partition(":")
        found.setdefault(kind, set()).add(name)
    found["entity"] |= workspace.entity.keys()
    return found


def _check(workspace: Workspace, kind: str, old: str, new: str) -> None:
    if kind not in KINDS:
        raise CrmauditError(f"a {kind} cannot be renamed", suggestion(kind, KINDS))
    known = _ids(workspace)[kind]
    if old not in known:
        now = workspace.formerly.get(old) if kind == "system" else None
        hint = f"it is called {now!r} now" if now else suggestion(old, known)
        raise CrmauditError(f"there is no {kind} {old!r}", hint)
    check_id(new, kind)
    if new == old:
        raise CrmauditError(f"{old!r} is its id already", "name another")
    if new in known:
        place = workspace.place_of(f"{kind}:{new}", "id")
        raise CrmauditError(f"the {kind} {new!r} is there already", "name another id", place)
    if twin := differing_in_case(new, known - {old}):
        raise CrmauditError(
            f"{new!r} differs only in case from the {kind} {twin!r}",
            "name another id",
            workspace.place_of(f"{kind}:{twin}", "id"),
        )
    others = [former for former, owner in workspace.formerly.items() if owner != old]
    former = new if new in others else differing_in_case(new, others)
    if kind == "system" and former:
        owner = workspace.formerly[former]
        raise CrmauditError(
            f"{former!r} is a former id of {owner!r}",
            "name another id: evidence under it would be of both",
            workspace.place_of(f"system:{owner}", "formerly"),
        )


def _edits(
    workspace: Workspace, file: str, data: Any, what: tuple[str, str, str]
) -> Iterator[Edit]:
    kind, old, new = what
    subject = f"{kind}:{old}"
    home = workspace.definition(subject)
    if home is not None and home[0] == file:
        yield Put((*home[1], "id"), new)
    kinds = {kind} | ({"audience"} if _is_audience(workspace, kind, old) else set())
    found: dict[tuple[Path_, bool], None] = {}
    for ref in references(model_of(file), data):
        if ref.kind in kinds and ref.name == old:
            found[ref.path, ref.is_key] = None
    if kind == "person":
        found |= {(path, False): None for path in _named(data, old)}
    for path, is_key in found:
        yield Rename(path, new) if is_key else Put(path, new)
    known = _ids(workspace)
    for path, code, text in _subjects(file, data):
        now = renamed_subject(text.strip(), *what, known)
        if now != text.strip():
            yield Put(path, f"{code} {now}" if code else now)


def _named(data: Any, old: str, path: Path_ = ()) -> Iterator[Path_]:
    """Where a person's id stands in a field that takes any text as well."""
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in steps:
        if isinstance(value, dict | list):
            yield from _named(value, old, (*path, step))
        elif step in _PERSON_OR_TEXT and value is not None and value.strip() == old:
            yield (*path, step)


def _is_audience(workspace: Workspace, kind: str, old: str) -> bool:
    """Whether an audience of that name is this thing: a person or a unit, not both."""
    other = {"person": "unit", "unit": "person"}.get(kind)
    return other is not None and f"{other}:{old}" not in set(workspace.subjects())


def _subjects(file: str, data: Any) -> Iterator[tuple[Path_, str, str]]:
    """Where findings are named: path, code before the subject if there is one, subject."""
    if file == "responses.yaml":
        for i, response in enumerate(_list(data, "responses")):
            text = response.get("subject") if isinstance(response, dict) else None
            if isinstance(text, str):
                yield ("responses", i, "subject"), "", text
    if file == "plan.yaml":
        for k, own in enumerate(_list(data, "own")):
            for i, key in enumerate(_list(own, "findings")):
                code, blank, text = str(key).partition(" ")
                if blank:
                    yield ("own", k, "findings", i), code, text


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _keep_former(workspace: Workspace, draft: Draft, old: str, new: str) -> None:
    former = [f for f in workspace.system[old].formerly if f != new]
    home = workspace.definition(f"system:{old}")
    assert home is not None
    ids = [*former, old]
    draft.edit(home[0], Put(("formerly",), old if len(ids) == 1 else ids, behind="id"))


def _mentions(workspace: Workspace, changes: Changes, old: str) -> Iterator[Place]:
    """Where the old id still stands as a word, in lines as they will be."""
    word = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-]|\.\w)")
    texts = {file: workspace.text(file) for file in workspace.files}
    for change in changes.files:
        texts.pop(change.name, None)
        texts[change.moved_to or change.name] = change.new or ""
    for file, text in sorted({**texts, **dict(_prose(workspace))}.items()):
        if not word.search(text):
            continue
        source = SourceText(file, text)
        values = _whole_values(text, old) if file in texts else ()
        for match in word.finditer(text):
            if not any(start <= match.start() < end for start, end in values):
                yield source.place(match.start())


def _whole_values(text: str, old: str) -> list[tuple[int, int]]:
    """Values that are the word and nothing else: they say something of their own (`kind: crm`)."""
    root = tree(text).root
    nodes = root.all() if root else ()
    return [(n.start, n.end) for n in nodes if n.kind == "text" and n.text.strip() == old]


def _prose(workspace: Workspace) -> Iterator[tuple[str, str]]:
    root = workspace.root
    found = [path for pattern in _PROSE for path in root.glob(pattern)]
    found += [root / s.file for s in workspace.kpis.surveys if s.system_column]
    for path in found:
        if path.is_file() and path.suffix in (".md", ".csv"):
            yield path.relative_to(root).as_posix(), path.read_text("utf-8", errors="replace")
