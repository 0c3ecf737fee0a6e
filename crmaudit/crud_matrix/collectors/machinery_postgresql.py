"""Views, rules, triggers, routines, partitions and cascades of a PostgreSQL database.

What a view reads is asked of the server's own record of dependencies, which
knows it better than any parser.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from crmaudit.crud_matrix.collectors.machinery import Reader, cascade
from crmaudit.crud_matrix.sql.defined import defined
from crmaudit.crud_matrix.sql.routine import understood
from crmaudit.evidence.use import Effect, Machinery, MachineryKind
from crmaudit.sources.base import Statement

_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NO_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {0}.oid AND e.deptype = 'e' "
    "AND e.classid = '{1}'::regclass)"
)

_VIEWS = Statement(
    f"""SELECT n.nspname, c.relname, c.relkind, tn.nspname, t.relname, pn.nspname, p.proname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
  LEFT JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refobjid <> c.oid
    AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
  LEFT JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
    AND t.relkind IN ('r', 'v', 'm', 'p', 'f')
  LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
  LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
  LEFT JOIN pg_namespace pn ON pn.oid = p.pronamespace
WHERE c.relkind IN ('v', 'm') AND {_OWN} AND {_NO_EXTENSION.format("c", "pg_class")}
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 4, 5, 6, 7""",
    "read what the views show",
)
_RULES = Statement(
    f"""SELECT r.rulename, pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
  JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND r.ev_enabled <> 'D' AND {_OWN}
ORDER BY 1, n.nspname, c.relname""",
    "read the rules",
)
_TRIGGERS = Statement(
    f"""SELECT t.tgname, n.nspname, c.relname, t.tgtype::int, pn.nspname, p.proname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND NOT c.relispartition AND {_OWN}
ORDER BY 2, 3, 1""",
    "read the triggers",
)
_ROUTINES = Statement(
    f"""SELECT n.nspname, p.proname, l.lanname, p.prosrc,
  CASE WHEN to_jsonb(p) ->> 'prosqlbody' IS NOT NULL THEN pg_get_functiondef(p.oid) END,
  p.oid::regprocedure::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
WHERE {_OWN} AND {_NO_EXTENSION.format("p", "pg_proc")} AND l.lanname NOT IN ('c', 'internal')
ORDER BY 1, 2, 6""",
    "read the routines",
)
_KEYS = Statement(
    f"""SELECT DISTINCT n.nspname, c.relname, rn.nspname, rc.relname,
  CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class rc ON rc.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = rc.relnamespace
WHERE k.contype = 'f' AND k.confdeltype IN ('c', 'n', 'd') AND NOT c.relispartition AND {_OWN}
ORDER BY 1, 2, 3, 4, 5""",
    "read what follows a deletion",
)
_PARTITIONS = Statement(
    f"""SELECT n.nspname, c.relname, pn.nspname, p.relname
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE c.relispartition AND {_OWN} AND c.relkind IN ('r', 'p', 'f') ORDER BY 1, 2""",
    "read the partitions",
)
_EVENTS = ((4, "C"), (8, "D"), (16, "U"), (32, "D"))
"""Bits of `pg_trigger.tgtype`, from PostgreSQL's `catalog/pg_trigger.h`."""


def statements(engine: str) -> tuple[Statement, ...]:
    return (_VIEWS, _RULES, _TRIGGERS, _ROUTINES, _KEYS, _PARTITIONS)


def read(reader: Reader) -> Iterator[Machinery]:
    yield from _views(reader)
    for name, text in reader.ask(_RULES):
        yield defined(text, "postgresql", reader.tables) or Machinery(
            name, "rule", unread="its definition is not understood"
        )
    for name, schema, table, bits, where, routine in reader.ask(_TRIGGERS):
        event = "".join(x for bit, x in _EVENTS if int(bits) & bit)
        yield Machinery(
            name,
            "trigger",
            calls=(reader.shown(where, routine),),
            on=reader.shown(schema, table),
            event="".join(x for x in "CUD" if x in event),
        )
    for schema, name, language, text, standard, _ in reader.ask(_ROUTINES):
        shown = reader.shown(schema, name)
        if language not in ("sql", "plpgsql"):
            yield Machinery(shown, "routine", unread=f"it is written in {language}")
        elif standard:
            found = defined(standard, "postgresql", reader.tables)
            assert found is not None
            yield replace(found, name=shown)
        else:
            yield reader.part(shown, "routine", understood(text, "postgresql", reader.tables))
    for schema, child, where, parent, action in reader.ask(_KEYS):
        followed = cascade(reader.shown(where, parent), reader.shown(schema, child), action)
        if followed is not None:
            yield followed
    for schema, name, where, parent in reader.ask(_PARTITIONS):
        effects = (Effect(reader.shown(where, parent), "R"),)
        yield Machinery(reader.shown(schema, name), "partition", effects)


def _views(reader: Reader) -> Iterator[Machinery]:
    shows: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    calls: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for schema, name, kind, where, table, at, routine in reader.ask(_VIEWS):
        view = (schema, name, kind)
        shows[view], calls[view] = shows[view], calls[view]
        if table and where not in ("pg_catalog", "information_schema"):
            shows[view].add(reader.shown(where, table))
        if routine and at != "pg_catalog":
            calls[view].add(reader.shown(at, routine))
    for view, tables in shows.items():
        schema, name, kind = view
        what: MachineryKind = "materialised view" if kind == "m" else "view"
        effects = tuple(Effect(t, "R") for t in sorted(tables))
        yield Machinery(reader.shown(schema, name), what, effects, tuple(sorted(calls[view])))
