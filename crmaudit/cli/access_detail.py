"""`governance access` in detail: the matrix, one account, who may what, one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rich.text import Text

from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, View, dash
from crmaudit.errors import CrmauditError
from crmaudit.evidence.access import LEVELS, Levels
from crmaudit.evidence.use import LETTERS
from crmaudit.governance.accounts import Accounts, Judged, Kind
from crmaudit.governance.accounts_sight import Belongs, belongs_to, source_names, who_sees

if TYPE_CHECKING:
    from crmaudit.audit import Audit

_SHORT = dict(zip(LEVELS, "·UBPO", strict=True))
_STYLES = {"O": "alarm", "P": "medium", "B": "", "U": "good", "·": "quiet"}
_LEGEND = (
    "each cell: create, read, update, delete; · none, U own records, B the unit's, P those of "
    "units below, O all, ? not known"
)
_MOST = 60
_VERBS = {"C": "create", "R": "read", "U": "update", "D": "delete"}


def short(levels: Levels) -> str:
    """`UBU·`."""
    return "".join("?" if level is None else _SHORT[level] for level in levels)


def _coloured(code: str) -> Text:
    text = Text()
    for c in code:
        text.append(c, style=_STYLES.get(c, "unknown"))
    return text


def _find_kinds(found: Audit, accounts: Accounts, said: str) -> tuple[Kind, ...]:
    """The kinds of record of an entity, or the one of the product's own word."""
    entity = found.workspace.entity
    wanted = said.casefold()
    chosen = tuple(
        k
        for k in accounts.kinds
        if wanted in (k.object.casefold(), k.table.casefold(), k.entity.casefold())
        or (k.entity in entity and entity[k.entity].label.casefold() == wanted)
    )
    if chosen:
        return chosen
    names = [*dict.fromkeys(k.entity for k in accounts.kinds if k.entity)]
    names += [k.object for k in accounts.kinds]
    close = get_close_matches(said, names, n=1)
    raise CrmauditError(
        f"no right speaks of {said!r}",
        f"did you mean {close[0]}?" if close else f"one of: {', '.join(names[:12])}",
    )


def of_unit(accounts: Accounts, said: str) -> frozenset[str]:
    """Names of accounts of a unit of the CRM, named by its name or id; of all without one."""
    if not said:
        return frozenset(j.name for j in accounts.everyone)
    units = accounts.access.units
    wanted = said.casefold()
    ids = {u.id for u in units if wanted in (u.id.casefold(), u.name.casefold())}
    if not ids:
        known = ", ".join(u.name or u.id for u in units[:12])
        raise CrmauditError(
            f"the CRM has no unit {said!r}", f"one of: {known}" if known else "it keeps no units"
        )
    return frozenset(j.name for j in accounts.everyone if j.account.unit in ids)


def _find(accounts: Accounts, said: str) -> Judged:
    found = accounts.by_name.get(said)
    if found is None:
        close = get_close_matches(said, accounts.by_name, n=1)
        raise CrmauditError(
            f"{accounts.system} has no account {said!r}; accounts go by their pseudonyms",
            f"did you mean {close[0]}?" if close else "crmaudit governance access",
        )
    return found


def _label(found: Audit, kind: Kind) -> str:
    entity = found.workspace.entity
    return entity[kind.entity].label if kind.entity in entity else kind.entity or kind.object


def _labels(found: Audit, kinds: Sequence[Kind]) -> dict[str, str]:
    """By the product's word; kinds of one entity by that word, so that each can be told."""
    labels = {k.object: _label(found, k) for k in kinds}
    homes = Counter(labels.values())
    return {o: label if homes[label] == 1 else o for o, label in labels.items()}


def _heading(label: str, most: int = 9) -> str:
    """A name cut to the width of a column: `Event registration` → `Even.regi`."""
    if len(label) <= most:
        return label
    words = label.split()
    return f"{words[0][:4]}.{words[-1][:4]}" if len(words) > 1 else f"{label[: most - 1]}…"


# The matrix


