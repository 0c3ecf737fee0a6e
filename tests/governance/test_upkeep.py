"""Duties declared beside what servers and folders show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import (
    BackupFile,
    Backups,
    Health,
    IndexHealth,
    Provenance,
    SizeThen,
    TableHealth,
    Unindexed,
)
from crmaudit.governance.support_ends import _ENDS, SOURCES, support_end
from crmaudit.governance.testified import Testified as Heard
from crmaudit.governance.upkeep import Duty, Upkeep, of_duty, upkeep
from crmaudit.governance.upkeep_backups import broken, implausible, newest, shrunk
from crmaudit.governance.upkeep_server import (
    bloated,
    counted_days,
    growth,
    proposed_index,
    recovery,
    stale,
    unused,
)
from crmaudit.workspace.dossier import System

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def origin(engine: str = "postgresql") -> Provenance:
    return Provenance("crm", "x", engine, "s", NOON, "crmaudit 0")


def system(**care: object) -> System:
    return System.model_validate({"id": "crm", "name": "CRM", "maintenance": care})


def file(days: int, size: int = 1000, **more: object) -> BackupFile:
    told = {"series": "s", "database": True, **more}
    return BackupFile(f"f{days}", NOON - timedelta(days=days), size, **told)  # type: ignore[arg-type]


def folder(*files: BackupFile, cannot: str = "") -> Heard:
    return Heard(backups={"crm": Backups(origin(), "b", tuple(files), cannot=cannot)})


def server(*tables: TableHealth, engine: str = "postgresql", **more: object) -> Heard:
    return Heard(health={"crm": Health(origin(engine), tables=tables, **more)})  # type: ignore[arg-type]


def judged(duty: Duty, care: object, testified: Heard) -> Upkeep:
    return of_duty(duty, system(**({duty: care} if care else {})), testified, DAY)


DAILY = {"frequency": "daily"}


@pytest.mark.parametrize(
    ("care", "testified", "state", "words"),
    [
        (DAILY, folder(file(1)), "kept", ""),
        (DAILY, folder(file(3)), "kept", ""),
        (DAILY, folder(file(9)), "contradicted", "the newest backup is 9 days old"),
        (None, folder(file(9)), "late", "9 days"),
        ({"frequency": "weekly"}, folder(file(9)), "kept", ""),
        ({"frequency": "weekly"}, folder(file(10)), "contradicted", "10 days"),
        (DAILY, folder(), "contradicted", "no backup in the folder"),
        (None, folder(), "late", "no backup"),
        (DAILY, folder(file(1, sound=False)), "contradicted", "none of them whole"),
        # The job fails now, though what came before it is whole and new enough.
        (
            DAILY,
            folder(file(1, sound=False, why="it is empty"), file(2)),
            "contradicted",
            "the newest file, of 29 June 2026, is not whole: it is empty",
        ),
        (None, folder(file(1, sound=False), file(2)), "late", "is not whole"),
        (DAILY, folder(file(1), file(2, sound=False)), "kept", ""),
        (DAILY, folder(file(0, sound=None, running=True), file(1)), "kept", ""),
        (
            DAILY,
            folder(file(1, 140), *(file(d) for d in (2, 3, 4))),
            "contradicted",
            "the newest has 14 % of the usual size",
        ),
        (DAILY, folder(file(1, 600), *(file(d) for d in (2, 3, 4))), "kept", ""),
        # A folder of pictures that is backed up daily is no backup of the database.
        (DAILY, folder(file(0, database=None, series="p"), file(9)), "contradicted", "9 days"),
        (DAILY, folder(file(0, database=None)), "kept", ""),
        (
            {"frequency": "yearly", "last": "2026-06-29"},
            folder(file(60)),
            "contradicted",
            "59 days",
        ),
        (DAILY, folder(cannot="the folder is not there"), "not assessed", "is not there"),
        (DAILY, Heard(), "not assessed", "no backup folder"),
        ({"frequency": "never"}, Heard(), "late", "never"),
        ({"frequency": "daily", "last": "2026-06-01"}, Heard(), "late", "29 days"),
        # Dates after the day of the audit are no fault.
        (DAILY, folder(file(-3)), "kept", ""),
    ],
)
def test_backups(care: object, testified: Heard, state: str, words: str) -> None:
    found = judged("backup", care, testified)
    assert found.state == state
    assert words in found.why
    assert bool(found.evidence) == (bool(testified.backups) and not testified.backups["crm"].cannot)


def test_a_backup_done_in_time_that_cannot_be_relied_on_is_told_apart_from_a_late_one() -> None:
    small = [file(1, 140), *(file(d) for d in (2, 3, 4))]
    assert judged("backup", DAILY, folder(*small)).unfit
    late = judged("backup", DAILY, folder(*(file(d + 9, f.bytes) for d, f in enumerate(small))))
    assert (late.unfit, late.why) == (False, "the newest backup is 9 days old")
    assert late.shown.endswith("the newest has 14 % of the usual size")


OLD = TableHealth("t", rows=5000, changed=2000, analysed=NOON - timedelta(days=30))
CURRENT = TableHealth("u", rows=5000, changed=20, analysed=NOON - timedelta(days=200))
BUSY = TableHealth("b", rows=5000, changed=4000, analysed=NOON - timedelta(days=1))
SMALL = TableHealth("s", rows=50, changed=50)
SILENT = TableHealth("q", rows=5000)


@pytest.mark.parametrize(
    ("care", "testified", "state", "words"),
    [
        (DAILY, server(OLD, CURRENT), "contradicted", "1 of 2"),
        (None, server(OLD), "late", "1 of 1"),
        ({"frequency": "on demand"}, server(OLD), "late", "1 of 1"),
        # Nothing changed for 200 days: there is nothing to care for.
        (DAILY, server(CURRENT), "kept", ""),
        # Much changed since yesterday: the next care is not due.
        (DAILY, server(BUSY), "kept", ""),
        ({"frequency": "monthly"}, server(OLD), "kept", ""),
        (DAILY, server(SMALL), "not assessed", "no table has 1,000 rows"),
        (DAILY, server(SILENT), "not assessed", "does not tell"),
        (DAILY, server(SILENT, cannot={"changes": "PROCESS is needed"}), "not assessed", "PROCESS"),
        (DAILY, Heard(), "not assessed", "no server"),
        ({"frequency": "daily", "last": "2026-01-01"}, Heard(), "late", "180 days"),
    ],
)
def test_index_care(care: object, testified: Heard, state: str, words: str) -> None:
    found = judged("index_care", care, testified)
    assert found.state == state
    assert words in found.why


@pytest.mark.parametrize(
    ("release", "care", "state", "words"),
    [
        ("13", DAILY, "contradicted", "ended on 2025-11-13"),
        ("13", None, "late", "ended"),
        ("17", DAILY, "not assessed", "no server says"),
        ("17", {"frequency": "monthly", "last": "2026-06-20"}, "kept", ""),
        ("17", None, "not assessed", "no server says"),
        ("17", {"frequency": "monthly", "last": "2026-01-01"}, "late", "180 days"),
        ("99", DAILY, "not assessed", "does not have that release"),
        ("", DAILY, "not assessed", "does not tell"),
    ],
)
def test_updates(release: str, care: object, state: str, words: str) -> None:
    version = f"PostgreSQL {release}.4" if release else ""
    found = judged("updates", care, server(version=version, release=release))
    assert found.state == state
    assert words in found.why


def test_what_the_vendor_looks_after_is_nobody_else_s_neglect() -> None:
    ours = System.model_validate({"id": "crm", "name": "CRM"})
    theirs = System.model_validate(
        {"id": "crm", "name": "CRM", "maintenance": {"provider": "vendor"}}
    )
    assert of_duty("index_care", ours, server(OLD), DAY).state == "late"
    found = of_duty("index_care", theirs, server(OLD), DAY)
    assert (found.state, found.why) == ("not assessed", "the vendor looks after it")


def test_no_evidence_ever_proves_a_restore() -> None:
    both = Heard(backups=folder(file(0)).backups, health=server().health)
    care = {"frequency": "yearly", "last": "2026-06-01"}
    assert judged("restore_test", care, both).state == "not assessed"
    assert judged("restore_test", {"frequency": "never"}, both).state == "late"


def test_four_duties_whatever_is_declared() -> None:
    bare = System.model_validate({"id": "crm", "name": "CRM"})
    found = upkeep(bare, Heard(), None)
    assert [u.state for u in found] == ["not assessed"] * 4
    assert all(u.why for u in found)


@given(
    st.sampled_from(["hourly", "daily", "weekly", "monthly", "yearly", "on demand", "never"]),
    st.lists(st.integers(-5, 900), max_size=5),
)
def test_an_older_file_never_makes_it_better(frequency: str, days: list[int]) -> None:
    order = {"kept": 0, "late": 1, "contradicted": 1, "not assessed": 2}
    care = {"frequency": frequency}
    now = judged("backup", care, folder(*(file(d) for d in sorted(days))))
    later = judged("backup", care, folder(*(file(d + 40) for d in sorted(days))))
    assert order[later.state] >= order[now.state]


# Ends of support


def test_ends_of_support_are_known_by_the_makers_pages() -> None:
    assert _ENDS.keys() == SOURCES.keys()
    for product, ends in _ENDS.items():
        assert SOURCES[product].startswith("https://")
        assert all(date(2010, 1, 1) < end < date(2040, 1, 1) for end in ends.values())


def test_a_build_of_another_maker_has_no_known_end() -> None:
    told = Health(
        origin("mysql"), version="MySQL 8.0.36", release="8.0",
        settings={"version_comment": "Percona Server (GPL)"},
    )  # fmt: skip
    found = support_end(told)
    assert found is not None
    assert found.end is None
    assert "Percona" in found.why
    assert support_end(Health(origin("sqlite"))) is None


# Servers


def test_what_is_not_told_is_not_alleged() -> None:
    health = server(SILENT, TableHealth("w")).health["crm"]
    assert stale(health, 0.2, 0) == ()
    assert bloated(health, 0.0, 0) == ()
    assert unused(health) == ()
    assert counted_days(health) is None
    assert growth(health, 30) is None
    assert recovery(health).on is None


@pytest.mark.parametrize(
    ("version", "settings", "known", "shipped"),
    [
        ("PostgreSQL 15.4 (Debian 15.4-0+deb12u1)", {}, True, True),
        # The makers' own packages for Debian.
        ("PostgreSQL 15.4 (Debian 15.4-2.pgdg120+1)", {}, True, False),
        ("PostgreSQL 15.4", {"build": "rds"}, False, False),
        ("PostgreSQL 15.4", {"build": "azure"}, False, False),
        ("MySQL 8.0.28", {"aurora_version": "3.04.1"}, False, False),
        ("MariaDB 10.6.17-13-MariaDB-enterprise-log", {}, False, False),
        ("MySQL 8.0.36", {"version_comment": "MySQL Enterprise Server - Commercial"}, True, False),
        ("MySQL 8.0.36-0ubuntu0.22.04.1", {"version_comment": "(Ubuntu)"}, True, True),
        ("MariaDB 10.6.12-MariaDB-1:10.6.12+maria~deb11", {}, True, False),
    ],
)
def test_whose_build_it_is(
    version: str, settings: dict[str, str], known: bool, shipped: bool
) -> None:
    name, number = version.split()[:2]
    release = number.split(".")[0] if name == "PostgreSQL" else ".".join(number.split(".")[:2])
    told = Health(origin("x"), version=version, release=release, settings=settings)
    found = support_end(told)
    assert found is not None
    assert (found.end is not None, found.distributor) == (known, shipped)


def test_a_server_that_shows_no_use_has_not_counted_none() -> None:
    silent = (IndexHealth("t", "i", ("a",)),)
    told = Health(origin("mariadb"), counted_since=NOON - timedelta(days=90), indexes=silent)
    assert counted_days(told) is None
    used = replace(told, indexes=(IndexHealth("t", "i", ("a",), uses=0),))
    assert counted_days(used) is not None


def test_a_standby_server_is_not_asked_for_its_own_log() -> None:
    told = Health(origin("postgresql"), settings={"archive_mode": "off", "standby": "on"})
    assert recovery(told).on is None


def test_an_index_on_which_something_rests_is_never_unused() -> None:
    indexes = (
        IndexHealth("t", "idle", ("a",), uses=0),
        IndexHealth("t", "busy", ("a",), uses=3),
        IndexHealth("t", "rule", ("a",), unique=True, uses=0),
        IndexHealth("t", "key", ("a",), uses=0, needed="foreign key"),
        IndexHealth("t", "spare", ("a",), uses=0, covered_by="key"),
        IndexHealth("t", "broken", ("a",), uses=0, valid=False),
        IndexHealth("t", "untold", ("a",)),
    )
    assert [i.name for i in unused(Health(origin(), indexes=indexes))] == ["idle"]


@pytest.mark.parametrize(
    ("engine", "settings", "on"),
    [
        ("postgresql", {"archive_mode": "off"}, False),
        ("postgresql", {"archive_mode": "on", "archive_command": "set"}, True),
        ("postgresql", {"archive_mode": "always"}, True),
        ("postgresql", {"archive_mode": "on", "archive_command": "empty"}, False),
        (
            "postgresql",
            {"archive_mode": "on", "archive_command": "empty", "archive_library": "set"},
            True,
        ),
        (
            "postgresql",
            {"archive_mode": "on", "archive_command": "set", "archiving": "failing"},
            False,
        ),
        ("mysql", {"log_bin": "ON"}, True),
        ("mariadb", {"log_bin": "OFF"}, False),
        ("mariadb", {}, None),
        ("sqlite", {}, None),
    ],
)
def test_restore_to_a_moment(engine: str, settings: dict[str, str], on: bool | None) -> None:
    assert recovery(Health(origin(engine), settings=settings)).on is on


def test_growth_is_reckoned_from_the_earliest_reading_of_two_years() -> None:
    def then(days: int, size: int) -> SizeThen:
        return SizeThen(NOON - timedelta(days=days), size)

    told = Health(
        origin(), bytes=400, earlier=(then(900, 1), then(365, 100), then(200, 300), then(9, 399))
    )
    found = growth(told, 60)
    assert found is not None
    assert (found.first, found.last, found.days) == (100, 400, 365)
    assert found.a_year == pytest.approx(4)
    assert growth(told, 800) is None


def test_a_proposal_is_quoted_as_the_server_does() -> None:
    missing = Unindexed("sales.no`te", ("a`b", "c"), "people", True)
    assert proposed_index(Health(origin("mariadb")), missing) == (
        "CREATE INDEX `ix_no``te_a``b_c` ON `sales`.`no``te` (`a``b`, `c`);"
    )
    told = Unindexed('t"x', ("a",), "people", True)
    assert proposed_index(Health(origin()), told) == 'CREATE INDEX "ix_t""x_a" ON "t""x" ("a");'


# Backups


def test_a_backup_is_laid_beside_those_before_it_in_its_series() -> None:
    files = [file(1, 400), file(2, 1000), file(2, 5, series="other"), file(3, 1100), file(4, 900)]
    kept = newest(folder(*files).backups["crm"], DAY)
    assert kept is not None
    small = shrunk(kept, 0.5, 3)
    assert small is not None
    assert small.beside == 1000
    assert shrunk(kept, 0.4, 3) is None
    assert shrunk(kept, 0.5, 4) is None
    part = newest(folder(file(1, 4, part=True), *files[1:]).backups["crm"], DAY)
    assert part is not None
    assert shrunk(part, 0.5, 1) is None


def test_a_backup_is_laid_beside_the_database() -> None:
    kept = newest(folder(file(1, 400)).backups["crm"], DAY)
    packed = newest(folder(file(1, 400, packed=True)).backups["crm"], DAY)
    assert kept is not None
    assert packed is not None
    assert implausible(kept, 10_000, 0.05, 0.005) is not None
    assert implausible(packed, 10_000, 0.05, 0.005) is None
    assert implausible(packed, 100_000, 0.05, 0.005) is not None
    assert implausible(kept, None, 0.05, 0.005) is None


def test_only_the_newest_of_a_series_are_called_broken() -> None:
    files = [file(1), file(2), file(3), file(4, sound=False), file(5, sound=False, series="o")]
    assert [f.series for f in broken(folder(*files).backups["crm"])] == ["o"]
