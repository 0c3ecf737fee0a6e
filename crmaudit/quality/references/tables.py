"""Which tables the words of a column may mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.quality.references.words import GENERIC, QUALIFIERS, Named, stems, words
from crmaudit.quality.references.words import stem as stem_of

_COMMON = 0.6
"""A first word that this share of the tables begins with is the product's prefix."""

_SIDE = frozenset({"cstm", "custom", "ext", "extension", "extra", "detail", "scf", "extrafield"})

_KINDS = frozenset({"type", "typ", "tipo", "list", "kind"})
_LOGS = frozenset({"audit", "log", "history", "hist", "aud", "journal", "historiqu", "historial"})


@dataclass(frozen=True, slots=True)
class Match:
    """A table that may be meant, how likely by the names alone in [0, 1], and why."""

    table: Table
    score: float
    reason: str


class TableNames:
    """The tables of a catalog by the words of their names.

    A prefix that most tables share (`civicrm_`, `llx_`) says nothing and is
    left out of `key`.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = tuple(tables)
        self.prefix = _prefix(self.tables)
        self._key: dict[str, tuple[str, ...]] = {}
        self._heads: Counter[str] = Counter()
        self._full: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        self._ends: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        self._joined: dict[str, list[Table]] = defaultdict(list)
        self._kinds: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        self._alike: dict[tuple[int, str], list[Table]] = defaultdict(list)
        for table in self.tables:
            # A name without a letter is a word, too.
            whole = stems(table.name) or (table.name,)
            key = whole[1:] if whole[:1] == (self.prefix,) and len(whole) > 1 else whole
            self._key[table.qualified] = key
            self._heads[key[0]] += 1
            self._full[key].append(table)
            if key != whole:
                self._full[whole].append(table)
            if len(key) > 1 and key[-1] in _KINDS:
                self._kinds[key[:-1]].append(table)
            for k in range(1, len(key)):
                self._ends[key[k:]].append(table)
            # Odoo's `account_account` is the table of accounts.
            if len(key) == 2 and key[0] == key[1]:
                self._full[key[:1]].append(table)
            for text in {"".join(key), "".join(whole)}:
                self._joined[text].append(table)
            self._alike[len(key), key[0][:1]].append(table)

    def key(self, table: Table) -> tuple[str, ...]:
        """The stems of the table's name without the prefix."""
        return self._key[table.qualified]

    def named(self, name: str) -> tuple[Table, ...]:
        """Tables of exactly that name, in any number, with or without the prefix."""
        key = stems(name)
        return tuple(self._full.get(key, ()) or self._joined.get("".join(key), ()))

    def base(self, table: Table) -> Table | None:
        """The table that this one adds columns to by its name: `contacts` of `contacts_cstm`."""
        return self._front(table, _SIDE)

    def logged(self, table: Table) -> Table | None:
        """The table of whose rows this one keeps the past: `contacts` of `contacts_audit`."""
        return self._front(table, _LOGS)

    def _front(self, table: Table, last: frozenset[str]) -> Table | None:
        key = self.key(table)
        found = self._full.get(key[:-1], ()) if key[-1] in last else ()
        return found[0] if found else None

    def is_named(self, table: Table, stem: tuple[str, ...]) -> bool:
        """Whether the words are this table's own name, and no other's."""
        key = self.key(table)
        if stem == key or stem == stems(table.name):
            return True
        return (
            bool(stem)
            and key[-len(stem) :] == stem
            and stem not in self._full
            and len(self._ends.get(stem, ())) == 1
        )

    def matches(self, column: Named, child: Table, most: int = 5) -> list[Match]:
        """The tables that the words of a column of `child` may mean, the likeliest first."""
        found: dict[str, Match] = {}
        for match in self._matches(column, child):
            near = match.score - (0.02 if match.table.schema != child.schema else 0.0)
            known = found.get(match.table.qualified)
            if known is None or known.score < near:
                name = match.table.qualified
                found[name] = Match(match.table, near, match.reason.format(table=name))
        ranked = sorted(found.values(), key=lambda m: (-m.score, m.table.qualified))
        return ranked[:most]

    def _matches(self, column: Named, child: Table) -> Iterator[Match]:
        stem, own = column.stems, self.key(child)
        if not stem:
            return
        best = 0.0
        for match in (*self._by_words(stem, own, child), *self._by_letters(stem)):
            best = max(best, match.score)
            yield match
        if column.number:
            # `tax_code` may be the code of a tax, or the key of the tax codes.
            for table in self._full.get((*stem, stem_of(column.number)), ()):
                yield Match(table, 0.97, "its name is that of {table}")
        if best >= 0.7:
            return
        # `location_dest_id`, `account_src_id`: what comes last only tells them apart.
        if len(stem) > 1 and (column.front or stem[-1] in QUALIFIERS):
            share = 0.85 if column.front else 0.72
            for match in self._by_words(stem[:-1], own, child):
                yield Match(match.table, match.score * share, match.reason)
        yield from self._by_last_letters(stem)
        yield from self._by_abbreviation(stem)

    def _by_words(
        self, stem: tuple[str, ...], own: tuple[str, ...], child: Table
    ) -> Iterator[Match]:
        for table in self._full.get(stem, ()):
            yield Match(table, 0.95, "its name is that of {table}")
        for k in range(1, len(own) + 1):
            for table in self._full.get(own[:k] + stem, ()):
                if table != child:
                    yield Match(table, 0.93, "its name after that of its table is {table}")
            for table in self._kinds.get(own[:k] + stem, ()):
                yield Match(table, 0.88, "its name after that of its table begins {table}")
        for k in range(1, len(stem)):
            for table in self._full.get(stem[k:], ()):
                yield Match(table, 0.88, "its name ends like that of {table}")
        for k in range(len(stem)):
            yield from self._by_ends(stem[k:], own, 0.0 if k == 0 else 0.12)

    def _by_ends(self, ends: tuple[str, ...], own: tuple[str, ...], less: float) -> Iterator[Match]:
        """Tables with more words in front: `res_partner` for `partner`."""
        tables = self._ends.get(ends, ())
        for table in tables:
            key = self.key(table)
            if len(key) < len(own) and any(own[i : i + len(key)] == key for i in range(len(own))):
                # `group_contact` only links groups with contacts; `acl_role` is a role of its own.
                links = key[: -len(ends)] in self._full
                score = 0.8 if links else 0.97
                yield Match(table, score - less, "its table's name contains {table}")
        if less and set(ends) <= GENERIC:
            return
        related = _shortest([t for t in tables if self.key(t)[0] == own[0]], self._key)
        for table in related:
            score = 0.85 if len(related) == 1 else 0.6
            yield Match(table, score - less, "{table} ends with its name and has its module")
        if not set(ends) <= GENERIC:
            shortest = _shortest(tables, self._key)
            for table in shortest[:4]:
                score = 0.78 if len(shortest) == 1 else 0.5
                yield Match(table, score - less, "{table} ends with its name")

    def _by_letters(self, stem: tuple[str, ...]) -> Iterator[Match]:
        """Names written in one word: `accountid`, `primarycontactid`."""
        for table in self._joined.get("".join(stem), ()):
            yield Match(table, 0.94, "its name is that of {table}")
        last = stem[-1]
        for k in range(1, len(last) - 3):
            if last[k:] not in GENERIC:
                for table in self._joined.get(last[k:], ()):
                    yield Match(table, 0.7, "its name ends like that of {table}")

    def _by_last_letters(self, stem: tuple[str, ...]) -> Iterator[Match]:
        """`region` for `worldregion`."""
        if len(stem) == 1 and len(stem[0]) > 4 and not set(stem) <= GENERIC:
            # `count` is no `account`: what stands before has to be a word, too.
            longer = len(stem[0]) + 3
            last = [(t, self.key(t)[-1]) for t in self.tables]
            fits = [t for t, word in last if word.endswith(stem[0]) and len(word) >= longer]
            if len(fits) == 1:
                yield Match(fits[0], 0.65, "{table} ends with its name")

    def _by_abbreviation(self, stem: tuple[str, ...]) -> Iterator[Match]:
        """`soc` for `societe`, `dept` for `departments`, `product_tmpl` for `product_template`."""
        alike = self._alike.get((len(stem), stem[0][:1]), ())
        fits = [
            t for t in alike if self.key(t) != stem and all(map(_abbreviates, stem, self.key(t)))
        ]
        # Of several, the one that most other tables are named after is the likeliest.
        fits.sort(key=lambda t: (-self._heads[self.key(t)[0]], t.qualified))
        for place, table in enumerate(fits[:4]):
            score = 0.68 if len(fits) == 1 else 0.45 if place else 0.6
            yield Match(table, score, "its name is short for {table}")


