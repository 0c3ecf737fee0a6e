"""A matrix in a workbook: as it is drawn, and as lists that can be filtered."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.report import blocks as b
from crmaudit.report.grid import Grid
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Outline
from crmaudit.report.text import clean
from crmaudit.sheets.printed import MAX_COLUMNS, Block, Entry, Head, Look

SIGNS = {
    "proven": "{}",
    "declared": "({})",
    "unexpected": "{}!",
    "missing": "{}–",
    "allowed": "[{}]",
    "unknown": "{}",
}
"""How a letter of each state is written, so that it reads without colour."""
_LOOKS: tuple[tuple[b.LetterState, Look], ...] = (
    ("unexpected", "unexpected"),
    ("missing", "gone"),
    ("proven", "proven"),
    ("declared", "declared"),
    ("allowed", "allowed"),
    ("unknown", "unknown"),
)
"""States by what a cell looks like that holds several, the most telling first."""
_NAMES = {"C": "create", "R": "read", "U": "update", "D": "delete"}


def letters(made: b.Matrix, words: Labels, id_: str) -> Block:
    """Entities down, systems across, with the findings of each row at its end."""
    grid = Grid(made)
    corner = f"{clean(made.row_name)} / {clean(made.column_name)}"
    legend = "; ".join(f"{SIGNS[s].format('C')} {words[f'letter_{s}']}" for s in grid.states)
    if len(made.columns) > MAX_COLUMNS - 3:
        return Block(id_, clean(made.title), (Head(corner),), (), words["sheet_not_drawn"])
    has_groups = any(r.group for r in made.rows)
    has_issues = any(r.issues for r in made.rows)
    rows = []
    for r, label in enumerate(made.rows):
        row = [Entry(clean(label.text), "strong")]
        if has_groups:
            row.append(Entry(clean(label.group), "quiet"))
        row += [_drawn(grid.letters(r, c)) for c in range(len(made.columns))]
        if has_issues:
            row.append(Entry(_issues(label)))
        rows.append(tuple(row))
    if any(c.issues for c in made.columns):
        foot = [Entry(words["issues"], "quiet"), *([Entry()] if has_groups else [])]
        foot += [Entry(_worst(c), "declared") for c in made.columns]
        rows.append((*foot, *([Entry()] if has_issues else [])))
    heads = (
        Head(corner),
        *([Head(words["class"])] if has_groups else []),
        *(Head(clean(c.text), turned=True) for c in made.columns),
        *([Head(words["issues"])] if has_issues else []),
    )
    note = ". ".join(x for x in (legend, clean(made.note)) if x)
    return Block(id_, clean(made.title), heads, tuple(rows), note)


def cell_by_cell(made: b.Matrix, outline: Outline, words: Labels, id_: str) -> Block | None:
    """One row for each letter of each cell: what it is, how far it is known, who says so.

    A listed cell without letters says no, and has a row of its own.
    """
    rows: list[tuple[Entry, ...]] = []
    for cell in sorted(made.cells, key=lambda c: (c.row, c.column)):
        row, column = made.rows[cell.row], made.columns[cell.column]
        place = (Entry(clean(row.text), "strong"), Entry(clean(column.text)))
        for letter in cell.letters or (b.Letter("–", "unknown"),):
            is_none = not cell.letters
            name = words["letter_none"] if is_none else letter.letter
            state = words["letter_none"] if is_none else words[f"letter_{letter.state}"]
            proofs = [p for p in cell.proofs if letter.letter in p.letters]
            ids = tuple(i for p in proofs for i in p.evidence) or cell.evidence
            rows.append(
                (
                    *place,
                    Entry(clean(name)),
                    Entry(words.get(_NAMES.get(letter.letter, ""), "") or None),
                    Entry(state, "unknown" if letter.state == "unknown" else "text"),
                    *(_said(proofs, origin, words) for origin in b.MATRIX_ORIGINS),
                    Entry(clean(cell.note) or None),
                    _marks(outline, ids),
                )
            )
    if not rows:
        return None
    heads = (
        Head(clean(made.row_name)),
        Head(clean(made.column_name)),
        Head(words["letters"], True),
        Head(words["operation"]),
        Head(words["state"]),
        *(Head(words[f"origin_{origin}"], True) for origin in b.MATRIX_ORIGINS),
        Head(words["note"]),
        Head(words["evidence"]),
    )
    return _filled(id_, f"{clean(made.title)}: {words['each_cell']}", heads, rows)


def source_by_source(made: b.Matrix, outline: Outline, words: Labels, id_: str) -> Block | None:
    """One row for each source that says anything of a cell, in words."""
    rows = [
        (
            Entry(clean(made.rows[cell.row].text), "strong"),
            Entry(clean(made.columns[cell.column].text)),
            Entry(clean(proof.letters)),
            Entry(words[f"origin_{proof.origin}"]),
            Entry(words[f"answer_{proof.answer}"]),
            Entry(clean(proof.text)),
            _marks(outline, proof.evidence),
        )
        for cell in sorted(made.cells, key=lambda c: (c.row, c.column))
        for proof in cell.proofs
    ]
    if not rows:
        return None
    heads = (
        Head(clean(made.row_name)),
        Head(clean(made.column_name)),
        *(Head(words[k]) for k in ("letters", "source", "state", "what", "evidence")),
    )
    return _filled(id_, f"{clean(made.title)}: {words['each_source']}", heads, rows)


def _filled(
    id_: str, title: str, heads: Sequence[Head], rows: Sequence[tuple[Entry, ...]]
) -> Block:
    """The block without columns in which nothing stands."""
    kept = [n for n in range(len(heads)) if any(row[n].value is not None for row in rows)]
    return Block(
        id_, title, tuple(heads[n] for n in kept), tuple(tuple(r[n] for n in kept) for r in rows)
    )


def _drawn(found: tuple[b.Letter, ...]) -> Entry:
    known = [x for x in found if x.state != "unknown"] or list(found)
    if not known:
        return Entry()
    states = {x.state for x in known}
    look = next(look for state, look in _LOOKS if state in states)
    return Entry(" ".join(SIGNS[x.state].format(clean(x.letter[:1])) for x in known), look)


def _issues(label: b.MatrixLabel) -> str | None:
    marks = b.SEVERITY_MARKS
    return ", ".join(f"{marks[i.severity]} {clean(i.code)}" for i in label.issues) or None


def _worst(label: b.MatrixLabel) -> str | None:
    """`▲ 3`: the worst of three; their codes would make the column too wide."""
    marks = [
        b.SEVERITY_MARKS[s] for s in b.SEVERITIES if any(i.severity == s for i in label.issues)
    ]
    return f"{marks[0]} {len(label.issues)}" if marks else None


def _said(proofs: list[b.MatrixProof], origin: str, words: Labels) -> Entry:
    answers = dict.fromkeys(p.answer for p in proofs if p.origin == origin)
    return Entry(", ".join(words[f"answer_{a}"] for a in answers) or None)


def _marks(outline: Outline, ids: tuple[str, ...]) -> Entry:
    found = outline.numbers(ids)
    return Entry(", ".join(map(str, found)), link=f"#ev-{found[0]}") if found else Entry()
