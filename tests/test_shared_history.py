"""A history that a team shares: audits and people in one database, and what goes wrong there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import Database, dialects
from golden_files import EXAMPLES
from servers import PASSWORD

import crmaudit
from crmaudit.cli import main
from crmaudit.errors import CrmauditError

Make = Callable[[str], Database]
ENGINES = dialects("sqlite", "postgresql", "mariadb")


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, make_db: Make) -> str:
    return make_db(request.param).url


def workspace(folder: Path, *lines: str, example: str = "northwharf") -> Path:
    shutil.copytree(EXAMPLES / example, folder)
    file = folder / "audit.yaml"
    keys = tuple(f"{x.split(':')[0]}:" for x in lines)
    kept = [x for x in file.read_text().splitlines() if not x.startswith(keys)]
    file.write_text("\n".join([*kept, *lines, ""]))
    return folder


@pytest.fixture
def colleagues(tmp_path: Path, address: str) -> tuple[Path, Path]:
    """Two checkouts of one audit."""
    shared = ("id: wharf-2026", f"history: {address}", "as_of: 2026-06-30")
    return workspace(tmp_path / "one", *shared), workspace(tmp_path / "two", *shared)


@pytest.fixture(autouse=True)
def no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMAUDIT_HISTORY", raising=False)


def test_what_one_remembers_the_other_sees(colleagues: tuple[Path, Path]) -> None:
    one, two = colleagues
    first = crmaudit.Audit(one)
    first.remember()
    # Nothing is kept in the folder of either.
    assert not (one / ".crmaudit" / "store.sqlite").exists()
    second = crmaudit.Audit(two)
    assert [r.body["as_of"] for r in second.history] == ["2026-06-30"]
    later = two / "audit.yaml"
    later.write_text(later.read_text().replace("as_of: 2026-06-30", "as_of: 2026-12-31"))
    third = crmaudit.Audit(two)
    since = third.since(third.facts.past[0])
    assert since.before.day.isoformat() == "2026-06-30"
    for audit in (first, second, third):
        audit.store.close()


def test_another_audit_in_the_same_database_is_another(
    colleagues: tuple[Path, Path], tmp_path: Path, address: str
) -> None:
    one, _ = colleagues
    ours = crmaudit.Audit(one)
    ours.remember()
    other = workspace(tmp_path / "three", "id: harbour", f"history: {address}")
    theirs = crmaudit.Audit(other)
    assert theirs.history == ()
    theirs.remember()
    assert len(theirs.history) == len(ours.history) == 1
    for audit in (ours, theirs):
        audit.store.close()


def test_a_collection_with_another_key_is_refused(
    colleagues: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two keys would make two pseudonyms of one account."""
    one, two = colleagues
    data = tmp_path / "people.csv"
    data.write_text("id,email\n1,ann@example.org\n2,bob@example.org\n")
    for root in (one, two):
        (root / "systems" / "list.yaml").write_text(
            f"id: list\nname: List\ndatabase: {{url: '{data}'}}\n"
        )
    monkeypatch.setenv("CRMAUDIT_KEY", "the passphrase of the audit")
    first = crmaudit.Audit(one)
    assert all(o.whole for o in first.collect(["list"], only=["profile"]))
    before = sorted(d.id for d in first.store.newest())
    assert before
    monkeypatch.setenv("CRMAUDIT_KEY", "some other passphrase")
    second = crmaudit.Audit(two)
    if not first.store.key_ids():
        pytest.skip("nothing collected here is named by a key")
    with pytest.raises(CrmauditError, match="of the key") as caught:
        second.collect(["list"], only=["profile"])
    assert "CRMAUDIT_KEY" in caught.value.hint
    assert sorted(d.id for d in second.store.newest()) == before
    monkeypatch.setenv("CRMAUDIT_KEY", "the passphrase of the audit")
    assert all(o.whole for o in crmaudit.Audit(two).collect(["list"], only=["profile"]))
    for audit in (first, second):
        audit.store.close()


