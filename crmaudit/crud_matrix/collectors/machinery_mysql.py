"""Views, triggers, routines, events and cascades of a MySQL or MariaDB database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmaudit.crud_matrix.collectors.machinery import Reader, cascade
from crmaudit.crud_matrix.sql import understand
from crmaudit.crud_matrix.sql.routine import understood
from crmaudit.evidence.use import Machinery, MachineryKind
from crmaudit.sources.base import Statement

_VIEWS = Statement(
    "SELECT table_name, view_definition FROM information_schema.views "
    "WHERE table_schema = DATABASE() ORDER BY table_name",
    "read the views",
)
_ROUTINES = Statement(
    "SELECT routine_name, routine_type, routine_definition FROM information_schema.routines "
    "WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name",
    "read the routines",
)
_TRIGGERS = Statement(
    "SELECT trigger_name, event_manipulation, event_object_table, action_statement "
    "FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name",
    "read the triggers",
)
_EVENTS = Statement(
    "SELECT event_name, event_definition, status FROM information_schema.events "
    "WHERE event_schema = DATABASE() ORDER BY event_name",
    "read what runs at set times",
)
_KEYS = Statement(
    "SELECT table_name, referenced_table_name, delete_rule, unique_constraint_schema, "
    "constraint_name "
    "FROM information_schema.referential_constraints "
    "WHERE constraint_schema = DATABASE() ORDER BY 1, 2, 3, 5",
    "read what follows a deletion",
)
# Without the right the server tells of none, which is not to say that there are none.
_RIGHTS = Statement(
    "SELECT privilege_type FROM information_schema.user_privileges "
    "WHERE privilege_type IN ('TRIGGER', 'EVENT') "
    "UNION SELECT privilege_type FROM information_schema.schema_privileges "
    "WHERE privilege_type IN ('TRIGGER', 'EVENT') AND DATABASE() LIKE table_schema",
    "see whether triggers and events may be seen",
)
# Who may only read is told of keys, but not of their rules: these stand in the definition.
_DEFINITION = Statement(
    "SHOW CREATE TABLE …",
    "read what follows a deletion, where the server hides it from the account",
    template=True,
)
_RULE = re.compile(
    r"FOREIGN KEY \([^)]*\) REFERENCES (?:`((?:[^`]|``)+)`\.)?`((?:[^`]|``)+)` \([^)]*\)"
    r" ON DELETE (CASCADE|SET NULL|SET DEFAULT)"
)
_LETTERS = {"INSERT": "C", "UPDATE": "U", "DELETE": "D"}
_HIDDEN = "the account may not read its definition"


def statements(engine: str) -> tuple[Statement, ...]:
    return (_VIEWS, _ROUTINES, _TRIGGERS, _EVENTS, _KEYS, _DEFINITION, _RIGHTS)


def read(reader: Reader) -> Iterator[Machinery]:
    dialect = reader.dialect
    for name, text in reader.ask(_VIEWS):
        shown = reader.shown("", name)
        if text:
            yield reader.part(shown, "view", understand(text, dialect, reader.tables))
        else:
            yield Machinery(shown, "view", unread=_HIDDEN)
    for name, _, text in reader.ask(_ROUTINES):
        yield _body(reader, name, "routine", text)
    triggers = reader.ask(_TRIGGERS)
    for name, event, table, text in triggers:
        on, letter = reader.shown("", table), _LETTERS.get(event.upper(), "")
        yield _body(reader, name, "trigger", text, on, letter)
    events = reader.ask(_EVENTS)
    for name, text, status in events:
        if status.upper() == "ENABLED":
            yield _body(reader, name, "event", text)
    yield from _cascades(reader)
    rights = {row[0].upper() for row in reader.ask(_RIGHTS)}
    if not triggers and "TRIGGER" not in rights:
        yield Machinery("triggers", "trigger", unread="the account may not see triggers")
    if not events and "EVENT" not in rights:
        yield Machinery("events", "event", unread="the account may not see events")


def _cascades(reader: Reader) -> Iterator[Machinery]:
    told = [
        (child, parent, action, schema) for child, parent, action, schema, _ in reader.ask(_KEYS)
    ]
    known = {row[0] for row in told}
    source = reader.task.source
    for table in reader.task.catalog.tables:
        if not table.foreign_keys or table.name in known:
            continue
        sql = f"SHOW CREATE TABLE {source.quote(table.name)}"
        for row in reader.ask(Statement(sql, _DEFINITION.purpose)):
            for schema, parent, action in _RULE.findall(row[1]):
                names = (n.replace("``", "`") for n in (parent, schema))
                told.append((table.name, next(names), action, next(names)))
    for child, parent, action, schema in sorted(set(told)):
        found = cascade(reader.shown(schema, parent), reader.shown("", child), action)
        if found is not None:
            yield found


def _body(
    reader: Reader, name: str, kind: MachineryKind, text: str, on: str = "", event: str = ""
) -> Machinery:
    if not text:
        return Machinery(name, kind, on=on, event=event, unread=_HIDDEN)
    return reader.part(name, kind, understood(text, reader.dialect, reader.tables), on, event)
