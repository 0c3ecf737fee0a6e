"""What stands before each message of a PostgreSQL log, found out from the lines themselves.

`log_line_prefix` is free text with escapes, and who has the log seldom has the
setting. The parts are told by their form (a time, a process number, a session
id, an address), by labels (`user=`, `db=`), by `user@database`, and by what is
known: the database's name, names in `connection authorized` lines. A name of
which none of these tells what it is stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from crmaudit.crud_matrix.collectors.logs.record import Who

_KEPT = 50_000
_STAMP = (
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?: ?(?:Z|[A-Z]{2,5}\b|[+-]\d\d(?::?\d\d)?))?"
)
_FORMS = {
    "stamp": _STAMP,
    "day": r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d",
    "epoch": r"\d{10}\.\d{3}",
    "session": r"[0-9a-f]{8}\.[0-9a-f]+",
    "virtual": r"\d*/\d+",
    "remote": r"\[local\]|[\w.:-]+\(\d+\)|\d+\.\d+\.\d+\.\d+|::1",
    "backend": r"client backend|parallel worker|autovacuum worker|background worker|walsender",
    "number": r"\d+(?![\w.])",
    "label": r"[A-Za-z]\w*=",
    "word": r"\[unknown\]|[^\s,;|=@\[\]()<>'\":](?:[^\s,;|=@\[\]()<>'\"]*[^\s,;|=@\[\]()<>'\":])?",
    "other": r".",
}
_TOKEN = re.compile("|".join(f"(?P<{k}>{v})" for k, v in _FORMS.items()), re.DOTALL)
_USER = {"user", "u", "usr", "username", "role", "login"}
_DATABASE = {"db", "d", "database", "dbname", "datname"}
_SESSION = {"pid", "p", "session", "sid", "process"}
_STATE = re.compile(r"[0-9A-Z]{5}")
_TAG = re.compile(r"[A-Z]{3,}|idle|authentication|startup|BIND|PARSE")
_AUTHORIZED = re.compile(
    rb"(?:user|Benutzer|utilisateur|usuario|utente)=(\S+)(?: (?:database|Datenbank|base)=(\S+))?"
)

_Tokens = tuple[tuple[str, str], ...]


class Prefix:
    """Reads the text before a message; `told` says in words which parts were found.

    `heads` are examples of it, each of a line with a statement. `database` is
    the audited one's name where it is known; `talk` are messages that may name
    users and databases.
    """

    def __init__(
        self, heads: Sequence[bytes], database: str = "", talk: Iterable[bytes] = ()
    ) -> None:
        users, databases = _named(talk)
        if database:
            databases.add(database.casefold())
        examples = [_tokens(h.decode("utf-8", "replace")) for h in heads]
        outlines = Counter(_outline(e) for e in examples)
        outline = outlines.most_common(1)[0][0] if outlines else ()
        alike = [e for e in examples if _outline(e) == outline]
        self._roles = _roles(alike, users, databases) if alike else {}
        self._pattern = re.compile(_pattern(alike[0], self._roles) if alike else "(?!)", re.DOTALL)
        self._known: dict[bytes, Who] = {}
        self._width = 0
        found = set(self._roles.values())
        self.told = tuple(r for r in ("time", "session", "user", "database") if r in found)

    def of(self, head: bytes) -> tuple[bytes, Who] | None:
        """Stamp and who; None for what is no such prefix."""
        # The stamp in front changes with every line, the rest with the session.
        who = self._known.get(head[self._width :])
        if who is not None:
            return head[: self._width], who
        match = self._pattern.fullmatch(head.decode("utf-8", "replace"))
        if match is None:
            return None
        parts = match.groupdict()
        who = Who(*(_name(parts.get(r)) for r in ("user", "database", "session")))
        stamp = (parts.get("time") or "").encode()
        if "time" not in parts or match.start("time") == 0:
            self._width = len(stamp)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[head[self._width :]] = who
        return stamp, who


def _name(text: str | None) -> str:
    return "" if text is None or text == "[unknown]" else text


def _named(talk: Iterable[bytes]) -> tuple[set[str], set[str]]:
    users: set[str] = set()
    databases: set[str] = set()
    for message in talk:
        match = _AUTHORIZED.search(message)
        if match:
            users.add(match[1].decode("utf-8", "replace"))
            if match[2]:
                databases.add(match[2].decode("utf-8", "replace").casefold())
    return users, databases


def _tokens(head: str) -> _Tokens:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(head):
        kind = match.lastgroup or "other"
        # What a label names is told by the label, whatever it looks like; it may be empty.
        if found and found[-1][0] == "label" and kind != "other":
            kind = "value"
        elif found and found[-1][0] == "label":
            found.append(("value", ""))
        found.append((kind, match[0]))
    if found and found[-1][0] == "label":
        found.append(("value", ""))
    return tuple(found)


def _outline(tokens: _Tokens) -> tuple[str, ...]:
    return tuple(text if kind in ("other", "label") else kind for kind, text in tokens)


def _roles(examples: Sequence[_Tokens], users: set[str], databases: set[str]) -> dict[int, str]:
    """Place in the outline → what stands there."""
    first = examples[0]
    roles: dict[int, str] = {}

    def give(place: int, role: str) -> None:
        if role not in roles.values():
            roles[place] = role

    free: list[int] = []
    for i, (kind, _) in enumerate(first):
        before = first[i - 1] if i else ("", "")
        if kind in ("stamp", "day", "epoch"):
            give(i, "time")
        elif kind == "session":
            roles = {p: r for p, r in roles.items() if r != "session"}
            give(i, "session")
        elif kind == "number":
            give(i, "session")
        elif kind == "value":
            label = before[1][:-1].lower()
            for names, role in ((_USER, "user"), (_DATABASE, "database"), (_SESSION, "session")):
                if label in names:
                    give(i, role)
        elif kind == "word":
            free.append(i)
    texts = {i: {e[i][1] for e in examples} for i in free}
    free = [i for i in free if not all(map(_no_name, texts[i]))]
    for i in free:
        if first[i + 1 : i + 2] == (("other", "@"),) and i + 2 < len(first):
            give(i, "user")
            give(i + 2, "database" if first[i + 2][0] == "word" else "host")
    rest = [i for i in free if i not in roles]
    for i in rest:
        if any(t.casefold() in databases for t in texts[i]):
            give(i, "database")
        elif users & texts[i]:
            give(i, "user")
    rest = [i for i in rest if i not in roles]
    for place in [p for p, role in roles.items() if role == "database"]:
        nearest = max((i for i in free if i < place), default=-1)
        if nearest in rest:
            give(nearest, "user")  # nobody writes them the other way with something between
            rest.remove(nearest)
    wanted = [r for r in ("user", "database") if r not in roles.values()]
    # Two names are user and database, in that order; of another number nobody knows.
    if rest and len(rest) == len(wanted) and not (len(wanted) == 1 and not databases | users):
        for i, role in zip(rest, wanted, strict=True):
            give(i, role)
    return roles


def _no_name(text: str) -> bool:
    """Whether it is rather a state, a command or nothing than a name."""
    return text == "[unknown]" or bool(_STATE.fullmatch(text) or _TAG.fullmatch(text))


def _pattern(example: _Tokens, roles: dict[int, str]) -> str:
    parts = []
    for i, (kind, text) in enumerate(example):
        if kind in ("other", "label"):
            parts.append(re.escape(text))
            continue
        form = ".*?" if kind in ("word", "value") else f"(?:{_FORMS[kind]})"
        parts.append(f"(?P<{roles[i]}>{form})" if i in roles else f"(?:{form})")
    return "".join(parts)
