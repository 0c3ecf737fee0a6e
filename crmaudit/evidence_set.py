"""The newest evidence, found by kind, system and subject.

What people call things may have changed since it was collected: evidence of a
system under its earlier id counts as its own (`known_as`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from crmaudit.evidence import (
    Catalog,
    Code,
    Document,
    Duplicates,
    EntityMap,
    ExpectationTests,
    Grants,
    Holder,
    Keys,
    Overlap,
    Reach,
    Statements,
    TableProfile,
    Written,
)

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class EvidenceSet:
    """The newest evidence, by kind, system and subject (`Store.newest`)."""

    documents: tuple[Document, ...] = ()

    @cached_property
    def catalogs(self) -> Mapping[str, Catalog]:
        """By system."""
        return {d.provenance.system: d for d in self.documents if isinstance(d, Catalog)}

    @cached_property
    def profiles(self) -> Mapping[str, Mapping[str, TableProfile]]:
        """By system, then by qualified table name: what is known of each table.

        Where a newer try to read a table failed, the older profile stays, and
        `unread` has the newer one. What speaks of another source than the
        newest catalog, or of a table that it no longer has, is left out.
        """
        found: dict[str, dict[str, TableProfile]] = {}
        for profile in sorted(self._current(), key=usable):
            found.setdefault(profile.provenance.system, {})[profile.table] = profile
        return found

    @cached_property
    def unread(self) -> Mapping[str, Mapping[str, TableProfile]]:
        """Tries to read a table that failed after what `profiles` has of it, filed as there."""
        found: dict[str, dict[str, TableProfile]] = {}
        for new in self._current():
            system = new.provenance.system
            old = self.profiles[system][new.table]
            if old.provenance.taken_at < new.provenance.taken_at:
                found.setdefault(system, {})[new.table] = new
        return found

    def of_system(self, kind: type[D]) -> Mapping[str, D]:
        """The newest usable document of a kind that each system has one of, by system.

        One that failed counts only where there is no other.
        """
        found: dict[str, D] = {}
        for d in sorted(
            (d for d in self.documents if isinstance(d, kind)),
            key=lambda d: (d.provenance.status.state != "failed", d.provenance.taken_at),
        ):
            found[d.provenance.system] = d
        return found

    def _current(self, whole: bool = True) -> Iterator[TableProfile]:
        """Profiles of what the newest catalogs speak of; of a system without one, all.

        Those of `whole` tables, or those of parts.
        """
        known = {
            system: (catalog.provenance.source, {t.qualified for t in catalog.tables})
            for system, catalog in self.catalogs.items()
        }
        for document in self.documents:
            if isinstance(document, TableProfile):
                p = document.provenance
                source, tables = known.get(p.system, (p.source, {document.table}))
                if (
                    source == p.source
                    and document.table in tables
                    and whole is not bool(document.where)
                ):
                    yield document

    @cached_property
    def entity_maps(self) -> Mapping[str, EntityMap]:
        return {d.provenance.system: d for d in self.documents if isinstance(d, EntityMap)}

    @cached_property
    def parts(self) -> Mapping[str, Mapping[tuple[str, str], TableProfile]]:
        """By system, then by table and condition: profiles of some of a table's rows."""
        found: dict[str, dict[tuple[str, str], TableProfile]] = {}
        for profile in sorted(self._current(whole=False), key=usable):
            place = (profile.table, profile.where)
            found.setdefault(profile.provenance.system, {})[place] = profile
        return found

    @cached_property
    def keys(self) -> Mapping[str, Keys]:
        """By system: how its tables hang together."""
        return {d.provenance.system: d for d in self.documents if isinstance(d, Keys)}

    @cached_property
    def expectations(self) -> Mapping[str, ExpectationTests]:
        """By system: expectations tested on its rows."""
        return {d.provenance.system: d for d in self.documents if isinstance(d, ExpectationTests)}

    @cached_property
    def reach(self) -> Mapping[str, Reach]:
        """By system: with how many of its customers something is at hand."""
        return {d.provenance.system: d for d in self.documents if isinstance(d, Reach)}

    @cached_property
    def duplicates(self) -> Mapping[str, Mapping[str, Duplicates]]:
        """By system, then by entity: records that stand for the same thing.

        What speaks of another source than the newest catalog, or of a table
        that it no longer has, is left out.
        """
        found = self._by_origin(Duplicates)
        return {
            system: kept
            for system, by_entity in found.items()
            if (kept := {e: d for e, d in by_entity.items() if self._of_now(d)})
        }

    def _of_now(self, document: Duplicates) -> bool:
        catalog = self.catalogs.get(document.provenance.system)
        if catalog is None:
            return True
        same = catalog.provenance.source == document.provenance.source
        return same and {t.qualified for t in catalog.tables}.issuperset(document.tables)

    @cached_property
    def overlaps(self) -> Mapping[str, Overlap]:
        """By entity: the systems that hold it beside each other; the newest comparison.

        One that failed only where there is no other. Without those of another
        source than a system's newest catalog.
        """
        found: dict[str, Overlap] = {}
        for d in sorted(self._overlaps(), key=usable):
            found[d.entity] = d
        return found

    def failed_since(self, document: Document) -> Document | None:
        """The newest try at the same that failed after it; None where none did.

        A comparison of several systems is the same where the entity is.
        """
        if isinstance(document, Overlap):
            tries: Iterable[Document] = (d for d in self._overlaps() if d.entity == document.entity)
        else:
            topic = (document.kind, document.provenance.system, document.subject)
            tries = (d for d in self.documents if (d.kind, d.provenance.system, d.subject) == topic)
        after = [
            d
            for d in tries
            if d.provenance.status.state == "failed"
            and d.provenance.taken_at > document.provenance.taken_at
        ]
        return max(after, key=lambda d: d.provenance.taken_at, default=None)

    def _overlaps(self) -> Iterator[Overlap]:
        for d in self.documents:
            if isinstance(d, Overlap) and all(map(self._read_now, d.holders)):
                yield d

    def _read_now(self, holder: Holder) -> bool:
        catalog = self.catalogs.get(holder.system)
        return not holder.source or catalog is None or holder.source == catalog.provenance.source

    @cached_property
    def grants(self) -> Mapping[str, Mapping[str, Grants]]:
        """By system, then by origin: who may do what with its tables."""
        return self._by_origin(Grants)

    @cached_property
    def statements(self) -> Mapping[str, Mapping[str, Statements]]:
        """By system, then by origin: what ran in its database."""
        return self._by_origin(Statements)

    @cached_property
    def code(self) -> Mapping[str, Mapping[str, Code]]:
        """By system, then by origin: what its code would do; '' is its database's machinery."""
        return self._by_origin(Code)

    @cached_property
    def written(self) -> Mapping[str, Written]:
        """By system: traces of writing in its tables."""
        return {d.provenance.system: d for d in self.documents if isinstance(d, Written)}

    def _by_origin(self, kind: type[D]) -> Mapping[str, Mapping[str, D]]:
        found: dict[str, dict[str, D]] = {}
        for d in self.documents:
            if isinstance(d, kind):
                found.setdefault(d.provenance.system, {})[d.subject] = d
        return found

    @property
    def measured(self) -> tuple[date, date] | None:
        """The days of the oldest and of the newest measurement."""
        days = [d.provenance.taken_at.date() for d in self.documents]
        return (min(days), max(days)) if days else None

    @property
    def newest(self) -> date | None:
        """The day of the newest measurement."""
        return self.measured[1] if self.measured else None


