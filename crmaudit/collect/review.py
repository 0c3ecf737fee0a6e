"""The duplicate review: pairs read again for those who may see them, recorded each time.

Masked values do not tell whether two records are the same person. So the
sources are opened read-only and the records are found by their keyed ids.
What was shown is kept nowhere but in a workbook that somebody asked for; who
asked for what, and when, is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from crmaudit.collect.collect import targets
from crmaudit.collect.reveal import record
from crmaudit.errors import CrmauditError
from crmaudit.key import Key, find_key
from crmaudit.quality.matching.recipes import recipes
from crmaudit.sources import open_source

if TYPE_CHECKING:
    from crmaudit.facts import Facts
    from crmaudit.quality.collectors.review import Revealed
    from crmaudit.workspace import Workspace


def reveal_records(
    facts: Facts,
    entity: str,
    ids: Mapping[str, Collection[str]],
    key_id: str,
    what: str,
    on_rows: Callable[[str, int], None] = lambda table, rows: None,
) -> dict[str, Revealed]:
    """Id → record of the entity, of those that the sources still have.

    `ids` are by system, `key_id` is that of the evidence that holds them. The
    request is recorded as `what`, with the number of records, before anything
    is answered. Raises CrmauditError where the workspace has another key, a
    source cannot be read or the record not be written.
    """
    key = review_key(facts.workspace, key_id)
    found: dict[str, Revealed] = {}
    for system, wanted in sorted(ids.items()):
        if wanted:
            found |= _of(facts, entity, system, wanted, key, on_rows)
    record(facts.workspace.root, what, len(found), "records")
    return found


def review_key(workspace: Workspace, key_id: str) -> Key:
    """The audit's key, by which records are found. CrmauditError where it is another or none."""
    if not key_id:
        raise CrmauditError(
            "the evidence holds no record ids: it was collected without a key",
            "collect again in the workspace: `crmaudit collect --only duplicates,overlap`",
        )
    key = find_key(workspace.root)
    if key is None or key.id != key_id:
        raise CrmauditError(
            "the record ids were made with another key than this workspace has",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    return key


def _of(
    facts: Facts,
    entity: str,
    system: str,
    wanted: Collection[str],
    key: Key,
    on_rows: Callable[[str, int], None],
) -> dict[str, Revealed]:
    from crmaudit.quality.collectors.review import find_again

    workspace, evidence = facts.workspace, facts.evidence
    (target,) = targets(workspace, [system])
    if not target.url:
        raise CrmauditError(
            f"{system} has no database here, so its records cannot be read again",
            "review where it is, and bring matches.yaml back",
            workspace.place_of(f"system:{system}"),
        )
    known = facts.maps.get(system)
    if known is None:
        raise CrmauditError(f"what the tables of {system} hold is not known", "crmaudit collect")
    profiles = (
        *evidence.profiles.get(system, {}).values(),
        *evidence.parts.get(system, {}).values(),
    )
    formerly = [old for old, now in workspace.formerly.items() if now == system]
    with open_source(target.url, schema=target.schema) as source:
        made = recipes(
            system,
            known,
            source.catalog(system),
            evidence.keys.get(system),
            workspace.map_of.get(system),
            profiles,
        )
        own = [r for r in made if r.entity == entity]
        if not own:
            raise CrmauditError(
                f"{source.address} has no table of {entity} any more that could be compared",
                "crmaudit collect",
            )
        return find_again(source, own, key, wanted, formerly, on_rows)


def by_system(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """(system, id) → the ids of each system."""
    found: dict[str, set[str]] = {}
    for system, id_ in pairs:
        if id_:
            found.setdefault(system, set()).add(id_)
    return found
