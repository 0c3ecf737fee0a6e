"""What section files are given: a stable interface, documented field by field.

A template reads these as `{{ inventory.cost_total }}` and so on. Fields are
added, never renamed; `docs/templates.md` is kept equal to this module by a
test. Where a part is None or empty, a section file that `requires` it is shown
as missing (draft) or left out (final). Besides these fields a section file is
given `meta` (`crmaudit.report.blocks.Meta`), `omitted`, the sections that a
final report leaves out (`crmaudit.report.sections.Omitted`), `tips`, whether it may
tell how crmaudit fills a gap (in a draft for everybody inside), the functions of
`crmaudit.report.functions` and its filters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.engine import Finding, Gap
from crmaudit.evidence import Product
from crmaudit.inventory import ContractAhead, InventoryRow, Quadrant, SkillNeed
from crmaudit.quality.scores import Clean, Score
from crmaudit.report.blocks import KeyFigure, Matrix, Table
from crmaudit.report.extraction_parts import ExtractionPart
from crmaudit.report.matched import DuplicatesPart, OverlapPart
from crmaudit.report.measured_keys import KeyDrawing
from crmaudit.report.measured_model import FoundModel
from crmaudit.report.people import KpiPart, MaturityPart, PeoplePart
from crmaudit.report.plan_context import PlanPart
from crmaudit.report.since_model import SincePart
from crmaudit.report.specs import (
    Bars,
    BoxMap,
    Bubbles,
    Dumbbell,
    Heat,
    Lifelines,
    Lines,
    Missingness,
    Network,
    Panels,
    SkillMap,
    Stacked,
    Web,
)
from crmaudit.report.tables import Tables
from crmaudit.report.target_parts import TargetPart
from crmaudit.rules.base import Severity
from crmaudit.workspace.audit_file import AuditFile, Brief
from crmaudit.workspace.landscape import Entity, Need, Process


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody on whom alone production support hangs."""

    name: str
    """The person's name."""
    systems: tuple[str, ...]
    """Names of the systems."""
    skills: int
    """How many skills of these."""
    note: str
    """Why that may not last: `leaves 31 Jan 2027`, `contractor`; empty where nothing says so."""


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
    """Three letters: the audit's currency."""
    skills: tuple[int, int]
    """Skills of production support held by two people and more, and all; each counts once."""
    unsupported: tuple[str, ...]
    """Names of systems in use whose vendor's support has ended."""
    contracts_ending: tuple[str, ...]
    """Names of systems whose contract ends within a year."""
    undeclared_care: tuple[str, ...]
    """Names of systems of which no maintenance is declared."""
    cost_bars: Stacked | None
    """Cost a year by system and kind, the dearest twenty first."""
    lifecycle: Lifelines | None
    """Phases, vendors' support, own ends and contracts; what is late or comes soonest first."""
    completeness: float | None
    """The nine facts with their weights and partial credit, 0 to 1."""
    facts_bars: Bars | None
    """The nine facts by how many systems lack them, with whom to ask."""
    cost_at_least: int
    """Systems whose known cost is a lower bound."""
    cost_one_off: float
    """What projects cost in the newest years, which is in no yearly cost."""
    cost_year: int | None
    """The year that most of the costs are of."""
    cost_trend: Lines | None
    """What the same systems and kinds cost over the years."""
    cost_same: tuple[int, ...]
    """Systems in that comparison, of those with a cost; empty without one."""
    cost_change: tuple[int, float, float] | None
    """Its first year, the cost of that year, and of the last."""
    dated: int
    """Systems not retired of which a phase or a day of their life is declared."""
    contracts: tuple[ContractAhead, ...]
    """Declared contracts, the one that has to be acted upon first at the top."""
    notice_due: tuple[str, ...]
    """Names of systems whose last day to give notice is at most 120 days ahead."""
    skill_map: SkillMap | None
    """Skills by the people who hold them, the worst covered 24 first."""
    skill_needs: tuple[SkillNeed, ...]
    """Skills over all systems: `.skill`, `.state`, `.systems`, `.able`."""
    alone: tuple[Alone, ...]
    """People on whom alone a skill of a system hangs, those with most systems first."""


