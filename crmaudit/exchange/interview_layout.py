"""What the tables of an interview's form are called, and what each column says.

The form that goes out and the one that comes back are read by these headings:
they outlive any word processor. Paragraphs between the tables are fixed texts,
so that what somebody writes there is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "choice", "range", "period", "refs", "ref", "themes"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A column: its heading, the key it fills, what it holds, its share of the width."""

    title: str
    key: str
    kind: Kind = "text"
    refers: str = ""
    """What a reference names: `system`, `entity`, `process`, `kpi`."""
    width: int = 10
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A table for one list of the interview, with rows to fill in."""

    key: str
    title: str
    told: str
    columns: tuple[Asked, ...]
    rows: int = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the key of its answer."""

    key: str
    text: str
    probe: str
    """What to ask when the group is silent."""


ABOUT = "About this interview"
ABOUT_ROWS = (
    ("Interview", "id"),
    ("Group", "group"),
    ("Unit", "unit"),
    ("Date", "date"),
    ("Interviewer", "interviewer"),
    ("How many took part", "participants"),
)
"""Heading of a row, and the key it fills."""

QUESTION, ANSWER = "Question", "Answer"
PROCESS = "Process"
STEP, WHERE, HAPPENS = "Step", "Where", "What really happens, and what it costs"
USED, USED_NAMES = "Used by the group", "Names, as they may be written below"

OPENING = (
    Question(
        "key_users",
        "Do you know who your key users will be?",
        "Who is asked when somebody is stuck? Who would be missed first?",
    ),
    Question(
        "key_users_role",
        "What is their role in the information-management strategy?",
        "What do they decide? Who agreed on that, and when?",
    ),
)
FOUR = (
    Question(
        "wrong",
        "What is wrong with the database and the way you work now?",
        "What was the last thing that annoyed you? What do you keep beside the system?",
    ),
    Question(
        "change",
        "With no limits, how should CRM change the way you work?",
        "What would you never want to type again? What should be there before you ask?",
    ),
    Question(
        "consequences",
        "What unintended negative consequences could it bring?",
        "Who loses by it? What works today and could get lost?",
    ),
    Question(
        "measures",
        "What measurable things will tell us later whether it helps?",
        "What could you count next week? What would be different on a Monday?",
    ),
)

_SYSTEMS = Asked("Systems", "systems", "refs", "system", 12)
_ENTITIES = Asked("Kinds of record", "entities", "refs", "entity", 12)
_PROCESSES = Asked("Processes", "processes", "refs", "process", 12)
_THEMES = Asked("Themes", "themes", "themes", width=11)

VERDICTS = ("good", "mixed", "bad")
ASPECTS = (
    "completeness",
    "contact points",
    "duplicates",
    "freshness",
    "correctness",
    "use",
    "access",
)
PERIODS = ("day", "week", "month", "year")

LISTINGS = (
    Listing(
        "pains",
        "What costs us time",
        "Small chunks of time add up over months. One line each: minutes lost each time, how "
        "often in a day, week, month or year, and how many people. A range, like 5-10, will do.",
        (
            Asked("What costs us time", "text", width=26),
            _SYSTEMS,
            _ENTITIES,
            Asked("In the process", "process", "ref", "process", 11),
            Asked("Minutes each time", "minutes", "range", width=8),
            Asked("Times", "times", "range", width=7),
            Asked("In a day, week, month or year", "per", "period", width=9),
            Asked("People", "people", "range", width=7),
            _THEMES,
        ),
        7,
    ),
    Listing(
        "statements",
        "What we say of our data and systems",
        "One line each: is it good, mixed or bad? About is one of: " + ", ".join(ASPECTS) + ".",
        (
            Asked("What we say of our data and systems", "text", width=36),
            Asked("Good, mixed or bad", "verdict", "choice", width=11, choices=VERDICTS),
            Asked("About", "about", "choice", width=13, choices=ASPECTS),
            _SYSTEMS,
            _ENTITIES,
            _THEMES,
        ),
    ),
    Listing(
        "wishes",
        "What we wish for",
        "With no limits.",
        (Asked("What we wish for", "text", width=42), _SYSTEMS, _ENTITIES, _PROCESSES, _THEMES),
    ),
    Listing(
        "risks",
        "What could go wrong",
        "Consequences that nobody intends.",
        (Asked("What could go wrong", "text", width=42), _SYSTEMS, _ENTITIES, _PROCESSES, _THEMES),
    ),
    Listing(
        "measures",
        "What will tell whether it helps",
        "Something that can be counted. Each becomes an indicator that is followed.",
        (
            Asked("What will tell whether it helps", "text", width=60),
            Asked("Indicator, where there is one", "kpi", "ref", "kpi", 30),
        ),
    ),
)

CONSENT = (
    "You speak as a group. No names are written down, and nothing is said of a single colleague "
    "or customer.",
    "Taking part is voluntary. Anything may be left open, and struck out until the report is "
    "finished.",
    "What is written here goes to those who make this audit, and in shortened form into its "
    "report. Counts and comparisons leave out groups of fewer than five people.",
)
FILLING = (
    "Write into the tables only; what stands elsewhere is not read. Add rows where you need "
    "them. Save as .docx; crmaudit import shows what it would take over before anything is "
    "written."
)
HEADINGS = {
    "consent": "Before we begin",
    "opening": "Two opening questions",
    "four": "Four questions",
    "walks": "One process from start to finish",
    "used": "Words for systems and records",
}
WALKING = (
    "Follow one real case, the last one if possible. At each step: who does it, where is it "
    "written down, what is typed twice, how long does it take?"
)

PRESETS: dict[str, tuple[str, ...]] = {
    "Volunteer sign-up": (
        "Somebody offers help",
        "The offer is recorded",
        "Skills, times and checks are asked for",
        "A place is found",
        "The volunteer is told and begins",
        "Hours and thanks are recorded",
    ),
    "Membership renewal": (
        "Memberships that end are listed",
        "The member is reminded",
        "The fee is invoiced",
        "The payment comes in",
        "The membership is extended",
        "The member who left is asked why",
    ),
    "Major donors": (
        "A possible donor is noticed",
        "What is known of the person is gathered",
        "Somebody is made answerable for the contact",
        "Meetings and calls are noted",
        "The gift is asked for and promised",
        "The gift is booked, thanked for and reported on",
    ),
}
"""Processes walked through where nobody declared one."""


def fixed_texts() -> frozenset[str]:
    """Every paragraph of a form that is not in a table, without its blanks."""
    texts = {*CONSENT, FILLING, WALKING, *HEADINGS.values()}
    texts |= {x for listing in LISTINGS for x in (listing.title, listing.told)}
    return frozenset(" ".join(t.split()) for t in texts)
