"""A filled form of an interview coming back: its tables as one record of the workspace.

An empty cell says nothing: it never clears what the interview's file holds. A
line whose text the file has already is that line, so that a form which was
corrected can be taken in again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.exchange import interview_layout as form
from crmaudit.exchange.cell_text import Unfit
from crmaudit.exchange.interview_cells import choice, counted, day, names, period, span
from crmaudit.exchange.interview_docx import read_page
from crmaudit.workspace import Workspace
from crmaudit.workspace.fields import lists
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Record, digest
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.matching import Names, plain_name
from crmaudit.workspace.yaml_reader import Path_

Rows = Sequence[Sequence[str]]
_MOST_ROWS = 2000


def recognises(path: Path, head: bytes) -> bool:
    """Whether it is a DOCX file: of those only forms of interviews are read."""
    return path.suffix.lower() in (".docx", ".docm")


def read(path: Path, workspace: Workspace) -> Incoming:
    """The interview that the form tells of.

    Raises CrmauditError for what cannot be read, or is no form of ours.
    """
    page = read_page(path)
    reading = _Reading(path.name, workspace)
    reading.tables(page.tables)
    reading.beside(page.paragraphs)
    return reading.incoming()


@dataclass
class _Reading:
    name: str
    workspace: Workspace
    mistakes: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    about: dict[str, Cell] = field(default_factory=dict)
    values: dict[Path_, Cell] = field(default_factory=dict)
    items: dict[str, list[Item]] = field(default_factory=dict)

    def tables(self, tables: Sequence[Rows]) -> None:
        if not any(_head(rows) == plain_name(form.ABOUT) for rows in tables):
            raise CrmauditError(
                f"{self.name} is no form of an interview: it has no table {form.ABOUT!r}",
                "make one with crmaudit governance interviews --new GROUP",
            )
        listings = {plain_name(x.columns[0].title): x for x in form.LISTINGS}
        once = {*listings, plain_name(form.ABOUT)}
        seen: set[str] = set()
        for number, rows in enumerate(tables, 1):
            head = _head(rows)
            title = " ".join(rows[0][0].split()) if rows and rows[0] else ""
            if len(rows) > _MOST_ROWS:
                what = f"this table has {len(rows):,} rows; at most {_MOST_ROWS:,} are read"
                self._wrong(what, self._place(title or f"table {number}"), "divide it")
            elif head in seen and head in once:
                self._wrong("this table stands here twice", self._place(title), "take one out")
            elif head == plain_name(form.ABOUT):
                self._about(rows)
            elif head == plain_name(form.QUESTION):
                self._answers(rows)
            elif head == plain_name(form.PROCESS):
                self._walk(rows)
            elif head in listings:
                self._listing(listings[head], rows)
            elif head != plain_name(form.USED) and any(x.strip() for row in rows for x in row):
                what = "this table is none of the form's"
                self.left_out.append(Problem(what, self._place(title or f"table {number}")))
            seen.add(head)

    def beside(self, paragraphs: Sequence[str]) -> None:
        """What somebody wrote between the tables, where nobody looks for it."""
        known = form.fixed_texts()
        own = [p for p in paragraphs if " ".join(p.split()) not in known]
        # The heading names the group, and may have been changed with it.
        own = [p for p in own if not p.startswith("Interview with ")]
        if own:
            many = "paragraph stands" if len(own) == 1 else "paragraphs stand"
            what = f"{len(own)} {many} between the tables"
            self.left_out.append(Problem(what, Place(self.name), "write them into a table"))

    def incoming(self) -> Incoming:
        id_ = self.about.get("id")
        place = id_.place if id_ else Place(self.name)
        if id_ is None:
            self._wrong("the form does not say of which interview it is", place, "fill in its id")
        known = Names(self.workspace).thing("interview", str(id_.value)) if id_ else None
        if known is None and id_ is not None and "group" not in self.about:
            self._wrong("the group is missing", place, "fill it in")
        values = {(key,): cell for key, cell in self.about.items() if key != "id"} | self.values
        record = Record(
            "interview",
            place,
            str(id_.value) if id_ else "",
            values=values,
            lists={(key,): Items(tuple(found)) for key, found in self._paired(known).items()},
        )
        return Incoming(
            self.name,
            (record,) if id_ else (),
            tuple(self.left_out),
            tuple(self.mistakes),
            creates=False,
        )

    def _paired(self, known: Interview | None) -> Mapping[str, list[Item]]:
        """The lists, with the digest of the line that is there beside those of the same text."""
        facts = {str(f.path[0]): f for f in lists(Interview)}
        found = {}
        for key, items in self.items.items():
            there: list[dict[str, Any]] = (facts[key].of(known) if known else None) or []
            digests = {_called(line): digest(line) for line in reversed(there)}
            found[key] = [
                Item(i.values, i.place, digests.pop(_called(_plain(i)), None)) for i in items
            ]
        return found

    # Tables ------------------------------------------------------------------------------------

    def _about(self, rows: Rows) -> None:
        keys = {plain_name(title): key for title, key in form.ABOUT_ROWS}
        for r, row in self._filled(rows):
            label, text = plain_name(row[0]), _said(row, 1)
            place = self._place(form.ABOUT, r)
            if label not in keys:
                what = f"{_short(row[0])!r} is none of the form's lines"
                self.left_out.append(Problem(what, place))
            elif text:
                value = self._tried(_ABOUT.get(keys[label], _as_it_is), text, place)
                if value is not None:
                    self.about[keys[label]] = Cell(value, place)

    def _answers(self, rows: Rows) -> None:
        keys = {plain_name(q.text): q for q in (*form.OPENING, *form.FOUR)}
        for r, row in self._filled(rows):
            asked, text = plain_name(row[0].split("\n")[0]), _said(row, 1)
            place = self._place(form.QUESTION, r)
            question = keys.get(asked) or next(
                (q for q in keys.values() if plain_name(q.text) in plain_name(row[0])), None
            )
            if question is None:
                what = f"the question {_short(row[0])!r} is none of the form's"
                self._wrong(what, place, "answer the questions as they stand")
            elif text:
                self.values["answers", question.key] = Cell(text, place)

    def _walk(self, rows: Rows) -> None:
        title = " ".join(rows[0][1].split()) if len(rows[0]) > 1 else ""
        place = self._place(f"{form.PROCESS} {title}".strip(), 1)
        notes = []
        for _, row in self._filled(rows):
            step, told = _said(row, 0), _said(row, 2)
            if plain_name(step) == plain_name(form.STEP):
                continue
            if told:
                notes.append(f"{' '.join(step.split())}: {told}" if step else told)
        if not notes:
            return
        if not title:
            self._wrong("the process that was walked through has no name", place, "fill it in")
            return
        ids = Names(self.workspace).find("process", title)
        if len(ids) > 1:
            self._wrong(f"{len(ids)} are called {title!r}", place, f"write the id: {ids}")
            return
        named: tuple[str, str] = ("process", ids[0]) if ids else ("name", title)
        values: dict[Path_, Cell] = {
            (named[0],): Cell(named[1], place),
            ("note",): Cell("\n".join(notes), place),
        }
        self.items.setdefault("walks", []).append(Item(values, place))

    def _listing(self, listing: form.Listing, rows: Rows) -> None:
        columns = {plain_name(c.title): c for c in listing.columns}
        at: dict[int, form.Asked] = {}
        for c, title in enumerate(rows[0]):
            if plain_name(title) in columns:
                at[c] = columns[plain_name(title)]
            elif title.strip():
                what = f"the column {_short(title)!r} is none of the form's"
                self.left_out.append(Problem(what, self._place(listing.title, 1)))
        for r, row in self._filled(rows):
            place = self._place(listing.title, r)
            values: dict[Path_, Cell] = {}
            before = len(self.mistakes)
            for c, text in enumerate(row):
                if c in at and text.strip():
                    values |= self._cell(at[c], text.strip(), place)
                elif c not in at and text.strip():
                    what = f"the text in cell {c + 1} stands in no column of the form"
                    self._wrong(what, place, "divide merged cells")
            if ("text",) not in values:
                what = f"the column {listing.columns[0].title!r} is empty"
                self._wrong(what, place, "say it in a few words, or empty the row")
            elif listing.key == "statements" and ("verdict",) not in values:
                # What is written there in other words has been told of already.
                if len(self.mistakes) > before:
                    continue
                self._wrong("it is not said whether that is good, mixed or bad", place, "say it")
            else:
                self.items.setdefault(listing.key, []).append(Item(values, place))

    def _cell(self, asked: form.Asked, text: str, place: Place) -> dict[Path_, Cell]:
        key = (asked.key,)
        if asked.kind == "range":
            found = self._tried(span, text, place, asked)
            low_high = zip(("low", "high"), found or (), strict=False)
            return {(*key, end): Cell(value, place) for end, value in low_high}
        if asked.kind == "choice":
            value = self._tried(lambda t: choice(t, asked.choices), text, place, asked)
        elif asked.kind == "period":
            value = self._tried(period, text, place, asked)
        elif asked.kind in ("refs", "themes"):
            value = names(text, Names(self.workspace), asked.refers) or None
        else:
            value = " ".join(text.split()) if asked.kind == "ref" else text
        return {key: Cell(value, place)} if value is not None else {}

    # Help ------------------------------------------------------------------------------------

    def _tried(self, read: Any, text: str, place: Place, asked: form.Asked | None = None) -> Any:
        try:
            return read(text)
        except Unfit as error:
            column = f"{asked.title}: " if asked else ""
            self._wrong(f"{column}{error}", place, error.hint)
            return None

    def _filled(self, rows: Rows) -> Iterator[tuple[int, Sequence[str]]]:
        """Rows below the heading that say anything, with their numbers from 1."""
        for r, row in enumerate(rows[1:], 2):
            if any(text.strip() for text in row):
                yield r, row

    def _place(self, table: str, row: int = 0) -> Place:
        where = f"!row {row}" if row else ""
        return Place(f"{self.name}!{_short(table)}{where}")

    def _wrong(self, what: str, place: Place, hint: str = "") -> None:
        self.mistakes.append(Problem(what, place, hint))


def _as_it_is(text: str) -> str:
    return " ".join(text.split())


_ABOUT = {"date": day, "participants": counted}


def _head(rows: Rows) -> str:
    return plain_name(rows[0][0]) if rows and rows[0] else ""


def _said(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _plain(item: Item) -> dict[str, Any]:
    return {str(path[0]): cell.value for path, cell in item.values.items()}


def _called(line: Mapping[str, Any]) -> str:
    """What tells a line of a list from the others."""
    return plain_name(str(line.get("text") or line.get("process") or line.get("name") or ""))


def _short(text: str) -> str:
    line = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    return line if len(line) <= 50 else f"{line[:49]}…"
