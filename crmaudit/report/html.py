"""One self-contained HTML file: no request leaves it, and it reads with script off."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.frames import framed
from crmaudit.report.html_blocks import Blocks
from crmaudit.report.html_links import Links
from crmaudit.report.html_tags import join, tag
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Entry, Outline
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

RTL = ("ar", "fa", "he", "ur")


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """The frame `html/report.html` around the sections, with style and script inside."""
    words = labels.load(templates, document.meta.language)
    outline = Outline(document)
    html = Blocks(outline, words, Links(document))
    sections = join(
        html.section(section, entry)
        for section, entry in zip(document.sections, outline.sections, strict=True)
    )
    script = _script(templates, html)
    data = {"words": dict(words), "matrices": html.matrices}
    page = framed(
        templates,
        "html/report.html",
        document=document,
        meta=document.meta,
        words=words,
        seal=str(seal(document)),
        theme=theme,
        direction=reads_from(document.meta.language),
        classification=document.meta.classification or theme.classification,
        as_of=numbers.day(document.meta.as_of, document.meta.language),
        control=control(document, words),
        contents=contents(outline, words, bool(document.evidence)),
        sections=sections,
        register=register(document, outline, words),
        logo=data_url(theme.logo),
        style=Markup(palette(theme) + squeeze(templates.read("html/report.css"))),
        script=Markup(script),
        script_hash=_digest(script),
        data=Markup(_json(data)),
    )
    return page.encode("utf-8", "replace")


def reads_from(language: str) -> str:
    """The direction of that language's writing: `rtl` or `ltr`."""
    return "rtl" if language.split("-")[0].lower() in RTL else "ltr"


def control(document: b.Document, words: Labels) -> list[tuple[str, str]]:
    """The document control block: what this is, of when, made with what."""
    meta = document.meta
    rows = [
        (words["organisation"], meta.organisation),
        (words["as_of"], numbers.day(meta.as_of, meta.language)),
        (words["version"], f"{meta.version} ({words[meta.status]})"),
        (words["audience"], meta.audience),
        (words["classification"], meta.classification),
        (words["authors"], ", ".join(meta.authors)),
        (words["tool"], f"crmaudit {meta.tool_version}" if meta.tool_version else ""),
        (words["configuration"], meta.configuration),
        (words["evidence"], meta.evidence),
        (words["measured"], _measured(meta, words)),
    ]
    return [(name, value) for name, value in rows if value]


def _measured(meta: b.Meta, words: Labels) -> str:
    """The days on which the evidence was taken; said where that was after the report's own."""
    if meta.measured is None:
        return ""
    days = [numbers.day(d, meta.language) for d in dict.fromkeys(meta.measured)]
    told = labels.filled(words, "measured_to", first=days[0], last=days[-1])
    told = told if len(days) > 1 else days[0]
    return labels.filled(words, "measured_late", when=told) if meta.days_late else told


def contents(outline: Outline, words: Labels, evidence: bool) -> list[Entry]:
    """The lines of the rail: sections, and the register as the last appendix."""
    entries = list(outline.sections)
    if evidence:
        entries.append(
            Entry(1, outline.register_number, words["evidence_register"], "evidence", True)
        )
    return entries


def register(document: b.Document, outline: Outline, words: Labels) -> Markup:
    """Every piece of evidence, numbered, as the target of the small marks."""
    if not document.evidence:
        return Markup("")
    entries = []
    for n, entry in enumerate(document.evidence, 1):
        facts = [
            (words["source"], entry.source),
            (words["method"], entry.method),
            (words["taken"], entry.taken),
            (
                words["rows"],
                numbers.number(entry.rows, language=document.meta.language)
                if entry.rows is not None
                else "",
            ),
            (words["digest"], entry.digest),
        ]
        rows = join(tag("div", tag("dt", k), tag("dd", v)) for k, v in facts if v)
        statement = (
            tag("pre", tag("code", entry.statement), dir="ltr", tabindex="0")
            if entry.statement
            else Markup("")
        )
        entries.append(
            tag(
                "li",
                tag("p", tag("b", str(n)), Markup(" "), entry.what),
                tag("dl", rows) if rows else Markup(""),
                statement,
                id=f"ev-{n}",
                tabindex="-1",
            )
        )
    number = tag("span", outline.register_number, class_="no")
    return tag(
        "section",
        tag("h2", number, Markup(" "), words["evidence_register"]),
        tag("p", words["evidence_intro"]),
        tag("ol", join(entries), class_="register"),
        id="evidence",
        data_level=1,
    )


def palette(theme: Theme) -> str:
    """Light and dark as custom properties; print is always light."""

    def block(colours: object) -> str:
        return "".join(f"--{name}:{value};" for name, value in dict(colours).items())  # type: ignore[call-overload]

    return (
        f":root{{{block(theme.light)}--sans:{theme.stack};--mono:{theme.mono_stack}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{block(theme.dark)}}}}}"
    ).replace("</", "<\\/")


def _script(templates: Templates, html: Blocks) -> str:
    """The page's script, with the parts that its blocks call for."""
    parts = [
        templates.read(f"html/{name}.js")
        for name, wanted in (("matrix", html.matrices), ("network", html.networks))
        if wanted
    ]
    whole = templates.read("html/report.js").replace("/* parts */", "\n".join(parts))
    bare = re.sub(r"^\s*(//.*)?$\n|^\s+", "", whole, flags=re.MULTILINE)
    return bare.replace("</script", "<\\/script")


def _json(data: object) -> str:
    """JSON that no reader of HTML takes for markup."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def squeeze(css: str) -> str:
    """The style sheet without comments and indents."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def data_url(image: bytes) -> str:
    """A picture as part of the page; empty without one."""
    if not image:
        return ""
    kind = "png" if image.startswith(b"\x89PNG") else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
