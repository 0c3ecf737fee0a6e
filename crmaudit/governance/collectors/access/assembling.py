"""What a reader told, made into evidence: pseudonyms for accounts, tables for kinds of record."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from crmaudit.evidence import Access, Provenance
from crmaudit.evidence.access import (
    CrmAccount,
    CrmGroup,
    CrmRole,
    Held,
    Holding,
    SharedRecords,
)
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.governance.collectors.access.model import (
    BEYOND,
    Account,
    Group,
    Reader,
    Rights,
    Role,
    Row,
    Told,
)
from crmaudit.governance.collectors.access.naming import Names, post
from crmaudit.governance.collectors.access.tables import Tables
from crmaudit.key import Key

NO_KEY = "accounts get their pseudonyms from the audit's key, and there is none"
MANY_ADDRESSES = 5
"""Logins from so many addresses on one day speak for several people: one has an office, a home, a
phone and a way between them."""

_MACHINE = re.compile(r"\d*|[0-9a-fA-F-]{16,}|[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
"""Keys that a program made up: no word in them means anything."""


def assembled(
    told: Told,
    reader: Reader,
    db: Tables,
    key: Key | None,
    provenance: Provenance,
    addresses: Mapping[str, int],
) -> Access:
    """The evidence. `addresses`: an account's key or login → most addresses on one day."""
    made = _Assembling(told, db, key, addresses)
    cannot = told.cannot
    read = told.accounts_read
    if key is None and read:
        read, cannot = False, cannot or NO_KEY
    return Access(
        provenance,
        model=reader.product,
        product=db.parts.called,
        rule=told.rule or reader.rule,
        accounts=made.accounts() if key else (),
        roles=tuple(sorted((made.role(r) for r in told.roles), key=lambda r: r.id)),
        teams=made.groups("team", told.teams, Counter(t for a in told.accounts for t in a.teams)),
        units=made.groups("unit", told.units, Counter(a.unit for a in told.accounts)),
        holdings=made.holdings(),
        shared=tuple(
            SharedRecords(s.object, made.table(s.object), s.records, s.accounts, s.teams)
            for s in sorted(told.shared, key=lambda s: s.object)
        ),
        by_record={
            made.table(o) or o: dict(sorted(counts.items()))
            for o, counts in sorted(told.by_record.items())
        },
        logins_since=told.logins_since,
        accounts_read=read,
        cannot=cannot,
        notes=told.notes,
    )


