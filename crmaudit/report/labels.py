"""The engine's own words, one file a language: `templates/sections/<language>/labels.yaml`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.report.templates import Templates, line_of, template_root, yaml_of

Labels = Mapping[str, str]


def filled(words: Labels, name: str, **values: object) -> str:
    """The label with its values: `{n} more in the report.`; it may leave some out."""
    return words[name].format_map({k: str(v) for k, v in values.items()})


def load(templates: Templates, language: str) -> Labels:
    """The words of the language; what it lacks is said in English.

    Raises CrmauditError for an own file that is no YAML, or asks for a value that there is not.
    """
    words: dict[str, str] = {}
    shipped = _words(template_root() / "sections" / "en" / "labels.yaml")
    for name in dict.fromkeys(("en", language.split("-")[0].lower())):
        # Whoever words one label anew need not keep all the others.
        for folder in reversed(templates.folders):
            path = folder / "sections" / name / "labels.yaml"
            words.update(_checked(path, _words(path), shipped))
    return words


def _checked(path: Path, own: dict[str, str], shipped: Labels) -> dict[str, str]:
    """The labels of a file; each asks for no other values than the shipped one of its name."""
    for key, text in own.items():
        known = _values(shipped.get(key, "")) or set()
        if not known:
            continue
        asked = _values(text)
        if asked is None or asked - known:
            names = ", ".join(sorted(f"{{{x}}}" for x in known))
            raise CrmauditError(
                f"the label {key!r} cannot be filled: {text!r}"
                if asked is None
                else f"the label {key!r} has no value "
                + ", ".join(sorted(f"{{{x}}}" for x in asked - known)),
                f"it may have {names}; a brace of its own is written twice",
                line_of(path, key),
            )
    return own


def _values(text: str) -> set[str] | None:
    """What a text asks for in braces, with all that stands in them; None where braces are odd."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    return {
        name + (f"!{how}" if how else "") + (f":{form}" if form else "")
        for _, name, form, how in parts
        if name is not None
    }


def _words(path: Path) -> dict[str, str]:
    return {str(k): str(v) for k, v in yaml_of(path).items()} if path.is_file() else {}
