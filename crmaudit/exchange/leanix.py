"""The landscape as a workbook for import into SAP LeanIX.

One sheet a fact sheet type with its relations as columns, and one sheet a
relation type, as in LeanIX's own full snapshot: keys in the first row, labels
in the second. Keys and values are those of LeanIX's default model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.outgoing import Outgoing, Thing, counted
from crmaudit.exchange.properties import REASONS
from crmaudit.sheets import Column, Page, Table, Value, workbook

MAX_ROWS = 10_000
"""Of a sheet that LeanIX imports, headings included."""
MAX_TEXT = 32_767

_PHASES = (
    ("lifecycle:plan", "Plan", "planned"),
    ("lifecycle:phaseIn", "Phase in", "phase_in"),
    ("lifecycle:active", "Active", "since"),
    ("lifecycle:phaseOut", "Phase out", "phase_out"),
    ("lifecycle:endOfLife", "End of life", "retired"),
)
_CRITICALITY = {
    "low": "administrativeService",
    "medium": "businessOperational",
    "high": "businessCritical",
    "critical": "missionCritical",
}
_FUNCTIONAL = {1: "unreasonable", 2: "insufficient", 3: "appropriate", 4: "perfect"}
_TECHNICAL = {1: "inappropriate", 2: "unreasonable", 3: "adequate", 4: "fullyAppropriate"}
_USAGE = {"C": "create", "R": "read", "U": "update", "D": "delete"}

_FEED = {"by": "Way", "frequency": "Frequency", "problems": "Problems"}
"""What is said of a feed, which goes into an interface's description."""

_README = (
    "Import into SAP LeanIX",
    "Before the import:",
    "LeanIX imports one type of fact sheet a file. Save each sheet as a workbook of its own.",
    "Import DataObject and Provider first, then Application, then Interface: a relation needs "
    "both its ends.",
    "Use LeanIX's test mode first. It tells which columns your workspace does not know.",
    "How to read it:",
    "The first row, which is hidden, has LeanIX's keys; the second has labels.",
    "An empty id makes a new fact sheet. externalId has the id of the audit's own files. To change "
    "fact sheets that exist, put LeanIX's ids into the column id.",
    "Several values in one cell stand behind each other with a semicolon.",
    "Keys and values are those of LeanIX's default model. Where yours was changed, change the "
    "headings.",
    "The sheets whose names end in Relation hold the relations with their attributes, as in a full "
    "snapshot; the relations' columns hold the same without attributes.",
)


def render(export: Export) -> Rendered:
    """The workbook."""
    writer = _Writer(Outgoing(export))
    sheets: list[Page | Table] = [Page("ReadMe", _README), *writer.sheets()]
    losses = writer.out.losses(
        {**REASONS, "owners": "LeanIX knows people by their e-mail addresses"}
    )
    return Rendered(workbook(sheets, "Import into SAP LeanIX"), writer.holds(), losses)


