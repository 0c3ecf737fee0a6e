"""Chooses the pairs of records worth comparing, by counted budgets: standard → candidates.

Every way to pair records (`Way`) gives records a key; those with the same key
form a group, and a group of s records gives s·(s-1)/2 pairs. All are counted
before any is made:

1. Groups by each way's key. A group of more than `LARGEST` records is divided
   by the way's second key.
2. The same *largest group* is allowed to all ways: the largest number with
   which the pairs of all ways together take no more than two thirds of the
   budget. Of a pair in a group of s nothing more is known than that one of
   about s is the same, so smaller groups go first, whatever the way. Then the
   different pairs are counted: what several ways have in common is spent on
   larger groups, in up to `ROUNDS` rounds.
3. Groups that are larger are refused, and reported. So that records are not
   lost which are all the same, each of a refused group is still paired with
   the next ones in the order of names, dates and addresses: with `NEXT` if
   the budget allows it, with one at least.
4. What is left of the budget goes to sorted neighbourhoods: each record with
   the next w ones in several orders, w at most `WINDOW`, in rounds as above. This finds spellings
   that no key has in common. Where it does not even do for the next one in
   every order, the later orders are left out.

Where all pairs there are fit into the budget, all are compared.

The budget is `allowance(records)` pairs unless one is given: 15 for each record,
200,000 at the least, which is what a few seconds can score. It is of different
pairs; the ways together may make `REPEATED` times as many. It is exceeded only
where step 3 needs one pair for each refused record of a way, and there is nothing left.

The same records give the same pairs, whatever the order of their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from crmaudit.evidence.match import Block
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.ways import ORDERS, WAYS, Way

LARGEST = 200
"""No group of more records than this is paired as a whole."""
NEXT = 3
"""With so many of the next ones each record of a refused group is paired."""
WINDOW = 10
"""The widest sorted neighbourhood."""
ROUNDS, REPEATED = 4, 4


def allowance(records: int) -> int:
    """Pairs that may be compared of so many records."""
    return max(200_000, 15 * records)


_IN_ORDER = (
    "coalesce(name_words, organisation_sorted, household, script), birth_date, postcode, street, "
    "house_number, email, phones"
)
_DIVIDED = 4
"""Groups of more records than this are divided, in case they turn out to be too large."""
_AT_ONCE = 4_000_000
_SHIFT = 32
"""A pair is one number: l in the upper bits, r in the lower ones."""


def candidates(
    engine: Engine,
    kind: str,
    *,
    within: bool = True,
    across: bool = True,
    budget: int | None = None,
    ways: Sequence[Way] | None = None,
) -> tuple[Block, ...]:
    """Make `candidates(l BIGINT, r BIGINT, ways)` of `standard`: distinct pairs, l < r, sorted.

    `ways` is by how many of the ways the pair was found, null where every pair is compared.
    `within` a system and `across` systems: which pairs are wanted. `budget` is
    the number of pairs that may be compared, None for what `allowance` says. Gives
    one block for each way that made pairs or refused groups. `ways` are others
    than those of the kind, without neighbours.

    Raises ValueError for a kind that is not matched.
    """
    if kind not in WAYS:
        raise ValueError(f"no way to pair records of kind {kind}")
    pairing = _Pairing(engine, within, across)
    try:
        if ways is None:
            return pairing.run(WAYS[kind], ORDERS[kind], budget)
        return pairing.run(ways, (), budget)
    finally:
        pairing.clear()


_Sizes = Sequence[tuple[int, int, int]]
"""Groups of a way as `_Pairing._count` has them."""


class _Pairing:
    """The tables in between: records with their keys, groups by size, pairs found."""

    def __init__(self, engine: Engine, within: bool, across: bool) -> None:
        self._engine = engine
        self._within = within
        self._across = across
        self._alone = False
        self._tables: list[str] = []

    def clear(self) -> None:
        for table in self._tables:
            self._engine.drop(table)

    def _make(self, name: str, query: str, kept: str = "TEMP") -> None:
        """A table, by default one that stays in memory if it can: it is soon dropped again."""
        self._engine.drop(name)
        self._tables.append(name)
        self._engine.ask(f"CREATE {kept} TABLE {name} AS {query}")

    def run(
        self, ways: Sequence[Way], orders: Sequence[tuple[str, str]], budget: int | None
    ) -> tuple[Block, ...]:
        ask = self._engine.ask
        self._engine.drop("candidates")
        ask("CREATE TABLE candidates(l BIGINT, r BIGINT, ways UTINYINT)")
        ((records,),) = ask("SELECT count(*) FROM standard")
        if budget is None:
            budget = allowance(records)
        self._make("pairs_found", "SELECT 0::BIGINT AS p, 0::UTINYINT AS way LIMIT 0", kept="")
        self._make(
            "numbered",
            "SELECT n, dense_rank() OVER (ORDER BY system)::USMALLINT AS s FROM standard",
        )
        ((systems,),) = ask("SELECT count(DISTINCT s) FROM numbered")
        self._alone = systems == 1
        if records * (records - 1) // 2 <= budget:
            return self._every_pair()
        counted = [self._count(f"way_{at}", way) for at, way in enumerate(ways)]
        largest = self._groups(counted, budget * 2 // 3)
        blocks = []
        for at, (way, groups) in enumerate(zip(ways, counted, strict=True)):
            large = any(size > largest for size, _, _ in groups)
            refused = self._refused(f"way_{at}", bool(way.second), largest) if large else (0, 0)
            blocks.append(Block(way.rule, _pairs([groups], largest), 0, *refused))
        left = budget - self._different()
        held = sum(b.refused_records for b in blocks)
        steps = max(1, min(NEXT, left // max(1, held)))
        for at, block in enumerate(blocks):
            if block.refused:
                walked = self._walk(f"way_{at}", at, bool(ways[at].second), largest, steps)
                blocks[at] = replace(block, pairs=block.pairs + walked)
        blocks += self._in_order(orders, len(blocks), budget, records)
        ((made,),) = ask("SELECT count(*) FROM pairs_found")
        new = self._put_together(made, records)
        return tuple(
            replace(b, new=new.get(at, 0)) for at, b in enumerate(blocks) if b.pairs or b.refused
        )

    def _wanted(self, left: str, right: str) -> str:
        """The condition on the systems of two records."""
        # Within one system, which is the usual, nothing need be asked of each pair.
        if self._within and (self._across or self._alone):
            return "true"
        if self._within:
            return f"{left} = {right}"
        return f"{left} <> {right}" if self._across else "false"

    def _every_pair(self) -> tuple[Block, ...]:
        self._engine.ask(
            "INSERT INTO candidates SELECT a.n, b.n, NULL FROM numbered a JOIN numbered b "
            f"ON a.n < b.n AND {self._wanted('a.s', 'b.s')} ORDER BY 1, 2"
        )
        ((pairs,),) = self._engine.ask("SELECT count(*) FROM candidates")
        return (Block("every pair", pairs, pairs),) if pairs else ()

    def _count(self, table: str, way: Way) -> list[tuple[int, int, int]]:
        """Make a way's groups; their number of pairs by (size, size before division; 0: none).

        The size of a group is that of one of a single system with as many
        pairs: what counts is the work.
        """
        second = ", ".join(way.second) or "NULL"
        source = "standard"
        distinct = ""
        if way.each:
            source = f"(SELECT *, unnest({way.each}) AS v FROM standard)"
            distinct = "DISTINCT"
        system = "0::USMALLINT AS s" if self._alone else "s"
        joined = "" if self._alone else " JOIN numbered USING (n)"
        self._make(
            f"{table}_keys",
            f"SELECT {distinct} hash({', '.join(way.keys)}) AS k, n, {system}, "
            f"hash({second}) AS k2 FROM {source}{joined} "
            f"WHERE {' AND '.join(f'({k}) IS NOT NULL' for k in way.keys)}",
        )
        self._make(
            table,
            f"SELECT k, n, s, k2, size::INTEGER AS size, 0::INTEGER AS before "
            f"FROM {table}_keys JOIN ({self._sizes(f'{table}_keys', 'k')}) USING (k)",
            kept="",
        )
        self._engine.drop(f"{table}_keys")
        ((members,),) = self._engine.ask(f"SELECT count(*) FROM {table}")
        if not members:
            return []
        if way.second:
            parts = (
                f"(SELECT hash(k, k2) AS k, n, s, size AS before FROM {table} "
                f"WHERE size > {_DIVIDED})"
            )
            self._engine.ask(
                f"INSERT INTO {table} SELECT k, n, s, 0, size, before FROM {parts} "
                f"JOIN ({self._sizes(parts, 'k')}) USING (k)"
            )
        return self._engine.ask(
            f"SELECT size, before, sum(pairs)::BIGINT FROM ({self._sizes(table, 'k, before')}) "
            "GROUP BY ALL ORDER BY ALL"
        )

    def _sizes(self, table: str, key: str) -> str:
        """The query for groups that give pairs: key, size, pairs."""
        if self._alone and self._within:
            return (
                f"SELECT {key}, count(*)::INTEGER AS size, "
                f"count(*) * (count(*) - 1) / 2 AS pairs FROM {table} "
                f"GROUP BY {key} HAVING count(*) > 1"
            )
        within = "sum(c * (c - 1) / 2)"
        every = "sum(c) * (sum(c) - 1) / 2"
        if self._within and self._across:
            pairs = every
        elif self._within:
            pairs = within
        else:
            pairs = f"{every} - {within}" if self._across else "0"
        return (
            f"SELECT {key}, ceil((1 + sqrt(1 + 8 * pairs)) / 2)::INTEGER AS size, pairs FROM "
            f"(SELECT {key}, {pairs} AS pairs FROM (SELECT {key}, s, count(*) AS c FROM {table} "
            f"GROUP BY {key}, s) GROUP BY {key}) WHERE pairs > 0"
        )

    def _groups(self, counted: Sequence[_Sizes], budget: int) -> int:
        """Pair groups up to the largest with which the different pairs fit; its size."""
        made, largest = 1, _largest(counted, budget)
        for _ in range(ROUNDS):
            for at, groups in enumerate(counted):
                if any(made < size <= largest for size, _, _ in groups):
                    self._pair(f"way_{at}", at, made, largest)
            made = largest
            # That many more fit in whatever they have in common.
            more = _pairs(counted, made) + budget - self._different()
            largest = _largest(counted, min(more, REPEATED * budget))
            if largest <= made:
                break
        return made

    def _different(self) -> int:
        """How many different pairs were found; of many a close guess, the same each time."""
        ((made,),) = self._engine.ask("SELECT count(*) FROM pairs_found")
        how = "count(DISTINCT p)" if made <= _AT_ONCE else "approx_count_distinct(p)"
        ((different,),) = self._engine.ask(f"SELECT {how} FROM pairs_found")
        return int(different)

    def _pair(self, table: str, at: int, beyond: int, largest: int) -> int:
        """Pair the groups of more than `beyond` records."""
        self._make(
            "taken",
            f"SELECT k, n, s FROM {table} WHERE size > {beyond} "
            f"AND size <= {largest} AND (before = 0 OR before > {largest})",
        )
        return self._found(
            at,
            f"SELECT a.n AS l, b.n AS r FROM taken a JOIN taken b ON a.k = b.k AND a.n < b.n "
            f"WHERE {self._wanted('a.s', 'b.s')}",
        )

    def _found(self, at: int, pairs: str) -> int:
        """Keep pairs (l, r) as found by a way."""
        ((found,),) = self._engine.ask(
            f"INSERT INTO pairs_found SELECT (l << {_SHIFT}) | r, {at} FROM ({pairs})"
        )
        return int(found)

    @staticmethod
    def _too_large(divided: bool, largest: int) -> str:
        parts = f"before > {largest}" if divided else "before = 0"
        return f"size > {largest} AND {parts}"

    def _refused(self, table: str, divided: bool, largest: int) -> tuple[int, int]:
        ((groups, records),) = self._engine.ask(
            f"SELECT count(DISTINCT k), count(DISTINCT n) FROM {table} "
            f"WHERE {self._too_large(divided, largest)}"
        )
        return int(groups), int(records)

    def _walk(self, table: str, at: int, divided: bool, largest: int, steps: int) -> int:
        """Pair the records of refused groups with so many of the next ones."""
        following = ", ".join(f"lead(n, {i}) OVER w" for i in range(1, steps + 1))
        return self._neighbouring(
            at,
            f"SELECT n, unnest([{following}]) AS other FROM {table} JOIN standard USING (n) "
            f"WHERE {self._too_large(divided, largest)} "
            f"WINDOW w AS (PARTITION BY k ORDER BY {_IN_ORDER}, n)",
        )

    def _in_order(
        self, orders: Sequence[tuple[str, str]], first: int, budget: int, records: int
    ) -> list[Block]:
        """Neighbours in every order, as far as the different pairs fit: wider by rounds."""
        left = budget - self._different()
        taken = orders[: max(left, 0) // max(1, records)]
        found = [0] * len(taken)
        done, window = 0, min(WINDOW, max(1, left // max(1, len(orders) * records)))
        for _ in range(ROUNDS):
            for at, (_, order) in enumerate(taken):
                found[at] += self._neighbours(order, first + at, done, window)
            done = window
            left = budget - self._different()
            window = min(WINDOW, done + max(left, 0) // max(1, len(orders) * records))
            if window == done or len(taken) < len(orders):
                break
        return [Block(rule, n, 0) for (rule, _), n in zip(taken, found, strict=True)]

    def _neighbours(self, order: str, at: int, beyond: int, window: int) -> int:
        following = ", ".join(f"lead(n, {i}) OVER w" for i in range(beyond + 1, window + 1))
        first = order.split(",")[0]
        return self._neighbouring(
            at,
            f"SELECT n, unnest([{following}]) AS other FROM standard "
            f"WHERE {first} IS NOT NULL WINDOW w AS (ORDER BY {order}, n)",
        )

    def _neighbouring(self, at: int, pairs: str) -> int:
        wanted = self._wanted("a.s", "b.s")
        query = f"SELECT least(n, other) AS l, greatest(n, other) AS r FROM ({pairs}) "
        query += "WHERE other IS NOT NULL"
        if wanted != "true":
            query = (
                f"SELECT l, r FROM ({query}) JOIN numbered a ON a.n = l JOIN numbered b ON b.n = r "
                f"WHERE {wanted}"
            )
        return self._found(at, query)

    def _put_together(self, pairs: int, records: int) -> dict[int, int]:
        """Fill `candidates`, part by part; the number of pairs by the way that found them first."""
        new: dict[int, int] = {}
        parts = 1 + pairs // _AT_ONCE
        # The first of two records is more often an early one: parts of equal size.
        ends = [round(records * (1 - (1 - i / parts) ** 0.5)) for i in range(parts + 1)]
        for low, high in pairwise(ends):
            upper = f"AND p < {high << _SHIFT}" if high < records else ""
            self._make(
                "distinct_pairs",
                "SELECT p, min(way) AS way, bit_count(bit_or(1::UBIGINT << way)) AS ways "
                "FROM pairs_found "
                f"WHERE p >= {low << _SHIFT} {upper} GROUP BY p",
            )
            self._engine.ask(
                f"INSERT INTO candidates SELECT p >> {_SHIFT}, p & {(1 << _SHIFT) - 1}, ways "
                "FROM distinct_pairs ORDER BY p"
            )
            for way, found in self._engine.ask(
                "SELECT way, count(*) FROM distinct_pairs GROUP BY way"
            ):
                new[way] = new.get(way, 0) + found
        return new


def _largest(counted: Sequence[_Sizes], budget: int) -> int:
    """The largest group with which all ways together take no more than the budget; 1 for none."""
    sizes = range(LARGEST, 1, -1)
    return next((s for s in sizes if _pairs(counted, s) <= budget), 1)


def _pairs(counted: Sequence[_Sizes], largest: int) -> int:
    """The pairs of groups of up to so many records."""
    return sum(
        pairs
        for groups in counted
        for size, before, pairs in groups
        if size <= largest and (before == 0 or before > largest)
    )
