"""The measurement over several systems: when it runs, what it leaves alone, what it survives."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from announced import normal, unannounced
from collecting import Done, crmaudit, workspace

from crmaudit.audit import Audit
from crmaudit.collect import Outcome, dry_run, targets
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Overlap
from crmaudit.quality.collectors import overlap as measured
from crmaudit.quality.collectors.engine import Engine
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.sources.task import Joint

SYSTEMS = ("crm", "billing", "shop")


def database(path: Path, first: int) -> str:
    """Articles with numbers from a wide range, of which each system has some."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE item (id integer PRIMARY KEY, article_no text, price real)")
    connection.executemany(
        "INSERT INTO item VALUES (?, ?, ?)",
        [(i, f"A-{i * 7_368_787 % 9_999_991}", i / 4) for i in range(first, first + 80)],
    )
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    urls = {s: database(tmp_path / f"{s}.sqlite", 1 + 20 * i) for i, s in enumerate(SYSTEMS)}
    folder = workspace(tmp_path / "audit", urls)
    (folder / "entities.yaml").write_text("entities:\n  - {id: article, kind: product}\n")
    (folder / "maps").mkdir()
    for s in SYSTEMS:
        (folder / "maps" / f"{s}.yaml").write_text(
            f"system: {s}\ntables:\n  - {{table: item, entity: article, key: id}}\n"
        )
    return folder


def collect(root: Path, *args: str) -> Done:
    return crmaudit("collect", *args, "-w", root)


def overlap(root: Path) -> Overlap:
    return Audit(root).facts.evidence.overlaps["article"]


def joint_outcome(outcomes: tuple[Outcome, ...]) -> Outcome:
    (found,) = [o for o in outcomes if o.joint]
    return found


def test_all_systems_are_compared_once_each_is_read(root: Path) -> None:
    done = collect(root)
    assert done.code == 0, done.text
    assert "overlap: 1 entity of billing, crm, shop compared" in done.out
    found = overlap(root)
    assert found.systems == ("billing", "crm", "shop")
    assert {s.systems: s.things for s in found.sets} == {
        ("billing", "crm", "shop"): 40,
        ("billing", "crm"): 20,
        ("billing", "shop"): 20,
        ("crm",): 20,
        ("shop",): 20,
    }
    assert found.provenance.key_id


def test_only_it_or_all_but_it(root: Path) -> None:
    assert "compared" not in collect(root, "--only", "profile,keys,entities").out
    assert Audit(root).facts.evidence.overlaps == {}
    # What was read before is evidence enough.
    done = collect(root, "--only", "overlap")
    assert done.code == 0, done.text
    assert len(overlap(root).systems) == 3


def test_one_system_leaves_it_alone_and_says_so(root: Path) -> None:
    assert "overlap" not in collect(root, "crm").text, "there is nothing to be left alone yet"
    collect(root)
    before = overlap(root)
    done = collect(root, "crm")
    assert done.code == 0
    assert "overlap: left as it was" in done.out
    assert "billing and shop were not read" in done.text
    assert overlap(root) == before


def test_fewer_systems_do_not_take_the_place_of_more(root: Path) -> None:
    collect(root)
    before = overlap(root)
    done = collect(root, "crm", "billing")
    assert "article: not compared anew, as shop was not read" in done.text
    assert overlap(root) == before
    # Out of scope it is no longer missed.
    (root / "systems" / "shop.yaml").unlink()
    (root / "maps" / "shop.yaml").unlink()
    collect(root)
    assert overlap(root).systems == ("billing", "crm")


def test_without_the_first_of_them_the_others_stay(root: Path) -> None:
    collect(root)
    assert overlap(root).provenance.system == "billing"
    (root / "systems" / "billing.yaml").unlink()
    (root / "maps" / "billing.yaml").unlink()
    (found,) = Audit(root).facts.overlap
    assert (found.systems, found.things) == (("crm", "shop"), 120)
    for asked in (["quality", "overlap"], ["check", "--fail-on", "never"], ["report"]):
        done = crmaudit(*asked, "-w", root)
        assert done.code == 0, done.text


def test_a_system_that_cannot_be_read_this_time(root: Path) -> None:
    collect(root)
    before = overlap(root)
    (root.parent / "shop.sqlite").rename(root.parent / "away.sqlite")
    done = collect(root)
    assert done.code == 2
    assert "not compared anew, as shop was not read" in done.text
    assert overlap(root) == before


def test_a_system_that_could_never_be_read(root: Path) -> None:
    shop = root / "systems" / "shop.yaml"
    shop.write_text(shop.read_text() + "crud: {article: CRU}\n")
    (root.parent / "shop.sqlite").rename(root.parent / "away.sqlite")
    done = collect(root)
    assert done.code == 2
    found = overlap(root)
    assert found.systems == ("billing", "crm")
    (missing,) = [h for h in found.holders if h.cannot]
    assert (missing.system, missing.cannot) == ("shop", "it could not be read this time")


