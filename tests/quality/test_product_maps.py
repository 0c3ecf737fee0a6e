"""Every product map: its form, and its names against the product's public schema."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from product_schemas import SCHEMAS, each, named, patterns, schema

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.quality.products import ProductMap, library, product_maps, read_map
from crmaudit.quality.products.naming import like

MAPS = {m.product: m for m in product_maps()}
SMALL = """\
product: ferret
name: FerretCRM
versions: "1"
checked_against: [{schema: ferret, version: "1", source: "https://example.org", licence: MIT}]
recognise: {enough: 2, tables: {ferret_people: 2}}
tables:
  - {table: ferret_people, entity: person, columns: {mail: e-mail}}
"""


def lacking(m: ProductMap) -> list[str]:
    """What the map names and no version of the product's schema has."""
    versions = [schema(c.schema_)["tables"] for c in m.checked_against]
    wrong = [
        f"{where}: {table}.{column}"
        for where, table, column in named(m)
        if not any(table in v and (not column or column in v[table]) for v in versions)
    ]
    wrong += [
        f"pattern: {pattern}"
        for pattern in patterns(m)
        if not any(re.fullmatch(like(pattern), table) for v in versions for table in v)
    ]
    columns = {column for v in versions for table in v.values() for column in table}
    return wrong + [f"each: {column}" for column in each(m) if column and column not in columns]


def test_the_products_are_there() -> None:
    assert set(MAPS) == {
        *("civicrm", "dolibarr", "dynamics", "espocrm", "fat_free_crm"),
        *("hubspot", "odoo", "salesforce", "suitecrm", "vtiger"),
    }


@pytest.mark.parametrize("product", sorted(MAPS))
def test_every_name_is_in_the_public_schema(product: str) -> None:
    assert not lacking(MAPS[product])


def test_a_wrong_name_is_found() -> None:
    text = (Path(library.__file__).parent / "fat_free_crm.yaml").read_text(encoding="utf-8")
    for right, wrong in (
        ("alt_email: e-mail", "alt_mail: e-mail"),
        ("suspended_at IS NULL", "suspend IS NULL"),
        ("{table: permissions, type:", "{table: permission, type:"),
        ("system: [schema_migrations", "system: [schema_migration"),
        ("{each: assigned_to", "{each: assigned"),
    ):
        assert right in text
        assert lacking(read_map(text.replace(right, wrong), "x.yaml")), wrong


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_says_what_it_was_read_from(name: str) -> None:
    told = schema(name)
    (checked,) = [c for c in MAPS[told["product"]].checked_against if c.schema_ == name]
    assert (told["version"], told["source"]) == (checked.version, checked.source)
    assert (told["commit"], told["licence"]) == (checked.commit, checked.licence)
    assert re.search(r"https?://|vendor", told["source"])
    assert re.fullmatch(r"[0-9a-f]{40}", told["commit"])


@pytest.mark.parametrize("product", sorted(MAPS))
def test_a_map_says_what_it_does_not_know(product: str) -> None:
    assert MAPS[product].does_not_know
    assert MAPS[product].verified_on_data == (product in ("civicrm", "fat_free_crm"))


def test_mistakes_are_told_all_at_once_with_their_places() -> None:
    text = SMALL.replace("entity: person", "entity: persn, rol: link").replace("e-mail", "emial")
    with pytest.raises(InvalidInput) as caught:
        read_map(text, "maps/ferret.yaml")
    told = [(str(p.where), p.message, p.hint) for p in caught.value.problems]
    assert len(told) == 3
    assert all(place.startswith("maps/ferret.yaml:7:") for place, _, _ in told)
    assert any("unknown key 'rol'" in message for _, message, _ in told)
    assert any("did you mean 'person'" in hint for _, _, hint in told)


@pytest.mark.parametrize(
    ("add", "said"),
    [
        ("  - {table: a, entity: lead, where: 'kind = ='}\n", "is no condition"),
        ("  - {table: a, entity: lead, where: \"a = 'x\\\\'\"}\n", "backslash"),
        ("  - {table: a}\n", "needs an entity"),
        ("  - {table: a, entity: lead, like: b}\n", "does not stand above"),
        ("references: [{to: ferret_people}]\n", "needs `table` and `columns`"),
        ("polymorphic: [{table: a, id: b, type: c}]\n", "say what the types mean"),
        ("polymorphic: [{table: a, id: b, values: {x: y}}]\n", "the column `type`"),
        ("polymorphic: [{table: a, id: b, type: c, like: d.e}]\n", "no pair with values"),
    ],
)
def test_what_contradicts_itself_is_refused(add: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_map(SMALL + add, "ferret.yaml")
    assert said in str(caught.value)
    assert caught.value.problems[0].where.line > 0


@pytest.mark.parametrize("text", ["", "[]", "product: [", "\x00", "a: &a [*a]"])
def test_what_is_no_map_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_map(text, "ferret.yaml")


def test_a_folder_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "ferret.yaml").write_text(SMALL)
    (tmp_path / "odoo.yml").write_text(SMALL.replace("product: ferret", "product: odoo"))
    (tmp_path / "notes.txt").write_text("no map")
    found = {m.product: m for m in product_maps(tmp_path)}
    assert set(found) == {*MAPS, "ferret"}
    assert found["odoo"].name == "FerretCRM"
    assert {m.product: m.name for m in product_maps()}["odoo"].startswith("Odoo")


def test_two_files_of_one_product_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SMALL)
    with pytest.raises(CrmauditError, match="two files are about the product 'ferret'"):
        product_maps(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        product_maps(tmp_path / "none")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of somebody else that is named in the entry points."""
    folder = tmp_path / "ferret_maps"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("ferret", "ferret_maps", library.ENTRY_POINTS)
    real = importlib.metadata.entry_points
    monkeypatch.setattr(
        library,
        "entry_points",
        lambda group: [entry] if group == library.ENTRY_POINTS else real(group=group),
    )
    library._shipped.cache_clear()
    yield folder
    library._shipped.cache_clear()
    sys.modules.pop("ferret_maps", None)


def test_another_package_adds_a_product_by_one_file(package: Path) -> None:
    (package / "ferret.yaml").write_text(SMALL)
    assert "ferret" in {m.product for m in product_maps()}


def test_another_package_cannot_take_a_shipped_product(package: Path) -> None:
    (package / "odoo.yaml").write_text(SMALL.replace("product: ferret", "product: odoo"))
    with pytest.raises(CrmauditError, match="mapped by crmaudit and by the package ferret_maps"):
        product_maps()


def test_the_map_of_the_documentation_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "products.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml ferret.yaml\n(.*?)```", page, flags=re.DOTALL)
    assert read_map(text, "ferret.yaml").product == "ferret"
    parts = set(re.findall(r"`(\w+)`", page.partition("| Part |")[2]))
    assert {f for f in ProductMap.model_fields if f not in ("name", "product", "form")} <= parts | {
        "versions", "verified_on_data",
    }  # fmt: skip
