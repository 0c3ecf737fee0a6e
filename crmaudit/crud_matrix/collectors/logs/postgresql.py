"""PostgreSQL's log as text, whatever its prefix, written to a file or through syslog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.postgresql_message import LABELLED, MARK, said, tells
from crmaudit.crud_matrix.collectors.logs.postgresql_prefix import Prefix
from crmaudit.crud_matrix.collectors.logs.record import LONGEST, NOBODY, Record, Told, Who

_SESSIONS = 20_000
_EXAMPLES = 2_000
_LATER = 20
_PREFIXES = 20
_PLAIN = b"statement: "
_BEHIND = len(_PLAIN)
SYSLOG = re.compile(
    rb"(?:<\d+>(?:1 )?)?(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+\S*) "
    rb"\S+ [^\s\[]+(?:\[(?P<pid>\d+)\]:?| (?P<pid5>\d+) \S+ \S+) "
    rb"\[(?P<number>\d+)-(?P<part>\d+)\] ?(?P<text>.*)",
    re.DOTALL,
)


class Sessions:
    """What the sessions of a PostgreSQL log did, message by message.

    A statement that was written down before it ran, and failed, is taken back.
    One that stands there with its plan as well counts once.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._last: dict[str, bytes] = {}
        self._planned: dict[str, bytes] = {}

    def message(self, stamp: bytes, who: Who, message: bytes) -> Record | None:
        """The statement that a message tells to have run."""
        if message.startswith(_PLAIN):  # the most frequent by far
            text = message[_BEHIND:]
            last = self._last
            if len(last) >= _SESSIONS:
                last.clear()
            last[who.session] = text
            self._told.plain += 1
            return Record(stamp, who, text)
        found = said(message)
        told = self._told
        if found is None:
            return None
        session, text = who.session, found.text
        if found.kind == "over":
            self._last.pop(session, None)
            return Record(stamp, who, b"", 0) if session else None
        if found.ms:
            ms = float(found.ms)
            if told.fastest is None or ms < told.fastest:
                told.fastest = ms
        if found.kind == "plan":
            if self._last.get(session) == text:
                return None
            told.plans += 1
            _put(self._planned, session, text)
        elif found.ms:
            if self._planned and self._planned.pop(session, None) == text:
                return None
            told.timed += 1
        else:
            told.plain += 1
            _put(self._last, session, text)
        return Record(stamp, who, text)

    def failure(self, stamp: bytes, who: Who, text: bytes) -> Record | None:
        """What takes back the statement that an error names, if it was counted."""
        if self._last.get(who.session) != text:
            return None
        del self._last[who.session]
        self._told.failed += 1
        return Record(stamp, who, text, -1)


def _put(texts: dict[str, bytes], session: str, text: bytes) -> None:
    if len(texts) >= _SESSIONS:
        texts.clear()
    texts[session] = text


class PostgresqlText:
    """Reads the log that goes to stderr, or with `syslog` that of a system log."""

    dialect = "postgresql"

    def __init__(self, database: str = "", syslog: bool = False) -> None:
        self.name = "PostgreSQL log" + (" in a system log" if syslog else "")
        self.database = database
        self._syslog = syslog

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        prefixes = [self._learned(lines)]
        sessions = Sessions(told)
        stamp, who = b"", NOBODY
        kind = ""  # of the message that is being read: log, statement, or of no interest
        parts: list[bytes] = []
        size = 0
        failing = False
        for line in _unwrapped(lines) if self._syslog else lines:
            if line[:1] == b"\t":
                if kind and size < LONGEST:
                    parts.append(line[1:])
                    size += len(line)
                continue
            before, mark, text = line.partition(MARK)
            found = prefixes[0].of(before) if mark else None
            if found is None:
                label = None if mark else LABELLED.search(line)
                if not mark and label is None:
                    told.other += bool(line.strip())
                    continue
                if label is not None:
                    before, text = line[: label.start()], line[label.end() :]
                found = self._of(before, prefixes, learn=bool(mark) and tells(text))
            else:
                label = None
            if kind:
                message = parts[0] if len(parts) == 1 else b"\n".join(parts)
                record = (
                    sessions.message(stamp, who, message)
                    if kind == "log"
                    else sessions.failure(stamp, who, message)
                )
                if record is not None:
                    yield record
            if label is None:
                kind, failing = "log", False
            elif label["statement"]:
                kind = "statement" if failing else ""
            else:
                failing = bool(label["failed"]) or (failing and bool(label["more"]))
                kind = ""
            stamp, who = found
            parts, size = [text], len(text)
        message = b"\n".join(parts)
        last = sessions.message(stamp, who, message) if kind == "log" else None
        if last is not None and not lines.open_ended:
            yield last
        if not (told.plain or told.timed or told.plans):
            return
        for part in ("user", "database", "session"):
            if not any(part in p.told for p in prefixes):
                told.notes.append(f"the lines of the log do not tell the {part} (log_line_prefix)")

    def _learned(self, lines: Lines) -> Prefix:
        """The prefix of most lines of the file's beginning.

        A log that several databases share may name the audited one only later:
        then it is looked for, as a place that holds its name is the database's.
        """
        head = _unwrapped(lines.head) if self._syslog else lines.head
        split = [line.partition(MARK) for line in head if line[:1] != b"\t" and MARK in line]
        heads = [before for before, _, text in split if tells(text)][:_EXAMPLES]
        found = Prefix(heads, self.database, (text for _, _, text in split))
        if not self.database or "database" in found.told or not heads:
            return found
        later = list(islice(self._naming(lines), _LATER))
        return Prefix([*heads, *later], self.database, (text for _, _, text in split))

    def _naming(self, lines: Lines) -> Iterator[bytes]:
        """What stands before messages where the audited database's name stands in it."""
        name = self.database.encode()
        again = Lines(lines.path)
        for line in _unwrapped(again) if self._syslog else again:
            if name in line:
                before, mark, text = line.partition(MARK)
                if mark and name in before and tells(text):
                    yield before

    def _of(self, head: bytes, prefixes: list[Prefix], learn: bool) -> tuple[bytes, Who]:
        """Stamp and who; the prefix that tells them comes to stand first."""
        for i, prefix in enumerate(prefixes):
            found = prefix.of(head)
            if found is not None:
                if learn:
                    prefixes.insert(0, prefixes.pop(i))
                return found
        if learn and len(prefixes) < _PREFIXES:
            new = Prefix([head], self.database)
            found = new.of(head)
            if found is not None:
                prefixes.insert(0, new)
                return found
        return b"", NOBODY


def _unwrapped(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines as the server wrote them, put together again message by message.

    A system log cuts what is long and mixes the lines of several processes.
    """
    open_: dict[bytes, list[bytes]] = {}
    for line in lines:
        match = SYSLOG.fullmatch(line)
        if match is None:
            continue
        pid = match["pid"] or match["pid5"]
        text = match["text"].replace(b"#011", b"\t")
        head = match["time"] + b" [" + pid + b"] "
        if match["part"] == b"1":
            yield from open_.pop(pid, ())
            if len(open_) >= _SESSIONS:
                yield from open_.pop(next(iter(open_)))
            open_[pid] = [head + text]
        elif pid in open_:
            label = LABELLED.search(text)
            if text.startswith(b"\t"):
                open_[pid].append(text)
            elif label is not None and (label["statement"] or label["more"]):
                open_[pid].append(head + text)
            elif len(open_[pid][-1]) < LONGEST:
                open_[pid][-1] += text
    for pid in sorted(open_):
        yield from open_[pid]
