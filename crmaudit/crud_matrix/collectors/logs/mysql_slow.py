"""The slow query log of MySQL, MariaDB and Percona Server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.mysql_general import HEADING, STARTED, used
from crmaudit.crud_matrix.collectors.logs.record import LONGEST, Record, Told, Who

_TIME = re.compile(rb"# Time: (\S+(?: +\d?\d:\d\d:\d\d)?)")
USER = re.compile(
    rb"# User@Host: (?P<priv>[^\[]*)\[(?P<user>[^\]]*)\] @ (?P<host>\S*) *\[(?P<ip>[^\]]*)\]"
    rb"(?:.*?\bId: *(?P<id>\d+))?"
)
_THREAD = re.compile(rb"# Thread_id: (\d+)\s+Schema: (\S*?)(?:\s|$)")
_SCHEMA = re.compile(rb"\bSchema: (\S*?)(?:\s|$)")
_FAILED = re.compile(rb"\b(?:Last_errno|Errno): ([1-9]\d*)")
_QUERY_TIME = re.compile(rb"# Query_time: ([\d.]+)")
_SET = re.compile(
    rb"SET (?:last_insert_id=\d+,)?(?:insert_id=\d+,)?timestamp=(\d+)(?:\.\d+)?;", re.IGNORECASE
)


class MysqlSlow:
    """Reads the slow log: a block of lines that begin with `#`, then the statement."""

    name = "slow log of MySQL or MariaDB"
    dialect = "mysql"

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        who = Who()
        database = ""
        stamp = b""
        failed = True  # nothing is read before the first block
        parts: list[bytes] = []
        size = 0
        in_head = False

        def finished() -> Record | None:
            text = b"\n".join(parts).strip().removesuffix(b";")
            if not text:
                return None
            if failed:
                told.failed += 1
                return None
            told.timed += 1
            return Record(stamp, who._replace(database=database), text)

        known = False
        for line in lines:
            if line[:2] == b"# " and (in_head or line[:8] in (b"# Time: ", b"# User@H")):
                if not in_head:
                    if known and (record := finished()) is not None:
                        yield record
                    parts, size, in_head = [], 0, True
                    failed = False
                if match := USER.match(line):
                    known = True
                    account = match["user"] or match["priv"]
                    place = match["host"] or match["ip"]
                    who = Who(_decoded(account + b"@" + place), "", _decoded(match["id"] or b""))
                elif match := _TIME.match(line):
                    stamp = match[1]
                elif match := _THREAD.match(line):
                    who = who._replace(session=_decoded(match[1]))
                elif match := _QUERY_TIME.match(line):
                    ms = 1000 * float(match[1])
                    told.fastest = ms if told.fastest is None else min(told.fastest, ms)
                if match := _SCHEMA.search(line):
                    database = _decoded(match[1])
                failed = failed or _FAILED.search(line) is not None
                continue
            if not known:
                heading = STARTED.match(line) or HEADING.match(line)
                told.other += bool(line.strip()) and not heading
                continue
            if in_head or not parts:
                in_head = False
                if line.startswith(b"# administrator command:"):
                    known = False
                    continue
                if (use := used(line)) is not None:
                    database = use
                    continue
                if match := _SET.fullmatch(line.strip()):
                    stamp = match[1]
                    continue
            if size < LONGEST:
                parts.append(line)
                size += len(line)
        if known and not lines.open_ended and (record := finished()) is not None:
            yield record


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
