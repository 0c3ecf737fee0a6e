"""`governance attitudes`: what staff say of the CRM, in three groups, by survey and register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, rate
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.surveys import Surveyed

_BY = ("unit", "system")


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("attitudes")(attitudes)


def attitudes(
    by: Annotated[str, typer.Option(help="unit or system")] = "unit",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Staff in three groups: made things worse, does not use it, only praise; and why."""
    if by not in _BY:
        raise CrmauditError(f"there is no view by {by!r}", f"choose of: {', '.join(_BY)}")
    found = audit(workspace)
    rows = _opinions(found)
    notes: list[str] = []
    for survey in found.governance.surveys:
        rows += _rows(found, survey, by == "system")
        notes += _notes(found, survey)
    for subject, problem in found.governance.unread.items():
        if subject.startswith("survey:"):
            notes.append(f"╱ {subject.removeprefix('survey:')}: not assessed: {problem}")
    if not found.workspace.kpis.surveys:
        notes.append("╱ no survey: declare one under surveys: in kpis.yaml, its answers in data/")
    show(
        View(
            kind="attitudes",
            headline=_headline(found),
            columns=[
                Column("source", "Told in", flex=True, least=14),
                Column("group", "Group", flex=True, least=14),
                Column("worse", "Made things worse", _cell, right=True),
                Column("not_using", "Does not use it", _cell, right=True),
                Column("praise", "Only praise", _cell, right=True),
                Column("answers", "Answers", _cell, right=True, rank=1),
            ],
            rows=rows,
            notes=[
                *notes,
                "not told: numbers of fewer than five people, and those by which they could be "
                "worked out",
            ],
            hint="crmaudit check --code GOV118",
            extra={"by": by, "surveys": [_survey(found, s) for s in found.governance.surveys]},
        ),
        format_,
        output,
    )


def _cell(value: int | None) -> str:
    return "not told" if value is None else f"{value:,}"


def _headline(found: Audit) -> str:
    parts = [f"{count(len(found.workspace.registers.opinions), 'opinion')} on the register"]
    parts += [f"{s.survey.name}: {_negative(s)}" for s in found.governance.surveys]
    return " · ".join(parts)


def _negative(s: Surveyed) -> str:
    if s.negative is None:
        return "╱ not assessed, as fewer than five answers are sorted"
    share, low, high = s.negative
    told = s.attitudes
    if told.told("made things worse") is None:
        return f"made things worse for {told.share_text('made things worse')}"
    return (
        f"made things worse for {rate(share)} of {told.total:,} "
        f"({rate(low)} to {rate(high)} by chance of who answered)"
    )


def _opinions(found: Audit) -> list[dict[str, Any]]:
    """The opinions of the register, as one line."""
    from crmaudit.governance.attitudes import ATTITUDES

    a = found.governance.attitudes
    if not a.total:
        return []
    whole = None if a.total < 5 else a.total
    shown = [*(a.told(x) for x in ATTITUDES), whole]
    return [
        {"source": "registers.yaml", "group": "all groups", **dict(zip(_KEYS, shown, strict=True))}
    ]


_KEYS = ("worse", "not_using", "praise", "answers")


def _rows(found: Audit, s: Surveyed, by_system: bool) -> list[dict[str, Any]]:
    w = found.workspace
    names = (
        {x.id: x.name for x in w.systems} if by_system else {u.id: u.name for u in w.audit.units}
    )
    return [
        {
            "source": s.survey.id,
            "group": names.get(g.name, g.name) or "all others",
            **dict(zip(_KEYS, (g.worse, g.not_using, g.praise, g.answers), strict=True)),
        }
        for g in s.breakdown(by_system)
    ]


def _notes(found: Audit, s: Surveyed) -> list[str]:
    lines = [f"{s.survey.id}: {_answered(found, s)}"]
    told = [f"{reason} {n}" for reason, n in s.reasons if n >= 5]
    few = sum(n < 5 for _, n in s.reasons)
    if told:
        rest = f", {few} more by fewer than five each" if few else ""
        lines.append(f"  reasons: {', '.join(told)}{rest}")
    for system, marks in s.marks().items():
        name = found.workspace.system[system].name
        what = "the data of " if s.survey.score_of == "data quality" else ""
        lines.append(
            f"  mark of {what}{name}: {marks.mean:.1f} of 5 ({marks.low:.1f} to {marks.high:.1f}), "
            f"by {marks.number:,} answers"
        )
    for what, cells in s.unsorted.items():
        lines.append(
            f"  {count(len(cells), 'cell')} not in the mapping of {what}: {_places(cells)}"
        )
    if s.unread_marks:
        lines.append(
            f"  {count(len(s.unread_marks), 'cell')} without a mark of 1 to 5: "
            f"{_places(s.unread_marks)}"
        )
    if s.unknown_systems:
        lines.append(f"  {count(s.unknown_systems, 'answer')} about systems without a dossier")
    if s.survey.attitude is None:
        lines.append("  ╱ not sorted: name the column and its answers under attitude:")
    return lines


def _answered(found: Audit, s: Surveyed) -> str:
    held = f", held {s.held}" if s.held else ""
    told = f"{count(len(s.answers), 'answer')}{held}"
    response = s.response(found.governance.staff)
    return f"{told}, {rate(response)} of the staff" if response is not None else told


def _places(cells: tuple[str, ...]) -> str:
    more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
    return f"{', '.join(cells[:3])}{more}"


def _survey(found: Audit, s: Surveyed) -> dict[str, Any]:
    showable = s.negative is not None and s.attitudes.told("made things worse") is not None
    return {
        "id": s.survey.id,
        "held": str(s.held) if s.held else None,
        "answers": len(s.answers),
        "response": s.response(found.governance.staff),
        "negative": s.negative[0] if s.negative and showable else None,
        "negative_low": s.negative[1] if s.negative and showable else None,
        "negative_high": s.negative[2] if s.negative and showable else None,
        "reasons": {reason: n for reason, n in s.reasons if n >= 5},
        "marks": {
            k: {"mean": m.mean, "low": m.low, "high": m.high, "answers": m.number}
            for k, m in s.marks().items()
        },
        "unsorted": {k: list(v) for k, v in s.unsorted.items()},
        "unread_marks": list(s.unread_marks),
        "unknown_systems": s.unknown_systems,
    }
