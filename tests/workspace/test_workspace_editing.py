"""Editing YAML: what was asked for happens, and every other byte stays."""

from __future__ import annotations

import random
from datetime import date
from functools import lru_cache
from typing import Any

import pytest
import yaml
from golden_files import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError, InvalidInput, Place
from crmaudit.workspace.dossier import System
from crmaudit.workspace.editing import Append, Drop, Edit, Put, Rename, edited, written
from crmaudit.workspace.files import model_of
from crmaudit.workspace.landscape import Entities
from crmaudit.workspace.yaml_reader import Path_, parse
from crmaudit.workspace.yaml_text import as_read

# A text of random style for random values.

KEYS = st.sampled_from(
    ["id", "name", "a b", "Größe", "yes", "x.y", "0123", "k#1", "note", "owners"]
)
TEXTS = st.one_of(
    st.sampled_from(["crm", "no", "12", "0.50", "2026-01-01", "- a", "# b", "a: b", "null", "~"]),
    st.text(max_size=12),
    st.text(alphabet="ab \n", max_size=30),
    st.just("a long text of many words " * 6 + "that ends"),
)
VALUES = st.recursive(
    st.one_of(st.none(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)
NEW_KEYS = st.sampled_from(["added", "new key", "on", "ü"])


class Writer:
    """Writes values in a style that is chosen anew at every turn."""

    def __init__(self, style: int) -> None:
        self.dice = random.Random(style)
        self.comments = 0

    def text(self, data: dict[str, Any]) -> str:
        if self._maybe(8):
            text = self._above("") + self._flow(data) + self._behind() + "\n"
        else:
            text = self._block(data, 0)
        text = self._above("") + text + self._above("")
        if self._maybe(6):
            text = text.rstrip("\n")
        if self._maybe(4):
            text = text.replace("\n", "\r\n")
        return ("---\n" if self._maybe(8) else "") + text

    def _maybe(self, n: int) -> bool:
        return self.dice.randrange(n) == 0

    def _behind(self) -> str:
        if not self._maybe(3):
            return ""
        self.comments += 1
        return f"{' ' * self.dice.randint(1, 9)}# c{self.comments}: [{{'\" "

    def _above(self, indent: str) -> str:
        text = ""
        while self._maybe(4):
            self.comments += 1
            text += f"{indent}# c{self.comments}\n" if self._maybe(2) else "\n"
        return text

    def _block(self, value: Any, column: int) -> str:
        """Lines of a list or mapping, each ended."""
        text, indent = "", " " * column
        items = value.items() if isinstance(value, dict) else ((None, v) for v in value)
        for key, inner in items:
            text += self._above(indent) + indent
            head = "-" if key is None else f"{self._key(key)}:"
            text += head + self._hung(inner, column, key is None)
        return text

    def _hung(self, value: Any, column: int, is_item: bool) -> str:
        gap = " " * self.dice.randint(1, 4)
        if isinstance(value, dict | list) and value and not self._maybe(4):
            if is_item and self._maybe(2):
                inner = column + 1 + len(gap)
                body = self._block(value, inner)
                if body.startswith(" " * inner) and body[inner] not in "# ":
                    return gap + body[inner:]
            least = 0 if isinstance(value, list) and not is_item else 1
            below = column + self.dice.randint(least, 4)
            return self._behind() + "\n" + self._block(value, below)
        if value is None and self._maybe(2):
            return self._behind() + "\n"
        if isinstance(value, str) and self._is_lines(value) and self._maybe(2):
            step = self.dice.randint(1, 4)
            ending = "" if value.endswith("\n") else "-"
            lines = value.removesuffix("\n").split("\n")
            body = "".join(" " * (column + step) + x + "\n" if x else "\n" for x in lines)
            return f"{gap}|{ending}{self._behind()}\n{body}"
        return gap + self._flow(value) + self._behind() + "\n"

    def _is_lines(self, text: str) -> bool:
        return (
            bool(text.strip())
            and all(line.isprintable() and line == line.strip() for line in text.split("\n"))
            and not text.startswith("\n")
            and not text.endswith("\n\n")
        )

    def _flow(self, value: Any) -> str:
        gap = " " if self._maybe(2) else ""
        if isinstance(value, dict):
            pairs = [f"{self._key(k)}: {self._flow(v)}" for k, v in value.items()]
            return "{" + gap + self._commas(pairs) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + self._commas([self._flow(v) for v in value]) + gap + "]"
        return self._scalar(value)

    def _commas(self, parts: list[str]) -> str:
        if not parts:
            return ""
        if self._maybe(4):
            return "\n" + "".join(f"      {p},{self._behind()}\n" for p in parts) + "     "
        return ", ".join(parts) + ("," if self._maybe(5) else "")

    def _key(self, key: str) -> str:
        return self._scalar(key)

    def _scalar(self, value: str | None) -> str:
        if value is None:
            return self.dice.choice(["~", "null"])
        plain = value.isascii() and value.replace(" ", "").isalnum() and value == value.strip()
        if plain and value not in ("null",) and not self._maybe(3):
            return value
        if value.isprintable() and self._maybe(2):
            return "'" + value.replace("'", "''") + "'"
        escaped = "".join(
            c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value
        )
        return f'"{escaped}"'


@st.composite
def documents(draw: Any) -> tuple[str, Any]:
    data = draw(MAPPINGS)
    text = Writer(draw(st.integers(0, 10_000))).text(data)
    file = parse(text, "f.yaml")
    assert not file.problems
    return text, file.data


def paths(data: Any, path: Path_ = ()) -> list[Path_]:
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data or ())
    if isinstance(data, dict | list):
        for step, inner in items:
            found += paths(inner, (*path, step))
    return found


def value_at(data: Any, path: Path_) -> Any:
    for step in path:
        data = data[step]
    return data


def with_value(data: Any, path: Path_, value: Any) -> Any:
    """The data with another value at a path that is there, or one step further."""
    if not path:
        return value
    step, *rest = path
    if isinstance(data, list):
        copy: Any = list(data)
        if step == len(copy):
            return [*copy, with_value(None, tuple(rest), value)]
    else:
        copy = dict(data or {})
    copy[step] = with_value(copy[step] if rest else None, tuple(rest), value)
    return copy


def without(data: Any, path: Path_) -> Any:
    """The data without what is at the path; mappings go with their last key."""
    *above, step = path
    parent = value_at(data, tuple(above))
    if isinstance(parent, list):
        return with_value(data, tuple(above), [v for i, v in enumerate(parent) if i != step])
    left = {k: v for k, v in parent.items() if k != step}
    if left or (above and isinstance(value_at(data, tuple(above[:-1])), list)):
        return with_value(data, tuple(above), left)
    return without(data, tuple(above)) if above else None


def without_parts(new: str, old: str) -> bool:
    """Whether the old text can be had from the new one by leaving characters out."""
    rest = iter(new)
    return all(character in rest for character in old)


@lru_cache(maxsize=64)
def composed(text: str) -> Any:
    return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def bounds(text: str, path: Path_) -> tuple[int, int]:
    """Where the value at a path may begin and end, by PyYAML's own tree of nodes."""
    node = composed(text)
    behind, ends = 0, [len(text)]
    for step in path:
        if isinstance(step, int):
            children = node.value
            following = children[step + 1 :]
            node = children[step]
        else:
            keys = [k.value for k, _ in node.value]
            at = keys.index(step)
            following = [k for k, _ in node.value[at + 1 :]]
            behind = node.value[at][0].end_mark.index
            node = node.value[at][1]
        ends.append(following[0].start_mark.index if following else ends[-1])
    return max(behind, node.start_mark.index if isinstance(path[-1], int) else behind), ends[-1]


THOROUGH = settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@THOROUGH
@given(documents(), st.data())
def test_put_replaces_a_value_and_nothing_else(document: tuple[str, Any], data: Any) -> None:
    text, values = document
    path = data.draw(st.sampled_from(paths(values)))
    value = data.draw(VALUES)
    result = edited(text, "f.yaml", [Put(path, value)])
    assert parse(result, "f.yaml").data == with_value(values, path, as_read(value))
    assert edited(result, "f.yaml", [Put(path, value)]) == result
    start, end = bounds(text, path)
    assert result.startswith(text[:start].rstrip())
    assert result.rstrip().endswith(text[end:].strip())


@THOROUGH
@given(documents(), st.data())
def test_putting_what_is_there_changes_no_byte(document: tuple[str, Any], data: Any) -> None:
    text, values = document
    path = data.draw(st.sampled_from(paths(values)))
    assert edited(text, "f.yaml", [Put(path, value_at(values, path))]) == text


@THOROUGH
@given(documents(), st.data())
def test_a_new_key_is_only_put_in(document: tuple[str, Any], data: Any) -> None:
    text, values = document
    mappings = [p for p in [(), *paths(values)] if isinstance(value_at(values, p), dict)]
    path = (*data.draw(st.sampled_from(mappings)), data.draw(NEW_KEYS))
    value = data.draw(VALUES)
    result = edited(text, "f.yaml", [Put(path, value)])
    assert parse(result, "f.yaml").data == with_value(values, path, as_read(value))
    if value_at(values, path[:-1]):
        assert without_parts(result, text)


@THOROUGH
@given(documents(), st.data())
def test_drop_only_takes_away(document: tuple[str, Any], data: Any) -> None:
    text, values = document
    path = data.draw(st.sampled_from(paths(values)))
    result = edited(text, "f.yaml", [Drop(path)])
    expected = without(values, path)
    assert parse(result, "f.yaml").data == expected
    emptied = "[]" in result or "{}" in result
    assert emptied or without_parts(text, result)


@THOROUGH
@given(documents(), st.data())
def test_append_and_rename(document: tuple[str, Any], data: Any) -> None:
    text, values = document
    edits: list[Edit] = []
    wanted = values
    lists = [p for p in paths(values) if isinstance(value_at(values, p), list)]
    if lists:
        path, value = data.draw(st.sampled_from(lists)), data.draw(VALUES)
        edits += [Append(path, value), Append(path, "again")]
        wanted = with_value(wanted, path, [*value_at(wanted, path), as_read(value), "again"])
    keys = [p for p in paths(values) if isinstance(p[-1], str)]
    path = data.draw(st.sampled_from(keys))
    edits.append(Rename(path, "renamed"))
    parent = value_at(wanted, path[:-1])
    renamed = {("renamed" if k == path[-1] else k): v for k, v in parent.items()}
    wanted = with_value(wanted, path[:-1], renamed)
    found = parse(edited(text, "f.yaml", edits), "f.yaml").data
    assert found == wanted
    assert list(value_at(found, path[:-1])) == list(renamed)


@THOROUGH
@given(documents(), st.data())
def test_many_edits_are_as_good_as_one_after_the_other(
    document: tuple[str, Any], data: Any
) -> None:
    text, _ = document
    edits: list[Edit] = []
    one_by_one = text
    for _ in range(data.draw(st.integers(2, 6))):
        now = parse(one_by_one, "f.yaml").data
        if not now:
            break
        path = data.draw(st.sampled_from(paths(now)))
        inside = value_at(now, path)
        kinds = ["put", "drop"]
        if isinstance(inside, dict) or inside is None:
            kinds.append("new")
        if isinstance(inside, list) or inside is None:
            kinds.append("append")
        kind = data.draw(st.sampled_from(kinds))
        value = data.draw(VALUES)
        edit: Edit = Put(path, value)
        if kind == "drop":
            edit = Drop(path)
        elif kind == "new":
            edit = Put((*path, data.draw(NEW_KEYS), "deep"), value)
            if isinstance((inside or {}).get(edit.path[-2]), str | list):
                continue
        elif kind == "append":
            edit = Append(path, value)
        edits.append(edit)
        one_by_one = edited(one_by_one, "f.yaml", [edit])
    together = edited(text, "f.yaml", edits)
    assert parse(together, "f.yaml").data == parse(one_by_one, "f.yaml").data


# Styles that people write in.


def changed(old: str, *edits: Edit, model: Any = None) -> str:
    return edited(old, "systems/crm.yaml", edits, model)


@pytest.mark.parametrize(
    ("old", "edit", "new"),
    [
        ("a: 1   # one\nb: 2\n", Put(("a",), 2), "a: 2   # one\nb: 2\n"),
        ("a: 'it''s'\n", Put(("a",), "he's"), "a: 'he''s'\n"),
        ('a: "x" # c\n', Put(("a",), 'say "y"'), 'a: "say \\"y\\"" # c\n'),
        ("a: b:c\n", Put(("a",), "b:d"), "a: b:d\n"),
        ("a: x\n", Put(("a",), "b: d"), 'a: "b: d"\n'),
        ("a: x\n", Put(("a",), "no"), 'a: "no"\n'),
        ("a: x\n", Put(("a",), date(2026, 3, 1)), "a: 2026-03-01\n"),
        ("a: x\n", Put(("a",), True), "a: true\n"),
        ("a: 12.0\n", Put(("a",), 12), "a: 12.0\n"),
        ("a: 12\n", Put(("a",), 12.5), "a: 12.5\n"),
        ("a: 12\n", Put(("a",), 9000.0), "a: 9000\n"),
        ("a:   # asked\nb: 1\n", Put(("a",), "x"), "a: x   # asked\nb: 1\n"),
        ("a: ~\n", Put(("a",), "x"), "a: x\n"),
        ("a: x  # c\n", Put(("a",), None), "a:  # c\n"),
        ("a:   # asked\nb: 1\n", Put(("a", "k"), "x"), "a:   # asked\n  k: x\nb: 1\n"),
        ("b: 1\n", Put(("a", "k"), "x"), "b: 1\na:\n  k: x\n"),
        ("b: 1", Put(("a",), "x"), "b: 1\na: x"),
        ("b: 1\r\n", Put(("a", "k"), "x"), "b: 1\r\na:\r\n  k: x\r\n"),
        ("", Put(("a",), "x"), "a: x\n"),
        ("# only\n", Put(("a",), "x"), "# only\na: x\n"),
        ("a: 1\n...\n", Put(("b",), 2), "a: 1\nb: 2\n...\n"),
        ("{id: crm}\n", Put(("a", "k"), "x"), "{id: crm, a: {k: x}}\n"),
        ("{\n  a: 1,\n  b: 2  # c\n}\n", Put(("c",), 3), "{\n  a: 1,\n  b: 2,  # c\n  c: 3\n}\n"),
        ("{\n  a: 1,\n}\n", Put(("c",), 3), "{\n  a: 1,\n  c: 3,\n}\n"),
        ("a: {}  # c\n", Put(("a", "k"), 1), "a:  # c\n  k: 1\n"),
        ("a: [{}]\n", Put(("a", 0, "k"), 1), "a: [{k: 1}]\n"),
        ("a: [ # c\n]\n", Append(("a",), 1), "a: [1  # c\n]\n"),
        ("a: [# c\n]\n", Append(("a",), 1), "a: [1 # c\n]\n"),
        ("a: [x]\n", Append(("a",), "y z"), "a: [x, y z]\n"),
        ("a: []\nb: 1\n", Append(("a",), "w"), "a:\n  - w\nb: 1\n"),
        ("b: 1\n", Append(("a",), {"k": 1, "l": []}), "b: 1\na:\n  - k: 1\n    l: []\n"),
        ("a:\n- x\n# c\nb: 1\n", Append(("a",), "w"), "a:\n- x\n- w\n# c\nb: 1\n"),
        ("a:\n    - x\n    # on x\n", Append(("a",), "w"), "a:\n    - x\n    # on x\n    - w\n"),
        ("a:\n- x\n\n- y\n", Append(("a",), "z"), "a:\n- x\n\n- y\n\n- z\n"),
        (
            "a:\n    k: 1\n# of b\nb: 1\n",
            Put(("a", "l"), [1, {"m": 2}]),
            "a:\n    k: 1\n    l:\n      - 1\n      - m: 2\n# of b\nb: 1\n",
        ),
        ("a: |\n  x\n  y\nb: 1\n", Put(("a",), "z"), "a: z\nb: 1\n"),
        (
            "a: |  # c\n  x\n\n# d\nb: 1\n",
            Put(("a",), "z\ny"),
            "a: |-  # c\n  z\n  y\n\n# d\nb: 1\n",
        ),
        ("a: x\n", Put(("a",), "one\n\ntwo"), "a: |-\n  one\n\n  two\n"),
        ("- [a, b]\n- x\n", Put((1,), {"k": 1, "l": 2}), "- [a, b]\n- k: 1\n  l: 2\n"),
        ("# up\na: 1  # own\n# of b\nb: 2\n", Drop(("a",)), "# up\n# of b\nb: 2\n"),
        ("a:\n  - x  # own\n  # of y\n  - y\n", Drop(("a", 0)), "a:\n  # of y\n  - y\n"),
        ("a: [x, y, z]\n", Drop(("a", 1)), "a: [x, z]\n"),
        ("a: [x, y]\n", Drop(("a", 1)), "a: [x]\n"),
        ("a: [\n  x,  # own\n  y\n]\n", Drop(("a", 0)), "a: [\n  y\n]\n"),
        ("a:\n  - x\nb: 1\n", Drop(("a", 0)), "a: []\nb: 1\n"),
        ("a:\n  k: {l: 1}\nb: 1\n", Drop(("a", "k", "l")), "b: 1\n"),
        ("a:\n  - id: 1\n    k: 2\n", Drop(("a", 0, "id")), "a:\n  - k: 2\n"),
        ("a:\n  - k: 1\n", Drop(("a", 0, "k")), "a:\n  - {}\n"),
        ("crm: CRU\nb: 1\n", Rename(("crm",), "beacon"), "beacon: CRU\nb: 1\n"),
        ("{'crm' : CRU}\n", Rename(("crm",), "beacon"), "{'beacon' : CRU}\n"),
        ("id: x\nname: y\n", Put(("was",), "z", behind="id"), "id: x\nwas: z\nname: y\n"),
        (
            "c:\n- a: 1  # one\n- a: 2  # two\n- a: 3  # three\n",
            Put(("c",), [{"a": 1}, {"a": 3}]),
            "c:\n- a: 1  # one\n- a: 3  # three\n",
        ),
        (
            "o:\n  a: 1  # one\n  b: 2  # two\n",
            Put(("o",), {"b": 3, "c": 4}),
            "o:\n  b: 3  # two\n  c: 4\n",
        ),
    ],
)
def test_in_place(old: str, edit: Edit, new: str) -> None:
    assert changed(old, edit) == new


def test_long_texts_are_broken_and_short_ones_are_not() -> None:
    text = "word " * 30 + "end"
    result = changed("id: x\n", Put(("notes",), text))
    assert max(map(len, result.splitlines())) <= 96
    assert parse(result, "f").data["notes"] == text
    assert result.startswith("id: x\nnotes: >-\n  word")


def test_a_comment_does_not_become_part_of_a_text() -> None:
    old = "notes:      # asked\n            # and asked again\nid: x\n"
    result = changed(old, Put(("notes",), "one\ntwo"))
    assert parse(result, "f").data == {"notes": "one\ntwo", "id": "x"}
    assert "# and asked again" in result


@pytest.mark.parametrize(
    ("old", "edit", "new"),
    [
        (
            "database: sqlite:///a.db   # main\nname: x\n",
            Put(("database", "schema"), "main"),
            "database:   # main\n  url: sqlite:///a.db\n  schema: main\nname: x\n",
        ),
        (
            "database: sqlite:///a.db\n",
            Put(("database", "url"), "duckdb:///b.db"),
            "database: duckdb:///b.db\n",
        ),
        (
            "database: sqlite:///a.db\n",
            Put(("database",), {"url": "sqlite:///a.db"}),
            "database: sqlite:///a.db\n",
        ),
        ("depends_on: crm\n", Append(("depends_on",), "erp"), "depends_on:\n  - crm\n  - erp\n"),
        ("depends_on: crm\n", Put(("depends_on", 0), "erp"), "depends_on: erp\n"),
        ("depends_on: crm\n", Put(("depends_on",), ["crm"]), "depends_on: crm\n"),
        ("depends_on: crm\nid: x\n", Drop(("depends_on", 0)), "id: x\n"),
        (
            "documentation: {system: 'the shelf'}\n",
            Put(("documentation", "system", "status"), "outdated"),
            "documentation: {system: {location: 'the shelf', status: outdated}}\n",
        ),
    ],
)
def test_short_forms_of_a_dossier(old: str, edit: Edit, new: str) -> None:
    assert changed(old, edit, model=System) == new


def test_short_forms_in_lists() -> None:
    old = "entities:\n- id: a\n  attributes:\n  - name  # c\n  - mail\n"
    edit = Put(("entities", 0, "attributes", 0, "required"), True)
    new = "entities:\n- id: a\n  attributes:\n  - name: name  # c\n    required: true\n  - mail\n"
    assert changed(old, edit, model=Entities) == new


def test_a_text_that_is_no_short_form_is_not_overwritten() -> None:
    with pytest.raises(CrmauditError, match=r"notes.x cannot be changed") as caught:
        changed("id: a\nnotes: words\n", Put(("notes", "x"), 1), model=System)
    assert str(caught.value.where) == "systems/crm.yaml:2:8"


# What is repeated elsewhere.

SHARED = "a: &x {k: 1}\nb: *x\nc: &y crm\nd: *y\n"


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (Put(("a", "k"), 2), 1),
        (Put(("a", "new"), 2), 1),
        (Put(("a",), "x"), 1),
        (Drop(("a",)), 1),
        (Put(("b", "k"), 2), 2),
        (Drop(("b", "k")), 2),
        (Rename(("b", "k"), "l"), 2),
        (Put(("c",), "beacon"), 3),
    ],
)
def test_what_an_alias_repeats_is_not_changed_behind_ones_back(edit: Edit, line: int) -> None:
    with pytest.raises(CrmauditError, match="this would change both") as caught:
        changed(SHARED, edit)
    assert caught.value.where is not None
    assert caught.value.where.line == line
    assert caught.value.hint == "edit the file by hand"


