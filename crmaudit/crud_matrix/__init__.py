"""The CRUD matrix: which system creates, reads, updates and deletes which entity."""

from crmaudit.crud_matrix.matrix import (
    LETTERS,
    Cell,
    CrudMatrix,
    FeedLink,
    Letter,
    cell_subject,
    feed_subject,
)
from crmaudit.crud_matrix.tables import TableCover, Unmatched, table_cover, table_subject, unmatched

__all__ = [
    "LETTERS",
    "Cell",
    "CrudMatrix",
    "FeedLink",
    "Letter",
    "TableCover",
    "Unmatched",
    "cell_subject",
    "feed_subject",
    "table_cover",
    "table_subject",
    "unmatched",
]
