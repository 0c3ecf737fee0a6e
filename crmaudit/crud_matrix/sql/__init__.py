"""What SQL does: normalised, fingerprinted, understood. Pure; nothing here reads a file."""

from crmaudit.crud_matrix.sql.fingerprint import Fingerprint, fingerprint
from crmaudit.crud_matrix.sql.names import DIALECTS, Name, Tables, dialect_of
from crmaudit.crud_matrix.sql.split import split
from crmaudit.crud_matrix.sql.understand import understand
from crmaudit.crud_matrix.sql.understood import Understood

__all__ = [
    "DIALECTS",
    "Fingerprint",
    "Name",
    "Tables",
    "Understood",
    "dialect_of",
    "fingerprint",
    "split",
    "understand",
]
