"""What `pattern:` may say: regular expressions of RE2, which no value can make slow.

RE2 (github.com/google/re2, doc/syntax.txt) has no look-around, no back
references and no possessive repetition: what would need them is refused when
the file is read. Little else is looked at here; the engine that counts has
the last word.
"""

from __future__ import annotations

import re

_MOST_REPEATS = 1000
_BRACES = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_GROUP = re.compile(r"\(\?(?:P?<(?![=!])([^>)]*)>|[imsU]*(?:-[imsU]+)?[:)])")
_LOOKS = {
    "(?=": "looks ahead",
    "(?!": "looks ahead",
    "(?<=": "looks behind",
    "(?<!": "looks behind",
    "(?>": "is atomic",
    "(?(": "is conditional",
    "(?#": "is a comment",
    "(?P=": "refers back",
}
_LETTERS = frozenset("aAbBCdDfnpPQErsStvwWxz")


def check_pattern(pattern: str) -> None:
    """Raise ValueError, with the place in the pattern, for what RE2 does not know."""
    depth, at, repeatable, end = 0, 0, False, len(pattern)
    while at < end:
        character = pattern[at]
        if character == "\\":
            at, repeatable = _escaped(pattern, at), True
        elif character == "[":
            at, repeatable = _class_end(pattern, at), True
        elif character == "(":
            depth, repeatable = depth + 1, False
            at, flags = _group_begin(pattern, at)
            if flags:  # `(?i)` groups nothing
                depth, repeatable = depth - 1, True
        elif character == ")":
            depth, at, repeatable = depth - 1, at + 1, True
            if depth < 0:
                raise _wrong("a `)` without its `(`", at - 1)
        elif character in "*+?" or (character == "{" and _BRACES.match(pattern, at)):
            if not repeatable:
                raise _wrong(f"nothing that `{character}` could repeat", at)
            at, repeatable = _repeated(pattern, at), False
        else:
            at, repeatable = at + 1, character not in "|^$"
            # `^*` is allowed, if senseless.
            repeatable = repeatable or character in "^$"
    if depth:
        raise ValueError("the pattern has a `(` without its `)`")


def _escaped(pattern: str, at: int) -> int:
    letter = pattern[at + 1 : at + 2]
    if not letter:
        raise ValueError("the pattern ends in a single `\\`")
    if letter == "Q":
        end = pattern.find(r"\E", at)
        return len(pattern) if end < 0 else end + 2
    if letter in "123456789" and not re.match(r"[1-7][0-7]", pattern[at + 1 :]):
        raise _wrong(f"`\\{letter}` refers back, which RE2 cannot", at)
    if letter.isascii() and letter.isalpha() and letter not in _LETTERS:
        raise _wrong(f"`\\{letter}` is not known to RE2", at)
    return at + 2


def _class_end(pattern: str, at: int) -> int:
    """The place behind a character class."""
    here = at + 1
    here += pattern[here : here + 1] == "^"
    here += pattern[here : here + 1] == "]"
    while here < len(pattern) and pattern[here] != "]":
        if pattern.startswith("[:", here) and (end := pattern.find(":]", here + 2)) > 0:
            here = end + 2
        else:
            here += 2 if pattern[here] == "\\" else 1
    if here >= len(pattern):
        raise _wrong("a `[` without its `]`", at)
    return here + 1


def _group_begin(pattern: str, at: int) -> tuple[int, bool]:
    """The place behind the beginning of a group, and whether it only sets flags."""
    if not pattern.startswith("(?", at):
        return at + 1, False
    for begin, what in _LOOKS.items():
        if pattern.startswith(begin, at):
            raise _wrong(f"`{begin}…)` {what}, which RE2 cannot", at)
    found = _GROUP.match(pattern, at)
    if found is None:
        raise _wrong("`(?` and what follows is not known to RE2", at)
    return found.end(), found[0].endswith(")")


def _repeated(pattern: str, at: int) -> int:
    braces = _BRACES.match(pattern, at)
    if braces is None:
        at += 1
    else:
        counts = [int(n) for n in (braces[1], braces[3]) if n]
        if max(counts) > _MOST_REPEATS or counts != sorted(counts):
            raise _wrong(f"`{braces[0]}` is no repetition, at most {_MOST_REPEATS}", at)
        at = braces.end()
    at += pattern[at : at + 1] == "?"
    if pattern[at : at + 1] in ("*", "+", "?") and pattern[at : at + 1]:
        raise _wrong("a repetition of a repetition, which RE2 cannot", at)
    return at


def _wrong(what: str, at: int) -> ValueError:
    return ValueError(f"the pattern cannot be used: {what} (character {at + 1})")
