"""`governance adoption`: who of the staff works in the CRM, by its own records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import bar, count, rate
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.adoption_told import GroupTold
    from crmaudit.governance.usage import Usage

_BY = ("unit", "type", "entity", "month")

By = Annotated[str, typer.Option(help="unit, type, entity or month", show_default="unit")]
Days = Annotated[
    int | None,
    typer.Option(
        help="Whoever did nothing for so long does not use it; else the days of GOV112.",
        min=1,
        show_default="90",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(adoption)


def adoption(
    by: By = "unit",
    days: Days = None,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Who works in the CRM, measured by rows and logins: units, user types, entities, months."""
    if by not in _BY:
        raise CrmauditError(f"there is no view by {by!r}", f"choose of: {', '.join(_BY)}")
    found = audit(workspace)
    days = days or found.governance.lines.adoption_days
    use = found.governance.crm_usage(found.facts.day)
    why = use.cannot(days) if use else "nobody read who records in the CRM, and when"
    if use is None or why:
        show(_unknown(found, use, by, why), format_, output)
        return
    views: Mapping[str, Callable[[Audit, Usage, int], tuple[list[Column], list[dict[str, Any]]]]]
    views = {"unit": _units, "type": _types, "entity": _entities, "month": _months}
    columns, rows = views[by](found, use, days)
    headline, numbers = _headline(found, use, days)
    view = View(
        kind="adoption",
        headline=headline,
        columns=columns,
        rows=rows,
        notes=_notes(use, by, days),
        hint="crmaudit check --code GOV112,GOV134,GOV172,GOV173",
        extra={"by": by, "since": str(use.since(days)), "until": str(use.end), **numbers},
    )
    show(view, format_, output)


def _unknown(found: Audit, use: Usage | None, by: str, why: str) -> View:
    declared = found.governance.adoption
    notes = [f"╱ not assessed: {why}"]
    if declared is not None:
        notes.append(
            f"declared in {declared.basis}: {declared.users:,} of {declared.staff:,} staff use it"
        )
    if use is not None and use.recording is not None:
        notes += [f"{table}: {reason}" for table, reason in use.recording.cannot.items()][:12]
    return View(
        kind="adoption",
        headline="adoption is not measured",
        columns=[],
        rows=[],
        notes=notes,
        hint="crmaudit collect --only access,recording",
        extra={"by": by, "not_assessed": why},
    )


def _headline(found: Audit, use: Usage, days: int) -> tuple[str, dict[str, Any]]:
    from crmaudit.governance.adoption import Share, measured

    staff = found.governance.staff
    name = found.workspace.system[use.system].name
    seen = measured(use, staff, days)
    since, until = use.since(days), use.until
    if seen is None:
        users = Share(use.people(a for a in use.own if a.used(since, until)), use.people(use.own))
        told = "the staff are not counted" if not staff else "there are fewer staff than users"
        return f"{users.shown} people with an account worked in {name}; {told}", {}
    share = Share(seen.users, seen.staff)
    least = "" if seen.logins_known else "at least "
    told = f"{least}{share.shown} staff worked in {name} since {since:%B %Y}"
    if share.hidden:
        return told, {"staff": seen.staff}
    told += f": {rate(seen.users / seen.staff)} {bar(seen.users / seen.staff)}"
    recorded = Share(seen.recorded or 0, seen.staff)
    numbers = {
        "staff": seen.staff,
        "users": seen.users,
        "recorded": None if recorded.hidden else seen.recorded,
        "logins_known": seen.logins_known,
    }
    return f"{told} · the line is more than {rate(found.governance.lines.adoption)}", numbers


