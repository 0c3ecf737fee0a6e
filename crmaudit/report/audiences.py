"""Editions of the report: which sections, and what is withheld from whom.

What is withheld is taken out of the model before any writer sees it, so that
no hidden column and no embedded data can hold it. `published` leaves findings
out before the document is made; `redact` goes over the finished block tree.

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

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from crmaudit.engine import Finding, Gap, Judgement
from crmaudit.errors import CrmauditError, Place
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.context import EditionPart
from crmaudit.report.inside import Inside
from crmaudit.report.labels import Labels
from crmaudit.report.sections import SectionFile
from crmaudit.report.text import slug
from crmaudit.strategy import Plan
from crmaudit.workspace import Workspace
from crmaudit.workspace.audit_file import Edition

Thing = TypeVar("Thing")

EDITIONS: Mapping[str, Edition] = {
    "board": Edition(withhold=("accounts",)),
    "it": Edition(),
    "public": Edition(withhold=("names", "quotes", "accounts", "costs", "weaknesses", "internals")),
}
CLOSED = frozenset({"public"})
"""Editions that hold only sections which name them."""

_WORDS: Mapping[str, str] = {
    "names": "names of persons, for whom their office stands",
    "quotes": "what people said in their own words",
    "accounts": "single accounts",
    "costs": "amounts of money",
    "weaknesses": "findings on rights, loss and maintenance",
    "internals": "tables, columns and the register of evidence",
}
_WEAK_TOPICS = frozenset({"access", "maintenance"})
_INSIDE = frozenset({"column", "table", "principal", "database"})
_INSIDE_TABLES = frozenset({"scores", "differences"})
"""Tables whose every row is of a table, of statements or of accounts."""
_ACCOUNT = re.compile(r"\b(?:acct|rec|unit)-[0-9a-f]{8,}\b")
_WITHHELD = "…"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom an edition is made."""

    name: str
    edition: Edition
    closed: bool = False

    def withholds(self, what: str) -> bool:
        return what in self.edition.withhold

    def reads(self, section: SectionFile) -> bool:
        """Whether the section is in this edition."""
        if self.edition.sections:
            return section.id in self.edition.sections
        if not self.name or {self.name, "all"} & set(section.audiences):
            return True
        return not section.audiences and not self.closed


def edition(workspace: Workspace, name: str, sections: Iterable[SectionFile]) -> Reader:
    """The readers by their name; empty: everybody inside.

    Raises CrmauditError for a name that neither an edition nor a section has,
    and for one in a section that is an edition's but for a slip.
    """
    editions = {**EDITIONS, **workspace.audit.audiences}
    sections = tuple(sections)
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
    return Reader(name, chosen, name in CLOSED)


def edition_part(to: Reader, findings: int) -> EditionPart:
    """What the document says of itself; `findings` are left out."""
    gone = to.edition.withhold
    return EditionPart(to.name, gone, tuple(msg(_WORDS[w]) for w in gone), findings)


def published(judgement: Judgement, plan: Plan, to: Reader) -> tuple[Judgement, Plan, int]:
    """What may be told of findings, the plan with these alone, and how many are withheld."""

    def told(finding: Finding | Gap) -> bool:
        kind = finding.subject.partition(":")[0]
        if to.withholds("internals") and kind in _INSIDE:
            return False
        topic = finding.topic if isinstance(finding, Finding) else _topics().get(finding.code, "")
        return not (to.withholds("weaknesses") and topic in _WEAK_TOPICS)

    kept = replace(
        judgement,
        findings=tuple(filter(told, judgement.findings)),
        waived=tuple(filter(told, judgement.waived)),
        not_assessed=tuple(filter(told, judgement.not_assessed)),
    )
    gone = len(judgement.findings) - len(kept.findings)
    if not gone:
        return kept, plan, 0
    initiatives = tuple(
        replace(i, findings=tuple(filter(told, i.findings))) for i in plan.initiatives
    )
    return kept, replace(plan, initiatives=initiatives), gone


def _topics() -> Mapping[str, str]:
    from crmaudit.rules import all_rules

    return {r.code: r.topic for r in all_rules()}


def redact(document: b.Document, facts: Facts, to: Reader, words: Labels) -> b.Document:
    """The document without what its readers are not to see, told in their language already."""
    if not to.edition.withhold:
        return document
    made = _Redaction(facts, to, words)
    return replace(
        document,
        title=made.text(document.title),
        subtitle=made.text(document.subtitle),
        meta=made.meta(document.meta),
        sections=tuple(made.thing(s) for s in document.sections),
        evidence=() if to.withholds("internals") else made.thing(document.evidence),
    )


