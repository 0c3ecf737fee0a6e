"""What a reader of another tool's file gathers, thing by thing, until it is an `Incoming`.

Decides which id an incoming thing has: its own where the file carries it, that
of the workspace's thing of the same name, else a new one made of the name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmaudit.errors import Place, Problem
from crmaudit.exchange.contacts import bare_name, without_contacts_in
from crmaudit.exchange.properties import Facts
from crmaudit.workspace import Workspace
from crmaudit.workspace.file_names import fitting
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Kind, Record
from crmaudit.workspace.matching import plain_name
from crmaudit.workspace.yaml_reader import Path_

MAX_NAMED = 20
"""Mistakes told one by one, and names listed in one sentence; the rest is counted."""

_BLANK = re.compile(r"\s*blank\s*:", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass
class Draft:
    """A record in the making."""

    kind: Kind
    id: str
    name: str
    place: Place
    values: dict[Path_, Cell] = field(default_factory=dict)
    lists: dict[Path_, list[Item]] = field(default_factory=dict)
    blank: set[Path_] = field(default_factory=set)
    """Facts left blank on purpose."""

    def put(self, path: Path_, value: Any, place: Place) -> None:
        self.values[path] = Cell(value, place)

    def add(self, path: Path_, item: Item) -> None:
        self.lists.setdefault(path, []).append(item)

    def add_to(self, path: Path_, value: str, known: tuple[str, ...], place: Place) -> None:
        """Add to a list of plain texts what is not in it; what the workspace has stays."""
        have = self.values.get(path)
        values = list(have.value if have else known)
        if value not in values:
            values.append(value)
        self.values[path] = Cell(values, have.place if have else place)


class Gathering:
    """Drafts, and what was not taken, with counts and the place of the first of each."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace, self.name = workspace, name
        self.drafts: dict[tuple[Kind, str], Draft] = {}
        self.mistakes: list[Problem] = []
        self._left: dict[tuple[str, str], tuple[int, Place | None]] = {}
        self._words: dict[tuple[Kind, str], set[str]] = {}
        things: Mapping[Kind, Mapping[str, Any]] = {
            "system": workspace.system,
            "entity": workspace.entity,
            "person": workspace.person,
            "unit": workspace.unit,
        }
        self._known: dict[Kind, set[str]] = {k: set(t) for k, t in things.items()}
        self._by_id = {k: {i.casefold(): i for i in ids} for k, ids in self._known.items()}
        self._named: dict[Kind, dict[str, str]] = {
            k: {plain_name(t.name or i): i for i, t in reversed(list(ts.items()))}
            for k, ts in things.items()
        }
        self._formerly = {old: s.id for s in workspace.systems for old in s.formerly}
        self._claimed: dict[Kind, set[str]] = {k: set() for k in things}

    def draft(self, kind: Kind, id: str, name: str, place: Place) -> Draft:
        """The draft of that id, made on first use."""
        if (kind, id) not in self.drafts:
            self.drafts[kind, id] = Draft(kind, id, name, place)
            for word in {plain_name(name), plain_name(id)}:
                self._words.setdefault((kind, word), set()).add(id)
        return self.drafts[kind, id]

    def take(self, draft: Draft, facts: Facts) -> None:
        """Give a draft what was read of our own properties."""
        draft.values.update(facts.values)
        draft.blank |= facts.blank
        for path, items in facts.lists.items():
            draft.lists.setdefault(path, []).extend(items.items)
        self.mistakes += facts.mistakes
        known = self.workspace.system.get(draft.id)
        for key, place in facts.covered:
            if not known or key not in known.blank:
                self.leave(
                    "facts left blank on purpose together, like `documentation`",
                    place,
                    "write them into the dossiers' blank:",
                )

    def give_team(self, draft: Draft, team: str, place: Place, *, above: bool = False) -> None:
        """Note a team as the one that supports a system, where no other one is known.

        An owner is a person who answers for a system; a team is none. With `above` it
        goes before what the file said of parts of the system.
        """
        told = draft.values.get(("support", "team"))
        known = self.workspace.system.get(draft.id)
        there = told.value if told else known.support.team if known else ""
        if not there or (told and above):
            draft.put(("support", "team"), team, place)
        elif plain_name(there) != plain_name(team):
            self.leave("teams that own a system, or a part of one, that another supports", place)

    def refer(self, draft: Draft) -> str:
        """What others call it: its name, as long as nothing else is called so; else its id.

        Where a workspace knows people by plain names only, the name is what it needs.
        """
        return draft.name if self._unique(draft) else draft.id

    def _unique(self, draft: Draft) -> bool:
        word = plain_name(draft.name)
        known = self._named[draft.kind].get(word, draft.id) if word else ""
        return known == draft.id and self._words[draft.kind, word] == {draft.id}

    def identify(self, kind: Kind, own: str, name: str, alias: str = "") -> str:
        """An id for one more thing of the file, which no other thing of it has.

        `own` is the id that the file gives, empty without one; `alias` is
        another name by which the file knows it, and may be one for us too.
        """
        known, claimed = self._known[kind], self._claimed[kind]
        if kind == "system" and own not in known:
            own = self._formerly.get(own, own)
        same = (self.named(kind, name), self.named(kind, alias) if alias else "")
        if own and own not in known and kind == "system":
            own = fitting(own, kind)
        for candidate in (own,) if own in known else (*same, own):
            if candidate and candidate not in claimed:
                claimed.add(candidate)
                return candidate
        bare = bare_name(name)
        base = alias if _ID.fullmatch(alias) else made_id(bare) if bare or not name else kind
        base = fitting(base, kind) if kind == "system" else base
        found, n = base, 1
        while found in claimed or found in known:
            n += 1
            found = f"{base[:76]}-{n}"
        claimed.add(found)
        return found

    def named(self, kind: Kind, name: str) -> str:
        """The id of the workspace's thing of that id or name; empty without one."""
        return self._by_id[kind].get(name.casefold(), "") or self._named[kind].get(
            plain_name(name), ""
        )

    def claimed(self, kind: Kind, id: str) -> bool:
        """Whether a thing of the file has that id already."""
        return id in self._claimed[kind]

    def leave(self, what: str, place: Place | None, hint: str = "", times: int = 1) -> None:
        """Note something not taken: `views, which show what stands elsewhere`."""
        n, first = self._left.get((what, hint), (0, place))
        self._left[what, hint] = n + times, first

    def mistake(self, message: str, place: Place, hint: str = "") -> None:
        self.mistakes.append(Problem(message, place, hint))

    def incoming(self) -> Incoming:
        """Everything gathered, in the order of the file; with mistakes no more than told."""
        records = tuple(self._records())
        left = [Problem(f"{w}: {n:,}", p, hint) for (w, hint), (n, p) in self._left.items()]
        mistakes = self.mistakes[:MAX_NAMED]
        if len(self.mistakes) > MAX_NAMED:
            rest = len(self.mistakes) - MAX_NAMED
            mistakes.append(Problem(f"and {rest:,} more mistakes", Place(self.name)))
        found = Incoming(self.name, records, tuple(left), tuple(mistakes))
        return without_contacts_in(found, self.workspace)

    def _records(self) -> Iterator[Record]:
        for draft in self.drafts.values():
            lists = {path: Items(tuple(items)) for path, items in draft.lists.items()}
            # Where several are called the same, the id alone says which is meant.
            name = draft.name if self._unique(draft) else ""
            for path, cell in list(draft.values.items()):
                text = cell.value if isinstance(cell.value, str) else ""
                if _BLANK.match(text) and path not in draft.blank:
                    what = "texts that begin with `blank:`, which means something else here"
                    self.leave(what, cell.place)
                    del draft.values[path]
            yield Record(draft.kind, draft.place, draft.id, name, draft.values, lists)


def made_id(name: str) -> str:
    """An id made of a name: its letters and digits in ASCII, else a number made of it."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    made = "-".join(words)[:80].strip("-")
    return made or "x" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def listing(counts: Counter[str]) -> str:
    """`Device 3, Node 1`, the most frequent first, at most so many."""
    names = [f"{name or 'without a name'} {n:,}" for name, n in counts.most_common(MAX_NAMED)]
    return ", ".join(names) + (", …" if len(counts) > MAX_NAMED else "")
