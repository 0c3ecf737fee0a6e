"""code.gov inventories: both schemas, what becomes of a release, what is told to stay out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sheets_in import workspace

from crmaudit.errors import CrmauditError
from crmaudit.exchange.code_gov import read, recognises
from crmaudit.exchange.formats import importer
from crmaudit.exchange.founding import found
from crmaudit.workspace import load
from crmaudit.workspace.incoming import Incoming
from crmaudit.workspace.merging import merge

RELEASE: dict[str, Any] = {
    "name": "grant-line",
    "organization": "Bureau of Grants",
    "description": "Applications for grants; ask grants@example.org",
    "version": "7.2",
    "status": "Production",
    "permissions": {"usageType": "openSource", "licenses": [{"name": "MIT", "URL": "https://x.y"}]},
    "homepageURL": "https://user:secret@grants.example.org/line",
    "repositoryURL": "https://git.example.org/grant-line.git",
    "laborHours": 1200,
    "languages": ["Python", "CSS"],
    "tags": ["grants", "public"],
    "contact": {"email": "grants@example.org", "phone": "+1 555 010 0199"},
    "date": {"created": "2019-01-01"},
    "reusedCode": [{"name": "Form Smith"}, {"name": "elsewhere"}],
}


def brought(folder: Path, document: Any) -> Incoming:
    path = folder / "code.json"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return read(
        path, workspace(folder / "w", "Old") if not (folder / "w").exists() else load(folder / "w")
    )


def plain(incoming: Incoming) -> dict[str, dict[str, Any]]:
    return {
        r.name: {".".join(map(str, p)): c.value for p, c in r.values.items()}
        for r in incoming.records
    }


def told(incoming: Incoming) -> str:
    return "\n".join(map(str, incoming.left_out))


def test_a_release_becomes_a_system(tmp_path: Path) -> None:
    inventory = {
        "version": "2.0",
        "agency": "DOX",
        "measurementType": {"method": "projects"},
        "releases": [RELEASE, {"name": "Form-Smith", "status": "Beta", "tags": []}],
    }
    found = brought(tmp_path, inventory)
    assert plain(found) == {
        "grant-line": {
            "vendor": "Bureau of Grants",
            "description": "Applications for grants; ask [e-mail address]",
            "lifecycle.phase": "active",
            "lifecycle.version": "7.2",
            "documentation.system.location": "https://grants.example.org/line",
            "depends_on": ["Form-Smith"],
            "tags": ["Python", "CSS", "grants", "public"],
        },
        "Form-Smith": {"vendor": "DOX", "lifecycle.phase": "phase-in"},
    }
    items = found.records[0].lists["licences",].items
    assert [(i.values["type",].value, i.values["note",].value) for i in items] == [("free", "MIT")]
    assert found.records[0].place.line == 8
    assert "secret" not in str(found)
    assert "555" not in str(found)
    text = told(found)
    for what in (
        "contacts",
        "labour hours",
        "dates",
        "user names in addresses",
        "e-mail addresses",
    ):
        assert f"{what}" in text
    assert "(1 of 2 releases)" in text


def test_schema_one_has_projects(tmp_path: Path) -> None:
    project = {
        "name": "Old Line",
        "description": "Grants, before",
        "license": "http://www.usa.gov/publicdomain/label/1.0/",
        "openSourceProject": 1,
        "repository": "https://git.example.org/old",
        "status": "archival",
        "tags": ["grants"],
        "contact": {"email": "x@example.org"},
        "updated": {"lastCommit": "2016-01-01"},
    }
    for document in (
        {"agency": {"name": "Dept. of X", "acronym": "DOX"}, "projects": [project]},
        [project],
    ):
        found = brought(tmp_path, document)
        values = plain(found)["Old Line"]
        assert values["lifecycle.phase"] == "retired"
        assert values["documentation.system.location"] == "https://git.example.org/old"
        assert values.get("vendor") == ("Dept. of X" if isinstance(document, dict) else None)
        assert found.records[0].lists["licences",].items[0].values["note",].value.startswith("http")


@pytest.mark.parametrize(
    ("description", "kept"),
    [
        ("No description available...", False),
        ("N/A", False),
        ("--", False),
        ("grant_line", False),
        ("Project Lead: Nele Sommerfeld", False),
        ("A project led by Timo Aßmann", False),
        ("No description fits this strange but lovely tool", True),
        ("Leads and contacts of a sales team", True),
        ("Tests of grant rules", True),
    ],
)
def test_what_describes_nothing_is_no_description(
    tmp_path: Path, description: str, kept: bool
) -> None:
    found = brought(tmp_path, [{**RELEASE, "description": description}])
    assert ("description" in plain(found)["grant-line"]) is kept
    assert ("descriptions that" in told(found)) is not kept


def test_tags_that_repeat_the_description_are_none(tmp_path: Path) -> None:
    release = {
        **RELEASE,
        "description": "A project led by Timo",
        "tags": ["project", "led", "Timo"],
    }
    found = brought(tmp_path, [release])
    assert plain(found)["grant-line"]["tags"] == ["Python", "CSS"]
    assert "tags that only repeat" in told(found)


def test_second_releases_and_nameless_ones_stay_out(tmp_path: Path) -> None:
    releases = [RELEASE, {**RELEASE, "name": "Grant-Line"}, {"name": " "}, {"name": None}, 7, "x"]
    found = brought(tmp_path, [*releases, {**RELEASE, "name": "grantline"}])
    assert list(plain(found)) == ["grant-line", "grantline"]
    text = told(found)
    assert "'Grant-Line' stands here twice. first in code.json:2:2" in text
    assert text.count("a release without a name") == 4
    assert "'grantline' and 'grant-line' may be the same; both are taken" in text


def test_an_unknown_status_and_odd_types_are_told_or_passed_over(tmp_path: Path) -> None:
    odd = {
        "name": "odd",
        "status": "Sleeping",
        "permissions": [],
        "tags": "not a list",
        "languages": [1, None, "R"],
        "homepageURL": "javascript:alert(1)",
        "description": ["no text"],
        "organization": {"name": "x"},
        "reusedCode": "none",
    }
    found = brought(tmp_path, [odd])
    assert plain(found)["odd"] == {"tags": ["R"]}
    assert "the status 'Sleeping' is none of code.gov" in told(found)


def test_it_merges_and_founds(tmp_path: Path) -> None:
    inventory = {"agency": "DOX", "releases": [RELEASE, {**RELEASE, "name": "Form Smith"}]}
    incoming = brought(tmp_path, inventory)
    there = load(tmp_path / "w")
    after = merge(there, incoming).changes.check()
    assert after.system["grant-line"].depends_on == ("form-smith",)
    made = found(tmp_path / "new", lambda w: read(tmp_path / "code.json", w))
    assert made.counts == {"system": 2}
    assert load(tmp_path / "new").system["form-smith"].vendor == "Bureau of Grants"


def test_only_inventories_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "code.json"
    path.write_text(json.dumps({"agency": "X", "releases": [RELEASE]}))
    assert importer(path)[0] == "code.gov"
    for text in ("{}", "[]", '{"releases": [1]}', '{"agency": "X"}', "not json"):
        assert not recognises(path, text.encode())
    assert not recognises(tmp_path / "code.yaml", path.read_bytes())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"agency": "X",\n "releases": [,]}', "code.json:2:15: not JSON"),
        (b"", "is empty"),
        (b'{"agency": "X"}', "lists no releases"),
        (b'{"releases": {"a": 1}}', "lists no releases"),
        (b"7", "lists no releases"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"agency":\n "\xff"}', "code.json:2: this is no UTF-8"),
    ],
)
def test_broken_files_are_refused_in_words(tmp_path: Path, raw: bytes, expected: str) -> None:
    path = tmp_path / "code.json"
    path.write_bytes(raw)
    with pytest.raises(CrmauditError) as raised:
        read(path, workspace(tmp_path / "w", "Old"))
    assert expected in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.sampled_from([*RELEASE, "license", "homepage"]), JSON), max_size=4)
)
def test_any_values_come_in_or_stay_out(
    tmp_path_factory: pytest.TempPathFactory, releases: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    named = [{**r, "name": f"release {i}"} for i, r in enumerate(releases)]
    incoming = brought(folder, {"agency": "X", "releases": [*named, *releases]})
    after = merge(load(folder / "w"), incoming).changes.check()
    assert {f"release {i}" for i in range(len(named))} <= {s.name for s in after.systems}