@dataclass(frozen=True, slots=True)
class FitPart:
    """Where systems stand between functional and technical fit."""

    of: int
    """Systems in scope."""
    classified: int
    """Of these, with a quadrant."""
    quadrants: Mapping[Quadrant, tuple[str, ...]]
    """Quadrant → names of its systems."""
    unclassified: tuple[tuple[str, str], ...]
    """Name and reason of those without a quadrant, withheld ones left out."""
    withheld: tuple[tuple[str, str], ...]
    """Name and reason of those that would be called `eliminate`, and are not."""
    unsure: tuple[str, ...]
    """Names of those that an unknown fact could move to another quadrant."""
    against: tuple[tuple[str, str, str], ...]
    """Name, decision and quadrant of those where the two contradict each other."""
    placed: int
    """Systems that have a place on the map: classified and withheld."""
    map: Bubbles | None
    """Functional against technical fit, the dearest 36; None where no system has a place."""


@dataclass(frozen=True, slots=True)
class OpinionsPart:
    """How far opinions and measurements can be laid beside each other."""

    asked: int
    """Systems of which somebody gave an opinion, on all of it or on an entity in it."""
    both: int
    """Opinions, on systems and on entities in them, beside which something was measured."""
    apart: int
    """Of these, with 20 points and more between them."""
    widest: tuple[str, float, float] | None
    """Where they disagree most: of what, said, measured."""
    evidence: tuple[str, ...]
    """Ids of the evidence behind that measurement, a few of them."""
    only_said: tuple[str, ...]
    """Names of systems with opinions of which nothing was measured."""
    only_measured: tuple[str, ...]
    """Names of systems that were measured and of which nobody gave an opinion."""


@dataclass(frozen=True, slots=True)
class ProofPart:
    """What rights, statements, code and traces say beside what is declared."""

    figures: tuple[KeyFigure, ...]
    """Confirmed, contradicted, undeclared, accounts of no system, not understood."""
    spoken: tuple[str, ...]
    """Names of the systems of which some source speaks."""
    silent: tuple[str, ...]
    """Names of the others in scope: nothing of them is proven or denied."""
    declared: int
    """Letters declared, over all cells."""
    confirmed: int
    """Of these, proven."""
    contradicted: int
    """Of these, shown not to be."""
    untested: int
    """Of these, in systems of which nothing was read that could prove a letter."""
    shadow: int
    """Letters proven that nobody declared."""
    shadow_writes: int
    """Of these, creating, updating or deleting."""
    shadow_unlisted: int
    """Of these, on entities that the dossier does not list: nobody said no."""
    allowed: int
    """Letters that only a right allows."""
    rights_told: tuple[str, ...]
    """Names of the systems of whose accounts rights are known."""
    accounts_told: bool
    """Whether anything that was read tells who uses the databases."""
    strangers: tuple[str, ...]
    """Accounts of no system."""
    strangers_writing: tuple[str, ...]
    """Of these, seen creating, updating or deleting."""
    window: tuple[date, date] | None
    """First and last day that the sources of statements cover; None where none tells."""
    statements: int
    """Statements read: in logs and servers each different one, in code each place."""
    not_understood: int
    """Of these, not understood."""
    dropped: int
    """Statements that the sources say they lost."""
    silent_losses: tuple[str, ...]
    """Sources of statements that do not say whether they lost any."""
    failed: int
    """Sources that could not be read."""
    unmapped: int
    """Tables in use that no entity explains."""


@dataclass(frozen=True, slots=True)
class StructurePart:
    """How the matrix is built: subsystems, groups, what joins them."""

    boxes: BoxMap | None
    """The matrix along its diagonal with its subsystems; None where there is none."""
    subsystems: int
    """Subsystems found."""
    inside: int
    """Cells in use inside of a subsystem."""
    cells: int
    """Cells in use."""
    interfaces: int
    """Flows that leave a subsystem, each pair of systems once."""
    carried: int
    """Of these, with declared feeds that lead there."""
    spread: tuple[float, float] | None
    """Mean distance from the diagonal of what is created, 0 to 1: as declared, and ordered so."""
    web: Web | None
    """Systems and the entities that they hold, as a network."""
    web_left: int
    """Systems and entities that the network leaves out: those with fewest cells."""
    groups: int
    """Groups found as a suggestion; 0 or 1 where there are none."""
    stability: float | None
    """How alike they come out when the cells are drawn anew, 0 to 1."""
    stability_words: str
    """The same as a sentence."""
    joints: tuple[str, ...]
    """Names of systems and entities that alone join parts which share nothing else."""
    relays: tuple[str, ...]
    """Names of systems through which all declared feeds between parts go."""
    islands: int
    """Groups of systems that share no entity with each other."""


