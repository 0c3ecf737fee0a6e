"""What a language has to say: the patterns of all messages, and which of them it lacks.

    python docs/catalogue.py de          prints what German lacks, ready to be filled in

Patterns stand in the code as `msg("…")` and `counted(n, "system")`, fixed words
in the fields that a language tells as they stand (`languages.FIXED`). Words of
a fixed choice are listed here (`in_choices`). What remains is found by making
the report of the examples.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml

from crmaudit.report.languages import placeholders

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "crmaudit"
# Told in the terminal only.
ASIDE = ("cli", "collect", "exchange", "sheets", "sources", "store", "demo", "workspace")
NOUNS = {"counted": 1, "part_of": 2, "Count": 1}
"""Functions that are given a noun, and at which place."""
VERBS = ("_why", "chained", "say", "verb")
"""Functions all of whose texts are fixed words."""
_KEY = re.compile(r"\w+[_.]\w+|[A-Z]{3}|a4|us-letter")
"""A key of the workspace like `restore_test`, a code of rules and a size of paper are no words."""
_PATTERN = re.compile(r"\{[a-z_]\w*(:[^{}]*)?\}")
FIRST = ("Column", "KeyFigure", "gap", "make_table", "most", "table")
"""Functions whose first value is a fixed word."""
NOTE = 3
"""At which place `Given.table` is given its note."""
FIXED = ("alt", "caption", "detail", "note", "reason", "title", "unit")
ENDS = ("_name", "_text", "_names", "_ends")
"""Names of values, and of what they are put into, that are fixed words; `languages.FIXED`."""


def in_code(package: Path = PACKAGE) -> dict[str, str]:
    """Every pattern and noun (`one|many`) in the code → the file that says it."""
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name.split("/")[0] in ASIDE or "/collectors/" in name:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for text in _patterns(tree):
            found.setdefault(text, name)
        for node in ast.walk(tree):
            for text in _said(node, name) if isinstance(node, ast.Call) else _put(node, name):
                found.setdefault(text, name)
    return found


def _patterns(tree: ast.Module) -> Iterator[str]:
    """Texts with values in them, wherever they stand: which one is said may be chosen later."""
    prose = [n.value for n in ast.walk(tree) if isinstance(n, ast.Expr)]
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        pattern = " " in node.value and "\\" not in node.value and _PATTERN.search(node.value)
        if pattern and node not in prose and placeholders(node.value):
            yield node.value


def _put(node: ast.AST, place: str) -> Iterator[str]:
    """Fixed words that a report puts into a variable, a field or the `WORDS` of a drawing."""
    if not place.startswith("report/") or not isinstance(node, ast.Assign | ast.AnnAssign):
        return
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    name = getattr(target, "id", "").lower()
    if node.value is not None and (name in (*FIXED, "heads", "words") or name.endswith(ENDS)):
        yield from _texts(node.value)


def _said(call: ast.Call, place: str) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "msg" and call.args:
        yield from _texts(call.args[0])
    elif name in VERBS or (name == "map" and getattr(call.args[0], "id", "") == "say"):
        for each in call.args:
            yield from _texts(each)
    elif place.startswith("report/") and name not in NOUNS:
        if name in FIRST and call.args:
            yield from _texts(call.args[0])
        if name == "table" and len(call.args) > NOTE:
            yield from _texts(call.args[NOTE])
        for given in call.keywords:
            if given.arg and (given.arg in FIXED or given.arg.endswith(ENDS)):
                yield from _texts(given.value)
    if name in NOUNS and len(call.args) > NOUNS[name] and not place.startswith("standing/"):
        one = list(_texts(call.args[NOUNS[name]]))
        more = call.args[NOUNS[name] + 1 :] + [k.value for k in call.keywords if k.arg == "plural"]
        many = [t for a in more[:1] for t in _texts(a)]
        if len(one) == 1:
            yield f"{one[0]}|{many[0] if many else one[0] + 's'}"


def _texts(node: ast.expr) -> Iterator[str]:
    """The text of a constant; of a choice, or of several, that of each."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from _texts(each)
    elif isinstance(node, ast.Tuple | ast.List):
        for each in node.elts:
            yield from _texts(each.value if isinstance(each, ast.Starred) else each)


CHOICES = (
    *("rules.base:ROOMS", "rules.base:Severity", "strategy.risk:Level", "strategy.extraction:Band"),
    *("evidence.access:AccessLevel", "evidence.access:Beyond", "evidence.changes:Action"),
    *("evidence.fault:FaultKind", "evidence.keys:KeyBasis", "evidence.provenance:State"),
    *("crud_matrix.cell:Answer", "crud_matrix.cell:Origin", "crud_matrix.structure.hubs:Hub"),
    *("governance.accounts:Verdict", "governance.attitudes:ATTITUDES", "governance.duties:Met"),
    *("governance.three_duties:HeldBy", "governance.upkeep:State", "governance.users:LICENCE_OF"),
    *("governance.managers:Focus", "governance.maturity_criteria:CRITERIA.words"),
    *(
        "inventory.asking:Asked",
        "inventory.completeness:_NINE",
        "inventory.contracts:ContractState",
    ),
    *("inventory.documentation:PARTS", "inventory.fit:Future", "inventory.fit:_WAYS"),
    *("inventory.perceived:Direction", "inventory.lifecycle:Phase", "remembered.since:Fate"),
    *("report.specs:LIFE_MARKS", "report.specs_plan:WorkStatus", "report.tables.phases:BASES"),
    *("strategy.initiatives:TEMPLATES.title", "strategy.initiatives:TEMPLATES.goal"),
    *("strategy.initiatives:TEMPLATES.role", "strategy.initiatives:TEMPLATES.skills"),
    *("strategy.initiatives:TEMPLATES.rest", "strategy.initiatives:OTHER.title"),
    *("strategy.initiatives:OTHER.goal", "strategy.initiatives:OTHER.role"),
    *("strategy.target_model:FeedAction", "strategy.target_model:SystemAction"),
    "workspace.workspace:Workspace",
)
"""Choices that reports show a word of: types with literals, tables of words, fields of things."""
CAPITALS = (
    *("engine:FindingState", "governance.maturity:DIMENSIONS", "governance.upkeep:WORDS"),
    *("inventory.fit:Quadrant", "quality.counts:DIMENSIONS", "report.portfolio_cost:PARTS"),
    "workspace.weights:DEFAULTS",
)
"""Those whose words also stand alone, with a capital."""


