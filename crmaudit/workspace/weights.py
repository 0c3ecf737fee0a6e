"""The weights of scores: which there are, what they are without a word in `audit.yaml`.

No published weights were found for any of these scores; the numbers are a
proposal, argued in docs/method.md, and `weights:` in audit.yaml overrides
each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from crmaudit.errors import Problem
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.yaml_reader import YamlFile

DEFAULTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "extraction": {
            "access path": 20,
            "measured quality": 20,
            "documentation": 15,
            "skills": 10,
            "tables in scope": 5,
            "keys and comments": 5,
            "change capture": 5,
            "volume": 5,
            "vendor and lifecycle": 5,
            # What joins the data with those of others, once they are out.
            "shared identifiers": 5,
            "duplicates": 5,
        },
        # What the rest of the audit hangs on weighs most: owners, who are asked for
        # everything else, and what decides how hard the extraction will be.
        "completeness": {
            "name": 5,
            "vendor": 5,
            "IT owner": 15,
            "business owner": 15,
            "description": 10,
            "documentation": 15,
            "perceived quality": 10,
            "cost": 10,
            "support skills": 15,
        },
        # Somebody's judgement has half of the weight: it classifies alone, as published,
        # and all that was gathered otherwise can at most balance it.
        "functional fit": {
            "functional fitness": 50,
            "value": 10,
            "perceived quality": 10,
            "measured quality": 10,
            "criticality": 10,
            "users": 5,
            "system of record": 5,
        },
        "technical fit": {
            "technical fitness": 50,
            "vendor support": 10,
            "documentation": 10,
            "skills": 10,
            "maintenance": 10,
            "way out": 5,
            "interfaces": 5,
        },
        # What a CRM is for comes first: to know who somebody is, and to reach them.
        "columns": {
            "identity": 3,
            "contact": 3,
            "address": 2,
            "business": 2,
            "other": 1,
        },
        # DAMA ranks no dimension above another, and neither does this without being told.
        "dimensions": {
            "completeness": 1,
            "uniqueness": 1,
            "validity": 1,
            "timeliness": 1,
            "consistency": 1,
            "accuracy": 1,
        },
    }
)
"""Score → criterion → weight."""


def weights(score: str, own: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """The weights of a score, those of audit.yaml (`own`) before the defaults."""
    return {**DEFAULTS[score], **own.get(score, {})}


def unknown_weights(file: YamlFile, audit: Any) -> Iterator[Problem]:
    """Weights in audit.yaml of scores or criteria that there are not."""
    given = audit.get("weights") if isinstance(audit, dict) else None
    for score, values in (given if isinstance(given, dict) else {}).items():
        if score not in DEFAULTS:
            place = file.place(("weights", score), key=True)
            yield Problem(f"no score is called {score!r}", place, suggestion(score, DEFAULTS))
            continue
        for name in values if isinstance(values, dict) else ():
            if name not in DEFAULTS[score]:
                place = file.place(("weights", score, name), key=True)
                hint = suggestion(name, DEFAULTS[score])
                yield Problem(f"{score} has no criterion {name!r}", place, hint)
