"""JSON Schemas of the workspace's files, so that editors complete and explain them.

The schemas are a little stricter than the loader, which reads every scalar as
text and lets the model decide: `title: 2026` loads (with a warning), an
editor asks for quotes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from crmaudit.workspace.explained import explained
from crmaudit.workspace.files import FOLDERS, SINGLE

FOLDER = ".schema"
"""Where a workspace keeps its schemas: in git, so that they travel with it."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its file's name: `audit.json`, `systems.json`…"""
    found = {f"{Path(name).stem}.json": _schema(name, model) for name, model in SINGLE.items()}
    found |= {f"{name}.json": _schema(f"{name}/*.yaml", model) for name, model in FOLDERS.items()}
    return found


def write_schemas(folder: Path) -> list[Path]:
    """Writes every schema into the folder; answers the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def reference(file: str) -> str:
    """The first line of a workspace file, by which editors find its schema."""
    folder, inside, _ = file.partition("/")
    name = folder if inside else Path(file).stem
    up = "../" * file.count("/")
    return f"# yaml-language-server: $schema={up}{FOLDER}/{name}.json\n"


def _schema(file: str, model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema(by_alias=True)
    bodies = {model.__name__: whole, **whole.get("$defs", {})}
    for inner in _within(model):
        for name, text in explained(inner).items():
            key = inner.model_fields[name].alias or name
            properties = bodies[inner.__name__]["properties"]
            properties[key] = dict(sorted({**properties[key], "description": text}.items()))
    body = _readable(whole)
    return {"$schema": _DIALECT, "title": f"crmaudit: {file}", **body}


def _within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and all that it is made of, each once."""
    seen: dict[type[BaseModel], None] = {}
    waiting: list[Any] = [model]
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            if part not in seen:
                seen[part] = None
                waiting += [info.annotation for info in part.model_fields.values()]
        else:
            waiting += get_args(part)
    return iter(seen)


def _readable(schema: Any) -> Any:
    """The schema without what editors show in vain, and with blanks allowed.

    Pydantic titles every field with its own name again; a key with nothing
    behind it is read as if it were absent.
    """
    if isinstance(schema, list):
        return [_readable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {k: _readable(v) for k, v in schema.items() if k not in ("title", "properties")}
    if "properties" in schema:
        required = schema.get("required", [])
        result["properties"] = {
            name: _readable(value) if name in required else _or_blank(_readable(value))
            for name, value in schema["properties"].items()
        }
    return result


def _or_blank(schema: dict[str, Any]) -> dict[str, Any]:
    # A default that says "nothing" is noise on hover.
    about = {k: schema.pop(k, None) for k in ("description", "default")}
    arms = schema["anyOf"] if list(schema) == ["anyOf"] else [schema]
    null = {"type": "null"}
    return {
        **{k: v for k, v in about.items() if v not in (None, "", [], {})},
        "anyOf": [*(arm for arm in arms if arm != null), null],
    }
