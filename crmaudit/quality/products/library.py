"""The product maps at hand: shipped with crmaudit, of other packages, of a folder of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.quality.products.conditions import parse as condition
from crmaudit.quality.products.product_map import ProductMap
from crmaudit.workspace.complaints import complaints
from crmaudit.workspace.yaml_reader import decode, parse

ENTRY_POINTS = "crmaudit.products"
"""Other packages name here a package of theirs that has maps, one YAML file a product."""


def product_maps(folder: Path | None = None) -> tuple[ProductMap, ...]:
    """Every product map, by product id.

    A file in `folder` takes the place of the map of the same product, or adds
    one. Raises InvalidInput with all mistakes of a file, CrmauditError where
    the folder cannot be read or two files are about one product.
    """
    found = dict(_shipped())
    if folder is not None:
        found |= _by_product(_files_of(folder), folder.as_posix())
    return tuple(found[product] for product in sorted(found))


def shipped_maps() -> tuple[ProductMap, ...]:
    """Those that come with crmaudit, whatever else is installed."""
    found = _by_product(_yaml(files(__package__)), "crmaudit")
    return tuple(found[product] for product in sorted(found))


def read_map(text: str, name: str) -> ProductMap:
    """The product map of a file's text. Raises InvalidInput with every mistake and its place."""
    file = parse(text, name)
    problems = list(file.problems)
    try:
        found = ProductMap.model_validate(
            {} if file.data is None else file.data, context={"condition": condition}
        )
    except ValidationError as error:
        problems += complaints(error, file, ProductMap)
    if problems:
        raise InvalidInput(problems)
    return found


@cache
def _shipped() -> dict[str, ProductMap]:
    found = {m.product: m for m in shipped_maps()}
    for entry in entry_points(group=ENTRY_POINTS):
        package = entry.load()
        other = _by_product(_yaml(files(package)), entry.value)
        for product in other.keys() & found.keys():
            raise CrmauditError(
                f"the product {product!r} is mapped by crmaudit and by the package {entry.value}",
                "give it another id there, or put the file into a folder of your own",
            )
        found |= other
    return found


def _by_product(texts: Iterator[tuple[str, bytes]], whose: str) -> dict[str, ProductMap]:
    found: dict[str, ProductMap] = {}
    first: dict[str, str] = {}
    for name, content in texts:
        read = read_map(decode(content, name), name)
        if read.product in found:
            raise CrmauditError(
                f"{whose}: two files are about the product {read.product!r}",
                f"remove {first[read.product]} or {name}",
            )
        found[read.product], first[read.product] = read, name
    return found


def _yaml(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith((".yaml", ".yml")) and not file.name.startswith("."):
            yield file.name, file.read_bytes()


def _files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    try:
        paths = sorted(folder.iterdir())
        for path in paths:
            if path.suffix in (".yaml", ".yml") and not path.name.startswith("."):
                yield path.as_posix(), path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        place = Place(str(error.filename or folder))
        raise InvalidInput([Problem(what, place, "check the path and its permissions")]) from None
