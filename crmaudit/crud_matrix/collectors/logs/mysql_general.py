"""The general query log of MySQL and MariaDB: every statement as it comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.record import LONGEST, Record, Told, Who

_CONNECTIONS = 50_000
LINE = re.compile(
    rb"(?P<stamp>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{6} +\d?\d:\d\d:\d\d)?\t+ *"
    rb"(?P<id>\d+) (?P<command>[A-Z][A-Za-z]+(?: [A-Za-z]+)?)(?:\t(?P<argument>.*)|\s*$)",
    re.DOTALL,
)
STARTED = re.compile(rb"\S.*, Version: \S+.*started with:")
HEADING = re.compile(rb"Tcp port: |Time\s+Id\s+Command\s+Argument")
_BY_NAME = re.compile(rb"\s*EXECUTE\s", re.IGNORECASE)
_CONNECT = re.compile(
    rb"(?P<user>.*?)@(?P<host>\S*)(?: as .*?)? on (?P<db>.*?)(?: using .*)?", re.DOTALL
)
_USE = re.compile(rb"\s*use\s+(?:`((?:[^`]|``)+)`|([^\s;`]+))\s*;?\s*", re.IGNORECASE)


class MysqlGeneral:
    """Reads the general log.

    A prepared statement counts when it is executed. Who was connected before
    the log began is not known until the log says so.
    """

    name = "general log of MySQL or MariaDB"
    dialect = "mysql"

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        told.notes.append("a general log does not tell which statements failed")
        connected: dict[bytes, Who] = {}
        unknown: set[bytes] = set()
        now = b""
        number = command = b""
        parts: list[bytes] = []
        size = 0

        def finished() -> Iterator[Record]:
            text = parts[0] if len(parts) == 1 else b"\n".join(parts)
            if command in (b"Query", b"Execute"):
                who = connected.get(number)
                if who is None:
                    who = connected[number] = Who("", "", number.decode())
                    unknown.add(number)
                if (use := used(text)) is not None:
                    connected[number] = who._replace(database=use)
                elif text and not (command == b"Query" and _BY_NAME.match(text)):
                    # What EXECUTE runs follows as a command of its own.
                    yield Record(now, who, text)
            elif command in (b"Connect", b"Change user"):
                if number in connected:
                    yield Record(now, connected[number], b"", 0)
                match = _CONNECT.fullmatch(text)
                if match:
                    if len(connected) >= _CONNECTIONS:
                        connected.clear()
                    connected[number] = Who(
                        _decoded(match["user"] + b"@" + match["host"]),
                        _decoded(match["db"]),
                        number.decode(),
                    )
                    unknown.discard(number)
            elif command == b"Init DB":
                who = connected.get(number, Who("", "", number.decode()))
                connected[number] = who._replace(database=_decoded(text.strip()))
            elif command == b"Quit":
                gone = connected.pop(number, None)
                if gone is not None:
                    yield Record(now, gone, b"", 0)

        for line in lines:
            match = LINE.match(line)
            if match is None:
                if STARTED.match(line):
                    yield from finished()
                    for who in connected.values():
                        yield Record(now, who, b"", 0)
                    connected.clear()
                    command = b""
                elif command and not HEADING.match(line):
                    if size < LONGEST:
                        parts.append(line)
                        size += len(line)
                elif not HEADING.match(line):
                    told.other += bool(line.strip())
                continue
            if command:
                yield from finished()
            stamp, number, command, argument = match.groups()
            now = stamp or now
            parts, size = [argument or b""], len(argument or b"")
        if command and not lines.open_ended:
            yield from finished()
        if unknown:
            told.notes.append(
                f"{len(unknown):,} connections were open before the log began: "
                "their accounts are not known"
            )


def used(text: bytes) -> str | None:
    """The database that a USE statement changes to."""
    if text[:1] not in b"uU \t\n":
        return None
    match = _USE.fullmatch(text)
    if match is None:
        return None
    return _decoded((match[1] or b"").replace(b"``", b"`") or match[2])


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
