"""The criteria of extraction complexity: what makes it hard, and the fact behind it.

Each gives a difficulty from 1 (easy) to 10 (hard) with the fact and the ids of
its evidence, or None and what is not known. Own proposal, after the criteria
that estimators of extractions name (docs/method.md, "Extraction complexity").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta

from crmaudit.inventory import ways_out
from crmaudit.messages import counted, joined, long_date, msg
from crmaudit.quality.one_place import carried_share
from crmaudit.strategy.change_capture import capture
from crmaudit.strategy.extraction_part import Judged, Part
from crmaudit.workspace.dossier import Document

MANY = 0.2
"""The share of surplus records from which duplicates are as hard as can be."""
OLD = 3.0
"""Years after which a documentation that is called complete is believed no more than a part."""
_PATHS = {
    "sql": 1.0,
    "api": 2.0,
    "message": 3.0,
    "file export": 4.0,
    "report": 7.0,
    "other": 7.0,
    "screen": 10.0,
}
_STATUS = {"complete": 1.0, "partly": 5.0, "outdated": 7.0, "none": 10.0}
_EXISTS = 4.0


def _access_path(part: Part) -> Judged:
    system, catalog = part.system, part.catalog
    files = catalog is not None and catalog.provenance.source.startswith(("folder:", "dump:"))
    if catalog is not None and not files:
        return _PATHS["sql"], msg("SQL: this audit read the database that way"), part.read
    kinds = {i.kind for i in system.interfaces or () if i.direction != "in"}
    paths = [(_PATHS[kind], kind) for kind in {*kinds, *(ways_out(system) or ())}]
    if files:
        return _PATHS["file export"], msg("files: this audit read an export"), part.read
    if paths:
        best = min(paths)
        return best[0], msg("best way out: {kind}", kind=msg(best[1])), ()
    if system.interfaces is not None:
        return 10.0, msg("no interface leads out"), ()
    return None, msg("interfaces not declared"), ()


def _measured_quality(part: Part) -> Judged:
    quality, system = part.facts.quality, part.system.id
    if part.entity:
        score = quality.entity_score(part.entity, system) if part.mapped else None
    else:
        score = quality.system_score(system)
    if score is None or score.share is None:
        return None, msg("quality not measured"), ()
    passed, applicable = score.checks
    told = msg("measured quality {score:.0f} of 100, the mean of its dimensions; {passed:,} of "
               "{whole:,} checks passed",
               score=100 * score.share, passed=passed, whole=applicable)  # fmt: skip
    return 10 - 9 * score.share, told, score.evidence


def _documentation(part: Part) -> Judged:
    """Whether it is documented, and whether what is written is true."""
    found: list[tuple[float, str]] = []
    for name, document in (
        ("system", part.system.documentation.system),
        ("database", part.system.documentation.database),
    ):
        if document is not None and document.exists is not None:
            found.append(_document(part, name, document))
    if not found:
        return None, msg("documentation not declared"), ()
    mean = sum(d for d, _ in found) / len(found)
    compared = part.system.id in part.facts.descriptions
    return mean, joined("; ", (told for _, told in found)), part.read if compared else ()


def _document(part: Part, name: str, document: Document) -> tuple[float, str]:
    """What is said of a document, made worse by what shows that it is not so."""
    difficulty = _STATUS.get(document.status or "", _EXISTS)
    told = msg("documentation of the {part}: {status}", part=msg(name),
               status=msg(document.status or "exists"))  # fmt: skip
    day, written = part.facts.day, document.updated
    if day is not None and written is not None and document.exists:
        years = (day - written).days / 365.25
        if years > OLD:
            difficulty = max(difficulty, _STATUS["partly"])
            told = msg("{said}, {years:.0f} years old", said=told, years=years)
    shown = part.facts.descriptions.get(part.system.id) if name == "database" else None
    if shown is None:
        return difficulty, told
    there, gone = shown.present, len(shown.gone)
    right = shown.described
    if part.entity and (shown.matched or shown.missing):
        named = {t.qualified for t in part.tables}
        if not named:
            return difficulty, told
        there, gone, right = len(named), 0, len(named & set(shown.matched))
    if not there:
        return difficulty, told
    difficulty = max(difficulty, 10 - 9 * right / (there + gone))
    if gone:
        text = "{said}, describes {right} of {tables} and {gone} that are gone"
        return difficulty, msg(text, said=told, right=right, tables=counted(there, "table"),
                               gone=gone)  # fmt: skip
    text = "{said}, describes {right} of {tables}"
    return difficulty, msg(text, said=told, right=right, tables=counted(there, "table"))


def _skills(part: Part) -> Judged:
    risk = part.facts.inventory.row(part.system.id).skill_risk
    difficulty = {"covered": 1.0, "single": 5.0, "gap": 9.0}.get(risk)
    words = {
        "covered": "several people have every skill",
        "single": "a skill rests on one person",
        "gap": "nobody has a needed skill",
        "unknown": "skills not declared",
    }
    return difficulty, msg(words[risk]), ()


def _tables(part: Part) -> Judged:
    n = len(part.tables) or len({r.table for r in part.mapped})
    if not n:
        return None, msg(part.no_tables), ()
    return min(10.0, 1 + 3 * math.log10(n)), counted(n, "table"), part.read


def _keys(part: Part) -> Judged:
    tables = part.tables
    if not tables:
        return None, msg(part.no_tables), ()
    keyed = sum(bool(t.primary_key) for t in tables)
    told = sum(bool(t.comment) or any(c.comment for c in t.columns) for t in tables)
    joins = sum(len(t.foreign_keys) for t in tables)
    whole = len(tables)
    share = (keyed / whole + told / whole + min(1.0, joins / whole)) / 3
    text = "with a key {keyed} of {tables}, with a comment {told}; {joins}"
    basis = msg(text, keyed=keyed, tables=counted(whole, "table"), told=told,
                joins=counted(joins, "foreign key"))  # fmt: skip
    return 10 - 9 * share, basis, part.read


def _volume(part: Part) -> Judged:
    counts = [t.rows for t in part.tables]
    known = [n for n in counts if n is not None]
    if known:
        rows = sum(known)
        unknown = len(counts) - len(known)
        basis = counted(rows, "row")
        if unknown:
            basis = msg("{rows}; {n} not counted", rows=basis, n=counted(unknown, "table"))
        return _of_rows(rows), basis, part.read
    entity = part.facts.workspace.entity.get(part.entity)
    share = part.system.entity_share.get(part.entity)
    if entity is not None and entity.volume and entity.volume.rows and share is not None:
        rows = round(entity.volume.rows * share)
        return _of_rows(rows), msg("{rows}, as people say", rows=counted(rows, "row")), ()
    return None, msg("rows not counted"), ()


def _of_rows(rows: int) -> float:
    return min(10.0, max(1.0, 1.5 * math.log10(max(rows, 1)) - 3))


def _shared_identifiers(part: Part) -> Judged:
    """Whether what is extracted can be put beside the same things of other systems by a number."""
    pairs = carried = 0.0
    evidence: list[str] = []
    for o in (o for o in part.facts.overlap if o.document.by != "hashes"):
        if part.entity not in ("", o.entity):
            continue
        for b in o.between:
            if part.system.id in (b.left, b.right) and b.pairs:
                share = 1.0 if o.document.by == "identifier" else carried_share(b)
                pairs, carried = pairs + b.pairs, carried + share * b.pairs
                evidence.append(o.document.id)
    if not pairs:
        return None, msg("not compared with another system"), ()
    text = "{carried:,.0f} of {pairs:,.0f} records matched elsewhere carry a number in common"
    told = msg(text, carried=carried, pairs=pairs)
    return 10 - 9 * carried / pairs, told, tuple(dict.fromkeys(evidence))


def _duplicates(part: Part) -> Judged:
    """How many records have to be merged on the way out; at `MANY` it is as hard as can be."""
    compared = [
        d
        for d in part.facts.duplicates
        if d.system == part.system.id
        and part.entity in ("", d.entity)
        and d.rate is not None
        and not d.cannot
    ]
    if not compared:
        return None, msg("records not compared for duplicates"), ()
    records = sum(d.records for d in compared)
    surplus = sum(d.likely.value for d in compared)
    text = "about {surplus:,.0f} of {records:,} records are one too many"
    told = msg(text, surplus=surplus, records=records)
    return 1 + 9 * min(1.0, surplus / records / MANY), told, tuple(d.document.id for d in compared)


def _lifecycle(part: Part) -> Judged:
    row, life, day = part.facts.inventory.row(part.system.id), part.system.lifecycle, part.facts.day
    phase, ends = life.phase, life.vendor_support_ends
    if ends and row.out_of_support:
        return 9.0, msg("vendor support ended {day}", day=long_date(ends)), ()
    if phase == "phase-out":
        return 7.0, msg("being phased out"), ()
    if phase == "retired":
        return 7.0, msg("retired: nobody runs it any more"), ()
    if ends is not None and day is not None and ends < day + timedelta(days=365):
        return 5.0, msg("vendor support ends {day}", day=long_date(ends)), ()
    if phase is None and ends is None:
        return None, msg("lifecycle not declared"), ()
    return 1.0, msg("{phase}, supported", phase=msg(phase or "in use")), ()


CRITERIA: Mapping[str, Callable[[Part], Judged]] = {
    "access path": _access_path,
    "measured quality": _measured_quality,
    "documentation": _documentation,
    "skills": _skills,
    "tables in scope": _tables,
    "keys and comments": _keys,
    "change capture": capture,
    "volume": _volume,
    "vendor and lifecycle": _lifecycle,
    "shared identifiers": _shared_identifiers,
    "duplicates": _duplicates,
}