def usable(document: Document) -> tuple[bool, datetime]:
    """Sorts the document to go by last: the newest that did not fail."""
    p = document.provenance
    return p.status.state != "failed", p.taken_at


def known_as(
    documents: Iterable[Document], systems: Container[str], formerly: Mapping[str, str]
) -> EvidenceSet:
    """The evidence of these systems, under the ids that they have now.

    `formerly` tells for an earlier id the one of today. A comparison of several
    systems is theirs where two of them are, whichever stands first in it.
    """

    def ours_too(d: Document) -> bool:
        several = d.holders if isinstance(d, Overlap) else ()
        return d.provenance.system in systems or sum(h.system in systems for h in several) > 1

    called = (_as_called_now(d, formerly) for d in documents)
    ours = [d for d in called if ours_too(d)]
    return EvidenceSet(tuple(_without_older(ours, formerly)))


def _as_called_now(document: Document, formerly: Mapping[str, str]) -> Document:
    p = document.provenance
    if isinstance(document, Code) and document.database in formerly:
        document = replace(document, database=formerly[document.database])
    if isinstance(document, Duplicates | Overlap):
        document = document.renamed(formerly)
    if p.system not in formerly:
        return document
    return replace(
        document, provenance=replace(p, system=formerly[p.system], collected_as=p.system)
    )


def _without_older(documents: list[Document], formerly: Mapping[str, str]) -> Iterator[Document]:
    """The newest of each topic, which may have been collected under an earlier id and a later.

    As in the store, one that failed leaves the newest that did not.
    """
    renamed = set(formerly.values())
    topics: dict[tuple[str, str, str], list[Document]] = {}
    for d in documents:
        system = d.provenance.system
        if system in renamed:
            topics.setdefault((d.kind, system, d.subject), []).append(d)
        else:
            yield d
    for found in topics.values():
        newest, *older = sorted(found, key=lambda d: d.provenance.taken_at, reverse=True)
        yield newest
        if newest.provenance.status.state == "failed":
            yield from [d for d in older if d.provenance.status.state != "failed"][:1]