def matrix_view(found: Audit, accounts: Accounts, entity: str, unit: str) -> View:
    """Groups of accounts with the same rights by entity."""
    _need_rights(accounts)
    kinds = _find_kinds(found, accounts, entity) if entity else accounts.judged_kinds
    wanted = of_unit(accounts, unit)
    names, labels = source_names(accounts), _labels(found, kinds)
    groups: dict[str, list[Judged]] = {}
    for j in accounts.usable:
        if j.name in wanted:
            groups.setdefault(j.holding.id if j.holding else "", []).append(j)
    rows = []
    for members in groups.values():
        first = members[0]
        cells = {k.object: short(accounts.levels(first.holding, k)) for k in kinds}
        roles = sorted({names.get(r, r) for j in members for r in j.account.roles})
        who = members[0].name if len(members) == 1 else f"{len(members):,} accounts"
        rows.append(
            {
                "who": who,
                "roles": ["administrator"] if all(j.administrator for j in members) else roles,
                "accounts": sorted(j.name for j in members),
                "beyond": list(first.holding.beyond) if first.holding else [],
                **cells,
            }
        )
    order = {c: i for i, c in enumerate(["O", "P", "B", "U", "·", "?"])}
    rows.sort(key=lambda r: sum(order[c] for k in kinds for c in r[k.object]))
    columns = [
        Column("who", "Accounts"),
        Column("roles", "By", lambda v: dash(", ".join(v)), flex=True, least=16),
        *(
            Column(k.object, _heading(labels[k.object]), _coloured, rank=1 + i)
            for i, k in enumerate(kinds)
        ),
    ]
    total = sum(len(m) for m in groups.values())
    name = found.workspace.system[accounts.system].name
    return View(
        kind="access-matrix",
        headline=f"{count(total, 'account')} of {name} with {count(len(rows), 'set')} of rights, "
        f"{count(len(kinds), 'kind')} of record",
        columns=columns,
        rows=rows,
        drawn=rows[:_MOST],
        notes=[
            *(
                [f"and {len(rows) - _MOST:,} more; --format csv has all"]
                if len(rows) > _MOST
                else []
            ),
            _LEGEND,
            *([f"rule: {accounts.access.rule}"] if accounts.access.rule else []),
        ],
        hint="crmaudit governance access --matrix --entity ENTITY · --unit UNIT",
        extra={"system": accounts.system, "kinds": [k.object for k in kinds]},
    )


def _need_rights(accounts: Accounts) -> None:
    if accounts.no_rights:
        raise CrmauditError(f"rights are not assessed: {accounts.no_rights}")


# One account


def account_view(found: Audit, accounts: Accounts, said: str) -> View:
    """What one account may do, and by which roles and teams."""
    j = _find(accounts, said)
    names, labels = source_names(accounts), _labels(found, accounts.kinds)
    rows: list[dict[str, Any]] = []
    for kind in accounts.kinds:
        held = accounts.held(j.holding, kind)
        levels = accounts.levels(j.holding, kind)
        why = dict.fromkeys(w for part in (held.why if held else ()) for w in part)
        rows.append(
            {
                "kind": kind.object,
                "entity": labels[kind.object],
                **dict(zip(LETTERS, levels, strict=True)),
                "why": [names.get(w, w) for w in why],
            }
        )
    drawn, besides = list(rows), list[str]()
    for right in j.holding.beyond if j.holding else ():
        why_ = j.holding.why.get(right, ()) if j.holding else ()
        rows.append(
            {
                "kind": right,
                "entity": right,
                **dict.fromkeys(LETTERS, ""),
                "why": [names.get(w, w) for w in why_],
            }
        )
        # Of no kind of record: in the table its line would look empty.
        by = ", ".join(names.get(w, w) for w in why_ if w != right)
        besides.append(f"{right} ({by})" if by else str(right))
    a, units = j.account, {u.id: u.name or u.id for u in accounts.access.units}
    teams = {t.id: t.name or t.id for t in accounts.access.teams}
    told = [
        ("may besides", ", ".join(besides)),
        ("unit", units.get(a.unit, a.unit)),
        ("teams", ", ".join(teams.get(t, t) for t in a.teams)),
        ("roles", ", ".join(names.get(r, r) for r in a.roles)),
        ("licence", a.licence),
        ("can be used", {True: "yes", False: "no", None: "not told"}[a.active]),
        ("recommended", f"{j.advised[0]} ({j.advised[1]})" if j.advised else "╱ job not known"),
        ("remarks", "; ".join(_all_remarks(accounts, j))),
    ]
    notes = [f"{label}: {value}" for label, value in told if value]
    notes += list(j.holding.unknown) if j.holding else [f"╱ {accounts.access.cannot}"]
    return View(
        kind="access-account",
        headline=f"{j.name} of {found.workspace.system[accounts.system].name}",
        columns=[
            Column("entity", "Kind of record", flex=True, least=16),
            *(
                Column(x, _VERBS[x].capitalize(), lambda v: "?" if v is None else v, rank=r)
                for x, r in zip(LETTERS, (2, 0, 1, 0), strict=True)
            ),
            Column("why", "By", lambda v: dash(", ".join(v)), flex=True, rank=3),
        ],
        rows=rows,
        drawn=drawn,
        notes=notes,
        hint="crmaudit governance access --who ENTITY --letter D",
        extra={"system": accounts.system, "account": j.name},
    )


def _all_remarks(accounts: Accounts, j: Judged) -> list[str]:
    return [*accounts.remarks(j), *(j.account.signs if not j.program else ())]


# Who may


