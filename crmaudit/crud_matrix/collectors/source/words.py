"""Strings with holes: what is known of a text that a program puts together, made into SQL.

A hole is a part that is known at run time only. Where it stands decides: for a
value it changes nothing; for a table's name it becomes a marker, to be looked
up when the whole source is read; for a piece of the statement it is left out,
and the statement is not whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKER = re.compile(r"crmhole(\d+)x", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hole:
    """A part not known before the program runs.

    `name` is the variable's or member's, `of` the class whose table it names,
    as in `Order::getTableName()`.
    """

    name: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text of known parts and holes, with the line where it begins."""

    parts: tuple[str | Hole, ...]
    line: int = 0

    @property
    def known(self) -> str | None:
        """The text, where all of it is known."""
        if any(isinstance(p, Hole) for p in self.parts):
            return None
        return "".join(p for p in self.parts if isinstance(p, str))

    @property
    def empty(self) -> bool:
        """Whether nothing of it is known."""
        return all(isinstance(p, Hole) for p in self.parts)

    def __add__(self, other: Template) -> Template:
        parts = list(self.parts)
        for part in other.parts:
            if parts and isinstance(part, str) and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
        return Template(tuple(parts), self.line or other.line)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table's name to be looked up: `before` and `after` are what is known of it."""

    before: str = ""
    after: str = ""
    of: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """SQL with markers `crmholeNx` for the names in `wanted`.

    `whole`: nothing of it was left out that could touch another table. `sure`:
    it is written as nobody writes prose.
    """

    sql: str
    wanted: tuple[Wanted, ...]
    whole: bool
    sure: bool


