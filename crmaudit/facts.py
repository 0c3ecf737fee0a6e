"""All that a rule may know: one read-only object with a part for each room.

Facts join what people declared (the workspace) with what databases testified
(the evidence). The domain rooms do not know each other: what one needs of
another is handed in here as plain values. Nothing here reaches a database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from crmaudit.crud_matrix import (
    ClassOf,
    CrudMatrix,
    Proof,
    TableCover,
    Testimony,
    UseEvidence,
    class_of,
    examples,
    hear,
    table_cover,
)
from crmaudit.evidence import (
    Catalog,
    Code,
    Document,
    Duplicates,
    EntityMap,
    ExpectationTests,
    Grants,
    Keys,
    Overlap,
    Reach,
    Statements,
    TableProfile,
    Written,
)
from crmaudit.governance import Governance
from crmaudit.governance.rate import FEWER, too_few
from crmaudit.inventory import (
    Described,
    Directory,
    Fit,
    Inventory,
    Measured,
    OpinionGap,
    Surroundings,
    all_perceived,
    described,
    fit,
)
from crmaudit.quality.effective import EffectiveMap, effective, kind_of
from crmaudit.quality.expected import fingerprint
from crmaudit.quality.one_place import OnePlace, Step, one_place, purposes
from crmaudit.quality.quality import Quality, Tests
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System
from crmaudit.workspace.weights import weights

D = TypeVar("D", bound=Document)

_NO_FILE = {
    "maps": ("no entity map is given", "a file in maps/"),
    "interviews": ("no interview is recorded", "a file in interviews/"),
}
"""Folders of which one file would do: what is said where there is none, and what is needed."""


@dataclass(eq=False)
class NotAssessed(Exception):  # noqa: N818 - not an error: a result
    """What a rule lacks to judge. Yielded for one subject, raised for all of them."""

    reason: str
    needs: str = ""
    """What would supply it: a file, a key, a command."""
    subject: str = ""


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
        for profile in sorted(self._current(), key=_usable):
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
        for profile in sorted(self._current(whole=False), key=_usable):
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
        """By system, then by entity: records that stand for the same thing."""
        return self._by_origin(Duplicates)

    @cached_property
    def overlaps(self) -> Mapping[str, Overlap]:
        """By entity: the systems that hold it beside each other; the newest comparison."""
        found: dict[str, Overlap] = {}
        for d in self.documents:
            if isinstance(d, Overlap):
                known = found.get(d.entity)
                if known is None or known.provenance.taken_at < d.provenance.taken_at:
                    found[d.entity] = d
        return found

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
    def newest(self) -> date | None:
        """The day of the newest measurement."""
        return max((d.provenance.taken_at.date() for d in self.documents), default=None)


def _usable(profile: TableProfile) -> tuple[bool, datetime]:
    """Sorts the profile to go by last: the newest that did not fail."""
    p = profile.provenance
    return p.status.state != "failed", p.taken_at


def _as_called_now(document: Document, formerly: Mapping[str, str]) -> Document:
    p = document.provenance
    if isinstance(document, Code) and document.database in formerly:
        document = replace(document, database=formerly[document.database])
    if isinstance(document, Overlap):
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


@dataclass(frozen=True)
class Facts:
    """The facts of one audit. Parts are worked out on first use and kept."""

    workspace: Workspace
    evidence: EvidenceSet = field(default_factory=EvidenceSet)

    @staticmethod
    def of(workspace: Workspace, documents: Iterable[Document] = ()) -> Facts:
        """Facts from a workspace and documents of evidence of systems that it knows.

        What was collected under a system's earlier id counts as its own.
        """
        known = (_as_called_now(d, workspace.formerly) for d in documents)
        ours = [d for d in known if d.provenance.system in workspace.system]
        return Facts(workspace, EvidenceSet(tuple(_without_older(ours, workspace.formerly))))

    @cached_property
    def day(self) -> date | None:
        """The day the audit speaks of: declared, else the newest evidence's, else the newest
        date declared of something seen or done; never today. None where nothing has a date."""
        declared = self.workspace.audit.as_of or self.evidence.newest
        return declared or _newest_declared(self.workspace)

    @property
    def as_of(self) -> date:
        """`day`, for rules: raises NotAssessed where it is not known."""
        if self.day is None:
            raise NotAssessed(
                "the day the audit speaks of is not known", needs="as_of: in audit.yaml"
            )
        return self.day

    @cached_property
    def inventory(self) -> Inventory:
        audit, people = self.workspace.audit, self.workspace.person
        return Inventory(
            self.workspace.systems,
            self.day,
            audit.currency,
            audit.rates,
            hourly_rate=audit.hourly_rate,
            people=people,
            directory=Directory(people, audit.units, audit.terms.auditors, self.day),
            weights=weights("completeness", audit.weights),
        )

    @cached_property
    def crud(self) -> CrudMatrix:
        return CrudMatrix(self.workspace.in_scope, self.workspace.entity.values(), self.testimony)

    @cached_property
    def whole_crud(self) -> CrudMatrix:
        """The matrix over all systems, those out of scope included."""
        return CrudMatrix(self.workspace.systems, self.workspace.entity.values(), self.testimony)

    @cached_property
    def testimony(self) -> Testimony:
        """What databases and code tell of the matrix; empty where no use was measured."""
        evidence = self.evidence
        mapped = {system: known.tables for system, known in self.maps.items()}
        use = UseEvidence(evidence.grants, evidence.statements, evidence.code, evidence.written)
        return hear(self.workspace.systems, self.workspace.map_of, mapped, evidence.catalogs, use)

    def class_of(self, entity: str) -> ClassOf:
        """Master, reference or transaction: declared, else proposed with its reasons."""
        known = self.workspace.entity
        holders = [self.crud.cell(s, entity) for s in self.crud.holders(entity)]
        counted = [cover.rows(entity) for cover in self.covers.values()]
        rows = max((n for n in counted if n), default=None)
        kind = kind_of(entity, known)
        return class_of(known[entity], kind, holders, known.values(), rows)

    @cached_property
    def quality(self) -> Quality:
        evidence, own = self.evidence, self.workspace.audit.weights
        asked = {e.id: e for e in self.workspace.expectations.expectations}
        dimensions = {e.id: e.dimension for e in asked.values() if e.dimension}
        prints = {e.id: fingerprint(e) for e in asked.values()}
        tests = {}
        for system, found in evidence.expectations.items():
            # What was changed since it was tested says nothing of what is asked now.
            kept = (t for t in found.tests if prints.get(t.expectation) == t.fingerprint)
            tests[system] = Tests(replace(found, tests=tuple(kept)), dimensions)
        return Quality(
            evidence.profiles,
            evidence.catalogs,
            self.maps,
            self.day,
            parts=evidence.parts,
            keys=evidence.keys,
            tests=tests,
            entities=self.workspace.entity,
            importance=weights("columns", own),
            dimensions=weights("dimensions", own),
        )

    @cached_property
    def fits(self) -> Mapping[str, Fit]:
        """System → where it stands on TIME; all systems in scope."""
        audit = self.workspace.audit
        own = [weights(axis, audit.weights) for axis in ("functional fit", "technical fit")]
        return {
            row.system.id: fit(row, self._surroundings(row.system), *own)
            for row in self.inventory.in_scope
        }

    def _surroundings(self, system: System) -> Surroundings:
        score = self.quality.system_score(system.id)
        return Surroundings(
            judge=self.workspace.person_name(system.fitness.who) or "",
            measured=score.share if score else None,
            record_of=self._records.get(system.id, 0) if self._records else None,
            staff=self.governance.staff,
            keeps=self._keeps.get(system.id, ""),
        )

    @cached_property
    def _records(self) -> Mapping[str, int]:
        """System → entities of which it is declared the system of record."""
        declared = (e.system_of_record for e in self.workspace.entity.values())
        return Counter(system for system in declared if system)

    @cached_property
    def _keeps(self) -> Mapping[str, str]:
        """System → why it must not be called "eliminate": what only it creates, and others need."""
        crud, entity = self.crud, self.workspace.entity
        needed: dict[str, list[str]] = {}
        open_: dict[str, list[str]] = {}
        for name in crud.entities:
            creators = crud.doing("C", name)
            if len(creators) != 1:
                continue
            (creator,) = creators
            if set(crud.doing("R", name)) - {creator}:
                needed.setdefault(creator, []).append(entity[name].label)
            elif self._unknown_elsewhere(name, creator):
                open_.setdefault(creator, []).append(entity[name].label)
        found = {}
        for system in self.workspace.in_scope:
            if system.id in needed:
                found[system.id] = f"it alone creates {_some(needed[system.id])}, which others read"
            elif system.id in open_:
                labels = _some(open_[system.id])
                found[system.id] = f"it alone creates {labels}, and who reads that is not known"
            elif not system.crud_complete and not crud.held_by(system.id):
                found[system.id] = "nobody said what it creates"
        return found

    def _unknown_elsewhere(self, entity: str, creator: str) -> bool:
        """Whether of another system nobody said what it does to the entity."""
        others = (s for s in self.crud.incomplete if s != creator)
        return any(self.crud.cell(s, entity).letters is None for s in others)

    @cached_property
    def opinions(self) -> tuple[OpinionGap, ...]:
        """What people say of systems in scope, and of entities in them, beside what was measured.

        In the order of the dossiers, of each system the opinion on the whole first.
        """
        return tuple(
            OpinionGap(said, self._measured(said.entity, system.id))
            for system in self.workspace.in_scope
            for said in all_perceived(system)
        )

    def _measured(self, entity: str, system: str) -> Measured:
        quality = self.quality
        score = quality.entity_score(entity, system) if entity else quality.system_score(system)
        if score is None or score.share is None:
            return Measured(reason=score.reason if score else "no table of it was profiled")
        mixed = bool(entity and quality.shared(entity, system))
        return Measured(score.share, score.passed, score.applicable, score.evidence, mixed)

    @cached_property
    def descriptions(self) -> Mapping[str, Described]:
        """System → its database's documentation beside the tables of its catalog.

        Only systems whose catalog was read and whose documentation counts or
        names its tables.
        """
        found = {}
        for system in self.workspace.systems:
            catalog = self.evidence.catalogs.get(system.id)
            document = system.documentation.database
            if catalog is not None and document is not None and document.exists:
                tables = [t.qualified for t in catalog.tables if t.kind != "view"]
                views = [t.qualified for t in catalog.tables if t.kind == "view"]
                beside = described(document, tables, views)
                if beside is not None:
                    found[system.id] = beside
        return found

    def speaker(self, who: str) -> str:
        """The name under which an opinion may be told.

        A person of people.yaml is named, and so is a group; a unit of fewer
        than five people is not.
        """
        if who in self.workspace.person:
            return self.workspace.person[who].name
        named = (
            u for u in self.workspace.audit.units if who.casefold() in (u.id, u.name.casefold())
        )
        unit = next(named, None)
        if unit is not None and unit.staff is not None and too_few(unit.staff):
            return f"a group of {FEWER}"
        return who

    @cached_property
    def governance(self) -> Governance:
        workspace = self.workspace
        series = {}
        for kpi in workspace.kpis.kpis:
            if kpi.file and not kpi.series:
                from crmaudit.sheets import read_series

                series[kpi.id] = read_series(
                    workspace.root / kpi.file, kpi.date_column, kpi.value_column, kpi.file
                )
        return Governance(workspace, self.crud.connected, series)

    @cached_property
    def maps(self) -> Mapping[str, EffectiveMap]:
        """System → what its tables mean: as measured, corrected by what people declared."""
        declared, measured = self.workspace.map_of, self.evidence.entity_maps
        named = (
            effective(system, declared.get(system), measured.get(system), self.workspace.entity)
            for system in dict.fromkeys((*declared, *measured))
        )
        return {found.system: found for found in named if found is not None}

    @cached_property
    def one_place(self) -> tuple[OnePlace, ...]:
        """Of each customer entity in each system read, what is at hand with how many records."""
        return one_place(self._reach, self._kinds, self.workspace.entity)

    @cached_property
    def purposes(self) -> tuple[Step, ...]:
        """What becomes of leads, activities and campaigns, step by step, as counted."""
        return purposes(self._reach, self._kinds, self.workspace.entity)

    @property
    def _reach(self) -> Mapping[str, Reach]:
        """In the order of the dossiers, systems in scope only."""
        scope = (s.id for s in self.workspace.in_scope)
        return {s: self.evidence.reach[s] for s in scope if s in self.evidence.reach}

    @property
    def _kinds(self) -> Mapping[str, Mapping[str, str]]:
        own = {
            e: kind for e in self.workspace.entity if (kind := kind_of(e, self.workspace.entity))
        }
        return {s: {**own, **(self.maps[s].kinds if s in self.maps else {})} for s in self._reach}

    @cached_property
    def covers(self) -> Mapping[str, TableCover]:
        """System → how far its entity maps explain the tables of its catalog.

        Only systems that have both: without a map nothing is explained.
        """
        return {
            system: table_cover(catalog, self.maps[system].tables)
            for system, catalog in self.evidence.catalogs.items()
            if system in self.maps
        }

    @property
    def unexplained(self) -> Mapping[str, tuple[str, ...]]:
        """System → tables that no entity explains, the largest first."""
        return {
            system: tuple(t.qualified for t in cover.unexplained)
            for system, cover in self.covers.items()
        }

    def without(self, systems: Iterable[str]) -> Facts:
        """The facts as they would be without these systems and all that refers to them.

        The day stays the same, although evidence goes. Nothing is changed here.
        """
        gone = frozenset(systems) & self.workspace.system.keys()
        if not gone:
            return self
        workspace = self.workspace.without(gone)
        audit = workspace.audit.model_copy(update={"as_of": self.day})
        kept = tuple(
            d
            for d in self.evidence.documents
            if d.provenance.system not in gone
            and not (isinstance(d, Overlap) and gone & {h.system for h in d.holders})
        )
        return Facts(replace(workspace, audit=audit), EvidenceSet(kept))

    def need(self, *files: str) -> None:
        """Raise NotAssessed where the workspace lacks one of these files or folders."""
        for file in files:
            if not self.workspace.says(file):
                reason, needs = _NO_FILE.get(file, (f"{file} is not there", file))
                if self.workspace.has(file) and file not in _NO_FILE:
                    reason = f"{file} says nothing yet"
                raise NotAssessed(reason, needs=needs)

    def need_evidence(self) -> None:
        """Raise NotAssessed where no database was read."""
        if not self.evidence.documents:
            raise NotAssessed("no database was read", needs="crmaudit collect")

    def statements_of(self, proof: Proof) -> tuple[str, ...]:
        """Texts of statements on which a proof rests, values taken out; the most used first."""
        return examples(proof, self.evidence.statements, self.evidence.catalogs)

    def need_use(self) -> None:
        """Raise NotAssessed where nothing was read of how systems use their data."""
        if not self.testimony:
            raise NotAssessed(
                "nobody read what ran, what code does or who may do what",
                needs="crmaudit collect --only grants,statements,code,written",
            )

    def need_complete(self) -> None:
        """Raise NotAssessed where absence proves nothing: a dossier's `crud:` is not complete."""
        lacking = self.crud.incomplete
        if lacking:
            named = [self.workspace.system[s].name for s in lacking[:5]]
            more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
            whole = len(self.crud.systems)
            of = "the one system" if whole == 1 else f"{len(lacking)} of {whole} systems"
            raise NotAssessed(
                f"the CRUD entries of {of} are not declared complete: {', '.join(named)}{more}",
                needs="crud_complete: true in every dossier in scope",
            )


def _some(names: Sequence[str], most: int = 3) -> str:
    """`A`, `A and B`, `A, B, C and 4 more`."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _newest_declared(workspace: Workspace) -> date | None:
    """The newest day on which something declared was seen, said or done."""
    days: list[date] = []
    for system in workspace.systems:
        days += [v.when for v in system.perceived_quality or () if v.when]
        days += [f.last_run for f in system.feeds or () if f.last_run]
        for part in (system.documentation.system, system.documentation.database):
            if part and part.updated:
                days.append(part.updated)
        care = system.maintenance
        if care:
            duties = (care.backup, care.restore_test, care.index_care, care.updates)
            days += [d.last for d in duties if d and d.last]
    days += [i.date for i in workspace.interviews if i.date]
    days += [o.date for o in workspace.registers.opinions if o.date]
    days += [p.date for k in workspace.kpis.kpis for p in k.series]
    days += [d for m in workspace.people.meetings for d in m.held]
    return max(days, default=None)
