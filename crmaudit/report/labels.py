"""The engine's own words, one file a language: `templates/labels/<language>.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from crmaudit.errors import CrmauditError
from crmaudit.report.templates import Templates

Labels = Mapping[str, str]


def load(templates: Templates, language: str) -> Labels:
    """The words of the language; what it lacks is said in English."""
    words: dict[str, str] = {}
    for name in dict.fromkeys(("en", language.split("-")[0].lower())):
        path = templates.find(f"labels/{name}.yaml")
        if path is None:
            continue
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise CrmauditError("expected words by name", "Write `name: text`", str(path))
        words.update({str(key): str(text) for key, text in found.items()})
    return words
