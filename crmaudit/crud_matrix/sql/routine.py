"""Bodies of routines: cut into statements, each understood."""

from __future__ import annotations

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.names import Tables
from crmaudit.crud_matrix.sql.understood import Understood


def understood(body: str, dialect: str, tables: Tables | None) -> Understood:
    """What the statements of a block do together."""
    raise Doubt("a block of code")
