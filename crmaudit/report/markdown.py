"""Jinja2 Markdown, rendered and parsed once into blocks.

Whatever a template prints with `{{ … }}` is put aside and a token of plain
letters is printed instead; after parsing, the token is swapped for the value.
So data never passes through Markdown, and cannot become markup in any place:
text, table, link, code or heading. Only what a template's author wrote, and
what is explicitly marked with `| markdown`, is read as Markdown. Raw HTML is
shown as text.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node
from markupsafe import Markup

from crmaudit.errors import CrmauditError
from crmaudit.messages import Settled, Told, Words, told
from crmaudit.report import blocks as b
from crmaudit.report import functions
from crmaudit.report.bounded import Bounded, length
from crmaudit.report.text import plain, slug

_INLINE = (
    b.Text,
    b.Strong,
    b.Emph,
    b.Code,
    b.Link,
    b.LineBreak,
    b.EvidenceRef,
    b.SeverityMark,
)
_NAME = re.compile(r"\s*\{:\s*#([a-z][a-z0-9-]*)\s*\}$")
_SAFE_URL = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)


class Renderer:
    """Renders section files with one context, and parses them into blocks."""

    def __init__(
        self, folders: Sequence[Path], context: Mapping[str, Any], words: Words | None = None
    ) -> None:
        self._words = words
        self.language = words.language if words else "en"
        nonce = secrets.token_hex(8)
        self._mark = f"x{nonce}n"
        self._token = re.compile(f"{self._mark}([0-9]+)z")
        self._kept: list[object] = []
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
        self._env = Bounded(
            loader=_Loader(folders),
            bytecode_cache=_COMPILED,
            optimized=False,  # so that no language's words are settled in what is compiled
            undefined=jinja2.StrictUndefined,
            autoescape=True,  # so that macros and captured blocks stay marked as Markdown
            finalize=self._finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._env.filters["markdown"] = lambda text: Markup(str(self.say(text)))
        # Texts are joined as they stand in the section's own language.
        self._env.filters["~"] = lambda parts: self._env.joined(map(self._said, parts))
        for name in ("capitalize", "join", "lower", "replace", "title", "trim", "upper"):
            self._env.filters[name] = self._of_words(self._env.filters[name])
        self._env.filters.update({"told": self.say, "word": self.word})
        self._env.filters.update(functions.filters(self.language))
        self._env.globals.update(context)
        self._env.globals.update(functions.functions(self))

    def put(self, thing: object) -> str:
        """Keep a block, an inline or a text, and return the token that stands for it."""
        self._kept.append(thing)
        return f"{self._mark}{len(self._kept) - 1}z"

    def say(self, text: str) -> str:
        """Text as it stands in a section's own language, which nothing tells once more."""
        return Settled(told(text, self._words)) if self._words else text

    def _said(self, thing: object) -> object:
        return self.say(thing) if isinstance(thing, Told) else thing

    def _of_words(self, change: Callable[..., Any]) -> Callable[..., Any]:
        """A filter of Jinja's that makes new text of text, which then has to be told before."""

        @wraps(change)
        def changed(*args: Any, **named: Any) -> Any:
            told = ([*map(self._said, x)] if isinstance(x, list | tuple) else x for x in args)
            return change(*map(self._said, told), **named)

        return changed

    def word(self, text: str) -> str:
        """One of the program's fixed words, like a state or a kind, in the section's language."""
        if self._words and not isinstance(text, Told):
            text = self._words.pattern(text, {})
        return self.say(text)

    @jinja2.pass_context  # which also keeps Jinja from settling constants beforehand
    def _finalize(self, _: object, value: object) -> object:
        if hasattr(value, "__html__") or isinstance(value, jinja2.Undefined):
            return value
        self._env.spend(length(value))
        text = "" if value is None else str(value)
        if isinstance(value, str):
            text = str(self.say(value))
        if self._token.fullmatch(text) or not text:
            return Markup(text)
        return Markup(self.put(text))

    def blocks(self, name: str, **context: Any) -> tuple[b.Block, ...]:
        """The blocks of one template file, rendered with the context."""
        try:
            return self.parse(self._env.text(self._env.get_template(name), **context))
        except CrmauditError:
            raise
        except Exception as error:
            raise self._env.failure(error, name) from error

    def body(self, text: str) -> tuple[b.Block, ...]:
        """Text as paragraphs; text marked as Markdown (a `{% call %}` body) as blocks."""
        if isinstance(text, Markup):
            return self.parse(text)
        parts = re.split(r"\n\s*\n", text)
        return tuple(b.Paragraph(self._swap(part.strip("\n"))) for part in parts if part.strip())

    def parse(self, text: str) -> tuple[b.Block, ...]:
        """Markdown with tokens → blocks."""
        tree = Node(self._markdown.parse(text))
        return self._blocks(tree.children)

    # Blocks

    def _blocks(self, nodes: Sequence[Node]) -> tuple[b.Block, ...]:
        found: list[b.Block] = []
        for node in nodes:
            found.extend(self._block(node))
        return tuple(found)

    def _block(self, node: Node) -> Sequence[b.Block]:
        match node.type:
            case "paragraph":
                return self._paragraph(self._inlines(node.children[0].children))
            case "heading":
                inlines = self._only_inlines(node.children[0].children, "a heading")
                level = min(max(int(node.tag[1]), 2), 4)
                inlines, name = _named(inlines)
                return [b.Heading(level, inlines, name or slug(plain(inlines)))]
            case "bullet_list":
                return [b.BulletList(tuple(self._blocks(i.children) for i in node.children))]
            case "ordered_list":
                items = tuple(self._blocks(i.children) for i in node.children)
                return [b.OrderedList(items, int(node.attrs.get("start", 1)))]
            case "blockquote":
                return [b.Quote(self._blocks(node.children))]
            case "fence" | "code_block":
                text = self._bare(node.content.rstrip("\n"))
                return [b.CodeBlock(text, self._bare(node.info.strip()))]
            case "table":
                return [self._table(node)]
            case _:  # a rule (`---`) has no meaning in a report
                return []

    def _paragraph(self, things: Sequence[object]) -> Sequence[b.Block]:
        """A paragraph, cut in parts where blocks stand in it."""
        found: list[b.Block] = []
        line: list[b.Inline] = []
        is_cut = any(not isinstance(thing, _INLINE) for thing in things)

        def close() -> None:
            if plain(line).strip() or any(not isinstance(i, b.Text | b.LineBreak) for i in line):
                found.append(b.Paragraph(_trim(line) if is_cut else tuple(line)))
            line.clear()

        for thing in things:
            if isinstance(thing, _INLINE):
                line.append(thing)
            else:
                close()
                found.append(thing)  # type: ignore[arg-type]
        close()
        return found

    def _table(self, node: Node) -> b.Table:
        head, *rest = node.children
        columns = []
        for cell in head.children[0].children:
            side = str(cell.attrs.get("style", "")).removeprefix("text-align:")
            align: b.Align | None = side if side in ("left", "right", "center") else None  # type: ignore[assignment]
            columns.append(b.Column(plain(self._cell_inlines(cell)), align=align))
        rows = []
        for row in rest[0].children if rest else ():
            cells = []
            for cell in row.children:
                inlines = self._cell_inlines(cell)
                words = plain(inlines)
                rich = inlines if any(not isinstance(i, b.Text) for i in inlines) else ()
                cells.append(b.Cell(words, words, inlines=rich))
            rows.append(tuple(cells))
        return b.Table("", "", tuple(columns), tuple(rows))

    def _cell_inlines(self, node: Node) -> tuple[b.Inline, ...]:
        children = node.children[0].children if node.children else ()
        return self._only_inlines(children, "a table cell")

    # Inlines

    def _only_inlines(self, nodes: Sequence[Node], where: str) -> tuple[b.Inline, ...]:
        found = self._inlines(nodes)
        for thing in found:
            if not isinstance(thing, _INLINE):
                name = type(thing).__name__.lower()
                raise CrmauditError(
                    f"a {name} cannot stand in {where}", "Give it a line of its own"
                )
        return _joined(found)

    def _inlines(self, nodes: Sequence[Node]) -> list[object]:
        found: list[object] = []
        for node in nodes:
            match node.type:
                case "text":
                    found.extend(self._swap(node.content, blocks=True))
                case "strong":
                    found.append(b.Strong(self._only_inlines(node.children, "bold text")))
                case "em":
                    found.append(b.Emph(self._only_inlines(node.children, "italic text")))
                case "code_inline":
                    found.append(b.Code(self._bare(node.content)))
                case "softbreak":
                    found.append(b.Text(" "))
                case "hardbreak":
                    found.append(b.LineBreak())
                case "link":
                    inlines = self._only_inlines(node.children, "a link")
                    found.append(safe_link(inlines, self._bare(str(node.attrs.get("href", "")))))
                case _:
                    found.append(b.Text(self._bare(node.content)))
        return list(_merged(found))

    def _swap(self, text: str, blocks: bool = False) -> tuple[Any, ...]:
        """Text with tokens → inlines (and blocks), tokens within values included."""
        found: list[object] = []
        for n, part in enumerate(self._token.split(text)):
            if n % 2 == 0:
                if part:
                    found.append(b.Text(part))
                continue
            thing = self._kept[int(part)]
            if isinstance(thing, str):
                found.extend(self._swap(thing, blocks))
            elif isinstance(thing, b.Link):
                found.append(safe_link(thing.inlines, thing.url))
            elif blocks or isinstance(thing, _INLINE):
                found.append(thing)
            else:
                raise CrmauditError("a block cannot stand here", "Give it a line of its own")
        return tuple(_merged(found))

    def _bare(self, text: str) -> str:
        """Text with tokens → the words alone, for code and addresses."""
        return plain(i for i in self._swap(text, blocks=True) if isinstance(i, _INLINE))


