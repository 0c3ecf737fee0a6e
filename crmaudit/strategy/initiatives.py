"""Templates of initiatives: what a group of findings asks for.

Efforts are a proposal to start the talk from: so many days to set the
initiative up and so many for each finding, low and high. `plan.yaml`
overrides them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Split = Literal["", "system", "feed", "entity", "need"]
"""By what a template falls into initiatives of their own."""

CLOSED = ("done", "dropped")
"""Status of an initiative that nothing waits for any more."""


@dataclass(frozen=True, slots=True)
class Template:
    """`days` = (set-up low, set-up high, per finding low, per finding high).

    `gains` tells by which measurements of its findings its benefit is counted,
    and what these are called: their parts are added up. With `split` each
    system, feed or entity gets an initiative of its own, titled `piece`; what
    belongs to none stays under the template's own title, or `rest` where others
    went. With `once` the days are for each thing it is about, however many
    findings name it.
    """

    title: str
    goal: str
    days: tuple[float, float, float, float]
    role: str
    after: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    gains: Mapping[str, str] = field(default_factory=dict)
    split: Split = ""
    piece: str = ""
    rest: str = ""
    once: bool = False


TEMPLATES: Mapping[str, Template] = {
    "answer-critical": Template(
        "Contain what is critical",
        "No critical finding waits for the larger work that it belongs to.",
        (1, 2, 1, 3),
        "management",
        split="system",
        piece="Contain what is critical in {name}",
        rest="Contain what is critical",
    ),
    "assign-owners": Template(
        "Name an owner for every system and entity",
        "Every system has a business and an IT owner who accepted the duty.",
        (1, 2, 0.25, 0.5),
        "management",
        skills=("governance",),
    ),
    "complete-dossiers": Template(
        "Complete the dossiers",
        "The nine facts of every system in scope are known.",
        (1, 2, 0.25, 0.75),
        "information architect",
        ("assign-owners",),
        ("architecture",),
    ),
    "agree-definitions": Template(
        "Agree what each entity means",
        "Every entity has one definition and, if master data, a steward.",
        (2, 4, 0.5, 1),
        "business owners",
        ("assign-owners",),
        ("data modelling",),
    ),
    "map-entities": Template(
        "Map tables and systems to entities",
        "It is known which system does what with which entity, and in which tables.",
        (2, 4, 0.5, 2),
        "analyst",
        ("agree-definitions",),
        ("SQL", "data modelling"),
    ),
    "document-systems": Template(
        "Document systems and databases",
        "Each system and its database are described as they really are.",
        (1, 2, 2, 5),
        "IT owner",
        ("assign-owners",),
        ("technical writing", "SQL"),
        split="system",
        piece="Document {name} and its database",
        rest="Document what else is not described",
        once=True,
    ),
    "secure-skills": Template(
        "Secure the skills of support",
        "At least two people can support each system.",
        (1, 2, 3, 8),
        "IT manager",
        (),
        ("training",),
        split="system",
        piece="Secure the skills that {name} needs",
        rest="Secure skills that several systems need",
        once=True,
    ),
    "maintain-systems": Template(
        "Put maintenance in order",
        "Backups run daily, a restore was tested, indexes are cared for.",
        (1, 2, 1, 3),
        "IT specialist",
        (),
        ("database administration",),
        split="system",
        piece="Put the maintenance of {name} in order",
        rest="Put the remaining maintenance in order",
    ),
    "review-contracts": Template(
        "Review contracts and costs before the notice days",
        "No contract renews unexamined; costs are comparable.",
        (0.5, 1, 0.5, 1),
        "management",
        split="system",
        piece="Review the contract and cost of {name}",
        rest="Make costs comparable",
    ),
    "right-licences": Template(
        "Right the licences",
        "Licences are of the type and number that use calls for.",
        (0.5, 1, 0.25, 0.5),
        "CRM manager",
        split="system",
        piece="Right the licences of {name}",
        rest="Right the licences by type of user",
    ),
    "renew-or-replace": Template(
        "Renew or replace what has no support",
        "Every system in use has a supported version or a successor with a date.",
        (3, 6, 10, 40),
        "IT manager",
        ("complete-dossiers", "review-contracts"),
        ("procurement", "migration"),
        split="system",
        piece="Renew or replace {name}",
        rest="Secure what ends without a successor",
        once=True,
    ),
    "retire-systems": Template(
        "Retire systems in good order",
        "Nothing is switched off that alone creates what others need.",
        (2, 4, 5, 20),
        "IT manager",
        ("agree-system-of-record", "build-feeds", "open-access-paths"),
        ("migration",),
        split="system",
        piece="Retire {name}",
        rest="Settle what else comes to its end",
        once=True,
    ),
    "agree-system-of-record": Template(
        "Agree the system of record of each entity",
        "For every entity one system's version counts, and everybody knows which.",
        (2, 3, 0.5, 1.5),
        "steering group",
        ("assign-owners", "map-entities"),
        ("governance",),
    ),
    "extract-data": Template(
        "Extract what open questions need",
        "What reporting asks of several systems lies together, and is brought anew by itself.",
        (1, 2, 0, 0),
        "analyst",
        ("agree-system-of-record", "open-access-paths"),
        ("SQL",),
        split="need",
        piece="Extract {name} for reporting",
    ),
    "close-information-gaps": Template(
        "Close information gaps",
        "Entities that decisions need are held somewhere and used.",
        (1, 2, 1, 4),
        "business owners",
        ("agree-definitions",),
        ("process analysis",),
        once=True,
    ),
    "set-retention": Template(
        "Set and carry out retention",
        "Personal data is deleted when its time is up.",
        (2, 4, 1, 3),
        "data protection officer",
        ("agree-definitions",),
        ("data protection",),
    ),
    "open-access-paths": Template(
        "Open a documented way out of each system",
        "The data that is needed can be extracted without hand work.",
        (1, 2, 3, 15),
        "IT owner",
        ("document-systems",),
        ("interfaces",),
        split="system",
        piece="Open a documented way out of {name}",
        rest="Open a way to entities that are locked in",
        once=True,
    ),
    "mend-feeds": Template(
        "Mend the feeds there are",
        "Feeds run by themselves, are watched and have an owner.",
        (1, 2, 2, 6),
        "IT owner",
        ("agree-system-of-record",),
        ("integration",),
        split="feed",
        piece="Mend the feed {name}",
        rest="Bring order into the other flows",
        once=True,
    ),
    "build-feeds": Template(
        "Build the missing feeds",
        "What is recorded once reaches every system that reads it.",
        (2, 4, 5, 15),
        "integration team",
        ("agree-system-of-record", "open-access-paths", "deduplicate"),
        ("integration",),
        {
            "records that the record lacks": "records that the system of record would know",
            "things entered twice": "things that would be entered once",
        },
        split="feed",
        piece="Build the feed {name}",
        rest="Join what stands apart and is entered twice",
        once=True,
    ),
    "agree-identifiers": Template(
        "Agree an identifier that systems share",
        "Each record names its partner in the other systems by a number that leads to it.",
        (2, 4, 3, 8),
        "integration team",
        ("agree-system-of-record",),
        ("integration", "data modelling"),
        {
            "matched without the number": "records that would carry the number of their partner",
            "numbers that lead nowhere": "numbers that would lead to a record",
            "numbers that lead to another": "numbers that would lead to the right record",
            "rows without a customer there": "rows that would have a customer in the CRM",
        },
        split="entity",
        piece="Agree an identifier of {name} that systems share",
        rest="Give transactions a number that leads to their customer",
        once=True,
    ),
    "clean-data": Template(
        "Clean the data at its source",
        "Measured quality reaches its targets and stays there.",
        (3, 5, 1, 4),
        "stewards",
        ("agree-definitions", "name-key-users"),
        ("data quality",),
        split="entity",
        piece="Clean {name} at its source",
        rest="Clean the other data at their source",
    ),
    "deduplicate": Template(
        "Find and merge duplicates",
        "One record for one customer.",
        (3, 6, 5, 15),
        "stewards",
        ("clean-data", "agree-system-of-record"),
        ("data quality",),
        {
            "records to merge": "records to merge",
            "values that contradict each other": "values that would agree",
        },
        split="entity",
        piece="Find and merge duplicates of {name}",
        rest="Find and merge other duplicates",
        once=True,
    ),
    "one-place-view": Template(
        "Show the customer in one place",
        "Whoever answers a call sees contact, activity, invoices and open cases.",
        (5, 10, 5, 20),
        "CRM manager",
        ("build-feeds",),
        ("CRM configuration",),
    ),
    "name-key-users": Template(
        "Name and gather the key users",
        "Each key unit has a super user; champion and CRM manager are named and active.",
        (1, 2, 0.5, 1),
        "management",
    ),
    "train-users": Template(
        "Train the users",
        "Everybody can do with the CRM what their type of use asks.",
        (2, 4, 0.5, 1.5),
        "super users",
        ("name-key-users",),
        ("training",),
    ),
    "close-accounts": Template(
        "Close the accounts of those who left",
        "Nobody who has left can sign in, and what was done with such an account is looked into.",
        (0.5, 1, 0.25, 0.5),
        "CRM manager",
        split="system",
        piece="Close the accounts of those who left in {name}",
        rest="Close other accounts of those who left",
    ),
    "right-access": Template(
        "Right the access rights",
        "Everybody has the access the job needs, and no more.",
        (2, 4, 0.25, 1),
        "CRM manager",
        ("name-key-users",),
        ("CRM administration",),
        split="system",
        piece="Right the access rights in {name}",
        rest="Right access by job",
    ),
    "mend-dysfunctions": Template(
        "Mend what does not work",
        "Dysfunctions have a cause, an owner and an end; they stay under ten per cent.",
        (1, 2, 1, 4),
        "CRM manager",
        ("name-key-users",),
    ),
    "listen-to-users": Template(
        "Listen to the users",
        "Negative opinions are investigated, requests answered, groups heard.",
        (2, 3, 0.5, 1),
        "CRM manager",
    ),
    "measure-techniques": Template(
        "Measure what works",
        "Each technique has indicators with target, owner and series.",
        (1, 3, 0.5, 1),
        "CRM manager",
        (),
        ("reporting",),
    ),
    "use-dashboards": Template(
        "Put dashboards to use",
        "Management consults the dashboards instead of asking staff.",
        (1, 2, 1, 3),
        "management",
        ("clean-data",),
        ("reporting",),
    ),
    "keep-policies": Template(
        "Keep the policies",
        "Policies have owners, are reviewed, known and kept.",
        (1, 2, 0.5, 1.5),
        "system champion",
    ),
    "plan-and-measure": Template(
        "Tie aims and deadlines to the plan",
        "Each aim has a measure, each deadline an initiative.",
        (1, 2, 0.25, 0.5),
        "management",
    ),
}
OTHER = Template(
    "Mend what else was found", "No finding is left without an answer.", (0, 0, 0.5, 2), "architect"
)
