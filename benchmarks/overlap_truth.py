"""What is found of one customer in several systems, beside what is true of the demo.

    python -m benchmarks overlap [20000:1 20000:90210…] [--data FOLDER]

Each argument is a number of contacts and a seed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import duplicates_sets
from benchmarks.duplicates import UNSEEN, child, folder_of
from benchmarks.duplicates_score import Rates
from benchmarks.measure import process
from crmaudit.audit import Audit
from crmaudit.evidence import Between, Estimate, Overlap

_CRMAUDIT = (sys.executable, "-m", "crmaudit")
_EMAIL = {
    "same": "same",
    "equivalent": "equivalent",
    "conflicting": "conflicting",
    "only in the CRM": "left_only",
    "only in billing": "right_only",
    "only in the newsletter": "right_only",
    "neither": "neither",
}
"""Outcome of the truth → field of `Agreement`. What is unusable in the CRM is told apart there."""


@dataclass(frozen=True, slots=True)
class Known:
    """The truth of two tables beside each other: pairs of keys, and the demo's own counts."""

    left: tuple[str, str]
    right: tuple[str, str]
    overlap: dict[str, Any]


def run(arguments: Sequence[str]) -> None:
    rest, data = folder_of(arguments)
    for named in rest or ("20000:1", f"20000:{UNSEEN}"):
        contacts, seed = map(int, named.split(":"))
        _one(duplicates_sets.demo(data, contacts, seed), contacts, seed)


def _one(workspace: Path, contacts: int, seed: int) -> None:
    figure = process([*_CRMAUDIT, "collect", "-w", str(workspace), "--only", "overlap"], rounds=1)
    out = workspace / ".overlapping"
    child("collect", str(workspace), str(out), "overlap")
    truth = json.loads((workspace / "data" / "truth.json").read_text(encoding="utf-8"))
    things = duplicates_sets.demo_truth(workspace, out)
    documents = list(Audit(workspace).facts.evidence.overlaps.values())
    print(
        f"### Overlap: demo of {contacts:,} contacts, seed {seed}\n\n"
        f"`crmaudit collect --only overlap`: {figure.seconds:.1f} s, {figure.memory:,.0f} MB.\n"
    )
    print(
        "| tables | precision | recall | F1 | side | in truth | found | estimated | interval "
        "| holds |"
    )
    print("|---|---:|---:|---:|---|---:|---:|---:|---:|---|")
    agreements, keys = [], []
    for overlap in truth["overlaps"]:
        known = Known(_named(overlap["left"]), _named(overlap["right"]), overlap)
        found = _document(documents, known, out)
        if found is None:
            print(f"| {overlap['left']}, {overlap['right']} | not compared | | | | | | | | |")
            continue
        document, folder = found
        between = _between(document, known)
        rates, sides = _counted(folder, things, known)
        name = f"{overlap['left']}, {overlap['right']}"
        for side, true, matched, estimate in zip(
            ("left", "right"),
            sides,
            (between.left_matched, between.right_matched),
            (between.left_estimated, between.right_estimated),
            strict=True,
        ):
            first = side == "left"
            scores = f"{rates.precision:.3f} | {rates.recall:.3f} | {rates.f1:.4f}"
            print(
                f"| {name if first else ''} | {scores if first else ' | | '} | {side} | {true:,} "
                f"| {matched:,} | {_interval(estimate, true)} |"
            )
        agreements += list(_agreement(name, between, overlap))
        keys += list(_keys(name, between, overlap))
    print()
    print("\n".join(["| tables | e-mail | in truth | found |", "|---|---|---:|---:|", *agreements]))
    print()
    head = "| tables | key | in truth | filled | leads to a record | of matched pairs: carried | elsewhere | missing |"  # noqa: E501
    print("\n".join([head, "|---|---|---:|---:|---:|---:|---:|---:|", *keys]))
    print()
    _unlinked(documents, truth)


def _named(table: str) -> tuple[str, str]:
    system, _, name = table.partition(".")
    return system, name


def _document(documents: list[Overlap], known: Known, out: Path) -> tuple[Overlap, Path] | None:
    """The evidence in which both tables were compared, and where its match was put down."""
    for document in documents:
        holding = {(h.system, t.rsplit(".", 1)[-1]) for h in document.holders for t in h.tables}
        if document.by == "records" and {known.left, known.right} <= holding:
            for folder in out.glob(f"{document.entity_kind}-*"):
                return document, folder
    return None


