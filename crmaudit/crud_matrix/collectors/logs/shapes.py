"""Statements that differ in their values only, told in a millionth of a second.

A fingerprint needs to look at every word. Most statements of a log repeat one
that was seen before with other values; these are told by what lies outside
quotes, with figures blanked:

    SELECT a FROM t2 WHERE b = 'x' AND c = 17
    SELECT a FROM t0 WHERE b = '' AND c = 00        and beside it: the 2 of t2

Two statements of one shape always have one fingerprint, which is that of the
shape's own text. The reverse does not hold, and need not: shapes are only the
way to ask for fewer fingerprints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from operator import itemgetter

_ZERO = bytes(48 if 48 <= i <= 57 else i for i in range(256))
_RUN = re.compile(rb"\d+")
_VALUE = re.compile(rb"(?<![^ =(,<>+*/%\n\t-])\d+(?:\.\d+)?(?![^ ),;+*/%<>=\n\t-])")
_LONG = 16_384
_KNOWN = 60_000
_EXACT, _ALIKE = b"=", b"~"
"""How a shape begins that is the whole text, and one that stands for texts with other values."""

# What may begin something that hides a quote from a lexer, by dialect; and such things that are
# whole and hide none, in the order in which a lexer meets them.
_OPENERS = r"/\*|\*/|--|\{|\"|`"
_HARMLESS = r"\"[^\"']*\"|`[^`']*`|/\*(?:[^*'/]|\*(?!/)|/(?!\*))*\*/|--[^'\n]*(?:\n|$)|\{[^{}']*\}"
_OF_DIALECT = {
    "postgresql": (_OPENERS + r"|\$\w*\$", _HARMLESS),
    "duckdb": (_OPENERS + r"|\$\w*\$", _HARMLESS),
    "mysql": (_OPENERS + r"|\#", _HARMLESS + r"|\#[^'\n]*(?:\n|$)"),
    "tsql": (_OPENERS + r"|\[", _HARMLESS + r"|\[[^\]']*\]"),
    "sqlite": (_OPENERS + r"|\[", _HARMLESS + r"|\[[^\]']*\]"),
}
_OF_DIALECT["mariadb"] = _OF_DIALECT["mysql"]
_OF_OTHERS = (_OPENERS + r"|\#|\$\w*\$|\[|[qQ]'", _HARMLESS)

_Kept = Callable[[bytes], Hashable]


class Shapes:
    """The shapes of statements of one dialect, remembered as far as `known` outlines go."""

    def __init__(self, dialect: str, known: int = _KNOWN) -> None:
        openers, harmless = _OF_DIALECT.get(dialect, _OF_OTHERS)
        self._openers = re.compile(openers.encode())
        self._harmless = re.compile(harmless.encode())
        self._most = known
        self._size = 0
        self._known: dict[bytes, tuple[_Kept | None, dict[Hashable, bytes]] | None] = {}

    def of(self, text: bytes) -> bytes:
        """What is equal only for statements with the same fingerprint."""
        if b"\\" in text:
            return _EXACT + text
        outer = text
        if b"'" in text:
            parts = text.split(b"'")
            if not len(parts) & 1:
                return _EXACT + text
            outer = b"'".join(parts[::2])
        blank = outer.translate(_ZERO)
        try:
            known = self._known[blank]
        except KeyError:
            known = self._learn(blank, outer)
        if known is None:
            return _EXACT + text
        kept, shapes = known
        names = kept(outer) if kept is not None else None
        try:
            return shapes[names]
        except KeyError:
            shape = shapes[names] = self._shape(outer)
            self._grown()
            return shape

    @staticmethod
    def text(shape: bytes) -> bytes:
        """A statement of that shape, without the values of any real one where that can be."""
        if shape.startswith(_EXACT):
            return shape[1:]
        return shape[1:].replace(b"'", b"''")

    @property
    def remembered(self) -> int:
        """How many outlines and shapes are remembered now."""
        return len(self._known) + sum(len(known[1]) for known in self._known.values() if known)

    def _learn(
        self, blank: bytes, outer: bytes
    ) -> tuple[_Kept | None, dict[Hashable, bytes]] | None:
        """How statements of this outline are told apart; None for only by the whole text."""
        found: tuple[_Kept | None, dict[Hashable, bytes]] | None = None
        if len(outer) > _LONG:
            return found
        self._grown()
        if b"'" not in outer or self._is_plain(outer):
            names = self._names(outer)
            found = (itemgetter(*names) if names else None, {})
        self._known[blank] = found
        return found

    def _names(self, outer: bytes) -> list[slice]:
        """Where figures stand that are part of names: from value to value, from first to last."""
        values = self._values(outer)
        names: list[slice] = []
        passed = 0
        for start, stop in (m.span() for m in _RUN.finditer(outer)):
            value = any(a <= start and stop <= b for a, b in values)
            if not value and names and names[-1].start >= passed:
                names[-1] = slice(names[-1].start, stop)
            elif not value:
                names.append(slice(start, stop))
            else:
                passed = stop
        return names

    def _grown(self) -> None:
        """One more is remembered; where that is too many, none."""
        self._size += 1
        if self._size > self._most:
            self._known.clear()
            self._size = 0

    def _is_plain(self, outer: bytes) -> bool:
        """Whether a lexer sees the quotes where they are."""
        return not self._openers.search(self._harmless.sub(b" ", outer))

    def _values(self, outer: bytes) -> list[tuple[int, int]]:
        """Where the numbers stand that are no part of a name."""
        if not self._is_plain(outer):
            return []
        hidden = [m.span() for m in self._harmless.finditer(outer)]
        found = (m.span() for m in _VALUE.finditer(outer))
        return [span for span in found if not _within(span, hidden)]

    def _shape(self, outer: bytes) -> bytes:
        """The outline with every value as 0, however many figures it has."""
        pieces, end = [_ALIKE], 0
        for start, stop in self._values(outer):
            pieces += [outer[end:start], b"0"]
            end = stop
        return b"".join((*pieces, outer[end:]))


def _within(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)
