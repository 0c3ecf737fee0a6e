"""Frames of pages and of parts of a package: shipped, or a user's own in their place."""

from __future__ import annotations

from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined

from crmaudit.errors import CrmauditError
from crmaudit.report.bounded import Bounded, reason
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.text import clean


def framed(templates: Templates, name: str, *, escape: bool = True, **values: Any) -> str:
    """The frame of that name, like `html/report.html`, with these values, escaped if asked.

    Raises CrmauditError where a frame of the user's own fails.
    """
    folder, _, file = name.partition("/")
    environment = Bounded(
        loader=FileSystemLoader([str(f / folder) for f in templates.folders]),
        autoescape=escape,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        return environment.text(environment.get_template(file), **values)
    except Exception as error:
        path = templates.find(name)
        if path is None or path.is_relative_to(template_root()):
            raise
        raise CrmauditError(
            reason(error),
            "mend it, or remove your own copy of the file to use the shipped one",
            str(path),
        ) from error
