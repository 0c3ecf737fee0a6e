"""What a product's tables and columns are called in one database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crmaudit.evidence import Column, Table
from crmaudit.quality.products.product_map import ProductMap


@dataclass(frozen=True, slots=True)
class Target:
    """A table of the catalog and the columns of it that are referred to."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """A product's names, found in the tables of one schema.

    `prefix` stands in place of the written one (or, where that is fixed,
    before it). `files` has, for exports recognised by their columns, the
    tables that a name of the map stands for.
    """

    product: ProductMap
    engine: str
    tables: tuple[Table, ...]
    prefix: str = ""
    files: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)

    @cached_property
    def fold(self) -> Callable[[str], str]:
        return str.casefold if self.product.recognise.case == "any" else str

    @cached_property
    def _by_name(self) -> Mapping[str, Table]:
        # Of names that differ only in case the first counts.
        return {self.fold(t.name): t for t in reversed(self.tables)}

    @cached_property
    def _columns(self) -> dict[str, Mapping[str, Column]]:
        return {}

    def called(self, written: str) -> str:
        """What the database would call a table of the map."""
        own = self.product.prefix
        if not own.fixed and written.startswith(own.written):
            return self.prefix + written[len(own.written) :]
        return self.prefix + written

    def all(self, written: str) -> tuple[Table, ...]:
        """The tables that a name of the map stands for: one, none, or several files."""
        if written in self.files:
            return self.files[written]
        found = self._by_name.get(self.fold(self.called(written)))
        return () if found is None else (found,)

    def table(self, written: str) -> Table | None:
        return next(iter(self.all(written)), None)

    def column(self, table: Table, written: str) -> Column | None:
        """The column of a table that the map calls so, by its name or its heading."""
        columns = self._columns.get(table.qualified)
        if columns is None:
            columns = {self.fold(c.name): c for c in reversed(table.columns)}
            self._columns[table.qualified] = columns
        for name in self._spellings(table, written):
            if self.fold(name) in columns:
                return columns[self.fold(name)]
        return None

    def _spellings(self, table: Table, written: str) -> Iterator[str]:
        yield written
        if self.product.recognise.by == "columns":
            yield f"property_{written}"
            heading = self._headings.get(table.qualified, {}).get(written)
            if heading:
                yield heading

    @cached_property
    def _headings(self) -> Mapping[str, Mapping[str, str]]:
        labels = self.product.labels
        return {t.qualified: labels.get(name, {}) for name, ts in self.files.items() for t in ts}

    def fitting(self, patterns: Iterable[str]) -> tuple[Table, ...]:
        """The tables that fit one of the map's patterns."""
        tests = [self._pattern(p) for p in patterns]
        return tuple(t for t in self.tables if any(test(t.name) for test in tests))

    def stem(self, table: Table, pattern: str) -> str:
        """What stands for the first `%` of a pattern that the table fits."""
        match = re.fullmatch(
            like(self.called_pattern(pattern)).replace(".*", "(.*)", 1), table.name
        )
        return match[1] if match else ""

    def called_pattern(self, pattern: str) -> str:
        """The pattern with the database's own prefix."""
        own = self.product.prefix
        for start in (_escaped(own.written), own.written):
            if start and not own.fixed and pattern.startswith(start):
                return _escaped(self.prefix) + pattern[len(start) :]
        return _escaped(self.prefix) + pattern

    def _pattern(self, pattern: str) -> Callable[[str], bool]:
        flags = re.IGNORECASE if self.product.recognise.case == "any" else 0
        compiled = re.compile(like(self.called_pattern(pattern)), flags)
        return lambda name: compiled.fullmatch(name) is not None

    def key(self, table: Table) -> tuple[str, ...]:
        """The columns that tell the table's rows apart: the map's word, else the catalog's."""
        for columns in (self._keys.get(table.qualified, ()), self.product.defaults.key):
            found = [self.column(table, c) for c in columns]
            if found and all(found):
                return tuple(c.name for c in found if c)
        return table.primary_key

    @cached_property
    def _keys(self) -> Mapping[str, tuple[str, ...]]:
        rows = reversed([r for r in self.product.tables if r.key])
        return {t.qualified: r.key for r in rows for t in self.all(r.table)}


def like(pattern: str) -> str:
    """A LIKE pattern as a regular expression: `%` any text, `_` any character, `\\` escapes."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    words = {"%": ".*", "_": "."}
    return "".join(words.get(p) or re.escape(p[-1]) for p in parts)


def _escaped(text: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", text)


@dataclass(frozen=True)
class TypeNames:
    """Which table a type value of a polymorphic pair, or a product's dictionary, means.

    `known` has what the map lists. Else `rule` says how values are made:
    `table` names, `class` names (`ContactGroup` → contact_groups), `model`
    names (`crm.lead` → crm_lead).
    """

    names: Names
    known: Mapping[str, Target]
    rule: str = ""

    def target(self, value: str) -> Target | None:
        """None where no table of the database fits."""
        if value in self.known:
            return self.known[value]
        for name in self._tables(value):
            table = self.names.table(name)
            if table is not None:
                key = self.names.key(table)
                return Target(table.qualified, key) if len(key) == 1 else None
        return None

    def table(self, value: str) -> Table | None:
        """The table that the rule makes of a value."""
        return next((t for name in self._tables(value) if (t := self.names.table(name))), None)

    def _tables(self, value: str) -> Iterator[str]:
        if self.rule == "table":
            yield value
        elif self.rule == "model":
            yield value.replace(".", "_")
        elif self.rule == "class":
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value.replace("::", "_")).lower()
            yield from plurals(snake)
            yield snake


def plurals(word: str) -> tuple[str, ...]:
    """How a table is called after a class, in English: `activity` → activities."""
    if re.search(r"[^aeiou]y$", word):
        return (word[:-1] + "ies",)
    if re.search(r"(s|x|z|ch|sh)$", word):
        return (word + "es",)
    return (word + "s",)
