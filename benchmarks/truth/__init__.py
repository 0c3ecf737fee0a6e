"""What crmaudit finds out by itself against what is true, as precision, recall and F1.

`python -m benchmarks truth [PART…]` runs the parts named, else all. A part is
a module of this package:

- `rows(case) -> Iterable[Score]`: its scores on one case, and
- optionally `extra() -> Iterable[Score]`: scores that need no case (schemas by
  name only, a table of known faults).

A case is a real CRM or the demo, once with its declared keys and once without:

- `case.name`, `case.declared` (False: the catalog has neither primary nor
  foreign keys nor unique indexes) and `case.truth`, in the form of the
  `truth.json` of the real CRMs: `entities` (entity → tables with `table`,
  `role`, `row_filter`, `pk`), `foreign_keys_declared` ([from, to] pairs),
  `foreign_keys_implied` (`from`, `to`, `non_null`, `orphan_rows`,
  `sentinel_rows`), `polymorphic`, `semantic_columns`, `traps`;
- `case.catalog` and `case.profiles`, read once and kept;
- `case.task(*evidence, known=…)`: a context manager with the `Task` that a
  collector is given, its source open; catalog and profiles are in its
  evidence, followed by `evidence`;
- `case.maps`: whether product maps may be used. What knows nothing of product
  maps answers nothing where it is False.

The real CRMs are found at $CRMAUDIT_DATA, else at `../shared/data` beside the
checkout; a server is started for each unless CRMAUDIT_BENCH_FAT_FREE_CRM or
CRMAUDIT_BENCH_CIVICRM gives the address of a loaded one. What is not there is
left out, and said so.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crmaudit.evidence import Catalog, Document, TableProfile
from crmaudit.sources import Source, open_source
from crmaudit.sources.task import Known, Task

PARTS = ("semantic", "keys", "entities", "products", "hospital", "faults")
ROOT = Path(__file__).resolve().parents[2]
NAMES = ("demo crm", "demo billing", "demo newsletter", "fat_free_crm", "civicrm")
SERVED = {"fat_free_crm": "postgresql", "civicrm": "mariadb"}


def data() -> Path:
    """The folder of the real CRMs' data, which may not be there."""
    return Path(os.environ.get("CRMAUDIT_DATA") or ROOT.parent / "shared" / "data")


@dataclass(frozen=True)
class Score:
    """`right` of `found` answers are true, of `wanted` that should have been found.

    `wanted` None: recall has no meaning here. `note` says what else matters.
    """

    what: str
    right: int
    found: int
    wanted: int | None
    note: str = ""

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        if self.wanted is None or not self.found + self.wanted:
            return None
        return 2 * self.right / (self.found + self.wanted)


@dataclass(frozen=True)
class Case:
    """A database with its truth; the module's docstring says what each part is."""

    name: str
    url: str
    truth: dict[str, Any]
    declared: bool = True
    maps: bool = False
    _cache: dict[bool, tuple[Catalog, tuple[TableProfile, ...]]] = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        return self._read[0]

    @property
    def profiles(self) -> tuple[TableProfile, ...]:
        return self._read[1]

    @contextmanager
    def task(self, *evidence: Document, known: Known | None = None) -> Iterator[Task]:
        """A collector's task on this case."""
        told = (self.catalog, *self.profiles, *evidence)
        with open_source(self.url) as source:
            yield Task(source, self.name, self.catalog, self.catalog.tables, known or Known(), told)

    @property
    def _read(self) -> tuple[Catalog, tuple[TableProfile, ...]]:
        if self.declared not in self._cache:
            with open_source(self.url) as source:
                self._cache[self.declared] = _understood(source, self.name, self.declared)
        return self._cache[self.declared]


def _understood(
    source: Source, name: str, declared: bool
) -> tuple[Catalog, tuple[TableProfile, ...]]:
    from crmaudit.quality.collectors.profile import profile
    from crmaudit.quality.plan import Plan

    catalog = source.catalog(name)
    if not declared:
        catalog = stripped(catalog)
    return catalog, tuple(profile(source, catalog.tables, Plan(system=name)))


def stripped(catalog: Catalog) -> Catalog:
    """The catalog without anything that it declares about keys."""
    bare = (replace(t, primary_key=(), foreign_keys=(), indexes=()) for t in catalog.tables)
    return replace(catalog, tables=tuple(bare))