def test_gone_between_its_own_reading_and_the_comparison(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = measured.overlap

    def late(joint: Joint, plan: Any = None) -> Iterator[Overlap]:
        (root.parent / "shop.sqlite").rename(root.parent / "away.sqlite")
        yield from real(joint, plan)

    monkeypatch.setattr(measured, "overlap", late)
    outcomes = Audit(root).collect()
    told = joint_outcome(outcomes)
    assert told.error is None
    assert not told.whole
    assert any("shop" in str(f) for f in told.failures)
    found = overlap(root)
    assert found.provenance.status.state == "partly"
    assert found.systems == ("billing", "crm")
    assert [bool(h.cannot) for h in found.holders] == [False, False, True]


def test_an_accident_hides_no_comparison_with_more_systems(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(root)
    before = overlap(root)
    real = measured.overlap

    def late(joint: Joint, plan: Any = None) -> Iterator[Overlap]:
        (root.parent / "shop.sqlite").rename(root.parent / "away.sqlite")
        yield from real(joint, plan)

    monkeypatch.setattr(measured, "overlap", late)
    told = joint_outcome(Audit(root).collect())
    assert (told.kept, told.whole) == (0, False)
    assert any("the comparison with shop stands" in str(f) for f in told.failures)
    (found,) = Audit(root).facts.overlap
    assert (found.document, found.cannot) == (before, "")
    assert found.remarks[0].startswith(
        f"these numbers are of {before.provenance.taken_at:%Y-%m-%d}"
    )
    assert "shop" in found.remarks[0]


@pytest.mark.parametrize("error", [duckdb.OutOfMemoryException(""), MemoryError(), OSError()])
def test_a_comparison_that_fails_hides_none(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*args: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(measured.identifier, "compare", broken)
        assert collect(root).code == 2
    (alone,) = Audit(root).facts.overlap
    assert alone.document.provenance.status.state == "failed"
    assert (alone.cannot, alone.remarks) == (alone.document.matching.cannot, ())
    assert collect(root).code == 0
    before = overlap(root)
    with monkeypatch.context() as patch:
        patch.setattr(measured.identifier, "compare", broken)
        assert collect(root).code == 2
    (found,) = Audit(root).facts.overlap
    assert (found.document, found.cannot) == (before, "")
    assert "failed" in found.remarks[0]
    # The next that goes well takes their place.
    assert collect(root).code == 0
    (found,) = Audit(root).facts.overlap
    assert (found.document.provenance.status.state, found.remarks) == ("done", ())


def test_stopped_in_the_middle(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(root)
    before = overlap(root)
    real = measured.identifier.common_identifier

    def stopped(engine: Engine, *args: Any) -> Any:
        real(engine, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(measured.identifier, "common_identifier", stopped)
        with pytest.raises(KeyboardInterrupt):
            Audit(root).collect()
    (found,) = Audit(root).facts.overlap
    assert (found.document, found.remarks) == (before, ())
    assert collect(root).code == 0


@pytest.mark.parametrize(
    "stop", [KeyboardInterrupt(), ConnectionLostError("the connection was lost")]
)
def test_stopped_before_it_is_made_the_next_time(
    root: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def stopped(joint: Joint, plan: Any = None) -> Iterator[Overlap]:
        raise stop
        yield

    with monkeypatch.context() as patch:
        patch.setattr(measured, "overlap", stopped)
        if isinstance(stop, CrmauditError):
            assert joint_outcome(Audit(root).collect()).error is stop
        else:
            with pytest.raises(KeyboardInterrupt):
                Audit(root).collect()
    assert Audit(root).facts.evidence.overlaps == {}
    assert collect(root).code == 0
    assert len(overlap(root).systems) == 3


def test_a_dry_run_says_what_is_read_of_several(root: Path) -> None:
    done = collect(root, "--dry-run")
    assert done.code == 0
    assert done.out.count("records of entities that another system holds as well") == len(SYSTEMS)
    alone = collect(root, "crm", "--dry-run")
    assert "another system holds as well" not in alone.out


def test_nothing_is_shared(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "audit", {"crm": database(tmp_path / "c.sqlite", 1)})
    done = collect(folder)
    assert done.code == 0
    assert "overlap" not in done.text


def test_everything_sent_was_announced(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = dry_run(targets(Audit(root).workspace))
    printed = {s.sql for run in runs for s in (*run.sent, *run.would_send, *run.on_failure)}
    opened: list[Source] = []

    def recorded(url: str, **more: Any) -> Source:
        opened.append(open_source(url, **more))
        return opened[-1]

    monkeypatch.setattr(sys.modules["crmaudit.collect.collect"], "open_source", recorded)
    Audit(root).collect()
    assert len(opened) == 2 * len(SYSTEMS), "each is opened for itself, and once for the article"
    for source in opened[len(SYSTEMS) :]:
        sent = normal(s.sql for s in source.sent)
        assert any("article_no" in s for s in sent)
        assert unannounced(sent, normal(printed)) == set()
