"""`report --verify`: what is still what the inputs give, and what made the rest differ."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sample import sample

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.report import manifest as manifests
from crmaudit.report.formats import FORMATS, file_name, manifest_name, writer
from crmaudit.report.manifest import read_manifest
from crmaudit.report.seal import Seal, find_seal, seal
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme
from crmaudit.report.verify import Checked

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = ("html", "md", "json", "xlsx")


def by_name(found: tuple[Checked, ...]) -> dict[str, Checked]:
    return {c.path.suffix.lstrip("."): c for c in found}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with its reports."""
    root = tmp_path_factory.mktemp("made") / "audit"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    crmaudit.Audit(root).report(QUICK)
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "audit"))


def test_what_was_just_written_is_the_same(root: Path) -> None:
    before = {p: p.read_bytes() for p in (root / "reports").iterdir()}
    found = crmaudit.Audit(root).verify()
    assert [c.state for c in found] == ["same"] * len(QUICK)
    assert {p: p.read_bytes() for p in (root / "reports").iterdir()} == before


def test_an_edited_declaration_is_named(root: Path) -> None:
    path = root / "entities.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    for checked in crmaudit.Audit(root).verify():
        assert checked.state == "differs"
        assert checked.reasons[0] == "declarations changed: 1 changed (entities.yaml)"
        # Nothing but the hash of the declarations is another.
        assert len(checked.reasons) == 1


def test_files_that_are_no_yaml_count_too(root: Path) -> None:
    (root / "sections").mkdir(exist_ok=True)
    own = "---\nid: own-words\ntitle: Own words\n---\nOf ours.\n"
    (root / "sections" / "15-own.md").write_text(own, encoding="utf-8")
    found = by_name(crmaudit.Audit(root).verify())
    assert found["md"].reasons[0] == "declarations changed: 1 new (sections/15-own.md)"
    assert "first difference in line" in found["md"].reasons[1]
    assert found["json"].reasons[1].startswith("first difference at $.document.sections[")
    assert "its part xl/" in found["xlsx"].reasons[1]


def test_line_ends_are_no_change(root: Path) -> None:
    for path in (root / "data").glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert {c.state for c in crmaudit.Audit(root).verify()} == {"same"}


def test_a_file_edited_by_hand_is_told(root: Path) -> None:
    path = root / "reports" / file_name("md")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("findings", "blessings", 1), encoding="utf-8", newline="\n")
    found = by_name(crmaudit.Audit(root).verify())
    assert {k for k, c in found.items() if c.state == "same"} == {"html", "json", "xlsx"}
    why = found["md"].reasons
    assert why[0].startswith("the file was changed after it was written")
    assert re.search("in line [0-9]+: “.*blessings.*”, now “.*findings", why[1])


def test_a_figure_edited_in_the_json_is_found(root: Path) -> None:
    path = root / "reports" / file_name("json")
    data = json.loads(path.read_bytes())
    data["document"]["sections"][1]["title"] = "Another"
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    (checked,) = crmaudit.Audit(root).verify([path])
    assert '$.document.sections[1].title: "Another", now' in checked.reasons[-1]


def test_a_missing_file_is_told(root: Path) -> None:
    (root / "reports" / file_name("html")).unlink()
    assert by_name(crmaudit.Audit(root).verify())["html"].state == "missing"


def test_another_program_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crmaudit, "__version__", "9.9.9")
    libraries = {**manifests._libraries(), "jinja2": "99"}
    monkeypatch.setattr(manifests, "_libraries", lambda: libraries)
    found = by_name(crmaudit.Audit(root).verify())
    told = found["md"].reasons
    assert told[0].endswith("this is 9.9.9")
    assert told[1].endswith("here is 99")


def test_a_lone_file_tells_of_itself(root: Path, tmp_path: Path) -> None:
    crmaudit.Audit(root).report(QUICK, folder=tmp_path / "sent", final=True)
    (tmp_path / "sent" / manifest_name()).unlink()
    files = sorted((tmp_path / "sent").iterdir())
    assert {c.state for c in crmaudit.Audit(root).verify(files)} == {"same"}
    brief = root / "brief.yaml"
    brief.write_text(f"# Other\n{brief.read_text('utf-8')}", encoding="utf-8")
    for checked in crmaudit.Audit(root).verify(files):
        assert re.match("declarations changed: [0-9a-f]{12}, now [0-9a-f]{12}", checked.reasons[0])