def _shortest(tables: Sequence[Table], keys: Mapping[str, tuple[str, ...]]) -> list[Table]:
    """Those whose names have the fewest words."""
    least = min((len(keys[t.qualified]) for t in tables), default=0)
    return [t for t in tables if len(keys[t.qualified]) == least]


def _abbreviates(short: str, long: str) -> bool:
    if short == long:
        return True
    if len(short) < 3 or len(short) >= len(long) or short[0] != long[0]:
        return False
    if long.startswith(short):
        return len(short) < 7
    rest = iter(long)
    return len(short) <= 5 and all(c in rest for c in short) and short[-1] in long[2:]


def _prefix(tables: Sequence[Table]) -> str:
    firsts = Counter(found[0] for t in tables if len(found := stems(t.name)) > 1)
    if not firsts:
        return ""
    word, count = max(firsts.items(), key=lambda item: (item[1], item[0]))
    return word if count >= max(4, _COMMON * len(tables)) else ""


def last_part(value: str) -> str:
    """The name at the end of a class or module name: `App\\Models\\Contact` → `Contact`."""
    for mark in ("\\", "::", "/", "."):
        value = value.rsplit(mark, 1)[-1]
    return value


def of_value(value: str, names: TableNames) -> Table | None:
    """The table that a type value names: by table, class or module name, in any number."""
    for text in dict.fromkeys((value, value.replace(".", "_"), last_part(value))):
        found = names.named(text)
        if found:
            return found[0]
    if any(c.isspace() for c in value.strip()):
        return None
    key = tuple(stems(last_part(value)))
    for k in range(1, len(key)):
        if len(found := names.named(" ".join(words(last_part(value))[k:]))) == 1:
            return found[0]
    return None
