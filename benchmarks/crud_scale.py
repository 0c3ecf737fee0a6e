"""The CRUD matrix in the large: analysed from 10² to 10⁷ cells, and a whole audit of 1,000 × 500.

Synthetic landscapes by fixed seed: blocks of systems that use what one of them
creates, one use in seven elsewhere. Every size runs in a process of its own,
which gives its memory. Named limits in the same run: the dense bond energy
that numpy can do at most, and networkx' Louvain alone.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import Figure, cpu, table
from crmaudit.crud_matrix import CrudMatrix
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

SEED = 20261101
SIZES = (
    (10, 10, 30),
    (45, 22, 200),
    (140, 70, 700),
    (450, 220, 2_300),
    (1_000, 500, 5_000),
    (1_000, 500, 20_000),
    (2_000, 1_000, 20_000),
    (5_000, 2_000, 100_000),
)
"""Systems, entities, cells that hold a letter."""
GOAL = (1_000, 500, 5_000)


def landscape(systems: int, entities: int, cells: int) -> list[dict[str, str]]:
    """Entity → letters of each system, in planted blocks of about 25 systems."""
    dice = random.Random(SEED)
    blocks = max(2, systems // 25)
    members = [[s for s in range(systems) if s % blocks == b] for b in range(blocks)]
    things = [[e for e in range(entities) if e % blocks == b] for b in range(blocks)]
    rows: list[dict[str, str]] = [{} for _ in range(systems)]
    for e in range(entities):
        rows[dice.choice(members[e % blocks])][f"entity-{e}"] = "CRU"
    count = entities
    while count < cells:
        s = dice.randrange(systems)
        near = things[s % blocks] if dice.random() < 6 / 7 else ()
        name = f"entity-{dice.choice(near) if near else dice.randrange(entities)}"
        if name not in rows[s]:
            rows[s][name] = dice.choice(("R", "R", "R", "RU", "RUD"))
            count += 1
    return rows


def matrix(systems: int, entities: int, cells: int) -> CrudMatrix:
    """The landscape as declared, each system feeding the next one what it creates."""
    rows = landscape(systems, entities, cells)
    return CrudMatrix(
        [System.model_validate(d) for d in _dossiers(rows)],
        [Entity(id=f"entity-{e}") for e in range(entities)],
    )


def _dossiers(rows: list[dict[str, str]]) -> Iterator[dict[str, object]]:
    for n, row in enumerate(rows):
        made = sorted(e for e, letters in row.items() if "C" in letters)
        feeds = [{"to": f"system-{(n + 1) % len(rows)}", "entities": made}] if made else []
        system = {"id": f"system-{n}", "name": f"System {n}", "crud": row}
        yield {**system, "crud_complete": True, "feeds": feeds}


def questions(crud: CrudMatrix) -> dict[str, Callable[[], object]]:
    """All that is worked out of a matrix, by name, in the order of asking."""
    from crmaudit.crud_matrix.flows import flows, lineage
    from crmaudit.crud_matrix.structure import (
        affinity,
        communities,
        coupling,
        diagonal,
        hubs,
        ordered,
        sections,
        unsectioned,
    )

    return {
        "systems of record": lambda: [crud.record(e) for e in crud.entities],
        "bond energy": lambda: ordered(crud, "bea"),
        "diagonal, subsystems, residual flows": lambda: diagonal(crud),
        "communities and their stability": lambda: communities(crud),
        "hubs and betweenness": lambda: hubs(crud),
        "affinity": lambda: (affinity(crud).strongest(), affinity(crud, "system").strongest()),
        "coupling": lambda: coupling(crud, 100),
        "flows": lambda: flows(crud),
        "lineage of 20 entities": lambda: [lineage(crud, e) for e in crud.entities[:20]],
        "sections and list": lambda: (sections(crud), unsectioned(crud)),
    }


def _child(size: tuple[int, int, int]) -> None:
    """Analyse one size and print the CPU seconds of each question as JSON."""
    import numpy as np

    np.ones(2) @ np.ones(2)  # its import and start are no part of an answer
    crud = matrix(*size)
    taken = {}
    for name, ask in questions(crud).items():
        began = time.process_time()
        ask()
        taken[name] = time.process_time() - began
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"taken": taken, "memory": peak}))


def _limit(size: tuple[int, int, int]) -> None:
    """Print the CPU seconds of the named limits on one size as JSON."""
    import networkx as nx
    import numpy as np

    crud = matrix(*size)
    number = {e: i for i, e in enumerate(crud.entities)}
    marks = np.zeros((size[0], size[1]), dtype=np.float32)
    for s, system in enumerate(crud.systems):
        marks[s, [number[e] for e in crud.held_by(system)]] = 1
    taken = {}
    began = time.process_time()
    dense_energy(marks)
    dense_energy(marks.T)
    taken["bond energy, dense, in the order of names"] = time.process_time() - began
    graph = crud.graph
    began = time.process_time()
    nx.community.louvain_communities(graph, seed=SEED)
    taken["networkx Louvain, once"] = time.process_time() - began
    if sum(size[:2]) <= 1_500:
        began = time.process_time()
        nx.betweenness_centrality(graph)
        taken["networkx betweenness"] = time.process_time() - began
    print(json.dumps(taken))


def dense_energy(marks: object) -> list[int]:
    """Each line in turn at its best place, with the whole square of bonds at hand."""
    import numpy as np

    lines = np.asarray(marks)
    n = len(lines)
    bond = np.zeros((n + 1, n + 1), dtype=np.float32)
    bond[:n, :n] = lines @ lines.T
    order = [n, 0, n]
    for k in range(1, n):
        left, right = order[:-1], order[1:]
        at = int((bond[left, k] + bond[k, right] - bond[left, right]).argmax())
        order.insert(at + 1, k)
    return order[1:-1]


def _ask(what: str, size: tuple[int, int, int]) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.crud_scale", what, *map(str, size)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def run() -> None:
    print("### Analysis of a CRUD matrix, CPU seconds\n")
    print(
        "| systems × entities | cells | with letters | seconds | exponent | memory MB | dearest |"
    )
    print("|---|---:|---:|---:|---:|---:|---|")
    details: dict[tuple[int, int, int], dict[str, float]] = {}
    before: tuple[int, float] | None = None
    for size in SIZES:
        found = _ask("analyse", size)
        taken: dict[str, float] = found["taken"]  # type: ignore[assignment]
        memory: float = found["memory"]  # type: ignore[assignment]
        whole, cells = sum(taken.values()), size[0] * size[1]
        grown = "–"
        if before and cells > before[0]:
            grown = f"{math.log(whole / before[1]) / math.log(cells / before[0]):.2f}"
        before, details[size] = (cells, whole), taken
        worst = max(taken, key=lambda x: taken[x])
        print(
            f"| {size[0]:,} × {size[1]:,} | {cells:,} | {size[2]:,} | {whole:.2f} | {grown} "
            f"| {memory:.0f} | {worst}, {taken[worst]:.2f} |"
        )
    print("\nThe exponent is that of the time over the cells, from the row above.\n")
    for size in (GOAL, (1_000, 500, 20_000), SIZES[-1]):
        limits = _ask("limit", size)
        rows = [(what, Figure(seconds)) for what, seconds in details[size].items()]
        rows += [(f"({what})", Figure(float(str(s)))) for what, s in limits.items()]
        whole = Figure(sum(details[size].values()))
        title = f"{size[0]:,} × {size[1]:,}, {size[2]:,} cells: CPU seconds, ratio to the whole"
        table(title, [("all questions", whole), *rows])
    _commands()


def write_workspace(folder: Path, size: tuple[int, int, int]) -> None:
    """The landscape as a workspace: one dossier a system."""
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: Large\nas_of: 2026-10-31\n")
    body = "".join(f"  - {{id: entity-{e}, name: Entity {e}}}\n" for e in range(size[1]))
    (folder / "entities.yaml").write_text("entities:\n" + body)
    for dossier in _dossiers(landscape(*size)):
        (folder / "systems" / f"{dossier['id']}.yaml").write_text(json.dumps(dossier))


def _commands() -> None:
    """Whole commands over a workspace of 1,000 × 500; the first only reads its files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder, GOAL)
        program = [sys.executable, "-m", "crmaudit"]
        commands = {
            "crmaudit validate (reads the files)": ["validate"],
            "crmaudit crud --format csv": ["crud", "--format", "csv"],
            "crmaudit crud": ["crud"],
            "crmaudit check": ["check", "--format", "json", "--fail-on", "never"],
            "crmaudit report --as html": ["report", "--as", "html", "-o", f"{name}/out"],
        }
        rows = [
            (what, Figure(cpu([*program, *command, "-w", name])))
            for what, command in commands.items()
        ]
        table("Workspace of 1,000 systems × 500 entities, 5,000 cells, CPU seconds", rows)


if __name__ == "__main__":
    size_ = tuple(map(int, sys.argv[2:5]))
    (_child if sys.argv[1] == "analyse" else _limit)(size_)  # type: ignore[arg-type]
