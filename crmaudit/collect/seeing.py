"""Whose a record is, read anew from its source: for the one question who can see it.

The record's key is known to whoever asks; it is sent to the source and kept
nowhere. Read are owner, teams and sharing, never what the record says. The
request is recorded, without the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmaudit.collect.collect import targets
from crmaudit.collect.reveal import record
from crmaudit.errors import CrmauditError
from crmaudit.evidence.access import LEVELS, AccessLevel
from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.governance.accounts_sight import Belongs, Opening
from crmaudit.key import Key, find_key
from crmaudit.sources import open_source

if TYPE_CHECKING:
    from crmaudit.evidence import Catalog, MappedTable, Table
    from crmaudit.facts import Facts
    from crmaudit.governance.accounts import Accounts
    from crmaudit.sources.account_tables import AccountTables
    from crmaudit.sources.base import Source
    from crmaudit.workspace.accounts import Sharing

# What no dialect could take for the end of a text.
_PLAIN = re.compile(r"[^'\\\x00-\x1f\x7f]{1,200}")
_REACHES: dict[str, AccessLevel] = {
    "user": LEVELS[1],
    "business unit": LEVELS[2],
    "parent: child": LEVELS[3],
    "organisation": LEVELS[4],
}
_LETTERS = {"read": "R", "write": "U", "delete": "D"}
_TEAM_WORDS = ("team", "group", "gruppe", "groupe", "grupo", "equipo", "equipe")


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """A record's place and whose it is; `notes` say what could not be told of it."""

    system: str
    table: str
    belongs: Belongs
    notes: tuple[str, ...] = ()


