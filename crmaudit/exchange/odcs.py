"""What the data contract exporter and importer agree on: checks as quality rules, and back.

By the Open Data Contract Standard 3.1 (bitol.io). It has metrics for missing,
invalid and repeated values and for the number of rows, and a place for
statements; what else crmaudit can check goes as a custom rule of the engine
`crmaudit`, which other tools skip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmaudit.workspace.answers import CHECKS, Expectation

API_VERSION = "v3.1.0"
KIND = "DataContract"
ENGINE = "crmaudit"
PROPERTY = "crmaudit"
"""The custom property of a rule with the keys of the expectation that ODCS has no place for."""

ENTITY = "crmauditEntity"
MEANING = "crmauditMeaning"

LOGICAL = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "time": "time",
}
STATUS = {
    "plan": "proposed",
    "phase-in": "draft",
    "active": "active",
    "phase-out": "deprecated",
    "retired": "retired",
}
ROLES = {"business": "Business owner", "it": "IT owner"}
"""Ours → what a member of the contract's team is called."""

_METRICS = {
    "required": "missingValues",
    "unique": "duplicateValues",
    "pattern": "invalidValues",
    "domain": "invalidValues",
}
_SAME = {"nullValues": "required", "missingValues": "required", "duplicateValues": "unique",
         # Names of 3.0, in which the key was called `rule`.
         "nullCheck": "required", "duplicateCount": "unique", "uniqueCheck": "unique"}  # fmt: skip
_INVALID = ("invalidValues", "validValuesCheck", "validValues")
_DIMENSIONS = {"validity": "conformity"}
_KEPT = ("id", "system", "entity", "table", "column", "where", "owner")

Rule = dict[str, Any]


class NotCarriedError(ValueError):
    """A rule that no expectation can say."""


def rules(expectation: Expectation) -> list[Rule]:
    """The quality rules that say the same."""
    e = expectation
    plain: list[Rule] = []
    own: dict[str, Any] = {}
    for check in CHECKS:
        value = getattr(e, check)
        if value is None or value is False or check.startswith("rows_at_"):
            continue
        if check == "sql":
            plain.append({"type": "sql", "query": value, **_allowed(e)})
        elif check in _METRICS and e.where is None:
            rule = {"type": "library", "metric": _METRICS[check], **_allowed(e)}
            if check == "pattern":
                rule["arguments"] = {"pattern": value}
            elif check == "domain":
                rule["arguments"] = {"validValues": list(value)}
            plain.append(rule)
        else:
            own[check] = _plain(value)
    limits = _row_limits(e)
    if limits and e.where is None:
        plain.append({"type": "library", "metric": "rowCount", "unit": "rows", **limits})
    elif limits:
        own |= {k: v for k in ("rows_at_least", "rows_at_most") if (v := getattr(e, k)) is not None}
    if own:
        if e.threshold < 1:
            own["threshold"] = e.threshold
        plain.append({"type": "custom", "engine": ENGINE, "implementation": own})
    return [{**_head(e), **rule, "customProperties": _kept(e)} for rule in plain]


def _kept(e: Expectation) -> list[dict[str, Any]]:
    """The custom property by which an expectation is found again."""
    value = {k: v for k in _KEPT if (v := getattr(e, k)) is not None}
    if e.sql is not None and e.threshold < 1:
        value["threshold"] = e.threshold
    return [{"property": PROPERTY, "value": value}]


def _head(e: Expectation) -> Rule:
    found: Rule = {}
    if e.name:
        found["name"] = e.name
    if e.why:
        found["description"] = e.why
    if e.dimension:
        found["dimension"] = _DIMENSIONS.get(e.dimension, e.dimension)
    found["severity"] = e.severity
    return found


def _allowed(e: Expectation) -> Rule:
    """How many faults are allowed: none, or a per cent."""
    if e.threshold == 1 or e.sql is not None:
        return {"unit": "rows", "mustBe": 0}
    return {"unit": "percent", "mustBeLessOrEqualTo": _number(100 * (1 - e.threshold))}


def _row_limits(e: Expectation) -> Rule:
    least, most = e.rows_at_least, e.rows_at_most
    if least is not None and most is not None and least < most:
        return {"mustBeBetween": [least, most]}
    if least is not None and most is not None:
        return {"mustBe": least}
    if least is not None:
        return {"mustBeGreaterOrEqualTo": least}
    return {"mustBeLessOrEqualTo": most} if most is not None else {}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _number(value)
    return list(value) if isinstance(value, tuple) else value


