"""Whether reports are still what the same inputs give, and if not, why.

Each file is made again, with the options it was made with, and compared byte
by byte. Nothing is written. Options and inputs of then come from the manifest
beside the file, or from the line that the file itself carries.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import crmaudit
from crmaudit.engine import Judgement
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.compose import document, look
from crmaudit.report.formats import FORMATS, format_of, manifests_in, reports_in, writer
from crmaudit.report.manifest import Manifest, digest_of, manifest, manifests
from crmaudit.report.seal import Seal, find_seal, seal
from crmaudit.report.writing import check, own_templates
from crmaudit.strategy import Plan

State = Literal["same", "differs", "missing"]
_NAMED = 4
"""Files or pieces of evidence that are named one by one."""
NONE = "none"
_AROUND = 60
"""Characters of a text shown from the first difference on."""


@dataclass(frozen=True)
class Checked:
    """A report's file, what became of it, and why it differs as far as can be told."""

    path: Path
    state: State
    reasons: tuple[str, ...] = ()


def verify(
    facts: Facts, judgement: Judgement, plan: Plan, paths: Iterable[Path]
) -> tuple[Checked, ...]:
    """Each of these files, or all reports in these folders, against what would be written now.

    Raises CrmauditError for a path that is not there, a folder without
    reports, a file of no format, and a manifest that cannot be read.
    """
    check(facts)

    @cache
    def made(audience: str, final: bool) -> b.Document:
        return document(
            facts, judgement, plan, final=final, audience=audience, templates=own_templates(facts)
        )

    found = [_checked(path, facts, made) for path in _files(paths)]
    return tuple(sorted(found, key=lambda c: c.path))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in dict.fromkeys(paths):
        if path.is_file():
            if path in manifests_in(path.parent):
                continue  # it is no report, and a pattern like `*.json` names it all the same
            if not format_of(path.name):
                raise CrmauditError(
                    "this is no report", f"reports end in {', '.join(FORMATS)}", str(path)
                )
            yield path
            continue
        if not path.is_dir():
            raise CrmauditError(
                "there is no such file or folder", "write reports with `crmaudit report`", str(path)
            )
        named = (n for kept in manifests(path) for n in kept.files)
        names = {*reports_in(path), *filter(format_of, named)}
        if not names:
            raise CrmauditError(
                "there is no report to verify", "write one with `crmaudit report`", str(path)
            )
        yield from (path / name for name in sorted(names))


def _checked(path: Path, facts: Facts, made: Callable[[str, bool], b.Document]) -> Checked:
    kept = next((m for m in manifests(path.parent) if path.name in m.files), None)
    if not path.is_file():
        return Checked(path, "missing", ("the manifest names it, and it is not there",))
    content = path.read_bytes()
    own = find_seal(content)
    told = kept or _told(own)
    if told is None:
        return Checked(
            path, "differs", ("it carries no line of crmaudit, and no manifest names it",)
        )
    try:
        check(facts, told.audience)
    except CrmauditError as error:
        return Checked(path, "differs", (error.problems[0].message,))
    now = made(told.audience, told.final)
    name = format_of(path.name)
    templates = own_templates(facts)
    again = writer(name)(now, look(facts, told.audience, templates), templates)
    if again == content:
        return Checked(path, "same")
    recorded = kept.files.get(path.name) if kept else None
    reasons = list(_inputs(told, own, manifest(facts, now), seal(now)))
    if recorded and recorded != digest_of(content):
        reasons.append("the file was changed after it was written: its recorded hash is another")
    elif recorded and not reasons:
        reasons.append("no input on record changed; rules of other packages may have")
    elif not reasons:
        reasons.append(
            "the hashes it carries are those of now: it was edited, or made by another build "
            "or with another history"
        )
    where = _first(name, content, again)
    return Checked(path, "differs", (*reasons, where) if where else tuple(reasons))


def _told(own: Seal | None) -> Manifest | None:
    """What a file's own line tells of its making."""
    if own is None:
        return None
    return Manifest(
        tool=own.tool,
        audience=own.audience,
        final=own.status == "final",
        language=own.language,
        configuration=own.configuration,
        evidence_hash=own.evidence,
    )


