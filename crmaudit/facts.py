"""All that a rule may know: one read-only object with a part for each room.

Facts join what people declared (the workspace) with what databases testified
(the evidence). The domain rooms do not know each other: what one needs of
another is handed in here as plain values. Nothing here reaches a database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from crmaudit.crud_matrix import (
    Backing,
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
    Access,
    Backups,
    Changes,
    Document,
    Duplicates,
    Health,
    Overlap,
    Reach,
    Recording,
)
from crmaudit.evidence_set import EvidenceSet, known_as, usable
from crmaudit.governance import Governance
from crmaudit.governance.links import accounts_of, linkable
from crmaudit.governance.maturity import Level, maturity
from crmaudit.governance.maturity_criteria import CRITERIA
from crmaudit.governance.rate import FEWER, too_few
from crmaudit.governance.testified import Testified
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
from crmaudit.key import Key
from crmaudit.messages import joined, listed, msg
from crmaudit.quality.effective import EffectiveMap, effective, kind_of
from crmaudit.quality.expected import fingerprint
from crmaudit.quality.matching.counted import placed
from crmaudit.quality.matching.judged import (
    JudgedDuplicates,
    JudgedOverlap,
    judged_duplicates,
    judged_overlap,
)
from crmaudit.quality.one_place import Apart, OnePlace, Step, apart, entity_now, one_place, purposes
from crmaudit.quality.quality import Quality, Tests
from crmaudit.standing.earned import earned
from crmaudit.standing.past import Past, before
from crmaudit.standing.series import answered, kpi_series, survey_sheets
from crmaudit.standing.tidiness import untidy
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System
from crmaudit.workspace.weights import weights

K = TypeVar("K")
D = TypeVar("D", bound=Document)

__all__ = ["EvidenceSet", "Facts", "NotAssessed"]

_NO_FILE = {
    "maps": (msg("no entity map is given"), msg("a file in maps/")),
    "interviews": (msg("no interview is recorded"), msg("a file in interviews/")),
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
class Facts:
    """The facts of one audit. Parts are worked out on first use and kept."""

    workspace: Workspace
    evidence: EvidenceSet = field(default_factory=EvidenceSet)
    key: Key | None = None
    """The audit's key, where it is at hand: it says whose accounts those of people.yaml are."""
    figures: Mapping[str, tuple[tuple[date, float], ...]] = field(default_factory=dict)
    """Figures of audits of earlier days, by name: what `figure:` of a KPI asks for."""
    past: tuple[Past, ...] = ()
    """The audits remembered, the oldest first."""

    @staticmethod
    def of(
        workspace: Workspace,
        documents: Iterable[Document] = (),
        key: Key | None = None,
        figures: Mapping[str, tuple[tuple[date, float], ...]] | None = None,
        past: Iterable[Past] = (),
    ) -> Facts:
        """Facts from a workspace and documents of evidence of systems that it knows.

        What was collected under a system's earlier id counts as its own.
        """
        known = known_as(documents, workspace.system, workspace.formerly)
        found = Facts(workspace, known, key, past=tuple(past))
        # An audit that was just remembered would otherwise feed the same audit's next report.
        return replace(found, figures=before(figures or {}, found.day))

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
                msg("the day the audit speaks of is not known"), needs=msg("as_of: in audit.yaml")
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
        entities = self.workspace.entity.values()
        return CrudMatrix(self.workspace.in_scope, entities, self.testimony, self._backing)

    @cached_property
    def whole_crud(self) -> CrudMatrix:
        """The matrix over all systems, those out of scope included."""
        entities = self.workspace.entity.values()
        return CrudMatrix(self.workspace.systems, entities, self.testimony, self._backing)

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
            matched=placed(self.duplicates, self.overlap, self.maps, self.workspace.entity),
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
            if set(crud.doing("R", name)) - {creator} or name in self.workspace.asked:
                needed.setdefault(creator, []).append(entity[name].label)
            elif self._unknown_elsewhere(name, creator):
                open_.setdefault(creator, []).append(entity[name].label)
        found = {}
        for system in self.workspace.in_scope:
            if system.id in needed:
                found[system.id] = msg(
                    "it alone creates {labels}, which others need",
                    labels=listed(needed[system.id], 3),
                )
            elif system.id in open_:
                found[system.id] = msg(
                    "it alone creates {labels}, and who reads that is not known",
                    labels=listed(open_[system.id], 3),
                )
            elif not system.crud_complete and not crud.held_by(system.id):
                found[system.id] = msg("nobody said what it creates")
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
            return Measured(reason=score.reason if score else msg("no table of it was profiled"))
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
            return msg("a group of {FEWER}", FEWER=FEWER)
        return who

    @cached_property
    def governance(self) -> Governance:
        return Governance(self.workspace, self.crud.connected, self._testified)

    @property
    def _testified(self) -> Testified:
        evidence, workspace = self.evidence, self.workspace
        asked = answered(evidence.documents)
        series, silent, unread = kpi_series(workspace, asked, self.figures)
        sheets, torn = survey_sheets(workspace)
        access, recording = evidence.of_system(Access), evidence.of_system(Recording)
        linked = linkable((*access.values(), *recording.values()), self.key)
        links = accounts_of(workspace.people.people, self.key) if self.key else {}
        return Testified(
            access,
            recording,
            evidence.of_system(Changes),
            evidence.of_system(Health),
            evidence.of_system(Backups),
            evidence.catalogs,
            series,
            {account: who for account, who in links.items() if account[0] in linked},
            linked,
            {s: {t.table: t.entity for t in reversed(m.tables)} for s, m in self.maps.items()},
            {
                s: {t.table: t.entity for t in reversed(m.tables) if t.role == "primary"}
                for s, m in self.maps.items()
            },
            asked=asked,
            silent=silent,
            surveys=sheets,
            unread={**unread, **torn},
            untidy=untidy(self.quality.tables()),
        )

    @cached_property
    def maturity(self) -> tuple[Level, ...]:
        """The level that each dimension of maturity has earned, and what is missing."""
        targets = self.workspace.brief.maturity_targets.model_dump()
        return maturity(earned(self), targets, CRITERIA)

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
    def apart(self) -> tuple[Apart, ...]:
        """What of customers the CRM does not show, and systems compared with it do."""
        crm = self.workspace.crm
        return apart(crm.id, self.one_place, self.overlap) if crm else ()

    @cached_property
    def purposes(self) -> tuple[Step, ...]:
        """What becomes of leads, activities and campaigns, step by step, as counted."""
        return purposes(self._reach, self._kinds, self.workspace.entity)

    @cached_property
    def duplicates(self) -> tuple[JudgedDuplicates, ...]:
        """Of each entity in each system in scope, records that stand for the same thing.

        In the order of the dossiers, then by entity; those that could not be
        compared included.
        """
        known, answers = self.workspace.entity, self.workspace.matches.matches
        newest: dict[tuple[str, str], Duplicates] = {}
        for system in self.workspace.in_scope:
            for d in self.evidence.duplicates.get(system.id, {}).values():
                _keep_newest(newest, (system.id, entity_now(d.entity, known)), d)
        return tuple(
            judged_duplicates(d, entity, answers, self.evidence.failed_since(d))
            for (system, entity), d in sorted(
                newest.items(), key=lambda p: (self._place[p[0][0]], p[0][1])
            )
            if self._mapped(system, entity)
        )

    @cached_property
    def overlap(self) -> tuple[JudgedOverlap, ...]:
        """Each entity across the systems in scope that hold it, by entity.

        Those included that could not be compared.
        """
        known, answers = self.workspace.entity, self.workspace.matches.matches
        newest: dict[str, Overlap] = {}
        for d in self.evidence.overlaps.values():
            _keep_newest(newest, entity_now(d.entity, known), d)
        scope = {s.id for s in self.workspace.in_scope}
        found = (
            judged_overlap(d, e, scope, answers, self.evidence.failed_since(d))
            for e, d in sorted(newest.items())
        )
        return tuple(o for o in found if o is not None)

    @cached_property
    def _backing(self) -> Mapping[str, Mapping[str, Backing]]:
        """Entity → system → what the data say for its version."""
        return {
            o.entity: {
                system: Backing(w.covers, w.complete, w.newer, w.agrees)
                for system, w in o.weighed().items()
            }
            for o in self.overlap
            if not o.cannot
        }

    @cached_property
    def _place(self) -> Mapping[str, int]:
        """System → its place among the dossiers."""
        return {s.id: i for i, s in enumerate(self.workspace.systems)}

    def _mapped(self, system: str, entity: str) -> bool:
        """Whether a table still holds the entity, by the map as it is now."""
        return system not in self.maps or any(True for _ in self.maps[system].of(entity))

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
            # What was compared over several systems is brought down to those that are left.
            if isinstance(d, Overlap) or d.provenance.system not in gone
        )
        return replace(self, workspace=replace(workspace, audit=audit), evidence=EvidenceSet(kept))

    def need(self, *files: str) -> None:
        """Raise NotAssessed where the workspace lacks one of these files or folders."""
        for file in files:
            if not self.workspace.says(file):
                reason, needs = _NO_FILE.get(file, (msg("{file} is not there", file=file), file))
                if self.workspace.has(file) and file not in _NO_FILE:
                    reason = msg("{file} says nothing yet", file=file)
                raise NotAssessed(reason, needs=needs)

    def need_evidence(self) -> None:
        """Raise NotAssessed where no database was read."""
        if not self.evidence.documents:
            raise NotAssessed(msg("no database was read"), needs="crmaudit collect")

    def statements_of(self, proof: Proof) -> tuple[str, ...]:
        """Texts of statements on which a proof rests, values taken out; the most used first."""
        return examples(proof, self.evidence.statements, self.evidence.catalogs)

    def need_use(self) -> None:
        """Raise NotAssessed where nothing was read of how systems use their data."""
        if not self.testimony:
            raise NotAssessed(
                msg("nobody read what ran, what code does or who may do what"),
                needs="crmaudit collect --only grants,statements,code,written",
            )

    def need_duplicates(self) -> None:
        """Raise NotAssessed where no records of a system were compared with each other."""
        if not self.duplicates:
            raise NotAssessed(
                msg("no records were compared with each other"),
                needs="crmaudit collect --only duplicates",
            )

    def need_overlap(self) -> None:
        """Raise NotAssessed where no two systems' records were compared."""
        if not self.overlap:
            raise NotAssessed(
                msg("no two systems' records were compared with each other"),
                needs=msg("crmaudit collect --only overlap, with two systems' databases"),
            )

    def need_complete(self) -> None:
        """Raise NotAssessed where absence proves nothing: a dossier's `crud:` is not complete."""
        lacking = self.crud.incomplete
        if lacking:
            names = [self.workspace.system[s].name for s in lacking]
            named = listed(names, 5) if len(names) > 5 else joined(", ", names)
            whole = len(self.crud.systems)
            raise NotAssessed(
                msg(
                    "the CRUD entries of the one system are not declared complete: {named}",
                    named=named,
                )
                if whole == 1
                else msg(
                    "the CRUD entries of {n} of {whole} systems are not declared complete: {named}",
                    n=len(names),
                    whole=whole,
                    named=named,
                ),
                needs=msg("crud_complete: true in every dossier in scope"),
            )


def _keep_newest(found: dict[K, D], place: K, document: D) -> None:
    known = found.get(place)
    if known is None or usable(known) < usable(document):
        found[place] = document


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
