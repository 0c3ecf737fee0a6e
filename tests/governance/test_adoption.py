"""Use of a CRM judged from counts: windows, suppression, concentration, cohorts, intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import (
    Access,
    CrmAccount,
    CrmGroup,
    Document,
    FilledBy,
    LoggedIn,
    Provenance,
    Recorded,
    Recording,
)
from crmaudit.governance.adoption import (
    Share,
    by_group,
    by_month,
    cohorts,
    concentration,
    falling,
    fills,
    measured,
    stayed,
    wilson,
)
from crmaudit.governance.adoption_told import told as words_of
from crmaudit.governance.usage import Usage, months_later, usage
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.people import Person

DAY = date(2026, 6, 30)


def told(day: date = DAY) -> Provenance:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Provenance("crm", "sqlite:///crm", "sqlite", "s1", at, "crmaudit 0")


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def row(account: str, when: str, created: int = 1, **more: int) -> Recorded:
    return Recorded(account, "notes", month(when), created, **more)


def used(
    rows: Iterable[Recorded] = (),
    accounts: Iterable[CrmAccount] = (),
    *,
    logins: Iterable[LoggedIn] = (),
    since: date | None = None,
    filled: Iterable[FilledBy] = (),
    links: Mapping[tuple[str, str], str] | None = None,
    people: Iterable[Person] = (),
    taken: date = DAY,
    units: Iterable[CrmGroup] = (),
) -> Usage:
    recording = Recording(
        told(taken), {"notes": "activity"}, tuple(rows), tuple(filled), tuple(logins),
        logins_since=since,
    )  # fmt: skip
    access = Access(told(taken), accounts=tuple(accounts), units=tuple(units))
    found = usage(
        "crm",
        DAY,
        recording,
        access if access.accounts else None,
        links=links or {},
        people={p.id: p for p in people},
        units=(Unit(id="sales", name="Sales"),),
        entities={"notes": "activity"},
    )
    assert found is not None
    return found


def test_whole_months_of_the_window_count() -> None:
    rows = [row("a", "2026-04"), row("b", "2026-03"), row("c", "2026-06")]
    seen = measured(used(rows), 10)
    assert seen is not None
    # Ninety days before the end of June begin on the first of April.
    assert (seen.users, seen.since, seen.until) == (2, date(2026, 4, 1), DAY)


def test_a_stamp_in_the_future_is_no_work() -> None:
    use = used([row("a", "2026-05"), row("b", "9999-12"), row("c", "2026-07")])
    assert {a.name for a in use.accounts if a.months} == {"a"}
    assert cohorts(use) == ()


def test_a_reading_before_the_audit_day_ends_the_window() -> None:
    use = used([row("a", "2026-01")], taken=date(2026, 2, 10))
    assert use.end == date(2026, 2, 10)
    assert use.cannot() == ""
    assert "whether nobody works there" in used([row("a", "2026-01")]).cannot()


def test_accounts_of_one_person_count_once_and_logins_are_known_by_any_name() -> None:
    accounts = [
        CrmAccount("k1", ("login1",), unit="7"),
        CrmAccount("k2", ("login2",)),
        CrmAccount("k3", person=False),
        CrmAccount("k4", signs=("nobody's name",)),
    ]
    person = Person(id="ana", name="Ana", unit="sales")
    use = used(
        [
            row("k1", "2026-05"),
            row("login2", "2026-05"),
            row("k3", "2026-06"),
            row("k4", "2026-06"),
        ],
        accounts,
        links={("crm", "login1"): "ana", ("crm", "k2"): "ana"},
        people=[person],
        units=[CrmGroup("7", "SALES")],
    )
    seen = measured(use, 10)
    assert seen is not None
    assert (seen.users, seen.shared) == (1, 1)
    assert {a.name: a.unit for a in use.own} == {"k1": "sales", "k2": "sales"}
    # The row under a login belongs to the account with that login.
    assert {a.name for a in use.accounts} == {"k1", "k2", "k3", "k4"}


def test_without_logins_a_small_share_proves_nothing() -> None:
    rows = [row(x, "2026-05") for x in "abcdef"]
    blind = measured(used(rows), 10)
    seeing = measured(used(rows, logins=[LoggedIn("a", month("2026-05"), 1, 1)]), 10)
    assert blind is not None
    assert seeing is not None
    assert (blind.above(0.8), seeing.above(0.8)) == (None, False)
    assert (blind.above(0.5), seeing.above(0.5)) == (True, True)
    assert seeing.above(0.6) is False


def test_more_users_than_staff_is_no_share() -> None:
    assert measured(used([row(x, "2026-05") for x in "abc"]), 2) is None
    assert measured(used([row("a", "2026-05")]), None) is None


@given(st.integers(0, 60), st.integers(0, 60))
def test_small_groups_have_no_number(part: int, more: int) -> None:
    share = Share(part, part + more)
    if share.whole < 5 or 0 < part < 5:
        assert share.hidden
        assert "fewer than five" in share.shown
    else:
        assert share.shown == f"{part} of {part + more}"


def test_switched_off_accounts_are_not_expected_to_work() -> None:
    accounts = [CrmAccount("on", active=True), CrmAccount("off", active=False)]
    (group,) = by_group(used([row("on", "2026-05")], accounts), lambda a: a.unit)
    assert group.used == Share(1, 1)


@given(st.lists(st.integers(1, 400), min_size=10, max_size=60))
def test_concentration(amounts: list[int]) -> None:
    use = used(row(f"a{i}", "2026-05", n) for i, n in enumerate(amounts))
    found = concentration(use)
    assert found is not None
    ordered = sorted(amounts)
    assert (found.rows, found.top) == (sum(amounts), sum(ordered[-5:]))
    n = len(amounts)
    apart = sum(abs(a - b) for a in amounts for b in amounts)
    assert found.gini == pytest.approx(apart / (2 * n * sum(amounts)), abs=1e-9)
    shares = [y for _, y in found.lorenz]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    # The curve never lies above the line of equal parts, but for the rounding of tenths.
    assert all(y <= x + 0.5 / n + 1e-9 for x, y in found.lorenz)


def test_too_few_accounts_have_no_concentration() -> None:
    assert concentration(used([row(f"a{i}", "2026-05") for i in range(9)])) is None
    assert concentration(used([row(f"a{i}", "2024-05") for i in range(12)])) is None


def test_months_that_are_not_over_are_left_out() -> None:
    use = used([row("a", "2026-01"), row("b", "2026-05")], taken=date(2026, 5, 30))
    assert [f"{m.month:%m}" for m in by_month(use)] == ["01", "02", "03", "04"]
    full = used([row("a", "2026-01"), row("b", "2026-05")], taken=date(2026, 5, 31))
    assert [m.recorders for m in by_month(full)] == [1, 0, 0, 0, 1]


def test_logins_are_unknown_before_the_first_that_is_left() -> None:
    logins = [LoggedIn("a", month(m), 3, 2) for m in ("2026-02", "2026-03")]
    use = used([row("b", "2026-01")], logins=logins, since=date(2026, 2, 14))
    came = {f"{m.month:%m}": m.came for m in by_month(use)}
    # Of February only a part is there.
    assert came == {"01": None, "02": None, "03": 1, "04": 0, "05": 0, "06": 0}


@given(st.integers(1, 30), st.integers(0, 30))
def test_falling_never_says_more_than_it_saw(before: int, after: int) -> None:
    months = [months_later(month("2025-01"), i) for i in range(18)]
    rows = [
        Recorded(f"a{n}", "notes", m, 1)
        for i, m in enumerate(months)
        for n in range(before if i < 9 else after)
    ]
    found = falling(used([*rows, Recorded("a0", "notes", months[-1], 1)]))
    assert found is not None
    if after >= before:
        assert not found.by(0.1)
    elif before >= 10 and after <= before / 2:
        assert found.by(0.25)


def test_cohorts_follow_those_who_began() -> None:
    rows = [row("old", "2023-01")]
    rows += [row(x, m) for x in "abc" for m in ("2025-01", "2025-02")]
    rows += [row("a", "2025-08"), row("b", "2026-06"), row("new", "2026-05")]
    found = cohorts(used(rows))
    assert [(c.month, c.accounts) for c in found] == [(month("2025-01"), 3), (month("2026-05"), 1)]
    assert stayed(found, 3) == Share(2, 3)
    assert stayed(found, 12) == Share(1, 3)
    # Nobody can have stayed for three months who began last month.
    assert found[1].stayed[3] == Share(0, 0)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    part, whole = counts
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1


def test_wilson_as_published() -> None:
    # Wilson 1927, by way of Brown, Cai and DasGupta 2001: 5 of 10 at 95 %.
    assert wilson(5, 10, 1.959964) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_fills_of_units_beside_all_others() -> None:
    accounts = [CrmAccount("a", unit="7"), CrmAccount("b", unit="8"), CrmAccount("x", person=False)]
    filled = [
        FilledBy("a", "notes", "email", 100, 20),
        FilledBy("b", "notes", "email", 300, 270),
        FilledBy("x", "notes", "email", 900, 0),
        FilledBy("unit unknown", "notes", "email", 900, 0),
    ]
    units = [CrmGroup("7", "Sales"), CrmGroup("8", "Desk")]
    use = used([row("a", "2026-05")], accounts, filled=filled, units=units)
    desk, sales = fills(use)
    assert (sales.unit, sales.filled, sales.other_filled, sales.other_rows) == (
        "sales",
        20,
        270,
        300,
    )
    assert sales.short_by == pytest.approx(0.9 - wilson(20, 100)[1])
    assert desk.short_by < 0
    assert (desk.unit, desk.entity) == ("Desk", "activity")


def test_documents_that_failed_tell_nothing() -> None:
    from dataclasses import replace

    from crmaudit.evidence import Status

    failed = replace(told(), status=Status("failed", "no right"))
    document: Document = Recording(failed)
    assert isinstance(document, Recording)
    assert usage("crm", DAY, document, None, links={}, people={}, units=(), entities={}) is None


def test_a_unit_s_share_is_of_its_staff_as_the_line_is() -> None:
    """Eleven of twelve accounts are 92 %, and eleven of fourteen staff below the line."""
    names = [f"a{i}" for i in range(12)]
    accounts = [CrmAccount(n, unit="1") for n in names]
    use = used([row(n, "2026-05") for n in names[:11]], accounts, units=[CrmGroup("1", "Desk")])
    (group,) = by_group(use, lambda _: "desk", staff={"desk": 14})
    assert (group.used, group.recorded, group.accounts) == (Share(11, 14), Share(11, 14), 12)
    for staff in (None, 9):  # not declared; fewer than have an account
        (group,) = by_group(use, lambda _: "desk", staff={"desk": staff})
        assert group.used == Share(11, 12)


def test_where_accounts_were_not_read_programs_may_count() -> None:
    rows = [row(f"a{i}", "2026-05") for i in range(6)]
    alone = usage("crm", DAY, Recording(told(), {"notes": "activity"}, tuple(rows)), None,
                  links={}, people={}, units=(), entities={})  # fmt: skip
    assert alone is not None
    for use, known in ((alone, False), (used(rows, [CrmAccount("a1")]), True)):
        seen = measured(use, 20)
        assert seen is not None
        assert seen.accounts_known is known


def test_who_records_is_unknown_where_no_table_tells_it() -> None:
    account = CrmAccount("a", active=True, last_login=DAY)
    access = Access(told(), accounts=(account,))
    recording = Recording(told(), cannot={"notes": "none of its rows names an author"})
    for read in (recording, None):
        use = usage(
            "crm", DAY, read, access, links={}, people={}, units=(), entities={"notes": "activity"}
        )
        assert use is not None
        assert not use.cannot()
        assert use.no_rows
        seen = measured(use, 10)
        assert seen is not None
        # It was used: a login says so. Who recorded nobody can say, which is not nobody.
        assert (seen.users, seen.recorded) == (1, None)
        (group,) = by_group(use, lambda a: a.unit)
        assert (group.recorded, group.rows) == (None, None)
        (shown,) = words_of((group,))
        assert (shown.recorded, shown.recorded_words) == (None, "not assessed")
