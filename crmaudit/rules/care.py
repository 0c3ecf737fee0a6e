"""What the rules on duties of maintenance share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from crmaudit.facts import Facts
from crmaudit.governance.cadence import PERIOD, CareCheck
from crmaudit.governance.governance import Duty
from crmaudit.governance.upkeep import of_duty
from crmaudit.messages import capital, long_date, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity
from crmaudit.rules.words import span
from crmaudit.workspace.dossier import Care, System


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

    `milder` gives the severity by what is wrong: `rare`, `late`. Whether it is
    late is judged by what servers and folders show where they show it.
    """
    for system in systems:
        if {"maintenance", f"maintenance.{duty}"} & system.blank.keys():
            continue
        care = facts.governance.care(system, duty, facts.day, rarest_days, grace_days)
        if care.state == "late" and _seen_done(facts, system, duty, rarest_days + grace_days):
            continue
        about = f"system:{system.id}"
        if care.state == "unknown":
            yield NotAssessed(
                msg(
                    "nobody said how often {words} of {system} is done",
                    words=words,
                    system=system.name,
                ),
                msg("maintenance: {duty}: in its dossier", duty=duty),
                about,
            )
        elif care.state != "kept":
            declared = getattr(system.maintenance, duty)
            measured = Measurement("days since", care.days_since or 0, "days")
            yield Hit(
                about,
                msg(
                    "{words} of {system} {found}",
                    words=capital(words),
                    system=system.name,
                    found=_found(care, declared, rarest_days),
                ),
                path=("maintenance", duty),
                measurements=(measured,) if care.state == "late" else (),
                severity=milder.get(care.state),
                who=system.owners.it,
            )


def _seen_done(facts: Facts, system: System, duty: Duty, days: int) -> bool:
    """Whether evidence knows better than a date in the dossier, which nobody renewed.

    What a backup folder and old statistics show, other rules say.
    """
    if facts.day is None:
        return False
    shown = of_duty(duty, system, facts.governance.testified, facts.day)
    if not shown.evidence or duty not in ("backup", "index_care"):
        return False
    if duty == "backup" or shown.state != "kept":
        return True
    return shown.last is not None and (facts.day - shown.last).days <= days


def _found(care: CareCheck, declared: Care, rarest_days: int) -> str:
    if care.state == "never":
        return msg("is never done")
    if care.state == "late" and declared.last is not None and care.days_since is not None:
        return msg(
            "was last done {span} ago, on {long_date}",
            span=span(care.days_since),
            long_date=long_date(declared.last),
        )
    return msg(
        "is done {frequency}; {every} is expected",
        frequency=msg(declared.frequency or ""),
        every=_every(rarest_days),
    )


def _every(days: int) -> str:
    """`daily`, `weekly`; a length without a word is said in days."""
    words = {period: word for word, period in PERIOD.items() if period > 1} | {1: "daily"}
    return msg(words[days]) if days in words else msg("every {days} days", days=days)
