"""Each table judged: which entity it holds, and what part it plays in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crmaudit.evidence.entity_map import Role
from crmaudit.quality.entities.names import raw_words, singular
from crmaudit.quality.entities.reading import Reading, read
from crmaudit.quality.entities.seen import SeenTable
from crmaudit.quality.entities.signatures import scores
from crmaudit.quality.entities.splitting import party_flag
from crmaudit.quality.entities.vocabulary import PARTIES

_ENOUGH = 0.5
"""Confidence from which a table is said to hold an entity."""

_TELLING = 0.12
"""What the columns have to add to a word that means other things too."""

_LOOKUP_ROWS = 500
_FEW = 5
"""Columns of its own that a table of links may have."""

_SECOND = 0.12
"""How much less sure than the best table of its entity one has to be to be called secondary."""

_DEAL = 0.45
"""How far the columns of a table of leads have to speak for deals, for it to be one of them."""

_REACHED = {"given name", "family name", "full name", "e-mail", "phone", "organisation name"}

_PEOPLE = 0.5
"""How far columns have to speak for persons, for a table of members to be one of persons."""

_NAMED_ONLY = ("segment", "role", "team", "unit", "relationship")
"""Entities that have no columns of their own kind."""

_CONTACT_TEXT = "emailaddress phonenumber blacklist unsubscribe suppression optout sperrliste"
_WORK = {"subject", "body", "due", "duration", "start", "end", "completed", "location"}
_CONTACT = frozenset(_CONTACT_TEXT.split())
_CONTAINERS = ("role", "team", "segment", "relationship", "event registration", "membership")
_DOCUMENTS = ("invoice", "quote", "order", "contract", "contribution", "payment")
_SUPPLIER_ENDS = ("prov", "fourn", "frn", "lief")
_SUPPLIER_WORDS = "supplier vendor lieferant fournisseur proveedor purchase achat einkauf compra"
_SUPPLIERS = frozenset(_SUPPLIER_WORDS.split())
_SOLD = ("opportunity", "lead", "project", "case")
"""What else goods may be counted in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entity` is empty for machinery, lists and logs of nothing in particular."""

    role: Role
    entity: str = ""
    confidence: float = 0.5
    reasons: tuple[str, ...] = ()


def judge(tables: Mapping[str, SeenTable]) -> dict[str, Verdict]:
    """Verdicts by table; a table that nothing explains has none."""
    judges = _Judges(tables)
    return judges.all()


class _Judges:
    def __init__(self, tables: Mapping[str, SeenTable]) -> None:
        self.tables = tables
        self.read = {name: read(t.words) for name, t in tables.items()}
        self.found: dict[str, Verdict] = {}
        self.users = {
            n for n, r in self.read.items() if r.entities.get("user", 0) >= 0.6 and not r.role
        }

    def all(self) -> dict[str, Verdict]:
        for name, table in self.tables.items():
            verdict = self._alone(table)
            if verdict:
                self.found[name] = verdict
        self._members()
        self._demote()
        # What hangs on others is judged when those are; chains are short.
        for _ in range(3):
            before = dict(self.found)
            for name, table in self.tables.items():
                if name not in self.found or not self.found[name].entity:
                    verdict = self._beside(table, self.found.get(name))
                    if verdict:
                        self.found[name] = verdict
            if before == self.found:
                break
        return self.found

    # By itself

    def _alone(self, table: SeenTable) -> Verdict | None:
        said = self.read[table.name]
        entity, sure, why = self._entity(table, said)
        if said.machinery:
            return Verdict("system", "", 0.9, ("a word of its name is one of machinery",))
        if said.access and not said.several:
            return Verdict("line", "role", 0.7, ("who may do what, by its name",))
        if self._is_link(table, said):
            return None
        if said.role == "log" or self._is_log(table, said, sure):
            of = self._of(table, said)
            reason = "a record of changes, by its " + ("name" if said.role == "log" else "columns")
            return Verdict("log", of, 0.85 if said.role == "log" else 0.7, (reason,))
        if said.geography:
            return Verdict("lookup", "", 0.9, ("places, languages or currencies, by its name",))
        if self._counts_goods(table, said):
            return None
        if entity and self._overrides(table, said, entity, sure):
            return Verdict("primary", entity, round(sure, 2), why)
        if said.role == "system":
            return Verdict("system", "", 0.8, ("a word of its name is one of machinery",))
        if said.role in ("lookup", "extension", "line", "secondary", "link"):
            return None
        if _machine(table) and sure < 0.7:
            return Verdict("system", "", 0.6, ("machine data, by its columns",))
        if entity and sure >= _ENOUGH and not self._names_parent(table, said):
            if self._lists(table, entity):
                reason = "codes with labels and nothing that such a record has"
                return Verdict("lookup", entity, 0.6, (reason,))
            return Verdict("primary", entity, round(sure, 2), why)
        return None

    def _lists(self, table: SeenTable, entity: str) -> bool:
        """Whether a table only lists kinds of what it is called after."""
        own = scores(table.marks).get(entity, (0.0, ()))[0]
        listed = {"code", "label"} <= table.marks or (
            "label" in table.marks and bool(table.marks & {"active", "sort order"})
        )
        stamped = table.stamps.get("created_at") or table.stamps.get("created_by")
        few = table.rows is None or table.rows <= _LOOKUP_ROWS
        return bool(
            listed
            and few
            and own <= 0.1
            and entity not in _NAMED_ONLY
            and not table.targets
            and not stamped
            and not table.pairs
        )

    def _entity(self, table: SeenTable, said: Reading) -> tuple[str, float, tuple[str, ...]]:
        """The likeliest entity, how sure, and why."""
        by_columns = scores(table.marks)
        named = dict(said.entities)
        party = named.pop("party", 0.0)
        for entity in ("person", "organisation") if party else ():
            named[entity] = max(named.get(entity, 0.0), 0.85 * party)
        best: tuple[float, str, tuple[str, ...]] = (0.0, "", ())
        for entity in sorted({*named, *by_columns}):
            name, (columns, why) = named.get(entity, 0.0), by_columns.get(entity, (0.0, ()))
            structure, told = self._structure(table, entity)
            columns = min(0.9, columns + structure)
            if 0 < name < 0.55 and columns < _TELLING and entity not in _NAMED_ONLY:
                name -= 0.1
            total = 1 - (1 - name) * (1 - 0.85 * max(columns, 0.0)) + 0.6 * min(columns, 0.0)
            if not name:
                # Columns by themselves have to speak clearly.
                total -= 0.12
            if total > best[0]:
                reasons = [f"its name means {entity}"] if name >= 0.2 else []
                reasons += [f"columns of {', '.join(why)}"] if why else []
                best = total, entity, (*reasons, *told)
        deal = by_columns.get("opportunity", (0.0, ()))
        if best[1] == "lead" and deal[0] >= _DEAL and self._is_about_others(table):
            reasons = [f"columns of {', '.join(deal[1])}", "it refers to whom it is about"]
            best = best[0], "opportunity", tuple(reasons)
        return best[1], min(best[0], 0.98), best[2]

    def _is_about_others(self, table: SeenTable) -> bool:
        """No names or ways to reach anybody, but a reference to a person or organisation."""
        parties = {"person", "organisation", "party"}
        near = any(parties.intersection(self.read[t].entities) for t in table.targets)
        return near and not table.marks & _REACHED

    def _structure(self, table: SeenTable, entity: str) -> tuple[float, tuple[str, ...]]:
        """What references speak for an entity."""
        if entity in ("team", "role", "unit"):
            near = self._near(table)
            if near & self.users:
                return 0.3, ("users belong to it",)
        if entity in ("person", "organisation") and any(map(party_flag, table.columns)):
            return 0.33, ("a flag tells persons from organisations",)
        if entity == "segment":
            near = self._near(table)
            if any(self.tables[n].pairs for n in table.referred) or near - self.users:
                return 0.2, ("records are put into it",)
        if entity == "relationship":
            ends = Counter(link.to for link in table.links if link.to != table.name)
            if any(n > 1 for n in ends.values()) and len(table.targets) >= 1:
                return 0.35, ("it refers to the same table twice",)
        if entity == "event registration" and len(table.targets) > 1:
            return 0.15, ("it joins two tables",)
        if entity == "payment" and any("invoice" in self.read[t].entities for t in table.targets):
            return 0.15, ("it refers to invoices",)
        if entity == "membership" and any(map(self._lists_people, table.targets)):
            return 0.15, ("it refers to persons",)
        if entity in ("activity", "document") and table.pairs:
            return 0.12, ("it may belong to any record",)
        return 0.0, ()

    def _near(self, table: SeenTable) -> set[str]:
        """Tables joined to it by a table of links, or referring to it."""
        near = set(table.referred)
        for name in table.referred:
            other = self.tables[name]
            if self._is_link(other, self.read[name]):
                near |= set(other.targets) - {table.name}
        return near

    def _overrides(self, table: SeenTable, said: Reading, entity: str, sure: float) -> bool:
        """Whether an entity is so clear that a word for a role in the name means nothing."""
        if not said.role:
            return False
        columns = scores(table.marks).get(entity, (0.0, ()))[0]
        named = said.entities.get(entity, 0.0) or (
            said.entities.get("party", 0.0) if entity in PARTIES else 0.0
        )
        if said.role in ("secondary", "line", "lookup", "system") and not said.role_only:
            # `emails`, `items`: the same word names an entity.
            enough = 0.3 if said.role != "lookup" else 0.12
            return named >= 0.35 and columns >= enough and sure >= _ENOUGH
        return named >= 0.25 and columns >= 0.6

    def _is_log(self, table: SeenTable, said: Reading, sure: float) -> bool:
        marks = table.marks
        few = "event kind" in marks and len(table.content) <= _FEW
        stream = "event" in said.entities or ("activity" in said.entities and few)
        own = _WORK - {"subject", "body"} if "event" in said.entities else _WORK
        if stream and table.pairs and not marks & (own | {"capacity", "event date"}):
            # A stream of what happened to records, not of what people did for customers.
            return True
        if (said.sure and sure > 0.7) or said.role in ("link", "lookup"):
            return False
        trace = "changes" in marks and marks & {"event kind", "who did it", "parent type"}
        about = "event kind" in marks and (table.pairs or "parent type" in marks)
        return bool(trace) or bool(about and len(table.content) <= 5 and sure < 0.6)

    def _is_link(self, table: SeenTable, said: Reading) -> bool:
        """Two references or more, and next to nothing besides."""
        ends = self._ends(table)
        content = [c for c in table.content if not c.marks & {"status", "code", "active", "label"}]
        plain = len(content)
        if said.role in ("system", "log", "line") or said.machinery or "quantity" in table.marks:
            return False
        if said.role == "link" and said.role_only and ends:
            return plain <= 6
        if ends < 2:
            return False
        own = said.sure and not said.several and said.role == ""
        if own and (table.content or "attended" in table.marks):
            return False
        if said.several:
            return plain <= 4
        return plain <= 1

    def _ends(self, table: SeenTable) -> int:
        made = {table.stamps.get("created_by"), table.stamps.get("modified_by")}
        links = [k for k in table.links if k.column not in made]
        # Two references to accounts say who did something to the row, whatever they are called.
        accounts = {k.to for k in links if k.to in self.users}
        columns = {k.column for k in links if k.to not in self.users}
        return len(columns - {p[1] for p in table.pairs}) + len(accounts) + len(table.pairs)

    def _names_parent(self, table: SeenTable, said: Reading) -> bool:
        """`case_updates`: only another word than the head names the entity."""
        if len(table.words) < 2 or table.words[-1] in said.entities:
            return False
        head = read((table.words[-1],))
        return (
            not head.entities
            and not read((table.words[0],)).role
            and bool(max(said.entities.values(), default=0.0) <= 0.3)
            and max((s for s, _ in scores(table.marks).values()), default=0.0) < 0.6
        )

    def _lists_people(self, name: str) -> bool:
        return scores(self.tables[name].marks).get("person", (0.0, ()))[0] >= _PEOPLE

    def _members(self) -> None:
        """Members with names are persons where their memberships stand in a table of their own."""
        for name, verdict in list(self.found.items()):
            if verdict.entity != "membership" or not self._lists_people(name):
                continue
            held = [
                o
                for o in sorted(self.tables[name].referred)
                if o in self.found
                and (self.found[o].entity, self.found[o].role) == ("membership", "primary")
                and not self._lists_people(o)
            ]
            if held:
                reasons = ("its columns name persons", f"their memberships stand in {held[0]}")
                self.found[name] = replace(verdict, entity="person", reasons=reasons)

    def _demote(self) -> None:
        """Of several tables of an entity those with a doubtful or longer name are secondary."""
        best: dict[str, float] = {}
        clear: set[str] = set()
        for name, verdict in self.found.items():
            if verdict.role == "primary":
                best[verdict.entity] = max(best.get(verdict.entity, 0.0), verdict.confidence)
                if self._is_clear(name):
                    clear.add(verdict.entity)
        for name, verdict in list(self.found.items()):
            if verdict.role != "primary" or self._is_clear(name):
                if verdict.entity in _DOCUMENTS and self._is_purchase(name, verdict.entity):
                    reasons = (*verdict.reasons, "of suppliers; another table has the customers'")
                    self.found[name] = replace(verdict, role="secondary", reasons=reasons)
                continue
            less = verdict.confidence < best[verdict.entity] - _SECOND
            if less or (verdict.entity in clear and len(self.tables[name].words) > 1):
                reasons = (*verdict.reasons, "another table is clearer")
                self.found[name] = replace(verdict, role="secondary", reasons=reasons)

    def _is_purchase(self, name: str, entity: str) -> bool:
        """Whether it is of suppliers by its name, and another table of the entity is not."""
        if not _bought(name) or self.found[name].role != "primary":
            return False
        return any(
            (v.entity, v.role) == (entity, "primary") and not _bought(n)
            for n, v in self.found.items()
        )

    def _is_clear(self, name: str) -> bool:
        """Whether one word is its whole name, and that means little else."""
        return self.read[name].sure and len(dict.fromkeys(self.tables[name].words)) == 1

    # Beside others

    def _beside(self, table: SeenTable, known: Verdict | None) -> Verdict | None:
        said = self.read[table.name]
        if known is not None:
            # Lists and logs by name may still get the entity that they belong to.
            if known.role not in ("log", "lookup", "link") or said.geography:
                return None
            of = self._of_link(table) if known.role == "link" else self._of(table, said)
            return replace(known, entity=of) if of else None
        if self._is_link(table, said):
            entity = self._of_link(table)
            return Verdict("link", entity, 0.75, ("almost nothing but references",))
        if found := self._extension(table, said):
            return found
        parents = self._parents(table)
        if said.role == "lookup":
            return self._lookup(table, said, "a list of choices, by its name", 0.8)
        if said.role == "line" or self._is_line(table, parents) or self._counts_goods(table, said):
            sold_in = [e for e in (*_DOCUMENTS, *_SOLD) if e in parents]
            sold_in += [e for e in (*_DOCUMENTS, *_SOLD) if e in said.entities]
            entity = next(iter(sold_in), "")
            entity = entity or self._of(table, said)
            why = "lines of another table, by its " + ("name" if said.role == "line" else "columns")
            return Verdict("line", entity, 0.75, (why,)) if entity or said.role_only else None
        if said.role == "secondary":
            return self._details(table, said, parents)
        entity, sure, reasons = self._entity(table, said)
        if entity and sure >= _ENOUGH and not self._names_parent(table, said):
            return Verdict("primary", entity, round(sure, 2), reasons)
        if self._is_list(table):
            return self._lookup(table, said, "short, and others refer to it", 0.6)
        for parent in parents:
            if parent in said.entities or (parent in PARTIES and "party" in said.entities):
                return Verdict("secondary", parent, 0.5, (f"details of {parent}, by its name",))
        apart = self._ends(table) - bool(self.users.intersection(k.to for k in table.links))
        if apart > 1 and len(table.content) <= _FEW and (of := self._of_link(table)):
            return Verdict("link", of, 0.55, ("it joins tables and says little besides",))
        machinery = [t for t in table.targets if self._role_of(t) == "system"]
        if machinery and len(machinery) == len(table.targets):
            return Verdict("system", "", 0.55, ("it refers to machinery only",))
        return None

    def _role_of(self, name: str) -> str:
        return self.found[name].role if name in self.found else ""

    def _extension(self, table: SeenTable, said: Reading) -> Verdict | None:
        """Custom fields: a row for a row of another table."""
        whole = [k for k in table.links if table.key == (k.column,) and k.to != table.name]
        for link in whole:
            parent = self.found.get(link.to)
            own = said.sure and not said.role and parent and parent.entity not in said.entities
            if parent and parent.entity and not own:
                reason = f"shares its key with {link.to}"
                return Verdict("extension", parent.entity, 0.85, (reason,))
        if said.role == "extension":
            stem = table.words[:-1]
            for name, other in self.tables.items():
                parent = self.found.get(name)
                if other.words == stem and parent and parent.entity:
                    reason = f"further fields of {name}, by its name"
                    return Verdict("extension", parent.entity, 0.85, (reason,))
        return None

    def _parents(self, table: SeenTable) -> tuple[str, ...]:
        """Entities of the tables that it refers to."""
        found = (self.found.get(t) for t in table.targets)
        return tuple(
            dict.fromkeys(
                v.entity for v in found if v and v.entity and v.role in ("primary", "secondary")
            )
        )

    def _is_line(self, table: SeenTable, parents: Iterable[str]) -> bool:
        counted = "quantity" in table.marks and table.marks & {"unit price", "total", "amount"}
        return bool(counted) and bool(table.pairs or any(p in _DOCUMENTS for p in parents))

    def _counts_goods(self, table: SeenTable, said: Reading) -> bool:
        """`lead_products` with quantity and price: lines, whatever the two words mean."""
        priced = table.marks & {"unit price", "total", "amount"}
        joins = said.several and "product" in said.entities and len(table.targets) > 1
        return bool(joins and priced and "quantity" in table.marks)

    def _is_list(self, table: SeenTable) -> bool:
        few = table.rows is None or table.rows <= _LOOKUP_ROWS
        label = table.marks & {"label", "code"}
        return bool(
            few and label and table.referred and not table.targets and len(table.content) <= 5
        )

    def _lookup(self, table: SeenTable, said: Reading, why: str, sure: float) -> Verdict | None:
        if not said.role_only and "segment" in said.entities:
            linked = any(self._is_link(self.tables[n], self.read[n]) for n in table.referred)
            if linked:
                return Verdict("primary", "segment", 0.6, ("records are put into it",))
        return Verdict("lookup", self._of(table, said), sure, (why,))

    def _details(self, table: SeenTable, said: Reading, parents: tuple[str, ...]) -> Verdict | None:
        """Addresses, numbers, pictures: of the tables that they refer to, or by which they are."""
        why = ("details of another table, by its name",)
        for parent in parents:
            if parent in PARTIES or len(parents) == 1:
                return Verdict("secondary", parent, 0.75, why)
        for pair_end in (k.to for k in table.links if k.when):
            verdict = self.found.get(pair_end)
            if verdict and verdict.entity:
                return Verdict("secondary", verdict.entity, 0.7, why)
        of = self._of(table, said)
        if of:
            return Verdict("secondary", of, 0.65, why)
        for name in sorted(table.referred):
            other = self.tables[name]
            for end in self._parents(other):
                if end in PARTIES and self._is_link(other, self.read[name]):
                    return Verdict("secondary", end, 0.65, why)
        known = {v.entity for v in self.found.values() if v.role == "primary"}
        party = next((p for p in PARTIES if p in known), "")
        shared = table.pairs or table.referred or said.sure
        contact = table.marks & {"e-mail", "phone", "street", "city"}
        if party and ((contact and shared) or _CONTACT.intersection(table.words)):
            return Verdict("secondary", party, 0.55, why)
        return None

    def _of_link(self, table: SeenTable) -> str:
        """The entity that a table of links is counted to: the more special of its ends."""
        ends = [self.found[t].entity for t in table.targets if t in self.found]
        users = [self.found[k.to].entity for k in table.links if k.to in self.found]
        ends = [e for e in (*ends, *users) if e]
        if "event" in ends and "event registration" in self.read[table.name].entities:
            return "event registration"
        for container in _CONTAINERS:
            if container in ends:
                return container
        others = [e for e in ends if e not in (*PARTIES, "user")]
        if others:
            return others[0]
        parties = [e for e in ends if e in PARTIES]
        if parties:
            return next((p for p in PARTIES if p in parties), parties[0])
        if any(self._role_of(t) == "lookup" for t in table.targets):
            # A list with the account that edits it joins no users.
            return ""
        return ends[0] if ends else ""

    def _of(self, table: SeenTable, said: Reading) -> str:
        """The entity that a list, log or detail belongs to: named, else of those beside it."""
        for entity in said.of:
            if entity == "party":
                return next((p for p in ("person", "organisation") if self._holds(p)), "person")
            if self._holds(entity):
                return entity
        if said.role == "log" and said.of and said.of[0] != "party":
            return said.of[0]
        near = table.targets if said.role != "lookup" else tuple(sorted(table.referred))
        found = dict.fromkeys(
            v.entity
            for t in near
            if (v := self.found.get(t)) and v.entity and v.role in ("primary", "secondary")
        )
        if said.role == "log":
            # A log names who did it, whatever it is about.
            found.pop("user", None)
        if len(found) == 1:
            return next(iter(found))
        if said.of and said.of[0] != "party":
            return said.of[0]
        return ""

    def _holds(self, entity: str) -> bool:
        return any(v.entity == entity and v.role == "primary" for v in self.found.values())


def _bought(name: str) -> bool:
    words = raw_words(name)
    return words[-1:] != () and (
        words[-1].endswith(_SUPPLIER_ENDS) or not _SUPPLIERS.isdisjoint(map(singular, words))
    )


def _machine(table: SeenTable) -> bool:
    """Whether columns of a program's own data make up much of the table."""
    count = sum(bool(c.marks & {"payload", "dictionary"}) for c in table.columns)
    return count >= 3 or count * 4 >= len(table.columns) > 0


def is_detail(table: SeenTable) -> bool:
    """Whether its name is one of details of other records: addresses, numbers, pictures."""
    return read(table.words).role == "secondary"