def _notes(use: Usage, by: str, days: int) -> list[str]:
    from crmaudit.governance.adoption import (
        Share,
        by_month,
        cohorts,
        concentration,
        falling,
        stayed,
    )

    since, until = use.since(days), use.until
    notes = []
    recorded = Share(
        use.people(a for a in use.own if a.recorded(since, until)), use.people(use.own)
    )
    notes.append(
        f"╱ who records is not assessed: {use.no_rows}"
        if use.no_rows
        else f"recorded by hand, not in bulk: {recorded.shown} people with an account of their own"
    )
    if not use.logins_known:
        notes.append("logins are not kept: who only looks things up is not seen")
    shared = sum(a.shared and a.used(since, until) for a in use.accounts)
    if shared:
        notes.append(
            f"{count(shared, 'account')} of nobody in particular were in use besides: who stands "
            "behind them is not known"
        )
    enabled = [a for a in use.own if a.enabled is not False]
    ever = [a for a in enabled if a.months or a.bulk or a.logins or a.last_login]
    idle = sum(not a.used(since, until) for a in ever)
    never = len(enabled) - len(ever)
    if use.logins_known:
        # How many were used is told: of two small numbers only their sum may stand.
        parts = "" if _small(idle) or _small(never) else f": {idle:,} before, {never:,} never"
        notes.append(
            f"of {len(enabled):,} accounts that can be used, {_few(idle + never)} were not used "
            f"since {since:%B %Y}{parts}"
        )
    few = concentration(use)
    if few is not None:
        notes.append(
            f"the {few.busiest} busiest of {few.accounts:,} accounts wrote "
            f"{rate(few.top / few.rows)} of {few.rows:,} rows of a year (Gini {few.gini:.2f})"
        )
    months = by_month(use)
    if len(months) > 1 and by != "month" and max(m.active for m in months) >= 5:
        drawn = _line([m.active for m in months])
        notes.append(
            f"accounts at work, {months[0].month:%b %Y} to {months[-1].month:%b %Y}: {drawn}"
        )
    fall = falling(use)
    if fall is not None:
        p = "< 0.001" if fall.trend.p < 0.001 else f"= {fall.trend.p:.3f}"
        notes.append(
            f"trend of accounts at work: {fall.trend.slope:+.2g} a month over {fall.months} months "
            f"(p {p})"
        )
    after = {n: stayed(cohorts(use), n) for n in (3, 6, 12)}
    if any(s.whole for s in after.values()):
        told = ", ".join(f"{n} months {s.shown}" for n, s in after.items() if s.whole)
        notes.append(f"who began to record still did after {told}")
    if use.recording is not None and by == "entity":
        notes += [f"not told: {t}: {why}" for t, why in sorted(use.recording.cannot.items())]
    if by == "unit":
        notes.append("shares are of the staff; of the accounts where there are more of those")
    if by in ("unit", "type"):
        notes.append(
            "groups under five are not told; all but a few: fewer than five did not; not told: it "
            "would give another group away"
        )
    return notes


def _few(number: int) -> str:
    from crmaudit.governance.rate import head_count

    return head_count(number) if number else "none"


def _small(number: int) -> bool:
    from crmaudit.governance.rate import too_few

    return number > 0 and too_few(number)


def _line(values: Sequence[int]) -> str:
    from crmaudit.cli.quality_column import sparkline

    return sparkline(values)


# By unit and type


def _units(found: Audit, use: Usage, days: int) -> tuple[list[Column], list[dict[str, Any]]]:
    from crmaudit.governance.adoption import by_group
    from crmaudit.governance.adoption_told import told

    units = found.workspace.unit
    staff = {u: unit.staff for u, unit in units.items()}
    order = {u: i for i, u in enumerate(units)}
    groups = told(by_group(use, lambda a: a.unit, days, staff))
    known = sorted(groups, key=lambda g: (order.get(g.group, len(order) + (not g.group)), g.group))
    rows = [
        _group(g, "unit", units[g.group].name if g.group in units else g.group or "no unit")
        | {"staff": g.staff}
        for g in known
    ]
    columns = _group_columns("unit", "Unit", use)
    columns.insert(1, Column("staff", "Staff", dash, right=True, rank=3))
    return columns, rows


def _types(found: Audit, use: Usage, days: int) -> tuple[list[Column], list[dict[str, Any]]]:
    from crmaudit.governance.adoption import by_group
    from crmaudit.governance.adoption_told import told

    groups = told(by_group(use, lambda a: a.user_type or "", days))
    rows = [_group(g, "type", g.group or "not declared") for g in groups]
    return _group_columns("type", "User type", use), rows


