"""The engine's own words, one file a language: `templates/sections/<language>/labels.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from crmaudit.errors import CrmauditError
from crmaudit.report.templates import Templates

Labels = Mapping[str, str]


def load(templates: Templates, language: str) -> Labels:
    """The words of the language; what it lacks is said in English.

    Raises CrmauditError for an own file that is no YAML.
    """
    words: dict[str, str] = {}
    for name in dict.fromkeys(("en", language.split("-")[0].lower())):
        # Whoever words one label anew need not keep all the others.
        for folder in reversed(templates.folders):
            words.update(_words(folder / "sections" / name / "labels.yaml"))
    return words


def _words(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CrmauditError(f"it cannot be read: {error}", where=str(path)) from error
    if not isinstance(found, dict):
        raise CrmauditError("expected words by name", "Write `name: text`", str(path))
    return {str(key): str(text) for key, text in found.items()}
