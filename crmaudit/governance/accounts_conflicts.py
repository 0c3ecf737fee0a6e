"""Segregation of duties: rights that must not lie in one hand.

What conflicts is said by `access_policy: conflicts:` in audit.yaml. Where it
says nothing, a short list of money's usual conflicts holds, for the entities
that the workspace has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.governance.accounts import Accounts, Judged
from crmaudit.messages import chained, msg
from crmaudit.workspace.audit_file import Conflict, Duty
from crmaudit.workspace.landscape import Entity

_USUAL: tuple[tuple[str, str, str, str, str], ...] = (
    ("invoice", "C", "payment", "C", "who writes the invoice does not record that it was paid"),
    ("order", "C", "payment", "C", "who takes the order does not record that it was paid"),
    ("payment", "C", "payment", "D", "who records payments does not take them out again"),
    ("product", "U", "invoice", "C", "who sets the prices does not write the invoices"),
)
"""Canonical kinds and letters. Usual pairs of the sales-to-cash cycle; see docs/method.md."""


@dataclass(frozen=True, slots=True)
class InOneHand:
    """Accounts of one holder that together bear duties that conflict."""

    accounts: tuple[tuple[str, Judged], ...]
    """System and account, the one that bears most first."""

    @property
    def name(self) -> str:
        return self.accounts[0][1].name


@dataclass(frozen=True, slots=True)
class ConflictFound:
    """A conflict with everybody who bears it.

    `cannot` says why nobody could be looked for; `usual`: the policy names no
    conflicts, and this is one of the usual list.
    """

    conflict: Conflict
    hands: tuple[InOneHand, ...] = ()
    cannot: str = ""
    usual: bool = False


def usual(entities: Iterable[Entity]) -> tuple[Conflict, ...]:
    """The usual conflicts, of the kinds of entity that there are."""
    of_kind: dict[str, str] = {}
    for e in entities:
        of_kind.setdefault(e.kind or e.id, e.id)
    return tuple(
        Conflict(
            duties=(
                Duty.model_validate({"entity": of_kind[one], "may": first}),
                Duty.model_validate({"entity": of_kind[other], "may": second}),
            ),
            reason=reason,
        )
        for one, first, other, second, reason in _USUAL
        if one in of_kind and other in of_kind
    )


def conflicts_found(
    conflicts: Sequence[Conflict], systems: Mapping[str, Accounts], *, usual: bool = False
) -> tuple[ConflictFound, ...]:
    """Each conflict with the accounts that bear all of its duties, in any of the systems.

    Accounts of one person count as one hand. Administrators are left out, as
    they bear everything; accounts that cannot be used and those of programs
    bear nothing. A right on own records is a right.
    """
    return tuple(_found(c, systems, usual) for c in conflicts)


def _found(conflict: Conflict, systems: Mapping[str, Accounts], usual: bool) -> ConflictFound:
    lacking = next((d for d in conflict.duties if not _known(d, systems)), None)
    if lacking is not None:
        cannot = (
            msg("no system read tells of the role {role}", role=lacking.role)
            if lacking.role
            else msg("no system read tells of the rights to {entity}", entity=lacking.entity)
        )
        return ConflictFound(conflict, cannot=cannot, usual=usual)
    hands: dict[str, list[tuple[str, Judged]]] = {}
    for system, accounts in systems.items():
        for j in accounts.usable:
            if not j.administrator:
                holder = f"person {j.person.id}" if j.person else f"{system} {j.name}"
                hands.setdefault(holder, []).append((system, j))
    found = []
    for accounts_of in hands.values():
        bears = {
            (s, j.name): [_bears(d, systems[s], j) for d in conflict.duties] for s, j in accounts_of
        }
        if all(any(b[i] for b in bears.values()) for i in range(len(conflict.duties))):
            chosen = [x for x in accounts_of if any(bears[x[0], x[1].name])]
            chosen.sort(key=lambda x: (-sum(bears[x[0], x[1].name]), x[0], x[1].name))
            found.append(InOneHand(tuple(chosen)))
    return ConflictFound(conflict, tuple(sorted(found, key=lambda h: h.name)), usual=usual)


def _known(duty: Duty, systems: Mapping[str, Accounts]) -> bool:
    for accounts in systems.values():
        if duty.role:
            if any(_same(duty.role, r.name, r.id) for r in accounts.access.roles):
                return True
        elif not accounts.no_rights and any(k.entity == duty.entity for k in accounts.kinds):
            return True
    return False


def _bears(duty: Duty, accounts: Accounts, judged: Judged) -> bool:
    if duty.role:
        own = set(judged.account.roles)
        return any(r.id in own and _same(duty.role, r.name, r.id) for r in accounts.access.roles)
    wanted = ["CRUD".index(letter) for letter in duty.may or ""]
    return any(
        levels[i] not in (None, "None")
        for kind in accounts.kinds
        if kind.entity == duty.entity
        for levels in [accounts.levels(judged.holding, kind)]
        for i in wanted
    )


def _same(said: str, *names: str) -> bool:
    return said.casefold() in {n.casefold() for n in names}


def words(conflict: Conflict, labels: Mapping[str, str]) -> str:
    """`may create Donation and update Payment`, `holds the roles Fundraiser and Finance`."""
    verbs = {"C": msg("create"), "R": msg("read"), "U": msg("update"), "D": msg("delete")}
    roles = [d.role for d in conflict.duties if d.role]
    may = [
        msg(
            "{do} {entity}",
            do=chained("{a} or {b}", (verbs[x] for x in d.may or "")),
            entity=labels.get(d.entity or "", d.entity),
        )
        for d in conflict.duties
        if d.entity
    ]
    said = []
    if roles:
        named = chained("{a} and {b}", roles)
        said.append(
            msg("holds the roles {roles}", roles=named)
            if len(roles) > 1
            else msg("holds the role {role}", role=named)
        )
    if may:
        said.append(msg("may {may}", may=chained("{a} and {b}", may)))
    return chained("{a} and {b}", said)
