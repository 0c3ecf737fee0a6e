"""What the readers of a server's health share: asking, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crmaudit.errors import CrmauditError
from crmaudit.evidence import TableHealth
from crmaudit.governance.collectors.health_indexes import Found
from crmaudit.sources.base import ConnectionLostError, Source, Statement

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """What one engine tells. `references`: whether it gains by an index on each of them."""

    version: str = ""
    release: str = ""
    started: datetime | None = None
    counted_since: datetime | None = None
    tables: tuple[TableHealth, ...] = ()
    indexes: tuple[Found, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    free: int | None = None
    references: bool = True


class Server:
    """A source that is asked part by part; what it refuses is noted in `cannot`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.cannot: dict[str, str] = {}

    def rows(self, statement: Statement, part: str, remedy: str = "") -> Rows:
        """The rows; none where the server refuses, which is then said of `part`.

        `remedy` names the right that would do. A lost connection passes.
        """
        try:
            return self.source.query(statement.sql, statement.purpose)
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            reason = error.problems[0].message.rsplit("): ", 1)[-1]
            self.cannot.setdefault(part, remedy or reason)
            return []

    def name(self, schema: object, table: object) -> str:
        """A table's name as the catalog has it."""
        known = (None, "", self.source.default_schema)
        return str(table) if schema in known else f"{schema}.{table}"


def number(value: object) -> int | None:
    """A whole number out of an answer; None for none, or for what is not one."""
    try:
        return None if value is None else int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def moment(value: object) -> datetime | None:
    """Seconds since 1970 as a moment."""
    try:
        return None if value is None else datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