@contextmanager
def cases(names: Iterable[str] = ()) -> Iterator[tuple[Case, ...]]:
    """All cases that can be had, or those of these names; servers run inside only."""
    wanted = tuple(names)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crmaudit-bench-")))
        plain = []
        for name in NAMES:
            if wanted and name not in wanted:
                continue
            kind, _, system = name.partition(" ")
            found = _demo(folder, system) if kind == "demo" else _served(stack, name)
            if found is None:
                print(f"left out: {name} (no data or no server)\n", file=sys.stderr)
            else:
                plain.append(Case(name, *found))
        yield tuple(
            replace(c, declared=declared, maps=maps)
            for c in plain
            for declared in (True, False)
            for maps in (True, False)
        )


def _demo(folder: Path, system: str) -> tuple[str, dict[str, Any]]:
    from crmaudit.demo import Truth, generate

    made = Truth.read(folder) if any(folder.iterdir()) else generate(folder, contacts=5_000)
    told = asdict(made.system(system))
    keys = told.pop("foreign_keys")
    truth = told | {
        "entities": _by_entity(told["entities"]),
        "foreign_keys_declared": [[k["source"], k["target"]] for k in keys if k["declared"]],
        "foreign_keys_implied": [
            {"from": k["source"], "to": k["target"]} | k for k in keys if not k["declared"]
        ],
        "traps": [],
    }
    return f"sqlite:///{folder / told['file']}", truth


def _by_entity(tables: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        found.setdefault(table["entity"], []).append({"pk": table["key"], **table})
    return found


def _served(stack: ExitStack, name: str) -> tuple[str, dict[str, Any]] | None:
    told = data() / name / "truth.json"
    if not told.exists():
        return None
    truth = json.loads(told.read_text(encoding="utf-8"))
    url = os.environ.get(f"CRMAUDIT_BENCH_{name.upper()}") or _loaded(stack, name)
    return (url, truth) if url else None


def _loaded(stack: ExitStack, name: str) -> str | None:
    """The address of the CRM in a server of its own; None where there is no server."""
    sys.path.insert(0, str(ROOT / "tests"))
    import servers

    start: Callable[[], Any] = getattr(
        servers, f"start_{'postgres' if SERVED[name] == 'postgresql' else 'mariadb'}"
    )
    try:
        server = start()
    except servers.NoServerError:
        return None
    stack.callback(server.stop)
    to = f"-h 127.0.0.1 -{'p' if name == 'fat_free_crm' else 'P'} {server.port}".split()
    if name == "fat_free_crm":
        client = ["psql", "-q", *to, "-U", "admin", "-d"]
        make, target = [*client, "postgres"], [*client, name]
    else:
        make = ["mariadb", "--no-defaults", "--force", "--default-character-set=utf8mb4"]
        make += [*to, "-u", "admin"]
        target = [*make, name]
    known = {**os.environ, "PGPASSWORD": servers.PASSWORD, "MYSQL_PWD": servers.PASSWORD}
    subprocess.run(make, input=f"create database {name};".encode(), env=known, check=True)
    for dump in sorted((data() / name).glob("*.gz"), key=lambda f: len(f.name)):
        subprocess.run(
            target, input=gzip.decompress(dump.read_bytes()), env=known, capture_output=True
        )
    return f"{server.url}/{name}"


def run(parts: Iterable[str] = (), names: Iterable[str] = ()) -> None:
    """Print the table of each part; parts whose module is not there are left out."""
    unknown = [p for p in parts if p not in PARTS]
    if unknown:
        sys.exit(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    modules = {}
    for part in parts or PARTS:
        name = f"benchmarks.truth.{part}"
        if importlib.util.find_spec(name):
            modules[part] = importlib.import_module(name)
    with cases(names) as found:
        for part, module in modules.items():
            print(f"### Truth: {part}\n")
            print("| case | what | right | found | wanted | precision | recall | F1 | note |")
            print("|---|---|---:|---:|---:|---:|---:|---:|---|")
            for case in found:
                keys = "declared keys" if case.declared else "keys removed"
                maps = "with maps" if case.maps else "no maps"
                for score in module.rows(case):
                    _print(f"{case.name}, {keys}, {maps}", score)
            for score in getattr(module, "extra", tuple)():
                _print("–", score)
            print()


def _print(case: str, score: Score) -> None:
    figures = " | ".join(
        "–" if f is None else f"{f:.3f}" for f in (score.precision, score.recall, score.f1)
    )
    wanted = "–" if score.wanted is None else score.wanted
    print(
        f"| {case} | {score.what} | {score.right} | {score.found} | {wanted} "
        f"| {figures} | {score.note} |"
    )