@pytest.mark.parametrize(
    ("edits", "new"),
    [
        ([Put(("b",), "own")], SHARED.replace("b: *x", "b: own")),
        ([Drop(("d",))], SHARED.replace("d: *y\n", "")),
        ([Put(("c",), "erp"), Put(("d",), "erp")], SHARED.replace("crm", "erp")),
        ([Put(("d",), "erp"), Put(("c",), "erp")], SHARED.replace("crm", "erp")),
        ([Rename(("a", "k"), "l"), Rename(("b", "k"), "l")], SHARED.replace("k:", "l:")),
        ([Put(("b",), {"k": 1})], SHARED),
    ],
)
def test_aliases_that_can_stay_do(edits: list[Edit], new: str) -> None:
    assert changed(SHARED, *edits) == new


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: 1\n", Drop(("b",))),
        ("a: 1\n", Rename(("b",), "c")),
        ("a: 1\nb: 2\n", Rename(("a",), "b")),
        ("a: {}\n", Append(("a",), 1)),
        ("a: [1]\n", Put(("a", 3), 1)),
        ("a: [1]\n", Put(("a", "k"), 1)),
        ("? a\n", Put(("a",), 1)),
        ("a: [k: 1]\n", Put(("a", 0, "l"), 1)),
        ("a: 1\n", Put(("a", "k" * 2_000), 1)),
        ("a: 1\n", Rename(("a",), "k" * 2_000)),
    ],
)
def test_edits_without_a_place_are_refused_with_the_line(text: str, edit: Edit) -> None:
    with pytest.raises(CrmauditError) as caught:
        changed(text, edit)
    assert str(caught.value.where).startswith("systems/crm.yaml:1:")


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "<<: {a: 1}\n", "a: 1\n--- \nb: 2\n"])
def test_unsound_files_are_not_edited(text: str) -> None:
    with pytest.raises(InvalidInput):
        changed(text, Put(("z",), 1))