@dataclass(frozen=True, slots=True)
class FlowsPart:
    """Flows between systems: declared, implied by the matrix, seen in databases."""

    web: Web | None
    """Systems and what flows between them, as a network."""
    web_left: int
    """Systems that the network leaves out: those with fewest flows."""
    confirmed: int
    """Flows that are declared and plausible or seen, each pair of systems once."""
    unknown: int
    """Declared flows of which one end, or what they carry, is not known."""
    unused: int
    """Declared flows of which one end does not hold what they carry."""
    missing: int
    """Flows that the matrix implies and nobody declared."""
    direct: int
    """Flows seen as work in another system's database, undeclared as such."""
    circular: tuple[str, ...]
    """Names of entities that declared feeds carry round."""


@dataclass(frozen=True, slots=True)
class CrudPart:
    """The mapping of entities to systems."""

    matrix: Matrix
    """Who creates, reads, updates and deletes what: `{{ matrix(crud.matrix) }}`."""
    known: int
    """Cells of which something is declared."""
    cells: int
    """Cells of the matrix: entities × systems in scope."""
    decided: int
    """Entities whose system of record is declared."""
    tied: tuple[str, ...]
    """Names of entities of which several systems could be the record."""
    feeds: int
    """Declared feeds between systems in scope."""
    by_hand: int
    """Of these, carried by hand."""
    in_trouble: int
    """Of these, with a known problem."""
    missing_feeds: int
    """Pairs of systems: one creates what the other reads, and no declared feed leads there."""
    silos: tuple[str, ...]
    """Names of systems that hold something and share it through no feed."""
    network: Network | None
    """Systems and the declared feeds between them."""
    model: Network | None
    """Entities and their relationships: the conceptual model."""
    one_place: tuple[str, tuple[str, ...], tuple[str, ...]] | None
    """The system that shows most of a customer: its name, what it shows, what it lacks."""
    proof: ProofPart | None
    """What evidence says of the matrix; None where none was collected."""
    structure: StructurePart | None
    """How the matrix is built; None where fewer than three cells are in use."""
    flows: FlowsPart
    """Flows between systems, of all kinds."""
    contested: tuple[str, ...]
    """Names of entities whose declared record does not write, is denied or outscored."""
    copies: int
    """Holders that nothing joins to the system of record of what they hold."""
    sourced: int
    """Entities with one system of record, declared or proposed."""


@dataclass(frozen=True, slots=True)
class PerceivedPart:
    """What people say of a system beside what was measured, both 0 to 100."""

    system: str
    """Its name."""
    said: float
    """The mean of the voices."""
    measured: float | None
    """Checks passed of checks that apply; None where it was not read."""
    voices: tuple[tuple[str, float, date | None, str], ...]
    """Who, score 1 to 5, when, note."""
    evidence: tuple[str, ...]
    """Ids of the evidence behind `measured`, a few of them."""


@dataclass(frozen=True, slots=True)
class QualityPart:
    """Measured data quality."""

    rows_read: int
    """Rows of all tables read."""
    tables_read: int
    """Tables read."""
    tables_failed: int
    """Tables that could not be read."""
    systems_read: tuple[str, ...]
    """Names of the systems in scope of whose database some table was read."""
    score: Score | None
    """All checks in one: `.passed`, `.applicable`, `.share`, `.evidence`."""
    worst: Score | None
    """The dimension with the lowest share: `.dimension` and as above."""
    heat: Heat | None
    """Systems × dimensions."""
    entities: Heat | None
    """Entities × dimensions, the worst thirty, the worst first; with records without fault."""
    entities_measured: int
    """Entities that were measured, of which `entities` shows the worst."""
    clean: Clean | None
    """Records without any fault: `.records` of `.looked_at`, `.share`; None where not counted."""
    distributions: Panels | None
    """How the values of the columns that matter spread."""
    missing: tuple[tuple[str, Missingness], ...]
    """Entity with its table, and which of its columns are empty together; four at most."""
    keys: tuple[KeyDrawing, ...]
    """By system: `.diagram` of its keys, `.declared`, `.found`, `.orphans` and more."""
    model: FoundModel | None
    """The data model that is really there: `.diagram`, `.missing`, `.extra`, `.contradicting`."""
    products: tuple[tuple[str, Product], ...]
    """Name of a system, and the product it was recognised as: `.name`, `.version`, `.verified`."""
    reach: Heat | None
    """Customers by system × what is at hand of them."""
    together: tuple[str, int, int] | None
    """Of the most customers in one system: who with what, how many have all of it, of how many."""
    duplicates: DuplicatesPart | None
    """Records of one system that stand for the same thing; None where none were compared."""
    overlap: OverlapPart | None
    """What several systems hold of the same things; None where none were compared."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why questions could not be judged."""

    text: str
    """The reason."""
    needs: str
    """What would supply the answer; empty where nobody knows."""
    questions: int
    """How many questions it stops."""


