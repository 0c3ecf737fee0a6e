"""Evidence: frozen measurements, each with its source, method and status.

Evidence is the only thing that passes from the databases to the judgement.
Every type here round-trips through JSON (`to_json`, `from_json`), so that an
audit can be judged, compared and reported with no database at hand.
"""

from crmaudit.evidence.catalog import Catalog, Column, ForeignKey, Index, Table
from crmaudit.evidence.checked import ExpectationTests, Reach, Reached, Tested
from crmaudit.evidence.codec import from_json, to_json
from crmaudit.evidence.entity_map import ContactPoint, EntityMap, MappedTable, Product
from crmaudit.evidence.fault import DateOrder, Dependency, Fault, MissingPattern
from crmaudit.evidence.keys import Keys, Polymorphic, Reference, TableKey
from crmaudit.evidence.provenance import EXACT, Document, Method, Provenance, Status
from crmaudit.evidence.semantic import Semantic
from crmaudit.evidence.table_profile import (
    Bin,
    ColumnProfile,
    Quantile,
    ShapeCount,
    TableProfile,
    ValueCount,
)

__all__ = [
    "EXACT",
    "Bin",
    "Catalog",
    "Column",
    "ColumnProfile",
    "ContactPoint",
    "DateOrder",
    "Dependency",
    "Document",
    "EntityMap",
    "ExpectationTests",
    "Fault",
    "ForeignKey",
    "Index",
    "Keys",
    "MappedTable",
    "Method",
    "MissingPattern",
    "Polymorphic",
    "Product",
    "Provenance",
    "Quantile",
    "Reach",
    "Reached",
    "Reference",
    "Semantic",
    "ShapeCount",
    "Status",
    "Table",
    "TableKey",
    "TableProfile",
    "Tested",
    "ValueCount",
    "from_json",
    "to_json",
]
