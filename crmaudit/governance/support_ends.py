"""Until when the makers of database servers mend a release.

Where a maker sells longer support, the day counts on which it ends for all.
What is not listed is not known: a newer release, a fork, a cloud's own build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crmaudit.evidence import Health
from crmaudit.messages import long_date, msg

LOOKED_UP = date(2026, 11, 22)

SOURCES = {
    "PostgreSQL": "https://www.postgresql.org/support/versioning/",
    "MySQL": "https://www.oracle.com/us/support/library/lifetime-support-technology-069183.pdf",
    "MariaDB": "https://mariadb.org/about/#maintenance-policy",
}
"""The makers' own pages. Their dates were compared with https://endoflife.date/."""

_ENDS: dict[str, dict[str, date]] = {
    "PostgreSQL": {
        "9.0": date(2015, 10, 8),
        "9.1": date(2016, 10, 27),
        "9.2": date(2017, 11, 9),
        "9.3": date(2018, 11, 8),
        "9.4": date(2020, 2, 13),
        "9.5": date(2021, 2, 11),
        "9.6": date(2021, 11, 11),
        "10": date(2022, 11, 10),
        "11": date(2023, 11, 9),
        "12": date(2024, 11, 14),
        "13": date(2025, 11, 13),
        "14": date(2026, 11, 12),
        "15": date(2027, 11, 11),
        "16": date(2028, 11, 9),
        "17": date(2029, 11, 8),
        "18": date(2030, 11, 14),
    },
    # The end of extended support; releases between the long-term ones end with the next.
    "MySQL": {
        "5.5": date(2018, 12, 31),
        "5.6": date(2021, 2, 28),
        "5.7": date(2023, 10, 31),
        "8.0": date(2026, 4, 30),
        "8.1": date(2023, 10, 25),
        "8.2": date(2023, 12, 14),
        "8.3": date(2024, 4, 10),
        "8.4": date(2032, 4, 30),
        "9.0": date(2024, 10, 15),
        "9.1": date(2025, 1, 21),
        "9.2": date(2025, 4, 15),
        "9.3": date(2025, 7, 22),
        "9.4": date(2025, 10, 21),
        "9.5": date(2026, 1, 20),
        "9.6": date(2026, 4, 21),
        # A long-term release has eight years, to the end of the month that it came out in.
        "9.7": date(2034, 4, 30),
    },
    # The community's support.
    "MariaDB": {
        "5.5": date(2020, 4, 11),
        "10.0": date(2019, 3, 31),
        "10.1": date(2020, 10, 17),
        "10.2": date(2022, 5, 23),
        "10.3": date(2023, 5, 25),
        "10.4": date(2024, 6, 18),
        "10.5": date(2025, 6, 24),
        "10.6": date(2026, 7, 6),
        "10.7": date(2023, 2, 9),
        "10.8": date(2023, 5, 20),
        "10.9": date(2023, 8, 22),
        "10.10": date(2023, 11, 17),
        "10.11": date(2028, 2, 16),
        "11.0": date(2024, 6, 6),
        "11.1": date(2024, 8, 21),
        "11.2": date(2024, 11, 21),
        "11.3": date(2024, 5, 29),
        "11.4": date(2029, 5, 29),
        "11.5": date(2024, 11, 21),
        "11.6": date(2025, 2, 13),
        "11.7": date(2025, 5, 12),
        "11.8": date(2028, 6, 4),
        "12.0": date(2025, 11, 18),
        "12.1": date(2026, 2, 13),
        "12.2": date(2026, 5, 13),
        "12.3": date(2029, 6, 30),
    },
}

_OTHERS = re.compile(
    r"percona|aurora|\brds\b|azure|cloudsql|alloydb|apsaradb|polar|neon|enterprisedb|"
    r"mariadb.enterprise|google|galera cluster by",
    re.IGNORECASE,
)
_DISTRIBUTED = re.compile(r"debian|ubuntu|red hat|rocky|suse|alpine|\.el\d|deb\d", re.IGNORECASE)
_BY_THE_MAKER = re.compile(r"pgdg|maria~|mariadb\.org binary|mysql community", re.IGNORECASE)
"""Packages for an operating system that the makers themselves build: no longer mended."""


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """`product` and `release`, `end`: None where it is not known, for the reason `why`.

    `distributor`: the server came with an operating system, whose makers may
    mend it longer.
    """

    product: str
    release: str
    end: date | None
    distributor: bool = False
    why: str = ""


def support_end(health: Health) -> SupportEnd | None:
    """Until when the server's release is supported; None where the engine has no server."""
    product = health.version.split(" ")[0] if health.version else ""
    if product not in _ENDS or not health.release:
        return None
    build = (health.settings.get(n, "") for n in ("version_comment", "build"))
    told = " ".join((health.version, *build))
    if "aurora_version" in health.settings:
        told += " Aurora"
    shipped = bool(_DISTRIBUTED.search(told)) and not _BY_THE_MAKER.search(told)
    other = _OTHERS.search(told)
    if other:
        why = msg("it is a build of its own ({other}), whose maker sets the day", other=other[0])
        return SupportEnd(product, health.release, None, shipped, why)
    end = _ENDS[product].get(health.release)
    why = (
        "" if end else msg("the list of {day} does not have that release", day=long_date(LOOKED_UP))
    )
    return SupportEnd(product, health.release, end, shipped, why)
