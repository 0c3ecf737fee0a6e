"""What a report was made of, in one line that every format carries.

The line stands where readers do not look and programs do: a keyword of PDF,
Word, Excel and slides, a `meta` of HTML, a comment of Markdown; JSON has the
same values in its `meta`. By it a single file tells with which version, which
declarations and which evidence it was made, and for whom.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, fields
from urllib.parse import quote, unquote

from crmaudit.report import blocks as b

NAME = "crmaudit-report"
"""The first word of the line."""
_LINE = re.compile(NAME + r"((?: [a-z]+=[A-Za-z0-9._~%+-]*)+)")
_OFFICE = "docProps/core.xml"
_MOST = 1_000_000
"""Bytes of an Office file's properties; what is larger was not written here."""


@dataclass(frozen=True, slots=True)
class Seal:
    """`configuration` and `evidence` are the short hashes that the report shows."""

    tool: str = ""
    configuration: str = ""
    evidence: str = ""
    status: str = "draft"
    audience: str = ""
    language: str = "en"

    def __str__(self) -> str:
        # A hyphen is harmless in a word, but two of them end a comment.
        parts = (
            f"{f.name}={quote(getattr(self, f.name), safe='').replace('--', '%2D%2D')}"
            for f in fields(self)
        )
        return f"{NAME} {' '.join(parts)}"


def seal(document: b.Document) -> Seal:
    """The line of a document."""
    meta = document.meta
    return Seal(
        _plain(meta.tool_version),
        _plain(meta.configuration),
        _plain(meta.evidence),
        meta.status,
        _plain(meta.audience),
        _plain(meta.language),
    )


def find_seal(content: bytes) -> Seal | None:
    """The line that a file of any format carries; None where it has none that can be read."""
    if content.startswith(b"PK"):
        unreadable = (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError)
        with suppress(*unreadable), zipfile.ZipFile(io.BytesIO(content)) as book:
            if book.getinfo(_OFFICE).file_size < _MOST:
                return _read(book.read(_OFFICE).decode("utf-8", "replace"))
        return None
    if content.lstrip()[:1] == b"{":
        return _of_json(content)
    return _read(content.decode("latin-1"))


def _read(text: str) -> Seal | None:
    match = _LINE.search(text)
    if match is None:
        return None
    given = dict(part.split("=", 1) for part in match[1].split())
    known = {f.name for f in fields(Seal)}
    return Seal(**{k: unquote(v) for k, v in given.items() if k in known})


def _of_json(content: bytes) -> Seal | None:
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        meta = json.loads(content)["document"]["meta"]
        return Seal(
            meta.get("tool_version", ""),
            meta.get("configuration", ""),
            meta.get("evidence", ""),
            meta.get("status", "draft"),
            meta.get("audience", ""),
            meta.get("language", "en"),
        )
    return None


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
