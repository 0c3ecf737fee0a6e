"""Workspaces to collect into, and the command line as users meet it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from crmaudit import private
from crmaudit.audit import Audit
from crmaudit.cli import main
from crmaudit.evidence import TableProfile

COMMAND = [sys.executable, "-m", "crmaudit"]


def workspace(folder: Path, systems: Mapping[str, str], schema: str = "") -> Path:
    """The smallest audit of these systems: id → address of the database."""
    (folder / "systems").mkdir(parents=True, exist_ok=True)
    (folder / "audit.yaml").write_text("organisation: {name: Test}\n", encoding="utf-8")
    for system, url in systems.items():
        confined = f", schema: {schema}" if schema else ""
        (folder / "systems" / f"{system}.yaml").write_text(
            f"id: {system}\nname: {system.upper()}\ndatabase: {{url: '{url}'{confined}}}\n",
            encoding="utf-8",
        )
    return folder


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def crmaudit(*args: str | Path, cwd: Path | None = None, **env: str) -> Done:
    """Run a command line to its end, in this process: ten of them then cost little."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CRMAUDIT_KEY", raising=False)
        for name, value in {"COLUMNS": "200", **env}.items():
            patch.setenv(name, value)
        patch.setattr(private, "_swept", False)  # as a new process would
        patch.setattr(tempfile, "tempdir", env.get("TMPDIR"))
        if cwd is not None:
            patch.chdir(cwd)
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(a) for a in args])
    return Done(code, out.getvalue(), err.getvalue())


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "CRMAUDIT_KEY"}
    return {**kept, "COLUMNS": "200", **more}


def stopped(
    signum: signal.Signals, until: Callable[[], bool], *args: str | Path, **env: str
) -> Done:
    """Run a command line and send it a signal as soon as `until` holds."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**env),
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and not until():
        assert time.monotonic() < deadline
        time.sleep(0.002)
    if process.poll() is None:
        process.send_signal(signum)
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out.decode(), err.decode())


def profiles(root: Path, system: str = "crm") -> Mapping[str, TableProfile]:
    """What the facts have of a system's tables."""
    return Audit(root).facts.evidence.profiles.get(system, {})


def snapshots(root: Path, system: str = "crm") -> dict[str, str]:
    return {name: p.provenance.snapshot for name, p in profiles(root, system).items()}
