"""`inventory add` and `inventory rename`: dossiers kept by command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from crmaudit.cli.changing import agreed, can_ask, put_changed_lines, put_diff
from crmaudit.cli.dossier_form import Form
from crmaudit.cli.options import HERE, Workspace, audit
from crmaudit.cli.see_inventory import app
from crmaudit.cli.terminal import count, out, printable, put, put_note, say
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from rich.console import Console

    from crmaudit.workspace import Proposal
    from crmaudit.workspace import Workspace as Declared
    from crmaudit.workspace.adding import Addition
    from crmaudit.workspace.renaming import Renaming

_LINES, _MENTIONS = 3, 8

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show every line that changes.")]


@app.command("rename")
def rename(
    old: Annotated[
        str, typer.Argument(help="The system's id; of another thing `entity:ID`, `person:ID`…")
    ],
    new: Annotated[str, typer.Argument(help="The id that it is to have.")],
    yes: Yes = False,
    diff: Diff = False,
    workspace: Workspace = HERE,
) -> None:
    """Give a system another id, everywhere; shows its changes first."""
    from crmaudit.workspace.renaming import rename as renamed

    declared = audit(workspace).workspace
    kind, _, name = old.rpartition(":")
    found = renamed(declared, kind or "system", name, new)
    found.changes.check()
    console = out()
    _put_renaming(console, found, diff)
    if not agreed(f"rename {name} to {new} in {count(len(found.changes.files), 'file')}?", yes):
        return
    found.changes.write()
    told = f"{name} is {new} now, in {count(len(found.changes.files), 'file')}"
    console.print(Text(told, style="good"))
    hint = f"crmaudit inventory show {new}" if found.kind == "system" else "crmaudit validate"
    console.print(Text(hint, style="accent"))


def _put_renaming(console: Console, found: Renaming, diff: bool) -> None:
    changes, places = found.changes, found.references
    put_note(
        console,
        f"{found.kind} {found.old} → {found.new}: {count(sum(places.values()), 'reference')} in "
        f"{count(len(places), 'file')}",
        "head",
    )
    if diff:
        put_diff(console, changes)
    for change in changes.files if not diff else ():
        moved = f" → {PurePosixPath(change.moved_to).name}" if change.moved_to else ""
        many = count(places.get(change.name, 0), "reference")
        # Account names are shown nowhere unless they are asked for.
        hidden = change.name == "people.yaml"
        note = "; --diff shows them, account names included" if hidden else ""
        console.print(Text(f"{change.name}{moved}  ({many}{note})"), soft_wrap=True)
        if not hidden:
            put_changed_lines(console, change, _LINES)
    if found.mentions:
        many = count(len(found.mentions), "mention")
        put_note(console, f"left alone: {many} in comments and prose", "medium")
        for place in found.mentions[:_MENTIONS]:
            line = Text(f"  {place.file}:{place.line}  {printable(place.snippet.strip())}", "quiet")
            line.truncate(console.width, overflow="ellipsis")
            console.print(line, soft_wrap=True)
        if len(found.mentions) > _MENTIONS:
            put_note(console, f"  … and {len(found.mentions) - _MENTIONS} more")
    if found.kind == "system":
        put_note(console, f"evidence and history of {found.old} still count: it is kept as former")


@app.command("add")
def add(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Its id; without one, made of the name.")
    ] = "",
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    kind: Annotated[str, typer.Option(help="crm, billing, newsletter, spreadsheet…")] = "",
    vendor: Annotated[str, typer.Option(help="Who makes it.")] = "",
    description: Annotated[str, typer.Option(help="What it does, in a sentence or two.")] = "",
    business_owner: Annotated[
        str, typer.Option(help="Who answers for the content: a person's id or name.")
    ] = "",
    it_owner: Annotated[str, typer.Option(help="Who answers for the operation.")] = "",
    phase: Annotated[str, typer.Option(help="plan, phase-in, active, phase-out, retired.")] = "",
    hosting: Annotated[str, typer.Option(help="own, provider, cloud, desktop.")] = "",
    users: Annotated[str, typer.Option(help="How many people use it.")] = "",
    cost: Annotated[str, typer.Option(help="What it costs in a year: 12000, or 12000 USD.")] = "",
    cost_kind: Annotated[
        str, typer.Option(help="licence, maintenance, support, hosting, project, other.")
    ] = "licence",
    year: Annotated[str, typer.Option(help="The year of the cost.")] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="A database (URL, file, or folder of exports) to propose a map and entities from.",
        ),
    ] = "",
    schema_: Annotated[str, typer.Option("--schema", help="With --from: only this schema.")] = "",
    yes: Yes = False,
    diff: Diff = False,
    workspace: Workspace = HERE,
) -> None:
    """Add a system: a commented dossier of what is known; asks for what was not said."""
    from crmaudit.workspace.adding import add_system, suggested_id
    from crmaudit.workspace.proposal import ProposedSystem

    found = audit(workspace)
    declared = found.workspace
    given = {
        "name": name,
        "kind": kind,
        "vendor": vendor,
        "description": description,
        "owners.business": business_owner,
        "owners.it": it_owner,
        "lifecycle.phase": phase,
        "hosting": hosting,
        "users": users,
        "cost": cost,
        "year": year,
    }
    form = Form(declared, cost_kind, found.facts.day.year if found.facts.day else None)
    answers = {field: form.checked(field, text) for field, text in given.items() if text.strip()}
    asking = can_ask() and not yes
    if asking:
        say("Enter leaves a question open; Ctrl-C ends without writing anything.", "quiet")
        if not id_ and "name" not in answers:
            answers["name"] = form.ask("name", required=True)
        if not id_:
            id_ = form.ask("id", default=suggested_id(declared, answers["name"]), required=True)
        for field in form.questions(answers):
            answers[field] = form.ask(field)
    id_ = id_ or suggested_id(declared, answers.get("name", ""))
    if not id_:
        raise CrmauditError(
            "the system needs an id or a name", 'crmaudit inventory add crm --name "Our CRM"'
        )
    form.checked("id", id_)
    answers.setdefault("name", id_)
    proposal = _proposal(declared, from_, id_, schema_) if from_ else None
    part = proposal.system if proposal else None
    system = ProposedSystem(
        id_, answers["name"], part.url if part else "", part.schema if part else ""
    )
    addition = add_system(declared, system, dict(form.facts(answers)), proposal)
    addition.changes.check()
    console = out()
    _put_addition(console, system.id, form.shown(answers), addition, diff)
    files = count(len(addition.changes.files), "file")
    if not agreed(f"write {files}?", yes, default=True):
        return
    addition.changes.write()
    console.print(Text(f"{files} written", style="good"))
    hint = f"crmaudit collect {id_}" if from_ else f"crmaudit inventory show {id_}"
    console.print(Text(hint, style="accent"))


def _proposal(declared: Declared, source: str, id_: str, schema: str) -> Proposal:
    from crmaudit.cli.start import proposal_from
    from crmaudit.workspace import without_secret
    from crmaudit.workspace.scaffold import password_variable

    proposal = proposal_from(declared.root, source, id_, schema)
    if without_secret(proposal.system.url, id_) != proposal.system.url:
        say(
            f"the password is left out: the dossier reads it from the environment variable "
            f"{password_variable(id_)}; set that before you collect",
            "medium",
        )
    return proposal


def _put_addition(
    console: Console, id_: str, facts: Mapping[str, str], addition: Addition, diff: bool
) -> None:
    if diff:
        put_diff(console, addition.changes)
    else:
        put_note(console, f"{facts['name']} · {id_}", "head")
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="quiet", no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in facts.items():
            if label != "name":
                table.add_row(label, Text(printable(value)))
        put(console, table)
        for change in addition.changes.files:
            lines = len((change.new or "").splitlines()) - len((change.old or "").splitlines())
            what = "new" if change.old is None else f"{lines:+} lines"
            console.print(Text(f"{change.name}  ({what})"), soft_wrap=True)
    if addition.fresh:
        put_note(
            console,
            f"{count(len(addition.fresh), 'new entity', 'new entities')}, to be confirmed: "
            + ", ".join(addition.fresh),
            "none",
        )
    if addition.known:
        names = (new if new == old else f"{old} (as {new})" for old, new in addition.known)
        put_note(console, f"known already: {', '.join(names)}", "none")
