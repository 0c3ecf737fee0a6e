"""`inventory add` and `inventory rename`: what they ask, show, write and refuse."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from golden_files import EXAMPLES, KEY

from crmaudit.workspace import load

Run = Callable[..., "Ran"]  # noqa: F821 - of conftest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    shutil.copytree(EXAMPLES / "harbourlight", folder)
    return folder


def contents(root: Path) -> dict[str, bytes]:
    files = (p for p in root.rglob("*") if p.is_file() and ".crmaudit" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def at_terminal(root: Path, arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """Runs a command at a terminal of its own; each answer is typed at the next prompt."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
        os.chdir(root)
        os.execv(sys.executable, [sys.executable, "-m", "crmaudit", *arguments])
    shown, quiet_since, until = b"", time.monotonic(), time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                read = os.read(terminal, 65536)
            except OSError:
                break
            if not read:
                break
            shown += read
            quiet_since = time.monotonic()
        elif shown.endswith(b": ") and answers and time.monotonic() - quiet_since > 0.1:
            answer = answers.pop(0)
            os.write(terminal, b"\x03" if answer == "^C" else f"{answer}\n".encode())
            shown += b"<"
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    os.close(terminal)
    return code, shown.decode().replace("\r\n", "\n")


# rename


def test_rename_shows_first_and_needs_an_answer(run: Run, root: Path) -> None:
    before = contents(root)
    shown = run("inventory", "rename", "crm", "beacon", "-w", root)
    assert shown.code == 2
    assert shown.err == "error: nobody can answer here\n    say --yes to write the changes\n"
    assert shown.lines[:2] == [
        "system crm → beacon: 135 references in 18 files",
        "audit.yaml  (1 reference)",
    ]
    assert "  68  crm: crm → beacon" in shown.lines
    assert "maps/crm.yaml → beacon.yaml  (2 references)" in shown.lines
    assert contents(root) == before


@pytest.mark.parametrize("width", [80, 140])
def test_rename_fits_the_terminal_and_shows_no_account(run: Run, root: Path, width: int) -> None:
    shown = run("inventory", "rename", "crm", "beacon", "-w", root, width=width)
    assert max(map(len, shown.lines)) <= width
    assert all("→" in line for line in shown.lines if line.startswith("  1"))
    for account in load(root).person["cio"].accounts.values():
        assert account not in shown.out


def test_rename_writes_and_says_what_is_next(run: Run, root: Path) -> None:
    before = contents(root)
    done = run("inventory", "rename", "crm", "beacon", "--yes", "-w", root)
    assert (done.code, done.err) == (0, "")
    assert done.lines[-2:] == [
        "crm is beacon now, in 18 files",
        "crmaudit inventory show beacon",
    ]
    assert run("validate", "-w", root).code == 0
    after = contents(root)
    assert sorted(before.keys() ^ after.keys()) == [
        "maps/beacon.yaml",
        "maps/crm.yaml",
        "systems/beacon.yaml",
        "systems/crm.yaml",
    ]
    assert run("inventory", "rename", "beacon", "crm", "--yes", "-w", root).code == 0
    again = contents(root)
    assert again.pop("systems/crm.yaml") == before.pop("systems/crm.yaml").replace(
        b"id: crm\n", b"id: crm\nformerly: beacon\n"
    )
    assert again == before


def test_rename_of_other_things_and_whole_diff(run: Run, root: Path) -> None:
    shown = run("inventory", "rename", "entity:contact", "client", "--diff", "--yes", "-w", root)
    assert "-  - id: contact" in shown.lines
    assert "+  - id: client" in shown.lines
    assert any(line.startswith("left alone: ") for line in shown.lines)
    assert shown.lines[-1] == "crmaudit validate"
    assert "client" in load(root).entity


@pytest.mark.parametrize(
    ("old", "new", "error", "hint"),
    [
        ("krm", "x", "there is no system 'krm'", "did you mean 'crm'?"),
        ("crm", "billing", "systems/billing.yaml:4:5: the system 'billing' is there already", ""),
        ("crm", "a b", "'a b' is no id", "an id is made of letters"),
        ("thing:crm", "x", "a thing cannot be renamed", "known: "),
    ],
)
def test_rename_refuses(run: Run, root: Path, old: str, new: str, error: str, hint: str) -> None:
    before = contents(root)
    shown = run("inventory", "rename", old, new, "--yes", "-w", root)
    assert shown.code == 2
    assert shown.out == ""
    assert error in shown.err
    assert hint in shown.err
    assert contents(root) == before


