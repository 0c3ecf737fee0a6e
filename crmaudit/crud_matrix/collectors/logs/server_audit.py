"""The log of MariaDB's server_audit plugin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.record import LONGEST, Record, Told, Who

LINE = re.compile(
    rb"(?:(?P<stamp>\d{8} \d\d:\d\d:\d\d),|.*?server_auditing: )(?P<server>[^,]*),(?P<user>[^,]*),"
    rb"(?P<host>[^,]*),(?P<id>\d+),\d*,(?P<event>[A-Z_]+),(?P<db>[^,]*),(?P<rest>.*)",
    re.DOTALL,
)
_END = re.compile(rb"'?,(?P<code>\d+)(?:,[^,']*)*\s*$")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class ServerAudit:
    """Reads the QUERY events; those of single tables repeat them and are left out.

    The plugin cuts statements at `server_audit_query_log_limit` bytes: one
    without its closing quote is taken as cut.
    """

    name = "log of MariaDB's server_audit"
    dialect = "mariadb"

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        cut = 0
        for line in lines:
            match = LINE.fullmatch(line)
            if match is None:
                told.other += bool(line.strip())
                continue
            event = match["event"]
            account = match["user"] + b"@" + match["host"] if match["user"] else b""
            who = Who(*(p.decode("utf-8", "replace") for p in (account, match["db"], match["id"])))
            stamp = match["stamp"] or b""
            if event == b"DISCONNECT":
                yield Record(stamp, who, b"", 0)
            if event != b"QUERY":
                continue
            end = _END.search(match["rest"])
            if end is None:
                cut += 1
                continue
            if end["code"] != b"0":
                told.failed += 1
                continue
            text = match["rest"][: end.start()].removeprefix(b"'")[:LONGEST]
            told.plain += 1
            yield Record(stamp, who, _ESCAPED.sub(_sign, text))
        if cut:
            told.notes.append(f"{cut:,} statements were cut by the plugin and are left out")


def _sign(match: re.Match[bytes]) -> bytes:
    return _SIGNS.get(match[1], match[1])
