"""Whatever stands in a file, reading it ends in a value or in one clear error."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.workspace import FOLDERS, SINGLE, load
from crmaudit.workspace.yaml_reader import parse
from crmaudit.workspace.yaml_text import comment, scalar

MODELS = {**SINGLE, **{f"{name}/a.yaml": model for name, model in FOLDERS.items()}}
EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTILE = Path(__file__).parent / "hostile"
TEXTS = {
    path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
    for root in (HOSTILE, *sorted(p.parent for p in EXAMPLES.glob("*/audit.yaml")))
    for path in sorted(root.rglob("*.yaml"))
}
QUIET = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def reads(root: Path, name: str, raw: bytes) -> None:
    """Loading a workspace with this file either works or says what is wrong."""
    (root / "systems").mkdir(exist_ok=True)
    (root / "audit.yaml").write_text("organisation: F\n")
    (root / "systems/crm.yaml").write_text("id: crm\nname: C\n")
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    try:
        load(root)
    except CrmauditError as error:
        str(error).encode("utf-8", "surrogatepass")
    finally:
        path.unlink()


@QUIET
@given(raw=st.binary(max_size=200), name=st.sampled_from(sorted(MODELS)))
def test_any_bytes(tmp_path: Path, raw: bytes, name: str) -> None:
    reads(tmp_path, name, raw)


YAMLISH = st.text(
    alphabet=st.sampled_from(list("ab:-[]{}&*!#|>'\"%@`?,~<= \n\t0.1é\u2028")), max_size=80
)


@QUIET
@given(text=YAMLISH | st.text(max_size=80))
def test_any_text(text: str) -> None:
    try:
        file = parse(text, "f")
    except InvalidInput:
        return
    for path in _paths(file.data):
        assert file.place(path).line >= 1


@QUIET
@given(data=st.data())
def test_any_values_in_the_place_of_others(tmp_path: Path, data: st.DataObject) -> None:
    """Good files with parts replaced, doubled, moved or dropped."""
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    rng = random.Random(data.draw(st.integers(0, 10**6)))
    target = name if name in SINGLE else f"{name.split('/')[0]}/a.yaml"
    if target not in MODELS:
        return
    try:
        values = yaml.safe_load(TEXTS[name])
    except yaml.YAMLError:
        values = TEXTS[name]
    for _ in range(rng.randint(1, 5)):
        values = _mutated(values, rng)
    raw = yaml.safe_dump(values, allow_unicode=True).encode("utf-8", "replace")
    reads(tmp_path, target, raw)


@QUIET
@given(data=st.data())
def test_any_damage_to_a_good_file(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    target = name if name in SINGLE else f"{name.split('/')[0]}/a.yaml"
    if target not in MODELS:
        return
    raw = bytearray(TEXTS[name].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=4))
    reads(tmp_path, target, bytes(raw))


@pytest.mark.parametrize("text", ["0", "[]", "{}", "a", "- a", "'': ''", "a: [[[{}]]]", "- - -"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_file_with_the_wrong_kind_of_value(name: str, text: str, tmp_path: Path) -> None:
    reads(tmp_path, name, text.encode())


@pytest.mark.parametrize("text", sorted(TEXTS), ids=str)
def test_what_was_loaded_can_be_written_and_loaded_again(text: str) -> None:
    model = SINGLE.get(text) or FOLDERS.get(text.split("/")[0])
    if model is None:
        return
    try:
        value = model.model_validate(parse(TEXTS[text], text).data or {})
    except ValueError:
        return  # one of the hostile files
    except InvalidInput:
        return
    assert model.model_validate(parse(_dumped(value), text).data or {}) == value


@QUIET
@given(st.text(max_size=40))
def test_written_scalars_are_read_as_the_same_text(text: str) -> None:
    clean = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    file = parse(f"- {scalar(text)} # {comment(text)}\n- end\n", "f")
    assert file.data == [clean, "end"]
    assert not file.surprises


def _dumped(value: BaseModel) -> str:
    data = value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = data.items() if isinstance(data, dict) else ()
    children = enumerate(data) if isinstance(data, list) else children
    return [path, *(p for key, value in children for p in _paths(value, (*path, key)))]


ODD = [None, "", "no", 0, -1, 1.5, True, [], {}, "x" * 300, [[]], {"a": {}}, "crm", "\u2028",
       10**30, float("inf"), {"id": {}}, [None], {None: None}, "2026-02-30"]  # fmt: skip


def _mutated(data: Any, rng: random.Random) -> Any:
    if rng.random() < 0.15 or not isinstance(data, list | dict) or not data:
        return rng.choice(ODD)
    if isinstance(data, list):
        at = rng.randrange(len(data))
        data = [*data]
        if rng.random() < 0.2:
            data.append(data[at])
        data[at] = _mutated(data[at], rng)
        return data
    key = rng.choice(list(data))
    data = {**data}
    value = data.pop(key)
    if rng.random() < 0.1:
        return data
    if rng.random() < 0.1:
        key = rng.choice(["id", "name", "Id", "", "x", 5])
    return {**data, key: _mutated(value, rng)}