def _group(g: GroupTold, key: str, name: str) -> dict[str, Any]:
    return {
        key: name,
        "people": g.people,
        "used": g.used.part if g.used else None,
        "used_told": g.used_words,
        "share": g.used.share if g.used else None,
        "recorded": g.recorded.part if g.recorded else None,
        "recorded_told": g.recorded_words,
        "rows": g.rows,
        "suppressed": g.used is None or g.recorded is None,
    }


def _group_columns(key: str, title: str, use: Usage) -> list[Column]:
    columns = [
        Column(key, title, flex=True, least=14),
        Column("people", "Accounts", _number, right=True),
        Column("used", "In use", _part, right=True, whole=True),
        Column("share", "", lambda v: "" if v is None else f"{bar(v)} {rate(v)}", rank=1),
        Column("recorded", "Recorded", _part_recorded, right=True, whole=True),
        Column("rows", "Rows by hand", lambda v: "not told" if v is None else f"{v:,}",
               right=True, rank=2),
    ]  # fmt: skip
    return columns[:-2] if use.no_rows else columns


def _number(value: int | None) -> str:
    return "under five" if value is None else f"{value:,}"


def _part(row: Mapping[str, Any], key: str = "used") -> str:
    if row[key] is not None:
        return f"{row[key]:,}"
    told = str(row[f"{key}_told"])
    return next((s for w, s in _SHORT.items() if told.startswith(w)), told)


def _part_recorded(row: Mapping[str, Any]) -> str:
    return _part(row, "recorded")


_SHORT = {"fewer than five": "under five", "all but fewer": "all but a few"}


# By entity and month


def _entities(found: Audit, use: Usage, days: int) -> tuple[list[Column], list[dict[str, Any]]]:
    from crmaudit.governance.adoption import by_entity
    from crmaudit.governance.rate import too_few

    entities = found.workspace.entity
    rows: list[dict[str, Any]] = [
        {
            "entity": entities[e.entity].label if e.entity in entities else e.entity,
            "by_hand": e.by_hand,
            "bulk": e.bulk,
            "automatic": e.automatic,
            "programs": e.programs,
            "by_hand_share": e.by_hand / e.rows if e.rows else None,
            "accounts": None if too_few(e.accounts) else e.accounts,
        }
        for e in by_entity(use, days)
    ]
    columns = [
        Column("entity", "Entity", flex=True, least=14),
        Column("by_hand", "By hand", lambda n: f"{n:,}", right=True),
        Column("by_hand_share", "", lambda v: "" if v is None else bar(v), rank=2),
        Column("bulk", "In bulk", lambda n: f"{n:,}", right=True),
        Column("automatic", "Automatic", lambda n: f"{n:,}", right=True, rank=1),
        Column("programs", "By programs", lambda n: f"{n:,}", right=True, rank=1),
        Column("accounts", "Accounts", _number, right=True),
    ]
    return columns, rows


def _months(found: Audit, use: Usage, days: int) -> tuple[list[Column], list[dict[str, Any]]]:
    from crmaudit.governance.adoption import by_month
    from crmaudit.governance.rate import too_few

    def shown(n: int | None) -> int | None:
        return None if n is None or too_few(n) else n

    found_months = by_month(use)
    most = max((m.active for m in found_months), default=0)
    rows: list[dict[str, Any]] = [
        {
            "month": f"{m.month:%Y-%m}",
            "active": shown(m.active),
            "of_most": None if too_few(m.active) else m.active / most,
            "recorders": shown(m.recorders),
            "logged_in": shown(m.came),
            "logins_known": m.came is not None,
            "rows": None if too_few(m.recorders) else m.rows,
        }
        for m in found_months
    ]
    columns = [
        Column("month", "Month"),
        Column("active", "At work", _number, right=True),
        Column("of_most", "", lambda v: "" if v is None else bar(v, 20), rank=2),
        Column("recorders", "Made rows", _number, right=True),
        Column("logged_in", "Logged in", _logins, right=True, whole=True),
        Column("rows", "Rows by hand", _number, right=True, rank=1),
    ]
    if use.no_rows:
        columns = [c for c in columns if c.key not in ("recorders", "rows")]
    return columns, rows


def _logins(row: Mapping[str, Any]) -> str:
    return _number(row["logged_in"]) if row["logins_known"] else "not kept"
