"""Which clusters of one system are kept, with the record that is suggested to survive."""

from __future__ import annotations

from typing import Any

from crmaudit.evidence import Cluster, Member
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.origins import MOMENTS
from crmaudit.quality.matching.survivor import survivor

MOST = 500
"""So many clusters are kept: half of them the largest, the others spread over the rest."""

MOST_MEMBERS = 50
"""A cluster with more records is kept without the rest of them."""


def sizes(engine: Engine) -> dict[int, int]:
    """How many clusters have how many records, single records left out."""
    rows = _asked(
        engine,
        "SELECT size, count(*) FROM (SELECT count(*) AS size FROM members GROUP BY thing) "
        "WHERE size > 1 GROUP BY size ORDER BY size",
    )
    return {int(size): int(clusters) for size, clusters in rows}


def clusters(engine: Engine, key: Key | None, most: int = MOST) -> tuple[Cluster, ...]:
    """Some of the clusters, the largest first; the same ones for the same records.

    `least` is the least probability of the pairs within it that were taken for
    the same. Records are named by keyed ids, which are empty without a key.
    """
    largest = most // 2
    chosen = f"""
        WITH things AS (
            SELECT thing, count(*) AS size, min(n) AS head FROM members GROUP BY thing
            HAVING count(*) > 1),
        placed AS (
            SELECT *, row_number() OVER (ORDER BY size DESC, head) AS place FROM things),
        rest AS (
            SELECT thing, size, head, ntile({most - largest}) OVER (ORDER BY head) AS part
            FROM placed WHERE place > {largest})
        SELECT thing, size, head FROM placed WHERE place <= {largest}
        UNION ALL
        SELECT thing, size, head FROM rest
        QUALIFY row_number() OVER (PARTITION BY part ORDER BY head) = 1
    """
    rows = _asked(
        engine,
        f"""
        WITH chosen AS ({chosen}),
        inside AS (SELECT c.*, m.n FROM chosen c JOIN members m USING (thing)),
        links AS (
            SELECT a.thing, min(s.probability) AS least FROM scored s
            JOIN inside a ON a.n = s.l JOIN inside b ON b.n = s.r AND b.thing = a.thing
            WHERE s.state = 'same' GROUP BY a.thing)
        SELECT i.thing, i.size, coalesce(l.least, 0), r.system, r.tab, r."key", r.filled,
            coalesce(strftime(moment(r.modified_at), '%Y-%m-%d %H:%M:%S'), '')
        FROM inside i JOIN records r ON r.n = i.n LEFT JOIN links l ON l.thing = i.thing
        QUALIFY row_number() OVER (PARTITION BY i.thing ORDER BY i.n) <= {MOST_MEMBERS}
        ORDER BY i.size DESC, i.head, i.n
        """,
    )
    found: dict[Any, tuple[float, list[Member]]] = {}
    for thing, _, least, system, table, record, filled, modified in rows:
        name = key.record(system, table, record) if key else ""
        member = Member(name, system, table, int(filled), modified)
        found.setdefault(thing, (float(least), []))[1].append(member)
    return tuple(
        Cluster(tuple(members), *survivor(members), least) for least, members in found.values()
    )


def _asked(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    def ask() -> list[tuple[Any, ...]]:
        engine.ask(MOMENTS)
        return engine.ask(sql)

    return engine.run(ask)
