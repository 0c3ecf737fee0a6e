"""Our reading of SQL against labels that engines gave: see benchmarks/crud_truth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from servers import Server

from benchmarks.crud_truth import cases as files
from benchmarks.crud_truth import engines
from benchmarks.crud_truth.cases import Case
from benchmarks.crud_truth.label import Labeller, labelled
from benchmarks.crud_truth.rows import changed
from benchmarks.crud_truth.score import Score, flow, verdict

LEAST_RIGHT = 0.97
SAMPLE = 30
UNDONE = re.compile(r"(select|insert|update|delete|replace|with)\b", re.IGNORECASE)


def every(*parts: str) -> list[Case]:
    return [
        case for dialect in files.ENGINES for part in parts for case in files.read(dialect, part)
    ]


def told_wrong(cases: Sequence[Case], fingerprinted: bool) -> list[str]:
    """Those of which another letter or table is told than the label has."""
    told = engines.ours(cases, fingerprinted)
    return [
        f"{case.sql}: {dict(case.does)}, told {answer}"
        for case, (answer, _) in zip(cases, told, strict=True)
        if verdict(case, answer) == "wrong"
    ]


@pytest.mark.parametrize("fingerprinted", [False, True], ids=["as written", "literals out"])
@pytest.mark.parametrize("dialect", files.ENGINES)
def test_no_letter_is_told_wrong(dialect: str, fingerprinted: bool) -> None:
    """What is not known is said to be unknown; what is told is true."""
    assert not told_wrong(files.read(dialect, "open"), fingerprinted)


def test_nearly_all_are_understood() -> None:
    cases = every("open")
    told = engines.ours(cases)
    found = Counter(verdict(c, answer) for c, (answer, _) in zip(cases, told, strict=True))
    assert found["right"] / len(cases) >= LEAST_RIGHT, found


def test_the_routines_that_are_called_are_told() -> None:
    """Those of the schema; what else looks like a call may be a function of the engine."""
    cases = [c for c in every("open") if not c.opaque]
    own = {name for c in cases for name in c.calls}
    assert len(own) >= 4
    assert not [
        f"{case.sql}: {case.calls}, told {sorted(told & own)}"
        for case, told in zip(cases, engines.routines(cases), strict=True)
        if told is not None and told & own != set(case.calls)
    ]


@pytest.mark.parametrize("dialect", files.HAND)
def test_what_people_labelled_is_not_told_wrong(dialect: str) -> None:
    assert not told_wrong(files.read(dialect, "hand"), False)


def test_there_are_enough_and_no_two_alike() -> None:
    texts = [(c.dialect, c.sql) for c in every(*files.PARTS)]
    assert len(set(texts)) == len(texts)
    assert len({sql for _, sql in texts}) >= 300
    assert {d for d, _ in texts} == set(files.ENGINES)


def test_whatever_the_rights_do_not_decide_has_a_reason() -> None:
    cases = every(*files.PARTS)
    without = [c.sql for c in cases if c.by and not c.reason]
    silent = [c.sql for c in cases if c.asked and not c.by]
    assert not without
    assert not silent


def sample(dialect: str) -> list[Case]:
    """About thirty of the cases that can be run, evenly from both parts."""
    found = [c for part in files.PARTS for c in files.read(dialect, part) if not c.outside]
    return found[:: max(1, len(found) // SAMPLE)]


def differing(labeller: Labeller, cases: Sequence[Case]) -> list[str]:
    """The cases whose label the engine does not give any more."""
    return [
        f"{case.sql}: {dict(case.does)} {dict(case.asked)}, now {now.does} {now.asked}"
        for case in cases
        if (now := labelled(case, labeller)) != case
    ]


def test_the_labels_are_what_sqlite_says() -> None:
    from benchmarks.crud_truth.sqlite_labels import SqliteLabeller

    assert not differing(SqliteLabeller(), sample("sqlite"))


@pytest.mark.server
def test_the_labels_are_what_postgresql_says(postgres_server: Server) -> None:
    from benchmarks.crud_truth.postgres_labels import PostgresLabeller

    labeller = PostgresLabeller(postgres_server.url)
    try:
        assert not differing(labeller, sample("postgresql"))
    finally:
        labeller.close()


@pytest.mark.server
def test_the_labels_are_what_mariadb_says(mariadb_server: Server) -> None:
    from benchmarks.crud_truth.mariadb_labels import MariadbLabeller

    labeller = MariadbLabeller(mariadb_server.url)
    try:
        # What is committed at once, as definitions are, costs a new database each time.
        undone = [c for c in sample("mariadb") if UNDONE.match(c.executable)]
        assert not differing(labeller, undone)
    finally:
        labeller.close()


def test_rows_tell_what_was_done() -> None:
    before = {"a": {1: ("x",), 2: ("y",)}, "b": {1: ("x",)}}
    after = {"a": {1: ("z",), 3: ("y",)}, "b": {1: ("x",)}}
    assert changed(before, after) == {"a": "CUD"}


def test_literals_take_the_place_of_every_placeholder() -> None:
    sql = "SELECT a::text, ':no' FROM t WHERE a = :a AND b = $2 AND c = %s AND d = %(d)s AND e = ?"
    case = Case(sql, literals=("1", "2", "3", "4", "5"))
    assert case.executable == (
        "SELECT a::text, ':no' FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND e = 5"
    )


def test_unknown_is_not_wrong_and_a_guess_is() -> None:
    case = Case("", {"a": "RU", "b": "R"})
    assert verdict(case, None) == "unknown"
    assert verdict(case, {"a": "RU"}) == "wrong"
    assert verdict(case, {"b": "R", "a": "RU", "c": ""}) == "right"
    assert verdict(Case("", {"a": "R"}, opaque="prepared elsewhere"), None) == "right"
    assert flow(case.does) == {"a": "W", "b": "R"}
    score = Score()
    score.count("wrong", {"a": "R", "x": "R"}, case.does)
    assert (score.hits, score.told, score.true) == (1, 2, 3)
