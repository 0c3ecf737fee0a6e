"""Small workspaces for the tests of strategy, made of files as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from crmaudit.engine import Judgement, judge
from crmaudit.evidence import Provenance
from crmaudit.facts import Facts
from crmaudit.workspace import load


def facts_of(folder: Path, files: dict[str, str]) -> Facts:
    """Facts of a workspace with these files besides a minimal audit and one system."""
    everything = {
        "audit.yaml": "organisation: Test\nas_of: 2026-10-31\nhourly_rate: 40\n",
        "systems/crm.yaml": "id: crm\nname: BeaconCRM\n",
        **files,
    }
    for name, text in everything.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return Facts.of(load(folder))


def judged(folder: Path, files: dict[str, str]) -> tuple[Facts, Judgement]:
    facts = facts_of(folder, files)
    return facts, judge(facts)


def seen(system: str) -> Provenance:
    """What was read of a system on the last day of September 2026."""
    taken = datetime(2026, 9, 30, tzinfo=UTC)
    return Provenance(system, f"{system}.sqlite", "sqlite", "s1", taken, "t")
