"""How well duplicates are found, beside other matchers.

    python -m benchmarks duplicates [febrl|hard|demo|seed|million…] [--peers] [--data FOLDER]

Precision, recall and F1 are those at the threshold that was set automatically.
"Best F1" is what the best threshold by truth would give; it is told for
information only. `million` is not among the parts that run when none is named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import duplicates_peers, duplicates_sets
from benchmarks.calibration_plot import draw
from benchmarks.duplicates_score import Rates, Score, Share, labelled, score
from benchmarks.measure import process

PARTS = ("febrl", "hard", "demo", "seed", "million")
CONTACTS = 20_000
UNSEEN = 90_210
"""A seed of the demo that nothing was ever tuned on."""
PLOT = Path(__file__).parent.parent / "docs" / "images" / "calibration.svg"
_PEERS = (
    *(("splink", "0.5"), ("recordlinkage", "guide"), ("recordlinkage", "ecm")),
    ("dedupe", "60"),
)
_SPLINK = (("splink", "0.5"), ("splink", "0.95"), ("splink", "0.5 few"), ("splink", "0.95 few"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of results."""

    set: str
    by: str
    score: Score | None
    why: str = ""


def run(arguments: Sequence[str]) -> None:
    peers = "--peers" in arguments
    rest, data = folder_of([a for a in arguments if a != "--peers"])
    if unknown := [p for p in rest if p not in PARTS]:
        sys.exit(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    shares: list[tuple[str, Score]] = []
    for part in rest or PARTS[:-1]:
        if part == "hard":
            _hard(data)
            continue
        lines = list(_PARTS[part](data, peers))
        _table(part, lines)
        shares += [(n.set, n.score) for n in lines if n.by == "crmaudit" and n.score]
    if shares:
        _sureness(shares)
    if {"febrl", "demo", "seed"} <= set(rest or PARTS[:-1]):
        draw(PLOT, _pooled([s for _, s in shares]))
        print(f"Calibration drawn into {PLOT.name}.\n")


def folder_of(arguments: Sequence[str]) -> tuple[list[str], Path]:
    """The arguments without `--data FOLDER`, and that folder: where made sets are kept."""
    rest = list(arguments)
    data = Path(tempfile.gettempdir()) / "crmaudit-benchmarks"
    if "--data" in rest:
        at = rest.index("--data")
        data = Path(rest[at + 1])
        del rest[at : at + 2]
    return rest, data.absolute()


def _febrl(data: Path, peers: bool) -> Iterator[Line]:
    for number in (1, 2, 3, 4):
        for ssn in (True, False):
            found = duplicates_sets.febrl(number, data, ssn=ssn)
            name = f"FEBRL {number}" + ("" if ssn else ", no number")
            yield Line(name, "crmaudit", ours(found))
            for peer, variant in _PEERS if peers else ():
                ran = duplicates_peers.run(
                    peer, variant, found.folder, found.shape, across=found.across
                )
                yield Line(name, ran.name, ran.score, ran.why)


def ours(found: duplicates_sets.Set) -> Score:
    """Our matcher on a file of records."""
    out = found.folder / "crmaudit"
    mode = ["across"] if found.across else []
    child("stage", str(found.folder / "records.csv"), "person", str(out), *mode)
    told = json.loads((out / "outcome.json").read_text(encoding="utf-8"))
    truth = found.folder / "truth.csv"
    return score(out, truth, across=found.across, **_told(told, across=found.across))


def _told(outcome: dict[str, Any], *, across: bool) -> dict[str, Any]:
    more: dict[str, Any] = {"seconds": outcome["seconds"], "memory": outcome["memory"]}
    estimates = outcome.get("estimated", {})
    if not across and len(estimates) == 1:
        (only,) = estimates.values()
        more["estimate"] = (only["value"], only["low"], only["high"])
    if across:
        ((left, _),) = outcome["between"].values()
        more["estimate"] = (left["value"], left["low"], left["high"])
    return more


def _demo(contacts: int, seed: int, data: Path, peers: bool) -> Iterator[Line]:
    workspace = duplicates_sets.demo(data, contacts, seed)
    figure = process(
        [*_CRMAUDIT, "collect", "-w", str(workspace), "--only", "duplicates"], rounds=1
    )
    out = workspace / ".matched"
    child("collect", str(workspace), str(out))
    truth = duplicates_sets.demo_truth(workspace, out)
    for kind, name in (("person", "contacts"), ("organisation", "organisations")):
        told = json.loads((out / f"{kind}-crm" / "outcome.json").read_text(encoding="utf-8"))
        more = _told(told, across=False)
        yield Line(
            f"{contacts:,} contacts, seed {seed}: {name}",
            "crmaudit",
            score(out / f"{kind}-crm", truth, **more),
        )
    print(
        f"`crmaudit collect --only duplicates`, {contacts:,} contacts, seed {seed}, all entities "
        f"of all systems: {figure.seconds:.1f} s, {figure.memory:,.0f} MB.\n"
    )
    if not peers:
        return
    found = duplicates_sets.demo_peer(workspace, workspace / ".peers")
    name = f"{contacts:,} contacts, seed {seed}: contacts"
    for peer, variant in (*_SPLINK, *_PEERS[2:]):
        ran = duplicates_peers.run(peer, variant, found.folder, found.shape, across=False)
        yield Line(name, ran.name, ran.score, ran.why)


_PARTS = {
    "febrl": _febrl,
    "demo": lambda data, peers: _demo(CONTACTS, 1, data, peers),
    "seed": lambda data, peers: _demo(CONTACTS, UNSEEN, data, peers),
    "million": lambda data, peers: _demo(1_000_000, 1, data, peers),
}
_CRMAUDIT = (sys.executable, "-m", "crmaudit")


def _hard(data: Path) -> None:
    """The hard pairs, among plain records that stand by them."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "quality"))
    import hard_pairs

    rows: dict[str, list[str]] = defaultdict(list)
    right = {True: 0, False: 0}
    counted = {True: 0, False: 0}
    failures = []
    for kind in ("person", "organisation", "household"):
        found = hard_pairs.hard_set(kind)
        folder = data / f"hard-{kind}"
        folder.mkdir(parents=True, exist_ok=True)
        columns = sorted({c for r in found.rows for c in r} - {"n"})
        duplicates_sets.write(
            folder / "records.csv",
            ("n", *columns),
            ([r["n"], *(_text(r.get(c)) for c in columns)] for r in found.rows),
        )
        child("stage", str(folder / "records.csv"), kind, str(folder / "crmaudit"))
        outcomes = labelled(folder / "crmaudit", [(p.left, p.right) for p in found.pairs])
        by_topic: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
        for pair, (together, state, probability) in zip(found.pairs, outcomes, strict=True):
            counted[pair.same] += 1
            right[pair.same] += together == pair.same
            by_topic[pair.topic].append((pair.same, together, state))
            if together != pair.same:
                failures.append(
                    f"- {kind}, {pair.topic}: {'same' if pair.same else 'different'} "
                    f"({pair.why}); {state or 'no candidate'}, {probability:.3f}"
                )
        for topic, seen in by_topic.items():
            rows[kind].append(
                f"| {kind} | {topic} | {_counts(seen, True)} | {_counts(seen, False)} |"
            )
    print("### Hard pairs\n")
    print(
        "| kind | topic | same: right / to review / wrong | different: right / to review / wrong |"
    )
    print("|---|---|---:|---:|")
    for lines in rows.values():
        print("\n".join(lines))
    print(
        f"\nTogether: {right[True]} of {counted[True]} that are the same were brought together, "
        f"{right[False]} of {counted[False]} that are different were kept apart.\n"
    )
    (data / "hard-failures.md").write_text("\n".join(failures) + "\n", encoding="utf-8")


def _counts(seen: list[tuple[bool, bool, str]], same: bool) -> str:
    about = [(together, state) for truth, together, state in seen if truth == same]
    if not about:
        return "–"
    right = sum(together == same for together, _ in about)
    review = sum(together != same and state == "uncertain" for together, state in about)
    return f"{right} / {review} / {len(about) - right - review}"


def _text(value: object) -> object:
    return " | ".join(map(str, value)) if isinstance(value, list) else value


def child(*arguments: str) -> None:
    """`benchmarks.duplicates_child` with these arguments; whatever fails ends the run."""
    command = [sys.executable, "-m", "benchmarks.duplicates_child", *arguments]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode not in (0, 2):
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def _table(part: str, lines: Sequence[Line]) -> None:
    print(f"### Duplicates: {part}\n")
    print(
        "| set | by | precision | recall | F1 | F1 of clusters | best F1 by truth | candidates "
        "| true pairs among them | seconds | MB |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for line in lines:
        if line.score is None:
            print(f"| {line.set} | {line.by} | {line.why} | | | | | | | | |")
            continue
        s = line.score
        reach = Rates(0, s.reachable, s.pairs.true).recall
        own = line.by == "crmaudit"
        print(
            f"| {line.set} | {line.by} | {s.pairs.precision:.3f} | {s.pairs.recall:.3f} "
            f"| {s.pairs.f1:.4f} | {s.groups.f1:.4f} | {s.best:.4f} "
            f"| {f'{s.candidates:,}' if own else '–'} | {f'{reach:.4f}' if own else '–'} "
            f"| {s.seconds:.1f} | {s.memory:,.0f} |"
        )
    print()


def _sureness(scores: Sequence[tuple[str, Score]]) -> None:
    """What was said beside what is true: probabilities of pairs, numbers of records."""
    print("### Duplicates: what is said and what is true\n")
    print(
        "| set | pairs said 0.9–1.0 | of these true | pairs said 0.1–0.9 | said | true "
        "| records too many | estimated | 95 % interval | holds |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    for name, s in scores:
        top = s.shares[-1]
        middle = _merged(s.shares[1:-1])
        value, low, high = s.estimate or (float("nan"),) * 3
        print(
            f"| {name} | {top.pairs:,} | {top.true:.3f} | {middle.pairs:,} | {middle.said:.2f} "
            f"| {middle.true:.2f} | {s.surplus:,} | {value:,.0f} | {low:,.0f} to {high:,.0f} "
            f"| {'yes' if s.holds else 'no'} |"
        )
    print()


def _merged(shares: Sequence[Share]) -> Share:
    pairs = sum(s.pairs for s in shares)
    return Share(
        shares[0].low,
        shares[-1].high,
        pairs,
        sum(s.pairs * s.said for s in shares) / pairs if pairs else 0.0,
        sum(s.pairs * s.true for s in shares) / pairs if pairs else 0.0,
    )


def _pooled(scores: Sequence[Score]) -> list[Share]:
    return [_merged(bins) for bins in zip(*(s.shares for s in scores), strict=True)]
