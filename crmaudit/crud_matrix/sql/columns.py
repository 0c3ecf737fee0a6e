"""Whose column is it? Decides whether the target of a change is read as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.names import Name, Tables

# Words that a parser takes for columns.
_WORDS_TEXT = """
    default sysdate systimestamp user uid current_user session_user current_role current_date
    current_time current_timestamp localtime localtimestamp null maxvalue level
"""
_WORDS = frozenset(_WORDS_TEXT.split())
_ROW_IDS = frozenset(
    ["rowid", "oid", "_rowid_", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Something in FROM, or the target: the name it goes by and its columns, if known."""

    alias: str
    name: Name | None = None
    columns: frozenset[str] | None = None

    @classmethod
    def of_table(cls, table: exp.Table, name: Name, tables: Tables | None) -> Origin:
        columns = tables.columns(name) if tables is not None else None
        return cls((table.alias or name.last).lower(), name, columns)

    @classmethod
    def of_source(cls, node: exp.Expr, name: Name | None, tables: Tables | None) -> Origin:
        if isinstance(node, exp.Table) and name is not None:
            return cls.of_table(node, name, tables)
        alias = node.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.args.get("columns"):
            columns = frozenset(c.name.lower() for c in alias.args["columns"])
            return cls(node.alias.lower(), None, columns)
        return cls(node.alias_or_name.lower(), None, _selected(node))

    def has(self, column: str) -> bool | None:
        """Whether it has the column; None where nobody knows."""
        if self.columns is None:
            return None
        return column in self.columns or (self.name is not None and column in _ROW_IDS)


def _selected(node: exp.Expr) -> frozenset[str] | None:
    query = node.this if isinstance(node, exp.Subquery) else node
    if not isinstance(query, exp.Query):
        return None
    names = query.named_selects
    if "*" in names or query.is_star:
        return None
    return frozenset(n.lower() for n in names)


def origins(query: exp.Expr, tables: Tables | None, dialect: str) -> Iterator[Origin]:
    """What the FROM of a query brings into its scope."""
    if isinstance(query, exp.Subquery):
        query = query.this
    from_ = query.args.get("from_")
    joins = query.args.get("joins") or ()
    sources = [from_.this] if from_ is not None else []
    sources += [j.this for j in joins]
    waiting = list(sources)
    while waiting:
        one = waiting.pop(0)
        waiting += [j.this for j in one.args.get("joins") or ()]
        name = None
        if isinstance(one, exp.Table) and isinstance(one.this, exp.Identifier):
            parts = [one.args.get(k) for k in ("catalog", "db", "this")]
            name = Name(tuple(p.name for p in parts if p is not None))
        elif isinstance(one, exp.Paren | exp.Subquery) and isinstance(one.this, exp.Table):
            waiting.append(one.this)
            continue
        yield Origin.of_source(one, name, tables)


def read_by(
    expression: exp.Expr,
    targets: Sequence[Origin],
    others: Sequence[Origin],
    tables: Tables | None,
    dialect: str,
) -> bool:
    """Whether the expression reads a column of one of the targets.

    Raises Doubt where that depends on columns that are not known.
    """
    doubtful = False
    for column in expression.find_all(exp.Column):
        answer = _read(column, expression, targets, others, tables, dialect)
        if answer:
            return True
        doubtful = doubtful or answer is None
    if doubtful:
        raise Doubt("it is not known of which table a column is that is read")
    return False


def _read(
    column: exp.Column,
    top: exp.Expr,
    targets: Sequence[Origin],
    others: Sequence[Origin],
    tables: Tables | None,
    dialect: str,
) -> bool | None:
    name, qualifier = column.name.lower(), column.table.lower()
    if not qualifier and name in _WORDS and not column.this.args.get("quoted"):
        return False
    unsure = False
    for query in _enclosing(column, top):
        inner = list(origins(query, tables, dialect))
        if qualifier:
            if any(o.alias == qualifier for o in inner):
                return False
            continue
        answers = [o.has(name) for o in inner]
        if True in answers:
            return False
        unsure = unsure or None in answers
    if qualifier:
        return any(t.alias == qualifier for t in targets)
    if dialect in ("postgresql", "duckdb") and any(t.alias == name for t in targets):
        return None if unsure else True  # the row as a whole
    mine = [t.has(name) for t in targets]
    theirs = [o.has(name) for o in others]
    if True in theirs or all(m is False for m in mine):
        # Of another table, or of none: a variable, or a text in double quotes.
        return False
    if None in theirs and True not in mine:
        unsure = True
    return None if unsure else True


def _enclosing(column: exp.Column, top: exp.Expr) -> Iterator[exp.Select]:
    """The queries within `top` around the column, the innermost first."""
    node: exp.Expr | None = column
    while node is not None and node is not top:
        node = node.parent
        if isinstance(node, exp.Select):
            yield node
