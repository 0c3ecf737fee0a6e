"""What is known of CRM products: one YAML file a product, recognised and resolved on a catalog."""

from __future__ import annotations

from collections.abc import Callable

from crmaudit.evidence import Catalog
from crmaudit.quality.products.resolved import NOT_VERIFIED, OptionList, Resolved

Query = Callable[[str, str], list[tuple[object, ...]]]


def recognise(catalog: Catalog, query: Query | None = None) -> object | None:
    return None


def resolve(recognised: object, catalog: Catalog) -> Resolved:
    raise NotImplementedError


def dictionary_queries(resolved: Resolved) -> tuple[object, ...]:
    return ()


__all__ = ["NOT_VERIFIED", "OptionList", "Resolved", "dictionary_queries", "recognise", "resolve"]