class _Redaction:
    """Goes over all that a document holds."""

    def __init__(self, facts: Facts, to: Reader, words: Labels) -> None:
        workspace = facts.workspace
        self._to, self._words = to, words
        self._inside = Inside(facts) if to.withholds("internals") else None
        self._names: dict[str, str] = {}
        if to.withholds("names"):
            for name, office in workspace.offices.items():
                self._names[name] = office or words["a_person"]
                if " " in name:
                    self._names[slug(name)] = slug(office or "a-person")
        found = sorted(self._names, key=len, reverse=True)
        every = "|".join(re.escape(n) for n in found if len(n) > 1)
        self._people = re.compile(rf"(?<!\w)(?:{every})(?!\w)") if every else None
        codes = sorted({workspace.audit.currency, *workspace.audit.rates})
        self._currency = re.compile(rf"\b(?:{'|'.join(codes)})\b")
        amount = r"[\d.,’'\u202f\u00a0]*\d"
        self._money = re.compile(
            rf"\b(?:{'|'.join(codes)})[\s\u00a0]?{amount}(?:(?: to |–)(?:{amount}))?"
            rf"|{amount}[\s\u00a0](?:{'|'.join(codes)})\b"
        )

    def text(self, text: str) -> str:
        if self._people is not None:
            text = self._people.sub(lambda m: self._names[m[0]], text)
        if self._to.withholds("accounts"):
            text = _ACCOUNT.sub(_WITHHELD, text)
        if self._to.withholds("costs"):
            text = self._money.sub(_WITHHELD, text)
        if self._inside is not None:
            text = self._inside.strike(text, _WITHHELD)
        return text

    def meta(self, meta: b.Meta) -> b.Meta:
        """Who wrote it stays; who approves it stands by office."""
        if not self._to.withholds("names"):
            return meta
        return replace(
            meta,
            changes=tuple(replace(c, who="") for c in meta.changes),
            approvals=tuple(replace(a, who=self.text(a.who)) for a in meta.approvals),
        )

    def thing(self, thing: Thing) -> Thing:
        return self._thing(thing)  # type: ignore[no-any-return]

    def _thing(self, thing: Any) -> Any:
        """The thing without what is withheld; None where nothing of it is left."""
        match thing:
            case str():
                return self.text(thing)
            case tuple():
                told = (self._thing(x) for x in thing)
                return tuple(
                    x for x, was in zip(told, thing, strict=True) if x is not None or was is None
                )
            case b.Quote() if self._to.withholds("quotes"):
                return None
            case b.EvidenceRef() | b.MatrixProof() if self._to.withholds("internals"):
                return None
            case b.Table() if self._to.withholds("internals") and thing.id in _INSIDE_TABLES:
                return None
            case b.Figure() if self._tells_money(thing):
                return None
            case b.KeyFigure() if self._to.withholds("costs") and self._money.search(thing.value):
                reason = self._words["withheld"]
                return b.KeyFigure(thing.label, "", state="not_assessed", reason=reason)
            case b.Table():
                thing = self._table(thing)
            case b.Cell():
                text = self.text(thing.text)
                thing = thing if text == thing.text else replace(thing, text=text, value=text)
        if not is_dataclass(thing) or isinstance(thing, type):
            return thing
        changed = {f.name: self._thing(getattr(thing, f.name)) for f in fields(thing)}
        if "evidence" in changed and self._to.withholds("internals"):
            changed["evidence"] = ()
        return replace(thing, **changed)

    def _tells_money(self, figure: b.Figure) -> bool:
        """A drawing is of its numbers: where these are money, none of it can stay."""
        if not self._to.withholds("costs"):
            return False
        heads, rows = figure.table()
        said = (figure.title, figure.alt, *heads, *(x for row in rows for x in row))
        return any(self._currency.search(x) for x in said)

    def _table(self, table: b.Table) -> b.Table:
        """The table without the columns and rows that are amounts of money."""
        if not self._to.withholds("costs"):
            return table
        kept = [
            n
            for n, c in enumerate(table.columns)
            if c.kind != "money" and not self._currency.search(f"{c.name} {c.unit}")
        ]
        return replace(
            table,
            columns=tuple(table.columns[n] for n in kept),
            rows=tuple(
                tuple(row[n] for n in kept)
                for row in table.rows
                # A row like `Budget, GBP` holds amounts; one that mentions a price keeps its rest.
                if not self._currency.search(self._money.sub("", row[0].text))
            ),
        )
