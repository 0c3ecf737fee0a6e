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
from crmaudit.evidence.use import (
    LETTERS,
    Account,
    Call,
    Code,
    Effect,
    Grants,
    Letter,
    Machinery,
    Right,
    RowTraces,
    Sighting,
    Statements,
    Unread,
    Use,
    Written,
)

__all__ = [
    "EXACT",
    "LETTERS",
    "Account",
    "Bin",
    "Call",
    "Catalog",
    "Code",
    "Column",
    "ColumnProfile",
    "ContactPoint",
    "DateOrder",
    "Dependency",
    "Document",
    "Effect",
    "EntityMap",
    "ExpectationTests",
    "Fault",
    "ForeignKey",
    "Grants",
    "Index",
    "Keys",
    "Letter",
    "Machinery",
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
    "Right",
    "RowTraces",
    "Semantic",
    "ShapeCount",
    "Sighting",
    "Statements",
    "Status",
    "Table",
    "TableKey",
    "TableProfile",
    "Tested",
    "Unread",
    "Use",
    "ValueCount",
    "Written",
    "from_json",
    "to_json",
]
