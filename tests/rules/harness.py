"""Runs rules on small workspaces written in a docstring or in a case file.

A workspace is a mapping of file names to their text, or to values that are
written as YAML. What is absent and required is supplied: an `audit.yaml` whose day
is DAY, the system `crm` where no dossier is given, a dossier for each system
that only the evidence or a map names.

Evidence is a list of documents in short form:

    - {kind: catalog, system: crm, tables: [{name: contacts, columns: [{name: id}], rows: 3}]}
    - {kind: profile, system: crm, table: contacts, rows: 9, columns: [{name: mail, nulls: 4}]}

    - {kind: statements, system: crm, uses: [{principal: app, table: contacts, letters: CRU}]}
    - {kind: grants, system: crm, rights: [{principal: app, table: contacts, letters: R}]}
    - {kind: code, system: crm, sightings: [{table: contacts, letters: R}]}
    - {kind: written, system: crm, tables: [{table: contacts, inserted: 9}]}
    - kind: recording
      system: crm
      recorded: [{account: [ana, ben], table: contacts, month: [2026-05, 2026-06], created: 3}]

    - kind: access
      system: crm
      accounts: [{name: [acct-ana, acct-ben], levels: {contacts: UBUN}, beyond: [export]}]
      roles: [{id: desk, levels: {contacts: OOOO}}]

Letters of levels stand for None, User, Business Unit, Parent: Child and Organizational, `?` for
unknown. An account `acct-ana` is the login `ana` of people.yaml.
Of a recording each entry stands for every account and month that it lists.
Types, counts and provenance are filled in; `provenance: {…}` overrides single
fields of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crmaudit.evidence import Document, from_json
from crmaudit.facts import Facts
from crmaudit.key import Key
from crmaudit.rules import Hit, NotAssessed, Rule
from crmaudit.workspace import load

DAY = "2026-06-30"
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SUBJECT = re.compile(r"[a-z]+(-[a-z]+)*:([A-Za-z0-9_.~-]|%[0-9A-F]{2})+")


@dataclass(frozen=True)
class Outcome:
    """What a rule said of a workspace."""

    hits: tuple[Hit, ...] = ()
    gaps: tuple[NotAssessed, ...] = ()
    whole: NotAssessed | None = None
    """Why the rule could not judge anything at all."""

    @property
    def subjects(self) -> list[str]:
        return [h.subject for h in self.hits]


@dataclass(frozen=True)
class Example:
    """A workspace in small: files and evidence."""

    files: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Mapping[str, Any], ...] = ()

    @staticmethod
    def of(markdown: str) -> Example:
        """The fenced blocks of a docstring's section; `yaml evidence` is the evidence."""
        blocks = {name: text for _, name, text in _FENCE.findall(markdown)}
        evidence = yaml.safe_load(blocks.pop("evidence", "[]"))
        return Example(blocks, tuple(evidence))

    def facts(self, root: Path) -> Facts:
        """Write the workspace into `root`, read it, and join it with the evidence."""
        for name, content in self.whole().items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(content), encoding="utf-8")
        # Whose account one is can only be said with a key.
        linked = any(d["kind"] == "access" for d in self.evidence)
        key = _Plain(b"0" * 32) if linked else None
        return Facts.of(load(root), [document(d) for d in self.evidence], key)

    def whole(self) -> dict[str, Any]:
        """The files by their names, with those that are supplied."""
        files: dict[str, Any] = {"audit.yaml": {"organisation": "Sample", "as_of": DAY}}
        files |= self.files
        dossiers = [content(c) for n, c in files.items() if n.startswith("systems/")]
        known = {d["id"] for d in dossiers}
        wanted = [d["system"] for d in self.evidence]
        wanted += [content(c)["system"] for n, c in files.items() if n.startswith("maps/")]
        if not known and not wanted:
            wanted = ["crm"]
        for system in wanted:
            if system not in known:
                files[f"systems/{system}.yaml"] = {"id": system, "name": system.upper()}
        return files


