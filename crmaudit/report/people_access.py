"""Accounts and their rights, and what happened to records, as the report shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crmaudit.evidence.access import LEVELS, AccessLevel, Levels
from crmaudit.facts import Facts
from crmaudit.governance.accounts import Accounts, Judged, Kind
from crmaudit.messages import joined, msg
from crmaudit.report import specs as s
from crmaudit.report.people import AccountsPart, LossPart
from crmaudit.report.wording import counted, listed

ROWS, COLUMNS = 40, 14
"""Sets of rights and kinds of record that the matrix has room for."""
SHORT: Mapping[AccessLevel, str] = dict(zip(LEVELS, "–UBPO", strict=True))
"""The letter of each level, as the matrix and its note have it."""
_PART = {
    "beyond the job": "over",
    "sees beyond the job": "sees",
    "short of the job": "short",
}


def accounts_of(facts: Facts) -> tuple[Accounts, ...]:
    """Every system whose accounts were asked for, the CRM first."""
    crm = facts.workspace.crm
    read = facts.governance.accounts(facts.day)
    return tuple(sorted(read.values(), key=lambda a: crm is None or a.system != crm.id))


def accounts_parts(facts: Facts, alone: bool = True) -> tuple[AccountsPart, ...]:
    """One for each system whose accounts were asked for.

    Without `alone`, an account whose rights no other has is told among others of the kind.
    """
    return tuple(_accounts(facts, a, alone) for a in accounts_of(facts))


def _accounts(facts: Facts, a: Accounts, alone: bool) -> AccountsPart:
    verdicts = Counter(_PART.get(a.verdict(j) or "", "") for j in a.compared)
    drawn = None if a.no_rights else _matrix(facts, a, alone)
    matrix, groups, rows, kinds = drawn or (None, 0, 0, 0)
    remarks = Counter(r for j in a.usable for r in a.remarks(j))
    return AccountsPart(
        system=facts.workspace.system[a.system].name,
        cannot=a.cannot,
        no_rights=a.no_rights,
        as_of=a.end,
        usable=len(a.usable),
        programs=sum(j.program and j.usable for j in a.everyone),
        compared=len(a.compared),
        over=verdicts["over"],
        sees=verdicts["sees"],
        short=verdicts["short"],
        administrators=len(a.administrators),
        dormant_days=a.dormant_days,
        remarks=dict(remarks),
        after_leaving=len(a.used_after_leaving),
        login_unknown=a.login_unknown,
        matrix=matrix,
        widest=sum(a.granted(j) == LEVELS[-1] for j in a.usable),
        groups=groups,
        groups_left=groups - rows,
        kinds_left=kinds,
        rule=a.access.rule,
        notes=a.access.notes,
        evidence=a.evidence,
    )


# The matrix


def short(levels: Levels) -> str:
    """`UBU–`: how far creating, reading, updating and deleting reach; `?` where not known."""
    return joined("", ("?" if level is None else SHORT[level] for level in levels))


def _matrix(facts: Facts, a: Accounts, alone: bool) -> tuple[s.Heat, int, int, int] | None:
    """Groups of accounts with the same rights × kinds of record, and what was left out.

    The darkest step is a level of everything for some letter: the widest
    letter decides. Those with the widest rights come first.
    """
    groups: dict[str, list[Judged]] = {}
    for j in a.usable:
        groups.setdefault(j.holding.id if j.holding else "", []).append(j)
    kinds, left = _columns(a)
    if not groups or not kinds:
        return None
    found = []
    if not alone:
        others = [members for members in groups.values() if len(members) == 1]
        groups = {held: members for held, members in groups.items() if len(members) > 1}
        if len(others) > 1:
            held_by = [members[0].holding for members in others]
            widest = [_widest([a.levels_over(h, k) for h in held_by]) for k in kinds]
            who = msg("others: {who}", who=counted(len(others), "account"))
            found.append((1, who, widest))
    for members in groups.values():
        held = members[0].holding
        # Rights to kinds that are not drawn weigh as much.
        every = (x for k in a.judged_kinds for x in a.levels(held, k) if x)
        weight = sum(map(LEVELS.index, every))
        found.append((-weight, _who(a, members), [a.levels_over(held, k) for k in kinds]))
    found.sort(key=lambda f: (f[0], f[1]))
    entity = facts.workspace.entity
    heads = [entity[k.entity].label if k.entity in entity else k.object for k, *_ in kinds]
    cells = tuple(tuple(_cell(x) for x in levels) for _, _, levels in found[:ROWS])
    rows = tuple(who for _, who, _ in found[:ROWS])
    heat = s.Heat(rows, tuple(heads), cells, "Accounts with the same rights")
    return heat, len(found), len(rows), left


def _columns(a: Accounts) -> tuple[tuple[tuple[Kind, ...], ...], int]:
    """The kinds of record of each entity, those on which most accounts hold most; and the rest."""
    of: dict[str, list[Kind]] = {}
    for k in a.judged_kinds:
        of.setdefault(k.entity or k.object, []).append(k)
    holders = Counter(j.holding.id for j in a.usable if j.holding)
    reach: Counter[str] = Counter()
    for holding in a.access.holdings:
        for name, kinds in of.items():
            levels = (LEVELS.index(x) for x in a.levels_over(holding, kinds) if x)
            reach[name] += holders[holding.id] * sum(levels)
    chosen = sorted(of, key=lambda n: (-reach[n], n))[:COLUMNS]
    return tuple(tuple(of[n]) for n in chosen), len(of) - len(chosen)


def _widest(found: Iterable[Levels]) -> Levels:
    """Of each letter the widest level that one of them has."""
    create, read, update, delete = (
        max((x for x in letter if x is not None), key=LEVELS.index, default=None)
        for letter in zip(*found, strict=True)
    )
    return create, read, update, delete


def _cell(levels: Levels) -> s.HeatCell:
    known = [x for x in levels if x is not None]
    if not known:
        return s.HeatCell(None)
    widest = max(LEVELS.index(x) for x in known)
    return s.HeatCell(widest / (len(LEVELS) - 1), short(levels), widest == len(LEVELS) - 1)


def _who(a: Accounts, members: Sequence[Judged]) -> str:
    """`Case Worker: 12 accounts`; of one account its pseudonym."""
    names = {r.id: r.name or r.id for r in a.access.roles}
    if all(j.administrator for j in members):
        by = msg("administrator")
    else:
        roles = dict.fromkeys(names.get(r, r) for j in members for r in j.account.roles)
        by = listed(sorted(roles), 2) or msg("no role")
    who = members[0].name if len(members) == 1 else counted(len(members), "account")
    return msg("{by}: {who}", by=by, who=who)


# Changes and loss


def loss_part(facts: Facts) -> LossPart | None:
    """None where no system's history of changes was asked for."""
    found, known = facts.governance.changes, facts.workspace.system
    if not found:
        return None
    masters = [t for x in found.values() for t in x.trails if t.master]
    entity = facts.workspace.entity
    none_kept: dict[str, list[str]] = {}
    for x, losses in found.items():
        for trail in losses.trails:
            if trail.on is False:
                label = entity[trail.entity].label if trail.entity in entity else trail.entity
                none_kept.setdefault(known[x].name, []).append(label)
    kept = [t for t in masters if t.on]
    return LossPart(
        systems=tuple(known[x].name for x in found),
        told=tuple(known[x].name for x in found if not found[x].cannot),
        none_kept=tuple((name, tuple(kinds)) for name, kinds in none_kept.items()),
        masters=len(masters),
        kept=len(kept),
        unknown=sum(t.on is None for t in masters),
        old_values=sum(t.keeps_old is True for t in kept),
        gone=sum(k.gone or 0 for x in found.values() for k in x.gone),
        replaced=sum(o.imports for x in found.values() for o in x.imported),
        silent=tuple((known[x].name, found[x].cannot) for x in found if found[x].cannot),
        evidence=_few(i for x in found.values() for i in x.evidence),
    )


def _few(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))[:6]
