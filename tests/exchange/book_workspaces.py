"""Workspaces for the tests of workbooks: one by hand, any number by Hypothesis."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from crmaudit.engine import Judgement
from crmaudit.exchange import inventory_book, inventory_csv
from crmaudit.exchange.book_sheets import MARK, layouts
from crmaudit.exchange.formats import Export
from crmaudit.facts import Facts
from crmaudit.sheets import Grid, Value, read_book
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, fields, lists
from crmaudit.workspace.yaml_text import inline

_PLACE = Path(tempfile.gettempdir()) / f"crmaudit-books-{os.getpid()}"
"""Hypothesis makes many workspaces in one test; test modules call `teardown_module`."""

PEOPLE = [
    {"id": "ana", "name": "Ana Lind"},
    {"id": "tom", "name": "Tom; Reed"},
    {"id": "twin-1", "name": "Kim Twin"},
    {"id": "twin-2", "name": "kim  twin"},
]
ENTITIES = [{"id": "customer", "name": "Customer"}, {"id": "order"}, {"id": "odd", "name": '"=1'}]
SYSTEMS = ("crm", "billing")


def teardown_module() -> None:
    """Removes all that was made."""
    shutil.rmtree(_PLACE, ignore_errors=True)


def _new() -> Path:
    _PLACE.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(dir=_PLACE))


def folder(files: Mapping[str, Any]) -> Path:
    """A workspace of these files, each given as values."""
    root = _new()
    base = {
        "audit.yaml": {
            "organisation": "Little House",
            "units": [{"id": "office", "name": "Office"}],
        },
        "people.yaml": {"people": PEOPLE},
        "entities.yaml": {"entities": ENTITIES},
    }
    for name, data in {**base, **files}.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{inline(k)}: {inline(v)}\n" for k, v in data.items()))
    return root


def workspace(*dossiers: Mapping[str, Any]) -> Workspace:
    return load(folder({f"systems/{d['id']}.yaml": d for d in dossiers}))


def export(declared: Workspace, owner: str = "", findings: Judgement | None = None) -> Export:
    return Export(Facts.of(declared), findings or Judgement((), (), (), (), (), None), owner)


def book(declared: Workspace, name: str = "inventory.xlsx") -> Path:
    """The exported workbook or CSV."""
    module = inventory_csv if name.endswith(".csv") else inventory_book
    path = _new() / name
    path.write_bytes(module.render(export(declared)).content)
    return path


def grids(path: Path) -> list[Grid]:
    """The sheets, with rows that can be changed."""
    return [replace(g, rows=[list(row) for row in g.rows]) for g in read_book(path)]


class Edit:
    """Changing cells of a sheet by what they are called."""

    def __init__(self, sheets: Iterable[Grid], key: str) -> None:
        self.grid = next(g for g in sheets for row in g.rows[:3] if f"{MARK}:{key}" in row)
        self.rows: list[list[Value]] = self.grid.rows  # type: ignore[assignment]
        top = next(i for i, row in enumerate(self.rows) if f"{MARK}:{key}" in row)
        self.columns = {str(v): i for i, v in enumerate(self.rows[top])}
        self.mark = self.columns[f"{MARK}:{key}"]
        self.first = next(
            i for i in range(top + 1, len(self.rows) + 1)
            if i == len(self.rows) or self.rows[i][self.mark] != "#"
        )  # fmt: skip

    def find(self, **values: Value) -> int:
        """The row with these values, by the columns' keys."""
        for r in range(self.first, len(self.rows)):
            if all(self.rows[r][self.columns[k]] == v for k, v in values.items()):
                return r
        raise LookupError(values)

    def put(self, row: int, **values: Value) -> None:
        for key, value in values.items():
            self.rows[row][self.columns[key.replace("__", ".")]] = value

    def add(self, **values: Value) -> int:
        self.rows.append([None] * len(self.rows[0]))
        self.put(len(self.rows) - 1, **values)
        return len(self.rows) - 1

    def forget_marks(self) -> None:
        for row in self.rows[self.first :]:
            row[self.mark] = None


# Any dossiers --------------------------------------------------------------------------------

