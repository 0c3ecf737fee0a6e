"""What the accounts of one database may do, and whose alone a right is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from crmaudit.crud_matrix.cell import Answer, Proof
from crmaudit.crud_matrix.rights import ALL, PUBLIC
from crmaudit.crud_matrix.testimony_place import Found, Place
from crmaudit.crud_matrix.testimony_sums import Sum
from crmaudit.evidence.use import LETTERS, Letter

_TableLetter = tuple[str, Letter]
_NO_ACCOUNT = "no account of it is known on the server"
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
            return "a listing of rights does not tell owners and superusers"
        status = own[-1].provenance.status
        return "" if status.state == "done" else f"rights were read only partly: {status.reason}"

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
                for key, _ in self._letters(ALL, "".join(LETTERS)):
                    every.setdefault(key, (_SUPERUSER, grants.id))
            for right in grants.rights:
                some = f", only {', '.join(right.columns)}" if right.columns else ""
                mine = given.setdefault(right.principal, {})
                for key, by in self._letters(right.table, right.letters):
                    mine.setdefault(key, (by or right.by + some, grants.id))
        return given

    def _letters(self, table: str, letters: str) -> Iterator[tuple[_TableLetter, str]]:
        every = table == ALL or table.endswith("." + ALL)
        for name in self.place.holds if every else (table,):
            for letter in LETTERS:
                if letter in letters:
                    for touch in self.place.touched(name, letter):
                        if touch.table in self.place.holds:
                            yield (touch.table, touch.letter), touch.by

    def why(self, account: str, table: str, letter: Letter) -> tuple[str, str] | None:
        """By what right the account may, and the document that says so; None if it may not."""
        for source in self.accounts.get(account, ()):
            found = self.given.get(source, {}).get((table, letter))
            if found is not None:
                by, document = found
                return (
                    by
                    if source in (account, _SUPERUSER)
                    else PUBLIC
                    if source == PUBLIC
                    else f"role {source}"
                ), document
        return None

    def who(self, table: str, letter: Letter) -> tuple[str, ...]:
        """Accounts that may."""
        return tuple(a for a in self.accounts if self.why(a, table, letter))

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
            return ("", "other systems open the file too") if others else (place.system, "")
        if not place.grants:
            return "", "who may do it was not read"
        if self.gap:
            return "", self.gap
        whose = {place.whose(account) for account in self.who(table, letter)}
        if len(whose) == 1 and (only := next(iter(whose)))[0] == "system":
            return only[1], ""
        return "", "several accounts may" if whose else "no account that is known may"

    def of(self, account: str) -> tuple[dict[str, set[Letter]], set[str]]:
        """Entity → letters that an account may use, and the documents that say so."""
        may: dict[str, set[Letter]] = {}
        documents = set()
        for table, holds in self.place.holds.items():
            for letter in LETTERS:
                if found := self.why(account, table, letter):
                    documents.add(found[1])
                    for hold in holds:
                        may.setdefault(hold.entity, set()).add(hold.meaning(letter))
        return may, documents

    # Proofs

    def proofs(self) -> Iterator[Found]:
        """What each system that works here may do to each entity."""
        if not self.place.grants:
            return
        mine: dict[str, list[str]] = {s: [] for s in sorted(self.place.home)}
        for account in self.accounts:
            whose, system = self.place.whose(account)
            if whose == "system":
                mine.setdefault(system, []).append(account)
        for entity, tables in self.place.tables.items():
            sums = self._sums(entity, tables)
            for letter in LETTERS:
                doubt = self._why_not_no(entity, letter, sums)
                for system, accounts in mine.items():
                    found = [sums[a, letter] for a in accounts if (a, letter) in sums]
                    # Without an account of its own it may work under the administration's.
                    why = doubt if accounts else _NO_ACCOUNT
                    yield system, entity, self._proof(letter, tables, found, why)

    def _sums(self, entity: str, tables: tuple[str, ...]) -> dict[tuple[str, Letter], Sum]:
        """Account and letter of the entity → what allows it."""
        sums: dict[tuple[str, Letter], Sum] = {}
        for table in tables:
            hold = self.place.part(table, entity)
            for account in self.accounts:
                for letter in LETTERS:
                    if found := self.why(account, table, letter):
                        into = sums.setdefault((account, hold.meaning(letter)), Sum())
                        into.add(table, found[1], principal=account, reason=found[0])
        return sums

    def _proof(
        self, letter: Letter, tables: tuple[str, ...], found: list[Sum], doubt: str
    ) -> Proof:
        if found:
            whole = Sum()
            for one in found:
                whole.take(one)
            reasons = sorted(r for r in whole.reasons if r)
            return whole.proof(letter, "granted", "yes", ", ".join(reasons[:3]))
        answer: Answer = "unknown" if doubt else "no"
        evidence = tuple(g.id for g in self.place.grants)
        return Proof(letter, "granted", answer, tables, evidence=evidence, reason=doubt)

    def _why_not_no(
        self, entity: str, letter: Letter, sums: Mapping[tuple[str, Letter], Sum]
    ) -> str:
        """Why a right that a system's accounts do not have is no proof that it cannot."""
        if self.gap or self.place.unseen or self.place.dark:
            return self.gap or self.place.unseen or self.place.dark
        for account in self.accounts:
            if (account, letter) in sums and self.place.whose(account)[0] != "system":
                return f"account {account}, of no system, may"
        for table in self.place.tables[entity]:
            for own in LETTERS:
                means = self.place.part(table, entity).meaning(own)
                if means == letter and (table, own) in self.place.by_routines:
                    return "a routine does it, and who may call that is not known"
        return self.place.open(entity, letter)
