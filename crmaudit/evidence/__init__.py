"""Evidence: frozen measurements, each with its source, method and status.

Evidence is the only thing that passes from the databases to the judgement.
Every type here round-trips through JSON (`to_json`, `from_json`), so that an
audit can be judged, compared and reported with no database at hand.
"""

from crmaudit.evidence.catalog import Catalog, Column, ForeignKey, Index, Table
from crmaudit.evidence.codec import from_json, to_json
from crmaudit.evidence.entity_map import EntityMap, MappedTable
from crmaudit.evidence.provenance import EXACT, Document, Method, Provenance, Status
from crmaudit.evidence.table_profile import (
    ColumnProfile,
    Quantile,
    ShapeCount,
    TableProfile,
    ValueCount,
)

__all__ = [
    "EXACT",
    "Catalog",
    "Column",
    "ColumnProfile",
    "Document",
    "EntityMap",
    "ForeignKey",
    "Index",
    "MappedTable",
    "Method",
    "Provenance",
    "Quantile",
    "ShapeCount",
    "Status",
    "Table",
    "TableProfile",
    "ValueCount",
    "from_json",
    "to_json",
]
