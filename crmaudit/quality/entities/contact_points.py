"""Where e-mail addresses, phone numbers and postal addresses of an entity are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from crmaudit.evidence.entity_map import ContactPoint, MappedTable
from crmaudit.quality.entities.conditions import Dialect
from crmaudit.quality.entities.names import joined, raw_words
from crmaudit.quality.entities.seen import SeenColumn, SeenTable

_PARTIES = ("person", "organisation", "household", "lead")
ContactKind = Literal["e-mail", "phone", "address"]
_KINDS: tuple[tuple[ContactKind, tuple[str, ...], frozenset[str]], ...] = (
    ("e-mail", ("e-mail",), frozenset({"e-mail"})),
    ("phone", ("phone", "mobile"), frozenset({"phone"})),
    (
        "address",
        ("street", "city", "postcode", "full address"),
        frozenset({"street", "city", "postcode"}),
    ),
)

_MAIN = ("isprimary", "primary", "isdefault", "ismain", "main", "isprimaryaddress", "principal")
_INVALID = ("invalid", "isinvalid", "invalidemail", "onhold", "bounced", "isbounced", "hardbounce")
_OPTED_OUT: Mapping[ContactKind, tuple[str, ...]] = {
    "e-mail": (
        *("optout", "isoptout", "emailoptout", "hasoptedoutofemail", "donotemail", "noemail"),
        *("unsubscribed", "isunsubscribed", "emailoptedout", "blacklisted", "donotbulkemail"),
    ),
    "phone": ("donotphone", "donotcall", "nophone", "phoneoptout"),
    "address": ("donotmail", "nomail", "donotpostalmail"),
}
# Words beside which a column is about a contact point and holds none.
_BESIDE_TEXT = """
    flag fax greeting consent opt optin optout in out do not no display status type template valid
    invalid format preference preferred count domain subject sent bounce bounced verified hash id
    at confirmed allow newsletter extension ext country code
    """
_BESIDE = frozenset(_BESIDE_TEXT.split())


def contact_points(
    tables: Mapping[str, SeenTable], mapped: Sequence[MappedTable], dialect: Dialect
) -> Iterator[ContactPoint]:
    """Points of all kinds of party, own columns first, in the order of the tables."""
    holders: dict[str, list[str]] = {}
    for row in mapped:
        if row.entity not in _PARTIES or row.role not in ("primary", "secondary"):
            continue
        if row.role == "primary" or row.table not in holders:
            holders.setdefault(row.table, []).append(row.entity)
    primary = {r.table for r in mapped if r.role == "primary" and r.entity in _PARTIES}
    for name in sorted(primary):
        for kind, columns in _points(tables[name]):
            of = tuple(dict.fromkeys(holders[name]))
            yield ContactPoint(
                kind, of, name, columns, opt_out=_marked(tables[name], _OPTED_OUT[kind], dialect)
            )
    sides = sorted({r.table for r in mapped if r.role in ("secondary", "extension")} - primary)
    for name in sides:
        side = tables[name]
        for kind, columns in _points(side):
            for link in side.links:
                if link.to not in primary or link.column in side.stamps.accounts:
                    continue
                where = ""
                if link.when:
                    by = side.column(link.when[0])
                    where = dialect.equals(by, link.when[1]) if by else ""
                    if not where:
                        continue
                key = tables[link.to].key
                if len(key) == 1:
                    of = tuple(dict.fromkeys(holders[link.to]))
                    yield ContactPoint(
                        kind,
                        of,
                        name,
                        columns,
                        {link.column: key[0]},
                        where,
                        primary=_marked(side, _MAIN, dialect),
                        invalid=_marked(side, _INVALID, dialect),
                        opt_out=_marked(
                            side, _OPTED_OUT["e-mail"] if kind == "e-mail" else (), dialect
                        ),
                    )


def _points(table: SeenTable) -> Iterator[tuple[ContactKind, tuple[str, ...]]]:
    linked = {link.column for link in table.links}
    for kind, types, marks in _KINDS:
        found = [c for c in table.columns if c.name not in linked and _holds(c, types, marks)]
        # One part of an address is none.
        if len(found) > (1 if kind == "address" else 0):
            yield kind, tuple(c.name for c in found)


def _marked(table: SeenTable, names: Collection[str], dialect: Dialect) -> str:
    """The condition of a flag of one of these names; empty where there is none."""
    for column in table.columns:
        if joined(raw_words(column.name)) in names and not column.empty:
            return dialect.true(column)
    return ""


def _holds(column: SeenColumn, types: Sequence[str], marks: frozenset[str]) -> bool:
    """By what it holds where that is known, else by its name."""
    if column.means("fax"):
        return False
    semantic = column.semantic
    if semantic is not None and semantic.confidence >= 0.5 and not column.empty:
        return semantic.type in types
    return bool(column.marks & marks) and not _BESIDE.intersection(raw_words(column.name))
