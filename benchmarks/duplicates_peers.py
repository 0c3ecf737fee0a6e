"""Other matchers, each in an environment of its own, under limits of time and memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates_score import Score, score

SECONDS = 600
MEMORY_MB = 12_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What a peer did: a score, or the reason why there is none."""

    name: str
    score: Score | None
    why: str = ""


def interpreter(peer: str) -> str | None:
    """Python of the peer's environment: $CRMAUDIT_PEER_… names the folder."""
    if named := os.environ.get(f"CRMAUDIT_PEER_{peer.upper()}"):
        return str(Path(named) / "bin" / "python")
    return sys.executable if peer == "splink" else None


def run(
    peer: str, variant: str, folder: Path, shape: str, *, across: bool, seconds: int = SECONDS
) -> Ran:
    """The peer on `folder/peer.csv`, scored like ours."""
    name = f"{peer} {variant}".strip()
    python = interpreter(peer)
    if python is None:
        return Ran(name, None, f"CRMAUDIT_PEER_{peer.upper()} is not set")
    script = Path(__file__).parent / f"peers_{peer}.py"
    out = folder / f"{peer}-{variant}".replace(" ", "-")
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    command = [python, str(script), str(folder), str(out), shape, variant, str(int(across))]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            preexec_fn=_limited,
            cwd=out,
        )
    except subprocess.TimeoutExpired:
        return Ran(name, None, f"did not finish in {seconds} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
        short = f"more than {MEMORY_MB / 1000:.0f} GB" if "emory" in done.stderr else last[:90]
        return Ran(name, None, f"failed: {short}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Ran(
        name,
        score(
            out,
            folder / "truth.csv",
            across=across,
            seconds=told["seconds"],
            memory=told["memory"],
        ),
    )


def _limited() -> None:
    limit = MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
