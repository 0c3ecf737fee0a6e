"""recordlinkage by its guide, and with four blocks and ECM, which needs no labels.

    python peers_recordlinkage.py SET OUT febrl|crm guide|sum|ecm ACROSS

`guide` blocks by the given name and takes pairs with more than three of six
agreements; `sum` does that with four blocks; `ecm` weighs them instead.
"""

import csv
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
import recordlinkage

COLUMNS = {
    "febrl": ("given_name", "surname", "date_of_birth", "suburb", "state", "address_1", "postcode"),
    "crm": ("first_name", "last_name", "date_of_birth", "city", "email", "street", "postcode"),
}


def main(folder, out, shape, variant, across):
    folder, out, across = Path(folder), Path(out), across == "1"
    began = time.perf_counter()
    given, family, born, place, other, street, postcode = COLUMNS[shape]
    with (folder / "peer.csv").open(encoding="utf-8", newline="") as stream:
        read = pd.DataFrame(list(csv.DictReader(stream))).replace("", None)
    frames = [read[read.system == s] for s in "ab"] if across else [read]
    index = recordlinkage.Index()
    for block in (given,) if variant == "guide" else (given, family, born, postcode):
        index.block(block)
    links = index.index(*frames)
    compare = recordlinkage.Compare()
    compare.exact(given, given, label="given")
    compare.string(family, family, method="jarowinkler", threshold=0.85, label="family")
    compare.exact(born, born, label="born")
    compare.exact(place, place, label="place")
    compare.exact(other, other, label="other")
    compare.string(street, street, threshold=0.85, label="street")
    features = compare.compute(links, *frames)
    if variant == "ecm":
        classifier = recordlinkage.ECMClassifier()
        taken = classifier.fit_predict(features)
        probability = classifier.prob(features)
    else:
        total = features.sum(axis=1)
        taken, probability = features[total > 3].index, total / 6
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scored = pd.DataFrame({"probability": probability})
    scored["l"] = [min(a, b) for a, b in scored.index]
    scored["r"] = [max(a, b) for a, b in scored.index]
    scored["weight"], scored["rule"] = scored["probability"], ""
    scored["state"] = "different"
    scored.loc[taken, "state"] = "same"
    parent = list(range(len(read)))

    def root(n):
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for a, b in taken:
        parent[root(a)] = root(b)
    tab = "people" if shape == "febrl" else "contacts"
    _write(out / "scored.csv", scored.reset_index(drop=True))
    _write(
        out / "members.csv",
        pd.DataFrame({"n": range(len(read)), "thing": [root(n) for n in range(len(read))]}),
    )
    records = pd.DataFrame(
        {"n": range(len(read)), "system": read.system, "tab": tab, "key": read.rec_id}
    )
    _write(out / "records.csv", records)
    print(json.dumps({"seconds": seconds, "memory": memory}))


def _write(path, frame):
    frame.to_csv(path, index=False)


main(*sys.argv[1:])
