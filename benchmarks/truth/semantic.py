"""The meanings of columns, against those labelled.

On real CRMs and the demo: for each kind that the truth labels, which columns of
the whole database were called so. For the schemas of CRM products: by name
only, against the `columns:` of the product maps.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.truth import ROOT, Case, Score
from crmaudit.quality.semantics import SeenColumn, SeenTable, understand

KINDS: dict[str, tuple[str, ...]] = {
    "email": ("e-mail",),
    "phone": ("phone", "mobile", "fax"),
    "postcode": ("postcode",),
    "birth_date": ("birth date",),
    "consent": ("consent",),
    "city": ("city",),
    "street": ("street", "full address"),
    "country": ("country",),
    "first_name": ("given name",),
    "last_name": ("family name",),
    "full_name": ("full name",),
    "organisation_name": ("organisation name",),
    "gender": ("gender",),
    "url": ("url",),
    "money": ("money",),
    "status": ("status",),
    "free_text": ("text",),
}
"""What the truth calls a kind of column, and the types that answer it."""

SAME: dict[str, tuple[str, ...]] = {
    "unused": ("soft delete",),
    "identifier": ("uuid",),
    **dict.fromkeys(
        ("country", "region", "currency", "industry", "language", "category", "status"),
        ("reference",),
    ),
    "phone": ("mobile",),
    "mobile": ("phone",),
}
"""Types that a label of a product map is met by besides itself: a key to a list is labelled by
what the list holds, an empty column by its emptiness."""

# Labels of the truth that cover the whole database, so that any further column is a mistake.
_COMPLETE = ("email", "phone", "birth_date")
DEVELOPED = ("suitecrm", "dolibarr", "espocrm", "odoo", "fat_free_crm")
HELD_OUT = ("vtiger", "dynamics", "salesforce", "civicrm", "hubspot")


def rows(case: Case) -> Iterable[Score]:
    if case.maps:
        return
    found = {
        f"{p.table}.{c.name}": c.semantic for p in case.profiles for c in p.columns if c.semantic
    }
    labels = {k: set(v) for k, v in case.truth["semantic_columns"].items()}
    for label, wanted in labels.items():
        if label.startswith("not_"):
            kinds = KINDS[label.removeprefix("not_")]
            fooled = sorted(c for c in wanted if c in found and found[c].type in kinds)
            right = len(wanted) - len(fooled)
            yield Score(label, right, len(wanted), len(wanted), " ".join(fooled))
            continue
        kinds = KINDS[label]
        called = {c for c, s in found.items() if s.type in kinds}
        if label not in _COMPLETE or case.name.startswith("demo"):
            # Only some columns of the kind are labelled: precision is over those labelled at all.
            others = (v for k, v in labels.items() if label != "free_text" or k[:4] != "not_")
            called &= set().union(*others)
        missed = " ".join(
            f"{c}={found[c].type if c in found else '–'}" for c in sorted(wanted - called)
        )
        wrong = " ".join(sorted(called - wanted))
        note = "; ".join(
            n for n in (missed and f"missed {missed}", wrong and f"wrong {wrong}") if n
        )
        yield Score(label, len(called & wanted), len(called), len(wanted), note)


def extra() -> Iterator[Score]:
    """By name only: each product, and each type over the products developed on."""
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    called: Counter[str] = Counter()
    for product in (*DEVELOPED, *HELD_OUT):
        seen = list(by_name(product))
        if not seen:
            continue
        hits = sum(_meets(label, type_) for _, label, type_ in seen)
        held = " (held out)" if product in HELD_OUT else ""
        yield Score(f"names of {product}{held}", hits, len(seen), len(seen))
        if product in DEVELOPED:
            for _, label, type_ in seen:
                total[label] += 1
                met = _meets(label, type_)
                right[label] += met
                called[label if met else type_] += 1
    for label in sorted(total):
        yield Score(f"names: {label}", right[label], called[label], total[label])


def by_name(product: str) -> Iterator[tuple[str, str, str]]:
    """Column, label and the type told from the name, for each labelled column of a product."""
    map_, schema = _folder("products") / f"{product}.yaml", _schema(product)
    if not map_.exists() or schema is None:
        return
    told: dict[str, Any] = yaml.safe_load(map_.read_text(encoding="utf-8"))
    for table in told["tables"]:
        name = table["table"]
        columns = tuple(schema.get(name, table.get("columns") or ()))
        for column, label in (table.get("columns") or {}).items():
            meaning = understand(SeenColumn(column), SeenTable(name, columns))
            yield f"{name}.{column}", label, meaning.type


def _meets(label: str, type_: str) -> bool:
    return type_ == label or type_ in SAME.get(label, ())


def _folder(name: str) -> Path:
    return ROOT / "crmaudit" / "quality" / name


def _schema(product: str) -> dict[str, list[str]] | None:
    path = ROOT / "tests" / "schemas" / f"{product}.json"
    if not path.exists():
        return None
    tables: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return tables