def test_rename_stops_before_an_alias_and_writes_nothing(run: Run, root: Path) -> None:
    path = root / "systems/newsletter.yaml"
    path.write_text(path.read_text() + "depends_on: &which crm\ntags: [*which]\n")
    before = contents(root)
    shown = run("inventory", "rename", "crm", "beacon", "--yes", "-w", root)
    assert shown.code == 2
    assert "this would change both" in shown.err
    assert contents(root) == before


def test_findings_and_history_are_the_same_after_renaming(
    run: Run, demo: Path, tmp_path: Path
) -> None:
    root = tmp_path / "demo"
    shutil.copytree(demo, root)

    def findings() -> set[tuple[str, str]]:
        rows = json.loads(run("check", "-w", root, "--format", "json").out)["rows"]
        return {(r["code"], r["subject"]) for r in rows}

    # Twice: KPIs of the audit's own history speak from the second on.
    for _ in range(2):
        run("audit", "--offline", "--as", "md", "-w", root)
    before = findings()
    assert run("inventory", "rename", "crm", "beacon", "--yes", "-w", root).code == 0
    now = {(c, re.sub(r"(?<=[:.])beacon(?=\.|$)", "crm", s)) for c, s in findings()}
    assert now == before
    run("audit", "--offline", "--as", "md", "-w", root)
    runs = [
        r["run"] for r in json.loads(run("history", "-w", root, "--format", "json").out)["rows"]
    ]
    diff = json.loads(run("diff", *map(str, runs[-2:]), "-w", root, "--format", "json").out)
    assert [r for r in diff["rows"] if r["change"] != "changed"] == []


def test_a_bundle_under_the_former_id_is_taken(
    run: Run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)
    root = tmp_path / "demo"
    shutil.copytree(demo, root)
    bundle = tmp_path / "evidence.zip"
    assert run("export", bundle, "-w", root).code == 0
    (root / ".crmaudit/store.sqlite").unlink()
    run("inventory", "rename", "crm", "beacon", "--yes", "-w", root)
    taken = run("import", bundle, "--yes", "-w", root)
    assert taken.code == 0
    assert any(line.startswith("crm (now beacon): ") for line in taken.lines)
    again = run("import", bundle, "--yes", "-w", root)
    assert again.lines[-1] == "nothing to do: all of it is here already"
    rows = json.loads(run("inventory", "-w", root, "--format", "json").out)["rows"]
    assert next(r for r in rows if r["id"] == "beacon")["measured"] is not None


# add


def test_add_by_flags(run: Run, root: Path) -> None:
    before = contents(root)
    arguments = (
        *("inventory", "add", "--name", "Wage Runner", "--kind", "hr", "--users", "12"),
        *("--business-owner", "faisal DESAI", "--phase", "active", "--hosting", "cloud"),
        *("--vendor", 'Acme: "Ltd"', "--cost", "1200 usd", "--year", "2025", "-w", root),
    )
    shown = run(*arguments)
    assert shown.code == 2
    assert "say --yes" in shown.err
    assert contents(root) == before
    done = run(*arguments, "--yes")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "Wage Runner · wage-runner",
        "kind            hr",
        'vendor          Acme: "Ltd"',
        "business owner  Faisal Desai",
        "phase           active",
        "hosting         cloud",
        "users           12",
        "cost            1,200 USD in 2025 (licence)",
        "systems/wage-runner.yaml  (new)",
        "1 file written",
        "crmaudit inventory show wage-runner",
    ]
    system = load(root).system["wage-runner"]
    assert (system.vendor, system.owners.business, system.hosting) == (
        'Acme: "Ltd"',
        "cio",
        "cloud",
    )
    assert [(c.year, c.amount, c.currency) for c in system.costs or ()] == [(2025, 1200, "USD")]
    text = (root / "systems/wage-runner.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../.schema/systems.json\n# One dossier")
    assert "\nkind: hr\ndescription:              # to be asked: what it does" in text
    assert {n: raw for n, raw in contents(root).items() if n in before} == before


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["crm"], "systems/crm.yaml:6:5: the system 'crm' is there already", "choose another id"),
        (["led ger"], "id: 'led ger' is not allowed here", "an id is made of letters"),
        ([], "the system needs an id or a name", 'crmaudit inventory add crm --name "Our CRM"'),
        (["--name", "第一"], "the system needs an id or a name", ""),
        (
            ["x", "--kind", "billin"],
            "kind: 'billin' is none of the choices",
            "did you mean 'billing'",
        ),
        (["x", "--users", "few"], "how many people use it: 'few', expected a whole number", ""),
        (["x", "--cost", "1'000"], "has thousands separators; write 1000", ""),
        (["x", "--cost", "1000 euros"], "'EUROS' is not allowed here", "three capital letters"),
        (["x", "--cost", "-1"], "must be at least 0", ""),
        (
            ["x", "--it-owner", "Faisal Desa"],
            "nobody in people.yaml is 'Faisal Desa'",
            "did you mean 'Faisal Desai'?",
        ),
        (["x", "--phase", "dead"], "phase: 'dead' is none of the choices", "known: active"),
        (["x", "--from", "no-such-folder"], "no-such-folder", ""),
    ],
)
def test_add_refuses(run: Run, root: Path, arguments: list[str], error: str, hint: str) -> None:
    before = contents(root)
    shown = run("inventory", "add", *arguments, "--yes", "-w", root)
    assert (shown.code, shown.out) == (2, "")
    assert error in shown.err
    assert hint in shown.err
    assert contents(root) == before


