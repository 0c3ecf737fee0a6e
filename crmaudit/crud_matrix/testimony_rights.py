"""What the accounts of one database may do, and whose alone a right is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from crmaudit.crud_matrix.cell import Answer, Proof
from crmaudit.crud_matrix.rights import ALL, PUBLIC
from crmaudit.crud_matrix.testimony_place import Found, Place
from crmaudit.crud_matrix.testimony_sums import Sum
from crmaudit.evidence.use import LETTERS, Letter
from crmaudit.messages import joined, msg

_TableLetter = tuple[str, Letter]
_NO_ACCOUNT = msg("no account of it is known on the server")
_SUPERUSER = "superuser"
"""Stands among those to whom rights were given for all who may do everything."""


class May:
    """Who may use which letter on which table that holds an entity.

    Rights that come by roles or go to everybody are kept once, with the role:
    500 accounts of one role cost no more than one.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.readers = {g.reader for g in place.grants}
        self._sole: dict[_TableLetter, tuple[str, str]] = {}

    @cached_property
    def gap(self) -> str:
        """Why rights that were not found may still be there; empty where all were read."""
        own = [g for g in self.place.grants if not g.origin]
        if not own:
            return msg("a listing of rights does not tell owners and superusers")
        status = own[-1].provenance.status
        return (
            ""
            if status.state == "done"
            else msg("rights were read only partly: {reason}", reason=status.reason)
        )

    @cached_property
    def accounts(self) -> Mapping[str, tuple[str, ...]]:
        """Account that may log in → through whom its rights come: itself, its roles, everybody.

        The server's administration and the audit's own account are left out.
        """
        found: dict[str, dict[str, None]] = {}
        for grants in self.place.grants:
            known = {a.name: a for a in grants.accounts}
            for name in sorted({r.principal for r in grants.rights} - known.keys() - {PUBLIC}):
                found.setdefault(name, {})
            for account in grants.accounts:
                if account.kind in ("account", "built-in"):
                    roles = {*account.member_of, *account.may_become} - {account.name}
                    all_ = account.everything or any(
                        known[r].everything for r in roles if r in known
                    )
                    through = (*([_SUPERUSER] if all_ else ()), *sorted(roles))
                    found.setdefault(account.name, {}).update(dict.fromkeys(through))
        return {
            name: tuple(dict.fromkeys((name, *through, PUBLIC)))
            for name, through in sorted(found.items())
            if not any(self.place.whose(name, reader)[0] == "aside" for reader in self.readers)
        }

    @cached_property
    def given(self) -> Mapping[str, Mapping[_TableLetter, tuple[str, str]]]:
        """To whom → table and letter → (by what, document).

        Letters that a view or trigger makes of a right are among them.
        """
        given: dict[str, dict[_TableLetter, tuple[str, str]]] = {}
        for grants in self.place.grants:
            if any(a.everything for a in grants.accounts):
                every = given.setdefault(_SUPERUSER, {})
                for key, _ in self._letters(ALL, joined("", LETTERS)):
                    every.setdefault(key, (_SUPERUSER, grants.id))
            for right in grants.rights:
                some = (
                    msg(", only {columns}", columns=joined(", ", right.columns))
                    if right.columns
                    else ""
                )
                mine = given.setdefault(right.principal, {})
                for key, by in self._letters(right.table, right.letters):
                    mine.setdefault(key, (by or _reason(right.by, some), grants.id))
        return given

    def _letters(self, table: str, letters: str) -> Iterator[tuple[_TableLetter, str]]:
        every = table == ALL or table.endswith("." + ALL)
        for name in self.place.holds if every else (table,):
            for letter in LETTERS:
                if letter in letters:
                    for touch in self.place.touched(name, letter):
                        if touch.table in self.place.holds:
                            yield (touch.table, touch.letter), touch.by

    @cached_property
    def _by_source(self) -> Mapping[str, Mapping[tuple[str, Letter], Sum]]:
        """To whom a right was given → entity and letter → tables, reasons and documents."""
        found: dict[str, dict[tuple[str, Letter], Sum]] = {}
        for source, rights in self.given.items():
            mine = found.setdefault(source, {})
            for (table, letter), (by, document) in rights.items():
                for hold in self.place.holds[table]:
                    into = mine.setdefault((hold.entity, hold.meaning(letter)), Sum())
                    into.add(table, document, reason=by)
        return found

    def _allowed(self, account: str) -> Iterator[tuple[str, Mapping[tuple[str, Letter], Sum]]]:
        """(by whom if not by itself, what that allows) of each source of an account's rights."""
        for source in self.accounts.get(account, ()):
            if rights := self._by_source.get(source):
                own = source in (account, _SUPERUSER)
                yield (
                    ""
                    if own
                    else PUBLIC
                    if source == PUBLIC
                    else msg("role {source}", source=source),
                    rights,
                )

    @cached_property
    def _who(self) -> Mapping[_TableLetter, frozenset[str]]:
        """Table and letter → to whom the right was given."""
        found: dict[_TableLetter, set[str]] = {}
        for source, rights in self.given.items():
            for key in rights:
                found.setdefault(key, set()).add(source)
        return {key: frozenset(sources) for key, sources in found.items()}

    def who(self, table: str, letter: Letter) -> tuple[str, ...]:
        """Accounts that may."""
        sources = self._who.get((table, letter), frozenset())
        return tuple(a for a, mine in self.accounts.items() if not sources.isdisjoint(mine))

    def sole(self, table: str, letter: Letter) -> tuple[str, str]:
        """(the one system whose accounts may, ''), or ('', why there is no such one)."""
        key = (table, letter)
        if key not in self._sole:
            self._sole[key] = self._only(table, letter)
        return self._sole[key]

    def _only(self, table: str, letter: Letter) -> tuple[str, str]:
        place = self.place
        if place.embedded:
            others = place.named - {place.system}
            return ("", msg("other systems open the file too")) if others else (place.system, "")
        if not place.grants:
            return "", msg("who may do it was not read")
        if self.gap:
            return "", self.gap
        whose = {place.whose(account) for account in self.who(table, letter)}
        if len(whose) == 1 and (only := next(iter(whose)))[0] == "system":
            return only[1], ""
        return "", msg("several accounts may") if whose else msg("no account that is known may")

    def of(self, account: str) -> tuple[dict[str, set[Letter]], set[str]]:
        """Entity → letters that an account may use, and the documents that say so."""
        may: dict[str, set[Letter]] = {}
        documents: set[str] = set()
        for _, rights in self._allowed(account):
            for (entity, letter), one in rights.items():
                may.setdefault(entity, set()).add(letter)
                documents |= one.evidence
        return may, documents

    # Proofs

    def proofs(self) -> Iterator[Found]:
        """What each system that works here may do to each entity."""
        if not self.place.grants:
            return
        mine: dict[str, list[str]] = {s: [] for s in sorted(self.place.home)}
        strangers: dict[tuple[str, Letter], str] = {}
        for account in self.accounts:
            whose, system = self.place.whose(account)
            if whose == "system":
                mine.setdefault(system, []).append(account)
            else:
                for _, rights in self._allowed(account):
                    for key in rights:
                        strangers.setdefault(key, account)
        for system, accounts in mine.items():
            sums = self._sums(accounts)
            for entity in self.place.tables:
                for letter in LETTERS:
                    doubt = _NO_ACCOUNT if not accounts else ""
                    if (entity, letter) not in sums:
                        # Without an account of its own it may work under the administration's.
                        doubt = doubt or self._why_not_no(entity, letter, strangers)
                    found = sums.get((entity, letter))
                    yield system, entity, self._proof(entity, letter, found, doubt)

    def _sums(self, accounts: list[str]) -> Mapping[tuple[str, Letter], Sum]:
        """Entity and letter → what allows it to any of the accounts."""
        sums: dict[tuple[str, Letter], Sum] = {}
        for account in accounts:
            for by, rights in self._allowed(account):
                for key, one in rights.items():
                    into = sums.setdefault(key, Sum())
                    into.take(one, by)
                    into.principals.add(account)
        return sums

    def _proof(self, entity: str, letter: Letter, found: Sum | None, doubt: str) -> Proof:
        if found is not None:
            reasons = sorted(found.reasons)
            return found.proof(letter, "granted", "yes", joined(", ", reasons[:3]))
        answer: Answer = "unknown" if doubt else "no"
        ids = tuple(g.id for g in self.place.grants)
        tables = self.place.tables[entity]
        return Proof(letter, "granted", answer, tables, evidence=ids, reason=doubt)

    def _why_not_no(
        self, entity: str, letter: Letter, strangers: Mapping[tuple[str, Letter], str]
    ) -> str:
        """Why a right that a system's accounts do not have is no proof that it cannot."""
        if self.gap or self.place.unseen or self.place.dark:
            return self.gap or self.place.unseen or self.place.dark
        if account := strangers.get((entity, letter)):
            return msg("account {account}, of no system, may", account=account)
        for table in self.place.tables[entity]:
            for own in LETTERS:
                means = self.place.part(table, entity).meaning(own)
                if means == letter and (table, own) in self.place.by_routines:
                    return msg("a routine does it, and who may call that is not known")
        return self.place.open(entity, letter)


def _reason(by: str, some: str) -> str:
    """Why a right is there, as evidence keeps it; `some` names its columns, where not all."""
    kind, _, name = by.partition(" ")
    match kind:
        case "grant":
            return msg("grant{some}", some=some)
        case "owner":
            return msg("owner{some}", some=some)
        case "global":
            return msg("global{some}", some=some)
        case "schema":
            return msg("schema{some}", some=some)
        case "default":
            return msg("default privilege{some}", some=some)
        case "role":
            return msg("role {source}", source=name) + some
    return by + some