class _Compiled(jinja2.BytecodeCache):
    """Section files as compiled in this process: several editions share them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class _Loader(jinja2.FileSystemLoader):
    """Reads section files; the front matter is blanked, so that lines keep their number."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__([str(f) for f in folders])

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        text, filename, fresh = super().get_source(environment, template)
        lines = text.split("\n")
        if lines[0].strip() == "---" and "---" in (rest := [x.strip() for x in lines[1:]]):
            end = rest.index("---") + 2
            lines[:end] = [""] * end
        return "\n".join(lines), filename, fresh


def safe_link(inlines: tuple[b.Inline, ...], url: str) -> b.Inline:
    """A link, or its text alone and its address in words where it is not of a safe kind."""
    if _SAFE_URL.match(url.strip()):
        return b.Link(inlines, url.strip())
    return b.Text(f"{plain(inlines)} ({url})" if url else plain(inlines))


def _merged(things: Sequence[object]) -> Sequence[object]:
    """Neighbouring texts as one."""
    found: list[object] = []
    for thing in things:
        if isinstance(thing, b.Text) and found and isinstance(found[-1], b.Text):
            found[-1] = b.Text(found[-1].text + thing.text)
        else:
            found.append(thing)
    return found


def _named(inlines: tuple[b.Inline, ...]) -> tuple[tuple[b.Inline, ...], str]:
    """A heading's words without the id that `{: #id}` at its end gives it, and the id."""
    last = inlines[-1] if inlines else None
    match = _NAME.search(last.text) if isinstance(last, b.Text) else None
    if match is None or not isinstance(last, b.Text):
        return inlines, ""
    return (*inlines[:-1], b.Text(last.text[: match.start()])), match[1]


def _joined(things: Sequence[object]) -> tuple[b.Inline, ...]:
    return tuple(t for t in _merged(things) if isinstance(t, _INLINE))


def _trim(line: list[b.Inline]) -> tuple[b.Inline, ...]:
    """The line without the space and the line breaks that stood around a block."""
    while line and (line[0] == b.LineBreak() or line[0] == b.Text(" ")):
        line.pop(0)
    while line and (line[-1] == b.LineBreak() or line[-1] == b.Text(" ")):
        line.pop()
    if line and isinstance(line[0], b.Text):
        line[0] = b.Text(line[0].text.lstrip(" "))
    if line and isinstance(line[-1], b.Text):
        line[-1] = b.Text(line[-1].text.rstrip(" "))
    return tuple(line)