def test_add_from_a_database_adds_only_what_is_new(run: Run, root: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE loyalty_cards (id INTEGER PRIMARY KEY, points INT,"
            " customer_id INT REFERENCES customers(id));"
            "INSERT INTO customers VALUES (1, 'x'), (2, 'y');"
            "INSERT INTO loyalty_cards VALUES (1, 5, 1), (2, 7, 2);"
        )
    connection.close()
    before = (root / "entities.yaml").read_text()
    done = run(
        *("inventory", "add", "shop", "--from", tmp_path / "shop.sqlite", "--yes", "-w", root)
    )
    assert done.code == 0, done.err
    assert "maps/shop.yaml  (new)" in done.lines
    assert "1 new entity, to be confirmed: loyalty-card" in done.lines
    assert "known already: customer (as contact)" in done.lines
    assert done.lines[-1] == "crmaudit collect shop"
    entities = (root / "entities.yaml").read_text()
    assert entities.startswith(before)
    added = entities.removeprefix(before).lstrip("\n")
    assert added.startswith("  - id: loyalty-card      # proposed from the names and keys of the")
    found = load(root)
    assert [t.entity for m in found.maps if m.system == "shop" for t in m.tables] == [
        "contact",
        "loyalty-card",
    ]
    (relationship,) = found.entity["loyalty-card"].relationships
    assert relationship.to == "contact"
    assert run("collect", "shop", "-w", root).code == 0


def test_add_never_writes_a_password(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmaudit.cli import start
    from crmaudit.workspace.proposal import Proposal, ProposedSystem

    url = "postgresql://reader:s3cret@db/shop"
    monkeypatch.setattr(
        start, "proposal_from", lambda *_: Proposal(ProposedSystem("shop", "Shop", url, "public"))
    )
    done = run("inventory", "add", "shop", "--from", url, "--diff", "--yes", "-w", root)
    assert done.code == 0
    assert "s3cret" not in done.out + done.err + (root / "systems/shop.yaml").read_text()
    assert "SHOP_PASSWORD" in done.err


def test_add_asks_at_a_terminal(root: Path) -> None:
    answers = [
        *("Wage Runner", "", "payrol", "hr", "Acme", "", "Faisal Desa", "faisal desai", "cio"),
        *("activ", "active", "", "12", "9000", "2025", "y"),
    ]
    code, shown = at_terminal(root, ["inventory", "add"], answers)
    assert code == 0, shown
    assert answers == []
    assert "id [wage-runner]: " in shown
    assert "'payrol' is none of the choices" in shown
    assert "did you mean 'Faisal Desai'?" in shown
    assert "phase: 'activ' is none of the choices; did you mean 'active'?" in shown
    system = load(root).system["wage-runner"]
    assert (system.kind, system.owners.business, system.owners.it) == ("hr", "cio", "cio")
    assert [(c.year, c.amount) for c in system.costs or ()] == [(2025, 9000)]


@pytest.mark.parametrize(
    ("arguments", "answers", "code"),
    [
        (["inventory", "add", "--name", "Wages"], ["", "^C"], 130),
        (["inventory", "rename", "crm", "beacon"], ["^C"], 130),
        (["inventory", "rename", "crm", "beacon"], ["n"], 0),
    ],
)
def test_leaving_at_a_prompt_writes_nothing(
    root: Path, arguments: list[str], answers: list[str], code: int
) -> None:
    before = contents(root)
    assert at_terminal(root, arguments, answers)[0] == code
    assert contents(root) == before


def test_hostile_names_are_written_as_text(run: Run, root: Path) -> None:
    for i, name in enumerate(
        ("- a: [b", "null", '"; DROP', "a\u202eb", "x" * 500, "[bold]!", "=1+1")
    ):
        assert run("inventory", "add", f"s{i}", "--name", name, "--yes", "-w", root).code == 0
        assert load(root).system[f"s{i}"].name == name