def in_choices() -> dict[str, str]:
    """Words of the program's fixed choices → where they stand."""
    found: dict[str, str] = {}
    for place in (*CHOICES, *CAPITALS):
        module, _, path = place.partition(":")
        name, _, field = path.partition(".")
        thing = getattr(import_module(f"crmaudit.{module}"), name)
        if field:
            each = thing.values() if isinstance(thing, Mapping) else thing
            thing = [getattr(x, field) for x in (each if isinstance(each, Iterable) else [thing])]
        for word in _words(thing, set()):
            found.setdefault(word, module)
            if place in CAPITALS:
                found.setdefault(word[:1].upper() + word[1:], module)
    for many, one in import_module("crmaudit.strategy.benefit").ONE.items():
        found |= {many: "strategy.benefit", f"{one}|{many}": "strategy.benefit"}
    return found


def _words(thing: Any, seen: set[object]) -> Iterator[str]:
    """Texts of a literal, of a table of words, or of all literals in the fields of a model."""
    if isinstance(thing, str):
        yield thing
    elif get_origin(thing) is Literal:
        yield from (x for x in get_args(thing) if isinstance(x, str))
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _words(key, seen)
            yield from _words(value, seen)
    elif isinstance(thing, tuple | list | frozenset):
        for each in sorted(thing) if isinstance(thing, frozenset) else thing:
            yield from _words(each, seen)
    elif isinstance(thing, type):
        if thing not in seen and (is_dataclass(thing) or hasattr(thing, "model_fields")):
            seen.add(thing)
            for hint in get_type_hints(thing).values():
                yield from _words(hint, seen)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _words(getattr(thing, each.name), seen)
    else:
        for each in get_args(thing):
            if not isinstance(each, str):
                yield from _words(each, seen)


def in_rules() -> dict[str, str]:
    """Titles, reasons and remedies of all rules as the report prints them."""
    from crmaudit.report.text import counts, first_paragraph
    from crmaudit.rules import all_rules

    texts = ((r, t) for r in all_rules() for t in (r.title, r.why, r.fix))
    return {
        first_paragraph(text, counts(rule.parameters)): f"rules/{rule.code}" for rule, text in texts
    }


def in_reports(roots: Iterable[Path]) -> dict[str, str]:
    """What the reports of these workspaces ask a language for."""
    import crmaudit
    from crmaudit.report import blocks as b
    from crmaudit.report.compose import compose
    from crmaudit.report.languages import Language
    from crmaudit.report.numbers import LOCALES
    from crmaudit.report.sections import build

    found: dict[str, str] = {}
    for root in roots:
        audit = crmaudit.Audit(root)
        context = compose(audit.facts, audit.findings, audit.plan)
        words = Language("en", {}, {}, LOCALES["en"])
        given = {name: getattr(context, name) for name in context.__dataclass_fields__}
        build("T", b.Meta("O", None), given, words=words)
        found |= dict.fromkeys(sorted(words.lacking), root.name)
    return found


def lacking(code: str, roots: Iterable[Path] = ()) -> dict[str, str]:
    """What the language of that code lacks → where it is said."""
    from crmaudit.report import labels
    from crmaudit.report.languages import language, says_something
    from crmaudit.report.templates import Templates

    words = language(code, Templates())
    known = {*words.patterns, *words.nouns} if words else set()
    # What writers say is in the labels, which have a test of their own.
    known |= set(labels.load(Templates(), "en"))
    said = {**in_reports(roots), **in_choices(), **in_rules(), **in_code()}
    left = {t for t in said if t not in known and says_something(t) and not _KEY.fullmatch(t)}
    return {str(text): where for text, where in said.items() if text in left}


if __name__ == "__main__":
    left = lacking(sys.argv[1], sorted((ROOT / "examples").iterdir()))
    by_place: dict[str, list[str]] = {}
    for text, where in left.items():
        by_place.setdefault(where.split("/")[0], []).append(text)
    for place, texts in sorted(by_place.items()):
        print(f"# {place}: {len(texts)}")
        blank = {t: [t.split("|")[0], t.split("|")[1]] if "|" in t else t for t in sorted(texts)}
        print(yaml.safe_dump(blank, allow_unicode=True, width=10_000, sort_keys=False))
