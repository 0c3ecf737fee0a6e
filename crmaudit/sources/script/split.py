"""Scripts cut into statements: quotes, comments, bodies, other delimiters, data between them."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from functools import cache

from crmaudit.sources.script import tsql
from crmaudit.sources.script.lexer import family, scan

_DELIMITER = re.compile(r"\s*DELIMITER\s+(\S+)\s*$", re.IGNORECASE)
_GO = re.compile(r"\s*GO(?:\s+\d+)?\s*;?\s*$", re.IGNORECASE)
_STDIN = re.compile(r"COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)
_CLIENT_COPY = re.compile(r"\s*\\copy\b(.*)", re.IGNORECASE | re.DOTALL)
# What SQL*Plus does by itself.
_SQLPLUS = re.compile(
    r"\s*(?:REM(?:ARK)?|PROMPT|SPOOL|WHENEVER|COLUMN|TTITLE|BREAK|EXIT|QUIT|ACCEPT|DEFINE|HOST)\b"
    r"|\s*SET\s+(?:ECHO|DEFINE|FEEDBACK|VERIFY|SERVEROUTPUT|LINESIZE|PAGESIZE|HEADING|TERMOUT)\b"
    r"|\s*@",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    r"CREATE\s(?:[^;(]*?\s)?(TRIGGER|PROCEDURE|PROC|FUNCTION|EVENT|PACKAGE|TYPE)\s",
    re.IGNORECASE,
)
_ALTER_ROUTINE = re.compile(r"ALTER\s+(TRIGGER|PROCEDURE|PROC|FUNCTION)\s", re.IGNORECASE)
_BLOCK = re.compile(
    r"(?:BEGIN\b(?!\s*(?:;|TRAN|WORK|ISOLATION|READ|NOT|DEFERR|IMMEDIATE|EXCLUSIVE|CONCURRENT))"
    r"|DECLARE\b|<<|IF\b|WHILE\b)",
    re.IGNORECASE,
)
_HEAD = 2000

_COMMENT_EDGE = re.compile(r"/\*|\*/")
_TO_QUOTE = {
    "'": re.compile(r"[^']*'"),
    '"': re.compile(r'[^"]*"'),
    "`": re.compile(r"[^`]*`"),
    "[": re.compile(r"[^\]]*\]"),
}
_TO_ESCAPED = {
    "'": re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL),
}


def split_lines(
    lines: Iterable[str], dialect: str, longest: int | None = None
) -> Iterator[tuple[int, str]]:
    """Each statement of a script with the line on which it begins, without its delimiter.

    Lines may come in pieces that end behind a comma. Rows of `COPY … FROM
    stdin` and commands of a client are left out, but psql's `\\copy`, which is
    told as COPY. Of a statement longer than `longest` only so much is kept,
    `...` behind it.
    """
    splitter = _Splitter(dialect, longest)
    for line in lines:
        yield from splitter.feed(line)
    yield from splitter.finish()


@cache
def _pattern(dialect: str, delimiter: str) -> re.Pattern[str]:
    """Everything up to a delimiter, or to what opens here and does not end on its line."""
    kind = family(dialect)
    escaped = r"'(?:[^'\\\n]|\\[^\n])*+'"
    plain = r"'[^'\n]*+'"
    whole = [escaped if kind == "mysql" else plain]
    opens = [r"'"]
    if kind == "mysql":
        whole.append(r'"(?:[^"\\\n]|\\[^\n])*+"')
    else:
        whole.append(r'"[^"\n]*+"')
    opens.append('"')
    if kind in ("mysql", "sqlite", "ansi"):
        whole.append(r"`[^`\n]*+`")
        opens.append("`")
    if kind in ("tsql", "sqlite"):
        whole.append(r"\[[^\]\n]*+\]")
        opens.append(r"\[")
    comments = [
        r"--(?:[ \t\r\n]|$)" if kind == "mysql" else "--",
        r"/\*(?!M?!)" if kind == "mysql" else r"/\*",
    ]
    if kind == "mysql":
        comments.append("#")
    if kind in ("postgresql", "duckdb", "ansi"):
        opens.insert(0, r"[eE]'")
        whole.insert(0, r"(?<!\w)[eE]" + escaped)
        comments.append(r"\$(?:[A-Za-z_]\w*)?\$")
    if kind == "oracle":
        opens.insert(0, r"[nN]?[qQ]'.")
    special = "|".join([re.escape(delimiter), *comments, *opens])
    return re.compile(
        rf"(?P<code>(?:{'|'.join(whole)}|(?!{special})(?:\w++|.))*+)(?P<special>{special})?",
        re.DOTALL,
    )


class _Splitter:
    """The state between two lines."""

    def __init__(self, dialect: str, longest: int | None) -> None:
        self._dialect = dialect
        self._kind = family(dialect)
        self._longest = longest
        self._delimiter = ";"
        self._until: re.Pattern[str] | None = None
        self._comments = 0  # comments within comments that are open
        self._held: list[str] = []
        self._size = 0
        self._cut = False
        self._begun = 0
        self._line = 1
        self._depth = 0
        self._looked = 0
        self._copying = False

    def feed(self, line: str) -> Iterator[tuple[int, str]]:
        if self._copying:
            self._copying = line.rstrip("\r\n") != "\\."
        else:
            quiet = self._until is None and not self._comments
            done = quiet and (yield from self._command(line))
            if not done:
                yield from self._read(line)
        self._line += line.count("\n")

    def finish(self) -> Iterator[tuple[int, str]]:
        yield from self._end()

    def _command(self, line: str) -> Generator[tuple[int, str], None, bool]:
        """Lines that are no SQL; whether this is one."""
        if self._kind == "tsql" and _GO.match(line):
            yield from self._end()
            return True
        if self._kind in ("oracle", "ansi") and line.strip() == "/":
            yield from self._end()
            return True
        if self._held:
            return False
        if self._kind in ("mysql", "ansi"):
            found = _DELIMITER.match(line)
            if found:
                self._delimiter = found[1]
                return True
        if self._kind in ("postgresql", "ansi") and line.lstrip()[:1] == "\\":
            copy = _CLIENT_COPY.match(line)
            if copy:
                yield self._line, "COPY" + copy[1].rstrip().rstrip(";")
            return True
        if self._kind == "sqlite" and re.match(r"\.\w", line):
            return True
        return self._kind == "oracle" and bool(_SQLPLUS.match(line))

    def _read(self, line: str) -> Iterator[tuple[int, str]]:
        at = 0
        while at < len(line):
            if self._comments:
                at = self._past_comment(line, at)
                continue
            if self._until is not None:
                closed = self._until.match(line, at)
                end = closed.end() if closed else len(line)
                self._hold(line[at:end])
                at = end
                if closed:
                    self._until = None
                continue
            found = _pattern(self._dialect, self._delimiter).match(line, at)
            assert found is not None
            self._hold(found["code"])
            at = found.end()
            special = found["special"]
            if special is None:
                continue
            if special == self._delimiter:
                if not self._inside():
                    yield from self._end()
                else:
                    self._hold(special)
            else:
                at = self._open(special, line, at)

    def _past_comment(self, line: str, at: int) -> int:
        """Where to go on behind a comment, or at the end of the line within it."""
        nested = self._kind in ("postgresql", "duckdb", "tsql")
        while self._comments:
            found = _COMMENT_EDGE.search(line, at)
            if found is None:
                return len(line)
            at = found.end()
            if found[0] == "*/":
                self._comments -= 1
            elif nested:
                self._comments += 1
        self._hold(" ")
        return at

    def _open(self, special: str, line: str, at: int) -> int:
        """A comment or quote opens; where to go on."""
        if special[:2] == "--" or special == "#":
            end = line.find("\n", at - 1)
            self._hold("\n" if self._held else "")
            return len(line) if end < 0 else end + 1
        if special == "/*":
            self._comments = 1
            return at
        self._hold(special)
        if special[0] == "$":
            self._until = re.compile(rf".*?{re.escape(special)}", re.DOTALL)
        elif special[-2:-1] == "'" and special[:1] in "nNqQ":
            close = {"[": "]", "{": "}", "(": ")", "<": ">"}.get(special[-1], special[-1])
            self._until = re.compile(rf".*?{re.escape(close)}'", re.DOTALL)
        elif (self._kind == "mysql" and special in _TO_ESCAPED) or special[:1] in "eE":
            self._until = _TO_ESCAPED[special[-1]]
        else:
            self._until = _TO_QUOTE[special]
        return at

    def _hold(self, text: str) -> None:
        if not self._held:
            text = text.lstrip(" \t\r\n\f\v\ufeff") if text[:1] != "" else text
            if not text:
                return
            self._begun = self._line
        if self._longest is not None and self._size + len(text) > self._longest:
            text = text[: max(0, self._longest - self._size)]
            self._cut = True
        self._size += len(text)
        if text:
            self._held.append(text)

    def _inside(self) -> bool:
        """Whether this delimiter stands within the body of a routine or a block."""
        if self._delimiter != ";" or self._kind == "duckdb" or not self._held:
            return False
        text = "".join(self._held)
        head = text[:_HEAD]
        routine = _ROUTINE.match(head) or _ALTER_ROUTINE.match(head)
        if self._kind == "postgresql":
            if not (routine and re.search(r"\bBEGIN\s+ATOMIC\b", head, re.IGNORECASE)):
                return False
        elif routine:
            if self._kind == "tsql" or (self._kind == "oracle" and routine[1].upper() != "TYPE"):
                return True  # up to GO or /
        elif self._kind in ("sqlite", "mysql") or not _BLOCK.match(head):
            return False
        elif self._kind == "oracle":
            return True
        # A delimiter stands between words: what is new since the last can be read alone.
        self._depth += _blocks(text[self._looked :], self._dialect)
        self._looked = len(text)
        return self._depth > 0

    def _end(self) -> Iterator[tuple[int, str]]:
        text, begun = "".join(self._held).rstrip(), self._begun
        cut = self._cut
        self._held, self._size, self._cut = [], 0, False
        self._depth = self._looked = 0
        if not text:
            return
        if _STDIN.match(text[:_HEAD]):
            self._copying = self._kind in ("postgresql", "ansi")
        if cut:
            text += "..."
        if self._kind == "tsql" and not (
            _ROUTINE.match(text[:_HEAD]) or _ALTER_ROUTINE.match(text)
        ):
            for start, end in tsql.cut(text):
                piece = text[start:end].strip()
                yield begun + text.count("\n", 0, start), piece
            return
        yield begun, text


def _blocks(text: str, dialect: str) -> int:
    """How many blocks open in it, less those that close."""
    depth, ended = 0, False
    for token in scan(text, dialect):
        if token.kind in ("space", "comment"):
            continue
        word = token.upper
        if ended and word not in ("IF", "LOOP", "WHILE", "REPEAT", "FOR"):
            depth -= 1
            if word == "CASE":
                ended = False
                continue
        ended = word == "END"
        if word in ("BEGIN", "CASE"):
            depth += 1
    return depth - ended
