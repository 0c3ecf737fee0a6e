"""`governance users`: user types, their duties, licences, and who answers for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, rate
from crmaudit.cli.view import Column, Format, View, dash, number, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.licences import LicenceUse

_STYLES = {"yes": "good", "partly": "medium", "no": "high", "not declared": "quiet"}

Raci = Annotated[
    bool, typer.Option("--raci", help="By entity: who does it, answers, is asked, is told.")
]
Duties = Annotated[
    bool, typer.Option("--duties", help="Duties of each user type, with what is known of them.")
]
Licences = Annotated[
    bool,
    typer.Option("--licences", help="Licences entitled, assigned and used, and a better mix."),
]
Types = Annotated[
    bool, typer.Option("--types", help="User types declared beside those that use suggests.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(users)


def users(
    raci: Raci = False,
    duties: Duties = False,
    licences: Licences = False,
    types: Types = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Units and their users by type; champion and CRM manager."""
    views = {"--raci": (raci, _raci), "--duties": (duties, _duties),
             "--licences": (licences, _licences), "--types": (types, _types)}  # fmt: skip
    asked = [name for name, (given, _) in views.items() if given]
    if len(asked) > 1:
        raise CrmauditError(f"{' and '.join(asked)} are different views", "ask for one")
    found = audit(workspace)
    show(views[asked[0]][1](found) if asked else _units(found), format_, output)


def _units(found: Audit) -> View:
    w, g = found.workspace, found.governance
    rows = []
    for unit in w.audit.units:
        members = [p for p in w.people.people if p.unit == unit.id]
        supers = [p.name for p in members if p.user_type == "super user"]
        rows.append(
            {
                "unit": unit.name,
                "key": unit in g.key_units,
                "staff": unit.staff,
                "super_users": supers,
                "custodians": sum(p.user_type == "data custodian" for p in members),
                "everyday": sum(p.user_type == "everyday user" for p in members),
            }
        )
    champions = ", ".join(p.name for p in g.of_type("system champion")) or "none named"
    managers = ", ".join(w.person_name(p) or "" for p in w.people.crm_managers) or "none named"
    met = [d.met for d in g.duties(found.facts.day)]
    return View(
        kind="users",
        headline=f"{count(len(w.people.people), 'person', 'people')} declared in "
        f"{count(len(rows), 'unit')}",
        columns=[
            Column("unit", "Unit", flex=True),
            Column("key", "Key", lambda v: "key" if v else "", rank=3),
            Column("staff", "Staff", dash, right=True, rank=2),
            Column("super_users", "Super users", lambda v: dash(", ".join(v)), flex=True),
            Column("custodians", "Custodians", right=True, rank=1),
            Column("everyday", "Everyday", right=True, rank=1),
        ],
        rows=rows,
        notes=[
            f"system champion: {champions}",
            f"CRM manager: {managers}",
            f"duties: {met.count('yes')} met, {met.count('partly')} partly, {met.count('no')} not, "
            f"{met.count('not declared')} not declared",
        ],
        hint="crmaudit governance users --duties · --licences · --types · --raci",
    )


def _duties(found: Audit) -> View:
    rows = [
        {"of": d.of, "duty": d.duty, "met": d.met, "told": d.told}
        for d in found.governance.duties(found.facts.day)
    ]
    fit = found.governance.manager_fit
    notes = []
    if fit is not None and fit.fits is not None:
        word = "fits the CRM's focus" if fit.fits else f"{fit.reason}; advised: {fit.advised}"
        notes.append(f"CRM manager: {word}")
    drawn = [
        {**r, "of": "" if i and rows[i - 1]["of"] == r["of"] else r["of"]}
        for i, r in enumerate(rows)
    ]
    return View(
        kind="duties",
        headline=f"{count(len(rows), 'duty', 'duties')} of user types and CRM manager, "
        f"{sum(r['met'] == 'yes' for r in rows)} met",
        columns=[
            Column("of", "Of"),
            Column("duty", "Duty", flex=True),
            Column("met", "Met", lambda v: Text(v, style=_STYLES[v])),
            Column("told", "By", flex=True),
        ],
        rows=rows,
        drawn=drawn,
        notes=notes,
        hint="crmaudit check --code GOV101,GOV104,GOV105,GOV168",
    )


def _raci(found: Audit) -> View:
    rows: list[dict[str, Any]] = [
        {
            "entity": r.label,
            "responsible": list(r.responsible),
            "accountable": list(r.accountable),
            "consulted": list(r.consulted),
            "informed": list(r.informed),
            "faults": list(r.faults),
            "declared": r.declared,
        }
        for r in found.governance.raci(found.facts.day)
    ]
    told = [r for r in rows if r["declared"]]

    def names(value: list[str]) -> str:
        return dash(", ".join(value))

    silent = len(rows) - len(told)
    return View(
        kind="raci",
        headline=f"who is responsible, of {len(told)} of "
        f"{count(len(rows), 'entity', 'entities')}; "
        f"{sum(bool(r['faults']) for r in told)} with a gap or contradiction",
        columns=[
            Column("entity", "Entity"),
            Column("responsible", "Responsible", names, flex=True, least=14),
            Column("accountable", "Accountable", names, flex=True, least=14),
            Column("consulted", "Consulted", names, flex=True, least=14, rank=2),
            Column("informed", "Informed", names, flex=True, least=14, rank=3),
            Column("faults", "Faults", names, flex=True, rank=1),
        ],
        rows=rows,
        drawn=told,
        notes=[f"╱ not assessed: {count(silent, 'entity', 'entities')} without raci:"]
        if silent
        else [],
        hint="crmaudit check --code GOV167",
    )