def run(rule: Rule, facts: Facts, **parameters: Any) -> Outcome:
    """The rule's hits, what it could not assess, and whether that was everything."""
    hits: list[Hit] = []
    gaps: list[NotAssessed] = []
    try:
        for result in rule.run(facts, **parameters):
            if isinstance(result, NotAssessed):
                gaps.append(result)
            else:
                hits.append(result)
    except NotAssessed as lacking:
        return Outcome(tuple(hits), tuple(gaps), lacking)
    return Outcome(tuple(hits), tuple(gaps))


def document(short: Mapping[str, Any]) -> Document:
    """A document of evidence from its short form."""
    body = dict(short)
    kind, system = body.pop("kind"), body.pop("system")
    provenance = {
        "system": system,
        "source": f"sqlite:///{system}.sqlite",
        "engine": "sqlite",
        "snapshot": "s1",
        "taken_at": f"{DAY}T12:00:00+00:00",
        "tool": "crmaudit 0",
    }
    provenance |= body.pop("provenance", {})
    if kind == "catalog":
        columns = (c for t in body.get("tables", ()) for c in t.get("columns", ()))
        for column in columns:
            column.setdefault("type", "TEXT")
    if kind == "profile":
        defaults = {"type": "TEXT", "logical": "text", "rows": body["rows"], "nulls": 0}
        body["columns"] = [{**defaults, **c} for c in body.get("columns", ())]
    if kind in SHORT:
        body = SHORT[kind](body)
    body["provenance"] = provenance
    return from_json(json.dumps({"schema": 1, "kind": kind, "body": body}, default=str))


def _lettered(rows: Any, **defaults: Any) -> list[dict[str, Any]]:
    """One entry a letter of those with `letters: CRU`."""
    found = []
    for row in rows:
        rest = {k: v for k, v in {**defaults, **row}.items() if k != "letters"}
        found += [{**rest, "letter": x} for x in row.get("letters", row.get("letter", ""))]
    return found


def _statements(body: dict[str, Any]) -> dict[str, Any]:
    """Statements of two months, all understood and none lost, where nothing else is said."""
    uses = _lettered(body.get("uses", ()), calls=1, statements=1)
    number = sum(u["statements"] for u in uses)
    told = {"calls": number, "distinct": number, "understood": number, "understood_calls": number}
    window = {"since": "2026-04-30T12:00:00+00:00", "until": f"{DAY}T12:00:00+00:00"}
    return {"origin": "log", "dropped": 0, **told, **window, **body, "uses": uses}


def _grants(body: dict[str, Any]) -> dict[str, Any]:
    rights = [{"by": "grant", **r} for r in body.get("rights", ())]
    known = body.get("accounts", [])
    named = {a["name"] for a in known}
    loose = dict.fromkeys(r["principal"] for r in rights)
    more = [{"name": name} for name in loose if name not in named | {"PUBLIC"}]
    return {**body, "rights": rights, "accounts": [*known, *more]}


def _code(body: dict[str, Any]) -> dict[str, Any]:
    sightings = _lettered(body.get("sightings", ()), by="sql")
    told = {"statements": len(sightings), "understood": len(sightings)}
    return {"origin": "app", **told, **body, "sightings": sightings}


def _recording(body: dict[str, Any]) -> dict[str, Any]:
    """One entry for each account and month; the tables are those of the rows."""
    body = {**body}
    for part in ("recorded", "logged_in", "filled"):
        found = []
        for row in body.get(part, ()):
            months = (
                [{"month": f"{m}-01"} for m in _several(row["month"])] if "month" in row else [{}]
            )
            for account in _several(row["account"]):
                found += [{**row, "account": account, **month} for month in months]
        body[part] = found
    body["logged_in"] = [{"logins": 1, "days": 1, **x} for x in body["logged_in"]]
    named = (r["table"] for r in body["recorded"])
    return {"tables": {name: name for name in named}, **body}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_LEVELS = {
    "N": "None",
    "U": "User",
    "B": "Business Unit",
    "P": "Parent: Child",
    "O": "Organizational",
    "?": None,
}