class _Writer:
    def __init__(self, out: Outgoing) -> None:
        self.out = out
        self._systems = self._named(out.systems)
        self._entities = self._named(out.entities)
        self._relations: dict[str, list[list[Value]]] = {}
        self._written: Counter[str] = Counter()

    def holds(self) -> str:
        """What stands in the workbook, in numbers."""
        words = (("Application", "application"), ("DataObject", "data object"),
                 ("Provider", "provider"), ("Interface", "interface"))  # fmt: skip
        told = [counted(self._written[kind], word) for kind, word in words]
        return ", ".join([*told, counted(sum(map(len, self._relations.values())), "relation")])

    def sheets(self) -> list[Table]:
        """All sheets with rows in them."""
        applications = [self._application(s) for s in self.out.systems]
        entities = [self._entity(e) for e in self.out.entities]
        interfaces = list(self._interfaces())
        providers = self._providers()
        dates = {key: "date" for key, _, _ in _PHASES}
        found = [
            *self._sheet("Application", applications, dates),
            *self._sheet("DataObject", entities),
            *self._sheet("Provider", providers),
            *self._sheet("Interface", interfaces),
        ]
        for kind, rows in self._relations.items():
            heads = [
                Column(label, key)
                for key, label in (
                    ("id", "Id"),
                    ("type", "Type"),
                    ("fromRelatedFactSheetDisplayName", "From"),
                    ("fromRelatedFactSheetType", "From type"),
                    ("toRelatedFactSheetDisplayName", "To"),
                    ("toRelatedFactSheetType", "To type"),
                    ("usage", "Usage"),
                )[: max(map(len, rows))]
            ]
            found += _parts(kind, heads, rows)
        return found

    # Fact sheets ------------------------------------------------------------------------------

    def _application(self, system: Thing) -> dict[tuple[str, str], Value]:
        name = self._systems[system.id]
        system.take("id")
        row = _fact_sheet("Application", name, system.id, self._text(system.take("description")))
        for key, label, fact in _PHASES:
            row[key, label] = system.take("lifecycle", fact)
        row["release", "Release"] = self._text(system.take("lifecycle", "version"))
        criticality = system.take("criticality")
        row["businessCriticality", "Business criticality"] = _CRITICALITY.get(criticality)
        functional, technical = (
            system.take("fitness", "functional"),
            system.take("fitness", "technical"),
        )
        row["functionalSuitability", "Functional fit"] = _FUNCTIONAL.get(functional)
        row["technicalSuitability", "Technical fit"] = _TECHNICAL.get(technical)
        row["relApplicationToDataObject", "Data objects"] = _joined(self._accesses(system, name))
        needed = [self._systems[other] for other in system.take("depends_on") or ()]
        successor = system.take("lifecycle", "successor")
        after = [self._systems[successor]] if successor else []
        for key, label, kind, others in (
            ("relToRequires", "Requires", "requiresRelation", needed),
            ("relToSuccessor", "Successor", "successorRelation", after),
        ):
            row[key, label] = _joined(others)
            for other in others:
                self._relate(kind, name, "Application", other, "Application")
        return row

    def _accesses(self, system: Thing, name: str) -> Iterator[str]:
        for entity, letters in (system.take("crud") or {}).items():
            if letters:
                usage = ";".join(_USAGE[x] for x in letters)
                other = self._entities[entity]
                self._relate(
                    "applicationDataObjectRelation", name, "Application", other, "DataObject", usage
                )
                yield other
            else:
                word = "unknown" if letters is None else "none"
                self.out.alter(f"accesses declared as {word}, for which LeanIX has no usage")

    def _entity(self, entity: Thing) -> dict[tuple[str, str], Value]:
        entity.take("id")
        definition = self._text(entity.take("definition"))
        return _fact_sheet("DataObject", self._entities[entity.id], entity.id, definition)

    def _providers(self) -> list[dict[tuple[str, str], Value]]:
        by_vendor: dict[str, list[str]] = {}
        for system in self.out.systems:
            vendor = system.take("vendor")
            if vendor:
                by_vendor.setdefault(self._name(vendor), []).append(self._systems[system.id])
        for vendor, systems in by_vendor.items():
            for name in systems:
                self._relate("providerApplicationRelation", vendor, "Provider", name, "Application")
        return [
            {
                **_fact_sheet("Provider", vendor, "", ""),
                ("relProviderToApplication", "Applications"): _joined(systems),
            }
            for vendor, systems in by_vendor.items()
        ]

    def _interfaces(self) -> Iterator[dict[tuple[str, str], Value]]:
        """Feeds: LeanIX shows what flows between two applications as an interface."""
        taken: Counter[str] = Counter()
        for system in self.out.systems:
            for key in ("to", "from", "entities", *_FEED):
                system.mark("feeds", key)
            for feed in system.declared.get("feeds") or ():
                me, other = self._systems[system.id], self._systems[feed.get("to") or feed["from"]]
                source, target = (me, other) if "to" in feed else (other, me)
                entities = [self._entities[e] for e in feed.get("entities", ())]
                base = f"{source} to {target}" + (f": {', '.join(entities)}" if entities else "")
                taken[base] += 1
                name = base if taken[base] == 1 else f"{base} ({taken[base]})"
                about = "\n".join(f"{_FEED[key]}: {feed[key]}" for key in _FEED if key in feed)
                for side, end in (("Provider", source), ("Consumer", target)):
                    kind = f"applicationInterface{side}Relation"
                    self._relate(kind, end, "Application", name, "Interface")
                for entity in entities:
                    kind = "interfaceDataObjectRelation"
                    self._relate(kind, name, "Interface", entity, "DataObject")
                yield {
                    **_fact_sheet("Interface", name, "", self._text(about)),
                    ("relInterfaceToProviderApplication", "Provider"): source,
                    ("relInterfaceToConsumerApplication", "Consumer"): target,
                    ("relInterfaceToDataObject", "Data objects"): _joined(entities),
                }

    # Parts ------------------------------------------------------------------------------------

    def _named(self, things: Iterable[Thing]) -> dict[str, str]:
        """Id → the name in LeanIX, where no two of a type may be called the same."""
        names = {t.id: self._name(t.take("name") or t.id) for t in things}
        times = Counter(name.casefold() for name in names.values())
        shared = {id for id, name in names.items() if times[name.casefold()] > 1}
        self.out.alter("names that several share, written with their ids", len(shared))
        return {id: f"{name} ({id})" if id in shared else name for id, name in names.items()}

    def _name(self, name: str) -> str:
        """A name in one line, without the sign that stands between several."""
        plain = " ".join(self._text(name).split())
        if ";" in plain:
            self.out.alter("names with a semicolon, which LeanIX reads as several, now a comma")
        return plain.replace(";", ",")

    def _text(self, text: str | None) -> str:
        found = self.out.xml_text(text or "")
        if len(found) > MAX_TEXT:
            self.out.alter(f"texts cut to {MAX_TEXT:,} characters, as a cell holds no more")
        return found[:MAX_TEXT]

    def _relate(self, kind: str, a: str, of: str, b: str, to: str, usage: str = "") -> None:
        row: list[Value] = [None, kind, a, of, b, to]
        self._relations.setdefault(kind, []).append([*row, usage] if usage else row)

    def _sheet(
        self, kind: str, rows: list[dict[tuple[str, str], Value]], kinds: Any = None
    ) -> Iterator[Table]:
        self._written[kind] += len(rows)
        if rows:
            heads = [
                Column(label, key, kind=(kinds or {}).get(key, "text")) for key, label in rows[0]
            ]
            yield from _parts(kind, heads, [list(row.values()) for row in rows])


def _fact_sheet(kind: str, name: str, id: str, description: str) -> dict[tuple[str, str], Value]:
    return {
        ("id", "Id"): None,
        ("type", "Type"): kind,
        ("name", "Name"): name,
        ("displayName", "Display name"): name,
        ("externalId", "External id"): id or None,
        ("description", "Description"): description or None,
    }


def _parts(name: str, heads: Sequence[Column], rows: list[list[Value]]) -> Iterator[Table]:
    """The table in as many sheets as the rows need. A sheet's name has 31 letters at most."""
    size = MAX_ROWS - 2
    for n, start in enumerate(range(0, len(rows), size), 1):
        title = name if n == 1 else f"{name[:27]} {n}"
        yield Table(title[:31], heads, rows[start : start + size], frozen=3)


def _joined(names: Iterable[str]) -> str | None:
    return ";".join(names) or None