def _number(value: float) -> int | float:
    rounded = round(value, 9)
    return int(rounded) if rounded.is_integer() else rounded


# The way back -------------------------------------------------------------------------------


def checks(rule: Mapping[str, Any], table: str, column: str) -> dict[str, Any]:
    """What an expectation says of a quality rule as read: checks and threshold.

    Raises NotCarriedError, with the reason, for a rule that none can say.
    """
    metric = rule.get("metric") or rule.get("rule")
    kind = rule.get("type") or ("library" if metric else "")
    if kind == "custom":
        return _own(rule)
    if kind == "sql":
        return _statement(rule, table, column)
    if kind != "library" or not isinstance(metric, str):
        raise NotCarriedError("rules in words")
    if metric == "rowCount":
        return _rows(rule)
    found: dict[str, Any] = {"threshold": _share(rule)}
    if metric in _SAME:
        return {_SAME[metric]: True, **found}
    arguments = rule.get("arguments")
    given = dict(arguments) if isinstance(arguments, Mapping) else {}
    given.setdefault("validValues", rule.get("validValues"))
    if metric in _INVALID and isinstance(given["validValues"], list):
        return {"domain": given["validValues"], **found}
    if metric in _INVALID and isinstance(given.get("pattern"), str):
        return {"pattern": given["pattern"], **found}
    raise NotCarriedError("metrics that are not known here")


def _own(rule: Mapping[str, Any]) -> dict[str, Any]:
    inside = rule.get("implementation")
    if rule.get("engine") != ENGINE or not isinstance(inside, Mapping):
        raise NotCarriedError("custom rules of other engines")
    return {str(k): v for k, v in inside.items() if k in (*CHECKS, "threshold")}


def _statement(rule: Mapping[str, Any], table: str, column: str) -> dict[str, Any]:
    query = rule.get("query")
    if not isinstance(query, str) or _value(rule, "mustBe") != 0:
        raise NotCarriedError("statements whose answer is not a count of faults (mustBe: 0)")
    for name, meant in (("table", table), ("object", table), ("column", column),
                        ("property", column)):  # fmt: skip
        for form in (f"${{{name}}}", f"{{{name}}}"):
            query = query.replace(form, meant)
    return {"sql": query}


def _rows(rule: Mapping[str, Any]) -> dict[str, Any]:
    between = rule.get("mustBeBetween")
    if isinstance(between, list) and len(between) == 2:
        return {"rows_at_least": between[0], "rows_at_most": between[1]}
    exact = _value(rule, "mustBe")
    if exact is not None:
        return {"rows_at_least": exact, "rows_at_most": exact}
    for operator, key, more in (
        ("mustBeGreaterOrEqualTo", "rows_at_least", 0),
        ("mustBeGreaterThan", "rows_at_least", 1),
        ("mustBeLessOrEqualTo", "rows_at_most", 0),
        ("mustBeLessThan", "rows_at_most", -1),
    ):
        limit = _value(rule, operator)
        if limit is not None:
            return {key: int(limit) + more}
    raise NotCarriedError("row counts without a limit")


def _share(rule: Mapping[str, Any]) -> float:
    """The share that must keep the rule; a number of rows is none."""
    if _value(rule, "mustBe") == 0:
        return 1.0
    for operator in ("mustBeLessOrEqualTo", "mustBeLessThan"):
        limit = _value(rule, operator)
        if limit == 0 and operator == "mustBeLessOrEqualTo":
            return 1.0
        if limit == 1 and operator == "mustBeLessThan" and rule.get("unit") != "percent":
            return 1.0
        if limit is not None and rule.get("unit") == "percent" and 0 <= limit <= 100:
            return round(1 - limit / 100, 9)
    raise NotCarriedError("limits that are no share of the rows")


def _value(rule: Mapping[str, Any], key: str) -> float | None:
    try:
        return float(rule[key])
    except (KeyError, TypeError, ValueError):
        return None


def dimension(word: Any) -> str | None:
    """Our dimension for one of theirs; None where there is none."""
    back = {theirs: ours for ours, theirs in _DIMENSIONS.items()}
    ours = ("completeness", "uniqueness", "validity", "consistency", "timeliness", "accuracy")
    found = back.get(word, word)
    return found if found in ours else None


def severity(word: Any) -> str | None:
    """Our severity for one of theirs, which may be any word."""
    known = {"info": "low", "warning": "medium", "warn": "medium", "error": "high"}
    found = known.get(str(word).lower(), str(word).lower())
    return found if found in ("low", "medium", "high", "critical") else None
