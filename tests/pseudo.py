"""A language that shows what can be told: every letter of a pattern becomes a wide one.

`Ａ` stands for `A`, so what a message says itself is wide, and what still has
plain letters is a value: a name, or text that nobody made as a message.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from crmaudit.messages import told

_WIDE = {ord(c): ord(c) + 0xFEE0 for c in string.ascii_letters}
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")
_CODE = re.compile(
    # Commands, files and units are the same in each language.
    r"crmaudit [a-z]+( [a-z]+)*( --[a-z]+ [a-z]+(,[a-z]+)*)?|[a-z_/-]+\.yaml"
    r"|\b(kB|MB|GB|TB|EUR|GBP|CHF)\b"
)
_KEY = re.compile(r"\b[a-z_]+:(?= |$)|\b(maps|interviews)/")
"""A key of YAML or a folder of the workspace, in what says where something is declared."""


class Pseudo:
    """The language; see above."""

    language = "xx"

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        if not values:
            return pattern.translate(_WIDE)
        made = ""
        for text, name, form, conversion in string.Formatter().parse(pattern):
            made += text.translate(_WIDE).replace("{", "{{").replace("}", "}}")
            if name is not None:
                made += "{" + name + (f"!{conversion}" if conversion else "")
                made += (f":{form}" if form else "") + "}"
        return made

    def value(self, value: object, form: str) -> str:
        if isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        return format(value, form)

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        return (one if n == 1 else many).translate(_WIDE)

    def kept(self, text: str) -> str:
        return text.translate(_WIDE)


PSEUDO = Pseudo()


def plain(text: str, names: Iterable[str] = (), keys: bool = False) -> list[str]:
    """The words of a text that no other language could tell, but for names, units and code.

    A name may stand in the plural, and a long one cut: `One two three…`. With
    `keys` the text may name keys of YAML.
    """
    left = _CODE.sub(" ", told(text, PSEUDO))
    left = _KEY.sub(" ", left) if keys else left
    for name in sorted(set(names), key=lambda n: (-len(n), n)):
        words = name.split()
        for n in range(len(words), 1, -1) if "…" in left else ():
            left = left.replace(" ".join(words[:n]).rstrip(",;:") + "…", " ")
        left = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(s|es)?(?![A-Za-z])", " ", left, flags=re.I)
    return _WORD.findall(left)


def texts(data: Any, keys: bool = True) -> Iterator[str]:
    """All text in data as YAML has it: values, and names of things that stand as keys."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if keys:
                yield str(key)
            yield from texts(value, keys)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts(value, keys)
    elif data is not None:
        yield str(data)
