"""What section files are given: a stable interface, documented field by field.

A template reads these as `{{ inventory.cost_total }}` and so on. Fields are
added, never renamed; `docs/templates.md` is kept equal to this module by a
test. Where a part is None or empty, a section file that `requires` it is shown
as missing (draft) or left out (final).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from crmaudit.engine import Finding, Gap
from crmaudit.governance import Governance
from crmaudit.inventory import InventoryRow
from crmaudit.report.blocks import KeyFigure, Matrix
from crmaudit.report.specs import Bars, Bubbles, Dumbbell, Heat, Lines, Network, Stacked, Timeline
from crmaudit.rules import Rule
from crmaudit.rules.base import Severity
from crmaudit.strategy import Extraction, Initiative
from crmaudit.workspace.audit_file import AuditFile, Brief
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.kpis import Kpi, Technique
from crmaudit.workspace.landscape import Entity, Need, Process
from crmaudit.workspace.people import Meeting, Person
from crmaudit.workspace.registers import Registers


@dataclass(frozen=True, slots=True)
class InventoryPart:
    """The systems in scope."""

    rows: tuple[InventoryRow, ...]
    """One a system: `.system` (the dossier), `.completeness`, `.cost`, `.skills`, `.perceived`."""
    given: int
    """Facts given, of the nine a system."""
    wanted: int
    """Facts wanted: nine a system, less those left blank on purpose."""
    cost_total: float
    """Sum of the newest yearly costs that are known, in the audit's currency."""
    cost_known: int
    """Systems whose cost is known."""
    currency: str
    cost_bars: Bars | None
    """Cost a year by system, the dearest first."""
    lifecycle: Timeline | None
    """Contract ends, vendors' ends of support and phase-outs."""


@dataclass(frozen=True, slots=True)
class RecordPart:
    """The system of record of one entity."""

    entity: Entity
    systems: tuple[str, ...]
    """Names; several where they are equal."""
    declared: bool
    margin: int


@dataclass(frozen=True, slots=True)
class FeedPart:
    """A feed: `source` and `target` are systems' names."""

    source: str
    target: str
    entities: tuple[str, ...]
    by: str
    frequency: str
    owner: str
    problems: str


@dataclass(frozen=True, slots=True)
class CrudPart:
    """The mapping of entities to systems."""

    matrix: Matrix
    known: int
    """Cells of which something is declared."""
    cells: int
    records: tuple[RecordPart, ...]
    feeds: tuple[FeedPart, ...]
    missing_feeds: tuple[FeedPart, ...]
    """One creates what the other reads, and no declared feed leads there."""
    silos: tuple[str, ...]
    network: Network | None


@dataclass(frozen=True, slots=True)
class PerceivedPart:
    """What people say of a system beside what was measured, both 0 to 100."""

    system: str
    said: float
    measured: float | None
    voices: tuple[tuple[str, float, str, str], ...]
    """Who, score 1 to 5, when, note."""
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityPart:
    """Measured data quality."""

    rows_read: int
    tables_read: int
    tables_failed: int
    heat: Heat | None
    """Systems × dimensions."""
    entities: Heat | None
    """Entities × dimensions, the worst first."""


@dataclass(frozen=True, slots=True)
class PeoplePart:
    """People, their duties and what they say."""

    people: tuple[Person, ...]
    champions: tuple[str, ...]
    managers: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    units: tuple[Mapping[str, object], ...]
    """`name`, `key`, `staff`, `super_users`, `custodians`, `everyday` of each unit."""
    access: tuple[Mapping[str, object], ...]
    """`granted`, `recommended`, `people`, `verdict`: counts, never names."""
    interviews: tuple[Interview, ...]
    pains: tuple[Mapping[str, object], ...]
    """`text`, `group`, `hours` (low, high or None), `cost` (low, high or None)."""
    hours_lost: tuple[float, float] | None
    cost_lost: tuple[float, float] | None
    registers: Registers
    governance: Governance


@dataclass(frozen=True, slots=True)
class KpiPart:
    """One indicator with its trend in words."""

    kpi: Kpi
    technique: Technique | None
    newest: float | None
    points: int
    trend: str
    notable: bool


@dataclass(frozen=True, slots=True)
class FindingsPart:
    """The findings that count, and what could not be judged."""

    all: tuple[Finding, ...]
    """Worst first."""
    top: tuple[Finding, ...]
    """The five that matter most, of different codes."""
    counts: Mapping[Severity, int]
    waived: tuple[Finding, ...]
    not_assessed: tuple[Gap, ...]
    reasons: tuple[tuple[str, str, int], ...]
    """Reason, what would supply it, how many questions."""
    rules: tuple[Rule, ...]
    """The rules behind the findings."""
    rooms: Stacked | None
    """Findings by room and severity."""


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The initiatives in the order of work."""

    initiatives: tuple[Initiative, ...]
    phases: Mapping[int, tuple[Initiative, ...]]
    effort: tuple[float, float]
    """Working days, low and high."""
    cost: float | None
    """At the internal hourly rate; None where no rate is declared."""
    gantt: Timeline | None
    """None where the workspace gives no start or capacity."""
    value_map: Bubbles | None
    decisions: tuple[str, ...]
    """What the executives are asked to decide."""
    extractions: tuple[Extraction, ...]
    extraction_bars: Bars | None


@dataclass(frozen=True, slots=True)
class ReportContext:
    """All that a section file may use."""

    organisation: str
    day: date | None
    """The day the audit speaks of."""
    audit: AuditFile
    brief: Brief
    headlines: tuple[KeyFigure, ...]
    """The five figures of the summary: `{{ key_figures(headlines) }}`."""
    tables: SimpleNamespace
    """Typed tables by name, None where empty: `{{ block(tables.systems) }}`."""
    inventory: InventoryPart
    entities: tuple[Entity, ...]
    processes: tuple[Process, ...]
    breaks: Mapping[str, tuple[str, ...]]
    """Process id → where its chain breaks, in words."""
    needs: tuple[Need, ...]
    crud: CrudPart
    quality: QualityPart | None
    perceived: tuple[PerceivedPart, ...]
    dumbbell: Dumbbell | None
    people: PeoplePart
    kpis: tuple[KpiPart, ...]
    kpi_lines: Lines | None
    findings: FindingsPart
    plan: PlanPart
    names: Mapping[str, str]
    """Name of every system (by id), entity, person and unit (by id)."""
    unexplained: Mapping[str, tuple[str, ...]]
    """System → tables that no entity explains."""
    weights: Mapping[str, float]
    """Weights of the extraction criteria in force."""
