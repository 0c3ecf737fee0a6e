"""The CRUD matrix: which system creates, reads, updates and deletes which entity."""

from crmaudit.crud_matrix.cell import VERDICTS, Cell, Proof, Verdict
from crmaudit.crud_matrix.matrix import (
    CrudMatrix,
    FeedLink,
    cell_subject,
    feed_subject,
)
from crmaudit.crud_matrix.tables import TableCover, Unmatched, table_cover, table_subject, unmatched
from crmaudit.evidence.use import LETTERS, Letter

__all__ = [
    "LETTERS",
    "VERDICTS",
    "Cell",
    "CrudMatrix",
    "FeedLink",
    "Letter",
    "Proof",
    "TableCover",
    "Unmatched",
    "Verdict",
    "cell_subject",
    "feed_subject",
    "table_cover",
    "table_subject",
    "unmatched",
]