def whose(facts: Facts, accounts: Accounts, table: str, key: str) -> SeenRecord:
    """Whose the record with that key is; its source is opened read-only.

    Raises CrmauditError where the system, table or record is not there, the
    table's key or owner is not known, or the audit's key is another than the
    evidence's.
    """
    workspace, system = facts.workspace, accounts.system
    if not _PLAIN.fullmatch(key):
        raise CrmauditError(
            "a record is named by its plain key, without quotes and backslashes",
            f"--record {system}.{table}:17",
        )
    own = find_key(workspace.root)
    if own is None or own.id != accounts.access.provenance.key_id:
        raise CrmauditError(
            f"the pseudonyms of {system}'s accounts were made with another key than this "
            "workspace has",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    (target,) = targets(workspace, [system])
    if not target.url:
        raise CrmauditError(
            f"{system} has no database here, so its records cannot be looked at",
            "--record-of ACCOUNT --entity ENTITY answers from the evidence",
            workspace.place_of(f"system:{system}"),
        )
    mapped = _mapped(facts, system, table)
    record(workspace.root, f"who can see a record of {system}.{mapped.table}", 1, "records")
    with open_source(target.url, schema=target.schema) as source:
        from crmaudit.quality.collectors.account_tables import account_tables

        catalog = source.catalog(system)
        measured = facts.evidence.entity_maps.get(system)
        parts = account_tables(source, catalog, target.known, measured)
        return _Look(source, catalog, parts, accounts, own).at(mapped, key)


def _mapped(facts: Facts, system: str, table: str) -> MappedTable:
    known = facts.maps.get(system)
    tables = [t for t in known.tables if t.role == "primary"] if known else []
    found = [t for t in tables if table.casefold() in (t.table.casefold(), t.entity.casefold())]
    if not found:
        named = ", ".join(dict.fromkeys(t.table for t in tables)) or "none"
        raise CrmauditError(
            f"{system} has no table {table!r} that holds an entity", f"one of: {named}"
        )
    return found[0]


class _Look:
    def __init__(
        self, source: Source, catalog: Catalog, parts: AccountTables, accounts: Accounts, key: Key
    ) -> None:
        self._source = source
        self._tables = {t.qualified: t for t in catalog.tables}
        self._parts = parts
        self._accounts = accounts
        self._pseudonym: Callable[[str], str] = lambda value: key.pseudonym(
            ACCOUNT, account_name(value)
        )
        self._notes: list[str] = []

    def at(self, mapped: MappedTable, key: str) -> SeenRecord:
        table = self._tables.get(mapped.table)
        if table is None or len(mapped.key) != 1:
            raise CrmauditError(
                f"a record of {mapped.table} cannot be named by one key",
                "say in maps/ which column is its key",
            )
        reach = self._parts.access.record if self._parts.access else ""
        columns = [c for c in (mapped.owner, mapped.created_by, reach) if c]
        rows = list(self._rows(table, columns, mapped.key[0], key))
        if not rows:
            raise CrmauditError(
                f"{self._accounts.system}.{mapped.table} has no record with that key",
                f"the key stands in the column {mapped.key[0]}",
            )
        belongs = self._belongs(mapped, table, rows[0])
        levels = self._parts.access.levels if self._parts.access else {}
        own_say = levels.get(rows[0].get(reach) or "") if reach else None
        belongs = replace(belongs, reach=_REACHES.get(own_say or ""))
        belongs = self._opened(belongs, table, key)
        if mapped.soft_delete:
            self._notes.append("whether the record is marked as deleted is not looked at")
        return SeenRecord(
            self._accounts.system, mapped.table, belongs, tuple(dict.fromkeys(self._notes))
        )

    def _belongs(self, mapped: MappedTable, table: Table, row: dict[str, str | None]) -> Belongs:
        names = {c.name for c in table.columns}
        column = mapped.owner if mapped.owner in names else mapped.created_by
        if column not in names:
            self._notes.append(f"{mapped.table} has no column that names an owner")
            return Belongs(owner_known=False)
        if column != mapped.owner:
            self._notes.append("no column names an owner: who made the record counts as such")
        also = set[str]()
        # Where each record has its own say, it is its maker's as well as its owner's.
        if self._parts.access and self._parts.access.record and row.get(mapped.created_by):
            maker = self._accounts.by_name.get(self._pseudonym(row[mapped.created_by] or ""))
            also = {maker.name} if maker else also
        value = row.get(column)
        if not value:
            return Belongs(also=frozenset(also), unit="")
        found = self._accounts.by_name.get(self._pseudonym(value))
        if found is None and account_name(value) in {t.id for t in self._accounts.access.teams}:
            return Belongs(teams=(account_name(value),), unit="")
        if found is None:
            self._notes.append("its owner is no account that was read")
            return Belongs(owner=self._pseudonym(value), also=frozenset(also))
        return Belongs(found.name, frozenset(also), unit=found.account.unit)

    def _opened(self, belongs: Belongs, table: Table, key: str) -> Belongs:
        """With the teams that the record belongs to, and those it was opened to."""
        access = self._parts.access
        if access is None:
            return belongs
        teams = set(belongs.teams)
        accounts: dict[str, Opening] = {}
        opened: dict[str, Opening] = {}
        for part in access.teams:
            of = part.records
            if of is not None and of.table in self._tables:
                for row in self._about(of.table, [of.team], of.object_type, of.object, table, key):
                    teams.add(account_name(row.get(of.team) or ""))
        ids = {t.id for t in self._accounts.access.teams}
        for share in access.sharing:
            if share.table not in self._tables or not share.object:
                self._notes.append("not all that opens single records could be read")
                continue
            columns = [
                *share.holder,
                *share.level,
                *([share.holder_type] * bool(share.holder_type)),
            ]
            for row in self._about(
                share.table, columns, share.object_type, share.object, table, key
            ):
                kind = (row.get(share.holder_type) or "").casefold()
                opening = _opening(share, row, access.codes)
                if not opening.letters and not opening.unsure:
                    continue  # A row from which every right was taken again.
                for column in share.holder:
                    value = row.get(column)
                    if not value:
                        continue
                    is_team = any(w in (kind or column.casefold()) for w in _TEAM_WORDS)
                    if is_team and account_name(value) in ids:
                        team = account_name(value)
                        opened[team] = _wider(opened.get(team), opening)
                    elif (found := self._accounts.by_name.get(self._pseudonym(value))) is not None:
                        accounts[found.name] = _wider(accounts.get(found.name), opening)
        return replace(
            belongs,
            teams=tuple(sorted(t for t in teams if t)),
            shared=accounts,
            shared_teams=opened,
        )

    def _about(
        self, where: str, columns: list[str], kind: str, place: str, table: Table, key: str
    ) -> Iterator[dict[str, str | None]]:
        """Rows of another table that are about this record."""
        wanted = [*columns, *([kind] if kind else [])]
        for row in self._rows(self._tables[where], wanted, place, key):
            if not kind or self._parts.table_of(row.get(kind) or "") == table.qualified:
                yield row

    def _rows(
        self, table: Table, wanted: list[str], place: str, key: str
    ) -> Iterator[dict[str, str | None]]:
        columns = [c for c in table.columns if c.name in wanted]
        where = f"{self._source.quote(place)} = '{key}'"
        if place not in {c.name for c in table.columns}:
            return
        columns = columns or [table.column(place)]
        with self._source.stream(table, columns, where) as reader:
            for batch in reader:
                yield from batch.to_pylist()


def _opening(
    share: Sharing, row: Mapping[str, str | None], codes: Mapping[str, Mapping[str, str]]
) -> Opening:
    """What a row of sharing opens, by its own columns or by what is declared."""
    if share.gives:
        return Opening(share.gives, "", share.within_rights)
    masks = [(c, row.get(c)) for c in share.level if c in codes and c in row]
    if not masks:
        return Opening(limited=share.within_rights)
    letters = {
        _LETTERS[word]
        for column, mask in masks
        for bit, word in codes[column].items()
        if word in _LETTERS and bit.isdecimal() and _number(mask) & int(bit)
    }
    return Opening("".join(x for x in "RUD" if x in letters), "", share.within_rights)


def _number(text: object) -> int:
    try:
        return int(float(str(text or 0)))
    except (ValueError, OverflowError):
        return 0


def _wider(one: Opening | None, other: Opening) -> Opening:
    if one is None:
        return other
    letters = "".join(x for x in "RUD" if x in one.letters + other.letters)
    unsure = "".join(x for x in "RUD" if x in one.unsure + other.unsure and x not in letters)
    return Opening(letters, unsure, one.limited and other.limited)
