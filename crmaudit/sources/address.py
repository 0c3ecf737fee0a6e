"""Addresses of sources: parsing, secrets from the environment, redaction."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from crmaudit.environment import expand
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

FILE_ENGINES = ("sqlite", "duckdb", "folder", "dump")
SYNONYMS = {"postgres": "postgresql"}
EXPORTS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9]+)(\+[A-Za-z0-9_]+)?:/")
_SECRET_PARAMETER = re.compile(r"pass|pwd|secret|token|key(?!file)", re.IGNORECASE)
# Parameters that name a file or a method: their names look secret, they are not.
_HARMLESS = {"passfile", "sslkey", "ssl_key", "sslkeylogfile"}
_PASSWORD_VARIABLES = ("PGPASSWORD", "MYSQL_PWD")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is and how to get in.

    `shown` may be printed; what may not stays out of `repr`. `path` is set
    for files and folders, the rest for servers.
    """

    engine: str
    shown: str
    path: Path | None = None
    host: str = ""
    port: int | None = None
    user: str = ""
    database: str = ""
    password: str = field(default="", repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address with every `${VARIABLE}` filled in from the environment.

        Raises CrmauditError, without a word of the secrets, where the text is
        no address, names an engine that is not supported, a variable that is
        not set or a file that does not exist.
        """
        if not _SCHEME.match(text):
            whole = expand(text, "the address")
            # The whole address may stand in a variable, password and all: it is no path then.
            return cls.parse(whole) if _SCHEME.match(whole) else cls._of_path(whole)
        url = _make_url(text)
        engine = _engine(url)
        database = expand(url.database or "", "the database")
        if engine in FILE_ENGINES:
            path = Path(database).expanduser()
            if not database or database == ":memory:":
                raise CrmauditError(
                    f"{engine}:// names no file", f"write {engine}:///path, with three slashes"
                )
            _must_exist(path)
            if engine != "folder":
                _head(path)
            return cls(engine, f"{engine}:///{database}", path)
        password = expand(str(url.password or ""), "the password")
        query = {k: expand(_last(v), f"parameter {k}") for k, v in url.query.items()}
        return cls(
            engine,
            redact(text),
            host=expand(url.host or "", "the host"),
            port=url.port,
            user=expand(url.username or "", "the user name"),
            database=database,
            password=password,
            query=query,
            secrets=_forms_of(
                [password, *(v for k, v in query.items() if _is_secret(k))]
                + [os.environ.get(name, "") for name in _PASSWORD_VARIABLES]
            ),
        )

    @classmethod
    def _of_path(cls, text: str) -> Address:
        path = Path(text).expanduser()
        _must_exist(path)
        engine = _recognise(path)
        return cls(engine, f"{engine}:///{text}", path)

    def scrub(self, text: str) -> str:
        """The text with every secret of this address taken out."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def redact(url: str) -> str:
    """The address as it may be shown: no password, no secret parameters.

    Never fails and reads neither the environment nor a disk: a text that
    cannot be understood is cut down to its scheme.
    """
    match = _SCHEME.match(url)
    if not match:
        return url
    try:
        parsed = _make_url(url)
        engine = _engine(parsed)
    except CrmauditError:
        return f"{match.group(1)}://…"
    if engine in FILE_ENGINES:
        return f"{engine}:///{parsed.database or ''}"
    query = {k: v for k, v in parsed.query.items() if not _is_secret(k)}
    shown = parsed._replace(drivername=engine, password=None)
    return shown.set(query=query).render_as_string(hide_password=True)


def _make_url(text: str) -> URL:
    from sqlalchemy.engine import make_url

    scheme = text.split(":", 1)[0]
    help_ = "percent-encode special characters in the password, or write ${VARIABLE} there"
    try:
        url = make_url(text)
    except Exception:
        # Whatever the parser says quotes the address, password included.
        raise CrmauditError(f"this {scheme}: address cannot be read", help_) from None
    if url.host and "@" in url.host:
        raise CrmauditError(f"this {scheme}: address holds more than one @", help_)
    return url


def _engine(url: URL) -> str:
    from crmaudit.sources import ENGINES

    name = url.drivername.split("+", 1)[0].lower()
    name = SYNONYMS.get(name, name)
    if name not in ENGINES:
        raise CrmauditError(
            f"no way to read {name}: addresses", f"supported are {', '.join(ENGINES)}"
        )
    return name


def _last(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else value[-1]


def _is_secret(parameter: str) -> bool:
    return parameter.lower() not in _HARMLESS and bool(_SECRET_PARAMETER.search(parameter))


def _forms_of(secrets: list[str]) -> tuple[str, ...]:
    forms = {form for s in secrets if s for form in (s, quote(s, safe=""), quote_plus(s))}
    # Longest first, or a short secret would break up a longer one around it.
    return tuple(sorted(forms, key=len, reverse=True))


def _must_exist(path: Path) -> None:
    try:
        found = path.exists()
    except OSError as error:
        raise CrmauditError(
            f"{path} cannot be reached: {error.strerror}", "check the path and its permissions"
        ) from None
    if not found:
        raise CrmauditError(
            f"{path} does not exist", "check the path; relative ones start at the current folder"
        )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise CrmauditError(
            f"{path} cannot be opened: {error.strerror}", "check the path and its permissions"
        ) from None


def _recognise(path: Path) -> str:
    """The engine that reads this file or folder, by its first bytes, else by its name."""
    if path.is_dir():
        return "folder"
    head = _head(path)
    name = path.name.lower()
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"PAR1") or name.endswith(EXPORTS):
        return "folder"
    if head.startswith(b"PGDMP") or name.endswith((".sql", ".sql.gz", ".ddl")):
        return "dump"
    if name.endswith((".sqlite", ".sqlite3", ".db", ".db3")):
        return "sqlite"
    if name.endswith((".duckdb", ".ddb")):
        return "duckdb"
    raise CrmauditError(
        f"{path} is of no kind that can be read",
        "give a folder, a .csv, .tsv or .parquet file, an SQLite or DuckDB file, a dump (.sql) "
        "or an address",
    )
