"""GitHub-flavoured Markdown: tables as tables, evidence as footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.grid import WIDE, Grid, outside, pieces
from crmaudit.report.html import contents, control
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Outline
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$])")
_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")
LETTERS = {
    "proven": "{}",
    "declared": "({})",
    "unexpected": "**{}**!",
    "missing": "~~{}~~",
    "allowed": "\\[{}\\]",
}


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """One Markdown file; evidence marks are footnotes, in the register's numbers."""
    words = labels.load(templates, document.meta.language)
    return _Markdown(Outline(document), words).document(document).encode("utf-8", "replace")


def escape(text: str) -> str:
    """Text that no reader of Markdown takes for anything else, on one line."""
    text = _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))
    return _START.sub(lambda m: f"\\{m[1]}" if not m[1].isdigit() else f"{m[1]}\\", text)


def _code(text: str) -> str:
    """A code span with a fence longer than any inside."""
    words = " ".join(clean(text).split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    fence = "`" * (longest + 1)
    space = " " if words.startswith("`") or words.endswith("`") or not words else ""
    return f"{fence}{space}{words}{space}{fence}"


def _anchored(anchor: str, heading: str) -> str:
    """The heading below the anchor that links of the report name, whatever a reader makes of it."""
    return f'<a id="{anchor}"></a>\n\n{heading}'


def _wrapped(mark: str, words: str) -> str:
    return f"{mark}{words.strip()}{mark}" if words.strip() else ""


def _indent(text: str, by: str) -> str:
    return text.replace("\n", "\n" + by).replace("\n" + by + "\n", "\n\n")


class _Markdown:
    def __init__(self, outline: Outline, words: Labels) -> None:
        self.outline = outline
        self.words = words

    def document(self, document: b.Document) -> str:
        parts = [f"# {escape(document.title)}"]
        if document.subtitle:
            parts.append(f"*{escape(document.subtitle)}*")
        facts = control(document, self.words)
        parts.append(self.grid(["", ""], [[escape(name), escape(value)] for name, value in facts]))
        parts.extend(self.history(document.meta))
        parts.append(self.contents(document))
        for section, entry in zip(document.sections, self.outline.sections, strict=True):
            heads = self.outline.headings(section)
            title = f"{'#' * (entry.level + 1)} {entry.number} {escape(entry.title)}"
            parts.append(_anchored(entry.anchor, title))
            for n, block in enumerate(section.blocks):
                if n in heads and isinstance(block, b.Heading):
                    level = min(heads[n].level + 1, 6)
                    title = f"{'#' * level} {self.inlines(block.inlines)}"
                    parts.append(_anchored(heads[n].anchor, title))
                else:
                    parts.append(self.block(block))
        if document.evidence:
            title = escape(self.words["evidence_register"])
            parts.append(_anchored("evidence", f"## {self.outline.register_number} {title}"))
            parts.extend(self.evidence(n, e) for n, e in enumerate(document.evidence, 1))
        parts.append(f"<!-- {seal(document)} -->")
        return "\n\n".join(part for part in parts if part) + "\n"

    def contents(self, document: b.Document) -> str:
        """The sections as a list of links; parts stand below their chapter."""
        lines = [
            f"{'  ' * (e.level - 1)}- [{e.number} {escape(e.title)}](#{e.anchor})"
            for e in contents(self.outline, self.words, bool(document.evidence))
        ]
        return f"**{escape(self.words['contents'])}**\n\n" + "\n".join(lines) if lines else ""

    def history(self, meta: b.Meta) -> Iterable[str]:
        """The change log, and who has to approve."""
        say = self.words
        if meta.changes:
            rows = [[escape(x) for x in (c.version, c.date, c.what, c.who)] for c in meta.changes]
            yield self.grid([say[k] for k in ("version", "date", "change", "who")], rows)
        if meta.approvals:
            rows = [
                [escape(x) for x in (a.who, a.role, a.date or say["not_signed"], a.note)]
                for a in meta.approvals
            ]
            yield self.grid([say[k] for k in ("who", "role", "signed", "note")], rows)

    def evidence(self, number: int, entry: b.Evidence) -> str:
        facts = (entry.what, entry.source, entry.method, entry.taken, entry.digest)
        text = "; ".join(escape(fact) for fact in facts if fact)
        return f"[^{number}]: {text}" + (f" {_code(entry.statement)}" if entry.statement else "")

    def refs(self, ids: tuple[str, ...]) -> str:
        return "".join(f"[^{n}]" for n in self.outline.numbers(ids))

    def inlines(self, inlines: Iterable[b.Inline]) -> str:
        return "".join(self.inline(i) for i in inlines)

    def inline(self, inline: b.Inline) -> str:
        match inline:
            case b.Text():
                text = inline.text
                lead = " " if text[:1].isspace() else ""
                tail = " " if text[-1:].isspace() and text.strip() else ""
                return lead + escape(text) + tail
            case b.Strong():
                return _wrapped("**", self.inlines(inline.inlines))
            case b.Emph():
                return _wrapped("*", self.inlines(inline.inlines))
            case b.Code():
                return _code(inline.text)
            case b.Link():
                url = re.sub(r"[\s<>()|\\]", lambda m: f"%{ord(m[0]):02X}", clean(inline.url))
                return f"[{self.inlines(inline.inlines)}]({url})"
            case b.LineBreak():
                return "<br>"
            case b.EvidenceRef():
                return self.refs(inline.ids)
            case b.SeverityMark():
                return self.severity(inline.severity, inline.label)

    def severity(self, severity: str, label: bool = True) -> str:
        mark = b.SEVERITY_MARKS.get(severity, "")
        word = self.words.get(severity, escape(severity)) if label else ""
        return f"{mark} {word}".strip()

    def blocks(self, blocks: Iterable[b.Block]) -> str:
        return "\n\n".join(self.block(x) for x in blocks)

    def block(self, block: b.Block) -> str:
        match block:
            case b.Heading():
                return f"**{self.inlines(block.inlines)}**"
            case b.Paragraph():
                return self.inlines(block.inlines)
            case b.BulletList():
                return "\n".join("- " + _indent(self.blocks(i), "  ") for i in block.items)
            case b.OrderedList():
                return "\n".join(
                    f"{n}. " + _indent(self.blocks(i), "   ")
                    for n, i in enumerate(block.items, block.start)
                )
            case b.Quote():
                by = ", ".join(escape(w) for w in (block.who, block.when) if w)
                text = self.blocks(block.blocks) + (f"\n\n— {by}" if by else "")
                return "> " + text.replace("\n", "\n> ")
            case b.Callout():
                kind = "missing" if block.kind == "draft" else block.kind
                arrow = "→ " if kind == "recommendation" else ""
                head = f"**{arrow}{self.words[f'callout_{kind}']}: {escape(block.title)}**"
                text = head + self.refs(block.evidence) + "\n\n" + self.blocks(block.blocks)
                return "> " + text.strip().replace("\n", "\n> ")
            case b.KeyFigures():
                return "\n".join(self.key_figure(f) for f in block.figures)
            case b.Table():
                return self.table(block)
            case b.Figure():
                heads, rows = block.table()
                data = self.grid([escape(h) for h in heads], [[escape(c) for c in r] for r in rows])
                title = f"**{escape(block.title)}**{self.refs(block.evidence)}"
                return "\n\n".join(x for x in (title, data, escape(block.note)) if x)
            case b.Matrix():
                return self.matrix(block)
            case b.CodeBlock():
                text = clean(block.text)
                longest = max((len(run) for run in re.findall("`+", text)), default=0)
                fence = "`" * max(3, longest + 1)
                return f"{fence}{re.sub(r'[^a-z0-9]', '', block.language)}\n{text}\n{fence}"
            case b.DefinitionList():
                return "\n\n".join(
                    f"**{escape(d.term)}**: {self.blocks(d.blocks)}" for d in block.items
                )
            case b.PageBreak():
                return "---"

    def key_figure(self, figure: b.KeyFigure) -> str:
        missing = figure.state == "not_assessed"
        value = self.words["not_assessed"] if missing else escape(figure.value)
        more = [escape(x) for x in (figure.reason or figure.detail,) if x]
        if figure.trend:
            sign = {"up": "↑", "down": "↓", "flat": "→"}[figure.trend.direction]
            more.append(f"{sign} {escape(figure.trend.text)}")
        tail = f" ({'; '.join(more)})" if more else ""
        return f"- {escape(figure.label)}: **{value}**{self.refs(figure.evidence)}{tail}"

    def grid(self, heads: list[str], rows: list[list[str]], aligns: Iterable[str] = ()) -> str:
        marks = {"right": "--:", "center": ":-:"}
        line = [marks.get(a, "---") for a in aligns] or ["---"] * len(heads)
        return "\n".join("| " + " | ".join(row) + " |" for row in (heads, line, *rows))

    def table(self, table: b.Table) -> str:
        heads = [escape(f"{c.name} {c.unit}".strip()) for c in table.columns]
        rows = [
            [self.cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        body = self.grid(heads, rows, [c.alignment for c in table.columns])
        caption = f"**{escape(table.caption)}**" if table.caption else ""
        return "\n\n".join(x for x in (caption, body, escape(table.note)) if x)

    def cell(self, cell: b.Cell, column: b.Column) -> str:
        if cell.state == "not_assessed":
            reason = f" ({escape(cell.reason)})" if cell.reason else ""
            return f"*{escape(cell.text) or self.words['not_assessed']}*{reason}"
        if cell.state == "none":
            return escape(cell.text) or self.words["none"]
        if column.kind == "severity":
            text = self.severity(str(cell.value or cell.text))
        elif cell.inlines:
            text = self.inlines(cell.inlines)
        elif column.kind == "id":
            text = _code(cell.text)
        else:
            text = escape(cell.text)
        return text + self.refs(cell.evidence)

    def matrix(self, made: b.Matrix) -> str:
        """The matrix, or its parts and a list where it is too wide to be read as a table."""
        grid = Grid(made)
        if made.parts and len(made.columns) > WIDE:
            drawn = [f"**{escape(x.title)}**\n\n{self.letters(Grid(x))}" for x in pieces(made)]
            rest = outside(made, self.words)
            drawn += [self.table(rest)] if rest is not None else []
        else:
            drawn = [self.letters(grid)]
        legend = "; ".join(
            f"{LETTERS.get(s, '?').format('C')} {self.words[f'letter_{s}']}" for s in grid.states
        )
        issues = "\n".join(
            f"- {escape(x.text)}: " + ", ".join(_code(i.code) for i in x.issues)
            for x in (*made.rows, *made.columns)
            if x.issues
        )
        parts = (f"**{escape(made.title)}**", escape(made.note), *drawn, legend, issues)
        return "\n\n".join(x for x in parts if x)

    def letters(self, grid: Grid) -> str:
        """The cells of a matrix as a table of letters."""
        made = grid.made
        heads = [escape(made.row_name), *(escape(c.text) for c in made.columns)]
        rows = []
        for r, label in enumerate(made.rows):
            row = [escape(label.text)]
            for c in range(len(made.columns)):
                found = grid.letters(r, c)
                marks = (
                    LETTERS.get(x.state, "?").format(escape(x.letter[:1]))
                    for x in found
                    if x.state != "unknown" or len(found) == 1
                )
                row.append(" ".join(marks))
            rows.append(row)
        return self.grid(heads, rows)