def _inputs(then: Manifest, own: Seal | None, now: Manifest, line: Seal) -> Iterator[str]:
    """What changed between then and now."""
    if own is not None and (own.tool, own.configuration, own.evidence) != (
        then.tool,
        then.configuration,
        then.evidence_hash,
    ):
        yield "the manifest is of another writing than the file"
        then = _told(own) or then
    if then.tool != now.tool:
        yield f"made with crmaudit {then.tool or '?'}; this is {crmaudit.__version__}"
    for name in sorted(set(then.libraries) & set(now.libraries)):
        if then.libraries[name] != now.libraries[name]:
            yield f"made with {name} {then.libraries[name]}; here is {now.libraries[name]}"
    if then.language != line.language:
        yield f"made in the language {then.language}; audit.yaml now says {line.language}"
    for what, names, was, found in (
        (
            "declarations",
            _changes(then.declared, now.declared),
            then.configuration,
            now.configuration,
        ),
        ("evidence", _changes(then.evidence, now.evidence), then.evidence_hash, now.evidence_hash),
    ):
        if was != found:
            yield f"{what} changed: {names or f'{was or NONE}, now {found or NONE}'}"
    if not then.declared:
        return  # the file's line says no more
    if then.key != now.key:
        yield f"made with the key {then.key or NONE}; here is {now.key or NONE}"
    if changes := _changes(then.history, now.history, known=True):
        yield f"the history changed: audits {changes}{_last(then, now)}"


def _last(then: Manifest, now: Manifest) -> str:
    """The newest audit of then and of now, where an audit was recorded or removed since."""
    was, found = then.last_audit, now.last_audit
    return f"; the last was {was or NONE}, now {found or NONE}" if was != found else ""


def _changes(then: Mapping[str, str], now: Mapping[str, str], known: bool = False) -> str:
    """`2 changed (a, b); 1 new (c)`; empty where nothing changed or nothing is `known` of then."""
    if not then and not known:
        return ""
    kinds = (
        ("changed", [n for n in now if n in then and then[n] != now[n]]),
        ("new", [n for n in now if n not in then]),
        ("gone", [n for n in then if n not in now]),
    )
    return "; ".join(f"{len(names)} {kind} ({_few(names)})" for kind, names in kinds if names)


def _few(names: Sequence[str]) -> str:
    found = sorted(names)
    more = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")


# The first difference


def _first(name: str, one: bytes, two: bytes) -> str:
    """Where a file first differs from what would be written now."""
    if name == "json":
        try:
            place = next(_places(json.loads(one), json.loads(two), "$"), None)
        except ValueError:
            place = None
        if place:
            return f"first difference at {place}"
    if name in ("json", "html", "dashboard", "md"):
        return _first_line(one.decode("utf-8", "replace"), two.decode("utf-8", "replace"))
    if name != "pdf":
        return _first_part(one, two)
    return f"{len(one):,} bytes, now {len(two):,}"


def _places(one: Any, two: Any, at: str) -> Iterator[str]:
    """Paths of values that differ, in the order of the file."""
    if isinstance(one, dict) and isinstance(two, dict):
        for key in dict.fromkeys((*one, *two)):
            # The hashes differ wherever anything does, and say nothing of where.
            if at.endswith(".meta") and key in ("configuration", "evidence"):
                continue
            if key not in one or key not in two:
                yield f"{at}.{key} ({'only now' if key in two else 'only in the file'})"
            else:
                yield from _places(one[key], two[key], f"{at}.{key}")
    elif isinstance(one, list) and isinstance(two, list):
        for n, (left, right) in enumerate(zip_longest(one, two)):
            if n >= min(len(one), len(two)):
                yield f"{at}[{n}] ({len(one)} items, now {len(two)})"
                return
            yield from _places(left, right, f"{at}[{n}]")
    elif one != two:
        yield f"{at}: {_short(one)}, now {_short(two)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}…"


_HASHES = re.compile(r"crmaudit-report [^\">]*|\b[0-9a-f]{12}\b")


def _first_line(one: str, two: str) -> str:
    """Line and words of the first difference; short hashes differ everywhere and are passed."""
    for n, (left, right) in enumerate(zip_longest(one.splitlines(), two.splitlines()), 1):
        if left is None or right is None:
            return f"first difference in line {n}: {'only now' if left is None else 'not any more'}"
        if left != right and _HASHES.sub("", left) != _HASHES.sub("", right):
            at = next(
                (i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y),
                min(len(left), len(right)),
            )
            start = max(at - 20, 0)
            was, now = (text[start : at + _AROUND].strip() for text in (left, right))
            return f"first difference in line {n}: “{was}”, now “{now}”"
    return ""


def _first_part(one: bytes, two: bytes) -> str:
    """The first part of an Office file that differs."""
    try:
        with zipfile.ZipFile(io.BytesIO(one)) as left, zipfile.ZipFile(io.BytesIO(two)) as right:
            names = dict.fromkeys((*left.namelist(), *right.namelist()))
            mine, theirs = set(left.namelist()), set(right.namelist())
            for name in names:
                if name.startswith("docProps/"):
                    continue  # the line of the hashes
                if name not in mine or name not in theirs:
                    return f"first difference: its part {name}"
                was, now = (_HASHES.sub("", x.read(name).decode("latin-1")) for x in (left, right))
                if was != now:
                    return f"first difference in its part {name}"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "it is no whole Office file"
    return ""