def _access(body: dict[str, Any]) -> dict[str, Any]:
    """Accounts with the same levels share a holding; each that is not said to be shut is open."""
    holdings: dict[str, dict[str, Any]] = {}
    accounts = []
    for row in body.get("accounts", ()):
        own = {"active": True, "administrator": False, **row}
        given = {k: own.pop(k) for k in ("levels", "beyond", "unknown", "why") if k in own}
        if given:
            text = json.dumps(given, sort_keys=True)
            name = f"rights-{len(holdings)}"
            own["holding"] = holdings.setdefault(text, {"id": name, **_held(given)})["id"]
        accounts += [{**own, "name": name} for name in _several(own["name"])]
    roles = [
        {"name": r["id"], **{k: v for k, v in r.items() if k != "levels"}, "own": _held(r)["held"]}
        for r in body.get("roles", ())
    ]
    units = [{"name": u, "id": u} if isinstance(u, str) else u for u in body.get("units", ())]
    made = {"accounts": accounts, "roles": roles, "units": units}
    return {**body, **made, "holdings": list(holdings.values())}


def _held(given: Mapping[str, Any]) -> dict[str, Any]:
    held = [
        {"object": name, "table": name, "levels": [_LEVELS[x] for x in letters]}
        for name, letters in sorted(given.get("levels", {}).items())
    ]
    more = {k: v for k, v in given.items() if k in ("beyond", "unknown")}
    return {"held": held, **more}


class _Plain(Key):
    """A key whose pseudonyms can be read."""

    def pseudonym(self, kind: str, value: str) -> str:
        return f"{kind}-{value}"


SHORT = {
    "access": _access,
    "recording": _recording,
    "statements": _statements,
    "grants": _grants,
    "code": _code,
}
"""What is filled in, by kind of evidence."""


_FOR_MACHINES = re.compile(r"(?<![\w.-])\d{4}-\d\d-\d\d(?![\w.-])|\w\.yaml\b|`|\bcrmaudit [a-z]")


def check_hits(outcome: Outcome, facts: Facts) -> None:
    """What holds for the hits of every rule: subjects, words, places, names."""
    subjects = outcome.subjects
    assert len(subjects) == len(set(subjects)), f"a subject twice: {subjects}"
    for hit in outcome.hits:
        assert _SUBJECT.fullmatch(hit.subject), f"ill-formed subject {hit.subject!r}"
        for other in hit.related:
            assert _SUBJECT.fullmatch(other), f"ill-formed related subject {other!r}"
        assert hit.subject not in hit.related
        assert hit.message, "a hit without words"
        assert not hit.message.endswith("."), "messages end without a full stop"
        words = len(hit.message.split())
        assert words <= 25, f"{words} words: {hit.message}"
        # Whoever decides reads it: a day as people write it, and no file of the audit.
        assert not _FOR_MACHINES.search(hit.message), hit.message
        place = (
            facts.workspace.place(hit.file, *hit.path)
            if hit.file
            else facts.workspace.place_of(hit.subject, *hit.path)
        )
        file = facts.workspace.root / place.file
        # A finding about something absent points at the file in which it would stand.
        if file.exists():
            assert place.line <= len(file.read_text("utf-8").splitlines())
            assert place.line or not hit.path, f"{hit.subject}: no line for {hit.path}"
        else:
            assert not hit.path, f"{hit.subject}: {hit.path} in {place.file}, which is not there"
    for gap in outcome.gaps:
        assert gap.subject, "not assessed for one subject, and it does not say which"
        assert gap.reason
        assert gap.needs
    if outcome.whole is not None:
        assert outcome.whole.reason
        assert outcome.whole.needs


def fresh(root: Path, names: Iterable[str]) -> list[Path]:
    """Empty folders below `root`."""
    folders = [root / name for name in names]
    for folder in folders:
        folder.mkdir()
    return folders


def content(file: Any) -> Any:
    """What a file says, given as its text or as values: every scalar as text."""
    return yaml.load(file, _LOADER) if isinstance(file, str) else file


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
