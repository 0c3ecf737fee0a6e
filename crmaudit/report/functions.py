"""What a section file can call: each call makes one block or one inline.

The call gives back a token; the parser swaps the token for the thing itself,
so that no value is ever read as Markdown. `docs` lists them by `FUNCTIONS`.

| call | makes |
|---|---|
| `table(columns, rows, caption=, id=, note=, filters=)` | a table |
| `figure(spec, title=, alt=, id=, note=, evidence=)` | a figure of a spec |
| `matrix(matrix)` | a CRUD matrix |
| `key_figures(figures)` | a row of key figures |
| `callout(kind, title, text=, evidence=)` | a callout, also by `{% call %}` |
| `quote(text, who=, when=)` | what somebody said, also by `{% call %}` |
| `definitions(pairs)` | a list of terms and meanings |
| `code(text, language=)` | a code block |
| `block(thing)` | any block made elsewhere, or a list of them |
| `page_break()` | a new page where there are pages |
| `ref(ids)` | the evidence mark |
| `severity(name, label=)` | the severity mark |
| `link(text, url)` | a link |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmaudit.report import blocks as b
from crmaudit.report import numbers, wording
from crmaudit.report.specs import FigureSpec
from crmaudit.report.text import slug

if TYPE_CHECKING:
    from crmaudit.report.markdown import Renderer

Ids = str | Iterable[str] | None


def ids(evidence: Ids) -> tuple[str, ...]:
    """One evidence id, several or none, as a tuple."""
    if not evidence:
        return ()
    return (evidence,) if isinstance(evidence, str) else tuple(evidence)


def cell(value: object, column: b.Column) -> b.Cell:
    """A plain value as a cell of this column; `None` is not assessed."""
    if isinstance(value, b.Cell):
        return value
    if value is None:
        return b.Cell(numbers.number(None), state="not_assessed")
    if isinstance(value, bool):
        return b.Cell(str(value), value)
    if isinstance(value, date | datetime):
        return b.Cell(numbers.day(value), value)
    if isinstance(value, int | float | Decimal):
        if column.kind in ("percent", "bar"):
            return b.Cell(numbers.percent(value), value)
        if column.kind == "money":
            return b.Cell(numbers.number(value, 0), value)
        return b.Cell(numbers.number(value), value)
    # A message has to stay one: `str` would make plain text of it.
    text = value if isinstance(value, str) else str(value)
    return b.Cell(text, text)


def columns_of(columns: Iterable[object]) -> tuple[b.Column, ...]:
    """Columns from `Column`, from a name, or from a dict of its fields."""
    found = []
    for given in columns:
        if isinstance(given, b.Column):
            found.append(given)
        elif isinstance(given, Mapping):
            found.append(b.Column(**given))
        else:
            found.append(b.Column(str(given)))
    return tuple(found)


def make_table(
    columns: Iterable[object],
    rows: Iterable[Sequence[object]],
    caption: str = "",
    id: str = "",
    note: str = "",
    filters: bool = False,
) -> b.Table:
    """A table; rows may hold plain values or `Cell`s."""
    heads = columns_of(columns)
    body = tuple(
        tuple(cell(value, column) for value, column in zip(row, heads, strict=True)) for row in rows
    )
    return b.Table(id or slug(caption), caption, heads, body, note, filters)


def functions(renderer: Renderer) -> dict[str, Callable[..., str]]:
    """The template functions, bound to the rendering that swaps their tokens."""
    put, say = renderer.put, renderer.say

    def apart(token: str, caller: object) -> str:
        # Jinja takes the end of the line behind {% endcall %}: what follows would run on.
        return f"{token}\n\n" if caller else token

    def table(columns: Iterable[object], rows: Iterable[Sequence[object]], **named: Any) -> str:
        said: dict[str, Any] = {
            k: say(v) if isinstance(v, str) and k != "id" else v for k, v in named.items()
        }
        heads = [replace(c, name=say(c.name), unit=say(c.unit)) for c in columns_of(columns)]
        if not heads:
            raise ValueError("a table needs a column")
        return put(make_table(heads, rows, **said))

    def figure(
        spec: FigureSpec,
        title: str,
        alt: str = "",
        id: str = "",
        note: str = "",
        evidence: Ids = None,
    ) -> str:
        title, alt = say(title), say(alt or title)
        return put(b.Figure(id or slug(title), title, spec, alt, say(note), ids(evidence)))

    def matrix(made: b.Matrix) -> str:
        if not isinstance(made, b.Matrix):
            raise TypeError("this is no matrix")
        return put(made)

    def key_figures(figures: Iterable[b.KeyFigure]) -> str:
        return put(b.KeyFigures(tuple(figures)))

    def callout(
        kind: b.CalloutKind,
        title: str,
        text: str = "",
        evidence: Ids = None,
        caller: Callable[[], str] | None = None,
    ) -> str:
        body = renderer.body(caller() if caller else text)
        return apart(put(b.Callout(kind, say(title), body, ids(evidence))), caller)

    def quote(
        text: str = "", who: str = "", when: object = "", caller: Callable[[], str] | None = None
    ) -> str:
        moment = numbers.day(when) if isinstance(when, date) else str(when or "")
        return apart(put(b.Quote(renderer.body(caller() if caller else text), who, moment)), caller)

    def definitions(pairs: Iterable[tuple[str, str]]) -> str:
        return put(
            b.DefinitionList(tuple(b.Definition(term, renderer.body(text)) for term, text in pairs))
        )

    def code(text: str, language: str = "") -> str:
        return put(b.CodeBlock(text, language))

    def block(thing: object) -> str:
        # A table that would be empty is None.
        if thing is None:
            return ""
        if isinstance(thing, Iterable) and not is_dataclass(thing):
            return "\n\n".join(block(one) for one in thing)
        return put(thing)

    def page_break() -> str:
        return put(b.PageBreak())

    def ref(*evidence: Ids) -> str:
        found = tuple(i for given in evidence for i in ids(given))
        return put(b.EvidenceRef(found)) if found else ""

    def severity(name: b.Severity, label: bool = True) -> str:
        return put(b.SeverityMark(name, label))

    def link(text: str, url: str) -> str:
        return put(b.Link((b.Text(text),), url))

    made: tuple[Callable[..., str], ...] = (
        table,
        figure,
        matrix,
        key_figures,
        callout,
        quote,
        definitions,
        code,
        block,
        page_break,
        ref,
        severity,
        link,
    )
    return {function.__name__: function for function in made}


def filters(language: str) -> dict[str, Callable[..., object]]:
    """The template filters: numbers and lists as they are read in this language.

    | filter | gives |
    |---|---|
    | `20045 | number` | `20,045` |
    | `0.31 | percent` | `31 %` |
    | `6214 | share(20045)` | `31 % (6,214 of 20,045)` |
    | `12400 | money("EUR")` | `EUR 12,400` |
    | `day | date` | `21 Nov 2026` |
    | `day | month` | `Nov 2026` |
    | `1 | counted("system")` | `1 system` |
    | `(3, 12) | span` | `3–12` |
    | `names | listed(4)` | `a, b, c, d and 7 more` |
    | `findings | by_severity` | `2 critical and 1 low` |
    | `finding.message | told` | a message in the section's language, to be joined to text by `~` |
    | `process.purpose | word` | a fixed word in the section's language: `Verfolgung von Leads` |
    """

    def bound(function: Callable[..., str]) -> Callable[..., str]:
        return lambda *args, **named: function(*args, language=language, **named)

    return {
        "number": bound(numbers.number),
        "percent": bound(numbers.percent),
        "share": bound(numbers.share),
        "money": bound(numbers.money),
        "date": bound(numbers.day),
        "month": bound(numbers.month),
        "counted": bound(wording.counted),
        "span": bound(wording.span),
        "listed": wording.listed,
        "by_severity": wording.by_severity,
    }
