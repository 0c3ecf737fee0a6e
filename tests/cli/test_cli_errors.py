"""What goes wrong is one clear message, the right exit code, and never a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from golden_files import EXAMPLES

from crmaudit.cli import app, main

NORTHWHARF = str(EXAMPLES / "northwharf")
CRMAUDIT = (sys.executable, "-m", "crmaudit")

# Command line, exit code, what is said on stderr.
MISTAKES: list[tuple[str, int, tuple[str, ...]]] = [
    ("chekc", 2, ("No such command 'chekc'", "Did you mean 'check'", "crmaudit --help")),
    ("check --fial-on high", 2, ("--fial-on", "--fail-on", "crmaudit check --help")),
    ("check --fail-on hihg -w {ws}", 2, ("'hihg' is no severity", "critical, high")),
    ("check --code XYZ -w {ws}", 2, ("no rule's code begins with 'XYZ'", "crmaudit explain")),
    ("check --about system:salesloon -w {ws}", 2, ("did you mean system:salesloom?",)),
    ("check --format yaml -w {ws}", 2, ("yaml", "table", "json", "csv")),
    ("check -w /nowhere/at/all", 2, ("audit.yaml", "crmaudit init")),
    ("inventory shwo", 2, ("No such command 'shwo'", "Did you mean 'show'")),
    ("inventory show salesloon -w {ws}", 2, ("there is no system", "did you mean 'salesloom'?")),
    ("inventory show -w {ws}", 2, ("Missing argument 'system'", "crmaudit inventory show --help")),
    ("crud show custommer -w {ws}", 2, ("did you mean 'customer'?",)),
    ("crud matrix --system nix -w {ws}", 2, ("there is no system 'nix'",)),
    ("quality scores --by fish -w {ws}", 2, ("entity, table or system",)),
    ("quality show a.b -w {ws}", 2, ("a.b",)),
    ("explain CRD999", 2, ("there is no rule", "CRD")),
    ("diff 1 2 -w {ws}", 2, ("there is no run 1", "crmaudit history")),
    ("diff a b -w {ws}", 2, ("'a'",)),
    ("report --as fax -w {ws}", 2, ("'fax'", "html, pdf")),
    ("collect -w {ws} nosuch", 2, ("there is no system 'nosuch'",)),
    ("collect --url sqlite:///x.db", 2, ("--as",)),
    ("profile /nowhere", 2, ("/nowhere does not exist",)),
    ("import /nowhere.zip -w {ws}", 2, ("/nowhere.zip",)),
    ("init {ws}", 2, ("already has audit.yaml",)),
    ("init {tmp}/new --from /nowhere.db", 2, ("/nowhere.db does not exist",)),
    ("plan -w {ws} -o /proc/none/x.txt", 2, ("/proc/none/x.txt cannot be written",)),
    ("schema /proc/none", 2, ("/proc/none cannot be written",)),
    ("demo {ws}/systems", 2, ("holds other files",)),
    ("demo {tmp}/d --contacts 3", 2, ("100",)),
]


@pytest.mark.parametrize(("line", "code", "said"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_mistakes(run, tmp_path: Path, line: str, code: int, said: tuple[str, ...]) -> None:
    ran = run(*line.format(ws=NORTHWHARF, tmp=tmp_path).split())
    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    for part in said:
        assert part in ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= 4
    assert not list(tmp_path.iterdir())


def test_mistakes_in_files_show_their_place(run, tmp_path: Path) -> None:
    where = shutil.copytree(NORTHWHARF, tmp_path / "ws")
    file = where / "systems" / "salesloom.yaml"
    file.write_text(file.read_text().replace("vendor:", "vendr:", 1))
    (where / "systems" / "dwh.yaml").write_text("id: dwh\nname: DWH\nowners: {business: nobody-x")
    ran = run("check", "-w", where)
    assert ran.code == 2
    lines = ran.err.splitlines()
    first = next(i for i, text in enumerate(lines) if "salesloom.yaml:" in text)
    assert "vendr" in lines[first]
    assert lines[first + 1].strip().startswith("vendr:")
    assert lines[first + 2].index("^") == lines[first + 1].index("vendr")
    assert "vendor" in lines[first + 3]
    assert "systems/dwh.yaml:3:" in ran.err
    assert lines[-1].endswith("mistakes")
    found = run("validate", "-w", where, "--format", "json")
    assert found.code == 2
    assert '"file": "systems/salesloom.yaml"' in found.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 1),
        (("--fail-on", "never"), 0),
        (("--fail-on", "critical", "--code", "CRD"), 0),
        (("--fail-on", "low", "--code", "CRD"), 1),
        (("--format", "json"), 1),
    ],
)
def test_findings_fail_a_check(run, arguments: tuple[str, ...], code: int) -> None:
    assert run("check", *arguments, "-w", NORTHWHARF).code == code


@pytest.mark.parametrize(
    "arguments", [(), ("--help",), ("-h",), ("--version",), ("crud", "--help")]
)
def test_help_is_no_mistake(run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert "crmaudit" in ran.out


def test_a_fault_of_ours_is_said_to_be_one(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("with data in it")

    monkeypatch.setattr("crmaudit.audit.judge", broken)
    ran = run("check", "-w", NORTHWHARF)
    assert ran.code == 3
    assert "a fault in crmaudit (RuntimeError)" in ran.err
    assert "with data in it" not in ran.err
    log = Path(ran.err.splitlines()[1].split(": ", 1)[1])
    assert "with data in it" in log.read_text()
    log.unlink()


def test_an_interruption(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crmaudit.audit.judge", interrupted)
    ran = run("check", "-w", NORTHWHARF)
    assert (ran.code, ran.out) == (130, "")
    assert "interrupted" in ran.err
    monkeypatch.setattr(app, "run", interrupted)
    assert main([]) == 130


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("after", [0.15, 0.4, 0.7, 1.0, 1.3])
def test_ctrl_c_at_any_moment(after: float, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*CRMAUDIT, "report", "--as", "md,pdf", "-o", str(tmp_path), "-w", NORTHWHARF],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    # Earlier than Python itself is ready nobody can answer.
    if process.returncode != -signal.SIGINT:
        assert process.returncode in (130, 2), said
    if "crmaudit/cli" in said or process.returncode == 130:
        assert "Traceback" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX shells")
@pytest.mark.parametrize(
    ("command", "code"), [("check --all", 0), ("check --format json", 0), ("explain", 0)]
)
def test_a_reader_that_goes_away(command: str, code: int) -> None:
    where = "" if command == "explain" else f"-w {NORTHWHARF}"
    ran = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m crmaudit {command} {where} | head -1; echo ${{PIPESTATUS[0]}}",
        ],
        capture_output=True,
        text=True,
        check=False,
        # Python's own unbuffered streams do not see that a write fell short.
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
    )
    assert ran.stdout.splitlines()[-1] == str(code)
    assert "error" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk() -> None:
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [*CRMAUDIT, "plan", "-w", NORTHWHARF],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr == "error: No space left on device\n"


def test_streams_that_know_no_unicode() -> None:
    ran = subprocess.run(
        [*CRMAUDIT, "inventory", "-w", NORTHWHARF, "--format", "csv"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert b"\r\n" in ran.stdout
    assert b"\r\r\n" not in ran.stdout
    ran.stdout.decode("utf-8")
