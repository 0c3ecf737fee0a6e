"""Writes the generated parts of the documentation out of the program itself.

`python docs/generate.py` writes them; with `--check` it writes nothing and
exits with 1 where one differs. The same program always gives the same text.

rules.md      from the rules' docstrings
cli.md        from the command line
report.schema.json  from the classes of the report's block tree
templates.md, products.md  the parts between `<!-- generated: NAME -->` and `<!-- end -->`
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from crmaudit.cli.app import app
from crmaudit.quality.products import NOT_VERIFIED, ProductMap, shipped_maps
from crmaudit.report import (
    codec,
    context,
    extraction_parts,
    functions,
    people,
    plan_context,
    since_model,
    target_parts,
)
from crmaudit.report.sections import find_sections
from crmaudit.report.tables import TABLES
from crmaudit.rules import Rule, all_rules
from crmaudit.rules.base import ROOMS

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py: change the program, then run `make docs`. -->"
_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    texts = generated()
    stale = [name for name, text in texts.items() if _read(name) != text]
    if "--check" in arguments:
        for name in stale:
            print(f"docs/{name} is not up to date: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(texts[name], encoding="utf-8", newline="\n")
        print(f"written: docs/{name}")
    return 0


def generated() -> dict[str, str]:
    """Every generated file as it should be."""
    filled = {name: _filled(name) for name in ("templates.md", "products.md")}
    schema = json.dumps(codec.json_schema(), ensure_ascii=False, indent=1) + "\n"
    return {"rules.md": rules(), "cli.md": cli(), "report.schema.json": schema, **filled}


def _read(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _filled(name: str) -> str:
    return _PART.sub(lambda m: f"{m[1]}{PARTS[m[2]]().strip()}\n{m[3]}", _read(name))


# Rules


def own_rules() -> list[Rule]:
    """The rules that come with crmaudit, whatever else is installed."""
    return [r for r in all_rules() if r.module.startswith("crmaudit.rules.")]


def rules() -> str:
    found = own_rules()
    parts = [NOTE, "# Rules", _RULES_INTRO.format(n=len(found))]
    for room in ROOMS.values():
        mine = [r for r in found if r.room == room]
        rows = [(f"[{r.code}](#{r.code.lower()})", r.severity, r.title) for r in mine]
        parts += [f"## {room[0].upper()}{room[1:]}", _table(("Code", "Severity", "Finds"), rows)]
        parts += map(_rule, mine)
    return "\n\n".join(parts) + "\n"


_RULES_INTRO = """A rule asks one question of the facts and answers with findings. There are {n}.
`crmaudit explain CODE` shows the same text in the terminal.

*Severity* says how much harm follows; a rule may raise or lower it for a single finding. *Serves*
names the part of the audit the rule belongs to. *Initiative* is the group of the plan that its
findings go to. Parameters are set in `audit.yaml`, under `rules:` and `parameters:`.

*Bad* and *Good* are small workspaces. The tests run each of them: Bad gives a finding, Good gives
none. A block named `evidence` stands for what a database showed."""


def _rule(rule: Rule) -> str:
    told = [
        f"### {rule.code}",
        f"**{rule.title}.**",
        f"Severity {rule.severity} · serves *{rule.topic}* · initiative `{rule.initiative}`",
    ]
    if rule.parameters:
        rows = [(f"`{name}`", f"`{value}`") for name, value in rule.parameters.items()]
        told.append(_table(("Parameter", "Default"), rows))
    for title, text in (("Why", rule.why), ("Fix", rule.fix)):
        told += [f"*{title}.* {text}"]
    for title, text in (("Bad", rule.bad), ("Good", rule.good)):
        told += [f"*{title}*", _named_fences(text)]
    return "\n\n".join(told)


def _named_fences(text: str) -> str:
    """The file's name stands above its block: renderers hide what follows the language."""
    named = re.sub(r"^```(\w+) +(\S+)$", r"`\2`\n\n```\1", text, flags=re.MULTILINE)
    return re.sub(r"^```\n`", "```\n\n`", named, flags=re.MULTILINE)


# Command line


def cli() -> str:
    root = typer.main.get_command(app)
    parts = [NOTE, "# Commands", _CLI_INTRO]
    parts += _commands(root, root.make_context("crmaudit", [], resilient_parsing=True))
    return "\n\n".join(parts) + "\n"


_CLI_INTRO = """Every command answers `--help` with what stands here.

`-w` names the workspace, the folder with `audit.yaml`. Without it, the nearest one upwards from
the current folder is taken. `--format json` and `--format csv` give the data behind a view; JSON
carries a schema version. `-o` writes to a file instead of the terminal. Data go to standard
output, progress and messages to standard error.

| Exit code | Means |
|---:|---|
| 0 | clean |
| 1 | findings at or above `--fail-on` |
| 2 | something that you can mend: input, or a collection of which a part failed |
| 3 | a fault in crmaudit |
| 130 | interrupted; what was finished is kept |"""


