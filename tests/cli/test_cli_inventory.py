"""`inventory`: the list and its queries, a whole dossier, and what if a system were retired."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden_files import EXAMPLES
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from crmaudit import Audit
from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.inventory_columns import FIELDS
from crmaudit.cli.inventory_rows import Rows
from crmaudit.cli.lifeline import lifeline
from crmaudit.cli.panels import Block, put_blocks
from crmaudit.inventory import lifecycle_state
from crmaudit.workspace.dossier import Contract, System

NORTH = EXAMPLES / "northwharf"


def rows(run: Any, *arguments: str | Path) -> list[dict[str, Any]]:
    ran = run("inventory", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = json.loads(ran.out)["rows"]
    return found


def test_every_value_of_a_row_is_a_column_and_the_other_way_round() -> None:
    (row, *_) = Rows(Audit(NORTH)).all()
    own = {f.key for f in FIELDS.all if not f.keys}
    assert own == set(row)
    assert {k for f in FIELDS.all for k in f.keys} <= own
    names = [n for f in FIELDS.all for n in (f.key, *f.aliases)]
    assert len(set(names)) == len(names)


def test_values_are_of_the_kind_that_their_columns_say(example: Path) -> None:
    kinds: dict[str, Any] = {"text": str, "number": (int, float), "yes or no": bool, "list": list}
    for row in Rows(Audit(example)).all():
        for field in FIELDS.all:
            value = field.of(row)
            if value is not None and field.kind != "date":
                assert isinstance(value, kinds[field.kind]), field.key
            if field.choices and value is not None:
                assert value in field.choices


class TestList:
    def test_why_systems_have_no_quadrant_is_told_apart(self, run) -> None:
        fits = Audit(NORTH).facts.fits.values()
        told = run("inventory", "-w", NORTH, width=140).out
        (line,) = [x for x in told.splitlines() if x.startswith("TIME: ")]
        counts = {w: int(n) for n, w in (p.split(" ", 1) for p in line[6:].split(" · "))}
        assert counts["withheld"] == sum(bool(f.withheld) for f in fits) == 4
        assert counts["not classified"] == 3
        assert counts["retired"] == 1
        assert sum(counts.values()) == len(Rows(Audit(NORTH)).all())

    def test_where_chooses_and_says_what_is_left_out(self, run) -> None:
        every = rows(run, "-w", NORTH)
        found = rows(run, "-w", NORTH, "--where", "lifecycle=phase-out and cost>10000")
        assert {r["id"] for r in found} == {
            r["id"] for r in every if r["phase"] == "phase-out" and (r["cost"] or 0) > 10_000
        }
        assert found
        ran = run("inventory", "-w", NORTH, "--where", "cost > 50000")
        unknown = sum(r["cost"] is None for r in every)
        assert f"╱ {unknown} systems have no cost: left out" in ran.out
        n = sum((r["cost"] or 0) > 50_000 for r in every)
        assert ran.lines[0].startswith(f"{n} of {len(every)} systems")

    def test_nothing_found_is_said(self, run) -> None:
        ran = run("inventory", "-w", NORTH, "--where", "name = nothing")
        assert (ran.code, ran.lines[0][:15]) == (0, "0 of 30 systems")
        assert ran.lines[-1] == "crmaudit inventory"
        assert rows(run, "-w", NORTH, "--where", "name = nothing") == []
        for form in ("csv", "table"):
            assert run("inventory", "-w", NORTH, "--where", "id=x", "--format", form).code == 0

    def test_sort(self, run) -> None:
        costs = [r["cost"] for r in rows(run, "-w", NORTH, "--sort", "-cost")]
        known = [c for c in costs if c is not None]
        assert known == sorted(known, reverse=True)
        assert costs[: len(known)] == known
        severities = ["critical", "high", "medium", "low"]
        worst = [r["worst"] for r in rows(run, "-w", NORTH, "--sort", "-worst,name")]
        assert worst == sorted(worst, key=severities.index)

    def test_columns_are_those_asked_for_in_every_form(self, run) -> None:
        asked = ("-w", NORTH, "--columns", "name,owner,contract_end,feeds_out,in_scope")
        (first, *_) = rows(run, *asked)
        keys = ["name", "business_owner", "it_owner", "contract_end", "feeds_out", "in_scope"]
        assert list(first) == keys
        table = run("inventory", *asked, width=140)
        head = table.lines[1]
        assert head.split() == ["System", "owner", "contract", "end", "feeds", "out", "in", "scope"]
        text = run("inventory", *asked, "--format", "csv").out
        assert next(csv.reader(io.StringIO(text))) == keys

    def test_help_lists_all_columns(self, run) -> None:
        ran = run("inventory", "--columns", "help", width=120)
        assert ran.code == 0
        for field in FIELDS.all:
            assert field.key in ran.out
        listed = json.loads(run("inventory", "--columns", "help", "--format", "json").out)
        assert [r["column"] for r in listed["rows"]] == [f.key for f in FIELDS.all]

    def test_options_before_the_command_and_after_it_mean_the_same(self, run) -> None:
        query = ("--where", "cost>10000", "--sort", "name", "--columns", "id,cost")
        expected = run("inventory", "list", "-w", NORTH, *query).out
        assert expected
        assert run("inventory", "-w", NORTH, *query).out == expected
        assert run("inventory", "-w", NORTH, *query, "list").out == expected
        ran = run("inventory", "--where", "cost>1", "show", "salesloom", "-w", NORTH)
        assert (ran.code, ran.out) == (2, "")
        assert "`inventory show` has no option --where" in ran.err

    @pytest.mark.parametrize(
        ("option", "text", "expected"),
        [
            ("--where", "cost > 10k", ["'10k' is no number", "    cost > 10k", " " * 11 + "^"]),
            ("--where", "lifcycle=active", ["did you mean 'lifecycle'?"]),
            ("--sort", "-kosts", ["--sort: there is no column 'kosts'", "     ^"]),
            ("--columns", "name,costz", ["did you mean 'cost'?", " " * 9 + "^"]),
        ],
    )
    def test_mistakes_show_the_text_with_a_caret(
        self, run, option: str, text: str, expected: list[str]
    ) -> None:
        ran = run("inventory", option, text, "-w", NORTH)
        assert (ran.code, ran.out) == (2, "")
        for part in expected:
            assert part in ran.err

    def test_few_systems_and_many(self, run, tmp_path: Path) -> None:
        for n in (3, 1000):
            root = tmp_path / str(n)
            (root / "systems").mkdir(parents=True)
            (root / "audit.yaml").write_text("organisation: X\n")
            for i in range(n):
                text = f"id: s{i}\nname: System {i}\nkind: crm\nlifecycle: {{phase: active}}\n"
                (root / "systems" / f"{i}.yaml").write_text(text)
            for width in (80, 140):
                ran = run("inventory", "-w", root, width=width)
                assert all(cell_len(line) <= width for line in ran.lines)
                assert sum(line.startswith("System ") for line in ran.lines) == n + 1
                assert ("phase: 1,000 active" in ran.out) == (n == 1000)
                assert ran.lines[0].startswith(f"{n:,} systems")

    def test_json_has_one_line_a_row(self, run) -> None:
        ran = run("inventory", "-w", NORTH, "--format", "json")
        lines = [line for line in ran.lines if line.startswith('    {"id": ')]
        assert len(lines) == len(json.loads(ran.out)["rows"]) == 30
        assert json.loads(lines[0].rstrip(","))["id"]


class TestShow:
    @pytest.mark.parametrize("width", [80, 140])
    def test_every_system(self, run, example: Path, width: int) -> None:
        audit = Audit(example)
        for system in list(audit.workspace.systems)[:: 1 if width == 80 else 3]:
            ran = run("inventory", "show", system.id, "-w", example, width=width)
            assert ran.code == 0, ran.err
            assert all(cell_len(line) <= width for line in ran.lines)
            assert all(line == line.rstrip() for line in ran.lines)
            assert ran.lines[0].startswith(f"{system.name} · {system.id}")
            flat = " ".join(ran.out.split())
            for person in (system.owners.business, system.owners.it):
                assert (audit.workspace.person_name(person) or "") in flat
            for skill in system.support.skills or ():
                assert skill.skill in flat
            assert (system.contract is None) or str(system.contract.end or "") in flat

    def test_what_the_other_end_declares_is_shown(self, run) -> None:
        out = run("inventory", "show", "groundplan", "-w", NORTH, width=140).out
        assert "← debtordesk" in out
        assert "told by DebtorDesk only" in " ".join(out.split())
        assert "◎ system of record" in out

    def test_whom_to_ask_and_what_is_not_said_stand_in_a_line_each(self, run) -> None:
        ran = run("inventory", "show", "ringpath", "-w", NORTH, width=140)
        asks = [line for line in ran.lines if line.startswith("ask ")]
        assert asks
        assert all(":" in line for line in asks)
        (unsaid,) = [line for line in ran.lines if line.startswith("not said: ")]
        dossier = Audit(NORTH).workspace.system["ringpath"]
        assert ("database" in unsaid) == (dossier.database is None)
        assert "not given" not in ran.out

    def test_wide_terminals_have_two_columns(self, run) -> None:
        narrow = run("inventory", "show", "salesloom", "-w", NORTH, width=80)
        wide = run("inventory", "show", "salesloom", "-w", NORTH, width=140)
        assert len(wide.lines) < 0.7 * len(narrow.lines)
        for heading in ("Dossier", "Lifecycle", "Feeds", "Fit (TIME)", "Maintenance"):
            assert sum(heading in line for line in narrow.lines) == 1
            assert sum(heading in line for line in wide.lines) == 1

    @pytest.mark.parametrize("name", ["salesloom", "SALESLOOM", "SalesLoom", "salesloom "])
    def test_a_system_by_any_of_its_names(self, run, name: str) -> None:
        assert run("inventory", "show", name, "-w", NORTH).lines[0].startswith("SalesLoom · ")

    def test_a_system_that_there_is_not(self, run) -> None:
        ran = run("inventory", "show", "SalesLom", "-w", NORTH)
        assert (ran.code, ran.out) == (2, "")
        assert "did you mean 'salesloom'?" in ran.err

    def test_json_holds_what_the_screen_shows(self, run, demo: Path) -> None:
        (row,) = rows(run, "show", "crm", "-w", demo)
        listed = next(r for r in rows(run, "-w", demo) if r["id"] == "crm")
        assert {k: row[k] for k in listed} == listed
        assert row["dossier"]["name"] == row["name"]
        assert row["described"]["present"] > row["described"]["described"]
        assert {o["entity"] for o in row["opinions"]} >= {None, "contact"}
        assert row["opinions"][0]["measured"] == pytest.approx(row["measured"])
        assert sum(c["total"] for c in row["costs"] if c["year"] == row["cost_year"]) == row["cost"]
        assert len(row["about"]) == row["finding_count"]
        assert {f["target"] for f in row["feeds"] if f["source"] == "crm"} == set(row["feeds_out"])
        assert row["fit_details"]["functional"]["contributions"]
        assert csv.reader(io.StringIO(run("inventory", "show", "crm", "-w", demo,
                                          "--format", "csv").out))  # fmt: skip

    def test_no_password_is_shown(self, run, tmp_path: Path) -> None:
        (tmp_path / "systems").mkdir()
        (tmp_path / "audit.yaml").write_text("organisation: X\n")
        url = "postgresql://reader:s3cret@db.example.org/crm"
        text = yaml.safe_dump({"id": "crm", "name": "CRM", "database": {"url": url}})
        (tmp_path / "systems" / "crm.yaml").write_text(text)
        for form in ("table", "json", "csv"):
            ran = run("inventory", "show", "crm", "-w", tmp_path, "--format", form)
            assert "db.example.org" in ran.out
            assert "s3cret" not in ran.out + ran.err

    def test_a_dossier_that_says_nothing(self, run, tmp_path: Path) -> None:
        (tmp_path / "systems").mkdir()
        (tmp_path / "audit.yaml").write_text("organisation: X\n")
        (tmp_path / "systems" / "a.yaml").write_text("id: a\nname: A\n")
        ran = run("inventory", "show", "a", "-w", tmp_path)
        assert ran.code == 0
        assert "ask the auditor: vendor" in ran.out
        assert len(ran.lines) < 30


class TestRetire:
    def test_it_is_told_and_nothing_is_written(self, run, tmp_path: Path) -> None:
        copy = shutil.copytree(NORTH, tmp_path / "ws")
        before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
        for width in (80, 140):
            ran = run("inventory", "retire", "Groundplan ERP", "-w", copy, width=width)
            assert ran.code == 0, ran.err
            assert all(cell_len(line) <= width for line in ran.lines)
            assert ran.lines[0].startswith("If Groundplan ERP were retired")
            flat = " ".join(ran.out.split())
            assert "1 entity would be held by nobody" in flat
            assert "Ledger posting ◆ nobody else holds it" in flat
            assert "findings appear" in flat
            assert "findings vanish" in flat
        assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before

    def test_json_and_csv(self, run) -> None:
        command = ("inventory", "retire", "contactkeel", "orderforge", "-w", NORTH)
        document = json.loads(run(*command, "--format", "json").out)
        assert document["kind"] == "retirement"
        assert document["systems"] == ["contactkeel", "orderforge"]
        audit = Audit(NORTH)
        costs = [audit.inventory.row(s).cost for s in document["systems"]]
        assert document["cost"]["total"] == sum(c.total or 0 for c in costs if c)
        vanish = [r for r in document["rows"] if r["consequence"] == "vanishes"]
        assert len(vanish) == len(document["vanish"]) > 0
        head, *lines = csv.reader(io.StringIO(run(*command, "--format", "csv").out))
        assert head == ["what", "subject", "consequence", "left"]
        assert len(lines) == len(document["rows"])

    def test_mistakes(self, run) -> None:
        ran = run("inventory", "retire", "groundplann", "-w", NORTH)
        assert (ran.code, ran.out) == (2, "")
        assert "did you mean 'groundplan'?" in ran.err
        assert run("inventory", "retire", "-w", NORTH).code == 2


def _printed(width: int, body: Any) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    body(console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.splitlines()


class TestDrawing:
    def test_a_grid_wraps_cuts_and_aligns(self) -> None:
        slots = [Slot("Name", flex=True), Slot("n", right=True), Slot("State")]
        body = [
            [Text("many short words"), Text("7"), Text("a state")],
            [Text("two\nlines"), Text("1,000"), Text("")],
            [Text("顧客関係管理"), Text(""), Text("ok")],
        ]
        assert _printed(40, lambda c: draw(c, slots, body)) == [
            "Name                  n  State",
            "many short words      7  a state",
            "two               1,000",
            "lines",
            "顧客関係管理             ok",
        ]
        assert _printed(22, lambda c: draw(c, slots, body)) == [
            "Name        n  State",
            "many        7  a state",
            "short",
            "words",
            "two     1,000",
            "lines",
            "顧客関         ok",
            "係管理",
        ]
        narrow = _printed(9, lambda c: draw(c, slots, body))
        assert all(cell_len(line) <= 9 for line in narrow)
        assert _printed(40, lambda c: draw(c, slots, [])) == ["Name  n  State"]

    def test_blocks_that_say_nothing_are_left_out(self) -> None:
        first, empty, last = Block("First"), Block("Empty"), Block("Last")
        assert first.say("label", "a", None, "b")
        assert not empty.say("label", None, "", ())
        last.say("a label that is much too long for it", "value")
        for width in (80, 140):
            lines = _printed(width, lambda c: put_blocks(c, [first, empty, last]))
            assert "label  a · b" in lines[2]
            assert not any("Empty" in line for line in lines)
            assert all(cell_len(line) <= width for line in lines)
        assert _printed(140, lambda c: put_blocks(c, [])) == []

    def test_a_lifeline(self) -> None:
        system = System.model_validate(
            {
                "id": "a",
                "name": "A",
                "lifecycle": {
                    "phase_in": "2020-01-01",
                    "since": "2021-01-01",
                    "phase_out": "2029-01-01",
                    "retired": "2030-01-01",
                    "vendor_support_ends": "2025-01-01",
                },
            }
        )
        day = system.lifecycle.since
        assert day is not None
        life = lifecycle_state(system, day, {})
        contract = Contract.model_validate({"end": "2027-01-01"})
        lines = dict(lifeline(life, contract, day, 21))
        assert lines["phases"] == "░░████████████████▒▒"
        assert lines["vendor's support"].index("┥") == 10
        assert lines["contract"].index("┥") == 14
        assert lifeline(lifecycle_state(System(id="b", name="B"), None, {}), None, None, 20) == []
