"""Every command on both examples: as a table, as JSON and as CSV, all of one meaning."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from golden_files import EXAMPLES, KEY, Golden, lasting
from rich.cells import cell_len

from crmaudit.workspace import schemas

VIEWS: dict[str, tuple[str, ...]] = {
    "inventory": ("inventory", "list"),
    "crud": ("crud", "matrix"),
    "crud-gaps": ("crud", "gaps"),
    "quality": ("quality", "scores"),
    "quality-tables": ("quality", "scores", "--by", "table"),
    "quality-systems": ("quality", "scores", "--by", "system"),
    "users": ("governance", "users"),
    "types": ("governance", "users", "--types"),
    "duties": ("governance", "users", "--duties"),
    "licences": ("governance", "users", "--licences"),
    "raci": ("governance", "users", "--raci"),
    "access": ("governance", "access"),
    "loss": ("governance", "loss"),
    "loss-all": ("governance", "loss", "--all"),
    "adoption": ("governance", "adoption"),
    "adoption-units": ("governance", "adoption", "--by", "unit"),
    "attitudes": ("governance", "attitudes"),
    "maturity": ("governance", "maturity"),
    "dysfunctions": ("governance", "dysfunctions"),
    "interviews": ("governance", "interviews"),
    "maintenance": ("governance", "maintenance"),
    "kpis": ("governance", "kpis"),
    "check": ("check", "--fail-on", "never"),
    "check-all": ("check", "--fail-on", "never", "--all"),
    "plan": ("plan",),
    "history": ("history",),
    "validate": ("validate",),
}
ONE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "system": (("inventory", "show", "crm"), ("inventory", "show", "salesloom")),
    "entity": (("crud", "show", "contact"), ("crud", "show", "customer")),
}
MAIN = (
    *("inventory", "crud", "check", "plan", "quality", "users", "kpis", "interviews"),
    *("duties", "licences", "access", "loss", "adoption", "attitudes", "maturity", "maintenance"),
    "dysfunctions",
)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_says_what_it_shows_and_what_to_do_next(run, example: Path, name: str) -> None:
    ran = run(*VIEWS[name], "-w", example)
    assert ran.code == 0, ran.err
    assert ran.lines[0]
    assert ran.lines[-1].startswith("crmaudit ")
    for line in ran.lines[:-1]:
        assert cell_len(line) <= 80, line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", VIEWS)
def test_json_and_csv_hold_the_same(run, example: Path, name: str) -> None:
    ran = run(*VIEWS[name], "-w", example, "--format", "json")
    assert ran.code == 0
    document = json.loads(ran.out)
    assert document["schema"] == 1
    assert document["kind"]
    ran = run(*VIEWS[name], "-w", example, "--format", "csv")
    head, *rows = csv.reader(io.StringIO(ran.out))
    assert len(rows) == len(document["rows"])
    assert len(set(head)) == len(head)
    assert all(len(row) == len(head) for row in rows)
    for key in document["rows"][0] if rows else ():
        assert any(column == key or column.startswith(f"{key}.") for column in head)


@pytest.mark.parametrize("what", ONE)
def test_one_thing(run, example: Path, what: str) -> None:
    command = ONE[what][example.name == "northwharf"]
    for width in (80, 140):
        ran = run(*command, "-w", example, width=width)
        assert ran.code == 0, ran.err
        assert ran.lines[-1].startswith("crmaudit ")
        assert all(cell_len(line) <= width for line in ran.lines)
    for form in ("json", "csv"):
        assert run(*command, "-w", example, "--format", form).out


@pytest.mark.usefixtures("opened_once")
@pytest.mark.parametrize("group", ["inventory", "crud", "quality", "governance"])
def test_options_may_stand_before_the_command_of_a_group(run, group: str) -> None:
    where = EXAMPLES / "northwharf"
    bare = {"inventory": "list", "crud": "matrix", "quality": "scores", "governance": "users"}
    expected = run(group, bare[group], "-w", where, "--format", "csv").out
    assert expected
    assert run(group, "-w", where, "--format", "csv").out == expected
    assert run(group, "-w", where, "--format", "csv", bare[group]).out == expected


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", MAIN)
def test_views_look_as_they_did(run, golden: Golden, example: Path, name: str, width: int) -> None:
    ran = run(*VIEWS[name], "-w", example, width=width)
    golden(f"{example.name}-{name}-{width}.txt", lasting(ran.out))


@pytest.mark.parametrize("path", ["crm.contacts", "crm.contacts.email", "newsletter.lists"])
def test_measured_things_down_to_the_column(run, demo: Path, path: str) -> None:
    ran = run("quality", "show", path, "-w", demo)
    assert ran.code == 0
    assert "evidence profile:" in ran.out
    assert "completeness" in ran.out
    assert json.loads(run("quality", "show", path, "-w", demo, "--format", "json").out)["rows"]


@pytest.mark.usefixtures("opened_once")
def test_a_narrow_terminal_gets_the_matrix_in_panels(run) -> None:
    where = EXAMPLES / "northwharf"
    narrow = run("crud", "-w", where, width=80)
    assert "systems 1–8 of 29" in narrow.out
    assert "systems 25–29 of 29" in narrow.out
    assert all(cell_len(line) <= 80 for line in narrow.lines)
    wide = run("crud", "-w", where, width=200)
    assert "│" in wide.out
    assert all(cell_len(line) <= 200 for line in wide.lines)
    few = run("crud", "matrix", "--system", "salesloom", "--system", "groundplan", "-w", where)
    assert "│    salesloom" in few.out


@pytest.mark.usefixtures("opened_once")
def test_many_findings_are_told_by_rule(run) -> None:
    where = EXAMPLES / "northwharf"
    short = run("check", "-w", where).lines
    full = run("check", "-w", where, "--all").lines
    assert len(short) < 100 < len(full)
    assert "more rules" in "\n".join(short)
    assert short[-1].endswith("crmaudit check --all")
    one = run("check", "-w", where, "--code", "inv103")
    assert {line.split()[2] for line in one.lines if " INV" in line[:14]} == {"INV103"}
    assert "systems/" in one.out
    several = run("check", "-w", where, "--code", "inv103, GOV1", "--format", "json", "--all")
    begun = {row["code"][:4] for row in json.loads(several.out)["rows"]}
    assert begun == {"INV1", "GOV1"}
    unknown = run("check", "-w", where, "--code", "INV103,XYZ")
    assert unknown.code == 2
    assert "begins with 'XYZ'" in unknown.err
    about = json.loads(run("check", "-w", where, "--about", "system:dwh", "--format", "json").out)
    assert all("dwh" in str(row) or row["place"] for row in about["rows"])
    assert len(about["rows"]) < len(
        json.loads(run("check", "-w", where, "--format=json").out)["rows"]
    )


@pytest.mark.usefixtures("opened_once")
def test_a_file_instead_of_the_terminal(run, tmp_path: Path) -> None:
    where = EXAMPLES / "northwharf"
    for form in ("table", "json", "csv"):
        file = tmp_path / "deep" / f"plan.{form}"
        ran = run("plan", "-w", where, "--format", form, "-o", file, width=100)
        assert (ran.code, ran.out) == (0, "")
        assert str(file) in ran.err
        assert (
            file.read_bytes().decode() == run("plan", "-w", where, "--format", form, width=100).out
        )
    assert not [p for p in file.parent.iterdir() if p.name.startswith(".")]


def test_rules_are_explained(run) -> None:
    ran = run("explain")
    assert ran.code == 0
    ran = run("explain", "gov113")
    assert ran.code == 0
    assert ran.lines[-1] == "crmaudit check --code GOV113"
    assert [x for x in ran.lines if x in ("Why", "Fix", "Bad", "Good")] == [
        "Why",
        "Fix",
        "Bad",
        "Good",
    ]
    assert "```" not in ran.out
    assert all(cell_len(line) <= 80 for line in ran.lines)
    row = json.loads(run("explain", "GOV113", "--format", "json").out)["rows"][0]
    assert row["parameters"]["grace_days"]


def test_viewing_leaves_no_trace(run, tmp_path: Path) -> None:
    copy = shutil.copytree(EXAMPLES / "northwharf", tmp_path / "ws")
    before = sorted(copy.rglob("*"))
    for command in VIEWS.values():
        run(*command, "-w", copy)
    assert sorted(copy.rglob("*")) == before


def test_an_audit_from_end_to_end_and_what_it_remembers(run, tmp_path: Path, demo: Path) -> None:
    where = shutil.copytree(demo, tmp_path / "ws")
    ran = run("audit", "--offline", "--as", "md,json", "-w", where)
    assert ran.code == 0, ran.err
    assert "The 5 that matter most of" in ran.out
    assert (where / "reports" / "information-management-plan.md").exists()
    (where / "systems" / "calendar.yaml").write_text("id: calendar\nname: Calendar\n")
    assert run("audit", "--offline", "--as", "json", "-w", where).code == 0
    assert run("audit", "--offline", "--as=json", "--fail-on", "critical", "-w", where).code == 1
    assert len(json.loads(run("history", "-w", where, "--format", "json").out)["rows"]) == 3
    changes = json.loads(run("diff", "1", "2", "-w", where, "--format", "json").out)["rows"]
    assert {"new", "gone"} & {row["change"] for row in changes}
    assert "as before" in run("diff", "2", "3", "-w", where).out
    assert run("report", "--as", "md", "-o", tmp_path / "elsewhere", "-w", where).code == 0
    assert list((tmp_path / "elsewhere").iterdir())


def test_evidence_travels(run, tmp_path: Path, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)
    bundle = tmp_path / "evidence.zip"
    assert run("export", bundle, "-w", demo).code == 0
    empty = shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "ws")
    ran = run("import", bundle, "--yes", "-w", empty)
    assert ran.code == 0, ran.err
    again = run("import", bundle, "--yes", "-w", empty)
    assert again.code == 0
    key = ("check", "--fail-on", "never", "--format", "json", "-w")
    assert json.loads(run(*key, empty).out)["rows"] == json.loads(run(*key, demo).out)["rows"]


def test_reading_databases(run, demo: Path, tmp_path: Path) -> None:
    ran = run("collect", "newsletter", "--dry-run", "-w", demo)
    assert ran.code == 0, ran.err
    assert "SELECT" in ran.out.upper()
    ran = run("profile", demo / "data" / "newsletter.sqlite", "--table", "lists")
    assert ran.code == 0, ran.err
    assert "list_id" in ran.out
    bundle = tmp_path / "e.zip"
    url = f"sqlite:///{demo / 'data' / 'newsletter.sqlite'}"
    assert run("collect", "--url", url, "--as", "newsletter", "-o", bundle).code == 0
    assert bundle.exists()


def test_malformed_lines_of_an_export_are_told(run, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    text = "id,name,mail\n1,Ana,a@x.org\n2,Bob\n3,Cy,c@x.org,more\n"
    (files / "people.csv").write_text(text, encoding="utf-8")
    told = "2 lines with too many or too few cells, padded or cut"
    ran = run("profile", files, width=120)
    assert ran.code == 0, ran.err
    assert f"note: {told}" in ran.out
    root = tmp_path / "ws"
    assert run("init", root, "--from", files).code == 0
    assert run("collect", "-w", root).code == 0
    assert f"note: {told}" in run("quality", "show", "crm.people", "-w", root, width=120).out
    checked = run("check", "--fail-on", "never", "--format", "json", "-w", root)
    (found,) = [r for r in json.loads(checked.out)["rows"] if r["code"] == "QUA109"]
    assert found["severity"] == "low"
    assert told in found["message"]


@pytest.mark.parametrize("name", ["harbourlight", "northwharf"])
def test_examples_have_the_schemas_of_this_version(run, name: str, tmp_path: Path) -> None:
    """`crmaudit schema examples/NAME/.schema` writes them."""
    assert run("schema", tmp_path / ".schema").code == 0
    written = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / ".schema").iterdir()}
    assert set(written) == set(schemas())
    there = EXAMPLES / name / ".schema"
    assert {p.name: p.read_text(encoding="utf-8") for p in there.iterdir()} == written


class TestInit:
    def test_a_workspace_proposed_from_a_file_beside_it(
        self, run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copy(demo / "data" / "billing.sqlite", "b.sqlite")
        for number, source in enumerate(("b.sqlite", "sqlite:///b.sqlite")):
            folder = Path(f"ws{number}")
            ran = run("init", folder, "--from", source, "--as", "billing")
            assert ran.code == 0, ran.err
            assert "to be confirmed" in ran.out
            dossier = (folder / "systems" / "billing.yaml").read_text()
            assert "../b.sqlite" in dossier
            assert str(tmp_path) not in dossier
            assert run("validate", "-w", folder).code == 0
            monkeypatch.chdir("/")
            ran = run("collect", "--dry-run", "-w", tmp_path / folder)
            assert ran.code == 0, ran.err
            monkeypatch.chdir(tmp_path)

    def test_nothing_is_overwritten(self, run, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("mine")
        assert run("init", tmp_path).code == 0
        assert (tmp_path / "notes.txt").read_text() == "mine"
        ran = run("init", tmp_path)
        assert ran.code == 2
        assert "audit.yaml" in ran.err

    @pytest.mark.server
    def test_a_password_stays_out_and_that_is_said(self, run, make_db, tmp_path: Path) -> None:
        db = make_db("postgresql")
        db.execute(["CREATE TABLE contact (id integer PRIMARY KEY, name text)"])
        password = db.url.split("://", 1)[1].split("@")[0].split(":")[1]
        ran = run("init", tmp_path / "ws", "--from", db.url)
        assert ran.code == 0, ran.err
        assert "CRM_PASSWORD" in ran.out
        dossier = (tmp_path / "ws" / "systems" / "crm.yaml").read_text()
        assert "${CRM_PASSWORD}" in dossier
        for text in (ran.out, ran.err, dossier):
            assert f":{password}@" not in text


def test_the_demo_keeps_what_was_edited(run, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "demo"
    ran = run("demo", folder, "--contacts", "100")
    assert ran.code == 0, ran.err
    assert "The 5 that matter most" in ran.out
    assert (folder / ".schema" / "audit.json").exists()
    for form in ("html", "pdf"):
        assert (folder / "reports" / f"information-management-plan.{form}").stat().st_size > 10_000
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text() + "# mine\n")
    (folder / "data" / "crm.sqlite").unlink()

    def stop(*_, **__) -> None:
        raise KeyboardInterrupt

    # The audit itself was seen above: the second run is stopped where it begins.
    monkeypatch.setattr("crmaudit.cli.deliver.run_audit", stop)
    ran = run("demo", folder, "--contacts", "110")
    assert ran.code == 130
    assert "stay as they are" in ran.err
    assert brief.read_text().endswith("# mine\n")
    assert (folder / "data" / "crm.sqlite").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").touch()
    assert run("demo", other).code == 2
