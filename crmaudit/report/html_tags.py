"""HTML elements that escape whatever is not markup already."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from crmaudit.report.text import clean


def text(words: str) -> Markup:
    return escape(clean(words))


_OPEN = frozenset({"td", "th", "tr"})
"""Elements that HTML ends by itself: a wide report has a hundred thousand of them."""


def tag(name: str, *content: str | Markup, **attributes: str | int | bool | None) -> Markup:
    """An element; attribute names lose a trailing `_` and write `_` as `-`."""
    head = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(clean(str(value)))}"')
        for key, value in attributes.items()
        if value is not None and value is not False and value != ""
    )
    inner = "".join(c if isinstance(c, Markup) else text(c) for c in content)
    return Markup(f"<{name}{head}>{inner}" if name in _OPEN else f"<{name}{head}>{inner}</{name}>")


def join(parts: Iterable[Markup]) -> Markup:
    # Markup's own join asks each part anew what it is: of a hundred thousand that takes long.
    return Markup("".join([p if isinstance(p, Markup) else text(p) for p in parts]))
