"""The same model on Spark; its conditions in Spark's SQL.

The cluster is one of an executor process on this machine (`local-cluster`).
It needs the package `pyspark` (`pip install 'crmaudit[spark]'`) and Java 17 or
later; where either is missing only the translation is tested.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmaudit.errors import CrmauditError
from crmaudit.quality.collectors.matching import levels, spark
from tests.quality.matched_people import engine, matched, population

CLUSTER = "local-cluster[1,1,1024]"
LISTS = {
    *("emails", "emails_shared", "phones", "phones_shared"),
    *("identifiers", "given_roots", "organisation_words"),
}

_MISSING = importlib.util.find_spec("pyspark") is None or not (
    os.environ.get("JAVA_HOME") or shutil.which("java")
)
with_spark = pytest.mark.skipif(
    # On the build machine what is missing is a failure.
    _MISSING and not os.environ.get("CI"),
    reason="needs pyspark and Java",
)


@pytest.mark.parametrize("kind", ["person", "organisation", "household", "lead"])
def test_every_condition_has_a_form_in_sparks_sql(kind: str) -> None:
    needs = levels.needs(kind)
    specs = levels.specs(kind, dict.fromkeys(needs, 9), set(needs))
    assert len(specs) > 3
    for spec in specs:
        for condition in (spec.null, *(g.when for g in spec.grades if g.when)):
            made = spark.to_spark(condition, LISTS).lower()
            for foreign in ("list_", "jaro_winkler_similarity", "jarowinkler_", "&&", "hamming"):
                assert foreign not in made


def test_an_unknown_function_is_no_guess() -> None:
    with pytest.raises(ValueError, match="jaccard"):
        spark.to_spark("jaccard(a_l, a_r) > 0.5")


def test_few_records_stay_here_whatever_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(spark.MASTER, "spark://nowhere.example:7077")
    with engine() as into, spark.elsewhere(into, (), spark.MANY) as found:
        assert found is None


def test_without_pyspark_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyspark"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with (
        pytest.raises(CrmauditError, match="pyspark is not installed") as caught,
        spark.session("local[1]"),
    ):
        pass
    assert "crmaudit[spark]" in caught.value.hint


@with_spark
@pytest.mark.slow
def test_a_cluster_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pairs with the same agreement, weight by weight, and so the same things."""
    records, _ = population(200, seed=8)

    def outcome() -> tuple[Any, Any, Any]:
        with engine() as into:
            matched(into, records)
            return (
                into.ask("SELECT l, r FROM scored WHERE state = 'same' ORDER BY l, r"),
                into.ask("SELECT n, thing FROM members ORDER BY n"),
                into.ask("SELECT (l << 32) | r, weight FROM scored ORDER BY 1"),
            )

    here = outcome()
    monkeypatch.setattr(spark, "MANY", 10)
    monkeypatch.setenv(spark.MASTER, CLUSTER)
    sessions = []
    real = spark.session

    @contextmanager
    def seen(master: str) -> Iterator[tuple[Any, Path]]:
        with real(master) as found:
            sessions.append(found[1])
            yield found

    monkeypatch.setattr(spark, "session", seen)
    there = outcome()
    assert there[:2] == here[:2]
    assert len(here[0]) > 10
    assert len(here[2]) > 50
    (mine, weights), (theirs, others) = (np.array(x[2], dtype=float).T for x in (here, there))
    both, one, other = np.intersect1d(mine, theirs, return_indices=True)
    # An odd number of transpositions is halved in two ways (Jaro), which a few pairs near the
    # line below which nothing is kept feel.
    assert len(both) >= 0.995 * max(len(mine), len(theirs))
    assert (np.abs(weights[one] - others[other]) > 1e-3).mean() < 0.001
    # It was the cluster that compared, and its files are gone.
    assert sessions
    assert not any(folder.exists() for folder in sessions)
