"""Name and content laid together: what a column means, how surely, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crmaudit.evidence.semantic import Semantic, SemanticType
from crmaudit.quality.semantics import lists, numbers
from crmaudit.quality.semantics.by_content import COSTLY, Signal, is_filler, signals
from crmaudit.quality.semantics.by_name import Guess, by_name
from crmaudit.quality.semantics.fitting import birth_like, by_type, fit
from crmaudit.quality.semantics.seen import SeenColumn, SeenTable

LEAST = 0.3
"""A meaning less sure than this is not told: the column is then what its values look like."""

VALIDATED: frozenset[SemanticType] = frozenset({
    "e-mail", "url", "uuid", "bank account", "payment card", "ip address", "phone", "mobile", "fax",
    "postcode", "national id", "tax number",
})  # fmt: skip
"""Meanings of which a value can be said to be one or not. No list has all names or all cities."""

_EMPTY = 0.75
_PRIOR, _WORTH = 0.6, 4
_PHONES: tuple[SemanticType, ...] = ("phone", "mobile", "fax")
_DIGITS: frozenset[SemanticType] = frozenset({
    *_PHONES, "postcode", "national id", "tax number", "payment card", "house number", "ip address",
})  # fmt: skip
_KEYS: tuple[SemanticType, ...] = (
    "identifier",
    "reference",
    "owner",
    "created by",
    "modified by",
    "discriminator",
)
# What else the values of a kind may be called: they bear out that name, and are no rival to it.
_ALSO: dict[SemanticType, tuple[SemanticType, ...]] = {
    "e-mail": ("login", "owner", "created by", "modified by", "handle", "identifier"),
    "phone": ("mobile", "fax"),
    "uuid": (*_KEYS, "secret"),
    "secret": (*_KEYS, "uuid", "machine text"),
    "given name": ("full name", "login"),
    "family name": ("full name", "given name"),
    "full name": ("owner", "created by", "modified by", "family name", "organisation name"),
    "url": ("file name", "handle"),
    "date": ("birth date", "created at", "modified at", "soft delete"),
    "text": ("machine text", "full address", "organisation name"),
    "postcode": ("identifier", "category", "industry", "house number", "number", "reference",
                 "tax number", "national id", "bank account", "payment card", "phone", "mobile",
                 "fax"),
    "street": ("full address",),
    "handle": ("login", "url"),
    "country": ("region", "language", "category", "status"),
    "region": ("country", "category"),
    "language": ("country", "category"),
    "organisation name": ("text", "full name"),
    "machine text": ("access", "text", "category", "e-mail", "phone", "mobile"),
    "money": ("number",),
    "ip address": ("identifier",),
    "file name": ("url",),
    "city": ("region",),
}  # fmt: skip


@dataclass(slots=True)
class _Weighed:
    """A meaning with what speaks for it so far."""

    type: SemanticType
    confidence: float
    reasons: list[str]
    signal: Signal | None = None
    fit: float | None = None
    by_content: bool = False


def understand(column: SeenColumn, table: SeenTable) -> Semantic:
    """What the column means: by its name alone where it holds nothing, else by content too.

    A column that no row fills keeps the meaning of its name: that nothing
    stands in it is told by its counts. `unused` it is called only if the name
    says nothing either.
    """
    guesses = by_name(column, table)
    if not column.sample.values:
        return _empty(column, guesses)
    return _Understanding(column, guesses).result()


def _empty(column: SeenColumn, guesses: list[Guess]) -> Semantic:
    kept = _of_type(column, guesses)
    if not kept and column.rows:
        return Semantic("unused", 0.6, ("no row fills it, and its name says nothing",))
    if not kept:
        return Semantic("text", 0.1, ("its name says nothing",))
    nothing = "no row fills it" if column.rows else "only its name is known"
    best, *others = sorted(kept, key=lambda g: -g.confidence)
    told = tuple((g.type, round(g.confidence * _EMPTY, 3)) for g in others[:3])
    reasons = (best.reason, nothing)
    return Semantic(best.type, round(best.confidence * _EMPTY, 3), reasons, others=told)


def _of_type(column: SeenColumn, guesses: list[Guess]) -> list[Guess]:
    """The guesses that the column's logical type allows."""
    found: dict[SemanticType, Guess] = {}
    for guess in guesses:
        kind = by_type(guess.type, column.logical)
        if kind is None:
            continue
        if kind != guess.type:
            guess = replace(
                guess,
                type=kind,
                confidence=guess.confidence * 0.9,
                reason=f"a number, whose name says {guess.type}",
            )
        if kind not in found or found[kind].confidence < guess.confidence:
            found[kind] = guess
    return list(found.values())


