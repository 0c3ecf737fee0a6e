"""What databases and code tell of the matrix: evidence joined with what tables mean.

`testify` hears all evidence at once and gives a `Testimony`: proofs for each
system, entity and letter, and beside them what proves nothing for any cell:
accounts of no system, tables of no entity, statements nobody understood. It
is pure. The rules are in docs/method.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from crmaudit.crud_matrix.cell import Origin, Proof
from crmaudit.crud_matrix.testimony_beside import (
    asides,
    excess,
    failed,
    missing,
    rates,
    strangers,
    unmapped,
    unread,
)
from crmaudit.crud_matrix.testimony_model import (
    MIN_DAYS,
    Aside,
    Database,
    Excess,
    Rate,
    Stranger,
    Testimony,
    UsedTable,
    UseEvidence,
)
from crmaudit.crud_matrix.testimony_place import Found, Place
from crmaudit.crud_matrix.testimony_rights import May
from crmaudit.crud_matrix.testimony_seen import Seen
from crmaudit.crud_matrix.testimony_sums import combined, in_order
from crmaudit.crud_matrix.testimony_written import written
from crmaudit.evidence import Catalog, Code, MappedTable
from crmaudit.evidence.use import LETTERS, Letter
from crmaudit.messages import msg
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Map

__all__ = [
    "MIN_DAYS",
    "Aside",
    "Database",
    "Excess",
    "Rate",
    "Stranger",
    "Testimony",
    "UseEvidence",
    "UsedTable",
    "hear",
    "testify",
]

_ORIGINS: tuple[Origin, ...] = ("declared", "granted", "observed", "coded", "written")


# ruff: noqa: PT028 - a name that only begins like a test's
def testify(
    databases: Mapping[str, Database],
    codes: Iterable[Code] = (),
    homes: Mapping[str, str] | None = None,
    min_days: float = MIN_DAYS,
) -> Testimony:
    """Hear all evidence.

    `databases` are by the system whose they are, `codes` the source code of
    applications. `homes` maps systems that work on another system's database
    as their own (`traces: database:`) to that system. A window or counter of
    less than `min_days` proves no absence.
    """
    codes = tuple(codes)
    by_host: dict[str, dict[str, list[Code]]] = {}
    for code in codes:
        system = code.provenance.system
        by_host.setdefault(code.database or system, {}).setdefault(system, []).append(code)
    heard = []
    for host in sorted({*databases, *by_host}):
        database = databases.get(host, Database(host))
        home = {s for s, other in (homes or {}).items() if other == host} | {host}
        speaking = {s: tuple(found) for s, found in by_host.get(host, {}).items()}
        heard.append(_Hearing(database, frozenset(home), speaking, min_days))
    found, spoken = _joined(heard)
    untold = [u for h in heard for u in h.seen.untold]
    return Testimony(
        found,
        spoken,
        strangers=tuple(strangers((h.seen, h.may) for h in heard)),
        asides=tuple(asides(h.seen for h in heard)),
        unmapped=tuple(unmapped(h.seen for h in heard)),
        missing=tuple(missing(h.seen for h in heard)),
        unread=tuple(unread(databases, codes, untold)),
        rates=tuple(rates(databases, codes, untold)),
        failed=tuple(failed(databases, codes)),
        excess=tuple(excess((h.seen, h.may) for h in heard)),
        windowless={
            h.place.system: h.seen.windowless for h in heard if h.place.grants and h.seen.windowless
        },
        shared=_shared(heard),
    )


def hear(
    systems: Iterable[System],
    maps: Mapping[str, Map],
    mapped: Mapping[str, tuple[MappedTable, ...]],
    catalogs: Mapping[str, Catalog],
    use: UseEvidence,
) -> Testimony:
    """Hear what was read of the databases and code of systems.

    `maps` are declared, `mapped` what tables mean in the end, both by system.
    Where nothing was read of any use, nothing is worked out.
    """
    if not use:
        return Testimony()
    systems = tuple(systems)
    databases = {}
    for system in systems:
        code = use.code.get(system.id, {})
        grants = tuple(use.grants.get(system.id, {}).values())
        statements = tuple(use.statements.get(system.id, {}).values())
        machinery = (code[""],) if "" in code else ()
        written_ = use.written.get(system.id)
        catalog = catalogs.get(system.id)
        # A database that was not read stands here too: what is done in it is not known.
        if system.database or catalog or grants or statements or machinery or written_:
            databases[system.id] = Database(
                system.id,
                mapped.get(system.id, ()),
                catalog,
                grants,
                statements,
                machinery,
                written_,
                maps[system.id].principals if system.id in maps else (),
            )
    codes = [c for found in use.code.values() for origin, c in found.items() if origin]
    homes = {s.id: s.traces.database for s in systems if s.traces.database}
    return testify(databases, codes, homes)


testify.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for one


class _Hearing:
    """One database, heard."""

    def __init__(
        self,
        database: Database,
        home: frozenset[str],
        codes: Mapping[str, tuple[Code, ...]],
        min_days: float,
    ) -> None:
        self.place = Place(database, home)
        self.may = May(self.place)
        self.seen = Seen(self.place, self.may, codes, min_days)
        sources = (
            self.may.proofs(),
            self.seen.proofs(),
            written(self.place, self.may, self.seen, min_days),
        )
        self.found: tuple[Found, ...] = tuple(f for source in sources for f in source)
        self.spoke = {(s, proof.origin) for s, _, proof in self.found}

    def silent(self, system: str, entity: str, origin: Origin) -> bool:
        """Whether the system may do something here of which the source does not speak."""
        if origin == "coded" or (system, origin) in self.spoke:
            return False
        works = system in self.place.home or system in self.place.named
        holds = entity in self.place.tables or self.place.database.catalog is None
        return works and holds


def _joined(
    heard: list[_Hearing],
) -> tuple[dict[str, dict[str, tuple[Proof, ...]]], dict[str, frozenset[Origin]]]:
    """What all databases make together, by system and entity; and who was spoken of by what."""
    told: dict[tuple[str, str], dict[tuple[Letter, Origin], list[Proof]]] = {}
    homes: dict[str, list[_Hearing]] = {}
    others: dict[tuple[str, Letter], str] = {}
    for hearing in heard:
        for system in hearing.place.home:
            homes.setdefault(system, []).append(hearing)
        for key, reason in hearing.seen.others.items():
            others.setdefault(key, reason)
        for system, entity, proof in hearing.found:
            elsewhere = replace(
                proof, tables=tuple(f"{hearing.place.system}:{t}" for t in proof.tables)
            )
            mine = proof if system == hearing.place.system else elsewhere
            cell = told.setdefault((system, entity), {})
            cell.setdefault((proof.letter, proof.origin), []).append(mine)
    found: dict[str, dict[str, tuple[Proof, ...]]] = {}
    spoken: dict[str, set[Origin]] = {}
    working: dict[str, list[_Hearing]] = {}
    for hearing in heard:
        for system in hearing.place.home | hearing.place.named:
            working.setdefault(system, []).append(hearing)
    for (system, entity), by_source in sorted(told.items()):
        own = any(entity in h.place.tables for h in homes.get(system, ()))
        proofs = []
        for letter, origin in sorted(
            by_source, key=lambda k: (LETTERS.index(k[0]), _ORIGINS.index(k[1]))
        ):
            proof = combined(by_source[letter, origin])
            silent = [h for h in working.get(system, ()) if h.silent(system, entity, origin)]
            proofs.append(_sound(proof, own, silent, others.get((entity, letter), "")))
        if own or any(p.answer == "yes" or p.principals or p.places for p in proofs):
            found.setdefault(system, {})[entity] = tuple(proofs)
            spoken.setdefault(system, set()).update(p.origin for p in proofs)
    return found, {s: frozenset(origins) for s, origins in spoken.items()}


def _sound(proof: Proof, own: bool, silent: list[_Hearing], other: str) -> Proof:
    """A no that holds for all that the system may touch; else it is unknown."""
    if proof.answer != "no":
        return proof
    reason = ""
    if not own:
        reason = msg("only its work in another system's database was seen")
    elif silent:
        reason = msg("nothing tells it of the database of {system}", system=silent[0].place.system)
    elif proof.origin == "observed" and other:
        reason = other
    return replace(proof, answer="unknown", reason=reason) if reason else proof


def _shared(heard: list[_Hearing]) -> dict[str, dict[tuple[str, str], str]]:
    """Entity → (system, whose database it was seen to work in) → letters."""
    letters: dict[str, dict[tuple[str, str], set[str]]] = {}
    for hearing in heard:
        host = hearing.place.system
        for cells in hearing.seen.sure.values():
            for system, entity, letter in cells:
                if system != host:
                    at = letters.setdefault(entity, {}).setdefault((system, host), set())
                    at.add(letter)
    return {
        entity: {pair: in_order(found) for pair, found in sorted(pairs.items())}
        for entity, pairs in sorted(letters.items())
    }