def who_view(found: Audit, accounts: Accounts, said: str, letter: str) -> View:
    """Which accounts may do something with an entity, how far, and by which roles."""
    _need_rights(accounts)
    letter = letter.upper()
    if letter not in LETTERS:
        raise CrmauditError(f"{letter!r} is no letter of CRUD", "--letter C, R, U or D")
    kinds = _find_kinds(found, accounts, said)
    names, place = source_names(accounts), LETTERS.index(letter)
    rows = []
    unknown = 0
    for j in accounts.everyone:
        if not j.usable:
            continue
        told = [(accounts.levels(j.holding, k)[place], k) for k in kinds]
        known = [(level, k) for level, k in told if level is not None]
        unknown += len(known) < len(told)
        if not known:
            continue
        level, kind = max(known, key=lambda x: LEVELS.index(x[0]))
        if level == "None":
            continue
        held = accounts.held(j.holding, kind)
        why = held.why[place] if held else ()
        rows.append(
            {
                "account": j.name,
                "level": level,
                "why": [names.get(w, w) for w in why],
                "program": j.program,
                "recommended": j.advised[0] if j.advised else None,
            }
        )
    rows.sort(key=lambda r: (-LEVELS.index(r["level"]), r["account"]))
    label = _label(found, kinds[0])
    by_level = ", ".join(
        f"{n} {level}"
        for level in reversed(LEVELS[1:])
        if (n := sum(r["level"] == level for r in rows))
    )
    return View(
        kind="access-who",
        headline=f"{count(len(rows), 'account')} may {_VERBS[letter]} {label}"
        + (f": {by_level}" if by_level else ""),
        columns=[
            Column("account", "Account"),
            Column("level", "How far"),
            Column("why", "By", lambda v: dash(", ".join(v)), flex=True),
            Column("recommended", "Recommended", dash, rank=1),
            Column("program", "", lambda v: "program" if v else "", rank=2),
        ],
        rows=rows,
        drawn=rows[:_MOST],
        notes=[
            *([f"and {len(rows) - _MOST} more; --format csv has all"] if len(rows) > _MOST else []),
            *([f"╱ of {count(unknown, 'account')} it is not known"] if unknown else []),
        ],
        hint=f"crmaudit governance access --record-of ACCOUNT --entity {kinds[0].object}",
        extra={"system": accounts.system, "letter": letter},
    )


# One record


def record_view(found: Audit, accounts: Accounts, said: str) -> View:
    """Who can see a record of the source, whose owner is read anew."""
    from crmaudit.collect.seeing import whose

    place, _, key = said.partition(":")
    table = place.partition(".")[2]
    if not table or not key:
        raise CrmauditError(f"{said!r} names no record", "SYSTEM.TABLE:KEY, like crm.contacts:17")
    _need_rights(accounts)
    seen = whose(found.facts, accounts, table, key)
    kind = next((k for k in accounts.kinds if k.table == seen.table), None)
    if kind is None:
        raise CrmauditError(
            f"no right speaks of {seen.table}", "crmaudit governance access --matrix"
        )
    what = f"the record of {kind.object}"
    return _sight_view(found, accounts, kind, seen.belongs, seen.notes, what)


def record_of_view(found: Audit, accounts: Accounts, owner: str, entity: str) -> View:
    """Who can see a record that an account owns, by the evidence alone."""
    _need_rights(accounts)
    if not entity:
        raise CrmauditError("--record-of needs to know what kind of record", "--entity ENTITY")
    kind = _find_kinds(found, accounts, entity)[0]
    belongs = belongs_to(accounts, _find(accounts, owner).name)
    told = ("teams and sharing of single records are not looked at: --record does",)
    return _sight_view(found, accounts, kind, belongs, told, f"a record of {kind.object}")


def _sight_view(
    found: Audit,
    accounts: Accounts,
    kind: Kind,
    belongs: Belongs,
    told: Sequence[str],
    what: str,
) -> View:
    sights = who_sees(accounts, kind, belongs)
    rows = [
        {
            "account": s.name,
            "may": "".join(s.letters),
            "perhaps": s.open,
            "level": s.level,
            "why": s.why,
            "by": list(s.by),
        }
        for s in sights
    ]
    can = sum("R" in s.letters for s in sights)
    open_ = sum("R" in s.open for s in sights)
    units = {u.id: u.name or u.id for u in accounts.access.units}
    owner = belongs.owner or "nobody"
    unit = f", {units.get(belongs.unit, belongs.unit)}" if belongs.unit else ""
    whole = sum(j.usable for j in accounts.everyone)
    perhaps = f", {open_} perhaps" if open_ else ""
    made = "" if belongs.owner else " and ".join(sorted(belongs.also))
    whose = f"owned by {owner}{unit}" if belongs.owner_known else "whose owner is not known"
    whose += f", made by {made}" if made else ""
    return View(
        kind="access-record",
        headline=f"{can} of {count(whole, 'account')} can see {what} {whose}{perhaps}",
        columns=[
            Column("account", "Account"),
            Column("may", "May", _letters, whole=True),
            Column("why", "Why", flex=True),
            Column("by", "By", lambda v: dash(", ".join(v)), flex=True, rank=1),
            Column("level", "Level", dash, rank=2),
        ],
        rows=rows,
        drawn=rows[:_MOST],
        notes=[
            *([f"and {len(rows) - _MOST} more; --format csv has all"] if len(rows) > _MOST else []),
            *told,
            *accounts.access.notes,
        ],
        hint="crmaudit governance access --account ACCOUNT",
        extra={"system": accounts.system, "owner": belongs.owner, "unit": belongs.unit},
    )


def _letters(row: Any) -> str:
    return f"{row['may']}{''.join(f'{x}?' for x in row['perhaps'])}"
