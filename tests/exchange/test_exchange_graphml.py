"""GraphML as networkx reads it."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from exchange_landscapes import NOT_XML, export_of, landscapes
from hypothesis import HealthCheck, given, settings
from lxml import etree

from crmaudit.audit import Audit
from crmaudit.exchange import graphml
from crmaudit.exchange.formats import Export
from crmaudit.resources import examples_root
from crmaudit.workspace import Workspace


@pytest.fixture(scope="module")
def harbourlight() -> Export:
    audit = Audit(examples_root() / "harbourlight")
    return Export(audit.facts, audit.findings)


def graph_of(content: bytes, path: Path) -> nx.MultiDiGraph[str]:
    path.write_bytes(content)
    return nx.read_graphml(path, force_multigraph=True)


def test_example(harbourlight: Export, tmp_path: Path) -> None:
    rendered = graphml.render(harbourlight)
    graph = graph_of(rendered.content, tmp_path / "x.graphml")
    crm = graph.nodes["system:crm"]
    assert (crm["label"], crm["kind"], crm["system.kind"]) == ("BeaconCRM", "system", "crm")
    # Keys are typed.
    assert (crm["system.users"], crm["system.crud_complete"]) == (47, True)
    joined = {(d["kind"], d.get("role")) for d in graph["person:cio"]["system:crm"].values()}
    assert joined == {("owns", "it owner")}
    (access,) = graph["system:billing"]["entity:contact"].values()
    assert (access["crud"], access["creates"], access["deletes"]) == ("CRU", True, False)
    (feed,) = graph["system:crm"]["system:newsletter"].values()
    assert (feed["kind"], feed["entities"], feed["frequency"]) == ("feed", "contact", "monthly")
    assert rendered.holds.startswith("7 systems, 22 entities, 7 units, ")
    assert b"sqlite:///" not in rendered.content


def test_yed_finds_labels(harbourlight: Export) -> None:
    root = etree.fromstring(graphml.render(harbourlight).content)
    labels = [e.text for e in root.iter("{http://www.yworks.com/xml/graphml}NodeLabel")]
    assert "BeaconCRM" in labels


def test_same_input_same_bytes(harbourlight: Export) -> None:
    assert graphml.render(harbourlight).content == graphml.render(harbourlight).content


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_everything_declared_is_there(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    graph = graph_of(graphml.render(export_of(workspace)).content, folder / "any.graphml")
    for system in workspace.systems:
        assert graph.nodes[f"system:{system.id}"]["label"] == system.name.translate(NOT_XML)
    accesses = [d for _, _, d in graph.edges(data=True) if d["kind"] == "access"]
    assert len(accesses) == sum(len(s.crud) for s in workspace.systems)
    feeds = [d for _, _, d in graph.edges(data=True) if d["kind"] == "feed"]
    assert len(feeds) == sum(len(s.feeds or ()) for s in workspace.systems)
    assert all(graph.nodes[n].get("kind") for n in graph.nodes)
