"""Backstage's own example catalog, imported: what comes in and what does not, in numbers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from crms import DATA

from crmaudit.exchange import backstage_in
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.incoming import Incoming
from crmaudit.workspace.merging import merge

FOLDER = DATA / "backstage"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real data are not beside the checkout"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("backstage") / "audit"
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: Nobody\n")
    (folder / "systems" / "only-one.yaml").write_text("id: only-one\nname: The only one\n")
    return load(folder)


def left(incoming: Incoming) -> dict[str, int]:
    """What was not taken, and how many."""
    told = [re.fullmatch(r"(.*): (\d+)", p.message) for p in incoming.left_out]
    return {m.group(1): int(m.group(2)) for m in told if m}


def test_the_whole_folder(workspace: Workspace) -> None:
    incoming = backstage_in.read(FOLDER, workspace)
    assert not incoming.mistakes
    # Eleven entities in six files: two dossiers (of two components, a system, a database), a unit.
    assert Counter(r.kind for r in incoming.records) == {"system": 2, "unit": 1}
    assert left(incoming) == {
        "users who own nothing here": 2,
        "parents of groups that the files do not hold": 1,
        "descriptions of parts of systems": 2,
        "APIs consumed: write them as feeds, if data flow": 1,
        "e-mail addresses and pictures of people and groups": 4,
        "domains of systems": 1,
        "entities of kinds that are no dossiers (API 1, Domain 1)": 2,
        "annotations, labels and links (backstage.io/techdocs-ref 2, buildkite.com/project-slug 1, "
        "links 1, github.com/project-slug 1, demo.backstage.io/techdocs-builder 1)": 6,
    }
    after = merge(workspace, incoming).changes.check()
    portal = after.system["artist-engagement-portal"]
    assert portal.name == "Artist Engagement Portal"
    assert portal.lifecycle.phase == "phase-in"
    # A team is no person: it supports, and nobody owns.
    assert portal.support.team == "team-a"
    assert portal.owners.it is None
    assert not after.people.people
    assert portal.tags == ("portal",)
    assert after.system["backstage-demo"].kind == "website"
    assert after.unit["team-a"].name == "team-a"
    assert merge(after, backstage_in.read(FOLDER, after)).differences == ()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda p: p.name)
def test_each_file_alone(path: Path, workspace: Workspace) -> None:
    assert backstage_in.recognises(path, path.read_bytes()[:65536])
    incoming = backstage_in.read(path, workspace)
    assert not incoming.mistakes
    merge(workspace, incoming).changes.check()


def test_files_one_after_the_other_are_the_folder_at_once(workspace: Workspace) -> None:
    """Whichever comes first: a component alone names the system that another file describes."""
    at_once = merge(workspace, backstage_in.read(FOLDER, workspace)).changes.check()
    names = {s.id for s in at_once.systems}
    for order in (sorted(FOLDER.glob("*.yaml")), sorted(FOLDER.glob("*.yaml"), reverse=True)):
        found = set()
        for path in order:
            found |= {
                r.id for r in backstage_in.read(path, workspace).records if r.kind == "system"
            }
        assert found == names - {"only-one"}


def test_no_address_comes_in(workspace: Workspace) -> None:
    incoming = backstage_in.read(FOLDER, workspace)
    everything = f"{incoming.records}{incoming.left_out}"
    assert "example.com" not in everything
    assert "Breanna" not in everything
    assert "breanna" not in everything
