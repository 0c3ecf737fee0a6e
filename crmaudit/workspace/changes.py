"""Changes of a workspace: gathered, shown, tried, then written all at once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.workspace.editing import Edit, edited, written
from crmaudit.workspace.file_names import differing_in_case
from crmaudit.workspace.files import FOLDERS, SINGLE, model_of
from crmaudit.workspace.journal import Write, commit
from crmaudit.workspace.loading import load
from crmaudit.workspace.schema import reference
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import decode, encode, raw


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file, named relative to the workspace.

    `old` and `new` are its texts; None: there is no such file before, or
    after. `moved_to` is its new name where it gets one.
    """

    name: str
    old: str | None
    new: str | None
    moved_to: str = ""

    @property
    def diff(self) -> str:
        """The change as a unified diff, without line ends' own differences."""
        old = (self.old or "").splitlines(keepends=True)
        new = (self.new or "").splitlines(keepends=True)
        before = "/dev/null" if self.old is None else f"a/{self.name}"
        after = "/dev/null" if self.new is None else f"b/{self.moved_to or self.name}"
        return "".join(_lines(difflib.unified_diff(old, new, before, after)))


def _lines(diff: Iterator[str]) -> Iterator[str]:
    for line in diff:
        text = line.rstrip("\r\n")
        yield text + "\n"
        if text == line:
            yield "\\ No newline at end of file\n"


@dataclass(frozen=True)
class Changes:
    """Texts that are to replace files of the workspace in `root`; nothing is written yet."""

    root: Path
    files: tuple[FileChange, ...] = ()

    @property
    def diff(self) -> str:
        """All changes as one unified diff."""
        return "".join(change.diff for change in self.files)

    def check(self) -> Workspace:
        """The workspace as it would load after the change; nothing is written.

        Raises InvalidInput with every mistake that it would have.
        """
        return load(self.root, self._overlay())

    def write(self) -> tuple[Path, ...]:
        """Write all files, or none; answers those written.

        Each keeps its encoding, byte order mark and rights; links are written
        through. Raises CrmauditError where a file is not what was read, or
        cannot be written: nothing has changed then.
        """
        if self.files:
            commit(self.root, self._writes())
        return tuple(
            self.root / (change.moved_to or change.name)
            for change in self.files
            if change.new is not None
        )

    def _overlay(self) -> dict[str, str | None]:
        overlay: dict[str, str | None] = {}
        for change in self.files:
            overlay[change.name] = None if change.moved_to else change.new
        for change in self.files:
            if change.moved_to:
                overlay[change.moved_to] = change.new
        return overlay

    def _writes(self) -> Iterator[Write]:
        for change in self.files:
            path = self.root / change.name
            old = mode = None
            if change.old is not None:
                old = self._unchanged(change)
                mode = path.stat().st_mode & 0o7777
            new = None if change.new is None else encode(change.new, old or b"")
            if not change.moved_to:
                yield Write(change.name, old, new)
                continue
            yield Write(change.name, old, None)
            target = self.root / change.moved_to
            same = os.path.lexists(target) and path.samefile(target)
            yield Write(change.moved_to, old if same else None, new, mode)

    def _unchanged(self, change: FileChange) -> bytes:
        """The file's bytes, which must still say what was read."""
        if not os.path.lexists(self.root / change.name):
            raise _meanwhile(change.name, "removed")
        found = raw(self.root / change.name, change.name)
        if decode(found, change.name) != change.old:
            raise _meanwhile(change.name, "changed")
        return found


def _meanwhile(name: str, what: str) -> CrmauditError:
    return CrmauditError(f"{name} was {what} meanwhile", "nothing was written; start again")


class Draft:
    """Gathers edits of a workspace's files."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._old: dict[str, str | None] = {}
        self._texts: dict[str, str | None] = {}
        self._edits: dict[str, list[Edit]] = {}
        self._moves: dict[str, str] = {}

    def edit(self, file: str, *edits: Edit) -> None:
        """Edit a YAML file, which is made where it is absent, with its schema's line."""
        name = self._known(file)
        if self._texts[name] is None:
            self._texts[name] = reference(file)
        self._edits.setdefault(name, []).extend(edits)

    def create(self, file: str, text: str) -> None:
        """A new file. Raises CrmauditError where there is one already, be it in other case."""
        name = self._known(file)
        if twin := self._twin(file):
            raise CrmauditError(f"{twin} is there already", "choose another name")
        if self._texts[name] is not None:
            raise CrmauditError(f"{file} is there already", "choose another name")
        self._texts[name] = text

    def move(self, old: str, new: str) -> None:
        """Give a file another name. Raises CrmauditError where that is taken."""
        name = self._known(old)
        taken = new in self._workspace.files or os.path.lexists(self._workspace.root / new)
        # Where case is not told apart, a name in other case is the old file itself.
        taken = taken and new.casefold() != old.casefold()
        if found := new if taken else self._twin(new, but=old):
            raise CrmauditError(f"{found} is there already", f"rename {old} by hand")
        self._moves[name] = new

    def delete(self, file: str) -> None:
        name = self._known(file)
        self._texts[name] = None
        self._edits.pop(name, None)

    def changes(self) -> Changes:
        """What was gathered, without files that stay as they are.

        Raises CrmauditError, with file and line, for an edit that cannot be done in place.
        """
        found = []
        for name in sorted(self._texts):
            old, new, moved = self._old[name], self._texts[name], self._moves.get(name, "")
            if new is not None and self._edits.get(name):
                fresh = old is None and new == reference(name)
                text = written(new, name, self._edits[name]) if fresh else None
                new = text or edited(new, name, self._edits[name], _model(name))
            if new != old or moved:
                found.append(FileChange(name, old, new, moved))
        return Changes(self._workspace.root, tuple(found))

    def _twin(self, file: str, but: str = "") -> str:
        """A file of the workspace, or of this draft, whose name differs only in case."""
        made = (self._moves.get(n, n) for n, text in self._texts.items() if text is not None)
        names = {*self._workspace.files, *made} - {but}
        return differing_in_case(file, sorted(names))

    def _known(self, file: str) -> str:
        """The file's name before the change; remembers what is in it."""
        for name, moved in self._moves.items():
            if moved == file:
                return name
        if file not in self._texts:
            path, text = self._workspace.root / file, None
            if file in self._workspace.files:
                text = self._workspace.text(file)
            elif os.path.lexists(path):
                text = decode(raw(path, file), file)
            self._old[file] = self._texts[file] = text
        return file


def _model(file: str) -> type | None:
    known = file in SINGLE or file.split("/", 1)[0] in FOLDERS
    return model_of(file) if known else None