class _Understanding:
    """The evidence for each meaning of one column, added up."""

    def __init__(self, column: SeenColumn, guesses: list[Guess]) -> None:
        self.column = column
        self.values = column.sample.values
        self.texts = [v for v, _ in self.values if not is_filler(v)]
        self.found: dict[SemanticType, _Weighed] = {}
        for guess in _of_type(column, guesses):
            self._add_name(guess)
        if column.logical in ("text", "integer", "number", None):
            named = [k for k, w in self.found.items() if w.confidence >= LEAST]
            for signal in signals(self.values, named, self._weights()):
                self._add_content(signal)
            self._add_phones()
        self._add_birth_dates()
        self._add_looks()

    def result(self) -> Semantic:
        best, *others = sorted(self.found.values(), key=lambda w: -w.confidence)
        told = [w for w in others if w.confidence >= 0.15 and w.type != best.type]
        signal = best.signal
        tested = len(self.values)
        tested_rows = sum(n for _, n in self.values)
        passed = None
        if signal is not None:
            tested, tested_rows = signal.tested, signal.tested_rows
            passed = signal.passed_rows if best.type in VALIDATED else None
        return Semantic(
            best.type,
            round(min(best.confidence, 0.99), 3),
            tuple(best.reasons[:4]),
            tested,
            tested_rows,
            passed,
            tuple((w.type, round(w.confidence, 3)) for w in told[:3]),
        )

    def _weights(self) -> list[float]:
        """How many rows each value stands for: the drawn ones for all that are not frequent."""
        sample = self.column.sample
        known = dict(sample.frequent)
        drawn = sum(n for v, n in sample.others if v not in known)
        left = max(drawn, self.column.filled - sum(known.values()))
        factor = left / drawn if drawn else 1.0
        return [n if v in known else n * factor for v, n in self.values]

    def _add_name(self, guess: Guess) -> None:
        share = fit(guess.type, self.column, self.texts[:COSTLY])
        confidence, reasons = guess.confidence, [guess.reason]
        if share is not None and (self.texts or guess.type in ("flag", "consent")):
            known = (share * len(self.texts) + _PRIOR * _WORTH) / (len(self.texts) + _WORTH)
            if known >= 0.75 and not guess.first:
                pass
            elif known >= 0.75:
                confidence = 1 - (1 - confidence) * (1 - 0.5 * known)
            elif known >= 0.5:
                confidence *= 0.9
            else:
                confidence *= 0.1 + known
                reasons.append("few of its values bear that out")
        self.found[guess.type] = _Weighed(guess.type, confidence, reasons, fit=share)

    def _add_content(self, signal: Signal) -> None:
        if by_type(signal.type, self.column.logical) != signal.type:
            return
        if signal.type == "gender" and "gender" not in self.found and not self._is_both():
            return
        if signal.type in _DIGITS and self.column.logical == "number" and self._has_decimals():
            return
        own = self.found.get(signal.type)
        if own is not None:
            if own.by_content:
                # Two tests of the same values are not two witnesses.
                if signal.sure > own.confidence:
                    own.confidence = min(0.97, signal.sure)
            elif signal.sure > 0.1:
                own.confidence = 1 - (1 - own.confidence) * (1 - min(0.97, signal.sure))
                own.reasons.append(signal.reason)
            if own.signal is None or own.signal.share < signal.share:
                own.signal = signal
            return
        for other in _ALSO.get(signal.type, ()):
            also = self.found.get(other)
            if also is not None and also.confidence >= 0.5:
                also.confidence = 1 - (1 - also.confidence) * (1 - 0.3 * min(1.0, signal.sure))
                also.reasons.append(signal.reason)
                if also.signal is None:
                    also.signal = signal
                return
        sure = min(0.97, signal.sure)
        if signal.type == "postcode" and self.column.filled == self.column.uniques > 50:
            sure *= 0.5
        self.found[signal.type] = _Weighed(
            signal.type, sure, [signal.reason], signal, by_content=True
        )

    def _add_phones(self) -> None:
        """Telephone numbers look like many another number: numbering plans tell them apart."""
        looks = self.found.get("phone")
        named = [k for k in _PHONES if k in self.found and self.found[k].fit is not None]
        if looks is None or named or looks.signal is None or looks.signal.share < 0.6:
            return
        texts = [t for t in self.texts if numbers.is_phone_form(t)][:COSTLY]
        bare = [t for t in texts if t.strip().isdigit() and not t.startswith("0")]
        if len(texts) < 5 or (len(bare) * 2 > len(texts) and self._is_dense(bare)):
            return
        if _are_moments(texts):
            looks.confidence *= 0.2
            self._look("date", 0.5, "its values are seconds since 1970 of the last decades")
            return
        right, region = numbers.valid_phones(texts)
        share = right / len(texts)
        if len(bare) * 2 > len(texts):
            sure = 0.66 * share if share >= 0.8 and region in _CLOSED else 0.0
        else:
            sure = 0.9 * share if share >= 0.5 else 0.6 * looks.signal.share
        if self.column.uniques == self.column.filled and self.column.logical == "integer":
            sure *= 0.5
        if sure > looks.confidence:
            looks.confidence = min(0.95, sure)
            plan = f" by the numbering plan of {region}" if region else ""
            looks.reasons.append(f"{share * 100:.0f} % are valid telephone numbers{plan}")

    def _is_both(self) -> bool:
        """Whether words or codes for men and for women are among the values."""
        texts = {lists.plain(t) for t in self.texts}
        return bool(texts & lists.GENDERS_MALE and texts & lists.GENDERS_FEMALE)

    def _has_decimals(self) -> bool:
        return any("." in t for t in self.texts)

    def _is_dense(self, texts: list[str]) -> bool:
        """Whether the numbers lie close together, as a counter gives them out."""
        found = [int(t) for t in texts]
        return max(found) - min(found) < 50 * max(self.column.distinct, 1)

    def _add_birth_dates(self) -> None:
        if self.column.logical not in ("date", "datetime", "text") or "birth date" in self.found:
            return
        told = [w for w in self.found.values() if w.type != "date" and w.confidence > 0.5]
        dated = self.column.logical != "text" or "date" in self.found
        if dated and not told and birth_like(self.texts):
            reason = "its years are those in which living people were born"
            generic = self.found.get("date")
            if generic is not None:
                generic.confidence *= 0.6
            self.found["birth date"] = _Weighed("birth date", 0.68, [reason])

    def _add_looks(self) -> None:
        """What the column looks like, where nothing else is sure."""
        column = self.column
        filled, distinct = column.filled, column.distinct
        if column.logical == "boolean":
            self._look("flag", 0.6, "true or false by its type")
        elif column.logical in ("date", "datetime", "time"):
            self._look("date", 0.6, "its values are dates or times")
        elif column.logical in ("integer", "number"):
            if column.key:
                self._look("identifier", 0.7, "it is the table's primary key")
            if distinct <= 2 and column.logical == "integer" and filled > 4 and self._zero_one():
                self._look("flag", 0.5, "its values are 0 and 1")
            if column.logical == "number" and "2)" in column.type.replace(" ", ""):
                self._look("money", 0.45, "numbers with two decimals")
            self._look("number", 0.4, "its values are numbers")
        else:
            few = distinct <= 50 and distinct * 3 <= filled
            if few and column.longest <= 60:
                self._look("category", 0.42, f"{distinct} different values, each many times")
            if column.key or (filled > 20 and column.uniques == filled and column.longest <= 40
                              and self._coded()):  # fmt: skip
                self._look("identifier", 0.55, "no value occurs twice")
            self._look("text", 0.35, "texts of no known kind")

    def _look(self, kind: SemanticType, confidence: float, reason: str) -> None:
        if kind not in self.found:
            self.found[kind] = _Weighed(kind, confidence, [reason])

    def _zero_one(self) -> bool:
        return {v for v, _ in self.values} <= {"0", "1"}

    def _coded(self) -> bool:
        texts = self.texts[:100]
        coded = [t for t in texts if any(c.isdigit() for c in t) and len(t.split()) < 3]
        return len(coded) * 10 >= len(texts) * 9


def _are_moments(texts: list[str]) -> bool:
    """Whether they are seconds since 1970, of the years from 2001 to 2033.

    No telephone number of ten digits begins with 1 where ten are the rule.
    """
    found = [t for t in texts if len(t) == 10 and t.isdigit() and t[0] == "1"]
    return len(found) * 10 >= len(texts) * 9


# Plans in which numbers have one length each: random digits rarely fit.
_CLOSED_CODES = "US ES FR GB PT PL DK NO CZ BR MX IN AU BE CH IT NL SE"
_CLOSED = frozenset(_CLOSED_CODES.split())
