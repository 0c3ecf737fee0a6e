"""The demo's data: three databases of a fictional organisation, with known defects.

`generate` writes them; `Truth` says what is in them.  Harbourlight Community
Services does not exist, nor does anybody in its records.  The same seed gives
the same bytes, on the same version of SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from crmaudit.demo import backups, clock, landscape, story, workload
from crmaudit.demo.billing import Billing
from crmaudit.demo.claims import ClaimBook, Planted
from crmaudit.demo.crm import Crm
from crmaudit.demo.database import Database
from crmaudit.demo.faults_later import LATER
from crmaudit.demo.newsletter import Newsletter
from crmaudit.demo.population import Population
from crmaudit.demo.scale import Scale
from crmaudit.demo.staff import Staff
from crmaudit.demo.streams import Streams
from crmaudit.demo.truth import FILE_NAME, Truth
from crmaudit.errors import CrmauditError

__all__ = ["ORGANISATION", "SYSTEMS", "Planted", "Truth", "generate"]

ORGANISATION = "Harbourlight Community Services"
_NO_ROOM = ("SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM")
SYSTEMS = ("crm", "billing", "newsletter")


def generate(folder: Path, *, contacts: int = 20_000, seed: int = 1) -> Truth:
    """Write `crm.sqlite`, `billing.sqlite`, `newsletter.sqlite` and `truth.json` into `folder`.

    Beside them the rights and the statements of two of them, as CSV, and their backups.
    All tables but the staff's grow with `contacts`.  Drafts are renamed when
    all are complete, the truth last: a stopped run leaves what was there.
    """
    scale, streams = Scale(contacts), Streams(seed)
    book = ClaimBook(streams)
    population = Population(scale, streams, book)
    staff = Staff(streams, book, population.people)
    crm = Crm(scale, streams, book, population, staff)
    billing = Billing(scale, streams, book, population)
    newsletter = Newsletter(scale, streams, book, population)
    book.plant(LATER, {})

    logs = [name for system in workload.WORK for name in workload.files(system)]
    names = [*(f"{system}.sqlite" for system in SYSTEMS), *logs, *backups.files(), FILE_NAME]
    places = ((name, folder / name) for name in names)
    drafts = {name: place.with_name(f".{place.name}.part") for name, place in places}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        writers: tuple[tuple[str, Crm | Billing | Newsletter], ...] = (
            ("crm", crm),
            ("billing", billing),
            ("newsletter", newsletter),
        )
        systems = []
        for system, writer in writers:
            database = Database(drafts[f"{system}.sqlite"], system, book)
            try:
                writer.write(database)
                database.finish()
                systems.append(landscape.describe(database))
            finally:
                database.close()
        for system in workload.WORK:
            statements, rights = workload.files(system)
            workload.write_statements(system, streams, drafts[statements])
            workload.write_rights(system, drafts[rights])
        paths = {system: drafts[f"{system}.sqlite"] for system in SYSTEMS}
        backups.write(paths, streams, drafts)
        truth = Truth(
            organisation=ORGANISATION,
            seed=seed,
            contacts=contacts,
            as_of=clock.AS_OF,
            systems=tuple(systems),
            plants=tuple(book.planted),
            pairs=story.pairs(population.groups),
            overlaps=story.overlaps(billing, newsletter),
            facts=story.facts(paths, staff),
        )
        drafts[FILE_NAME].write_text(truth.to_json(), encoding="utf-8", newline="\n")
        for name, draft in drafts.items():
            os.replace(draft, folder / name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(_NO_ROOM):
            raise _unwritable(folder, error) from error
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return truth


def _unwritable(folder: Path, error: Exception) -> CrmauditError:
    reason = getattr(error, "strerror", None) or error
    hint = "name a folder that may be written to and has room"
    return CrmauditError(f"cannot write the demo: {reason}", hint=hint, where=str(folder))
