"""What was seen in one database: statements that ran and code that speaks of it.

A *yes* needs an account or a code folder of the system, and a table that
holds nothing but the entity. A *no* needs a source that would have seen it:
`why_not` tells what it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from crmaudit.crud_matrix.cell import Answer, Origin, Proof
from crmaudit.crud_matrix.principals import user_of
from crmaudit.crud_matrix.testimony_place import Found, Place, Touch, Whose, usable
from crmaudit.crud_matrix.testimony_rights import May
from crmaudit.crud_matrix.testimony_sums import Sum
from crmaudit.evidence import Call, Code, Statements, Unread, Use
from crmaudit.evidence.use import LETTERS, SETUP, Letter
from crmaudit.messages import msg

_Key = tuple[str, str, Letter]
"""System, entity, letter."""
_HARMLESS = frozenset(("dbms_application_info", "dbms_output", "dbms_session", "dbms_lock"))
"""Packages of Oracle that touch no table; drivers call them all the time."""
_SET_UP = msg("only migrations, seeds, installers or upgrades do it")
_OURS = msg("the audit reads with this account too")


@dataclass
class Blind:
    """What somebody may have done without anybody being able to tell.

    `anything`: a reason for which no table can be left out. `tables`: those
    that statements nobody understood may touch, each with a reason. Of several
    reasons the first by alphabet is kept, whatever the order of evidence.
    """

    anything: str = ""
    tables: dict[str, str] = field(default_factory=dict)

    def to_all(self, reason: str) -> None:
        self.anything = _first(self.anything, reason)

    def add(self, place: Place, unread: Unread) -> None:
        """A statement that nobody understood, and all that it may set off."""
        reason = msg("a statement was not understood: {reason}", reason=unread.reason)
        if not unread.tables:
            self.to_all(reason)
        for table in unread.tables:
            for letter in LETTERS:
                self.to_all(place.blind(table, letter))
                for touch in place.touched(table, letter):
                    told = self.tables.get(touch.table, "")
                    self.tables[touch.table] = _first(told, reason)

    def why(self, tables: tuple[str, ...]) -> str:
        return self.anything or next((self.tables[t] for t in tables if t in self.tables), "")


@dataclass(frozen=True, slots=True)
class Untold:
    """Calls of one routine in one document, of which nobody knows what it does."""

    document: str
    routine: str
    statements: int
    unread: Unread


class Seen:
    """All that was seen in one database, by origin, system, entity and letter.

    `sure` was seen, `possible` on a table that several entities share.
    `others`: entity and letter → the account of no system, or of none that is
    known, that was seen with it: it may be any system's. `by_user` has the
    entities and letters of each account without its host, '' for one not named. `tables` and
    `users` tell by table and letter what was seen, and the systems seen with
    it ('' for accounts of none). `strangers` are sums by account, `asides`
    by account and the reason for which it was left out. `untold` are calls of
    routines of which nobody knows what they do.
    """

    def __init__(
        self, place: Place, may: May, codes: Mapping[str, tuple[Code, ...]], min_days: float
    ) -> None:
        self.place, self.may, self.min_days = place, may, min_days
        self.codes = {s: usable(found) for s, found in sorted(codes.items()) if usable(found)}
        self.sure: dict[Origin, dict[_Key, Sum]] = {"observed": {}, "coded": {}}
        self.possible: dict[Origin, dict[_Key, Sum]] = {"observed": {}, "coded": {}}
        self.others: dict[tuple[str, Letter], str] = {}
        self.strangers: dict[str, dict[tuple[str, str, Letter], Sum]] = {}
        self.asides: dict[tuple[str, str], dict[Letter, Sum]] = {}
        self.by_user: dict[str, set[tuple[str, Letter]]] = {}
        self.tables: dict[tuple[str, Letter], Sum] = {}
        self.users: dict[tuple[str, Letter], set[str]] = {}
        self.blind: dict[tuple[Origin, str], Blind] = {}
        self.untold: list[Untold] = []
        self.set_up: dict[_Key, Sum] = {}
        for document in place.statements:
            self._ran(document)
        for system, found in self.codes.items():
            for code in found:
                self._stands(system, code)

    # Hearing

    def _ran(self, document: Statements) -> None:
        place = self.place
        for use in document.uses:
            whose = place.whose(use.principal, document.reader)
            named = use.letter == "R" and bool(document.reader)
            ours = named and user_of(use.principal) == user_of(document.reader)
            for touch in place.touched(use.table, use.letter):
                self._note_use(whose, touch, use, document, _OURS if ours else "")
            self._cannot_follow(whose, place.blind(use.table, use.letter))
        for call in document.called:
            whose = place.whose(call.principal, document.reader)
            for touch in place.called(call.routine):
                self._note_use(whose, touch, call, document)
            by_call = _by_call(call, document)
            reason = place.blind_call(call.routine, bool(by_call))
            self._cannot_follow(whose, reason)
            if reason:
                text = by_call or f"{call.routine}()"
                self._untold(
                    document,
                    call.routine,
                    call.statements,
                    text,
                    reason,
                    call.calls,
                    call.principal,
                )
        for unread in document.unread:
            kind, system = place.whose(unread.principal, document.reader)
            if kind != "aside":
                self._blind("observed", system).add(place, unread)

    def _untold(
        self,
        document: Statements | Code,
        routine: str,
        statements: int,
        text: str,
        reason: str,
        times: int,
        principal: str = "",
        places: tuple[str, ...] = (),
    ) -> None:
        """Note calls that were read well and of which nobody knows what they do."""
        # A statement that was not understood at all is in the document's own list.
        if all(u.text != text for u in document.unread):
            unread = Unread(text, reason, times, principal, places)
            self.untold.append(Untold(document.id, routine, statements, unread))

    def _note_use(
        self,
        whose: tuple[Whose, str],
        touch: Touch,
        use: Use | Call,
        document: Statements,
        doubt: str = "",
    ) -> None:
        kind, name = whose
        reason = touch.by
        # Backups read everything under the administration's name, so reading proves nothing here.
        writing = kind == "nobody" and touch.letter != "R"
        if writing and (only := self.may.sole(touch.table, touch.letter)[0]):
            kind, name, reason = (
                "system",
                only,
                reason or msg("of all programs only its accounts may"),
            )
        seen = Sum()
        seen.add(
            touch.table,
            document.id,
            principal=use.principal,
            calls=use.calls,
            statements=use.statements,
            first=use.first,
            last=use.last,
            reason=reason,
        )
        if kind == "aside":
            self.asides.setdefault((use.principal, name), {}).setdefault(touch.letter, Sum()).take(
                seen
            )
            return
        self.by_user.setdefault(user_of(use.principal), set()).update(self._meanings(touch))
        self._note("observed", name if kind == "system" else "", touch, seen, doubt)
        if kind == "system":
            return
        for entity, letter in self._meanings(touch):
            told = msg("account {principal}, of no system, does it", principal=use.principal)
            if kind == "nobody":
                told = msg(
                    "somebody does it, and {origin} does not say who",
                    origin=document.origin or msg("the source"),
                )
            key = (entity, letter)
            self.others[key] = _first(self.others.get(key, ""), told)
        if kind == "stranger":
            mine = self.strangers.setdefault(use.principal, {})
            for entity, letter in self._meanings(touch) or [("", touch.letter)]:
                mine.setdefault((touch.table, entity, letter), Sum()).take(seen)

    def _stands(self, system: str, code: Code) -> None:
        place, blind = self.place, self._blind("coded", system)
        for sighting in code.sightings:
            for touch in place.touched(sighting.table, sighting.letter):
                seen = Sum()
                seen.add(
                    touch.table,
                    code.id,
                    statements=sighting.count,
                    reason=touch.by,
                    places=sighting.places,
                )
                if sighting.by == SETUP:
                    self._note_setup(system, touch, seen)
                else:
                    self._note("coded", system, touch, seen)
            if sighting.by != SETUP:
                blind.to_all(place.blind(sighting.table, sighting.letter))
        for call in code.called:
            for touch in place.called(call.routine):
                seen = Sum()
                seen.add(
                    touch.table,
                    code.id,
                    statements=call.count,
                    reason=touch.by,
                    places=call.places,
                )
                self._note("coded", system, touch, seen)
            if reason := place.blind_call(call.routine, by_call=True):
                blind.to_all(reason)
                text = f"{call.routine}()"
                self._untold(
                    code, call.routine, call.count, text, reason, call.count, places=call.places
                )
        for unread in code.unread:
            blind.add(place, unread)
        if code.built:
            some = (
                msg("a statement is")
                if code.built == 1
                else msg("{built} statements are", built=code.built)
            )
            blind.to_all(msg("{some} put together at run time", some=some))
        status = code.provenance.status
        if status.state != "done":
            blind.to_all(msg("the code was read only partly: {reason}", reason=status.reason))

    def _note(self, origin: Origin, system: str, touch: Touch, seen: Sum, doubt: str = "") -> None:
        key = (touch.table, touch.letter)
        self.tables.setdefault(key, Sum()).take(seen)
        self.users.setdefault(key, set()).add(system)
        if not system:
            return
        for hold in self.place.holds.get(touch.table, ()):
            many = hold.others + 1
            why = doubt or (
                msg("table {table} holds {many} entities", table=touch.table, many=many)
                if hold.others
                else ""
            )
            into = (self.possible if why else self.sure)[origin]
            cell = (system, hold.entity, hold.meaning(touch.letter))
            into.setdefault(cell, Sum()).take(seen, why)

    def _note_setup(self, system: str, touch: Touch, seen: Sum) -> None:
        """What migrations and seeds did once: no daily use, and no sign that there is none."""
        for hold in self.place.holds.get(touch.table, ()):
            cell = (system, hold.entity, hold.meaning(touch.letter))
            self.set_up.setdefault(cell, Sum()).take(seen, _SET_UP)

    def _meanings(self, touch: Touch) -> list[tuple[str, Letter]]:
        holds = self.place.holds.get(touch.table, ())
        return [(h.entity, h.meaning(touch.letter)) for h in holds]

    def _cannot_follow(self, whose: tuple[Whose, str], reason: str) -> None:
        if reason and whose[0] != "aside":
            self._blind("observed", whose[1]).to_all(reason)

    def _blind(self, origin: Origin, system: str) -> Blind:
        """Of one system; '' for what accounts did that are of none."""
        return self.blind.setdefault((origin, system), Blind())

    # Proofs

    def proofs(self) -> Iterator[Found]:
        """What each system that works here was seen to do, and what it was not."""
        if self.place.statements:
            seen = {s for found in (self.sure, self.possible) for s, _, _ in found["observed"]}
            yield from self._told("observed", seen | self.place.home | self.place.named)
        yield from self._told("coded", set(self.codes))

    def _told(self, origin: Origin, systems: set[str] | frozenset[str]) -> Iterator[Found]:
        for system in sorted(systems):
            for entity in self.place.tables:
                for letter in LETTERS:
                    yield system, entity, self._proof(origin, system, entity, letter)

    def _proof(self, origin: Origin, system: str, entity: str, letter: Letter) -> Proof:
        key, tables = (system, entity, letter), self.place.tables[entity]
        if sure := self.sure[origin].get(key):
            return sure.proof(letter, origin, "yes")
        if possible := self.possible[origin].get(key):
            return possible.proof(letter, origin, "unknown")
        not_run = origin == "coded"
        if not_run and (once := self.set_up.get(key)):
            return once.proof(letter, origin, "unknown")
        reason = (
            self._why_code_is_silent(system, tables)
            if not_run
            else self._why_log_is_silent(system, entity, letter, tables)
        )
        reason = reason or self.place.open(entity, letter)
        answer: Answer = "unknown" if reason else "no"
        if not_run:
            evidence = tuple(sorted(c.id for c in self.codes[system]))
            return Proof(letter, origin, answer, tables, evidence=evidence, reason=reason)
        documents = self.fit or self.place.statements
        since = min((d.since for d in documents if d.since), default=None)
        until = max((d.until for d in documents if d.until), default=None)
        ids = tuple(sorted(d.id for d in documents))
        return Proof(
            letter, origin, answer, tables, first=since, last=until, evidence=ids, reason=reason
        )

    def _why_log_is_silent(
        self, system: str, entity: str, letter: Letter, tables: tuple[str, ...]
    ) -> str:
        """Why what was not seen may still happen."""
        if other := self.others.get((entity, letter)):
            return other
        if self.windowless:
            return self.windowless
        if system not in self.place.named:
            return msg("the map names no account of it")
        return self.place.unseen or self.unfollowed(system, tables)

    def unfollowed(self, system: str, tables: tuple[str, ...]) -> str:
        """Why a system or an account of none may have touched the tables unseen; or ''."""
        blind = (self.blind.get(("observed", s)) for s in (system, ""))
        return next((why for b in blind if b and (why := b.why(tables))), "")

    @property
    def windowless(self) -> str:
        """Why no document of statements proves an absence; empty where one does."""
        if not self.place.statements:
            return msg("no statements were read")
        return "" if self.fit else self._unfit(self.place.statements[0])

    def _why_code_is_silent(self, system: str, tables: tuple[str, ...]) -> str:
        named = {table for table, _ in self.tables if system in self._coding.get(table, ())}
        if not named.intersection(tables):
            # A library may do the work that the code does not show.
            return msg("the code that was read names none of its tables")
        if any(key in self._ran_only for key in ((system, t) for t in tables)):
            # So it is not all of the system's code, or not all of it was found.
            return msg("the code that was read does not show all that ran")
        blind = self.blind.get(("coded", system))
        return self.place.unseen or (blind.why(tables) if blind else "")

    @cached_property
    def _ran_only(self) -> frozenset[tuple[str, str]]:
        """System and table with which more was seen to run than its code shows."""
        shown = {
            (system, table, letter)
            for found in (self.sure["coded"], self.possible["coded"])
            for (system, _, letter), one in found.items()
            for table in one.tables
        }
        return frozenset(
            (system, table)
            for found in (self.sure["observed"], self.possible["observed"])
            for (system, _, letter), one in found.items()
            for table in one.tables
            if (system, table, letter) not in shown
        )

    @cached_property
    def _coding(self) -> Mapping[str, frozenset[str]]:
        """Table → systems whose code names it."""
        found: dict[str, set[str]] = {}
        for system, codes in self.codes.items():
            for sighting in (s for code in codes for s in code.sightings if s.by != SETUP):
                for touch in self.place.touched(sighting.table, sighting.letter):
                    found.setdefault(touch.table, set()).add(system)
        return {table: frozenset(systems) for table, systems in found.items()}

    @cached_property
    def fit(self) -> tuple[Statements, ...]:
        """Documents that would have seen what happened in their window."""
        return tuple(d for d in self.place.statements if not self._unfit(d))

    def _unfit(self, document: Statements) -> str:
        """Why a document proves no absence; empty where it does."""
        status, source = document.provenance.status, document.origin or msg("the source")
        if status.state != "done":
            return msg(
                "{source} was read only partly: {reason}", source=source, reason=status.reason
            )
        if document.since is None or document.until is None:
            return msg("{source} does not say since when it counts", source=source)
        window = document.until - document.since
        if window < timedelta(days=self.min_days):
            days = int(window / timedelta(days=1))
            return msg(
                "the window is {days} days, less than {min_days:g}",
                days=days,
                min_days=self.min_days,
            )
        if not document.tells_principals:
            return msg("{source} does not say who", source=source)
        if document.dropped:
            return msg(
                "{source} lost {dropped} statements", source=source, dropped=document.dropped
            )
        if document.dropped is None:
            return msg("{source} does not say whether it lost statements", source=source)
        return ""


def _by_call(call: Call, document: Statements) -> str:
    """The statement that names the routine after `CALL` or `EXEC`, or by itself in a block.

    Empty where none does: then it is a function within an expression.
    """
    package, _, bare = call.routine.rpartition(".")
    if package.rpartition(".")[2].casefold() in _HARMLESS:
        return ""
    name = re.escape(bare)
    alone = rf"(?:\b(?:begin|then|else|loop)\s|;)\s*(?:[\w$#\"]+\.)*\"?{name}\b"
    called = rf"\b(?:call|exec|execute)\s+[^(;]*?{name}\b"
    pattern = re.compile(f"{called}|{alone}", re.IGNORECASE)
    texts = (document.texts.get(x, "") for x in call.examples)
    return next((text for text in texts if pattern.search(text)), "")


def _first(one: str, other: str) -> str:
    """The first of two reasons by alphabet; an empty one is none."""
    return min(one or other, other or one)
