"""`--reveal`: CRM accounts read again for those who may know, recorded each time.

Only what carries pseudonyms is revealed. Customers, free text and secrets
never are, whoever asks. What was revealed is kept nowhere; who asked for what,
and when, is.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crmaudit.collect.collect import collector, opened, targets
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Access, TableProfile
from crmaudit.evidence.semantic import audience
from crmaudit.key import find_key
from crmaudit.private import state_folder
from crmaudit.sources import open_source
from crmaudit.sources.task import Task

if TYPE_CHECKING:
    from crmaudit.quality.collectors.reveal import Account
    from crmaudit.workspace import Workspace

RECORD = "revealed.jsonl"

_WHY = {
    "customer": "it holds data of customers, which are always masked",
    "secret": "it holds secrets, of which nothing is shown",
    "none": "it holds no CRM accounts, and so nothing is hidden behind a pseudonym",
}


def reveal(workspace: Workspace, profile: TableProfile, column: str) -> tuple[Account, ...]:
    """The accounts behind the pseudonyms of a column, those with most rows first.

    The source is opened read-only; the request is recorded in the workspace's
    hidden folder before anything is answered. Raises CrmauditError where the
    column may not be revealed, and where the source cannot be read or the
    record not be written.
    """
    system = profile.provenance.system
    path = f"{system}.{profile.table}.{column}"
    _refuse(profile, column, path)
    key = find_key(workspace.root)
    if key is None or key.id != profile.provenance.key_id:
        raise CrmauditError(
            f"the pseudonyms of {path} were made with another key than this workspace has",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    from crmaudit.quality.collectors.reveal import accounts

    (target,) = targets(workspace, [system])
    with open_source(target.url, schema=target.schema) as source:
        found = accounts(source, system, profile.table, column, key, profile.where)
    record(workspace.root, path, len(found))
    return found


def reveal_principals(
    workspace: Workspace, system: str, key_ids: Iterable[str] = ()
) -> Mapping[str, str]:
    """Pseudonym → name of the accounts of a system's database that are not named.

    `key_ids` are those of the evidence that holds the pseudonyms.
    Rights and statements are read again as `collect` does, and nothing is kept.
    Recorded as `reveal` is. Raises CrmauditError where the key is another than
    the evidence's or the source cannot be read.
    """
    key = find_key(workspace.root)
    if key is None:
        raise CrmauditError(
            "there is no key here that pseudonyms were made with",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    if other := {x for x in key_ids if x and x != key.id}:
        raise CrmauditError(
            f"the pseudonyms of {system}'s accounts were made with another key ({min(other)}) "
            "than this workspace has",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    listening = key.listening()
    (target,) = targets(workspace, [system])
    with opened(target) as source:
        catalog = source.catalog(target.system)
        task = Task(source, target.system, catalog, catalog.tables, target.known, key=listening)
        for kind in ("grants", "statements"):
            for _ in collector(kind).collect(task):
                pass
    record(workspace.root, f"accounts of the database of {target.system}", len(listening.heard))
    return listening.heard


def reveal_accounts(workspace: Workspace, evidence: Access, on: str = "") -> Mapping[str, str]:
    """Pseudonym → login of the accounts of a CRM, or its key for one without a login.

    `on` is the pseudonym of the one that is asked for; else all are. The CRM's
    table of accounts is read again, as `collect` does. Recorded as `reveal`
    is. Raises CrmauditError where the key is another than the evidence's or
    the source cannot be read.
    """
    from crmaudit.quality.collectors.account_tables import account_tables

    system, key = evidence.provenance.system, find_key(workspace.root)
    if key is None or evidence.provenance.key_id not in ("", key.id):
        raise CrmauditError(
            f"the pseudonyms of {system}'s accounts were made with another key than this "
            "workspace has",
            "put the audit's key back (CRMAUDIT_KEY, .crmaudit/key), or `crmaudit collect` again",
        )
    (target,) = targets(workspace, [system])
    listening = key.listening()
    with opened(target) as source:
        catalog = source.catalog(target.system)
        task = Task(
            source,
            target.system,
            catalog,
            catalog.tables,
            target.known,
            key=listening,
            accounts=lambda: account_tables(source, catalog, target.known, None),
        )
        for _ in collector("access").collect(task):
            pass
    heard = listening.heard
    wanted = [a for a in evidence.accounts if on in ("", a.name)]
    # The login says more to a reader than the key that columns hold.
    names = {a.name: [heard[n] for n in (*a.also, a.name) if n in heard] for a in wanted}
    found = {name: told[0] for name, told in names.items() if told}
    record(workspace.root, f"accounts of {target.system}", len(found))
    return found


def _refuse(profile: TableProfile, column: str, path: str) -> None:
    known = profile.column(column)
    if known.semantic is None:
        raise CrmauditError(
            f"{path} is not revealed: what it holds is not known", "crmaudit collect"
        )
    whose = audience(known.semantic.type)
    if whose != "account":
        raise CrmauditError(
            f"{path} is not revealed: {_WHY[whose]}",
            "only columns of CRM accounts can be: owners, authors, logins",
        )
    if known.masking != "pseudonym":
        raise CrmauditError(
            f"{path} is not revealed: its evidence holds no pseudonyms", "crmaudit collect"
        )


def record(root: Path, what: str, number: int, of: str = "accounts") -> Path:
    """Add a line of who asked for what and how many of them, and when: no value, no pseudonym.

    Raises CrmauditError where it cannot be written.
    """
    path = state_folder(root) / RECORD
    who = "unknown"
    with contextlib.suppress(OSError, KeyError, ImportError):
        who = getpass.getuser()
    line = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who,
        "what": what,
        of: number,
    }
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(json.dumps(line, ensure_ascii=True) + "\n")
    except OSError as error:
        raise CrmauditError(
            f"{path} cannot be written, and nothing is revealed unrecorded: {error.strerror}",
            "check the folder's rights",
        ) from None
    return path
