"""Office Open XML packages: text as XML, and parts as a zip whose bytes never vary."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape

from crmaudit.report.text import clean

STAMP = (1980, 1, 1, 0, 0, 0)
"""The moment of every part: the oldest that a zip can say."""


def xml(text: str) -> str:
    """Text for XML, as content or as an attribute in double quotes."""
    return escape(clean(text))


def package(parts: Mapping[str, bytes]) -> bytes:
    """The parts by name, in the order given; the list of contents has to come first."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, STAMP)
            # Pictures are compressed already.
            packed = not name.endswith((".png", ".jpeg"))
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(entry, content)
    return found.getvalue()
