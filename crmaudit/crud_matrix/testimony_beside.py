"""What evidence tells beside the cells: strangers, tables of no entity, what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crmaudit.crud_matrix.principals import user_of
from crmaudit.crud_matrix.testimony_model import (
    Aside,
    Database,
    Excess,
    Rate,
    Stranger,
    UsedTable,
)
from crmaudit.crud_matrix.testimony_place import says_something, usable
from crmaudit.crud_matrix.testimony_rights import May
from crmaudit.crud_matrix.testimony_seen import Seen, Untold
from crmaudit.crud_matrix.testimony_sums import Sum, in_order
from crmaudit.evidence import Code, Document, Unread
from crmaudit.evidence.use import Letter


def strangers(heard: Iterable[tuple[Seen, May]]) -> Iterator[Stranger]:
    """Accounts of no system that were seen, or that may do something to an entity."""
    for seen, may in heard:
        place = seen.place
        found = {a for a in may.accounts if place.whose(a)[0] == "stranger"}
        same: dict[str, list[str]] = {}
        for name in sorted(found | seen.strangers.keys()):
            same.setdefault(user_of(name), []).append(name)
        for user, names in same.items():
            known = [place.accounts[n] for n in names if n in place.accounts]
            sums = [s for n in names for s in seen.strangers.get(n, {}).items()]
            rights: dict[str, set[Letter]] = {}
            documents: set[str] = set()
            for name in names:
                mine, ids = may.of(name)
                documents |= ids
                for entity, letters in mine.items():
                    rights.setdefault(entity, set()).update(letters)
            everything = any(a.everything for a in known)
            if not (sums or rights or everything):
                continue
            used: dict[str, set[str]] = {}
            whole = Sum()
            for (_, entity, letter), one in sums:
                whole.take(one)
                if entity:
                    used.setdefault(entity, set()).add(letter)
            yield Stranger(
                names[0] if len(names) == 1 else user,
                place.system,
                tuple(sorted(whole.tables)),
                tuple(sorted(used)),
                in_order(x for (_, _, x), _ in sums),
                max((one.most_calls for _, one in sums), default=0),
                {e: in_order(used[e]) for e in sorted(used)},
                {e: in_order(rights[e]) for e in sorted(rights)},
                in_order(x for letters in rights.values() for x in letters),
                everything,
                next((a.note for a in known if a.note), ""),
                tuple(sorted(whole.evidence | documents)),
            )


def excess(heard: Iterable[tuple[Seen, May]]) -> Iterator[Excess]:
    """Rights that accounts did not use while their use would have been seen."""
    for seen, may in heard:
        place = seen.place
        if not place.grants or seen.windowless:
            continue
        days = max((d.until - d.since).days for d in seen.fit if d.since and d.until)
        nobody = seen.by_user.get("", set())
        for account in may.accounts:
            whose, system = place.whose(account)
            used = seen.by_user.get(user_of(account), set())
            rights, documents = may.of(account)
            unused: dict[str, str] = {}
            judged = 0
            for entity, letters in rights.items():
                if seen.unfollowed(system, place.tables[entity]):
                    continue
                told = {x for x in letters if (entity, x) not in nobody}
                judged += len(told)
                if left := in_order(x for x in told if (entity, x) not in used):
                    unused[entity] = left
            if unused and whose in ("system", "stranger"):
                ids = documents | {d.id for d in seen.fit}
                whole = sum(map(len, rights.values()))
                yield Excess(
                    account,
                    place.system,
                    system,
                    dict(sorted(unused.items())),
                    whole,
                    judged,
                    days,
                    tuple(sorted(ids)),
                )


def asides(heard: Iterable[Seen]) -> Iterator[Aside]:
    """Accounts whose statements were left out."""
    for seen in heard:
        for (name, why), sums in sorted(seen.asides.items()):
            calls = max((s.most_calls for s in sums.values()), default=0)
            yield Aside(name, seen.place.system, why, in_order(sums), calls)


def unmapped(heard: Iterable[Seen]) -> Iterator[UsedTable]:
    """Tables that were used and that no entity explains, the most used first."""
    for seen in heard:
        place = seen.place
        yield from _used(
            seen,
            {
                t
                for t, _ in seen.tables
                if place.there.get(t, "view") != "view" and t not in place.explained
            },
        )


def missing(heard: Iterable[Seen]) -> Iterator[UsedTable]:
    """Names that were used and that the catalog lacks, the most used first."""
    for seen in heard:
        if seen.place.there:
            yield from _used(seen, {t for t, _ in seen.tables if t not in seen.place.there})


def _used(seen: Seen, tables: set[str]) -> Iterator[UsedTable]:
    sums: dict[str, dict[Letter, Sum]] = {}
    for (table, letter), one in seen.tables.items():
        if table in tables:
            sums.setdefault(table, {})[letter] = one
    found = []
    for table, letters in sums.items():
        users = {u for x in letters for u in seen.users.get((table, x), ())} - {""}
        accounts = {a for one in letters.values() for a in one.principals}
        loose = {a for a in accounts if seen.place.whose(a)[0] != "system"}
        places = {p for one in letters.values() for p in one.places}
        calls = max(one.most_calls for one in letters.values())
        evidence = {e for one in letters.values() for e in one.evidence}
        found.append(
            UsedTable(
                seen.place.system,
                table,
                in_order(letters),
                tuple(sorted(users | loose)),
                calls,
                len(places),
                tuple(sorted(evidence)),
            )
        )
    yield from sorted(found, key=lambda u: (-u.calls, -u.places, u.table))


def unread(
    databases: Mapping[str, Database], codes: Iterable[Code], untold: Iterable[Untold]
) -> Iterator[tuple[str, str, Unread]]:
    """(system, origin, statement) of all that nobody understood."""
    calls: dict[str, list[Unread]] = {}
    for call in untold:
        calls.setdefault(call.document, []).append(call.unread)
    for system, database in sorted(databases.items()):
        for document in usable(database.statements):
            found = (*document.unread, *calls.get(document.id, ()))
            yield from ((system, document.origin, u) for u in found)
    for code in usable(codes):
        found = (*code.unread, *calls.get(code.id, ()))
        yield from ((code.provenance.system, code.origin, u) for u in found)


def rates(
    databases: Mapping[str, Database], codes: Iterable[Code], untold: Iterable[Untold]
) -> Iterator[Rate]:
    """How much of each document of statements and code was understood.

    A call of a routine of which nobody knows what it does was not.
    """
    statements: dict[str, dict[str, int]] = {}
    times: dict[str, int] = {}
    for call in untold:
        # Several accounts may run the same statement.
        of = statements.setdefault(call.document, {})
        of[call.routine] = max(of.get(call.routine, 0), call.statements)
        times[call.document] = times.get(call.document, 0) + call.unread.times

    def left(document: Document, understood: int) -> int:
        return max(0, understood - sum(statements.get(document.id, {}).values()))

    for system, database in sorted(databases.items()):
        for d in usable(database.statements):
            yield Rate(
                system,
                d.kind,
                d.origin,
                d.id,
                d.distinct,
                left(d, d.understood),
                d.calls,
                max(0, d.understood_calls - times.get(d.id, 0)),
                d.dropped,
                since=d.since,
                until=d.until,
                tells_principals=d.tells_principals,
            )
    for c in usable(codes):
        system = c.provenance.system
        yield Rate(
            system, c.kind, c.origin, c.id, c.statements, left(c, c.understood), built=c.built
        )


def failed(
    databases: Mapping[str, Database], codes: Iterable[Code]
) -> Iterator[tuple[str, str, str, str]]:
    """(system, kind, origin, reason) of what could not be read."""
    documents: list[Document] = []
    for database in databases.values():
        documents += [*database.grants, *database.statements, *database.code]
        documents += [database.written] if database.written else []
    for d in sorted([*documents, *codes], key=lambda d: (d.provenance.system, d.kind, d.subject)):
        if not says_something(d):
            yield d.provenance.system, d.kind, d.subject, d.provenance.status.reason
