"""`export requests.xlsx --owner P`: what one person is asked, to be filled in and imported again.

Facts that are missing and that they ought to know, findings that are theirs to
answer, and needs they voiced. Lists, like costs, come with what is known of
them already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel

from crmaudit.engine import Finding
from crmaudit.errors import CrmauditError
from crmaudit.exchange import book_rows, inventory_book
from crmaudit.exchange.book_cells import to_cell
from crmaudit.exchange.book_rows import Rows
from crmaudit.exchange.book_sheets import (
    MARK,
    WHOLE,
    Layout,
    answer_layouts,
    heading,
    layouts,
    row_digest,
    title,
)
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.inventory import Lack
from crmaudit.rules import rule
from crmaudit.sheets import Column, Page, Table, Value, workbook
from crmaudit.workspace.answers import Response
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, fields, lists
from crmaudit.workspace.incoming import digest
from crmaudit.workspace.landscape import Need
from crmaudit.workspace.matching import Names
from crmaudit.workspace.naming import Words, slug
from crmaudit.workspace.spelling import suggestion

_NEW_ROWS = 3
"""Rows prepared in a list for each system of which it is asked."""
_STATES = ("agreed", "disputed")
_SHARES = ("share", "margin", "high")
"""Parameters of rules that are parts of a whole."""


@dataclass(frozen=True)
class Request:
    """What one person is asked. `id` is theirs in people.yaml, else their plain name."""

    id: str
    name: str
    lacks: tuple[tuple[System, Lack], ...]
    findings: tuple[Finding, ...]
    needs: tuple[Need, ...]

    @property
    def slug(self) -> str:
        return slug(Words.of(self.id).words) or "somebody"

    @property
    def holds(self) -> str:
        """`3 facts, 2 findings, 1 question`."""
        systems = {(s.id, lack.key) for s, lack in self.lacks}
        parts = [(len(systems), "fact"), (len(self.findings), "finding"),
                 (len(self.needs), "question")]  # fmt: skip
        return ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in parts if n)


def render(export: Export) -> Rendered:
    """One person's workbook. Raises CrmauditError where it is not said whose, or nobody's."""
    request = _of(asked(export), export)
    workspace = export.facts.workspace
    names = Names(workspace)
    facts, findings, needs = answer_layouts()
    tables = [
        _facts(facts, request, names),
        *_lists(request, names),
        _findings(findings, request, names, workspace.audit.rules.parameters),
        _needs(needs, request, names),
    ]
    readme = _readme(request, workspace.organisation.name)
    pages: list[Table | Page] = [readme, *(t for t in tables if t.rows)]
    return Rendered(workbook(pages, f"Questions to {request.name}"), request.holds)


def asked(export: Export) -> tuple[Request, ...]:
    """Everybody who is asked anything, by name."""
    workspace = export.facts.workspace
    lacks: dict[str, list[tuple[System, Lack]]] = {}
    for row in export.facts.inventory.in_scope:
        for lack in row.completeness.lacks:
            if lack.contact.person:
                lacks.setdefault(lack.contact.person, []).append((row.system, lack))
    findings: dict[str, list[Finding]] = {}
    for finding in export.findings.findings:
        if finding.who:
            findings.setdefault(finding.who, []).append(finding)
    needs: dict[str, list[Need]] = {}
    for need in workspace.needs:
        who = need.owner or need.asked_by
        if who and _open(need):
            needs.setdefault(who, []).append(need)
    found = [
        Request(
            who,
            workspace.person_name(who) or who,
            tuple(lacks.get(who, ())),
            tuple(findings.get(who, ())),
            tuple(needs.get(who, ())),
        )
        for who in {**lacks, **findings, **needs}
    ]
    return tuple(sorted(found, key=lambda r: (r.name.casefold(), r.id)))


def _open(need: Need) -> bool:
    """Whether something about a need is still to be said."""
    if need.kind == "question":
        return need.answered is None
    return need.exists is None or (need.exists and need.last_consulted is None)


def _of(requests: Sequence[Request], export: Export) -> Request:
    owner = export.owner.strip()
    if not owner:
        if not requests:
            raise CrmauditError("nobody is asked anything", "no fact, finding or question is open")
        people = "".join(f"\n  {r.id}: {r.holds}" for r in requests)
        raise CrmauditError("whose requests?", f"say --owner all, or one of{people}")
    ids = Names(export.facts.workspace).find("person", owner) or (owner,)
    for request in requests:
        if request.id in ids or request.name.casefold() == owner.casefold():
            return request
    if export.facts.workspace.person.keys() & set(ids):
        raise CrmauditError(f"{owner} is asked nothing", "no fact, finding or question is theirs")
    known = suggestion(owner, [n for r in requests for n in (r.id, r.name)])
    raise CrmauditError(f"nobody called {owner!r} is asked anything", known)


def _readme(request: Request, organisation: str) -> Page:
    return Page(
        "Read me",
        [
            f"Questions to {request.name}",
            f"For the inventory of {organisation}: {request.holds}.",
            "",
            "Answering:",
            "Write what you know into the white cells, and leave the rest empty.",
            "Where something stays empty on purpose, write  blank:  and the reason, like  "
            "blank: nobody was ever named.",
            "Lists have sheets of their own, one line each. What is known already stands there: "
            "correct it if it is wrong.",
            "A finding is agreed (say by when it will be mended) or disputed (say why).",
            "",
            "Giving it back:",
            "Save it as it is, as .xlsx or .ods, and send it back. `crmaudit import FILE` shows "
            "every change before anything is written.",
        ],
    )


# Facts and lists -------------------------------------------------------------------------------


def _facts(layout: Layout, request: Request, names: Names) -> Table:
    """One row a missing fact, each with a cell of its own kind for the answer."""
    rows: list[list[Value]] = []
    asks: dict[tuple[int, int], Column] = {}
    for system, key, lacks in _by_fact(request):
        for fact in _asked_for(key):
            column = heading(fact, System)
            if fact.refers:
                column = replace(column, choices=tuple(names.labels(fact.refers)))
            asks[len(rows), 5] = replace(column, key="answer", group="")
            known = fact.of(system) if fact.item else None
            grouped = len(fact.path) > 1 and fact.item is None
            rows.append(
                [
                    names.label("system", system.id),
                    f"{system.id} {fact.name}",
                    f"{column.group}: {column.title}" if grouped else column.title,
                    "; ".join(lack.what for lack in lacks),
                    column.help,
                    f"{len(known)} listed" if known else None,
                ]
            )
    columns = [
        Column("System", "system", locked=True),
        Column("", f"{MARK}:{layout.key}", locked=True, hidden=True),
        Column("Fact", "fact", locked=True),
        Column("What is missing", "missing", locked=True),
        Column("What is meant", "meant", locked=True),
        Column("Answer", "answer", width=40),
    ]
    return Table(layout.title, columns, rows, frozen=3, protected=True, wanted=[[5]], asks=asks)


def _by_fact(request: Request) -> Iterator[tuple[System, str, list[Lack]]]:
    found: dict[tuple[str, str], tuple[System, list[Lack]]] = {}
    for system, lack in request.lacks:
        found.setdefault((system.id, lack.key), (system, []))[1].append(lack)
    for (_, key), (system, lacks) in found.items():
        yield system, key, lacks


def _asked_for(key: str) -> list[Field]:
    """The facts that a key stands for: itself, or the single ones below it but for remarks."""
    every = [*fields(System), *lists(System)]
    exact = [f for f in every if f.name == key]
    below = [f for f in every if f.name.startswith(f"{key}.") and not f.several]
    return exact or [f for f in below if f.path[-1] != "note"]


def _lists(request: Request, names: Names) -> Iterator[Table]:
    """The lists that are asked for, of these systems only, with lines for new items."""
    for layout in layouts():
        key = ".".join(map(str, layout.list))
        systems = [s for s, k, _ in _by_fact(request) if layout.list and k == key]
        if not systems:
            continue
        rows = Rows()
        for system in systems:
            rows.cells += book_rows.items(layout, [system], names).cells
            label = names.label("system", system.id)
            for _ in range(_NEW_ROWS):
                cells: list[Value] = [label, *(_known(f, request, names) for f in layout.facts)]
                marks = [f"{system.id}{WHOLE}{row_digest(cells)}"]
                marks += book_rows.shown("system", system.id, label)
                for fact, cell in zip(layout.facts, cells[1:], strict=True):
                    marks += book_rows.named(fact, request.id, cell)
                rows.cells.append([*cells, " ".join(marks)])
        yield inventory_book.table(layout, rows, names, ())


def _known(fact: Field, request: Request, names: Names) -> Value:
    """What a new line says from the start: whose opinion it is."""
    return names.label("person", request.id) if fact.name == "who" else None


# Findings and needs ----------------------------------------------------------------------------


def _findings(
    layout: Layout, request: Request, names: Names, settings: Mapping[str, Mapping[str, Any]]
) -> Table:
    given = [Column("Severity", "severity", locked=True), Column("Code", "code", locked=True),
             Column("About", "about", locked=True),
             Column("Finding", "finding", locked=True, width=44),
             Column("Why it matters", "why", locked=True, width=44)]  # fmt: skip
    rows = []
    for finding in request.findings:
        facts = [f.of(finding.response) for f in layout.facts]
        cells = [to_cell(f, v, names) for f, v in zip(layout.facts, facts, strict=True)]
        if finding.response is None:
            cells = [
                names.label("person", request.id) if f.name == "owner" else c
                for f, c in zip(layout.facts, cells, strict=True)
            ]
        mark = _mark(f"{finding.code}|{finding.subject}", layout, facts, cells)
        if finding.response is None:
            owner = next(c for f, c in zip(layout.facts, cells, strict=True) if f.name == "owner")
            mark = " ".join([mark, *book_rows.shown("owner", request.id, owner)])
        why = _why(finding.code, settings.get(finding.code, {}))
        about = _about(finding.subject, names)
        rows.append([mark, finding.severity, finding.code, about, finding.message, why, *cells])
    return _answers(layout, given, rows, Response, names)


def _why(code: str, settings: Mapping[str, Any]) -> str:
    """Why a finding matters, for somebody who knows no parameters: their values stand there."""
    found = rule(code)
    values = {**found.parameters, **settings}

    def told(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            return name.strip(":").replace("_", " ")
        value = values[name]
        if name in _SHARES:
            return f"{100 * value:g}%"
        said = f"{value:g}" if isinstance(value, int | float) else str(value)
        unit = re.search(r"(days|hours)$", name)
        return said if unit is None or follows(match, unit[1]) else f"{said} {unit[1]}"

    def follows(match: re.Match[str], word: str) -> bool:
        return match.string[match.end() :].lstrip().startswith(word)

    text = re.sub(r"`([^`]*)`", told, " ".join(found.why.split()))
    return re.sub(r"\b1 (day|hour|point)s\b", r"1 \1", text)


def _about(subject: str, names: Names) -> str:
    """A subject in words: `system Our CRM`."""
    kind, _, id_ = subject.partition(":")
    return f"{kind} {names.label(kind, unquote(id_))}"


def _needs(layout: Layout, request: Request, names: Names) -> Table:
    given = [
        Column("Kind", "kind", locked=True),
        Column("What is asked", "text", locked=True, width=44),
        Column("For", "audience", locked=True, width=24),
    ]
    rows = []
    for need in request.needs:
        facts = [f.of(need) for f in layout.facts]
        cells = [to_cell(f, v, names) for f, v in zip(layout.facts, facts, strict=True)]
        audience = "; ".join(names.label("person", a) for a in need.audience)
        rows.append([_mark(need.id, layout, facts, cells), need.kind, need.text, audience, *cells])
    return _answers(layout, given, rows, Need, names)


def _mark(id_: str, layout: Layout, facts: Sequence[Any], cells: Sequence[Value]) -> str:
    marks = []
    for fact, value, cell in zip(layout.facts, facts, cells, strict=True):
        if value is not None:
            marks += [f"{fact.name}={digest(value)}", *book_rows.named(fact, value, cell)]
    return " ".join([f"{id_}{WHOLE}{row_digest(cells)}", *marks])


def _answers(
    layout: Layout,
    given: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    model: type[BaseModel],
    names: Names,
) -> Table:
    """What is told, locked, then what is answered."""
    answers = []
    for fact in layout.facts:
        column = replace(heading(fact, model), title=title(fact.path), width=0)
        if fact.name == "state":
            column = replace(column, title="Answer", choices=_STATES)
        elif fact.name == "reason":
            column = replace(column, width=36)
        elif fact.name == "owner":
            column = replace(column, title="Who mends it")
        if fact.refers:
            column = replace(column, choices=tuple(names.labels(fact.refers)))
        answers.append(column)
    mark = Column("", f"{MARK}:{layout.key}", locked=True, hidden=True)
    first = len(given) + 1
    wanted = [[first]]
    return Table(
        layout.title, [mark, *given, *answers], rows, frozen=3, protected=True, wanted=wanted
    )