def test_ten_thousand_edits_of_one_file_take_one_reading() -> None:
    people = "".join(f"- id: p{i}  # {i}\n  name: N\n" for i in range(2_000))
    edits: list[Edit] = []
    for i in range(2_000):
        edits += [Put((i, "name"), f"M{i}"), Put((i, "unit"), "u"), Put((i, "deep", "k"), 1)]
    edits += [Drop((i,)) for i in reversed(range(0, 2_000, 2))]
    result = edited(people, "f", edits)
    assert result.startswith("- id: p1  # 1\n  name: M1\n  unit: u\n  deep:\n    k: 1\n- id: p3")
    assert result.count("- id") == 1_000


def test_edits_that_empty_a_mapping_one_after_the_other() -> None:
    old = "id: x\ndoc:\n  one: {status: a}\n  two: b\ntags: c\n"
    edits = (Drop(("doc", "one", "status")), Drop(("doc", "two")), Put(("tags",), []))
    assert changed(old, *edits) == "id: x\ntags: []\n"


def test_an_edit_behind_a_renamed_key_does_not_make_a_list_of_it() -> None:
    with pytest.raises(CrmauditError, match="a list that is not there has no such item"):
        changed("a: [1, 2]\n", Rename(("a",), "b"), Put(("a", 1), 3))


