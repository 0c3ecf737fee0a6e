"""Statement logs and query lists, read from the files that a dossier names."""

from crmaudit.crud_matrix.collectors.logs.documents import documents

__all__ = ["documents"]