def _between(document: Overlap, known: Known) -> Between:
    wanted = {known.left[0], known.right[0]}
    (found,) = (b for b in document.between if {b.left, b.right} == wanted)
    return found if found.left == known.left[0] else _turned(found)


def _turned(between: Between) -> Between:
    """The same with the sides exchanged, as far as it is printed here."""
    return replace(
        between,
        left=between.right,
        right=between.left,
        left_matched=between.right_matched,
        right_matched=between.left_matched,
        left_estimated=between.right_estimated,
        right_estimated=between.left_estimated,
        agreement=tuple(
            replace(a, left_only=a.right_only, right_only=a.left_only) for a in between.agreement
        ),
    )


def _counted(folder: Path, things: Path, known: Known) -> tuple[Rates, tuple[int, int]]:
    """How right the pairs between the two tables are; how many of each side have a true partner."""
    (left, left_tab), (right, right_tab) = known.left, known.right
    with duckdb.connect() as db:
        db.execute(
            f"CREATE TABLE r AS SELECT r.n, r.system, r.tab, m.thing AS found, "
            f"coalesce('t' || t.thing, 'own' || r.n) AS thing "
            f"FROM '{folder / 'records.parquet'}' r "
            f"JOIN '{folder / 'members.parquet'}' m USING (n) "
            f"LEFT JOIN read_csv('{things}', all_varchar = true) t ON t.system = r.system "
            f"AND t.key = r.key AND (r.tab = t.tab OR r.tab LIKE '%.' || t.tab)"
        )
        sides = (
            f"SELECT a.n AS l, b.n AS r, a.thing = b.thing AS same, a.found = b.found AS taken "
            f"FROM r a JOIN r b ON a.system = '{left}' AND b.system = '{right}' "
            f"AND a.tab LIKE '%{left_tab}' AND b.tab LIKE '%{right_tab}' "
        )
        row = db.execute(
            f"SELECT (SELECT count(*) FROM ({sides} AND a.found = b.found)), "
            f"(SELECT count(*) FROM ({sides} AND a.found = b.found) WHERE same), "
            f"(SELECT count(*) FROM ({sides} AND a.thing = b.thing)), "
            f"(SELECT count(DISTINCT l) FROM ({sides} AND a.thing = b.thing)), "
            f"(SELECT count(DISTINCT r) FROM ({sides} AND a.thing = b.thing))"
        ).fetchone()
    assert row is not None
    return Rates(*row[:3]), (row[3], row[4])


def _interval(estimate: Estimate | None, true: int) -> str:
    if estimate is None:
        return "– | – | –"
    holds = "yes" if estimate.low <= true <= estimate.high else "no"
    return f"{estimate.value:,.0f} | {estimate.low:,.0f} to {estimate.high:,.0f} | {holds}"


def _agreement(name: str, between: Between, overlap: dict[str, Any]) -> list[str]:
    true = overlap["agreement"].get("email")
    found = next((a for a in between.agreement if a.attribute == "e-mail"), None)
    if not true or found is None:
        return []
    return [
        f"| {name} | {outcome} | {count:,} "
        f"| {f'{getattr(found, _EMAIL[outcome]):,}' if outcome in _EMAIL else 'see the others'} |"
        for outcome, count in sorted(true.items())
    ]


def _keys(name: str, between: Between, overlap: dict[str, Any]) -> list[str]:
    true = len(overlap["referenced"])
    if not between.keys:
        return [f"| {name} | none | {true:,} | | | | | |"]
    return [
        f"| {name} | {k.holder}: {k.column} to {k.to}: {k.to_column} | {true:,} | {k.filled:,} "
        f"| {k.found:,} | {k.carried:,} | {k.elsewhere:,} | {k.missing:,} |"
        for k in between.keys
    ]


def _unlinked(documents: list[Overlap], truth: dict[str, Any]) -> None:
    planted = {p["name"]: p["count"] for p in truth["plants"]}
    print(
        "Invoices to somebody whom the CRM does not know: "
        f"{planted['invoice_without_crm_customer']:,} in truth; of customers that do not exist: "
        f"{planted['invoice_customer_orphan']:,}.\n"
    )
    print(
        "| entity | rows of | not in | rows | without | of nobody |\n|---|---|---|---:|---:|---:|"
    )
    for document in documents:
        for u in document.unlinked:
            if u.in_system == "crm":
                print(
                    f"| {document.entity} | {u.system}: {u.entity} | {u.in_system} | {u.rows:,} "
                    f"| {u.without:,} | {u.nobody:,} |"
                )
    print()