class _Assembling:
    def __init__(
        self, told: Told, db: Tables, key: Key | None, addresses: Mapping[str, int]
    ) -> None:
        self._told = told
        self._db = db
        self._key = key
        self._addresses = addresses
        self._names = Names(told.accounts, key)
        self._roles = {r.id for r in told.roles}
        self._ids: dict[tuple[str, str], str] = {}
        self._tables: dict[str, str] = {}
        self._helds: dict[object, tuple[Held, bytes]] = {}
        self._said: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._of_rights: dict[int, tuple[Rights, str]] = {}
        self._holdings: dict[str, Holding] = {}
        emails = Counter(a.email.casefold() for a in told.accounts if a.email)
        self._emails = {mail: n for mail, n in emails.items() if n > 1}
        of_record = db.parts.users is not None and bool(db.parts.users.authors)
        self._by_record = of_record

    # Accounts

    def accounts(self) -> tuple[CrmAccount, ...]:
        made = [self._account(a) for a in self._told.accounts]
        taken = {a.name for a in made}
        # A login that is another account's key would make two accounts one.
        own = (replace(a, also=tuple(x for x in a.also if x not in taken)) for a in made)
        return tuple(sorted(own, key=lambda a: a.name))

    def _account(self, a: Account) -> CrmAccount:
        also = [*a.logins, *([a.record] if a.record and self._by_record else [])]
        return CrmAccount(
            self._pseudonym(a.key),
            tuple(dict.fromkeys(self._pseudonym(x) for x in also)),
            a.active,
            a.administrator,
            a.person,
            tuple(self._signs(a)),
            self.id("unit", a.unit),
            tuple(sorted(self.id("team", t) for t in set(a.teams))),
            tuple(sorted(self.id("role", r) for r in set(a.roles))),
            self._holding(a),
            self._names.shown("licence", a.licence),
            a.created,
            a.last_login,
            a.never_logged_in,
            a.ended,
        )

    def _pseudonym(self, value: str) -> str:
        if self._key is None:
            raise ValueError("an account is named by the audit's key")
        return self._key.pseudonym(ACCOUNT, value.strip())

    def _signs(self, a: Account) -> Iterable[str]:
        """What speaks for an account that is shared or nobody's; nothing for one of a program."""
        if a.person is False:
            return
        if a.named is False:
            yield "no person's name is filled in"
        if any(post(login) for login in a.logins):
            yield "the login is a word for a post or a team"
        others = self._emails.get(a.email.casefold(), 1) - 1
        if others:
            yield f"has its e-mail address in common with {others} other account{'s'[: others > 1]}"
        most = max((self._addresses.get(x, 0) for x in (a.key, *a.logins)), default=0)
        if most >= MANY_ADDRESSES:
            yield f"logins from {most} addresses on one day"

    # Rights

    def _holding(self, account: Account) -> str:
        rights = self._told.rights(account) if self._told.rights else None
        if rights is None:
            return ""
        known = self._of_rights.get(id(rights))
        if known is None:
            # The object is kept with its id, which another one could get otherwise.
            known = self._of_rights[id(rights)] = rights, self._made(rights)
        return known[1]

    def _made(self, rights: Rights) -> str:
        made = [self._one(o, rights.objects[o]) for o in sorted(rights.objects)]
        beyond = tuple(b for b in BEYOND if b in rights.beyond)
        why: dict[str, tuple[str, ...]] = {b: self._reasons(rights.beyond[b]) for b in beyond}
        content = b"".join((*(digest for _, digest in made), _digest((why, rights.unknown))))
        name = f"rights-{hashlib.sha256(content).hexdigest()[:12]}"
        if name not in self._holdings:
            held = tuple(one for one, _ in made)
            self._holdings[name] = Holding(name, held, beyond, why, rights.unknown)
        return name

    def holdings(self) -> tuple[Holding, ...]:
        """Of all accounts asked for so far."""
        return tuple(self._holdings[name] for name in sorted(self._holdings))

    def held(self, rights: Rights) -> tuple[Held, ...]:
        return tuple(self._one(o, rights.objects[o])[0] for o in sorted(rights.objects))

    def _one(self, word: str, row: Row) -> tuple[Held, bytes]:
        """The evidence and its digest: one object for the same rights of many accounts."""
        found = self._helds.get((word, row.levels, row.why))
        if found is None:
            a, b, c, d = (self._reasons(w) for w in row.why)
            held = Held(word, self.table(word), row.levels, (a, b, c, d))
            found = held, _digest((word, held.table, row.levels, held.why))
            self._helds[word, row.levels, row.why] = found
        return found

    def _reasons(self, why: tuple[str, ...]) -> tuple[str, ...]:
        found = self._said.get(why)
        if found is None:
            found = self._said[why] = tuple(dict.fromkeys(self._reason(w) for w in why))
        return found

    def _reason(self, why: str) -> str:
        kind, _, team = why.partition(" ")
        if why in self._roles:
            return self.id("role", why)
        return f"team {self.id('team', team)}" if kind == "team" and team else why

    def table(self, word: str) -> str:
        """The catalog's name of the table that a kind of record is kept in; empty if unknown."""
        if word not in self._tables:
            known = self._db.parts.table_of(word)
            written = self._told.objects.get(word, "")
            found = self._db.table(written) if written and not known else None
            self._tables[word] = found.qualified if found else known
        return self._tables[word]

    # Roles, teams and units

    def id(self, kind: str, value: str) -> str:
        """The id of a role, team or unit as it may be shown."""
        found = self._ids.get((kind, value))
        if found is None:
            plain = _MACHINE.fullmatch(value) is not None
            found = value if plain else self._names.shown(kind, value)
            self._ids[kind, value] = found
        return found

    def role(self, r: Role) -> CrmRole:
        own = r.own or Rights()
        return CrmRole(
            self.id("role", r.id),
            self._names.shown("role", r.name),
            r.kind,
            self.held(own),
            tuple(b for b in BEYOND if b in own.beyond),
            tuple(self.id("role", x) for x in r.includes),
            tuple(self.id("team", x) for x in r.by_teams),
            r.note,
        )

    def groups(
        self, kind: str, groups: Iterable[Group], members: Mapping[str, int]
    ) -> tuple[CrmGroup, ...]:
        made = (
            CrmGroup(
                self.id(kind, g.id),
                self._names.shown(kind, g.name),
                self.id(kind, g.parent),
                members.get(g.id, 0) if g.members is None else g.members,
            )
            for g in groups
        )
        return tuple(sorted(made, key=lambda g: g.id))


def _digest(content: object) -> bytes:
    return hashlib.blake2b(repr(content).encode("utf-8", "replace"), digest_size=8).digest()
