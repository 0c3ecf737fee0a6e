"""Functions whose value is known from their arguments, and those that take a class or a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crmaudit.crud_matrix.collectors.source.values import Thing, Value, as_template
from crmaudit.crud_matrix.collectors.source.words import Hole, Template

APPENDING = frozenset({"append", "Append", "AppendLine", "appendln", "concat"})
TAKING = frozenset(
    ">" + name
    for name in [
        "query",
        "select",
        "insert",
        "update",
        "delete",
        "add",
        "add_all",
        "merge",
        "get",
        "scalars",
        "get_object_or_404",
        "get_list_or_404",
        "exists",
        "bulk_save_objects",
        "getRepository",
        "find",
        "persist",
        "remove",
        "createQueryBuilder",
        "refresh",
        "getReference",
        "Entity",
        "Set",
        "Add",
        "AddAsync",
        "AddRange",
        "AddRangeAsync",
        "Remove",
        "RemoveRange",
        "Update",
        "UpdateRange",
        "Attach",
        "Find",
        "FindAsync",
        "saveAndFlush",
        "save",
        "saveAll",
        "createQuery",
        "load",
        "saveOrUpdate",
        "getFieldValue",
        "setFieldValue",
        "commonRetrieve",
        "singleValue",
    ]
)
_SENDING_TEXT = """
    executeQuery singleValueQuery query unbufferedQuery mysqli_query mysql_query pg_query
    pg_query_params execute executemany prepareStatement prepare createNativeQuery
    createSQLQuery find_by_sql exec_query select_all select_value get_results get_var get_row
    ExecuteSqlRaw FromSqlRaw queryForList queryForObject fetchAll fetchAssoc executeStatement
"""
SENDING = frozenset(_SENDING_TEXT.split())
"""Functions whose first argument is a statement."""
CLASS_NAME = re.compile(r"[A-Z]\w*(?:[\\.:]{1,2}[A-Z]\w*)*")

_SAME_TEXT = """
    trim rtrim ltrim strip lstrip rstrip dedent text sql raw freeze squish strip_heredoc
    stripIndent toString ToString Trim TrimEnd intern stripMargin html_safe chomp nl2br
    unescaped literal SQL
"""
_SAME = frozenset(_SAME_TEXT.split())
_BUILDERS = frozenset({"StringBuilder", "StringBuffer", "StringJoiner", "String"})
_PERCENT = re.compile(r"%(?:(\d+)\$|\((\w+)\))?[-+ 0#]*\d*(?:\.\d+)?([a-zA-Z%])")
_BRACE = re.compile(r"\{\{|\}\}|\{(\w*)[^{}]*\}")

_TABLE_BUILDERS = {
    ("DB", "table"): "laravel",
    ("Capsule", "table"): "laravel",
    ("CRM_Utils_SQL_Select", "from"): "civicrm-select",
    ("CRM_Utils_SQL_Insert", "into"): "civicrm-insert",
    ("CRM_Utils_SQL_Delete", "from"): "civicrm-delete",
}
_TABLE_FUNCTIONS = {"knex": "knex"}


def applied(
    name: str, new: bool, of: Value, args: Sequence[Value], named: Mapping[str, Value]
) -> tuple[Template, ...] | None:
    """What a call on texts gives; None where that is not known from them."""
    receiver = [v for v in of if isinstance(v, Template)]
    if new and name in _BUILDERS:
        return tuple(_templates(args[0])) if args else (Template(("",)),)
    if name in APPENDING and receiver and len(args) == 1 and _speaks(receiver):
        end = "\n" if name == "AppendLine" else ""
        added = [a + Template((end,)) if end else a for a in _templates(args[0])]
        return tuple(r + a for r in receiver for a in added)[:12]
    if name in _SAME:
        if receiver and _speaks(receiver):
            return tuple(receiver)
        if args and len(args) <= 2 and (first := _templates(args[0])) and _speaks(first):
            return tuple(first)
        return None
    if name in {"sprintf", "vsprintf", "format", "Format", "formatted", "String.format"}:
        pattern, values = args[0] if args else (), list(args[1:])
        if receiver and name in {"format", "formatted"}:
            pattern, values = of, list(args)
        elif not args:
            return None
        made = [
            _filled(
                t,
                values,
                named,
                "{" if name in {"Format"} or (receiver and name == "format") else "%",
            )
            for t in pattern
            if isinstance(t, Template)
        ]
        return tuple(made) if made and _speaks(made) else None
    return None


def builder(name: str, of: Value, table: str | None) -> str | None:
    """The root of a query builder's chain, where the call names its table."""
    if not table or not re.fullmatch(r"[\w.]+(?:\s+(?:as\s+)?\w+)?", table):
        return None
    table = table.split()[0]
    short = name.rpartition(".")[2]
    if short in _TABLE_FUNCTIONS and not of:
        return f"={table}@{_TABLE_FUNCTIONS[short]}"
    for one in of:
        root = getattr(one, "root", "")
        by = _TABLE_BUILDERS.get((root.rpartition(".")[2], short))
        if by and not getattr(one, "steps", ()):
            return f"={table}@{by}"
    return None


def _templates(value: Value) -> list[Template]:
    return [v if isinstance(v, Template) else Template((Hole(),)) for v in value]


def _speaks(templates: Sequence[Template]) -> bool:
    """Whether any has a part that is known."""
    return any(isinstance(p, str) for t in templates for p in t.parts)


def _filled(
    template: Template, values: Sequence[Value], named: Mapping[str, Value], style: str
) -> Template:
    """The pattern with its places filled; a place without a known value becomes a hole."""
    made = Template((), template.line)
    count = 0
    for part in template.parts:
        if not isinstance(part, str):
            made += Template((part,))
            continue
        end = 0
        for place in (_BRACE if style == "{" else _PERCENT).finditer(part):
            made += Template((part[end : place.start()],))
            end = place.end()
            if style == "{":
                if place[1] is None:
                    made += Template((place[0][0],))
                    continue
                key = place[1]
            else:
                if place[3] == "%":
                    made += Template(("%",))
                    continue
                key = place[2] or (str(int(place[1]) - 1) if place[1] else "")
            if not key:
                key, count = str(count), count + 1
            value: Sequence[Template | Thing] = named.get(key, ())
            if key.isdigit() and int(key) < len(values):
                value = values[int(key)]
            texts = [v for v in value if isinstance(v, Template)]
            made += texts[0] if len(texts) == 1 else _held(value, key)
        made += Template((part[end:],))
    return Template(made.parts, template.line)


def _held(value: Sequence[Template | Thing], key: str) -> Template:
    things = [as_template(v) for v in value]
    return things[0] if len(things) == 1 else Template((Hole("" if key.isdigit() else key),))
