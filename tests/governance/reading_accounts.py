"""A small CRM of the test's own, and its collectors run on it, over every dialect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from databases import Database

from crmaudit.collect.collect import collector
from crmaudit.evidence import (
    Changes,
    Document,
    EntityMap,
    MappedTable,
    Recording,
    from_json,
    to_json,
)
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.key import Key
from crmaudit.quality.collectors.account_tables import account_tables
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Entity, Map

KEY = Key(b"k" * 32)


def acct(value: object) -> str:
    """The pseudonym of an account's key."""
    return KEY.pseudonym(ACCOUNT, str(value))


def read(
    db: Database,
    kind: str,
    declared: Map,
    entities: Sequence[Entity] = (),
    key: Key | None = KEY,
    measured: Sequence[MappedTable] = (),
) -> list[Document]:
    """What the collector finds; every statement that it sends was announced, or is a template."""
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        known = Known(declared, {e.id: e for e in entities})
        maps = EntityMap(catalog.provenance, tuple(measured)) if measured else None
        task = Task(
            source,
            "crm",
            catalog,
            catalog.tables,
            known,
            (maps,) if maps else (),
            key=key,
            accounts=partial(account_tables, source, catalog, known, maps),
        )
        one = collector(kind)
        announced = list(one.statements(task))
        before = len(source.sent)
        found = list(one.collect(task))
        said = {s.sql for s in announced if not s.template}
        begun = tuple(s.sql.removesuffix("…") for s in announced if s.template)
        sent = {s.sql for s in source.sent[before:] if s not in source.on_failure}
        assert not {sql for sql in sent - said if not sql.startswith(begun)}
    for document in found:
        assert from_json(to_json(document)) == document
    return found


def recording(
    db: Database,
    declared: Map,
    entities: Sequence[Entity] = (),
    measured: Sequence[MappedTable] = (),
) -> Recording:
    (found,) = read(db, "recording", declared, entities, measured=measured)
    assert isinstance(found, Recording)
    return found


def changes(db: Database, declared: Map, measured: Sequence[MappedTable] = ()) -> Changes:
    (found,) = read(db, "changes", declared, measured=measured)
    assert isinstance(found, Changes)
    return found
