"""The columns of `inventory`: what each holds, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.text import Text

from crmaudit.cli.query import Field, Fields, Kind
from crmaudit.cli.terminal import MARKS, bar
from crmaudit.cli.view import Column, dash

_KINDS = (
    *("crm", "erp", "accounting", "billing", "legacy", "newsletter", "calendar", "address book"),
    *("email", "forms", "website", "shop", "spreadsheet", "database", "data warehouse"),
    *("reporting", "document management", "service desk", "telephony", "integration", "hr"),
    *("point of sale", "other"),
)
_PHASES = ("plan", "phase-in", "active", "phase-out", "retired")
_SEVERITIES = ("low", "medium", "high", "critical")
_OWNERS = ("business_owner", "it_owner")
_RISK = {"gap": "▲ gap", "single": "● one person", "unknown": "╱ unknown", "covered": "covered"}
_NUMBER: Kind = "number"
_DATE: Kind = "date"
_YES: Kind = "yes or no"
_LIST: Kind = "list"
_TEXT: Kind = "text"

FIELDS = Fields(
    [
        Field(key="name", about="what it is called", aliases=("system",)),
        Field(key="id", about="its id"),
        Field(key="formerly", about="its earlier ids", kind=_LIST),
        Field(key="in_scope", about="whether it is audited", kind=_YES, aliases=("scope",)),
        Field(key="vendor", about="who makes it"),
        Field(key="kind", about="what sort it is", choices=_KINDS, aliases=("type",)),
        Field(key="description", about="what it does"),
        Field(
            key="completeness",
            about="how much of its dossier is filled in, weighted, 0–100",
            kind=_NUMBER,
            aliases=("complete",),
        ),
        Field(key="facts_given", about="how many of the nine facts are given", kind=_NUMBER),
        Field(key="facts_wanted", about="how many of them are wanted", kind=_NUMBER),
        Field(key="missing", about="the facts missing", kind=_LIST, noun="missing facts"),
        Field(key="lacks", about="exactly what is missing", kind=_LIST, noun="missing parts"),
        Field(key="blank", about="the facts left blank on purpose", kind=_LIST),
        Field(key="owner", about="either owner", kind=_LIST, keys=_OWNERS, aliases=("owners",)),
        Field(key="business_owner", about="who answers for the content"),
        Field(key="it_owner", about="who answers for the operation", noun="IT owner"),
        Field(key="users", about="people who use it", kind=_NUMBER, noun="number of users"),
        Field(
            key="criticality",
            about="how much stops when it stops",
            choices=_SEVERITIES,
            ordered=True,
        ),
        Field(
            key="hosting",
            about="where it runs",
            choices=("own", "provider", "cloud", "desktop"),
        ),
        Field(
            key="support",
            about="who supports it",
            choices=("in-house", "outsourced", "vendor", "volunteers", "none"),
        ),
        Field(key="tags", about="its tags", kind=_LIST, aliases=("tag",)),
        Field(
            key="cost",
            about="running cost of the newest year, in the audit's currency",
            kind=_NUMBER,
            aliases=("costs", "tco"),
        ),
        Field(key="cost_year", about="the year of that cost", kind=_NUMBER),
        Field(key="cost_at_least", about="whether more may come to it", kind=_YES, noun="cost"),
        Field(key="cost_one_off", about="what projects of that year cost", kind=_NUMBER),
        Field(key="cost_per_user", about="cost for each user", kind=_NUMBER),
        Field(key="cost_per_entity", about="cost for each entity it holds", kind=_NUMBER),
        Field(
            key="cost_change",
            about="per cent against the year before, like with like",
            kind=_NUMBER,
            noun="cost of two years",
        ),
        Field(key="licences_idle", about="licences paid and not used", kind=_NUMBER),
        Field(key="contract_partner", about="with whom the contract is"),
        Field(key="contract_end", about="when the contract ends", kind=_DATE),
        Field(key="contract_renews", about="whether it renews itself", kind=_YES),
        Field(key="notice_by", about="last day to give notice", kind=_DATE, noun="notice date"),
        Field(
            key="phase",
            about="where it stands in its life",
            choices=_PHASES,
            ordered=True,
            aliases=("lifecycle",),
        ),
        Field(
            key="phase_by_dates",
            about="the phase that its dates tell",
            choices=_PHASES,
            ordered=True,
        ),
        Field(key="since", about="in use since", kind=_DATE, noun="first day of use"),
        Field(key="version", about="its version"),
        Field(key="phase_out", about="when its end begins", kind=_DATE, noun="phase-out date"),
        Field(key="retired", about="when it is switched off", kind=_DATE, noun="last day"),
        Field(key="successor", about="the system that follows it"),
        Field(
            key="future",
            about="what was decided",
            choices=("retain", "replace", "retire"),
            noun="decision",
        ),
        Field(
            key="vendor_support_ends",
            about="the vendor's end of support",
            kind=_DATE,
            aliases=("support_ends",),
            noun="end of support",
        ),
        Field(
            key="support_months",
            about="months of vendor's support left",
            kind=_NUMBER,
            noun="end of support",
        ),
        Field(
            key="out_of_support",
            about="whether it is used although support has ended",
            kind=_YES,
            noun="end of support",
        ),
        Field(key="system_documented", about="whether the system is documented", kind=_YES),
        Field(key="database_documented", about="whether its database is documented", kind=_YES),
        Field(
            key="documentation_age",
            about="years since the older documentation was updated",
            kind=_NUMBER,
            noun="date of documentation",
        ),
        Field(key="skills", about="skills that its support needs", kind=_LIST, aliases=("skill",)),
        Field(
            key="skill_risk",
            about="its worst skill: gap, single (one person), unknown, covered",
            choices=("covered", "unknown", "single", "gap"),
            ordered=True,
            aliases=("skills_risk",),
        ),
        Field(key="entities", about="entities it holds", kind=_LIST, aliases=("entity",)),
        Field(key="creates", about="entities it creates", kind=_LIST),
        Field(key="reads", about="entities it reads", kind=_LIST),
        Field(key="updates", about="entities it updates", kind=_LIST),
        Field(key="deletes", about="entities it deletes", kind=_LIST),
        Field(key="crud_complete", about="whether all its entities are listed", kind=_YES),
        Field(key="record_of", about="entities it is the declared record of", kind=_LIST),
        Field(key="feeds_in", about="systems that feed it", kind=_LIST, noun="declared feeds"),
        Field(key="feeds_out", about="systems it feeds", kind=_LIST, noun="declared feeds"),
        Field(key="depends_on", about="systems it needs to run", kind=_LIST),
        Field(key="dependents", about="systems that need it to run", kind=_LIST),
        Field(
            key="perceived",
            about="what people think of its data, 0–100",
            kind=_NUMBER,
            aliases=("perceived_quality", "said"),
            noun="perceived quality",
        ),
        Field(
            key="measured",
            about="measured quality of its data, 0–100",
            kind=_NUMBER,
            aliases=("measured_quality", "quality"),
            noun="measured quality",
        ),
        Field(
            key="disagreement",
            about="perceived less measured quality, in points",
            kind=_NUMBER,
            aliases=("difference",),
            noun="quality both perceived and measured",
        ),
        Field(
            key="fit",
            about="its quadrant of TIME",
            choices=("tolerate", "invest", "migrate", "eliminate"),
            aliases=("time", "quadrant"),
        ),
        Field(key="fit_reason", about="why it stands there, or nowhere"),
        Field(key="fit_certain", about="whether no unknown fact could move it", kind=_YES),
        Field(key="functional_fit", about="functional fit, 1–10", kind=_NUMBER),
        Field(key="technical_fit", about="technical fit, 1–10", kind=_NUMBER),
        Field(
            key="worst",
            about="severity of its worst finding",
            choices=_SEVERITIES,
            ordered=True,
            aliases=("severity",),
            noun="finding",
        ),
        Field(key="finding_count", about="how many findings touch it", kind=_NUMBER),
        Field(key="findings", about="the codes of those", kind=_LIST, aliases=("codes",)),
    ]
)


def standard(currency: str) -> list[Column]:
    """The columns shown unasked: those of rank 0 always, the others as far as there is room."""
    return [
        Column("name", "System", _name, flex=True, least=18, whole=True),
        Column("completeness", "Complete", _complete),
        Column("business_owner", "Business owner", dash, rank=1, flex=True, least=14),
        Column("it_owner", "IT owner", dash, rank=5, flex=True, least=14),
        Column("phase", "Phase", dash, rank=2),
        Column("cost", f"{currency}/year", _cost, right=True, rank=1, whole=True),
        Column("skill_risk", "Skills", _RISK.__getitem__, rank=6),
        Column("perceived", "Said | measured", _quality, rank=4, whole=True),
        Column("fit", "TIME", dash, rank=7),
        Column("worst", "Findings", _findings, whole=True),
    ]


def chosen(fields: Sequence[Field], currency: str) -> list[Column]:
    """Columns that were asked for: drawn as in the standard view, else by what they hold."""
    known = {c.key: c for c in standard(currency)}
    return [known.get(f.key) or _plain(f) for f in fields]


def _plain(field: Field) -> Column:
    title = field.key.replace("_", " ")

    def told(row: Mapping[str, Any]) -> str:
        return _told(field.of(row))

    number = field.kind == _NUMBER
    wraps = field.kind in (_LIST, _TEXT) and not field.choices
    return Column(field.key, title, told, right=number, flex=wraps, least=12, whole=True)


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 or value.is_integer() else f"{value:,.1f}"
    if isinstance(value, list):
        return dash(", ".join(value))
    if isinstance(value, date):
        return value.isoformat()
    return dash(value)


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['name']}" + ("" if row["in_scope"] else " (out of scope)")


def _complete(value: float) -> str:
    # 100 % is said of what is complete only.
    return f"{bar(value / 100, 5)} {int(value):>3} %"


def _cost(row: Mapping[str, Any]) -> str:
    if row["cost"] is None:
        return "–"
    return f"{'≥' if row['cost_at_least'] else ''}{row['cost']:,.0f}"


def _quality(row: Mapping[str, Any]) -> str:
    said, measured = row["perceived"], row["measured"]
    left = "╱" if said is None else f"○ {said:.0f}"
    right = "╱" if measured is None else f"● {measured:.0f}"
    return f"{left} | {right}"


def _findings(row: Mapping[str, Any]) -> Text:
    worst = row["worst"]
    if worst is None:
        return Text("–")
    return Text(f"{MARKS[worst]} {row['finding_count']}", style=worst)
