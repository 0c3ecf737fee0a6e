"""Landscapes made up by Hypothesis, full of names that formats trip over, and ways round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from crmaudit.engine import Judgement
from crmaudit.exchange.cell_text import without_contacts
from crmaudit.exchange.formats import Export, Importer
from crmaudit.facts import Facts
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.audit_file import AuditFile
from crmaudit.workspace.base import Model
from crmaudit.workspace.dossier import System
from crmaudit.workspace.file_names import unfit
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.merging import merge
from crmaudit.workspace.people import People

NASTY = (
    "end", "yes", "null", "0123", "2026-03-31", "- x: {y}", "# no comment", "a: b", "*star", "&and",
    '<b>&amp;"quoted"</b>', "]]>", "<!DOCTYPE x>", "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0",
    "%%{init", "direction TB", "graph", "subgraph", "#quot;", "`code`", "a|b", "x;y", "back\\s\\N",
    "tab\there", "line\nbreak", "a\r\nb", "control\x01\x1f", "nel\x85x", "sep\u2028x",
    "\ufffe\uffff", "😀 Ünïcödé 漢字 عربى", "x" * 70, "--", "a--b.", "{{ jinja }}", "~",
    "${CRM_PASSWORD}",
)  # fmt: skip
"""Texts that have meant something to some format."""

# NUL and halves of pairs cannot stand in a workspace's files.
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = (
    st.one_of(st.sampled_from(NASTY), st.text(_letters, min_size=1, max_size=20))
    .map(lambda t: t.strip())
    .filter(lambda t: bool(t.split()) and not re.match(r"blank\s*:", t, re.IGNORECASE))
    .filter(lambda t: without_contacts(t)[0] == t)
)
ids = st.one_of(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,7}", fullmatch=True),
    st.sampled_from(["a" * 80, "a" * 79 + "b", "9to5", "a--b", "a.b", "a_b", "a-b", "x-", "end"]),
)
days = st.dates(date(1990, 1, 1), date(2099, 1, 1))
amounts = st.one_of(st.integers(0, 10**9), st.floats(0, 1e9, allow_nan=False)).map(float)
letters = st.sampled_from(["", "C", "R", "CR", "RU", "CRUD", "D", None])


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=keys)


def unique_ids(least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Ids as new things get them: such that files can be called after them."""
    fit = ids.filter(lambda i: not unfit(i))
    return st.lists(fit, min_size=least, max_size=most, unique_by=str.casefold)


@st.composite
def landscapes(draw: st.DrawFn) -> Workspace:
    """Some systems, entities, units and people, whose references lead somewhere."""
    systems, entities = draw(unique_ids(1, 4)), draw(unique_ids(1, 4))
    people, units = draw(unique_ids(0, 3)), draw(unique_ids(0, 3))
    person = st.sampled_from(people) if people else texts.filter(str.isprintable)
    entity = st.sampled_from(entities)
    named = draw(st.lists(texts, min_size=2, max_size=2))
    # Often the same name for several.
    names = st.one_of(st.sampled_from(named), texts)
    unit_list = [
        draw(some(staff=st.integers(0, 9), key=st.booleans(), function=st.just("it"), head=person))
        | {"id": u, "name": draw(names)}
        | ({"parent": units[i - 1]} if i and draw(st.booleans()) else {})
        for i, u in enumerate(units)
    ]
    people_list = [
        draw(some(job=texts, unit=st.sampled_from(units)) if units else some(job=texts))
        | {"id": p, "name": draw(names)}
        for p in people
    ]
    return Workspace(
        root=Path("/nowhere"),
        audit=AuditFile.model_validate({"organisation": draw(texts), "units": unit_list}),
        systems=tuple(
            System.model_validate(draw(dossiers(s, names, person, systems, entity)))
            for s in systems
        ),
        entities=tuple(
            Entity.model_validate(draw(entity_files(e, names, person, systems, entity)))
            for e in entities
        ),
        people=People.model_validate({"people": people_list}),
    )