_CHARACTERS = st.one_of(
    st.sampled_from("=+-@'\";,:\t\n#|&<>{}[]%_x0\u202eعå😀\ufffd　"),
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")),
)
texts = st.text(_CHARACTERS, min_size=1, max_size=30).map(
    lambda t: "\n".join(line.strip() for line in t.replace("\t", " ").split("\n")).strip()
).filter(bool)  # fmt: skip
days = st.dates(date(1850, 1, 1), date(2200, 1, 1))


def values(fact: Field) -> st.SearchStrategy[Any]:
    """Values that the fact may have."""
    names = {
        "file": ["audit.yaml"],
        "person": [p["id"] for p in PEOPLE],
        "entity": [e["id"] for e in ENTITIES],
        "system": list(SYSTEMS),
    }
    one: st.SearchStrategy[Any] = texts
    if fact.refers:
        one = st.sampled_from(names[fact.refers])
    elif fact.choices:
        one = st.sampled_from(fact.choices)
    elif fact.kind == "date":
        one = days
    elif fact.kind == "yes or no":
        one = st.booleans()
    elif fact.kind == "whole":
        one = st.integers(int(fact.low or 0), int(fact.high or 10**6))
    elif fact.kind == "number":
        high = 1e6 if fact.high is None else fact.high
        one = st.floats(fact.low or 0, high, allow_subnormal=False).map(lambda x: round(x, 6))
    elif fact.path[-1] == "currency":
        one = st.sampled_from(["EUR", "USD"])
    return st.lists(one, min_size=1, max_size=3) if fact.several else one


def _some(facts: Sequence[Field]) -> st.SearchStrategy[dict[str, Any]]:
    needed = {f.name: values(f) for f in facts if f.required}
    return st.fixed_dictionaries(
        needed, optional={f.name: values(f) for f in facts if not f.required}
    )


def items(fact: Field) -> st.SearchStrategy[Any]:
    assert fact.item is not None
    one = _some(fields(fact.item))
    if fact.name == "costs":
        one = one.map(_with_one_measure)
    elif fact.name == "feeds":
        one = one.map(lambda d: {**{k: v for k, v in d.items() if k != "from"}, "to": "crm"})
    elif fact.name == "support.skills":
        (held,) = lists(fact.item)
        assert held.item is not None
        one = st.tuples(one, st.lists(_some(fields(held.item)), max_size=3)).map(
            lambda pair: {**pair[0], **({"held": pair[1]} if pair[1] else {})}
        )
    return st.lists(one, max_size=3)


def _with_one_measure(cost: dict[str, Any]) -> dict[str, Any]:
    cost = {k: v for k, v in cost.items() if k != "hours"}
    return {"amount": 1.5, **cost}


_FACTS = {f.name: f for f in layouts()[0].facts if f.item is None and f.name != "name"}
_LISTS = {f.name: f for f in lists(System)}


@st.composite
def dossiers(draw: st.DrawFn, id_: str) -> dict[str, Any]:
    """Any dossier: some facts, some lists, some left blank."""
    found: dict[str, Any] = {"id": id_, "name": draw(texts)}
    chosen = draw(st.lists(st.sampled_from(sorted({**_FACTS, **_LISTS})), unique=True, max_size=14))
    for name in chosen:
        fact = _FACTS.get(name)
        _set(found, name, draw(values(fact) if fact else items(_LISTS[name])))
    letters = st.sampled_from(["", "C", "RU", "CRUD", "R"])
    ids = st.sampled_from([e["id"] for e in ENTITIES])
    if crud := draw(st.dictionaries(ids, letters, max_size=3)):
        found["crud"] = crud
    if share := draw(st.dictionaries(ids, st.sampled_from([0, 0.25, 1]), max_size=2)):
        found["entity_share"] = share
    rest = st.sampled_from([n for n in (*_FACTS, *_LISTS) if n not in chosen])
    if blank := draw(st.dictionaries(rest, texts, max_size=3)):
        found["blank"] = blank
    return found


def _set(data: dict[str, Any], name: str, value: Any) -> None:
    *steps, last = name.split(".")
    for step in steps:
        data = data.setdefault(step, {})
    data[last] = value


landscapes = st.tuples(*(dossiers(id_) for id_ in SYSTEMS))
