"""`import review.xlsx`: answers of the duplicate review, shown before they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from crmaudit.cli.changing import agreed
from crmaudit.cli.matches_blocks import contradicting_answers
from crmaudit.cli.matches_review import today
from crmaudit.cli.terminal import count, out, put_note
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit

_SHOWN = 20


def import_answers(
    found: Audit,
    file: Path,
    *,
    yes: bool,
    dry_run: bool,
    whole: bool,
    clock: Callable[[], date] = today,
) -> None:
    """Take in the answers of a workbook, as given on the day that they come back.

    Raises CrmauditError for a workbook of another audit.
    """
    from crmaudit.exchange.review_book import read_review
    from crmaudit.key import find_key
    from crmaudit.quality.matching.answers import pair
    from crmaudit.workspace.answering import FILE, answering

    back = read_review(file)
    key = find_key(found.root)
    if key is None or key.id != back.key_id:
        raise CrmauditError(
            f"{file.name} was made with another key ({back.key_id}) than this audit's",
            "import it into the audit that it comes from: its ids mean nothing here",
        )
    before = {pair(m.left, m.right): m.answer for m in found.workspace.matches.matches}
    fresh = [(a, place) for a, place in back.answers
             if before.get(pair(a.left, a.right)) != a.answer]  # fmt: skip
    console = out()
    same = len(back.answers) - len(fresh)
    told = [
        f"{len(fresh):,} new or changed",
        f"{same:,} unchanged" if same else "",
        f"{back.empty:,} left open" if back.empty else "",
    ]
    answered = count(len(back.answers), "answer")
    put_note(console, f"{file.name}: {answered}: {', '.join(t for t in told if t)}", "head")
    if not fresh:
        put_note(console, "nothing to do", "good")
        return
    counts = Counter(a.answer for a, _ in fresh)
    put_note(console, ", ".join(f"{n:,} {a}" for a, n in counts.most_common()), "none")
    changed = [(a, was) for a, _ in fresh if (was := before.get(pair(a.left, a.right)))]
    for a, was in changed if whole else changed[:_SHOWN]:
        put_note(console, f"  ~ {a.left} {a.right}: {was} → {a.answer}", "medium")
    if len(changed) > _SHOWN and not whole:
        put_note(console, f"  … and {len(changed) - _SHOWN:,} more; --all shows them")
    day = clock()
    given = [replace(a, when=day) for a, _ in fresh]
    changes = answering(found.workspace, back.key_id, given)
    for line in contradicting_answers(changes.check()):
        put_note(console, line, "medium")
    if dry_run:
        put_note(console, f"would write {count(len(fresh), 'answer')} to {FILE}; nothing was "
                 "written")  # fmt: skip
        return
    if not agreed(f"write {count(len(fresh), 'answer')} to {FILE}?", yes):
        return
    changes.write()
    console.print(Text(f"{count(len(fresh), 'answer')} written to {FILE}", style="good"))
    console.print(Text(f"delete {file}: it holds personal data", style="medium"), soft_wrap=True)
    console.print(Text("crmaudit collect --only duplicates,overlap", style="accent"))
