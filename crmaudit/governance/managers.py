"""Whether the CRM manager fits the CRM's focus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from crmaudit.messages import joined, msg
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.people import Person

Focus = Literal["customer service", "sales", "none"]

_WORDS: dict[Focus, tuple[str, ...]] = {
    "customer service": (
        "service",
        "customer care",
        "support",
        "kundendienst",
        "kundenbetreuung",
        "servicio",
        "clientèle",
        "atención",
    ),
    "sales": ("sales", "vertrieb", "verkauf", "vente", "commercial", "ventas"),
}
_LEADS = (
    "manager",
    "head",
    "lead",
    "director",
    "chief",
    "officer",
    "leiter",
    "leitung",
    "chef",
    "responsable",
    "gerente",
    "jefe",
    "jefa",
)


@dataclass(frozen=True, slots=True)
class ManagerFit:
    """`fits` is None where the declarations do not suffice; `reason` says what was met.

    It is not `certain` where only words in a job's name decided.
    """

    fits: bool | None
    reason: str
    advised: str
    certain: bool = True


def manager_fit(focus: Focus, managers: Sequence[Person], units: Iterable[Unit]) -> ManagerFit:
    """The managers against the focus: service manager, sales manager, or the heads together.

    The head of a unit with that `function:` fits. Where no unit declares one,
    a person fits when the job or a unit that the person heads speaks of the
    focus, and the person leads by job, rank or as the head of a unit.
    """
    units = tuple(units)
    headed: dict[str, list[str]] = {}
    for unit in units:
        if unit.head is not None:
            headed.setdefault(unit.head, []).append(unit.name)
    heads = {u.head for u in units if u.function == focus and u.head is not None}
    if focus == "none":
        return _shared(managers, headed)
    advised = (
        msg("the service manager") if focus == "customer service" else msg("the sales manager")
    )
    if heads & {m.id for m in managers} or (
        not heads and any(_fits(m, headed.get(m.id, []), _WORDS[focus]) for m in managers)
    ):
        return ManagerFit(True, "", advised)
    if any(m.job is None and m.id not in headed for m in managers):
        return ManagerFit(None, msg("the CRM manager's job is not declared"), advised)
    jobs = joined(
        ", ", (m.job or msg("head of {headed}", headed=headed[m.id][0]) for m in managers)
    )
    return ManagerFit(False, jobs, advised, certain=bool(heads))


def _fits(person: Person, headed: list[str], words: tuple[str, ...]) -> bool:
    about = " ".join([person.job or "", *headed]).lower()
    leads = (
        bool(headed)
        or person.rank in ("executive", "department manager", "supervisor")
        or any(word in (person.job or "").lower() for word in _LEADS)
    )
    return leads and any(word in about for word in words)


def _shared(managers: Sequence[Person], headed: dict[str, list[str]]) -> ManagerFit:
    advised = msg("the heads of department together")
    if not headed:
        return ManagerFit(None, msg("no unit names its head"), advised)
    others = [m.job or msg("no head of a unit") for m in managers if m.id not in headed]
    if others:
        return ManagerFit(False, joined(", ", others), advised)
    if len(managers) == 1 and len(headed) > 1:
        return ManagerFit(
            False, msg("the head of {headed} alone", headed=headed[managers[0].id][0]), advised
        )
    return ManagerFit(True, "", advised)
