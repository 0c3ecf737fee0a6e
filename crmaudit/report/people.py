"""What section files are given of people: rights, use, duties, upkeep, indicators, maturity.

They belong to the context (`crmaudit.report.context`); `docs/templates.md` has
their fields too. Accounts go by their pseudonyms, groups of fewer than five
people by no number of what they do or think.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.governance.rate import Rate
from crmaudit.governance.users import Adoption
from crmaudit.report.specs import Bars, Concentration, Heat, Lines, Radar, Stacked
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.kpis import Kpi, Technique
from crmaudit.workspace.registers import Opinion


@dataclass(frozen=True, slots=True)
class AccountsPart:
    """The accounts of one system and what they may do, as its own tables tell."""

    system: str
    """Its name."""
    cannot: str
    """Why nothing can be said of its accounts; empty where something can."""
    no_rights: str
    """Why nothing can be said of what they may do; empty where something can."""
    as_of: date
    """The day they are judged as of."""
    usable: int
    """Accounts of people that can be used."""
    programs: int
    """Accounts of programs, portals and outsiders, left out of the others."""
    compared: int
    """Of the usable ones, those whose rights and whose holder's job are known."""
    over: int
    """Of the compared, those that may change more than the job asks for."""
    sees: int
    """Of the compared, those that may only see more."""
    short: int
    """Of the compared, those that see less."""
    administrators: int
    """Of the usable, administrators."""
    dormant_days: int
    """An account with rights that was not used for longer is dormant."""
    remarks: Mapping[str, int]
    """What is to be said of how many usable accounts: `never used`, `no unit` and so on."""
    after_leaving: int
    """Accounts in use after their holder's last day, closed since or not."""
    login_unknown: int
    """Of the usable, those whose last login the system does not tell."""
    matrix: Heat | None
    """Groups of accounts with the same rights × kinds of record, the widest rights first."""
    widest: int
    """Of the usable, those that may do something with all records of a kind."""
    groups: int
    """Different sets of rights."""
    groups_left: int
    """Of these, those that the matrix has no room for: the narrowest."""
    kinds_left: int
    """Kinds of record that the matrix has no room for."""
    rule: str
    """How several roles add up in that product."""
    notes: tuple[str, ...]
    """What else bears on rights and could not be read."""
    evidence: tuple[str, ...]
    """Ids of the evidence."""


@dataclass(frozen=True, slots=True)
class LossPart:
    """Whether information can be lost unnoticed, whether it was, and whether it could come back."""

    systems: tuple[str, ...]
    """Names of the systems whose traces of changes were read."""
    told: tuple[str, ...]
    """Of these, those of which it can be told whether a history is kept."""
    none_kept: tuple[tuple[str, tuple[str, ...]], ...]
    """Name of a system, and its kinds of record of which no history is kept."""
    masters: int
    """Kinds of master record in them."""
    kept: int
    """Of these, those whose changes a history keeps."""
    unknown: int
    """Of these, those of which nobody can tell."""
    old_values: int
    """Of those kept, those whose history keeps the value before a change."""
    gone: int
    """Records deleted for good, as the histories tell."""
    replaced: int
    """Values that imports or bulk changes replaced or emptied."""
    silent: tuple[tuple[str, str], ...]
    """Name of a system of which nothing can be told, and why."""
    evidence: tuple[str, ...]
    """Ids of the evidence, a few of them."""


@dataclass(frozen=True, slots=True)
class MixPart:
    """A mix of licences that would cover the use there is."""

    system: str
    """Name of the system."""
    named: int
    """Named licences needed."""
    concurrent: int
    """Shared licences needed: the peak and a reserve."""
    now_named: int
    """Named licences entitled today."""
    now_concurrent: int
    """Shared licences entitled today."""
    peak: int
    """Most shared licences in use at one time, with the accounts that would move to them."""
    reserve: float
    """What is kept beside the peak, 0 to 1."""
    saving: float
    """A year, in the audit's currency; negative where the mix costs more."""
    unknown: int
    """Accounts judged by their days alone, as nobody said whose they are."""
    evidence: tuple[str, ...]
    """Ids of the evidence."""


