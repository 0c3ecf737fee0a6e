"""Tables of proof: where declaration and evidence differ, who else works there, what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crmaudit.crud_matrix import LETTERS, Cell, CrudMatrix
from crmaudit.crud_matrix.testimony import Rate
from crmaudit.evidence import Unread
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import share
from crmaudit.report.proven import proof_words, proofs_of, span_of_days
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.report.wording import listed

_MAPPED = re.compile(r"….\w+[!?]?\(\)$")
"""A call of an object mapper, as the collector of code writes it."""
_CLASSES = ("master", "transaction", "reference", None)
MOST_TEXTS = 40
MOST_CELLS = 10_000
"""Rows of cells at most. Paper shows fewer: `pdf_data.MOST_ROWS`."""
MOST_TABLES = 1_000
_LONG = 160
_SOME = 6


def differences(given: Given) -> b.Table | None:
    """Cells in which declaration and evidence contradict each other, undeclared writing first."""
    entity = given.workspace.entity
    found = []
    for cell in _spoken(given.facts.crud):
        shadow, denied = _with(cell, "shadow"), _with(cell, "contradicted")
        if shadow or denied:
            writes = bool(set(shadow) - {"R"})
            rank = (not writes, not shadow, _CLASSES.index(entity[cell.entity].class_))
            found.append((rank, cell, shadow, denied))
    found.sort(key=lambda x: (x[0], given.names[x[1].entity], given.names[x[1].system]))
    rows = [
        (
            given.names[cell.entity],
            given.names[cell.system],
            or_dash(shadow),
            or_dash(denied),
            _shown_by(given, cell, shadow, denied),
        )
        for _, cell, shadow, denied in found
    ]
    columns = [
        Column("Entity"),
        Column("System"),
        Column("In use, not declared", "label"),
        Column("Declared, shown not to be", "label"),
        Column("What shows it"),
    ]
    note = (
        "C create, R read, U update, D delete. Undeclared writing stands first, master data "
        "before the rest."
    )
    caption = msg(
        "{cells} where declaration and proof differ", cells=given.counted(len(rows), "cell")
    )
    caption = most(caption, MOST_CELLS, len(rows))
    return given.table(caption, columns, rows[:MOST_CELLS], note, filters=len(rows) > 15)


def _shown_by(given: Given, cell: Cell, shadow: str, denied: str) -> b.Cell:
    words: dict[str, str] = {}
    evidence: dict[str, None] = {}
    for proof in given.facts.crud.proofs(cell.system, cell.entity):
        speaks = (
            proof.letter in shadow and proof.answer == "yes" and proof.origin != "granted"
        ) or (proof.letter in denied and proof.answer == "no")
        if speaks and proof.origin != "declared":
            said = msg(
                "{origin}: {proof_words}",
                origin=msg(proof.origin),
                proof_words=proof_words(proof, 1),
            )
            words[said] = words.get(said, "") + proof.letter
            evidence |= dict.fromkeys(proof.evidence)
    text = joined(
        "; ",
        (msg("{letters} {said}", letters=letters, said=said) for said, letters in words.items()),
    )
    return b.Cell(text, text, tuple(evidence)[:4])


def _spoken(crud: CrudMatrix) -> Iterator[Cell]:
    """Cells of which some source speaks besides the dossier."""
    known = frozenset(crud.entities)
    for system in crud.systems:
        for entity in crud.testimony.entities(system):
            if entity in known:
                yield crud.cell(system, entity)


def _with(cell: Cell, verdict: str) -> str:
    return joined("", (x for x in LETTERS if cell.verdict(x) == verdict))


def strangers(given: Given) -> b.Table | None:
    """Accounts that no map assigns to a system, what they did and what they may do."""
    names = given.names
    rows = []
    for who in sorted(
        given.facts.testimony.strangers,
        key=lambda s: (not set(s.letters) - {"R"}, -s.calls, s.database, s.name),
    ):
        used = [f"{names.get(e, e)} ({x})" for e, x in who.used.items()]
        may = [f"{names.get(e, e)} ({x})" for e, x in who.may.items()]
        rows.append(
            (
                who.name,
                given.name(who.database),
                or_dash(
                    listed(used, _SOME)
                    or (
                        who.letters
                        and msg("tables without entity ({letters})", letters=who.letters)
                    )
                ),
                b.Cell(given.number(who.calls), who.calls, who.evidence[:3]) if who.calls else DASH,
                "everything" if who.everything else or_dash(listed(may, _SOME)),
                or_dash(who.note),
            )
        )
    columns = [
        Column("Account", "id"),
        Column("Database", filter=True),
        Column("Seen with"),
        Column("Statements", "number"),
        Column("May use"),
        Column("Note"),
    ]
    aside = given.facts.testimony.asides
    note = msg(
        "Entities with the letters seen or allowed. Accounts that may be a person's own carry a "
        "pseudonym."
    )
    if aside:
        note += msg(
            " Left out: {a}.", a=listed((msg("{a} ({why})", a=a.name, why=a.why) for a in aside), 5)
        )
    caption = msg("{accounts} of no system", accounts=given.counted(len(rows), "account"))
    return given.table(caption, columns, rows, note, filters=len(rows) > 15)


def excess_rights(given: Given) -> b.Table | None:
    """Letters that a right allows and that nobody declared or saw, by system."""
    crud = given.facts.crud
    groups: dict[tuple[str, str, bool], list[str]] = {}
    evidence: dict[tuple[str, str, bool], dict[str, None]] = {}
    for cell in _spoken(crud):
        proofs = crud.testimony.proofs(cell.system, cell.entity)
        seen_not = {p.letter for p in proofs if p.origin == "observed" and p.answer == "no"}
        allowed = _with(cell, "allowed")
        for never in (True, False):
            letters = joined("", (x for x in allowed if (x in seen_not) is never))
            if letters:
                key = (cell.system, letters, never)
                groups.setdefault(key, []).append(given.names[cell.entity])
                ids = (i for p in proofs if p.origin == "granted" for i in p.evidence)
                evidence.setdefault(key, {}).update(dict.fromkeys(ids))
    rows = [
        (
            given.names[system],
            letters,
            len(entities),
            b.Cell(
                text := listed(entities, _SOME), text, tuple(evidence[system, letters, never])[:3]
            ),
            msg("not in the window") if never else gap("nothing that was read rules its use out"),
        )
        for (system, letters, never), entities in sorted(
            groups.items(), key=lambda x: (not x[0][2], -len(x[1]), x[0])
        )
    ]
    columns = [
        Column("System", filter=True),
        Column("May", "label"),
        Column("Entities", "number"),
        Column("Of"),
        Column("Used"),
    ]
    note = "Rights of the system's accounts that no dossier declares and no source shows in use."
    return given.table("Rights beyond what is declared and used", columns, rows, note)


def evidence_sources(given: Given) -> b.Table | None:
    """What was read of statements and code, how much of it was understood, and its window."""
    told, aside = given.facts.testimony, _asides(given)
    rows: list[Sequence[object]] = []
    for rate in told.rates:
        lost, code = rate.distinct - rate.understood, rate.kind == "code"
        text = share(lost, rate.distinct)
        notes = aside.get(rate.evidence, ())
        rows.append(
            (
                given.name(rate.system),
                msg(
                    "{kind}: {origin}",
                    kind=msg(rate.kind),
                    origin=rate.origin or msg("the database itself"),
                ),
                b.Cell(text, lost, (rate.evidence,)) if rate.distinct else DASH,
                rate.calls or DASH,
                _left_out(given, rate),
                or_dash(span_of_days(rate.since, rate.until)),
                DASH if code else msg("yes") if rate.tells_principals else msg("no"),
                or_dash(joined(". ", notes)),
            )
        )
    for system, kind, origin, reason in told.failed:
        rest = (DASH for _ in range(5))
        rows.append(
            (
                given.name(system),
                msg("{kind}: {origin}", kind=kind, origin=origin),
                gap(msg("not read: {reason}", reason=reason)),
                *rest,
            )
        )
    columns = [
        Column("System", filter=True),
        Column("Source"),
        Column("Not understood", align="right"),
        Column("Ran", "number"),
        Column("Lost, or built at run time"),
        Column("Window"),
        Column("Says who", "label"),
        Column("Besides"),
    ]
    note = (
        "A statement that ran is counted once, however often and with whichever values; one in "
        "code at each place. What was not understood is unknown, never no."
    )
    return given.table("What was read of statements and code", columns, rows, note)


def _asides(given: Given) -> dict[str, tuple[str, ...]]:
    """By document of statements or code: what it says of itself, and of what it left out."""
    found, evidence = {}, given.facts.evidence
    for codes in evidence.code.values():
        found.update({code.id: code.notes for code in codes.values()})
    for documents in evidence.statements.values():
        for document in documents.values():
            notes = document.notes
            if n := document.elsewhere:
                calls = given.counted(n, "statement")
                told = msg(
                    "{calls} of other databases {does} not count here",
                    calls=calls,
                    does=msg("does") if n == 1 else msg("do"),
                )
                notes = (told, *notes)
            found[document.id] = notes
    return found


def _left_out(given: Given, rate: Rate) -> object:
    """What a source lost, or what code puts together at run time."""
    if rate.kind == "code":
        return msg("{built} built", built=given.number(rate.built)) if rate.built else DASH
    if rate.dropped is None:
        return gap("it does not say")
    return (
        msg("{dropped} lost", dropped=given.number(rate.dropped))
        if rate.dropped
        else msg("none lost")
    )


def not_understood(given: Given) -> b.Table | None:
    """Statements of which nobody can say what they do, the most frequent first."""
    found = sorted(given.facts.testimony.unread, key=_by_times)
    rows = [
        (
            given.name(system),
            origin or msg("the database's own"),
            b.Cell(text, text, inlines=(b.Code(text),))
            if (text := _cut(unread.text.strip()))
            else gap("nothing of it stands in the code as it is"),
            unread.reason,
            unread.times,
            or_dash(listed(unread.tables or unread.places, 3)),
        )
        for system, origin, unread in found[:MOST_TEXTS]
    ]
    columns = [
        Column("System", filter=True),
        Column("Source"),
        Column("Statement"),
        Column("Why"),
        Column("Times", "number"),
        Column("May touch, or where"),
    ]
    whole = len(found)
    caption = msg(
        "{statements} that nobody understood",
        statements=given.counted(whole, "different statement"),
    )
    if whole > MOST_TEXTS:
        caption += msg(", the {most} most frequent", most=MOST_TEXTS)
    note = msg("Values are taken out: ? stands for one.")
    if any(_MAPPED.match(u.text) for _, _, u in found):
        note += msg(
            " Calls of an object mapper begin with ….; they stand here and are not among the "
            "statements whose share is told above."
        )
    return given.table(caption, columns, rows, note, filters=len(rows) > 15)


def _by_times(found: tuple[str, str, Unread]) -> tuple[int, str, str, str]:
    system, origin, unread = found
    return -unread.times, system, origin, unread.text


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1].rstrip() + "…"


def used_unexplained(given: Given) -> b.Table | None:
    """Tables that statements or code use and no entity explains, the most used first."""
    found = sorted(
        given.facts.testimony.unmapped, key=lambda t: (-t.calls, -t.places, t.database, t.table)
    )
    rows = [
        (
            given.name(x.database),
            x.table,
            x.letters,
            or_dash(listed((str(given.names.get(w, w)) for w in x.who), 4)),
            b.Cell(given.number(x.calls), x.calls, x.evidence[:3]) if x.calls else DASH,
            x.places or DASH,
        )
        for x in found[:MOST_TABLES]
    ]
    columns = [
        Column("Database", filter=True),
        Column("Table", "id"),
        Column("Letters", "label"),
        Column("By"),
        Column("Statements", "number"),
        Column("Places in code", "number"),
    ]
    caption = msg(
        "{tables} in use that no entity explains", tables=given.counted(len(found), "table")
    )
    if len(found) > MOST_TABLES:
        caption += msg(", the {most:,} most used", most=MOST_TABLES)
    lacking = len(given.facts.testimony.missing)
    note = (
        msg(
            "{names} used besides {is_} of no table that the catalog knows.",
            names=given.counted(lacking, "name"),
            is_=msg("is") if lacking == 1 else msg("are"),
        )
        if lacking
        else ""
    )
    return given.table(caption, columns, rows, note, filters=len(rows) > 15)


def cell_evidence(given: Given) -> b.Table | None:
    """What each source says of each cell, line by line: differences first."""
    crud = given.facts.crud
    cells = sorted(
        _spoken(crud),
        key=lambda c: (
            not (_with(c, "shadow") or _with(c, "contradicted")),
            given.names[c.entity],
            given.names[c.system],
        ),
    )
    rows: list[Sequence[object]] = []
    for cell in cells:
        for proof in proofs_of(crud.testimony.proofs(cell.system, cell.entity)):
            text = b.Cell(proof.text, proof.text, proof.evidence[:3])
            rows.append(
                (
                    given.names[cell.entity],
                    given.names[cell.system],
                    cell.marked,
                    msg(proof.origin),
                    proof.letters,
                    msg(proof.answer),
                    text,
                )
            )
    columns = [
        Column("Entity", filter=True),
        Column("System", filter=True),
        Column("Cell", "label"),
        Column("Source", "label", filter=True),
        Column("Letters", "label"),
        Column("Says", "label", filter=True),
        Column("Because"),
    ]
    caption = msg("{answers} of the sources, by cell", answers=given.counted(len(rows), "answer"))
    caption = most(caption, MOST_CELLS, len(rows))
    note = (
        "Cell: capital confirmed, small declared only, + in use and not declared, - declared and "
        "shown not to be."
    )
    return given.table(caption, columns, rows[:MOST_CELLS], note, filters=True)
