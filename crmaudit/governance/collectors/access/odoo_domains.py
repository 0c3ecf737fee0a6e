"""Odoo's record rules: whose records a rule's condition (`domain_force`) lets one reach.

A domain is a Python list in Polish notation: `'|'`, `'&'` and `'!'` before
terms (field, operator, value), which may name the user and his companies. It
is parsed, never evaluated. What it reaches is told as an interval, from what
is sure to what is possible: a condition on values of the record (a state, a
kind) says nothing of owners, so between none and all.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmaudit.evidence.access import LEVELS, AccessLevel

NOBODY, USER, UNIT, EVERYBODY = 0, 1, 2, len(LEVELS) - 1
COMPANY = -1
"""Stands for how far an account's companies reach, which differs from one account to another."""
_LONGEST = 20_000
_OWN = frozenset({"=", "in", "=?"})
_FALSE = frozenset({"False", "None"})


@dataclass(frozen=True, slots=True)
class Reach:
    """From the level that is sure to the level that is possible, as places in `LEVELS`."""

    least: int
    most: int

    @property
    def level(self) -> AccessLevel | None:
        """The level, None where it is not sure. Own records with a condition are own records."""
        return LEVELS[self.most] if self.least == self.most or self.most <= USER else None


ALL = Reach(EVERYBODY, EVERYBODY)
ANYTHING = Reach(NOBODY, EVERYBODY)
_NOTHING = Reach(NOBODY, NOBODY)
_OWNER = Reach(USER, USER)
_NOBODYS = Reach(NOBODY, USER)
"""Records that belong to nobody: of interest only beside one's own."""
_COMPANYS = Reach(COMPANY, COMPANY)
_NO_COMPANY = Reach(NOBODY, COMPANY)


def both(parts: Sequence[Reach]) -> Reach:
    """All conditions hold: no further than the narrowest."""
    return Reach(min(p.least for p in parts), min(p.most for p in parts)) if parts else ALL


def either(parts: Sequence[Reach]) -> Reach:
    """One of the conditions holds: as far as the widest."""
    return Reach(max(p.least for p in parts), max(p.most for p in parts)) if parts else ALL


def reach(domain: str | None, company: Reach) -> Reach:
    """How far a domain reaches for one whose companies reach as far as `company`."""
    try:
        return _Reading(company).whole(domain)
    except RecursionError:
        return ANYTHING


class _Reading:
    def __init__(self, company: Reach) -> None:
        self._company = company

    def whole(self, domain: str | None) -> Reach:
        parts = _parsed(domain)
        if parts is None:
            return ANYTHING
        rest = list(parts)
        found = []
        while rest:
            one = self._next(rest)
            if one is None:
                return ANYTHING
            found.append(one)
        return both(found)

    def _next(self, rest: list[ast.expr]) -> Reach | None:
        """The next term with its operators; None where the notation is broken."""
        if not rest:
            return None
        first = rest.pop(0)
        if isinstance(first, ast.Constant) and first.value in ("|", "&", "!"):
            one = self._next(rest)
            if one is None:
                return None
            if first.value == "!":
                return _not(one)
            other = self._next(rest)
            if other is None:
                return None
            return (either if first.value == "|" else both)((one, other))
        return self._of_company(_term(first))

    def _of_company(self, one: Reach) -> Reach:
        least = self._company.least if one.least == COMPANY else one.least
        most = self._company.most if one.most == COMPANY else one.most
        return Reach(least, most)


def _not(one: Reach) -> Reach:
    sure = {ALL: _NOTHING, _NOTHING: ALL}
    return sure.get(one, ANYTHING)


@lru_cache(maxsize=4096)
def _parsed(domain: str | None) -> tuple[ast.expr, ...] | None:
    """The members of the list; None where it is none."""
    text = (domain or "").strip()
    if not text:
        return ()
    if len(text) > _LONGEST:
        return None
    try:
        return _members(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _members(node: ast.expr) -> tuple[ast.expr, ...] | None:
    if isinstance(node, ast.List):
        return tuple(node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _members(node.left), _members(node.right)
        return None if left is None or right is None else left + right
    return None


def _term(node: ast.expr) -> Reach:
    """What one term reaches, by what its value names."""
    if not isinstance(node, ast.Tuple | ast.List) or len(node.elts) != 3:
        return ANYTHING
    left, middle, value = node.elts
    if not isinstance(left, ast.Constant) or not isinstance(middle, ast.Constant):
        return ANYTHING
    operator = str(middle.value)
    if not isinstance(left.value, str):
        return _constant(left.value, operator, value)
    words = _words(value)
    if words is None:
        return ANYTHING
    return _of_words(left.value, operator, words)


def _constant(left: object, operator: str, value: ast.expr) -> Reach:
    """`(1, '=', 1)` holds for every record, `(0, '=', 1)` for none."""
    if not isinstance(value, ast.Constant) or operator not in ("=", "!="):
        return ANYTHING
    return ALL if (left == value.value) == (operator == "=") else _NOTHING


def _of_words(field: str, operator: str, words: frozenset[str]) -> Reach:
    if not words or words <= _FALSE:
        empty = bool(words) and operator in _OWN
        if empty and field.split(".")[-1] in ("user_id", "user_ids", "create_uid"):
            return _NOBODYS
        # Partners that have an account of their own are colleagues, of whatever company.
        everywhere = "company" in field or field == "partner_share"
        return _NO_COMPANY if empty and everywhere else ANYTHING
    named = words - _FALSE
    if all(_is_company(word) for word in named) and ("company" in field or field == "id"):
        return _COMPANYS if operator in (*_OWN, "parent_of", "child_of") else ANYTHING
    if operator not in _OWN or any(part in field for part in ("parent_id", "manager", "coach")):
        return ANYTHING
    return _OWNER if all(_is_user(word) for word in named) else ANYTHING


def _is_user(word: str) -> bool:
    """`user.id`, the user's own person or employee record, one of his teams."""
    path = word.split(".")
    ends = path[0] == "user" and path[-1] in ("id", "ids")
    inner = path[1:-1]
    one = not inner or inner[0] in ("partner_id", "employee_id", "employee_ids")
    team = bool(inner) and "team" in inner[0]
    return ends and len(inner) <= 1 and (one or team)


def _is_company(word: str) -> bool:
    """The companies that the user may work in: `company_ids`, `user.company_id.id`."""
    path = word.split(".")
    own = path[0] == "user" and path[1:2] in (["company_id"], ["company_ids"]) and len(path) == 3
    return word in ("company_ids", "company_id") or (own and path[-1] in ("id", "ids"))


def _words(value: ast.expr) -> frozenset[str] | None:
    """What a value names: `user.id`, `company_ids`; `False` and None. None for what is computed."""
    if isinstance(value, ast.Constant):
        return frozenset({str(value.value)} if value.value is False or value.value is None else ())
    if isinstance(value, ast.Name):
        return frozenset({value.id})
    if isinstance(value, ast.Attribute):
        inner = _words(value.value)
        single = next(iter(inner)) if inner and len(inner) == 1 else ""
        return frozenset({f"{single}.{value.attr}"}) if single else None
    parts: Sequence[ast.expr]
    if isinstance(value, ast.List | ast.Tuple):
        parts = value.elts
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        parts = (value.left, value.right)
    else:
        return None
    found = [_words(part) for part in parts]
    known = [f for f in found if f is not None]
    if len(known) < len(found) or (len(known) > 1 and not all(known)):
        return None
    return frozenset().union(*known)