REAL = [
    (path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    for root in (EXAMPLES / "harbourlight", EXAMPLES / "northwharf")
    for path in sorted(root.rglob("*.yaml"))
]


@THOROUGH
@given(st.sampled_from(REAL), st.randoms(use_true_random=False))
def test_the_examples_can_be_edited_anywhere(file: tuple[str, str], dice: random.Random) -> None:
    name, text = file
    data = parse(text, name).data
    edits: list[Edit] = []
    for _ in range(dice.randint(1, 4)):
        path = dice.choice(paths(data))
        value: Any = dice.choice(["x", "a: b", 5, [], {"k": "v"}, [{"k": [1, 2]}], "one\ntwo"])
        edits.append(dice.choice([Put(path, value), Drop(path), Put((*path, "new"), value)]))
    try:
        result, place = edited(text, name, edits, model_of(name)), Place(name)
    except CrmauditError as refused:
        # Edits may well contradict each other.
        result, place = text, refused.where or Place("nowhere")
    assert place.file == name
    for key in data.keys() - {edit.path[0] for edit in edits}:
        start, end = bounds(text, (key,))
        assert text[start:end].strip() in result


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(MAPPINGS, st.lists(VALUES, max_size=3))
def test_a_new_file_is_written_as_it_would_be_edited(
    values: dict[str, Any], items: list[Any]
) -> None:
    head = "# schema\n"
    edits: list[Edit] = [Put((key,), value) for key, value in values.items()]
    edits += [Append(("things",), item) for item in items]
    assert written(head, "a.yaml", edits) == edited(head, "a.yaml", edits)


@pytest.mark.parametrize(
    "edits",
    [
        [Put(("a",), "1"), Put(("a",), "2")],
        [Put(("a", "b"), "1")],
        [Put(("a",), ["1"]), Append(("a",), "2")],
        [Put(("a",), "1"), Drop(("a",))],
        [],
    ],
)
def test_what_is_more_than_a_new_file_is_edited(edits: list[Edit]) -> None:
    assert written("# schema\n", "a.yaml", edits) is None


def test_a_key_too_long_is_refused_in_a_new_file() -> None:
    with pytest.raises(CrmauditError, match="too long"):
        written("", "a.yaml", [Put(("a",), {"k" * 1200: "1"})])