@dataclass(frozen=True, slots=True)
class UsePart:
    """How far the CRM is used, measured by its own records."""

    system: str
    """Its name."""
    cannot: str
    """Why nothing can be said; empty where something can."""
    since: date | None
    """The first month counted."""
    until: date | None
    """The day up to which is counted."""
    staff: int | None
    """People who should use it."""
    users: str
    """How many of them worked in it: `37 of 53`; with words where they are too few to tell."""
    share: float | None
    """The same, 0 to 1; None where it may not be told or cannot."""
    recorded: str
    """How many of the staff recorded by hand."""
    logins_known: bool
    """Whether logins are kept; if not, those who only look things up are not seen."""
    accounts_known: bool
    """Whether accounts of programs were told from those of people."""
    shared: int
    """Accounts of nobody in particular that were in use besides."""
    line: float
    """More than this share of the staff should use it."""
    enabled: int
    """Accounts of one person each that can be used."""
    unused: int
    """Of these, those that were not used in that time."""
    idle: int | None
    """Of the unused, those used before; None where one of both numbers is under five."""
    never: int | None
    """Of the unused, those never used; None where one of both numbers is under five."""
    units: Bars | None
    """Share of each unit that uses it, with the line."""
    units_above: int
    """Units in which surely more than the line's share use it."""
    units_below: int
    """Units in which surely not more do."""
    units_open: int
    """Units of which that is not told."""
    not_drawn: int
    """Units that `units` has no room for: those told with the highest share, or not told."""
    types: Bars | None
    """The same by user type."""
    entities: Stacked | None
    """Rows of each entity by how they came: by hand, in bulk, by the program, by other programs."""
    entities_left: int
    """Entities with fewer rows that `entities` has no room for."""
    months: Lines | None
    """Accounts at work, month by month; months of fewer than five left out."""
    trend: str
    """Whether they get fewer, in words; empty where less than a year is at hand."""
    concentration: Concentration | None
    """How few do how much of the recording; None for fewer than ten accounts."""
    busiest: tuple[int, int, int, float] | None
    """The few busiest, of how many accounts, rows of all, and the few's share of these."""
    fills_compared: int
    """Columns of a unit laid beside those of all others, each with rows enough."""
    stayed: tuple[tuple[int, str], ...]
    """Months after the first record, and how many still recorded then: `12 of 20`."""
    evidence: tuple[str, ...]
    """Ids of the evidence."""


@dataclass(frozen=True, slots=True)
class SurveyPart:
    """One survey of staff, sorted by the mapping that kpis.yaml declares."""

    name: str
    """Its name."""
    held: date | None
    """When."""
    answers: int
    """Answers at hand."""
    sorted: int
    """Of these, sorted into one of the three groups."""
    response: float | None
    """Answers over staff, 0 to 1; None where the staff are not counted."""
    negative: tuple[float, float, float] | None
    """Share for whom it made things worse, and its interval; None where it may not be told."""
    bars: Stacked | None
    """All, and each group that may be told, by attitude."""
    hidden: int
    """Groups that may not be told in numbers."""
    reasons: tuple[tuple[str, int], ...]
    """Reasons that five and more gave, the commonest first."""


@dataclass(frozen=True, slots=True)
class UpkeepPart:
    """Duties of maintenance, declared beside shown."""

    systems: int
    """Systems in use."""
    duties: int
    """Duties: four a system."""
    states: Mapping[str, int]
    """`kept`, `late`, `contradicted` and `not assessed` → how many of the duties."""
    heat: Heat | None
    """Systems × duties, the worst first; dark is bad; None where no duty could be assessed."""
    not_drawn: int
    """Systems that `heat` has no room for."""
    silent: int
    """Systems of which no duty could be assessed."""
    servers: int
    """Systems whose server was asked."""
    folders: int
    """Systems whose backup folder was looked into."""
    evidence: tuple[str, ...]
    """Ids of the evidence, a few of them."""