def dossiers(
    id: str,
    names: st.SearchStrategy[str],
    person: st.SearchStrategy[str],
    systems: list[str],
    entity: st.SearchStrategy[str],
) -> st.SearchStrategy[dict[str, Any]]:
    """A dossier as its file would have it."""
    system, others = st.sampled_from(systems), [s for s in systems if s != id]
    note = some(note=texts)
    cost = st.builds(
        lambda year, kind, amount, more: {"year": year, "kind": kind, "amount": amount, **more},
        st.integers(2000, 2030),
        st.sampled_from(["licence", "internal time", "other"]),
        amounts,
        note,
    )
    feed = st.builds(
        lambda end, to, more: {end: to, **more},
        st.sampled_from(["to", "from"]),
        system,
        some(
            entities=st.lists(entity, unique=True, max_size=2),
            by=st.just("manual"),
            frequency=st.just("on demand"),
            owner=person,
            last_run=days,
            problems=texts,
        ),
    )
    return st.fixed_dictionaries(
        {"id": st.just(id), "name": names},
        optional={
            "vendor": texts,
            "kind": st.sampled_from(["crm", "address book", "website"]),
            "description": texts,
            "in_scope": st.booleans(),
            "owners": some(business=person, it=person),
            "documentation": some(
                system=some(location=texts, updated=days, describes=st.lists(texts, max_size=2))
            ),
            "perceived_quality": st.lists(
                st.fixed_dictionaries({"who": texts, "score": st.just(3)}), max_size=2
            ),
            "costs": st.lists(cost, max_size=3),
            "support": some(
                team=texts, skills=st.lists(st.fixed_dictionaries({"skill": texts}), max_size=1)
            ),
            "lifecycle": some(
                phase=st.sampled_from(["plan", "phase-in", "active", "phase-out", "retired"]),
                since=days,
                version=texts,
                **({"successor": st.sampled_from(others)} if others else {}),
            ),
            "contract": some(partner=texts, end=days, notice_days=st.integers(0, 900)),
            "database": some(url=texts, product=texts, schema=texts),
            "interfaces": st.lists(
                st.fixed_dictionaries({"kind": st.just("sql")}, optional={"name": texts}),
                max_size=2,
            ),
            "users": st.integers(0, 10**6),
            "depends_on": st.lists(st.sampled_from(others or [""]), unique=True, max_size=2).map(
                lambda found: [o for o in found if o]
            ),
            "crud": st.dictionaries(entity, letters, max_size=4),
            "crud_complete": st.booleans(),
            "entity_share": st.dictionaries(entity, st.floats(0, 1), max_size=2),
            "feeds": st.lists(feed, max_size=2),
            "maintenance": some(audit_trail=st.booleans(), backup_folder=texts, by=texts),
            "fitness": some(functional=st.integers(1, 4), who=texts),
            "traces": some(code=st.lists(texts, max_size=1)),
            "tags": st.lists(texts, max_size=3, unique=True),
            "notes": texts,
        },
    )


def entity_files(
    id: str,
    names: st.SearchStrategy[str],
    person: st.SearchStrategy[str],
    systems: list[str],
    entity: st.SearchStrategy[str],
) -> st.SearchStrategy[dict[str, Any]]:
    """An entity as entities.yaml would have it."""
    system = st.sampled_from(systems)
    ends = st.sampled_from(["1:n", "n:0..1", "n:m"])
    return st.fixed_dictionaries(
        {"id": st.just(id)},
        optional={
            "name": names,
            "definition": texts,
            "class": st.just("master"),
            "steward": person,
            "system_of_record": system,
            "trusted": st.lists(system, max_size=2, unique=True),
            "raci": some(informed=st.just(["management"])),
            "attributes": st.lists(
                st.fixed_dictionaries({"name": texts}, optional={"definition": texts}), max_size=2
            ),
            "relationships": st.lists(
                st.fixed_dictionaries(
                    {"to": entity}, optional={"cardinality": ends, "name": texts}
                ),
                max_size=2,
            ),
            "volume": some(rows=st.integers(0, 10**9), growth=st.just(-0.25), as_of=days),
            "synonyms": st.lists(texts, max_size=2),
        },
    )


def export_of(workspace: Workspace) -> Export:
    """The workspace with no evidence and nothing found."""
    return Export(Facts.of(workspace), Judgement((), (), (), (), (), None))


def empty_workspace(folder: Path) -> Workspace:
    """As little as a workspace can be."""
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: Nobody\n")
    (folder / "systems" / "only-one.yaml").write_text("id: only-one\nname: The only one\n")
    return load(folder)


def brought_into(into: Workspace, importer: Importer, file: Path) -> Workspace:
    """The workspace after an import of the file; nothing is written."""
    return merge(into, importer.read(file, into)).changes.check()


# What is compared ---------------------------------------------------------------------------

KEPT_BACK = (
    ("database", "url"), ("traces",), ("formerly",), ("maintenance", "backup_folder"),
    ("fitness", "who"),
)  # fmt: skip
"""What no other tool is given."""


def declared(
    thing: Model, workspace: Workspace, clean: Mapping[int, str], drop: Iterable[tuple[str, ...]]
) -> dict[str, Any]:
    """What a thing says, as it should be after a way round: people by their names."""
    found = thing.model_dump(by_alias=True, exclude_defaults=True)
    for path in drop:
        inner = found
        for step in path[:-1]:
            inner = inner.get(step, {})
        inner.pop(path[-1], None)
    for key in ("perceived_quality",):
        if found.get(key):
            del found[key]
    if found.get("support", {}).get("skills"):
        del found["support"]["skills"]
    for key, amount in (("costs", "amount"), ("licences", "unit_cost")):
        for item in found.get(key) or ():
            if amount in item:  # goes out with its currency
                item.setdefault("currency", workspace.audit.currency)
    people = [(found.get("owners", {}), k) for k in ("business", "it")]
    people += [(feed, "owner") for feed in found.get("feeds", ())]
    people += [(found, "steward"), (found, "head")]
    for holder, key in people:
        if key in holder:
            name = str(workspace.person_name(holder[key])).translate(clean)
            holder[key] = " ".join(name.split())  # as whoever is added to people.yaml is called
    result: dict[str, Any] = _tidy(found, clean)
    return result


def _tidy(value: Any, clean: Mapping[int, str]) -> Any:
    """Without what says nothing, texts as they can be written."""
    if isinstance(value, dict):
        tidy = {k: _tidy(v, clean) for k, v in value.items()}
        return {k: v for k, v in tidy.items() if v != {}}
    if isinstance(value, tuple):
        return [_tidy(v, clean) for v in value]
    if isinstance(value, str):
        return value.replace("\r\n", "\n").translate(clean).strip()
    return value


NOT_YAML: dict[int, str] = {}
NOT_XML = {
    **{n: "\ufffd" for n in range(32) if n not in (9, 10, 13)},
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}
