"""What part a column plays, as far as its name and its table's keys say."""

from __future__ import annotations

from crmaudit.evidence import Table
from crmaudit.evidence.privacy import name_words

_CHANGE = "modified|updated|changed|geaendert|modifie|modificado|actualizado"
_BIRTH = "created|added|entered|angelegt|erstellt|cree|creado"
_MODIFIED = """
    tms systemmodstamp writedate modifiedtime updatetime lastupdate modification
    aenderungsdatum letzteaenderung datemodification fechamodificacion
"""
_CREATED = """
    createtime creationdate createdate dateentered dateadd datec erstelldatum anlagedatum
    datecreation fechacreacion
"""
# Words around `modified` and `created` that leave it the moment it happened.
_MOMENT_WORDS = "date time at on last stamp timestamp am le el datum ts utc hs dt"
_MOMENT = frozenset(_MOMENT_WORDS.split())
_TECHNICAL = """
    deleted isdeleted isactive active archived version lockversion rowversion revision
    createdby modifiedby modifieduserid updatedby createuid writeuid lastmodifiedby createdbyid
    lastmodifiedbyid importkey importid tenantid
"""
_TECHNICAL_NAMES = frozenset(_TECHNICAL.split())
_IDENTIFIERS = frozenset({"id", "uuid", "guid", "rowid", "oid", "recordid"})


def is_modified_stamp(name: str) -> bool:
    """When a record was last changed: `modified_at`, `date_modified`, `write_date`, `tms`, …"""
    return _is_stamp(name, _CHANGE, _MODIFIED)


def is_created_stamp(name: str) -> bool:
    """When a record was made: `created_at`, `date_entered`, `createdtime`, …"""
    return _is_stamp(name, _BIRTH, _CREATED)


def is_identifier(name: str, table: str) -> bool:
    """`id`, `uuid`, … and the table's own name with `id`: `contact_id` in `contacts`."""
    joined = "".join(name_words(name))
    own = "".join(name_words(table.rsplit(".", 1)[-1]))
    return joined in _IDENTIFIERS or joined in {f"{own}id", f"{own.removesuffix('s')}id"}


def unique_columns(table: Table | None) -> frozenset[str]:
    """Columns that are declared to be unique by themselves."""
    if table is None:
        return frozenset()
    keys = [table.primary_key, *(i.columns for i in table.indexes if i.unique)]
    return frozenset(key[0] for key in keys if len(key) == 1)


def is_system_column(name: str, table_name: str, table: Table | None = None) -> bool:
    """Whether the program fills the column by itself: keys, stamps, flags, versions.

    Such columns are always full and would only flatter a table's completeness.
    """
    return (
        is_modified_stamp(name)
        or is_created_stamp(name)
        or is_identifier(name, table_name)
        or "".join(name_words(name)) in _TECHNICAL_NAMES
        or (table is not None and name in table.primary_key)
    )


def _is_stamp(name: str, verbs: str, names: str) -> bool:
    words = name_words(name)
    joined = "".join(words)
    if joined in names.split():
        return True
    # `modifiedtime` is one word: the verb is cut out of it, the rest has to say when.
    for verb in verbs.split("|"):
        if verb in joined:
            rest = [w for word in words for w in word.replace(verb, " ").split()]
            return all(w in _MOMENT for w in rest)
    return False
