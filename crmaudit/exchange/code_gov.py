"""code.gov inventories in: the releases of a `code.json` as systems.

Of the metadata schemas 1.0 (`projects`, or a bare list) and 2.0 (`releases`)
of GSA/code-gov. What a dossier has no fact for is left out and told in
numbers; contacts never come.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.exchange.cell_text import key
from crmaudit.exchange.contacts import without_contacts_in
from crmaudit.workspace import Workspace
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Record
from crmaudit.workspace.yaml_reader import Path_

MAX_BYTES = 64 * 1024 * 1024

_PHASES = {
    "ideation": "plan",
    "development": "phase-in",
    "alpha": "phase-in",
    "beta": "phase-in",
    "releasecandidate": "phase-in",
    "production": "active",
    "archival": "retired",
}
_LIST = re.compile(rb'"(releases|projects)"\s*:\s*\[')
_SIGNS = re.compile(rb'"(permissions|laborHours|measurementType|openSourceProject|agency)"\s*:')
_NO_DESCRIPTION = re.compile(
    r"((there is )?no description( (is )?(available|provided|given|yet))?"
    r"|no(ne)?|null|n/?a|tbd|todo|test|description|\W*)\W*",
    re.IGNORECASE,
)
# `Project lead: …`, `… led by …`: who did it, which is neither what it does nor ours to keep.
_NAMES_SOMEBODY = re.compile(r"\bled by\b|\b(leads?|author|contact|maintainer)\s*:", re.IGNORECASE)
_NO_LICENCE = {"", "noassertion", "other", "none", "unknown"}
_BETWEEN = re.compile(r"[\s,]*")
# Up to the last @: a password may hold one itself.
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_SECRET_PARAMETER = re.compile(
    r"[?&#;](?:[^=&#;]*(?:pass|pwd|secret|token|key|auth|credential)[^=&#;]*|sig|signature|code)"
    r"=[^&#;]*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(https?|git|ssh)://\S+", re.IGNORECASE)

# What of a release is not taken, and why.
_LEFT = {
    "contact": "contacts: names, e-mail addresses, telephone numbers",
    "partners": "partner agencies with their e-mail addresses",
    "laborHours": "labour hours: they are those of all years together, a cost is one year's",
    "date": "dates of the code and of its metadata, which say nothing on its use",
    "updated": "dates of the code and of its metadata, which say nothing on its use",
    "downloadURL": "download addresses",
    "vcs": "version control systems",
    "relatedCode": "related code, which is no dependency",
    "reusedCode": "software reused in it that is no system here",
    "exemption": "exemptions from publishing",
    "disclaimerText": "disclaimers",
    "disclaimerURL": "disclaimers",
    "additionalInformation": "additional information",
}


def recognises(path: Path, head: bytes) -> bool:
    """Whether the file looks like a code.gov inventory."""
    if path.suffix.lower() != ".json":
        return False
    listed = _LIST.search(head) or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    return bool(listed and _SIGNS.search(head))


def read(path: Path, workspace: Workspace) -> Incoming:
    """One system a release. Raises CrmauditError, with line and column, for what is no JSON."""
    text = _text(path)
    return without_contacts_in(_Inventory(path.name, text).incoming(), workspace)


@dataclass(frozen=True)
class _Release:
    """One entry with its place."""

    values: Mapping[str, Any]
    place: Place
    name: str


@dataclass
class _Inventory:
    """`agency` made what names no organisation of its own."""

    file: str
    text: str
    agency: str = ""
    left_out: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def incoming(self) -> Incoming:
        releases = list(self._named())
        names = {key(r.name): r.name for r in releases}
        records = tuple(self._record(release, names) for release in releases)
        for what, n in sorted(self.counts.items()):
            told = f"{what} ({n} of {len(records)} releases)"
            self.left_out.append(Problem(told, Place(self.file)))
        return Incoming(self.file, records, left_out=tuple(self.left_out))

    # Releases --------------------------------------------------------------------------------

    def _named(self) -> Iterator[_Release]:
        """The releases that have a name, the first of each."""
        seen: dict[str, _Release] = {}
        alike: dict[str, _Release] = {}
        document = _parsed(self.text, self.file)
        if isinstance(document, dict):
            agency = document.get("agency")
            self.agency = _plain_text(agency.get("name") if isinstance(agency, dict) else agency)
        for values, index in _entries(document, self.text, self.file):
            place = self._place(index)
            name = values.get("name") if isinstance(values, dict) else None
            if not isinstance(name, str) or not name.strip():
                self.left_out.append(Problem("a release without a name", place))
                continue
            release = _Release(values, place, " ".join(name.split()))
            first = seen.setdefault(release.name.casefold(), release)
            if first is not release:
                what = f"{release.name!r} stands here twice"
                self.left_out.append(Problem(what, place, f"first in {first.place}"))
                continue
            twin = alike.setdefault(key(release.name), release)
            if twin is not release:
                what = f"{release.name!r} and {twin.name!r} may be the same; both are taken"
                self.left_out.append(Problem(what, place, f"the other stands in {twin.place}"))
            yield release

    def _place(self, index: int | None) -> Place:
        if index is None:
            return Place(self.file)
        line = self.text.count("\n", 0, index) + 1
        return Place(self.file, line, index - self.text.rfind("\n", 0, index))

    # Facts -----------------------------------------------------------------------------------

    def _record(self, release: _Release, names: Mapping[str, str]) -> Record:
        values = release.values
        cells: dict[Path_, Any] = {
            ("vendor",): _plain_text(values.get("organization")) or self.agency,
            ("description",): self._description(release),
            ("lifecycle", "phase"): self._phase(release),
            ("lifecycle", "version"): _plain_text(values.get("version")),
            ("documentation", "system", "location"): self._location(values),
            ("depends_on",): self._reused(values, names, release.name),
            ("tags",): self._tags(release),
        }
        for left, why in _LEFT.items():
            if values.get(left) not in (None, "", 0, [], {}):
                self.counts[why] += left != "reusedCode" or not cells["depends_on",]
        if isinstance(values.get("permissions"), dict) and values["permissions"].get("usageType"):
            self.counts["who may use it (open source, government-wide reuse…)"] += 1
        licences = tuple(self._licences(values, release.place))
        return Record(
            "system",
            release.place,
            name=release.name,
            values={p: Cell(v, release.place) for p, v in cells.items() if v},
            lists={("licences",): Items(licences)} if licences else {},
        )

    def _description(self, release: _Release) -> str:
        text = _plain_text(release.values.get("description"))
        if _NO_DESCRIPTION.fullmatch(text):
            self.counts["descriptions that describe nothing, like 'No description available'"] += 1
            return ""
        if key(text) == key(release.name):
            self.counts["descriptions that only repeat the name"] += 1
            return ""
        if _NAMES_SOMEBODY.search(text):
            self.counts["descriptions that name who did it instead of saying what it does"] += 1
            return ""
        return text

    def _phase(self, release: _Release) -> str:
        status = _plain_text(release.values.get("status"))
        if status and key(status) not in _PHASES:
            self.left_out.append(
                Problem(f"the status {status!r} is none of code.gov", release.place)
            )
        return _PHASES.get(key(status), "")

    def _location(self, values: Mapping[str, Any]) -> str:
        names = ("homepageURL", "homepage", "repositoryURL", "repository")
        for name in names:
            address = _plain_text(values.get(name))
            if _ADDRESS.fullmatch(address):
                bare = _USERINFO.sub("", address)
                if bare != address:
                    self.counts["user names in addresses"] += 1
                public = _SECRET_PARAMETER.sub("", bare)
                if public != bare:
                    self.counts["tokens and passwords in addresses"] += 1
                    # What stood before the first parameter is gone with it.
                    public = re.sub(r"^([^?&]*)&", r"\1?", public)
                return public
        return ""

    def _reused(self, values: Mapping[str, Any], names: Mapping[str, str], own: str) -> list[str]:
        """Software in the release that is a release itself."""
        reused = values.get("reusedCode")
        told = (
            [_plain_text(r.get("name")) for r in reused if isinstance(r, dict)]
            if isinstance(reused, list)
            else []
        )
        found = [names[key(name)] for name in told if key(name) in names]
        return [name for name in dict.fromkeys(found) if name != own]

    def _tags(self, release: _Release) -> list[str]:
        """Tags and languages; no tags that are but the words of the description."""
        values = release.values
        tags = [t for t in map(_plain_text, _listed(values.get("tags"))) if t]
        words = set(re.findall(r"\w+", f"{release.name} {values.get('description')}".casefold()))
        if tags and all(set(re.findall(r"\w+", t.casefold())) <= words for t in tags):
            self.counts["tags that only repeat the words of the description"] += 1
            tags = []
        languages = [t for t in map(_plain_text, _listed(values.get("languages"))) if t]
        return list(dict.fromkeys([*languages, *tags]))

    def _licences(self, values: Mapping[str, Any], place: Place) -> Iterator[Item]:
        permissions = values.get("permissions")
        listed = permissions.get("licenses") if isinstance(permissions, dict) else None
        named = [licence for licence in _listed(listed) if isinstance(licence, dict)]
        names = [_plain_text(licence.get("name")) for licence in named]
        names.append(_plain_text(values.get("license")))
        for name in dict.fromkeys(names):
            if name.casefold() not in _NO_LICENCE:
                cells: dict[Path_, Cell] = {
                    ("type",): Cell("free", place),
                    ("note",): Cell(name, place),
                }
                yield Item(cells, place)


def _entries(document: Any, text: str, file: str) -> Iterator[tuple[Any, int | None]]:
    """The list's entries, each with where it begins, as far as that can be told."""
    known = document if isinstance(document, dict) else {}
    name = next((n for n in ("releases", "projects") if n in known), "")
    entries = document.get(name) if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise CrmauditError(
            f"{file} lists no releases", "a code.gov inventory has `releases:` with a list", file
        )
    index: int | None = text.find("[", max(0, text.find(f'"{name}"')) if name else 0) + 1
    decoder = json.JSONDecoder()
    for entry in entries:
        if index is not None and (blank := _BETWEEN.match(text, index)):
            start, index = blank.end(), None
            with suppress(ValueError, RecursionError):
                same, end = decoder.raw_decode(text, start)
                index = end if same == entry else None
            yield entry, start if index else None
        else:
            yield entry, None


def _parsed(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise CrmauditError(
            f"not JSON: {error.msg}",
            "check commas, quotes and brackets here and above",
            Place(file, error.lineno, error.colno, _line(text, error.pos)),
        ) from None
    except RecursionError:
        raise CrmauditError(
            f"{file} is nested too deeply", "export the inventory again", file
        ) from None
    except ValueError:
        # Python reads no number of more digits: it would take too long.
        found = re.search(r"\d{4301,}", text)
        at = found.start() if found else 0
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise CrmauditError(
            "a number of more than 4,300 digits", "correct it here", Place(file, line, column)
        ) from None


def _line(text: str, index: int) -> str:
    start = text.rfind("\n", 0, index) + 1
    return text[start : start + 200].partition("\n")[0].rstrip("\r")


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        raise CrmauditError(f"{path.name} cannot be read: {error.strerror}") from None
    if not raw:
        raise CrmauditError(f"{path.name} is empty or has more than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CrmauditError(
            "this is no UTF-8", "save the file as UTF-8", Place(path.name, line)
        ) from None


def _plain_text(value: Any) -> str:
    """A text on one line, without signs that cannot be seen; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
