"""ArchiMate exchange files: there and back, other tools' files, and everything wrong with one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchange_landscapes import (
    KEPT_BACK,
    NOT_XML,
    brought_into,
    declared,
    empty_workspace,
    export_of,
    landscapes,
)
from hypothesis import HealthCheck, given, settings
from lxml import etree

from crmaudit.audit import Audit
from crmaudit.errors import CrmauditError
from crmaudit.exchange import archimate, archimate_in, archimate_out, backstage_out
from crmaudit.exchange.formats import Export, exporter, importer
from crmaudit.exchange.founding import found
from crmaudit.resources import examples_root
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.dossier import System
from crmaudit.workspace.incoming import Incoming, Record
from crmaudit.workspace.merging import merge

HARBOURLIGHT = examples_root() / "harbourlight"
NS = {"a": archimate.NAMESPACE}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return empty_workspace(tmp_path_factory.mktemp("empty") / "audit")


@pytest.fixture(scope="module")
def harbourlight() -> Export:
    audit = Audit(HARBOURLIGHT)
    return Export(audit.facts, audit.findings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def model(elements: str = "", relationships: str = "", rest: str = "", head: str = "") -> str:
    """An exchange file of another tool."""
    parts = (("elements", elements), ("relationships", relationships))
    body = "".join(f"<{tag}>{inner}</{tag}>" for tag, inner in parts if inner)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}'
        f'<model xmlns="{archimate.NAMESPACE}" xmlns:xsi="{archimate.XSI}" identifier="m">'
        f"<name>Theirs</name>\n{body}{rest}</model>"
    )


def element(id: str, kind: str, name: str, more: str = "") -> str:
    return f'<element identifier="{id}" xsi:type="{kind}"><name>{name}</name>{more}</element>\n'


def relation(kind: str, source: str, target: str, name: str = "", more: str = "") -> str:
    named = f"<name>{name}</name>" if name else ""
    return (
        f'<relationship identifier="r-{kind}-{source}-{target}" source="{source}" '
        f'target="{target}" xsi:type="{kind}" {more}>{named}</relationship>\n'
    )


def valued(definition: str, value: str) -> str:
    return (
        f'<properties><property propertyDefinitionRef="{definition}"><value>{value}</value>'
        "</property></properties>"
    )


@pytest.fixture
def read(tmp_path: Path, empty: Workspace) -> Callable[..., Incoming]:
    def read(text: str | bytes, workspace: Workspace | None = None) -> Incoming:
        path = tmp_path / "model.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        assert archimate_in.recognises(path, path.read_bytes()[:65536])
        return archimate_in.read(path, workspace or empty)

    return read


def records(incoming: Incoming) -> dict[str, Record]:
    return {f"{r.kind}:{r.id}": r for r in incoming.records}


def values(record: Record) -> dict[str, Any]:
    return {".".join(map(str, path)): cell.value for path, cell in record.values.items()}


def items(record: Record, path: str) -> list[dict[str, Any]]:
    found = record.lists[tuple(path.split("."))].items
    return [{str(k[0]): c.value for k, c in item.values.items()} for item in found]


def left(incoming: Incoming) -> str:
    return "\n".join(map(str, incoming.left_out))


# Out ----------------------------------------------------------------------------------------


def test_what_a_tool_finds_in_the_file(harbourlight: Export) -> None:
    root = etree.fromstring(archimate_out.render(harbourlight).content)
    crm = root.find(".//a:element[@identifier='system-crm']", NS)
    assert crm is not None
    assert crm.get(archimate.TYPE) == "ApplicationComponent"
    assert crm.findtext("a:name", namespaces=NS) == "BeaconCRM"
    definitions = {
        d.get("identifier"): (d.findtext("a:name", namespaces=NS), d.get("type"))
        for d in root.iterfind(".//a:propertyDefinition", NS)
    }
    told = {
        definitions[v.get("propertyDefinitionRef")][0]: v.findtext("a:value", namespaces=NS)
        for v in crm.iterfind(".//a:property", NS)
    }
    assert told["crmaudit:id"] == "crm"
    assert told["crmaudit:lifecycle.since"] == "2014-01-06"
    assert told["crmaudit:users"] == "47"
    assert ("crmaudit:lifecycle.since", "date") in definitions.values()
    assert ("crmaudit:users", "number") in definitions.values()
    access = root.find(".//a:relationship[@source='system-billing'][@target='entity-contact']", NS)
    assert access is not None
    assert access.get("accessType") == "ReadWrite"
    assert access.findtext(".//a:value", namespaces=NS) == "CRU"
    flows = root.xpath(
        "//a:relationship[@xsi:type='Flow']", namespaces={**NS, "xsi": archimate.XSI}
    )
    assert ("system-crm", "system-newsletter") in {
        (f.get("source"), f.get("target")) for f in flows
    }
    boxes = root.findall(".//a:view[@identifier='view-systems']/a:node", NS)
    assert len(boxes) == 7
    assert len({(b.get("x"), b.get("y")) for b in boxes}) == 7


@pytest.mark.parametrize(
    ("letters", "access"),
    [("R", "Read"), ("C", "Write"), ("UD", "Write"), ("CR", "ReadWrite"), ("CRUD", "ReadWrite")],
)
def test_letters_as_access(letters: str, access: str, empty: Workspace) -> None:
    workspace = replace(
        empty, systems=(empty.systems[0].model_copy(update={"crud": {"thing": letters}}),)
    )
    root = etree.fromstring(archimate_out.render(export_of(workspace)).content)
    (found,) = root.iterfind(".//a:relationship", NS)
    assert found.get("accessType") == access


def test_none_and_unknown_are_no_access(empty: Workspace) -> None:
    crud = {"thing": "", "other": None}
    workspace = replace(empty, systems=(empty.systems[0].model_copy(update={"crud": crud}),))
    root = etree.fromstring(archimate_out.render(export_of(workspace)).content)
    assert root.find(".//a:relationship", NS) is None
    assert [v.text for v in root.iterfind(".//a:element//a:value", NS)][1:3] == ["thing", "other"]


def test_valid_by_an_independent_reader(harbourlight: Export, tmp_path: Path) -> None:
    """xmllint with the schemas as files, no resolver of ours."""
    if not shutil.which("xmllint"):
        pytest.skip("xmllint is not installed")
    folder = Path(archimate.__file__).parent / "xsd"
    for schema in folder.glob("*.xsd"):
        text = schema.read_text()
        text = text.replace("http://www.w3.org/2001/xml.xsd", "xml.xsd")
        (tmp_path / schema.name).write_text(text)
    file = tmp_path / "model.xml"
    file.write_bytes(archimate_out.render(harbourlight).content)
    command = ["xmllint", "--nonet", "--noout", "--schema", "archimate3_Diagram.xsd", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]


def test_same_input_same_bytes(harbourlight: Export) -> None:
    assert archimate_out.render(harbourlight).content == archimate_out.render(harbourlight).content


def test_no_address_and_no_opinion_leaves_the_house(harbourlight: Export) -> None:
    rendered = archimate_out.render(harbourlight)
    assert b"sqlite:///" not in rendered.content
    assert b"Everybody is in there twice" not in rendered.content
    told = "\n".join(rendered.losses)
    assert "database.url of 3 systems: addresses may hold secrets" in told
    assert "perceived_quality of 7 systems (12 values)" in told


def test_chosen_by_name() -> None:
    assert exporter(Path("landscape.xml"))[0] == "archimate"


# There and back -----------------------------------------------------------------------------


def test_example_comes_back_as_it_is(harbourlight: Export, tmp_path: Path) -> None:
    path = tmp_path / "harbourlight.xml"
    path.write_bytes(archimate_out.render(harbourlight).content)
    assert importer(path)[0] == "archimate"
    here = load(HARBOURLIGHT)
    merged = merge(here, archimate_in.read(path, here))
    assert merged.differences == ()
    assert merged.unchanged > 700


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_there_and_back(workspace: Workspace, empty: Workspace, folder: Path) -> None:
    rendered = archimate_out.render(export_of(workspace))
    archimate.schema().assertValid(etree.fromstring(rendered.content))
    path = folder / "there.xml"
    path.write_bytes(rendered.content)
    back = brought_into(empty, archimate_in, path)  # type: ignore[arg-type]
    for system in workspace.systems:
        expected = declared(system, workspace, NOT_XML, KEPT_BACK)
        assert declared(back.system[system.id], back, NOT_XML, KEPT_BACK) == expected
    for entity in workspace.entities:
        expected = declared(entity, workspace, NOT_XML, [("raci",)])
        assert declared(back.entity[entity.id], back, NOT_XML, [("raci",)]) == expected
    for unit in workspace.audit.units:
        assert declared(back.unit[unit.id], back, NOT_XML, []) == declared(
            unit, workspace, NOT_XML, []
        )
    # What did not come along was said.
    told = "\n".join(rendered.losses)
    for system in workspace.systems:
        for fact, lost in (
            ("perceived_quality", system.perceived_quality),
            ("database.url", system.database and system.database.url),
            ("support.skills", system.support.skills),
            ("traces", system.traces.code),
        ):
            assert not lost or fact in told
    # A second time there is nothing to do.
    assert merge(back, archimate_in.read(path, back)).differences == ()


# Other tools' files -------------------------------------------------------------------------


def test_other_tools_model(read: Callable[..., Incoming]) -> None:
    documented = "<documentation>All</documentation>"
    elements = (
        element(
            "a",
            "ApplicationComponent",
            "Kunden-\n  verwaltung",
            documented,
        )
        + element("b", "SystemSoftware", "Billing")
        + element("d", "DataObject", "Customer")
        + element("o", "BusinessObject", "customer")
        + element("e", "DataObject", "Invoice")
        + element("p", "BusinessActor", "Kim Example")
        + element("q", "BusinessActor", "Nobody special")
        + element("x", "BusinessProcess", "Selling")
    )
    relationships = (
        relation("Access", "a", "d", more='accessType="Read"')
        + relation("Access", "a", "e", more='accessType="ReadWrite"')
        + relation("Access", "b", "e")
        + relation("Flow", "a", "b", "Customer, Invoice")
        + relation("Serving", "b", "a")
        + relation("Association", "p", "a", "Business Owner")
        + relation("Association", "p", "b", "IT owner")
        + relation("Association", "q", "a")
        + relation("Composition", "d", "e", "owes")
        + relation("Triggering", "x", "x")
    )
    incoming = read(model(elements, relationships))
    assert not incoming.mistakes
    found = records(incoming)
    assert set(found) == {
        "system:kunden-verwaltung", "system:billing", "entity:customer", "entity:invoice"
    }  # fmt: skip
    assert values(found["system:kunden-verwaltung"]) == {
        "name": "Kunden- verwaltung",
        "description": "All",
        "crud.customer": "R",
        "depends_on": ["billing"],
        "owners.business": "Kim Example",
    }
    assert values(found["system:billing"]) == {"name": "Billing", "owners.it": "Kim Example"}
    assert items(found["system:kunden-verwaltung"], "feeds") == [
        {"to": "billing", "entities": ["customer", "invoice"]}
    ]
    assert items(found["entity:customer"], "relationships") == [{"to": "invoice", "name": "owes"}]
    said = left(incoming)
    assert "which of create, update and delete they do: 2" in said
    assert "business actors that own nothing: 1" in said
    assert "neither systems nor data (BusinessProcess 1): 1" in said
    assert "no facts of a dossier (Association 1, Triggering 1): 2" in said
    assert found["system:billing"].place.line == 5


def test_a_department_that_owns_is_no_person(
    read: Callable[..., Incoming], empty: Workspace
) -> None:
    elements = (
        element("a", "ApplicationComponent", "Till")
        + element("p", "BusinessActor", "IT Operations")
        + element("g", "BusinessActor", "The Otters")
        + element("k", "BusinessActor", "Kim Example")
    )
    relationships = (
        relation("Association", "p", "a", "IT owner")
        + relation("Association", "g", "a", "Business owner")
        + relation("Composition", "g", "k")
    )
    incoming = read(model(elements, relationships))
    after = merge(empty, incoming).changes.check()
    assert after.people.people == ()
    assert after.system["till"].support.team == "IT Operations"
    assert "departments called business owners: 1" in left(incoming)


def test_contacts_in_documentation_stay_there(read: Callable[..., Incoming]) -> None:
    about = "<documentation>Ask jane@corp.example or 0151 2345678</documentation>"
    elements = element("a", "ApplicationComponent", "Till", about) + element(
        "p", "BusinessActor", "Jane Example (jane@corp.example)"
    )
    incoming = read(model(elements, relation("Association", "p", "a", "owner")))
    assert values(records(incoming)["system:till"]) == {
        "name": "Till",
        "description": "Ask [e-mail address] or [telephone number]",
        "owners.business": "Jane Example",
    }
    assert "e-mail addresses and telephone numbers in texts: 2" in left(incoming)


@pytest.mark.parametrize("export", [archimate_out, backstage_out])
def test_amounts_keep_their_currency(export: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    empty_workspace(home)
    (home / "audit.yaml").write_text("organisation: Nobody\ncurrency: GBP\n")
    (home / "systems" / "only-one.yaml").write_text(
        "id: only-one\nname: Till\ncosts:\n  - {year: 2025, kind: licence, amount: 9}\n"
        "  - {year: 2025, kind: internal time, hours: 3}\n"
        "licences:\n  - {type: named, unit_cost: 2}\n  - {type: free}\n"
    )
    here = load(home)
    file = tmp_path / ("x.xml" if export is archimate_out else "x.yaml")
    file.write_bytes(export.render(export_of(here)).content)
    reader = importer(file)[1]
    # At home it says nothing new.
    assert merge(here, reader.read(file, here)).differences == ()
    found(tmp_path / "new", lambda w: reader.read(file, w))
    assert load(tmp_path / "new").audit.currency == "GBP"
    euros = empty_workspace(tmp_path / "euros")
    till = brought_into(euros, reader, file).system["only-one"]  # type: ignore[arg-type]
    assert [c.currency for c in till.costs or ()] == ["GBP", None]
    assert [li.currency for li in till.licences or ()] == ["GBP", None]


@pytest.mark.parametrize("export", [archimate_out, backstage_out])
def test_none_and_unknown_come_back(export: Any, empty: Workspace, tmp_path: Path) -> None:
    crud = {"order": "", "customer": None, "visit": "CR"}
    till = System.model_validate({"id": "till", "name": "Till", "crud": crud})
    file = tmp_path / ("x.xml" if export is archimate_out else "x.yaml")
    file.write_bytes(export.render(export_of(replace(empty, systems=(till,)))).content)
    assert brought_into(empty, importer(file)[1], file).system["till"].crud == crud


def test_what_cannot_be_told_clears_nothing(read: Callable[..., Incoming], tmp_path: Path) -> None:
    here = empty_workspace(tmp_path / "here")
    dossier = tmp_path / "here" / "systems" / "only-one.yaml"
    dossier.write_text("id: only-one\nname: CRM\ncrud: {customer: CRUD}\ndepends_on: only-two\n")
    (tmp_path / "here" / "systems" / "two.yaml").write_text("id: only-two\nname: Two\n")
    here = load(tmp_path / "here")
    elements = (
        element("a", "ApplicationComponent", "crm")
        + element("b", "ApplicationComponent", "Three")
        + element("d", "DataObject", "Customer")
    )
    relationships = relation("Access", "a", "d", more='accessType="Write"') + relation(
        "Serving", "b", "a"
    )
    merged = merge(here, read(model(elements, relationships), here))
    crm = merged.changes.check().system["only-one"]
    assert crm.crud == {"customer": "CRUD"}
    assert crm.depends_on == ("only-two", "three")


def test_languages(read: Callable[..., Incoming], tmp_path: Path) -> None:
    names = (
        '<element identifier="a" xsi:type="ApplicationComponent">'
        '<name xml:lang="de-CH">Kasse</name><name xml:lang="en">Till</name></element>'
    )
    assert "system:till" in records(read(model(names)))
    here = empty_workspace(tmp_path / "deutsch")
    (tmp_path / "deutsch" / "audit.yaml").write_text("organisation: X\nlanguage: de\n")
    here = load(tmp_path / "deutsch")
    assert "system:kasse" in records(read(model(names), here))


def test_properties_of_others_and_metadata_are_told(read: Callable[..., Incoming]) -> None:
    elements = element(
        "a",
        "ApplicationComponent",
        "CRM",
        valued("v", "Beacon"),
    )
    rest = (
        '<propertyDefinitions><propertyDefinition identifier="v" type="string"><name>Vendor</name>'
        "</propertyDefinition></propertyDefinitions>"
    )
    text = model(elements, rest=rest).replace(
        "</name>\n",
        "</name>\n<metadata><schema>Dublin Core</schema><schemaversion>1.1</schemaversion>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Kim</dc:creator></metadata>',
        1,
    )
    incoming = read(text)
    assert not incoming.mistakes
    assert "properties that are no facts of a dossier (Vendor 1): 1" in left(incoming)
    assert "Beacon" not in left(incoming)


def test_extensions_of_other_tools_are_passed_over(read: Callable[..., Incoming]) -> None:
    elements = element(
        "a", "ApplicationComponent", "CRM", '<t:colour xmlns:t="urn:tool">red</t:colour>'
    )
    incoming = read(model(elements))
    assert not incoming.mistakes
    assert "system:crm" in records(incoming)
    assert "extensions 'colour': 1" in left(incoming)


# What is wrong ------------------------------------------------------------------------------


def test_mistakes_by_the_schema_have_their_line(read: Callable[..., Incoming]) -> None:
    elements = element("a", "ApplicationComponent", "CRM") + element("a", "Nonsense", "Twice")
    incoming = read(model(elements, relation("Access", "a", "gone")))
    assert {m.where.line for m in incoming.mistakes if m.where} == {4, 5}
    told = "\n".join(map(str, incoming.mistakes))
    assert "Nonsense" in told
    assert "gone" in told
    assert "{http" not in told


def test_our_own_property_spoilt(read: Callable[..., Incoming]) -> None:
    elements = element(
        "a",
        "ApplicationComponent",
        "CRM",
        "\n" + valued("v", "{nonsense"),
    )
    rest = (
        '<propertyDefinitions><propertyDefinition identifier="v" type="string">'
        "<name>crmaudit:costs</name></propertyDefinition></propertyDefinitions>"
    )
    (mistake,) = read(model(elements, rest=rest)).mistakes
    assert "costs:" in str(mistake)
    assert mistake.where is not None
    assert mistake.where.line == 4


def test_our_own_id_twice(read: Callable[..., Incoming]) -> None:
    own = (
        '<properties><property propertyDefinitionRef="i"><value>crm</value></property></properties>'
    )
    elements = element("a", "ApplicationComponent", "CRM", own) + element(
        "b", "ApplicationComponent", "CRM again", own
    )
    rest = (
        '<propertyDefinitions><propertyDefinition identifier="i" type="string">'
        "<name>crmaudit:id</name></propertyDefinition></propertyDefinitions>"
    )
    (mistake,) = read(model(elements, rest=rest)).mistakes
    assert "'crm' stands twice" in str(mistake)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (model().replace("archimate/3.0/", "archimate"), "ArchiMate 2", 2),
        (f'<x xmlns="{archimate.ARCHI_NAMESPACE}"/>', "a file of Archi itself", 1),
        (model()[:-20], "not XML", 2),
        (f"<!-- {archimate.NAMESPACE} --><other/>", "not with an ArchiMate model", 1),
        ("", "not XML", 1),
        (model(head='<!DOCTYPE model SYSTEM "http://127.0.0.1:9/x.dtd">\n'), "document type", 2),
        (
            model(head='<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n').replace(
                "Theirs", "&b;"
            ),
            "document type",
            2,
        ),
    ],
)
def test_refused(text: str, message: str, line: int, tmp_path: Path, empty: Workspace) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(text)
    with pytest.raises(CrmauditError, match=message) as caught:
        archimate_in.read(path, empty)
    assert caught.value.hint
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("bad.xml", line)


@pytest.mark.parametrize("encoding", ["UTF-16", "GB18030"])
def test_a_document_type_is_seen_in_any_encoding(
    encoding: str, tmp_path: Path, empty: Workspace
) -> None:
    text = model(head="<!DOCTYPE model>\n").replace("UTF-8", encoding)
    path = tmp_path / "bad.xml"
    path.write_bytes(text.encode(encoding))
    assert archimate_in.recognises(path, path.read_bytes())
    with pytest.raises(CrmauditError, match="document type"):
        archimate_in.read(path, empty)
    path.write_bytes(text.replace("<!DOCTYPE model>\n", "").encode(encoding))
    assert archimate_in.read(path, empty).records == ()


def test_other_xml_is_not_taken_for_it() -> None:
    assert not archimate_in.recognises(Path("x.xml"), b"<html/>")


def test_lines_beyond_65535_are_right(read: Callable[..., Incoming]) -> None:
    incoming = read(model("\n" * 70_000 + element("a", "ApplicationComponent", "Deep down")))
    assert records(incoming)["system:deep-down"].place.line == 70_003


def test_schemas_travel_unchanged_with_their_licence() -> None:
    folder = Path(archimate.__file__).parent / "xsd"
    names = {f.name for f in folder.iterdir()}
    assert names == {
        "archimate3_Model.xsd", "archimate3_View.xsd", "archimate3_Diagram.xsd", "dc.xsd",
        "xml.xsd", "LICENSE.txt", "NOTICE.txt",
    }  # fmt: skip
    assert "http://www.w3.org/2001/xml.xsd" in (folder / "archimate3_Model.xsd").read_text()
