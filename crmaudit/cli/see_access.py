"""`governance access`: what accounts may do beside what their holders' jobs ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, rate
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.accounts import Accounts, Judged

_MOST = 40
"""Accounts drawn in a table; JSON and CSV have all."""
LEVELS = "levels: None < User < Business Unit < Parent: Child < Organizational"

System = Annotated[str, typer.Option("--system", help="Which system; else the CRM.")]
Matrix = Annotated[
    bool, typer.Option("--matrix", help="Accounts by entity: how far each letter reaches.")
]
Entity = Annotated[
    str, typer.Option("--entity", help="Of this entity only, or the product's kind of record.")
]
Unit = Annotated[str, typer.Option("--unit", help="Accounts of this unit of the CRM only.")]
Account = Annotated[
    str, typer.Option("--account", help="What this account may do, and by which roles.")
]
Who = Annotated[str, typer.Option("--who", help="Which accounts may do something with an entity.")]
Letter = Annotated[
    str, typer.Option("--letter", help="With --who: C, R, U or D.", show_default="R")
]
Record = Annotated[
    str,
    typer.Option(
        "--record",
        help="SYSTEM.TABLE:KEY: who can see this record, and why; its owner is read anew "
        "from the source, and the request recorded.",
    ),
]
RecordOf = Annotated[
    str,
    typer.Option("--record-of", help="With --entity: who can see a record that this account owns."),
]
Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal",
        help="Read the CRM's accounts again and show their logins; on a terminal only, recorded.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(access)


def access(
    system: System = "",
    matrix: Matrix = False,
    entity: Entity = "",
    unit: Unit = "",
    account: Account = "",
    who: Who = "",
    letter: Letter = "R",
    record: Record = "",
    record_of: RecordOf = "",
    reveal: Reveal = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Who may do what in the CRM, beside what is recommended; accounts by pseudonym."""
    from crmaudit.cli import access_detail as detail

    asked = [n for n, given in (("--matrix", matrix), ("--account", account), ("--who", who),
             ("--record", record), ("--record-of", record_of)) if given]  # fmt: skip
    if len(asked) > 1:
        raise CrmauditError(f"{' and '.join(asked)} are different questions", "ask one at a time")
    if reveal:
        from crmaudit.cli.quality_reveal import terminal_only

        terminal_only(format_, output)
    found = audit(workspace)
    if record and not system:
        system = record.partition(".")[0]
    accounts = chosen(found, system)
    if accounts is None or accounts.cannot:
        if asked or reveal:
            raise CrmauditError(_unread(found, accounts, system), "crmaudit collect --only access")
        show(_declared(found, accounts), format_, output)
        return
    if matrix:
        view = detail.matrix_view(found, accounts, entity, unit)
    elif account:
        view = detail.account_view(found, accounts, account)
    elif who:
        view = detail.who_view(found, accounts, who, letter)
    elif record:
        view = detail.record_view(found, accounts, record)
    elif record_of:
        view = detail.record_of_view(found, accounts, record_of, entity)
    else:
        view = _compared(found, accounts, entity, unit)
    if reveal:
        view = _with_logins(found, accounts, view, account)
    show(view, format_, output)


def chosen(found: Audit, system: str) -> Accounts | None:
    """The accounts of the system named, else of the CRM, else of the one that was read."""
    read = found.governance.accounts(found.facts.day)
    if system:
        return read.get(found.workspace.find_system(system).id)
    crm = found.workspace.crm
    if crm is not None and crm.id in read:
        return read[crm.id]
    return next(iter(read.values())) if len(read) == 1 else None


def _unread(found: Audit, accounts: Accounts | None, system: str) -> str:
    if accounts is not None:
        return f"not assessed: {accounts.cannot}"
    name = system or (found.workspace.crm.name if found.workspace.crm else "the CRM")
    return f"the accounts of {name} were not read"


# Where rights were read


def _compared(found: Audit, accounts: Accounts, entity: str, unit: str) -> View:
    from crmaudit.cli.access_detail import of_unit

    if entity:
        raise CrmauditError(
            "--entity goes with --matrix or --record-of",
            f"crmaudit governance access --who {entity}",
        )
    shown = of_unit(accounts, unit)
    rows = [_row(accounts, j) for j in accounts.usable if j.name in shown]
    rows.sort(key=lambda r: (-len(r["remarks"]), r["granted"] != "Organizational", r["account"]))
    drawn = [r for r in rows if r["remarks"]][:_MOST]
    name = found.workspace.system[accounts.system].name
    over = sum(r["verdict"] == "beyond the job" for r in rows)
    sees = sum(r["verdict"] == "sees beyond the job" for r in rows)
    short = sum(r["verdict"] == "short of the job" for r in rows)
    judged = sum(bool(r["verdict"]) for r in rows)
    told = f"{judged} of {count(len(rows), 'account')} of {name} compared with a job"
    return View(
        kind="access",
        headline=f"{told}: {over} may do more, {sees} see more, {short} see less"
        if not accounts.no_rights
        else f"{count(len(rows), 'account')} of {name}; rights not assessed",
        columns=[
            Column("account", "Account"),
            Column("granted", "Granted", dash),
            Column("recommended", "Recommended", dash, rank=1),
            Column("remarks", "Remarks", lambda v: "; ".join(v), flex=True),
            Column("last_login", "Last login", dash, rank=2),
        ],
        rows=rows,
        drawn=drawn,
        notes=_notes(found, accounts, rows, drawn),
        hint="crmaudit governance access --account ACCOUNT · --matrix · --who ENTITY",
        extra={
            "system": accounts.system,
            "as_of": str(accounts.end),
            "not_assessed": accounts.no_rights,
            "rule": accounts.access.rule,
        },
    )


