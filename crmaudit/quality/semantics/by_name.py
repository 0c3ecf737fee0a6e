"""What a column's name says that it means, beside the names around it.

Rules in order, the first that fits being the best guess. What a name cannot
tell, content decides afterwards: a name is never certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crmaudit.evidence.privacy import name_words
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp
from crmaudit.quality.semantics.name_rules import (
    BESIDE,
    DATES,
    FIELDS,
    NO_MOMENT,
    NO_PARTY,
    NUMBERS,
    PLAIN,
    SPOILERS,
    TIMES,
)
from crmaudit.quality.semantics.naming import concepts_of, meaning, unknown_words, words_of
from crmaudit.quality.semantics.seen import SeenColumn, SeenTable


@dataclass(frozen=True, slots=True)
class Guess:
    """A meaning, how likely it is, the sentence that says why; `first`: the likeliest one."""

    type: SemanticType
    confidence: float
    reason: str
    first: bool = True


def by_name(column: SeenColumn, table: SeenTable) -> list[Guess]:
    """What the name may mean, likeliest first; empty where it says nothing."""
    found: dict[SemanticType, Guess] = {}
    for guess in _Naming(column, table).guesses():
        if guess.type not in found:
            # Each rule that fits after another is a weaker guess than it.
            confidence = guess.confidence * (0.45 if found else 1.0)
            found[guess.type] = replace(guess, confidence=confidence, first=not found)
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
        if "useragent" in "".join(name_words(self.column.name)):
            yield self._guess("machine text", 0.9)
        yield from self._keys()
        yield from self._stamps()
        yield from self._flags()
        yield from self._spoiled()
        yield from self._secrets()
        yield from self._fields()
        yield from self._general()
        if self.column.logical in ("date", "datetime"):
            yield Guess("date", 0.7, "its values are dates")

    def _guess(self, type_: SemanticType, confidence: float, why: str = "") -> Guess:
        if not why:
            why = f"the name {self.column.name!r} says so"
        # Words that nobody knows may turn the meaning round.
        strange = min(2, unknown_words(self.column.name))
        return Guess(type_, confidence * (1 - 0.06 * strange), why)

    def _ends_in(self, *words: str) -> bool:
        return len(self.words) > 1 and self.words[-1] in words

    # Keys, pairs, references

    def _keys(self) -> Iterator[Guess]:
        has, words = self.concepts, self.words
        logical = self.column.logical
        own = has <= {"id", "key", "number", *self.of_table}
        if self.column.key and (own or logical != "text"):
            yield self._guess("identifier", 0.95, "it is the table's primary key")
        if has <= {"id", "key"} and has and len(words) == 1:
            # `uid` and `gid` beside an id are those of users and groups.
            other = words[0] in ("uid", "gid") and self._has_id()
            yield self._guess("reference" if other else "identifier", 0.8 if other else 0.95)
        elif self._is_own_id():
            yield self._guess("identifier", 0.9)
        pair = self._pair()
        if pair:
            yield self._guess("discriminator", 0.93, f"it stands beside {pair!r}")
        refers = bool({"id", "fk"} & has) and logical in ("integer", "number", "text", None)
        refers = refers or (self._ends_in("to") and logical == "integer")
        actor = self._actor()
        if actor and (refers or logical != "boolean"):
            yield actor
        if self._ends_in("by") and not has & {"created", "modified", "owner"}:
            yield self._guess("reference", 0.6)
        to = self._ends_in("to") and not (has | self.of_table) & {"mail", "reply", "from"}
        if to or words == ("parent",):
            yield self._guess("reference", 0.5)
        if refers:
            yield from self._references()

    def _references(self) -> Iterator[Guess]:
        has = self.concepts
        if has & {"taxid", "nationalid", "tax", "handle", "login", "bankaccount", "ip"}:
            return
        if "session" in has and "fk" not in has:
            yield self._guess("secret", 0.75)
        if has & {"external", "message"} or ({"mail", "number"} & has and "fk" not in has):
            yield self._guess("identifier", 0.75)
            if "mail" not in has or has & {"external", "message"}:
                return
        if "status" in has or ("state" in has and not self._in_address()):
            yield self._guess("status", 0.86)
        elif "gender" in has:
            yield self._guess("gender", 0.86)
        yield self._guess("reference", 0.85)
        if {"category", "type", "salutation"} & has:
            yield self._guess("category", 0.7)

    def _has_id(self) -> bool:
        return any(c.lower() == "id" for c in self.table.columns if c != self.column.name)

    def _is_own_id(self) -> bool:
        """`contact_id` in `crm_contacts`, where no other column is called `id`."""
        words, table = self.words, words_of(self.table.name)
        if len(words) < 2 or words[-1] != "id" or self._has_id():
            return False
        own = len(words) - 1
        stem, tail = "".join(words[:own]), "".join(table[-own:])
        # What stands before is the product's prefix, not another thing: `groups_users`.
        alone = len(table) == own or (len(table) == own + 1 and not meaning(table[0]))
        return alone and stem.rstrip("s") == tail.rstrip("s")

    def _pair(self) -> str | None:
        """The id column for which this one says the table."""
        has = self.concepts
        if not {"type", "table", "parent"} & has or {"id", "fk"} & has:
            return None
        stem = set(self.words) - {"type", "table", "name", "model", "module", "class"}
        for other in self.table.columns:
            others = set(words_of(other))
            if stem and others & {"id", "fk"} and others - {"id", "fk", "key"} == stem:
                return other
        return None

    def _actor(self) -> Guess | None:
        """Who made, changed or keeps a record; None where it is none of them."""
        has = self.concepts
        who = bool(has & {"by", "id", "fk", "user"})
        if has & {"date", "time", "count", "type", "deleted"} or self.column.logical in TIMES:
            return None
        if "owner" in has and not has & {"address", "name", "city", "bank", "mail", "phone"}:
            return self._guess("owner", 0.9)
        if (has & {"person", "organisation", "account"}) - self.of_table and "by" not in has:
            return None
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
        if logical not in DATES:
            return
        if is_modified_stamp(name) or self._is_stamp("modified"):
            yield self._guess("modified at", 0.93)
        elif is_created_stamp(name) or self._is_stamp("created"):
            yield self._guess("created at", 0.93)
        timed = logical in TIMES or self._ends_in("at", "on")
        if "deleted" in has and (has & {"date", "time", "at"} or timed):
            yield self._guess("soft delete", 0.85)
        dated = "date" in has or (timed and self._ends_in("at", "on"))
        dated = dated or ("time" in has and has <= {"time", "at", "neutral", "last"})
        if dated and not has & NO_MOMENT:
            yield self._guess("date", 0.87)

    def _is_stamp(self, verb: str) -> bool:
        rest = self.concepts - {verb} - self.of_table
        moment = {"date", "time", "at", "last", "neutral", "year", "of"}
        told = bool(rest & {"date", "time", "at"}) or self.column.logical in TIMES
        return verb in self.concepts and rest <= moment and told

    def _flags(self) -> Iterator[Guess]:
        has, logical = self.concepts, self.column.logical
        if logical in TIMES or has & {"date", "time", "count"}:
            return
        if logical is None and self._ends_in("at", "on"):
            return
        if "deleted" in has and not has & {"id", "fk", "by", "text", "category", "at"}:
            yield self._guess("soft delete", 0.9)
        refusal = "not" in has or self.words[:1] == ("no",)
        contact = has & {"mail", "phone", "mobile", "fax", "contactverb", "mailing", "sms", "post"}
        if has & {"consent", "opt"} and not has & {"id", "fk", "name", "text"}:
            yield self._guess("consent", 0.9)
        elif refusal and contact and logical != "number":
            yield self._guess("consent", 0.92)
        if logical == "boolean":
            yield self._guess(
                "access" if "access" in has else "flag", 0.9, "true or false by its type"
            )
        if logical == "integer" and len(self.words) > 1 and meaning(self.words[0]) == ("is",):
            # `disable_phone_links` holds no number to call.
            yield self._guess("flag", 0.85)
        ends = {c for w in (*self.words[:1], *self.words[-1:]) for c in meaning(w)}
        if "active" in ends and has & {"mail", "phone", "address"}:
            yield self._guess("flag", 0.75)
        if has == {"neutral"} and len(self.words) == 1:
            yield self._guess("flag", 0.6)
        told = "is" in has or logical != "text" or len(self.words) == 1
        if (
            told
            and has & {"is", "active"}
            and logical in ("integer", "text", None)
            and not has & PLAIN
        ):
            yield self._guess("access" if "access" in has else "flag", 0.8)

    # Fields and what only looks like one

    def _spoiled(self) -> Iterator[Guess]:
        has = self.concepts
        ends = {c for w in (*self.words[:1], *self.words[-1:]) for c in meaning(w)}
        if "text" in ends and not has & {"date", "count", "id", "type"}:
            yield self._guess("text", 0.88)
        if "msgid" in self.words:
            yield self._guess("identifier", 0.8)
        if {"file", "quantity"} <= has:
            yield self._guess("number", 0.8)
        if {"register", "number"} <= has or {"register", "organisation"} <= has:
            yield self._guess("national id", 0.8)
        if "extension" in has and has & {"phone", "mobile", "fax"}:
            yield self._guess("number", 0.7)
        if "suffix" in has and has & {"postcode", "post"}:
            yield self._guess("text", 0.6)
        if has & {"suffix", "prefix"} and not has & {"name", "number", "bankaccount"}:
            yield self._guess("text", 0.5)
        for concept, kind, confidence in SPOILERS:
            if concept == "category" and has & {"money", "percent", "quantity", "job", "date"}:
                continue
            if concept in has:
                yield self._guess(kind, confidence)

    def _secrets(self) -> Iterator[Guess]:
        has = self.concepts
        if self.column.logical not in ("text", "binary", None) or "date" in has:
            return
        if "secret" in has or ("key" in has and "api" in self.words):
            yield self._guess("secret", 0.9)
        if has & {"session", "pin"}:
            yield self._guess("secret", 0.6)

    def _fields(self) -> Iterator[Guess]:
        has = self.concepts
        if has & {"money", "total", "discount", "tax", "net", "value"}:
            yield from self._amounts()
        if "number" in has and "bank" in self.of_table:
            yield self._guess("bank account", 0.75)
        if has <= {"number", "neutral"} and has and "phone" in self.of_table:
            yield self._guess("phone", 0.7)
        to_call = {"contact", "kontakt", "contacto"}.intersection(self.words)
        if "number" in has and to_call and has <= {"person", "number", "neutral", "of"}:
            yield self._guess("phone", 0.75, "a number for contact")
        for kind, confidence, needed, without in FIELDS:
            need = set(needed.split())
            if need <= has and not set(without.split()) & has:
                strange = len(has - need - BESIDE)
                yield self._guess(kind, confidence * 0.85**strange)
        yield from self._mail_parts()
        yield from self._places()
        yield from self._titles()

    def _mail_parts(self) -> Iterator[Guess]:
        has = self.concepts
        in_mails = "mail" in self.of_table or any(
            {"cc", "reply"} & concepts_of(c) for c in self.table.columns
        )
        addressed = has & {"from", "to", "cc", "reply"}
        if addressed and (in_mails or "address" in has) and not has & {"name", "id", "date", "fk"}:
            yield self._guess("e-mail", 0.75, "senders and recipients stand in such columns")

    def _places(self) -> Iterator[Guess]:
        has = self.concepts
        rest = has - {"code"}
        of_address = bool(rest) and rest <= {"billing", "mailing", "neutral", "address"}
        if "code" in has and of_address and self._beside("city", "street"):
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
        people = people or ("person" in self.of_table and self._beside("phone", "mobile"))
        if "title" in has:
            yield self._guess("job title" if people else "text", 0.75 if people else 0.7)
        if "job" in has:
            yield self._guess("job title", 0.92 if people or len(has) > 1 else 0.5)
        if "function" in has and people:
            yield self._guess("job title", 0.75)
        alone = self.own <= {"organisation", "neutral"}
        if "organisation" in has and not has & {"id", "fk", "number", "url"} and alone:
            yield self._guess("organisation name", 0.75)
        text = self.column.logical in ("text", None)
        if "person" in has and text and has <= {"person", "neutral", "manager", "user"}:
            yield self._guess("full name", 0.6)
        if "name" in has and has - {"name"} <= self.of_table | {"neutral", "full", "household"}:
            yield self._name_alone()

    def _name_alone(self) -> Guess:
        given, family = self._beside("given"), self._beside("family")
        given = given or any({"first", "name"} <= concepts_of(c) for c in self.table.columns)
        family = family or any({"last", "name"} <= concepts_of(c) for c in self.table.columns)
        of = self.of_table
        if given and not family:
            return self._guess("family name", 0.75, "a name beside a given name")
        if family and not given:
            return self._guess("given name", 0.75, "a name beside a family name")
        if {"mail", "address"} <= of:
            return self._guess("e-mail", 0.6, "the name of an address is the address")
        if {"phone", "number"} <= of:
            return self._guess("phone", 0.6, "the name of a number is the number")
        if "file" in of:
            return self._guess("file name", 0.65, "a name in a table of files")
        if of & NO_PARTY or len(words_of(self.table.name)) > 2:
            return self._guess("text", 0.5, "a name of something")
        if of & {"organisation", "account"} or "household" in of | self.concepts:
            return self._guess("organisation name", 0.75, "a name in a table of organisations")
        if of & {"person", "user"}:
            return self._guess("full name", 0.75, "a name in a table of people")
        return self._guess("text", 0.55, "a name of something")

    def _amounts(self) -> Iterator[Guess]:
        has = self.concepts
        if has & {"percent", "currency"}:
            return
        if {"rate", "tax"} <= has:
            yield self._guess("percentage", 0.8)
        elif "money" in has and not has & {"account", "bank", "card"}:
            yield self._guess("money", 0.88)
        elif has & {"discount", "tax"} and not has & {"taxid", "id", "number", "text", "code"}:
            yield self._guess("money", 0.7)
            return
        value = "value" in has and self.column.logical == "number"
        if "net" in has or value or ("total" in has and not has & {"count", "quantity"}):
            yield self._guess("money", 0.6)

    # What is left

    def _general(self) -> Iterator[Guess]:
        has = self.concepts
        if "access" in has:
            yield self._guess("access", 0.85)
        if "currency" in has:
            yield self._guess("currency", 0.3 if "rate" in has else 0.85)
        if "industry" in has:
            yield self._guess("industry", 0.85)
        if "percent" in has:
            yield self._guess("percentage", 0.85)
        if "table" in has and self.column.logical in ("text", None):
            yield self._guess("discriminator", 0.75)
        if has & {"external", "ref"} and not has & {"text", "name", "date"}:
            yield self._guess("identifier", 0.75)
        ends = "number" in meaning(self.words[-1]) if self.words else False
        if "number" in has and (ends or not has & {"person", "quantity"}):
            yield self._guess("identifier", 0.75 if ends else 0.7)
        if has & {"number", "count"}:
            yield self._guess("counter", 0.5)
        if "rate" in has:
            yield self._guess("percentage", 0.55)
        if has & NUMBERS or ("person" in has and self.column.logical == "integer"):
            yield self._guess("number", 0.75)
        if has & {"date", "time"} and self.column.logical in DATES:
            yield self._guess("date", 0.85)
        if has & {"text", "title", "department", "message"}:
            yield self._guess("text", 0.8)
        if has & {"code", "id", "key"}:
            yield self._guess("identifier", 0.55)
        if has & {"category", "active", "paid"}:
            yield self._guess("category" if "category" in has else "flag", 0.6)
        if "value" in has:
            yield self._guess("text", 0.3)
        if "name" in has:
            yield self._guess("text", 0.5)

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
        """Whether a city or postcode stands in the same address as this column."""
        if self.concepts & {"billing", "mailing", "address", "region", "country"}:
            return True
        mine = set(self.words[:-1])
        return any(
            set(words_of(c)[:-1]) <= mine and {"city", "postcode", "street"} & concepts_of(c)
            for c in self.table.columns
        )
