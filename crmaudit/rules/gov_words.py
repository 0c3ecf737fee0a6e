"""Numbers, lists and subjects as rules on governance and data quality put them into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote

from crmaudit.facts import Facts
from crmaudit.governance.access import Position
from crmaudit.governance.governance import Duty
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity
from crmaudit.workspace.dossier import System


def percent(share: float) -> str:
    """`0.31` → `31 %`; what is not quite none or all never reads 0 % or 100 %."""
    value = round(100 * share, 1)
    if value == 0 and share > 0:
        return "under 0.1 %"
    if value == 100 and share < 1:
        return "over 99.9 %"
    return f"{value:g} %"


def amount(value: float, unit: str) -> str:
    """`0.25 hours`, `420` without a unit."""
    return f"{value:.3g} {unit}".strip() if abs(value) < 1000 else f"{value:,.0f} {unit}".strip()


def subject(kind: str, *parts: str) -> str:
    """A finding's subject, odd characters percent-encoded: `column:crm.contacts.e%20mail`."""
    return f"{kind}:" + ".".join(quote(p, safe="") for p in parts if p)


def crm_subject(facts: Facts) -> str:
    """What findings about the use of the CRM as a whole are about."""
    crm = facts.workspace.crm
    return f"system:{crm.id}" if crm else "organisation:crm"


def crm_name(facts: Facts) -> str:
    return facts.workspace.crm.name if facts.workspace.crm else "the CRM"


def position_subject(position: Position) -> str:
    """`job:sales.Account%20manager`: findings on rights name no person."""
    return subject("job", position.unit or "no-unit", position.job or "no-job")


def position_words(position: Position, facts: Facts) -> str:
    unit = facts.workspace.unit.get(position.unit)
    job = position.job or "people without a declared job"
    return f"{job}, {unit.name}" if unit else job


def care_results(
    facts: Facts,
    systems: Iterable[System],
    duty: Duty,
    words: str,
    rarest_days: int,
    grace_days: int,
    milder: Mapping[str, Severity] = MappingProxyType({}),
) -> Iterator[Hit | NotAssessed]:
    """One result for every system whose duty of maintenance is not known or not kept.

    `milder` gives the severity by what is wrong: `rare`, `late`.
    """
    for system in systems:
        if {"maintenance", f"maintenance.{duty}"} & system.blank.keys():
            continue
        care = facts.governance.care(system, duty, facts.day, rarest_days, grace_days)
        about = f"system:{system.id}"
        if care.state == "unknown":
            yield NotAssessed(
                f"nobody said how often {words} of {system.name} is done",
                f"maintenance: {duty}: in its dossier",
                about,
            )
        elif care.state != "kept":
            measured = Measurement("days since", care.days_since or 0, "days")
            yield Hit(
                about,
                f"{words[:1].upper()}{words[1:]} of {system.name} {care.reason}",
                path=("maintenance", duty),
                measurements=(measured,) if care.state == "late" else (),
                severity=milder.get(care.state),
                who=system.owners.it,
            )


def burdened(facts: Facts, about: str) -> str:
    """` with Groundplan`, ` in Renewal`: what pains are about."""
    kind, _, name = about.partition(":")
    if kind == "system":
        return f" with {facts.workspace.system[name].name}"
    names = {p.id: p.name for p in facts.workspace.processes}
    return f" in {names[name]}" if name in names else ""


def cost_range(facts: Facts, low: float, high: float) -> str:
    """`, EUR 9,000 to 21,000`, or nothing where the hourly rate is not declared."""
    audit = facts.workspace.audit
    if audit.hourly_rate is None:
        return ""
    return f", {audit.currency} {low * audit.hourly_rate:,.0f} to {high * audit.hourly_rate:,.0f}"
