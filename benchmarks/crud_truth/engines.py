"""The engines that are compared: ours, a plain walk over sqlglot's tree, and sqllineage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.crud_truth.cases import HOME, Case, catalog
from benchmarks.crud_truth.score import Answer, Places

_SQLGLOT = {"postgresql": "postgres", "mariadb": "mysql"}
_SQLLINEAGE = {"postgresql": "postgres"}


def ours(cases: Iterable[Case], fingerprinted: bool = False) -> list[tuple[Answer, str]]:
    """crmaudit's answers, with the reason where it says unknown.

    `fingerprinted`: of the text without literals, which is all that is kept of logs.
    """
    from crmaudit.crud_matrix.sql import Tables, fingerprint, understand

    known = {d: Tables(catalog(d), d, home) for d, home in HOME.items()}
    found: list[tuple[Answer, str]] = []
    for case in cases:
        tables = known[case.dialect]
        sql = fingerprint(case.sql, case.dialect).text if fingerprinted else case.sql
        told = understand(sql, case.dialect, tables)
        if told.unknown:
            found.append((None, told.unknown))
            continue
        own = {str(n) for n in told.creates_temporary}
        effects: dict[str, set[str]] = {}
        for name, letters in told.effects:
            if str(name) not in own and not own & {name.parts[-1]}:
                place = tables.qualified(name).removeprefix(f"{HOME[case.dialect]}.")
                effects.setdefault(place, set()).update(letters)
        found.append((_without_temporary(case, effects), ""))
    return found


def routines(cases: Iterable[Case]) -> list[frozenset[str] | None]:
    """The routines that crmaudit says are called, without their schema; None for unknown."""
    from crmaudit.crud_matrix.sql import Tables, understand

    known = {d: Tables(catalog(d), d, home) for d, home in HOME.items()}
    told = [understand(c.sql, c.dialect, known[c.dialect]) for c in cases]
    return [None if t.unknown else frozenset(n.parts[-1].lower() for n in t.calls) for t in told]


def walk(cases: Iterable[Case]) -> list[Answer]:
    """What a short walk over sqlglot's tree gives: the target's letter, R for all other tables.

    Names of common table expressions are left out; the target is read too
    where the statement has a condition or returns something.
    """
    import sqlglot
    from sqlglot import exp

    sqlglot_logger_off()
    letters: dict[type[exp.Expression], str] = {
        exp.Insert: "C", exp.Update: "U", exp.Delete: "D", exp.TruncateTable: "D",
        exp.Create: "C", exp.Merge: "CU", exp.Copy: "C",
    }  # fmt: skip
    found: list[Answer] = []
    for case in cases:
        places = Places(case.dialect)
        try:
            trees = sqlglot.parse(case.sql, dialect=_SQLGLOT.get(case.dialect, case.dialect))
        except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
            found.append(None)
            continue
        if any(tree is not None and tree.find(exp.Command) for tree in trees):
            found.append(None)
            continue
        effects: dict[str, set[str]] = {}
        for tree in trees:
            if tree is None:
                continue
            expressions = {cte.alias for cte in tree.find_all(exp.CTE)}
            targets: dict[int, str] = {}
            for node in tree.find_all(*letters):
                place = (
                    (node.args.get("expressions") or [None])[0]
                    if (isinstance(node, exp.TruncateTable))
                    else node.this
                )
                target = place.find(exp.Table) if isinstance(place, exp.Expression) else None
                rows = not isinstance(node, exp.Create) or (
                    node.kind == "TABLE" and node.expression is not None
                )
                if target is not None and rows:
                    also = "R" if node.args.get("where") or node.args.get("returning") else ""
                    targets[id(target)] = letters[type(node)] + also
                elif target is not None:
                    targets[id(target)] = ""
            for table in tree.find_all(exp.Table):
                if id(table) not in targets and not table.db and table.name in expressions:
                    continue
                parts = [(p.name, bool(p.args.get("quoted"))) for p in table.parts if p.name]
                name = places.named(parts) if parts else None
                if name:
                    effects.setdefault(name, set()).update(targets.get(id(table), "R"))
        found.append(_without_temporary(case, effects))
    return found


def sqlglot_logger_off() -> None:
    """sqlglot says on stderr what it cannot parse; the figures say it too."""
    import logging

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


_SCRIPT = """
import json, sys
from sqllineage.runner import LineageRunner
found = []
for sql, dialect in json.load(sys.stdin):
    try:
        told = LineageRunner(sql, dialect=dialect, silent_mode=False)
        sides = [told.source_tables, told.target_tables, told.intermediate_tables]
        found.append([[str(t) for t in side] for side in sides])
    except Exception as error:
        found.append(type(error).__name__)
json.dump(found, sys.stdout)
"""


def lineage(cases: Sequence[Case]) -> tuple[list[Answer], str] | str:
    """sqllineage's answers as `R` and `W`, and its version; a sentence where it did not run.

    It is installed into an environment of its own, which needs the network
    once; $CRMAUDIT_BENCH_SQLLINEAGE names a Python that has it already.
    """
    with tempfile.TemporaryDirectory(prefix="crmaudit-bench-") as folder:
        python = os.environ.get("CRMAUDIT_BENCH_SQLLINEAGE")
        if not python:
            python = str(Path(folder) / "bin" / "python")
            for command in (
                [sys.executable, "-m", "venv", folder],
                [python, "-m", "pip", "install", "--quiet", "sqllineage"],
            ):
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode:
                    return f"sqllineage did not run: {done.stderr.strip().splitlines()[-1]}"
        asked = [[c.sql, _SQLLINEAGE.get(c.dialect, c.dialect)] for c in cases]
        script = [python, "-W", "ignore", "-c", _SCRIPT]
        told = subprocess.run(
            script, input=json.dumps(asked), capture_output=True, text=True, check=True
        )
        version = subprocess.run(
            [python, "-c", "from importlib.metadata import version; print(version('sqllineage'))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
    answers: list[Answer] = []
    for case, sides in zip(cases, json.loads(told.stdout), strict=True):
        if isinstance(sides, str):
            answers.append(None)
            continue
        places = Places(case.dialect)
        effects: dict[str, set[str]] = {}
        for side, letter in zip(sides, ("R", "W", "W"), strict=True):
            for written in side:
                parts = [(p, True) for p in written.removeprefix("<default>.").split(".")]
                if name := places.named(parts):
                    effects.setdefault(name, set()).add(letter)
        flat = {t: "W" if "W" in letters else "R" for t, letters in effects.items()}
        answers.append({t: x for t, x in flat.items() if t not in case.temporary})
    return answers, f"sqllineage {version}"


def _without_temporary(case: Case, effects: dict[str, set[str]]) -> dict[str, str]:
    return {
        table: "".join(x for x in "CRUD" if x in letters)
        for table, letters in effects.items()
        if letters and table not in case.temporary and table.split(".")[-1] not in case.temporary
    }
