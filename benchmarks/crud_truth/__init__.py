"""What statements do to tables: our reading of SQL against labels that engines gave.

`python -m benchmarks crud-truth` scores crmaudit, a plain walk over sqlglot's
tree and sqllineage on the labelled statements of
`tests/crud_matrix/sql_truth/`. `--relabel` first makes the labels anew on
servers of its own (PostgreSQL, MariaDB) and SQLite; `--failures FILE` writes
what went wrong in the open part. Failures of the other parts are never shown:
their figures are only worth something as long as nobody works on their cases.

Labels: `label.py` says how they are made; SQL Server and Oracle are labelled
by hand and scored apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.crud_truth import cases as files
from benchmarks.crud_truth import engines
from benchmarks.crud_truth.cases import Case
from benchmarks.crud_truth.label import Labeller, labelled
from benchmarks.crud_truth.score import Answer, Score, Verdict, flow, pairs, verdict

ROOT = Path(__file__).resolve().parents[2]


def run(arguments: Sequence[str] = ()) -> None:
    """Print the figures; see the module's docstring for the arguments."""
    rest = list(arguments)
    failures = Path(rest.pop(rest.index("--failures") + 1)) if "--failures" in rest else None
    unknown = set(rest) - {"--failures", "--relabel"}
    if unknown:
        sys.exit(f"no option {', '.join(sorted(unknown))}; there are --relabel, --failures FILE")
    if "--relabel" in rest:
        relabel()
    labelled_by_engines = [c for d in files.ENGINES for h in files.PARTS for c in files.read(d, h)]
    by_hand = [c for dialect in files.HAND for c in files.read(dialect, "hand")]
    everything = labelled_by_engines + by_hand
    own = engines.ours(everything)
    if failures:
        _write_failures(failures, everything, own)
    answers: dict[str, list[Answer]] = {
        "crmaudit": [a for a, _ in own],
        "crmaudit, literals out": [a for a, _ in engines.ours(everything, fingerprinted=True)],
        "sqlglot, plain walk": engines.walk(everything),
    }
    print("### Effects of statements: letters of every table\n")
    _table(everything, answers, verdict)
    told = engines.lineage(everything)
    if isinstance(told, str):
        print(f"{told}\n")
        return
    print("### The same, only which tables are read and which are written\n")
    flows: dict[str, list[Answer]] = {
        name: [None if a is None else flow(a) for a in found] for name, found in answers.items()
    }
    flows[told[1]] = told[0]
    _table(everything, flows, _flow_verdict)


def _flow_verdict(case: Case, answer: Answer) -> Verdict:
    """A table that is written counts as written only: not every tool says that it is read too."""
    if answer is None:
        return "right" if case.opaque else "unknown"
    return "right" if pairs(answer) == pairs(flow(case.does)) else "wrong"


def _table(
    everything: Sequence[Case],
    answers: dict[str, list[Answer]],
    judge: Callable[[Case, Answer], Verdict],
) -> None:
    print("| statements | n | by | right | unknown | silently wrong | precision | recall |")
    print("|---|---:|---|---:|---:|---:|---:|---:|")
    groups: dict[str, Callable[[Case], bool]] = {}
    for part in files.PARTS:
        groups[f"all, {part}"] = partial(_within, "", part)
        for dialect in files.ENGINES:
            groups[f"{dialect}, {part}"] = partial(_within, dialect, part)
    for dialect in files.HAND:
        groups[f"{dialect}, labelled by hand"] = partial(_within, dialect, "hand")
    for group, within in groups.items():
        for name, found in answers.items():
            score = Score()
            for case, answer in zip(everything, found, strict=True):
                if within(case):
                    truth = case.does if judge is verdict else flow(case.does)
                    hidden = case.opaque and answer is None
                    score.count(judge(case, answer), answer, {} if hidden else truth)
            share = score.right / score.n if score.n else 0.0
            print(
                f"| {group} | {score.n} | {name} | {score.right} ({share:.1%}) | {score.unknown} "
                f"| {score.wrong} | {score.precision:.3f} | {score.recall:.3f} |"
            )
    print()


def _within(dialect: str, part: str, case: Case) -> bool:
    return case.part == part and dialect in ("", case.dialect)


def _write_failures(
    path: Path, everything: Sequence[Case], own: Sequence[tuple[Answer, str]]
) -> None:
    lines = []
    for case, (answer, why) in zip(everything, own, strict=True):
        judged = verdict(case, answer)
        if judged != "right" and case.part not in ("held", "fresh"):
            told = why if answer is None else dict(sorted(answer.items()))
            lines.append(
                f"{judged.upper()} [{case.dialect}] {case.sql}\n"
                f"    label: {dict(case.does)} {case.reason}\n    told:  {told}\n"
            )
    path.write_text("\n".join(lines), encoding="utf-8")


def relabel() -> None:
    """Make every label of the engines anew, and the catalogs beside them."""
    from crmaudit.sources import open_source

    catalogs = {}
    with ExitStack() as stack:
        for dialect, labeller, url in _labellers(stack):
            for part in files.PARTS:
                made = [labelled(case, labeller) for case in files.read(dialect, part)]
                files.write(dialect, part, labeller.engine, made)
            with open_source(url) as source:
                catalogs[dialect] = source.catalog("crm")
    files.write_catalogs(catalogs)


def _labellers(stack: ExitStack) -> list[tuple[str, Labeller, str]]:
    """A labeller of every engine, on servers that are gone with the stack."""
    import sqlite3
    import tempfile

    from benchmarks.crud_truth.mariadb_labels import MariadbLabeller
    from benchmarks.crud_truth.postgres_labels import PostgresLabeller
    from benchmarks.crud_truth.sqlite_labels import SqliteLabeller

    sys.path.insert(0, str(ROOT / "tests"))
    import servers  # type: ignore[import-not-found]

    file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "crm.sqlite"
    plain = sqlite3.connect(file)
    plain.execute("ATTACH ':memory:' AS archive")
    plain.executescript((files.SCHEMAS / "sqlite.sql").read_text(encoding="utf-8"))
    plain.close()
    postgres, mariadb = servers.start_postgres(), None
    stack.callback(postgres.stop)
    mariadb = servers.start_mariadb()
    stack.callback(mariadb.stop)
    one, two = PostgresLabeller(postgres.url), MariadbLabeller(mariadb.url)
    stack.callback(one.close)
    stack.callback(two.close)
    return [
        ("postgresql", one, one.url),
        ("mariadb", two, two.url),
        ("sqlite", SqliteLabeller(), f"sqlite:///{file}"),
    ]
