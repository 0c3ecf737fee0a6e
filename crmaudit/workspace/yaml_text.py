"""Values written as YAML that every reader takes for the same text."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
# Words that some YAML programs read as something else.
_NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    """The text as a YAML scalar in one line, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + "".join(_ESCAPES.get(c) or _escaped(c) for c in text) + '"'


def comment(text: str) -> str:
    """The text as it can stand after a `#`: one line, nothing that cannot be printed."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    # NUL and halves of pairs cannot stand in a YAML text, escaped or not.
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF else f"\\U{code:08x}"
