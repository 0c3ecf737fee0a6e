"""Reading YAML: values as text, mistakes in their place, nothing that brings the process down."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crmaudit.errors import InvalidInput
from crmaudit.workspace.yaml_reader import MAX_BYTES, parse, read

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)

# Text → where reading stops, and the beginning of what is said.
FATAL = {
    "duplicated document": ("a: 1\n---\nb: 2\n", "f:2:1: a second YAML document"),
    "empty second document": ("a: 1\n---\n", "f:2:1: a second YAML document"),
    "tab": ("a:\n\tb: 1\n", "f:2:1: not YAML"),
    "open quote": ("a: 1\nb: 'x\nc: 2\n", "f:2:4: not YAML"),
    "open bracket": ("a: [1, 2\nb: 3\n", "f:2:2: not YAML"),
    "colon in text": ("a: b: c\n", "f:1:5: not YAML"),
    "at sign": ("a: @b\n", "f:1:4: not YAML"),
    "list and mapping": ("- a\nb: c\n", "f:2:1: not YAML"),
    "unknown alias": ("a: *b\n", "f:1:4: *b refers to nothing"),
    "alias of itself": ("a: &b [*b]\n", "f:1:8: *b contains itself"),
    "alias of its parent": ("a: &b\n  c: {d: *b}\n", "f:2:10: *b contains itself"),
    "alias as the whole": ("*a\n", "f:1:1: *a refers to nothing"),
    "billion laughs": (BOMB, "f:6:"),
    "undefined tag handle": ("a: !e!b c\n", "f:1:4: not YAML"),
    "other YAML": ("%YAML 3.0\n---\na: 1\n", "f:1:1: not YAML"),
    "NUL": ("a: b\nc: \0\n", "f:2:4: character U+0000"),
    "bell": ("a: \x07\n", "f:1:4: character U+0007"),
    "delete": ("a: \x7f\n", "f:1:4: character U+007F"),
    "BOM inside": ("a: b\ufeff\n", "f:1:5: character U+FEFF"),
    "half a pair": ("a: \ud800\n", "f:1:4: character U+D800"),
    "deep lists": ("[" * 100_000, "f:1:61: nested more than 60"),
    "deep lists, a line each": ("[\n" * 100_000, "f:61:1: nested more than 60"),
    "deep closed lists": ("[" * 100_000 + "]" * 100_000, "f:1:61: nested more than 60"),
    "deep dashes": ("- " * 100_000, "f:1:121: nested more than 60"),
    "deep mappings": ("{a: " * 100_000, "f:1:241: nested more than 60"),
    "deep keys": ("? " * 100_000, "f:1:121: nested more than 60"),
    "deep blocks": ("".join(" " * i + "a:\n" for i in range(2_000)), "f:61:61: nested more"),
}


@pytest.mark.parametrize(("text", "said"), FATAL.values(), ids=FATAL)
def test_what_cannot_be_read_is_said_with_its_place(text: str, said: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidInput) as caught:
        parse(text, "f")
    assert str(caught.value).startswith(said)
    assert time.process_time() - started < 2


# Text → its values, and the smaller mistakes.
READ = {
    "empty": ("", None, []),
    "only comments": ("# nothing\n# here\n", None, []),
    "nulls": ("a: ~\nb: null\nc:\nd: ''\n", {"a": None, "b": None, "c": None, "d": ""}, []),
    "surprises stay text": (
        "a: no\nb: 1e3\nc: 2024-05-01\nd: 007\ne: 12:30:45\nf: 0x1F\n",
        {"a": "no", "b": "1e3", "c": "2024-05-01", "d": "007", "e": "12:30:45", "f": "0x1F"},
        [],
    ),
    "twice": ("a: 1\nb: 2\na: 3\n", {"a": "1", "b": "2"}, ["f:3:1: the key 'a' stands twice"]),
    "twice inside": ("a: {b: 1, b: 2}\n", {"a": {"b": "1"}}, ["f:1:11: the key 'b' stands twice"]),
    "merge": (
        "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n",
        {"a": {"b": "1"}, "c": {"d": "2"}},
        ["f:3:3: merge keys"],
    ),
    "quoted merge": ("'<<': 1\n", {"<<": "1"}, []),
    "object": ("a: !!python/object/apply:os.system [ls]\n", {"a": ["ls"]}, ["f:1:4: the tag"]),
    "own tag": ("a: !secret x\n", {"a": "x"}, ["f:1:4: the tag '!secret'"]),
    "binary": ("a: !!binary aGk=\n", {"a": "aGk="}, ["f:1:4: the tag"]),
    "harmless tags": ("a: !!str no\nb: ! 1\n", {"a": "no", "b": "1"}, []),
    "list as key": ("? [a, b]\n: c\nd: e\n", {"d": "e"}, ["f:1:3: a key must be a plain word"]),
    "mapping as key": ("{a: b}: c\n", {}, ["f:1:1: a key must be a plain word"]),
    "alias as key": ("- &x [a]\n- {*x : b}\n", [["a"], {}], ["f:2:4: a key must be a plain word"]),
    "aliases": (
        "a: &x [1, {b: ~}]\nc: *x\n",
        {"a": ["1", {"b": None}], "c": ["1", {"b": None}]},
        [],
    ),
    "alias of nothing": ("a: &x\nb: *x\n", {"a": None, "b": None}, []),
    "anchored key": ("&k a: 1\nb: *k\n", {"a": "1", "b": "a"}, []),
    "Windows lines": ("a: 1\r\nb: [x]\r\n", {"a": "1", "b": ["x"]}, []),
    "numbers as keys": ("1: a\ntrue: b\n", {"1": "a", "true": "b"}, []),
    "block texts": ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", {"a": "x\ny\n", "b": "x y"}, []),
    "beyond the basic plane": ("a: 😀\n", {"a": "😀"}, []),
}


@pytest.mark.parametrize(("text", "values", "said"), READ.values(), ids=READ)
def test_values_come_as_they_stand(text: str, values: object, said: list[str]) -> None:
    file = parse(text, "f")
    assert file.data == values
    assert len(file.problems) == len(said)
    for problem, beginning in zip(file.problems, said, strict=True):
        assert str(problem).startswith(beginning)


@pytest.mark.parametrize(
    ("text", "reading"),
    {
        "no": "true or false",
        "Y": "true or false",
        "017": "an octal number",
        "190:20:30": "a number to the base 60",
        "0b11": "a number",
        "1_000": "a number",
        "6.02e23": "a number",
        ".5": "a number",
        ".inf": "a number",
        ".NaN": "a number",
        "2026-3-1": "a date",
        "2026-03-01 10:00": "a date",
    }.items(),
)
def test_surprises_are_noticed(text: str, reading: str) -> None:
    (surprise,) = parse(f"k:\n  - {text}\n", "f").surprises
    assert (surprise.path, surprise.text, surprise.reading) == (("k", 0), text, reading)
    assert not parse(f"k:\n  - '{text}'\n", "f").surprises


@pytest.mark.parametrize("text", ["nobody", "v1.2", "1.2.3", "+49 30 1", "2026-Q1", "on call", "-"])
def test_ordinary_texts_are_no_surprise(text: str) -> None:
    assert not parse(f"k: {text}\n" if text != "-" else "k: '-'\n", "f").surprises


def test_places() -> None:
    file = parse("a: 1\nb:\n  - x: {y: z}\n    w: é\n  - q\nc: &c [1]\nd: *c\n", "f")
    places = {
        (): "f:1:1",
        ("a",): "f:1:4",
        ("b",): "f:2:1",  # what begins on a later line is shown at its key
        ("b", 0, "x", "y"): "f:3:12",
        ("b", 0, "w"): "f:4:8",
        ("b", 0, "missing"): "f:3:5",
        ("b", 1): "f:5:5",
        ("d", 0): "f:7:4",  # inside an alias: the alias
        ("nowhere", 5, "x"): "f:1:1",
    }
    assert {path: str(file.place(path)) for path in places} == places
    assert str(file.place(("b", 0, "x", "y"), key=True)) == "f:3:9"
    assert file.place(("b", 0, "w")).snippet == "    w: é"


def test_lines_are_counted_as_editors_count_them() -> None:
    # YAML itself takes U+2028 and U+0085 for line ends, editors do not.
    file = parse('a: "x\u2028y\u0085z"\nb: 1\r\nc: 2\rd: 3\n', "f")
    assert [str(file.place((key,))) for key in "abcd"] == ["f:1:4", "f:2:4", "f:3:4", "f:4:4"]


ENCODINGS = {
    "utf-8": "a: Größe\n".encode(),
    "utf-8 with mark": "a: Größe\n".encode("utf-8-sig"),
    "utf-16": "a: Größe\n".encode("utf-16"),
    "utf-16 big-endian": b"\xfe\xff" + "a: Größe\n".encode("utf-16-be"),
}


@pytest.mark.parametrize("raw", ENCODINGS.values(), ids=ENCODINGS)
def test_encodings(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    assert read(path, "f").data == {"a": "Größe"}


@pytest.mark.parametrize(
    ("raw", "said"),
    {
        "a: ok\nb: Größe\n".encode("latin-1"): "f:2:6: byte 0xF6 is not UTF-8. save the file as",
        "a: b\n".encode("utf-16-le"): "f:1:2: character U+0000 is not allowed",
        b"\xff\xfea\x00:\x00 ": "f:1:3: byte 0x20 is not UTF-16",
        b"\xef\xbb\xbfa: \xff\n": "f:1:4: byte 0xFF is not UTF-8",
    }.items(),
)
def test_other_encodings_are_named(raw: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(InvalidInput) as caught:
        read(path, "f")
    assert str(caught.value).startswith(said)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InvalidInput, match="at most 33,554,432 are read"):
        read(path, "f")


def test_many_mistakes_in_one_file_take_no_time() -> None:
    started = time.process_time()
    file = parse("a: 1\n" * 20_000, "f")
    assert len(file.problems) == 19_999
    assert time.process_time() - started < 5
