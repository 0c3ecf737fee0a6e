"""Single pairs: which one is meant, how it came about, and those still to be answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console

from crmaudit.cli.matches_blocks import contradicting_answers, pairs_kept, put_pair
from crmaudit.cli.quality_scores import shell
from crmaudit.cli.terminal import bar, count, put_note, rate
from crmaudit.cli.view import Column, View
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.evidence import PairFound
    from crmaudit.quality.matching.judged import JudgedDuplicates, JudgedOverlap

_MASKED = (
    "masked values do not do for a review: --reveal reads them again, on this terminal or with -o "
    "into a workbook, and records who asked"
)


def one_pair(headline: str, p: PairFound, evidence: str, path: str, command: str) -> View:
    """The waterfall of one pair; `command` shows what `path` names."""

    def body(console: Console) -> None:
        put_pair(console, p)

    return View(
        kind="pair",
        headline=headline,
        columns=[],
        rows=[asdict(s) for s in p.steps],
        body=body,
        notes=[
            "values are masked; `--review --reveal` shows them on this terminal",
            f"evidence {evidence}",
        ],
        hint=f"crmaudit quality {command} {shell(path)} --review",
        extra={"pair": {k: v for k, v in asdict(p).items() if k != "steps"}},
    )


def chosen_pair(kept: Sequence[PairFound], which: str, other: str) -> tuple[int, PairFound]:
    """The pair of that number, or of these two ids.

    Raises CrmauditError where the evidence does not tell of it.
    """
    ids = [i for i in (*which.replace(",", " ").split(), *other.split()) if i]
    if not kept:
        raise CrmauditError(
            "the evidence tells of no pair",
            "no two of the records compared came near to each other, or none could be compared; "
            "the view without --pair says which",
        )
    if len(ids) == 1 and ids[0].isdecimal():
        number = int(ids[0])
        if 1 <= number <= len(kept):
            return number, kept[number - 1]
        raise CrmauditError(
            f"there is no pair {number}", f"the evidence tells of pairs 1 to {len(kept)}"
        )
    if len(ids) != 2:
        raise CrmauditError(
            "--pair needs a number or two record ids", "like --pair 3, or --pair rec-… rec-…"
        )
    for number, p in enumerate(kept, 1):
        if {p.left, p.right} == set(ids):
            return number, p
    raise CrmauditError(
        f"the evidence does not tell of {ids[0]} beside {ids[1]}",
        f"it keeps the steps of {count(len(kept), 'pair')}: --pair 1 to --pair {len(kept)}",
    )


def masked_review(
    found: Audit, judged: JudgedDuplicates | JudgedOverlap, most: int, path: str, command: str
) -> View:
    """The same of any comparison; `command` is the one that shows it."""
    from crmaudit.quality.matching.answers import pair

    matching = judged.document.matching
    said = {pair(a.left, a.right): a.answer for a in found.workspace.matches.matches}
    left = [p for p in matching.review if pair(p.left, p.right) not in said]
    number = {(p.left, p.right): n for n, p in enumerate(pairs_kept(matching), 1)}
    rows = [
        {
            "number": number[p.left, p.right],
            "left": p.left,
            "right": p.right,
            "left_system": p.left_system,
            "right_system": p.right_system,
            "probability": p.probability,
            "weight": p.weight,
            "differs": _against(p),
        }
        for p in left[:most]
    ]
    told = [f"{count(len(said), 'answer')} in matches.yaml"] if said else []
    if judged.cannot:
        told = [f"╱ not assessed: {judged.cannot}"]
    elif matching.uncertain_pairs and not judged.document.provenance.key_id:
        told.append(f"{count(matching.uncertain_pairs, 'pair')} uncertain, and none can be named: "
                    "collected without a key")  # fmt: skip
    elif matching.uncertain_pairs > len(matching.review):
        told.append(
            f"{matching.uncertain_pairs:,} pairs are uncertain; those that tell the most are kept"
        )

    def after(console: Console) -> None:
        put_note(console, _MASKED, "medium")

    return View(
        kind="review",
        headline=f"pairs of {path} to be reviewed"
        if judged.cannot
        else f"{count(len(left), 'pair')} of {path} to be reviewed",
        columns=[
            Column("number", "#", right=True),
            Column("left", "One", lambda i: i or "╱"),
            Column("right", "Other", lambda i: i or "╱"),
            Column("probability", "Same", lambda p: f"{bar(p, 6)} {rate(p)}"),
            Column("differs", "Speaks against it", _few, flex=True, least=16, rank=1),
        ],
        rows=rows,
        notes=told,
        after=after if rows else None,
        hint=f"crmaudit quality {command} {shell(path)} --review --reveal" if rows else "",
        extra={"not_assessed": judged.cannot},
    )


def _against(p: PairFound) -> list[str]:
    """Attributes that speak against the pair, the strongest first."""
    steps = sorted(p.steps, key=lambda s: s.weight)
    return list(dict.fromkeys(s.attribute for s in steps if s.weight < 0))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def answer_notes(found: Audit, key_ids: Iterable[str]) -> list[str]:
    """What is wrong with the answers in matches.yaml."""
    matches, keys = found.workspace.matches, {k for k in key_ids if k}
    told = contradicting_answers(found.workspace)
    if matches.key_id and keys and matches.key_id not in keys:
        told.append(
            f"the answers in matches.yaml name records by another key ({matches.key_id}) than the "
            "evidence, and are not used"
        )
    return told
