"""The hard pairs of `hard_pairs.yaml`, put among plain records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import made_people
import yaml

FILE = Path(__file__).with_name("hard_pairs.yaml")
_LISTS = ("emails", "phones", "identifiers")


@dataclass(frozen=True, slots=True)
class HardPair:
    """Two records (by their `n`), how a careful clerk would decide, and why."""

    kind: str
    topic: str
    same: bool
    why: str
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class HardSet:
    """The pairs of one kind; `rows` are those of `records`, the plain ones first.

    `things` tells of each plain row what it stands for.
    """

    kind: str
    pairs: tuple[HardPair, ...]
    rows: tuple[dict[str, object], ...]
    things: tuple[int, ...]


def hard_set(kind: str, seed: int = 20261122) -> HardSet:
    """The hard pairs of a kind among 2,000 plain records, every tenth of them a copy."""
    if kind == "organisation":
        plain = made_people.organisations(1_800, 200, seed)
    else:
        plain = made_people.people(1_800, 200, seed)
    rows = [made_people.row(n, made) for n, made in enumerate(plain)]
    if kind == "household":
        for r, made in zip(rows, plain, strict=True):
            r["household"] = f"{made.family} household"
            for name in ("given", "family", "emails", "birth_date", "gender"):
                r[name] = None
    pairs = []
    for entry in labelled():
        if entry.get("kind", "person") != kind:
            continue
        left = len(rows)
        rows += [_row(left, entry["a"]), _row(left + 1, entry["b"])]
        pairs.append(
            HardPair(kind, entry["topic"], entry["label"] == "same", entry["why"], left, left + 1)
        )
    return HardSet(kind, tuple(pairs), tuple(rows), tuple(made.thing for made in plain))


def labelled() -> list[dict[str, Any]]:
    """The entries of the file, all values as text."""
    found: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


def _row(n: int, record: dict[str, str]) -> dict[str, object]:
    values = {k: v.split(" | ") if k in _LISTS else v for k, v in record.items()}
    return {"n": n, "system": "crm", "tab": "contacts", "key": str(n), **values}
