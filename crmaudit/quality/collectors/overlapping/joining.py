"""Puts records of several systems together without letting one system's records merge another's.

Two people of one name in the CRM agree with one subscriber of that name about
as well as either does. Connected pairs would make all three one. So

1. records of one system are together where pairs within it say so;
2. these groups are joined across systems by the pairs between them, those with
   the most weight first;
3. a join that would bring together two groups of one system is not made,
   unless a pair of them is uncertain: another system may settle a doubt, it
   does not overrule what the system's own records say.

After the idea of source-consistent clusters: Saeedi, Peukert and Rahm, "Using
link features for entity clustering in knowledge graphs", ESWC 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from crmaudit.quality.collectors.engine import Engine


def join(engine: Engine) -> None:
    """Make the table `together(n, thing)` of `records`, `members` and `scored`.

    Only what `members` has together is joined; a thing is called by its
    lowest number.
    """
    import pyarrow as pa

    groups = _Groups()
    for one, other, _ in _pairs(engine, "same", within=True):
        groups.unite(one, other)
    doubtful = {
        (groups.of(a), groups.of(b))
        for one, other, _ in _pairs(engine, "uncertain", within=True)
        for a, b in ((one, other), (other, one))
    }
    things = _Groups()
    held: dict[int, dict[str, list[int]]] = {}
    for one, other, (left, right) in _pairs(engine, "same", within=False):
        a, b = groups.of(one), groups.of(other)
        mine = held.pop(things.of(a), {left: [a]})
        theirs = held.pop(things.of(b), {right: [b]}) if things.of(a) != things.of(b) else mine
        if mine is theirs:
            held[things.of(a)] = mine
        elif all(
            pair in doubtful
            for system in mine.keys() & theirs.keys()
            for pair in product(mine[system], theirs[system])
        ):
            for system, more in theirs.items():
                mine.setdefault(system, []).extend(more)
            things.unite(a, b)
            held[things.of(a)] = mine
        else:
            held[things.of(a)], held[things.of(b)] = mine, theirs
    numbers = groups.known() | things.known()
    found = [(n, things.of(groups.of(n))) for n in sorted(numbers)]
    table = pa.table(
        {
            "n": pa.array([n for n, _ in found], pa.int64()),
            "thing": pa.array([thing for _, thing in found], pa.int64()),
        }
    )
    sql = """
        CREATE TABLE together AS SELECT r.n, coalesce(j.thing, r.n) AS thing
        FROM records r LEFT JOIN joined j ON j.n = r.n
    """
    engine.run(partial(engine.show, "joined", table, sql))


class _Groups:
    """Numbers put together; a group is called by its lowest one."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def of(self, number: int) -> int:
        above = self._above
        root = number
        while (higher := above.get(root, root)) != root:
            root = higher
        while (higher := above.get(number, number)) != root:
            above[number] = root
            number = higher
        return root

    def unite(self, one: int, other: int) -> None:
        a, b = sorted((self.of(one), self.of(other)))
        self._above.setdefault(one, one)
        self._above.setdefault(other, other)
        self._above[b] = a
        self._above[a] = a

    def known(self) -> set[int]:
        return set(self._above)


def _pairs(
    engine: Engine, state: str, *, within: bool
) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Pairs of a state that `members` has together, what a rule decided first, then by weight.

    Uncertain pairs are given wherever their records lie.
    """
    together = "AND x.thing = y.thing" if state == "same" else ""
    sql = f"""
        SELECT s.l, s.r, a.system, b.system FROM scored s
        JOIN records a ON a.n = s.l JOIN records b ON b.n = s.r
        JOIN members x ON x.n = s.l JOIN members y ON y.n = s.r
        WHERE s.state = '{state}' AND a.system {"=" if within else "<>"} b.system {together}
        ORDER BY coalesce(s.rule, '') = '', s.weight DESC, s.l, s.r
    """
    batches = engine.batches(sql)
    while (batch := engine.run(lambda: next(batches, None))) is not None:
        left, right, mine, theirs = (c.to_pylist() for c in batch.columns)
        yield from zip(left, right, zip(mine, theirs, strict=True), strict=True)
