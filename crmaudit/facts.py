"""All that a rule may know: one read-only object with a part for each room.

Facts join what people declared (the workspace) with what databases testified
(the evidence). The domain rooms do not know each other: what one needs of
another is handed in here as plain values. Nothing here reaches a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from crmaudit.crud_matrix import CrudMatrix, TableCover, table_cover
from crmaudit.evidence import Catalog, Document, EntityMap, TableProfile
from crmaudit.governance import Governance
from crmaudit.inventory import Inventory
from crmaudit.quality.quality import Quality
from crmaudit.sheets import read_series
from crmaudit.workspace import Workspace
from crmaudit.workspace.landscape import Map

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

    def _current(self) -> Iterator[TableProfile]:
        """Profiles of what the newest catalogs speak of; of a system without one, all."""
        known = {
            system: (catalog.provenance.source, {t.qualified for t in catalog.tables})
            for system, catalog in self.catalogs.items()
        }
        for document in self.documents:
            if isinstance(document, TableProfile):
                p = document.provenance
                source, tables = known.get(p.system, (p.source, {document.table}))
                if source == p.source and document.table in tables:
                    yield document

    @cached_property
    def entity_maps(self) -> Mapping[str, EntityMap]:
        return {d.provenance.system: d for d in self.documents if isinstance(d, EntityMap)}

    @property
    def newest(self) -> date | None:
        """The day of the newest measurement."""
        return max((d.provenance.taken_at.date() for d in self.documents), default=None)


def _usable(profile: TableProfile) -> tuple[bool, datetime]:
    """Sorts the profile to go by last: the newest that did not fail."""
    p = profile.provenance
    return p.status.state != "failed", p.taken_at


@dataclass(frozen=True)
class Facts:
    """The facts of one audit. Parts are worked out on first use and kept."""

    workspace: Workspace
    evidence: EvidenceSet = field(default_factory=EvidenceSet)

    @staticmethod
    def of(workspace: Workspace, documents: Iterable[Document] = ()) -> Facts:
        """Facts from a workspace and documents of evidence of systems that it knows."""
        known = tuple(d for d in documents if d.provenance.system in workspace.system)
        return Facts(workspace, EvidenceSet(known))

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
        audit = self.workspace.audit
        return Inventory(self.workspace.systems, self.day, audit.currency, audit.rates)

    @cached_property
    def crud(self) -> CrudMatrix:
        return CrudMatrix(self.workspace.in_scope, self.workspace.entity.values())

    @cached_property
    def quality(self) -> Quality:
        return Quality(self.evidence.profiles, self.evidence.catalogs, self.maps, self.day)

    @cached_property
    def governance(self) -> Governance:
        workspace = self.workspace
        series = {
            kpi.id: read_series(
                workspace.root / kpi.file, kpi.date_column, kpi.value_column, kpi.file
            )
            for kpi in workspace.kpis.kpis
            if kpi.file and not kpi.series
        }
        return Governance(workspace, self.crud.connected, series)

    @cached_property
    def maps(self) -> Mapping[str, Map]:
        """The entity map of each system as people keep it; several files make one map."""
        found: dict[str, Map] = {}
        for part in self.workspace.maps:
            have = found.get(part.system)
            found[part.system] = (
                part
                if have is None
                else have.model_copy(
                    update={
                        name: getattr(have, name) + getattr(part, name)
                        for name in ("tables", "references", "principals")
                    }
                )
            )
        return found

    @cached_property
    def covers(self) -> Mapping[str, TableCover]:
        """System → how far its entity maps explain the tables of its catalog.

        Only systems that have both: without a map nothing is explained.
        """
        measured = self.evidence.entity_maps
        return {
            system: table_cover(catalog, self.maps.get(system), measured.get(system))
            for system, catalog in self.evidence.catalogs.items()
            if system in self.maps or system in measured
        }

    @property
    def unexplained(self) -> Mapping[str, tuple[str, ...]]:
        """System → tables that no entity explains, the largest first."""
        return {
            system: tuple(t.qualified for t in cover.unexplained)
            for system, cover in self.covers.items()
        }

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
