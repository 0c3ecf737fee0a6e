"""What the pages show is played: every command, and what it prints.

A page's blocks are played from its top, in an empty folder, 100 columns wide:

    ```console        commands (`$ …`) with what they print; none shown, none compared
    ```diff FILE      an edit: lines with `-` become those with `+`
    ```csv FILE       (or any language) a file as it is to be
    ```sh             commands that need what is not here: not played
    | Sheet of `BOOK` a table of sheets, rows, columns and values, filled into the workbook

`…` stands for anything within a line, and alone on a line for any lines. Where
the demo is there already, with the contacts that the page names, of `crmaudit
demo DIR` is printed what it ends with. An
answer shown (`[y/N]: y`) is given with `--yes`. `pytest --update-golden`
writes what is printed now into the pages, for a reviewer to read.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from golden_files import KEY

from crmaudit.cli import main

ROOT = Path(__file__).parents[1]
STEP = re.compile(
    r"^( *)```console\n(?P<commands>.*?)^ *```$"
    r"|^```(?P<language>\w+) (?P<file>\S+)\n(?P<text>.*?)^```$"
    r"|^\| Sheet of `(?P<book>[^`]+)`[^\n]*\n\|[-| :]+\n(?P<cells>(?:\|[^\n]*\n)+)",
    re.MULTILINE | re.DOTALL,
)
ANSWER = re.compile(r"\[[yY]/[nN]\]: y$")
GIT = ("-c", "user.name=Ana Example", "-c", "user.email=ana@example.org")


@pytest.fixture
def play(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[str], None]:
    """Plays a page of the documentation in an empty folder; says where it differs."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)

    def play(name: str) -> None:
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        player = _Player(monkeypatch, tmp_path)
        now = STEP.sub(player.step, text)
        if request.config.getoption("--update-golden"):
            page.write_text(now, encoding="utf-8", newline="\n")
            return
        assert player.played, "nothing was played"
        assert not player.wrong, "\n\n".join([*player.wrong, "pytest --update-golden writes it"])

    return play


class _Player:
    """Plays the steps of a page one after another, and remembers what came out otherwise."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.patch, self.here = patch, folder
        self.played = 0
        self.wrong: list[str] = []
        patch.chdir(folder)

    def step(self, found: re.Match[str]) -> str:
        """The step as it is now."""
        if found["language"] == "diff":
            self._edit(self.here / found["file"], found["text"])
        elif found["file"]:
            (self.here / found["file"]).write_text(found["text"], encoding="utf-8")
        elif found["book"]:
            self._fill(found["book"], found["cells"])
        else:
            lines = [self._line(*command) for command in _commands(found["commands"])]
            head, _, rest = found[0].partition("\n")
            return "\n".join([head, *lines, rest.rpartition("\n")[2]])
        return found[0]

    def _line(self, command: str, shown: list[str]) -> str:
        """A command and what it prints: as it is shown, where that is true."""
        asked = next((i for i, line in enumerate(shown) if ANSWER.search(line)), None)
        printed = self._run(shlex.split(command.removeprefix("$ ")), shown, asked is not None)
        self.played += 1
        if asked is not None:
            # With `--yes` it is not asked: the question stands as far from the end as it stood.
            printed.insert(len(printed) + 1 + asked - len(shown), shown[asked])
        if not shown or _same(shown, printed):
            return "\n".join([command, *shown])
        self.wrong.append("\n".join([command, "shown:", *shown, "printed:", *printed]))
        return "\n".join([command, *printed])

    def _run(self, words: list[str], shown: list[str], yes: bool) -> list[str]:
        if words[0] == "cd":
            self.here = (self.here / words[1]).resolve()
            self.patch.chdir(self.here)
            return []
        if words[0] == "cp":
            shutil.copy(words[1], words[2])
            return []
        if words[0] == "git":
            command = ["git", *GIT, *words[1:]]
            ended = subprocess.run(command, check=True, capture_output=True, text=True)
            return ended.stdout.splitlines()
        assert words[0] == "crmaudit", words
        demo = words[1] == "demo" and (self.here / words[2]).exists()
        if demo:
            words = ["crmaudit", "audit", "--offline", "-w", words[2]]
        both = io.StringIO()
        with contextlib.redirect_stdout(both), contextlib.redirect_stderr(both):
            code = main([*words[1:], *(["--yes"] if yes else [])])
        printed = both.getvalue()
        error = any(line.startswith("error: ") for line in shown)
        expected = {2} if error else {0, 1} if words[1] == "check" else {0}
        assert code in expected, f"{words} ended with {code}:\n{printed}"
        if demo:
            # Where it lies and how large it became is not the same everywhere.
            printed = re.sub(r"^/.*(?=/demo/)", "/…", printed, flags=re.MULTILINE)
            printed = "…\n" + re.sub(r"[\d,]+ kB", "… kB", printed)
            printed = re.sub(r"(?<=crmaudit check)$", f" -w {words[4]}", printed.rstrip())
        return printed.splitlines()

    def _edit(self, path: Path, lines: str) -> None:
        old, new = (
            "".join(line[1:] for line in lines.splitlines(keepends=True) if line[0] in signs)
            for signs in ("- ", "+ ")
        )
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path.name} does not hold once:\n{old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def _fill(self, name: str, lines: str) -> None:
        book = openpyxl.load_workbook(self.here / name)
        row = 0
        for line in lines.splitlines():
            title, where, label, value = (part.strip(" `") for part in line.strip("|").split("|"))
            rows = list(book[title].iter_rows(values_only=True))
            head = max(i for i, cells in enumerate(rows) if "#" in cells)
            if where == "a new one":
                row = next(i for i, c in enumerate([*rows, ()]) if i > head and not any(c))
            elif where:
                row = next(i for i, cells in enumerate(rows) if i > head and where in cells)
            at = book[title].cell(row + 1, rows[head].index(label) + 1)
            at.value = int(value) if value.isdigit() else value or None
        book.save(self.here / name)


def _commands(body: str) -> Iterator[tuple[str, list[str]]]:
    """Every command with the lines below it."""
    for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
        if part:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


def _same(shown: list[str], printed: list[str]) -> bool:
    lines = (
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown
    )
    return bool(re.fullmatch("".join(lines), "".join(f"{line}\n" for line in printed)))


@pytest.mark.skipif(not shutil.which("git"), reason="the page shows git")
def test_the_architects_steps(play: Callable[[str], None]) -> None:
    play("docs/howto-architect.md")


def test_the_readme(play: Callable[[str], None], demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("README.md")


def test_the_steps_of_the_matrix(play: Callable[[str], None], demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("docs/howto-matrix.md")


def test_the_steps_of_the_duplicates(
    play: Callable[[str], None], demo: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("docs/howto-duplicates.md")


def test_the_steps_of_comparing_without_showing(
    play: Callable[[str], None], demo: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("docs/howto-compare-without-showing.md")


def test_the_steps_from_audit_to_audit(
    play: Callable[[str], None], demo: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("docs/howto-history.md")


def test_the_steps_of_people(play: Callable[[str], None], demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo, tmp_path / "demo")
    play("docs/howto-people.md")
