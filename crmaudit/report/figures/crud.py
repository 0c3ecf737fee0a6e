"""Part of a very large CRUD matrix as one drawing: letters in fixed places, two by two."""

from __future__ import annotations

from crmaudit.report.blocks import SEVERITIES, SEVERITY_MARKS, Letter, MatrixLabel
from crmaudit.report.figures.svg import Canvas, cut, fmt, measure
from crmaudit.report.grid import Grid

CELL = 7.0  # width and height of a letter's place
SIZE = 5.2
LABEL = 6.4
HEAD = 92.0
ROW = 2 * CELL + 1.5
PLACES = {"C": (0, 0), "R": (1, 0), "U": (0, 1), "D": (1, 1)}


def sheet(grid: Grid, rows: range, columns: range, canvas: Canvas) -> None:
    """These rows by these columns, with their heads."""
    made = grid.made
    side = min(max((measure(r.text, LABEL) for r in made.rows), default=0) + 12, 140)
    step = min((canvas.width - side) / max(len(columns), 1), 3 * CELL)
    head = min(max((measure(c.text, LABEL) for c in made.columns), default=0) + 12, HEAD)
    bottom = head + ROW * len(rows)
    right = side + step * len(columns)
    for n, c in enumerate(columns):
        x = side + n * step
        canvas.line(x, 0, x, bottom, _edge(made.columns, c, columns.start), 0.5)
        words = _label(made.columns[c], head)
        canvas.text(x + step / 2 + LABEL / 3, head - 3, words, LABEL, turn=-90)
    drawn = _Letters()
    for n, r in enumerate(rows):
        y = head + n * ROW
        canvas.line(0, y, right, y, _edge(made.rows, r, rows.start), 0.5)
        canvas.lines(0, y + ROW / 2, [_label(made.rows[r], side - 4)], LABEL)
        for k, c in enumerate(columns):
            if letters := grid.letters(r, c):
                drawn.add(letters, side + k * step + step / 2 - CELL, y + 0.75)
    drawn.draw(canvas)
    canvas.line(0, bottom, right, bottom, "line", 0.5)
    canvas.line(right, 0, right, bottom, "rule", 0.5)
    canvas.height = bottom + 1


def _edge(labels: tuple[MatrixLabel, ...], n: int, first: int) -> str:
    """A stronger line where a group begins."""
    return "line" if n == first or labels[n].group != labels[n - 1].group else "rule"


def _label(label: MatrixLabel, room: float) -> str:
    worst = min((SEVERITIES.index(i.severity) for i in label.issues), default=None)
    mark = "" if worst is None else " " + SEVERITY_MARKS[SEVERITIES[worst]]
    return cut(label.text, room - measure(mark, LABEL), LABEL) + mark


class _Letters:
    """Letters by their look, so that thousands of them share one set of attributes."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, bool], list[tuple[float, float, str]]] = {}
        self._filled: list[str] = []
        self._framed: list[str] = []
        self._struck: list[str] = []

    def add(self, letters: tuple[Letter, ...], left: float, top: float) -> None:
        for letter in letters:
            if letter.state == "unknown" and len(letters) > 1:
                continue
            known = letter.letter in PLACES
            across, down = PLACES.get(letter.letter, (0.5, 0.5))
            x, y = left + across * CELL, top + down * CELL
            fill = "muted"
            if letter.state == "unexpected":
                self._filled.append(_square(x, y))
                fill = "alarm-ink"
            elif letter.state == "declared":
                self._framed.append(_square(x, y))
                fill = "ink"
            elif letter.state == "missing":
                self._struck.append(f"M{fmt(x + 1)} {fmt(y + CELL / 2)}h{fmt(CELL - 2)}")
            elif letter.state == "proven":
                fill = "ink"
            look = (fill, letter.state in ("proven", "unexpected"))
            place = (x + CELL / 2, y + CELL / 2 + SIZE * 0.36, letter.letter if known else "?")
            self._texts.setdefault(look, []).append(place)

    def draw(self, canvas: Canvas) -> None:
        if self._filled:
            canvas.path("".join(self._filled), None, "alarm")
        if self._framed:
            canvas.path("".join(self._framed), "line", width=0.4)
        for (fill, bold), places in self._texts.items():
            canvas.letters(places, SIZE, fill, bold)
        if self._struck:
            canvas.path("".join(self._struck), "muted", width=0.6)


def _square(x: float, y: float) -> str:
    side = fmt(CELL - 0.8)
    return f"M{fmt(x + 0.4)} {fmt(y + 0.4)}h{side}v{side}h-{side}z"
