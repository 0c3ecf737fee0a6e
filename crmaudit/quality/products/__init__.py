"""What is known of CRM products: one YAML file a product, recognised and resolved on a catalog.

    recognised = recognise(catalog, source.query)
    if recognised:
        known = resolve(recognised, catalog)

A file of this folder is a product; another package names its own in the
entry-point group `crmaudit.products`, a user in a folder (`product_maps`).
Only collectors use this room: what they find of it stands in evidence.
"""

from __future__ import annotations

from crmaudit.evidence.entity_map import NOT_VERIFIED
from crmaudit.quality.products.dictionaries import (
    DictionaryQuery,
    dictionary_queries,
    references_from_dictionary,
)
from crmaudit.quality.products.library import product_maps, read_map, shipped_maps
from crmaudit.quality.products.product_map import ProductMap
from crmaudit.quality.products.recognition import Recognised, recognise, version_statements
from crmaudit.quality.products.resolution import resolve
from crmaudit.quality.products.resolved import OptionList, Resolved

__all__ = [
    "NOT_VERIFIED",
    "DictionaryQuery",
    "OptionList",
    "ProductMap",
    "Recognised",
    "Resolved",
    "dictionary_queries",
    "product_maps",
    "read_map",
    "recognise",
    "references_from_dictionary",
    "resolve",
    "shipped_maps",
    "version_statements",
]
