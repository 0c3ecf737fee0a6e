"""What an import would change, before anything is written: readable with 3 changes or 3,000."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.terminal import count, printable, put_note

if TYPE_CHECKING:
    from crmaudit.workspace import Workspace
    from crmaudit.workspace.matching import Names
    from crmaudit.workspace.merging import Difference, Merge
    from crmaudit.workspace.yaml_reader import Path_

_THINGS, _LINES, _FACTS = 15, 6, 8
"""Things shown, and changes of each, where there are more than fit a page."""
_PAGE = 40
_LONGEST = 90
_MARKS = {"added": ("+", "good"), "changed": ("~", "medium"), "cleared": ("−", "alarm"),
          "blank": ("○", "quiet"), "conflict": ("!", "alarm")}  # fmt: skip
_SAID = {"added": "added", "changed": "changed", "cleared": "cleared",
         "blank": "left blank on purpose", "conflict": "in conflict"}  # fmt: skip
_NOUNS = {"entity": "entities", "person": "people"}


def put_merge(
    console: Console, found: Merge, workspace: Workspace, name: str, *, whole: bool = False
) -> None:
    """The changes by what they are about: new things, conflicts, then the rest.

    `whole` shows all of them, else the first and how many more there are.
    """
    from crmaudit.workspace.matching import Names

    words = _Words(Names(workspace))
    counts: Counter[str] = Counter(d.what for d in found.differences)
    parts = [f"{counts[what]:,} {said}" for what, said in _SAID.items() if counts[what]]
    same = f"{count(found.unchanged, 'value')} unchanged" if found.unchanged else ""
    told = "; ".join(filter(None, (", ".join(parts), same))) or "nothing is new"
    put_note(console, f"{name}: {told}", "head")
    whole = whole or len(found.differences) <= _PAGE
    _put_new(console, [d for d in found.differences if not d.path], words, whole)
    things: dict[str, list[Difference]] = {}
    for difference in found.differences:
        if difference.path:
            things.setdefault(difference.subject, []).append(difference)
    if not whole:
        put_note(console, f"by fact: {words.by_fact(found.differences)}", "none")
    order = sorted(things, key=lambda s: not any(d.what == "conflict" for d in things[s]))
    shown = order if whole else order[:_THINGS]
    for subject in shown:
        _put_thing(console, subject, things[subject], words, whole)
    if rest := order[len(shown) :]:
        more = sum(len(things[s]) for s in rest)
        put_note(console, f"… and {count(more, 'change')} of {len(rest):,} more; --all shows them")


def _put_new(console: Console, added: list[Difference], words: _Words, whole: bool) -> None:
    kinds: dict[str, list[Difference]] = {}
    for difference in added:
        kinds.setdefault(difference.subject.partition(":")[0], []).append(difference)
    for kind, things in kinds.items():
        many = count(len(things), kind, _NOUNS.get(kind, f"{kind}s"))
        put_note(console, f"new: {many}", "good")
        shown = things if whole else things[:_THINGS]
        rows = [
            [Text("  +", style="good"), Text(words.thing(d)), Text(words.facts(d), "quiet")]
            for d in shown
        ]
        draw(console, [Slot(), Slot(), Slot(flex=True)], rows)
        if len(things) > len(shown):
            put_note(console, f"  … and {len(things) - len(shown):,} more")


def _put_thing(
    console: Console, subject: str, found: list[Difference], words: _Words, whole: bool
) -> None:
    put_note(console, f"{words.subject(subject)}", "head")
    found = sorted(found, key=lambda d: d.what != "conflict")
    shown = found if whole else found[:_LINES]
    rows = [
        [Text(f"  {_MARKS[d.what][0]}", _MARKS[d.what][1]), Text(words.path(d)), words.change(d)]
        for d in shown
    ]
    draw(console, [Slot(), Slot(), Slot(flex=True)], rows)
    if len(found) > len(shown):
        put_note(console, f"    … and {count(len(found) - len(shown), 'more change')}")


class _Words:
    """Values and paths as people read them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def subject(self, subject: str) -> str:
        kind, _, id_ = subject.partition(":")
        if kind == "response":
            return f"answer to {id_}"
        label = self._names.label(kind, id_)
        named = id_ if label == id_ else f"{label} ({id_})"
        return printable(named if kind == "system" else f"{kind} {named}")

    def thing(self, difference: Difference) -> str:
        _kind, _, id_ = difference.subject.partition(":")
        name = difference.new.get("name", "") if isinstance(difference.new, dict) else ""
        return _cut(f"{name} ({id_})" if name and name != id_ else id_, 40)

    def facts(self, difference: Difference) -> str:
        """What is known of a new thing, apart from what it is called."""
        values = self._named(difference, (), difference.new)
        named = {k: v for k, v in values.items() if k not in ("id", "name", "code", "subject")}
        return _cut(", ".join(f"{k} {self._value(v)}" for k, v in named.items()), 2 * _LONGEST)

    def by_fact(self, differences: Iterable[Difference]) -> str:
        """`vendor 250, costs 31 and 12 other facts`."""
        counts = Counter(
            ".".join(step for step in d.path if isinstance(step, str))
            for d in differences
            if d.path
        )
        parts = [f"{fact} {n:,}" for fact, n in counts.most_common(_FACTS)]
        more = len(counts) - len(parts)
        return ", ".join(parts) + (f" and {count(more, 'other fact')}" if more else "")

    def path(self, difference: Difference) -> str:
        from crmaudit.workspace.arriving import dotted

        return printable(dotted(difference.path))

    def change(self, difference: Difference) -> Text:
        old, new = (self._shown(difference, v) for v in (difference.old, difference.new))
        if difference.what == "conflict":
            text = f"here {old} | there {new}  ({difference.place})"
        elif difference.what in ("added", "blank"):
            text = new
        elif difference.new is None:
            text = f"{old} is removed"
        else:
            text = f"{old} → {new}"
        return Text(text)

    def _shown(self, difference: Difference, value: Any) -> str:
        return _cut(self._value(self._named(difference, difference.path, value)), _LONGEST)

    def _named(self, difference: Difference, path: Path_, value: Any) -> Any:
        """The value with the names of what it refers to in place of their ids."""
        from crmaudit.workspace.arriving import KINDS
        from crmaudit.workspace.fields import field_at
        from crmaudit.workspace.references import references

        model = KINDS[difference.subject.partition(":")[0]][0]  # type: ignore[index]
        if not isinstance(value, str | list | dict):
            return value
        item = next((i for i, step in enumerate(path) if isinstance(step, int)), len(path))
        fact = field_at(model, path[:item]) if path else None
        if fact and fact.item and (item < len(path) or isinstance(value, dict)):
            model, path = fact.item, path[item + 1 :]
        whole = copy.deepcopy(value)
        for step in reversed(path):
            whole = {step: whole}
        whole = {"": whole}
        for ref in list(references(model, whole[""])):
            parent: Any = whole
            for step in ("", *ref.path)[:-1]:
                parent = parent[step]
            if not ref.is_key:
                parent[ref.path[-1]] = self._names.label(ref.kind, ref.name)
        found = whole[""]
        for step in path:
            found = found[step]
        return found

    def _value(self, value: Any) -> str:
        if value is None or value == "":
            return "nothing"
        if isinstance(value, dict) and value.keys() == {"blank"}:
            return f"left blank: {value['blank']}"
        if isinstance(value, dict):
            return " ".join(self._value(v) for v in value.values())
        if isinstance(value, list):
            return self._several(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)

    def _several(self, values: Iterable[Any]) -> str:
        return "; ".join(self._value(v) for v in values) or "none"


def _cut(text: str, longest: int) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
