"""Matrices for the tests of structure: any small one, and one with planted blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import strategies as st

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

LETTERS = ("C", "R", "U", "D", "CRUD", "CR", "RU", "CRU", "")


def matrix_of(
    crud: Mapping[str, Mapping[str, str]], entities: Sequence[str] = (), **more: object
) -> CrudMatrix:
    """System → entity → letters; `more` are facts of every dossier, `feeds_of` those of one."""
    feeds = more.pop("feeds", {})
    assert isinstance(feeds, dict)
    systems = [
        System.model_validate(
            {"id": s, "name": s, "crud": dict(row), "feeds": feeds.get(s), **more}
        )
        for s, row in crud.items()
    ]
    named = dict.fromkeys([*entities, *(e for row in crud.values() for e in row)])
    return CrudMatrix(systems, [Entity(id=e) for e in named])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    """System → entity → letters, of up to seven systems and eight entities."""
    systems = draw(st.integers(0, 7))
    entities = [f"e{i}" for i in range(draw(st.integers(1, 8)))]
    letters = st.dictionaries(st.sampled_from(entities), st.sampled_from(LETTERS))
    return {f"s{i}": draw(letters) for i in range(systems)}


def planted(
    blocks: int = 5, systems: int = 4, entities: int = 6, seed: int = 7
) -> dict[str, dict[str, str]]:
    """Blocks in which all use what one of them creates, shuffled, with a few uses across."""
    dice = Random(seed)
    rows: dict[str, dict[str, str]] = {}
    for b in range(blocks):
        for s in range(systems):
            own = {f"b{b}e{e}": "CRU" if e % systems == s else "R" for e in range(entities)}
            rows[f"b{b}s{s}"] = own
    names = list(rows)
    for _ in range(blocks):
        rows[dice.choice(names)].setdefault(f"b{dice.randrange(blocks)}e0", "R")
    dice.shuffle(names)
    return {n: dict(dice.sample(sorted(rows[n].items()), len(rows[n]))) for n in names}
