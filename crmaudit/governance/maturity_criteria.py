"""The criteria of maturity: which fact earns which level of which dimension."""

from __future__ import annotations

from crmaudit.governance.maturity import Criterion, Dimension


def _of(
    dimension: Dimension, *rows: tuple[int, str, str, float | str, tuple[str, ...]]
) -> tuple[Criterion, ...]:
    """A share is the least that will do; a text like `>0.8` means more than that."""
    return tuple(
        Criterion(
            dimension,
            level,
            fact,
            words,
            float(str(least).lstrip(">")),
            str(least).startswith(">"),
            rules,
        )
        for level, fact, words, least, rules in rows
    )


_TOO_WIDE = ("GOV108", "GOV157", "GOV158")
_UPKEEP = ("GOV113", "GOV114", "GOV187", "GOV188", "GOV193", "GOV194", "GOV195")

CRITERIA: tuple[Criterion, ...] = (
    *_of(
        "ownership",
        (1, "owned", "systems in scope with a business or IT owner", ">0", ("INV101", "INV102")),
        (2, "both owners", "systems in scope with both owners", 0.8, ("INV101", "INV102")),
        (2, "owners there", "owners who have not left", 1.0, ("INV118", "INV120")),
        (3, "stewards", "master entities with a steward", 0.8, ("CRD118",)),
        (3, "officers", "CRM manager and senior champion named", 1.0, ("GOV103", "GOV107")),
        (4, "super users", "key units with a super user", 1.0, ("GOV101", "GOV102")),
        (4, "meetings", "meetings of the super users held as agreed", 0.8, ("GOV104",)),
        (5, "agreed", "responses to findings with owner and day", 0.8, ()),
    ),
    *_of(
        "documentation",
        (1, "documented", "documentation of systems and databases that exists", ">0", ("INV104",)),
        (2, "documented", "documentation of systems and databases that exists", 0.5, ("INV104",)),
        (3, "nine facts", "facts of the dossiers that are given", 0.8, ("INV103",)),
        (3, "definitions", "entities with a definition", 0.8, ("CRD117",)),
        (4, "up to date", "documentation updated within two years", 0.8, ("INV105",)),
        (4, "described", "tables read that the documentation describes", 0.9, ("INV106", "INV130")),
        (5, "policies", "policies whose review is not overdue", 1.0, ("GOV150",)),
        (5, "documented", "documentation of systems and databases that exists", 1.0, ("INV104",)),
    ),
    *_of(
        "mapping",
        (1, "mapped", "systems in scope whose use of entities is told", ">0", ("CRD121",)),
        (2, "mapped", "systems in scope whose use of entities is told", 0.8, ("CRD121",)),
        (3, "mapped whole", "systems in scope declared complete", 1.0, ("CRD121",)),
        (3, "created", "entities with a system that creates them", 0.9, ("CRD101", "CRD109")),
        (4, "records decided", "master entities with a system of record", 1.0, ("CRD111",)),
        (4, "explained", "tables read that the entity maps explain", 0.8, ("CRD110",)),
        (4, "proven", "declared letters proven by use", 0.5, ("CRD126", "CRD127")),
        (5, "proven", "declared letters proven by use", 0.9, ("CRD126", "CRD127")),
    ),
    *_of(
        "quality",
        (1, "judged", "systems in scope whose quality somebody told or measured", ">0", ()),
        (2, "measured", "systems in scope with a database of which tables were read", 0.5, ()),
        (3, "expectations", "expectations that were tested", 0.8, ("QUA112",)),
        (3, "compared", "customer entities of the CRM compared for duplicates", ">0", ("QUA121",)),
        (
            4,
            "passed",
            "quality score of all tables that were read",
            0.8,
            ("QUA101", "QUA103", "QUA112"),
        ),
        (4, "single", "customer records of the CRM that are no duplicates", 0.95, ("QUA121",)),
        (5, "passed", "quality score of all tables that were read", 0.95, ("QUA",)),
        (5, "single", "customer records of the CRM that are no duplicates", 0.99, ("QUA121",)),
    ),
    *_of(
        "access",
        (1, "levels", "people or accounts whose access is known", ">0", ()),
        (2, "levels", "people or accounts whose access is known", 0.8, ()),
        (
            3,
            "fitting",
            "people or accounts with no wider access than their job asks for",
            0.8,
            _TOO_WIDE,
        ),
        (
            3,
            "not administrators",
            "people or accounts without full access",
            0.9,
            ("GOV110", "GOV169"),
        ),
        (
            4,
            "fitting",
            "people or accounts with no wider access than their job asks for",
            0.95,
            _TOO_WIDE,
        ),
        (4, "still here", "accounts of nobody who has left", 1.0, ("GOV111", "GOV155", "GOV171")),
        (4, "personal", "accounts of one person each", 1.0, ("GOV154", "GOV163", "GOV164")),
        (5, "read", "access read from the CRM itself", 1.0, ()),
        (
            5,
            "fitting",
            "people or accounts with no wider access than their job asks for",
            1.0,
            _TOO_WIDE,
        ),
    ),
    *_of(
        "adoption",
        (1, "users", "staff who use the CRM, told or measured", ">0", ("GOV112",)),
        (2, "users", "staff who use the CRM, told or measured", ">0.3", ("GOV112",)),
        (3, "users measured", "staff seen to use the CRM in its records", ">0.5", ("GOV112",)),
        (4, "users measured", "staff seen to use the CRM in its records", ">0.8", ("GOV112",)),
        (5, "users measured", "staff seen to use the CRM in its records", ">0.9", ("GOV112",)),
        (5, "units", "key units in which somebody recorded", 1.0, ("GOV134",)),
    ),
    *_of(
        "maintenance",
        (1, "maintained", "systems in use that somebody maintains", ">0", ("GOV116",)),
        (2, "maintained", "systems in use that somebody maintains", 0.8, ("GOV116",)),
        (2, "backups told", "systems in use with a backup declared or shown", 0.8, ("GOV113",)),
        (
            3,
            "backup",
            "systems with backups seen to be as often as declared",
            0.8,
            ("GOV113", "GOV193"),
        ),
        (3, "restore_test", "systems with a restore test in time", 0.5, ("GOV114",)),
        (4, "restore_test", "systems with a restore test in time", 0.8, ("GOV114",)),
        (
            4,
            "index_care",
            "larger databases with indexes cared for in time",
            0.8,
            ("GOV115", "GOV188", "GOV190", "GOV191"),
        ),
        (4, "uncontradicted", "duties told that nothing contradicts", 1.0, _UPKEEP),
        (5, "shown", "duties that servers or files show to be kept", 0.8, _UPKEEP),
    ),
    *_of(
        "measurement",
        (1, "kpis", "KPIs with values", ">0", ("GOV125",)),
        (2, "long series", "KPIs with at least eight values", 0.5, ("GOV126",)),
        (3, "whole kpis", "KPIs with owner, direction, target and series", 0.8, ("GOV125",)),
        (3, "techniques", "techniques with a start and a KPI", 0.8, ("GOV127",)),
        (4, "trends told", "notable trends told to the employees", 0.8, ("GOV126",)),
        (4, "looked at", "dashboards of the management consulted in 90 days", 0.8, ("GOV133",)),
        (4, "asked", "staff asked what they think within 18 months", ">0", ("GOV118",)),
        (5, "aims", "aims with an indicator", 0.8, ("STR104",)),
        (5, "repeated", "audits remembered, of three", 1.0, ()),
        (5, "targets", "KPIs whose target is reached", 0.5, ("GOV144",)),
    ),
)
