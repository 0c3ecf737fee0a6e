"""What a report is before it has a format: a tree of blocks.

Section files, rendered and parsed, give these blocks; each writer knows these
blocks and nothing else. All classes are frozen, hold plain values and tuples
only, and say nothing about colour, markup or page. `codec` turns the tree to
JSON and back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

from crmaudit.report.specs import FigureSpec, TextTable

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
SEVERITY_MARKS: dict[str, str] = {"critical": "◆", "high": "▲", "medium": "●", "low": "○"}

Value: TypeAlias = str | int | float | bool | Decimal | date | datetime | None


# Inlines: what stands within a line.


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text, exactly as it is to be read."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Emph:
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to `https:`, `http:`, `mailto:` or to an `#anchor` of the report."""

    inlines: tuple[Inline, ...]
    url: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    pass


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """The small mark after a number; leads to the evidence register."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeverityMark:
    """◆ critical, ▲ high, ● medium, ○ low; `label=False` shows the mark alone."""

    severity: Severity
    label: bool = True


Inline: TypeAlias = Text | Strong | Emph | Code | Link | LineBreak | EvidenceRef | SeverityMark


# Blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section; levels 2 to 4, a section's own title is 1."""

    level: int
    inlines: tuple[Inline, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class OrderedList:
    items: tuple[tuple[Block, ...], ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """Said by people: kept apart from what was measured."""

    blocks: tuple[Block, ...]
    who: str = ""
    when: str = ""


CalloutKind = Literal["recommendation", "warning", "not_assessed", "note", "draft"]


@dataclass(frozen=True, slots=True)
class Callout:
    kind: CalloutKind
    title: str
    blocks: tuple[Block, ...] = ()
    evidence: tuple[str, ...] = ()


CellState = Literal["value", "not_assessed", "none"]


@dataclass(frozen=True, slots=True)
class Trend:
    """The change since the last audit; `good=None` where it is neither."""

    direction: Literal["up", "down", "flat"]
    text: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """`value` is the formatted number, `detail` its denominator or meaning."""

    label: str
    value: str
    detail: str = ""
    trend: Trend | None = None
    evidence: tuple[str, ...] = ()
    state: CellState = "value"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    figures: tuple[KeyFigure, ...]


ColumnKind = Literal["text", "number", "money", "percent", "date", "severity", "bar", "id", "label"]
Align = Literal["left", "right", "center"]
RIGHT_KINDS = frozenset({"number", "money", "percent"})


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` decides alignment and sorting; `filter` offers a choice of its values.

    `bar` draws the value (0 to 1) as a bar beside its text; `id` is set in a
    fixed-width face; `label` is a short word that is never wrapped.
    """

    name: str
    kind: ColumnKind = "text"
    align: Align | None = None
    filter: bool = False
    unit: str = ""

    @property
    def alignment(self) -> Align:
        return self.align or ("right" if self.kind in RIGHT_KINDS else "left")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what is read, `value` what is sorted and exported.

    State `not_assessed` carries its reason; `none` says that there is nothing
    to show (a dash), which is neither zero nor unknown. `inlines`, where
    given, are the rich form of `text`.
    """

    text: str
    value: Value = None
    evidence: tuple[str, ...] = ()
    state: CellState = "value"
    reason: str = ""
    href: str = ""
    inlines: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`filters` makes it searchable, filterable and sortable where the format can."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    filters: bool = False

    @property
    def naming(self) -> int:
        """The column, from 0, whose cells name the rows: the first that holds words."""
        named = (n for n, c in enumerate(self.columns) if c.kind in ("text", "label", "id"))
        return next(named, 0)

    def without(self, name: str) -> Table:
        """The same table less the column of that (English) name, for templates."""
        keep = [n for n, c in enumerate(self.columns) if c.name != name]
        return replace(
            self,
            columns=tuple(self.columns[n] for n in keep),
            rows=tuple(tuple(row[n] for n in keep) for row in self.rows),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture whose title states the number, and the data it is drawn from."""

    id: str
    title: str
    spec: FigureSpec
    alt: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """What the drawing itself says, by its English, where the report is in another language."""

    def say(self, word: str) -> str:
        return next((said for english, said in self.words if english == word), word)

    def table(self) -> TextTable:
        """The data as headings and rows of text."""
        return self.spec.table(self.say)


LetterState = Literal["proven", "declared", "missing", "unexpected", "allowed", "unknown"]
# In the order of the legend, each with the one letter that writers know it by.
LETTER_CODES: dict[LetterState, str] = {
    "proven": "p",
    "declared": "d",
    "unexpected": "x",
    "missing": "m",
    "allowed": "a",
    "unknown": "q",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One of C R U D (or `?`) and how far it is known.

    `proven`: declared and found in use. `declared`: declared, nothing shows or
    denies it. `unexpected`: in use, never declared. `missing`: declared, and
    what would have shown it says no. `allowed`: only a right. `unknown`:
    nobody has said.
    """

    letter: str
    state: LetterState = "declared"


@dataclass(frozen=True, slots=True)
class MatrixIssue:
    code: str
    text: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class MatrixLabel:
    """A row (entity) or a column (system) of the matrix.

    `open`: what a cell of this column does not list is unknown, not no.
    """

    id: str
    text: str
    group: str = ""
    issues: tuple[MatrixIssue, ...] = ()
    open: bool = False


MatrixOrigin = Literal["declared", "granted", "observed", "coded", "written"]
MATRIX_ORIGINS: tuple[MatrixOrigin, ...] = get_args(MatrixOrigin)
MatrixAnswer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class MatrixProof:
    """What one source says of some letters of a cell, in words.

    `text` names accounts, calls, window, tables and places, or the reason why
    nobody can say.
    """

    letters: str
    origin: MatrixOrigin
    answer: MatrixAnswer
    text: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixCell:
    row: int
    column: int
    letters: tuple[Letter, ...]
    note: str = ""
    evidence: tuple[str, ...] = ()
    proofs: tuple[MatrixProof, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixOrder:
    """Another order to draw the matrix in: numbers of all rows and of all columns."""

    name: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatrixPart:
    """A block of a matrix too wide for a page: numbers of its rows and columns."""

    title: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Entities down, systems across; only the cells of which something is known are listed.

    A listed cell without letters says no. Of one that is not listed, the
    column tells whether it is no or unknown (`MatrixLabel.open`). `parts` are
    drawn in place of the whole where that is too wide.
    """

    id: str
    title: str
    rows: tuple[MatrixLabel, ...]
    columns: tuple[MatrixLabel, ...]
    cells: tuple[MatrixCell, ...]
    row_name: str = "Entity"
    column_name: str = "System"
    note: str = ""
    orders: tuple[MatrixOrder, ...] = ()
    parts: tuple[MatrixPart, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    term: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DefinitionList:
    items: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block: TypeAlias = (
    Heading
    | Paragraph
    | BulletList
    | OrderedList
    | Quote
    | Callout
    | KeyFigures
    | Table
    | Figure
    | Matrix
    | CodeBlock
    | DefinitionList
    | PageBreak
)


# The document


@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry of the evidence register: where a number comes from."""

    id: str
    what: str
    source: str = ""
    method: str = ""
    taken: str = ""
    rows: int | None = None
    statement: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the change log."""

    version: str
    date: str
    what: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody who has to approve the document; `date` is empty until they did."""

    who: str
    role: str = ""
    date: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """What the document is. `configuration` and `evidence` are short hashes of all that
    was declared and of all that was measured; `evidence` is empty where nothing was.

    `measured` is the first and the last day on which databases and files were read,
    `signed_before` who had signed by then.
    """

    organisation: str
    as_of: date | None
    version: str = "1"
    status: Literal["draft", "final"] = "draft"
    classification: str = ""
    audience: str = ""
    language: str = "en"
    authors: tuple[str, ...] = ()
    tool_version: str = ""
    configuration: str = ""
    changes: tuple[Change, ...] = ()
    approvals: tuple[Approval, ...] = ()
    evidence: str = ""
    measured: tuple[date, date] | None = None
    signed_before: tuple[Approval, ...] = ()

    @property
    def days_late(self) -> int:
        """How long after the day of the report the last of it was measured."""
        if self.measured is None or self.as_of is None:
            return 0
        return max(0, (self.measured[1] - self.as_of).days)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter (`level` 1) or a part of the chapter before it (`level` 2)."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    level: int = 1
    landscape: bool = False
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    meta: Meta
    sections: tuple[Section, ...]
    subtitle: str = ""
    evidence: tuple[Evidence, ...] = field(default=())
