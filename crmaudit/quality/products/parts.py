"""Parts of a product map beside those of accounts: tables in which a product describes itself."""

from __future__ import annotations

from typing import Literal

from crmaudit.workspace.accounts import Part, TableName
from crmaudit.workspace.base import Exact, Model, Text


class Relation(Model):
    """How one row of a dictionary describes a relation.

    Each is a column (qualified where it is reached by a join) or, after `=`, a
    fixed text. `table.column` refers to `to.to_column`; with `link` both are
    reached by that table's columns `link_column` and `link_to_column`.
    `when_column` names a type column, `when` the value for which it holds.
    """

    table: Exact
    column: Exact
    to: Exact
    to_column: Exact = ""
    link: Exact = ""
    link_column: Exact = ""
    link_to_column: Exact = ""
    when_column: Exact = ""
    when: Exact = ""

    def columns(self) -> dict[str, str]:
        """Part of the relation → the dictionary's column that tells it."""
        texts = self.model_dump()
        return {part: text for part, text in texts.items() if text and text[0] != "="}


class Dictionary(Part):
    """A table in which the product describes its own tables.

    With `relation` its rows can be read as references. `join` reaches other
    tables of the dictionary: their qualified column → this table's column.
    `names` says how tables are called in it: by their own name, by a class or
    by a model (dots for underscores); `called` has those called otherwise.
    """

    describes: Text
    join: dict[Exact, Exact] = {}
    relation: Relation | None = None
    names: Literal["table", "class", "model"] = "table"
    called: dict[Exact, TableName] = {}
