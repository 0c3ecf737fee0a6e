"""What a parsed statement does to which tables: its tree, walked with its scopes.

A statement is understood whole or not at all: what is not known to this
module raises `Doubt`, because a clause that was passed over might be the one
that names a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from crmaudit.crud_matrix.sql.columns import Origin, origins, read_by
from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.names import Name, Tables, folded, is_system, is_temporary
from crmaudit.crud_matrix.sql.normalise import DYNAMIC

# Functions that run SQL which they are given as a text, or a whole table by name.
_RUNS_SQL_TEXT = """
    dblink dblink_exec dblink_open dblink_send_query crosstab crosstabn connectby ts_stat
    query_to_xml query_to_xml_and_xmlschema query_to_xmlschema cursor_to_xml table_to_xml
    table_to_xml_and_xmlschema schema_to_xml database_to_xml openquery openrowset
    opendatasource query query_table postgres_query mysql_query sqlite_query sqlite_scan
    postgres_scan mysql_scan
"""
_RUNS_SQL = frozenset(_RUNS_SQL_TEXT.split())
_PSEUDO_TABLES = {"tsql": {"inserted", "deleted"}}
_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values, exp.Table)

_KNOWN_ARGS: dict[type[exp.Expr], set[str]] = {
    exp.Insert: {
        "this", "expression", "conflict", "returning", "with_", "alternative", "columns",
        "default", "ignore", "by_name", "overwrite", "source", "stored", "exists",
    },
    exp.Update: {"this", "expressions", "from_", "where", "returning", "order", "limit", "with_",
                 "options"},
    exp.Delete: {"this", "tables", "using", "where", "returning", "order", "limit", "with_",
                 "cluster"},
    exp.Merge: {"this", "using", "on", "whens", "with_", "returning"},
}  # fmt: skip


@dataclass(eq=False)
class _Named:
    """A named query of WITH, and the named queries that it may refer to itself."""

    query: exp.Expr
    scope: Ctes
    used: bool = False


Ctes = Mapping[str, _Named]


class Walk:
    """One statement's tree, and what was found in it so far."""

    def __init__(self, dialect: str, tables: Tables | None, replaces: bool = False) -> None:
        self.dialect = dialect
        self.tables = tables
        self.replaces = replaces
        self.effects: list[tuple[Name, str]] = []
        self.calls: dict[Name, None] = {}
        self.temporary: list[Name] = []

    # --- statements

    def statement(self, node: exp.Expr, ctes: Ctes | None = None) -> None:
        """Any statement that reads or writes rows."""
        ctes = ctes or {}
        known = _KNOWN_ARGS.get(type(node))
        if known is not None:
            odd = [k for k, v in node.args.items() if v and k not in known]
            if odd:
                raise Doubt(f"a clause that is not understood ({odd[0].rstrip('_')})")
        if isinstance(node, exp.Insert):
            self._insert(node, self._with(node, ctes))
        elif isinstance(node, exp.Update):
            self._update(node, self._with(node, ctes))
        elif isinstance(node, exp.Delete):
            self._delete(node, self._with(node, ctes))
        elif isinstance(node, exp.Merge):
            self._merge(node, self._with(node, ctes))
        elif isinstance(node, exp.Create):
            self._create(node, self._with(node, ctes))
        elif isinstance(node, exp.MultitableInserts):
            for one in node.expressions:
                insert = one.this if isinstance(one, exp.ConditionalInsert) else one
                self._add(self._name(_table_of(insert.this)), "C")
                self.read(insert.args.get("expression"), ctes)
                if isinstance(one, exp.ConditionalInsert):
                    self.read(one.args.get("expression"), ctes)
            self.read(node.args.get("source"), ctes)
        elif isinstance(node, _QUERIES):
            self.read(node, ctes)
        else:
            raise Doubt(f"a kind of statement that is not understood ({node.key.upper()})")

    def _insert(self, node: exp.Insert, ctes: Ctes) -> None:
        table = _table_of(node.this)
        target = self._name(table)
        letters = "C"
        if self.replaces or node.args.get("alternative") == "REPLACE":
            letters = "CD"
        if node.args.get("overwrite"):
            letters = "CD"
        source = node.args.get("expression")
        self._assert_query(source, values=True)
        self.read(source, ctes)
        origin = Origin.of_table(table, target, self.tables)
        conflict = node.args.get("conflict")
        if conflict is not None:
            letters += self._conflict(conflict, origin, source, ctes)
        returning = node.args.get("returning")
        self.read(returning, ctes)
        if self._returned(returning, [origin]):
            letters += "R"
        self._add(target, letters)

    def _conflict(self, conflict: exp.Expr, target: Origin, source: Any, ctes: Ctes) -> str:
        letters = ""
        action = conflict.args.get("action")
        told = str(action.name if action is not None else "").upper()
        updates = conflict.expressions
        if not updates and "NOTHING" not in told:
            raise Doubt("a conflict clause that is not understood")
        if updates:
            letters += "U"
        keyed = conflict.args.get("conflict_keys") or conflict.args.get("constraint")
        # MySQL asks for the right to read what ON DUPLICATE KEY assigns.
        if keyed or conflict.args.get("duplicate"):
            letters += "R"
        rights = [*_right_sides(updates), conflict.args.get("where")]
        others: list[Origin] = []
        if conflict.args.get("duplicate") and isinstance(source, exp.Query):
            # MySQL lets the update read the tables of the query as well.
            others = list(origins(source, self.tables, self.dialect))
        for right in rights:
            self.read(right, ctes)
            if right is not None and read_by(right, [target], others, self.tables, self.dialect):
                letters += "R"
        return letters

    def _update(self, node: exp.Update, ctes: Ctes) -> None:
        table = node.this
        if not isinstance(table, exp.Table):
            raise Doubt("the table to be changed is not understood")
        from_ = node.args.get("from_")
        scope = [table, *_joined(table)]
        if from_ is not None:
            scope += [from_.this, *_joined(from_.this)]
        multi = self.dialect in ("mysql", "mariadb") and len(scope) > 1
        assigned = list(_left_sides(node.expressions))
        if multi:
            written = self._assigned_tables(assigned, scope)
        else:
            written = [self._alias_target(table, scope[1:], ctes)]
            if written[0] is not table:
                scope = scope[1:]
        exprs = [*_right_sides(node.expressions), node.args.get("where"), node.args.get("order")]
        if from_ is not None and self.dialect == "sqlite":
            # It looks up each row by its number.
            self._add(self._name(table), "R")
        self._write("U", written, scope, [*exprs, *_conditions(scope)], node, ctes)

    def _delete(self, node: exp.Delete, ctes: Ctes) -> None:
        table, using = node.this, node.args.get("using") or []
        if not isinstance(table, exp.Table):
            raise Doubt("the table to be deleted from is not understood")
        scope = [table, *_joined(table)]
        for one in using:
            scope += [one, *_joined(one)]
        named = node.args.get("tables")
        if named:
            written = [self._alias_target(one, scope, ctes) for one in named]
            if any(w is one for w, one in zip(written, named, strict=True)):
                raise Doubt("the table to be deleted from is not among those read")
        else:
            written = [self._alias_target(table, scope[1:], ctes)]
            if written[0] is not table:
                scope = scope[1:]
        if self.dialect in ("mysql", "mariadb") and (named or using):
            # It asks for the right to read what it deletes from by way of a list.
            for one in written:
                self._add(self._name(one), "R")
        exprs = [node.args.get("where"), node.args.get("order")]
        self._write("D", written, scope, [*exprs, *_conditions(scope)], node, ctes)

    def _write(
        self,
        letter: str,
        written: list[exp.Table],
        scope: list[exp.Expr],
        exprs: list[exp.Expr | None],
        node: exp.Expr,
        ctes: Ctes,
    ) -> None:
        """Tables written, and all others of the scope read; those written too where columns are."""
        ids = {id(w) for w in written}
        targets = [Origin.of_table(w, self._name(w), self.tables) for w in written]
        others: list[Origin] = []
        for one in scope:
            if id(one) in ids:
                continue
            self.read(one, ctes, joins=False)
            others.append(Origin.of_source(one, self._maybe_name(one), self.tables))
        returning = node.args.get("returning")
        for expression in (*exprs, returning):
            self.read(expression, ctes)
        for target in targets:
            near = [t for t in targets if t is not target] + others
            read = any(
                read_by(e, [target], near, self.tables, self.dialect)
                for e in exprs
                if e is not None
            )
            read = read or self._returned(returning, [target], near)
            assert target.name is not None
            self._add(target.name, letter + ("R" if read else ""))

    def _merge(self, node: exp.Merge, ctes: Ctes) -> None:
        table = node.this
        target = Origin.of_table(table, self._name(table), self.tables)
        using = node.args["using"]
        self.read(using, ctes)
        other = Origin.of_source(using, self._maybe_name(using), self.tables)
        letters = ""
        exprs: list[exp.Expr | None] = [node.args.get("on")]
        whens = node.args.get("whens")
        for when in whens.expressions if whens is not None else ():
            exprs.append(when.args.get("condition"))
            then = when.args.get("then")
            if isinstance(then, exp.Update):
                letters += "U"
                exprs += _right_sides(then.expressions)
                exprs.append(then.args.get("where"))
            elif isinstance(then, exp.Insert):
                letters += "C"
                exprs.append(then.args.get("expression"))
                exprs.append(then.args.get("where"))
            elif isinstance(then, exp.Var) and then.name.upper() in ("DELETE", "DO NOTHING"):
                letters += "D" if then.name.upper() == "DELETE" else ""
            else:
                raise Doubt("a branch of MERGE that is not understood")
        for expression in exprs:
            self.read(expression, ctes)
            if expression is not None and read_by(
                expression, [target], [other], self.tables, self.dialect
            ):
                letters += "R"
        returning = node.args.get("returning")
        self.read(returning, ctes)
        if self._returned(returning, [target], [other]):
            letters += "R"
        assert target.name is not None
        self._add(target.name, letters)

    def _create(self, node: exp.Create, ctes: Ctes) -> None:
        query = node.args.get("expression")
        if str(node.args.get("kind")).upper() != "TABLE" or not isinstance(query, exp.Query):
            raise Doubt(f"a definition that is not understood ({node.args.get('kind')})")
        name = self._name(_table_of(node.this))
        self.read(query, ctes)
        properties = node.args.get("properties")
        kept = properties.expressions if properties is not None else ()
        told = any(isinstance(p, exp.TemporaryProperty) for p in kept)
        if told or is_temporary(name, self.dialect):
            self.temporary.append(name)
        else:
            self._add(name, "C")

    # --- reading

    def read(self, node: Any, ctes: Ctes, joins: bool = True) -> None:
        """Everything that an expression or query reads, however deep."""
        waiting: list[tuple[Any, Ctes]] = [(node, ctes)] if isinstance(node, exp.Expr) else []
        top = node
        while waiting:
            one, seen = waiting.pop()
            if isinstance(one, exp.DML) and not isinstance(one, exp.Select):
                self.statement(one, seen)
                continue
            if isinstance(one, (exp.Command, exp.Create)):
                raise Doubt("a part that no parser reads")
            seen = self._with(one, seen)
            if isinstance(one, exp.Table):
                self._table(one, seen)
            elif isinstance(one, exp.In):
                self._in(one, seen)
            elif isinstance(one, (exp.Anonymous, exp.Func)):
                self._call(one)
            elif isinstance(one, exp.Into):
                self._into(one)
                continue
            elif isinstance(one, (exp.Lock, exp.Hint, exp.With)):
                continue
            for key, value in one.args.items():
                if key == "with_" or (key == "joins" and one is top and not joins):
                    continue
                inner = value if isinstance(value, list) else (value,)
                waiting += [(x, seen) for x in inner if isinstance(x, exp.Expr)]

    def _with(self, node: exp.Expr, ctes: Ctes) -> Ctes:
        """The named queries that are visible in the statement.

        One that nothing refers to is never run; MySQL asks for its rights all
        the same. What changes rows runs in any case.
        """
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        forward = bool(clause.args.get("recursive")) or self.dialect == "sqlite"
        every = dict(ctes)
        made: list[_Named] = []
        for cte in clause.expressions:
            named = _Named(cte.this, every if forward else dict(every))
            made.append(named)
            name = self._key(cte.args["alias"].this)
            every[name] = named
            if self.dialect in ("tsql", "oracle") and isinstance(cte.this, exp.SetOperation):
                named.scope = dict(every)
        for named in made:
            if not isinstance(named.query, exp.Query):
                named.used = True
                self.statement(named.query, named.scope)
            elif self.dialect in ("mysql", "mariadb"):
                self._use(named)
        return every

    def _use(self, named: _Named) -> None:
        if not named.used:
            named.used = True
            self.read(named.query, named.scope)

    def _table(self, node: exp.Table, ctes: Ctes) -> None:
        inner = node.this
        if isinstance(inner, (exp.Func, exp.Anonymous)):
            return  # it is called, and walked into as any function
        if isinstance(inner, exp.Parameter) and self.dialect == "tsql":
            return  # a table variable
        name = self._name(node)
        if len(name.parts) == 1 and self._key(inner) in ctes:
            self._use(ctes[self._key(inner)])
            return
        if name.last.lower() in _PSEUDO_TABLES.get(self.dialect, ()):
            return
        self._add(name, "R")

    def _in(self, node: exp.In, ctes: Ctes) -> None:
        """SQLite reads a table by its bare name behind IN."""
        column = node.args.get("field")
        if not isinstance(column, exp.Column):
            return
        if self.dialect == "sqlite":
            parts = [column.args.get(k) for k in ("db", "table", "this")]
            named = [p for p in parts if isinstance(p, exp.Identifier)]
            if len(named) == 1 and self._key(named[0]) in ctes:
                self._use(ctes[self._key(named[0])])
                return
            self._add(Name(tuple(self._fold(p) for p in named)), "R")
        elif self.dialect != "duckdb":
            raise Doubt("what stands behind IN is not understood")

    def _call(self, node: exp.Expr) -> None:
        written = node.meta.get("name") or (node.this if isinstance(node, exp.Anonymous) else "")
        if isinstance(written, exp.Identifier):
            written = written.this
        if not isinstance(written, str) or not written:
            return
        if written.lower() in _RUNS_SQL:
            raise Doubt(f"{written.lower()}() runs SQL that it is given as a text")
        above: list[str] = []
        parent = node.parent
        if isinstance(parent, exp.Dot) and parent.expression is node:
            above = [i.name for i in parent.this.find_all(exp.Identifier)]
        elif isinstance(parent, exp.Table) and parent.args.get("db") is not None:
            above = [parent.args["db"].name]
        self.calls[Name((*(folded(p, False, self.dialect) for p in above),
                         folded(written, False, self.dialect)))] = None  # fmt: skip

    def _into(self, node: exp.Into) -> None:
        """SELECT … INTO makes a table, but in MySQL and Oracle, where it fills variables."""
        if self.dialect in ("mysql", "mariadb", "oracle"):
            return
        table = node.this
        if not isinstance(table, exp.Table):
            raise Doubt("what SELECT … INTO fills is not understood")
        name = self._name(table)
        if node.args.get("temporary") or is_temporary(name, self.dialect):
            self.temporary.append(Name((name.last,)))
        else:
            self._add(name, "C")

    # --- targets

    def _alias_target(self, named: exp.Table, scope: list[exp.Expr], ctes: Ctes) -> exp.Table:
        """The table that a target means: one of the scope by its alias or name, else itself."""
        key = named.name.lower()
        if self.dialect in ("tsql", "mysql", "mariadb", "ansi"):
            place = named.text("db").lower()
            fits = [s for s in scope if isinstance(s, exp.Table) and s.alias_or_name.lower() == key]
            if place or len(fits) > 1:
                # A name without a place is not that of a table of another database.
                fits = [s for s in fits if s.text("db").lower() == place]
            if len(fits) > 1:
                raise Doubt("it is not known which table is meant")
            if fits:
                return self._base(fits[0], ctes)
        return self._base(named, ctes)

    def _base(self, table: exp.Table, ctes: Ctes) -> exp.Table:
        """The table behind a target; T-SQL changes rows through a named query as well."""
        if table.args.get("db") or self._key(table.this) not in ctes:
            return table
        named = ctes[self._key(table.this)]
        from_ = named.query.args.get("from_") if isinstance(named.query, exp.Select) else None
        if from_ is None or named.query.args.get("joins") or self.dialect != "tsql":
            raise Doubt("rows of a named query are changed")
        if not isinstance(from_.this, exp.Table) or from_.this.args.get("joins"):
            raise Doubt("rows of a named query are changed")
        self._use(named)
        return self._base(from_.this, named.scope)

    def _assigned_tables(
        self, assigned: list[exp.Column], scope: list[exp.Expr]
    ) -> list[exp.Table]:
        """MySQL: an UPDATE of several tables changes those whose columns are set."""
        found: list[exp.Table] = []
        for column in assigned:
            if column.table:
                fits = [s for s in scope if s.alias_or_name.lower() == column.table.lower()]
            else:
                known = [Origin.of_source(s, self._maybe_name(s), self.tables) for s in scope]
                if any(o.columns is None for o in known):
                    raise Doubt("it is not known of which table a column is that is set")
                fits = [
                    s
                    for s, o in zip(scope, known, strict=True)
                    if column.name.lower() in (o.columns or ())
                ]
            if len(fits) != 1 or not isinstance(fits[0], exp.Table):
                raise Doubt("it is not known of which table a column is that is set")
            if fits[0] not in found:
                found.append(fits[0])
        return found

    def _returned(
        self, returning: Any, targets: list[Origin], others: Iterable[Origin] = ()
    ) -> bool:
        """Whether RETURNING or OUTPUT gives back columns of the target."""
        if returning is None:
            return False
        if any(isinstance(e, exp.Star) for e in returning.expressions):
            return True
        pseudo = {"inserted", "deleted", "old", "new"}
        if any(c.table.lower() in pseudo for c in returning.find_all(exp.Column)):
            return True
        return read_by(returning, targets, list(others), self.tables, self.dialect)

    # --- names

    def _fold(self, identifier: exp.Identifier) -> str:
        text = str(identifier.this)
        if identifier.args.get("temporary"):
            text = "#" + text.lstrip("#")
        return folded(text, bool(identifier.quoted), self.dialect)

    def _key(self, identifier: exp.Expr) -> str:
        """The name as CTEs are found by it."""
        name = self._fold(identifier) if isinstance(identifier, exp.Identifier) else ""
        return name if self.dialect == "postgresql" else name.lower()

    def _name(self, table: Any) -> Name:
        if not isinstance(table, exp.Table):
            raise Doubt("what is written to is not understood")
        parts = [table.args.get(k) for k in ("catalog", "db", "this")]
        named = [p for p in parts if p is not None]
        if isinstance(table.this, exp.Parameter) and self.dialect == "tsql":
            return Name(("#" + table.this.name,))
        if not all(isinstance(p, exp.Identifier) for p in named):
            raise Doubt("the name of a table is not understood")
        name = Name(tuple(self._fold(p) for p in named if p.this))
        if name.last.isdigit():
            raise Doubt("a text stands where the name of a table has to")
        if any(DYNAMIC in p for p in name.parts):
            raise Doubt("the name of a table is put together at run time")
        return name

    def _maybe_name(self, node: exp.Expr) -> Name | None:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._name(node)
        return None

    def _add(self, name: Name, letters: str) -> None:
        if not is_temporary(name, self.dialect) and not is_system(name, self.dialect):
            self.effects.append((name, letters))

    def _assert_query(self, node: Any, values: bool) -> None:
        if node is None or isinstance(node, (exp.Query, exp.Values, exp.Table)):
            return
        raise Doubt("the rows to be inserted are not understood")


def _table_of(node: Any) -> exp.Table:
    inner = node.this if isinstance(node, exp.Schema) else node
    if not isinstance(inner, exp.Table):
        raise Doubt("the table to be written is not understood")
    return inner


def _joined(node: exp.Expr) -> Iterator[exp.Expr]:
    for join in node.args.get("joins") or ():
        yield join.this
        yield from _joined(join.this)


def _conditions(scope: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    """Those of ON; for USING and NATURAL, MySQL asks for no right to read."""
    for one in scope:
        for join in one.args.get("joins") or ():
            if join.args.get("on") is not None:
                yield join.args["on"]


def _left_sides(assignments: Iterable[exp.Expr]) -> Iterator[exp.Column]:
    for one in assignments:
        if not isinstance(one, exp.EQ):
            raise Doubt("an assignment that is not understood")
        left = one.this
        inner = left.expressions if isinstance(left, exp.Tuple) else [left]
        for item in inner:
            column = item.find(exp.Column)
            if column is None:
                raise Doubt("an assignment that is not understood")
            yield column


def _right_sides(assignments: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    for one in assignments:
        if not isinstance(one, exp.EQ):
            raise Doubt("an assignment that is not understood")
        yield one.expression