@dataclass(frozen=True, slots=True)
class MaturityPart:
    """Levels earned by facts, never by self-declaration."""

    radar: Radar
    """Eight dimensions with their level and the one aimed at."""
    assessed: int
    """Dimensions that could be assessed."""
    begun: int
    """Of these, those that earned the first level at least."""
    aimed: int
    """Dimensions with a level aimed at."""
    below: int
    """Of these, below it."""
    lowest: tuple[str, int] | None
    """The dimension with the lowest level, and the level."""


@dataclass(frozen=True, slots=True)
class PeoplePart:
    """People, their duties and what they say."""

    declared: int
    """People in people.yaml."""
    champions: tuple[str, ...]
    """Names of the system champions."""
    managers: tuple[str, ...]
    """Names of the CRM managers."""
    manager_advised: str
    """Who ought to manage the CRM by its focus; empty where no focus is declared."""
    manager_fits: bool | None
    """Whether the managers are those; None where the declarations do not say."""
    adoption: Adoption | None
    """`.users` of `.staff` use the CRM, as declared; `.unknown` of whom nobody said."""
    access_checked: int
    """People whose granted level, as declared, can be laid beside the one recommended."""
    access_excess: int
    """Of these, with a wider level than recommended."""
    access_short: int
    """Of these, with a narrower level than recommended."""
    interviews: tuple[Interview, ...]
    """Discovery interviews that were held: `.group`, `.answers`, `.risks` and more."""
    negative: tuple[Opinion, ...]
    """Negative opinions of groups that may be named (five people and more), with their cause."""
    dysfunction_rate: Rate | None
    """`.part` of `.whole` places where a step uses a system do not work."""
    dysfunctions_placed: bool
    """Whether every dysfunction names its step; if not, the rate is at most so high."""
    dysfunction_bars: Bars | None
    """The rate by process, beside the ten per cent that are called optimistic."""
    hours_lost: tuple[float, float] | None
    """Hours a year that groups say they lose, low and high; small groups left out."""
    cost_lost: tuple[float, float] | None
    """These hours at the internal rate."""
    accounts: tuple[AccountsPart, ...]
    """Systems whose accounts were asked for, the CRM first."""
    loss: LossPart | None
    """Changes and loss; None where no system's history was read."""
    duties: Mapping[str, int]
    """Duties of user types and CRM manager: `yes`, `partly`, `no`, `not declared` → how many."""
    mixes: tuple[MixPart, ...]
    """Mixes of licences that would do, where use and prices are known."""
    use: UsePart | None
    """Measured use of the CRM; None where none is declared or nothing of it was read."""
    surveys: tuple[SurveyPart, ...]
    """Surveys of staff whose answers are at hand."""
    surveys_unread: tuple[str, ...]
    """Names of surveys whose file of answers cannot be read."""
    speakers: Mapping[str, str]
    """Interview id → the group as it may be named: one of fewer than five stays without a name."""
    compared: tuple[int, int, int]
    """Statements that measurements contradict, that fit them, and on which nothing bears."""
    upkeep: UpkeepPart
    """Maintenance, declared beside shown."""


@dataclass(frozen=True, slots=True)
class KpiPart:
    """One indicator with its trend in words."""

    kpi: Kpi
    """As declared: `.name`, `.unit`, `.target`."""
    technique: Technique | None
    """What it is to show the effect of."""
    newest: float | None
    """Its newest value."""
    trend: str
    """The trend in words, with how sure it is."""
    notable: bool
    """Whether the trend stands out from chance."""
    effect: str
    """The medians before and after the technique began, in words; empty where not comparable."""
    odd: tuple[str, ...]
    """What is odd about its series: values missing, another interval, far from the line."""
    better: bool | None
    """Whether a notable trend goes the better way; None where that is not known."""
