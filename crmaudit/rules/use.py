"""Words and places that rules on the use of data share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from crmaudit.crud_matrix import LETTERS, Cell, Letter
from crmaudit.crud_matrix.cell import Origin, Proof
from crmaudit.facts import Facts
from crmaudit.messages import counted, msg
from crmaudit.rules.base import Severity
from crmaudit.rules.words import entity_label, guessed, listed, subject

_DOES = {"C": "creates", "R": "reads", "U": "updates", "D": "deletes"}
_TO_DO = {"C": "create", "R": "read", "U": "update", "D": "delete"}
_SOURCE: dict[Origin, str] = {
    "granted": "rights",
    "observed": "statements",
    "coded": "code",
    "written": "traces of writing",
}
PERSONAL = ("personal", "special")


def does(letters: Iterable[str]) -> str:
    """`CRU` → `creates, reads and updates`."""
    return listed((msg(_DOES[x]) for x in LETTERS if x in letters), 4)


def to_do(letters: Iterable[str]) -> str:
    """`CRU` → `create, read and update`."""
    return listed((msg(_TO_DO[x]) for x in LETTERS if x in letters), 4)


def told_of(facts: Facts, used: Mapping[str, str], words: Callable[[Iterable[str]], str]) -> str:
    """`updates and deletes Activity and reads Contact`: each entity with its own letters.

    `words` is `does` or `to_do`. What weighs most comes first; of the rest,
    where it is not all alike, only the number.
    """
    alike: dict[str, list[str]] = {}
    for entity, letters in used.items():
        alike.setdefault(letters, []).append(entity)
    ranked = sorted(alike, key=lambda x: ([y in x for y in "DUC"], len(x)), reverse=True)
    said = [
        msg("{does} {labels}", does=words(x), labels=labels(facts, alike[x], 2)) for x in ranked[:2]
    ]
    if rest := sum(len(alike[x]) for x in ranked[2:]):
        others = counted(rest, "other")
        use = msg("uses {others}", others=others)
        said.append(use if words is does else msg("use {others}", others=others))
    return listed(said, 3)


def strangers_too(facts: Facts, letter: Letter, entity: str) -> str:
    """`; an account of no system does` where one was seen at it, else empty.

    What no system does may still happen: it would be wrong to keep silent of it.
    """
    seen = any(letter in s.used.get(entity, "") for s in facts.testimony.strangers)
    return msg("; an account of no system does") if seen else ""


def out_of_scope(facts: Facts, letters: Iterable[Letter], entity: str) -> bool:
    """Whether a system out of scope does any of it: then what those in scope lack is no gap."""
    inside = set(facts.crud.systems)
    return any(s not in inside for x in letters for s in facts.whole_crud.doing(x, entity))


def said_by(proofs: Iterable[Proof]) -> str:
    """`statements and code`: the sources of proofs."""
    return _sources({p.origin for p in proofs})


def watched_by(proofs: Iterable[Proof]) -> str:
    """As `said_by`, with how long was watched: a log shows what did not happen in its days only."""
    found = tuple(proofs)
    days = [(p.last - p.first).days for p in found if p.origin == "observed" and p.first and p.last]
    log = msg("statements of {days}", days=counted(min(days), "day")) if days else ""
    return _sources({p.origin for p in found}, log)


def _sources(origins: set[Origin], log: str = "") -> str:
    """The sources by their names; `log` is what is said of statements observed."""
    named = {origin: msg(word) for origin, word in _SOURCE.items()}
    if log:
        named["observed"] = log
    return listed((word for origin, word in named.items() if origin in origins), 4)


def documents(proofs: Iterable[Proof]) -> tuple[str, ...]:
    """The ids of the evidence that proofs rest on."""
    return tuple(sorted({e for p in proofs for e in p.evidence}))


def doubtful(facts: Facts, cell: Cell, proofs: Iterable[Proof]) -> bool:
    """Whether only weak guesses say that the tables concerned hold the entity."""
    hosts = {
        host if found else cell.system
        for p in proofs
        for host, found, _ in (t.partition(":") for t in p.tables)
    }
    return bool(hosts) and all(guessed(facts, host, cell.entity) for host in hosts)


def kind_of_data(facts: Facts, entity: str) -> str:
    """`personal`, `special` or empty: what is declared of the entity."""
    known = facts.workspace.entity.get(entity)
    kind = known.personal_data if known else None
    return kind if kind in PERSONAL else ""


def hindrances(proofs: Iterable[Proof], letters: Iterable[Letter]) -> list[str]:
    """Why each letter is not proven, by the first source that says; a right could not prove it."""
    order: tuple[Origin, ...] = ("observed", "written", "coded")
    told = {(p.letter, p.origin): p.reason for p in proofs}
    return [next(filter(None, (told.get((x, y), "") for y in order)), "") for x in letters]


def most_told(facts: Facts, system: str, reasons: Iterable[str]) -> str:
    """Of the reasons why letters of a system are open, that of the most."""
    count = Counter(filter(None, reasons))
    if count:
        return max(count, key=lambda r: (count[r], r))
    known = facts.maps.get(system)
    named = known is not None and any(row.entity for row in known.tables)
    unsaid = system in facts.evidence.catalogs and not named
    return (
        msg("nobody said what its tables hold")
        if unsaid
        else msg("nothing was read that could tell")
    )


def is_master(facts: Facts, entity: str) -> bool:
    known = facts.workspace.entity.get(entity)
    return known is not None and known.class_ == "master"


def weight(facts: Facts, entity: str, letters: Iterable[str]) -> Severity:
    """How much work on an entity weighs of which nobody knew: writing master data most."""
    if set(letters) & {"C", "U", "D"}:
        return "high" if is_master(facts, entity) else "medium"
    return "medium" if kind_of_data(facts, entity) else "low"


def account_subject(database: str, account: str) -> str:
    """`account:crm.sync`."""
    return subject("account", database, account)


def map_file(facts: Facts, system: str) -> str:
    """The file that maps a system's tables and accounts, or would."""
    files = [f for f in facts.workspace.files if f.startswith("maps/")]
    named = zip(files, facts.workspace.maps, strict=True)
    return next((f for f, declared in named if declared.system == system), f"maps/{system}.yaml")


def labels(facts: Facts, entities: Iterable[str], limit: int = 3) -> str:
    """The names of entities, those that only a map names too."""
    return listed((entity_label(facts, e) for e in entities), limit)
