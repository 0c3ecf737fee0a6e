"""Small workspaces for the tests of strategy, made of files as people write them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from crmaudit.engine import Judgement, judge
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
