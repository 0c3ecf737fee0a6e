"""JSON both ways for every document of evidence.

Bundles come from other machines, so reading validates: unknown kinds and
fields and values of the wrong type are refused with a clear message.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.evidence.access import Access
from crmaudit.evidence.catalog import Catalog
from crmaudit.evidence.changes import Changes
from crmaudit.evidence.checked import ExpectationTests, Reach
from crmaudit.evidence.entity_map import EntityMap
from crmaudit.evidence.health import Backups, Health
from crmaudit.evidence.keys import Keys
from crmaudit.evidence.match import Duplicates, Overlap
from crmaudit.evidence.provenance import Document
from crmaudit.evidence.recording import Recording
from crmaudit.evidence.series import Series
from crmaudit.evidence.table_profile import TableProfile
from crmaudit.evidence.use import Code, Grants, Statements, Written

SCHEMA_VERSION = 1

KINDS: dict[str, type[Document]] = {
    c.kind: c
    for c in (
        Catalog,
        TableProfile,
        Keys,
        EntityMap,
        ExpectationTests,
        Reach,
        Grants,
        Code,
        Statements,
        Written,
        Duplicates,
        Overlap,
        Access,
        Recording,
        Changes,
        Health,
        Backups,
        Series,
    )
}


@cache
def _adapter(kind: str) -> Any:
    # pydantic is imported late: reading the types must not cost it.
    from pydantic import ConfigDict, TypeAdapter

    try:
        cls = KINDS[kind]
    except KeyError:
        known = ", ".join(sorted(KINDS))
        raise CrmauditError(
            f"unknown kind of evidence {kind!r}", f"this version reads: {known}"
        ) from None
    cls.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    return TypeAdapter(cls)


def to_json(document: Document) -> str:
    """The document as one line of JSON, keys in a fixed order, under the id it was collected as."""
    body = _adapter(document.kind).dump_python(document, mode="json")
    origin = body["provenance"]
    origin["system"] = origin.pop("collected_as") or origin["system"]
    envelope = {"schema": SCHEMA_VERSION, "kind": document.kind, "id": document.id, "body": body}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes) -> Document:
    """The document that `to_json` wrote.

    Raises CrmauditError where the text is not evidence of a version that
    this program reads.
    """
    from pydantic import ValidationError

    try:
        envelope = json.loads(text)
    except ValueError as error:
        raise CrmauditError(
            f"this is not evidence: not JSON ({error})",
            "export the evidence again with `crmaudit collect -o evidence.zip`",
        ) from None
    if not isinstance(envelope, dict) or not {"schema", "kind", "body"} <= envelope.keys():
        raise CrmauditError("this is not evidence: it lacks schema, kind or body")
    if envelope["schema"] != SCHEMA_VERSION:
        raise CrmauditError(
            f"evidence of schema {envelope['schema']!r}, this version reads {SCHEMA_VERSION}",
            "use the version of crmaudit that wrote it",
        )
    try:
        document: Document = _adapter(envelope["kind"]).validate_python(envelope["body"])
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise CrmauditError(
            f"damaged {envelope['kind']} evidence at {place}: {first['msg']}"
        ) from None
    if document.provenance.collected_as:
        raise CrmauditError(f"damaged {envelope['kind']} evidence: an id that is never written")
    return document
