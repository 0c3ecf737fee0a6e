"""A workspace of as many systems as wanted, everything in it derived from their number."""

from __future__ import annotations

from pathlib import Path

import yaml

LONG = "The very long name of a workbook that the inside sales department has kept since 1998"
PEOPLE = 40


def generate(root: Path, count: int) -> Path:
    """Dossiers from full to bare: of every eighth, only the name is known."""
    (root / "systems").mkdir(parents=True)
    _write(
        root / "audit.yaml",
        {
            "organisation": "Many Systems (fictional)",
            "as_of": "2026-10-31",
            "currency": "EUR",
            "staff": 400,
        },
    )
    people = [
        {
            "id": f"p{i}",
            "name": f"Person Number{i}",
            **({"leaves": "2027-01-31"} if i % 9 == 4 else {}),
            **({"employment": "contractor"} if i % 11 == 5 else {}),
        }
        for i in range(PEOPLE)
    ]
    _write(root / "people.yaml", {"people": people})
    entities = [{"id": f"e{i}", "name": f"Entity {i}"} for i in range(20)]
    _write(root / "entities.yaml", {"entities": entities})
    for n in range(count):
        _write(root / "systems" / f"s{n}.yaml", _bare(n) if n % 8 == 7 else _system(n))
    return root


def _bare(n: int) -> dict[str, object]:
    return {"id": f"s{n}", "name": f"Bare system {n}"}


def _system(n: int) -> dict[str, object]:
    kinds = ("licence", "maintenance", "hosting", "internal time", "support")
    costs = [
        {
            "year": year,
            "kind": kind,
            "amount": (n * 7919 % 400 + 20) * (k + 1) * 25 + year % 10 * 90,
        }
        for year in (2024, 2025, 2026)
        for k, kind in enumerate(kinds[: n % 5 + 1])
    ]
    support = {
        "provider": "in-house",
        "skills": [
            {
                "skill": f"Skill {n % 60}",
                "needed": n % 3 + 2,
                "held": [
                    {"person": f"p{(n * 13 + k * 5) % PEOPLE}", "level": (n + k * 3) % 5}
                    for k in range(n % 4)
                ],
            }
        ],
    }
    found: dict[str, object] = {
        "id": f"s{n}",
        "name": LONG if n == 3 else f"System {n}",
        "vendor": f"Vendor {n % 30}",
        "kind": "crm",
        "owners": {"business": f"p{n % PEOPLE}"},
        "costs": costs,
        "support": support,
        "users": n % 90 + 1,
        "criticality": ("low", "medium", "high", "critical")[n % 4],
        "perceived_quality": [
            {"who": f"p{n % PEOPLE}", "score": n % 5 + 1},
            {"who": f"p{(n + 1) % PEOPLE}", "score": n % 4 + 1},
        ],
        "lifecycle": {
            "phase": "active",
            "since": f"{2005 + n % 20}-04-01",
            "vendor_support_ends": f"{2023 + n % 9}-{n % 12 + 1:02d}-15",
        },
        "crud": {f"e{n % 20}": "CRU", f"e{(n + 3) % 20}": "R"},
    }
    if n % 3:
        found["contract"] = {
            "partner": f"Vendor {n % 30}",
            "end": f"{2026 + n % 5}-{n % 12 + 1:02d}-28",
            "notice_days": 30 * (n % 5),
            "renews": n % 2 == 0,
        }
    if n % 5:
        found["fitness"] = {
            "functional": n % 4 + 1,
            "technical": n * 7 % 11 % 4 + 1,
            "value": n * 3 % 4 + 1,
        }
    return found


def _write(path: Path, data: object) -> None:
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
