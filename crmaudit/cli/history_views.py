"""What `history` shows: the audits remembered, and figures in the course of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.terminal import MARKS, count
from crmaudit.cli.view import Column, View, dash, said_once
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.standing.past import Past


def since_line(found: Audit) -> Iterator[str]:
    """What became of the last audit in one line; nothing where there is none."""
    from crmaudit.remembered import since_last

    since = since_last(found.facts, found.findings, found.plan)
    if since is not None:
        told = ", ".join(
            f"{n} {how}" for how, n in since.counts.items() if n and how != "other words"
        )
        yield f"since the audit of {since.before.day}: {told or 'nothing changed'} (crmaudit diff)"


def runs_view(found: Audit) -> View:
    """Each run with its findings, and what changed since the audit before it."""
    from crmaudit.standing.past import last_before, one_a_day

    past = found.facts.past
    finished = {r.id: r.finished_at.strftime("%Y-%m-%d %H:%M") for r in found.history}
    counting = {p.number for p in one_a_day(past)}
    rows = []
    for p in past:
        before = last_before(past, p.day)
        since = found.since(before, p) if before and p.number in counting else None
        body = p.body
        rows.append(
            {
                "run": p.number,
                "finished_at": finished[p.number],
                "as_of": body.get("as_of"),
                "findings": len(body.get("findings", ())),
                **{s: body.get("counts", {}).get(s, 0) for s in MARKS},
                "not_assessed": body.get("not_assessed", 0),
                "repeated": p.number not in counting,
                "before": before.number if since and before else None,
                "new": len(since.of("new", "back", "waiver ended")) if since else None,
                "gone": len(since.of("no longer found")) if since else None,
                "quality": _value(p, "quality"),
            }
        )
    repeated = sum(r["repeated"] for r in rows)
    notes = []
    if len(counting) > 1:
        notes.append("New, and judged again and gone: since the last audit of an earlier day.")
    if repeated:
        words = "is an audit" if repeated == 1 else "are audits"
        notes.append(f"{repeated} (↺) {words} repeated later for the same day; that one counts.")
    return View(
        kind="history",
        headline=f"{count(len(rows), 'audit')} remembered",
        columns=[
            Column("run", "Run", _run, right=True, whole=True),
            Column("as_of", "As of", dash),
            Column("finished_at", "Finished", rank=5),
            Column("findings", "Findings", right=True),
            Column("new", "New", dash, right=True),
            Column("gone", "Gone", dash, right=True),
            *(Column(s, f"{MARKS[s]} {s}", right=True, rank=3) for s in MARKS),
            Column("quality", "Quality", _share, right=True, rank=2),
            Column("not_assessed", "Not assessed", right=True, rank=4),
        ],
        rows=rows,
        notes=notes,
        hint=_next(found),
    )


def _run(row: Mapping[str, Any]) -> str:
    return f"↺ {row['run']}" if row["repeated"] else str(row["run"])


def _next(found: Audit) -> str:
    if not found.facts.past:
        return "crmaudit audit"
    return "crmaudit diff" if len({p.day for p in found.facts.past}) > 1 else "crmaudit audit"


def _value(past: Past, name: str) -> float | None:
    figure = past.figures.get(name)
    return figure.value if figure else None


def _share(value: float | None) -> str:
    return "╱" if value is None else f"{value:.1f} %"


def courses_view(found: Audit) -> View:
    """Every figure over all audits in one line each."""
    from crmaudit.remembered.course import figure_changes
    from crmaudit.standing.past import one_a_day
    from crmaudit.workspace.renaming import subjects_now

    courses = _points(found)
    days = one_a_day(found.facts.past)
    verdicts: dict[str, Any] = {}
    if len(days) > 1:
        changes = figure_changes(days[-2], days[-1], subjects_now(found.workspace))
        verdicts = {c.name: c for c in changes}
    rows = []
    for name, points in courses.items():
        change = verdicts.get(name)
        rows.append(
            {
                "figure": name,
                "label": figure_label(found, name),
                "unit": _unit(name),
                "audits": len(points),
                "first": points[0].figure.value,
                "first_day": points[0].day,
                "last": points[-1].figure.value,
                "last_day": points[-1].day,
                "delta": change.delta if change else None,
                "verdict": change.verdict if change else None,
                "why": change.why if change else "",
                "course": [p.figure.value for p in points],
            }
        )
    return View(
        kind="figures",
        headline=f"{count(len(rows), 'figure')} over {count(len(days), 'audit')}",
        columns=[
            Column("label", "Figure", flex=True),
            Column("course", "Course", _spark, rank=1),
            Column("last", "Last", _last, right=True, whole=True),
            Column("delta", "Change", _delta, right=True, whole=True, rank=0),
            Column("verdict", "", _verdict, whole=True, rank=0),
            Column("figure", "Name", rank=3),
        ],
        rows=rows,
        notes=["Change: since the audit before the last one."] if len(days) > 1 else [],
        hint=f"crmaudit history {_quoted(rows[0]['figure'])}" if rows else "crmaudit audit",
    )


def followed_view(found: Audit, wanted: Sequence[str]) -> View:
    """The points of some figures, audit by audit."""
    import difflib

    courses = _points(found)
    names: dict[str, None] = {}
    for text in wanted:
        fitting = [text] if text in courses else [n for n in courses if n.startswith(text)]
        if not fitting:
            close = difflib.get_close_matches(text, courses, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "`crmaudit history --figures`"
            raise CrmauditError(f"no audit that is remembered has the figure {text!r}", hint)
        names |= dict.fromkeys(fitting)
    rows = []
    for name in names:
        last: float | None = None
        for point in courses[name]:
            f = point.figure
            rows.append(
                {
                    "figure": name,
                    "label": figure_label(found, name),
                    "unit": _unit(name),
                    "as_of": point.day,
                    "run": point.number,
                    "value": f.value,
                    "part": f.part,
                    "of": f.of,
                    "low": f.low,
                    "high": f.high,
                    "basis": f.basis,
                    "delta": None if last is None else round(f.value, 1) - round(last, 1),
                }
            )
            last = f.value
    return View(
        kind="course",
        headline=", ".join(
            f"{figure_label(found, n)} {_spark([p.figure.value for p in courses[n]])}"
            for n in list(names)[:4]
        )
        + (f" and {len(names) - 4} more" if len(names) > 4 else ""),
        columns=[
            Column("label", "Figure", flex=True),
            Column("as_of", "As of"),
            Column(
                "value", "Value", lambda r: _told(r["unit"], r["value"]), right=True, whole=True
            ),
            Column("delta", "Change", _delta, right=True, whole=True),
            Column("of", "Of", _counts, right=True, whole=True, rank=1),
            Column("low", "95 %", _interval, right=True, whole=True, rank=2),
            Column("run", "Run", right=True, rank=3),
        ],
        rows=rows,
        drawn=said_once(rows, "label"),
        hint="crmaudit history --figures",
    )


def _points(found: Audit) -> Mapping[str, Any]:
    from crmaudit.remembered.course import courses
    from crmaudit.workspace.renaming import subjects_now

    return courses(found.facts.past, subjects_now(found.workspace))


def figure_label(found: Audit, name: str) -> str:
    from crmaudit.standing.figures import kind_of

    kind = kind_of(name)
    return kind[0].name(_names(found).get(kind[1], kind[1])) if kind else name


def _names(found: Audit) -> Mapping[str, str]:
    w = found.workspace
    return {**{e.id: e.label for e in w.entity.values()}, **{s.id: s.name for s in w.systems}}


def _unit(name: str) -> str:
    from crmaudit.standing.figures import kind_of

    kind = kind_of(name)
    return kind[0].unit if kind else ""


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _spark(values: Sequence[float]) -> str:
    from crmaudit.cli.see_kpis import spark

    return spark(values)


def _told(unit: str, value: float | None, sign: bool = False) -> str:
    if value is None:
        return "–"
    plus = "+" if sign else ""
    if unit == "percent":
        return f"{value:{plus}.1f}" + (" points" if sign else " %")
    if unit == "score":
        return f"{value:{plus}.1f}"
    return f"{value:{plus},.0f}"


def _last(row: Mapping[str, Any]) -> str:
    return _told(row["unit"], row["last"])


def _delta(row: Mapping[str, Any]) -> str:
    return _told(row["unit"], row["delta"], sign=True)


def _verdict(row: Mapping[str, Any]) -> Text:
    style = {"better": "good", "worse": "alarm"}.get(row["verdict"] or "", "quiet")
    return Text(row["verdict"] or "", style=style)


def _counts(row: Mapping[str, Any]) -> str:
    if row["of"] is None:
        return "–"
    if row["part"] is None or row["unit"] != "percent":
        return ""
    if abs(100 * row["part"] / row["of"] - row["value"]) >= 0.05:
        # Weighted: the counts are not its parts.
        return f"{row['of']:,.0f} checks"
    return f"{row['part']:,.0f} of {row['of']:,.0f}"


def _interval(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return ""
    return f"{row['low']:.1f}–{row['high']:.1f}"
