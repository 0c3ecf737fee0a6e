"""What the rules on servers and backup folders share: whom they look at, sizes in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.evidence import Backups, Health
from crmaudit.facts import Facts
from crmaudit.governance.upkeep_server import SERVERS
from crmaudit.messages import joined, msg
from crmaudit.rules.base import NotAssessed
from crmaudit.workspace.dossier import System

MIB = 2**20
_KINDS = (*SERVERS, "sqlite")


def served(
    facts: Facts, systems: Iterable[System]
) -> Iterator[tuple[System, Health] | NotAssessed]:
    """Each system with what its server shows; those of which nobody asked, as not assessed.

    Raises NotAssessed where no server was asked at all.
    """
    found = facts.governance.testified.health
    if not found:
        raise NotAssessed(
            msg("no server was asked how it is kept"), needs=msg("crmaudit collect --only health")
        )
    for system in systems:
        if system.id in found:
            yield system, found[system.id]
        else:
            catalog = facts.evidence.catalogs.get(system.id)
            if catalog is not None and catalog.provenance.engine in _KINDS:
                yield NotAssessed(
                    msg("the server of {system} was not asked how it is kept", system=system.name),
                    msg("crmaudit collect --only health"),
                    f"system:{system.id}",
                )


def backed_up(
    facts: Facts, systems: Iterable[System]
) -> Iterator[tuple[System, Backups] | NotAssessed]:
    """Each system with what lies in its backup folder; where it was not read, why.

    Raises NotAssessed where nobody looked into any. A system without a declared
    folder is left out.
    """
    found = facts.governance.testified.backups
    if not found:
        raise NotAssessed(
            msg("no backup folder was looked into"),
            needs=msg("maintenance: backup_folder: in a dossier, and crmaudit collect"),
        )
    for system in systems:
        backups = found.get(system.id)
        care = system.maintenance
        if backups is not None and not backups.cannot:
            yield system, backups
        elif backups is not None or (care is not None and care.backup_folder):
            yield NotAssessed(
                msg("the backup folder of {system} was not read", system=system.name)
                + (joined("", (": ", backups.cannot)) if backups is not None else ""),
                msg("crmaudit collect --only backups, where the folder is at hand"),
                f"system:{system.id}",
            )


def size(count: float) -> str:
    """`812 kB`, `1.4 GB`: bytes for people, in steps of 1,000."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while abs(count) >= 1000 and len(units) > 1:
        count /= 1000
        units.pop(0)
    unit = units[0]
    if unit == "bytes":
        return msg("{n:.0f} bytes", n=count)
    if count >= 10:
        return msg("{n:.0f} {unit}", n=count, unit=unit)
    return msg("{n:.1f} {unit}", n=count, unit=unit)