def _row(accounts: Accounts, j: Judged) -> dict[str, Any]:
    verdict = accounts.verdict(j) or ""
    return {
        "account": j.name,
        "unit": j.account.unit or None,
        "granted": accounts.granted(j),
        "recommended": j.advised[0] if j.advised else None,
        "because": j.advised[1] if j.advised else None,
        "verdict": verdict,
        "remarks": [*([verdict] if verdict not in ("", "as recommended") else []),
                    *accounts.remarks(j)],
        "administrator": j.administrator,
        "last_login": f"{j.account.last_login:%Y-%m}" if j.account.last_login else None,
    }  # fmt: skip


def _notes(
    found: Audit, accounts: Accounts, rows: Sequence[Any], drawn: Sequence[Any]
) -> list[str]:
    notes = []
    remarked = sum(bool(r["remarks"]) for r in rows)
    if remarked > len(drawn):
        notes.append(f"and {count(remarked - len(drawn), 'account')} more; --format csv has all")
    plain = len(rows) - remarked
    if plain:
        notes.append(f"{count(plain, 'account')} without a remark are left out here")
    admins, usable = len(accounts.administrators), len(accounts.usable)
    if usable:
        programs = sum(j.program and j.usable and j.administrator for j in accounts.everyone)
        notes.append(
            f"administrators: {admins} of {usable} accounts of people ({rate(admins / usable)})"
            + (f", and {count(programs, 'program')}" if programs else "")
        )
    if accounts.no_rights:
        notes.append(f"╱ rights not assessed: {accounts.no_rights}")
    unknown = sum(j.advised is None for j in accounts.usable)
    if unknown:
        why = "people.yaml has no rank, or no account, of their holders"
        if accounts.system not in found.facts.governance.testified.linked:
            why = "whose they are can only be said with the key that they were collected with"
        notes.append(f"╱ {count(unknown, 'account')} not compared: {why}")
    if accounts.login_unknown:
        notes.append(
            f"╱ when {count(accounts.login_unknown, 'account')} were last used is not told"
        )
    notes += [f"rule: {accounts.access.rule}"] if accounts.access.rule else []
    notes += list(accounts.access.notes)
    notes.append(LEVELS)
    notes.append(_reading(found))
    return notes


def _reading(found: Audit) -> str:
    policy = found.workspace.audit.access_policy
    return (
        f"policy: employees {policy.employee}, who represents a function "
        f"{policy.represents_function}, who supervises {policy.supervisor}, department managers "
        f"{policy.department_manager}, executives {policy.executive}, overall administrators "
        f"{policy.administrator}; the practice's “Unit access” for most employees is read as User"
    )


def _with_logins(found: Audit, accounts: Accounts, view: View, on: str) -> View:
    from dataclasses import replace

    from crmaudit.cli.quality_reveal import SHOWN
    from crmaudit.cli.terminal import say
    from crmaudit.collect.reveal import reveal_accounts

    logins = reveal_accounts(found.workspace, accounts.access, on)
    say(SHOWN, "medium")
    if on:
        login = logins.get(on, "not there any more")
        return replace(view, headline=f"{view.headline} · {login}")
    drawn = view.rows if view.drawn is None else view.drawn
    if not any("account" in row for row in drawn):
        raise CrmauditError(
            "this view shows no single accounts", "--reveal goes with --account, --who or --record"
        )
    named = [{**r, "login": logins.get(r.get("account", ""), "")} for r in drawn]
    columns = [view.columns[0], Column("login", "Login", dash, flex=True), *view.columns[1:]]
    return replace(view, columns=columns, rows=named, drawn=named)


# Where they were not


def _declared(found: Audit, accounts: Accounts | None) -> View:
    checks = found.governance.access
    people = found.workspace.people.people
    pairs = sorted({(c.granted, c.recommended) for c in checks})
    rows = [
        {
            "granted": granted,
            "recommended": advised,
            "people": sum((c.granted, c.recommended) == (granted, advised) for c in checks),
            "verdict": next(
                "excess" if c.excess > 0 else "shortfall" if c.excess < 0 else "as recommended"
                for c in checks
                if (c.granted, c.recommended) == (granted, advised)
            ),
        }
        for granted, advised in pairs
    ]
    why = accounts.cannot if accounts else "nobody read the CRM's accounts"
    return View(
        kind="access",
        headline=f"granted against recommended access of {len(checks)} of "
        f"{count(len(people), 'person', 'people')} declared",
        columns=[
            Column("granted", "Granted"),
            Column("recommended", "Recommended"),
            Column("people", "People", right=True),
            Column("verdict", "Verdict"),
        ],
        rows=rows,
        notes=[
            f"╱ the CRM's own rights are not assessed: {why}",
            *(
                [LEVELS, _reading(found)]
                if rows
                else ["╱ not assessed: nobody has both granted: and rank: in people.yaml"]
            ),
        ],
        hint="crmaudit collect --only access",
        extra={"not_assessed": why},
    )
