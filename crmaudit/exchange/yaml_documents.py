"""YAML files of several documents, as other tools write them; a workspace's have one each.

The workspace's own careful reader reads each document. Here the file is cut
where a document begins, and places are moved to where they are in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmaudit.errors import InvalidInput, Place, Problem
from crmaudit.workspace.yaml_reader import YamlFile, decode, parse, raw

# At the beginning of a line this can be nothing else, not even within quotes.
_BEGIN = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class YamlDocument:
    """One document of a file, `above` the number of lines before it."""

    file: YamlFile
    above: int

    @property
    def data(self) -> Any:
        return self.file.data

    def place(self, *path: str | int, key: bool = False) -> Place:
        """Where the value stands in the file, or the deepest part above it that is there.

        Without the line itself: it may hold what is nobody's business here, like an address.
        """
        return replace(_moved(self.file.place(path, key=key), self.above), snippet="")


def documents(path: Path, name: str) -> tuple[list[YamlDocument], list[Problem]]:
    """The documents that can be read, empty ones left out, and what is wrong with others.

    Raises InvalidInput where the file cannot be read at all.
    """
    text = decode(raw(path, name), name)
    found: list[YamlDocument] = []
    problems: list[Problem] = []
    above, counted = 0, 0
    for start, end in _cuts(text):
        above += len(_LINE_END.findall(text, counted, start))
        counted = start
        try:
            file = parse(text[start:end], name)
        except InvalidInput as error:
            problems += [_moved_problem(p, above) for p in error.problems]
            continue
        problems += [_moved_problem(p, above) for p in file.problems]
        if file.data is not None:
            found.append(YamlDocument(file, above))
    return found, problems


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    starts = [m.start() for m in _BEGIN.finditer(text)]
    if not starts or starts[0] > 0:
        starts.insert(0, 0)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        # Comments and directives above the first mark are no document.
        if not all(map(_says_nothing, text[start:end].splitlines())):
            yield start, end


def _says_nothing(line: str) -> bool:
    line = line.strip()
    return not line or line[0] in "#%" or line in ("---", "...")


def _moved(place: Place, above: int) -> Place:
    return replace(place, line=place.line + above) if place.line else place


def _moved_problem(problem: Problem, above: int) -> Problem:
    return replace(problem, where=_moved(problem.where, above)) if problem.where else problem
