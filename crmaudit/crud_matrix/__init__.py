"""The CRUD matrix: which system creates, reads, updates and deletes which entity."""

from crmaudit.crud_matrix.cell import VERDICTS, Cell, Proof, Verdict
from crmaudit.crud_matrix.examples import examples
from crmaudit.crud_matrix.matrix import (
    CrudMatrix,
    FeedLink,
    cell_subject,
    feed_subject,
)
from crmaudit.crud_matrix.records import (
    Backing,
    ClassOf,
    Record,
    Standing,
    class_of,
    outdone,
)
from crmaudit.crud_matrix.tables import TableCover, Unmatched, table_cover, table_subject, unmatched
from crmaudit.crud_matrix.testimony import (
    Database,
    Excess,
    Rate,
    Stranger,
    Testimony,
    UsedTable,
    UseEvidence,
    hear,
    testify,
)
from crmaudit.evidence.use import LETTERS, Letter

__all__ = [
    "LETTERS",
    "VERDICTS",
    "Backing",
    "Cell",
    "ClassOf",
    "CrudMatrix",
    "Database",
    "Excess",
    "FeedLink",
    "Letter",
    "Proof",
    "Rate",
    "Record",
    "Standing",
    "Stranger",
    "TableCover",
    "Testimony",
    "Unmatched",
    "UseEvidence",
    "UsedTable",
    "Verdict",
    "cell_subject",
    "class_of",
    "examples",
    "feed_subject",
    "hear",
    "outdone",
    "table_cover",
    "table_subject",
    "testify",
    "unmatched",
]