def test_formats_written_later_join_the_manifest_of_the_same_inputs(root: Path) -> None:
    reports = root / "reports"
    for name in QUICK[1:]:
        (reports / file_name(name)).unlink()
    (reports / manifest_name()).unlink()
    crmaudit.Audit(root).report(["md"])
    crmaudit.Audit(root).report(["json"])
    kept = read_manifest(reports / manifest_name())
    assert kept is not None
    assert sorted(kept.files) == [file_name("json"), file_name("md")]
    crmaudit.Audit(root).report(["json"], final=True)
    kept = read_manifest(reports / manifest_name())
    assert kept is not None
    assert sorted(kept.files) == [file_name("json")]


def test_an_audit_recorded_since_is_told(root: Path) -> None:
    def recorded(day: str) -> str:
        audit = crmaudit.Audit(root)
        audit.store.remember({**audit.summary(), "as_of": day})
        return by_name(crmaudit.Audit(root).verify())["md"].reasons[0]

    assert recorded("2026-03-01") == (
        "the history changed: audits 1 new (1); the last was none, now 1 of 2026-03-01"
    )
    crmaudit.Audit(root).report(QUICK)
    assert {c.state for c in crmaudit.Audit(root).verify()} == {"same"}
    assert recorded("2026-05-01") == (
        "the history changed: audits 1 new (2); the last was 1 of 2026-03-01, now 2 of 2026-05-01"
    )


def test_what_cannot_be_verified_is_a_clear_mistake(root: Path, tmp_path: Path) -> None:
    audit = crmaudit.Audit(root)
    with pytest.raises(CrmauditError, match="no report to verify"):
        audit.verify([root / "systems"])
    with pytest.raises(CrmauditError, match="no such file"):
        audit.verify([tmp_path / "nowhere"])
    with pytest.raises(CrmauditError, match="no report"):
        audit.verify([root / "audit.yaml"])
    (root / "reports" / manifest_name()).write_text("[]")
    with pytest.raises(CrmauditError, match="manifest"):
        audit.verify()
    shutil.copy(root / "reports" / file_name("md"), tmp_path / "stranger.md")
    (tmp_path / "stranger.md").write_text("Nothing of ours.")
    (checked,) = audit.verify([tmp_path / "stranger.md"])
    assert checked.state == "differs"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_carries_the_line(name: str) -> None:
    content = writer(name)(sample(), Theme(), Templates())
    assert find_seal(content) == seal(sample())


@pytest.mark.parametrize("text", ["", "a b", "--><script>", "ü%=", "\ud800"])
def test_the_line_keeps_any_words(text: str) -> None:
    one = Seal(tool=text.encode("utf-8", "replace").decode(), audience="x")
    assert find_seal(f"<!-- {one} -->".encode()) == one
    assert "--" not in str(one)
    assert find_seal(b"PK not a book") is None
    assert find_seal(b'{"document": 3}') is None


CODE = (
    "import sys; from crmaudit import Audit; from pathlib import Path\n"
    "place = Path(sys.argv[1])\n"
    "for asked in sys.argv[2:]:\n"
    "    name, _, kinds = asked.partition('=')\n"
    "    made = place / 'reports' / name\n"
    "    Audit(place / name).report(kinds.split(','), folder=made)"
)
PAIR = {"harbourlight": tuple(FORMATS), "northwharf": ("html", "json", "xlsx")}
"""Of the large one only what takes seconds: the writers are the same."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Reports of both examples by two processes.

    Another seed of hashes, time zone, language, folder of work and of the workspace.
    """
    top = tmp_path_factory.mktemp("elsewhere")
    first, second = top / "place 0", top / "place 1"
    settings = (
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "LC_ALL": ""},
    )
    for place, work, changed in zip((first, second), (top, second), settings, strict=True):
        for name in PAIR:
            shutil.copytree(EXAMPLES / name, place / name)
        subprocess.run(
            [
                *(sys.executable, "-c", CODE, str(place)),
                *(f"{name}={','.join(kinds)}" for name, kinds in PAIR.items()),
            ],
            check=True,
            cwd=work,
            env={**os.environ, **changed},
        )
    return first / "reports", second / "reports"


@pytest.mark.slow
@pytest.mark.parametrize("example", PAIR)
def test_other_processes_write_the_same_bytes(example: str, elsewhere: tuple[Path, Path]) -> None:
    one, two = (place / example for place in elsewhere)
    names = sorted(p.name for p in one.iterdir())
    assert names == sorted([*map(file_name, PAIR[example]), manifest_name()])
    differing = [n for n in names if (one / n).read_bytes() != (two / n).read_bytes()]
    assert differing == []


def test_office_files_hold_no_moment_of_their_own() -> None:
    import io

    for name in FORMATS:
        content = writer(name)(sample(), Theme(), Templates())
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                assert len({i.date_time for i in book.infolist()}) == 1
