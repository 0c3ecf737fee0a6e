"""dedupe by its guide; the truth answers the questions that a person would be asked.

python peers_dedupe.py SET OUT febrl|crm ANSWERS ACROSS
"""

import csv
import json
import random
import resource
import sys
import time
from pathlib import Path

import dedupe
from dedupe import variables

FIELDS = {
    "febrl": (
        *("given_name", "surname", "street_number", "address_1"),
        *("suburb", "postcode", "date_of_birth"),
    ),
    "crm": (
        *("first_name", "last_name", "date_of_birth", "email"),
        *("phone", "street", "city", "postcode"),
    ),
}


def main(folder, out, shape, answers, across):
    folder, out, across = Path(folder), Path(out), across == "1"
    random.seed(1)
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        truth = {(r["system"], r["key"]): r["thing"] for r in csv.DictReader(stream)}
    began = time.perf_counter()
    with (folder / "peer.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(FIELDS[shape])
    if any(r.get("soc_sec_id") for r in rows):
        names.append("soc_sec_id")
    data = {
        n: {f: (r[f].strip().lower() or None) for f in names} | {"_n": n}
        for n, r in enumerate(rows)
    }
    fields = [variables.String(f, has_missing=True) for f in names]
    if across:
        matcher = dedupe.RecordLink(fields, num_cores=1)
        left = {n: d for n, d in data.items() if rows[n]["system"] == "a"}
        right = {n: d for n, d in data.items() if rows[n]["system"] == "b"}
        matcher.prepare_training(left, right, sample_size=15000)
    else:
        matcher = dedupe.Dedupe(fields, num_cores=1)
        matcher.prepare_training(data, sample_size=15000)
    for _ in range(int(answers)):
        pairs = matcher.uncertain_pairs()
        marked = {"match": [], "distinct": []}
        for a, b in pairs:
            things = [
                truth.get((rows[d["_n"]]["system"], rows[d["_n"]]["rec_id"]), f"own{d['_n']}")
                for d in (a, b)
            ]
            marked["match" if things[0] == things[1] else "distinct"].append((a, b))
        matcher.mark_pairs(marked)
    matcher.train()
    if across:
        linked = matcher.join(left, right, threshold=0.5, constraint="one-to-one")
        pairs = [(min(i), max(i), float(p)) for i, p in linked]
        thing = {n: n for n in data}
        thing.update({max(i): min(i) for i, _ in linked})
    else:
        groups = matcher.partition(data, threshold=0.5)
        thing = {n: g for g, (ids, _) in enumerate(groups) for n in ids}
        pairs = [
            (a, b, float(min(s[i], s[j])))
            for ids, s in groups
            for i, a in enumerate(ids)
            for j, b in enumerate(ids)
            if a < b
        ]
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tab = "people" if shape == "febrl" else "contacts"
    _write(
        out / "scored.csv",
        ("l", "r", "weight", "probability", "state", "rule"),
        [(a, b, p, p, "same", "") for a, b, p in pairs],
    )
    _write(out / "members.csv", ("n", "thing"), sorted(thing.items()))
    _write(
        out / "records.csv",
        ("n", "system", "tab", "key"),
        [(n, r["system"], tab, r["rec_id"]) for n, r in enumerate(rows)],
    )
    print(json.dumps({"seconds": seconds, "memory": memory}))


def _write(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