# Licences


def _licences(found: Audit) -> View:
    g, w = found.governance, found.workspace
    rows = [
        _licence(w.system[s].name, use)
        for s, uses in g.licence_uses(found.facts.day).items()
        for use in uses
    ]
    money = w.audit.currency

    def price(value: float | None) -> str:
        return "–" if value is None else f"{value:,.0f}"

    return View(
        kind="licences",
        headline=f"{count(len(rows), 'kind')} of licence",
        columns=[
            Column("system", "System", flex=True, least=10),
            Column("type", "Type"),
            Column("entitled", "Entitled", _declared, right=True),
            Column("assigned", "Assigned", _declared, right=True, rank=2),
            Column("holders", "In the CRM", number, right=True, rank=3),
            Column("came", "Came", number, right=True, rank=1),
            Column("peak", "At once", number, right=True),
            Column("idle", "Idle", number, right=True),
            Column("idle_cost", f"{money} a year", price, right=True, rank=1),
        ],
        rows=rows,
        notes=_licence_notes(found),
        hint="crmaudit explain GOV165",
        extra={"currency": money},
    )


def _declared(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _licence(system: str, use: LicenceUse) -> dict[str, Any]:
    idle = use.idle
    return {
        "system": system,
        "type": use.licence.type,
        "entitled": use.licence.entitled,
        "assigned": use.licence.assigned,
        "holders": use.holders,
        "came": use.came,
        "peak": use.peak,
        "idle": idle,
        "idle_cost": None if idle is None or use.cost is None else idle * use.cost,
    }


def _licence_notes(found: Audit) -> list[str]:
    from crmaudit.governance.adoption import Share
    from crmaudit.governance.adoption_told import small, words
    from crmaudit.governance.licences import MONTHS, better_mix, fits
    from crmaudit.governance.rate import too_few

    g, money = found.governance, found.workspace.audit.currency
    notes = [
        "in the CRM: accounts of people with it that can be used · came: with a trace in the last "
        f"90 days · at once: most in at one time in {MONTHS} months · idle: entitled beyond those "
        "needed (named: came, concurrent: at once)",
    ]
    uses = g.licence_uses(found.facts.day)
    for system, accounts in g.accounts(found.facts.day).items():
        name = found.workspace.system[system].name
        if accounts.cannot:
            notes.append(f"╱ {name}: {accounts.cannot}")
        if system not in uses:
            continue
        fit = fits(accounts, uses[system], g.lines.named_days)
        if fit is not None:
            told = [
                f"{words(share, small(share))} {what}"
                for share, what in (
                    (
                        Share(fit.occasional, fit.named),
                        f"named on fewer than {fit.days} days a month",
                    ),
                    (Share(fit.all_day, fit.shared), f"shared on {fit.days} and more"),
                )
                if share.part and not too_few(share.whole)
            ]
            if told:
                notes.append(f"{name}, over {fit.months} months: {'; '.join(told)}")
        mix = better_mix(accounts, uses[system], g.lines.named_days, g.lines.reserve)
        if mix is not None:
            word = f"saves about {mix.saving:,.0f} {money}" if mix.saving > 0 else "saves nothing"
            notes.append(
                f"{name}, a better mix: {mix.named} named and {mix.concurrent} concurrent (peak "
                f"{mix.peak} + {rate(g.lines.reserve)}) in place of {mix.now_named} and "
                f"{mix.now_concurrent}; {word} a year"
                + (
                    f"; {count(mix.unknown, 'account')} by days alone, as nobody said whose "
                    f"{'it is' if mix.unknown == 1 else 'they are'}"
                    if mix.unknown
                    else ""
                )
            )
    if not g.accounts(found.facts.day):
        notes.append("╱ use is not measured: nobody read the CRM's accounts")
    return notes


# Types


def _types(found: Audit) -> View:
    from crmaudit.governance.accounts_types import type_hints

    day, crm = found.facts.day, found.workspace.crm
    read = found.governance.accounts(day)
    accounts = read.get(crm.id) if crm else None
    hints = type_hints(accounts) if accounts and not accounts.cannot else ()
    rows = [
        {"declared": h.declared, "suggested": h.suggested, "accounts": h.accounts} for h in hints
    ]
    why = accounts.cannot if accounts else "nobody read the CRM's accounts"
    if not hints and not why:
        why = "the CRM does not tell when accounts are used"
    return View(
        kind="user-types",
        headline="user types declared, beside those that use suggests"
        if hints
        else "user types by use are not assessed",
        columns=[
            Column("declared", "Declared", lambda v: v or "not declared"),
            Column("suggested", "Used like", lambda v: "nobody" if v == "none" else str(v)),
            Column(
                "accounts",
                "Accounts",
                lambda v: "not told" if v is None else f"{v:,}",
                right=True,
            ),
        ],
        rows=rows,
        notes=["a hint for a talk, no finding about anybody; groups under five are not told"]
        if hints
        else [f"╱ not assessed: {why}"],
        hint="crmaudit governance users --licences",
    )
