"""Section files: found, ordered, and made into a document.

`templates/sections/<language>/NN-name.md`, each with a front matter:

    ---
    id: quality              # anchor and name; an own file of the same id replaces the shipped one
    title: Data quality
    level: 1                 # 2 makes it a part of the chapter before it
    audiences: [board, it]   # missing: everybody inside; `all`: the public too
    appendix: false
    topics: [access]         # an edition that withholds weaknesses lacks `access`, `maintenance`
    landscape: false         # true; or `wide`: where its matrix has too many columns for a page
    requires:                # what must be there, and how the user supplies it; `a|b`: one of them
      quality.scores: "Run `crmaudit collect`"
    ---

A draft prints what is missing in the section's place; a final report leaves
the section out and names it in `omitted`, which every section file can read.
A chapter all of whose parts are left out is left out with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from crmaudit.errors import CrmauditError, Place
from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.languages import Language, language, tell
from crmaudit.report.markdown import Renderer
from crmaudit.report.templates import Templates, text_of
from crmaudit.report.text import slug
from crmaudit.rules.base import Topic
from crmaudit.workspace.yaml_reader import parse

UPRIGHT = 14
"""Columns of a matrix that an upright page has room for."""
KEYS = ("id", "title", "level", "audiences", "appendix", "topics", "landscape", "requires")


@dataclass(frozen=True, slots=True)
class SectionFile:
    """A section file's front matter and where it stands."""

    path: Path
    id: str
    title: str
    level: int = 1
    audiences: tuple[str, ...] = ()
    appendix: bool = False
    landscape: bool | Literal["wide"] = False
    requires: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    """What it is about, in words of the rules' topics."""


@dataclass(frozen=True, slots=True)
class Omitted:
    """A section left out of a final report, and what it would have needed."""

    id: str
    title: str
    needs: tuple[str, ...]
    """Names of the context that it requires and lacks."""
    ways: tuple[str, ...] = ()
    """How to supply each."""


def find_sections(
    language: str = "en", own: Path | None = None, templates: Templates | None = None
) -> tuple[SectionFile, ...]:
    """The shipped sections with the user's own between or in their place, by file name.

    A section that the language lacks is the English one.
    """
    folders = [f / "sections" for f in reversed((templates or Templates()).folders)]
    places = [f / name for name in dict.fromkeys(("en", language)) for f in folders]
    found: dict[str, SectionFile] = {}
    for place in (*places, own):
        if place is None or not place.is_dir():
            continue
        translated = place.name == language != "en" and place != own
        here: dict[str, Path] = {}
        for path in sorted(p for p in place.glob("*.md") if p.is_file()):
            section = read_front(path, found if translated else {})
            if section.id in here:
                raise CrmauditError(
                    f"{here[section.id].name} has the id {section.id!r} too",
                    "give each section an `id:` of its own",
                    Place(str(path), 1),
                )
            here[section.id] = path
            found[section.id] = section
    return tuple(sorted(found.values(), key=lambda s: (s.appendix, s.path.name)))


def read_front(path: Path, english: Mapping[str, SectionFile] | None = None) -> SectionFile:
    """The front matter of one section file, checked.

    A translation says only what is told otherwise: title and ways to supply
    what is missing. The rest is as in the English file of its id.
    """
    text = text_of(path)
    parts = text.split("\n---", 1)
    if not text.startswith("---") or len(parts) < 2:
        raise CrmauditError(
            "a section file starts with its front matter",
            "Begin the file with `---`, `title: …`, `---`",
            Place(str(path), 1),
        )
    head = parts[0].removeprefix("---")  # what is left of its line keeps the lines' numbers
    try:
        parse(head, str(path))  # says what is wrong as of the workspace's files
        front = yaml.safe_load(head) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise CrmauditError(
            f"the front matter is not YAML: {getattr(error, 'problem', None) or error}",
            "put the value in quotes if it is a text",
            Place(str(path), mark.line + 1 if mark else 1),
        ) from error
    unknown = [k for k in front if k not in KEYS] if isinstance(front, dict) else ["(no mapping)"]
    if unknown or "title" not in front:
        raise CrmauditError(
            f"unknown in the front matter: {', '.join(map(str, unknown))}"
            if unknown
            else "the front matter has no `title`",
            f"It knows {', '.join(KEYS)}",
            Place(str(path), 1),
        )
    requires = front.get("requires") or {}
    if isinstance(requires, (str, list)):
        requires = dict.fromkeys([requires] if isinstance(requires, str) else requires, "")
    audiences = front.get("audiences") or []
    audiences = [audiences] if isinstance(audiences, str) else audiences
    topics = front.get("topics") or []
    topics = [topics] if isinstance(topics, str) else topics
    for key, fits, form in (
        ("requires", isinstance(requires, dict), "names of the context: how to supply each"),
        ("audiences", isinstance(audiences, list), "a list of names, like [board, it]"),
        (
            "topics",
            isinstance(topics, list) and set(map(str, topics)) <= set(get_args(Topic)),
            f"a list of {', '.join(get_args(Topic))}",
        ),
        ("level", front.get("level", 1) in (1, 2), "1, or 2 for a part of the chapter before it"),
    ):
        if not fits:
            raise CrmauditError(f"`{key}` has another form", f"write {form}", Place(str(path), 1))
    name = slug(str(front.get("id") or path.stem.lstrip("0123456789-")))
    base = (english or {}).get(name)
    if base is not None:
        told = {k: str(requires.get(k, how)) for k, how in base.requires.items()}
        return replace(base, path=path, title=str(front["title"]), requires=told)
    return SectionFile(
        path=path,
        id=name,
        title=str(front["title"]),
        level=2 if front.get("level") == 2 else 1,
        audiences=tuple(map(str, audiences)),
        appendix=bool(front.get("appendix")),
        landscape="wide" if front.get("landscape") == "wide" else bool(front.get("landscape")),
        requires={str(k): str(v) for k, v in requires.items()},
        topics=tuple(map(str, topics)),
    )