def _commands(command: Any, ctx: Any, level: int = 2) -> Iterator[str]:
    """A command and those below it, each with its usage, arguments and options."""
    yield f"{'#' * level} {ctx.command_path}"
    yield " ".join(inspect.cleandoc(command.help or "").split())
    yield f"```text\n{' '.join([ctx.command_path, *command.collect_usage_pieces(ctx)])}\n```"
    rows: dict[str, list[tuple[str, ...]]] = {"argument": [], "option": []}
    for param in command.params:
        record = param.get_help_record(ctx)
        if record is not None:
            rows[param.param_type_name].append((f"`{record[0]}`", " ".join(record[1].split())))
    for kind, found in rows.items():
        if found:
            yield _table((kind.capitalize(), "Meaning"), found)
    for name, child in getattr(command, "commands", {}).items():
        inner = child.make_context(name, [], parent=ctx, resilient_parsing=True)
        yield from _commands(child, inner, 2 if ctx.parent is None else 3)


# Templates


def context_tables() -> str:
    """One table for every dataclass of the context, the whole first."""
    modules = (context, people, plan_context, extraction_parts, target_parts, since_model)
    trees = [ast.parse(inspect.getsource(m)) for m in modules]
    classes = [n for tree in trees for n in tree.body if isinstance(n, ast.ClassDef)]
    classes.sort(key=lambda c: c.name != "ReportContext")
    return "\n\n".join(_context_class(c) for c in classes)


def _context_class(node: ast.ClassDef) -> str:
    rows = []
    for here, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not (isinstance(here, ast.AnnAssign) and isinstance(here.target, ast.Name)):
            continue
        text = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            text = " ".join(str(after.value.value).split())
        rows.append((f"`{here.target.id}`", f"`{ast.unparse(here.annotation)}`", text))
    about = " ".join((ast.get_docstring(node) or "").split())
    return f"### {node.name}\n\n{about}\n\n{_table(('Field', 'Type', 'Meaning'), rows)}"


def table_names() -> str:
    rows = [(f"`tables.{name}`", _first_line(made)) for name, made in TABLES.items()]
    return _table(("Table", "Shows"), rows)


def function_table() -> str:
    return _doc_table(inspect.getdoc(functions) or "")


def filter_table() -> str:
    """Each example of a filter holds a bar, which a table has to escape."""
    rows = []
    for line in _doc_table(inspect.getdoc(functions.filters) or "").splitlines()[2:]:
        call, _, gives = line.strip("| ").rpartition(" | ")
        rows.append((call, gives))
    return _table(("Filter", "Gives"), rows)


def _doc_table(doc: str) -> str:
    return "\n".join(line for line in doc.splitlines() if line.startswith("|"))


def section_table() -> str:
    """The shipped sections in their order, with what each requires."""
    rows = [
        (f"`{s.path.name}`", f"`{s.id}`", s.title, ", ".join(f"`{k}`" for k in s.requires) or "–")
        for s in find_sections("en")
    ]
    return _table(("File", "Id", "Title", "Requires"), rows)


def product_pages() -> str:
    """The products at a glance, then each with what its map knows and does not."""
    # Those that come with crmaudit, whatever else is installed.
    maps = shipped_maps()
    rows = [
        (
            f"[{m.name}](#{_anchor(m.name)})",
            m.versions,
            _entities(m, ", "),
            "tried on live data" if m.verified_on_data else NOT_VERIFIED,
        )
        for m in maps
    ]
    head = ("Product", "Versions", "Entities", "Proven")
    return "\n\n".join(["## The maps", _table(head, rows), *map(_product, maps)])


def _product(m: ProductMap) -> str:
    checked = [(c.version, c.source, f"`{c.commit[:12]}`", c.licence) for c in m.checked_against]
    tables = len({row.table for row in m.tables})
    relations = len(m.references) + len(m.polymorphic)
    knows = [
        f"{tables} tables with their entities, {relations} references and polymorphic pairs",
        *(["accounts"] if m.users else []),
        *(["access rights"] if any(m.access.model_dump().values()) else []),
        *(["sessions"] if m.sessions else []),
        *(["a history of changes"] if m.history else []),
        *(["when dashboards or reports were last opened"] if m.dashboards else []),
        *(["custom fields"] if m.custom_fields.columns or m.custom_fields.tables else []),
        *(["dictionaries"] if any(d.relation for d in m.dictionary) else []),
    ]
    parts = [f"### {m.name}", f"Versions: {m.versions}."]
    if m.form:
        parts.append(f"It is read from {m.form.strip()}.")
    parts += [
        f"The map knows {', '.join(knows)}. It does not know:",
        "\n".join(f"- {text}" for text in m.does_not_know),
        "Checked against:",
        _table(("Version", "Source", "Commit", "Licence"), checked),
    ]
    return "\n\n".join(parts)


def _entities(m: ProductMap, between: str) -> str:
    found = {row.entity for row in m.tables if row.entity and row.role == "primary"}
    return between.join(sorted(found))


def _anchor(head: str) -> str:
    return re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")


PARTS: dict[str, Callable[[], str]] = {
    "products": product_pages,
    "context": context_tables,
    "tables": table_names,
    "functions": function_table,
    "filters": filter_table,
    "sections": section_table,
}


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(_cell(c) for c in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\\|", "|").replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