_START = re.compile(
    r"""(?:\s|--[^\n]*\n|/\*.*?\*/|\()*
    (select|insert|update|delete|replace|merge|truncate|with|create|drop|alter|call|exec(?:ute)?
    |rename|load)\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_NAME = r"""[\w$#.`"\[\]{}\ue000-\uf8ff:@-]+"""
# What must stand in a statement of each kind; prose rarely has it.
_SHAPE = {
    "select": re.compile(rf"\bfrom\s*[(]?\s*{_NAME}|\bfrom\s*\(", re.I),
    "insert": re.compile(
        rf"insert\s+(?:(?:low_priority|delayed|high_priority|ignore|or\s+\w+)\s+)*"
        rf"(?:into\s+)?{_NAME}\s*(?:\(|as\b|values?\b|select\b|set\b|default\b|with\b|[\ue000-\uf8ff])",
        re.I,
    ),
    "replace": re.compile(
        rf"replace\s+(?:\w+\s+)?into\s+{_NAME}\s*(?:\(|values?\b|select\b|set\b)", re.I
    ),
    "update": re.compile(r"update\s+.+?\bset\s+\S", re.I | re.S),
    "delete": re.compile(
        rf"delete\s+(?:(?:low_priority|quick|ignore)\s+)*(?:[\w.*,\s`]+?\s+)?from\s+{_NAME}", re.I
    ),
    "merge": re.compile(rf"merge\s+(?:into\s+)?{_NAME}.*\busing\b.*\bon\b", re.I | re.S),
    "truncate": re.compile(rf"truncate\s+(?:table\s+)?{_NAME}\s*;?\s*$", re.I),
    "with": re.compile(rf"with\s+(?:recursive\s+)?{_NAME}\s*(?:\([^)]*\)\s*)?as\s*\w*\s*\(", re.I),
    "create": re.compile(
        r"create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:temporary|temp|global|unlogged|"
        r"unique|fulltext)?\s*(?:table|view|index|trigger|procedure|function)\s+\S",
        re.I,
    ),
    "drop": re.compile(
        r"drop\s+(?:temporary\s+)?(?:table|view|index|trigger|procedure|function)\s+\S+[^.!?]*$",
        re.I,
    ),
    "alter": re.compile(
        r"alter\s+(?:ignore\s+)?table\s+\S+\s+(?:add|drop|change|modify|rename|alter|convert|engine"
        r"|auto_increment|order|disable|enable|[\ue000-\uf8ff])",
        re.I,
    ),
    "call": re.compile(r"call\s+[\w.`]+\s*\(", re.I),
    "exec": re.compile(r"exec(?:ute)?\s+[\w.\[\]]+(?:\s+@\w+|\s*$)", re.I),
    "rename": re.compile(r"rename\s+table\s+\S+\s+to\s", re.I),
    "load": re.compile(r"load\s+data\s", re.I),
}
_SECOND = {
    "select": "FROM",
    "insert": "INTO",
    "delete": "FROM",
    "update": "SET",
    "replace": "INTO",
    "truncate": "TABLE",
    "merge": "USING",
    "with": "AS",
    "create": "",
    "drop": "",
    "alter": "",
}
_STRONG = re.compile(r"[*=`?]|[:@]\w|[\ue000-\uf8ff]|%s")
_SIGNS = re.compile(
    r"[*=`?;]|\(.*\)|[:@]\w|[\ue000-\uf8ff]|%s|\b[a-z]+_[a-z]+\b|\b\w+\.\w+\b", re.DOTALL
)
_PART = re.compile(r"\)\s*(?:as\s+)?\w+[\s,]*$", re.IGNORECASE)  # a column or table of another
_HOLE = re.compile("[\ue000-\uf8ff]")
_FIRST = 0xE000
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*'?)
    |(?P<word>(?:[\w$#\ue000-\uf8ff]|`[^`]*`|"[^"]*"|\[[\w\s\ue000-\uf8ff]+\]|\.(?=[\w`"\[\ue000-\uf8ff]))+(?:\.\*)?)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = """
    select from where and or on join left right inner outer cross natural full into update set
    values value insert delete replace having group order by limit offset union all distinct
    as in is like between not exists when then else end case using returning duplicate key
    table ignore interval asc desc if with recursive merge matched do nothing conflict straight_join
    truncate call exec execute temporary temp
"""
_KEYWORDS = frozenset(_WORDS.split())
_TABLE_NEXT = frozenset(["from", "join", "into", "update", "table", "truncate", "straight_join"])
_CLAUSES = {
    **dict.fromkeys((*_TABLE_NEXT, "using"), "table"),
    **dict.fromkeys(("where", "on", "having", "select", "returning", "when"), "condition"),
    "set": "set", "values": "values", "value": "values", "order": "order", "group": "order",
    "limit": "limit", "offset": "limit", "call": "table", "exec": "table",
    "insert": "table", "delete": "table", "replace": "table", "duplicate": "order",
}  # fmt: skip
_COMPARISON = frozenset(["=", "<", ">", "!", "is", "in", "like", "between", "not"])
_OPERATOR = re.compile(r"^op|oper|sign|compar", re.IGNORECASE)
_HARMLESS = re.compile(r"limit|offset|order|sort|dir$|direction|group_?by|page|alias|collat", re.I)
# `{name}` of Drupal and `#__name` of Joomla stand for a name with a prefix before it.
_BRACED = re.compile(r"\{([a-z_]\w*)\}", re.IGNORECASE)
_HASHED = re.compile(r"#__(?=\w)")
_CLASS_PATH = re.compile(r"(?<=\s)\\?(?:[A-Z]\w*\\+)+(?=[A-Z])")  # of an entity in DQL
_NUMBERED = re.compile(r"(?<=[\s=(,<>\w.])%(?:\d+\b|[\ue000-\uf8ff])")

_STUCK_BEFORE = re.compile(
    rf"(?<![\w.`])({'|'.join(sorted(_KEYWORDS)).upper()})(?=[\ue000-\uf8ff])"
)
_STUCK_BEHIND = re.compile(rf"(?<=[\ue000-\uf8ff])(?=(?:{'|'.join(sorted(_KEYWORDS)).upper()})\b)")


def render(template: Template, php: bool = False) -> Rendered | None:
    """The template as SQL; None for what is no statement.

    In `php`, `{name}` is a table's name with a prefix, `%1` a part that is filled in later.
    """
    holes: list[Hole] = []
    pieces: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            pieces.append(_HOLE.sub(" ", part))
        elif len(holes) < 4000:
            pieces.append(chr(_FIRST + len(holes)))
            holes.append(part)
    flat = "".join(pieces)
    start = _START.match(flat)
    if start is None:
        return None
    verb = start[1].lower()
    verb = "exec" if verb == "execute" else verb
    shape = _SHAPE[verb]
    if not (shape.search if verb == "select" else shape.match)(flat, start.start(1)):
        return None
    if php:
        flat = _BRACED.sub(lambda m: _added(holes, Hole("prefix?")) + m[1], flat)
    flat = _HASHED.sub(lambda m: _added(holes, Hole("prefix")), flat)
    if php:
        flat = _CLASS_PATH.sub("", flat)
        flat = _NUMBERED.sub(lambda m: _added(holes, Hole()), flat)
    flat = _STUCK_BEFORE.sub(r"\1 ", _STUCK_BEHIND.sub(" ", flat))
    second = _SECOND.get(verb, "")
    upper = start[1].isupper() and (not second or re.search(rf"\b{second}\b", flat) is not None)
    rest = flat[start.end(1) :]
    sure = (upper and len(rest) < 100_000) or bool(_SIGNS.search(rest))
    if (start[1].istitle() or (verb == "call" and not upper)) and not _STRONG.search(rest):
        return None
    if flat.lstrip().startswith("(") and _PART.search(flat):
        return None
    return _Filling(flat, holes).done(sure)


def _added(holes: list[Hole], hole: Hole) -> str:
    holes.append(hole)
    return chr(_FIRST + len(holes) - 1)


class _Filling:
    """One statement gone through from left to right, its holes filled by where they stand."""

    def __init__(self, flat: str, holes: list[Hole]) -> None:
        self._flat = flat
        self._holes = holes
        self._wanted: list[Wanted] = []
        self._whole = True
        self._out: list[str] = []

    def done(self, sure: bool) -> Rendered:
        if not self._holes:
            return Rendered(self._flat, (), True, sure)
        clause, clauses = "", list[str]()
        operand = False  # whether the last token was a name, value or closing bracket
        before = ""  # the last keyword or sign
        head = ""  # how far INSERT's head is: its table, or its columns too
        for token in _TOKEN.finditer(self._flat):
            kind, text = token.lastgroup, token[0]
            if kind == "space":
                self._out.append(_HOLE.sub("", text))
                continue
            low = text.lower()
            if kind == "word" and _HOLE.search(text):
                if _HOLE.fullmatch(text) and operand and head:
                    self._whole = False
                    alone = " SELECT ? "
                    head = ""
                    self._out.append(alone)
                elif _HOLE.fullmatch(text):
                    alone = self._alone(text, clause, before, operand, token.end())
                    self._out.append(alone)
                    operand = alone != "="  # after a piece left out, what was before still holds
                else:
                    self._out.append(self._glued(text, "alias" if before == "as" else clause))
                    operand = True
                head = "table" if before in {"into", "insert"} and operand else ""
                if operand:
                    before = "name"
                continue
            if kind == "string":
                text = _HOLE.sub("x", text)
                operand, before = True, "name"
            elif kind == "word" and low in _KEYWORDS:
                clause = _CLAUSES.get(low, clause)
                if low == "and" and clause == "order":
                    clause = "condition"
                operand = low in {"end", "asc", "desc"}
                before, head = low, ""
            elif kind == "word":
                head = "table" if before in {"into", "insert"} else ""
                operand, before = True, "name"
            elif text == "(":
                clauses.append(clause)
                if head == "table":
                    clause = "columns"
                elif clause != "table" or before not in _TABLE_NEXT | {"("}:
                    clause = "value"
                operand, before, head = False, "(", ""
            elif text == ")":
                head = "columns" if clause == "columns" else ""
                clause = clauses.pop() if clauses else clause
                operand, before = True, ")"
            else:
                if _HOLE.match(text):
                    text = "?"
                operand, before = text in "?", text
            self._out.append(text)
        return Rendered("".join(self._out), tuple(self._wanted), self._whole, sure)

    def _marker(self, wanted: Wanted) -> str:
        if wanted not in self._wanted:
            self._wanted.append(wanted)
        return f"crmhole{self._wanted.index(wanted)}x"

    def _glued(self, text: str, clause: str) -> str:
        """A hole within a name: `{prefix}posts`, `` `{table}` ``, `{database}.orders`."""
        steps = []
        for step in re.split(r"\.(?![*])", text):
            found = _HOLE.search(step)
            if found is None:
                steps.append(step)
                continue
            bare = step.strip('`"[]')
            hole = self._holes[ord(found[0]) - _FIRST]
            head, _, tail = bare.partition(found[0])
            tail = _HOLE.sub("%", tail)
            if clause in {"table", ""}:
                name = "" if head else hole.name
                steps.append(self._marker(Wanted(head, tail, hole.of, name)))
            else:
                steps.append(self._marker(Wanted()))
        return ".".join(steps)

    def _alone(self, text: str, clause: str, before: str, operand: bool, end: int) -> str:
        hole = self._holes[ord(text) - _FIRST]
        following = re.match(
            r"\s*([\w$#`\"'?:@(\ue000-\uf8ff]+|[=<>!])", self._flat[end : end + 80]
        )
        word = following[1].lower() if following else ""
        if not operand:
            if clause == "table" and (
                before in _TABLE_NEXT or before in {",", "(", "ignore", "exists"}
            ):
                return self._marker(Wanted("", "", hole.of, hole.name))
            if clause == "columns":
                return "crmcolumn"
            if word in _COMPARISON and clause in {"set", "condition", "value"}:
                return "crmcolumn"
            if before == "set":
                self._whole = False
                return "crmcolumn = ?"
            if before == "as" and word not in {"select", "("}:
                return "crmalias"
            if before in {"values", "in"} or (before == "," and clause == "values"):
                return "(?)"
            if before in {"select", "where", "and", "or", "on", "having", "not", "distinct"}:
                self._whole = False
            elif before == "," and clause in {"condition", "set"}:
                self._whole = False
                return "crmcolumn = ?" if clause == "set" else "?"
            elif before in {"", ";", "union", "all", "as"}:
                self._whole = False
            return "?"
        between = word and word not in _COMPARISON | _KEYWORDS and clause in {"condition", "value"}
        if between and (_HOLE.match(word) is None or _OPERATOR.search(hole.name)):
            return "="
        if not (_HARMLESS.search(hole.name) or clause in {"order", "limit"}):
            self._whole = False
        return " "