def test_what_a_workspace_kept_itself_goes_over(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path / "ws", "id: wharf", "as_of: 2026-06-30")
    data = tmp_path / "people.csv"
    data.write_text("id,email\n1,ann@example.org\n")
    (root / "systems" / "list.yaml").write_text(
        f"id: list\nname: List\ndatabase: {{url: '{data}'}}\n"
    )
    alone = crmaudit.Audit(root)
    alone.collect(["list"], only=["profile"])
    alone.remember()
    kept = sorted(d.id for d in alone.store.newest())
    finished = [r.finished_at for r in alone.history]
    assert main(["history", "--take-over", "-w", str(root)]) == 2
    assert "no shared history" in capsys.readouterr().err
    (root / "audit.yaml").write_text((root / "audit.yaml").read_text() + f"history: {address}\n")
    assert main(["history", "--take-over", "-w", str(root)]) == 0
    printed = capsys.readouterr()
    assert f"taken over: {len(kept)} documents" in printed.err
    assert printed.out.startswith("1 audit remembered")
    together = crmaudit.Audit(root)
    assert sorted(d.id for d in together.store.newest()) == kept
    assert [r.finished_at for r in together.history] == finished
    # A second time it would be there twice.
    assert main(["history", "--take-over", "-w", str(root)]) == 2
    assert len(together.history) == 1
    together.store.close()


def test_the_environment_names_the_history_before_the_file(
    tmp_path: Path, make_db: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace(tmp_path / "ws", "id: wharf", "history: sqlite:////nowhere/at/all.sqlite")
    monkeypatch.setenv("CRMAUDIT_HISTORY", make_db("sqlite").url)
    crmaudit.Audit(root).remember()
    assert len(crmaudit.Audit(root).history) == 1


def test_a_file_is_where_the_workspace_says_wherever_it_is_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path / "ws", "id: wharf", "history: sqlite:///kept.sqlite")
    assert main(["history", "-w", str(root)]) == 0
    assert not (root / "kept.sqlite").exists(), "viewing makes none"
    crmaudit.Audit(root).remember()
    monkeypatch.chdir(tmp_path)
    assert len(crmaudit.Audit(root).history) == 1
    assert (root / "kept.sqlite").exists()
    (root / "kept.sqlite").write_bytes(b"SQLite format 3\0" + b"\x99" * 5000)
    assert main(["history", "-w", str(root)]) == 2
    assert "damaged" in " ".join(capsys.readouterr().err.split())


def test_a_shared_history_asks_for_an_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path / "ws", "history: postgresql://u:s3cret-pw@127.0.0.1:1/db")
    text = (root / "audit.yaml").read_text()
    (root / "audit.yaml").write_text(
        "\n".join(x for x in text.splitlines() if not x.startswith("id:"))
    )
    assert main(["check", "-w", str(root)]) == 2
    said = capsys.readouterr().err
    assert "add `id:` to audit.yaml" in said
    assert "s3cret-pw" not in said


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://u:s3cret-pw@127.0.0.1:1/db", "server is up"),
        ("postgresql://u:${NOT_SET_ANYWHERE}@127.0.0.1/db", "NOT_SET_ANYWHERE is not set"),
        ("somewhere over there s3cret-pw", "no database URL"),
        ("sqlite://", "write sqlite:///history.sqlite"),
        ("sqlite:///:memory:", "write sqlite:///history.sqlite"),
    ],
)
@pytest.mark.parametrize("command", [["check"], ["validate"], ["history"]])
def test_a_history_out_of_reach_is_said_with_its_place(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    address: str,
    says: str,
) -> None:
    root = workspace(tmp_path / "ws", "id: wharf", f"history: '{address}'")
    assert main([*command, "-w", str(root)]) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert "audit.yaml:" in printed.err
    assert "s3cret-pw" not in printed.err + printed.out


@pytest.mark.server
def test_the_report_is_written_where_the_history_takes_no_changes(
    tmp_path: Path, make_db: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is lost but the run itself, which is said."""
    made = make_db("postgresql")
    root = workspace(
        tmp_path / "ws", "id: wharf", f"history: {made.url.replace(PASSWORD, '${HISTORY_PW}')}"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HISTORY_PW", PASSWORD)
        crmaudit.Audit(root).remember()
        name = made.url.rsplit("/", 1)[1]
        made.execute([f"ALTER DATABASE {name} SET default_transaction_read_only = on"])
        assert main(["audit", "--offline", "--as", "md", "-w", str(root)]) == 2
        printed = capsys.readouterr()
        assert "read-only transaction" in printed.err
        assert PASSWORD not in printed.err
        assert (root / "reports" / "information-management-plan.md").exists()
        assert main(["history", "--format", "json", "-w", str(root)]) == 0
        assert len(json.loads(capsys.readouterr().out)["rows"]) == 1
