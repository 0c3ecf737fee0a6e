"""What a column's name says that it means, beside the names around it.

Rules in order, the first that fits being the best guess. What a name cannot
tell, content decides afterwards: a name is never certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp
from crmaudit.quality.semantics.naming import concepts_of, unknown_words, words_of
from crmaudit.quality.semantics.seen import SeenColumn, SeenTable


@dataclass(frozen=True, slots=True)
class Guess:
    """A meaning, how likely it is, and the sentence that says why."""

    type: SemanticType
    confidence: float
    reason: str


# Words that leave a field of this kind being one. A name such as `email_greeting` has another.
_BESIDE = frozenset(
    "neutral billing mailing person organisation account user address number is full "
    "first last house code name text parent of by file url contactverb household active line "
    "social from to reply date external bank manager district state middle".split()
)

# (type, confidence, concepts that must all be there, any other concept that rules it out)
_FIELDS: tuple[tuple[SemanticType, float, str, str], ...] = (
    ("payment card", 0.9, "creditcard", ""),
    ("payment card", 0.85, "card number", "person"),
    ("bank account", 0.95, "bankaccount", "name"),
    ("bank account", 0.9, "bank account", "name"),
    ("bank account", 0.85, "bank number", ""),
    ("ip address", 0.95, "ip", ""),
    ("national id", 0.9, "nationalid", ""),
    ("tax number", 0.9, "taxid", "percent rate money type"),
    ("tax number", 0.9, "tax number", "type"),
    ("tax number", 0.85, "tax id", "type"),
    ("tax number", 0.8, "tax ref", "type"),
    ("birth date", 0.95, "birth", "city country"),
    ("latitude", 0.95, "latitude", ""),
    ("longitude", 0.95, "longitude", ""),
    ("e-mail", 0.93, "mail", "street city postcode country region post"),
    ("fax", 0.93, "fax", ""),
    ("mobile", 0.9, "mobile", ""),
    ("phone", 0.93, "phone", ""),
    ("house number", 0.9, "housenumber", ""),
    ("house number", 0.8, "house number", ""),
    ("house number", 0.8, "street number", ""),
    ("postcode", 0.95, "postcode", ""),
    ("postcode", 0.93, "post code", ""),
    ("street", 0.92, "street", ""),
    ("city", 0.9, "city", ""),
    ("country", 0.92, "country", ""),
    ("region", 0.85, "region", ""),
    ("region", 0.8, "state country", ""),
    ("full address", 0.85, "full address", ""),
    ("street", 0.85, "address line", ""),
    ("given name", 0.95, "given", ""),
    ("family name", 0.95, "family", ""),
    ("given name", 0.93, "first name", "last"),
    ("full name", 0.85, "first last name", ""),
    ("given name", 0.85, "middle name", ""),
    ("family name", 0.93, "last name", "file"),
    ("salutation", 0.93, "salutation", ""),
    ("salutation", 0.85, "name prefix", ""),
    ("gender", 0.95, "gender", ""),
    ("language", 0.92, "language", ""),
    ("login", 0.93, "login", ""),
    ("login", 0.85, "user name", "first last full"),
    ("handle", 0.85, "handle", ""),
    ("handle", 0.6, "nick", ""),
    ("url", 0.65, "social", ""),
    ("url", 0.93, "url", ""),
    ("organisation name", 0.93, "organisation name", ""),
    ("organisation name", 0.85, "account name", "user bank"),
    ("full name", 0.85, "person name", ""),
    ("full name", 0.7, "full name", ""),
    ("full name", 0.7, "manager name", ""),
    ("job title", 0.92, "job", ""),
    ("file name", 0.92, "file", ""),
    ("file name", 0.6, "image", ""),
)
# What makes another thing of a field: its kind, state, number, text about it.
_SPOILERS: tuple[tuple[str, SemanticType, float], ...] = (
    ("template", "text", 0.6),
    ("greeting", "text", 0.75),
    ("type", "category", 0.85),
    ("category", "category", 0.8),
    ("status", "status", 0.85),
    ("count", "counter", 0.9),
    ("sequence", "number", 0.8),
    ("machine", "machine text", 0.6),
)
_NUMBERS = ("quantity", "sequence", "year", "month", "version")
_DATES = ("integer", "date", "datetime", "text", None)


def by_name(column: SeenColumn, table: SeenTable) -> list[Guess]:
    """What the name may mean, likeliest first; empty where it says nothing."""
    found: dict[SemanticType, Guess] = {}
    for guess in _Naming(column, table).guesses():
        if guess.type not in found:
            # Each rule that fits after another is a weaker guess than it.
            confidence = guess.confidence * (0.5 if found else 1.0)
            found[guess.type] = Guess(guess.type, confidence, guess.reason)
    return list(found.values())


class _Naming:
    def __init__(self, column: SeenColumn, table: SeenTable) -> None:
        self.column, self.table = column, table
        self.words = words_of(column.name)
        self.concepts = concepts_of(column.name)
        self.of_table = concepts_of(table.name)
        # The table's own name before a column's adds nothing: `contact_email`, `lead_status`.
        self.own = self.concepts - (self.of_table & {"person", "organisation", "account", "user"})

    def guesses(self) -> Iterator[Guess]:
        has, logical = self.concepts, self.column.logical
        yield from self._keys()
        yield from self._stamps()
        yield from self._flags()
        yield from self._spoiled()
        if "secret" in has and logical in ("text", "binary", None) and "date" not in has:
            yield self._guess("secret", 0.9)
        if {"session", "pin"} & has and logical in ("text", "binary", None):
            yield self._guess("secret", 0.6)
        if {"user", "person"} & has and "useragent" in "".join(self.words):
            yield self._guess("machine text", 0.9)
        yield from self._fields()
        yield from self._general()
        yield from self._by_type()

    def _guess(self, type_: SemanticType, confidence: float, why: str = "") -> Guess:
        if not why:
            why = f"the name {self.column.name!r} says so"
        # Words that nobody knows may turn the meaning round.
        strange = min(2, unknown_words(self.column.name))
        return Guess(type_, confidence * (1 - 0.06 * strange), why)

    # Keys, pairs, references

    def _keys(self) -> Iterator[Guess]:
        has, words = self.concepts, self.words
        logical = self.column.logical
        if self.column.key and (has <= {"id", "key", "number", *self.of_table} or logical != "text"):
            yield self._guess("identifier", 0.95, "it is the table's primary key")
        if has <= {"id", "key"} and has and len(words) == 1:
            yield self._guess("identifier", 0.95)
        elif "id" in has and has - {"id"} <= self.of_table and set(words[:-1]) <= set(
            words_of(self.table.name)
        ):
            yield self._guess("identifier", 0.9)
        pair = self._pair()
        if pair:
            yield self._guess("discriminator", 0.93, f"it stands beside {pair!r}")
        refers = bool({"id", "fk"} & has) and logical in ("integer", "number", "text", None)
        refers = refers or (words[-1:] == ("to",) and logical == "integer")
        actor = self._actor()
        if actor and (refers or logical != "boolean"):
            yield actor
        if not refers or has & {"taxid", "nationalid", "tax", "handle", "login", "bankaccount"}:
            return
        if has & {"external", "session"} or ({"mail", "number"} & has and "fk" not in has):
            yield self._guess("secret" if "session" in has else "identifier", 0.75)
            if "mail" not in has or "external" in has:
                return
        if "status" in has or ("state" in has and not self._in_address()):
            yield self._guess("status", 0.75)
        elif {"category", "type", "salutation"} & has and not self._names_a_table():
            yield self._guess("category", 0.7)
        elif "gender" in has:
            yield self._guess("gender", 0.8)
        yield self._guess("reference", 0.85)

    def _names_a_table(self) -> bool:
        return "type" in self.concepts and len(self.words) > 2 and "fk" not in self.concepts

    def _pair(self) -> str | None:
        """The id column for which this one says the table."""
        words, has = self.words, self.concepts
        if not words or not {"type", "table", "parent"} & has or {"id", "fk"} & has:
            return None
        stem = "".join(words[:-1]) if len(words) > 1 else ""
        for other in self.table.columns:
            others = words_of(other)
            if len(others) > 1 and others[-1] in ("id", "key") and stem:
                if "".join(others[:-1]) == stem and others != words:
                    return other
        return None

    def _actor(self) -> Guess | None:
        """Who made, changed or keeps a record; None where it is none of them."""
        has = self.concepts
        by = "by" in has or {"id", "fk"} & has or "user" in has
        dated = "date" in has or "time" in has
        if dated or {"count", "type", "deleted"} & has or self.column.logical in ("date", "datetime"):
            return None
        who = bool(by or {"created", "by"} <= has)
        if "owner" in has and not {"address", "name", "city", "bank", "mail", "phone"} & has:
            creates = "creator" in self.column.name.lower()
            return self._guess("created by" if creates else "owner", 0.9)
        if "created" in has and who:
            return self._guess("created by", 0.92)
        if "modified" in has and who:
            return self._guess("modified by", 0.92)
        if self.own <= {"id", "fk", "user"} and "user" in has:
            return self._user()
        return None

    def _user(self) -> Guess:
        """`user_id` alone: the one of owner and author that no other column is."""
        others = [concepts_of(c) for c in self.table.columns if c != self.column.name]
        owned = any("owner" in o for o in others)
        made = any({"created", "by"} <= o or {"created", "id"} <= o for o in others)
        if owned != made and len(others) > 4:
            found: SemanticType = "created by" if owned else "owner"
            return self._guess(found, 0.6, "a user, and another column is the other one")
        return self._guess("reference", 0.7)

    # Stamps and flags

    def _stamps(self) -> Iterator[Guess]:
        name, has, logical = self.column.name, self.concepts, self.column.logical
        if logical not in _DATES:
            return
        if is_modified_stamp(name) or self._is_stamp("modified"):
            yield self._guess("modified at", 0.93)
        elif is_created_stamp(name) or self._is_stamp("created"):
            yield self._guess("created at", 0.93)
        if has & {"deleted"} and (has & {"date", "time", "at"} or logical in ("date", "datetime")):
            yield self._guess("soft delete", 0.85)

    def _is_stamp(self, verb: str) -> bool:
        rest = self.concepts - {verb} - self.of_table
        moment = {"date", "time", "at", "last", "neutral", "year", "of"}
        told = bool(rest & {"date", "time", "at"}) or self.column.logical in ("date", "datetime")
        return verb in self.concepts and rest <= moment and told

    def _flags(self) -> Iterator[Guess]:
        has, logical = self.concepts, self.column.logical
        if logical in ("date", "datetime", "time") or has & {"date", "time", "count"}:
            return
        if "deleted" in has and not has & {"id", "fk", "by", "text", "category", "at"}:
            yield self._guess("soft delete", 0.9)
        refusal = "not" in has or self.words[:1] == ("no",)
        contact = has & {"mail", "phone", "mobile", "fax", "contactverb", "mailing", "sms", "post"}
        if ("consent" in has or "opt" in has) and not has & {"id", "fk", "name", "text"}:
            yield self._guess("consent", 0.9)
        elif refusal and contact and logical != "number":
            yield self._guess("consent", 0.92)
        if logical == "boolean" or (
            {"is", "active"} & has and logical in ("integer", "text", None) and not has & _PLAIN
        ):
            kind = "access" if "access" in has else "flag"
            yield self._guess(
                kind, 0.9 if logical == "boolean" else 0.8,
                "true or false by its type" if logical == "boolean" else "",
            )  # fmt: skip

    # Fields and what only looks like one

    def _spoiled(self) -> Iterator[Guess]:
        has = self.concepts
        if "extension" in has and has & {"phone", "mobile", "fax"}:
            yield self._guess("number", 0.7)
        if "suffix" in has and has & {"postcode", "post"}:
            yield self._guess("text", 0.6)
        if has & {"suffix", "prefix"} and not has & {"name", "number", "bankaccount"}:
            yield self._guess("text", 0.5)
        for concept, kind, confidence in _SPOILERS:
            if concept in has and not (concept == "category" and "job" in has):
                yield self._guess(kind, confidence)

    def _fields(self) -> Iterator[Guess]:
        has = self.concepts
        if "money" in has or "total" in has or "discount" in has or "tax" in has:
            yield from self._amounts()
        for kind, confidence, needed, without in _FIELDS:
            need = set(needed.split())
            if need <= has and not set(without.split()) & has:
                strange = len(has - need - _BESIDE)
                yield self._guess(kind, confidence * 0.85**strange)
        yield from self._mail_parts()
        yield from self._places()
        yield from self._titles()

    def _mail_parts(self) -> Iterator[Guess]:
        has = self.concepts
        in_mails = "mail" in self.of_table or any(
            {"cc"} & concepts_of(c) or {"reply"} & concepts_of(c) for c in self.table.columns
        )
        addressed = has & {"from", "to", "cc", "reply"}
        if addressed and (in_mails or "address" in has) and not has & {"name", "id", "date", "fk"}:
            yield self._guess("e-mail", 0.75, "senders and recipients stand in such columns")

    def _places(self) -> Iterator[Guess]:
        has = self.concepts
        if "code" in has and self._beside("city", "street") and self.own - {"code"} <= {
            "billing", "mailing", "neutral", "address"
        }:  # fmt: skip
            yield self._guess("postcode", 0.85, "a code beside a city and a street")
        if "cp" in has:
            yield self._guess("postcode", 0.8)
        if "state" in has:
            local = self._in_address()
            yield self._guess("region" if local else "status", 0.85 if local else 0.7)
        if "address" in has and not has & {"mail", "ip", "url", "name"}:
            whole: SemanticType = "street" if self._beside("city", "postcode") else "full address"
            yield self._guess(whole, 0.8)
        if "district" in has:
            yield self._guess("city", 0.5)

    def _titles(self) -> Iterator[Guess]:
        has = self.concepts
        people = self._beside("given", "family") or self._beside_names()
        if "title" in has:
            yield self._guess("job title" if people else "text", 0.75 if people else 0.7)
        if "function" in has and people:
            yield self._guess("job title", 0.75)
        if "organisation" in has and not has & {"id", "fk", "number", "url"} and self.own <= {
            "organisation", "neutral"
        }:  # fmt: skip
            yield self._guess("organisation name", 0.75)
        if "person" in has and self.column.logical in ("text", None) and has <= {
            "person", "neutral", "manager", "user"
        }:  # fmt: skip
            yield self._guess("full name", 0.6)
        if "name" in has and has - {"name"} <= self.of_table | {"neutral", "full", "household"}:
            yield from self._name_alone()

    def _name_alone(self) -> Iterator[Guess]:
        given, family = self._beside("given"), self._beside("family")
        given = given or any({"first", "name"} <= concepts_of(c) for c in self.table.columns)
        family = family or any({"last", "name"} <= concepts_of(c) for c in self.table.columns)
        of = self.of_table
        side = of & {"mail", "phone", "address", "type", "category", "status", "text", "table"}
        if given and not family:
            yield self._guess("family name", 0.75, "a name beside a given name")
        elif family and not given:
            yield self._guess("given name", 0.75, "a name beside a family name")
        elif "mail" in of and "address" in of:
            yield self._guess("e-mail", 0.6, "the name of an address is the address")
        elif "phone" in of and "number" in of:
            yield self._guess("phone", 0.6, "the name of a number is the number")
        elif of & {"type", "category", "status", "industry"}:
            yield self._guess("category", 0.65, "a name in a table of kinds")
        elif side or self._is_composed():
            yield self._guess("text", 0.5, "a name of something")
        elif of & {"organisation", "account"} or "household" in of | self.concepts:
            yield self._guess("organisation name", 0.75, "a name in a table of organisations")
        elif of & {"person", "user"}:
            yield self._guess("full name", 0.75, "a name in a table of people")
        else:
            yield self._guess("text", 0.55, "a name of something")

    def _amounts(self) -> Iterator[Guess]:
        has = self.concepts
        if "percent" in has:
            return
        if "rate" in has and "tax" in has:
            yield self._guess("percentage", 0.8)
        elif {"money"} & has and not has & {"account", "bank"}:
            yield self._guess("money", 0.88)
        elif {"discount", "tax"} & has and not has & {"taxid", "id", "number", "text", "code"}:
            yield self._guess("money", 0.7)
        elif "total" in has and not has & {"count", "quantity"}:
            yield self._guess("money", 0.6)

    # What is left

    def _general(self) -> Iterator[Guess]:
        has = self.concepts
        if {"access"} & has:
            yield self._guess("access", 0.85)
        if "currency" in has:
            yield self._guess("currency", 0.85 if not has & {"rate"} else 0.3)
        if "industry" in has:
            yield self._guess("industry", 0.85)
        if has & {"percent"}:
            yield self._guess("percentage", 0.85)
        if has & {"table"} and self.column.logical in ("text", None):
            yield self._guess("discriminator", 0.75)
        if has & {"external", "ref"} and not has & {"text", "name", "date"}:
            yield self._guess("identifier", 0.75)
        if "number" in has and not has & {"person", "quantity"}:
            yield self._guess("identifier", 0.7)
        if "number" in has or "count" in has:
            yield self._guess("counter", 0.5)
        if "rate" in has:
            yield self._guess("percentage", 0.55)
        if has & set(_NUMBERS) or ("person" in has and self.column.logical == "integer"):
            yield self._guess("number", 0.75)
        if has & {"date", "time"} and self.column.logical in _DATES:
            yield self._guess("date", 0.85)
        if has & {"text", "title", "department"}:
            yield self._guess("text", 0.8)
        if has & {"code", "id", "key"}:
            yield self._guess("identifier", 0.55)
        if has & {"category", "active", "paid"}:
            yield self._guess("category" if "category" in has else "flag", 0.6)
        if "value" in has:
            yield self._guess("text", 0.3)
        if "name" in has:
            yield self._guess("text", 0.5)

    def _by_type(self) -> Iterator[Guess]:
        if self.column.logical in ("date", "datetime"):
            yield Guess("date", 0.7, "its values are dates")

    # The columns around it

    def _beside(self, *concepts: str) -> bool:
        """Whether some other column has one of these meanings."""
        return any(
            set(concepts) & concepts_of(c) for c in self.table.columns if c != self.column.name
        )

    def _beside_names(self) -> bool:
        return any(
            "name" in (of := concepts_of(c)) and of & {"first", "last"} for c in self.table.columns
        )

    def _in_address(self) -> bool:
        if self.concepts & {"billing", "mailing", "address", "region", "country"}:
            return True
        return self._beside("city", "postcode", "street")

    def _is_composed(self) -> bool:
        """`contact_groups`, `user_roles`: a table of something that people have."""
        return len(words_of(self.table.name)) > 2


_PLAIN = frozenset(
    "mail phone mobile fax name text date money birth url city street postcode secret person "
    "organisation".split()
)
