"""Names of backup files as they may be shown: usual words and dates, all else by its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_WORDS = """
all archive auto automatic backup backups bak base basebackup binlog bz bz2 civi civicrm copy crm
empty
customers d daily data database databases db dbs delta diff differential dmp dump dumps
duckdb export files full gz gzip hourly img inc incr incremental innodb latest log logs
maria mariabackup mariadb master media monthly my mysql mysqldump new night nightly old part
pg pgbackup pgdump postgres postgresql prod production replica schema server site snap
snapshot sql sqlite sqlite3 staging structure tables tar tbz2 test tgz txz uploads utc wal
web website weekly x xb xbstream xtrabackup xz yearly zip zst zstd
jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun
monday tuesday wednesday thursday friday saturday sunday t z am pm
suitecrm espocrm vtiger odoo dolibarr fatfreecrm
"""
_USUAL = frozenset(_WORDS.split())
"""Words that name no person."""
_TELLING = frozenset(
    [
        "civi",
        "civicrm",
        "crm",
        "customers",
        "dolibarr",
        "espocrm",
        "fatfreecrm",
        "odoo",
        "site",
        "suitecrm",
        "vtiger",
        "web",
        "website",
    ]
)
_VAGUE = _USUAL - _TELLING
"""Words that may stand in the name of any backup, whatever it is of."""

_WORD = re.compile(r"[^\W\d_]+")
_DATE = re.compile(
    r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))"
)
_PART = re.compile(r"(?<![a-z])(inc|incr|incremental|diff|differential|delta|wal|binlog)(?![a-z])")


def shown(name: str, words: Iterable[str]) -> str:
    """The name with each word that is neither usual nor a system's own cut to its first letter."""
    known = _USUAL | {w for text in words for w in _words(text)}

    def cut(match: re.Match[str]) -> str:
        usual = len(match[0]) == 1 or match[0].casefold() in known
        return match[0] if usual else f"{match[0][0]}…"

    return "".join(c if c.isprintable() else "�" for c in _WORD.sub(cut, name))


def series(name: str, words: Iterable[str]) -> str:
    """What the files of one job have in common: the name without numbers and days.

    Not their form, for a job that fails leaves something else behind.
    """
    base = re.sub(r"\d+", "#", shown(name, words))
    base = re.sub(r"(#[-_.:T ]*)+", "#", base)
    days = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun"
    months = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    return re.sub(rf"(?i)(?<![a-z])({days}|{months})(?![a-z])", "#", base)


def names_own(name: str, own: Iterable[str]) -> bool | None:
    """Whether the name is the system's; False where it names something else, None for neither."""
    mine = {w for text in own for w in _words(text)} - _VAGUE
    said = {w for w in _words(name) if len(w) > 1}
    if said & mine:
        return True
    return None if said <= _USUAL else False


def day_of(name: str) -> date | None:
    """The last date in the name that is written year first; None without one."""
    found = None
    for year, _, month, day in _DATE.findall(name):
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
    return found


def partial(name: str) -> bool:
    """Whether it says of itself that it holds only what changed."""
    return _PART.search(name.casefold()) is not None


def _words(text: str) -> set[str]:
    """Its words, in small letters; `BeaconCRM` is one, and two."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]{2,}", text)
    return {w.casefold() for w in (*_WORD.findall(text), *parts)}
