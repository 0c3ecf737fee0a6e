"""Frames of pages and of parts of a package: shipped, or a user's own in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined

from crmaudit.report.bounded import Bounded
from crmaudit.report.templates import Templates, empty, template_root
from crmaudit.report.text import clean


def framed(templates: Templates, name: str, *, escape: bool = True, **values: Any) -> str:
    """The frame of that name, like `html/report.html`, with these values, escaped if asked.

    Raises CrmauditError where a frame of the user's own fails, or makes nothing.
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
    path = templates.find(name)
    try:
        made = environment.text(environment.get_template(file), **values)
    except Exception as error:
        failure = environment.failure(error, str(path))
        places = [path, Path(failure.where.file) if failure.where else None]
        if all(x is None or x.is_relative_to(template_root()) for x in places):
            raise
        raise failure from error
    if path is not None and not made.strip():
        raise empty(path)
    return made
