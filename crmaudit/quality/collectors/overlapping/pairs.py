"""Pairs of records of two systems: those that people answered about, and those to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmaudit.evidence import PairFound
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.workspace.answers import Match, Matches

if TYPE_CHECKING:
    from crmaudit.quality.collectors.matching.matching import Matched

REVIEWED = 300
"""So many uncertain pairs are kept for the review."""

EXAMPLES = {"same": 6, "uncertain": 3, "different": 3}
"""So many pairs of each state are kept as examples, over the whole range of their weights."""

Pair = tuple[int, int]


def answered(
    engine: Engine, key: Key | None, answers: Matches, entity: str
) -> tuple[dict[Pair, Match], str]:
    """The answers about records that were staged, by their numbers, the lower first; and a note.

    The last answer about a pair counts. Answers of another key name records
    that nobody finds again: they are left alone, and the note says so.
    """
    about = [a for a in answers.matches if a.entity in (None, entity)]
    if not about or key is None:
        return {}, ""
    # Written by hand without the key's id they count where their ids are those of records here.
    if answers.key_id not in ("", key.id):
        return {}, f"{len(about):,} answers of matches.yaml were given with another key"
    wanted = {i for a in about for i in (a.left, a.right)}
    numbers: dict[str, int] = {}

    def find() -> None:
        for batch in engine.batches('SELECT n, system, tab, "key" FROM records'):
            for n, *place in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                name = key.record(*place)
                if name in wanted:
                    numbers[name] = n

    engine.run(find)
    found = {}
    for a in about:
        one, other = numbers.get(a.left), numbers.get(a.right)
        if one is not None and other is not None and one != other:
            found[min(one, other), max(one, other)] = a
    return found, ""


def shown(
    engine: Engine,
    matched: Matched,
    key: Key | None,
    answers: Mapping[Pair, Match],
    across: bool = True,
) -> tuple[tuple[PairFound, ...], tuple[PairFound, ...]]:
    """Examples of pairs, of two systems (`across`) or any, and those to be reviewed.

    Examples are spread over the weights. The review has the uncertain pairs,
    those nearest to the threshold first; without a key there is none, as
    nobody could name a record.
    """
    source = "FROM scored s JOIN records a ON a.n = s.l JOIN records b ON b.n = s.r"
    source += " WHERE a.system <> b.system AND" if across else " WHERE"
    columns = "s.l, s.r, s.weight, s.probability, s.state, coalesce(s.rule, '') AS rule"
    middle = matched.matching.threshold or 0.0
    some = []
    for state, many in EXAMPLES.items():
        some += _asked(
            engine,
            f"""
            SELECT * EXCLUDE (part) FROM (
                SELECT {columns}, ntile({many}) OVER (ORDER BY s.weight DESC, s.l, s.r) AS part
                {source} s.state = '{state}')
            QUALIFY row_number() OVER (PARTITION BY part ORDER BY weight DESC, l, r) = 1
            ORDER BY weight DESC, l, r
            """,
        )
    unsure = []
    if key is not None:
        unsure = _asked(
            engine,
            f"SELECT {columns} {source} s.state = 'uncertain' "
            f"ORDER BY abs(s.weight - {middle!r}), s.l, s.r LIMIT {REVIEWED}",
        )
    names = _names(engine, key, [n for row in (*some, *unsure) for n in row[:2]])
    return (
        _found(engine, matched, some, names, answers),
        _found(engine, matched, unsure, names, answers),
    )


def across(engine: Engine, state: str) -> int:
    """How many pairs of two systems have that state."""
    rows = _asked(
        engine,
        "SELECT count(*) FROM scored s JOIN records a ON a.n = s.l JOIN records b ON b.n = s.r "
        f"WHERE a.system <> b.system AND s.state = '{state}'",
    )
    return int(rows[0][0])


def _found(
    engine: Engine,
    matched: Matched,
    rows: Sequence[tuple[Any, ...]],
    names: Mapping[int, tuple[str, str]],
    answers: Mapping[Pair, Match],
) -> tuple[PairFound, ...]:
    pairs = [(row[0], row[1]) for row in rows]
    explained = engine.run(lambda: matched.explain(pairs))
    found = []
    for (one, other, weight, probability, state, rule), steps in zip(rows, explained, strict=True):
        answer = answers.get((one, other))
        (left, left_system), (right, right_system) = names[one], names[other]
        found.append(
            PairFound(
                left,
                right,
                left_system,
                right_system,
                probability,
                weight,
                state,
                weight - sum(s.weight for s in steps) if steps and not rule else 0.0,
                steps,
                rule,
                answer.answer if answer else "",
            )
        )
    return tuple(found)


def _names(engine: Engine, key: Key | None, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Number → the record's id, empty without a key, and its system."""
    wanted = ", ".join(map(str, sorted(set(numbers)))) or "-1"
    rows = _asked(engine, f'SELECT n, system, tab, "key" FROM records WHERE n IN ({wanted})')
    return {
        n: (key.record(system, table, record) if key else "", system)
        for n, system, table, record in rows
    }


def _asked(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    return engine.run(lambda: engine.ask(sql))
