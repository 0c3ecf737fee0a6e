"""Documents of duplicates and overlap for tests, small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from crmaudit.evidence import (
    Agreement,
    Between,
    Compared,
    Duplicates,
    Estimate,
    Holder,
    Matching,
    Overlap,
    PairFound,
    Provenance,
)
from crmaudit.evidence.match import SystemSet

PRECISE = Estimate(0.99, 0.95, 1.0)


def seen(system: str = "crm", day: int = 30) -> Provenance:
    """Read on that day of June 2026."""
    taken = datetime(2026, 6, day, tzinfo=UTC)
    return Provenance(system, f"{system}.sqlite", "sqlite", "s1", taken, "t")


def duplicates(**changes: Any) -> Duplicates:
    """1,000 contacts, 80 of them found to be one too many, 100 estimated."""
    values: dict[str, Any] = {
        "provenance": seen(),
        "entity": "person",
        "entity_kind": "person",
        "tables": ("contacts",),
        "matching": Matching(records=1000, same_pairs=80, precision=PRECISE),
        "surplus": 80,
        "estimated": Estimate(100.0, 85.0, 130.0),
    }
    return Duplicates(**{**values, **changes})


def pair(number: int, probability: float, weight: float, state: str = "uncertain") -> PairFound:
    """Two records called after the number."""
    return PairFound(
        f"rec-{number}a", f"rec-{number}b", "crm", "crm", probability, weight,
        state,  # type: ignore[arg-type]
    )  # fmt: skip


CITY = Agreement(
    "city", same=300, equivalent=60, conflicting=40, left_only=80, right_only=20, neither=0,
    left_newer=30, right_newer=6, newer_unknown=4,
)  # fmt: skip
"""Of 400 pairs in which both say a city 360 agree."""


def overlap(**changes: Any) -> Overlap:
    """crm knows 900 persons, erp 600, both 500 of them; they are compared by the city."""
    values: dict[str, Any] = {
        "provenance": seen(),
        "entity": "person",
        "entity_kind": "person",
        "holders": (
            Holder("crm", ("contacts",), records=900, things=900),
            Holder("erp", ("customers",), records=600, things=600),
        ),
        "matching": Matching(
            attributes=(Compared("city", ("crm:contacts.town", "erp:customers.city"), 1400),),
            records=1500,
            precision=PRECISE,
        ),
        "sets": (
            SystemSet(("crm",), 400),
            SystemSet(("crm", "erp"), 500),
            SystemSet(("erp",), 100),
        ),
        "between": (
            Between("crm", "erp", 500, 500, 500, 500, None, Estimate(510, 480, 540),
                    agreement=(CITY,)),
        ),
    }  # fmt: skip
    return Overlap(**{**values, **changes})
