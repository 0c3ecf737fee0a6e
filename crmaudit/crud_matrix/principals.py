"""Database accounts: under which name they may be shown, and whose they are.

A program's account is named, as the map from account to system needs it. An
account that may be a person's own carries the audit's keyed pseudonym, like
any account. Which is which:

    named      declared under `principals:` of a map, the server's own, or a
               word in the name that is technical or names a system
    hidden     all others
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.key import Key
from crmaudit.workspace.landscape import Principal

HIDDEN = "acct-hidden"
"""Stands for every hidden account where there is no key to tell them apart."""

_BUILT_IN_TEXT = """
    public postgres root mysql mariadb admin administrator sa sys system sqlite duckdb
"""
_BUILT_IN = frozenset(_BUILT_IN_TEXT.split())
_SERVERS_OWN = re.compile(r"(pg_|mysql\.|mariadb\.|rds|azure_|cloudsql)", re.IGNORECASE)
_ADMINISTRATION = frozenset({"postgres", "root", "mysql", "mariadb", "sa", "sys", "system"})
_ADMINISTRATORS = frozenset({"admin", "administrator", "dba", "dbadmin", "superuser"})
_NOBODYS_HOST = re.compile(r"[\d.%_/*]*|[\da-f.%_]*:[\da-f:.%_]*|localhost", re.IGNORECASE)
"""Hosts that name nobody: numbers and patterns. A name may be a person's computer or mail."""
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TECHNICAL_TEXT = """
    account admin agent api app application audit auditor backend backup batch bi bot client
    cms connector cron crm crud daemon data dba db dbo deploy dwh erp etl export exporter
    feed frontend gateway import importer ingest integration intranet job jobs kpi ldap
    legacy load loader log mail mailer maintenance metrics middleware migration migrator
    monitor monitoring newsletter node odbc olap owner php portal prod proxy queue read
    reader readonly ro repl replica replication report reporting reports rest role rpc ruby
    rw scheduler script server service shop site soap staging svc sync system task test tool
    user users warehouse web webapp website worker write writer www
"""
_TECHNICAL = frozenset(_TECHNICAL_TEXT.split())


@dataclass(frozen=True)
class Naming:
    """How the accounts of one system's database are shown.

    `declared` are those of its map, `words` what systems are called (ids,
    names, products); `key` makes the pseudonyms.
    """

    declared: tuple[Principal, ...] = ()
    words: tuple[str, ...] = ()
    key: Key | None = None
    _known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        own = {w for text in self.words for w in _words(text) if len(w) > 2}
        object.__setattr__(self, "_known", _TECHNICAL | own)

    def shown(self, name: str) -> str:
        """The name as evidence may hold it.

        `user@host` keeps its host; a hidden account only one that is a number
        or a pattern. In PostgreSQL such a name may be somebody's e-mail address.
        """
        user, at, host = name.partition("@")
        if not user or self._may_be_named(name, user):
            return name
        pseudonym = self.key.pseudonym(ACCOUNT, user) if self.key else HIDDEN
        return f"{pseudonym}{at}{host}" if _NOBODYS_HOST.fullmatch(host) else pseudonym

    def _may_be_named(self, name: str, user: str) -> bool:
        if any(owns(p.principal, name) for p in self.declared):
            return True
        if user.lower() in _BUILT_IN or _SERVERS_OWN.match(user):
            return True
        return bool(self._known & _words(user))


def user_of(name: str) -> str:
    """The account without its host: a right is given to `app@%`, a log tells `app@10.0.0.4`."""
    return name.partition("@")[0] or name


def owns(declared: str, found: str) -> bool:
    """Whether a declared principal means this account: `user` means it on every host."""
    return declared == found or ("@" not in declared and declared == found.partition("@")[0])


def administers(name: str, everything: bool = False) -> bool:
    """Whether an account is the server's administration, by its name.

    `everything`: it may do all, so that a name like `admin` says enough. A
    program may misuse such an account; then a map has to say so.
    """
    user = name.partition("@")[0].lower()
    if user in _ADMINISTRATION or _SERVERS_OWN.match(name):
        return True
    return everything and user in _ADMINISTRATORS


def systems_of(declared: Iterable[Principal]) -> Callable[[str], str | None]:
    """Account → the system that logs in with it; None where nobody said.

    An entry with a host outweighs one without.
    """
    exact: Mapping[str, str | None] = {p.principal: p.system for p in declared}

    def system(account: str) -> str | None:
        if account in exact:
            return exact[account]
        return exact.get(account.partition("@")[0])

    return system


def _words(text: str) -> set[str]:
    return {w.lower() for w in _WORD.findall(_CAMEL.sub("_", text))}
