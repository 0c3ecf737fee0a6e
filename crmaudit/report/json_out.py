"""The block tree itself, as JSON of a versioned form (`codec.SCHEMA`)."""

from __future__ import annotations

import json

from crmaudit.report.blocks import Document
from crmaudit.report.codec import to_data
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme


def render(document: Document, theme: Theme, templates: Templates) -> bytes:
    """UTF-8 JSON; keys in the order of the classes, so that files can be compared."""
    text = json.dumps(to_data(document), ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")
