"""The words of a statement, in any dialect: what is a literal, a name, a comment.

Fast and forgiving: whatever comes in, something comes out, and a literal or
comment that does not end reaches to the end of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple, cast

Kind = Literal["space", "comment", "string", "name", "param", "number", "word", "op"]


class Token(NamedTuple):
    kind: Kind
    text: str
    start: int

    @property
    def upper(self) -> str:
        """The word in upper case; empty for what is no bare word."""
        return self.text.upper() if self.kind == "word" else ""


_PLAIN = r"'(?:[^']|'')*+(?:'|\Z)"
_ESCAPED = r"'(?:[^'\\]|''|\\.)*+(?:'|\\?\Z)"
_DOUBLE = r'"(?:[^"\\]|""|\\.)*+(?:"|\\?\Z)'
_DOLLAR = r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?:.*?)(?:\$(?P=tag)\$|\Z)"
_Q_QUOTE = (
    r"[nN]?[qQ]'(?:\[.*?(?:\]'|\Z)|\{.*?(?:\}'|\Z)|\(.*?(?:\)'|\Z)|<.*?(?:>'|\Z)"
    r"|(?P<tag>[^\s\w])(?:.*?)(?:(?P=tag)'|\Z))"
)
_NAME = r'"(?:[^"]|"")*+(?:"|\Z)'
_TICKS = r"`(?:[^`]|``)*+(?:`|\Z)"
_BRACKETS = r"\[(?:[^\]]|\]\])*+(?:\]|\Z)"
_LINE = r"--[^\n]*+"
_BLOCK = r"/\*.*?(?:\*/|\Z)"
# Comments within comments, two deep: nobody writes more.
_NESTED = r"/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*+\*/)*+(?:\*/|\Z)"

_LIST_WORD = "[iI][nN]|[vV][aA][lL][uU][eE][sS]?"
_WORD = r"[^\W\d][\w$#]*+"
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[\w$]*+"
# In MySQL a name may begin with digits; numbers in other notations are none.
_DIGIT_NAME = (
    r"(?!0[xX][0-9a-fA-F]+(?![\w$])|0[bB][01]+(?![\w$])|\d+[eE]\d+(?![\w$]))"
    r"\d+[A-Za-z_$][\w$]*+"
)
_PARAM = (
    r"\?\d*(?![|&])|\$\d+|%\(\w+\)[sdf]|%(?:\d+\$)?[sdif](?!\w)|#\{[^}]*\}|\$\{[^}]*\}"
    r"|\{\w*\}|(?<![:\w\])]):[A-Za-z_]\w*(?:\.\w+)?|(?<![:\w\])]):\d+|(?<![\w@])@@?\w+"
)

_STRINGS = {
    "postgresql": (r"[eE]" + _ESCAPED, r"(?:[uU]&|[bBxXnN])?" + _PLAIN, _DOLLAR),
    "duckdb": (r"[eE]" + _ESCAPED, r"[xX]?" + _PLAIN, _DOLLAR),
    "mysql": (r"(?:_[a-z]\w*\s*|[bBxXnN])?" + _ESCAPED, r"(?:_[a-z]\w*\s*)?" + _DOUBLE),
    "sqlite": (r"[xX]?" + _PLAIN,),
    "tsql": (r"[nN]?" + _PLAIN,),
    "oracle": (_Q_QUOTE, r"[nN]?" + _PLAIN),
    "ansi": (r"[eE]" + _ESCAPED, r"[bBxXnN]?" + _PLAIN),
}
_NAMES = {
    "postgresql": (r"(?:[uU]&)?" + _NAME,),
    "duckdb": (_NAME,),
    "mysql": (_TICKS,),
    "sqlite": (_NAME, _TICKS, _BRACKETS),
    "tsql": (_NAME, _BRACKETS, r"##?[A-Za-z_]\w*+"),
    "oracle": (_NAME,),
    "ansi": (_NAME, _TICKS),
}
_COMMENTS = {
    "postgresql": (_LINE, _NESTED),
    "duckdb": (_LINE, _NESTED),
    # What stands in a comment with a version is code: only its edges go.
    "mysql": (r"--(?:[ \t\r][^\n]*+|(?=\n)|\Z)", r"#(?!\{)[^\n]*+", r"/\*M?!\d*", _BLOCK, r"\*/"),
    "sqlite": (_LINE, _BLOCK),
    "tsql": (_LINE, _NESTED),
    "oracle": (_LINE, _BLOCK),
    "ansi": (_LINE, _BLOCK),
}


def family(dialect: str) -> str:
    """The dialect whose words it shares."""
    return "mysql" if dialect == "mariadb" else dialect


@cache
def literals(dialect: str) -> re.Pattern[str]:
    """What has to go before a statement may be kept.

    Each match is group `code`, which stays, and behind it one of the groups
    `gap` (a comment, or more than one blank), `list` (values behind IN or
    VALUES), `other` (which stays as well), or a literal or placeholder. Most
    of a statement is passed over within one match: that makes it fast.
    """
    key = family(dialect)
    names, gaps = "|".join(_NAMES[key]), "|".join(_COMMENTS[key])
    value = rf"(?:{'|'.join(_STRINGS[key])}|{_PARAM}|{_NUMBER})"
    item = rf"(?:[-+]?\s*+{value}|\b(?:NULL|DEFAULT|TRUE|FALSE|null|default|true|false)\b|\.\.\.)"
    # The group's name may stand but once, and no list holds text quoted by dollars.
    item = item.replace(f"|{_DOLLAR}", "").replace(f"{_Q_QUOTE}|", "")
    row = rf"\(\s*+{item}(?:\s*+,\s*+{item})*+\s*+\)"
    lists = rf"(?:{_LIST_WORD})\s*+{row}(?:\s*+,\s*+(?:{row}|\.\.\.))*+"
    named = rf"{_WORD}|{_DIGIT_NAME}" if key == "mysql" else _WORD
    return re.compile(
        rf"(?P<code>(?:(?!(?:[eExXbBnNqQ]|[nN][qQ]|[uU]&|_[a-z]\w*+\s*+)['\"]|(?:{_LIST_WORD})\s*+\()"
        rf"(?:{named})|[(),.=*+;<>|!]| (?!\s)|{names})*+)"
        # Whatever else there is stays: no place is looked at twice.
        rf"(?:(?P<gap>\s++|{gaps})|(?P<list>{lists})|{value}|(?P<other>{_WORD}|.|\Z))",
        re.DOTALL,
    )


@cache
def _scanner(dialect: str) -> re.Pattern[str]:
    key = family(dialect)
    named = rf"{_WORD}|{_DIGIT_NAME}" if key == "mysql" else _WORD
    return re.compile(
        rf"(?P<space>\s+)|(?P<comment>{'|'.join(_COMMENTS[key])})"
        rf"|(?P<string>{'|'.join(_STRINGS[key])})|(?P<name>{'|'.join(_NAMES[key])})"
        rf"|(?P<param>{_PARAM})|(?P<word>{named})|(?P<number>{_NUMBER})"
        r"|(?P<op>::|:=|\?[|&]|\|\||<=|>=|<>|!=|\.\.\.|.)",
        re.DOTALL,
    )


def scan(sql: str, dialect: str) -> Iterator[Token]:
    """Every token, blanks and comments included: their texts are the whole statement."""
    for match in _scanner(dialect).finditer(sql):
        kind = match.lastgroup or "op"
        if kind == "tag":
            kind = "string"
        yield Token(cast(Kind, kind), match.group(), match.start())


def tokens(sql: str, dialect: str) -> list[Token]:
    """The tokens that mean something, without blanks and comments."""
    return [t for t in scan(sql, dialect) if t.kind not in ("space", "comment")]


def made(word: str) -> Token:
    """A word that the statement does not have, put in by us."""
    return Token("word", word, -1)


def unquoted(token: Token) -> str:
    """The name without its quotes."""
    if token.kind != "name":
        return token.text
    text = token.text
    if text[:2] in ("u&", "U&"):
        text = text[2:]
    if text[0] == "#":
        return text
    end = {"[": "]"}.get(text[0], text[0])
    inner = text[1:-1] if len(text) > 1 and text[-1] == end else text[1:]
    return inner.replace(end * 2, end)
