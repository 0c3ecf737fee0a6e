"""Rules found: every module of this package, and the entry points `crmaudit.rules`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from crmaudit.errors import CrmauditError
from crmaudit.messages import joined, msg
from crmaudit.rules.base import ROOMS, SEVERITIES, Rule

_NAME = re.compile(r"([a-z]{3})(\d{3})_\w+$")
_SECTIONS = ("Why", "Fix", "Bad", "Good")


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules, in the order of their codes.

    A package of somebody else names its modules in the entry-point group
    `crmaudit.rules`; each is read like one of our own.
    """
    import crmaudit.rules as package

    modules = [
        importlib.import_module(f"{package.__name__}.{m.name}")
        for m in pkgutil.iter_modules(package.__path__)
        if _NAME.fullmatch(m.name)
    ]
    modules += [entry.load() for entry in entry_points(group="crmaudit.rules")]
    rules: dict[str, Rule] = {}
    for module in modules:
        found = read_rule(module)
        if found.code in rules:
            raise CrmauditError(
                f"two rules share the code {found.code}: "
                f"{rules[found.code].module} and {found.module}",
                "remove one of the two packages",
            )
        rules[found.code] = found
    return tuple(rules[c] for c in sorted(rules))


@cache
def _by_code() -> dict[str, Rule]:
    return {r.code: r for r in all_rules()}


def rule(code: str) -> Rule:
    """The rule of that code, in either case; CrmauditError where there is none."""
    wanted = code.strip().upper()
    known = _by_code()
    if wanted in known:
        return known[wanted]
    import difflib

    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    hint = (
        msg("did you mean {close}?", close=joined(", ", close))
        if close
        else msg("`crmaudit explain` lists all codes")
    )
    raise CrmauditError(f"there is no rule {code!r}", hint)


def read_rule(module: ModuleType) -> Rule:
    """The rule that a module defines.

    Raises ValueError where the module breaks the contract: that is its
    author's mistake, met by the tests.
    """
    name = module.__name__.rsplit(".", 1)[-1]
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name}: a rule's module is named like inv101_no_owner")
    code = (match[1] + match[2]).upper()
    if code[:3] not in ROOMS:
        raise ValueError(f"{name}: {code[:3]} is none of {', '.join(ROOMS)}")
    title, sections = _sections(inspect.getdoc(module) or "", name)
    if module.severity not in SEVERITIES:
        raise ValueError(f"{name}: severity {module.severity!r}")
    parameters = {
        p.name: p.default for p in list(inspect.signature(module.check).parameters.values())[1:]
    }
    return Rule(
        code=code,
        title=msg(title),
        severity=module.severity,
        topic=module.topic,
        initiative=module.initiative,
        why=sections["Why"],
        fix=sections["Fix"],
        bad=sections["Bad"],
        good=sections["Good"],
        parameters=parameters,
        check=module.check,
        module=module.__name__,
    )


def _sections(doc: str, name: str) -> tuple[str, dict[str, str]]:
    title, _, rest = doc.partition("\n")
    parts = re.split(r"^## (\w+)\n", rest, flags=re.MULTILINE)
    sections = {parts[i]: parts[i + 1].strip() for i in range(1, len(parts), 2)}
    missing = [s for s in _SECTIONS if not sections.get(s)]
    if missing or not title.strip():
        raise ValueError(f"{name}: the docstring lacks {', '.join(missing) or 'a title'}")
    return title.strip().rstrip("."), sections