@dataclass(frozen=True, slots=True)
class FindingsPart:
    """The findings that count, and what could not be judged."""

    all: tuple[Finding, ...]
    """Worst first."""
    top: tuple[Finding, ...]
    """The five that matter most, one of a kind."""
    counts: Mapping[Severity, int]
    """Findings by severity."""
    topics: Mapping[str, tuple[Finding, ...]]
    """Findings by the topic of their rule: dossier, mapping, extraction, quality, users, access,
    maintenance, kpis, attitudes, interviews, plan."""
    waived: tuple[Finding, ...]
    """Findings that somebody bears, for now."""
    not_assessed: tuple[Gap, ...]
    """Questions that could not be judged, each with reason and need."""
    reasons: tuple[Reason, ...]
    """Why questions could not be judged, the most frequent first."""
    rooms: Stacked | None
    """Findings by area and severity."""


@dataclass(frozen=True, slots=True)
class EditionPart:
    """For whom this edition is, and what it withholds."""

    name: str = ""
    """As in `report --audience`; empty: for everybody inside."""
    withheld: tuple[str, ...] = ()
    """What is left out: names, quotes, accounts, costs, weaknesses, internals, sources."""
    words: tuple[str, ...] = ()
    """The same in words."""
    findings: int = 0
    """Findings that are left out; all numbers speak of the others."""


@dataclass(frozen=True, slots=True)
class ReportContext:
    """All that a section file may use."""

    organisation: str
    """The organisation's name."""
    day: date | None
    """The day the audit speaks of."""
    audit: AuditFile
    """audit.yaml as declared."""
    brief: Brief
    """brief.yaml as declared."""
    headlines: tuple[KeyFigure, ...]
    """The six figures of the summary: `{{ key_figures(headlines) }}`."""
    tables: Tables
    """Typed tables by name, None where empty: `{{ block(tables.systems) }}`."""
    inventory: InventoryPart
    """The systems in scope."""
    fit: FitPart
    """What to do with each system, by its functional and technical fit."""
    entities: tuple[Entity, ...]
    """What the organisation keeps information about."""
    processes: tuple[Process, ...]
    """processes.yaml as declared."""
    breaks: Mapping[str, tuple[str, ...]]
    """Process id → where its chain breaks, in words."""
    needs: tuple[Need, ...]
    """needs.yaml as declared."""
    crud: CrudPart
    """The mapping of entities to systems."""
    quality: QualityPart | None
    """Measured data quality; None where no database was read."""
    perceived: tuple[PerceivedPart, ...]
    """Opinions on systems beside what was measured."""
    dumbbell: Dumbbell | None
    """Opinions on systems and entities beside what was measured, as a figure."""
    opinions: OpinionsPart
    """How many of them have both sides, and which lack one."""
    people: PeoplePart
    """People, their duties and what they say."""
    kpis: tuple[KpiPart, ...]
    """Indicators with their trends."""
    kpi_lines: Lines | None
    """Indicators over time."""
    kpi_message: str
    """A message to the employees on what the indicators say, in Markdown; empty without any."""
    maturity: MaturityPart
    """Levels of maturity that facts have earned."""
    extraction: ExtractionPart
    """How hard it will be to get data out, what that takes, and in what order."""
    target: TargetPart
    """What is to become of systems of record, systems and feeds."""
    findings: FindingsPart
    """What the rules found, and what they could not judge."""
    plan: PlanPart
    """What is recommended."""
    names: Mapping[str, str]
    """Name of every system, entity, person, unit, process and indicator by id."""
    weights: Mapping[str, float]
    """Weights of the extraction criteria in force."""
    since: SincePart
    """What changed since the last audit."""
    how_sure: Table | None = None
    """The main numbers, on what each rests, how far it may move: `{{ block(how_sure) }}`."""
    edition: EditionPart = EditionPart()
    """For whom this edition is, and what it withholds."""