def unmet(section: SectionFile, context: Mapping[str, Any]) -> dict[str, str]:
    """The requirements that the context lacks or holds empty → how to supply them."""
    return {
        name: how
        for name, how in section.requires.items()
        if not any(_has(context, way) for way in name.split("|"))
    }


def _has(context: Mapping[str, Any], name: str) -> bool:
    thing: Any = context
    for part in name.split("."):
        thing = thing.get(part) if isinstance(thing, Mapping) else getattr(thing, part, None)
    return not (thing is None or thing == 0 or (hasattr(thing, "__len__") and len(thing) == 0))


def _wide(blocks: Sequence[b.Block]) -> bool:
    return any(isinstance(x, b.Matrix) and len(x.columns) > UPRIGHT for x in blocks)


def build(
    title: str,
    meta: b.Meta,
    context: Mapping[str, Any],
    evidence: Sequence[b.Evidence] = (),
    subtitle: str = "",
    own: Path | None = None,
    templates: Templates | None = None,
    reads: Callable[[SectionFile], bool] = lambda _: True,
    words: Language | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> b.Document:
    """The document: every section file that `reads` lets in, in the meta's language or `words`.

    `own` is the workspace's `sections/`; its `partials` can be included too.
    Raises CrmauditError for a language that there is not.
    """
    templates = templates or Templates()
    words = words or language(meta.language, templates)
    files = [f for f in find_sections(meta.language, own, templates) if reads(f)]
    lacking = {f.id: unmet(f, context) for f in files}
    final = meta.status == "final"
    tips = not final and not meta.audience
    omitted = tuple(
        Omitted(f.id, f.title, tuple(lacking[f.id]), tuple(lacking[f.id].values()))
        for f in files
        if lacking[f.id] and final
    )
    partial = [f / "sections" / meta.language for f in templates.folders]
    folders = [*([own] if own else []), *dict.fromkeys((*partial, *(f.path.parent for f in files)))]
    renderer = Renderer(folders, {**context, "meta": meta, "omitted": omitted, "tips": tips}, words)
    labelled = labels.load(templates, meta.language)
    sections = []
    for n, file in enumerate(files):
        progress(file.title)
        parts = list(takewhile(lambda f: f.level == 2, files[n + 1 :])) if file.level == 1 else []
        is_empty = bool(parts) and all(lacking[f.id] for f in parts)
        if final and (lacking[file.id] or is_empty):
            continue
        if lacking[file.id]:
            # How to supply it is for those who work on the audit.
            ways = tuple(renderer.parse(how or name) for name, how in lacking[file.id].items())
            blocks: tuple[b.Block, ...] = (
                b.Callout("draft", renderer.say(labelled["section_missing"]), (b.BulletList(ways),))
                if tips
                else b.Callout("not_assessed", renderer.say(labelled["section_silent"])),
            )
        else:
            blocks = renderer.blocks(file.path.name)
        turned = _wide(blocks) if file.landscape == "wide" else file.landscape
        sections.append(b.Section(file.id, file.title, blocks, file.level, turned, file.appendix))
    made = b.Document(title, meta, tuple(sections), subtitle, tuple(evidence))
    return tell(made, words) if words else made
