"""`--review --reveal`: pairs with their values, on this terminal or in a workbook, answered.

Every request is recorded before anything is shown. Answers go into
`matches.yaml` one by one, so that a review can be left at any moment.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.terminal import count, out, printable, put_note, say
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import PairFound
    from crmaudit.exchange.review_book import Side
    from crmaudit.quality.collectors.review import Revealed
    from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap
    from crmaudit.workspace import Workspace
    from crmaudit.workspace.answering import Answered
    from crmaudit.workspace.answers import Answer

SHOWN = "personal data: shown on this terminal only; the request was recorded"
_ASKED = "[s]ame  [d]ifferent  [u]nsure  s[k]ip  [b]ack  [q]uit"
_ANSWERS: Mapping[str, Answer] = {"s": "same", "d": "different", "u": "unsure"}


def today() -> date:
    """The day that answers are given on."""
    return datetime.now(UTC).date()


# Pairs


def review_pairs(
    found: Audit,
    judged: JudgedDuplicates | JudgedOverlap,
    most: int,
    format_: Format,
    output: Path | None,
    clock: Callable[[], date] = today,
) -> None:
    """Show the pairs that nobody has answered about, and take the answers or write a workbook.

    Raises CrmauditError where what is shown would stay anywhere else.
    """
    from crmaudit.workspace.answering import check_answers_key

    _where(format_, output, asks=True)
    path = _path(judged)
    key_id = _possible(found, judged)
    check_answers_key(found.workspace, key_id)
    pairs = _open(found, judged, most)
    if not pairs:
        say(f"no pair of {path} is to be reviewed", "good")
        return
    records = _revealed(
        found,
        judged,
        [(s, i) for p in pairs for s, i in ((p.left_system, p.left), (p.right_system, p.right))],
        f"records of {path} for the duplicate review"
        + (f", into {output.name}" if output is not None else ""),
    )
    left = [(p, _side(p.left_system, records[p.left]), _side(p.right_system, records[p.right]))
            for p in pairs if p.left in records and p.right in records]  # fmt: skip
    if gone := len(pairs) - len(left):
        say(f"{count(gone, 'pair')} left out: a record is gone since it was compared", "medium")
    if output is not None:
        from crmaudit.exchange.review_book import review_book

        _write(output, review_book(path, judged.entity, key_id, left))
        say(f"{count(len(left), 'pair')} to answer; then: crmaudit import {output}", "accent")
        return
    say(SHOWN, "medium")
    _ask(found, judged.entity, key_id, left, clock)


def _open(found: Audit, judged: JudgedDuplicates | JudgedOverlap, most: int) -> list[PairFound]:
    from crmaudit.quality.matching.answers import pair

    said = {pair(a.left, a.right) for a in found.workspace.matches.matches}
    review = judged.document.matching.review
    return [p for p in review if p.left and pair(p.left, p.right) not in said][:most]


def _ask(
    found: Audit,
    entity: str,
    key_id: str,
    pairs: list[tuple[PairFound, Side, Side]],
    clock: Callable[[], date],
) -> None:
    """One pair after the other; each answer is written before the next one is asked for."""
    from crmaudit.workspace.answering import Answered

    console, workspace = out(), found.workspace
    given: dict[int, Answer] = {}
    at = 0
    while at < len(pairs):
        p, left, right = pairs[at]
        _put_sides(console, f"{at + 1} of {len(pairs)}", left, right)
        choice = _choice()
        if choice == "q":
            break
        if choice == "b":
            at = max(0, at - 1)
            continue
        if choice in _ANSWERS:
            answer = _ANSWERS[choice]
            said = Answered(p.left, p.right, answer, entity, clock())
            workspace = _keep(workspace, key_id, said)
            given[at] = answer
        at += 1
    told = ", ".join(f"{n} {a}" for a in _ANSWERS.values() if (n := list(given.values()).count(a)))
    say(f"{count(len(given), 'answer')} in matches.yaml{': ' + told if told else ''}", "good")
    if given:
        say("crmaudit collect --only duplicates,overlap  takes them into account", "accent")


def _keep(workspace: Workspace, key_id: str, said: Answered) -> Workspace:
    """Write an answer; the workspace as it is then. Answers of another terminal stay.

    Raises CrmauditError where it cannot be written.
    """
    from crmaudit.workspace import load
    from crmaudit.workspace.answering import answering

    def into(workspace: Workspace) -> Workspace:
        changes = answering(workspace, key_id, [said])
        now = changes.check()
        changes.write()
        return now

    try:
        return into(workspace)
    except CrmauditError:
        # Somebody else answers at the same time: theirs and this one belong into the file.
        return into(load(workspace.root))


def _choice() -> str:
    """What was typed: the first letter of one of the answers; the end of input ends it."""
    while True:
        print(f"{_ASKED}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            return "q"
        typed = line.strip().casefold()
        if typed in ("skip", "k", ""):
            return "k"
        if typed in ("s", "d", "u", "b", "q", "same", "different", "unsure", "back", "quit"):
            return typed[0]


def _put_sides(console: Console, place: str, left: Side, right: Side) -> None:
    """Both records beside each other, what differs marked.

    What the model says of them is left out: an answer is to be the reviewer's own.
    """
    from crmaudit.exchange.review_book import against, shown_attributes

    console.print()
    put_note(console, place, "head")
    heads = (Text(f"{x.system} {printable(x.key)}", style="quiet") for x in (left, right))
    rows = [[Text(""), Text(""), *heads]]
    for attribute in shown_attributes((left, right)):
        one, other = left.values.get(attribute, ""), right.values.get(attribute, "")
        mark = "=" if one == other else "≠" if against(attribute, one, other) else "·"
        style = "medium" if mark == "≠" else ""
        rows.append(
            [
                Text(mark, style=style),
                Text(attribute, style="quiet"),
                Text(_one_line(one), style=style),
                Text(_one_line(other), style=style),
            ]
        )
    draw(console, [Slot(), Slot(), Slot(flex=True), Slot(flex=True)], rows)


def _one_line(value: str) -> str:
    return printable(" ".join(value.split("\n"))) or "–"


# Clusters


def reveal_clusters(
    found: Audit, judged: JudgedDuplicates, most: int, format_: Format, output: Path | None
) -> None:
    """Records of each thing by their keys in the source, for those who mend it there."""
    _where(format_, output, asks=False)
    _possible(found, judged)
    d, path = judged.document, _path(judged)
    members = [(m.system, m.id) for c in d.clusters for m in c.members]
    if not members:
        say(f"no records of {path} stand for one thing", "good")
        return
    what = f"keys of records of {path} that stand for one thing"
    records = _revealed(
        found, judged, members, what + (f", into {output.name}" if output is not None else "")
    )
    rows = [
        {
            "cluster": n,
            "keep": "keep" if i == c.survivor else "",
            "system": m.system,
            "table": m.table,
            "key": records[m.id].key if m.id in records else "gone since",
            "filled": m.filled,
            "modified": m.modified,
            "why": c.why if i == c.survivor else "",
            "record": m.id,
        }
        for n, c in enumerate(d.clusters, 1)
        for i, m in enumerate(c.members)
    ]
    if output is not None:
        from crmaudit.exchange.review_book import clusters_book

        _write(output, clusters_book(path, rows, len(d.clusters)))
        return
    say(SHOWN, "medium")
    show(
        View(
            kind="revealed",
            headline=f"{count(len(d.clusters), 'thing')} of {path} with several records",
            columns=[
                Column("cluster", "#", right=True),
                Column("keep", "", lambda keep: "▸ keep" if keep else ""),
                Column("table", "Table"),
                Column("key", "Key in the source", flex=True),
                Column("filled", "Filled", right=True, rank=1),
                Column("modified", "Changed", lambda t: t[:10] or "╱", rank=2),
            ],
            rows=rows[: max(1, most) * 10],
            notes=["a suggestion: nothing is merged anywhere; -o clusters.xlsx has all"],
        )
    )


# Both


def _path(judged: JudgedDuplicates | JudgedOverlap) -> str:
    system = getattr(judged, "system", "")
    return f"{system}.{judged.entity}" if system else judged.entity


def _possible(found: Audit, judged: JudgedDuplicates | JudgedOverlap) -> str:
    """The id of the key that names the records.

    Raises CrmauditError where nothing was compared, or nobody can name a record.
    """
    from crmaudit.collect.review import review_key

    if judged.cannot:
        raise CrmauditError(f"{_path(judged)} is not assessed: {judged.cannot}")
    return review_key(found.workspace, judged.document.provenance.key_id).id


def _revealed(
    found: Audit,
    judged: JudgedDuplicates | JudgedOverlap,
    wanted: Iterable[tuple[str, str]],
    what: str,
) -> dict[str, Revealed]:
    from crmaudit.collect.review import by_system, reveal_records

    say("reading the records again …", "quiet")
    key_id = judged.document.provenance.key_id
    return reveal_records(found.facts, judged.entity, by_system(wanted), key_id, what)


def _side(system: str, record: Revealed) -> Side:
    from crmaudit.exchange.review_book import Side

    values = {what: "; ".join(several) for what, several in record.values.items()}
    return Side(system, record.key, values)


def _where(format_: Format, output: Path | None, *, asks: bool) -> None:
    """Raises CrmauditError where what is revealed would stay elsewhere than it may."""
    if format_ is not Format.table:
        raise CrmauditError("--reveal writes no JSON and no CSV", "leave out --format")
    if output is not None:
        from crmaudit.workspace.file_names import refuse_own

        if output.suffix.lower() != ".xlsx":
            raise CrmauditError(
                "--reveal writes workbooks only, which say that they are personal",
                f"-o {output.with_suffix('.xlsx').name}",
            )
        refuse_own(output)
        return
    if not sys.stdout.isatty() or (asks and not sys.stdin.isatty()):
        raise CrmauditError(
            "--reveal shows records on a terminal only, and this is a pipe or a file",
            "run it in a terminal, or write a workbook marked personal: -o review.xlsx",
        )


def _write(file: Path, content: bytes) -> None:
    """Atomically, and for this user's eyes only. Raises CrmauditError where it cannot be."""
    partial = ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Such a file is readable by its owner only from its first moment on.
        handle, partial = tempfile.mkstemp(prefix=".crmaudit-", suffix=".part", dir=file.parent)
        with os.fdopen(handle, "wb") as written:
            written.write(content)
        os.replace(partial, file)
        partial = ""
    except OSError as error:
        raise CrmauditError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        if partial:
            Path(partial).unlink(missing_ok=True)
    say(f"written: {file}, which holds personal data and is readable by you only", "medium")
