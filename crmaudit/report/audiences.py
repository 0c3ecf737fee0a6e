"""Editions of the report: who reads which sections, and what is withheld from whom.

What is withheld is taken out of the model before any writer sees it, so that
no hidden column and no embedded data can hold it. `published` leaves findings,
work and history out before the document is made; `redaction` goes over the
finished block tree.

| edition | leaves out |
|---|---|
| (none) | nothing: everybody inside |
| it | nothing |
| board | single accounts, and what only those need who work on the databases |
| public | names, quotes, accounts, amounts of money, weaknesses in security, internals |

A section whose front matter names no audience is for all editions but
`public`, for which it has to say `all` or `public`: what nobody thought of
stays inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.messages import msg
from crmaudit.report.context import EditionPart
from crmaudit.report.discretion import Amounts
from crmaudit.report.sections import SectionFile
from crmaudit.report.text import slug
from crmaudit.workspace import Workspace
from crmaudit.workspace.audit_file import Edition

EDITIONS: Mapping[str, Edition] = {
    "board": Edition(withhold=("accounts", "sources")),
    "it": Edition(),
    "public": Edition(
        withhold=("names", "quotes", "accounts", "costs", "weaknesses", "internals", "sources")
    ),
}
CLOSED = frozenset({"public"})
"""Editions that hold only sections which name them."""
WEAK_TOPICS = frozenset({"access", "maintenance"})
"""What weaknesses are about: topics of rules, of sections, and dimensions of maturity."""

_WORDS: Mapping[str, str] = {
    "names": "names of persons, for whom their office stands",
    "quotes": "what people said in their own words",
    "accounts": "single accounts",
    "costs": "amounts of money",
    "weaknesses": "findings on rights, loss and maintenance",
    "internals": "tables, columns and the register of evidence",
    "sources": "addresses of databases, statements and places in code",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom an edition is made."""

    name: str
    edition: Edition
    closed: bool = False
    hidden: frozenset[str] = frozenset()
    """Subjects that it does not tell of: indicators that are amounts of money."""
    hourly_rate: float | None = None
    """Cost of an hour of internal work, by which hours pay back what is spent."""

    def withholds(self, what: str) -> bool:
        return what in self.edition.withhold

    def reads(self, section: SectionFile) -> bool:
        """Whether the section is in this edition."""
        if self.withholds("weaknesses") and WEAK_TOPICS & set(section.topics):
            return False
        if self.edition.sections:
            return section.id in self.edition.sections
        if not self.name or {self.name, "all"} & set(section.audiences):
            return True
        return not section.audiences and not self.closed


def edition(workspace: Workspace, name: str, sections: Iterable[SectionFile]) -> Reader:
    """The readers by their name; empty: everybody inside.

    Raises CrmauditError for a name that neither an edition nor a section has,
    and for one in a section that is an edition's but for a slip; InvalidInput
    for names whose files would be one.
    """
    editions = {**EDITIONS, **workspace.audit.audiences}
    sections = tuple(sections)
    if taken := tuple(_same_files(workspace, sections)):
        raise InvalidInput(taken)
    known = sorted({*editions, *(a for f in sections for a in f.audiences)} - {"all"})
    for section in sections:
        for meant in section.audiences:
            near = get_close_matches(meant.lower(), (*editions, "all"), 1, 0.8)
            if near and meant not in (*editions, "all"):
                raise CrmauditError(
                    f"there is no edition for {meant!r}",
                    f"did you mean {near[0]}? Describe others under `audiences:` in audit.yaml",
                    Place(str(section.path), 1),
                )
    if name and name not in known:
        raise CrmauditError(
            f"there is no edition for {name!r}",
            f"there are {', '.join(known)}; describe another under `audiences:` in audit.yaml",
        )
    chosen = editions.get(name, EDITIONS["board"]) if name else Edition()
    hidden = _priced(workspace) if "costs" in chosen.withhold else frozenset()
    return Reader(name, chosen, name in CLOSED, hidden, workspace.audit.hourly_rate)


def _same_files(workspace: Workspace, sections: Iterable[SectionFile]) -> Iterator[Problem]:
    """Names that are told apart and whose files are not: the later edition took the other's place.

    Names of sections count that no edition described has, nor has but for a slip.
    """
    own = workspace.audit.audiences
    places = {name: workspace.place("audit.yaml", "audiences", name) for name in own}
    first = {slug(name): name for name in EDITIONS}
    for section in sections:
        for name in section.audiences:
            if name not in (*EDITIONS, *own, "all") and name.lower() not in (*EDITIONS, *own):
                places.setdefault(name, Place(str(section.path), 1))
    for name, place in places.items():
        other = first.setdefault(slug(name), name)
        if other != name:
            there = f", in {places[other]}" if other in places else ", which is always there"
            yield Problem(
                f"the editions {name!r} and {other!r}{there}, would be written to the same files",
                place,
                "give one of them a name of other letters or digits, not only of other signs",
            )


def _priced(workspace: Workspace) -> frozenset[str]:
    sign = Amounts((workspace.audit.currency, *workspace.audit.rates)).sign
    return frozenset(f"kpi:{k.id}" for k in workspace.kpis.kpis if sign.search(k.unit or ""))


def edition_part(to: Reader, findings: int) -> EditionPart:
    """What the document says of itself; `findings` are left out."""
    gone = to.edition.withhold
    return EditionPart(to.name, gone, tuple(msg(_WORDS[w]) for w in gone), findings)
