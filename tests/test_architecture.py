"""The house: which room may import which, how large a module may be, who prints."""

from __future__ import annotations

import ast
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "crmaudit"
MOST_LINES = 600
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = {p.stem for p in PACKAGE.iterdir() if p.name != "__pycache__" and p.name[:1] != "."}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """`lint-imports` says which import breaks one."""
    monkeypatch.chdir(ROOT)
    cli = pytest.importorskip("importlinter.cli")
    code = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == cli.EXIT_STATUS_SUCCESS


def test_every_room_has_its_layer() -> None:
    layers = next(c for c in CONTRACTS["contracts"] if c["type"] == "layers")
    assert layers["exhaustive"]
    named = {room.strip() for layer in layers["layers"] for part in layer.split("|")
             for room in part.split(":")}  # fmt: skip
    assert named == ROOMS - {"__init__", "__main__", "py"}


@pytest.mark.parametrize("identity", ["terminal-in-cli", "documents-in-report"])
def test_a_new_room_is_told_what_it_may_not_use(identity: str) -> None:
    contract = next(c for c in CONTRACTS["contracts"] if c["id"] == identity)
    bound = {module.removeprefix("crmaudit.") for module in contract["source_modules"]}
    assert {"terminal-in-cli": {"cli"}, "documents-in-report": {"report"}}[identity] == (
        ROOMS - {"__init__", "__main__", "py"} - bound
    )


def test_modules_stay_small() -> None:
    sizes = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    large = {name: n for name, n in sizes.items() if n > MOST_LINES}
    assert not large
    assert statistics.median(sizes.values()) <= 160


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_conduct(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    in_cli = path.is_relative_to(PACKAGE / "cli")
    assert path.stem == "__main__" or ast.get_docstring(tree), "a module says what it hides"
    for module in imports_of(tree):
        assert module not in ("fcntl", "pwd", "grp", "resource", "termios"), "POSIX only"
        if not in_cli:
            assert module.split(".")[0] not in ("typer", "rich", "click")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert in_cli or node.func.id not in ("print", "exit", "input")
        if isinstance(node, ast.Attribute) and not in_cli and path.stem != "__main__":
            printed = isinstance(node.value, ast.Name) and node.value.id == "sys"
            assert not (printed and node.attr in ("stdout", "stderr", "exit"))
